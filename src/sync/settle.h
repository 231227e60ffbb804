/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settle.h - what all ways of a pull share: where it starts from, the guard, the end (inside sync/)
 *
 * settle_load() first; then the network, and settle_load_rest() at the latest while the server makes its
 * answer; then a transaction that begins with settle_check(), and ends with settle_save(), which commits it if there is anything to commit, or rolled back and with
 * settle_hold(). */
#ifndef RUNDRUF_SYNC_SETTLE_H
#define RUNDRUF_SYNC_SETTLE_H

#include "store/sync_state.h"
#include "store/terms.h"
#include "sync/pull.h"

typedef struct {
    const Config *config;
    Store *store;
    Directory *directory;
    const PullOptions *options;
    gint64 now; /* Unix seconds */
    PullResult result;

    SyncState state;    /* as of settle_load(), or of the last settle_save() */
    GBytes *parameters; /* digest of the settings */
    char *indexed;      /* what the index must hold */
    Terms *terms;
    gboolean rebuild; /* the index holds other attributes */
    gint64 held;      /* how many differences are */
    gint64 held_since;
    gint64 kept, kept_people; /* rows although they are not shown; persons and municipalities */
    guint64 recent;           /* see guard.h */
    GuardCounts guard;        /* what the guard was asked last */
    GBytes *approved;         /* digest of what may go; or NULL */

    char *schema;   /* of the directory, to be kept with the rows; NULL: it is, or was not read */
    GBytes *cookie; /* to be kept with the rows; NULL: none */
    gboolean complete;  /* all was compared: what is held was, too */
    gboolean auditing;  /* all was compared with what the feed has told */
    gboolean approving; /* it goes through because a person said so */
} Pull;

void pull_clear(Pull *pull);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pull, pull_clear)

/* Fills a Pull of which the first members are set: what is needed to ask for changes. */
gboolean settle_load(Pull *pull, GError **error);

/* What is needed to make something of the answer, unless it is there already: terms, indexed, rebuild,
 * and what is held, kept, approved and was removed lately. NOT_FOUND if what is to be approved is not
 * held. */
gboolean settle_load_rest(Pull *pull, GError **error);

/* Asks for the directory's schema, if it was never asked or it is to be read `again`; settle_save()
 * keeps what is new. After settle_load(), out of any transaction. */
gboolean settle_schema(Pull *pull, gboolean again, GError **error);

/* Whether the state's cookie may be sent. */
gboolean settle_has_cookie(const Pull *pull);

/* BUSY if the mirror is no longer what settle_load() saw. In the transaction. */
gboolean settle_check(Pull *pull, GError **error);

/* Asks the guard: `known` persons and municipalities, `shown` ones, and the UUIDs (const guint8 *,
 * sorted by it) of those lost. FALSE if it holds them. */
gboolean settle_allows(Pull *pull, guint64 known, guint64 shown, GPtrArray *lost);

/* Saves the state with the counts of rows in it, writes the journal, and commits; `written`: rows
 * of the mirror were. Rolls back where nothing is new. Takes the transaction over. */
gboolean settle_save(Pull *pull, StoreTransaction *transaction, gboolean written,
                     const SyncState *counts, GError **error);

/* Makes the index anew from the rows; in the transaction. */
gboolean settle_rebuild(Pull *pull, GError **error);

/* A held difference: in words, up to a limit, "- NAME <DN>" for each entry that would go, and
 * "~ NAME <DN>" for each that would be no person or municipality any more. */
typedef struct {
    GString *text;
    guint lines, others; /* others: '~' */
} HeldText;

void held_text_add(HeldText *held, PullSign sign, const char *name, const char *dn);

/* Stores what is held, marks `removed` (const guint8 *: UUIDs), and sets HELD; or another error.
 * Always FALSE. Nothing of the transaction before may be left. */
gboolean settle_hold(Pull *pull, GPtrArray *lost, GPtrArray *removed, HeldText *text,
                     GError **error);

#endif
