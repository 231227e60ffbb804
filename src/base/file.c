/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include "base/error.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef int Descriptor;
static void
descriptor_clear(Descriptor *fd)
{
    if (*fd > 2)
        close(*fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Descriptor, descriptor_clear)

static gboolean set_errno(GError **error, RundrufError code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* what the format says, and the cause that errno names (gettext leaves errno as it is) */
static gboolean
set_errno(GError **error, RundrufError code, const char *format, ...)
{
    int saved = errno;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, RUNDRUF_ERROR, code, "%s: %s", what, g_strerror(saved));
    return FALSE;
}

GBytes *
file_read(const char *path, gsize limit, GError **error)
{
    g_auto(Descriptor) fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        set_errno(error, errno == ENOENT ? RUNDRUF_ERROR_NOT_FOUND : RUNDRUF_ERROR_INPUT,
                  _("cannot open %s"), path);
        return NULL;
    }
    g_autoptr(GByteArray) content = g_byte_array_new();
    guint8 block[65536];
    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            set_errno(error, RUNDRUF_ERROR_INPUT, _("cannot read %s"), path);
            return NULL;
        }
        if (got == 0)
            break;
        if (content->len + (gsize)got > limit) {
            g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                        _("%s is larger than %zu KiB, the most that is read here"), path,
                        limit / 1024);
            return NULL;
        }
        g_byte_array_append(content, block, (guint)got);
    }
    g_byte_array_append(content, (const guint8 *)"", 1);
    gsize length = content->len - 1;
    g_autoptr(GBytes) all = g_byte_array_free_to_bytes(g_steal_pointer(&content));
    return g_bytes_new_from_bytes(all, 0, length);
}

char *
file_read_secret(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        set_errno(error, RUNDRUF_ERROR_CONFIG, _("cannot read the secret file %s"), path);
        return NULL;
    }
    if (status.st_mode & 0077) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("the secret file %s can be read by others; say: chmod 600 %s"), path, path);
        return NULL;
    }
    g_autoptr(GBytes) content = file_read(path, 64 * 1024, error);
    if (!content)
        return NULL;
    gsize length;
    const char *data = g_bytes_get_data(content, &length);
    if (length > 0 && data[length - 1] == '\n')
        length--;
    if (length > 0 && data[length - 1] == '\r')
        length--;
    if (length == 0 || memchr(data, 0, length)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("the secret file %s is empty or not text"), path);
        return NULL;
    }
    return g_strndup(data, length);
}

static gboolean
write_all(int fd, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return FALSE;
        data += put;
        length -= (gsize)put;
    }
    return TRUE;
}

static gboolean
sync_folder(const char *folder)
{
    g_auto(Descriptor) fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

gboolean
file_write(const char *path, gconstpointer content, gsize length, int mode, GError **error)
{
    g_autofree char *temporary = g_strdup_printf("%s.XXXXXX", path);
    g_auto(Descriptor) fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return set_errno(error, RUNDRUF_ERROR_FAILED, _("cannot write %s"), path);
    if (!write_all(fd, content, length) || fchmod(fd, (mode_t)mode) < 0 || fsync(fd) < 0 ||
        rename(temporary, path) < 0) {
        set_errno(error, RUNDRUF_ERROR_FAILED, _("cannot write %s"), path);
        unlink(temporary);
        return FALSE;
    }
    g_autofree char *folder = g_path_get_dirname(path);
    return sync_folder(folder) ||
           set_errno(error, RUNDRUF_ERROR_FAILED, _("cannot sync %s"), folder);
}

gboolean
file_free_space(const char *path, gint64 *octets)
{
    struct statvfs disk;
    if (statvfs(path, &disk) < 0)
        return FALSE;
    *octets = (gint64)(disk.f_bavail * disk.f_frsize);
    return TRUE;
}
