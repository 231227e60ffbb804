/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pull.h - brings the store's mirror to what the directory shows
 *
 * A ladder, from the cheapest way to the surest; each rung that the server refuses leads to the
 * next (RFC 4533; what is not said there was measured):
 *
 *   changes   from the cookie: what was added, changed, deleted since; no row of others is read
 *   present   the server no longer knows its deletes and tells what is still there
 *   whole     everything, compared entry by entry with what is known
 *   listing   names, UUIDs and versions of everything, and then the entries that differ: the audit,
 *             and the only way where the server has no content synchronisation
 *
 * Network first, then the difference, then one transaction, with the cookie among its rows: a crash
 * leaves the old mirror or the new one. Entries that an answer does not mention are only candidates
 * until a plain search by their UUIDs does not show them either; then the guard has its say. What
 * goes leaves a tombstone. Edits that wait for the directory stay visible (overlay.h). The caller
 * holds the turn (turn.h). */
#ifndef RUNDRUF_SYNC_PULL_H
#define RUNDRUF_SYNC_PULL_H

#include "config/config.h"
#include "directory/directory.h"
#include "store/entries.h"
#include "sync/guard.h"

typedef enum {
    PULL_ADDED = '+',
    PULL_CHANGED = '~', /* attributes, or what kind of entry it is */
    PULL_MOVED = '>',   /* another DN or another municipality; attributes perhaps too */
    PULL_REMOVED = '-'
} PullSign;

typedef struct {
    PullSign sign;
    EntryKind kind;
    const char *name;   /* how people call the entry, or NULL */
    const char *dn;     /* where it is (REMOVED: was) */
    const char *old_dn; /* MOVED: where it was; else NULL */
    gboolean untold;    /* an audit found it: the feed never told */
} PullDifference;

/* Told each difference, in the order added, changed, moved as they came, then removed. */
typedef void (*PullFunc)(const PullDifference *difference, gpointer user_data);

typedef enum {
    PULL_AUTO,  /* the cheapest way; an audit when `directory.audit` says so */
    PULL_WHOLE, /* sync --full: everything, whatever the cookie says */
    PULL_AUDIT  /* sync --audit: what did the server never tell? */
} PullDepth;

typedef enum { PULL_CHANGES, PULL_PRESENT, PULL_ALL, PULL_LISTING } PullRoute;

typedef struct {
    gint64 now;        /* Unix seconds; pull_follow() asks the clock itself, for each commit */
    const char *actor; /* for the journal */
    PullDepth depth;
    gboolean dry_run; /* make the difference, write nothing */
    gint64 approve;   /* the held difference that may be applied; 0: none */
    PullFunc func;    /* may be NULL */
    void (*progress)(guint64 entries, gpointer user_data); /* read so far; may be NULL */
    gpointer user_data;                                    /* of both */
} PullOptions;

/* What a person should know although all went well. */
typedef enum {
    PULL_NO_FEED = 1 << 0,     /* the server has no content synchronisation */
    PULL_VOID_COOKIE = 1 << 1, /* ours was of no use to the server: all was read again */
    PULL_CLOCK_AHEAD = 1 << 2, /* the server's newest change lies minutes in the future */
    PULL_AUDITED = 1 << 3      /* everything was compared; `untold` counts */
} PullNotes;

typedef struct {
    guint64 added, changed, moved, removed,
        unchanged; /* entries; `unchanged`: rows that nothing was done to, but for kept ones */
    guint64 persons, municipalities; /* in the mirror afterwards, kept ones too (dry_run, held: if
                                      * it were applied) */
    guint64 referrals;               /* in what was read: not followed, what lies there is not seen.
                                      * A feed tells each once; an audit counts all */
    guint64 untold;                  /* differences that an audit found and the server never told */
    PullRoute route;
    PullNotes notes;
    const char *said;     /* VOID_COOKIE: why, one of a few static texts; else NULL */
    gint64 cookie_at;     /* time of the newest change that the cookie covers; 0: no cookie */
    gint64 generation;    /* of the mirror afterwards; sync --undo takes it */
    GuardVerdict verdict; /* dry_run: what the guard would say */
    gint64 held;          /* number of the held difference; 0: none */
} PullResult;

/* Errors: DIRECTORY or UNAVAILABLE (the answer is void; nothing was changed), HELD (nothing was
 * changed but the list of held differences; the message says how to approve), NOT_FOUND (no held
 * difference `approve`), BUSY, STORE, STOPPED. `result` is filled on success and on HELD. Nothing
 * is written where nothing changed. */
gboolean pull_run(const Config *config, Directory *directory, Store *store,
                  const PullOptions *options, PullResult *result, GError **error);

/* For sync --watch: pulls, then stays with the directory and commits each change as it comes
 * (what is there at once goes into one transaction, up to 500 changes); a directory without a feed
 * is polled each `directory.poll`. `batch` is told each commit and the end of the first refresh;
 * `tick` is called about once a second and may write to the store (to push edits). TRUE when asked
 * to stop (wake.h); else FALSE, and the caller connects again after a while. HELD does not end it:
 * `batch` is told `result->held`, and the feed goes on from the cookie that was good. */
typedef void (*PullBatch)(const PullResult *result, gpointer user_data);
typedef gboolean (*PullTick)(gpointer user_data, GError **error);
gboolean pull_follow(const Config *config, Directory *directory, Store *store,
                     const PullOptions *options, PullBatch batch, PullTick tick, GError **error);

#endif
