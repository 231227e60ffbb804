/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: answers to events, and whom the facts about them hold for */
#include "store/registrations.h"
#include "../lib/fixture.h"
#include "base/dates.h"
#include "base/error.h"
#include "store/events.h"

#include <string.h>

static void
answer(Fixture *fixture, const char *event, gint64 person, Answer what)
{
    g_autoptr(GError) error = NULL;
    Registration registration = {
        .event = event, .answer = what, .at = FIXTURE_NOW, .author = "test"};
    memcpy(registration.person, &person, sizeof person);
    g_assert_true(registrations_set(fixture->store, &registration, &error));
    g_assert_no_error(error);
}

/* "1 3" */
static char *
select_ids(Fixture *fixture, FactKind fact, const char *events_text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_auto(FactEvents) events = {0};
    GTimeZone *zone = dates_zone("Europe/Berlin", &error);
    g_assert_true(fact_events_read(&events, events_text, zone, &error));
    g_assert_true(registrations_select(fixture->store, fact, &events, ids, &error));
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++)
        g_string_append_printf(text, "%s%d", i ? " " : "", (int)g_array_index(ids, gint64, i));
    return g_string_free(text, FALSE);
}

static void
test_answers(void)
{
    static const struct {
        Answer before, then, state;
        gboolean attended;
    } rows[] = {
        {ANSWER_NONE, ANSWER_NONE, ANSWER_NONE, FALSE},
        {ANSWER_NONE, ANSWER_REGISTERED, ANSWER_REGISTERED, FALSE},
        {ANSWER_NONE, ANSWER_ATTENDED, ANSWER_NONE, TRUE},
        {ANSWER_REGISTERED, ANSWER_REGISTERED, ANSWER_REGISTERED, FALSE},
        {ANSWER_REGISTERED, ANSWER_DECLINED, ANSWER_DECLINED, FALSE},
        {ANSWER_REGISTERED, ANSWER_ATTENDED, ANSWER_REGISTERED, TRUE},
        {ANSWER_REGISTERED, ANSWER_NONE, ANSWER_NONE, FALSE},
        {ANSWER_DECLINED, ANSWER_REGISTERED, ANSWER_REGISTERED, FALSE},
        {ANSWER_DECLINED, ANSWER_ATTENDED, ANSWER_NONE, TRUE},
        {ANSWER_ATTENDED, ANSWER_REGISTERED, ANSWER_REGISTERED, TRUE},
        {ANSWER_ATTENDED, ANSWER_DECLINED, ANSWER_DECLINED, FALSE},
        {ANSWER_ATTENDED, ANSWER_NONE, ANSWER_NONE, FALSE},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) fixture = fixture_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 person = i + 1;
        guint8 uuid[UUID_LENGTH] = {0};
        memcpy(uuid, &person, sizeof person);
        Answer state = ANSWERS;
        gboolean attended = FALSE;
        answer(fixture, "mannheim-2020", person, rows[i].before);
        answer(fixture, "mannheim-2020", person, rows[i].then);
        g_assert_true(
            registrations_find(fixture->store, "mannheim-2020", uuid, &state, &attended, &error));
        if (state != rows[i].state || attended != rows[i].attended)
            g_error("row %u: %s, attended %d", i, answer_names[state], attended);
    }
}

static void
add_event(Fixture *fixture, const char *name, gint64 start)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Event) event = event_copy(fixture->event);
    g_free(event->name);
    event->name = g_strdup(name);
    event->starts_at = start;
    event->ends_at = start + 3600;
    g_assert_true(events_insert(fixture->store, event, &error));
    g_assert_no_error(error);
}

static void
test_answered(void)
{
    static const struct {
        FactKind fact;
        const char *events, *ids;
    } rows[] = {
        {FACT_REGISTERED, "mannheim-2020", "1 3"},
        {FACT_REGISTERED, "jena-2025", "1"},
        {FACT_REGISTERED, "*", "1 3"},
        {FACT_REGISTERED, "any:2020", "1 3"},
        {FACT_REGISTERED, "any:2025", "1"}, /* it began in 2024, UTC */
        {FACT_REGISTERED, "any:2024", ""},
        {FACT_REGISTERED, "nowhere", ""},
        {FACT_DECLINED, "*", "2"},
        {FACT_ATTENDED, "*", "3 4"},
        {FACT_INVITED, "*", ""},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 5);
    add_event(fixture, "jena-2025", 1735686000); /* 2025-01-01 00:00 in Berlin */
    answer(fixture, "mannheim-2020", 1, ANSWER_REGISTERED);
    answer(fixture, "mannheim-2020", 2, ANSWER_DECLINED);
    answer(fixture, "mannheim-2020", 3, ANSWER_REGISTERED);
    answer(fixture, "mannheim-2020", 3, ANSWER_ATTENDED);
    answer(fixture, "mannheim-2020", 4, ANSWER_ATTENDED);
    answer(fixture, "jena-2025", 1, ANSWER_REGISTERED);
    answer(fixture, "mannheim-2020", 99, ANSWER_REGISTERED); /* not in the roster any more */
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *ids = select_ids(fixture, rows[i].fact, rows[i].events);
        if (strcmp(ids, rows[i].ids) != 0)
            g_error("row %u: \"%s\"", i, ids);
    }
}

static void
expect(Fixture *fixture, FactKind fact, const char *ids)
{
    g_autofree char *found = select_ids(fixture, fact, "mannheim-2020");
    g_assert_cmpstr(found, ==, ids);
}

/* who is invited, by the state of the delivery and of its mailing */
static void
test_invited(void)
{
    static const struct {
        const char *mailing, *delivery;
        gboolean invited;
    } rows[] = {
        {"running", "queued", TRUE},      {"running", "claimed", TRUE},
        {"running", "sent", TRUE},        {"running", "retry", TRUE},
        {"running", "unknown", TRUE},     {"running", "failed", FALSE},
        {"running", "suppressed", FALSE}, {"running", "missed", FALSE},
        {"running", "cancelled", FALSE},  {"paused", "queued", TRUE},
        {"cancelled", "queued", FALSE},   {"cancelled", "retry", FALSE},
        {"cancelled", "sent", TRUE},      {"cancelled", "claimed", TRUE},
        {"draft", "queued", FALSE},       {"draft", "sent", FALSE},
    };
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 2);
    fixture_invite(fixture);
    expect(fixture, FACT_INVITED, "1 2");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *mailing =
            g_strdup_printf("UPDATE mailing SET state = '%s'", rows[i].mailing);
        g_autofree char *delivery = g_strdup_printf(
            "UPDATE delivery SET state = '%s' WHERE name = 'Person 1'", rows[i].delivery);
        fixture_run(fixture, "UPDATE delivery SET state = 'failed'");
        fixture_run(fixture, mailing);
        fixture_run(fixture, delivery);
        g_autofree char *ids = select_ids(fixture, FACT_INVITED, "mannheim-2020");
        if (strcmp(ids, rows[i].invited ? "1" : "") != 0)
            g_error("row %u: \"%s\"", i, ids);
    }
}

static void
test_unanswered(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    fixture_add_persons(fixture, 4);
    fixture_invite(fixture);
    expect(fixture, FACT_UNANSWERED, "1 2 3 4");
    answer(fixture, "mannheim-2020", 1, ANSWER_REGISTERED);
    answer(fixture, "mannheim-2020", 2, ANSWER_DECLINED);
    answer(fixture, "jena-2025", 3, ANSWER_REGISTERED); /* another event */
    answer(fixture, "mannheim-2020", 4, ANSWER_ATTENDED);
    expect(fixture, FACT_UNANSWERED, "3 4");
    answer(fixture, "mannheim-2020", 1, ANSWER_NONE);
    expect(fixture, FACT_UNANSWERED, "1 3 4");
}

static void
test_read(void)
{
    static const char *const bad[] = {"",         "any:",     "any:20",   "any:20255", "any:2o25",
                                      "any:0000", "any:9999", "Mannheim", "a b",       "**"};
    g_autoptr(GError) none = NULL;
    GTimeZone *zone = dates_zone("Europe/Berlin", &none);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(FactEvents) events = {0};
        if (fact_events_read(&events, bad[i], zone, &error))
            g_error("\"%s\" was taken", bad[i]);
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    }
    g_assert_cmpint(fact_find("REGISTERED"), ==, FACT_REGISTERED);
    g_assert_cmpint(fact_find("registered "), ==, FACTS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/registrations/answers", test_answers);
    g_test_add_func("/registrations/answered", test_answered);
    g_test_add_func("/registrations/invited", test_invited);
    g_test_add_func("/registrations/unanswered", test_unanswered);
    g_test_add_func("/registrations/read", test_read);
    return g_test_run();
}
