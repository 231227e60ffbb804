/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

gint64
clock_now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

double
clock_elapsed(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}
