/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value.h - a tree of text, numbers, lists and maps
 *
 * The common currency between YAML files, templates and JSON output: config/yaml.h reads one,
 * message/template.h renders with one, base/json.h writes one. A value is reference counted and
 * is not changed once it is shared. Maps keep the order in which keys were set. Values read from
 * a file know their line and column (from 1; 0: not from a file). */
#ifndef RUNDRUF_BASE_VALUE_H
#define RUNDRUF_BASE_VALUE_H

#include <glib.h>

typedef enum {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_MAP
} ValueKind;

typedef struct Value Value;

/* New values; the caller owns the reference. `text` is copied and must be UTF-8 (NULL makes a
 * null). */
Value *value_new_null(void);
Value *value_new_bool(gboolean flag);
Value *value_new_int(gint64 number);
Value *value_new_real(double number);
Value *value_new_text(const char *text);
Value *value_new_list(void);
Value *value_new_map(void);

Value *value_ref(Value *value);
void value_unref(Value *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Value, value_unref)

/* Append to a list, set a map's key (a repeated key replaces); both take `item` over. */
void value_append(Value *list, Value *item);
void value_set(Value *map, const char *key, Value *item);

/* Short forms for the common case of a map that is being filled. */
void value_set_text(Value *map, const char *key, const char *text);
void value_set_int(Value *map, const char *key, gint64 number);
void value_set_bool(Value *map, const char *key, gboolean flag);

void value_set_mark(Value *value, guint line, guint column);
guint value_line(const Value *value);
guint value_column(const Value *value);

ValueKind value_kind(const Value *value);

/* The content; the kind must fit (TEXT: never NULL; owned by the value). */
gboolean value_bool(const Value *value);
gint64 value_int(const Value *value);
double value_real(const Value *value);
const char *value_text(const Value *value);

/* Items of a list or a map, and the n-th (from 0), owned by the container; a map's n-th key. */
guint value_count(const Value *container);
Value *value_item(const Value *container, guint index);
const char *value_key(const Value *map, guint index);

/* A map's item, or NULL if `value` is no map or has no such key. */
Value *value_get(const Value *value, const char *key);

#endif
