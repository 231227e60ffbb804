/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compose.h - makes the whole personal message for one delivery, as octets for the wire
 *
 * A Composer holds what a mailing's messages have in common: templates, sender, keys. Everything that
 * names a delivery (Message-ID, return path, links) derives from its row's id, so that a repeat after
 * a crash is recognisable. What compose_invitation() gives has passed gate_check(). */
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
    const char *name;       /* display name in To and CN; may be hostile */
    const Person *person;   /* fields for the templates, language */
    gint64 now;             /* Date, DTSTAMP; Unix seconds */
} ComposeRequest;

/* Loads the templates (built in, or from `message.templates`). `config` and `keys` must outlive it.
 * NULL with CONFIG or INPUT (a template that does not parse, with its place). */
Composer *composer_new(const Config *config, const TokenKeys *keys, GError **error);
void composer_free(Composer *composer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Composer, composer_free)

/* The invitation (or, for a cancelled event, the cancellation). NULL with INPUT: this message cannot
 * be sent as it is, and why; others of the mailing may be. Owned by the caller. */
GBytes *compose_invitation(Composer *composer, const ComposeRequest *request, GError **error);

/* What derives from a delivery's id; owned by the caller. Message-ID without < >. */
char *compose_message_id(Composer *composer, gint64 delivery);
char *compose_return_path(Composer *composer, gint64 delivery);

/* The language in which a person is written to, "de" or "en": the best of preferredLanguage (RFC 9110,
 * 12.5.4, "de;q=1, en;q=0.8"), else `fallback`. */
const char *compose_language(const char *preferred, const char *fallback);

/* Subject line of the event's invitation in a language; owned by the caller. */
char *compose_subject(const Event *event, const char *language);

#endif
