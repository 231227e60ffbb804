/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/condition.h"

Condition *
condition_new(void)
{
    Condition *condition = g_new0(Condition, 1);
    condition->sql = g_string_new(NULL);
    condition->values = g_ptr_array_new_with_free_func(g_free);
    condition->exact = TRUE;
    return condition;
}

void
condition_free(Condition *condition)
{
    if (!condition)
        return;
    g_string_free(condition->sql, TRUE);
    g_ptr_array_unref(condition->values);
    g_free(condition);
}

void
condition_bind(Condition *condition, const char *value)
{
    g_ptr_array_add(condition->values, g_strdup(value));
    g_string_append_printf(condition->sql, "$%u", condition->values->len);
}
