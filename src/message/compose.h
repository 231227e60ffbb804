/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compose.h - makes the whole personal message for one delivery, as octets for the wire
 *
 * A Composer holds what messages have in common: templates, keys, and the messages of the last
 * mailings, compiled with the first one of each (message/compiled.h). Everything that names a
 * delivery (Message-ID, return path, boundaries, links) derives from its row's id, so that a repeat
 * after a crash is recognisable; given the same time it is the same octets. What
 * compose_invitation() gives holds what gate_check() promises. One thread only.
 *
 * Templates are KIND.LANGUAGE.txt and .html, KIND one of invitation, cancellation, and LANGUAGE de
 * or en; a partial's name is its file's: {{> footer.de.txt}}. Each file is taken from the folder
 * `message.templates` if it is there, else from those built in (conf/templates). They see:
 *   language, subject, salutation, reason (why somebody gets this; a sentence),
 *   event (view_event()), person (view_person()), network {name, domain, public_url},
 *   sender {name, address}, list {name, title}, links {unsubscribe_url, unsubscribe_mailto}
 * and what is not known is absent: `list` of an ad hoc filter; public_url and unsubscribe_url
 * without `web.public_url`. */
#ifndef RUNDRUF_MESSAGE_COMPOSE_H
#define RUNDRUF_MESSAGE_COMPOSE_H

#include "base/token.h"
#include "config/config.h"
#include "model/event.h"
#include "model/mailing.h"

typedef struct Composer Composer;

typedef struct {
    const Event *event;
    const Mailing *mailing; /* id, list, purpose, sender are read; for a test message id 0 */
    gint64 delivery;        /* row id; 0 for a test message */
    const char *address;    /* checked anew here */
    const char *name;       /* display name in To and CN; may be hostile; NULL: none */
    const Person *person;   /* fields for the templates, language; NULL: none known */
    gint64 now;             /* Date, DTSTAMP; Unix seconds */
    const char *list_title; /* of the mailing's list; NULL: its name */
} ComposeRequest;

/* Loads the templates. `config` and `keys` must outlive it. NULL with CONFIG or INPUT (a template
 * that does not parse, with its place). */
Composer *composer_new(const Config *config, const TokenKeys *keys, GError **error);
void composer_free(Composer *composer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Composer, composer_free)

/* The invitation (or, for a cancelled event, the cancellation). NULL with INPUT: this message
 * cannot be sent as it is, and why; others of the mailing may be. NULL with CONFIG: none can, the
 * sender or the event's zone is wrong. An event with a row id is read once for all messages. Owned
 * by the caller. */
GBytes *compose_invitation(Composer *composer, const ComposeRequest *request, GError **error);

/* What derives from a delivery's id; owned by the caller. Message-ID without < >. */
char *compose_message_id(Composer *composer, gint64 delivery);
char *compose_return_path(Composer *composer, gint64 delivery);

/* The language in which a person is written to, "de" or "en": the best of preferredLanguage (RFC
 * 9110, 12.5.4, "de;q=1, en;q=0.8"; NULL: unknown), else `fallback`. */
const char *compose_language(const char *preferred, const char *fallback);

/* Subject line of the event's invitation in a language, which is its calendar's SUMMARY too: the
 * title, with "Abgesagt: " or "Cancelled: " before it for a cancelled event; the caller owns it. */
char *compose_subject(const Event *event, const char *language);

#endif
