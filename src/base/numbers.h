/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.h - arrays of numbers, as those of rows are */
#ifndef RUNDRUF_BASE_NUMBERS_H
#define RUNDRUF_BASE_NUMBERS_H

#include <glib.h>

/* Orders an array of gint64, the least first, and keeps each number once. */
void numbers_sort_unique(GArray *numbers);

#endif
