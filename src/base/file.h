/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.h - whole files, read with a limit and written so that a crash leaves the old or the new */
#ifndef RUNDRUF_BASE_FILE_H
#define RUNDRUF_BASE_FILE_H

#include <glib.h>

/* Reads the file `path` ("-": standard input) of at most `limit` octets. Returns its content (a NUL
 * follows it that does not count), or NULL with NOT_FOUND or INPUT. */
GBytes *file_read(const char *path, gsize limit, GError **error);

/* Reads a secret (a password, a key) and drops one line end at its end. Refuses a file that others
 * may read or write (any bit of mode 0077), as CONFIG with the chmod command that mends it. */
char *file_read_secret(const char *path, GError **error);

/* Writes `content` to a temporary name beside `path`, syncs it, and moves it to `path`, replacing
 * what was there; `mode` is the new file's, e.g. 0600. The folder is synced too. */
gboolean file_write(const char *path, gconstpointer content, gsize length, int mode,
                    GError **error);

/* Octets that are free on the disk of `path`, for others than root; FALSE if that is not known. */
gboolean file_free_space(const char *path, gint64 *octets);

#endif
