/* SPDX-License-Identifier: GPL-3.0-or-later */
/* content.h - what the directory has told, gathered before anything is made of it (inside sync/)
 *
 * Messages of a feed (RFC 4533) or the entries of a search, in the order they came. Attributes wait
 * in a temporary file (blobs.h), all else in memory. */
#ifndef RUNDRUF_SYNC_CONTENT_H
#define RUNDRUF_SYNC_CONTENT_H

#include "directory/directory.h"
#include "store/entries.h"
#include "sync/blobs.h"

/* One entry as it was shown, or the news that it is gone. */
typedef struct {
    guint8 uuid[UUID_LENGTH];
    gboolean gone;   /* then the rest is void */
    const char *dn;  /* as the directory spells it */
    const char *csn; /* or NULL */
    gint64 created;  /* Unix seconds; 0: unknown */
    gboolean has_children;
    guint8 digest[DIGEST_LENGTH];
    gint64 offset; /* of the attributes in the blobs */
    gsize length;
} ContentItem;

typedef struct {
    GPtrArray *items;    /* of ContentItem, owned */
    GHashTable *by_uuid; /* uuid -> the last ContentItem about it */
    GHashTable *present; /* set of UUIDs that are there and unchanged */
    guint64 entries;     /* items that are shown */
    guint64 referrals;
    GBytes *cookie;        /* that came last, CSNs merged (cookie.h), or NULL */
    gboolean empty_cookie; /* one came that is empty: the server makes nothing of ours */
    gboolean present_phase, done;

    GStringChunk *texts;
    Blobs *blobs;
    BlobReader *reader;
} Content;

Content *content_new(void);
void content_free(Content *content);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Content, content_free)

/* Notes a message; those without news (QUIET, REFUSED) are nothing to it. */
gboolean content_take(Content *content, const ContentMessage *message, GError **error);

/* Notes an entry; a DirectoryFunc, with the Content as its data. */
gboolean content_take_entry(const DirectoryEntry *entry, gpointer content, GError **error);

/* Notes a cookie. */
void content_take_cookie(Content *content, gconstpointer cookie, gsize length);

void content_add_gone(Content *content, const guint8 uuid[UUID_LENGTH]);

/* After the last message, and before the first content_blob(). */
gboolean content_flush(Content *content, GError **error);

/* The attributes' BLOB of an item that is shown; valid until the next call. */
gconstpointer content_blob(Content *content, const ContentItem *item, GError **error);

/* Whether there is news of no entry at all. */
gboolean content_is_empty(const Content *content);

#endif
