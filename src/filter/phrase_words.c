/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/phrase_words.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

/* clang-format off */
const PhraseRow phrase_rows[] = {
    {PHRASE_JOIN, FILTER_AND, NULL, {"and|but", "und|aber|sowie"}},
    {PHRASE_JOIN, FILTER_OR, NULL, {"or", "oder"}},
    {PHRASE_NOT, 0, NULL, {"not|no", "nicht|kein|keine|keinen|keiner"}},
    {PHRASE_IS, 0, NULL, {"is|are", "ist|sind|heißt|lautet|liegt"}},
    {PHRASE_HAS, 0, NULL, {"has|have|was|were", "hat|haben|war|waren|wurde|wurden"}},

    {PHRASE_OPERATOR, OPERATOR_EQUAL, NULL, {"=|==|equals|equal to", "gleich"}},
    {PHRASE_OPERATOR, OPERATOR_ONE_OF, NULL,
     {"one of|any of", "eines von|einer von|eine von|eins von|einem von"}},
    {PHRASE_OPERATOR, OPERATOR_NONE_OF, NULL, {"none of", "keines von|keiner von|keine von"}},
    {PHRASE_OPERATOR, OPERATOR_CONTAINS, NULL, {"contains|includes", "enthält|enthaelt"}},
    {PHRASE_OPERATOR, OPERATOR_BEGINS, NULL,
     {"begins with|starts with", "beginnt mit|fängt an mit"}},
    {PHRASE_OPERATOR, OPERATOR_ENDS, NULL, {"ends with", "endet mit|endet auf"}},
    {PHRASE_OPERATOR, OPERATOR_MATCHES, NULL, {"matches", "passt auf|passt zu"}},
    {PHRASE_OPERATOR, OPERATOR_SOUNDS, NULL, {"sounds like|similar to", "klingt wie|ähnelt"}},
    {PHRASE_OPERATOR, OPERATOR_OVER, NULL,
     {"over|more than|greater than|above|>", "über|ueber|mehr als|größer als|groesser als"}},
    {PHRASE_OPERATOR, OPERATOR_UNDER, NULL,
     {"under|less than|fewer than|below|<", "unter|weniger als|kleiner als"}},
    {PHRASE_OPERATOR, OPERATOR_AT_LEAST, NULL, {"at least|from|>=|≥", "mindestens|ab|wenigstens"}},
    {PHRASE_OPERATOR, OPERATOR_AT_MOST, NULL,
     {"at most|up to|<=|≤", "höchstens|hoechstens|bis|bis zu|maximal"}},
    {PHRASE_OPERATOR, OPERATOR_KNOWN, NULL,
     {"is known|known|set|present|exists", "ist bekannt|bekannt|vorhanden|gesetzt"}},
    {PHRASE_OPERATOR, OPERATOR_MISSING, NULL,
     {"is missing|missing|unknown|empty", "fehlt|fehlen|unbekannt|leer"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_EQUAL, NULL, {"≠|!=|<>|isn't|unequal to", "ungleich"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_CONTAINS, NULL,
     {"does not contain|doesn't contain|does not include", "enthält nicht|enthaelt nicht"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_BEGINS, NULL,
     {"does not begin with|does not start with", "beginnt nicht mit|fängt nicht an mit"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_ENDS, NULL,
     {"does not end with", "endet nicht mit|endet nicht auf"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_MATCHES, NULL,
     {"does not match", "passt nicht auf|passt nicht zu"}},
    {PHRASE_NOT_OPERATOR, OPERATOR_SOUNDS, NULL, {"does not sound like", "klingt nicht wie"}},

    {PHRASE_FIELD, FIELD_NAME, NULL, {"name|full name", "Name|voller Name|ganzer Name"}},
    {PHRASE_FIELD, FIELD_GIVENNAME, NULL, {"given name|givenname|first name", "Vorname"}},
    {PHRASE_FIELD, FIELD_SURNAME, NULL,
     {"surname|last name|family name", "Nachname|Familienname"}},
    {PHRASE_FIELD, FIELD_MAIL, NULL,
     {"mail|e-mail|email|mail address|email address",
      "E-Mail|Mail|Mailadresse|E-Mail-Adresse|Emailadresse"}},
    {PHRASE_FIELD, FIELD_PHONE, NULL,
     {"phone|telephone|phone number|telephone number", "Telefon|Telefonnummer"}},
    {PHRASE_FIELD, FIELD_LANGUAGE, NULL, {"language", "Sprache"}},
    {PHRASE_FIELD, FIELD_TITLE, NULL,
     {"title|job title", "Amtsbezeichnung|Dienstbezeichnung|Titel|Funktion"}},
    {PHRASE_FIELD, FIELD_OFFICE, NULL,
     {"office|department", "Amt|Dienststelle|Abteilung|Referat|Fachbereich"}},
    {PHRASE_FIELD, FIELD_ROLE, NULL, {"role", "Rolle"}},
    {PHRASE_FIELD, FIELD_PLANNING, NULL,
     {"planning|field of planning", "Planung|Planungsbereich|Planungsfeld|Fachplanung"}},
    {PHRASE_FIELD, FIELD_LEVEL, NULL, {"level", "Ebene"}},
    {PHRASE_FIELD, FIELD_CITY, NULL,
     {"city|municipality|town|place", "Kommune|Stadt|Ort|Gemeinde"}},
    {PHRASE_FIELD, FIELD_STATE, NULL, {"state|federal state", "Bundesland|Land"}},
    {PHRASE_FIELD, FIELD_AGS, NULL,
     {"AGS|municipality key", "AGS|Gemeindeschlüssel|Amtlicher Gemeindeschlüssel"}},
    {PHRASE_FIELD, FIELD_POPULATION, NULL,
     {"population|inhabitants|number of inhabitants",
      "Einwohner|Einwohnerzahl|Bevölkerung|Bevoelkerung"}},

    {PHRASE_HISTORY, HISTORY_EVENT, "invited",
     {"invited to|invited for|invited", "eingeladen zu|eingeladen zur|eingeladen zum|"
                                        "eingeladen für|eingeladen"}},
    {PHRASE_HISTORY, HISTORY_EVENT, "registered",
     {"registered for|registered to|signed up for|registered",
      "angemeldet zu|angemeldet zur|angemeldet zum|angemeldet für|angemeldet bei|angemeldet"}},
    {PHRASE_HISTORY, HISTORY_EVENT, "declined",
     {"declined", "abgesagt zu|abgesagt zur|abgesagt zum|abgesagt für|abgesagt bei|abgesagt"}},
    {PHRASE_HISTORY, HISTORY_EVENT, "unanswered",
     {"unanswered for|unanswered|not answered|without answer to|without an answer to|no answer to",
      "ohne Antwort zu|ohne Antwort auf|nicht geantwortet auf|nicht geantwortet zu"}},
    {PHRASE_HISTORY, HISTORY_EVENT, "attended",
     {"attended", "teilgenommen an|teilgenommen bei|teilgenommen|anwesend bei"}},
    {PHRASE_HISTORY, HISTORY_WORD, "list",
     {"in list|in the list|on list|on the list|member of list",
      "im Verteiler|in Verteiler|in dem Verteiler|auf dem Verteiler|in der Liste|in Liste"}},
    {PHRASE_HISTORY, HISTORY_WORD, "suppressed", {"suppressed for", "gesperrt für|gesperrt fuer"}},
    {PHRASE_HISTORY, HISTORY_ALONE, "suppressed", {"suppressed|blocked", "gesperrt"}},

    {PHRASE_VALUE, FIELD_ROLE, "planner",
     {"planner|planners", "Planer|Planerin|Planerinnen|Planer/in|Planer:in|Planer*in"}},
    {PHRASE_VALUE, FIELD_ROLE, "head",
     {"head|heads|head of office", "Leitung|Leitungen|Leiter|Leiterin|Amtsleitung"}},
    {PHRASE_VALUE, FIELD_ROLE, "contact",
     {"contact|contacts|contact person",
      "Ansprechperson|Ansprechpersonen|Ansprechpartner|Ansprechpartnerin|Kontaktperson"}},
    {PHRASE_VALUE, FIELD_ROLE, "multiplier",
     {"multiplier|multipliers",
      "Multiplikator|Multiplikatorin|Multiplikatoren|Multiplikatorinnen"}},
    {PHRASE_VALUE, FIELD_LEVEL, "strategic", {"strategic", "strategisch|strategische Ebene"}},
    {PHRASE_VALUE, FIELD_LEVEL, "operative",
     {"operative|operational", "operativ|operative Ebene"}},

    {PHRASE_PART, PART_ATTRIBUTE, NULL, {"attribute", "Attribut"}},
    {PHRASE_PART, PART_ANY_ATTRIBUTE, NULL, {"any attribute", "irgendein Attribut"}},
    {PHRASE_PART, PART_OR_DN, NULL, {"or DN", "oder DN"}},
    {PHRASE_PART, PART_BY_RULE, NULL, {"by rule|by the rule", "nach Regel|nach der Regel"}},
    {PHRASE_PART, PART_ANY_EVENT, NULL,
     {"any event|any|*", "irgendeiner Veranstaltung|irgendeine Veranstaltung|einer Veranstaltung|"
                         "irgendeinem Termin|einem Termin"}},
    {PHRASE_PART, PART_IN_YEAR, NULL, {"in|in the year", "im Jahr|im Jahre|in"}},
};
/* clang-format on */
const guint phrase_n_rows = G_N_ELEMENTS(phrase_rows);

/* ---- cutting ---- */

const char *
phrase_closing_marks(gunichar opening)
{
    static const struct {
        gunichar opening;
        const char *closing;
    } marks[] = {
        {'"', "\""}, {0x201e, "“”\""}, {0x201c, "”\""}, {0x201d, "”"}, {0xab, "»"}, {0xbb, "«"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
        if (marks[i].opening == opening)
            return marks[i].closing;
    return NULL;
}

typedef struct {
    const char *at, *end;
    guint column;
    const char *source;
    GArray *tokens;
} Cutter;

static void
token_clear(gpointer token)
{
    g_free(((PhraseToken *)token)->key);
}

static gboolean
is_blank(gunichar c)
{
    return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
}

/* octets of the sign at `p`, 0 if none stands there */
static gsize
sign_length(const char *p, const char *end)
{
    static const char *const signs[] = {"<=", ">=", "!=", "<>", "==", "≠", "≤",
                                        "≥",  "<",  ">",  "=",  "(",  ")", ","};
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++) {
        gsize length = strlen(signs[i]);
        if ((gsize)(end - p) >= length && memcmp(p, signs[i], length) == 0)
            return length;
    }
    return 0;
}

static void
add_token(Cutter *cutter, TokenKind kind, const char *start, const char *end, const char *to)
{
    PhraseToken token = {.kind = kind,
                         .start = start,
                         .length = (gsize)(end - start),
                         .from = cutter->at,
                         .to = to,
                         .column = cutter->column};
    if (kind == TOKEN_WORD || kind == TOKEN_SIGN)
        token.key = text_normalize(start, end - start);
    g_array_append_val(cutter->tokens, token);
    cutter->column += text_column(cutter->at, (gsize)(to - cutter->at)) - 1;
    cutter->at = to;
}

static gboolean
cut_quoted(Cutter *cutter, const char *closing, GError **error)
{
    const char *start = g_utf8_next_char(cutter->at);
    for (const char *p = start; p < cutter->end; p = g_utf8_next_char(p)) {
        if (g_utf8_strchr(closing, -1, g_utf8_get_char(p))) {
            add_token(cutter, TOKEN_QUOTED, start, p, g_utf8_next_char(p));
            return TRUE;
        }
    }
    return error_set_input(error, cutter->source, 1, cutter->column,
                           _("the quotation mark that ends this text is missing"));
}

static void
cut_word(Cutter *cutter)
{
    const char *p = cutter->at;
    do
        p = g_utf8_next_char(p);
    while (p < cutter->end && !is_blank(g_utf8_get_char(p)) && !sign_length(p, cutter->end) &&
           !phrase_closing_marks(g_utf8_get_char(p)));
    add_token(cutter, TOKEN_WORD, cutter->at, p, p);
}

GArray *
phrase_tokens(const char *text, gsize length, const char *source, GError **error)
{
    const char *bad;
    if (!g_utf8_validate(text, (gssize)length, &bad)) {
        error_set_input(error, source, 1, text_column(text, (gsize)(bad - text)),
                        _("this octet is a NUL or no UTF-8; write it in quotes, as \\%02x"),
                        (guchar)*bad);
        return NULL;
    }
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(PhraseToken));
    g_array_set_clear_func(tokens, token_clear);
    Cutter cutter = {text, text + length, 1, source, tokens};
    while (cutter.at < cutter.end) {
        gunichar c = g_utf8_get_char(cutter.at);
        const char *closing = phrase_closing_marks(c);
        gsize sign = sign_length(cutter.at, cutter.end);
        if (is_blank(c)) {
            cutter.at = g_utf8_next_char(cutter.at);
            cutter.column++;
        } else if (closing) {
            if (!cut_quoted(&cutter, closing, error))
                return NULL;
        } else if (sign > 0) {
            add_token(&cutter, TOKEN_SIGN, cutter.at, cutter.at + sign, cutter.at + sign);
        } else {
            cut_word(&cutter);
        }
    }
    add_token(&cutter, TOKEN_END, cutter.at, cutter.at, cutter.at);
    return g_steal_pointer(&tokens);
}

/* ---- looking up ---- */

static const PhraseToken *
token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, PhraseToken, MIN(at, tokens->len - 1));
}

/* the next letter of an alternative in lower case: the table's are composed */
static gunichar
next_lower(const char **p)
{
    if ((guchar) * *p < 0x80)
        return (gunichar)g_ascii_tolower(*(*p)++);
    gunichar c = g_unichar_tolower(g_utf8_get_char(*p));
    *p = g_utf8_next_char(*p);
    return c;
}

/* Tokens from `at` that are the alternative `p`, which ends before `end`; 0: they are not. */
static guint
match_alternative(const GArray *tokens, guint at, const char *p, const char *end)
{
    guint count = 0;
    while (p < end) {
        const char *key = token_at(tokens, at + count)->key;
        if (!key)
            return 0;
        while (p < end && *p != ' ') {
            gunichar c = next_lower(&p);
            if (*key == '\0' || g_utf8_get_char(key) != c)
                return 0;
            key = g_utf8_next_char(key);
        }
        if (*key != '\0')
            return 0;
        count++;
        if (p < end)
            p++;
    }
    return count;
}

guint
phrase_match_row(const GArray *tokens, guint at, const PhraseRow *row)
{
    guint longest = 0;
    for (guint i = 0; i < G_N_ELEMENTS(row->words); i++) {
        for (const char *p = row->words[i]; p;) {
            const char *end = strchr(p, '|');
            guint count = match_alternative(tokens, at, p, end ? end : p + strlen(p));
            longest = MAX(longest, count);
            p = end ? end + 1 : NULL;
        }
    }
    return longest;
}

guint
phrase_match(const GArray *tokens, guint at, PhraseRole role, const PhraseRow **row)
{
    guint longest = 0;
    for (guint i = 0; i < phrase_n_rows && token_at(tokens, at)->key; i++) {
        guint count =
            phrase_rows[i].role == role ? phrase_match_row(tokens, at, &phrase_rows[i]) : 0;
        if (count <= longest)
            continue;
        longest = count;
        if (row)
            *row = &phrase_rows[i];
    }
    return longest;
}

const PhraseRow *
phrase_row(PhraseRole role, guint what)
{
    for (guint i = 0; i < phrase_n_rows; i++)
        if (phrase_rows[i].role == role && phrase_rows[i].what == what)
            return &phrase_rows[i];
    return NULL;
}

char *
phrase_say(const PhraseRow *row, gboolean german)
{
    const char *words = row->words[german ? 1 : 0];
    return g_strndup(words, strcspn(words, "|"));
}

GPtrArray *
phrase_alternatives(PhraseRole role)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < phrase_n_rows; i++) {
        for (guint j = 0; phrase_rows[i].role == role && j < G_N_ELEMENTS(phrase_rows[i].words);
             j++) {
            char **words = g_strsplit(phrase_rows[i].words[j], "|", -1);
            for (char **word = words; *word; word++)
                g_ptr_array_add(all, *word);
            g_free(words);
        }
    }
    return all;
}
