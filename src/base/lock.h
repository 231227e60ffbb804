/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lock.h - one process at a time does a job: a lock on a file, and who holds it
 *
 * The kernel drops the lock when its holder ends, however it ends. The file has one line, "USER
 * PROCESS SINCE NOTED" (times in Unix seconds): it tells others who is at work, and keeps the time
 * that a holder noted last. Looking takes no lock, so that nobody who only looks is ever in the way
 * (a lock of an open file description can be asked about; flock() can only be tried). */
#ifndef RUNDRUF_BASE_LOCK_H
#define RUNDRUF_BASE_LOCK_H

#include <glib.h>

typedef struct Lock Lock;

/* Takes the lock; the file is made (mode 0600) if it is missing. NULL with BUSY, and the message is
 * the holder alone, as lock_holder() names it, for the caller to prefix; or with STORE. */
Lock *lock_take(const char *path, const char *actor, gint64 now, GError **error);

/* Keeps a time in the file, beyond the lock's end. */
gboolean lock_note(Lock *lock, gint64 time, GError **error);

void lock_free(Lock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lock, lock_free)

/* Who holds it now: "anna, process 4711, since 2026-11-23 01:02"; NULL: nobody, or the file cannot
 * be read. Owned by the caller. */
char *lock_holder(const char *path);

/* The time noted last; 0: none, or nothing there that can be read. */
gint64 lock_noted(const char *path);

#endif
