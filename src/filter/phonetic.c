/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter/phonetic.h"

#include <string.h>

#define SOUNDS_MAX  4
#define LETTERS_MAX 31

typedef struct {
    char letters[LETTERS_MAX]; /* A to Z */
    int first, end;            /* those from `first` on count, as if nothing were before them */
    char sounds[SOUNDS_MAX + 1];
    guint count;
} Word;

/* the letter there; NUL outside of the word */
static char
letter(const Word *word, int at)
{
    return at >= word->first && at < word->end ? word->letters[at] : '\0';
}

static gboolean
is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static gboolean
is_vowel(char c)
{
    return is_one_of(c, "AEIOU");
}

static gboolean
is_front(char c)
{
    return is_one_of(c, "EIY");
}

/* the letters up to what is none */
static void
read_word(Word *word, const char *text, gsize length)
{
    *word = (Word){.first = 0};
    for (gsize i = 0; i < length && word->end < LETTERS_MAX && g_ascii_isalpha(text[i]); i++)
        word->letters[word->end++] = g_ascii_toupper(text[i]);
}

/* silent letters at the beginning: PN, KN, GN, AE, WR; WH is W; X is S */
static void
trim_start(Word *word)
{
    char *at = word->letters;
    char second = word->end > 1 ? at[1] : '\0';
    if ((is_one_of(*at, "PKG") && second == 'N') || (*at == 'A' && second == 'E') ||
        (*at == 'W' && second == 'R')) {
        word->first = 1;
    } else if (*at == 'W' && second == 'H') {
        at[1] = 'W';
        word->first = 1;
    } else if (*at == 'X') {
        *at = 'S';
    }
}

static char
sound_of_c(const Word *word, int at)
{
    char before = letter(word, at - 1), next = letter(word, at + 1), third = letter(word, at + 2);
    if (before == 'S' && is_front(next))
        return '\0';
    if (next == 'I' && third == 'A')
        return 'X';
    if (is_front(next))
        return 'S';
    if (next != 'H')
        return 'K';
    return (at == word->first && !is_vowel(third)) || before == 'S' ? 'K' : 'X';
}

static char
sound_of_g(const Word *word, int at)
{
    char before = letter(word, at - 1), next = letter(word, at + 1), third = letter(word, at + 2);
    gboolean soft = next == 'J' && !is_vowel(third);
    gboolean silent = next == 'N' && third == 'E' && letter(word, at + 3) == 'D';
    gboolean after_d = before == 'D' && is_front(next);
    if (!soft && !silent && !after_d)
        return is_front(next) && third != 'G' ? 'G' : 'K';
    return '\0';
}

static char
sound_of_t(const Word *word, int at)
{
    char next = letter(word, at + 1), third = letter(word, at + 2);
    if (next == 'I' && is_one_of(third, "OA"))
        return 'X';
    if (next == 'H')
        return '0';
    return next == 'C' && third == 'H' ? '\0' : 'T';
}

/* what a letter sounds like where it stands; NUL: it is silent */
static char
sound_at(const Word *word, int at)
{
    const char c = letter(word, at), before = letter(word, at - 1), next = letter(word, at + 1);
    const char third = letter(word, at + 2);
    if (is_one_of(c, "FJLMNR") || (at == word->first && is_vowel(c)))
        return c;
    switch (c) {
    case 'B':
        return at == word->end - 1 && before != 'M' ? 'B' : '\0';
    case 'C':
        return sound_of_c(word, at);
    case 'D':
        return next == 'G' && is_front(third) ? 'J' : 'T';
    case 'G':
        return sound_of_g(word, at);
    case 'H':
        return !is_one_of(before, "CGPST") && (!is_vowel(before) || is_vowel(next)) ? 'H' : '\0';
    case 'K':
        return before != 'C' ? 'K' : '\0';
    case 'P':
        return next == 'H' ? 'F' : 'P';
    case 'Q':
        return 'K';
    case 'S':
        return next == 'H' || (next == 'I' && is_one_of(third, "OA")) ? 'X' : 'S';
    case 'T':
        return sound_of_t(word, at);
    case 'V':
        return 'F';
    case 'W':
    case 'Y':
        return is_vowel(next) ? c : '\0';
    case 'X':
        return 'K'; /* and S */
    case 'Z':
        return 'S';
    default:
        return '\0';
    }
}

static void
emit(Word *word, char sound)
{
    if (sound && word->count < SOUNDS_MAX)
        word->sounds[word->count++] = sound;
}

/* The S of an X takes the place of the letter that follows. */
static void
find_sounds(Word *word, const char *text, gsize length)
{
    read_word(word, text, length);
    trim_start(word);
    for (int at = word->first; at < word->end; at++) {
        char c = letter(word, at);
        if (c == letter(word, at - 1) && c != 'C')
            continue;
        emit(word, sound_at(word, at));
        if (c == 'X') {
            emit(word, 'S');
            at++;
        }
    }
}

char *
phonetic_strip(const char *text)
{
    g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    GString *out = g_string_new(NULL);
    for (const char *p = apart; p && *p; p++)
        if ((guchar)*p < 0x80)
            g_string_append_c(out, *p);
    return g_string_free(out, FALSE);
}

/* the next word behind `at` with this code; NULL if there is none */
static const char *
find_word(const char *at, const char *sounds)
{
    while (at) {
        gsize length = strcspn(at, " ");
        Word word;
        find_sounds(&word, at, length);
        at = at[length] ? at + length + 1 : NULL;
        if (strcmp(word.sounds, sounds) == 0)
            return at ? at : "";
    }
    return NULL;
}

gboolean
phonetic_match(const char *value, const char *asserted)
{
    g_autofree char *have = phonetic_strip(value), *want = phonetic_strip(asserted);
    const char *at = have;
    gboolean any = FALSE;
    for (const char *next = want; *next;) {
        gsize length = strcspn(next, " ");
        if (length > 0) {
            Word word;
            find_sounds(&word, next, length);
            at = at ? find_word(at, word.sounds) : NULL;
            if (!at)
                return FALSE;
            at = *at ? at : NULL;
            any = TRUE;
        }
        next += length + (next[length] ? 1 : 0);
    }
    return any;
}
