/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay: how fast messages go to a relay when nothing is behind them, no store and no composing
 *
 *     relay URI SESSIONS COUNT OCTETS
 *
 * Gives and goes at once, and prints what came of it, messages a second, and processor seconds for
 * 1,000. Recipients are rN@bench.example, return paths bounce+TOKEN@bench.example, and a content
 * names both, so that a server can tell whether it got what belongs together. */
#include "base/clock.h"
#include "transport/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define AT_ONCE 2

typedef struct {
    TransportMessage message;
    char return_path[64], recipient[64], name[32];
    char *content;
    gboolean used;
} Letter;

typedef struct {
    Transport *transport;
    Letter *letters; /* AT_ONCE for each session */
    gsize octets;
    guint count, given, done;
    guint outcomes[OUTCOME_UNTRIED + 1];
} Run;

static void
write_letter(const Run *run, Letter *letter, guint number)
{
    snprintf(letter->return_path, sizeof letter->return_path, "bounce+%08x@bench.example", number);
    snprintf(letter->recipient, sizeof letter->recipient, "r%u@bench.example", number);
    snprintf(letter->name, sizeof letter->name, "bench-%08u", number);
    int length = snprintf(letter->content, 200,
                          "To: <r%u@bench.example>\r\nX-Token: %08x\r\n\r\n--=-", number, number);
    memset(letter->content + length, '-', 8); /* over the NUL, up to the body that stands there */
    letter->message = (TransportMessage){
        .return_path = letter->return_path,
        .recipient = letter->recipient,
        .name = letter->name,
        .content = letter->content,
        .length = run->octets,
        .owner = letter,
    };
    letter->used = TRUE;
}

static char *
blank_content(gsize octets)
{
    char *content = g_malloc(octets + 2);
    for (gsize i = 0; i < octets; i++)
        content[i] = i < 200 ? '-' : i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'x';
    memcpy(content + octets - 2, "\r\n", 3);
    if (content[octets - 3] == '\r')
        content[octets - 3] = 'x';
    return content;
}

static void
give_all(Run *run)
{
    Transport *transport = run->transport;
    for (guint i = 0; i < AT_ONCE * transport->sessions && run->given < run->count; i++) {
        Letter *letter = &run->letters[i];
        guint session = i / AT_ONCE;
        if (letter->used || !transport->wants(transport, session))
            continue;
        write_letter(run, letter, run->given++);
        transport->give(transport, session, &letter->message);
    }
}

static void
take(Run *run, TransportEvent *event)
{
    if (event->kind == TRANSPORT_READY) {
        run->transport->go(run->transport, event->session);
        return;
    }
    if (event->outcome.kind != OUTCOME_SENT && run->outcomes[event->outcome.kind] == 0)
        fprintf(stderr, "%d %s\n", event->outcome.code, event->outcome.text);
    run->outcomes[event->outcome.kind]++;
    run->done++;
    ((Letter *)event->message->owner)->used = FALSE;
    outcome_clear(&event->outcome);
}

static double
processor_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static gboolean
work(Run *run, GError **error)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    while (run->done < run->count) {
        give_all(run);
        if (!run->transport->turn(run->transport, -1, -1, events, error))
            return FALSE;
        for (guint i = 0; i < events->len; i++)
            take(run, &g_array_index(events, TransportEvent, i));
        g_array_set_size(events, 0);
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    Config config = {
        .transport_uri = argv[1],
        .transport_starttls = (char *)"off",
        .transport_helo = (char *)"bench.example",
        .transport_timeout = 30,
        .transport_sessions = atoi(argv[2]),
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Transport) transport = transport_open(&config, &error);
    if (!transport) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    Run run = {
        .transport = transport, .count = (guint)atoi(argv[3]), .octets = (gsize)atol(argv[4])};
    run.octets = MAX(run.octets, 1000);
    run.letters = g_new0(Letter, AT_ONCE * transport->sessions);
    for (guint i = 0; i < AT_ONCE * transport->sessions; i++)
        run.letters[i].content = blank_content(run.octets);
    double begun = clock_elapsed();
    gboolean worked = work(&run, &error);
    double took = clock_elapsed() - begun;
    for (guint i = 0; i < AT_ONCE * transport->sessions; i++)
        g_free(run.letters[i].content);
    g_free(run.letters);
    if (!worked) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    printf("sent=%u temporary=%u permanent=%u unknown=%u untried=%u seconds=%.3f rate=%.0f "
           "cpu_1000=%.4f\n",
           run.outcomes[OUTCOME_SENT], run.outcomes[OUTCOME_TEMPORARY],
           run.outcomes[OUTCOME_PERMANENT], run.outcomes[OUTCOME_UNKNOWN],
           run.outcomes[OUTCOME_UNTRIED], took, run.count / took, 1000 * processor_s() / run.count);
    return 0;
}
