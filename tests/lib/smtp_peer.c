/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smtp_peer.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

gboolean
peer_start(Peer *peer, const char *const *options)
{
    const char *source = g_getenv("SRCDIR");
    g_autofree char *program = g_build_filename(source ? source : ".", "tests/lib/smtpd.py", NULL);
    peer->folder = g_dir_make_tmp("rundruf-smtp-XXXXXX", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    g_ptr_array_add(argv, peer->folder);
    for (; options && *options; options++)
        g_ptr_array_add(argv, (gpointer)*options);
    g_ptr_array_add(argv, NULL);
    int output;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                  NULL, &peer->pid, NULL, &output, NULL, NULL))
        return FALSE;
    FILE *stream = fdopen(output, "r");
    gboolean listening = fscanf(stream, "%u", &peer->port) == 1;
    fclose(stream);
    return listening;
}

void
peer_stop(Peer *peer)
{
    if (peer->pid > 0) {
        kill(peer->pid, SIGTERM);
        waitpid(peer->pid, NULL, 0);
    }
    static const char *const files[] = {"pid", "port", "messages", "sessions", "commands"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(peer->folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(peer->folder);
    g_free(peer->folder);
}
char *
peer_file(const Peer *peer, const char *name)
{
    g_autofree char *path = g_build_filename(peer->folder, name, NULL);
    char *content = NULL;
    return g_file_get_contents(path, &content, NULL, NULL) ? content : g_strdup("");
}

guint
peer_count(const Peer *peer, const char *name)
{
    g_autofree char *content = peer_file(peer, name);
    guint lines = 0;
    for (const char *at = content; *at; at++)
        lines += *at == '\n';
    return lines;
}
