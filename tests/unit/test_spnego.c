/* DER, the codec of SPNEGO tokens, and tokens as JSON. */
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
#include "wire/der.h"
#include "wire/spnego.h"
#include "wire/token.h"

#define OID_SPNEGO "06062b0601050502"
#define OID_NTLM   "060a2b06010401823702020a"
#define OID_KRB5   "06092a864886f712010202"

/* NegTokenInit: [krb5, NTLM], a token of two bytes. */
#define INIT                                                                   \
    "602d" OID_SPNEGO "a0233021"                                               \
    "a0193017" OID_KRB5 OID_NTLM "a2040402abcd"
#define RESP                                                                   \
    "a1223020a0030a0101a10c" OID_NTLM "a2040402abcd"                           \
    "a30504030a0b0c"

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

static void der_elements(void **state)
{
    static const struct {
        const char *name;
        const char *bytes;
        enum der_result result;
        size_t size; /* of the content */
    } rows[] = {
        {"empty input", "", DER_SHORT, 0},
        {"tag alone", "30", DER_SHORT, 0},
        {"empty element", "3000", DER_OK, 0},
        {"good", "040141", DER_OK, 1},
        {"more behind it", "04014142", DER_OK, 1},
        {"one short", "040241", DER_SHORT, 0},
        {"long form", "04810141", DER_OK, 1},
        {"long form, four bytes", "04840000000141", DER_OK, 1},
        {"long form, cut", "048201", DER_SHORT, 0},
        {"five bytes of length", "0485000000000141", DER_FORM, 0},
        {"indefinite", "30800000", DER_FORM, 0},
        {"4 GiB", "0484ffffffff41", DER_SHORT, 0},
        {"high tag number", "1f8101", DER_FORM, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct reader rd = rd_init(hex(rows[i].bytes));
        struct der element = {.tag = 99};

        print_message("  %s\n", rows[i].name);
        assert_int_equal(der_next(&rd, &element), rows[i].result);
        if (rows[i].result == DER_OK) {
            assert_int_equal(element.content.size, rows[i].size);
            assert_int_equal(element.whole.size, rd.offset);
        } else {
            assert_int_equal(element.tag, 99);
            assert_int_equal(rd.offset, 0);
        }
    }
}

static void der_expected(void **state)
{
    struct reader rd = rd_init(hex("040141060155"));
    struct der element;

    (void)state;
    assert_int_equal(der_expect(&rd, DER_OID, &element), DER_UNEXPECTED);
    assert_int_equal(der_expect(&rd, DER_OCTET_STRING, &element), DER_OK);
    assert_int_equal(der_expect(&rd, DER_OID, &element), DER_OK);
    assert_int_equal(element.content.data[0], 0x55);
    assert_int_equal(der_expect(&rd, DER_OID, &element), DER_SHORT);
}

/* What the writer makes is read back, over every length of length. */
static void der_lengths(void **state)
{
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
    static const size_t heads[] = {2, 2, 2, 3, 3, 4, 4, 5};
    static uint8_t content[65536];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        AUTO_BUF added = {0};
        AUTO_BUF wrapped = {0};
        struct reader rd;
        struct der element;

        der_add(&added, DER_OCTET_STRING, span_of(content, sizes[i]));
        buf_add_text(&wrapped, "x");
        buf_add(&wrapped, span_of(content, sizes[i]));
        der_wrap(&wrapped, 1, DER_OCTET_STRING);
        assert_int_equal(added.size, heads[i] + sizes[i]);
        assert_true(span_equal(span_slice(buf_span(&wrapped), 1, SIZE_MAX),
                               buf_span(&added)));
        rd = rd_init(buf_span(&added));
        assert_int_equal(der_next(&rd, &element), DER_OK);
        assert_int_equal(element.content.size, sizes[i]);
    }
}

static void oids(void **state)
{
    static const struct {
        const char *content;
        const char *text;
        const char *name;
    } rows[] = {
        {"2b06010401823702020a", "1.3.6.1.4.1.311.2.2.10", "NTLMSSP"},
        {"2a864886f712010202", "1.2.840.113554.1.2.2", "Kerberos"},
        {"2a864882f712010202", "1.2.840.48018.1.2.2", "MS-Kerberos"},
        {"2b06010401823702021e", "1.3.6.1.4.1.311.2.2.30", "NegoEx"},
        {"883703", "2.999.3", NULL},
        {"27", "0.39", NULL},
        {"", "?", NULL},
        {"2a86", "?", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct spnego_mech *mech = spnego_mech_of(hex(rows[i].content));

        assert_string_equal(der_oid_text(arena, hex(rows[i].content)),
                            rows[i].text);
        if (rows[i].name) {
            assert_non_null(mech);
            assert_string_equal(mech->name, rows[i].name);
        } else {
            assert_null(mech);
        }
    }
}

static void init_fields(void **state)
{
    struct spnego_init init;
    struct spnego_flaw flaw;
    AUTO_BUF out = {0};

    (void)state;
    assert_int_equal(spnego_decode_init(hex(INIT), &init, &flaw), SPNEGO_OK);
    assert_true(init.framed);
    assert_int_equal(init.mech_count, 2);
    assert_true(span_equal(init.mechs[0], SPNEGO_OID_KRB5));
    assert_true(span_equal(init.mechs[1], SPNEGO_OID_NTLM));
    assert_string_equal(hex_text(arena, init.mech_types),
                        "3017" OID_KRB5 OID_NTLM);
    assert_true(init.has_token);
    assert_string_equal(hex_text(arena, init.mech_token), "abcd");
    assert_false(init.has_mic || init.has_hints || init.has_flags);
    spnego_encode_init(&out, &init);
    assert_string_equal(hex_text(arena, buf_span(&out)), INIT);
    buf_reset(&out);
    spnego_encode_mech_types(&out, &init);
    assert_true(span_equal(buf_span(&out), init.mech_types));
}

/* All members, both readings of [3]; made by the encoder, then judged. */
static void init_members(void **state)
{
    struct spnego_init told = {
        .mechs = {SPNEGO_OID_NTLM},
        .mech_count = 1,
        .has_flags = true,
        .req_flags = hex("0162"),
        .has_token = true,
        .mech_token = span_text("token"),
        .has_mic = true,
        .mech_list_mic = span_text("mic"),
    };

    (void)state;
    for (int hints = 0; hints < 2; hints++) {
        AUTO_BUF out = {0};
        AUTO_BUF again = {0};
        struct spnego_init got;
        struct spnego_flaw flaw;

        told.has_hints = hints;
        told.neg_hints = hints ? hex("a0031b0141") : SPAN_NONE;
        spnego_encode_init(&out, &told);
        assert_int_equal(spnego_kind_of(buf_span(&out)), SPNEGO_INIT);
        assert_int_equal(spnego_decode_init(buf_span(&out), &got, &flaw),
                         SPNEGO_OK);
        assert_false(got.framed);
        assert_true(got.has_flags && got.has_token && got.has_mic);
        assert_int_equal(got.has_hints, hints);
        assert_true(span_equal(got.req_flags, told.req_flags));
        assert_true(span_equal(got.mech_list_mic, span_text("mic")));
        assert_true(span_equal(got.neg_hints, told.neg_hints));
        spnego_encode_init(&again, &got);
        assert_true(span_equal(buf_span(&out), buf_span(&again)));
    }
}

static void resp_fields(void **state)
{
    struct spnego_resp resp;
    struct spnego_flaw flaw;
    AUTO_BUF out = {0};

    (void)state;
    assert_int_equal(spnego_decode_resp(hex(RESP), &resp, &flaw), SPNEGO_OK);
    assert_true(resp.has_state && resp.has_mech && resp.has_token &&
                resp.has_mic);
    assert_int_equal(resp.state, SPNEGO_ACCEPT_INCOMPLETE);
    assert_true(span_equal(resp.supported_mech, SPNEGO_OID_NTLM));
    assert_string_equal(hex_text(arena, resp.response_token), "abcd");
    assert_string_equal(hex_text(arena, resp.mech_list_mic), "0a0b0c");
    spnego_encode_resp(&out, &resp);
    assert_string_equal(hex_text(arena, buf_span(&out)), RESP);
}

static void resp_states(void **state)
{
    static const struct {
        const char *bytes;
        enum spnego_result result;
        unsigned state;
        const char *name;
    } rows[] = {
        {"a1073005a0030a0100", SPNEGO_OK, 0, "accept-completed"},
        {"a1073005a0030a0102", SPNEGO_OK, 2, "reject"},
        {"a1073005a0030a0103", SPNEGO_OK, 3, "request-mic"},
        {"a1073005a0030a0104", SPNEGO_OK, 4, NULL},
        {"a1083006a0040a020001", SPNEGO_OK, 255, NULL},
        {"a1063004a0020a00", SPNEGO_OK, 255, NULL},
        {"a1073005a003040100", SPNEGO_MALFORMED, 0, NULL},
        {"a1023000", SPNEGO_OK, 0, NULL},
        {"a1053003a90141", SPNEGO_OK, 0, NULL}, /* a member of the future */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_resp resp;
        struct spnego_flaw flaw;

        assert_int_equal(spnego_decode_resp(hex(rows[i].bytes), &resp, &flaw),
                         rows[i].result);
        if (rows[i].result == SPNEGO_OK && resp.has_state) {
            assert_int_equal(resp.state, rows[i].state);
            assert_true(!spnego_state_name(resp.state) == !rows[i].name);
        }
    }
}

static void truncations(void **state)
{
    static const char *const tokens[] = {INIT, RESP};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
        struct span token = hex(tokens[i]);

        for (size_t size = 0; size < token.size; size++) {
            AUTO(mem) copy = mem_alloc(size);
            struct span cut = span_of(copy, size);
            struct spnego_flaw flaw = {0};
            struct spnego_init init;
            struct spnego_resp resp;

            memcpy(copy, token.data, size);
            spnego_kind_of(cut);
            assert_int_not_equal(spnego_decode_init(cut, &init, &flaw),
                                 SPNEGO_OK);
            assert_true(flaw.offset <= size);
            assert_non_null(flaw.why);
            assert_int_not_equal(spnego_decode_resp(cut, &resp, &flaw),
                                 SPNEGO_OK);
            assert_true(flaw.offset <= size);
        }
    }
}

static void flaws(void **state)
{
    static const struct {
        const char *name;
        const char *token;
        enum spnego_result result;
        size_t offset;
        const char *field;
    } rows[] = {
        {"another choice", RESP, SPNEGO_NOT_SPNEGO, 0, "NegTokenInit"},
        {"another mechanism's frame", "6011" OID_KRB5 "a0043002a000",
         SPNEGO_NOT_SPNEGO, 0, "NegTokenInit"},
        {"no sequence", "a0020400", SPNEGO_MALFORMED, 2, "NegTokenInit"},
        {"mechTypes is no sequence", "a0063004a0020400", SPNEGO_MALFORMED, 6,
         "mechTypes"},
        {"an item is no OID", "a0083006a00430020400", SPNEGO_MALFORMED, 8,
         "mechTypes"},
        {"mechToken is no string", "a0063004a2020200", SPNEGO_MALFORMED, 6,
         "mechToken"},
        {"mechToken is empty", "a0043002a200", SPNEGO_MALFORMED, 0,
         "mechToken"},
        {"a member is cut", "a0053003a20504", SPNEGO_MALFORMED, 4,
         "NegTokenInit"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init;
        struct spnego_flaw flaw = {0};

        print_message("  %s\n", rows[i].name);
        assert_int_equal(spnego_decode_init(hex(rows[i].token), &init, &flaw),
                         rows[i].result);
        assert_string_equal(flaw.field, rows[i].field);
        assert_int_equal(flaw.offset, rows[i].offset);
    }
}

static void too_many_mechs(void **state)
{
    AUTO_BUF out = {0};
    struct spnego_init init;
    struct spnego_flaw flaw;

    (void)state;
    for (size_t i = 0; i <= SPNEGO_MECHS_MAX; i++) {
        der_add(&out, DER_OID, SPNEGO_OID_NTLM);
    }
    der_wrap(&out, 0, DER_SEQUENCE);
    der_wrap(&out, 0, DER_CONTEXT_0);
    der_wrap(&out, 0, DER_SEQUENCE);
    der_wrap(&out, 0, DER_CONTEXT_0);
    assert_int_equal(spnego_decode_init(buf_span(&out), &init, &flaw),
                     SPNEGO_TOO_MANY);
}

static void kinds(void **state)
{
    static const struct {
        const char *token;
        enum spnego_kind kind;
    } rows[] = {
        {"", SPNEGO_UNKNOWN},
        {"60", SPNEGO_UNKNOWN},
        {INIT, SPNEGO_INIT},
        {RESP, SPNEGO_RESP},
        {"a000", SPNEGO_INIT},
        {"600a" OID_SPNEGO "a000", SPNEGO_INIT},
        {"600a" OID_SPNEGO "a100", SPNEGO_RESP},
        {"6008" OID_SPNEGO, SPNEGO_UNKNOWN},
        {"600d" OID_KRB5 "0100", SPNEGO_RAW_KERBEROS},
        {"600c" OID_NTLM, SPNEGO_UNKNOWN},
        {MSNLMP_4_2_4_3_CHALLENGE, SPNEGO_RAW_NTLM},
        {"3000", SPNEGO_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(spnego_kind_of(hex(rows[i].token)), rows[i].kind);
    }
}

static const char *described(struct span token, bool secrets)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    token_describe(arena, NULL, token, &(struct token_view){.secrets = secrets},
                   &json);
    return arena_text(arena, buf_span(&out));
}

static const struct {
    const char *name;
    const char *token;
    bool secrets;
    const char *has[6];
    const char *lacks;
} described_rows[] = {
    {"nothing", "", false, {"\"kind\":\"unknown\"", "\"offset\":0"}, NULL},
    {"AUTHENTICATE",
     MSNLMP_4_2_4_3_AUTHENTICATE,
     false,
     {"\"kind\":\"ntlm\",\"type\":\"AUTHENTICATE\"", "\"flags\":\"0xe2888235\"",
      "\"NTLMSSP_NEGOTIATE_56\"", "\"domain\":\"Domain\",\"user\":\"User\"",
      "\"lmResponse\":{\"size\":24}",
      "{\"id\":2,\"name\":\"MsvAvNbDomainName\",\"value\":\"Domain\"}"},
     MSNLMP_4_2_4_2_2_PROOF},
    {"AUTHENTICATE with secrets",
     MSNLMP_4_2_4_3_AUTHENTICATE,
     true,
     {MSNLMP_4_2_4_2_2_PROOF, MSNLMP_4_2_4_2_3_ENCRYPTED_KEY},
     NULL},
    {"CHALLENGE",
     MSNLMP_4_2_4_3_CHALLENGE,
     false,
     {"\"targetName\":\"Server\"", "\"serverChallenge\":\"0123456789abcdef\"",
      "\"version\":\"6.0.6000 revision 15\""},
     NULL},
    {"NEGOTIATE, cut",
     "4e544c4d5353500001000000aa",
     false,
     {"\"type\":\"NEGOTIATE\"", "message ends within its fixed part",
      "\"offset\":13"},
     NULL},
    {"NegTokenInit",
     INIT,
     false,
     {"\"mechTypes\":[\"Kerberos\",\"NTLMSSP\"]",
      "\"mechToken\":{\"kind\":\"unknown\",\"size\":2}"},
     NULL},
    {"NegTokenResp",
     RESP,
     false,
     {"\"negState\":\"accept-incomplete\"", "\"supportedMech\":\"NTLMSSP\"",
      "\"mechListMIC\":\"0a0b0c\""},
     NULL},
    {"NegTokenInit, cut",
     "a0063004a0020400",
     false,
     {"mechTypes is an element of another type", "\"offset\":6"},
     NULL},
};

static void descriptions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(described_rows); i++) {
        const char *text =
            described(hex(described_rows[i].token), described_rows[i].secrets);

        print_message("  %s\n", described_rows[i].name);
        for (size_t k = 0; k < ARRAY_SIZE(described_rows[i].has); k++) {
            if (described_rows[i].has[k] &&
                !strstr(text, described_rows[i].has[k])) {
                fail_msg("%s is not in %s", described_rows[i].has[k], text);
            }
        }
        assert_true(!described_rows[i].lacks ||
                    !strstr(text, described_rows[i].lacks));
    }
}

/* Any piece of any token gives one whole object. */
static void descriptions_of_pieces(void **state)
{
    static const char *const tokens[] = {
        INIT, RESP, MSNLMP_4_2_4_3_AUTHENTICATE, MSNLMP_4_2_4_3_CHALLENGE};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
        struct span token = hex(tokens[i]);

        for (size_t size = 0; size <= token.size; size++) {
            const char *text = described(span_slice(token, 0, size), true);

            assert_true(text[0] == '{' && text[strlen(text) - 1] == '}');
            assert_non_null(strstr(text, "\"kind\":"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(der_elements),
        cmocka_unit_test(der_expected),
        cmocka_unit_test(der_lengths),
        cmocka_unit_test(oids),
        cmocka_unit_test(init_fields),
        cmocka_unit_test(init_members),
        cmocka_unit_test(resp_fields),
        cmocka_unit_test(resp_states),
        cmocka_unit_test(truncations),
        cmocka_unit_test(flaws),
        cmocka_unit_test(too_many_mechs),
        cmocka_unit_test(kinds),
        cmocka_unit_test(descriptions),
        cmocka_unit_test(descriptions_of_pieces),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
