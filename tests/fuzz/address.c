/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer: any octets as a mail address; what is read is fit for RCPT and reads back the same */
#include "model/address.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check(const Address *address)
{
    gsize length = strlen(address->text);
    if (length > 254 || strlen(address->domain) > 253 || strlen(address->local) > 64 ||
        !strchr(address->domain, '.') || !g_str_is_ascii(address->domain))
        abort();
    for (const char *p = address->text; *p; p++)
        if ((guchar)*p < 0x21 || *p == 0x7f || *p == '<' || *p == '>')
            abort();
    g_autoptr(Address) again = address_parse(address->text, -1, NULL);
    if (!again || strcmp(again->text, address->text) != 0)
        abort();
    g_autofree char *key = address_key(address), *domain = address_domain(address->text);
    if (!key || g_strcmp0(domain, address->domain) != 0)
        abort();
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Address) address = address_parse((const char *)data, (gssize)size, &error);
    if ((address == NULL) != (error != NULL))
        abort();
    if (address)
        check(address);
    return 0;
}
