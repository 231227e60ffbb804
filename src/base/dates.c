/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/dates.h"

#include "base/error.h"
#include "base/i18n.h"

#include <string.h>

#define YEAR_MIN      1900
#define YEAR_MAX      2200
#define WORD_MAX      16 /* characters of the longest word looked at */
#define ZONE_NAME_MAX 64
#define EPOCH_JULIAN  719163 /* GDate's day number of 1970-01-01 */
#define DAY_S         86400

typedef struct {
    const char *word; /* lower case, NFC */
    int number;
} Name;

static const char *const weekdays_de[] = {"Montag",  "Dienstag", "Mittwoch", "Donnerstag",
                                          "Freitag", "Samstag",  "Sonntag"};
static const char *const weekdays_en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday"};
static const char *const months_de[] = {"Januar",    "Februar", "März",     "April",
                                        "Mai",       "Juni",    "Juli",     "August",
                                        "September", "Oktober", "November", "Dezember"};
static const char *const months_en[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

static const Name weekday_words[] = {
    {"montag", 1}, {"monday", 1}, {"mon", 1}, {"mo", 1},         {"dienstag", 2},  {"tuesday", 2},
    {"tues", 2},   {"tue", 2},    {"die", 2}, {"di", 2},         {"mittwoch", 3},  {"wednesday", 3},
    {"wed", 3},    {"mit", 3},    {"mi", 3},  {"donnerstag", 4}, {"thursday", 4},  {"thurs", 4},
    {"thur", 4},   {"thu", 4},    {"don", 4}, {"do", 4},         {"freitag", 5},   {"friday", 5},
    {"fri", 5},    {"fre", 5},    {"fr", 5},  {"samstag", 6},    {"sonnabend", 6}, {"saturday", 6},
    {"sat", 6},    {"sam", 6},    {"sa", 6},  {"sonntag", 7},    {"sunday", 7},    {"sun", 7},
    {"son", 7},    {"so", 7},
};

static const Name month_words[] = {
    {"januar", 1},    {"jänner", 1},    {"jaenner", 1}, {"january", 1},   {"jan", 1},
    {"jän", 1},       {"jaen", 1},      {"februar", 2}, {"feber", 2},     {"february", 2},
    {"feb", 2},       {"febr", 2},      {"märz", 3},    {"maerz", 3},     {"march", 3},
    {"mär", 3},       {"maer", 3},      {"mrz", 3},     {"mar", 3},       {"april", 4},
    {"apr", 4},       {"mai", 5},       {"may", 5},     {"juni", 6},      {"june", 6},
    {"jun", 6},       {"juli", 7},      {"july", 7},    {"jul", 7},       {"august", 8},
    {"aug", 8},       {"september", 9}, {"sept", 9},    {"sep", 9},       {"oktober", 10},
    {"october", 10},  {"okt", 10},      {"oct", 10},    {"november", 11}, {"nov", 11},
    {"dezember", 12}, {"december", 12}, {"dez", 12},    {"dec", 12},
};

/* words that stand before a date, between weekday and date, and before a time */
static const Name date_fillers[] = {{"am", 0},  {"den", 0}, {"dem", 0}, {"on", 0},
                                    {"the", 0}, {"vom", 0}, {"from", 0}};
static const Name time_fillers[] = {{"um", 0}, {"ab", 0}, {"von", 0}, {"at", 0}, {"from", 0}};
static const Name until_words[] = {{"bis", 0}, {"to", 0}, {"until", 0}, {"till", 0}};
static const Name until_fillers[] = {{"zum", 0}, {"um", 0}, {"the", 0}};
static const Name clock_words[] = {{"uhr", 0}, {"h", 0}};

/* NULL for what is in no tz database: GLib would also take offsets ("+01", "CET-1") and paths. */
static GTimeZone *
load_zone(const char *name)
{
    const char *slash = strchr(name, '/');
    if (!g_ascii_isalpha(name[0]) || strlen(name) > ZONE_NAME_MAX)
        return NULL;
    for (const char *p = name; *p; p++)
        if (!g_ascii_isalpha(*p) && !strchr("/_-", *p) &&
            !(slash && p > slash && (g_ascii_isdigit(*p) || *p == '+')))
            return NULL;
    return g_time_zone_new_identifier(name);
}

GTimeZone *
dates_zone(const char *name, GError **error)
{
    static GMutex lock;
    static GHashTable *zones; /* name → GTimeZone; at most as many as the tz database has */

    g_mutex_lock(&lock);
    if (!zones)
        zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify)g_time_zone_unref);
    GTimeZone *zone = g_hash_table_lookup(zones, name);
    if (!zone) {
        zone = load_zone(name);
        if (zone)
            g_hash_table_insert(zones, g_strdup(name), zone);
    }
    g_mutex_unlock(&lock);

    if (!zone)
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("There is no time zone \"%s\"; write a name of the tz database, such as "
                      "\"Europe/Berlin\"."),
                    name);
    return zone;
}

static gboolean
is_day(int year, int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static gint64
offset_at(GTimeZone *zone, gint64 time)
{
    return g_time_zone_get_offset(zone,
                                  g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, time));
}

gboolean
dates_from_wall(GTimeZone *zone, int year, int month, int day, int hour, int minute, gint64 *time,
                GError **error)
{
    if (year < YEAR_MIN || year > YEAR_MAX) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("The year %d is out of range; years from %d to %d can be read."), year,
                    YEAR_MIN, YEAR_MAX);
        return FALSE;
    }
    if (!is_day(year, month, day)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("There is no day %04d-%02d-%02d (year, month, day) in the calendar."), year,
                    month, day);
        return FALSE;
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                    _("There is no time %02d:%02d; times go from 00:00 to 23:59."), hour, minute);
        return FALSE;
    }

    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    gint64 wall =
        ((gint64)g_date_get_julian(&date) - EPOCH_JULIAN) * DAY_S + hour * 3600 + minute * 60;

    /* The offsets before and after whatever change is near: the wall time is right with one of
     * them, with both (the hour that comes twice: the larger offset is the earlier time), or with
     * none. */
    gint64 before = offset_at(zone, wall - DAY_S), after = offset_at(zone, wall + DAY_S);
    gint64 earlier = wall - MAX(before, after), later = wall - MIN(before, after);
    if (offset_at(zone, earlier) == wall - earlier) {
        *time = earlier;
        return TRUE;
    }
    if (offset_at(zone, later) == wall - later) {
        *time = later;
        return TRUE;
    }
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT,
                _("There is no time %02d:%02d on %04d-%02d-%02d in the zone %s: the clocks are put "
                  "forward over it."),
                hour, minute, year, month, day, g_time_zone_get_identifier(zone));
    return FALSE;
}

/* Octets of blanks at `text`, no-break and thin ones included, line ends not. */
static gsize
skip_blanks(const char *text)
{
    const char *p = text;
    for (;;) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c != '\t' && (c >= 0x80000000 || g_unichar_type(c) != G_UNICODE_SPACE_SEPARATOR))
            return (gsize)(p - text);
        p = g_utf8_next_char(p);
    }
}

/* Octets of the word at `text`, which is copied to `word` in lower case (code point by code point:
 * a Turkish locale must not change it) and NFC; 0: none, or longer than any known one. */
static gsize
scan_word(const char *text, char **word)
{
    g_autoptr(GString) lower = g_string_new(NULL);
    const char *p = text;
    for (int count = 0;; count++) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c >= 0x80000000 || (!g_unichar_isalpha(c) && !g_unichar_ismark(c)))
            break;
        if (count == WORD_MAX)
            return 0;
        g_string_append_unichar(lower, g_unichar_tolower(c));
        p = g_utf8_next_char(p);
    }
    if (p > text)
        *word = g_utf8_normalize(lower->str, -1, G_NORMALIZE_NFC);
    return (gsize)(p - text);
}

/* Octets of a word of `names` at `text`, 0 if there is none; its number goes to `number` (or
 * NULL). */
static gsize
scan_name(const char *text, const Name *names, gsize count, int *number)
{
    g_autofree char *word = NULL;
    gsize length = scan_word(text, &word);
    for (gsize i = 0; length > 0 && i < count; i++) {
        if (strcmp(names[i].word, word) != 0)
            continue;
        if (number)
            *number = names[i].number;
        return length;
    }
    return 0;
}

#define SCAN_NAME(text, names, number) scan_name(text, names, G_N_ELEMENTS(names), number)

/* Octets of a whole number of `min` to `max` digits at `text`; 0 if it has fewer or more. */
static gsize
scan_number(const char *text, gsize min, gsize max, int *number)
{
    int value = 0;
    gsize length = 0;
    for (; length <= max && g_ascii_isdigit(text[length]); length++)
        value = value * 10 + (text[length] - '0');
    if (length < min || length > max)
        return 0;
    *number = value;
    return length;
}

/* Octets of a dash with the blanks around it. */
static gsize
scan_dash(const char *text)
{
    gsize start = skip_blanks(text);
    gunichar c = g_utf8_get_char_validated(text + start, -1);
    if (c >= 0x80000000 || g_unichar_type(c) != G_UNICODE_DASH_PUNCTUATION)
        return 0;
    gsize length = start + (gsize)(g_utf8_next_char(text + start) - (text + start));
    return length + skip_blanks(text + length);
}

gsize
dates_scan_until(const char *text)
{
    gsize dash = scan_dash(text);
    if (dash > 0)
        return dash;
    gsize length = skip_blanks(text);
    if (text[length] == ',')
        length += 1 + skip_blanks(text + length + 1);
    gsize word = SCAN_NAME(text + length, until_words, NULL);
    if (word == 0)
        return 0;
    length += word + skip_blanks(text + length + word);
    gsize filler = SCAN_NAME(text + length, until_fillers, NULL);
    return filler > 0 ? length + filler + skip_blanks(text + length + filler) : length;
}

/* Octets of "am", "pm", "a.m.", "p.m." at `text`; corrects `hour`. */
static gsize
scan_half(const char *text, int *hour)
{
    char half = g_ascii_tolower(text[0]);
    gboolean dotted = half && text[1] == '.';
    gsize length = dotted ? 2 : 1;
    if ((half != 'a' && half != 'p') || *hour < 1 || *hour > 12 ||
        g_ascii_tolower(text[length]) != 'm')
        return 0;
    length++;
    if (dotted && text[length] == '.')
        length++;
    gunichar next = g_utf8_get_char_validated(text + length, -1);
    if (next < 0x80000000 && g_unichar_isalnum(next))
        return 0;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    return length;
}

/* The minutes behind an hour, ":30", ".30" or ":30:00"; octets taken or 0. A dot that belongs to a
 * date ("12.11.2020", "12.11. 2020") is none. */
static gsize
scan_minute(const char *text, int *minute)
{
    if (text[0] != ':' && text[0] != '.')
        return 0;
    gsize digits = scan_number(text + 1, 2, 2, minute);
    if (digits == 0)
        return 0;
    gsize length = 1 + digits;
    if (text[0] == ':')
        return strncmp(text + length, ":00", 3) == 0 && !g_ascii_isdigit(text[length + 3])
                   ? length + 3
                   : length;
    if (text[length] == '.' && g_ascii_isdigit(text[length + 1 + skip_blanks(text + length + 1)]))
        return 0;
    return length;
}

/* TRUE if a range to a time with "Uhr" follows a bare hour, as in "9 bis 17 Uhr". */
static gboolean
is_hour_of_range(const char *text)
{
    gsize length = dates_scan_until(text);
    int hour, minute;
    gsize digits = length > 0 ? scan_number(text + length, 1, 2, &hour) : 0;
    if (digits == 0)
        return FALSE;
    length += digits;
    length += scan_minute(text + length, &minute);
    length += skip_blanks(text + length);
    return SCAN_NAME(text + length, clock_words, NULL) > 0;
}

gsize
dates_scan_time(const char *text, int *hour, int *minute)
{
    int h = 0, m = 0;
    gsize start = skip_blanks(text);
    gsize digits = scan_number(text + start, 1, 2, &h);
    if (digits == 0)
        return 0;
    gsize length = start + digits;
    gsize minutes = scan_minute(text + length, &m);
    length += minutes;
    gsize blanks = skip_blanks(text + length);
    gsize suffix = SCAN_NAME(text + length + blanks, clock_words, NULL);
    if (suffix == 0)
        suffix = scan_half(text + length + blanks, &h);
    if (suffix > 0)
        length += blanks + suffix;
    else if (minutes == 0 && !is_hour_of_range(text + length))
        return 0;
    *hour = h;
    *minute = m;
    return length;
}

/* "2020-11-11" */
static gsize
scan_iso_date(const char *text, WallTime *found)
{
    if (scan_number(text, 4, 4, &found->year) == 0 || text[4] != '-' ||
        scan_number(text + 5, 2, 2, &found->month) == 0 || text[7] != '-' ||
        scan_number(text + 8, 2, 2, &found->day) == 0)
        return 0;
    return 10;
}

/* The month of a date, "11." or "November", with what may stand behind it */
static gsize
scan_month(const char *text, int *month)
{
    gsize length = scan_number(text, 1, 2, month);
    if (length > 0)
        return text[length] == '.' ? length + 1 : 0;
    length = SCAN_NAME(text, month_words, month);
    if (length > 0 && text[length] == '.')
        length++;
    return length;
}

/* Octets of what may follow a day: "11.", "11th" */
static gsize
scan_ordinal(const char *text)
{
    static const Name endings[] = {{"st", 0}, {"nd", 0}, {"rd", 0}, {"th", 0}};
    return text[0] == '.' ? 1 : SCAN_NAME(text, endings, NULL);
}

/* "11. November 2020", "11 November, 2020", "11.11.2020"; "November 11, 2020", "Nov. 11th 2020" */
static gsize
scan_named_date(const char *text, WallTime *found)
{
    gsize length = scan_number(text, 1, 2, &found->day);
    if (length > 0) {
        gsize ordinal = scan_ordinal(text + length);
        length += ordinal;
        length += skip_blanks(text + length);
        gboolean number = g_ascii_isdigit(text[length]);
        gsize month = scan_month(text + length, &found->month);
        if (month == 0 || (number && ordinal == 0))
            return 0;
        length += month;
    } else {
        length = SCAN_NAME(text, month_words, &found->month);
        if (length == 0)
            return 0;
        length += text[length] == '.';
        length += skip_blanks(text + length);
        gsize day = scan_number(text + length, 1, 2, &found->day);
        if (day == 0)
            return 0;
        length += day;
        length += scan_ordinal(text + length);
    }
    length += text[length] == ',';
    length += skip_blanks(text + length);
    gsize year = scan_number(text + length, 4, 4, &found->year);
    return year > 0 ? length + year : 0;
}

/* The weekday before a date with its dot, comma and "den"; octets taken or 0. */
static gsize
scan_weekday(const char *text, int *weekday)
{
    gsize length = SCAN_NAME(text, weekday_words, weekday);
    if (length == 0)
        return 0;
    length += text[length] == '.';
    length += text[length] == ',';
    length += skip_blanks(text + length);
    gsize filler = SCAN_NAME(text + length, date_fillers, NULL);
    return length + filler + skip_blanks(text + length + filler);
}

/* The time behind a date with what joins them; octets taken or 0. */
static gsize
scan_joined_time(const char *text, gboolean iso, WallTime *found)
{
    gsize length = 0;
    if (iso && text[0] == 'T' && g_ascii_isdigit(text[1])) {
        length = 1;
    } else {
        length = skip_blanks(text);
        length += text[length] == ',';
        gsize dash = scan_dash(text + length);
        length += dash > 0 ? dash : skip_blanks(text + length);
        length += SCAN_NAME(text + length, time_fillers, NULL);
    }
    gsize time = length > 0 ? dates_scan_time(text + length, &found->hour, &found->minute) : 0;
    return time > 0 ? length + time : 0;
}

gsize
dates_scan(const char *text, WallTime *found)
{
    WallTime result = {.hour = -1, .minute = -1};
    gsize length = skip_blanks(text);
    gsize filler = SCAN_NAME(text + length, date_fillers, NULL);
    length += filler;
    length += skip_blanks(text + length);
    length += scan_weekday(text + length, &result.weekday);

    gsize iso = scan_iso_date(text + length, &result);
    gsize date = iso > 0 ? iso : scan_named_date(text + length, &result);
    if (date == 0)
        return 0;
    length += date;
    length += scan_joined_time(text + length, iso > 0, &result);
    *found = result;
    return length;
}

int
dates_weekday(int year, int month, int day)
{
    if (year < 1 || year > G_MAXUINT16 || !is_day(year, month, day))
        return 0;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return (int)g_date_get_weekday(&date);
}

const char *
dates_weekday_name(int weekday, const char *language)
{
    if (weekday < 1 || weekday > 7)
        return "";
    return strcmp(language, "de") == 0 ? weekdays_de[weekday - 1] : weekdays_en[weekday - 1];
}

const char *
dates_month_name(int month, const char *language)
{
    if (month < 1 || month > 12)
        return "";
    return strcmp(language, "de") == 0 ? months_de[month - 1] : months_en[month - 1];
}

/* NULL for a time that no calendar can show */
static GDateTime *
local_time(GTimeZone *zone, gint64 time)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time);
    return utc ? g_date_time_to_timezone(utc, zone) : NULL;
}

static void
append_day(GString *out, GDateTime *time, const char *language)
{
    int day = g_date_time_get_day_of_month(time);
    g_string_append_printf(out, strcmp(language, "de") == 0 ? "%s, %d. %s %d" : "%s, %d %s %d",
                           dates_weekday_name(g_date_time_get_day_of_week(time), language), day,
                           dates_month_name(g_date_time_get_month(time), language),
                           g_date_time_get_year(time));
}

static void
append_time(GString *out, GDateTime *time)
{
    g_string_append_printf(out, "%02d:%02d", g_date_time_get_hour(time),
                           g_date_time_get_minute(time));
}

char *
dates_format_span(GTimeZone *zone, gint64 start, gint64 end, gboolean all_day, const char *language)
{
    gboolean german = strcmp(language, "de") == 0;
    const char *until = german ? "bis" : "to", *clock = german ? " Uhr" : "";
    g_autoptr(GDateTime) from = local_time(zone, start);
    /* the second before an exclusive end lies in the last day */
    g_autoptr(GDateTime) to = local_time(zone, all_day ? MAX(end - 1, start) : end);
    if (!from || !to)
        return g_strdup("");
    gboolean one_day = g_date_time_get_year(from) == g_date_time_get_year(to) &&
                       g_date_time_get_day_of_year(from) == g_date_time_get_day_of_year(to);

    GString *out = g_string_new(NULL);
    append_day(out, from, language);
    if (!all_day) {
        g_string_append(out, ", ");
        append_time(out, from);
    }
    if (!one_day) {
        g_string_append_printf(out, "%s, %s ", all_day ? "" : clock, until);
        append_day(out, to, language);
        if (!all_day) {
            g_string_append(out, ", ");
            append_time(out, to);
        }
    } else if (!all_day && end > start) {
        g_string_append_printf(out, " %s ", until);
        append_time(out, to);
    }
    if (!all_day)
        g_string_append(out, clock);
    return g_string_free(out, FALSE);
}

char *
dates_format_short(GTimeZone *zone, gint64 time)
{
    g_autoptr(GDateTime) local = local_time(zone, time);
    return local ? g_date_time_format(local, "%Y-%m-%d %H:%M") : g_strdup("");
}
