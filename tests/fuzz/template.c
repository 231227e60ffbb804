/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template: any octets as a Mustache template, rendered loosely and strictly
 *
 * The template is also its own partial {{> self}}, so that recursion and its limit are met. */
#include "message/template.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *data;
    size_t size;
} Input;

static Value *
sample(void)
{
    g_autoptr(Value) root = value_new_map();
    Value *list = value_new_list();
    Value *inner = value_new_map();

    value_set_text(inner, "a", "<&\">");
    value_set_int(inner, "n", -1);
    value_append(list, value_new_text("x"));
    value_append(list, value_new_text("y"));
    value_set_text(root, "a", "b");
    value_set_bool(root, "t", TRUE);
    value_set_bool(root, "f", FALSE);
    value_set(root, "l", list);
    value_set(root, "m", inner);
    return g_steal_pointer(&root);
}

static char *
partial(const char *name, gpointer data)
{
    const Input *input = data;

    return g_str_equal(name, "self") ? g_strndup((const char *)input->data, input->size) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const TemplateFlags flags[] = {0, TEMPLATE_ESCAPE_HTML, TEMPLATE_STRICT};
    Input input = {data, size};
    g_autoptr(GError) error = NULL;
    g_autoptr(Template) template = template_parse((const char *)data, size, "fuzz", &error);

    /* the contract: a template or an error, never both, never neither */
    if ((template == NULL) != (error != NULL))
        __builtin_trap();
    if (template == NULL)
        return 0;

    g_autoptr(Value) root = sample();
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        g_autoptr(GError) refusal = NULL;
        g_autofree char *text =
            template_render(template, root, flags[i], partial, &input, &refusal);
        if ((text == NULL) != (refusal != NULL))
            __builtin_trap();
    }
    return 0;
}
