/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml.h - reads YAML (by libyaml) into a Value with line numbers, strictly
 *
 * One document, at most YAML_BYTES_MAX octets, YAML_DEPTH_MAX deep; no tags, no anchors and
 * aliases, no merge keys, no key twice, keys are text. Plain scalars: null ~, true false,
 * decimal integers, decimal reals; everything else, and whatever is quoted, is text. JSON (RFC
 * 8259) is read too. */
#ifndef RUNDRUF_CONFIG_YAML_H
#define RUNDRUF_CONFIG_YAML_H

#include "base/value.h"

#define YAML_BYTES_MAX (1024 * 1024)
#define YAML_DEPTH_MAX 20

/* `source` names the text in errors ("rundruf.yaml:3:7: ..."). An empty document is a null.
 * Owned by the caller; NULL with INPUT. */
Value *yaml_parse(const char *text, gsize length, const char *source, GError **error);

#endif
