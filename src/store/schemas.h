/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schemas.h - the directory's own schema, kept so that filters need no server
 *
 * One text (model/attribute_schema.h) for the source that was synced last; none where the directory
 * publishes none, e.g. a file: then the built-in table is in use. */
#ifndef RUNDRUF_STORE_SCHEMAS_H
#define RUNDRUF_STORE_SCHEMAS_H

#include "model/field.h"
#include "store/store.h"

/* Whether that source was ever asked. */
gboolean schemas_has(Store *store, const char *source, gboolean *has, GError **error);

/* What that source said; "" if it has none, NULL if it was never asked. Owned by the caller. */
gboolean schemas_get(Store *store, const char *source, char **text, GError **error);

/* Keeps the text instead of what was there; in the caller's transaction. */
gboolean schemas_save(Store *store, const char *source, const char *text, GError **error);

/* Gives the map the schema that is kept, or none. */
gboolean schemas_use(Store *store, FieldMap *map, GError **error);

#endif
