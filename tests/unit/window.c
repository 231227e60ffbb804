/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window: when sending may go on, by the wall clock of Berlin, also where clocks are changed */
#include "mailing/window.h"
#include "base/dates.h"
#include "base/holidays.h"

/* "2026-12-01 08:00:00+01" in Unix seconds */
static gint64
seconds(const char *text)
{
    g_autofree char *iso = g_strdup(text);
    iso[10] = 'T';
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(iso, NULL);
    g_assert_nonnull(time);
    return g_date_time_to_unix(time);
}

static Window
window(const char *hours, gboolean workdays, const char *holidays)
{
    Window window = {.zone = dates_zone("Europe/Berlin", NULL),
                     .workdays = workdays,
                     .holidays = holidays_region(holidays)};
    g_assert_true(hours_parse(hours, &window.hours));
    return window;
}

static void
test_next(void)
{
    static const struct {
        const char *hours;
        gboolean workdays;
        const char *holidays, *time, *next; /* next NULL: it is `time` */
    } rows[] = {
        {"00:00-24:00", FALSE, "none", "2026-12-05 03:00:00+01", NULL},
        {"08:00-18:00", FALSE, "none", "2026-12-01 07:59:59+01", "2026-12-01 08:00:00+01"},
        {"08:00-18:00", FALSE, "none", "2026-12-01 08:00:00+01", NULL},
        {"08:00-18:00", FALSE, "none", "2026-12-01 17:59:59+01", NULL},
        {"08:00-18:00", FALSE, "none", "2026-12-01 18:00:00+01", "2026-12-02 08:00:00+01"},
        {"08:00-18:00", FALSE, "none", "2026-12-04 19:00:00+01", "2026-12-05 08:00:00+01"},
        {"08:00-18:00", FALSE, "none", "2026-12-31 18:00:00+01", "2027-01-01 08:00:00+01"},
        /* Friday evening to Monday; the weekend itself */
        {"08:00-18:00", TRUE, "none", "2026-12-04 18:00:00+01", "2026-12-07 08:00:00+01"},
        {"08:00-18:00", TRUE, "none", "2026-12-05 12:00:00+01", "2026-12-07 08:00:00+01"},
        {"00:00-24:00", TRUE, "none", "2026-12-06 23:59:59+01", "2026-12-07 00:00:00+01"},
        {"00:00-24:00", TRUE, "none", "2026-12-04 23:59:59+01", NULL},
        /* Good Friday to the Tuesday after Easter; Christmas of 2026 and the weekend behind it */
        {"08:00-18:00", TRUE, "national", "2026-04-02 18:00:00+02", "2026-04-07 08:00:00+02"},
        {"08:00-18:00", TRUE, "national", "2026-12-24 18:00:00+01", "2026-12-28 08:00:00+01"},
        {"08:00-18:00", FALSE, "national", "2026-12-24 18:00:00+01", "2026-12-27 08:00:00+01"},
        {"08:00-18:00", TRUE, "none", "2026-12-24 18:00:00+01", "2026-12-25 08:00:00+01"},
        {"08:00-18:00", TRUE, "HE", "2026-06-04 10:00:00+02", "2026-06-05 08:00:00+02"},
        {"08:00-18:00", TRUE, "BE", "2026-06-04 10:00:00+02", NULL},
        /* past midnight: Saturday morning is Friday's, Sunday morning nobody's */
        {"22:00-06:00", FALSE, "none", "2026-12-01 12:00:00+01", "2026-12-01 22:00:00+01"},
        {"22:00-06:00", FALSE, "none", "2026-12-01 23:00:00+01", NULL},
        {"22:00-06:00", FALSE, "none", "2026-12-02 05:59:59+01", NULL},
        {"22:00-06:00", FALSE, "none", "2026-12-02 06:00:00+01", "2026-12-02 22:00:00+01"},
        {"22:00-06:00", TRUE, "none", "2026-12-05 05:00:00+01", NULL},
        {"22:00-06:00", TRUE, "none", "2026-12-05 06:00:00+01", "2026-12-07 22:00:00+01"},
        {"22:00-06:00", TRUE, "none", "2026-12-07 05:00:00+01", "2026-12-07 22:00:00+01"},
        {"22:00-06:00", TRUE, "national", "2026-12-26 02:00:00+01", "2026-12-28 22:00:00+01"},
        /* the day that is a second short of a change of clocks, and the one after it */
        {"08:00-18:00", FALSE, "none", "2026-03-28 18:00:00+01", "2026-03-29 08:00:00+02"},
        {"08:00-18:00", FALSE, "none", "2026-10-24 18:00:00+02", "2026-10-25 08:00:00+01"},
        /* spring: there is no 02:30 */
        {"02:30-04:00", FALSE, "none", "2026-03-29 01:00:00+01", "2026-03-29 03:00:00+02"},
        {"02:30-04:00", FALSE, "none", "2026-03-29 03:59:59+02", NULL},
        {"02:30-04:00", FALSE, "none", "2026-03-29 04:00:00+02", "2026-03-30 02:30:00+02"},
        {"02:00-02:30", FALSE, "none", "2026-03-28 20:00:00+01", "2026-03-30 02:00:00+02"},
        {"03:00-04:00", FALSE, "none", "2026-03-29 01:59:59+01", "2026-03-29 03:00:00+02"},
        {"22:00-02:30", FALSE, "none", "2026-03-29 01:59:59+01", NULL},
        {"22:00-02:30", FALSE, "none", "2026-03-29 03:00:00+02", "2026-03-29 22:00:00+02"},
        /* autumn: 02:00 to 03:00 comes twice */
        {"02:30-04:00", FALSE, "none", "2026-10-25 01:00:00+02", "2026-10-25 02:30:00+02"},
        {"02:30-04:00", FALSE, "none", "2026-10-25 02:59:59+02", NULL},
        {"02:30-04:00", FALSE, "none", "2026-10-25 02:00:00+01", "2026-10-25 02:30:00+01"},
        {"22:00-02:30", FALSE, "none", "2026-10-25 02:30:00+02", "2026-10-25 02:00:00+01"},
        {"22:00-02:30", FALSE, "none", "2026-10-25 02:30:00+01", "2026-10-25 22:00:00+01"},
        {"03:00-04:00", FALSE, "none", "2026-10-25 02:30:00+02", "2026-10-25 03:00:00+01"},
        {"00:00-24:00", FALSE, "national", "2028-12-26 23:59:59+01", "2028-12-27 00:00:00+01"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Window open = window(rows[i].hours, rows[i].workdays, rows[i].holidays);
        gint64 time = seconds(rows[i].time);
        gint64 next = rows[i].next ? seconds(rows[i].next) : time;
        g_test_message("row %u", i);
        g_assert_cmpint(window_next(&open, time), ==, next);
        g_assert_true((window_closed(&open, time) == NULL) == (rows[i].next == NULL));
    }
}

/* a minute at a time, the opening that is found is the first there is */
static void
test_first(void)
{
    static const char *const hours[] = {"08:00-18:00", "22:00-06:00", "02:30-02:45", "00:00-24:00"};
    static const char *const starts[] = {"2026-03-27 00:00:00+01", "2026-10-23 00:00:00+02",
                                         "2026-12-23 00:00:00+01"};
    for (guint i = 0; i < G_N_ELEMENTS(hours); i++) {
        Window open = window(hours[i], TRUE, "SN");
        for (guint j = 0; j < G_N_ELEMENTS(starts); j++) {
            gint64 start = seconds(starts[j]), end = start + 7 * 24 * 60 * 60;
            gint64 next = window_next(&open, end);
            for (gint64 time = end; time >= start; time -= 60) {
                if (!window_closed(&open, time))
                    next = time;
                g_assert_cmpint(window_next(&open, time), ==, next);
            }
        }
    }
}

static void
test_closed(void)
{
    Window open = window("08:00-18:00", TRUE, "HE");
    static const struct {
        const char *time, *why;
    } rows[] = {
        {"2026-06-04 10:00:00+02", "Fronleichnam"},
        {"2026-06-04 20:00:00+02", ""},
        {"2026-06-06 10:00:00+02", ""},
        {"2026-06-05 10:00:00+02", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(window_closed(&open, seconds(rows[i].time)), ==, rows[i].why);
    static const gint64 ends[] = {G_MININT64, -1, 0, G_MAXINT64};
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
        g_assert_cmpint(window_next(&open, ends[i]), ==, ends[i]);
}

static void
test_settings(void)
{
    const Config config = {.network_timezone = (char *)"Europe/Berlin",
                           .mailing_window = {8 * 60, 18 * 60},
                           .mailing_days = (char *)"workdays",
                           .mailing_holidays = (char *)"HE"};
    Window open = window_of(&config);
    g_assert_cmpstr(window_closed(&open, seconds("2026-06-04 10:00:00+02")), ==, "Fronleichnam");
    g_assert_cmpint(window_next(&open, seconds("2026-06-05 18:00:00+02")), ==,
                    seconds("2026-06-08 08:00:00+02"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/window/next", test_next);
    g_test_add_func("/window/first", test_first);
    g_test_add_func("/window/closed", test_closed);
    g_test_add_func("/window/settings", test_settings);
    return g_test_run();
}
