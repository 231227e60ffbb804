/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/addressee.h"

#include "base/error.h"
#include "cli/persons.h"
#include "model/address.h"
#include "model/event.h"
#include "model/suppression.h"
#include "store/deliveries.h"

#include <string.h>

static Addressee *
addressee_new(void)
{
    Addressee *addressee = g_new0(Addressee, 1);
    addressee->addresses = g_ptr_array_new_with_free_func(g_free);
    addressee->keys = g_ptr_array_new_with_free_func(g_free);
    return addressee;
}

void
addressee_free(Addressee *addressee)
{
    if (!addressee)
        return;
    g_free(addressee->name);
    g_ptr_array_unref(addressee->addresses);
    g_ptr_array_unref(addressee->keys);
    g_free(addressee);
}

static Addressee *
addressee_end(Addressee *addressee)
{
    g_ptr_array_add(addressee->addresses, NULL);
    g_ptr_array_add(addressee->keys, NULL);
    return addressee;
}

/* what is no address, or one that is there already, adds nothing */
static void
add_address(Addressee *addressee, const char *text, gssize length)
{
    g_autoptr(Address) address = address_parse(text, length, NULL);
    g_autofree char *key = address ? address_key(address) : NULL;
    if (!key || g_ptr_array_find_with_equal_func(addressee->keys, key, g_str_equal, NULL))
        return;
    g_ptr_array_add(addressee->addresses, g_strdup(address->text));
    g_ptr_array_add(addressee->keys, g_steal_pointer(&key));
}

typedef struct {
    const FieldMap *map;
    Addressee *addressee;
} Taker;

static gboolean
take_addresses(const Person *person, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    const Taker *taker = user_data;
    for (char **attribute = taker->map->attributes[FIELD_MAIL]; *attribute; attribute++) {
        guint count;
        const AttributeValue *values = attributes_find(person->own, *attribute, &count);
        for (guint i = 0; i < count; i++)
            add_address(taker->addressee, values[i].data, (gssize)values[i].length);
    }
    return TRUE;
}

/* A mailing that was prepared before the roster changed goes to an address of then. */
static gboolean
add_waiting(Store *store, Addressee *addressee, GError **error)
{
    g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(g_free);
    if (!deliveries_add_addresses(store, addressee->uuid, waiting, error))
        return FALSE;
    for (guint i = 0; i < waiting->len; i++)
        add_address(addressee, waiting->pdata[i], -1);
    return TRUE;
}

Addressee *
addressee_find_person(Cli *cli, const char *word, GError **error)
{
    g_autoptr(Addressee) addressee = addressee_new();
    if (!persons_find_one(cli, word, addressee->uuid, &addressee->name, error))
        return NULL;
    Taker taker = {cli->config->directory_fields, addressee};
    if (!persons_find_uuid(cli->store, addressee->uuid, take_addresses, &taker, error) ||
        !add_waiting(cli->store, addressee, error))
        return NULL;
    return addressee_end(g_steal_pointer(&addressee));
}

Addressee *
addressee_find(Cli *cli, const char *word, GError **error)
{
    /* a DN may hold an "@", an address seldom a "=" */
    g_autoptr(GError) wrong = NULL;
    g_autoptr(Address) address = address_parse(word, -1, &wrong);
    if (address) {
        Addressee *addressee = addressee_new();
        add_address(addressee, word, -1);
        return addressee_end(addressee);
    }
    if (strchr(word, '@') && !strchr(word, '=')) {
        g_propagate_prefixed_error(error, g_steal_pointer(&wrong), "%s: ", word);
        return NULL;
    }
    g_autoptr(Addressee) person = addressee_find_person(cli, word, error);
    if (!person)
        return NULL;
    if (!person->name) {
        persons_set_not_found(word, error);
        return NULL;
    }
    if (!person->keys->pdata[0]) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("%s has no usable mail address; name the address"), person->name);
        return NULL;
    }
    return g_steal_pointer(&person);
}

gboolean
addressee_check_purpose(const char *purpose, gboolean all, GError **error)
{
    if (event_name_valid(purpose) || (all && strcmp(purpose, SUPPRESSION_ALL_PURPOSES) == 0))
        return TRUE;
    cli_usage(error, _("\"%s\" is no purpose; use one word of small letters, digits, hyphens"),
              purpose);
    return FALSE;
}
