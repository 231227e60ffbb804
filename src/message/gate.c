/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message/gate.h"

#include "base/error.h"
#include "base/i18n.h"
#include "message/decode.h"
#include "message/remote.h"

#include <string.h>

#define LINE_MAX_OCTETS     998 /* without CRLF: RFC 5322, 2.1.1 */
#define FIELDS_MAX          100
#define MULTIPART_DEPTH_MAX 4
#define TAG_MAX             64

typedef struct {
    char *name;  /* as written */
    char *value; /* unfolded, without blanks around it */
} Field;

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, RUNDRUF_ERROR, RUNDRUF_ERROR_INPUT, _("the message was held back: %s"),
                reason);
    return FALSE;
}

static gboolean
check_octets(const char *message, gsize length, GError **error)
{
    if (length > GATE_MESSAGE_MAX)
        return refuse(error, _("it has %zu octets, more than %d"), length, GATE_MESSAGE_MAX);
    if (length < 2 || message[length - 1] != '\n')
        return refuse(error, _("its last line has no end"));
    guint line = 1;
    const char *end;
    for (const char *p = message; p < message + length; p = end + 1, line++) {
        end = memchr(p, '\n', (gsize)(message + length - p));
        gsize octets = (gsize)(end - p);
        if (memchr(p, '\0', octets))
            return refuse(error, _("line %u has a NUL"), line);
        if (octets == 0 || end[-1] != '\r')
            return refuse(error, _("line %u has a line feed without carriage return"), line);
        if (memchr(p, '\r', octets - 1))
            return refuse(error, _("line %u has a carriage return without line feed"), line);
        if (octets - 1 > LINE_MAX_OCTETS)
            return refuse(error, _("line %u is longer than %d octets"), line, LINE_MAX_OCTETS);
    }
    return TRUE;
}

/* The first `needle` in `text`, or NULL. */
static const char *
find_octets(const char *text, gsize length, const char *needle)
{
    gsize width = strlen(needle);
    const char *end = text + length;
    for (const char *p = text; (p = memchr(p, *needle, (gsize)(end - p))); p++) {
        if ((gsize)(end - p) < width)
            return NULL;
        if (memcmp(p, needle, width) == 0)
            return p;
    }
    return NULL;
}

static void
field_free(gpointer data)
{
    Field *field = data;
    g_free(field->name);
    g_free(field->value);
    g_free(field);
}

/* One field with its folded lines, unfolded (RFC 5322, 2.2.3) */
static Field *
take_field(const char *line, gsize length, GError **error)
{
    const char *colon = memchr(line, ':', length);
    gsize name = colon ? (gsize)(colon - line) : 0;
    for (gsize i = 0; i < name; i++)
        if (line[i] <= ' ' || line[i] >= 0x7f)
            name = 0;
    if (name == 0) {
        refuse(error, _("a header line has no field name"));
        return NULL;
    }
    GString *value = g_string_sized_new(length - name);
    for (const char *p = colon + 1; p < line + length; p++)
        if (*p != '\r' && *p != '\n')
            g_string_append_c(value, *p);
    Field *field = g_new(Field, 1);
    field->name = g_strndup(line, name);
    field->value = g_strstrip(g_string_free(value, FALSE));
    return field;
}

static gboolean
check_text(const Field *field, GError **error)
{
    if (!g_utf8_validate(field->value, -1, NULL))
        return refuse(error, _("%s is not UTF-8"), field->name);
    for (const char *p = field->value; *p; p++)
        if ((guchar)*p < ' ' && *p != '\t')
            return refuse(error, _("%s has a control character"), field->name);
    return TRUE;
}

/* The fields of the header at `text`; `body` is set to what follows the empty line. */
static GPtrArray *
take_header(const char *text, gsize length, gsize *body, GError **error)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(field_free);
    gsize at = 0;
    while (at + 1 < length && text[at] != '\r') {
        gsize end = at;
        do {
            const char *next = find_octets(text + end, length - end, "\r\n");
            if (!next) {
                refuse(error, _("a header has no end"));
                return NULL;
            }
            end = (gsize)(next - text) + 2;
        } while (end < length && (text[end] == ' ' || text[end] == '\t'));
        Field *field = take_field(text + at, end - at, error);
        if (!field)
            return NULL;
        g_ptr_array_add(fields, field);
        if (!check_text(field, error))
            return NULL;
        if (fields->len > FIELDS_MAX) {
            refuse(error, _("a header has more than %d fields"), FIELDS_MAX);
            return NULL;
        }
        at = end;
    }
    *body = MIN(at + 2, length);
    return g_steal_pointer(&fields);
}

/* The value of a field, or NULL; `count` (or NULL) is how many there are. */
static const char *
find_field(const GPtrArray *fields, const char *name, guint *count)
{
    const char *value = NULL;
    guint found = 0;
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = g_ptr_array_index(fields, i);
        if (g_ascii_strcasecmp(field->name, name) != 0)
            continue;
        value = field->value;
        found++;
    }
    if (count)
        *count = found;
    return value;
}

static gboolean
check_counts(const GPtrArray *fields, GError **error)
{
    static const struct {
        const char *name;
        guint least, most;
    } rows[] = {
        {"From", 1, 1},         {"To", 1, 1},
        {"Date", 1, 1},         {"Subject", 1, 1},
        {"Message-ID", 1, 1},   {"MIME-Version", 1, 1},
        {"Content-Type", 1, 1}, {"List-Unsubscribe", 1, 1},
        {"Reply-To", 0, 1},     {"List-Unsubscribe-Post", 0, 1},
        {"List-Id", 0, 1},      {"Content-Transfer-Encoding", 0, 1},
        {"Cc", 0, 0},           {"Bcc", 0, 0},
        {"Sender", 0, 0},       {"Return-Path", 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint count;
        find_field(fields, rows[i].name, &count);
        if (count < rows[i].least)
            return refuse(error, _("it has no %s"), rows[i].name);
        if (count > rows[i].most)
            return refuse(error, _("it has %u %s, which is %u too many"), count, rows[i].name,
                          count - rows[i].most);
    }
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = g_ptr_array_index(fields, i);
        if (g_ascii_strncasecmp(field->name, "Resent-", 7) == 0)
            return refuse(error, _("it has %s"), field->name);
    }
    return TRUE;
}

/* `value` must be one mailbox (RFC 5322, 3.4) of that address, and readable as nothing else. */
static gboolean
check_mailbox(const char *value, const char *address, GError **error)
{
    const char *open = NULL, *close = NULL;
    gboolean quoted = FALSE;
    for (const char *p = value; *p; p++) {
        if (quoted && *p == '\\' && p[1]) {
            p++;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            if (strchr(",;:()[]\\", *p) || (*p == '<' && open) || (*p == '>' && (!open || close)))
                return refuse(error, _("To is not one mailbox but %s"), value);
            open = *p == '<' ? p : open;
            close = *p == '>' ? p : close;
        }
    }
    gboolean whole = !quoted && !open == !close && (!close || !close[1]);
    g_autofree char *found =
        open && close ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup(value);
    if (!whole || strcmp(found, address) != 0)
        return refuse(error, _("To is %s instead of %s"), value, address);
    return TRUE;
}

static gboolean
check_message_id(const char *value, const char *message_id, GError **error)
{
    gsize length = strlen(message_id);
    if (strlen(value) != length + 2 || *value != '<' || value[length + 1] != '>' ||
        strncmp(value + 1, message_id, length) != 0)
        return refuse(error, _("Message-ID is %s instead of <%s>"), value, message_id);
    return TRUE;
}

static gboolean
check_unsubscribe(const GPtrArray *fields, GError **error)
{
    const char *value = find_field(fields, "List-Unsubscribe", NULL);
    const char *post = find_field(fields, "List-Unsubscribe-Post", NULL);
    guint mailto = 0, https = 0;
    for (const char *p = value; *p;) {
        gsize length = *p == '<' ? strcspn(p + 1, "<> \t") : 0;
        mailto += g_ascii_strncasecmp(p + 1, "mailto:", 7) == 0;
        https += g_ascii_strncasecmp(p + 1, "https://", 8) == 0;
        if (length == 0 || p[length + 1] != '>' || (p[length + 2] && p[length + 2] != ','))
            return refuse(error, _("List-Unsubscribe is not a list of <links> but %s"), value);
        p += length + 2;
        if (*p == ',')
            p += 1 + strspn(p + 1, " \t");
    }
    if (mailto != 1 || https > 1)
        return refuse(error,
                      _("List-Unsubscribe needs one mailto: link and at most one https: link"));
    if (https && g_strcmp0(post, "List-Unsubscribe=One-Click") != 0)
        return refuse(error, _("List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing"));
    if (post && !https)
        return refuse(error, _("List-Unsubscribe-Post stands there without an https: link"));
    return TRUE;
}

static gboolean
check_tags(const char *text, const char *where, GError **error)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_.-#^/>&!{ ";
    for (const char *p = strstr(text, "{{"); p; p = strstr(p + 1, "{{")) {
        gsize length = strspn(p + 2, signs);
        if (length > 0 && length <= TAG_MAX && g_str_has_prefix(p + 2 + length, "}}"))
            return refuse(error, _("%s has the unresolved template name %.*s"), where,
                          (int)length + 4, p);
    }
    return TRUE;
}

/* A parameter of Content-Type (RFC 2045, 5.1); owned by the caller. */
static char *
take_parameter(const char *type, const char *name)
{
    gsize length = strlen(name);
    for (const char *p = strchr(type, ';'); p; p = strchr(p, ';')) {
        p += 1 + strspn(p + 1, " \t");
        if (g_ascii_strncasecmp(p, name, length) != 0 || p[length] != '=')
            continue;
        p += length + 1;
        return *p == '"' ? g_strndup(p + 1, strcspn(p + 1, "\""))
                         : g_strndup(p, strcspn(p, "; \t"));
    }
    return NULL;
}

static gboolean
check_text_part(const char *type, const GPtrArray *fields, const char *body, gsize length,
                GError **error)
{
    g_autofree char *charset = take_parameter(type, "charset");
    const char *encoding = find_field(fields, "Content-Transfer-Encoding", NULL);
    if (!charset || g_ascii_strcasecmp(charset, "utf-8") != 0)
        return refuse(error, _("a text part is not in UTF-8 but in %s"),
                      charset ? charset : "US-ASCII");
    g_autofree char *text = decode_content(body, length, encoding ? encoding : "7bit");
    if (!text)
        return refuse(error, _("a text part cannot be decoded"));
    if (!check_tags(text, _("the text"), error))
        return FALSE;
    if (g_ascii_strncasecmp(type, "text/html", 9) != 0)
        return TRUE;
    g_autofree char *remote = remote_find(text);
    return remote ? refuse(error, _("its HTML part would load something from outside: %s"), remote)
                  : TRUE;
}

static gboolean check_part(const GPtrArray *fields, const char *body, gsize length, guint depth,
                           GError **error);

static gboolean
check_multipart(const char *type, const char *body, gsize length, guint depth, GError **error)
{
    g_autofree char *boundary = take_parameter(type, "boundary");
    if (!boundary || depth >= MULTIPART_DEPTH_MAX)
        return refuse(error, _("its parts are nested too deeply or have no boundary"));
    g_autofree char *delimiter = g_strdup_printf("\r\n--%s", boundary);
    gsize width = strlen(delimiter);
    const char *end = body + length;
    /* the first delimiter may stand at the very beginning, after the header's line end */
    const char *at = find_octets(body - 2, length + 2, delimiter);
    while (at && !g_str_has_prefix(at + width, "--")) {
        const char *start = at + width + 2;
        const char *next = start < end ? find_octets(start, (gsize)(end - start), delimiter) : NULL;
        if (!next)
            break;
        gsize offset;
        g_autoptr(GPtrArray) fields = take_header(start, (gsize)(next - start), &offset, error);
        if (!fields ||
            !check_part(fields, start + offset, (gsize)(next - start) - offset, depth + 1, error))
            return FALSE;
        at = next;
    }
    if (!at || !g_str_has_prefix(at + width, "--"))
        return refuse(error, _("its last part is not complete"));
    return TRUE;
}

static gboolean
check_part(const GPtrArray *fields, const char *body, gsize length, guint depth, GError **error)
{
    const char *type = find_field(fields, "Content-Type", NULL);
    if (!type)
        return refuse(error, _("a part has no Content-Type"));
    if (g_ascii_strncasecmp(type, "multipart/", 10) == 0)
        return check_multipart(type, body, length, depth, error);
    if (g_ascii_strncasecmp(type, "text/", 5) == 0)
        return check_text_part(type, fields, body, length, error);
    return TRUE;
}

static gboolean
check_header(const GPtrArray *fields, const char *address, const char *message_id, GError **error)
{
    g_autofree char *subject = NULL;
    if (!check_counts(fields, error) ||
        !check_mailbox(find_field(fields, "To", NULL), address, error) ||
        !check_message_id(find_field(fields, "Message-ID", NULL), message_id, error) ||
        !check_unsubscribe(fields, error))
        return FALSE;
    subject = decode_header(find_field(fields, "Subject", NULL));
    if (!subject)
        return refuse(error, _("Subject cannot be decoded"));
    return check_tags(subject, "Subject", error);
}

gboolean
gate_check(const char *message, gsize length, const char *address, const char *message_id,
           GError **error)
{
    gsize body;
    if (!check_octets(message, length, error))
        return FALSE;
    g_autoptr(GPtrArray) fields = take_header(message, length, &body, error);
    if (!fields || !check_header(fields, address, message_id, error))
        return FALSE;
    for (gsize i = body; i < length; i++)
        if ((guchar)message[i] >= 0x80)
            return refuse(error, _("its body has octets that only an 8BITMIME relay takes"));
    return check_part(fields, message + body, length - body, 0, error);
}

/* ---- the shorter look ---- */

#define BLOCK      256
#define USUAL_LINE 100 /* octets: more than encoded lines have */

/* Adds to `seen` the bits of a block's octets, and to `broken` whether CR or LF stands alone; the
 * octet before the block is looked at, too. Loops of fixed length without a way out: compilers make
 * vector instructions of them. */
static void
look_at_block(const char *block, guint8 *seen, guint8 *broken)
{
    guint8 bits = 0, alone = 0;
    for (gsize i = 0; i < BLOCK; i++) {
        bits |= (guint8)block[i];
        alone |= (block[i] == '\n') ^ (block[i - 1] == '\r');
    }
    *seen |= bits;
    *broken |= alone;
}

/* ASCII in lines that end with CRLF, from the second octet on */
static gboolean
is_clean(const char *message, gsize length)
{
    guint8 seen = 0, broken = 0;
    gsize at = 1;
    for (; length - at >= BLOCK; at += BLOCK)
        look_at_block(message + at, &seen, &broken);
    char last[1 + BLOCK];
    memset(last, 'x', sizeof last);
    memcpy(last, message + at - 1, length - at + 1);
    look_at_block(last + 1, &seen, &broken);
    return !(seen & 0x80) && !broken && !memchr(message, '\0', length);
}

/* TRUE if no line is too long: from a line's beginning to an end of line, not far away, at a time. */
static gboolean
has_short_lines(const char *message, gsize length)
{
    const char *end = message + length;
    for (const char *line = message, *feed; line < end; line = feed + 1) {
        const char *far = line + MIN((gsize)(end - line) - 1, LINE_MAX_OCTETS - USUAL_LINE);
        feed = memchr(far, '\n', (gsize)(end - far));
        if (!feed || feed - line - 1 > LINE_MAX_OCTETS)
            return FALSE;
    }
    return TRUE;
}

static gsize
count_marks(const char *message, gsize length)
{
    gsize marks = 0;
    const char *end = message + length;
    for (const char *p = message + 1; (p = memchr(p, '_', (gsize)(end - p))); p++)
        marks += p[-1] == '=';
    return marks;
}

gboolean
gate_octets_plain(const char *message, gsize length, gsize *marks)
{
    if (length < 2 || length > GATE_MESSAGE_MAX || !g_ascii_isalpha(*message) ||
        message[length - 1] != '\n' || !is_clean(message, length))
        return FALSE;
    *marks = count_marks(message, length);
    return has_short_lines(message, length);
}

gboolean
gate_recipient_plain(const char *field, gsize length, const char *address)
{
    gsize taken;
    g_autoptr(GPtrArray) fields = take_header(field, length, &taken, NULL);
    if (!fields || fields->len != 1)
        return FALSE;
    const Field *to = g_ptr_array_index(fields, 0);
    return strcmp(to->name, "To") == 0 && check_mailbox(to->value, address, NULL);
}

gboolean
gate_text_plain(const char *text, gsize length, gboolean html)
{
    return g_utf8_validate_len(text, length, NULL) && check_tags(text, "", NULL) &&
           (!html || remote_is_closed(text));
}
