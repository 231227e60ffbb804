/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench/select.c - whom a filter selects, inside one process: by the store's index, and by the directory
 *
 *     select CONFIG TIMES FILTER...
 *
 * For each filter a line: the two medians in milliseconds, the number of persons found. Ours is the
 * way from the filter's text to the ids of persons; the directory's is a search on one connection
 * that asks for no attributes. Both must find as many. */
#include "bare.h"
#include "base/clock.h"
#include "config/config.h"
#include "mailing/selection.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned long
search(LDAP *handle, const Config *config, const char *filter)
{
    char none[] = LDAP_NO_ATTRS;
    char *attributes[] = {none, NULL};
    int number = 0;
    g_autofree char *persons = g_strdup_printf("(&(objectClass=inetOrgPerson)%s)", filter);
    bare_need(ldap_search_ext(handle, config->directory_base, LDAP_SCOPE_SUBTREE, persons,
                              attributes, 0, NULL, NULL, NULL, LDAP_MAXINT, &number),
              "search");
    return bare_discard(handle, number);
}

static void
measure(const Config *config, Store *store, LDAP *bare, guint times, const char *filter)
{
    g_autoptr(GArray) ours = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) theirs = g_array_new(FALSE, FALSE, sizeof(double));
    gint64 found = 0;
    for (guint i = 0; i < times; i++) {
        g_autoptr(GError) error = NULL;
        double begun = clock_elapsed();
        g_autoptr(Selection) selection =
            selection_new(filter, NULL, config->directory_fields, &error);
        bare_expect(selection && selection_count(selection, store, &found, &error), error);
        bare_note(ours, begun);
        begun = clock_elapsed();
        unsigned long entries = search(bare, config, filter);
        bare_note(theirs, begun);
        bare_expect((gint64)entries == found, NULL);
    }
    printf("%.4f %.4f %d\n", bare_median(ours), bare_median(theirs), (int)found);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *password = NULL;
    guint times = argc > 2 ? (guint)strtoul(argv[2], NULL, 10) : 0;
    if (argc < 4 || times == 0) {
        fprintf(stderr, "usage: select CONFIG TIMES FILTER...\n");
        return 2;
    }
    g_autoptr(Config) config = config_load(argv[1], &error);
    bare_expect(config != NULL, error);
    g_autoptr(Store) store = store_open(config->store_uri, 0, &error);
    bare_expect(store != NULL, error);
    bare_expect(g_file_get_contents(config->directory_password_file, &password, NULL, &error),
                error);
    LDAP *bare = bare_open(config->directory_uri, config->directory_bind_dn, password);
    for (int i = 3; i < argc; i++)
        measure(config, store, bare, times, argv[i]);
    ldap_unbind_ext_s(bare, NULL, NULL);
    return 0;
}
