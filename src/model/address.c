/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/address.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#include <gio/gio.h>
#include <string.h>

/* octets; RFC 5321, 4.5.3.1, with the limit of a forward-path without its < > (erratum 1690) */
#define LOCAL_MAX   64
#define DOMAIN_MAX  253
#define ADDRESS_MAX 254
#define LABEL_MAX   63

static gboolean fail(GError **error, const char *text, gsize offset, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static gboolean
fail(GError **error, const char *text, gsize offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, _("column %u: %s"),
                text_column(text, offset), message);
    return FALSE;
}

/* atext of RFC 5322, 3.2.3, as RFC 6531, 3.3 extends it: no control, format or blank character */
static gboolean
is_atext(gunichar c)
{
    if (c < 0x80)
        return g_ascii_isalnum((char)c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", (char)c));
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
        return FALSE;
    default:
        return TRUE;
    }
}

static gboolean
check_local(const char *text, gsize length, GError **error)
{
    if (length == 0)
        return fail(error, text, 0, _("the part before \"@\" is missing"));
    if (*text == '"')
        return fail(error, text, 0, _("a quoted local part is not supported"));
    for (const char *p = text; p < text + length; p = g_utf8_next_char(p)) {
        gsize offset = (gsize)(p - text);
        gunichar c = g_utf8_get_char(p);
        if (c == '.' && (p == text || offset + 1 == length || p[-1] == '.'))
            return fail(error, text, offset,
                        _("a dot cannot stand first or last before \"@\", nor beside another one"));
        if (c != '.' && !is_atext(c)) {
            if (c == ' ' || g_unichar_isspace(c))
                return fail(error, text, offset, _("a blank cannot stand in a mail address"));
            return fail(error, text, offset,
                        _("the character U+%04X cannot stand before the \"@\" of a mail address"),
                        c);
        }
    }
    if (length > LOCAL_MAX)
        return fail(error, text, 0, _("the part before \"@\" is longer than %d octets"), LOCAL_MAX);
    return TRUE;
}

static gboolean
check_label(const char *text, gsize at, const char *label, GError **error)
{
    gsize length = strlen(label);
    if (length == 0)
        return fail(error, text, at,
                    _("the domain has a dot at its beginning or end, or two in a row"));
    if (length > LABEL_MAX)
        return fail(error, text, at, _("a part of the domain is longer than %d characters"),
                    LABEL_MAX);
    if (label[0] == '-' || label[length - 1] == '-')
        return fail(error, text, at, _("no part of a domain begins or ends with a hyphen"));
    if (label[strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return fail(error, text, at,
                    _("a domain is made of letters, digits, hyphens and dots, without blanks"));
    return TRUE;
}

/* letters that IDNA 2008 keeps and IDNA 2003, which GLib has, maps or drops (UTS #46, 1.3) */
static const char *
find_deviation(const char *domain)
{
    for (const char *p = domain; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == 0xdf || c == 0x1e9e || c == 0x3c2 || c == 0x200c || c == 0x200d)
            return p;
    }
    return NULL;
}

/* The domain at offset `at` of `text`, in ASCII and lower case; columns of errors are those of its
 * first character, as the ASCII form has others. */
static char *
read_domain(const char *text, gsize at, GError **error)
{
    const char *domain = text + at, *odd = find_deviation(domain);
    if (!*domain) {
        fail(error, text, at, _("the domain after \"@\" is missing"));
        return NULL;
    }
    if (*domain == '[') {
        fail(error, text, at, _("an address literal is not supported; write the host's name"));
        return NULL;
    }
    if (odd) {
        fail(error, text, (gsize)(odd - text),
             _("this letter of the domain has two readings; write the domain as \"xn--...\""));
        return NULL;
    }
    g_autofree char *ascii = g_hostname_to_ascii(domain);
    if (!ascii) {
        fail(error, text, at, _("\"%s\" is no domain name"), domain);
        return NULL;
    }
    g_autofree char *lower = g_ascii_strdown(ascii, -1);
    g_auto(GStrv) labels = g_strsplit(lower, ".", -1);
    guint count = g_strv_length(labels);
    for (guint i = 0; i < count; i++)
        if (!check_label(text, at, labels[i], error))
            return NULL;
    if (strlen(lower) > DOMAIN_MAX) {
        fail(error, text, at, _("the domain is longer than %d characters"), DOMAIN_MAX);
        return NULL;
    }
    /* a top-level domain of digits alone would be an IPv4 address (RFC 3696, 2) */
    if (count < 2 || !labels[count - 1][strspn(labels[count - 1], "0123456789")]) {
        fail(error, text, at, _("the domain has no top-level domain such as \".de\" at its end"));
        return NULL;
    }
    return g_steal_pointer(&lower);
}

static Address *
read_parts(const char *text, gsize length, GError **error)
{
    const char *end;
    if (!g_utf8_validate(text, (gssize)length, &end)) {
        fail(error, text, (gsize)(end - text), _("an octet that is not UTF-8"));
        return NULL;
    }
    const char *at = memchr(text, '@', length);
    if (!at) {
        fail(error, text, 0, _("a mail address has an \"@\" in it"));
        return NULL;
    }
    if (!check_local(text, (gsize)(at - text), error))
        return NULL;
    g_autofree char *domain = read_domain(text, (gsize)(at + 1 - text), error);
    if (!domain)
        return NULL;
    g_autoptr(Address) address = g_new0(Address, 1);
    address->local = g_strndup(text, (gsize)(at - text));
    address->text = g_strconcat(address->local, "@", domain, NULL);
    address->domain = g_steal_pointer(&domain);
    address->smtputf8 = !g_str_is_ascii(address->local);
    if (strlen(address->text) > ADDRESS_MAX) {
        fail(error, text, 0, _("the address is longer than %d octets"), ADDRESS_MAX);
        return NULL;
    }
    return g_steal_pointer(&address);
}

Address *
address_parse(const char *text, gssize length, GError **error)
{
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    /* bounds the work; the ASCII form, which counts, has at least one octet for each character */
    if (size > 4 * ADDRESS_MAX) {
        fail(error, text, 0, _("the address is longer than %d octets"), ADDRESS_MAX);
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, size);
    if (memchr(text, 0, size)) {
        fail(error, text, strlen(copy), _("a NUL cannot stand in a mail address"));
        return NULL;
    }
    return read_parts(copy, size, error);
}

void
address_free(Address *address)
{
    if (!address)
        return;
    g_free(address->local);
    g_free(address->domain);
    g_free(address->text);
    g_free(address);
}

char *
address_key(const Address *address)
{
    return text_normalize(address->text, -1);
}

char *
address_domain(const char *text)
{
    const char *at = strrchr(text, '@');
    if (!at || strlen(at) > 4 * DOMAIN_MAX || !g_utf8_validate(text, -1, NULL))
        return NULL;
    return read_domain(text, (gsize)(at + 1 - text), NULL);
}
