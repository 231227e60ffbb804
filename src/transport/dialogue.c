/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/dialogue.h"

#include "base/i18n.h"
#include "transport/envelope.h"
#include "transport/reply.h"

#include <string.h>

#define OUTPUT_MAX (64 * 1024)
/* what RSET, MAIL, RCPT and DATA take at most, with every parameter of envelope.h */
#define GROUP_MAX     (8 + ENVELOPE_COMMAND_MAX + ENVELOPE_COMMAND_MAX + 8)
#define MESSAGES      2
#define COMMANDS_MAX  12 /* the end of one message, the group of the next, and QUIT are fewer */
#define CODE_CONTINUE 354
#define CODE_CLOSING  421

typedef enum { VERB_NONE, VERB_RSET, VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_END, VERB_QUIT } Verb;

/* A command that was said and waits for its answer. */
typedef struct {
    Verb verb;
    gboolean orphan;  /* its message is done already */
    guint64 complete; /* octets that were written when the last one of it was */
} Command;

typedef enum {
    STAGE_GIVEN,
    STAGE_SAID,  /* at least MAIL is; `answered` tells how far the relay is */
    STAGE_READY, /* 354 */
    STAGE_GOING, /* the content is going out */
    STAGE_ENDED  /* ... and all of it is in the output */
} Stage;

typedef struct {
    const TransportMessage *message; /* NULL: free */
    Stage stage;
    Verb said, answered;
    gsize taken;    /* octets of the content that are in the output */
    guint64 end_at; /* STAGE_ENDED: octets that were written before the end */
} Slot;

struct Dialogue {
    DialogueOffer offer;
    Slot slots[MESSAGES];
    Command commands[COMMANDS_MAX]; /* the oldest first */
    guint said;
    gboolean needs_reset; /* a transaction was begun that came to no end */
    gboolean quitting, quit_said;
    gboolean over;
    guint64 progress;
    Reply reply;
    GArray *events;
    guint events_taken;
    guint64 written;  /* octets, since the beginning */
    gsize begin, end; /* of what is to be written, in `output` */
    char output[OUTPUT_MAX];
};

/* --- what the relay offers -------------------------------------------------------------------- */

static gboolean
is_word(const char *text, gsize length, const char *word)
{
    gsize wanted = strlen(word);
    return length >= wanted && g_ascii_strncasecmp(text, word, wanted) == 0 &&
           (length == wanted || strchr(" \r\n", text[wanted]) != NULL);
}

void
dialogue_read_offer(DialogueOffer *offer, const char *line, gsize length)
{
    static const char code[] = "250-";
    gsize skip = strlen(code);
    if (length < skip || strncmp(line, code, 3) != 0)
        return;
    line += skip;
    length -= skip;
    offer->pipelining |= is_word(line, length, "PIPELINING");
    offer->size |= is_word(line, length, "SIZE");
    offer->eight_bit |= is_word(line, length, "8BITMIME");
    offer->smtputf8 |= is_word(line, length, "SMTPUTF8");
    offer->dsn |= is_word(line, length, "DSN");
}

/* --- events ------------------------------------------------------------------------------------ */

/* The first message is done: its place is the follower's. Answers to what was said of it are of no
 * interest any more. */
static void
finish_first(Dialogue *self, Outcome *outcome, gboolean untouched)
{
    Slot *slot = &self->slots[0];
    DialogueEvent event = {DIALOGUE_DONE, slot->message, *outcome, untouched};
    g_array_append_val(self->events, event);
    /* of a follower nothing is said yet, unless this one's end is out */
    for (guint i = 0; i < self->said && slot->stage == STAGE_SAID; i++)
        self->commands[i].orphan = TRUE;
    self->needs_reset |= slot->said != VERB_NONE && slot->stage != STAGE_ENDED;
    self->slots[0] = self->slots[1];
    self->slots[1] = (Slot){0};
}

static void
lose_first(Dialogue *self, gboolean untouched, const char *why)
{
    const Slot *slot = &self->slots[0];
    gboolean ended = slot->stage == STAGE_ENDED && self->written > slot->end_at;
    Phase phase = ended ? PHASE_END : PHASE_DATA;
    if (slot->stage <= STAGE_SAID)
        phase = slot->answered == VERB_RCPT   ? PHASE_DATA
                : slot->answered == VERB_MAIL ? PHASE_RCPT
                                              : PHASE_MAIL;
    Outcome outcome = {0};
    outcome_of_loss(phase, ended, why, &outcome);
    finish_first(self, &outcome, untouched && phase == PHASE_MAIL);
}

void
dialogue_end(Dialogue *self, gboolean closed, const char *why)
{
    if (self->over)
        return;
    self->over = TRUE;
    self->begin = self->end = 0;
    /* who is waited for has had its turn, the others not */
    const Command *oldest = &self->commands[0];
    gboolean hit = !closed && self->said > 0 && oldest->verb != VERB_RSET && !oldest->orphan;
    gboolean first = TRUE;
    while (self->slots[0].message) {
        lose_first(self, !(hit && first), why);
        first = FALSE;
    }
    self->said = 0;
}

static void
break_off(Dialogue *self)
{
    dialogue_end(self, FALSE, _("the relay's answer is not SMTP"));
}

/* --- what is said ------------------------------------------------------------------------------ */

static void
append(Dialogue *self, const char *octets, gsize length)
{
    memcpy(self->output + self->end, octets, length);
    self->end += length;
}

static guint64
queued(const Dialogue *self)
{
    return self->written + (self->end - self->begin);
}

static void
say(Dialogue *self, Verb verb, const char *command, gsize length)
{
    if (self->said == 0)
        self->progress++; /* what was waited for before this is something else */
    append(self, command, length);
    self->commands[self->said++] = (Command){.verb = verb, .complete = queued(self)};
}

static void
say_word(Dialogue *self, Verb verb, const char *command)
{
    say(self, verb, command, strlen(command));
}

/* Says the command of `slot` that follows the last one. */
static void
say_of(Dialogue *self, Slot *slot)
{
    char command[ENVELOPE_COMMAND_MAX];
    slot->stage = STAGE_SAID;
    switch (slot->said) {
    case VERB_NONE:
        slot->said = VERB_MAIL;
        say(self, VERB_MAIL, command, envelope_mail(slot->message, &self->offer, command));
        break;
    case VERB_MAIL:
        slot->said = VERB_RCPT;
        say(self, VERB_RCPT, command, envelope_rcpt(slot->message, &self->offer, command));
        break;
    default:
        slot->said = VERB_DATA;
        say_word(self, VERB_DATA, "DATA\r\n");
    }
}

static void
reset_if_needed(Dialogue *self)
{
    if (!self->needs_reset)
        return;
    self->needs_reset = FALSE;
    say_word(self, VERB_RSET, "RSET\r\n");
}

/* TRUE while the relay might take what is said for the content of a message that it refused. */
static gboolean
is_held(const Dialogue *self)
{
    for (guint i = 0; i < self->said; i++) {
        if (self->commands[i].orphan)
            return TRUE;
    }
    return FALSE;
}

static gboolean
say_group(Dialogue *self, Slot *slot)
{
    if (slot->stage != STAGE_GIVEN)
        return FALSE;
    reset_if_needed(self);
    while (slot->said != VERB_DATA)
        say_of(self, slot);
    return TRUE;
}

static gboolean
say_one(Dialogue *self, Slot *slot)
{
    if (self->said > 0 || slot->stage > STAGE_SAID)
        return FALSE;
    if (slot->stage == STAGE_GIVEN && self->needs_reset)
        reset_if_needed(self);
    else
        say_of(self, slot);
    return TRUE;
}

/* The message whose commands come next: the follower's with PIPELINING, once the first is out. */
static Slot *
next_slot(Dialogue *self)
{
    gboolean follower = self->offer.pipelining && self->slots[0].stage == STAGE_ENDED;
    return &self->slots[follower ? 1 : 0];
}

/* An address that the relay does not understand is refused here, when it is its turn. */
static gboolean
needs_utf8(const Dialogue *self, const Slot *slot)
{
    return slot->stage == STAGE_GIVEN && slot->message->smtputf8 && !self->offer.smtputf8;
}

static gboolean
refuse_utf8(Dialogue *self, const Slot *slot)
{
    if (slot != &self->slots[0])
        return FALSE;
    Outcome outcome = {
        .kind = OUTCOME_PERMANENT,
        .blame = BLAME_RECIPIENT,
        .text = g_strdup(_("the address needs SMTPUTF8, which the relay does not offer")),
    };
    finish_first(self, &outcome, FALSE);
    return TRUE;
}

static gboolean
say_quit(Dialogue *self)
{
    if (!self->quitting || self->quit_said || self->slots[0].message || self->said > 0)
        return FALSE;
    self->quit_said = TRUE;
    say_word(self, VERB_QUIT, "QUIT\r\n");
    return TRUE;
}

/* FALSE if there is nothing to say now. */
static gboolean
say_next(Dialogue *self)
{
    if (OUTPUT_MAX - self->end < GROUP_MAX || is_held(self))
        return FALSE;
    Slot *slot = next_slot(self);
    if (!slot->message)
        return say_quit(self);
    if (needs_utf8(self, slot))
        return refuse_utf8(self, slot);
    return self->offer.pipelining ? say_group(self, slot) : say_one(self, slot);
}

/* Octets of `from`, of which there are `length`, before the next dot that begins a line. `from` is
 * in the midst of the content, and is not such a dot. */
static gsize
plain_length(const char *from, gsize length)
{
    const char *at = from, *end = from + length;
    while ((at = memchr(at, '.', (gsize)(end - at)))) {
        if (at > from && at[-1] == '\n')
            return (gsize)(at - from);
        if (++at == end)
            break;
    }
    return length;
}

static void
append_content(Dialogue *self, Slot *slot)
{
    const TransportMessage *message = slot->message;
    while (slot->taken < message->length && OUTPUT_MAX - self->end >= 2) {
        const char *from = message->content + slot->taken;
        gsize length = MIN(message->length - slot->taken, OUTPUT_MAX - self->end);
        if (*from == '.' && (slot->taken == 0 || from[-1] == '\n')) {
            append(self, "..", 2); /* RFC 5321, 4.5.2 */
            slot->taken++;
            continue;
        }
        length = plain_length(from, length);
        append(self, from, length);
        slot->taken += length;
    }
}

static void
append_end(Dialogue *self, Slot *slot)
{
    const TransportMessage *message = slot->message;
    if (slot->taken < message->length || OUTPUT_MAX - self->end < 5)
        return;
    slot->stage = STAGE_ENDED;
    slot->end_at = queued(self);
    if (message->length >= 2 && memcmp(message->content + message->length - 2, "\r\n", 2) == 0)
        say_word(self, VERB_END, ".\r\n");
    else
        say_word(self, VERB_END, "\r\n.\r\n");
}

const char *
dialogue_output(Dialogue *self, gsize *length)
{
    if (self->begin == self->end)
        self->begin = self->end = 0;
    /* appended to what waits: the octets that were shown before stay where they are */
    if (!self->over) {
        if (self->slots[0].stage == STAGE_GOING) {
            append_content(self, &self->slots[0]);
            append_end(self, &self->slots[0]);
        }
        while (self->slots[0].stage != STAGE_GOING && say_next(self))
            ;
    }
    *length = self->end - self->begin;
    return self->output + self->begin;
}

void
dialogue_wrote(Dialogue *self, gsize length)
{
    if (self->over)
        return;
    self->written += length;
    self->begin += length;
    if (self->begin == self->end)
        self->progress++;
}

/* --- what is answered -------------------------------------------------------------------------- */

static void
close_politely(Dialogue *self)
{
    g_autofree char *why = g_strdup_printf("%d %s", self->reply.code, self->reply.text);
    dialogue_end(self, TRUE, why);
}

/* The relay has said what it does with the first message. A 421 is its last word to it, and to all. */
static void
answer_first(Dialogue *self, Phase phase)
{
    Outcome outcome = {0};
    outcome_of_reply(phase, self->reply.code, self->reply.text, &outcome);
    gboolean closing = self->reply.code == CODE_CLOSING;
    finish_first(self, &outcome, closing && phase == PHASE_MAIL);
    if (closing)
        close_politely(self);
}

static gboolean
is_refusal(int code)
{
    return code >= 400;
}

static gboolean
is_accepted(int code)
{
    return code < 300;
}

/* A reply that is one, but none for this command: nobody knows what the relay answers next. */
static void
answer_misplaced(Dialogue *self, Phase phase)
{
    answer_first(self, phase);
    dialogue_end(self, TRUE, _("the relay's answers are out of step"));
}

static void
on_envelope_reply(Dialogue *self, Verb verb)
{
    Phase phase = verb == VERB_MAIL ? PHASE_MAIL : PHASE_RCPT;
    if (is_accepted(self->reply.code))
        self->slots[0].answered = verb;
    else if (is_refusal(self->reply.code))
        answer_first(self, phase);
    else
        answer_misplaced(self, phase);
}

static void
on_data_reply(Dialogue *self)
{
    Slot *slot = &self->slots[0];
    if (self->reply.code == CODE_CONTINUE) {
        slot->stage = STAGE_READY;
        DialogueEvent event = {.kind = DIALOGUE_READY, .message = slot->message};
        g_array_append_val(self->events, event);
    } else if (is_refusal(self->reply.code))
        answer_first(self, PHASE_DATA);
    else
        answer_misplaced(self, PHASE_DATA);
}

static void
on_end_reply(Dialogue *self)
{
    if (is_accepted(self->reply.code) || is_refusal(self->reply.code))
        answer_first(self, PHASE_END);
    else
        answer_misplaced(self, PHASE_END);
}

/* To a command of a message that is done: it was refused, and so must this be, DATA at least. */
static void
on_orphan_reply(Dialogue *self, Verb verb)
{
    if (self->reply.code == CODE_CLOSING)
        close_politely(self);
    else if (!is_refusal(self->reply.code) && (verb == VERB_DATA || !is_accepted(self->reply.code)))
        break_off(self);
}

/* A reply that answers nothing that was said in full. A relay may give up in the midst of a content,
 * which has then not arrived. */
static void
on_early_reply(Dialogue *self)
{
    const Slot *slot = &self->slots[0];
    gboolean refused = is_refusal(self->reply.code);
    gboolean content = slot->message && slot->stage >= STAGE_READY;
    if (refused && content) {
        answer_first(self, PHASE_DATA);
        dialogue_end(self, TRUE, _("the relay did not take a content to its end"));
    } else if (self->reply.code == CODE_CLOSING)
        close_politely(self);
    else
        break_off(self);
}

static void
on_reply(Dialogue *self)
{
    self->progress++;
    if (self->said == 0 || self->written < self->commands[0].complete) {
        on_early_reply(self);
        return;
    }
    /* what breaks the dialogue off looks at the oldest command: it stays until it is judged */
    Command command = self->commands[0];
    if (command.orphan)
        on_orphan_reply(self, command.verb);
    else if (command.verb == VERB_MAIL || command.verb == VERB_RCPT)
        on_envelope_reply(self, command.verb);
    else if (command.verb == VERB_DATA)
        on_data_reply(self);
    else if (command.verb == VERB_END)
        on_end_reply(self);
    else if (command.verb == VERB_QUIT)
        dialogue_end(self, TRUE, "");
    else if (self->reply.code == CODE_CLOSING)
        close_politely(self);
    else if (!is_accepted(self->reply.code))
        break_off(self);
    if (self->said > 0)
        memmove(self->commands, self->commands + 1, --self->said * sizeof(Command));
}

void
dialogue_read(Dialogue *self, const char *octets, gsize length)
{
    while (length > 0 && !self->over) {
        gsize used = 0;
        ReplyState state = reply_read(&self->reply, octets, length, &used);
        octets += used;
        length -= used;
        if (state == REPLY_WHOLE)
            on_reply(self);
        else if (state == REPLY_BROKEN)
            break_off(self);
    }
}

/* --- the owner's side -------------------------------------------------------------------------- */

Dialogue *
dialogue_new(const DialogueOffer *offer)
{
    Dialogue *self = g_new(Dialogue, 1); /* the output need not be cleared */
    memset(self, 0, G_STRUCT_OFFSET(Dialogue, output));
    self->offer = *offer;
    self->events = g_array_new(FALSE, FALSE, sizeof(DialogueEvent));
    return self;
}

void
dialogue_free(Dialogue *self)
{
    if (!self)
        return;
    DialogueEvent event;
    while (dialogue_take_event(self, &event))
        outcome_clear(&event.outcome);
    g_array_free(self->events, TRUE);
    g_free(self);
}

gboolean
dialogue_wants(const Dialogue *self)
{
    if (self->over || self->quitting)
        return FALSE;
    return !self->slots[0].message ||
           (!self->slots[1].message && self->slots[0].stage >= STAGE_READY);
}

void
dialogue_give(Dialogue *self, const TransportMessage *message)
{
    Slot *slot = &self->slots[self->slots[0].message ? 1 : 0];
    g_return_if_fail(!slot->message && !self->over);
    *slot = (Slot){.message = message};
}

void
dialogue_go(Dialogue *self)
{
    if (self->slots[0].stage == STAGE_READY)
        self->slots[0].stage = STAGE_GOING;
}

void
dialogue_drop(Dialogue *self)
{
    if (self->slots[0].stage != STAGE_READY)
        return;
    Outcome outcome = {.kind = OUTCOME_UNTRIED, .text = g_strdup(_("it was not to be sent"))};
    finish_first(self, &outcome, FALSE);
    dialogue_end(self, TRUE, "");
}

void
dialogue_quit(Dialogue *self)
{
    self->quitting = TRUE;
}

gboolean
dialogue_is_over(const Dialogue *self)
{
    return self->over;
}

gboolean
dialogue_take_event(Dialogue *self, DialogueEvent *event)
{
    if (self->events_taken == self->events->len) {
        g_array_set_size(self->events, 0);
        self->events_taken = 0;
        return FALSE;
    }
    *event = g_array_index(self->events, DialogueEvent, self->events_taken++);
    return TRUE;
}

DialogueWait
dialogue_waits_for(const Dialogue *self)
{
    static const DialogueWait waits[] = {
        [VERB_RSET] = DIALOGUE_WAITS_FOR_REPLY, [VERB_MAIL] = DIALOGUE_WAITS_FOR_REPLY,
        [VERB_RCPT] = DIALOGUE_WAITS_FOR_REPLY, [VERB_DATA] = DIALOGUE_WAITS_FOR_DATA,
        [VERB_END] = DIALOGUE_WAITS_FOR_END,    [VERB_QUIT] = DIALOGUE_WAITS_FOR_QUIT,
    };
    if (self->begin < self->end)
        return DIALOGUE_WAITS_FOR_WRITE;
    return self->said > 0 ? waits[self->commands[0].verb] : DIALOGUE_WAITS_FOR_NOTHING;
}

guint64
dialogue_progress(const Dialogue *self)
{
    return self->progress;
}
