/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_peer.h - tests/lib/smtpd.py as the relay of a test; ended with its scope */
#ifndef RUNDRUF_TESTS_LIB_SMTP_PEER_H
#define RUNDRUF_TESTS_LIB_SMTP_PEER_H

#include <glib.h>

typedef struct {
    char *folder;
    GPid pid;
    guint port;
} Peer;

/* Starts the server with `options` (NULL-terminated, or NULL) and waits until it listens. */
gboolean peer_start(Peer *peer, const char *const *options);
void peer_stop(Peer *peer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Peer, peer_stop)

#define PEER(name, ...)                                                                            \
    g_auto(Peer) name = {0};                                                                       \
    g_assert_true(peer_start(&name, (const char *const[]){__VA_ARGS__, NULL}))

/* The content of one of the server's files, and how many lines it has; owned by the caller. */
char *peer_file(const Peer *peer, const char *name);
guint peer_count(const Peer *peer, const char *name);

#endif
