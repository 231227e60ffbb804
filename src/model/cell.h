/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell.h - the values of an attribute as the text of one cell of a table, and back
 *
 * Values stand behind each other with "; " between them; a semicolon that is part of a value is
 * written "\;" and a backslash "\\". */
#ifndef RUNDRUF_MODEL_CELL_H
#define RUNDRUF_MODEL_CELL_H

#include "model/attributes.h"

/* Octets that are not UTF-8 are replaced. Owned by the caller. */
char *cell_join(const AttributeValue *values, guint count);

/* The values of a cell without the blanks around them; empty ones are left out. A backslash before
 * anything but a semicolon or a backslash stands for itself. NULL at the end; owned by the caller
 * (g_strfreev). */
char **cell_split(const char *text);

#endif
