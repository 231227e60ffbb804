/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice_text.h - what a contact person is told of a mailing that is done or stuck, in words
 *
 * By the templates notice.de.txt and notice.en.txt (of the folder message.templates, else built in), in
 * the network's language, whatever the language of the machine is. They see: mailing (its number),
 * title and cancelled of the event, done (else it is stuck), counts (report_to_value()), relay {since,
 * reason} while it is at fault, holds [{domain, until, reason, waiting}]. The first line they make is
 * the subject. */
#ifndef RUNDRUF_MAILING_NOTICE_TEXT_H
#define RUNDRUF_MAILING_NOTICE_TEXT_H

#include "config/config.h"
#include "mailing/report.h"
#include "model/event.h"
#include "store/notices.h"
#include "store/relay_fault.h"

typedef struct {
    NoticeKind kind; /* not NONE */
    gint64 mailing;
    const Event *event;
    const MailingReport *report;
    const GPtrArray *held;   /* STUCK: of Held *: the domains that refuse us */
    const RelayFault *fault; /* STUCK: of the relay; `since` 0: none */
} NoticeFacts;

/* The subject, and the text, whose lines end with LF; owned by the caller. FALSE with CONFIG (the
 * network's zone), NOT_FOUND or INPUT (the template). */
gboolean notice_text(const Config *config, const NoticeFacts *facts, char **subject, char **text,
                     GError **error);

#endif
