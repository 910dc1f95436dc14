/* What the NTLM acceptor's challenge says, and how settings change it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"
#include "ntlm_client.h"
#include "util/stamp.h"

static int set_up(void **state)
{
    return auth_set_up(state, "ntlm");
}

static struct ntlmssp_challenge challenge_for(struct fixture *f, uint32_t asked)
{
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct ntlmssp_challenge m = {0};
    struct ntlmssp_flaw flaw;

    client.flags = asked;
    step(f, client_negotiate(&client));
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
    assert_int_equal(ntlmssp_decode_challenge(f->outcome.token_out, &m, &flaw),
                     NTLMSSP_OK);
    return m;
}

static void challenge_flags(void **state)
{
    const uint32_t always = NTLMSSP_NTLM | NTLMSSP_ALWAYS_SIGN |
                            NTLMSSP_TARGET_INFO | NTLMSSP_TARGET_TYPE_DOMAIN;
    const uint32_t rest = NTLMSSP_REQUEST_TARGET | NTLMSSP_SIGN | NTLMSSP_SEAL |
                          NTLMSSP_ESS | NTLMSSP_VERSION | NTLMSSP_128 |
                          NTLMSSP_KEY_EXCH | NTLMSSP_56;
    const struct {
        const char *name;
        uint32_t asked;
        struct ntlm_settings settings;
        uint32_t got;
    } rows[] = {
        {"nothing asked", 0, {.flags_masked = true}, always | NTLMSSP_UNICODE},
        {"OEM alone",
         NTLMSSP_OEM,
         {.flags_masked = true},
         always | NTLMSSP_OEM},
        {"OEM and Unicode",
         NTLMSSP_OEM | NTLMSSP_UNICODE,
         {.flags_masked = true},
         always | NTLMSSP_UNICODE},
        {"all asked",
         0xffffffff,
         {.flags_masked = true},
         always | rest | NTLMSSP_UNICODE},
        {"some asked",
         NTLMSSP_SIGN | NTLMSSP_56 | NTLMSSP_LM_KEY,
         {.flags_masked = true},
         always | NTLMSSP_UNICODE | NTLMSSP_SIGN | NTLMSSP_56},
        {"not masked", 0, {0}, always | rest | NTLMSSP_UNICODE},
        {"forced on",
         0,
         {.flags_masked = true, .flags_set = NTLMSSP_LM_KEY},
         always | NTLMSSP_UNICODE | NTLMSSP_LM_KEY},
        {"forced off",
         NTLMSSP_ESS,
         {.flags_masked = true, .flags_clear = NTLMSSP_ESS | NTLMSSP_UNICODE},
         always},
        {"extended session security on request",
         NTLMSSP_ESS,
         {.flags_masked = true},
         always | NTLMSSP_UNICODE | NTLMSSP_ESS},
        {"off beats on",
         0,
         {.flags_masked = true,
          .flags_set = NTLMSSP_56,
          .flags_clear = NTLMSSP_56},
         always | NTLMSSP_UNICODE},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("  %s\n", rows[i].name);
        f->world->ntlm = rows[i].settings;
        assert_int_equal(challenge_for(f, rows[i].asked).flags, rows[i].got);
    }
}

static const char *av_text(struct fixture *f, struct span list, uint16_t id)
{
    struct span value = SPAN_NONE;

    return ntlmssp_av_find(list, id, &value) ? utf16le_text(f->arena, value)
                                             : NULL;
}

static void challenge_fields(void **state)
{
    struct fixture *f = *state;
    struct ntlmssp_challenge m = challenge_for(f, CLIENT_FLAGS);
    struct span list = m.target_info.bytes;
    struct span time = SPAN_NONE;
    struct reader rd;

    assert_string_equal(ntlmssp_text(f->arena, m.target_name.bytes, true),
                        "CONTOSO");
    assert_string_equal(av_text(f, list, NTLMSSP_AV_NB_DOMAIN_NAME), "CONTOSO");
    assert_string_equal(av_text(f, list, NTLMSSP_AV_DNS_DOMAIN_NAME),
                        "contoso.test");
    assert_string_equal(av_text(f, list, NTLMSSP_AV_DNS_TREE_NAME),
                        "contoso.test");
    assert_string_equal(av_text(f, list, NTLMSSP_AV_DNS_COMPUTER_NAME),
                        f->world->pools[0].server_fqdn);
    assert_non_null(av_text(f, list, NTLMSSP_AV_NB_COMPUTER_NAME));
    assert_true(ntlmssp_av_find(list, NTLMSSP_AV_TIMESTAMP, &time));
    rd = rd_init(time);
    assert_true(rd_u64le(&rd) == stamp_filetime(NOW));
    assert_int_equal(list.data[list.size - 4], 0); /* MsvAvEOL */
    assert_true(m.has_version);
    assert_string_equal(ntlmssp_version_text(f->arena, &m.version),
                        "6.1.7601 revision 15");
    f->world->product = PRODUCT_SFB2015;
    m = challenge_for(f, CLIENT_FLAGS);
    assert_string_equal(ntlmssp_version_text(f->arena, &m.version),
                        "6.3.9600 revision 15");
}

static void challenge_settings(void **state)
{
    struct fixture *f = *state;
    struct ntlmssp_challenge m;
    struct span time = SPAN_NONE;
    struct reader rd;

    f->world->ntlm.target_name = "T\xc3\x84";
    f->world->ntlm.server_challenge = "0011223344556677";
    f->world->ntlm.timestamp_skew = -ENV_NS_PER_SEC;
    m = challenge_for(f, CLIENT_FLAGS & ~(uint32_t)NTLMSSP_VERSION);
    assert_string_equal(ntlmssp_text(f->arena, m.target_name.bytes, true),
                        "T\xc3\x84");
    assert_string_equal(hex_text(f->arena, span_of(m.server_challenge, 8)),
                        "0011223344556677");
    assert_true(
        ntlmssp_av_find(m.target_info.bytes, NTLMSSP_AV_TIMESTAMP, &time));
    rd = rd_init(time);
    assert_true(rd_u64le(&rd) == stamp_filetime(NOW - ENV_NS_PER_SEC));
    assert_int_equal(m.version.major, 0); /* 2.2.2.10: zero without the flag */
    f->world->ntlm.timestamp = false;
    m = challenge_for(f, CLIENT_FLAGS);
    assert_false(
        ntlmssp_av_find(m.target_info.bytes, NTLMSSP_AV_TIMESTAMP, &time));
    f->world->ntlm.flags_clear = NTLMSSP_TARGET_INFO;
    assert_int_equal(challenge_for(f, CLIENT_FLAGS).target_info.length, 0);
    m = challenge_for(f, NTLMSSP_OEM);
    assert_true(span_equal(m.target_name.bytes, span_text("T\xc3\x84")));
}

static void challenges_differ(void **state)
{
    struct fixture *f = *state;
    struct ntlmssp_challenge first = challenge_for(f, CLIENT_FLAGS);
    struct ntlmssp_challenge second = challenge_for(f, CLIENT_FLAGS);

    assert_memory_not_equal(first.server_challenge, second.server_challenge, 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(challenge_flags),
        TEST(challenge_fields),
        TEST(challenge_settings),
        TEST(challenges_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
