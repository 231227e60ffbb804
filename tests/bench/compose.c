/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/compose.c - how many whole messages a second one core composes and checks: compiled, and each
 * for itself by GMime (tests/lib/reference.h), a fiftieth as many of these
 *
 *     compose [MESSAGES]    prints "compose way=W messages=N seconds=S rate=R octets=O" for both
 *
 * Seconds are the processor's: what else the machine does counts less. */
#include "../lib/reference.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static Config *
make_config(void)
{
    Config *config = g_new0(Config, 1);
    config->network_name = g_strdup("Großstadtnetzwerk");
    config->network_domain = g_strdup("netz.example");
    config->network_language = g_strdup("de");
    config->network_timezone = g_strdup("Europe/Berlin");
    config->network_sender = g_strdup("Großstadtnetzwerk <rundruf@netz.example>");
    config->web_public_url = g_strdup("https://netz.example");
    config->directory_fields = field_map_new();
    return config;
}

/* An event with a text as long as a usual announcement's */
static Event *
make_event(void)
{
    Event *event = event_new();
    event->id = 1;
    event->name = g_strdup("mannheim-2020");
    event->title = g_strdup("Integrierte Planung kommunaler Bildungslandschaften");
    event->subtitle = g_strdup("Datenbasiert. Sozialräumlich. Partizipativ.");
    event->venue = g_strdup("Mannheim\nMarchivum\nArchivplatz 1\n68169 Mannheim");
    event->starts_at = 1605094200;
    event->ends_at = 1605186000;
    event->timezone = g_strdup("Europe/Berlin");
    GString *body = g_string_new(NULL);
    for (guint i = 0; i < 24; i++)
        g_string_append(body,
                        "Kommunale Bildungsplanung muss als integrierte Fachplanung "
                        "verstanden werden. Diese sollte sozialräumlich ausgestaltet sein und die "
                        "Verengungen der Teilsysteme homogenisieren.\n\n");
    event->body = g_string_free(body, FALSE);
    return event;
}

typedef struct {
    Config *config;
    TokenKeys *keys;
    Composer *composer; /* NULL: by GMime */
    Event *event;
    Mailing *mailing;
    Person person;
} Bench;

static double
get_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static GBytes *
compose(const Bench *bench, guint number, GError **error)
{
    g_autofree char *address = g_strdup_printf("person%u@town.example", number);
    const ComposeRequest request = {
        .event = bench->event,
        .mailing = bench->mailing,
        .delivery = number,
        .address = address,
        .name = "Jürgen Müller-Lüdenscheidt",
        .person = &bench->person,
        .now = 1600000000,
    };
    return bench->composer ? compose_invitation(bench->composer, &request, error)
                           : reference_invitation(bench->config, bench->keys, &request, error);
}

static gboolean
measure(const Bench *bench, const char *way, guint messages, GError **error)
{
    gsize octets = 0;
    double start = get_seconds();
    for (guint i = 1; i <= messages; i++) {
        g_autoptr(GBytes) message = compose(bench, i, error);
        if (!message)
            return FALSE;
        octets += g_bytes_get_size(message);
    }
    double seconds = get_seconds() - start;
    printf("compose way=%s messages=%u seconds=%.2f rate=%.0f octets=%" G_GSIZE_FORMAT "\n", way,
           messages, seconds, messages / seconds, messages ? octets / messages : 0);
    return TRUE;
}

/* A person with as many attributes as people in a directory have */
static Attributes *
make_attributes(void)
{
    static const char *const rows[][2] = {
        {"objectClass", "inetOrgPerson"},
        {"cn", "Jürgen Müller-Lüdenscheidt"},
        {"displayName", "Jürgen Müller-Lüdenscheidt"},
        {"givenName", "Jürgen"},
        {"sn", "Müller-Lüdenscheidt"},
        {"mail", "person@town.example"},
        {"telephoneNumber", "+49 221 000"},
        {"title", "Dr."},
        {"employeeType", "planner"},
        {"businessCategory", "Schulentwicklungsplanung"},
        {"departmentNumber", "strategic"},
        {"preferredLanguage", "de"},
    };
    Attributes *attributes = attributes_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        attributes_add(attributes, rows[i][0], rows[i][1], strlen(rows[i][1]));
    return attributes;
}

int
main(int argc, char **argv)
{
    static const guint8 master[32] = {1};
    guint messages = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 100000;
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = make_config();
    g_autoptr(TokenKeys) keys = token_keys_new(master, sizeof master);
    g_autoptr(Composer) composer = composer_new(config, keys, &error);
    g_autoptr(Event) event = make_event();
    g_autoptr(Mailing) mailing = mailing_new();
    g_autoptr(Attributes) attributes = make_attributes();
    mailing->purpose = g_strdup("invitation");
    Bench bench = {
        .config = config,
        .keys = keys,
        .composer = composer,
        .event = event,
        .mailing = mailing,
        .person = {.dn = (char *)"cn=x", .own = attributes},
    };
    gboolean done = composer && measure(&bench, "compiled", messages, &error);
    bench.composer = NULL;
    if (done && measure(&bench, "gmime", messages / 50, &error))
        return 0;
    fprintf(stderr, "%s\n", error->message);
    return 1;
}
