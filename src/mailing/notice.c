/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailing/notice.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "mailing/held.h"
#include "mailing/notice_text.h"
#include "message/plain.h"
#include "model/mailbox.h"
#include "model/suppression.h"
#include "store/events.h"
#include "store/mailings.h"
#include "store/relay_fault.h"
#include "store/suppressions.h"

#include <string.h>

/* What all notices of one look have in common. */
typedef struct {
    Store *store;
    const Config *config;
    Transport *transport;
    gint64 now;
    gboolean silent; /* mailing.notify: none */
    RelayFault fault;
} Round;

/* One notice in the making: what it is about, and who gets it. */
typedef struct {
    Mailing *mailing;
    Event *event;
    MailingReport report;
    Mailbox *sender;
    char *to;
} Subject;

static void
subject_clear(Subject *subject)
{
    mailing_free(subject->mailing);
    event_free(subject->event);
    mailbox_free(subject->sender);
    g_free(subject->to);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Subject, subject_clear)

NoticeKind
notice_kind(const Notice *notice, gboolean held, gint64 fault_since, gint64 now)
{
    if (!notice->open)
        return NOTICE_DONE;
    gboolean faulty = fault_since > 0 && now - MAX(fault_since, notice->open_at) >= NOTICE_STUCK_S;
    return held || faulty ? NOTICE_STUCK : NOTICE_NONE;
}

char *
notice_contact(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text ? text : "", " \t\n<>()[],;:\"", -1);
    for (char **word = words; *word; word++) {
        if (!strchr(*word, '@'))
            continue;
        gsize length = strlen(*word);
        if (length > 0 && (*word)[length - 1] == '.') /* the end of a sentence */
            (*word)[length - 1] = '\0';
        g_autoptr(Address) address = address_parse(*word, -1, NULL);
        if (address)
            return g_strdup(address->text);
    }
    return NULL;
}

/* Whether somebody wants no mail of any kind. */
static gboolean
is_suppressed(Store *store, const char *text, gboolean *suppressed, GError **error)
{
    g_autoptr(Address) address = address_parse(text, -1, error);
    g_autofree char *key = address ? address_key(address) : NULL;
    g_autofree char *reason = NULL;
    if (!key || !suppressions_find(store, key, SUPPRESSION_ALL_PURPOSES, &reason, error))
        return FALSE;
    *suppressed = reason != NULL;
    return TRUE;
}

static gboolean
find_recipient(Store *store, Subject *subject, GError **error)
{
    g_autofree char *contact = notice_contact(subject->event->contact);
    gboolean suppressed = TRUE;
    if (contact && !is_suppressed(store, contact, &suppressed, error))
        return FALSE;
    subject->to = g_strdup(suppressed ? subject->sender->address->text : contact);
    return TRUE;
}

static gboolean
read_subject(const Round *round, gint64 mailing, Subject *subject, GError **error)
{
    g_autoptr(StoreTransaction) snapshot = store_begin_read(round->store, error);
    subject->mailing = snapshot ? mailings_get(round->store, mailing, error) : NULL;
    if (!subject->mailing)
        return FALSE;
    const char *sender = subject->mailing->sender;
    subject->event = events_get(round->store, subject->mailing->event, error);
    subject->sender = mailbox_parse(sender ? sender : round->config->network_sender, error);
    return subject->event && subject->sender &&
           report_read(round->store, mailing, &subject->report, error) &&
           find_recipient(round->store, subject, error);
}

static GBytes *
compose(const Round *round, const Notice *notice, const Subject *subject, const NoticeFacts *facts,
        GError **error)
{
    const Config *config = round->config;
    g_autofree char *title = NULL;
    g_autofree char *text = NULL;
    if (!notice_text(config, facts, &title, &text, error))
        return NULL;
    /* the same for a repeat after a crash, another one when the mailing is done anew */
    g_autofree char *message_id =
        g_strdup_printf("notice-%" PRId64 "-%" PRId64 "-%u@%s", notice->mailing,
                        subject->mailing->frozen_at, notice->number + 1, config->network_domain);
    const char *name = subject->sender->name;
    const PlainRequest request = {
        .from_name = name ? name : config->network_name,
        .from = subject->sender->address->text,
        .to = subject->to,
        .subject = title,
        .message_id = message_id,
        .language = config->network_language,
        .text = text,
        .now = round->now,
    };
    return plain_compose(config, &request);
}

/* FALSE with TRANSPORT if the relay did not take it; with the words left out, as they may quote the
 * address. */
static gboolean
hand_over(const Round *round, const Notice *notice, const Subject *subject, GBytes *message,
          GError **error)
{
    g_autofree char *name =
        g_strdup_printf("notice-%06" PRId64 "-%u", notice->mailing, notice->number + 1);
    TransportMessage envelope = {
        .return_path = subject->sender->address->text,
        .recipient = subject->to,
        .smtputf8 = !g_str_is_ascii(subject->to),
        .name = name,
    };
    envelope.content = g_bytes_get_data(message, &envelope.length);
    g_auto(Outcome) outcome = {0};
    transport_send(round->transport, &envelope, &outcome);
    if (outcome.kind == OUTCOME_SENT)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_TRANSPORT, "the relay did not take it: %d %s",
                outcome.code, outcome.status);
    return FALSE;
}

static gboolean
send_one(const Round *round, const Notice *notice, NoticeKind kind, const GPtrArray *held,
         GError **error)
{
    g_auto(Subject) subject = {0};
    if (!read_subject(round, notice->mailing, &subject, error))
        return FALSE;
    const NoticeFacts facts = {
        .kind = kind,
        .mailing = notice->mailing,
        .event = subject.event,
        .report = &subject.report,
        .held = held,
        .fault = &round->fault,
    };
    g_autoptr(GBytes) message = compose(round, notice, &subject, &facts, error);
    return message && hand_over(round, notice, &subject, message, error);
}

static void
log_notice(const Notice *notice, NoticeKind kind, const GError *failure)
{
    g_autofree char *mailing = g_strdup_printf("%" PRId64, notice->mailing);
    g_autofree char *number = g_strdup_printf("%u", notice->number + 1);
    if (failure)
        log_warning("notice.failed", "mailing", mailing, "kind", notice_kind_text(kind), "number",
                    number, "reason", failure->message, NULL);
    else
        log_info("notice.sent", "mailing", mailing, "kind", notice_kind_text(kind), "number",
                 number, NULL);
}

/* Says what is to be said, and writes down in `notice` what was. */
static void
say(const Round *round, Notice *notice, NoticeKind kind, const GPtrArray *held)
{
    g_autoptr(GError) failure = NULL;
    if (kind == NOTICE_NONE || round->silent) {
        notice->told = kind;
        return;
    }
    gboolean sent = send_one(round, notice, kind, held, &failure);
    log_notice(notice, kind, failure);
    notice->due = sent ? 0 : round->now + NOTICE_RETRY_S;
    if (sent) {
        notice->told = kind;
        notice->number++;
    }
}

static gboolean
handle(const Round *round, Notice *notice, GError **error)
{
    g_autoptr(GPtrArray) held =
        notice->open ? held_of(round->store, round->config, notice->mailing, round->now, error)
                     : NULL;
    if (notice->open && !held)
        return FALSE;
    NoticeKind kind = notice_kind(notice, held && held->len > 0, round->fault.since, round->now);
    if (kind == notice->told || (kind != NOTICE_NONE && notice->due > round->now))
        return TRUE;
    say(round, notice, kind, held);
    return notices_put(round->store, notice, error);
}

static gboolean
handle_all(Round *round, GError **error)
{
    g_autoptr(GPtrArray) notices = notices_all(round->store, error);
    if (!notices || !relay_fault_read(round->store, &round->fault, error))
        return FALSE;
    for (guint i = 0; i < notices->len; i++)
        if (!handle(round, notices->pdata[i], error))
            return FALSE;
    return TRUE;
}

void
notice_send_due(Store *store, const Config *config, Transport *transport, gint64 now)
{
    Round round = {store, config, transport, now, strcmp(config->mailing_notify, "none") == 0, {0}};
    g_autoptr(GError) failure = NULL;
    if (!handle_all(&round, &failure))
        log_warning("notice.failed", "reason", failure->message, NULL);
    relay_fault_clear(&round.fault);
}
