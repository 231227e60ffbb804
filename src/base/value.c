/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value.h"

#include <string.h>

struct Value {
    gatomicrefcount references;
    ValueKind kind;
    guint line, column;
    union {
        gboolean flag;
        gint64 number;
        double real;
        char *text;
    };
    GPtrArray *items;  /* of Value, for LIST and MAP */
    GPtrArray *keys;   /* of char *, for MAP, parallel to items */
    GHashTable *index; /* key -> position + 1, made when a map grows over INDEX_FROM */
};

#define INDEX_FROM 16

static Value *
value_new(ValueKind kind)
{
    Value *value = g_new0(Value, 1);
    g_atomic_ref_count_init(&value->references);
    value->kind = kind;
    if (kind == VALUE_LIST || kind == VALUE_MAP)
        value->items = g_ptr_array_new_with_free_func((GDestroyNotify)value_unref);
    if (kind == VALUE_MAP)
        value->keys = g_ptr_array_new_with_free_func(g_free);
    return value;
}

Value *
value_new_null(void)
{
    return value_new(VALUE_NULL);
}

Value *
value_new_bool(gboolean flag)
{
    Value *value = value_new(VALUE_BOOL);
    value->flag = flag;
    return value;
}

Value *
value_new_int(gint64 number)
{
    Value *value = value_new(VALUE_INT);
    value->number = number;
    return value;
}

Value *
value_new_real(double number)
{
    Value *value = value_new(VALUE_REAL);
    value->real = number;
    return value;
}

Value *
value_new_text(const char *text)
{
    if (!text)
        return value_new_null();
    Value *value = value_new(VALUE_TEXT);
    value->text = g_strdup(text);
    return value;
}

Value *
value_new_list(void)
{
    return value_new(VALUE_LIST);
}

Value *
value_new_map(void)
{
    return value_new(VALUE_MAP);
}

Value *
value_ref(Value *value)
{
    g_atomic_ref_count_inc(&value->references);
    return value;
}

void
value_unref(Value *value)
{
    if (!value || !g_atomic_ref_count_dec(&value->references))
        return;
    if (value->kind == VALUE_TEXT)
        g_free(value->text);
    g_clear_pointer(&value->items, g_ptr_array_unref);
    g_clear_pointer(&value->keys, g_ptr_array_unref);
    g_clear_pointer(&value->index, g_hash_table_unref);
    g_free(value);
}

void
value_append(Value *list, Value *item)
{
    g_return_if_fail(list->kind == VALUE_LIST);
    g_ptr_array_add(list->items, item);
}

/* the position of `key` in a map, or -1 */
static gint
find_key(const Value *map, const char *key)
{
    if (map->index)
        return GPOINTER_TO_INT(g_hash_table_lookup(map->index, key)) - 1;
    for (guint i = 0; i < map->keys->len; i++)
        if (strcmp(g_ptr_array_index(map->keys, i), key) == 0)
            return (gint)i;
    return -1;
}

static void
index_key(Value *map, guint position)
{
    g_hash_table_insert(map->index, g_ptr_array_index(map->keys, position),
                        GINT_TO_POINTER((gint)position + 1));
}

void
value_set(Value *map, const char *key, Value *item)
{
    g_return_if_fail(map->kind == VALUE_MAP);
    gint found = find_key(map, key);
    if (found >= 0) {
        value_unref(g_ptr_array_index(map->items, (guint)found));
        g_ptr_array_index(map->items, (guint)found) = item;
        return;
    }
    g_ptr_array_add(map->keys, g_strdup(key));
    g_ptr_array_add(map->items, item);
    if (map->index) {
        index_key(map, map->keys->len - 1);
    } else if (map->keys->len > INDEX_FROM) {
        map->index = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < map->keys->len; i++)
            index_key(map, i);
    }
}

void
value_set_text(Value *map, const char *key, const char *text)
{
    value_set(map, key, value_new_text(text));
}

void
value_set_int(Value *map, const char *key, gint64 number)
{
    value_set(map, key, value_new_int(number));
}

void
value_set_bool(Value *map, const char *key, gboolean flag)
{
    value_set(map, key, value_new_bool(flag));
}

void
value_set_mark(Value *value, guint line, guint column)
{
    value->line = line;
    value->column = column;
}

guint
value_line(const Value *value)
{
    return value->line;
}

guint
value_column(const Value *value)
{
    return value->column;
}

ValueKind
value_kind(const Value *value)
{
    return value->kind;
}

gboolean
value_bool(const Value *value)
{
    g_return_val_if_fail(value->kind == VALUE_BOOL, FALSE);
    return value->flag;
}

gint64
value_int(const Value *value)
{
    g_return_val_if_fail(value->kind == VALUE_INT, 0);
    return value->number;
}

double
value_real(const Value *value)
{
    g_return_val_if_fail(value->kind == VALUE_REAL, 0);
    return value->real;
}

const char *
value_text(const Value *value)
{
    g_return_val_if_fail(value->kind == VALUE_TEXT, "");
    return value->text;
}

guint
value_count(const Value *container)
{
    return container->items ? container->items->len : 0;
}

Value *
value_item(const Value *container, guint index)
{
    g_return_val_if_fail(index < value_count(container), NULL);
    return g_ptr_array_index(container->items, index);
}

const char *
value_key(const Value *map, guint index)
{
    g_return_val_if_fail(map->kind == VALUE_MAP && index < map->keys->len, NULL);
    return g_ptr_array_index(map->keys, index);
}

Value *
value_get(const Value *value, const char *key)
{
    if (value->kind != VALUE_MAP)
        return NULL;
    gint found = find_key(value, key);
    return found < 0 ? NULL : g_ptr_array_index(value->items, (guint)found);
}
