/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h - writes a Value as JSON (RFC 8259), on one line
 *
 * Output only; what comes in as JSON is read by config/yaml.h, of which it is a subset. */
#ifndef RUNDRUF_BASE_JSON_H
#define RUNDRUF_BASE_JSON_H

#include "base/value.h"

/* Appends `value` without a line end. Octets that are not UTF-8 are written as U+FFFD. */
void json_append(GString *out, const Value *value);

/* Appends `text` as a JSON string with its quotes. */
void json_append_text(GString *out, const char *text);

/* Appends a number with the fewest digits that read back as the same one. */
void json_append_real(GString *out, double number);

#endif
