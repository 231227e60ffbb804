/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_event_answer.c - `event answer`: what a person said on the telephone */
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/persons.h"
#include "store/events.h"
#include "store/journal.h"
#include "store/registrations.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const FieldMap *map;
    guint found;
    guint8 uuid[UUID_LENGTH];
    char *name; /* owned; the DN where there is no name */
} Found;

static void
found_clear(Found *found)
{
    g_clear_pointer(&found->name, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static gboolean
note_person(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    Found *found = data;
    if (found->found++ > 0)
        return TRUE;
    memcpy(found->uuid, person->uuid, UUID_LENGTH);
    g_autofree char *name = person_text(person, found->map, FIELD_NAME);
    found->name = text_one_line(name ? name : person->dn);
    return TRUE;
}

/* the one person that `key` names */
static gboolean
find_one(Cli *cli, const char *key, Found *found, GError **error)
{
    if (!cli_store(cli, error))
        return FALSE;
    found->map = cli->config->directory_fields;
    if (!persons_find(cli, key, note_person, found, error))
        return FALSE;
    if (found->found == 0)
        return persons_set_not_found(key, error);
    if (found->found == 1)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_FAILED,
                _("\"%s\" are %u persons; name one by its UUID (rundruf member show)"), key,
                found->found);
    return FALSE;
}

static gboolean
store_answer(Store *store, const Registration *registration, const char *object, GError **error)
{
    g_autoptr(StoreTransaction) transaction = store_begin(store, error);
    return transaction && registrations_set(store, registration, error) &&
           journal_add(store, registration->at, registration->author, "event.answer", object,
                       answer_names[registration->answer], error) &&
           store_commit(g_steal_pointer(&transaction), error);
}

static void
print_answer(Cli *cli, const Registration *registration, const Found *person, gboolean dry_run)
{
    g_autofree char *uuid = uuid_to_text(registration->person);
    if (cli->json) {
        g_autoptr(Value) value = value_new_map();
        value_set_text(value, "event", registration->event);
        value_set_text(value, "uuid", uuid);
        value_set_text(value, "name", person->name);
        value_set_text(value, "answer", answer_names[registration->answer]);
        output_json(value);
        return;
    }
    const char *event = registration->event;
    switch (registration->answer) {
    case ANSWER_REGISTERED:
        printf(_("%s: %s is registered.\n"), event, person->name);
        break;
    case ANSWER_DECLINED:
        printf(_("%s: %s has declined.\n"), event, person->name);
        break;
    case ANSWER_ATTENDED:
        printf(_("%s: %s was there.\n"), event, person->name);
        break;
    default:
        printf(_("%s: no answer of %s is kept any more.\n"), event, person->name);
    }
    if (dry_run)
        puts(_("Nothing was stored (--dry-run)."));
}

ExitStatus
cmd_event_answer(Cli *cli, int argc, char **argv, GError **error)
{
    gboolean dry_run = FALSE;
    const GOptionEntry options[] = {CLI_DRY_RUN(dry_run), CLI_END};
    ExitStatus status;
    if (!cli_parse(cli, options, &argc, &argv, 3, 3, &status, error))
        return status;
    guint answer = 0;
    while (answer < ANSWERS && strcmp(answer_names[answer], argv[3]) != 0)
        answer++;
    if (answer == ANSWERS)
        return cli_usage(
            error, _("\"%s\" is no answer; say registered, declined, attended or none"), argv[3]);
    g_auto(Found) person = {0};
    if (!find_one(cli, argv[2], &person, error))
        return STATUS_FAILED;
    g_autoptr(Event) event = events_find(cli->store, argv[1], error);
    if (!event)
        return STATUS_FAILED;
    Registration registration = {
        .event = event->name,
        .answer = (Answer)answer,
        .at = clock_now(),
        .author = cli_actor(),
    };
    memcpy(registration.person, person.uuid, UUID_LENGTH);
    g_autofree char *uuid = uuid_to_text(person.uuid);
    g_autofree char *object = g_strdup_printf("%s %s", event->name, uuid);
    if (!dry_run && !store_answer(cli->store, &registration, object, error))
        return STATUS_FAILED;
    if (!cli->quiet)
        print_answer(cli, &registration, &person, dry_run);
    return STATUS_DONE;
}
