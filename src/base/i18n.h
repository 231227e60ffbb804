/* SPDX-License-Identifier: GPL-3.0-or-later */
/* i18n.h - marks texts that coordinators see for translation (gettext domain "rundruf")
 *
 * _() translates where it stands; N_() marks a text in a table that is translated where it is
 * shown; P_() picks the plural, NP_() marks both forms in a table. po/de.po holds the German;
 * tests/translation.sh finds what is missing.
 *
 * In a marked text 64-bit numbers are written with PRId64 and PRIu64 (gint64 is int64_t): gettext
 * knows these, while with G_GINT64_FORMAT it would see only the text before it.
 *
 * What is kept in the store for a person to read (the reason of a delivery or of a held sync) is in
 * the language of whoever ran the program then. */
#ifndef RUNDRUF_BASE_I18N_H
#define RUNDRUF_BASE_I18N_H

#include <inttypes.h>
#include <libintl.h>

#define I18N_DOMAIN           "rundruf"
#define _(text)               dgettext(I18N_DOMAIN, text)
#define N_(text)              text
#define NP_(one, many)        one, many
#define P_(one, many, number) dngettext(I18N_DOMAIN, one, many, (unsigned long)(number))

#endif
