/* SPDX-License-Identifier: GPL-3.0-or-later */
/* i18n.h - marks texts that coordinators see for translation (gettext domain "rundruf")
 *
 * _() translates where it stands; N_() marks a text in a table that is translated where it is shown;
 * P_() picks the plural. po/de.po holds the German; tests/translation.sh finds what is missing. */
#ifndef RUNDRUF_BASE_I18N_H
#define RUNDRUF_BASE_I18N_H

#include <libintl.h>

#define I18N_DOMAIN             "rundruf"
#define _(text)                 dgettext(I18N_DOMAIN, text)
#define N_(text)                text
#define P_(one, many, number)   dngettext(I18N_DOMAIN, one, many, (unsigned long)(number))

#endif
