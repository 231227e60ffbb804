/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/vcard.h"

#include <string.h>

#define LINE_BYTES_MAX 75 /* RFC 6350, 3.2; without the line end */

/* Appends a content line, folded between characters. */
static void
append_line(GString *out, const char *line)
{
    gsize used = 0;
    for (const char *p = line; *p;) {
        gsize length = (gsize)(g_utf8_next_char(p) - p);
        if (used + length > LINE_BYTES_MAX) {
            g_string_append(out, "\r\n ");
            used = 1;
        }
        g_string_append_len(out, p, (gssize)length);
        used += length;
        p += length;
    }
    g_string_append(out, "\r\n");
}

/* Appends a value's text with the escapes of RFC 6350, 3.4; a line end of any kind becomes \n. */
static void
append_escaped(GString *line, const char *text)
{
    for (const char *p = text; *p; p++) {
        gboolean pair = p[0] == '\r' && p[1] == '\n';
        p += pair;
        if (*p == '\n' || *p == '\r')
            g_string_append(line, "\\n");
        else if (strchr("\\,;", *p))
            g_string_append_printf(line, "\\%c", *p);
        else if (g_ascii_iscntrl(*p) && *p != '\t')
            g_string_append_c(line, ' ');
        else
            g_string_append_c(line, *p);
    }
}

static char *
octets_to_text(const AttributeValue *value)
{
    return g_utf8_make_valid(value->data, (gssize)value->length);
}

/* One line for each value of a field. `property` of the first, `more` of the others. */
static void
append_values(GString *out, const Person *person, const FieldMap *map, FieldId field,
              const char *property, const char *more)
{
    guint count;
    const AttributeValue *values = person_values(person, map, field, &count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *text = octets_to_text(&values[i]);
        g_autoptr(GString) line = g_string_new(i == 0 ? property : more);
        append_escaped(line, text);
        append_line(out, line->str);
    }
}

/* All five components must be there (RFC 6350, 6.2.2); three of them the roster has not. */
static void
append_parts_of_name(GString *out, const Person *person, const FieldMap *map)
{
    g_autofree char *surname = person_text(person, map, FIELD_SURNAME);
    g_autofree char *given = person_text(person, map, FIELD_GIVENNAME);
    if (!surname && !given)
        return;
    g_autoptr(GString) line = g_string_new("N:");
    append_escaped(line, surname ? surname : "");
    g_string_append_c(line, ';');
    append_escaped(line, given ? given : "");
    g_string_append(line, ";;;");
    append_line(out, line->str);
}

static void
append_organisation(GString *out, const Person *person, const FieldMap *map)
{
    g_autofree char *city = person_text(person, map, FIELD_CITY);
    g_autofree char *office = person_text(person, map, FIELD_OFFICE);
    if (!city && !office)
        return;
    g_autoptr(GString) line = g_string_new("ORG:");
    append_escaped(line, city ? city : "");
    if (office) {
        g_string_append_c(line, ';');
        append_escaped(line, office);
    }
    append_line(out, line->str);
}

/* The property must be there, whatever the roster lacks (RFC 6350, 6.2.1). */
static void
append_name(GString *out, const Person *person, const FieldMap *map)
{
    static const FieldId names[] = {FIELD_NAME, FIELD_SURNAME, FIELD_MAIL};
    g_autofree char *text = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(names) && !text; i++)
        text = person_text(person, map, names[i]);
    g_autoptr(GString) line = g_string_new("FN:");
    append_escaped(line, text ? text : person->dn);
    append_line(out, line->str);
}

static void
append_categories(GString *out, const Person *person, const FieldMap *map)
{
    guint count;
    const AttributeValue *values = person_values(person, map, FIELD_PLANNING, &count);
    g_autoptr(GString) line = g_string_new("CATEGORIES:");
    for (guint i = 0; i < count; i++) {
        g_autofree char *text = octets_to_text(&values[i]);
        if (i > 0)
            g_string_append_c(line, ',');
        append_escaped(line, text);
    }
    if (count > 0)
        append_line(out, line->str);
}

static gboolean
is_language_tag(const char *text)
{
    gsize length = strspn(text, "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return length > 1 && text[length] == '\0';
}

/* The field is an Accept-Language ("de, en;q=0.5"), which names the preferred one first; LANG takes
 * a tag alone (RFC 6350, 6.4.4). */
static void
append_languages(GString *out, const Person *person, const FieldMap *map)
{
    g_autofree char *accepted = person_text(person, map, FIELD_LANGUAGE);
    g_auto(GStrv) ranges = g_strsplit(accepted ? accepted : "", ",", 0);
    for (guint i = 0, preference = 1; ranges[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(ranges[i], ";", 2);
        if (!parts[0] || !is_language_tag(g_strstrip(parts[0])))
            continue;
        g_autofree char *line = g_strdup_printf("LANG;PREF=%u:%s", preference, parts[0]);
        append_line(out, line);
        preference = MIN(preference + 1, 100);
    }
}

void
vcard_append(GString *out, const Person *person, const FieldMap *map)
{
    g_autofree char *uuid = uuid_to_text(person->uuid);
    g_autofree char *id = g_strconcat("UID:urn:uuid:", uuid, NULL);
    g_string_append(out, "BEGIN:VCARD\r\nVERSION:4.0\r\n");
    append_name(out, person, map);
    append_parts_of_name(out, person, map);
    append_values(out, person, map, FIELD_MAIL, "EMAIL;PREF=1:", "EMAIL:");
    append_values(out, person, map, FIELD_PHONE, "TEL:", "TEL:");
    append_organisation(out, person, map);
    append_values(out, person, map, FIELD_TITLE, "TITLE:", "TITLE:");
    append_values(out, person, map, FIELD_ROLE, "ROLE:", "ROLE:");
    append_languages(out, person, map);
    append_categories(out, person, map);
    append_line(out, id);
    g_string_append(out, "END:VCARD\r\n");
}
