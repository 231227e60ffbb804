/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dates: names, forms, impossible days and hours, and how a span is written */
#include "base/dates.h"
#include "base/error.h"

#include <string.h>

/* in octal: a digit may follow */
#define NBSP    "\302\240"
#define THIN    "\342\200\257"
#define EN_DASH "\342\200\223"

static GTimeZone *
berlin(void)
{
    GTimeZone *zone = dates_zone("Europe/Berlin", NULL);
    g_assert_nonnull(zone);
    return zone;
}

static void
test_zone(void)
{
    static const char *const good[] = {"Europe/Berlin", "UTC", "Etc/GMT+1", "America/New_York",
                                       "America/Port-au-Prince"};
    static const char *const bad[] = {
        "",       "Europe/Berlni", "/etc/passwd", "../../etc/passwd", "+01",
        "+01:00", "CET-1",         "Z5",          "Europe/Berlin ",   "Europe\nBerlin"};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_nonnull(dates_zone(good[i], NULL));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(dates_zone(bad[i], &error));
        g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG);
    }
    g_assert_true(berlin() == berlin());
}

static void
test_weekdays(void)
{
    static const char *const rows[7] = {
        "Montag Monday Mon Mo MONTAG",       "Dienstag Tuesday Tues Tue Die Di",
        "Mittwoch Wednesday Wed Mit Mi",     "Donnerstag Thursday Thurs Thur Thu Don Do",
        "Freitag Friday Fri Fre Fr FREITAG", "Samstag Sonnabend Saturday Sat Sam Sa",
        "Sonntag Sunday Sun Son So",
    };
    static const char *const forms[] = {"%s 2.1.2006",
                                        "%s. 2.1.2006",
                                        "%s, 2.1.2006",
                                        "%s., den 2.1.2006",
                                        "Am %s, dem 2. Januar 2006",
                                        "on %s,\302\2402 January 2006"};
    for (int day = 1; day <= 7; day++) {
        g_auto(GStrv) words = g_strsplit(rows[day - 1], " ", -1);
        for (guint i = 0; words[i]; i++) {
            for (guint j = 0; j < G_N_ELEMENTS(forms); j++) {
                g_auto(GStrv) parts = g_strsplit(forms[j], "%s", 2);
                g_autofree char *text = g_strconcat(parts[0], words[i], parts[1], NULL);
                WallTime wall;
                g_assert_cmpuint(dates_scan(text, &wall), ==, strlen(text));
                g_assert_cmpint(wall.weekday, ==, day);
            }
        }
        g_assert_true(g_str_has_prefix(rows[day - 1], dates_weekday_name(day, "de")));
        g_assert_nonnull(strstr(rows[day - 1], dates_weekday_name(day, "en")));
        g_assert_cmpint(dates_weekday(2006, 1, day + 1), ==, day); /* 2 January 2006: a Monday */
    }
    g_assert_cmpint(dates_weekday(2021, 2, 29), ==, 0);
    g_assert_cmpstr(dates_weekday_name(0, "de"), ==, "");
    g_assert_cmpstr(dates_month_name(13, "en"), ==, "");
}

static void
test_months(void)
{
    static const char *const rows[12] = {
        "Januar January Jan Jänner Jaenner Jän JÄNNER Ja\xcc\x88nner",
        "Februar February Feb Febr Feber",
        "März March Maerz Mär Mrz Mar MÄRZ",
        "April Apr",
        "Mai May",
        "Juni June Jun",
        "Juli July Jul",
        "August Aug",
        "September Sept Sep",
        "Oktober October Okt Oct",
        "November Nov",
        "Dezember December Dez Dec",
    };
    static const char *const forms[] = {
        "7. %s 2027", "07. %s. 2027", "7 %s 2027", "7th %s, 2027", "7.\302\240%s\342\200\2572027",
        "%s 7, 2027", "%s. 7th 2027"};
    for (int month = 1; month <= 12; month++) {
        g_auto(GStrv) words = g_strsplit(rows[month - 1], " ", -1);
        for (guint i = 0; words[i]; i++) {
            for (guint j = 0; j < G_N_ELEMENTS(forms); j++) {
                g_auto(GStrv) parts = g_strsplit(forms[j], "%s", 2);
                g_autofree char *text = g_strconcat(parts[0], words[i], parts[1], NULL);
                WallTime wall;
                g_assert_cmpuint(dates_scan(text, &wall), ==, strlen(text));
                g_assert_cmpint(wall.month, ==, month);
                g_assert_cmpint(wall.day, ==, 7);
                g_assert_cmpint(wall.year, ==, 2027);
                g_assert_cmpint(wall.hour, ==, -1);
            }
        }
        g_assert_true(g_str_has_prefix(rows[month - 1], dates_month_name(month, "de")));
        g_assert_nonnull(strstr(rows[month - 1], dates_month_name(month, "en")));
    }
}

static void
test_forms(void)
{
    static const struct {
        const char *text, *rest;
        WallTime wall;
    } rows[] = {
        {"Mittwoch, 11. November 2020 - 12:30", "", {2020, 11, 11, 12, 30, 3}},
        {"Mittwoch, 11. November 2020 " EN_DASH " 12:30 Uhr bis x",
         " bis x",
         {2020, 11, 11, 12, 30, 3}},
        {"Mi 11.11.2020, 12.30 Uhr", "", {2020, 11, 11, 12, 30, 3}},
        {"Mi., 11." NBSP "11." THIN "2020 um 12.30" NBSP "Uhr", "", {2020, 11, 11, 12, 30, 3}},
        {"Wednesday, 11 November 2020, 12:30", "", {2020, 11, 11, 12, 30, 3}},
        {"November 11, 2020 12:30 pm", "", {2020, 11, 11, 12, 30, 0}},
        {"November 11, 2020 at 9:05 a.m.", "", {2020, 11, 11, 9, 5, 0}},
        {"2020-11-11T12:30", "", {2020, 11, 11, 12, 30, 0}},
        {"2020-11-11T12:30:00", "", {2020, 11, 11, 12, 30, 0}},
        {"2020-11-11T12:30:15", ":15", {2020, 11, 11, 12, 30, 0}},
        {"2020-11-11 12:30", "", {2020, 11, 11, 12, 30, 0}},
        {"2020-11-11T12:30Z", "Z", {2020, 11, 11, 12, 30, 0}},
        {"2020-11-11", "", {2020, 11, 11, -1, -1, 0}},
        {" \t" NBSP "11.11.2020", "", {2020, 11, 11, -1, -1, 0}},
        {"11.11.2020 - 12.11.2020", " - 12.11.2020", {2020, 11, 11, -1, -1, 0}},
        {"11.11.2020 - 12. 11. 2020", " - 12. 11. 2020", {2020, 11, 11, -1, -1, 0}},
        {"11. November 2020 - 12. November 2020",
         " - 12. November 2020",
         {2020, 11, 11, -1, -1, 0}},
        {"11. November 2020, 9 bis 17 Uhr", " bis 17 Uhr", {2020, 11, 11, 9, 0, 0}},
        {"11. November 2020, von 9" EN_DASH "17.30 Uhr",
         EN_DASH "17.30 Uhr",
         {2020, 11, 11, 9, 0, 0}},
        {"11. November 2020, 9 bis 17", ", 9 bis 17", {2020, 11, 11, -1, -1, 0}},
        {"31. Juni 2020", "", {2020, 6, 31, -1, -1, 0}},
        {"99.99.9999, 99:99", "", {9999, 99, 99, 99, 99, 0}},
        {"11.11.2020\n12:30", "\n12:30", {2020, 11, 11, -1, -1, 0}},
    };
    static const char *const none[] = {
        "",
        "Mittwoch",
        "Mittwoch,",
        "11.11.",
        "11. November",
        "11.11.20",
        "11/11/2020",
        "111.11.2020",
        "11.11.20201",
        "2020-11",
        "2020-1-1",
        "November 2020",
        "12:30",
        "Mittwochs 11.11.2020",
        "11 11 2020",
        "\xff",
        "11. Nov\377ember 2020",
        "11. Donaudampfschifffahrt 2020",
        "Nov",
        "-",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        WallTime wall = {0};
        gsize length = dates_scan(rows[i].text, &wall);
        g_assert_cmpuint(length, >, 0);
        g_assert_cmpstr(rows[i].text + length, ==, rows[i].rest);
        g_assert_cmpmem(&wall, sizeof wall, &rows[i].wall, sizeof wall);
    }
    for (guint i = 0; i < G_N_ELEMENTS(none); i++) {
        WallTime wall = {.year = -7};
        g_assert_cmpuint(dates_scan(none[i], &wall), ==, 0);
        g_assert_cmpint(wall.year, ==, -7);
    }
}

static void
test_times(void)
{
    static const struct {
        const char *text;
        int hour, minute; /* -1: no time */
        const char *rest;
    } rows[] = {
        {"14:00", 14, 0, ""},
        {"14.00 Uhr", 14, 0, ""},
        {"14 Uhr", 14, 0, ""},
        {"14" THIN "Uhr", 14, 0, ""},
        {"14uhr.", 14, 0, "."},
        {"2 pm", 14, 0, ""},
        {"12 am", 0, 0, ""},
        {"12 pm", 12, 0, ""},
        {"12:30 a.m.", 0, 30, ""},
        {"2:15PM", 14, 15, ""},
        {"0 pm", -1, 0, ""},
        {"13 pm", -1, 0, ""},
        {"13:30 pm", 13, 30, " pm"},
        {"9:00", 9, 0, ""},
        {"14:5", -1, 0, ""},
        {"14:005", -1, 0, ""},
        {"14", -1, 0, ""},
        {"140 Uhr", -1, 0, ""},
        {"14.00.", 14, 0, "."},
        {"12.11.2020", -1, 0, ""},
        {"12.11. 2020", -1, 0, ""},
        {"25:00", 25, 0, ""},
        {"14 Uhren", -1, 0, ""},
        {"2 pmx", -1, 0, ""},
        {"9 - 17 Uhr", 9, 0, " - 17 Uhr"},
        {"14:00:00", 14, 0, ""},
        {"", -1, 0, ""},
        {"a", -1, 0, ""},
        {"12 p", -1, 0, ""},
        {"18 h", 18, 0, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        int hour = -1, minute = 0;
        gsize length = dates_scan_time(rows[i].text, &hour, &minute);
        g_assert_cmpint(hour, ==, rows[i].hour);
        g_assert_cmpint(minute, ==, rows[i].minute);
        if (rows[i].hour >= 0)
            g_assert_cmpstr(rows[i].text + length, ==, rows[i].rest);
        else
            g_assert_cmpuint(length, ==, 0);
    }
}

static void
test_until(void)
{
    static const struct {
        const char *text;
        gsize length;
    } rows[] = {
        {" bis 14", 5},         {" bis zum 12", 9}, {", bis 14", 6}, {" to 14", 4}, {"-14", 1},
        {" " EN_DASH " 14", 5}, {" until", 6},      {" und", 0},     {"", 0},       {" bisher", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(dates_scan_until(rows[i].text), ==, rows[i].length);
}

static void
test_wall(void)
{
    static const struct {
        const char *zone;
        int year, month, day, hour, minute;
        gint64 time; /* -1: refused */
    } rows[] = {
        {"Europe/Berlin", 2020, 11, 11, 12, 30, 1605094200},
        {"Europe/Berlin", 2020, 7, 1, 0, 0, 1593554400},
        {"UTC", 1970, 1, 1, 0, 0, 0},
        {"UTC", 1969, 12, 31, 23, 59, -60},
        {"UTC", 1900, 1, 1, 0, 0, G_GINT64_CONSTANT(-2208988800)},
        {"UTC", 2200, 12, 31, 23, 59, G_GINT64_CONSTANT(7289654340)},
        {"UTC", 1899, 12, 31, 0, 0, -1},
        {"UTC", 2201, 1, 1, 0, 0, -1},
        {"UTC", 2000, 2, 29, 0, 0, 951782400},
        {"UTC", 2020, 2, 29, 0, 0, 1582934400},
        {"UTC", 1900, 2, 29, 0, 0, -1},
        {"UTC", 2021, 2, 29, 0, 0, -1},
        {"UTC", 2021, 6, 31, 0, 0, -1},
        {"UTC", 2021, 13, 1, 0, 0, -1},
        {"UTC", 2021, 0, 1, 0, 0, -1},
        {"UTC", 2021, 1, 0, 0, 0, -1},
        {"UTC", 2021, 1, 257, 0, 0, -1},
        {"UTC", 2021, 257, 1, 0, 0, -1},
        {"UTC", 67557, 1, 1, 0, 0, -1},
        {"UTC", 2021, 1, 1, 24, 0, -1},
        {"UTC", 2021, 1, 1, 25, 0, -1},
        {"UTC", 2021, 1, 1, 12, 60, -1},
        {"UTC", 2021, 1, 1, -1, -1, -1},
        /* the clocks are put forward from 02:00 to 03:00 */
        {"Europe/Berlin", 2021, 3, 28, 1, 59, 1616893140},
        {"Europe/Berlin", 2021, 3, 28, 2, 0, -1},
        {"Europe/Berlin", 2021, 3, 28, 2, 30, -1},
        {"Europe/Berlin", 2021, 3, 28, 2, 59, -1},
        {"Europe/Berlin", 2021, 3, 28, 3, 0, 1616893200},
        /* and back from 03:00 to 02:00: the first of both, in summer time */
        {"Europe/Berlin", 2021, 10, 31, 2, 0, 1635638400},
        {"Europe/Berlin", 2021, 10, 31, 2, 30, 1635640200},
        {"Europe/Berlin", 2021, 10, 31, 3, 0, 1635645600},
        {"America/New_York", 2021, 3, 14, 2, 30, -1},
        {"America/New_York", 2021, 11, 7, 1, 30, 1636263000},
        /* no 30 December: the date line was crossed */
        {"Pacific/Apia", 2011, 12, 30, 12, 0, -1},
        {"Pacific/Apia", 2011, 12, 31, 0, 0, 1325239200},
        /* half an hour; past the last rule written out in the tz file */
        {"Australia/Lord_Howe", 2021, 10, 3, 2, 15, -1},
        {"Europe/Berlin", 2150, 7, 1, 12, 0, G_GINT64_CONSTANT(5695956000)},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        gint64 time = -1;
        gboolean good = dates_from_wall(dates_zone(rows[i].zone, NULL), rows[i].year, rows[i].month,
                                        rows[i].day, rows[i].hour, rows[i].minute, &time, &error);
        g_assert_cmpint(time, ==, rows[i].time);
        g_assert_true(good == (error == NULL));
        if (!good)
            g_assert_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT);
    }
}

static void
test_span(void)
{
    static const struct {
        gint64 start, end;
        gboolean all_day;
        const char *german, *english;
    } rows[] = {
        {1605094200, 1605186000, FALSE,
         "Mittwoch, 11. November 2020, 12:30 Uhr, bis Donnerstag, 12. November 2020, 14:00 Uhr",
         "Wednesday, 11 November 2020, 12:30, to Thursday, 12 November 2020, 14:00"},
        {1605094200, 1605099600, FALSE, "Mittwoch, 11. November 2020, 12:30 bis 14:00 Uhr",
         "Wednesday, 11 November 2020, 12:30 to 14:00"},
        {1605094200, 1605094200, FALSE, "Mittwoch, 11. November 2020, 12:30 Uhr",
         "Wednesday, 11 November 2020, 12:30"},
        {1605049200, 1605135600, TRUE, "Mittwoch, 11. November 2020",
         "Wednesday, 11 November 2020"},
        {1605049200, 1605222000, TRUE,
         "Mittwoch, 11. November 2020, bis Donnerstag, 12. November 2020",
         "Wednesday, 11 November 2020, to Thursday, 12 November 2020"},
        {1605049200, 1605049200, TRUE, "Mittwoch, 11. November 2020",
         "Wednesday, 11 November 2020"},
        {G_MAXINT64, G_MAXINT64, FALSE, "", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *german =
            dates_format_span(berlin(), rows[i].start, rows[i].end, rows[i].all_day, "de");
        g_autofree char *english =
            dates_format_span(berlin(), rows[i].start, rows[i].end, rows[i].all_day, "en");
        g_assert_cmpstr(german, ==, rows[i].german);
        g_assert_cmpstr(english, ==, rows[i].english);
    }
    g_autofree char *brief = dates_format_short(berlin(), 1605094200);
    g_assert_cmpstr(brief, ==, "2020-11-11 12:30");
    g_autofree char *none = dates_format_short(berlin(), G_MININT64);
    g_assert_cmpstr(none, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dates/zone", test_zone);
    g_test_add_func("/dates/weekdays", test_weekdays);
    g_test_add_func("/dates/months", test_months);
    g_test_add_func("/dates/forms", test_forms);
    g_test_add_func("/dates/times", test_times);
    g_test_add_func("/dates/until", test_until);
    g_test_add_func("/dates/wall", test_wall);
    g_test_add_func("/dates/span", test_span);
    return g_test_run();
}
