/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldif: - an LDIF file (RFC 2849) as the directory
 *
 * libldap takes the lines apart (base64, blanks); reading records is done here, because libldap's
 * ldif_read_record() obeys "include:" lines and its parser fetches `:<` URLs: data must not make
 * the program read other files. Only content records are taken; a file of changes is refused. */
#include "directory/directory.h"
#include "directory/dn.h"

#include "base/error.h"
#include "base/i18n.h"
#include "model/attribute_type.h"

#include <errno.h>
#include <stdio.h> /* before ldif.h, which needs it and does not say so */
#include <string.h>

#include <ldap.h>
#include <ldif.h>

#define LINE_BYTES_MAX (32 * 1024 * 1024) /* unfolded; a photo of 24 MB in base64 */
#define VALUES_MAX     200000             /* of one record */

/* Of the UUIDv5 (RFC 9562, 5.5) that an entry without entryUUID gets, with its DN's key as the
 * name. Never change it: every such entry would be a new one. */
static const guint8 dn_namespace[UUID_LENGTH] = {0xa6, 0x2a, 0x43, 0x7f, 0x43, 0xe7, 0x44, 0xd6,
                                                 0xa3, 0x6a, 0x27, 0x74, 0x95, 0x91, 0x5c, 0xf0};

typedef struct {
    Directory vtable;
    char *path;
    char *base_key;
    FILE *file;
    GString *physical; /* the line last read, without its end */
    guint line;        /* its number */
    gboolean has_next; /* `physical` is not part of `logical` any more */
    GString *logical;  /* unfolded */
    guint logical_line;

    Attributes *attributes; /* of the record being read */
    char *dn;
    guint dn_line;
    char *csn;
    guint8 uuid[UUID_LENGTH];
    gboolean has_uuid;
    guint values;
} Ldif;

static gboolean
set_error(Ldif *ldif, GError **error, const char *message)
{
    return error_set_input(error, ldif->path, ldif->logical_line, 1, "%s", message);
}

typedef enum { LINE_FAILED, LINE_END, LINE_BLANK, LINE_TEXT } LineKind;

static LineKind
too_long(Ldif *ldif, GError **error)
{
    set_error(ldif, error, _("the line is longer than 32 MiB, the most that is read"));
    return LINE_FAILED;
}

static LineKind
read_physical(Ldif *ldif, GError **error)
{
    GString *line = ldif->physical;
    int c = getc_unlocked(ldif->file);
    if (c == EOF)
        return LINE_END;
    ldif->line++;
    g_string_truncate(line, 0);
    for (; c != EOF && c != '\n'; c = getc_unlocked(ldif->file)) {
        if (line->len >= LINE_BYTES_MAX)
            return too_long(ldif, error);
        g_string_append_c(line, (char)c);
    }
    if (line->len > 0 && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    return line->len > 0 ? LINE_TEXT : LINE_BLANK;
}

static LineKind
read_logical(Ldif *ldif, GError **error)
{
    LineKind kind = LINE_TEXT;
    if (!ldif->has_next)
        kind = read_physical(ldif, error);
    else if (ldif->physical->len == 0)
        kind = LINE_BLANK;
    ldif->has_next = FALSE;
    ldif->logical_line = ldif->line;
    if (kind != LINE_TEXT)
        return kind;
    GString *all = ldif->logical;
    g_string_truncate(all, 0);
    g_string_append_len(all, ldif->physical->str, (gssize)ldif->physical->len);
    while ((kind = read_physical(ldif, error)) == LINE_TEXT && ldif->physical->str[0] == ' ') {
        if (all->len + ldif->physical->len > LINE_BYTES_MAX)
            return too_long(ldif, error);
        g_string_append_len(all, ldif->physical->str + 1, (gssize)ldif->physical->len - 1);
    }
    if (kind == LINE_FAILED)
        return LINE_FAILED;
    ldif->has_next = kind != LINE_END;
    if (!memchr(all->str, 0, all->len))
        return LINE_TEXT;
    set_error(ldif, error, _("a NUL octet; write the value in base64 (attribute:: ...)"));
    return LINE_FAILED;
}

static gboolean
description_is_valid(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && !strchr("-.;", text[i]))
            return FALSE;
    return length > 0 && g_ascii_isalnum(text[0]);
}

/* libldap would write its complaint to standard error */
static gboolean
base64_is_clean(const char *text)
{
    for (; *text; text++)
        if (!g_ascii_isalnum(*text) && !strchr("+/= ", *text))
            return FALSE;
    return TRUE;
}

/* checks what libldap would take too easily */
static gboolean
check_line(Ldif *ldif, GError **error)
{
    const char *line = ldif->logical->str;
    const char *colon = strchr(line, ':');
    if (line[0] == ' ')
        return set_error(ldif, error, _("a continuation line that continues nothing"));
    if (!colon || !description_is_valid(line, (gsize)(colon - line)))
        return set_error(ldif, error, _("expected \"attribute: value\""));
    if (colon[1] == '<')
        return set_error(
            ldif, error,
            _("a value from a URL (:<) is not read; write it in base64 (attribute:: ...)"));
    if (g_ascii_strncasecmp(line, "include:", 8) == 0)
        return set_error(ldif, error, _("include: is not obeyed; put the entries into this file"));
    if (g_ascii_strncasecmp(line, "changetype:", 11) == 0 ||
        g_ascii_strncasecmp(line, "control:", 8) == 0)
        return set_error(ldif, error,
                         _("this is a file of changes; an LDIF file of entries is needed, without "
                           "changetype: lines"));
    if (colon[1] == ':' && !base64_is_clean(colon + 2))
        return set_error(ldif, error, _("the value is no base64"));
    return TRUE;
}

static gboolean
take_operational(Ldif *ldif, const char *type, const struct berval *value, gboolean *taken,
                 GError **error)
{
    *taken = TRUE;
    if (g_ascii_strcasecmp(type, "entryUUID") == 0) {
        ldif->has_uuid = uuid_from_text(value->bv_val, value->bv_len, ldif->uuid);
        return ldif->has_uuid || set_error(ldif, error, _("this entryUUID is no UUID"));
    }
    if (g_ascii_strcasecmp(type, "entryCSN") == 0) {
        g_free(ldif->csn);
        ldif->csn = g_strndup(value->bv_val, value->bv_len);
        return TRUE;
    }
    *taken = FALSE;
    return TRUE;
}

static gboolean
take_first_line(Ldif *ldif, const char *type, const struct berval *value, GError **error)
{
    if (g_ascii_strcasecmp(type, "dn") != 0)
        return set_error(ldif, error, _("a record must begin with \"dn: ...\""));
    if (memchr(value->bv_val, 0, value->bv_len) ||
        !g_utf8_validate(value->bv_val, (gssize)value->bv_len, NULL))
        return set_error(ldif, error, _("the DN is not UTF-8 text"));
    ldif->dn = g_strndup(value->bv_val, value->bv_len);
    ldif->dn_line = ldif->logical_line;
    return TRUE;
}

static gboolean
take_value(Ldif *ldif, const char *type, const struct berval *value, GError **error)
{
    gboolean taken;
    if (!ldif->dn)
        return take_first_line(ldif, type, value, error);
    if (g_ascii_strcasecmp(type, "dn") == 0)
        return set_error(ldif, error,
                         _("a second DN; an empty line must stand between two entries"));
    if (++ldif->values > VALUES_MAX)
        return set_error(ldif, error, _("more than 200000 values in one entry"));
    if (!take_operational(ldif, type, value, &taken, error))
        return FALSE;
    if (!taken && !attribute_is_secret(type))
        attributes_add(ldif->attributes, type, value->bv_val, value->bv_len);
    return TRUE;
}

static gboolean
take_line(Ldif *ldif, GError **error)
{
    struct berval type = {0, NULL}, value = {0, NULL};
    int owned = 0;
    if (!check_line(ldif, error))
        return FALSE;
    char *colon = strchr(ldif->logical->str, ':');
    if (colon[1] == ':' && colon[2 + strspn(colon + 2, " ")] == '\0')
        colon[1] = '\0'; /* base64 of nothing, which libldap does not take */
    if (ldif_parse_line2(ldif->logical->str, &type, &value, &owned) != 0)
        return set_error(ldif, error, _("the value cannot be read; is its base64 complete?"));
    struct berval none = {0, (char *)""};
    g_autofree char *name = g_strndup(type.bv_val, type.bv_len);
    gboolean good = TRUE;
    if (!ldif->dn && g_ascii_strcasecmp(name, "version") == 0) {
        if (value.bv_len != 1 || value.bv_val[0] != '1')
            good = set_error(ldif, error, _("only version: 1 of LDIF is known (RFC 2849)"));
    } else {
        good = take_value(ldif, name, value.bv_val ? &value : &none, error);
    }
    if (owned)
        ber_memfree(value.bv_val);
    return good;
}

static void
clear_record(Ldif *ldif)
{
    g_clear_pointer(&ldif->dn, g_free);
    g_clear_pointer(&ldif->csn, g_free);
    ldif->has_uuid = FALSE;
    ldif->values = 0;
    attributes_clear(ldif->attributes);
}

/* RFC 9562, 5.5 */
static void
make_uuid(const char *name, guint8 uuid[UUID_LENGTH])
{
    guint8 digest[20];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sum, dn_namespace, sizeof dn_namespace);
    g_checksum_update(sum, (const guchar *)name, -1);
    g_checksum_get_digest(sum, digest, &length);
    memcpy(uuid, digest, UUID_LENGTH);
    uuid[6] = (guint8)((uuid[6] & 0x0f) | 0x50);
    uuid[8] = (guint8)((uuid[8] & 0x3f) | 0x80);
}

typedef struct {
    const DirectoryQuery *query;
    const char *top_key; /* the DN that the entries lie below, as dn_key() writes it */
    gboolean found;      /* the entry of that name is there */
    DirectoryFunc func;
    gpointer user_data;
    DirectoryTally tally;
} Search;

static gboolean
is_asked_for(const DirectoryQuery *query, const guint8 uuid[UUID_LENGTH])
{
    for (gsize i = 0; query->uuids && i < query->count; i++)
        if (memcmp(query->uuids + i * UUID_LENGTH, uuid, UUID_LENGTH) == 0)
            return TRUE;
    return !query->uuids;
}

static gboolean
finish_record(Ldif *ldif, Search *search, GError **error)
{
    if (!ldif->dn)
        return TRUE;
    g_autofree char *key = dn_key(ldif->dn);
    if (!key || !*key)
        return set_error(ldif, error, _("the DN of the entry that ends here is none (RFC 4514)"));
    DirectoryEntry entry = {
        .dn = ldif->dn,
        .csn = ldif->csn,
        .attributes = search->query->listing ? NULL : ldif->attributes,
        .line = ldif->dn_line,
    };
    if (ldif->has_uuid)
        memcpy(entry.uuid, ldif->uuid, UUID_LENGTH);
    else
        make_uuid(key, entry.uuid);
    gboolean good = TRUE;
    search->found |= strcmp(key, search->top_key) == 0;
    if (dn_key_is_below(key, ldif->base_key) && dn_key_is_below(key, search->top_key) &&
        is_asked_for(search->query, entry.uuid)) {
        search->tally.entries++;
        good = search->func(&entry, search->user_data, error);
    }
    clear_record(ldif);
    return good;
}

static gboolean
read_records(Ldif *ldif, Search *search, GError **error)
{
    for (;;) {
        switch (read_logical(ldif, error)) {
        case LINE_FAILED:
            return FALSE;
        case LINE_TEXT:
            if (ldif->logical->str[0] != '#' && !take_line(ldif, error))
                return FALSE;
            break;
        case LINE_BLANK:
            if (!finish_record(ldif, search, error))
                return FALSE;
            break;
        case LINE_END:
            if (ferror(ldif->file)) {
                g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_DIRECTORY, _("cannot read %s: %s"),
                            ldif->path, g_strerror(errno));
                return FALSE;
            }
            return finish_record(ldif, search, error);
        }
    }
}

static FILE *
open_file(const char *path, GError **error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        g_set_error(error, RUNDRUF_ERROR,
                    errno == ENOENT ? RUNDRUF_ERROR_NOT_FOUND : RUNDRUF_ERROR_DIRECTORY,
                    _("cannot open the roster %s: %s"), path, g_strerror(errno));
    return file;
}

/* the file may have been replaced since the last search: sync --watch searches again and again */
static gboolean
ldif_search(Directory *directory, const DirectoryQuery *query, DirectoryFunc func,
            gpointer user_data, DirectoryTally *tally, GError **error)
{
    Ldif *ldif = (Ldif *)directory;
    g_autofree char *below = query->below ? dn_key(query->below) : NULL;
    Search search = {.query = query,
                     .top_key = below ? below : ldif->base_key,
                     .func = func,
                     .user_data = user_data};
    FILE *file = open_file(ldif->path, error);
    if (!file)
        return FALSE;
    fclose(ldif->file);
    ldif->file = file;
    ldif->line = 0;
    ldif->has_next = FALSE;
    clear_record(ldif);
    if ((!query->below || below) && !read_records(ldif, &search, error))
        return FALSE;
    if (query->below && !search.found) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_NOT_FOUND, _("%s: there is no entry %s"),
                    ldif->path, query->below);
        return FALSE;
    }
    *tally = search.tally;
    return TRUE;
}

static void
ldif_free(Directory *directory)
{
    Ldif *ldif = (Ldif *)directory;
    clear_record(ldif);
    if (ldif->file)
        fclose(ldif->file);
    g_string_free(ldif->physical, TRUE);
    g_string_free(ldif->logical, TRUE);
    attributes_free(ldif->attributes);
    g_free(ldif->base_key);
    g_free(ldif->path);
    g_free(ldif);
}

static gboolean
check_filter(const Config *config, GError **error)
{
    const char *filter = config->directory_filter;
    if (!filter || !*filter || g_ascii_strcasecmp(filter, "(objectClass=*)") == 0)
        return TRUE;
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                _("directory.filter %s needs an LDAP server; for an LDIF file leave it out"),
                filter);
    return FALSE;
}

Directory *
directory_ldif_new(const Config *config, GError **error)
{
    if (!check_filter(config, error))
        return NULL;
    g_autofree char *base = dn_key(config->directory_base ? config->directory_base : "");
    if (!base) {
        g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_CONFIG,
                    _("directory.base \"%s\" is no DN (RFC 4514)"), config->directory_base);
        return NULL;
    }
    const char *path = config->directory_uri + strlen("ldif:");
    FILE *file = open_file(path, error);
    if (!file)
        return NULL;
    Ldif *ldif = g_new0(Ldif, 1);
    ldif->vtable = (Directory){.search = ldif_search, .close = ldif_free};
    ldif->path = g_strdup(path);
    ldif->base_key = g_steal_pointer(&base);
    ldif->file = file;
    ldif->physical = g_string_new(NULL);
    ldif->logical = g_string_new(NULL);
    ldif->attributes = attributes_new();
    return &ldif->vtable;
}
