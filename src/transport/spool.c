/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.c - `spool:FOLDER`: each message a file NAME.eml, exactly the octets that would be sent
 *
 * One session, which is always ready: a message is checked by give() and written by go(), and turn()
 * tells of it.
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
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_OCTETS 200

typedef struct {
    Transport transport; /* first: the vtable is the object's address */
    char *folder;
    const TransportMessage *message; /* the one under way, or NULL */
    GArray *events;                  /* that turn() will tell of */
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
tell(Spool *self, TransportEventKind kind, const TransportMessage *message, Outcome outcome)
{
    TransportEvent event = {kind, 0, message, outcome};
    g_array_append_val(self->events, event);
}

static void
finish(Spool *self, Outcome outcome)
{
    tell(self, TRANSPORT_DONE, self->message, outcome);
    self->message = NULL;
}

static gboolean
spool_wants(Transport *transport, G_GNUC_UNUSED guint session)
{
    return !((Spool *)transport)->message;
}

static void
spool_give(Transport *transport, G_GNUC_UNUSED guint session, const TransportMessage *message)
{
    Spool *self = (Spool *)transport;
    Outcome outcome = {0};
    self->message = message;
    if (wire_check(message, &outcome) && name_is_safe(message->name)) {
        tell(self, TRANSPORT_READY, message, outcome);
        return;
    }
    if (!outcome.text)
        outcome = (Outcome){
            .kind = OUTCOME_PERMANENT,
            .blame = BLAME_RECIPIENT,
            .text = g_strdup(_("not written: the message's name is no safe file name")),
        };
    finish(self, outcome);
}

static void
spool_go(Transport *transport, G_GNUC_UNUSED guint session)
{
    Spool *self = (Spool *)transport;
    const TransportMessage *message = self->message;
    if (!message)
        return;
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_strconcat(message->name, ".eml", NULL);
    g_autofree char *path = g_build_filename(self->folder, file, NULL);
    Outcome outcome = {.kind = OUTCOME_SENT};
    if (file_write(path, message->content, message->length, 0600, &error))
        outcome.text = g_steal_pointer(&file);
    else /* a full disk, a folder that is gone: mended by somebody, then it goes on */
        outcome = (Outcome){
            .kind = OUTCOME_TEMPORARY,
            .blame = BLAME_RELAY,
            .text = g_strdup(error->message),
        };
    finish(self, outcome);
}

static void
spool_drop(Transport *transport, G_GNUC_UNUSED guint session)
{
    Spool *self = (Spool *)transport;
    if (self->message)
        finish(self, (Outcome){.kind = OUTCOME_UNTRIED});
}

/* Nothing comes by itself: where there is nothing to tell, only the caller's descriptor or the time
 * can end the wait. */
static gboolean
spool_turn(Transport *transport, int wake_fd, gint64 milliseconds, GArray *events,
           G_GNUC_UNUSED GError **error)
{
    Spool *self = (Spool *)transport;
    if (self->events->len == 0) {
        struct pollfd polled = {wake_fd, POLLIN, 0};
        poll(&polled, 1, (int)CLAMP(milliseconds, -1, G_MAXINT));
    }
    g_array_append_vals(events, self->events->data, self->events->len);
    g_array_set_size(self->events, 0);
    return TRUE;
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
    for (guint i = 0; i < self->events->len; i++)
        outcome_clear(&g_array_index(self->events, TransportEvent, i).outcome);
    g_array_free(self->events, TRUE);
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
    self->transport = (Transport){
        .sessions = 1,
        .wants = spool_wants,
        .give = spool_give,
        .go = spool_go,
        .drop = spool_drop,
        .turn = spool_turn,
        .check = spool_check,
        .close = spool_close,
    };
    self->folder = g_strdup(folder);
    self->events = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    return &self->transport;
}
