/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h" /* _GNU_SOURCE, for F_OFD_SETLK */

#include "base/lock.h"

#include "base/dates.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_LENGTH 160 /* always: one write replaces the whole, and needs no truncation */
#define ACTOR_MAX   80  /* octets */

struct Lock {
    int fd;
    char *path;
    char *actor;
    gint64 since, noted;
};

typedef struct {
    char *actor;
    gint64 process, since, noted;
} Line;

static void
line_clear(Line *line)
{
    g_free(line->actor);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Line, line_clear)

/* The file is ours, but may have been damaged or written by another version. */
static gboolean
read_line(int fd, Line *line)
{
    char text[LINE_LENGTH + 1] = "";
    if (pread(fd, text, LINE_LENGTH, 0) <= 0)
        return FALSE;
    g_auto(GStrv) words = g_strsplit(g_strchomp(text), " ", -1);
    gint64 *numbers[] = {&line->process, &line->since, &line->noted};
    if (g_strv_length(words) != 1 + G_N_ELEMENTS(numbers))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!g_ascii_string_to_signed(words[i + 1], 10, 0, G_MAXINT32 * (gint64)1000, numbers[i],
                                      NULL))
            return FALSE;
    line->actor = text_one_line(words[0]);
    return TRUE;
}

static gboolean
write_line(const Lock *lock)
{
    char text[LINE_LENGTH + 1];
    g_snprintf(text, sizeof text, "%s %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "%*s", lock->actor,
               (int)getpid(), lock->since, lock->noted, LINE_LENGTH, "");
    text[LINE_LENGTH - 1] = '\n';
    return pwrite(lock->fd, text, LINE_LENGTH, 0) == LINE_LENGTH;
}

static char *
name_holder(int fd)
{
    g_auto(Line) line = {0};
    if (!read_line(fd, &line))
        return g_strdup(_("a process that did not say who it is"));
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    g_autofree char *since = dates_format_short(zone, line.since);
    return g_strdup_printf(_("%s, process %" PRId64 ", since %s"), line.actor, line.process, since);
}

static void
set_busy(int fd, GError **error)
{
    g_autofree char *holder = name_holder(fd);
    g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_BUSY, holder);
}

static void
set_failure(const char *path, GError **error)
{
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_STORE,
                _("cannot lock %s: %s; its folder must be writable for this user"), path,
                g_strerror(errno));
}

Lock *
lock_take(const char *path, const char *actor, gint64 now, GError **error)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    g_auto(Line) before = {0};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0 || fcntl(fd, F_OFD_SETLK, &whole) < 0) {
        if (fd >= 0 && (errno == EAGAIN || errno == EACCES))
            set_busy(fd, error);
        else
            set_failure(path, error);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    Lock *lock = g_new0(Lock, 1);
    lock->fd = fd;
    lock->path = g_strdup(path);
    lock->actor = g_strndup(actor, ACTOR_MAX);
    g_strdelimit(lock->actor, " \t\r\n", '_');
    lock->since = now;
    lock->noted = read_line(fd, &before) ? before.noted : 0;
    if (write_line(lock))
        return lock;
    set_failure(path, error);
    lock_free(lock);
    return NULL;
}

gboolean
lock_note(Lock *lock, gint64 time, GError **error)
{
    lock->noted = time;
    if (write_line(lock))
        return TRUE;
    set_failure(lock->path, error);
    return FALSE;
}

void
lock_free(Lock *lock)
{
    if (!lock)
        return;
    close(lock->fd);
    g_free(lock->path);
    g_free(lock->actor);
    g_free(lock);
}

/* O_NONBLOCK: nothing that lies there in the file's place keeps the reader waiting */
static int
open_to_look(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

char *
lock_holder(const char *path)
{
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = open_to_look(path);
    if (fd < 0)
        return NULL;
    gboolean held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    char *holder = held ? name_holder(fd) : NULL;
    close(fd);
    return holder;
}

gint64
lock_noted(const char *path)
{
    g_auto(Line) line = {0};
    int fd = open_to_look(path);
    if (fd < 0)
        return 0;
    gint64 noted = read_line(fd, &line) ? line.noted : 0;
    close(fd);
    return noted;
}
