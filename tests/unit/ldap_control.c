/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldap_control: values of RFC 4533 and 4527, as they should be and as they should not */
#include "directory/ldap_control.h"

#include <string.h>

#define UUID_A "00112233445566778899aabbccddeeff"
#define UUID_B "ffeeddccbbaa99887766554433221100"

static GByteArray *
from_hex(const char *hex)
{
    GByteArray *octets = g_byte_array_new();
    for (; *hex; hex += 2) {
        guint8 octet = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(octets, &octet, 1);
    }
    return octets;
}

static Octets
octets_of(const GByteArray *bytes)
{
    return (Octets){bytes->data, bytes->len};
}

/* "none", or the length and the text of a cookie */
static void
append_cookie(GString *out, Octets cookie)
{
    if (cookie.data)
        g_string_append_printf(out, " %" G_GSIZE_FORMAT ":%.*s", cookie.length, (int)cookie.length,
                               (const char *)cookie.data);
    else
        g_string_append(out, " none");
}

static void
test_state(void)
{
    static const struct {
        const char *hex, *result;
    } rows[] = {
        {"3015"
         "0a0101"
         "0410" UUID_A,
         "1 none"},
        {"3015"
         "0a0100"
         "0410" UUID_A,
         "0 none"},
        {"301a"
         "0a0103"
         "0410" UUID_A "0403616263",
         "3 3:abc"},
        {"3017"
         "0a0102"
         "0410" UUID_A "0400",
         "2 0:"},
        {"308117"
         "0a0102"
         "0410" UUID_A "0400",
         "2 0:"}, /* long form */
        {"30820017"
         "0a0102"
         "0410" UUID_A "0400",
         "2 0:"}, /* longer than needed */
        {"3018"
         "0a0101"
         "0410" UUID_A "050000",
         "1 none"}, /* more than is known, inside */
        {"3015"
         "0a0101"
         "0410" UUID_A "00",
         NULL}, /* ... behind */
        {"3015"
         "0a0104"
         "0410" UUID_A,
         NULL}, /* no such state */
        {"3015"
         "0a01ff"
         "0410" UUID_A,
         NULL},
        {"3016"
         "0a020001"
         "0410" UUID_A,
         NULL},
        {"3014"
         "0a00"
         "0410" UUID_A,
         NULL},
        {"3015"
         "020101"
         "0410" UUID_A,
         NULL}, /* integer for enumerated */
        {"3115"
         "0a0101"
         "0410" UUID_A,
         NULL},
        {"3014"
         "0a0101"
         "040f"
         "00112233445566778899aabbccddee",
         NULL},
        {"3016"
         "0a0101"
         "0411" UUID_A "00",
         NULL},
        {"3003"
         "0a0101",
         NULL},
        {"3016"
         "0a0101"
         "0410" UUID_A,
         NULL}, /* promises more than there is */
        {"3015"
         "0a0101"
         "0411" UUID_A,
         NULL},
        {"301a"
         "0a0101"
         "0410" UUID_A "0404616263",
         NULL},
        {"3080"
         "0a0101"
         "0410" UUID_A "0000",
         NULL}, /* indefinite length: not in LDAP */
        {"3085"
         "0000000015"
         "0a0101"
         "0410" UUID_A,
         NULL},
        {"3084"
         "ffffffff"
         "0a0101"
         "0410" UUID_A,
         NULL},
        {"3082", NULL},
        {"30", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) value = from_hex(rows[i].hex);
        SyncStateValue state;
        g_test_message("%s", rows[i].hex);
        gboolean good = ldap_control_sync_state(octets_of(value), &state);
        g_assert_cmpint(good, ==, rows[i].result != NULL);
        if (!good)
            continue;
        g_autoptr(GString) result = g_string_new(NULL);
        g_autoptr(GByteArray) uuid = from_hex(UUID_A);
        g_string_append_printf(result, "%d", state.state);
        append_cookie(result, state.cookie);
        g_assert_cmpstr(result->str, ==, rows[i].result);
        g_assert_cmpmem(state.uuid, UUID_LENGTH, uuid->data, uuid->len);
    }
}

static void
test_done(void)
{
    static const struct {
        const char *hex, *result;
    } rows[] = {
        {"3000", "0 none"},
        {"3003"
         "0101ff",
         "1 none"},
        {"3003"
         "010101",
         "1 none"}, /* BER: whatever is not 0 */
        {"3003"
         "010100",
         "0 none"},
        {"3008"
         "0403616263"
         "0101ff",
         "1 3:abc"},
        {"3005"
         "0403616263",
         "0 3:abc"},
        {"3002"
         "0400",
         "0 0:"},
        {"3005"
         "0101ff"
         "0500",
         "1 none"},
        {"3002"
         "0100",
         NULL},
        {"3004"
         "0102ffff",
         NULL},
        {"3002"
         "0401",
         NULL},
        {"300000", NULL},
        {"3001", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) value = from_hex(rows[i].hex);
        SyncDoneValue done;
        g_test_message("%s", rows[i].hex);
        gboolean good = ldap_control_sync_done(octets_of(value), &done);
        g_assert_cmpint(good, ==, rows[i].result != NULL);
        if (!good)
            continue;
        g_autoptr(GString) result = g_string_new(NULL);
        g_string_append_printf(result, "%d", done.deletes);
        append_cookie(result, done.cookie);
        g_assert_cmpstr(result->str, ==, rows[i].result);
    }
}

static void
test_info(void)
{
    /* kind, refresh done, deletes, UUIDs, cookie */
    static const struct {
        const char *hex, *result;
    } rows[] = {
        {"8003616263", "0 0 0 0 3:abc"},
        {"8000", "0 0 0 0 0:"},
        {"a100", "1 1 0 0 none"},
        {"a103"
         "010100",
         "1 0 0 0 none"},
        {"a108"
         "0403616263"
         "0101ff",
         "1 1 0 0 3:abc"},
        {"a200", "2 1 0 0 none"},
        {"a205"
         "0403616263",
         "2 1 0 0 3:abc"},
        {"a203"
         "010100",
         "2 0 0 0 none"},
        {"a302"
         "3100",
         "3 0 0 0 none"},
        {"a314"
         "3112"
         "0410" UUID_A,
         "3 0 0 1 none"},
        {"a317"
         "0101ff"
         "3112"
         "0410" UUID_A,
         "3 0 1 1 none"},
        {"a317"
         "010100"
         "3112"
         "0410" UUID_A,
         "3 0 0 1 none"},
        {"a32b"
         "0402"
         "6162"
         "0101ff"
         "3124"
         "0410" UUID_A "0410" UUID_B,
         NULL}, /* too short */
        {"a32d"
         "0402"
         "6162"
         "0101ff"
         "3124"
         "0410" UUID_A "0410" UUID_B,
         "3 0 1 2 2:ab"},
        {"a300", NULL}, /* no set */
        {"a303"
         "0101ff",
         NULL}, /* no set */
        {"a314"
         "3012"
         "0410" UUID_A,
         NULL}, /* a sequence */
        {"a313"
         "3111"
         "040f"
         "00112233445566778899aabbccddee",
         NULL}, /* 15 octets */
        {"a325"
         "3123"
         "0410" UUID_A "040f"
         "00112233445566778899aabbccddee",
         NULL},
        {"a314"
         "3112"
         "0510" UUID_A,
         NULL},
        {"a314"
         "3113"
         "0410" UUID_A,
         NULL},
        {"a400", NULL},
        {"8001", NULL},
        {"800000", NULL},
        {"a100"
         "00",
         NULL},
        {"", NULL},
    };
    g_autoptr(GByteArray) uuids = g_byte_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) value = from_hex(rows[i].hex);
        SyncInfoValue info;
        g_test_message("%s", rows[i].hex);
        gboolean good = ldap_control_sync_info(octets_of(value), &info, uuids);
        g_assert_cmpint(good, ==, rows[i].result != NULL);
        if (!good) {
            g_assert_cmpuint(uuids->len, ==, 0);
            continue;
        }
        g_autoptr(GString) result = g_string_new(NULL);
        g_string_append_printf(result, "%d %d %d %u", info.info, info.done, info.deletes,
                               uuids->len / UUID_LENGTH);
        append_cookie(result, info.cookie);
        g_assert_cmpstr(result->str, ==, rows[i].result);
    }
}

static void
append_header(GByteArray *out, guint8 tag, guint32 length)
{
    const guint8 header[] = {
        tag,           0x84, (guint8)(length >> 24), (guint8)(length >> 16), (guint8)(length >> 8),
        (guint8)length};
    g_byte_array_append(out, header, sizeof header);
}

static void
test_many_uuids(void)
{
    const guint count = 10000;
    g_autoptr(GByteArray) value = g_byte_array_new(), uuids = g_byte_array_new();
    SyncInfoValue info;
    append_header(value, 0xa3, 6 + count * 18);
    append_header(value, 0x31, count * 18);
    for (guint i = 0; i < count; i++) {
        const guint8 uuid[18] = {0x04, UUID_LENGTH, (guint8)(i >> 8), (guint8)i};
        g_byte_array_append(value, uuid, sizeof uuid);
    }
    g_assert_true(ldap_control_sync_info(octets_of(value), &info, uuids));
    g_assert_cmpuint(uuids->len, ==, count * UUID_LENGTH);
    g_assert_cmpuint(uuids->data[(count - 1) * UUID_LENGTH], ==, (count - 1) >> 8);
    /* cut anywhere near the end it is nothing */
    for (guint cut = 1; cut < 40; cut++) {
        Octets octets = {value->data, value->len - cut};
        g_assert_false(ldap_control_sync_info(octets, &info, uuids));
        g_assert_cmpuint(uuids->len, ==, 0);
    }
}

static void
test_post_read(void)
{
    static const struct {
        const char *hex, *result;
    } rows[] = {
        {"3004"
         "0400"
         "3000",
         ""},
        {"6404"
         "0400"
         "3000",
         ""},
        {"3010"
         "0401"
         "78"
         "300b"
         "3009"
         "0402"
         "636e"
         "3103"
         "0401"
         "61",
         "cn=a;"},
        {"3013"
         "0401"
         "78"
         "300e"
         "300c"
         "0402"
         "636e"
         "3106"
         "0401"
         "61"
         "0401"
         "62",
         "cn=a;cn=b;"},
        /* userPassword, which is not taken */
        {"302504017830203013"
         "040c7573657250617373776f726431030401"
         "6130090402636e3103040161",
         "cn=a;"},
        {"301b"
         "0401"
         "78"
         "3016"
         "3009"
         "0402"
         "636e"
         "3103"
         "0401"
         "61"
         "3009"
         "0402"
         "736e"
         "3103"
         "0401"
         "62",
         "cn=a;sn=b;"},
        {"300f"
         "0401"
         "78"
         "300a"
         "3008"
         "0402"
         "6300"
         "3102"
         "0400",
         NULL}, /* NUL in the name */
        {"3010"
         "0401"
         "78"
         "300b"
         "3009"
         "0402"
         "636e"
         "3003"
         "0401"
         "61",
         NULL},
        {"3010"
         "0401"
         "78"
         "300b"
         "3009"
         "0402"
         "636e"
         "3103"
         "0402"
         "61",
         NULL},
        {"3010"
         "0401"
         "78"
         "300c"
         "3009"
         "0402"
         "636e"
         "3103"
         "0401"
         "61",
         NULL},
        {"301b"
         "0401"
         "78"
         "3016"
         "3009"
         "0402"
         "636e"
         "3103"
         "0401"
         "61"
         "3009"
         "0402"
         "736e"
         "3103"
         "0501"
         "62",
         NULL},
        {"3003"
         "0401"
         "78",
         NULL},
        {"3000", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) value = from_hex(rows[i].hex);
        g_autoptr(Attributes) read = attributes_new();
        g_autoptr(GString) result = g_string_new(NULL);
        g_test_message("%s", rows[i].hex);
        gboolean good = ldap_control_post_read(octets_of(value), read);
        g_assert_cmpint(good, ==, rows[i].result != NULL);
        for (guint j = 0; j < attributes_count(read); j++) {
            guint count;
            const AttributeValue *values = attributes_values(read, j, &count);
            for (guint k = 0; k < count; k++)
                g_string_append_printf(result, "%s=%.*s;", attributes_description(read, j),
                                       (int)values[k].length, values[k].data);
        }
        g_assert_cmpstr(result->str, ==, good ? rows[i].result : "");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ldap_control/state", test_state);
    g_test_add_func("/ldap_control/done", test_done);
    g_test_add_func("/ldap_control/info", test_info);
    g_test_add_func("/ldap_control/many-uuids", test_many_uuids);
    g_test_add_func("/ldap_control/post-read", test_post_read);
    return g_test_run();
}
