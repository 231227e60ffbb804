/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holds.h - recipient domains that refuse us, as several commands show them */
#ifndef RUNDRUF_CLI_HOLDS_H
#define RUNDRUF_CLI_HOLDS_H

#include "base/value.h"
#include "mailing/held.h"

/* {"domain", "since", "until", "code", "text", "waiting"}; owned by the caller. */
Value *hold_to_value(const Held *held);

/* A list of these, of an array of Held *; owned by the caller. */
Value *holds_to_value(const GPtrArray *held);

#endif
