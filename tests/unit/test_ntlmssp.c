/* The codec of NTLM messages, AV pairs and the NTLMv2 response. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "msnlmp.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/mem.h"
#include "wire/ntlmssp.h"
#include "wire/ntlmssp_av.h"

/* As curl 7.88 sends it: 32 bytes, no version. */
#define CURL_NEGOTIATE                                                         \
    "4e544c4d53535000010000000682080000000000000000000000000000000000"
#define OLD_NEGOTIATE "4e544c4d535350000100000003b20000"
/* 2.2.1.1 with OEM domain and workstation. */
#define NAMES_NEGOTIATE                                                        \
    "4e544c4d53535000010000000732000006000600330000000b000b0028000000"         \
    "050093080000000f574f524b53544154494f4e444f4d41494e"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct span hex(const char *text)
{
    struct span bytes = SPAN_NONE;

    assert_true(hex_decode(arena, text, &bytes));
    return bytes;
}

/* Decodes any message and encodes it again. */
static enum ntlmssp_result recode(struct span message, struct buf *out,
                                  struct ntlmssp_flaw *flaw)
{
    struct ntlmssp_negotiate negotiate;
    struct ntlmssp_challenge challenge;
    struct ntlmssp_authenticate authenticate;
    enum ntlmssp_result result = NTLMSSP_NO_SIGNATURE;

    switch (ntlmssp_type_of(message)) {
    case NTLMSSP_NEGOTIATE:
        result = ntlmssp_decode_negotiate(message, &negotiate, flaw);
        if (result == NTLMSSP_OK) {
            ntlmssp_encode_negotiate(out, &negotiate);
        }
        break;
    case NTLMSSP_CHALLENGE:
        result = ntlmssp_decode_challenge(message, &challenge, flaw);
        if (result == NTLMSSP_OK) {
            ntlmssp_encode_challenge(out, &challenge);
        }
        break;
    case NTLMSSP_AUTHENTICATE:
        result = ntlmssp_decode_authenticate(message, &authenticate, flaw);
        if (result == NTLMSSP_OK) {
            ntlmssp_encode_authenticate(out, &authenticate);
        }
        break;
    case NTLMSSP_NONE:
        break;
    }
    return result;
}

static const struct {
    const char *name;
    const char *message;
    size_t least;     /* shorter is NTLMSSP_SHORT, or a field out of bounds */
    size_t fieldless; /* but from 16 to here it is a NEGOTIATE without names */
} whole[] = {
    {"curl NEGOTIATE", CURL_NEGOTIATE, 16, 0},
    {"NEGOTIATE without fields", OLD_NEGOTIATE, 16, 0},
    {"NEGOTIATE with names", NAMES_NEGOTIATE, 57, 32},
    {"4.2.4.3 CHALLENGE", MSNLMP_4_2_4_3_CHALLENGE, 104, 0},
    {"4.2.2.3 AUTHENTICATE", MSNLMP_4_2_2_3_AUTHENTICATE, 172, 0},
    {"4.2.4.3 AUTHENTICATE", MSNLMP_4_2_4_3_AUTHENTICATE, 232, 0},
};

static void round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
        AUTO_BUF out = {0};
        struct ntlmssp_flaw flaw = {0};
        struct span message = hex(whole[i].message);

        print_message("  %s\n", whole[i].name);
        assert_int_equal(recode(message, &out, &flaw), NTLMSSP_OK);
        assert_string_equal(hex_text(arena, buf_span(&out)), whole[i].message);
    }
}

/*
 * Every shorter piece of a message: a copy of exactly that size, so that
 * AddressSanitizer sees a read past its end.
 */
static void truncations(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
        struct span message = hex(whole[i].message);

        for (size_t size = 0; size < message.size; size++) {
            AUTO_BUF out = {0};
            AUTO(mem) copy = mem_alloc(size);
            struct ntlmssp_flaw flaw = {0};
            enum ntlmssp_result result;

            memcpy(copy, message.data, size);
            result = recode(span_of(copy, size), &out, &flaw);
            if (size >= whole[i].least ||
                (size >= 16 && size < whole[i].fieldless)) {
                assert_int_equal(result, NTLMSSP_OK);
            } else if (size < 12) {
                assert_int_equal(result, NTLMSSP_NO_SIGNATURE);
            } else {
                assert_true(result == NTLMSSP_SHORT ||
                            result == NTLMSSP_OUT_OF_BOUNDS);
                assert_non_null(flaw.field);
                assert_non_null(flaw.why);
                assert_true(flaw.offset <= size);
            }
        }
    }
}

static void fields_of_negotiate(void **state)
{
    struct ntlmssp_negotiate m;
    struct ntlmssp_flaw flaw;

    (void)state;
    assert_int_equal(ntlmssp_decode_negotiate(hex(NAMES_NEGOTIATE), &m, &flaw),
                     NTLMSSP_OK);
    assert_int_equal(m.flags, 0x3207);
    assert_true(m.has_version);
    assert_true(span_equal(m.domain.bytes, span_text("DOMAIN")));
    assert_true(span_equal(m.workstation.bytes, span_text("WORKSTATION")));
    assert_string_equal(ntlmssp_version_text(arena, &m.version),
                        "5.0.2195 revision 15");
    assert_int_equal(ntlmssp_decode_negotiate(hex(CURL_NEGOTIATE), &m, &flaw),
                     NTLMSSP_OK);
    assert_true(m.has_fields);
    assert_false(m.has_version);
    assert_int_equal(ntlmssp_decode_negotiate(hex(OLD_NEGOTIATE), &m, &flaw),
                     NTLMSSP_OK);
    assert_false(m.has_fields);
}

static void fields_of_challenge(void **state)
{
    struct ntlmssp_challenge m;
    struct ntlmssp_flaw flaw;
    struct span name;

    (void)state;
    assert_int_equal(
        ntlmssp_decode_challenge(hex(MSNLMP_4_2_4_3_CHALLENGE), &m, &flaw),
        NTLMSSP_OK);
    assert_int_equal(m.flags, MSNLMP_4_2_4_FLAGS);
    assert_memory_equal(m.server_challenge, hex(MSNLMP_SERVER_CHALLENGE).data,
                        8);
    assert_string_equal(ntlmssp_text(arena, m.target_name.bytes, true),
                        "Server");
    assert_true(
        ntlmssp_av_find(m.target_info.bytes, NTLMSSP_AV_NB_DOMAIN_NAME, &name));
    assert_string_equal(ntlmssp_text(arena, name, true), MSNLMP_DOMAIN);
    assert_false(
        ntlmssp_av_find(m.target_info.bytes, NTLMSSP_AV_TIMESTAMP, &name));
}

static void fields_of_authenticate(void **state)
{
    struct ntlmssp_authenticate m;
    struct ntlmssp_v2_response v2;
    struct ntlmssp_flaw flaw;

    (void)state;
    assert_int_equal(ntlmssp_decode_authenticate(
                         hex(MSNLMP_4_2_4_3_AUTHENTICATE), &m, &flaw),
                     NTLMSSP_OK);
    assert_string_equal(ntlmssp_text(arena, m.user.bytes, true), MSNLMP_USER);
    assert_string_equal(ntlmssp_text(arena, m.domain.bytes, true),
                        MSNLMP_DOMAIN);
    assert_string_equal(ntlmssp_text(arena, m.workstation.bytes, true),
                        "COMPUTER");
    assert_string_equal(hex_text(arena, m.session_key.bytes),
                        MSNLMP_4_2_4_2_3_ENCRYPTED_KEY);
    assert_true(m.has_version);
    assert_false(m.has_mic); /* the payload begins at 72 */
    assert_int_equal(
        ntlmssp_decode_v2_response(m.nt_response.bytes, &v2, &flaw),
        NTLMSSP_OK);
    assert_string_equal(hex_text(arena, v2.proof), MSNLMP_4_2_4_2_2_PROOF);
    assert_string_equal(hex_text(arena, v2.temp), MSNLMP_4_2_4_1_3_TEMP);
    assert_string_equal(hex_text(arena, v2.client_challenge),
                        MSNLMP_CLIENT_CHALLENGE);
    assert_int_equal(v2.timestamp, 0);
}

static void v2_response(void **state)
{
    struct span temp = hex(MSNLMP_4_2_4_1_3_TEMP);
    struct span response = hex(MSNLMP_4_2_4_2_2_PROOF MSNLMP_4_2_4_1_3_TEMP);
    struct ntlmssp_v2_response v2;
    struct ntlmssp_flaw flaw;
    AUTO_BUF out = {0};

    (void)state;
    for (size_t size = 0; size < 16 + 28; size++) {
        assert_int_equal(ntlmssp_decode_v2_response(
                             span_slice(response, 0, size), &v2, &flaw),
                         NTLMSSP_SHORT);
        assert_int_equal(flaw.offset, size);
    }
    assert_int_equal(ntlmssp_decode_v2_response(response, &v2, &flaw),
                     NTLMSSP_OK);
    ntlmssp_encode_v2_temp(&out, &v2);
    assert_true(span_equal(buf_span(&out), temp));
}

/* The fixed part of an AUTHENTICATE ends where the payload begins. */
static void optional_parts(void **state)
{
    static const struct {
        size_t end;
        bool key;
        bool flags;
        bool version;
        bool mic;
    } rows[] = {
        {52, false, false, false, false}, {59, false, false, false, false},
        {60, true, false, false, false},  {63, true, false, false, false},
        {64, true, true, false, false},   {71, true, true, false, false},
        {72, true, true, true, false},    {87, true, true, true, false},
        {88, true, true, true, true},     {90, true, true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlmssp_authenticate m = {
            .has_session_key = true,
            .has_flags = true,
            .has_version = true,
            .has_mic = true,
        };
        AUTO_BUF out = {0};
        struct ntlmssp_flaw flaw;
        size_t at = rows[i].end;

        ntlmssp_field_set(&m.user, span_text("alice"), &at);
        ntlmssp_encode_authenticate(&out, &m);
        assert_int_equal(ntlmssp_decode_authenticate(buf_span(&out), &m, &flaw),
                         NTLMSSP_OK);
        assert_int_equal(m.has_session_key, rows[i].key);
        assert_int_equal(m.has_flags, rows[i].flags);
        assert_int_equal(m.has_version, rows[i].version);
        assert_int_equal(m.has_mic, rows[i].mic);
        assert_true(span_equal(m.user.bytes, span_text("alice")));
    }
}

/* One field at a time is changed in the document's AUTHENTICATE. */
static void bad_fields(void **state)
{
    static const struct {
        const char *name;
        size_t field; /* offset of the field in the fixed part */
        uint16_t length;
        uint32_t offset;
        enum ntlmssp_result result;
        const char *told;
    } rows[] = {
        {"good", 12, 24, 108, NTLMSSP_OK, NULL},
        {"empty, offset anything", 36, 0, 0xffffffff, NTLMSSP_OK, NULL},
        {"last byte", 36, 1, 231, NTLMSSP_OK, NULL},
        {"one beyond", 36, 2, 231, NTLMSSP_OUT_OF_BOUNDS, "UserNameFields"},
        {"at the end", 36, 1, 232, NTLMSSP_OUT_OF_BOUNDS, "UserNameFields"},
        {"far beyond", 28, 1, 0xffffffff, NTLMSSP_OUT_OF_BOUNDS,
         "DomainNameFields"},
        {"sum overflows", 20, 0xffff, 0xffffffff, NTLMSSP_OUT_OF_BOUNDS,
         "NtChallengeResponseFields"},
        {"into the fixed part", 12, 24, 51, NTLMSSP_OUT_OF_BOUNDS,
         "LmChallengeResponseFields"},
        {"signature as a name", 44, 8, 0, NTLMSSP_OUT_OF_BOUNDS,
         "WorkstationFields"},
        {"session key", 52, 17, 216, NTLMSSP_OUT_OF_BOUNDS,
         "EncryptedRandomSessionKeyFields"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span message = hex(MSNLMP_4_2_4_3_AUTHENTICATE);
        AUTO_BUF changed = {0};
        AUTO_BUF field = {0};
        struct ntlmssp_authenticate m;
        struct ntlmssp_flaw flaw = {0};

        print_message("  %s\n", rows[i].name);
        buf_add(&changed, message);
        buf_add_u16le(&field, rows[i].length);
        buf_add_u16le(&field, rows[i].length);
        buf_add_u32le(&field, rows[i].offset);
        memcpy(changed.data + rows[i].field, field.data, field.size);
        assert_int_equal(
            ntlmssp_decode_authenticate(buf_span(&changed), &m, &flaw),
            rows[i].result);
        if (rows[i].told) {
            assert_string_equal(flaw.field, rows[i].told);
            assert_int_equal(flaw.offset, rows[i].field);
        }
    }
}

static void wrong_messages(void **state)
{
    static const struct {
        const char *bytes;
        enum ntlmssp_type type;
        enum ntlmssp_result result; /* as a NEGOTIATE */
    } rows[] = {
        {"", NTLMSSP_NONE, NTLMSSP_NO_SIGNATURE},
        {"4e544c4d535350", NTLMSSP_NONE, NTLMSSP_NO_SIGNATURE},
        {"4e544c4d53535001010000000000000000", NTLMSSP_NONE,
         NTLMSSP_NO_SIGNATURE},
        {"6e746c6d737370000100000000000000", NTLMSSP_NONE,
         NTLMSSP_NO_SIGNATURE},
        {"4e544c4d535350000000000000000000", NTLMSSP_NONE, NTLMSSP_WRONG_TYPE},
        {"4e544c4d535350000400000000000000", NTLMSSP_NONE, NTLMSSP_WRONG_TYPE},
        {"4e544c4d53535000010000ff00000000", NTLMSSP_NONE, NTLMSSP_WRONG_TYPE},
        {"4e544c4d5353500001000000", NTLMSSP_NEGOTIATE, NTLMSSP_SHORT},
        {"4e544c4d5353500003000000", NTLMSSP_AUTHENTICATE, NTLMSSP_WRONG_TYPE},
        {MSNLMP_4_2_4_3_CHALLENGE, NTLMSSP_CHALLENGE, NTLMSSP_WRONG_TYPE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlmssp_negotiate m = {.flags = 77};
        struct ntlmssp_flaw flaw = {0};
        struct span bytes = hex(rows[i].bytes);

        assert_int_equal(ntlmssp_type_of(bytes), rows[i].type);
        assert_int_equal(ntlmssp_decode_negotiate(bytes, &m, &flaw),
                         rows[i].result);
        assert_int_equal(m.flags, 77); /* outputs are untouched */
    }
}

/* Encoders do as they are told. */
static void lies(void **state)
{
    struct ntlmssp_challenge m = {
        .target_name = {.length = 6, .max_length = 2, .offset = 0x80000000},
        .has_target_info = true,
    };
    AUTO_BUF out = {0};

    (void)state;
    m.target_name.bytes = span_text("lost");
    m.target_info = (struct ntlmssp_field){9, 9, 60, span_text("four")};
    buf_add_text(&out, "in front");
    ntlmssp_encode_challenge(&out, &m);
    assert_string_equal(hex_text(arena, span_slice(buf_span(&out), 8, 999)),
                        "4e544c4d53535000020000000600020000000080"
                        "00000000000000000000000000000000000000000900"
                        "09003c000000"
                        "000000000000000000000000666f7572");
}

static void av_lists(void **state)
{
    static const struct {
        const char *name;
        const char *list;
        enum ntlmssp_result result;
        size_t offset; /* of the flaw */
        bool found;    /* a pair 2 */
        const char *value;
    } rows[] = {
        {"empty", "", NTLMSSP_OK, 0, false, ""},
        {"end alone", "00000000", NTLMSSP_OK, 0, false, ""},
        {"one", "02000200410000000000", NTLMSSP_OK, 0, true, "4100"},
        {"no end", "020002004100", NTLMSSP_OK, 0, true, "4100"},
        {"empty value", "0200000000000000", NTLMSSP_OK, 0, true, ""},
        {"twice: the first counts", "02000100410200010042", NTLMSSP_OK, 0, true,
         "41"},
        {"behind the end", "0000000002000100410000", NTLMSSP_OK, 0, false, ""},
        {"unknown ids", "ff7f010041020001004200000000", NTLMSSP_OK, 0, true,
         "42"},
        {"half an id", "02", NTLMSSP_SHORT, 0, false, ""},
        {"half a length", "020002", NTLMSSP_SHORT, 0, false, ""},
        {"half a value", "0100010041020002000a", NTLMSSP_SHORT, 5, false, ""},
        {"long value", "0200ffff", NTLMSSP_SHORT, 0, false, ""},
        {"end with a value", "00000100aa", NTLMSSP_OK, 0, false, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span list = hex(rows[i].list);
        struct ntlmssp_flaw flaw = {0};
        struct span value = SPAN_NONE;

        print_message("  %s\n", rows[i].name);
        assert_int_equal(ntlmssp_av_check(list, &flaw), rows[i].result);
        assert_int_equal(flaw.offset, rows[i].offset);
        assert_int_equal(
            ntlmssp_av_find(list, NTLMSSP_AV_NB_DOMAIN_NAME, &value),
            rows[i].found);
        assert_string_equal(hex_text(arena, value), rows[i].value);
    }
}

static void av_building(void **state)
{
    AUTO_BUF out = {0};

    (void)state;
    ntlmssp_av_add_text(&out, NTLMSSP_AV_NB_DOMAIN_NAME, "J\xc3\x96");
    ntlmssp_av_add(&out, NTLMSSP_AV_FLAGS, hex("02000000"));
    ntlmssp_av_add(&out, NTLMSSP_AV_EOL, SPAN_NONE);
    assert_string_equal(hex_text(arena, buf_span(&out)), "020004004a00d600"
                                                         "0600040002000000"
                                                         "00000000");
    assert_int_equal(ntlmssp_av_flags(buf_span(&out)), NTLMSSP_AV_FLAG_MIC);
    assert_int_equal(ntlmssp_av_flags(hex("0600030002000000000000")), 0);
    assert_int_equal(ntlmssp_av_flags(SPAN_NONE), 0);
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(ntlmssp_flag_name(0), "NTLMSSP_NEGOTIATE_UNICODE");
    assert_string_equal(ntlmssp_flag_name(31), "NTLMSSP_NEGOTIATE_56");
    assert_null(ntlmssp_flag_name(3));
    assert_null(ntlmssp_flag_name(32));
    assert_string_equal(ntlmssp_flags_text(arena, 0), "");
    assert_string_equal(ntlmssp_flags_text(arena, 0x8208020bU),
                        "UNICODE OEM 0x8 NTLM EXTENDED_SESSIONSECURITY "
                        "VERSION 56");
    assert_string_equal(ntlmssp_av_name(10), "MsvAvChannelBindings");
    assert_null(ntlmssp_av_name(11));
}

static void texts(void **state)
{
    static const struct {
        const char *bytes;
        bool unicode;
        const char *text;
    } rows[] = {
        {"4a00f600", true, "J\xc3\xb6"},
        {"4a00f6", true, "J\xef\xbf\xbd"},
        {"4ac3b6", false, "J\xc3\xb6"}, /* UTF-8, as Unix clients send */
        {"4af6", false, "J\xc3\xb6"},   /* ISO 8859-1 */
        {"4a0000004a00", true, "J\xef\xbf\xbdJ"},
        {"4a004a", false, "J\xef\xbf\xbdJ"},
        {"", true, ""},
        {"", false, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(
            ntlmssp_text(arena, hex(rows[i].bytes), rows[i].unicode),
            rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(truncations),
        cmocka_unit_test(fields_of_negotiate),
        cmocka_unit_test(fields_of_challenge),
        cmocka_unit_test(fields_of_authenticate),
        cmocka_unit_test(v2_response),
        cmocka_unit_test(optional_parts),
        cmocka_unit_test(bad_fields),
        cmocka_unit_test(wrong_messages),
        cmocka_unit_test(lies),
        cmocka_unit_test(av_lists),
        cmocka_unit_test(av_building),
        cmocka_unit_test(names),
        cmocka_unit_test(texts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
