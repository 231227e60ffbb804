/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a condition of compile.c selects, by the index, whom match.c selects, on a made-up roster */
#include "store/select.h"

#include "filter/compile.h"
#include "filter/match.h"
#include "store/entries.h"
#include "store/terms.h"

#include <glib/gstdio.h>
#include <string.h>

#define MUNICIPALITIES 12
#define PERSONS        120
#define FILTERS        1000
#define SEED           20201111

typedef struct {
    char *folder, *path;
    Store *store;
    Terms *terms;
    FieldMap *map;
    GPtrArray *entries; /* of Attributes *, entry n having the row n + 1: municipalities first */
    Person persons[PERSONS];
} Roster;

static const char *const texts[] = {
    "Anna Meier",
    "anna  meier",
    "ANNA MEIER",
    "Groß-Gerau",
    "gross-gerau",
    "Köln",
    "KÖLN",
    "Ko\xcc\x88ln",
    "a_b",
    "a%b",
    "a\\b",
    "axb",
    "Planung",
    "planung ",
    " Plan ung",
    "Bildungsplanung",
    "x",
    "",
    " ",
    "\xff\xfe",
    "Ẑ",
    "a*b",
    "(a)",
    "zz",
    "\xf4\x8f\xbf\xbf",
    "\xf4\x8f\xbf\xbfx",
    "A;B",
};
static const char *const numbers[] = {
    "0",   "-1",       "7",          "100000", "200001", "99999999999999999999",
    "abc", "08222000", "08 222 000", "1 2"};
static const char *const own_names[] = {
    "cn",
    "displayName",
    "displayName;lang-de",
    "sn",
    "givenName",
    "mail",
    "telephoneNumber",
    "o",
    "title",
    "ou",
    "employeeType",
    "businessCategory",
    "businessCategory;x-a",
    "description",
    "departmentNumber",
    "commonName",
    "population",
    "labeledURI",
    "roomNumber",
    "uidNumber",
};
static const char *const town_names[] = {"o",          "o;lang-de",  "st",         "ags",
                                         "population", "postalCode", "description"};

static const char *
pick(GRand *rand, const char *const *from, guint count)
{
    return from[g_rand_int_range(rand, 0, (gint32)count)];
}

#define PICK(rand, from) pick(rand, from, G_N_ELEMENTS(from))

static Attributes *
add_entry(Roster *roster, gint64 municipality, Attributes *attributes)
{
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(roster->entries, attributes);
    const gint64 id = roster->entries->len;
    EntryRow row = {.id = id,
                    .rdn = "x",
                    .kind = id <= MUNICIPALITIES ? ENTRY_MUNICIPALITY : ENTRY_PERSON,
                    .municipality = municipality};
    memcpy(row.uuid, &id, sizeof id);
    g_assert_true(entries_insert(roster->store, &row, "", 0, &error));
    terms_collect(roster->terms, id, attributes);
    return attributes;
}

static Attributes *
make_attributes(GRand *rand, const char *const *names, guint count)
{
    Attributes *attributes = attributes_new();
    for (gint32 n = g_rand_int_range(rand, 0, 2 * (gint32)count); n > 0; n--) {
        const char *name = pick(rand, names, count);
        gboolean number = strcmp(name, "population") == 0 || strcmp(name, "ags") == 0 ||
                          strcmp(name, "telephoneNumber") == 0 || strcmp(name, "uidNumber") == 0 ||
                          strcmp(name, "postalCode") == 0;
        const char *value = number ? PICK(rand, numbers) : PICK(rand, texts);
        attributes_add(attributes, name, value, strlen(value));
    }
    return attributes;
}

static void
roster_init(Roster *roster, FieldMap *map, GRand *rand)
{
    roster->map = map;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) indexed = field_map_attributes(map);
    roster->entries = g_ptr_array_new_with_free_func((GDestroyNotify)attributes_free);
    roster->folder = g_dir_make_tmp("rundruf-XXXXXX", NULL);
    roster->path = g_build_filename(roster->folder, "select.db", NULL);
    g_autofree char *uri = g_strconcat("sqlite:", roster->path, NULL);
    roster->store = store_open(uri, STORE_CREATE | STORE_UPGRADE, &error);
    g_assert_no_error(error);
    roster->terms = terms_new((const char *const *)indexed);
    g_autoptr(StoreTransaction) transaction = store_begin(roster->store, &error);
    for (guint i = 0; i < MUNICIPALITIES; i++)
        add_entry(roster, 0, make_attributes(rand, town_names, G_N_ELEMENTS(town_names)));
    for (guint i = 0; i < PERSONS; i++) {
        gint32 town = g_rand_int_range(rand, 0, MUNICIPALITIES + 1);
        Person *person = &roster->persons[i];
        *person = (Person){.dn = (char *)"cn=x,o=Köln,dc=x"};
        person->own =
            add_entry(roster, town, make_attributes(rand, own_names, G_N_ELEMENTS(own_names)));
        person->id = roster->entries->len;
        person->municipality = town ? g_ptr_array_index(roster->entries, (guint)town - 1) : NULL;
    }
    terms_sort(roster->terms);
    g_assert_true(terms_build(roster->terms, roster->store, &error));
    g_assert_true(store_commit(g_steal_pointer(&transaction), &error));
}

static void
roster_clear(Roster *roster)
{
    store_close(roster->store);
    terms_free(roster->terms);
    g_unlink(roster->path);
    g_rmdir(roster->folder);
    g_free(roster->path);
    g_free(roster->folder);
    g_ptr_array_unref(roster->entries);
    field_map_free(roster->map);
}

/* ---- made-up filters ---- */

static void
append_escaped(GString *out, const char *value)
{
    for (const char *p = value; *p; p++) {
        if (strchr("()*\\", *p) || (guchar)*p >= 0x80)
            g_string_append_printf(out, "\\%02x", (guchar)*p);
        else
            g_string_append_c(out, *p);
    }
}

/* up to three octets out of the middle of a value, so that pieces fit now and then */
static void
append_piece(GString *out, GRand *rand)
{
    const char *value = PICK(rand, texts);
    gint32 length = (gint32)strlen(value);
    gint32 start = g_rand_int_range(rand, 0, length + 1);
    g_autofree char *piece = g_strndup(value + start, (gsize)g_rand_int_range(rand, 0, 4));
    append_escaped(out, piece);
}

static void
append_term(GString *out, GRand *rand)
{
    static const char *const names[] = {
        "name",
        "givenname",
        "surname",
        "mail",
        "phone",
        "title",
        "office",
        "role",
        "planning",
        "level",
        "city",
        "state",
        "ags",
        "cn",
        "displayName",
        "o",
        "businessCategory",
        "st",
        "telephoneNumber",
        "employeeType;x-a",
        "planning;x-a",
        "name;lang-de",
        "city;lang-de",
        "description",
        "roomNumber",
        "objectClass",
        "labeledURI",
        "labeledURI",
        "seeAlso",
        "commonName",
        "2.5.4.3",
        "uidNumber",
        "cn:caseExactMatch:",
        "o:dn:",
        ":caseIgnoreMatch:",
        "city:",
        "title:2.5.13.5:",
    };
    static const char *const operators[] = {"=", "=", "=", ">=", "<=", "~="};
    g_string_append_c(out, '(');
    if (g_rand_int_range(rand, 0, 8) == 0) {
        g_string_append_printf(out, "population%s%s)", PICK(rand, operators),
                               numbers[g_rand_int_range(rand, 0, 6)]);
        return;
    }
    const char *name = PICK(rand, names);
    gboolean extensible = g_str_has_suffix(name, ":");
    gint32 kind = extensible ? 9 : g_rand_int_range(rand, 0, 10);
    g_string_append(out, name);
    if (kind == 0) {
        g_string_append(out, "=*");
    } else if (kind <= 4) {
        g_string_append_c(out, '=');
        append_piece(out, rand);
        for (gint32 n = g_rand_int_range(rand, 1, 4); n > 0; n--) {
            g_string_append_c(out, '*');
            append_piece(out, rand);
        }
    } else {
        g_string_append(out, extensible ? "=" : PICK(rand, operators));
        append_escaped(out, kind <= 6 ? PICK(rand, numbers) : PICK(rand, texts));
    }
    g_string_append_c(out, ')');
}

static void
append_filter(GString *out, GRand *rand, guint depth)
{
    gint32 kind = depth == 0 ? 0 : g_rand_int_range(rand, 0, 6);
    if (kind < 2) {
        append_term(out, rand);
        return;
    }
    g_string_append(out, kind == 2 ? "(&" : kind == 3 ? "(|" : "(!");
    for (gint32 n = kind >= 4 ? 1 : g_rand_int_range(rand, 1, 5); n > 0; n--)
        append_filter(out, rand, depth - 1);
    g_string_append_c(out, ')');
}

/* ---- the two ways ---- */

typedef struct {
    guint exact, inexact, hits;
} Tally;

static void
compare(const Roster *roster, const char *text, Tally *tally)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FilterNode) node = filter_parse(text, strlen(text), "filter", &error);
    g_assert_no_error(error);
    g_autoptr(Condition) condition = filter_compile(node, roster->map, "filter", &error);
    g_assert_no_error(error);
    g_autoptr(EntrySet) set = select_persons(roster->store, condition, &error);
    g_assert_no_error(error);
    guint64 found = 0;
    for (guint i = 0; i < PERSONS; i++) {
        gboolean matches = filter_match(node, &roster->persons[i], roster->map) == MATCH_TRUE;
        gboolean selected = entry_set_has(set, roster->persons[i].id);
        if (matches ? !selected : selected && condition->exact)
            g_error("%s: person %u %s, but the index (%s) says otherwise", text, i,
                    matches ? "matches" : "does not match", condition->exact ? "exact" : "inexact");
        tally->hits += matches;
        found += selected;
    }
    g_assert_cmpuint(entry_set_count(set), ==, found); /* persons alone */
    if (condition->exact)
        tally->exact++;
    else
        tally->inexact++;
}

static void
test_generated(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    Roster roster;
    FieldMap *map = field_map_new();
    field_map_set(map, FIELD_TITLE, "title labeledURI"); /* caseIgnore, then caseExact */
    field_map_set(map, FIELD_LEVEL, "departmentNumber uidNumber");
    field_map_set(map, FIELD_POPULATION, "population postalCode"); /* integer, then caseIgnore */
    roster_init(&roster, map, rand);
    Tally tally = {0, 0, 0};
    for (guint i = 0; i < FILTERS; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        append_filter(text, rand, (guint)g_rand_int_range(rand, 0, 7));
        compare(&roster, text->str, &tally);
    }
    g_test_message("%u exact, %u inexact, %u hits", tally.exact, tally.inexact, tally.hits);
    g_assert_cmpuint(tally.exact, >, FILTERS / 4);
    g_assert_cmpuint(tally.inexact, >, FILTERS / 10);
    g_assert_cmpuint(tally.hits, >, FILTERS * PERSONS / 20);
    roster_clear(&roster);
}

/* what must be exact, so that nobody is asked twice for the common filters */
static void
test_exact(void)
{
    static const struct {
        const char *text;
        gboolean exact;
    } rows[] = {
        {"(&(planning=Schulentwicklungsplanung)(population>=200001)(!(role=head)))", TRUE},
        {"(|(city=Köln)(name=A*b*c)(ags=08*)(sn=*))", TRUE},
        {"(!(|(city=x)(!(mail=*@x.de))))", TRUE},
        {"(!(name=x))", TRUE},
        {"(name=\\ff)", TRUE},
        {"(cn:=x)", TRUE},
        {"(description=x)", FALSE},
        {"(planning;x-a=x)", FALSE},
        {"(cn:caseExactMatch:=x)", FALSE},
    };
    g_autoptr(FieldMap) map = field_map_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(FilterNode) node = filter_parse(rows[i].text, strlen(rows[i].text), "f", NULL);
        g_autoptr(Condition) condition = filter_compile(node, map, "f", NULL);
        if (condition->exact != rows[i].exact)
            g_error("%s", rows[i].text);
    }
}

/* the largest filters are answered */
static void
test_large(void)
{
    static const struct {
        const char *before, *each, *after;
        guint count;
    } rows[] = {
        {"(|", "(name=x*y*z)", ")", FILTER_TERMS_MAX - 1},
        {"(&", "(!(city=x))", ")", FILTER_TERMS_MAX / 2 - 1},
        {"", "(&(cn=x)(|(sn=y)(!", "", FILTER_DEPTH_MAX / 3 - 1},
        {"", "(!", "", FILTER_DEPTH_MAX - 1},
        {"",
         "(&(a=1)(|(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)"
         "(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)(a=1)",
         "", 28},
    };
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    Roster roster;
    roster_init(&roster, field_map_new(), rand);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) text = g_string_new(rows[i].before);
        for (guint j = 0; j < rows[i].count; j++)
            g_string_append(text, rows[i].each);
        if (!*rows[i].after)
            g_string_append(text, "(cn=Anna Meier)");
        gint open = 0;
        for (const char *p = text->str; *p; p++)
            open += *p == '(' ? 1 : *p == ')' ? -1 : 0;
        while (open-- > 0)
            g_string_append_c(text, ')');
        g_string_replace(text, "(a=1)", "(mail=x)", 0);
        Tally tally = {0, 0, 0};
        compare(&roster, text->str, &tally);
    }
    g_autofree char *piece = g_strnfill(20000, '%');
    g_autofree char *text = g_strconcat("(|(cn=*", piece, "*x)(cn=", piece, "*))", NULL);
    Tally tally = {0, 0, 0};
    compare(&roster, text, &tally);
    g_assert_cmpuint(tally.exact, ==, 1);
    roster_clear(&roster);
}

/* each operation on sets against one element after the other */
static void
test_sets(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    static const gint64 sizes[] = {0, 1, 63, 64, 65, 1000};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const gint64 most = sizes[i];
        g_autoptr(EntrySet) a = entry_set_new(most), b = entry_set_new(most);
        g_autoptr(EntrySet) both = entry_set_new(most), rest = entry_set_new(most);
        for (gint64 id = 0; id <= most + 1; id++) {
            if (g_rand_boolean(rand))
                entry_set_add(a, id);
            if (g_rand_boolean(rand))
                entry_set_add(b, id);
        }
        entry_set_or(both, a);
        entry_set_or(rest, a);
        entry_set_and(both, b);
        entry_set_and_not(rest, b);
        guint64 count = 0;
        for (gint64 id = 0; id <= most + 1; id++) {
            gboolean in_a = entry_set_has(a, id), in_b = entry_set_has(b, id);
            g_assert_true(!in_a || (id > 0 && id <= most));
            g_assert_cmpint(entry_set_has(both, id), ==, in_a && in_b);
            g_assert_cmpint(entry_set_has(rest, id), ==, in_a && !in_b);
            count += in_a;
        }
        g_assert_cmpuint(entry_set_count(a), ==, count);
        g_assert_cmpint(entry_set_is_empty(a), ==, count == 0);
        for (gint64 id = entry_set_next(a, 0); id; id = entry_set_next(a, id), count--)
            g_assert_true(entry_set_has(a, id));
        g_assert_cmpuint(count, ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/select/generated", test_generated);
    g_test_add_func("/select/sets", test_sets);
    g_test_add_func("/select/exact", test_exact);
    g_test_add_func("/select/large", test_large);
    return g_test_run();
}
