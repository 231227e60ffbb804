/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync.h - what the parts of `rundruf sync` share: one round's outcome, and how it is told
 *
 * A round brings the edits made here to the directory, then the directory's changes here. That the
 * first half fails does not keep the second from being done. */
#ifndef RUNDRUF_CLI_SYNC_H
#define RUNDRUF_CLI_SYNC_H

#include "cli/cli.h"
#include "sync/pull.h"
#include "sync/push.h"

typedef struct {
    PullResult pull;
    gboolean pushed; /* there was something to push */
    PushResult push;
    char *push_failure; /* why it ended early; NULL: it did not */
    gboolean dry_run, asked_audit;
    gboolean failed;   /* the pull did, so that `pull` says nothing */
    gint64 held, kept; /* persons and municipalities that the directory does not show */
    gint64 now;
    double seconds;
} SyncRound;

void sync_round_clear(SyncRound *round);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SyncRound, sync_round_clear)

/* Pushes if something waits. FALSE only if the store fails, or asked to stop. */
gboolean sync_push(Cli *cli, SyncRound *round, GError **error);

/* TRUE if a person must look at the edits, or they did not get through. */
gboolean sync_push_alarming(const SyncRound *round);

/* The one line, and one for each thing to know besides; or one JSON object. With -q only what a
 * person must look at, on standard error. */
void sync_report(const Cli *cli, const SyncRound *round);

/* "- NAME  (DN)", the form of an entry in all lists of sync; `name` and `old_dn` may be NULL. */
void sync_report_entry(PullSign sign, const char *name, const char *old_dn, const char *dn);

/* A difference as it is told by -n and -v. */
void sync_report_difference(const Cli *cli, const PullDifference *difference);

/* Follows the directory until a signal asks to stop; takes the turn itself. */
gboolean sync_watch(Cli *cli, GError **error);

#endif
