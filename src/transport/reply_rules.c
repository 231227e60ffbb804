/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/reply_rules.h"

#include <string.h>

typedef struct {
    int code, code_last;              /* reply codes from the first to the last */
    int subject, detail, detail_last; /* enhanced status; subject -1: any, or none */
    const char *words;                /* one of these, parted by "|"; NULL: whatever it says */
    Meaning meaning;
} Rule;

#define ANY                         400, 599
#define TEMPORARY                   400, 499
#define PERMANENT                   500, 599
#define CODE(code)                  (code), (code)
#define NO_MATTER                   -1, 0, 0
#define STATUS(subject, detail)     (subject), (detail), (detail)
#define STATUSES(subject, from, to) (subject), (from), (to)
#define ALL_OF(subject)             (subject), 0, 999

/* The first row that fits decides. A word fits where it stands alone; with "*" at its end also where
 * letters or digits follow.
 *
 * Where it is not clear whether the relay speaks or the domain's server through it, the domain is
 * blamed: that stops less. Where it is not clear whether we or what we wrote is refused, we are: that
 * counts against nobody, and somebody is told. */
static const Rule rules[] = {
    /* Greylisting has no status of its own: 4.2.0, 4.7.0, 4.7.1 and others are in use. */
    {TEMPORARY, NO_MATTER, "greylist*|graylist*|grey-list*|gray-list*|grey list*|gray list*",
     MEANING_GREYLISTED},
    /* postscreen's answer to a client that it has just begun to trust */
    {CODE(450), STATUS(3, 2), "service currently unavailable", MEANING_GREYLISTED},

    /* x.1: addresses. The sender's are our settings; nobody's mail goes while they are wrong. */
    {ANY, STATUSES(1, 7, 8), NULL, MEANING_RELAY},
    {ANY, STATUS(1, 0), "sender", MEANING_HOLD},
    {ANY, ALL_OF(1), NULL, MEANING_RECIPIENT},

    /* x.2: the mailbox, and its owner's limits; Exchange has ours there, too, where it is our relay */
    {ANY, ALL_OF(2), "sendasdenied*|submission.exception*|submissionquota*", MEANING_RELAY},
    {ANY, STATUS(2, 3), NULL, MEANING_MESSAGE},
    {ANY, ALL_OF(2), NULL, MEANING_RECIPIENT},

    /* x.3: the mail system. 421 ends the session, and the session is the relay's. */
    {ANY, STATUS(3, 2), "recipient thread limit", MEANING_RECIPIENT},
    {ANY, STATUS(3, 2),
     "too many|concurrent|rate limit|connection rate|throttl*|too fast|limit exceeded|exceeded",
     MEANING_SLOWER},
    {CODE(421), ALL_OF(3), NULL, MEANING_RELAY},
    {ANY, STATUS(3, 4), NULL, MEANING_MESSAGE},
    {ANY, STATUSES(3, 1, 2), NULL, MEANING_DOMAIN},
    {ANY, STATUS(3, 5), NULL, MEANING_DOMAIN},

    /* x.4: the network and the way there. 5.4.5 is what a provider says to its own customers. */
    {ANY, STATUS(4, 5), "disk space|system storage", MEANING_DOMAIN},
    {TEMPORARY, STATUS(4, 5), NULL, MEANING_SLOWER},
    {PERMANENT, STATUS(4, 5), NULL, MEANING_RELAY},
    {CODE(421), ALL_OF(4), NULL, MEANING_RELAY},
    {ANY, STATUSES(4, 6, 7), NULL, MEANING_RECIPIENT},
    {TEMPORARY, ALL_OF(4), NULL, MEANING_DOMAIN},
    {PERMANENT, ALL_OF(4), NULL, MEANING_RECIPIENT},

    /* x.6: the content */
    {ANY, STATUS(6, 7), NULL, MEANING_MESSAGE},
    {ANY, ALL_OF(6), NULL, MEANING_RECIPIENT},

    /* x.7 as registered. Yahoo says 5.7.9 for its policy, where others mean the login. */
    {ANY, STATUS(7, 2), NULL, MEANING_RECIPIENT},
    {ANY, STATUS(7, 3), NULL, MEANING_RELAY},
    {ANY, STATUS(7, 9), "policy", MEANING_HOLD},
    {ANY, STATUSES(7, 8, 14), NULL, MEANING_RELAY},
    {ANY, STATUSES(7, 15, 19), NULL, MEANING_RECIPIENT},
    {ANY, STATUSES(7, 20, 27), NULL, MEANING_HOLD},
    {PERMANENT, STATUS(7, 28), NULL, MEANING_HOLD},
    {TEMPORARY, STATUS(7, 28), NULL, MEANING_SLOWER},
    {ANY, STATUS(7, 29), NULL, MEANING_HOLD},

    /* x.7 of Exchange; 51: the domain takes mail from its partners only; 54 to 64 and 700 to 799 are said to those whose relay it is, 12x and 13x
     * about groups and mailboxes that take no mail from outside */
    {ANY, STATUS(7, 51), NULL, MEANING_HOLD},
    {ANY, STATUSES(7, 50, 69), NULL, MEANING_RELAY},
    {ANY, STATUSES(7, 100, 199), NULL, MEANING_RECIPIENT},
    {TEMPORARY, STATUSES(7, 500, 699), "limit*|busy|throttl*", MEANING_SLOWER},
    {ANY, STATUSES(7, 504, 505), NULL, MEANING_RECIPIENT},
    {ANY, STATUS(7, 507), NULL, MEANING_RECIPIENT},
    {ANY, STATUS(7, 512), NULL, MEANING_RECIPIENT},
    {ANY, STATUSES(7, 500, 699), NULL, MEANING_HOLD},
    {ANY, STATUSES(7, 700, 799), NULL, MEANING_RELAY},

    /* From here on there is no status, or one that says little: 0.0, 3.0, 5.x, 7.0, 7.1.
     *
     * Codes about the login (RFC 4954, 3207), and of a dialogue that is out of step */
    {CODE(454), NO_MATTER, NULL, MEANING_RELAY},
    {CODE(530), NO_MATTER, NULL, MEANING_RELAY},
    {534, 535, NO_MATTER, NULL, MEANING_RELAY},
    {CODE(538), NO_MATTER, NULL, MEANING_RELAY},
    {502, 503, NO_MATTER, NULL, MEANING_RELAY},
    {CODE(555), NO_MATTER, NULL, MEANING_RELAY},
    {ANY, NO_MATTER, "no valid recipients", MEANING_RELAY},

    /* Exchange, to a group that takes no mail from outside; it says "authentication required" */
    {ANY, NO_MATTER, "resolver.rst*", MEANING_RECIPIENT},

    /* the relay's refusal to be ours */
    {ANY, NO_MATTER,
     "relay access denied|relaying denied|relay denied|relaying not allowed|relay not permitted|"
     "relaying is not permitted|relaying prohibited|not permitted to relay|unable to relay|"
     "allowed rcpthosts|no relaying|we do not relay|relaying mail",
     MEANING_RELAY},
    {ANY, NO_MATTER,
     "authentication required|authentication is required|requires authentication|"
     "not authenticated|authenticate first|auth first|must authenticate|authentication failed|"
     "authentication failure|issue a starttls|starttls command first",
     MEANING_RELAY},
    {ANY, NO_MATTER,
     "sender address rejected|sender address is not allowed|sender address not allowed|"
     "sender not allowed|not owned by user|not allowed to send as|permissions to send as|"
     "sendasdenied|outbound sender",
     MEANING_RELAY},
    {ANY, NO_MATTER,
     "user sending limit|daily sending limit|daily sending quota|hourly sending limit|"
     "outgoing limit",
     MEANING_RELAY},

    /* the person's mailbox */
    {ANY, NO_MATTER,
     "user unknown|unknown user|no such user|no such recipient|no such mailbox|unknown recipient|"
     "recipient unknown|user not found|mailbox not found|mailbox unknown|unknown local part|"
     "unknown local-part|user doesn't exist|user does not exist|mailbox does not exist|"
     "address does not exist|no mailbox here|not a valid mailbox|invalid recipient|"
     "addressee unknown|address unknown|unknown address|unrouteable address|"
     "unrouteable mail domain|benutzer nicht bekannt|empfaenger unbekannt|account is unavailable|"
     "account has been disabled|account is disabled|account disabled|account closed|"
     "mailbox disabled|mailbox inactive|user is inactive|user suspended|"
     "doesn't have a yahoo.*|mailbox unavailable|undeliverable address|unverified address|"
     "address rejected: access denied",
     MEANING_RECIPIENT},
    {ANY, NO_MATTER,
     "mailbox full|mailbox is full|mailbox size|inbox is full|storage allocation|over quota|"
     "overquota|quota exceeded|quota exceed|exceeds quota|exceeded its quota|storage quota|"
     "out of quota|user has too many messages|user has exhausted|"
     "hat das speichervolumen ueberschritten|hat zuviele mails",
     MEANING_RECIPIENT},
    {ANY, NO_MATTER, "envelope blocked|rejected by recipient|blocked by recipient|too many hops",
     MEANING_RECIPIENT},

    /* the message's size, and characters that are not ASCII */
    {ANY, NO_MATTER,
     "message size|message too large|message too big|message is too large|message is too long|"
     "databytes limit|size limit exceeded|file too big|smtputf8",
     MEANING_MESSAGE},
    {CODE(552), NO_MATTER, NULL, MEANING_MESSAGE},

    /* refused as senders: for our address, our name, or what we publish about them */
    {ANY, NO_MATTER,
     "permanently deferred|reputation|banned sending|banned sender|is banned|block "
     "list*|blocklist*|black list*|blacklist*|"
     "block-list*|black-list*|blocked using|blocked by dnsbl|dnsbl*|rbl|spamhaus*|spamcop*|"
     "sorbs*|uceprotect*|barracudacentral*|senderbase*|manitu*|nixspam*|ipcheck*|openspf*|"
     "spam source|s3140|s3150|not in whitelist|tls required",
     MEANING_HOLD},
    {ANY, NO_MATTER,
     "spf|dkim|dmarc|authentication level|authentication check*|unauthenticated|spoof*|anti-spoof*|"
     "reverse dns|bad dns ptr*|ptr|rdns|reverse hostname|find your hostname|"
     "find your reverse hostname|helo*|ehlo*|sender verify failed|badmailfrom",
     MEANING_HOLD},

    /* trouble there, in words that would read like the next kinds */
    {TEMPORARY, NO_MATTER,
     "system problem|server error|system storage|system resources|disk space|disk full|no space",
     MEANING_DOMAIN},
    {TEMPORARY, NO_MATTER, "local problem|local error|lookup failure|queue file",
     MEANING_RECIPIENT},
    {ANY, NO_MATTER, "insufficient system storage|disk full", MEANING_DOMAIN},

    {ANY, NO_MATTER,
     "too many|too much mail|too fast|too quickly|too often|rate limit*|rate-limit*|ratelimit*|"
     "rate limited|throttl*|at a rate|unusual rate|exceeded the rate|unexpected volume|"
     "user complaints|server busy|slow down|concurrent|connection limit|limit exceeded|"
     "limits exceeded|limit reached|exceeded a limit|exceeded the limit|max defers|per hour|per "
     "minute|hourly limit|"
     "resources temporarily not available|4.16*",
     MEANING_SLOWER},
    {TEMPORARY, STATUS(5, 3), NULL, MEANING_SLOWER},

    /* What the message says is refused: by this recipient's filter, today. Another recipient's may
     * take it, so nothing is held; but a mailing whose report is full of these should be looked at. */
    {PERMANENT, NO_MATTER,
     "considered as spam|considered spam|classified as spam|identified as spam|detected as spam|"
     "looks like spam|rejected as spam|spam message|spam detected|is spam|rejected spam|"
     "blocked by spamassassin|spamassassin|spam score*|spam content|spam or virus|"
     "unsolicited mail|unsolicited bulk*|unsolicited content|junk mail|mcspamsignature|signature*|"
     "virus*|malware|infected|phish*|content*|attachment*|security issue|suspicious|"
     "header checks|reject, id*",
     MEANING_RECIPIENT},

    /* refused as senders, in general words */
    {ANY, NO_MATTER,
     "policy restrictions|policy violations|policy reasons|policy violation|security policies|"
     "local policy|client host|ask your postmaster|dialup*|dynamic ip|ip address|your ip|"
     "sending ip|spam ip|access denied|not allowed to connect|connection refused|"
     "connections not accepted|connections will not be accepted|not accepted from|blocked",
     MEANING_HOLD},

    /* Some greylist and do not say so. Others say the same when they mean something else; to come
     * again in some minutes is right for these, too. */
    {450, 451, NO_MATTER,
     "try again later|try again in|please try again|please try later|try later|come back|"
     "retry later|resources are temporarily unavailable|resource temporarily unavailable",
     MEANING_GREYLISTED},

    {CODE(421), NO_MATTER, NULL, MEANING_RELAY},
};

/* TRUE if `word` of this length stands in `text` as a word of its own; "*" at its end stands for more
 * letters and digits. */
static gboolean
has_word(const char *text, const char *word, gsize length)
{
    gboolean open = word[length - 1] == '*';
    if (open)
        length--;
    g_autofree char *needle = g_strndup(word, length);
    for (const char *at = strstr(text, needle); at; at = strstr(at + 1, needle)) {
        gboolean begins = at == text || !g_ascii_isalnum(at[-1]);
        if (begins && (open || !g_ascii_isalnum(at[length])))
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_one_of(const char *text, const char *words)
{
    for (const char *word = words; *word;) {
        gsize length = strcspn(word, "|");
        if (has_word(text, word, length))
            return TRUE;
        word += length + (word[length] == '|');
    }
    return FALSE;
}

static gboolean
fits(const Rule *rule, int code, int subject, int detail, const char *words)
{
    if (code < rule->code || code > rule->code_last)
        return FALSE;
    if (rule->subject >= 0 &&
        (subject != rule->subject || detail < rule->detail || detail > rule->detail_last))
        return FALSE;
    return !rule->words || has_one_of(words, rule->words);
}

Meaning
reply_rules_find(int code, int subject, int detail, const char *words)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (fits(&rules[i], code, subject, detail, words))
            return rules[i].meaning;
    return MEANING_RECIPIENT;
}

char *
reply_rules_words(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_auto(GStrv) pieces = g_strsplit(lower, " ", -1);
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; pieces[i]; i++) {
        /* of a link, which may have an address in it, the host tells who refuses */
        if (strchr(pieces[i], '@') && !strstr(pieces[i], "://"))
            continue;
        g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "", pieces[i]);
    }
    return g_string_free(g_steal_pointer(&words), FALSE);
}
