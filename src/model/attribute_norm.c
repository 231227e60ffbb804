/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/attribute_type.h"

#include "base/text.h"
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
    return g_string_free(key, !good);
}

static char *
norm_telephone(const char *data, gsize length)
{
    char *key = length ? text_normalize(data, (gssize)length) : NULL;
    char *out = key;
    for (const char *p = key; p && *p; p++)
        if (*p != ' ' && *p != '-')
            *out++ = *p;
    if (out)
        *out = '\0';
    return key;
}

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

/* a fraction of `unit` seconds, after "." or ",", as nanoseconds; what is finer is dropped */
static gint64
take_fraction(const char **at, const char *end, gint64 unit)
{
    if (*at == end || (**at != '.' && **at != ','))
        return 0;
    gint64 nanoseconds = 0, scale = unit * 100000000;
    const char *first = ++*at;
    for (; *at < end && g_ascii_isdigit(**at); (*at)++, scale /= 10)
        nanoseconds += scale * (**at - '0');
    return *at == first ? -1 : nanoseconds;
}

/* RFC 4517, 3.3.13. The key is in UTC, with nine digits of a fraction. */
static char *
norm_time(const char *data, gsize length)
{
    const char *at = data, *end = data + length;
    int year = take_digits(&at, end, 4), month = take_digits(&at, end, 2);
    int day = take_digits(&at, end, 2), hour = take_digits(&at, end, 2), minute = 0, second = 0;
    gint64 unit = 3600;
    if (hour >= 0 && at < end && g_ascii_isdigit(*at)) {
        minute = take_digits(&at, end, 2);
        unit = 60;
        if (minute >= 0 && at < end && g_ascii_isdigit(*at)) {
            second = take_digits(&at, end, 2);
            unit = 1;
        }
    }
    gint64 fraction = take_fraction(&at, end, unit);
    int zone;
    if (year < 1 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || second > 60 ||
        fraction < 0 || !take_zone(at, end, &zone))
        return NULL;
    /* second 60 is a leap second: the one before, and one more */
    g_autoptr(GDateTime) local =
        g_date_time_new_utc(year, month, day, hour, minute, MIN(second, 59));
    gint64 shift = (second == 60) - zone + fraction / G_GINT64_CONSTANT(1000000000);
    g_autoptr(GDateTime) utc = local ? g_date_time_add_seconds(local, (double)shift) : NULL;
    if (!utc)
        return NULL;
    GString *key = g_string_new(NULL);
    g_string_append_printf(key, "%04d%02d%02d%02d%02d%02d", g_date_time_get_year(utc),
                           g_date_time_get_month(utc), g_date_time_get_day_of_month(utc),
                           g_date_time_get_hour(utc), g_date_time_get_minute(utc),
                           g_date_time_get_second(utc));
    g_string_append_printf(key, ".%09d", (int)(fraction % 1000000000));
    return g_string_free(key, FALSE);
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "type=value" of one attribute of a DN, with the delimiters of norm_dn() escaped in it */
static char *
norm_dn_value(const DnValue *value)
{
    const AttributeType *type = attribute_type_find(value->type);
    g_autofree char *name = g_ascii_strdown(type ? type->name : value->type, -1);
    /* a DN in a DN would make this a recursion that the input decides on */
    MatchingRule rule = type && type->rule != RULE_DN ? type->rule : RULE_CASE_IGNORE;
    g_autofree char *norm = attribute_norm(rule, value->data, value->length);
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

char *
attribute_norm(MatchingRule rule, const char *data, gsize length)
{
    switch (rule) {
    case RULE_CASE_IGNORE:
        return length ? text_normalize(data, (gssize)length) : NULL;
    case RULE_CASE_EXACT:
        return length ? text_normalize_exact(data, (gssize)length) : NULL;
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
    case RULE_OCTETS:
        break;
    }
    return norm_octets(data, length);
}
