/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml: any octets as YAML; what is read is walked to its leaves */
#include "config/yaml.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const Value *value)
{
    ValueKind kind = value_kind(value);

    if (kind == VALUE_TEXT) {
        /* the contract: text is valid UTF-8 */
        if (!g_utf8_validate(value_text(value), -1, NULL))
            __builtin_trap();
        return;
    }
    if (kind != VALUE_LIST && kind != VALUE_MAP)
        return;
    for (guint i = 0; i < value_count(value); i++)
        walk(value_item(value, i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Value) value = yaml_parse((const char *)data, size, "fuzz.yaml", &error);

    /* the contract: a value or an error, never both, never neither */
    if ((value == NULL) != (error != NULL))
        __builtin_trap();
    if (value != NULL)
        walk(value);
    return 0;
}
