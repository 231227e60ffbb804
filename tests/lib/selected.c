/* SPDX-License-Identifier: GPL-3.0-or-later */
/* selected CONFIG URI BASE CLASS: whether the store and a directory select the same persons
 *
 * Reads one filter a line, asks the directory among the entries of the class by libldap, and the
 * store of the configuration by mailing/selection.h. Prints a line for each filter with a
 * difference: the filter, how many each selects, and one UUID that only one of them has; at the end
 * how many filters there were and how many persons they selected. */
#include "config/config.h"
#include "mailing/selection.h"
#include "store/schemas.h"
#include "store/store.h"

#include <ldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    guint8 octets[UUID_LENGTH];
} Uuid;

static void
need(gboolean good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "selected: %s\n", what);
    exit(1);
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(Uuid));
}

static gboolean
note_person(const Person *person, gpointer data, G_GNUC_UNUSED GError **error)
{
    g_array_append_vals(data, person->uuid, 1);
    return TRUE;
}

/* FALSE if the filter is refused */
static gboolean
ask_store(Store *store, const FieldMap *map, const char *filter, GArray *found)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Selection) selection = selection_new(filter, NULL, map, &error);
    if (!selection || !selection_each(selection, store, note_person, found, &error)) {
        printf("%s\t%s\n", filter, error->message);
        return FALSE;
    }
    g_array_sort(found, compare);
    return TRUE;
}

static void
note_entry(LDAP *handle, LDAPMessage *message, GArray *found)
{
    struct berval **values = ldap_get_values_len(handle, message, "entryUUID");
    Uuid uuid;
    need(values && values[0] && uuid_from_text(values[0]->bv_val, values[0]->bv_len, uuid.octets),
         "an entry without entryUUID");
    g_array_append_val(found, uuid);
    ldap_value_free_len(values);
}

static int
send_search(LDAP *handle, const char *base, const char *class, const char *filter)
{
    static char *attributes[] = {(char *)"entryUUID", NULL};
    g_autofree char *text = g_strdup_printf("(&(objectClass=%s)%s)", class, filter);
    int number = 0;
    int code = ldap_search_ext(handle, base, LDAP_SCOPE_SUBTREE, text, attributes, 0, NULL, NULL,
                               NULL, LDAP_NO_LIMIT, &number);
    need(code == LDAP_SUCCESS, filter);
    return number;
}

static void
take_answer(LDAP *handle, int search, GArray *found)
{
    LDAPMessage *message = NULL;
    int type, code = LDAP_SERVER_DOWN;
    while ((type = ldap_result(handle, search, LDAP_MSG_ONE, NULL, &message)) ==
           LDAP_RES_SEARCH_ENTRY) {
        note_entry(handle, message, found);
        ldap_msgfree(message);
    }
    if (type == LDAP_RES_SEARCH_RESULT)
        ldap_parse_result(handle, message, &code, NULL, NULL, NULL, NULL, 1);
    need(code == LDAP_SUCCESS, ldap_err2string(code));
    g_array_sort(found, compare);
}

static void
print_difference(const char *filter, const GArray *ours, const GArray *theirs)
{
    guint i = 0;
    while (i < MIN(ours->len, theirs->len) &&
           compare(&g_array_index(ours, Uuid, i), &g_array_index(theirs, Uuid, i)) == 0)
        i++;
    gboolean in_ours =
        i < ours->len && (i >= theirs->len || compare(&g_array_index(ours, Uuid, i),
                                                      &g_array_index(theirs, Uuid, i)) < 0);
    g_autofree char *uuid = uuid_to_text(g_array_index(in_ours ? ours : theirs, Uuid, i).octets);
    printf("%s\t%u here, %u there; %s has %s\n", filter, ours->len, theirs->len,
           in_ours ? "the store" : "the directory", uuid);
}

int
main(int argc, char **argv)
{
    need(argc == 5, "usage: selected CONFIG URI BASE CLASS <FILTERS");
    g_autoptr(Config) config = config_load(argv[1], NULL);
    g_autoptr(Store) store = config ? store_open(config->store_uri, 0, NULL) : NULL;
    need(store != NULL, "the store cannot be opened");
    need(schemas_use(store, config->directory_fields, NULL), "the schema cannot be read");
    LDAP *handle = NULL;
    int version = LDAP_VERSION3;
    need(ldap_initialize(&handle, argv[2]) == LDAP_SUCCESS, "no such URI");
    ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
    g_autoptr(GArray) ours = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(GArray) theirs = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autofree char *line = NULL;
    size_t size = 0;
    guint filters = 0, differences = 0;
    guint64 persons = 0;
    for (ssize_t length; (length = getline(&line, &size, stdin)) > 0; filters++) {
        g_strchomp(line);
        g_array_set_size(ours, 0);
        g_array_set_size(theirs, 0);
        int search = send_search(handle, argv[3], argv[4], line);
        gboolean taken = ask_store(store, config->directory_fields, line, ours);
        take_answer(handle, search, theirs);
        persons += ours->len;
        gboolean same = taken && ours->len == theirs->len &&
                        memcmp(ours->data, theirs->data, ours->len * sizeof(Uuid)) == 0;
        differences += !same;
        if (taken && !same)
            print_difference(line, ours, theirs);
    }
    printf("%u filters, %u differences, %" G_GUINT64_FORMAT " persons\n", filters, differences,
           persons);
    ldap_unbind_ext_s(handle, NULL, NULL);
    return differences > 0;
}
