/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attribute_type.h"

#include "model/dn_value.h"

#include <string.h>

#define DIGITS_MAX 99 /* what two digits of length can say */

/* RFC 4517, 3.3.16: "-" for negative ones, no leading zero. The key is "p" or "n", the number of
 * digits in two digits, the digits; for negative ones all these digits as their difference to 9. */
static char *
norm_integer(const char *data, gsize length)
{
    gboolean negative = length > 0 && *data == '-';
    const char *digits = data + negative;
    gsize count = length - negative;
    if (count == 0 || count > DIGITS_MAX || (*digits == '0' && length > 1))
        return NULL;
    for (gsize i = 0; i < count; i++)
        if (!g_ascii_isdigit(digits[i]))
            return NULL;
    char *key =
        g_strdup_printf("%c%02u%.*s", negative ? 'n' : 'p', (guint)count, (int)count, digits);
    for (char *p = key + 1; negative && *p; p++)
        *p = (char)('9' - (*p - '0'));
    return key;
}

/* ---- text ---- */

enum { LOWER = 1, KEEP_START = 2, KEEP_END = 4 };

/* The value with U+0000 to U+0002 as U+0001 and U+0001 to U+0003, which sort as they do. */
static char *
escape_low(const char *data, gsize length)
{
    GString *out = g_string_sized_new(length + 8);
    for (gsize i = 0; i < length; i++) {
        if ((guchar)data[i] > 2)
            g_string_append_c(out, data[i]);
        else
            g_string_append_printf(out, "\x01%c", data[i] + 1);
    }
    return g_string_free(out, FALSE);
}

static gboolean
has_low(const char *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)data[i] <= 2)
            return TRUE;
    return FALSE;
}

static gboolean
is_ascii(const char *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if ((guchar)data[i] >= 0x80)
            return FALSE;
    return TRUE;
}

/* lower case first: what only a decomposition makes upper case stays so */
static char *
compose(const char *text, gsize length, guint how)
{
    if (!(how & LOWER))
        return g_utf8_normalize(text, (gssize)length, G_NORMALIZE_NFKC);
    g_autoptr(GString) lower = g_string_sized_new(length + 8);
    for (const char *p = text; p < text + length; p = g_utf8_next_char(p))
        g_string_append_unichar(lower, g_unichar_tolower(g_utf8_get_char(p)));
    return g_utf8_normalize(lower->str, (gssize)lower->len, G_NORMALIZE_NFKC);
}

/* Appends the key of a string, or of a piece: runs of blanks as one, without those at the ends that
 * are not to be kept. What is nothing but blanks is one blank. */
static gboolean
append_text(GString *out, const char *data, gsize length, guint how)
{
    g_autofree char *escaped = has_low(data, length) ? escape_low(data, length) : NULL;
    g_autofree char *composed = NULL;
    gboolean lower = (how & LOWER) != 0;
    if (escaped) {
        data = escaped;
        length = strlen(escaped);
    }
    if (!is_ascii(data, length)) {
        if (!g_utf8_validate(data, (gssize)length, NULL))
            return FALSE;
        composed = compose(data, length, how);
        data = composed;
        length = strlen(composed);
        lower = FALSE;
    }
    const gsize start = out->len;
    gboolean blank = !(how & KEEP_START);
    g_string_set_size(out, start + length);
    char *at = out->str + start;
    for (gsize i = 0; i < length; i++) {
        char c = data[i];
        if (c != ' ' || !blank)
            *at++ = lower && c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        blank = c == ' ';
    }
    g_string_truncate(out, (gsize)(at - out->str));
    if (length > 0 && out->len == start)
        g_string_append_c(out, ' ');
    else if (blank && out->len > start && !(how & KEEP_END))
        g_string_truncate(out, out->len - 1);
    return TRUE;
}

static char *
norm_text(const char *data, gsize length, guint how)
{
    GString *key = g_string_sized_new(length + 1);
    gboolean good = append_text(key, data, length, how);
    return g_string_free(key, !good);
}

/* Pieces, too, lose their blanks, and a NUL ends the value. */
static char *
norm_ia5(const char *data, gsize length, guint how)
{
    const char *end = memchr(data, 0, length);
    char *key = norm_text(data, end ? (gsize)(end - data) : length, how & LOWER);
    if (key && strcmp(key, " ") == 0)
        *key = '\0';
    return key;
}

static char *
norm_list(const char *data, gsize length, guint how)
{
    GString *key = g_string_sized_new(length + 1);
    const char *at = data, *end = data + length;
    gboolean good = TRUE;
    while (good) {
        const char *stop = memchr(at, '$', (gsize)(end - at));
        good = append_text(key, at, (gsize)((stop ? stop : end) - at), how);
        if (!stop)
            break;
        g_string_append_c(key, '$');
        at = stop + 1;
    }
    return g_string_free(key, !good);
}

static char *
norm_numeric_string(const char *data, gsize length)
{
    GString *key = g_string_sized_new(length + 1);
    gboolean good = length > 0;
    for (gsize i = 0; i < length && good; i++) {
        good = data[i] == ' ' || g_ascii_isdigit(data[i]);
        if (data[i] != ' ')
            g_string_append_c(key, data[i]);
    }
    if (key->len == 0)
        g_string_append_c(key, ' ');
    return g_string_free(key, !good);
}

static char *
norm_telephone(const char *data, gsize length)
{
    GString *key = g_string_sized_new(length + 1);
    for (gsize i = 0; i < length; i++)
        if (data[i] != ' ' && data[i] != '-')
            g_string_append_c(key, data[i]);
    if (key->len == 0)
        g_string_append_c(key, ' ');
    gboolean good = length > 0 && g_utf8_validate(key->str, (gssize)key->len, NULL);
    return g_string_free(key, !good);
}

/* numbers without leading zeros, dots between them */
static gboolean
is_oid(const char *data, gsize length)
{
    gboolean start = TRUE;
    for (gsize i = 0; i < length; start = data[i] == '.', i++) {
        gboolean leading = start && data[i] == '0' && i + 1 < length && data[i + 1] != '.';
        if (leading || !(g_ascii_isdigit(data[i]) || (data[i] == '.' && !start)))
            return FALSE;
    }
    return !start;
}

/* RFC 4512, 1.4: a name or an OID */
static char *
norm_object_identifier(const char *data, gsize length)
{
    gboolean good = length > 0 && g_ascii_isalpha(*data);
    for (gsize i = 1; i < length && good; i++)
        good = g_ascii_isalnum(data[i]) || data[i] == '-';
    return good || is_oid(data, length) ? g_ascii_strdown(data, (gssize)length) : NULL;
}

static char *
norm_uuid(const char *data, gsize length)
{
    gboolean good = length == 36;
    for (gsize i = 0; i < length && good; i++)
        good = i == 8 || i == 13 || i == 18 || i == 23 ? data[i] == '-' : g_ascii_isxdigit(data[i]);
    return good ? g_ascii_strdown(data, (gssize)length) : NULL;
}

/* RFC 4517, 3.3.2 */
static char *
norm_bit_string(const char *data, gsize length)
{
    gboolean good = length >= 3 && data[0] == '\'' && memcmp(data + length - 2, "'B", 2) == 0;
    for (gsize i = 1; good && i < length - 2; i++)
        good = data[i] == '0' || data[i] == '1';
    return good ? g_strndup(data, length) : NULL;
}

/* ---- others ---- */

static char *
norm_boolean(const char *data, gsize length)
{
    if ((length == 4 && memcmp(data, "TRUE", 4) == 0) ||
        (length == 5 && memcmp(data, "FALSE", 5) == 0))
        return g_strndup(data, length);
    return NULL;
}

static char *
norm_octets(const char *data, gsize length)
{
    static const char digits[] = "0123456789abcdef";
    char *key = g_malloc(2 * length + 1);
    for (gsize i = 0; i < length; i++) {
        key[2 * i] = digits[(guchar)data[i] >> 4];
        key[2 * i + 1] = digits[(guchar)data[i] & 15];
    }
    key[2 * length] = '\0';
    return key;
}

/* takes `width` digits; -1 if they are not there */
static int
take_digits(const char **at, const char *end, int width)
{
    int number = 0;
    if (end - *at < width)
        return -1;
    for (int i = 0; i < width; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return -1;
        number = 10 * number + ((*at)[i] - '0');
    }
    *at += width;
    return number;
}

/* "Z", "+HH", "+HHMM" and the like at the end of a time: seconds east of UTC */
static gboolean
take_zone(const char *at, const char *end, int *seconds)
{
    *seconds = 0;
    if (at == end)
        return FALSE;
    if (*at == 'Z')
        return at + 1 == end;
    int sign = *at == '+' ? 1 : *at == '-' ? -1 : 0;
    at++;
    int hours = take_digits(&at, end, 2), minutes = at == end ? 0 : take_digits(&at, end, 2);
    *seconds = sign * (3600 * hours + 60 * minutes);
    return sign && at == end && hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* a fraction, after "." or ",": its digits are left in `*digits`, `*count` of them without zeros at the
 * end; FALSE if there are none */
static gboolean
take_fraction(const char **at, const char *end, const char **digits, gsize *count)
{
    *count = 0;
    if (*at == end || (**at != '.' && **at != ','))
        return TRUE;
    *digits = ++*at;
    while (*at < end && g_ascii_isdigit(**at))
        (*at)++;
    *count = (gsize)(*at - *digits);
    gboolean good = *count > 0;
    while (*count > 0 && (*digits)[*count - 1] == '0')
        (*count)--;
    return good;
}

#define CYCLE 2000 /* years after which the calendar repeats; GDateTime begins with the year 1 */

/* date and time to the minute, in UTC */
static char *
to_utc(int year, int month, int day, int hour, int minute, int zone)
{
    int shift = year < CYCLE ? CYCLE : 0;
    g_autoptr(GDateTime) local = g_date_time_new_utc(year + shift, month, day, hour, minute, 0);
    g_autoptr(GDateTime) utc = local ? g_date_time_add_seconds(local, -zone) : NULL;
    if (!utc || g_date_time_get_year(utc) < shift)
        return NULL;
    return g_strdup_printf("%04d%02d%02d%02d%02d", g_date_time_get_year(utc) - shift,
                           g_date_time_get_month(utc), g_date_time_get_day_of_month(utc),
                           g_date_time_get_hour(utc), g_date_time_get_minute(utc));
}

/* RFC 4517, 3.3.13. The key is in UTC: 14 digits, and "." and the fraction if it is not 0. As in slapd a
 * fraction is one of a second, even where the second is left out; a leap second stays the second
 * 60. */
static char *
norm_time(const char *data, gsize length)
{
    const char *at = data, *end = data + length, *digits = NULL;
    int year = take_digits(&at, end, 4), month = take_digits(&at, end, 2);
    int day = take_digits(&at, end, 2), hour = take_digits(&at, end, 2), minute = 0, second = 0;
    if (hour >= 0 && at < end && g_ascii_isdigit(*at)) {
        minute = take_digits(&at, end, 2);
        if (minute >= 0 && at < end && g_ascii_isdigit(*at))
            second = take_digits(&at, end, 2);
    }
    gsize count;
    int zone;
    if (year < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || second > 60 ||
        !take_fraction(&at, end, &digits, &count) || !take_zone(at, end, &zone))
        return NULL;
    g_autofree char *utc = to_utc(year, month, day, hour, minute, zone);
    if (!utc)
        return NULL;
    return g_strdup_printf("%s%02d%s%.*s", utc, second, count ? "." : "", (int)count,
                           count ? digits : "");
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* a DN in a DN would make this a recursion that the input decides on */
static MatchingRule
dn_value_rule(const DnValue *value)
{
    const AttributeType *type = attribute_type_find(value->type);
    gboolean plain = type && type->rule != RULE_DN && type->rule != RULE_NAME_AND_UID;
    return plain ? type->rule : RULE_CASE_IGNORE;
}

/* "type=value" of one attribute of a DN, with the delimiters of norm_dn() escaped in it */
static char *
norm_dn_value(const DnValue *value)
{
    const AttributeType *type = attribute_type_find(value->type);
    g_autofree char *name = g_ascii_strdown(type ? type->name : value->type, -1);
    g_autofree char *norm = attribute_norm(dn_value_rule(value), value->data, value->length);
    if (!norm)
        norm = norm_octets(value->data, value->length);
    GString *out = g_string_new(name);
    g_string_append_c(out, '=');
    for (const char *p = norm; *p; p++) {
        if (strchr(",+\\", *p))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

static void
append_rdn(GString *key, GPtrArray *parts)
{
    g_ptr_array_sort(parts, compare_texts);
    for (guint i = 0; i < parts->len; i++) {
        g_string_append_c(key, i ? '+' : ',');
        g_string_append(key, g_ptr_array_index(parts, i));
    }
    g_ptr_array_set_size(parts, 0);
}

/* each RDN after a ",", its values sorted */
static char *
norm_dn(const char *data, gsize length)
{
    g_autoptr(GArray) values = dn_value_parse(data, length);
    if (!values)
        return NULL;
    GString *key = g_string_new(NULL);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < values->len; i++) {
        const DnValue *value = &g_array_index(values, DnValue, i);
        if (!value->joined)
            append_rdn(key, parts);
        g_ptr_array_add(parts, norm_dn_value(value));
    }
    append_rdn(key, parts);
    return g_string_free(key, FALSE);
}

/* RFC 4517, 3.3.21 */
static char *
norm_name_and_uid(const char *data, gsize length)
{
    const char *mark = g_strrstr_len(data, (gssize)length, "#'");
    g_autofree char *bits =
        mark ? norm_bit_string(mark + 1, length - (gsize)(mark + 1 - data)) : NULL;
    g_autofree char *dn = norm_dn(data, bits ? (gsize)(mark - data) : length);
    return dn ? g_strconcat(dn, bits ? "#" : NULL, bits, NULL) : NULL;
}

char *
attribute_norm(MatchingRule rule, const char *data, gsize length)
{
    switch (rule) {
    case RULE_CASE_IGNORE:
        return length ? norm_text(data, length, LOWER) : NULL;
    case RULE_CASE_EXACT:
    case RULE_CSN:
        return length ? norm_text(data, length, 0) : NULL;
    case RULE_CASE_IGNORE_IA5:
        return norm_ia5(data, length, LOWER);
    case RULE_CASE_EXACT_IA5:
        return norm_ia5(data, length, 0);
    case RULE_CASE_IGNORE_LIST:
        return norm_list(data, length, LOWER);
    case RULE_NUMERIC_STRING:
        return norm_numeric_string(data, length);
    case RULE_TELEPHONE:
        return norm_telephone(data, length);
    case RULE_INTEGER:
        return norm_integer(data, length);
    case RULE_BOOLEAN:
        return norm_boolean(data, length);
    case RULE_GENERALIZED_TIME:
        return norm_time(data, length);
    case RULE_DN:
        return norm_dn(data, length);
    case RULE_NAME_AND_UID:
        return norm_name_and_uid(data, length);
    case RULE_OBJECT_IDENTIFIER:
        return norm_object_identifier(data, length);
    case RULE_UUID:
        return norm_uuid(data, length);
    case RULE_BIT_STRING:
        return norm_bit_string(data, length);
    case RULE_OCTETS:
    case RULE_NONE:
        break;
    }
    return norm_octets(data, length);
}

/* RFC 4517, 3.3.29 */
static gboolean
is_printable(const char *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(data[i]) && (data[i] == '\0' || !strchr("'()+,-./:? =", data[i])))
            return FALSE;
    return TRUE;
}

/* RFC 4517, 3.3.28: only "$" and "\" are written as their hexadecimal digits */
static gboolean
is_list(const char *data, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (data[i] != '\\')
            continue;
        if (length - i < 3 || (g_ascii_strncasecmp(data + i + 1, "24", 2) != 0 &&
                               g_ascii_strncasecmp(data + i + 1, "5c", 2) != 0))
            return FALSE;
        i += 2;
    }
    return TRUE;
}

/* each value fits its attribute; of names that the table does not have nothing is known */
static gboolean
is_dn(const char *data, gsize length)
{
    g_autoptr(GArray) values = dn_value_parse(data, length);
    for (guint i = 0; values && i < values->len; i++) {
        const DnValue *value = &g_array_index(values, DnValue, i);
        MatchingRule rule = dn_value_rule(value);
        if (rule == RULE_NONE)
            continue;
        g_autofree char *norm = attribute_norm_asserted(rule, value->data, value->length);
        if (!norm || value->length == 0)
            return FALSE;
    }
    return values != NULL;
}

/* TRUE if slapd takes it for a value of the rule's syntax; for the rules whose key asks less. */
static gboolean
is_strict(MatchingRule rule, const char *data, gsize length)
{
    switch (rule) {
    case RULE_CASE_IGNORE_IA5:
    case RULE_CASE_EXACT_IA5:
        return is_ascii(data, length);
    case RULE_TELEPHONE:
        return is_printable(data, length);
    case RULE_CASE_IGNORE_LIST:
        return is_list(data, length);
    case RULE_DN:
        return is_dn(data, length);
    case RULE_NONE:
        return FALSE;
    default:
        return TRUE;
    }
}

char *
attribute_norm_asserted(MatchingRule rule, const char *data, gsize length)
{
    return is_strict(rule, data, length) ? attribute_norm(rule, data, length) : NULL;
}

char *
attribute_norm_piece(MatchingRule rule, PiecePlace place, const char *data, gsize length)
{
    const guint how = place == PIECE_INITIAL ? KEEP_END
                      : place == PIECE_FINAL ? KEEP_START
                                             : KEEP_START | KEEP_END;
    if (!is_strict(rule, data, length))
        return NULL;
    switch (rule) {
    case RULE_CASE_IGNORE:
        return norm_text(data, length, how | LOWER);
    case RULE_CASE_EXACT:
        return norm_text(data, length, how);
    case RULE_CASE_IGNORE_LIST:
        return norm_list(data, length, how | LOWER);
    default:
        return attribute_norm(rule, data, length);
    }
}
