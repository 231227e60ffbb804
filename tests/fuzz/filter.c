/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as a filter; what is read prints and reads back the same, and the store's
 * index selects from a small roster those that are selected in memory, and those whom the filter's
 * sentence selects */
#include "../lib/fixture.h"

#include "filter/filter.h"
#include "filter/match.h"
#include "filter/phrase.h"
#include "mailing/selection.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static FixtureValue towns[][4] = {
    {{"o", "K\xc3\xb6ln"}, {"st", "NRW"}, {"ags", "05315000"}, {"population", "1087352"}},
    {{"o", "Gro\xc3\x9f-Gerau"}, {"st", "Hessen"}, {"ags", "06 433 006"}, {"population", "25000"}},
};

/* two for each town, and two without one */
static FixtureValue persons[][9] = {
    {{"objectClass", "inetOrgPerson"},
     {"cn", "Anna Meier"},
     {"displayName", "Frau  Meier"},
     {"sn", "Meier"},
     {"mail", "anna@netz.example"},
     {"telephoneNumber", "+49 621 2930"},
     {"businessCategory", "Sozialplanung"},
     {"businessCategory", "Bildungsplanung"},
     {"employeeType", "planner"}},
    {{"objectClass", "inetOrgPerson"},
     {"cn", "J\xc3\xb6rg Gr\xc3\xb6\xc3\x9fke"},
     {"sn", "Gr\xc3\xb6\xc3\x9fke"},
     {"description;lang-de", "Leitung"},
     {"mail", "JORG@netz.example"},
     {"seeAlso", "cn=Max+uid=7,o=K\\c3\\b6ln"},
     {"businessCategory", "sozialplanung "},
     {"employeeType", "Head"},
     {"labeledURI", "https://a.example X"}},
    {{"objectClass", "person"},
     {"cn", " "},
     {"sn", "a%b_c\\"},
     {"title", "Leitung"},
     {"ou", "Schul\tamt"},
     {"telephoneNumber", "x-1"},
     {"createTimestamp", "20201111113000Z"},
     {"dnQualifier", "b"},
     {"postalAddress", "Markt 1$K\xc3\xb6ln"}},
    {{"objectClass", "inetOrgPerson"},
     {"cn", "\xff\xfe"},
     {"displayName;x-a", "Anna"},
     {"sn", "\xf4\x8f\xbf\xbf"},
     {"givenName", "\x01\x02"},
     {"mail", ""},
     {"uidNumber", "7"},
     {"jpegPhoto", "\xff\xd8"},
     {"x500UniqueIdentifier", "'01'B"}},
};

static Fixture *
make_roster(void)
{
    Fixture *fixture = fixture_new();
    gint64 ids[G_N_ELEMENTS(towns) + 1] = {0};
    for (guint i = 0; i < G_N_ELEMENTS(towns); i++)
        ids[i] = fixture_add_entry(fixture, ENTRY_MUNICIPALITY, 0, "o=Ort", towns[i],
                                   G_N_ELEMENTS(towns[i]));
    for (guint i = 0; i < G_N_ELEMENTS(ids) * G_N_ELEMENTS(persons); i++)
        fixture_add_entry(fixture, ENTRY_PERSON, ids[i % G_N_ELEMENTS(ids)], "cn=Anna+uid=7",
                          persons[i % G_N_ELEMENTS(persons)], G_N_ELEMENTS(persons[0]));
    return fixture;
}

static void
read_back(const FilterNode *node)
{
    g_autofree char *text = filter_to_text(node);
    g_autoptr(FilterNode) again = filter_parse(text, strlen(text), "fuzz", NULL);
    if (!again && strlen(text) <= FILTER_BYTES_MAX) /* escapes make it longer */
        abort();
    g_autofree char *twice = again ? filter_to_text(again) : NULL;
    if (again && strcmp(text, twice) != 0)
        abort();
    value_unref(filter_to_value(node));
}

typedef struct {
    Matcher *matcher;
    guint64 selected; /* bit: row */
} InMemory;

static gboolean
match_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    InMemory *memory = data;
    if (matcher_match(memory->matcher, person) == MATCH_TRUE)
        memory->selected |= G_GUINT64_CONSTANT(1) << person->id;
    return TRUE;
}

static gboolean
note_one(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    *(guint64 *)data |= G_GUINT64_CONSTANT(1) << person->id;
    return TRUE;
}

static guint
count_bits(guint64 set)
{
    guint count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

/* by the store's index; FALSE where names and values are not what they must be */
static gboolean
select_by_index(Fixture *fixture, const FilterNode *node, guint64 *selected)
{
    g_autofree char *text = filter_to_text(node);
    g_autoptr(Selection) selection =
        selection_new(text, NULL, fixture->config->directory_fields, NULL);
    gint64 count = 0;
    *selected = 0;
    if (!selection)
        return FALSE;
    if (!selection_each(selection, fixture->store, note_one, selected, NULL) ||
        !selection_count(selection, fixture->store, &count, NULL) || count != count_bits(*selected))
        abort();
    return TRUE;
}

/* What a sentence says of a filter selects the same. */
static void
select_as_said(Fixture *fixture, const FilterNode *node, guint64 selected)
{
    static const char *const languages[] = {"de", "en"};
    const FieldMap *map = fixture->config->directory_fields;
    for (guint i = 0; i < G_N_ELEMENTS(languages); i++) {
        guint64 said;
        g_autofree char *sentence = phrase_from_filter(node, map, languages[i]);
        g_autoptr(FilterNode) again = phrase_to_filter(sentence, -1, map, "fuzz", NULL);
        if (again && (!select_by_index(fixture, again, &said) || said != selected))
            abort();
    }
}

static void
select_all_ways(Fixture *fixture, const FilterNode *node)
{
    guint64 selected;
    g_autoptr(Matcher) matcher = matcher_new(node, fixture->config->directory_fields);
    InMemory memory = {matcher, 0};
    if (!persons_each(fixture->store, NULL, match_one, &memory, NULL))
        abort();
    if (!select_by_index(fixture, node, &selected))
        return;
    if (selected != memory.selected)
        abort();
    select_as_said(fixture, node, selected);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static Fixture *fixture;
    if (!fixture)
        fixture = make_roster();
    g_autoptr(GError) error = NULL;
    g_autoptr(FilterNode) node = filter_parse((const char *)data, size, "fuzz", &error);
    if ((node == NULL) != (error != NULL))
        abort();
    if (node) {
        read_back(node);
        select_all_ways(fixture, node);
    }
    return 0;
}
