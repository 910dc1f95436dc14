/* The formulas of NTLM against the numbers of [MS-NLMP] section 4.2. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/binding.h"
#include "auth/ntlm_crypto.h"
#include "auth/ntlm_session.h"
#include "msnlmp.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/utf.h"
#include "wire/ntlmssp.h"

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

static struct span wide(const char *text)
{
    AUTO_BUF out = {0};

    utf16le_add(&out, span_text(text));
    return arena_copy(arena, buf_span(&out));
}

static void assert_hex(const void *bytes, size_t size, const char *expected)
{
    assert_string_equal(hex_text(arena, span_of(bytes, size)), expected);
}

#define ASSERT_HEX(array, expected) assert_hex(array, sizeof(array), expected)

static void v1(void **state)
{
    uint8_t ntowf[16];
    uint8_t lmowf[16];
    uint8_t key[16];
    uint8_t response[24];
    const uint8_t *challenge = hex(MSNLMP_SERVER_CHALLENGE).data;

    (void)state;
    ntlm_ntowf_v1(wide(MSNLMP_PASSWORD), ntowf);
    ASSERT_HEX(ntowf, MSNLMP_4_2_2_1_2_NTOWF);
    ntlm_lmowf_v1(span_text(MSNLMP_PASSWORD), lmowf);
    ASSERT_HEX(lmowf, MSNLMP_4_2_2_1_1_LMOWF);
    ntlm_v1_session_base_key(ntowf, key);
    ASSERT_HEX(key, MSNLMP_4_2_2_1_3_BASE_KEY);
    ntlm_desl(ntowf, challenge, response);
    ASSERT_HEX(response, MSNLMP_4_2_2_2_1_NT_RESPONSE);
    ntlm_desl(lmowf, challenge, response);
    ASSERT_HEX(response, MSNLMP_4_2_2_2_2_LM_RESPONSE);
}

static void lm_passwords(void **state)
{
    uint8_t a[16];
    uint8_t b[16];

    (void)state;
    /* The LM hash of the empty password is known to all the world. */
    ntlm_lmowf_v1(SPAN_NONE, a);
    ASSERT_HEX(a, "aad3b435b51404eeaad3b435b51404ee");
    ntlm_lmowf_v1(span_text("FOURTEEN CHARS"), a);
    ntlm_lmowf_v1(span_text("fourteen chars and more"), b);
    assert_memory_equal(a, b, sizeof(a));
}

static void kxkey_v1(void **state)
{
    static const struct {
        uint32_t flags;
        const char *key;
        const char *encrypted;
    } rows[] = {
        {0, MSNLMP_4_2_2_1_3_BASE_KEY, MSNLMP_4_2_2_2_3_ENCRYPTED_KEY},
        {NTLMSSP_NON_NT_SESSION_KEY, MSNLMP_4_2_2_1_4_KXKEY_NON_NT,
         MSNLMP_4_2_2_2_3_NON_NT},
        {NTLMSSP_LM_KEY, MSNLMP_4_2_2_1_4_KXKEY_LM_KEY,
         MSNLMP_4_2_2_2_3_LM_KEY},
        {NTLMSSP_LM_KEY | NTLMSSP_NON_NT_SESSION_KEY,
         MSNLMP_4_2_2_1_4_KXKEY_LM_KEY, MSNLMP_4_2_2_2_3_LM_KEY},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint8_t key[16];
        uint8_t encrypted[16];

        ntlm_kxkey_v1(hex(MSNLMP_4_2_2_1_3_BASE_KEY).data,
                      hex(MSNLMP_4_2_2_1_1_LMOWF).data,
                      hex(MSNLMP_4_2_2_2_2_LM_RESPONSE).data,
                      MSNLMP_4_2_2_FLAGS | rows[i].flags, key);
        ASSERT_HEX(key, rows[i].key);
        ntlm_rc4k(key, hex(MSNLMP_RANDOM_SESSION_KEY).data, encrypted);
        ASSERT_HEX(encrypted, rows[i].encrypted);
        ntlm_rc4k(key, encrypted, encrypted);
        ASSERT_HEX(encrypted, MSNLMP_RANDOM_SESSION_KEY);
    }
}

static void v1_ess(void **state)
{
    const uint8_t *server = hex(MSNLMP_SERVER_CHALLENGE).data;
    uint8_t challenge[8];
    uint8_t response[24];
    uint8_t key[16];

    (void)state;
    ntlm_ess_challenge(server, hex(MSNLMP_CLIENT_CHALLENGE).data, challenge);
    ntlm_desl(hex(MSNLMP_4_2_2_1_2_NTOWF).data, challenge, response);
    ASSERT_HEX(response, MSNLMP_4_2_3_2_2_NT_RESPONSE);
    ntlm_kxkey_v1_ess(hex(MSNLMP_4_2_2_1_3_BASE_KEY).data, server,
                      hex(MSNLMP_4_2_3_2_1_LM_RESPONSE).data, key);
    ASSERT_HEX(key, MSNLMP_4_2_3_1_3_KXKEY);
}

static void v2(void **state)
{
    const uint8_t *server = hex(MSNLMP_SERVER_CHALLENGE).data;
    uint8_t ntowf[16];
    uint8_t proof[16];
    uint8_t key[16];

    (void)state;
    ntlm_ntowf_v2(hex(MSNLMP_4_2_2_1_2_NTOWF).data, wide("USER"),
                  wide(MSNLMP_DOMAIN), ntowf);
    ASSERT_HEX(ntowf, MSNLMP_4_2_4_1_1_NTOWF);
    ntlm_v2_proof(ntowf, server, hex(MSNLMP_4_2_4_1_3_TEMP), proof);
    ASSERT_HEX(proof, MSNLMP_4_2_4_2_2_PROOF);
    ntlm_v2_session_base_key(ntowf, proof, key);
    ASSERT_HEX(key, MSNLMP_4_2_4_1_2_BASE_KEY);
    ntlm_rc4k(key, hex(MSNLMP_RANDOM_SESSION_KEY).data, key);
    ASSERT_HEX(key, MSNLMP_4_2_4_2_3_ENCRYPTED_KEY);
    /* LMv2 is the same formula over the client's challenge. */
    ntlm_v2_proof(ntowf, server, hex(MSNLMP_CLIENT_CHALLENGE), proof);
    assert_memory_equal(proof, hex(MSNLMP_4_2_4_2_1_LM_RESPONSE).data, 16);
}

static void wraps(void **state)
{
    static const struct {
        const char *key; /* ExportedSessionKey */
        uint32_t flags;
        const char *sealed;
        const char *signature;
    } rows[] = {
        {MSNLMP_RANDOM_SESSION_KEY, MSNLMP_4_2_2_FLAGS, MSNLMP_4_2_2_4_SEALED,
         MSNLMP_4_2_2_4_SIGNATURE},
        {MSNLMP_4_2_3_1_3_KXKEY, MSNLMP_4_2_3_FLAGS, MSNLMP_4_2_3_4_SEALED,
         MSNLMP_4_2_3_4_SIGNATURE},
        {MSNLMP_RANDOM_SESSION_KEY, MSNLMP_4_2_4_FLAGS, MSNLMP_4_2_4_4_SEALED,
         MSNLMP_4_2_4_4_SIGNATURE},
    };
    struct span plain = hex(MSNLMP_PLAINTEXT);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_session session;
        uint8_t sealed[18];
        uint8_t signature[16];

        ntlm_session_init(&session, hex(rows[i].key).data, rows[i].flags);
        ntlm_session_seal(&session, NTLM_CLIENT, plain, sealed, signature);
        ASSERT_HEX(sealed, rows[i].sealed);
        ASSERT_HEX(signature, rows[i].signature);
        ntlm_session_clear(&session);
    }
}

static void session_keys(void **state)
{
    const uint8_t *v1_key = hex(MSNLMP_4_2_3_1_3_KXKEY).data;
    const uint8_t *v2_key = hex(MSNLMP_RANDOM_SESSION_KEY).data;
    uint8_t key[16];

    (void)state;
    ntlm_sign_key(v1_key, NTLM_CLIENT, key);
    ASSERT_HEX(key, MSNLMP_4_2_3_4_SIGN_KEY);
    ntlm_sign_key(v2_key, NTLM_CLIENT, key);
    ASSERT_HEX(key, MSNLMP_4_2_4_4_SIGN_KEY);
    ntlm_sign_key(v2_key, NTLM_SERVER, key);
    assert_memory_not_equal(key, hex(MSNLMP_4_2_4_4_SIGN_KEY).data, 16);
    /* 56 bits: seven bytes of the key count. */
    assert_int_equal(
        ntlm_seal_key(v1_key, MSNLMP_4_2_3_FLAGS, NTLM_CLIENT, key), 16);
    ASSERT_HEX(key, MSNLMP_4_2_3_4_SEAL_KEY);
    assert_int_equal(
        ntlm_seal_key(v2_key, MSNLMP_4_2_4_FLAGS, NTLM_CLIENT, key), 16);
    ASSERT_HEX(key, MSNLMP_4_2_4_4_SEAL_KEY);
}

/* 3.4.5.3, the branches that section 4.2 has no numbers for. */
static void weak_seal_keys(void **state)
{
    const uint8_t *exported = hex(MSNLMP_RANDOM_SESSION_KEY).data;
    uint8_t key[16];
    uint8_t other[16] = {0};

    (void)state;
    assert_int_equal(
        ntlm_seal_key(exported, NTLMSSP_LM_KEY | NTLMSSP_56, NTLM_CLIENT, key),
        8);
    assert_hex(key, 8, "55555555555555a0");
    assert_int_equal(ntlm_seal_key(exported, NTLMSSP_LM_KEY, NTLM_CLIENT, key),
                     8);
    assert_hex(key, 8, "5555555555e538b0");
    assert_int_equal(ntlm_seal_key(exported, 0, NTLM_CLIENT, key), 16);
    ASSERT_HEX(key, MSNLMP_RANDOM_SESSION_KEY);
    /* 40 bits: only the first five bytes matter. */
    memcpy(other, exported, 5);
    ntlm_seal_key(exported, NTLMSSP_ESS, NTLM_CLIENT, key);
    ntlm_seal_key(other, NTLMSSP_ESS, NTLM_CLIENT, other);
    assert_memory_equal(key, other, 16);
}

static void signatures_are_in_sequence(void **state)
{
    static const uint32_t flags[] = {MSNLMP_4_2_2_FLAGS, MSNLMP_4_2_3_FLAGS,
                                     MSNLMP_4_2_4_FLAGS};
    struct span message = span_text("message");

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        const uint8_t *key = hex(MSNLMP_RANDOM_SESSION_KEY).data;
        struct ntlm_session ours;
        struct ntlm_session theirs;
        uint8_t first[16];
        uint8_t second[16];

        ntlm_session_init(&ours, key, flags[i]);
        ntlm_session_init(&theirs, key, flags[i]);
        ntlm_session_sign(&ours, NTLM_CLIENT, message, first);
        ntlm_session_sign(&ours, NTLM_CLIENT, message, second);
        assert_memory_not_equal(first, second, 16);
        assert_true(ntlm_session_verify(&theirs, NTLM_CLIENT, message,
                                        span_of(first, 16)));
        assert_true(ntlm_session_verify(&theirs, NTLM_CLIENT, message,
                                        span_of(second, 16)));
        assert_false(ntlm_session_verify(&theirs, NTLM_CLIENT, message,
                                         span_of(second, 16)));
    }
}

static void signatures_are_checked_whole(void **state)
{
    struct span message = span_text("message");
    const uint8_t *key = hex(MSNLMP_RANDOM_SESSION_KEY).data;

    (void)state;
    for (size_t i = 0; i <= NTLM_SIGNATURE_SIZE; i++) {
        struct ntlm_session session;
        uint8_t signature[NTLM_SIGNATURE_SIZE];

        ntlm_session_init(&session, key, MSNLMP_4_2_4_FLAGS);
        ntlm_session_sign(&session, NTLM_CLIENT, message, signature);
        ntlm_session_init(&session, key, MSNLMP_4_2_4_FLAGS);
        if (i < sizeof(signature)) {
            signature[i] ^= 1;
            assert_false(ntlm_session_verify(&session, NTLM_CLIENT, message,
                                             span_of(signature, 16)));
        } else {
            assert_false(ntlm_session_verify(&session, NTLM_CLIENT, message,
                                             span_of(signature, 15)));
        }
    }
}

/* Published by Microsoft with the text "NTLM and Channel Binding Hash". */
static void channel_bindings(void **state)
{
    uint8_t hash[16];

    (void)state;
    auth_channel_bindings(hex("ea05fefecc6b0bd571dbbc5baa3ed453"
                              "86d0446835f7b74c85621b9983475f95"),
                          hash);
    ASSERT_HEX(hash, "6586e99d81c2fc984e47172fd4dd0310");
}

static void mic_leaves_itself_out(void **state)
{
    uint8_t message[100] = {0};
    uint8_t first[16];
    uint8_t second[16];
    const uint8_t *key = hex(MSNLMP_RANDOM_SESSION_KEY).data;
    struct span one = span_text("one");
    struct span two = span_text("two");

    (void)state;
    ntlm_mic(key, one, two, span_of(message, sizeof(message)), first);
    memset(message + NTLMSSP_MIC_OFFSET, 0xff, NTLMSSP_MIC_SIZE);
    ntlm_mic(key, one, two, span_of(message, sizeof(message)), second);
    assert_memory_equal(first, second, sizeof(first));
    message[NTLMSSP_MIC_OFFSET - 1] ^= 1;
    ntlm_mic(key, one, two, span_of(message, sizeof(message)), second);
    assert_memory_not_equal(first, second, sizeof(first));
    message[NTLMSSP_MIC_OFFSET - 1] ^= 1;
    message[NTLMSSP_MIC_OFFSET + NTLMSSP_MIC_SIZE] ^= 1;
    ntlm_mic(key, one, two, span_of(message, sizeof(message)), second);
    assert_memory_not_equal(first, second, sizeof(first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v1),
        cmocka_unit_test(lm_passwords),
        cmocka_unit_test(kxkey_v1),
        cmocka_unit_test(v1_ess),
        cmocka_unit_test(v2),
        cmocka_unit_test(wraps),
        cmocka_unit_test(session_keys),
        cmocka_unit_test(weak_seal_keys),
        cmocka_unit_test(signatures_are_in_sequence),
        cmocka_unit_test(signatures_are_checked_whole),
        cmocka_unit_test(channel_bindings),
        cmocka_unit_test(mic_leaves_itself_out),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
