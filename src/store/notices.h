/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notices.h - the table `notice`: what the contact persons of mailings have been told
 *
 * What is to be told, and when, is decided in mailing/notice.c. A row comes with the first notice, or
 * with the first that could not be sent. */
#ifndef RUNDRUF_STORE_NOTICES_H
#define RUNDRUF_STORE_NOTICES_H

#include "store/store.h"

typedef enum { NOTICE_NONE, NOTICE_DONE, NOTICE_STUCK } NoticeKind;

typedef struct {
    gint64 mailing;
    gboolean open;   /* a delivery of it is queued, claimed, or to be tried again */
    gint64 open_at;  /* when its sending might begin, Unix seconds */
    NoticeKind told; /* what was told last and still holds */
    guint number;    /* of notices so far */
    gint64 due;      /* the next one is not to be tried before, Unix seconds */
} Notice;

/* "none", "done", "stuck". */
const char *notice_kind_text(NoticeKind kind);

/* Of all running mailings, by number: an array of Notice *, owned by the caller (elements: g_free).
 * The cost does not depend on how many deliveries they have. */
GPtrArray *notices_all(Store *store, GError **error);

/* Writes down told, number and due. */
gboolean notices_put(Store *store, const Notice *notice, GError **error);

/* Something of the mailing is to be sent again: that it was done does not hold any more. In the
 * caller's transaction. */
gboolean notices_forget(Store *store, gint64 mailing, GError **error);

#endif
