/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.h - Mustache (the spec's core: interpolation, sections, inverted sections, partials,
 * delimiters, comments), logic-less
 *
 * A template is compiled once and rendered with a Value as often as needed. Lambdas are not there.
 * Where the spec leaves it open: false, null, 0, empty text and an empty list are false for a
 * section; in a dotted name a number picks an item of a list, from 0
 * ({{#lines.0}}Where:{{/lines.0}} shows a label once); a list or a map in {{name}} is written as
 * JSON; a partial's empty lines are not indented. */
#ifndef RUNDRUF_MESSAGE_TEMPLATE_H
#define RUNDRUF_MESSAGE_TEMPLATE_H

#include "base/value.h"

#define TEMPLATE_BYTES_MAX  (1024 * 1024)      /* of a template's text */
#define TEMPLATE_NAME_MAX   255                /* octets of a name */
#define TEMPLATE_DEPTH_MAX  100                /* sections and partials within each other */
#define TEMPLATE_STEPS_MAX  (5 * 1000 * 1000)  /* tags, texts, list items in one rendering */
#define TEMPLATE_OUTPUT_MAX (16 * 1024 * 1024) /* of what one rendering makes */

typedef struct Template Template;

typedef enum {
    TEMPLATE_ESCAPE_HTML = 1, /* {{name}} is escaped for HTML, as the spec has it; else as it is */
    TEMPLATE_STRICT = 2,      /* a {{name}} that the data do not have is an error, not empty */
} TemplateFlags;

/* Gives the text of a partial, owned by the caller, or NULL if there is none (rendered as empty;
 * with TEMPLATE_STRICT an error). Called once for each name in a rendering. `name` is what the
 * template says: whoever makes a path of it must refuse "/" and "..". */
typedef char *(*TemplatePartial)(const char *name, gpointer data);

/* Compiles `text`; NULL with INPUT "source:line:column: ...". Owned by the caller. */
Template *template_parse(const char *text, gsize length, const char *source, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

/* Renders; owned by the caller; NULL with INPUT if a limit is passed, a partial does not parse, or
 * (strict) a name is missing. `partial` may be NULL. */
char *template_render(Template *template, const Value *data, TemplateFlags flags,
                      TemplatePartial partial, gpointer partial_data, GError **error);

/* A template rendered as far as it is the same for many: text with gaps. A gap is left where a name
 * is asked for that is one of the `open` ones of the data, that is, differs from one rendering to
 * the next; what stands within a section on such a name is in the gap. A gap is rendered by what
 * renders whole templates, so that filled gaps and text together are what template_render() gives,
 * with the same errors. */
typedef struct TemplateFilled TemplateFilled;

/* Fills. `template` and `partial_data` must outlive the result; `open` (NULL at the end) is static;
 * of `data` a reference is kept, and nothing but its open names may change. What fails here is left
 * as the last gap, to fail in each rendering as it does here. Owned by the caller. */
TemplateFilled *template_fill(Template *template, Value *data, const char *const *open,
                              TemplateFlags flags, TemplatePartial partial, gpointer partial_data);
void template_filled_free(TemplateFilled *filled);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TemplateFilled, template_filled_free)

/* The text without the gaps, how many gaps there are, and before which of its octets each stands,
 * in order; owned by `filled`. */
const char *template_filled_text(const TemplateFilled *filled, gsize *length);
guint template_filled_gaps(const TemplateFilled *filled);
gsize template_filled_offset(const TemplateFilled *filled, guint gap);

/* FALSE if no gap looks at that part of the open name (NULL: at any of it): then the data need not
 * have it. */
gboolean template_filled_asks(const TemplateFilled *filled, const char *name, const char *part);

/* Renders the gaps with the data of template_fill() as they are now, one after the other into `out`
 * (empty before); ends[i] is where the i-th ends there. FALSE with INPUT as template_render(). */
gboolean template_filled_render(TemplateFilled *filled, GString *out, gsize *ends, GError **error);

#endif
