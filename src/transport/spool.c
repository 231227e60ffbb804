/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.c - `spool:FOLDER`: each message a file NAME.eml, exactly the octets that would be sent
 *
 * The envelope is not kept: To holds the one recipient. A file is whole or not there (file_write);
 * a delivery that is repeated after a crash replaces its own file, since `name` is repeatable. */
#include "transport/transport.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "transport/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_OCTETS 200

typedef struct {
    Transport transport; /* first: the vtable is the object's address */
    char *folder;
} Spool;

static gboolean
name_is_safe(const char *name)
{
    static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";
    gsize length = name ? strlen(name) : 0;
    return length > 0 && length <= NAME_MAX_OCTETS && name[0] != '.' &&
           strspn(name, allowed) == length;
}

static void
spool_send(Transport *transport, const TransportMessage *message, Outcome *outcome)
{
    Spool *self = (Spool *)transport;
    if (!wire_check(message, outcome))
        return;
    if (!name_is_safe(message->name)) {
        *outcome = (Outcome){
            .kind = OUTCOME_PERMANENT,
            .text = g_strdup(_("not written: the message's name is no safe file name")),
        };
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_strconcat(message->name, ".eml", NULL);
    g_autofree char *path = g_build_filename(self->folder, file, NULL);
    if (file_write(path, message->content, message->length, 0600, &error))
        *outcome = (Outcome){.kind = OUTCOME_SENT, .text = g_steal_pointer(&file)};
    else /* a full disk, a folder that is gone: mended by somebody, then it goes on */
        *outcome =
            (Outcome){.kind = OUTCOME_TEMPORARY, .text = g_strdup(error->message), .site = TRUE};
}

static gboolean
set_folder_error(GError **error, const char *folder)
{
    int saved = errno;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT,
                _("the spool folder %s cannot be used: %s; create it, give this user the right to "
                  "write there, or change transport.uri"),
                folder, g_strerror(saved));
    return FALSE;
}

/* A file is really made: permissions alone tell nothing of a full or broken disk. */
static gboolean
spool_check(Transport *transport, GError **error)
{
    Spool *self = (Spool *)transport;
    g_autofree char *path = g_build_filename(self->folder, ".check.XXXXXX", NULL);
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return set_folder_error(error, self->folder);
    gboolean written = write(fd, "\n", 1) == 1 && fsync(fd) == 0;
    int saved = errno;
    close(fd);
    unlink(path);
    errno = saved;
    return written || set_folder_error(error, self->folder);
}

static void
spool_close(Transport *transport)
{
    Spool *self = (Spool *)transport;
    g_free(self->folder);
    g_free(self);
}

Transport *
transport_spool_new(const Config *config, GError **error)
{
    const char *folder = config->transport_uri + strlen("spool:");
    if (!*folder) {
        g_set_error_literal(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                            _("transport.uri names no folder; write spool:FOLDER"));
        return NULL;
    }
    /* 0700: the messages hold names and addresses of people */
    if (g_mkdir(folder, 0700) < 0 && errno != EEXIST) {
        set_folder_error(error, folder);
        return NULL;
    }
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        errno = ENOTDIR;
    else if (g_access(folder, W_OK | X_OK) == 0)
        errno = 0;
    if (errno != 0) {
        set_folder_error(error, folder);
        return NULL;
    }
    Spool *self = g_new0(Spool, 1);
    self->transport = (Transport){spool_send, spool_check, spool_close};
    self->folder = g_strdup(folder);
    return &self->transport;
}
