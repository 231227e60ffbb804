/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.h - edits made here, on their way to the directory: the outbox of sync/push
 *
 * An edit and its effect on the mirror are written in one transaction (sync/edit.h). Push takes
 * waiting changes in their order, marks them sent (committed before the network), and settles them
 * by the answer. What was sent and never settled (a crash, a lost connection) is compared with the
 * directory, never sent blindly again.
 *
 *   waiting -> sent -> done
 *                   -> waiting    not now: no rights, read-only, busy; `reason` tells
 *                   -> conflict   somebody else changed the same: a person decides
 *                   -> refused    the directory will not have it: a person decides
 *   conflict, refused -> dropped  a person has decided; if the edit shall be, it is made anew */
#ifndef RUNDRUF_STORE_CHANGES_H
#define RUNDRUF_STORE_CHANGES_H

#include "model/attributes.h"
#include "model/person.h"
#include "store/store.h"

typedef enum { CHANGE_SET, CHANGE_ADD, CHANGE_REMOVE } ChangeKind;

typedef enum {
    CHANGE_WAITING,
    CHANGE_SENT,
    CHANGE_DONE,
    CHANGE_CONFLICT,
    CHANGE_REFUSED,
    CHANGE_DROPPED
} ChangeState;

typedef struct {
    gint64 id; /* row; the order in which edits were made */
    ChangeKind kind;
    guint8 uuid[UUID_LENGTH]; /* not of CHANGE_ADD */
    char *dn;
    char *attribute; /* CHANGE_SET: its description; else NULL */
    /* values as they were when the edit was made, as they shall be, and (conflict) as the directory
     * had them; CHANGE_SET: of `attribute` alone, empty for none; else of the whole entry; or NULL */
    Attributes *old, *new, *theirs;
    char *csn; /* of the entry as the directory had shown it when the edit was made; or NULL */
    char *author;
    gint64 at;
    ChangeState state;
    char *reason;
} Change;

void change_free(Change *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Change, change_free)

const char *change_state_name(ChangeState state);

/* Adds a waiting change (`id`, `state`, `theirs` and `reason` are not read); `id` is set. In the
 * caller's transaction. */
gboolean changes_add(Store *store, Change *change, GError **error);

/* The last waiting change of an entry's attribute; NULL if there is none. */
gboolean changes_waiting(Store *store, const guint8 uuid[UUID_LENGTH], const char *attribute,
                         Change **change, GError **error);

/* Gives the waiting change `id` other `old`, `new` and `author`. In the caller's transaction. */
gboolean changes_extend(Store *store, const Change *change, GError **error);

/* Forgets the waiting 'set' changes of an entry, which shows what the directory shows again; does
 * nothing while a change of it is on its way. In the caller's transaction. */
gboolean changes_take_back(Store *store, const guint8 uuid[UUID_LENGTH], GError **error);

/* The changes in one of these states (NULL-terminated by count), in their order: of Change. */
GPtrArray *changes_list(Store *store, const ChangeState *states, guint count, GError **error);

/* NULL with NOT_FOUND, or STORE. */
Change *changes_find(Store *store, gint64 id, GError **error);

/* The open changes (waiting, sent) of one entry, in their order; or all that are not settled for
 * good (conflict and refused, too). */
GPtrArray *changes_of(Store *store, const guint8 uuid[UUID_LENGTH], GError **error);
GPtrArray *changes_unsettled(Store *store, const guint8 uuid[UUID_LENGTH], GError **error);

/* Marks a waiting change as sent. In the caller's transaction. */
gboolean changes_send(Store *store, gint64 id, GError **error);

/* `theirs` and `reason` may be NULL. In the caller's transaction. */
gboolean changes_settle(Store *store, gint64 id, ChangeState state, Attributes *theirs,
                        const char *reason, gint64 now, GError **error);

/* Forgets what was settled for good (done, dropped) before a moment. In the caller's transaction. */
gboolean changes_forget(Store *store, gint64 before, GError **error);

/* TRUE if a new entry with this DN (as dn_text() spells it) waits to be added. */
gboolean changes_adds(Store *store, const char *dn, gboolean *adds, GError **error);

/* TRUE if something is waiting or sent: one indexed read. */
gboolean changes_open(Store *store, gboolean *open, GError **error);

typedef struct {
    gint64 waiting; /* and sent */
    gint64 conflicts, refused;
    gint64 oldest; /* waiting since, Unix seconds; 0: nothing waits */
} ChangeCounts;

gboolean changes_count(Store *store, ChangeCounts *counts, GError **error);

#endif
