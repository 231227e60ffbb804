/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: a relay that says anything, at any time, to an owner who does anything. Whatever comes:
 * each message is done once, and no content goes out that 354 did not ask for. */
#include "transport/dialogue.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define MESSAGES 64

/* content lines begin with a mark that no command has */
#define CONTENT "~1\r\n.~2\r\n~3\r\n"

typedef struct {
    Dialogue *dialogue;
    TransportMessage messages[MESSAGES];
    guint given, done, ready, gone;
    gsize contents; /* marks that were written */
} Run;

static void
take_events(Run *run)
{
    DialogueEvent event;
    while (dialogue_take_event(run->dialogue, &event)) {
        if (event.message != &run->messages[run->done])
            abort(); /* in their order, and each once */
        if (event.kind == DIALOGUE_READY)
            run->ready++;
        else {
            run->done++;
            if (event.outcome.kind == OUTCOME_SENT && run->gone == 0)
                abort();
        }
        outcome_clear(&event.outcome);
    }
}

static void
write_some(Run *run, gsize most)
{
    gsize length;
    const char *octets = dialogue_output(run->dialogue, &length);
    length = MIN(length, most);
    for (gsize i = 0; i < length; i++)
        run->contents += octets[i] == '~';
    dialogue_wrote(run->dialogue, length);
    if (run->contents > 3 * (gsize)run->gone)
        abort();
}

static void
act(Run *run, guint8 action)
{
    switch (action % 8) {
    case 0:
        if (dialogue_wants(run->dialogue) && run->given < MESSAGES)
            dialogue_give(run->dialogue, &run->messages[run->given++]);
        break;
    case 1:
        run->gone += run->ready > run->gone;
        dialogue_go(run->dialogue);
        break;
    case 2:
        dialogue_drop(run->dialogue);
        break;
    case 3:
        write_some(run, action >> 3);
        break;
    case 4:
        dialogue_end(run->dialogue, action & 8, "fuzz");
        break;
    case 5:
        if (action & 8)
            dialogue_quit(run->dialogue);
        break;
    default:
        write_some(run, G_MAXSIZE);
    }
}

/* A first octet that says what is offered; then actions, and after an octet of 128 or more as many
 * octets (less 128) from the relay. */
int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size == 0)
        return 0;
    const DialogueOffer offer = {*data & 1, !!(*data & 2), !!(*data & 4), !!(*data & 8),
                                 !!(*data & 16)};
    Run run = {.dialogue = dialogue_new(&offer)};
    for (guint i = 0; i < MESSAGES; i++)
        run.messages[i] = (TransportMessage){
            .return_path = "b@n.example",
            .recipient = "a@x.example",
            .smtputf8 = i % 7 == 6,
            .name = "name",
            .content = CONTENT,
            .length = strlen(CONTENT),
        };
    for (gsize at = 1; at < size; at++) {
        gsize said = data[at] >= 128 ? MIN((gsize)data[at] - 128, size - at - 1) : 0;
        if (data[at] >= 128)
            dialogue_read(run.dialogue, (const char *)data + at + 1, said);
        else
            act(&run, data[at]);
        at += said;
        take_events(&run);
    }
    dialogue_end(run.dialogue, TRUE, "the end");
    take_events(&run);
    if (run.done != run.given)
        abort();
    dialogue_free(run.dialogue);
    return 0;
}
