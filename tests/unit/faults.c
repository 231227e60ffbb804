/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faults: a session meets each fault of tests/lib/faulty_smtpd.py, with PIPELINING and without, with its
 * first message and with the one that follows; the outcome is the right one, a session beside it goes
 * on, so does the session itself, and nobody burns processor time. Skipped without python3. */
#include "transport/transport.h"

#include "base/clock.h"
#include "base/file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS    24
#define TIMEOUT_S  2
#define GIVE_UP_S  30.0
#define CPU_MOST_S 0.3
#define BIG        (8 * 1024 * 1024) /* more than the sockets hold */
#define SMALL      3000
#define PASSWORD   "geheim"

/* The messages of a cell: one that comes first, over the session beside; two for the session that
 * meets the fault, and one for it afterwards; and three meanwhile for the session beside. */
enum { WARM, FIRST, SECOND, THIRD, BESIDE, LETTERS = BESIDE + 3 };

typedef struct {
    TransportMessage message;
    char recipient[32], *content;
    Outcome outcome; /* the first one */
    gboolean given;
    guint done; /* twice, if it was untried at first */
} Letter;

typedef struct {
    guint port;
    char step[16], fault[16], turn[8];
    gboolean pipelining;
    Letter letters[LETTERS];
    guint beside_done;
    guint beside_before; /* how many of those were done when the fault had its outcome */
    double seconds, cpu_s;
    const char *failure; /* what went wrong with the run itself */
} Cell;

typedef struct {
    char *folder, *cert, *key, *password;
    GPid pid;
    GArray *cells;
} Servers;

/* --- the servers ------------------------------------------------------------------------------- */

static gboolean
run_quietly(const char *const *argv)
{
    int status;
    return g_spawn_sync(NULL, (char **)argv, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                            G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

static gboolean
make_certificate(const Servers *servers)
{
    const char *const argv[] = {
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=x",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        servers->key,
        "-out",
        servers->cert,
        NULL,
    };
    return run_quietly(argv);
}

static gboolean
read_cells(Servers *servers, int output)
{
    g_autofree char *line = g_malloc(256);
    FILE *stream = fdopen(output, "r");
    gboolean ready = FALSE;
    while (!ready && fgets(line, 256, stream)) {
        Cell cell = {0};
        if (sscanf(line, "%u %15s %15s %d %7s", &cell.port, cell.step, cell.fault, &cell.pipelining,
                   cell.turn) == 5)
            g_array_append_val(servers->cells, cell);
        ready = strcmp(line, "ready\n") == 0;
    }
    fclose(stream);
    return ready;
}

static gboolean
servers_start(Servers *servers)
{
    const char *source = g_getenv("SRCDIR");
    g_autofree char *program =
        g_build_filename(source ? source : ".", "tests/lib/faulty_smtpd.py", NULL);
    servers->folder = g_dir_make_tmp("rundruf-faults-XXXXXX", NULL);
    servers->cert = g_build_filename(servers->folder, "cert.pem", NULL);
    servers->key = g_build_filename(servers->folder, "key.pem", NULL);
    servers->password = g_build_filename(servers->folder, "password", NULL);
    servers->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    file_write(servers->password, PASSWORD, strlen(PASSWORD), 0600, NULL);
    gboolean tls = make_certificate(servers);
    const char *const argv[] = {"python3",    program, servers->folder, tls ? servers->cert : NULL,
                                servers->key, NULL};
    int output;
    return g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
                                    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                    &servers->pid, NULL, &output, NULL, NULL) &&
           read_cells(servers, output);
}

static void
servers_stop(Servers *servers)
{
    if (servers->pid > 0) {
        kill(servers->pid, SIGTERM);
        waitpid(servers->pid, NULL, 0);
    }
    static const char *const files[] = {"cert.pem", "key.pem", "password", "messages"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(servers->folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(servers->folder);
    for (guint i = 0; i < servers->cells->len; i++) {
        Cell *cell = &g_array_index(servers->cells, Cell, i);
        for (guint k = 0; k < LETTERS; k++)
            outcome_clear(&cell->letters[k].outcome);
    }
    g_array_free(servers->cells, TRUE);
    g_free(servers->folder);
    g_free(servers->cert);
    g_free(servers->key);
    g_free(servers->password);
}

/* --- one cell ---------------------------------------------------------------------------------- */

static gboolean
is_step(const Cell *cell, const char *step)
{
    return strcmp(cell->step, step) == 0;
}

static gboolean
is_fault(const Cell *cell, const char *fault)
{
    return strcmp(cell->fault, fault) == 0;
}

static gboolean
is_second(const Cell *cell)
{
    return strcmp(cell->turn, "second") == 0;
}

static guint
hit_letter(const Cell *cell)
{
    return is_second(cell) ? SECOND : FIRST;
}

static char *
write_content(const char *recipient, gsize length)
{
    g_autoptr(GString) content = g_string_sized_new(length + 1000);
    g_string_append_printf(content, "To: %s\r\n\r\n", recipient);
    g_autofree char *line = g_strnfill(900, '.');
    while (content->len < length)
        g_string_append_printf(content, "%s\r\n", line);
    g_string_append(content, "END\r\n");
    return g_string_free(g_steal_pointer(&content), FALSE);
}

static void
write_letters(Cell *cell)
{
    for (guint i = 0; i < LETTERS; i++) {
        Letter *letter = &cell->letters[i];
        gboolean big = is_step(cell, "body") && i == hit_letter(cell);
        g_snprintf(letter->recipient, sizeof letter->recipient, "l%u@x.example", i);
        letter->content = write_content(letter->recipient, big ? BIG : SMALL);
        letter->message = (TransportMessage){
            .return_path = "b@n.example",
            .recipient = letter->recipient,
            .name = letter->recipient,
            .content = letter->content,
            .length = strlen(letter->content),
            .owner = letter,
        };
    }
}

static Transport *
open_relay(const Cell *cell, const Servers *servers)
{
    gboolean tls = is_step(cell, "starttls"), login = is_step(cell, "auth");
    g_autofree char *uri =
        g_strdup_printf("smtp://%s:%u", tls ? "localhost" : "127.0.0.1", cell->port);
    Config config = {
        .transport_uri = uri,
        .transport_starttls = (char *)(tls ? "required" : "off"),
        .transport_ca_file = tls ? servers->cert : NULL,
        .transport_user = (char *)(login ? "anna" : NULL),
        .transport_password_file = login ? servers->password : NULL,
        .transport_helo = (char *)"mail.netz.example",
        .transport_timeout = TIMEOUT_S,
        .transport_sessions = 2,
        .transport_session_messages = is_step(cell, "quit") ? 2 : 0,
    };
    return transport_open(&config, NULL);
}

static void
give(Transport *transport, guint session, Letter *letter)
{
    letter->given = TRUE;
    transport->give(transport, session, &letter->message);
}

static void
on_ready(Transport *transport, Cell *cell, const TransportEvent *event)
{
    Letter *second = &cell->letters[SECOND];
    if (event->message->owner == &cell->letters[FIRST] && !second->given)
        give(transport, 0, second); /* so that it follows in the same write */
    transport->go(transport, event->session);
}

/* What is given once letter `number` is done with. */
static void
give_next(Transport *transport, Cell *cell, guint number)
{
    Letter *letters = cell->letters;
    if (number == WARM) {
        give(transport, 0, &letters[FIRST]);
        give(transport, 1, &letters[BESIDE]);
    } else if (number == FIRST && !letters[SECOND].given)
        give(transport, 0, &letters[SECOND]);
    else if (number == SECOND)
        give(transport, 0, &letters[THIRD]);
    else if (number >= BESIDE && number + 1 < LETTERS)
        give(transport, 1, &letters[number + 1]);
}

static void
on_done(Transport *transport, Cell *cell, TransportEvent *event)
{
    Letter *letter = event->message->owner;
    guint number = (guint)(letter - cell->letters);
    gboolean untried = event->outcome.kind == OUTCOME_UNTRIED;
    if (number == hit_letter(cell) && letter->done == 0)
        cell->beside_before = cell->beside_done;
    cell->beside_done += number >= BESIDE;
    if (letter->done++ == 0)
        letter->outcome = event->outcome;
    else
        outcome_clear(&event->outcome);
    if (untried && letter->done == 1)
        give(transport, event->session, letter);
    else
        give_next(transport, cell, number);
}

static gboolean
all_done(const Cell *cell)
{
    for (guint i = 0; i < LETTERS; i++) {
        const Letter *letter = &cell->letters[i];
        if (letter->done < (letter->outcome.kind == OUTCOME_UNTRIED ? 2 : 1))
            return FALSE;
    }
    return TRUE;
}

/* The first letter is on its own; each event brings what follows. */
static const char *
work(Transport *transport, Cell *cell)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(TransportEvent));
    double until = clock_elapsed() + GIVE_UP_S;
    give(transport, 1, &cell->letters[WARM]);
    while (!all_done(cell)) {
        if (clock_elapsed() > until)
            return "it does not come to an end";
        if (!transport->turn(transport, -1, 1000, events, NULL))
            return "turn() failed";
        for (guint i = 0; i < events->len; i++) {
            TransportEvent *event = &g_array_index(events, TransportEvent, i);
            if (event->kind == TRANSPORT_READY)
                on_ready(transport, cell, event);
            else
                on_done(transport, cell, event);
        }
        g_array_set_size(events, 0);
    }
    /* QUIT, with its fault, comes after the last one */
    if (is_step(cell, "quit"))
        transport->turn(transport, -1, 100, events, NULL);
    return NULL;
}

static double
thread_cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static void
run_cell(gpointer data, gpointer user_data)
{
    Cell *cell = data;
    g_autoptr(Transport) transport = open_relay(cell, user_data);
    write_letters(cell);
    double begun = clock_elapsed(), used = thread_cpu_s();
    cell->failure = transport ? work(transport, cell) : "the transport does not open";
    cell->seconds = clock_elapsed() - begun;
    cell->cpu_s = thread_cpu_s() - used;
    for (guint i = 0; i < LETTERS; i++)
        g_clear_pointer(&cell->letters[i].content, g_free);
}

/* --- what has to come of it -------------------------------------------------------------------- */

enum {
    SENT = 1 << OUTCOME_SENT,
    TEMPORARY = 1 << OUTCOME_TEMPORARY,
    PERMANENT = 1 << OUTCOME_PERMANENT,
    UNKNOWN = 1 << OUTCOME_UNKNOWN,
    UNTRIED = 1 << OUTCOME_UNTRIED
};

static gboolean
is_one_of(const char *word, const char *words)
{
    g_auto(GStrv) all = g_strsplit(words, " ", -1);
    return g_strv_contains((const char *const *)all, word);
}

/* Before MAIL the message is no part of it. What libcurl has read beyond the answer to EHLO or AUTH it
 * keeps to itself, and cuts a line that is too long: neither does harm. */
static guint
expected_of_opening(const Cell *cell)
{
    if (is_step(cell, "ehlo") && g_ascii_isdigit(*cell->fault) && !is_fault(cell, "421"))
        return SENT; /* HELO does */
    if (is_one_of(cell->fault, "extra early long half"))
        return SENT | UNTRIED | TEMPORARY;
    return UNTRIED;
}

static Phase
phase_of(const Cell *cell)
{
    static const struct {
        const char *step;
        Phase phase;
    } phases[] = {
        {"mail", PHASE_MAIL}, {"rcpt", PHASE_RCPT}, {"data", PHASE_DATA},
        {"body", PHASE_DATA}, {"dot", PHASE_END},
    };
    for (guint i = 0; i < G_N_ELEMENTS(phases); i++) {
        if (is_step(cell, phases[i].step))
            return phases[i].phase;
    }
    return PHASE_CONNECT;
}

/* A reply that comes before its command: unnoticed where the commands went out together, else the
 * relay is broken; and no reply before a content is one to it. */
static guint
expected_of_early(const Cell *cell)
{
    if (is_step(cell, "mail") && is_second(cell))
        return SENT;
    if (is_step(cell, "mail"))
        return SENT | TEMPORARY; /* libcurl may have read it */
    return cell->pipelining && !is_step(cell, "dot") ? SENT : TEMPORARY;
}

static guint
expected_of_dialogue(const Cell *cell)
{
    gboolean mail = is_step(cell, "mail"), end = is_step(cell, "dot");
    if (is_fault(cell, "early"))
        return expected_of_early(cell);
    /* a kept connection may end before MAIL: the message goes over another one */
    if (mail && is_second(cell) && is_one_of(cell->fault, "421 close rst"))
        return SENT;
    if (end && is_one_of(cell->fault, "extra half"))
        return SENT; /* it was answered */
    if (is_step(cell, "data") && is_fault(cell, "half"))
        return TEMPORARY | UNKNOWN; /* the content may be out before the end is seen */
    return end ? UNKNOWN : TEMPORARY;
}

static guint
expected_of_hit(const Cell *cell)
{
    if (is_one_of(cell->step, "banner ehlo starttls auth"))
        return expected_of_opening(cell);
    return is_step(cell, "quit") ? SENT : expected_of_dialogue(cell);
}

/* An answer too many to the end is noticed with the message that followed in the same write. */
static guint
expected_of_other(const Cell *cell, guint number)
{
    gboolean follows = number == SECOND && cell->pipelining && !is_second(cell);
    return follows && is_step(cell, "dot") && is_fault(cell, "extra") ? TEMPORARY : SENT;
}

static gboolean
is_refused_by_code(const Cell *cell)
{
    return g_ascii_isdigit(*cell->fault) && phase_of(cell) >= PHASE_MAIL &&
           !(is_step(cell, "mail") && is_second(cell) && is_fault(cell, "421"));
}

static void
check_hit(const Cell *cell, const Outcome *outcome)
{
    if (!is_refused_by_code(cell)) {
        g_assert_true(expected_of_hit(cell) & (1u << outcome->kind));
        if (outcome->kind != OUTCOME_SENT)
            g_assert_cmpint(outcome->blame, ==, BLAME_RELAY);
        return;
    }
    g_auto(Outcome) wanted = {0};
    outcome_of_reply(phase_of(cell), atoi(cell->fault), "no", &wanted);
    g_assert_cmpint(outcome->kind, ==, wanted.kind);
    g_assert_cmpint(outcome->blame, ==, wanted.blame);
    g_assert_cmpint(outcome->code, ==, wanted.code);
}

/* What was sent arrived once and whole, what was refused did not. */
static void
check_arrived(const Cell *cell, guint number, const char *messages)
{
    const Letter *letter = &cell->letters[number];
    g_autofree char *line = g_strdup_printf("\n%u %s good\n", cell->port, letter->recipient);
    const char *once = strstr(messages, line);
    gboolean sent = letter->outcome.kind == OUTCOME_SENT || letter->outcome.kind == OUTCOME_UNTRIED;
    g_assert_cmpint(once != NULL, ==, sent);
    g_assert_null(once ? strstr(once + 1, line) : NULL);
}

/* One letter for each message's outcome: sent, temporary, permanent, unknown, - untried. */
static void
describe_cell(const Cell *cell)
{
    static const char kinds[] = "stpu-";
    const Outcome *hit = &cell->letters[hit_letter(cell)].outcome;
    char outcomes[LETTERS + 1] = "";
    for (guint i = 0; i < LETTERS; i++)
        outcomes[i] = kinds[cell->letters[i].outcome.kind];
    g_test_message("%s %s pipelining=%d %s: %s %d \"%s\", %.2f s, processor %.3f s, %u beside%s%s",
                   cell->step, cell->fault, cell->pipelining, cell->turn, outcomes, hit->code,
                   hit->text ? hit->text : "", cell->seconds, cell->cpu_s, cell->beside_before,
                   cell->failure ? ", " : "", cell->failure ? cell->failure : "");
}

static void
check_cell(const Cell *cell, const char *messages)
{
    describe_cell(cell);
    g_assert_null(cell->failure);
    if (cell->failure)
        return;
    check_hit(cell, &cell->letters[hit_letter(cell)].outcome);
    for (guint i = 0; i < LETTERS; i++) {
        const Outcome *other = &cell->letters[i].outcome;
        if (i != hit_letter(cell) && !(expected_of_other(cell, i) & (1u << other->kind))) {
            g_test_message("message %u: %d %s", i, other->code, other->text);
            g_test_fail();
        }
        check_arrived(cell, i, messages);
    }
    if (is_fault(cell, "hang") && !is_step(cell, "quit"))
        g_assert_cmpuint(cell->beside_before, ==, LETTERS - BESIDE);
    g_assert_cmpfloat(cell->cpu_s, <, CPU_MOST_S);
}

static void
test_matrix(void)
{
    Servers servers = {0};
    g_autofree char *python = g_find_program_in_path("python3");
    if (!python) {
        g_test_skip("no python3");
        return;
    }
    g_assert_true(servers_start(&servers));
    GThreadPool *pool = g_thread_pool_new(run_cell, &servers, THREADS, FALSE, NULL);
    for (guint i = 0; i < servers.cells->len; i++)
        g_thread_pool_push(pool, &g_array_index(servers.cells, Cell, i), NULL);
    g_thread_pool_free(pool, FALSE, TRUE);

    g_autofree char *path = g_build_filename(servers.folder, "messages", NULL);
    g_autofree char *messages = NULL;
    g_assert_true(g_file_get_contents(path, &messages, NULL, NULL));
    g_autofree char *framed = g_strconcat("\n", messages, NULL);
    g_assert_null(strstr(framed, " bad\n"));
    for (guint i = 0; i < servers.cells->len; i++)
        check_cell(&g_array_index(servers.cells, Cell, i), framed);
    g_test_message("%u cells", servers.cells->len);
    servers_stop(&servers);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/faults/matrix", test_matrix);
    return g_test_run();
}
