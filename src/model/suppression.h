/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppression.h - that an address must not get mail: a value, its reasons, and what its note may hold
 *
 * The address itself is not kept, only its keyed hash (store/suppressions.h). */
#ifndef RUNDRUF_MODEL_SUPPRESSION_H
#define RUNDRUF_MODEL_SUPPRESSION_H

#include <glib.h>

#define SUPPRESSION_ALL_PURPOSES "*"
#define SUPPRESSION_NOTE_MAX     500 /* characters */
#define ADDRESS_HASH_LENGTH      32  /* octets: HMAC-SHA-256 of address_key() */

typedef enum {
    SUPPRESSION_UNSUBSCRIBE, /* the person opted out */
    SUPPRESSION_BOUNCE,      /* mail there came back for good */
    SUPPRESSION_COMPLAINT,   /* the person called a message spam */
    SUPPRESSION_OBJECTION,   /* the person objected (GDPR, article 21) */
    SUPPRESSION_MANUAL,      /* a coordinator's decision */
    SUPPRESSION_REASONS
} SuppressionReason;

typedef struct {
    const char *key;     /* address_key(); NULL: only the hash is known */
    const guint8 *hash;  /* ADDRESS_HASH_LENGTH octets; not looked at if there is a key */
    const char *purpose; /* SUPPRESSION_ALL_PURPOSES: every one */
    SuppressionReason reason;
    const char *note;   /* proof, e.g. a Message-ID; NULL: none */
    gint64 at;          /* Unix seconds, UTC */
    const char *author; /* a user or a role, as in the journal */
} Suppression;

/* The word that stands in the store and on the command line. Static. */
const char *suppression_reason_text(SuppressionReason reason);
gboolean suppression_reason_parse(const char *text, SuppressionReason *reason);

/* The same in words for people, translated. Static. */
const char *suppression_reason_title(SuppressionReason reason);

/* The same of the word in the store. */
const char *suppression_word_title(const char *text);

/* TRUE for what the person said: that is lifted only by the person saying otherwise. */
gboolean suppression_is_wish(SuppressionReason reason);

/* TRUE for a text that may be kept as note or proof: one clean line that is not empty, of at most
 * SUPPRESSION_NOTE_MAX characters, in which the address `key` (NULL: any may stand there) is not,
 * as it would outlive the person there. Else FALSE with INPUT. */
gboolean suppression_check_note(const char *note, const char *key, GError **error);

#endif
