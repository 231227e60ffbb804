/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/holidays.h"

#include <string.h>

enum {
    BW = 1 << 0,
    BY = 1 << 1,
    BE = 1 << 2,
    BB = 1 << 3,
    HB = 1 << 4,
    HH = 1 << 5,
    HE = 1 << 6,
    MV = 1 << 7,
    NI = 1 << 8,
    NW = 1 << 9,
    RP = 1 << 10,
    SL = 1 << 11,
    SN = 1 << 12,
    ST = 1 << 13,
    SH = 1 << 14,
    TH = 1 << 15,
    NATIONAL = 1 << 16 /* part of every region but "none" */
};

typedef struct {
    const char *name;
    guint32 regions;
    int month;    /* 0: counted from Easter Sunday */
    int day;      /* of the month, or from Easter */
    int from, to; /* years; 0: without end */
} Holiday;

static const Holiday holidays[] = {
    {"Neujahr", NATIONAL, 1, 1, 0, 0},
    {"Heilige Drei Könige", BW | BY | ST, 1, 6, 0, 0},
    {"Internationaler Frauentag", BE, 3, 8, 2019, 0},
    {"Internationaler Frauentag", MV, 3, 8, 2023, 0},
    {"Karfreitag", NATIONAL, 0, -2, 0, 0},
    {"Ostersonntag", BB, 0, 0, 0, 0},
    {"Ostermontag", NATIONAL, 0, 1, 0, 0},
    {"Tag der Arbeit", NATIONAL, 5, 1, 0, 0},
    {"Jahrestag der Befreiung", BE, 5, 8, 2020, 2020},
    {"Jahrestag der Befreiung", BE, 5, 8, 2025, 2025},
    {"Christi Himmelfahrt", NATIONAL, 0, 39, 0, 0},
    {"Pfingstsonntag", BB, 0, 49, 0, 0},
    {"Pfingstmontag", NATIONAL, 0, 50, 0, 0},
    {"Fronleichnam", BW | BY | HE | NW | RP | SL, 0, 60, 0, 0},
    {"Jahrestag des Volksaufstandes", BE, 6, 17, 2028, 2028},
    {"Mariä Himmelfahrt", SL, 8, 15, 0, 0},
    {"Weltkindertag", TH, 9, 20, 2019, 0},
    {"Tag der Deutschen Einheit", NATIONAL, 10, 3, 0, 0},
    {"Reformationstag", BB | MV | SN | ST | TH, 10, 31, 0, 0},
    {"Reformationstag", HB | HH | NI | SH, 10, 31, 2018, 0},
    {"Allerheiligen", BW | BY | NW | RP | SL, 11, 1, 0, 0},
    {"Erster Weihnachtstag", NATIONAL, 12, 25, 0, 0},
    {"Zweiter Weihnachtstag", NATIONAL, 12, 26, 0, 0},
};

guint32
holidays_region(const char *name)
{
    static const char *const lands[] = {"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV",
                                        "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"};
    if (strcmp(name, "national") == 0)
        return NATIONAL;
    for (guint i = 0; i < G_N_ELEMENTS(lands); i++)
        if (strcmp(lands[i], name) == 0)
            return NATIONAL | (1u << i);
    return 0;
}

/* Easter Sunday as a day of March (32 is 1 April), Gregorian: the computus of Gauß with Lichtenberg's
 * amendment of the two exceptions. */
static int
easter_of(int year)
{
    int century = year / 100;
    int leaps = (3 * century + 3) / 4; /* leap days that the centuries lost */
    int moon = (19 * (year % 19) + 15 + leaps - (8 * century + 13) / 25) % 30;
    int full = 21 + moon - (moon + year % 19 / 11) / 29;
    int sunday = 7 - (year + year / 4 + 2 - leaps) % 7; /* the first one of March */
    return full + 7 - (full - sunday) % 7;
}

/* Wednesday before 23 November */
static gboolean
is_repentance_day(const GDate *date)
{
    return g_date_get_month(date) == 11 && g_date_get_day(date) >= 16 &&
           g_date_get_day(date) <= 22 && g_date_get_weekday(date) == G_DATE_WEDNESDAY;
}

const char *
holidays_find(guint32 region, const GDate *date)
{
    int year = g_date_get_year(date), month = g_date_get_month(date), day = g_date_get_day(date);
    GDate march;
    g_date_clear(&march, 1);
    g_date_set_dmy(&march, 1, G_DATE_MARCH, (GDateYear)year);
    int from_easter = g_date_days_between(&march, date) + 1 - easter_of(year);
    for (guint i = 0; i < G_N_ELEMENTS(holidays); i++) {
        const Holiday *holiday = &holidays[i];
        gboolean falls = holiday->month == 0 ? holiday->day == from_easter
                                             : holiday->month == month && holiday->day == day;
        if (falls && (holiday->regions & region) && year >= holiday->from &&
            (holiday->to == 0 || year <= holiday->to))
            return holiday->name;
    }
    return (region & SN) && is_repentance_day(date) ? "Buß- und Bettag" : NULL;
}
