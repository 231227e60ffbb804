/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: base, ours, theirs -> what is written, or that a person must say */
#include "sync/merge.h"

#include <string.h>

/* values separated by blanks; "" is none */
static Attributes *
make(const char *values)
{
    Attributes *attributes = attributes_new();
    g_auto(GStrv) words = g_strsplit(values, " ", -1);
    for (char **word = words; *word; word++)
        if (**word)
            attributes_add(attributes, "mail", *word, strlen(*word));
    attributes_add(attributes, "cn", "x", 1);
    return attributes;
}

static char *
show(Attributes *attributes)
{
    g_byte_array_unref(attributes_encode(attributes)); /* sorted by it */
    g_autoptr(GString) text = g_string_new(NULL);
    guint count;
    const AttributeValue *values = attributes_find(attributes, "mail", &count);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "%s%.*s", i ? " " : "", (int)values[i].length, values[i].data);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define SAME     "="
#define CONFLICT "!"

static const struct {
    const char *base, *ours, *theirs, *result;
} rows[] = {
    /* only we changed it */
    {"a", "b", "a", "b"},
    {"a", "", "a", ""},
    {"", "a", "", "a"},
    {"a", "a b", "a", "a b"},
    {"a b", "a", "a b", "a"},
    {"a b", "c d", "a b", "c d"},
    {"a b c", "b c d", "a b c", "b c d"},
    /* only they did, or we say the same */
    {"a", "a", "a", SAME},
    {"a", "a", "b", SAME},
    {"a", "a", "", SAME},
    {"", "", "", SAME},
    {"", "", "a", SAME},
    {"a", "b", "b", SAME},
    {"a", "", "", SAME},
    {"", "a", "a", SAME},
    {"a b", "b a", "a b", SAME},
    /* both, and it fits */
    {"a", "a b", "a c", "a b c"},
    {"", "a", "b", "a b"},
    {"a b", "a", "a b c", "a c"},
    {"a b", "a", "b", ""},
    {"a b", "", "b", ""},
    {"a b", "c b", "a d", "c d"},
    {"a b", "a b c", "b", "b c"},
    {"a b", "b", "b c", CONFLICT}, /* a may have become c, which we have not seen */
    {"a b c", "b c", "a b", "b"},
    {"a", "b", "b c", SAME},
    {"", "a", "a b", SAME},
    {"a", "b", "a c", "b c"},
    {"a", "a b", "c", "b c"},
    {"a b", "c", "a b d", "c d"},
    /* the same value, and different ones in its place */
    {"a", "b", "c", CONFLICT},
    {"a", "", "b", CONFLICT},
    {"a", "b", "", CONFLICT},
    {"a b", "c b", "d b", CONFLICT},
    {"a b", "c", "d", CONFLICT},
    {"a b", "c b", "b", CONFLICT},
    {"a", "b c", "b d", CONFLICT},
    /* octets, not text */
    {"a", "A", "a", "A"},
    {"a", "A", "a b", "A b"},
    {"Ä", "ä", "Ä", "ä"},
};

static void
test_table(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Attributes) base = make(rows[i].base), ours = make(rows[i].ours),
                              theirs = make(rows[i].theirs), merged = NULL;
        MergeVerdict verdict = merge_attribute("MAIL", base, ours, theirs, &merged);
        g_autofree char *text = merged ? show(merged) : NULL;
        const char *result = verdict == MERGE_NOTHING    ? SAME
                             : verdict == MERGE_CONFLICT ? CONFLICT
                                                         : text;
        if (g_strcmp0(result, rows[i].result) != 0 || (verdict == MERGE_CLEAN) != (merged != NULL))
            g_error("row %u: \"%s\" \"%s\" \"%s\": \"%s\", not \"%s\"", i, rows[i].base,
                    rows[i].ours, rows[i].theirs, result, rows[i].result);
        if (merged)
            g_assert_cmpuint(attributes_count(merged), <=, 1);
    }
}

static const struct {
    const char *base1, *ours1, *base2, *ours2, *base, *ours;
} joins[] = {
    {"a", "b", "b", "c", "a", "c"},
    {"a", "b", "b", "a", "a", "a"},
    {"a", "b", "b", "", "a", ""},
    {"a", "", "", "b", "a", "b"},
    {"a b", "b", "b", "b c", "a b", "b c"},
    /* somebody else has added x, or taken b away, between them */
    {"a", "a b", "a b x", "a x", "a", "a"},
    {"a", "a b", "a b x", "a b", "a x", "a b"},
    {"a", "a b", "a b x", "b x", "a", "b"},
    {"a", "a b", "a b x", "a b c x", "a", "a b c"},
    {"a b", "a b c", "a c", "a b c", "a", "a b c"},
    {"a b", "a b c", "a c", "a", "a b", "a b"},
    {"a b", "b", "b x", "a b", "a b x", "a b"},
};

static void
test_join(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(joins); i++) {
        g_autoptr(Attributes) base1 = make(joins[i].base1), ours1 = make(joins[i].ours1),
                              base2 = make(joins[i].base2), ours2 = make(joins[i].ours2);
        g_autoptr(Attributes) base = NULL, ours = NULL;
        merge_join("mail", base1, ours1, base2, ours2, &base, &ours);
        g_autofree char *before = show(base), *after = show(ours);
        if (strcmp(before, joins[i].base) != 0 || strcmp(after, joins[i].ours) != 0)
            g_error("row %u: \"%s\" -> \"%s\"", i, before, after);
    }
}

static void
test_fulfilled(void)
{
    static const struct {
        const char *base, *ours, *theirs;
        gboolean fulfilled;
    } cases[] = {
        {"a", "b", "b", TRUE},     {"a", "b", "b c", TRUE}, {"a b", "b", "b c", TRUE},
        {"a", "a b", "b c", TRUE}, {"a", "", "c", TRUE},    {"a", "b", "a b", FALSE},
        {"a", "b", "c", FALSE},    {"a", "b", "", FALSE},   {"a b", "b", "a b c", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Attributes) base = make(cases[i].base), ours = make(cases[i].ours),
                              theirs = make(cases[i].theirs);
        if (merge_is_fulfilled("mail", base, ours, theirs) != cases[i].fulfilled)
            g_error("row %u", i);
    }
}

static void
test_absent(void)
{
    g_autoptr(Attributes) ours = make("a"), merged = NULL;
    g_assert_cmpint(merge_attribute("mail", NULL, NULL, NULL, &merged), ==, MERGE_NOTHING);
    g_assert_cmpint(merge_attribute("mail", NULL, ours, NULL, &merged), ==, MERGE_CLEAN);
    g_autofree char *text = show(merged);
    g_assert_cmpstr(text, ==, "a");
}

/* one more value among many: not squared time, and octets with NUL are values like others */
static void
test_many(void)
{
    g_autoptr(Attributes) base = attributes_new(), ours = attributes_new(), merged = NULL;
    for (guint32 i = 0; i < 20000; i++) {
        attributes_add(base, "member", &i, sizeof i);
        attributes_add(ours, "member", &i, sizeof i);
    }
    attributes_add(ours, "member", "\0new", 4);
    g_assert_cmpint(merge_attribute("member", base, ours, base, &merged), ==, MERGE_CLEAN);
    guint count;
    attributes_find(merged, "member", &count);
    g_assert_cmpuint(count, ==, 20001);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/merge/table", test_table);
    g_test_add_func("/merge/join", test_join);
    g_test_add_func("/merge/fulfilled", test_fulfilled);
    g_test_add_func("/merge/absent", test_absent);
    g_test_add_func("/merge/many", test_many);
    return g_test_run();
}
