/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cookie: what of a server's cookie is kept and sent */
#include "sync/cookie.h"

#include <string.h>

#define A1  "20260101000000.000001Z#000000#001#000000"
#define A2  "20260101000000.000002Z#000000#001#000000"
#define B1  "20260301000000.000001Z#000000#002#000000"
#define B2  "20260302000000.000000Z#000000#002#000000"
#define OLD "rid=000,csn=" A1 ";" B2

static GBytes *
bytes(const char *text)
{
    return text ? g_bytes_new_static(text, strlen(text)) : NULL;
}

static void
test_merge(void)
{
    static const struct {
        const char *old, *new, *kept;
    } rows[] = {
        {NULL, NULL, NULL},
        {NULL, "", NULL}, /* an empty one is never kept */
        {OLD, NULL, OLD}, /* none came: nothing has changed */
        {OLD, "", OLD},
        {NULL, "rid=000,sid=001,csn=" A1, "rid=000,csn=" A1},                  /* sid is cut */
        {NULL, "csn=" B1 ";" A1 ",sid=001,rid=000", "rid=000,csn=" A1 ";" B1}, /* any order */
        {OLD, "rid=000,sid=001,csn=" A2, "rid=000,csn=" A2 ";" B2}, /* of that change alone */
        {OLD, "rid=000,sid=002,csn=" B1, OLD},                      /* never back */
        {OLD, "rid=000,csn=" A1 ";" B2, OLD},
        {"rid=000,csn=" A2, "rid=000,delcsn=" A1 ",csn=" A1, "rid=000,delcsn=" A1 ",csn=" A2},
        {"rid=000,csn=" A1, "rid=000", "rid=000"}, /* not slapd's: as it is */
        {"389#x", "390#y", "390#y"},
        {"389#x", "rid=1,csn=" A1, "rid=1,csn=" A1},
        {NULL, "csn=", "csn="},
        {NULL, "csn=;;x", "csn=;;x"},
        {NULL, "csn=a#b#c", "csn=a#b#c"},
        {"rid=000,csn=never", "rid=000,csn=" A1, "rid=000,csn=" A1}, /* what is none, goes */
        {"rid=000,csn=" A1 ";never", "rid=000,csn=" B1, "rid=000,csn=" A1 ";" B1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) old = bytes(rows[i].old), wanted = bytes(rows[i].kept);
        g_autoptr(GBytes) kept =
            cookie_merge(old, rows[i].new, rows[i].new ? strlen(rows[i].new) : 0);
        if (!wanted)
            g_assert_null(kept);
        else
            g_assert_cmpmem(g_bytes_get_data(kept, NULL), g_bytes_get_size(kept), rows[i].kept,
                            strlen(rows[i].kept));
    }
    /* octets are no text */
    g_autoptr(GBytes) kept = cookie_merge(NULL, "csn=\0sid=1,", 11);
    g_assert_cmpmem(g_bytes_get_data(kept, NULL), g_bytes_get_size(kept), "csn=\0sid=1,", 11);
}

static void
test_covers(void)
{
    static const struct {
        const char *ours, *theirs;
        gboolean covers;
    } rows[] = {
        {OLD, NULL, TRUE}, /* nothing has changed */
        {OLD, OLD, TRUE},
        {OLD, "rid=000,sid=001,csn=" A2, TRUE},
        {"csn=" A1, "csn=" A2, TRUE},
        {"csn=" A1, OLD, FALSE}, /* a provider that it does not know */
        {"garbage", OLD, FALSE},
        {"rid=000,csn=never", "csn=" A1, FALSE},
        {NULL, "csn=" A1, FALSE},
        {"389#x", "389#y", TRUE}, /* who knows */
        {OLD, "389#y", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) ours = bytes(rows[i].ours), theirs = bytes(rows[i].theirs);
        g_assert_cmpint(cookie_covers(ours, theirs), ==, rows[i].covers);
    }
}

static void
test_time(void)
{
    static const struct {
        const char *cookie;
        gint64 time;
    } rows[] = {
        {NULL, 0},
        {OLD, 1772409600}, /* the newest of all */
        {"rid=000,csn=19700101000001.000000Z#000000#000#000000", 1},
        {"rid=000,csn=20260101000060.000000Z#000000#000#000000", 1767225659}, /* a leap second */
        {"csn=20261301000000Z", 0},
        {"csn=2026", 0},
        {"csn=", 0},
        {"something else", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) cookie = bytes(rows[i].cookie);
        g_assert_cmpint(cookie_time(cookie), ==, rows[i].time);
    }
}

static void
test_parameters(void)
{
    Config one = {.directory_uri = (char *)"ldap://a", .directory_base = (char *)"dc=b"};
    Config same = one, other = one, shifted = one;
    other.directory_filter = (char *)"(cn=*)";
    shifted.directory_uri = (char *)"ldap://adc=b"; /* where one ends counts */
    shifted.directory_base = NULL;
    same.guard_count = 7; /* decides nothing about the answer */
    g_autoptr(GBytes) digest = cookie_parameters(&one), digest_same = cookie_parameters(&same);
    g_autoptr(GBytes) digest_other = cookie_parameters(&other);
    g_autoptr(GBytes) digest_shifted = cookie_parameters(&shifted);
    g_assert_true(g_bytes_equal(digest, digest_same));
    g_assert_false(g_bytes_equal(digest, digest_other));
    g_assert_false(g_bytes_equal(digest, digest_shifted));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cookie/merge", test_merge);
    g_test_add_func("/cookie/covers", test_covers);
    g_test_add_func("/cookie/time", test_time);
    g_test_add_func("/cookie/parameters", test_parameters);
    return g_test_run();
}
