/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/compose.c - how many whole messages a second one core composes and checks
 *
 *     compose [MESSAGES]    prints "compose messages=N seconds=S rate=R" */
#include "message/compose.h"
#include "base/clock.h"

#include <stdio.h>

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

int
main(int argc, char **argv)
{
    static const guint8 master[32] = {1};
    guint messages = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 10000;
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = make_config();
    g_autoptr(TokenKeys) keys = token_keys_new(master, sizeof master);
    g_autoptr(Composer) composer = composer_new(config, keys, &error);
    g_autoptr(Event) event = make_event();
    g_autoptr(Mailing) mailing = mailing_new();
    mailing->purpose = g_strdup("invitation");
    gsize octets = 0;
    double start = clock_elapsed();
    for (guint i = 1; composer && i <= messages; i++) {
        g_autofree char *address = g_strdup_printf("person%u@town.example", i);
        const ComposeRequest request = {
            .event = event,
            .mailing = mailing,
            .delivery = i,
            .address = address,
            .name = "Jürgen Müller-Lüdenscheidt",
            .now = 1600000000,
        };
        g_autoptr(GBytes) message = compose_invitation(composer, &request, &error);
        if (!message)
            break;
        octets += g_bytes_get_size(message);
    }
    double seconds = clock_elapsed() - start;
    if (error) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    printf("compose messages=%u seconds=%.2f rate=%.0f octets=%" G_GSIZE_FORMAT "\n", messages,
           seconds, messages / seconds, messages ? octets / messages : 0);
    return 0;
}
