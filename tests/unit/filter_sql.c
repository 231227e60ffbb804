/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter: the SQL of compile.c selects what match.c selects, on a made-up roster */
#include "filter/compile.h"
#include "filter/match.h"

#include "model/attribute_type.h"
#include "store/address_hash.h"
#include "store/postings.h"
#include "store/schema.h"

#include <sqlite3.h>
#include <string.h>

#define MUNICIPALITIES 12
#define PERSONS        120
#define FILTERS        1000
#define SEED           20201111

typedef struct {
    sqlite3 *db;
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

static void
execute(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        g_error("%s: %s", sql, message);
}

static void
insert(sqlite3 *db, const char *sql, const char *name, const char *norm, gint64 entry)
{
    sqlite3_stmt *stmt;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, norm, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, entry);
    g_assert_cmpint(sqlite3_step(stmt), ==, SQLITE_DONE);
    sqlite3_finalize(stmt);
}

/* `description` and `value` go into the index as sync puts them there */
static void
add_term(Roster *roster, gint64 entry, const char *description, const AttributeValue *value)
{
    g_auto(GStrv) indexed = field_map_attributes(roster->map);
    for (char **name = indexed; *name; name++) {
        if (!attribute_is(description, *name, attribute_type_find(*name)))
            continue;
        g_autofree char *norm = attribute_norm(attribute_rule(*name), value->data, value->length);
        if (!norm)
            continue;
        insert(roster->db,
               "INSERT OR IGNORE INTO posting (attribute, norm, first, rest)"
               " VALUES (?1, ?2, ?3, x'')",
               *name, norm, entry);
    }
}

static Attributes *
add_entry(Roster *roster, gint64 municipality, Attributes *attributes)
{
    g_ptr_array_add(roster->entries, attributes);
    gint64 id = roster->entries->len;
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO entry (id, uuid, rdn, kind, municipality, digest, attributes)"
        " VALUES (%d, randomblob(16), 'x', '%s', nullif(%d, 0), x'', x'')",
        (int)id, id <= MUNICIPALITIES ? "municipality" : "person", (int)municipality);
    execute(roster->db, sql);
    for (guint i = 0; i < attributes_count(attributes); i++) {
        guint count;
        const AttributeValue *values = attributes_values(attributes, i, &count);
        for (guint j = 0; j < count; j++)
            add_term(roster, id, attributes_description(attributes, i), &values[j]);
    }
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
    roster->entries = g_ptr_array_new_with_free_func((GDestroyNotify)attributes_free);
    g_assert_cmpint(sqlite3_open(":memory:", &roster->db), ==, SQLITE_OK);
    g_assert_cmpint(postings_register(roster->db), ==, SQLITE_OK);
    g_assert_cmpint(address_hash_register(roster->db), ==, SQLITE_OK);
    for (const char *const *step = schema_steps; *step; step++)
        execute(roster->db, *step);
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
}

static void
roster_clear(Roster *roster)
{
    sqlite3_close(roster->db);
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

/* TRUE for each person whose row the condition selects */
static void
select_rows(const Roster *roster, const Condition *condition, gboolean *selected)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT e.id FROM entry e WHERE e.kind = 'person' AND %s", condition->sql->str);
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(roster->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(roster->db));
    for (guint i = 0; i < condition->values->len; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "$%u", i + 1);
        sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, name),
                          g_ptr_array_index(condition->values, i), -1, SQLITE_STATIC);
    }
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        selected[sqlite3_column_int64(stmt, 0) - MUNICIPALITIES - 1] = TRUE;
    g_assert_cmpint(code, ==, SQLITE_DONE);
    sqlite3_finalize(stmt);
}

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
    gboolean selected[PERSONS] = {FALSE};
    select_rows(roster, condition, selected);
    for (guint i = 0; i < PERSONS; i++) {
        gboolean matches = filter_match(node, &roster->persons[i], roster->map) == MATCH_TRUE;
        if (matches ? !selected[i] : selected[i] && condition->exact)
            g_error("%s: person %u %s, but SQL (%s) says otherwise: %s", text, i,
                    matches ? "matches" : "does not match", condition->exact ? "exact" : "inexact",
                    condition->sql->str);
        tally->hits += matches;
    }
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
            g_error("%s: %s", rows[i].text, condition->sql->str);
    }
}

/* the largest filters are still statements that SQLite takes */
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
    g_assert_cmpuint(tally.inexact, ==, 1);
    roster_clear(&roster);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter/sql/generated", test_generated);
    g_test_add_func("/filter/sql/exact", test_exact);
    g_test_add_func("/filter/sql/large", test_large);
    return g_test_run();
}
