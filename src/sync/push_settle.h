/* SPDX-License-Identifier: GPL-3.0-or-later */
/* push_settle.h - writes down what became of parcels: changes, mirror, journal (inside sync/) */
#ifndef RUNDRUF_SYNC_PUSH_SETTLE_H
#define RUNDRUF_SYNC_PUSH_SETTLE_H

#include "sync/push.h"

typedef struct {
    const Config *config;
    Store *store;
    Directory *directory;
    const PushOptions *options;
    PushResult *result;
} Push;

/* Settles, in one transaction, the changes of the parcels that are not CHANGE_SENT any more, and
 * lets the mirror show what the directory was seen to have. These changes leave their parcels. */
gboolean push_settle(const Push *push, GPtrArray *parcels, GError **error);

#endif
