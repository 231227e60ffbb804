/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/letter.h"

#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "resources.h"

#include <gio/gio.h>
#include <string.h>

#define BUILT_IN "/rundruf/templates/"

typedef enum { FORM_TEXT, FORM_HTML, FORMS } Form;

static const char *const kind_names[LETTER_KINDS] = {
    [LETTER_INVITATION] = "invitation",
    [LETTER_CANCELLATION] = "cancellation",
};
static const char *const languages[] = {"de", "en"};
static const struct {
    const char *extension;
    TemplateFlags flags;
} forms[FORMS] = {
    [FORM_TEXT] = {"txt", TEMPLATE_STRICT},
    [FORM_HTML] = {"html", TEMPLATE_STRICT | TEMPLATE_ESCAPE_HTML},
};

struct Letters {
    char *folder;
    GHashTable *partials; /* file name -> text; NULL: there is no such file */
    Template *templates[LETTER_KINDS][G_N_ELEMENTS(languages)][FORMS];
};

/* The text of a template file, or NULL: not there (no error), or not readable. `source` is set to
 * where it came from, for messages. */
static GBytes *
load_file(const char *folder, const char *name, char **source, GError **error)
{
    g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;
    if (path && g_file_test(path, G_FILE_TEST_EXISTS)) {
        GBytes *text = file_read(path, TEMPLATE_BYTES_MAX, error);
        *source = g_steal_pointer(&path);
        return text;
    }
    g_autofree char *place = g_strconcat(BUILT_IN, name, NULL);
    *source = g_strconcat(name, " (built in)", NULL);
    return g_resource_lookup_data(conf_get_resource(), place, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static Template *
load_template(const char *folder, const char *name, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *source = NULL;
    g_autoptr(GBytes) text = load_file(folder, name, &source, &reason);
    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (!text) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND,
                    _("there is no template %s: put it into the folder message.templates"), name);
        return NULL;
    }
    gsize length;
    const char *data = g_bytes_get_data(text, &length);
    return template_parse(data, length, source, error);
}

Letters *
letters_load(const char *folder, GError **error)
{
    if (folder && !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("message.templates: %s is not a folder; make it, or leave the key out to use "
                      "the built-in templates"),
                    folder);
        return NULL;
    }
    g_autoptr(Letters) letters = g_new0(Letters, 1);
    letters->folder = g_strdup(folder);
    letters->partials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint kind = 0; kind < LETTER_KINDS; kind++)
        for (guint language = 0; language < G_N_ELEMENTS(languages); language++)
            for (guint form = 0; form < FORMS; form++) {
                g_autofree char *name = g_strdup_printf("%s.%s.%s", kind_names[kind],
                                                        languages[language], forms[form].extension);
                Template *template = load_template(folder, name, error);
                if (!template)
                    return NULL;
                letters->templates[kind][language][form] = template;
            }
    return g_steal_pointer(&letters);
}

void
letters_free(Letters *letters)
{
    if (!letters)
        return;
    for (guint kind = 0; kind < LETTER_KINDS; kind++)
        for (guint language = 0; language < G_N_ELEMENTS(languages); language++)
            for (guint form = 0; form < FORMS; form++)
                template_free(letters->templates[kind][language][form]);
    if (letters->partials)
        g_hash_table_unref(letters->partials);
    g_free(letters->folder);
    g_free(letters);
}

/* A partial's text by its file's name, read once; owned by the letters; NULL: there is none. */
static const char *
find_partial(Letters *letters, const char *file)
{
    gpointer text;
    if (g_hash_table_lookup_extended(letters->partials, file, NULL, &text))
        return text;
    g_autofree char *source = NULL;
    g_autoptr(GBytes) content = load_file(letters->folder, file, &source, NULL);
    gsize length = 0;
    const char *data = content ? g_bytes_get_data(content, &length) : NULL;
    text = data ? g_strndup(data, length) : NULL;
    g_hash_table_replace(letters->partials, g_strdup(file), text);
    return text;
}

static char *
get_partial(const char *name, gpointer data)
{
    gboolean outside = strchr(name, '/') || strstr(name, "..");
    return outside ? NULL : g_strdup(find_partial(data, name));
}

static TemplateFilled *
fill(Letters *letters, LetterKind kind, guint language, Form form, Value *data,
     const char *const *open)
{
    return template_fill(letters->templates[kind][language][form], data, open, forms[form].flags,
                         get_partial, letters);
}

void
letters_fill(Letters *letters, LetterKind kind, const char *language, Value *data,
             const char *const *open, TemplateFilled **text, TemplateFilled **html)
{
    guint index = strcmp(language, languages[0]) == 0 ? 0 : 1;
    *text = fill(letters, kind, index, FORM_TEXT, data, open);
    *html = fill(letters, kind, index, FORM_HTML, data, open);
}

char *
letter_render(const char *folder, const char *name, const Value *data, GError **error)
{
    g_autoptr(Template) template = load_template(folder, name, error);
    return template ? template_render(template, data, forms[FORM_TEXT].flags, NULL, NULL, error)
                    : NULL;
}
