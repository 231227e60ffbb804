/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialogue: SMTP as scripts of what the relay says, what is said to it, and what happens; replies and
 * their limits; the envelope's commands; contents and their dots */
#include "transport/dialogue.h"
#include "transport/envelope.h"
#include "transport/reply.h"

#include <string.h>

/* --- scripts ----------------------------------------------------------------------------------- */

/* One step a line. Steps that do something:
 *     +a          gives the message "a" ("u...": its recipient needs SMTPUTF8)
 *     <250 ok     the relay says that line ("<-": without its end)
 *     go drop quit
 *     closed late the connection ended; the owner gives up
 *     hold N      from now on N octets more can be written; "flow": as many as you like
 * Steps that tell what has to come of it, all of it, before the next one that does something:
 *     >LINE       is written
 *     !ready a    !done a KIND CODE[ untouched]
 *     =over       =wants      =full (wants no message) */
typedef struct {
    const char *name;
    const char *offer; /* as in EHLO, separated by blanks */
    const char *script;
} Row;

typedef struct {
    const Row *row;
    Dialogue *dialogue;
    TransportMessage messages[26];
    gsize room;
    GString *written;
    GQueue events; /* of text */
} Stage;

static const char content[] = "To: a\r\n\r\n.Hallo\r\n";

static const Row rows[] = {
    {"lock step", "SIZE",
     "+a\n>MAIL FROM:<b@n.example> SIZE=17\n=full\n<250 ok\n>RCPT TO:<a@x.example>\n<250 "
     "ok\n>DATA\n"
     "<354 go\n!ready a\n=wants\n+b\n=full\ngo\n>To: a\n>\n>..Hallo\n>.\n<250 2.0.0 queued\n"
     "!done a sent 250\n>MAIL FROM:<b@n.example> SIZE=17\n<250 ok\n>RCPT TO:<b@x.example>\n<250 "
     "ok\n"
     ">DATA\n<354 go\n!ready b\ngo\n>To: a\n>\n>..Hallo\n>.\n<250 ok\n!done b sent 250\n=wants\n"
     "quit\n>QUIT\n=full\n<221 bye\n=over"},
    {"pipelining", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n=full\n<250 queued\n!done a sent 250\n=full\n<250 ok\n<250 ok\n<354 go\n!ready "
     "b\n+c\ngo\n"
     ">To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<c@x.example>\n>DATA"},
    {"a follower that comes after the content", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\ngo\n>To: a\n>\n>..Hallo\n>.\n=wants\n+b\n>MAIL FROM:<b@n.example>\n"
     ">RCPT TO:<b@x.example>\n>DATA\n<451 later\n!done a temporary 451\n<250 ok\n<250 ok\n<354 go\n"
     "!ready b"},
    {"replies in one piece, and in many", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n"
     "<-2\n<-50-a\r\n\n<-250\r\n250 o\n<k\n<-354 go\r\n\n!ready a"},
    /* refusals */
    {"MAIL refused", "",
     "+a\n>MAIL FROM:<b@n.example>\n<451 no room\n!done a temporary 451\n=wants\n+b\n>RSET\n<250 "
     "ok\n"
     ">MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<b@x.example>"},
    {"RCPT refused", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<550 nobody\n"
     "!done a permanent 550\n+b\n>RSET\n<250 ok\n>MAIL FROM:<b@n.example>"},
    {"DATA refused", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<554 no\n"
     "!done a permanent 554\n+b\n>RSET\n<250 ok\n>MAIL FROM:<b@n.example>"},
    {"RCPT refused in a group: nothing is said before DATA is refused, too", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<550 nobody\n"
     "!done a permanent 550\n=wants\n+b\n<554 no valid recipients\n>RSET\n>MAIL "
     "FROM:<b@n.example>\n"
     ">RCPT TO:<b@x.example>\n>DATA\n<250 ok\n<250 ok\n<250 ok\n<354 go\n!ready b"},
    {"MAIL refused in a group", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<452 no\n!done a temporary "
     "452\n+b\n"
     "<503 MAIL first\n<503 MAIL first\n>RSET\n>MAIL FROM:<b@n.example>\n>RCPT "
     "TO:<b@x.example>\n>DATA"},
    {"MAIL refused, the rest taken: never a content", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<452 no\n!done a temporary "
     "452\n+b\n"
     "<250 ok\n<354 go\n!done b temporary 0 untouched\n=over"},
    {"RCPT refused, DATA taken: never a content", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<450 busy\n"
     "!done a temporary 450\n<354 go\n=over"},
    {"the follower's RCPT refused", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n<250 queued\n!done a sent 250\n<250 ok\n<550 no\n!done b permanent 550\n+c\n<503 no\n"
     ">RSET\n>MAIL FROM:<b@n.example>\n>RCPT TO:<c@x.example>\n>DATA"},
    {"the end refused, the follower taken", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n<552 too big\n!done a permanent 552\n<250 ok\n<250 ok\n<354 go\n!ready b"},
    {"RSET refused", "",
     "+a\n>MAIL FROM:<b@n.example>\n<451 no\n!done a temporary 451\n+b\n>RSET\n<500 what?\n"
     "!done b temporary 0 untouched\n=over"},
    /* 421 */
    {"421 to MAIL", "",
     "+a\n>MAIL FROM:<b@n.example>\n<421 bye\n!done a temporary 421 untouched\n=over"},
    {"421 to RCPT", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<421 bye\n"
     "!done a temporary 421\n=over"},
    {"421 while idle", "", "<421 idle too long\n=over"},
    {"421 while the caller thinks", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\n+b\n<421 bye\n!done a temporary 421\n!done b temporary 0 untouched\n=over\ngo"},
    {"421 to the end, with a follower", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n<421 bye\n!done a temporary 421\n!done b temporary 0 untouched\n=over"},
    {"421 in the midst of the content", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\nhold 7\ngo\n>To: a\n<421 bye\n!done a temporary 421\n=over"},
    {"552 in the midst of the content", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\nhold 7\ngo\n>To: a\n<552 enough\n!done a permanent 552\n"
     "!done b temporary 0 untouched\n=over"},
    {"250 in the midst of the content", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\nhold 7\ngo\n>To: a\n<250 thanks\n!done a temporary 0\n=over"},
    /* broken relays */
    {"an answer to nothing", "", "<250 ok\n=over"},
    {"an answer to nothing, with a message that waits for the caller", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\n<250 ok\n!done a temporary 0\n=over"},
    {"an answer too many", "",
     "+a\n>MAIL FROM:<b@n.example>\n<-250 ok\r\n250 ok\r\n\n!done a temporary 0\n=over"},
    {"an answer too many in a group", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<250 ok\n"
     "!done a temporary 250\n=over"},
    {"an answer before its command is out", "",
     "hold 3\n+a\n>MAI\n<250 ok\n!done a temporary 0\n=over"},
    {"250 to DATA", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<250 ok\n"
     "!done a temporary 250\n=over"},
    {"354 to RCPT", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<354 go\n"
     "!done a temporary 354\n=over"},
    {"354 to the end", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n<354 go\n!done a unknown 354\n!done b temporary 0 untouched\n=over"},
    {"garbage to MAIL", "", "+a\n>MAIL FROM:<b@n.example>\n<hello\n!done a temporary 0\n=over"},
    {"garbage to the end", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\n<hello\n!done a unknown 0\n!done b temporary 0 untouched\n=over"},
    /* ends of the connection */
    {"closed before MAIL is answered", "",
     "+a\n>MAIL FROM:<b@n.example>\nclosed\n!done a temporary 0 untouched\n=over"},
    {"closed before RCPT is answered", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\nclosed\n"
     "!done a temporary 0\n=over"},
    {"closed in the midst of the content", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\nhold 7\ngo\n>To: a\nclosed\n!done a temporary 0\n=over"},
    {"closed when all but the dot was out", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\nhold 18\ngo\n>To: a\n>\n>..Hallo\nclosed\n!done a temporary 0\n=over"},
    {"closed when the dot was out", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\nhold 19\ngo\n>To: a\n>\n>..Hallo\n>.\nclosed\n!done a unknown 0\n=over"},
    {"closed at the end, with a follower", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\nclosed\n!done a unknown 0\n!done b temporary 0 untouched\n=over"},
    {"late at MAIL", "", "+a\n>MAIL FROM:<b@n.example>\nlate\n!done a temporary 0\n=over"},
    {"late at the end, with a follower", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+b\ngo\n>To: a\n>\n>..Hallo\n>.\n>MAIL FROM:<b@n.example>\n>RCPT TO:<b@x.example>\n"
     ">DATA\nlate\n!done a unknown 0\n!done b temporary 0 untouched\n=over"},
    /* the owner */
    {"go too early and twice", "",
     "go\n+a\n>MAIL FROM:<b@n.example>\ngo\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\ngo\n"
     "<354 go\n!ready a\ngo\n>To: a\n>\n>..Hallo\n>.\ngo\n<250 ok\n!done a sent 250"},
    {"drop", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\ndrop\n<250 ok\n<354 "
     "go\n"
     "!ready a\n+b\ndrop\n!done a untried 0\n!done b temporary 0 untouched\n=over\ndrop\nclosed"},
    {"quit waits for the last message", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\nquit\n<250 ok\n<250 ok\n<354 "
     "go\n"
     "!ready a\n=full\ngo\n>To: a\n>\n>..Hallo\n>.\n<250 ok\n!done a sent "
     "250\n>QUIT\nclosed\n=over"},
    {"SMTPUTF8 offered", "PIPELINING 8BITMIME SMTPUTF8 SIZE",
     "+u\n>MAIL FROM:<b@n.example> SIZE=17 BODY=8BITMIME SMTPUTF8\n>RCPT "
     "TO:<\xc3\xbc@x.example>\n>DATA"},
    {"SMTPUTF8 not offered", "PIPELINING 8BITMIME",
     "+u\n!done u permanent 0\n=wants\n+a\n>MAIL FROM:<b@n.example>\n>RCPT "
     "TO:<a@x.example>\n>DATA"},
    {"SMTPUTF8 not offered, for a follower", "PIPELINING",
     "+a\n>MAIL FROM:<b@n.example>\n>RCPT TO:<a@x.example>\n>DATA\n<250 ok\n<250 ok\n<354 go\n"
     "!ready a\n+u\ngo\n>To: a\n>\n>..Hallo\n>.\n<250 ok\n!done a sent 250\n!done u permanent "
     "0\n=wants"},
    {"SMTPUTF8 not offered, for a follower in lock step", "",
     "+a\n>MAIL FROM:<b@n.example>\n<250 ok\n>RCPT TO:<a@x.example>\n<250 ok\n>DATA\n<354 go\n"
     "!ready a\n+u\ngo\n>To: a\n>\n>..Hallo\n>.\n<451 no\n!done a temporary 451\n!done u permanent "
     "0"},
    {"reports", "PIPELINING DSN",
     "+a\n>MAIL FROM:<b@n.example> RET=HDRS ENVID=a+2B1\n"
     ">RCPT TO:<a@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a@x.example\n>DATA"},
};

static void
collect(Stage *stage)
{
    gsize length;
    const char *octets;
    while ((octets = dialogue_output(stage->dialogue, &length)),
           (length = MIN(length, stage->room)) > 0) {
        g_string_append_len(stage->written, octets, (gssize)length);
        dialogue_wrote(stage->dialogue, length);
        if (stage->room != G_MAXSIZE)
            stage->room -= length;
    }
    static const char *const kinds[] = {"sent", "temporary", "permanent", "unknown", "untried"};
    DialogueEvent event;
    while (dialogue_take_event(stage->dialogue, &event)) {
        const char letter = *(const char *)event.message->owner;
        if (event.kind == DIALOGUE_READY)
            g_queue_push_tail(&stage->events, g_strdup_printf("ready %c", letter));
        else
            g_queue_push_tail(&stage->events,
                              g_strdup_printf("done %c %s %d%s", letter, kinds[event.outcome.kind],
                                              event.outcome.code,
                                              event.untouched ? " untouched" : ""));
        outcome_clear(&event.outcome);
    }
}

static void
check_all_was_told(const Stage *stage, const char *step)
{
    if (stage->written->len > 0 || stage->events.length > 0)
        g_test_message("%s, before %s: also \"%s\", %s", stage->row->name, step,
                       stage->written->str,
                       stage->events.length > 0 ? (char *)stage->events.head->data : "");
    g_assert_cmpuint(stage->written->len, ==, 0);
    g_assert_cmpuint(stage->events.length, ==, 0);
}

static void
expect_line(Stage *stage, const char *line)
{
    const char *end = strstr(stage->written->str, "\r\n");
    gsize length = end ? (gsize)(end - stage->written->str) : stage->written->len;
    g_autofree char *written = g_strndup(stage->written->str, length);
    if (strcmp(written, line) != 0)
        g_test_message("%s", stage->row->name);
    g_assert_cmpstr(written, ==, line);
    g_string_erase(stage->written, 0, (gssize)(length + (end ? 2 : 0)));
}

static void
expect(Stage *stage, const char *step)
{
    g_autofree char *event = *step == '!' ? g_queue_pop_head(&stage->events) : NULL;
    if (*step == '>')
        expect_line(stage, step + 1);
    else if (event || *step == '!')
        g_assert_cmpstr(event, ==, step + 1);
    else if (strcmp(step, "=over") == 0)
        g_assert_true(dialogue_is_over(stage->dialogue));
    else
        g_assert_cmpint(dialogue_wants(stage->dialogue), ==, strcmp(step, "=wants") == 0);
}

static void
act(Stage *stage, const char *step)
{
    Dialogue *dialogue = stage->dialogue;
    g_autofree char *line = g_strconcat(step + (*step == '<'), "\r\n", NULL);
    if (*step == '+')
        dialogue_give(dialogue, &stage->messages[step[1] - 'a']);
    else if (g_str_has_prefix(step, "<-"))
        dialogue_read(dialogue, step + 2, strlen(step + 2));
    else if (*step == '<')
        dialogue_read(dialogue, line, strlen(line));
    else if (strcmp(step, "go") == 0)
        dialogue_go(dialogue);
    else if (strcmp(step, "drop") == 0)
        dialogue_drop(dialogue);
    else if (strcmp(step, "quit") == 0)
        dialogue_quit(dialogue);
    else if (g_str_has_prefix(step, "hold "))
        stage->room = (gsize)g_ascii_strtoull(step + 5, NULL, 10);
    else
        dialogue_end(dialogue, strcmp(step, "closed") == 0, "for a test");
    collect(stage);
}

static void
fill_messages(Stage *stage, char recipients[26][32], char names[26][8])
{
    for (int i = 0; i < 26; i++) {
        char letter = (char)('a' + i);
        gboolean utf8 = letter == 'u';
        g_snprintf(names[i], 8, "%c+1", letter);
        g_snprintf(recipients[i], 32, utf8 ? "\xc3\xbc@x.example" : "%c@x.example", letter);
        stage->messages[i] = (TransportMessage){
            .return_path = "b@n.example",
            .recipient = recipients[i],
            .smtputf8 = utf8,
            .name = names[i],
            .content = content,
            .length = strlen(content),
            .owner = names[i],
        };
    }
}

static Dialogue *
open_dialogue(const char *offered)
{
    DialogueOffer offer = {0};
    g_auto(GStrv) words = g_strsplit(offered, " ", -1);
    for (char **word = words; *word; word++) {
        g_autofree char *line = g_strconcat("250-", *word, "\r\n", NULL);
        dialogue_read_offer(&offer, line, strlen(line));
    }
    return dialogue_new(&offer);
}

static void
test_script(gconstpointer data)
{
    char recipients[26][32], names[26][8];
    Stage stage = {.row = data, .room = G_MAXSIZE, .written = g_string_new(NULL)};
    g_queue_init(&stage.events);
    fill_messages(&stage, recipients, names);
    stage.dialogue = open_dialogue(stage.row->offer);
    g_auto(GStrv) steps = g_strsplit(stage.row->script, "\n", -1);
    for (char **step = steps; *step; step++) {
        if (strchr(">!=", **step) && **step) {
            expect(&stage, *step);
            continue;
        }
        /* a line end within a piece of input */
        g_autofree char *whole = NULL;
        if (g_str_has_suffix(*step, "\r")) {
            whole = g_strdup(*step);
            while (step[1] && g_str_has_suffix(whole, "\r")) {
                g_autofree char *longer = g_strconcat(whole, "\n", *++step, NULL);
                g_free(g_steal_pointer(&whole));
                whole = g_steal_pointer(&longer);
            }
        }
        check_all_was_told(&stage, whole ? whole : *step);
        act(&stage, whole ? whole : *step);
    }
    check_all_was_told(&stage, "the end");
    dialogue_free(stage.dialogue);
    g_string_free(stage.written, TRUE);
}

/* --- replies ----------------------------------------------------------------------------------- */

static void
test_replies(void)
{
    static const struct {
        const char *octets;
        gsize length;
        ReplyState state;
        int code;
        const char *text;
    } replies[] = {
#define REPLY(octets, ...) {octets, sizeof(octets) - 1, __VA_ARGS__}
        REPLY("250 ok\r\n", REPLY_WHOLE, 250, "ok"),
        REPLY("250 ok\n", REPLY_WHOLE, 250, "ok"),
        REPLY("250\r\n", REPLY_WHOLE, 250, ""),
        REPLY("250 \r\n", REPLY_WHOLE, 250, ""),
        REPLY("250-a\r\n250-b\r\n250 c\r\n", REPLY_WHOLE, 250, "a b c"),
        REPLY("250-a\r\n250\r\n", REPLY_WHOLE, 250, "a"),
        REPLY("550-5.1.1 no\r\n550 5.1.1 such\r\n", REPLY_WHOLE, 550, "5.1.1 no 5.1.1 such"),
        REPLY("421 \xff\xfe\r\n", REPLY_WHOLE, 421, "\xff\xfe"),
        REPLY("250 a\rb\r\n", REPLY_WHOLE, 250, "a\rb"),
        REPLY("250 ok\r", REPLY_PART, 0, NULL),
        REPLY("250-ok\r\n", REPLY_PART, 0, NULL),
        REPLY("25", REPLY_PART, 0, NULL),
        REPLY("", REPLY_PART, 0, NULL),
        REPLY("\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("25\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("250ok\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("2500 ok\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("250\rx\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("150 ok\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("650 ok\r\n", REPLY_BROKEN, 0, NULL),
        REPLY(" 250 ok\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("hello\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("250 a\0b\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("250-a\r\n251 b\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("250-a\r\nhello\r\n", REPLY_BROKEN, 0, NULL),
        REPLY("\x16\x03\x01", REPLY_BROKEN, 0, NULL),
#undef REPLY
    };
    for (guint i = 0; i < G_N_ELEMENTS(replies); i++) {
        Reply reply = {0};
        gsize used = 0;
        g_test_message("%s", replies[i].octets);
        g_assert_cmpint(reply_read(&reply, replies[i].octets, replies[i].length, &used), ==,
                        replies[i].state);
        if (replies[i].state == REPLY_WHOLE) {
            g_assert_cmpint(reply.code, ==, replies[i].code);
            g_assert_cmpstr(reply.text, ==, replies[i].text);
            g_assert_cmpuint(used, ==, replies[i].length);
        }
    }
}

/* Two replies in one piece, of which the first leaves nothing behind. */
static void
test_reply_after_reply(void)
{
    static const char octets[] = "250-long words\r\n250 of two lines\r\n354 go\r\n";
    Reply reply = {0};
    gsize used = 0;
    g_assert_cmpint(reply_read(&reply, octets, strlen(octets), &used), ==, REPLY_WHOLE);
    g_assert_cmpstr(reply.text, ==, "long words of two lines");
    g_assert_cmpint(reply_read(&reply, octets + used, strlen(octets + used), &used), ==,
                    REPLY_WHOLE);
    g_assert_cmpint(reply.code, ==, 354);
    g_assert_cmpstr(reply.text, ==, "go");
}

static void
test_reply_limits(void)
{
    static const struct {
        guint lines, length; /* of the words of each */
        ReplyState state;
    } limits[] = {
        {100, 10, REPLY_WHOLE},  {101, 10, REPLY_BROKEN},  {1, 2048, REPLY_WHOLE},
        {1, 65530, REPLY_WHOLE}, {1, 65531, REPLY_BROKEN}, {1, 70 * 1024, REPLY_BROKEN},
        {99, 600, REPLY_WHOLE},  {99, 700, REPLY_BROKEN},
    };
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autoptr(GString) octets = g_string_new(NULL);
        g_autofree char *words = g_strnfill(limits[i].length, 'x');
        for (guint line = 1; line <= limits[i].lines; line++)
            g_string_append_printf(octets, "250%c%s\r\n", line == limits[i].lines ? ' ' : '-',
                                   words);
        Reply reply = {0};
        gsize used;
        g_assert_cmpint(reply_read(&reply, octets->str, octets->len, &used), ==, limits[i].state);
        g_assert_cmpuint(strlen(reply.text), <=, REPLY_KEPT);
    }
}

/* --- offers and envelopes ---------------------------------------------------------------------- */

static void
test_offers(void)
{
    static const struct {
        const char *line;
        gboolean pipelining, size, eight_bit, smtputf8, dsn;
    } lines[] = {
        {"250-PIPELINING\r\n", TRUE, FALSE, FALSE, FALSE, FALSE},
        {"250 pipelining", TRUE, FALSE, FALSE, FALSE, FALSE},
        {"250-SIZE\r\n", FALSE, TRUE, FALSE, FALSE, FALSE},
        {"250-SIZE 1000\r\n", FALSE, TRUE, FALSE, FALSE, FALSE},
        {"250-8BITMIME\r\n", FALSE, FALSE, TRUE, FALSE, FALSE},
        {"250-SMTPUTF8\r\n", FALSE, FALSE, FALSE, TRUE, FALSE},
        {"250-DSN\r\n", FALSE, FALSE, FALSE, FALSE, TRUE},
        {"250-SMTPUTF8X\r\n", FALSE, FALSE, FALSE, FALSE, FALSE},
        {"250-XSIZE\r\n", FALSE, FALSE, FALSE, FALSE, FALSE},
        {"220 DSN\r\n", FALSE, FALSE, FALSE, FALSE, FALSE},
        {"250", FALSE, FALSE, FALSE, FALSE, FALSE},
        {"", FALSE, FALSE, FALSE, FALSE, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        DialogueOffer offer = {0};
        dialogue_read_offer(&offer, lines[i].line, strlen(lines[i].line));
        g_assert_cmpint(offer.pipelining, ==, lines[i].pipelining);
        g_assert_cmpint(offer.size, ==, lines[i].size);
        g_assert_cmpint(offer.eight_bit, ==, lines[i].eight_bit);
        g_assert_cmpint(offer.smtputf8, ==, lines[i].smtputf8);
        g_assert_cmpint(offer.dsn, ==, lines[i].dsn);
    }
}

static void
test_envelopes(void)
{
    static const struct {
        const char *return_path, *recipient, *name, *mail, *rcpt;
    } envelopes[] = {
        {"b@n.example", "a@x.example", "1-2", "MAIL FROM:<b@n.example> RET=HDRS ENVID=1-2\r\n",
         "RCPT TO:<a@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a@x.example\r\n"},
        {"b@n.example", "a+b=c@x.example", "a+b=c d",
         "MAIL FROM:<b@n.example> RET=HDRS ENVID=a+2Bb+3Dc+20d\r\n",
         "RCPT TO:<a+b=c@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@x.example\r\n"},
        {"b@n.example", "\xc3\xbc+=\\@x.example", NULL,
         "MAIL FROM:<b@n.example> SMTPUTF8 RET=HDRS\r\n",
         "RCPT TO:<\xc3\xbc+=\\@x.example> NOTIFY=FAILURE,DELAY "
         "ORCPT=utf-8;\xc3\xbc\\x{2B}\\x{3D}\\x{5C}@x.example\r\n"},
        {"", "a@x.example", "1-2", "MAIL FROM:<>\r\n", "RCPT TO:<a@x.example>\r\n"},
        {"b@n.example", "a@x.example", "", "MAIL FROM:<b@n.example> RET=HDRS\r\n",
         "RCPT TO:<a@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a@x.example\r\n"},
    };
    const DialogueOffer offer = {.dsn = TRUE};
    char command[ENVELOPE_COMMAND_MAX];
    for (guint i = 0; i < G_N_ELEMENTS(envelopes); i++) {
        TransportMessage message = {
            .return_path = envelopes[i].return_path,
            .recipient = envelopes[i].recipient,
            .smtputf8 = !g_str_is_ascii(envelopes[i].recipient),
            .name = envelopes[i].name,
        };
        g_assert_cmpuint(envelope_mail(&message, &offer, command), ==, strlen(envelopes[i].mail));
        g_assert_cmpstr(command, ==, envelopes[i].mail);
        g_assert_cmpuint(envelope_rcpt(&message, &offer, command), ==, strlen(envelopes[i].rcpt));
        g_assert_cmpstr(command, ==, envelopes[i].rcpt);
    }
}

/* The longest that wire_check() lets pass fits. */
static void
test_longest_envelope(void)
{
    const DialogueOffer offer = {TRUE, TRUE, TRUE, TRUE, TRUE};
    g_autofree char *local = g_strnfill(244, '='), *name = g_strnfill(33, '=');
    g_autofree char *address = g_strconcat(local, "@x.example", NULL);
    g_assert_cmpuint(strlen(address), ==, 254);
    char command[ENVELOPE_COMMAND_MAX];
    for (int utf8 = 0; utf8 < 2; utf8++) {
        TransportMessage message = {
            .return_path = address,
            .recipient = address,
            .smtputf8 = utf8,
            .name = name,
            .length = G_MAXSIZE,
        };
        gsize mail = envelope_mail(&message, &offer, command);
        g_assert_cmpuint(mail, <, ENVELOPE_COMMAND_MAX);
        g_assert_true(g_str_has_suffix(command, "\r\n"));
        gsize rcpt = envelope_rcpt(&message, &offer, command);
        g_assert_cmpuint(rcpt, <, ENVELOPE_COMMAND_MAX);
        g_assert_true(g_str_has_suffix(command, "@x.example\r\n"));
    }
}

/* --- contents ---------------------------------------------------------------------------------- */

/* What a server makes of the octets between 354 and the end of the content, RFC 5321, 4.5.2. */
static char *
unstuff(const GString *written)
{
    g_autoptr(GString) plain = g_string_new(NULL);
    const char *line = written->str, *last = line + written->len, *end;
    for (; (end = memchr(line, '\n', (gsize)(last - line))); line = end + 1) {
        g_assert_true(end > line && end[-1] == '\r');
        if (end == line + 2 && *line == '.') {
            g_assert_true(end + 1 == last); /* the end is the end */
            return g_string_free(g_steal_pointer(&plain), FALSE);
        }
        const char *from = line + (*line == '.');
        g_string_append_len(plain, from, end + 1 - from);
    }
    g_assert_not_reached();
}

static void
check_content(const char *text, gsize at_once)
{
    TransportMessage message = {.return_path = "b@n.example",
                                .recipient = "a@x.example",
                                .content = text,
                                .length = strlen(text)};
    g_autoptr(Dialogue) dialogue = open_dialogue("PIPELINING");
    g_autoptr(GString) written = g_string_new(NULL);
    gsize length;
    dialogue_give(dialogue, &message);
    dialogue_output(dialogue, &length);
    dialogue_wrote(dialogue, length);
    static const char replies[] = "250 ok\r\n250 ok\r\n354 go\r\n";
    dialogue_read(dialogue, replies, strlen(replies));
    dialogue_go(dialogue);
    const char *octets;
    while ((octets = dialogue_output(dialogue, &length)), length > 0) {
        length = MIN(length, at_once);
        g_string_append_len(written, octets, (gssize)length);
        dialogue_wrote(dialogue, length);
    }
    g_autofree char *plain = unstuff(written);
    gboolean ended = g_str_has_suffix(text, "\r\n");
    g_autofree char *wanted = g_strconcat(text, ended ? "" : "\r\n", NULL);
    g_assert_cmpstr(plain, ==, wanted);
}

static void
test_contents(void)
{
    g_autoptr(GString) dots = g_string_new(NULL), mixed = g_string_new(NULL);
    while (dots->len < 300 * 1024) /* more than the output holds */
        g_string_append(dots, ".\r\n");
    for (int i = 0; mixed->len < 200 * 1024; i++) {
        for (int k = 0; k < i % 97; k++)
            g_string_append_c(mixed, k % 5 == 0 ? '.' : 'x');
        g_string_append(mixed, "\r\n");
    }
    const char *const contents[] = {
        content,
        ".\r\n",
        "..\r\n",
        "\r\n",
        "\r\n.\r\n",
        "x",
        ".",
        "..",
        "a\r\n.",
        "a\r\n..",
        "a.\r\n",
        "a.b\r\n.c.d\r\n...\r\n.",
        "a\r\n.\r\n.\r\n.\r\n",
        "a\r\n.\r\nMAIL FROM:<x@y>\r\n",
        dots->str,
        mixed->str,
    };
    static const gsize at_once[] = {G_MAXSIZE, 4096, 1000, 7, 1};
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(at_once); k++)
            check_content(contents[i], at_once[k]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/dialogue/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], test_script);
    }
    g_test_add_func("/reply/rows", test_replies);
    g_test_add_func("/reply/one-after-the-other", test_reply_after_reply);
    g_test_add_func("/reply/limits", test_reply_limits);
    g_test_add_func("/offer/rows", test_offers);
    g_test_add_func("/envelope/rows", test_envelopes);
    g_test_add_func("/envelope/longest", test_longest_envelope);
    g_test_add_func("/content/dots", test_contents);
    return g_test_run();
}
