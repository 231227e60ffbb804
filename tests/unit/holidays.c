/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holidays: the movable ones of 2024 to 2030, and whose they are */
#include "base/holidays.h"

#include <stdio.h>
#include <string.h>

static const char *
find(const char *region, const char *day)
{
    int year, month, number;
    g_assert_cmpint(sscanf(day, "%d-%d-%d", &year, &month, &number), ==, 3);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)number, (GDateMonth)month, (GDateYear)year);
    return holidays_find(holidays_region(region), &date);
}

static void
test_movable(void)
{
    static const char *const names[] = {"Karfreitag",          "Ostersonntag",   "Ostermontag",
                                        "Christi Himmelfahrt", "Pfingstsonntag", "Pfingstmontag",
                                        "Fronleichnam",        "Buß- und Bettag"};
    static const char *const regions[] = {"national", "BB",       "national", "national",
                                          "BB",       "national", "HE",       "SN"};
    static const char *const rows[][8] = {
        {"1818-03-20", "1818-03-22", "1818-03-23", "1818-04-30", "1818-05-10", "1818-05-11",
         "1818-05-21", "1818-11-18"}, /* the earliest Easter there can be */
        {"1943-04-23", "1943-04-25", "1943-04-26", "1943-06-03", "1943-06-13", "1943-06-14",
         "1943-06-24", "1943-11-17"}, /* the latest */
        {"1981-04-17", "1981-04-19", "1981-04-20", "1981-05-28", "1981-06-07", "1981-06-08",
         "1981-06-18", "1981-11-18"}, /* an exception of the computus, as 1954 and 2049 */
        {"2024-03-29", "2024-03-31", "2024-04-01", "2024-05-09", "2024-05-19", "2024-05-20",
         "2024-05-30", "2024-11-20"},
        {"2025-04-18", "2025-04-20", "2025-04-21", "2025-05-29", "2025-06-08", "2025-06-09",
         "2025-06-19", "2025-11-19"},
        {"2026-04-03", "2026-04-05", "2026-04-06", "2026-05-14", "2026-05-24", "2026-05-25",
         "2026-06-04", "2026-11-18"},
        {"2027-03-26", "2027-03-28", "2027-03-29", "2027-05-06", "2027-05-16", "2027-05-17",
         "2027-05-27", "2027-11-17"},
        {"2028-04-14", "2028-04-16", "2028-04-17", "2028-05-25", "2028-06-04", "2028-06-05",
         "2028-06-15", "2028-11-22"},
        {"2029-03-30", "2029-04-01", "2029-04-02", "2029-05-10", "2029-05-20", "2029-05-21",
         "2029-05-31", "2029-11-21"},
        {"2030-04-19", "2030-04-21", "2030-04-22", "2030-05-30", "2030-06-09", "2030-06-10",
         "2030-06-20", "2030-11-20"},
        {"2049-04-16", "2049-04-18", "2049-04-19", "2049-05-27", "2049-06-06", "2049-06-07",
         "2049-06-17", "2049-11-17"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(names); j++) {
            g_assert_cmpstr(find(regions[j], rows[i][j]), ==, names[j]);
            g_assert_null(find("none", rows[i][j]));
        }
    }
}

static void
test_regions(void)
{
    static const struct {
        const char *day, *regions, *name;
    } rows[] = {
        {"2026-01-06", "BW BY ST", "Heilige Drei Könige"},
        {"2018-03-08", "", NULL},
        {"2019-03-08", "BE", "Internationaler Frauentag"},
        {"2022-03-08", "BE", "Internationaler Frauentag"},
        {"2023-03-08", "BE MV", "Internationaler Frauentag"},
        {"2026-04-05", "BB", "Ostersonntag"},
        {"2024-05-08", "", NULL},
        {"2025-05-08", "BE", "Jahrestag der Befreiung"},
        {"2026-05-08", "", NULL},
        {"2026-05-24", "BB", "Pfingstsonntag"},
        {"2026-06-04", "BW BY HE NW RP SL", "Fronleichnam"},
        {"2028-06-17", "BE", "Jahrestag des Volksaufstandes"},
        {"2026-08-08", "", NULL}, /* in the city of Augsburg alone */
        {"2026-08-15", "SL", "Mariä Himmelfahrt"},
        {"2018-09-20", "", NULL},
        {"2019-09-20", "TH", "Weltkindertag"},
        {"2016-10-31", "BB MV SN ST TH", "Reformationstag"},
        {"2018-10-31", "BB HB HH MV NI SN ST SH TH", "Reformationstag"},
        {"2026-10-31", "BB HB HH MV NI SN ST SH TH", "Reformationstag"},
        {"2026-11-01", "BW BY NW RP SL", "Allerheiligen"},
        {"2026-11-18", "SN", "Buß- und Bettag"},
        {"2026-11-25", "", NULL},
        {"2026-12-24", "", NULL},
        {"2026-12-31", "", NULL},
    };
    static const char *const national[] = {"2026-01-01", "2026-04-03", "2026-04-06",
                                           "2026-05-01", "2026-05-14", "2026-05-25",
                                           "2026-10-03", "2026-12-25", "2026-12-26"};
    g_auto(GStrv) regions = g_strsplit(HOLIDAYS_REGIONS, " ", -1);
    g_assert_cmpuint(g_strv_length(regions), ==, 2 + 16);
    for (char **region = regions; *region; region++) {
        gboolean none = strcmp(*region, "none") == 0;
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            gboolean has = strstr(rows[i].regions, *region) != NULL;
            g_assert_cmpstr(find(*region, rows[i].day), ==, has ? rows[i].name : NULL);
        }
        for (guint i = 0; i < G_N_ELEMENTS(national); i++)
            g_assert_true((find(*region, national[i]) == NULL) == none);
    }
}

/* how many there are in a year, so that there are no others */
static void
test_counts(void)
{
    static const struct {
        const char *region;
        guint count;
    } rows[] = {
        {"none", 0}, {"national", 9}, {"BW", 12}, {"BY", 12}, {"BE", 10}, {"BB", 12},
        {"HB", 10},  {"HH", 10},      {"HE", 10}, {"MV", 11}, {"NI", 10}, {"NW", 11},
        {"RP", 11},  {"SL", 12},      {"SN", 11}, {"ST", 11}, {"SH", 10}, {"TH", 11},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (GDateYear year = 2026; year <= 2027; year++) {
            guint count = 0;
            GDate date;
            g_date_clear(&date, 1);
            for (g_date_set_dmy(&date, 1, 1, year); g_date_get_year(&date) == year;
                 g_date_add_days(&date, 1))
                count += holidays_find(holidays_region(rows[i].region), &date) != NULL;
            g_assert_cmpuint(count, ==, rows[i].count);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/holidays/movable", test_movable);
    g_test_add_func("/holidays/regions", test_regions);
    g_test_add_func("/holidays/counts", test_counts);
    return g_test_run();
}
