/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holidays.h - the public holidays of Germany and of each Bundesland
 *
 * By the Länder's own holiday laws as they stand for the years from 2018 on. Only what holds in a
 * whole Land counts: not the Friedensfest of Augsburg, not Fronleichnam in the few municipalities of
 * Saxony and Thuringia that have it, not Mariä Himmelfahrt in Bavaria. */
#ifndef RUNDRUF_BASE_HOLIDAYS_H
#define RUNDRUF_BASE_HOLIDAYS_H

#include <glib.h>

/* Names of holidays_region(), separated by blanks. */
#define HOLIDAYS_REGIONS "none national BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH"

/* A set of holidays: "none", "national" (those that all Länder have), or those of a Land by the code
 * of ISO 3166-2:DE without its prefix. Of an unknown name that of "none". */
guint32 holidays_region(const char *name);

/* The name (German; static) of the holiday that a day is, or NULL. */
const char *holidays_find(guint32 region, const GDate *date);

#endif
