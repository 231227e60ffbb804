/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view.h - events and people as message templates see them
 *
 * What is not known is not there, so that a template can leave its label out. Everything about a
 * person is one clean line: no name can begin a paragraph of its own in a letter. */
#ifndef RUNDRUF_MESSAGE_VIEW_H
#define RUNDRUF_MESSAGE_VIEW_H

#include "model/event.h"
#include "model/person.h"

/* title, subtitle, kind, name, when (in `zone` and `language`), cancelled (true or absent);
 * venue_lines, contact_lines, registration_lines (lists); body_html, body_text, audience_html,
 * audience_text. Owned by the caller. */
Value *view_event(const Event *event, GTimeZone *zone, const char *language);

/* What a calendar says of the event: its subtitle and its text, lines unwrapped, as calendar
 * programs wrap themselves. NULL if there is neither. Owned by the caller. */
char *view_description(const Event *event);

/* The fields of person_to_value(), each a clean line; an empty map if `person` is NULL. Owned by
 * the caller. view_person_fields(): those alone that are TRUE in `wanted`, for many persons. */
Value *view_person(const Person *person, const FieldMap *map);
Value *view_person_fields(const Person *person, const FieldMap *map, const gboolean wanted[FIELDS]);

/* A display name from outside as a clean line of at most VIEW_NAME_MAX characters, without the
 * marks that reverse or hide text; "" if nothing is left. Owned by the caller. */
#define VIEW_NAME_MAX 500
char *view_name(const char *name);

/* "Guten Tag Jürgen Müller,", and why somebody gets a message, a sentence wrapped at 72 columns;
 * `name` from view_name(), `list` a title or NULL. Owned by the caller. */
char *view_salutation(const char *name, const char *language);
char *view_reason(const char *network, const char *list, const char *language);

#endif
