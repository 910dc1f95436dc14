/*
 * The Kerberos acceptor, judged by MIT's: AP-REQs of every form, and a good one
 * with each of its bytes bent, are accepted or refused as krb5_rd_req does it,
 * with the same number. What differs on purpose is in the tables, with reasons.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "auth/handle.h"
#include "auth_fixture.h"
#include "krb5_forge.h"
#include "krb5_judge.h"

static struct krb5_rig rig;
static struct mit_judge judge;

static int set_up(void **state)
{
    struct fixture *f;

    auth_set_up(state, "krb5");
    f = *state;
    rig_set_up(&rig);
    mit_judge_set_up(&judge, &rig.keys, "MEMORY:judge");
    f->world->krb5.etypes = KRB_ALL_BITS;
    f->world->krb5.replay_cache = false;
    f->ctx.krb5 = rig.acceptor;
    return 0;
}

static int put_down(void **state)
{
    mit_judge_tear_down(&judge);
    tear_down(state);
    rig_tear_down(&rig);
    return 0;
}

/* ---- What we answer, which MIT writes to the byte as we do ---- */

static void assert_same(krb5_error_code code, krb5_data *written,
                        struct span ours)
{
    assert_int_equal(code, 0);
    assert_int_equal(written->length, ours.size);
    assert_memory_equal(written->data, ours.data, ours.size);
    krb5_free_data(judge.context, written);
}

static void error_is_der(struct span token)
{
    krb5_data data = data_of(token);
    krb5_data *again = NULL;
    krb5_error *error = NULL;
    krb5_error_code code;

    assert_int_equal(judge.codec.decode_error(&data, &error), 0);
    code = judge.codec.encode_error(error, &again);
    assert_same(code, again, token);
    krb5_free_error(judge.context, error);
}

/* Of an AP-REP, opened with the session key of forge_new. */
static void part_is_der(struct fixture *f, const krb5_enc_data *closed)
{
    struct krb_block key =
        session_of(f->arena, closed->enctype, FORGE_SESSION_FILL);
    krb5_ap_rep_enc_part *part = NULL;
    krb5_data *again = NULL;
    krb5_data data;
    krb5_error_code code;
    AUTO_BUF plain = {0};

    assert_int_equal(kcrypt_decrypt(rig.kcrypt,
                                    &(struct kcrypt_key){key.type, key.bytes},
                                    KCRYPT_AP_REP,
                                    span_of(closed->ciphertext.data,
                                            closed->ciphertext.length),
                                    &plain),
                     KCRYPT_OK);
    data = data_of(buf_span(&plain));
    assert_int_equal(judge.codec.decode_ap_rep_part(&data, &part), 0);
    code = judge.codec.encode_ap_rep_part(part, &again);
    assert_same(code, again, buf_span(&plain));
    krb5_free_ap_rep_enc_part(judge.context, part);
}

static void ap_rep_is_der(struct fixture *f, struct span token)
{
    krb5_data data = data_of(token);
    krb5_data *again = NULL;
    krb5_ap_rep *reply = NULL;
    krb5_error_code code;

    assert_int_equal(judge.codec.decode_ap_rep(&data, &reply), 0);
    code = judge.codec.encode_ap_rep(reply, &again);
    assert_same(code, again, token);
    part_is_der(f, &reply->enc_part);
    judge.codec.free_ap_rep(judge.context, reply);
}

/* 0: accepted; MIT_NO_MESSAGE; or the number of the KRB-ERROR. */
static int32_t we_judge(struct fixture *f, struct span message)
{
    const struct krb5_client bare = {.bare = true};

    step(f, message);
    switch (f->outcome.verdict) {
    case AUTH_ACCEPTED:
        if (f->outcome.token_out.size) {
            ap_rep_is_der(f, f->outcome.token_out);
        }
        return 0;
    case AUTH_INVALID:
        return MIT_NO_MESSAGE;
    default:
        error_is_der(f->outcome.token_out);
        return client_error(&bare, f->outcome.token_out).code;
    }
}

static const struct row {
    const char *name;
    struct forge_edit edits[FORGE_EDITS];
    int32_t etype;
    int32_t session_etype;
    int64_t kvno;
    const char *kept; /* NULL: we say what MIT says */
    int32_t ours;
} rows[] = {
    {.name = "good", .edits = {{.kind = EDIT_NONE}}},
    {.name = "good aes128",
     .edits = {{.kind = EDIT_NONE}},
     .etype = KRB_ETYPE_AES128},
    {.name = "good rc4",
     .edits = {{.kind = EDIT_NONE}},
     .etype = KRB_ETYPE_RC4},
    {.name = "rc4 ticket aes session",
     .edits = {{.kind = EDIT_NONE}},
     .etype = KRB_ETYPE_RC4,
     .session_etype = KRB_ETYPE_AES256},
    {.name = "aes ticket rc4 session",
     .edits = {{.kind = EDIT_NONE}},
     .etype = KRB_ETYPE_AES256,
     .session_etype = KRB_ETYPE_RC4},
    {.name = "end -299",
     .edits = {TIME(IN_PART, 7, -299), TIME(IN_PART, 6, -3600)}},
    {.name = "end -300",
     .edits = {TIME(IN_PART, 7, -300), TIME(IN_PART, 6, -3600)}},
    {.name = "end -301",
     .edits = {TIME(IN_PART, 7, -301), TIME(IN_PART, 6, -3600)}},
    {.name = "end 2100",
     .edits = {HEX(IN_PART, 7, "180f32313030303130313030303030305a")}},
    {.name = "end 2107",
     .edits = {HEX(IN_PART, 7, "180f32313037303130313030303030305a")},
     .ours = 0,
     .kept = "MIT counts seconds in 32 bits"},
    {.name = "end 9999",
     .edits = {HEX(IN_PART, 7, "180f39393939313233313233353935395a")}},
    {.name = "end 1969",
     .edits = {HEX(IN_PART, 7, "180f31393639313233313233353935395a")}},
    {.name = "end at second 60",
     .edits = {HEX(IN_PART, 7, "180f32303136313233313233353936305a")},
     .ours = 60,
     .kept = "there is no such second"},
    {.name = "end Feb 30",
     .edits = {HEX(IN_PART, 7, "180f32303136303233303233353935395a")},
     .ours = 60,
     .kept = "there is no such day"},
    {.name = "start 299", .edits = {TIME(IN_PART, 6, 299)}},
    {.name = "start 300", .edits = {TIME(IN_PART, 6, 300)}},
    {.name = "start 301", .edits = {TIME(IN_PART, 6, 301)}},
    {.name = "start 1970",
     .edits = {HEX(IN_PART, 6, "180f31393730303130313030303030305a")}},
    {.name = "start 1970, auth future",
     .edits = {HEX(IN_PART, 6, "180f31393730303130313030303030305a"),
               TIME(IN_PART, 5, 3600)}},
    {.name = "no start", .edits = {GONE(IN_PART, 6)}},
    {.name = "no start, auth 301",
     .edits = {GONE(IN_PART, 6), TIME(IN_PART, 5, 301)}},
    {.name = "start before auth 301",
     .edits = {TIME(IN_PART, 6, 0), TIME(IN_PART, 5, 301)}},
    {.name = "ctime299", .edits = {TIME(IN_AUTHENTICATOR, 5, 299)}},
    {.name = "ctime300", .edits = {TIME(IN_AUTHENTICATOR, 5, 300)}},
    {.name = "ctime301", .edits = {TIME(IN_AUTHENTICATOR, 5, 301)}},
    {.name = "ctime -299", .edits = {TIME(IN_AUTHENTICATOR, 5, -299)}},
    {.name = "ctime -300", .edits = {TIME(IN_AUTHENTICATOR, 5, -300)}},
    {.name = "ctime -301", .edits = {TIME(IN_AUTHENTICATOR, 5, -301)}},
    {.name = "invalid", .edits = {HEX(IN_PART, 0, "03050001000000")}},
    {.name = "invalid and expired",
     .edits = {HEX(IN_PART, 0, "03050001000000"), TIME(IN_PART, 7, -301)}},
    {.name = "invalid and skew",
     .edits = {HEX(IN_PART, 0, "03050001000000"),
               TIME(IN_AUTHENTICATOR, 5, 400)}},
    {.name = "expired and skew",
     .edits = {TIME(IN_PART, 7, -301), TIME(IN_AUTHENTICATOR, 5, 400)}},
    {.name = "all flags but invalid",
     .edits = {HEX(IN_PART, 0, "030500feffffff")}},
    {.name = "short flags", .edits = {HEX(IN_PART, 0, "03020040")}},
    {.name = "no flag bits", .edits = {HEX(IN_PART, 0, "030100")}},
    {.name = "long flags", .edits = {HEX(IN_PART, 0, "03070000a00000ffff")}},
    {.name = "unused bits set", .edits = {HEX(IN_PART, 0, "0302040f")}},
    {.name = "unused bits set 2", .edits = {HEX(IN_PART, 0, "0303040000")}},
    {.name = "unused bits invalid", .edits = {HEX(IN_PART, 0, "03020701")}},
    {.name = "caddr ipv4",
     .edits = {HEX(IN_PART, 9, "300f300da003020102a10604047f000001")}},
    {.name = "caddr other",
     .edits = {HEX(IN_PART, 9, "300f300da003020102a10604040a000001")}},
    {.name = "caddr empty", .edits = {HEX(IN_PART, 9, "3000")}},
    {.name = "caddr garbage", .edits = {HEX(IN_PART, 9, "3003020105")}},
    {.name = "transited",
     .edits = {HEX(IN_PART, 4, "300ca003020101a1050403414243")}},
    {.name = "transited unchecked",
     .edits = {HEX(IN_PART, 4, "300ca003020101a1050403414243"),
               HEX(IN_PART, 0, "03050000000000")},
     .ours = 0,
     .kept = "clients of other realms are refused anyway: error 68"},
    {.name = "transited checked",
     .edits = {HEX(IN_PART, 4, "300ca003020101a1050403414243"),
               HEX(IN_PART, 0, "03050000080000")}},
    {.name = "transited missing", .edits = {GONE(IN_PART, 4)}},
    {.name = "transited garbage", .edits = {HEX(IN_PART, 4, "3003020105")}},
    {.name = "sname krbtgt",
     .edits = {HEX(IN_TICKET, 2,
                   "301fa003020102a11830161b066b72627467741b0c434f4e544f534f2e5"
                   "4455354")},
     .ours = 35,
     .kept = "MIT tries all keys, whatever name the ticket has"},
    {.name = "sname one component",
     .edits = {HEX(IN_TICKET, 2, "300da003020101a10630041b02484f")},
     .ours = 35,
     .kept = "the same"},
    {.name = "sname no component",
     .edits = {HEX(IN_TICKET, 2, "3009a003020101a1023000")},
     .ours = 35,
     .kept = "the same"},
    {.name = "sname type1",
     .edits = {HEX(
         IN_TICKET, 2,
         "3025a003020101a11e301c1b04485454501b146c796e637765622e636f6e746f73"
         "6f2e74657374")}},
    {.name = "realm small",
     .edits = {HEX(IN_TICKET, 1, "1b0c636f6e746f736f2e74657374")},
     .ours = 35,
     .kept = "the same"},
    {.name = "realm empty",
     .edits = {HEX(IN_TICKET, 1, "1b00")},
     .ours = 35,
     .kept = "the same"},
    {.name = "realm utf8",
     .edits = {HEX(IN_TICKET, 1, "0c0c434f4e544f534f2e54455354")}},
    {.name = "auth crealm small",
     .edits = {HEX(IN_AUTHENTICATOR, 1, "1b0c636f6e746f736f2e74657374")}},
    {.name = "auth cname ALICE",
     .edits = {HEX(IN_AUTHENTICATOR, 2,
                   "3010a003020101a10930071b05414c494345")}},
    {.name = "auth cname bob",
     .edits = {HEX(IN_AUTHENTICATOR, 2, "300ea003020101a10730051b03626f62")}},
    {.name = "auth cname type10",
     .edits = {HEX(IN_AUTHENTICATOR, 2,
                   "3010a00302010aa10930071b05616c696365")}},
    {.name = "auth cname none",
     .edits = {HEX(IN_AUTHENTICATOR, 2, "3009a003020101a1023000")}},
    {.name = "auth cname absent", .edits = {GONE(IN_AUTHENTICATOR, 2)}},
    {.name = "auth vno 4", .edits = {HEX(IN_AUTHENTICATOR, 0, "020104")}},
    {.name = "auth vno long", .edits = {HEX(IN_AUTHENTICATOR, 0, "02020005")}},
    {.name = "tkt-vno 4", .edits = {HEX(IN_TICKET, 0, "020104")}},
    {.name = "pvno 4", .edits = {HEX(IN_AP_REQ, 0, "020104")}},
    {.name = "msg-type15",
     .edits = {HEX(IN_AP_REQ, 1, "02010f")},
     .ours = -1,
     .kept = "RFC 4120 5.5.1: it is 14; MIT does not look"},
    {.name = "no checksum", .edits = {GONE(IN_AUTHENTICATOR, 3)}},
    {.name = "checksum gss short",
     .ours = 60,
     .kept = "krb5_rd_req leaves that to GSS-API",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3012a006020400008003a1080406100000000000")}},
    {.name = "no seq", .edits = {GONE(IN_AUTHENTICATOR, 7)}},
    {.name = "seq 0", .edits = {HEX(IN_AUTHENTICATOR, 7, "020100")}},
    {.name = "seq negative",
     .edits = {HEX(IN_AUTHENTICATOR, 7, "0204ffffffff")}},
    {.name = "seq u32", .edits = {HEX(IN_AUTHENTICATOR, 7, "020500ffffffff")}},
    {.name = "seq u33", .edits = {HEX(IN_AUTHENTICATOR, 7, "02050100000000")}},
    {.name = "seq s33", .edits = {HEX(IN_AUTHENTICATOR, 7, "0205ff7fffffff")}},
    {.name = "seq padded",
     .edits = {HEX(IN_AUTHENTICATOR, 7, "02080000000000000001")}},
    {.name = "seq padded9",
     .edits = {HEX(IN_AUTHENTICATOR, 7, "0209000000000000000001")},
     .ours = 0,
     .kept = "BER takes any number of leading zeros"},
    {.name = "no subkey", .edits = {GONE(IN_AUTHENTICATOR, 6)}},
    {.name = "subkey short",
     .edits = {HEX(IN_AUTHENTICATOR, 6, "300ea003020112a10704050102030405")},
     .ours = 41,
     .kept = "MIT finds out when it uses the key"},
    {.name = "subkey empty",
     .edits = {HEX(IN_AUTHENTICATOR, 6, "3009a003020112a1020400")},
     .ours = 41,
     .kept = "the same"},
    {.name = "subkey etype0",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020100a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "subkey etype1",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3011a003020101a10a04080102030405060708")}},
    {.name = "subkey etype16",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3021a003020110a11a04180102030405060708090a0b0c"
                   "0d0e0f101112131415161718")}},
    {.name = "subkey etype19",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020113a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "subkey etype20",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3029a003020114a12204200102030405060708090a0b0c"
                   "0d0e0f101112131415161718191a1b1c1d1e1f20")}},
    {.name = "subkey etype24",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020118a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "subkey etype25",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020119a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "subkey etype99",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020163a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "subkey rc4",
     .edits = {HEX(IN_AUTHENTICATOR, 6,
                   "3019a003020117a11204100102030405060708090a0b0c"
                   "0d0e0f10")}},
    {.name = "cusec999999", .edits = {HEX(IN_AUTHENTICATOR, 4, "02030f423f")}},
    {.name = "cusec1000000",
     .edits = {HEX(IN_AUTHENTICATOR, 4, "02030f4240")},
     .ours = 60,
     .kept = "RFC 4120 5.2.4: 0 to 999999"},
    {.name = "cusec -1",
     .edits = {HEX(IN_AUTHENTICATOR, 4, "0201ff")},
     .ours = 60,
     .kept = "RFC 4120 5.2.4: 0 to 999999"},
    {.name = "cusec absent", .edits = {GONE(IN_AUTHENTICATOR, 4)}},
    {.name = "ctime absent", .edits = {GONE(IN_AUTHENTICATOR, 5)}},
    {.name = "use-session-key", .edits = {HEX(IN_AP_REQ, 2, "03050040000000")}},
    {.name = "all options", .edits = {HEX(IN_AP_REQ, 2, "030500ffffffff")}},
    {.name = "options short", .edits = {HEX(IN_AP_REQ, 2, "03020020")}},
    {.name = "options none", .edits = {HEX(IN_AP_REQ, 2, "030100")}},
    {.name = "ad unknown",
     .edits = {HEX(IN_PART, 10, "300f300da004020204d2a1050403010203")}},
    {.name = "ad unknown auth",
     .edits = {HEX(IN_AUTHENTICATOR, 8, "300f300da004020204d2a1050403010203")}},
    {.name = "ad if-relevant empty",
     .edits = {HEX(IN_PART, 10, "300d300ba003020101a10404023000")}},
    {.name = "ad if-relevant garbage",
     .edits = {HEX(IN_PART, 10, "300e300ca003020101a1050403010203")},
     .ours = 0,
     .kept = "authorization data is not used, nor opened"},
    {.name = "ad if-relevant garbage auth",
     .edits = {HEX(IN_AUTHENTICATOR, 8, "300e300ca003020101a1050403010203")}},
    {.name = "ad kdc-issued garbage",
     .edits = {HEX(IN_PART, 10, "300e300ca003020104a1050403010203")},
     .ours = 0,
     .kept = "the same"},
    {.name = "ad pac garbage",
     .edits = {HEX(IN_PART, 10, "300f300da00402020080a1050403010203")},
     .ours = 0,
     .kept = "the same"},
    {.name = "ad cammac garbage",
     .edits = {HEX(IN_PART, 10, "300e300ca003020160a1050403010203")},
     .ours = 0,
     .kept = "the same"},
    {.name = "ad garbage", .edits = {HEX(IN_PART, 10, "3003020105")}},
    {.name = "ad garbage auth",
     .edits = {HEX(IN_AUTHENTICATOR, 8, "3003020105")}},
    {.name = "ad empty", .edits = {HEX(IN_PART, 10, "3000")}},
    {.name = "ad empty auth", .edits = {HEX(IN_AUTHENTICATOR, 8, "3000")}},
    {.name = "etype negotiation, broken",
     .edits = {HEX(IN_AUTHENTICATOR, 8,
                   "301a3018a003020101a111040f300d300ba00402020081a103040100")},
     .ours = 0,
     .kept = "RFC 4537 is not done here, and need not be"},
    {.name = "behind part", .edits = {BEHIND(IN_PART, "00000000")}},
    {.name = "behind authenticator",
     .edits = {BEHIND(IN_AUTHENTICATOR, "00000000")}},
    {.name = "behind ap-req", .edits = {BEHIND(IN_AP_REQ, "00000000")}},
    {.name = "behind ticket", .edits = {BEHIND(IN_TICKET, "00000000")}},
    {.name = "within part: member 11",
     .edits = {WITHIN(IN_PART, "ab03020101")}},
    {.name = "within part: bytes",
     .edits = {WITHIN(IN_PART, "0102030405")},
     .ours = 60,
     .kept = "DER to the end of each SEQUENCE; MIT stops"},
    {.name = "within part: twice",
     .edits = {WITHIN(IN_PART, "a703020101")},
     .ours = 60,
     .kept = "the same"},
    {.name = "within ap-req: member 5",
     .edits = {WITHIN(IN_AP_REQ, "a503020101")}},
    {.name = "within ap-req: bytes",
     .edits = {WITHIN(IN_AP_REQ, "ff")},
     .ours = -1,
     .kept = "the same"},
    {.name = "within authenticator: bytes",
     .edits = {WITHIN(IN_AUTHENTICATOR, "0102030405")},
     .ours = 60,
     .kept = "the same"},
    {.name = "within ticket: member 4",
     .edits = {WITHIN(IN_TICKET, "a403020101")}},
    {.name = "behind a member",
     .edits = {HEX(IN_AUTHENTICATOR, 4, "02020123ffff")}},
    {.name = "behind a time",
     .edits = {HEX(IN_AUTHENTICATOR, 5,
                   "180f32303134303531333136353332"
                   "305affff")}},
    {.name = "long length", .edits = {HEX(IN_AUTHENTICATOR, 4, "0281020123")}},
    {.name = "length of 5",
     .edits = {HEX(IN_AUTHENTICATOR, 4, "0285000000000101")},
     .ours = 60,
     .kept = "nobody needs lengths of five bytes"},
    {.name = "indefinite",
     .edits = {HEX(IN_AUTHENTICATOR, 2,
                   "3080a003020101a10930071b05616c69"
                   "63650000")}},
    {.name = "etype negotiation",
     .edits = {HEX(IN_AUTHENTICATOR, 8,
                   "301e301ca003020101a1150413"
                   "3011300fa00402020081a10704053003020112")}},
    {.name = "no kvno", .kvno = FORGE_NO_KVNO},
    {.name = "kvno 0", .kvno = FORGE_KVNO_0},
    {.name = "kvno 1", .kvno = 1},
    {.name = "kvno 3", .kvno = 3},
    {.name = "kvno 258", .kvno = 258},
    {.name = "kvno of 32 bits",
     .kvno = UINT32_MAX,
     .ours = 44,
     .kept = "RFC 4120 5.2.9: UInt32"},
    {.name = "kvno negative", .kvno = -2},
    {.name = "ticket of DES",
     .ours = 14,
     .kept = "the ticket has another type than any key",
     .edits = {HEX(IN_TICKET, 3,
                   "3019a003020103a212041000000000000000000000000000000000")}},
    {.name = "ticket of type 20",
     .edits = {HEX(IN_TICKET, 3,
                   "3019a003020114a212041000000000000000000000000000000000")}},
    {.name = "ticket of type 999",
     .ours = 14,
     .kept = "the same",
     .edits = {HEX(
         IN_TICKET, 3,
         "301aa004020203e7a212041000000000000000000000000000000000")}},
    {.name = "ticket short",
     .edits = {HEX(IN_TICKET, 3, "3010a003020112a103020102a20404020000")}},
    {.name = "session key of DES",
     .edits = {HEX(IN_PART, 1, "3011a003020101a10a04080102030405060708")}},
    {.name = "session key short",
     .ours = 41,
     .kept = "no key opens it",
     .edits = {HEX(IN_PART, 1, "300ea003020112a10704050102030405")}},
    {.name = "authenticator of another type",
     .edits = {HEX(IN_AP_REQ, 4,
                   "3019a003020111a212041000000000000000000000000000000000")}},
    {.name = "authenticator short",
     .edits = {HEX(IN_AP_REQ, 4, "300ba003020112a20404020000")}},
};

/*
 * Numbers that are others than MIT's on purpose. What has none in RFC 4120
 * (section 7.5.9), as all of ASN.1, a client is told as 60, KRB_ERR_GENERIC, by
 * MIT's GSS-API as well.
 */
static const struct {
    krb5_error_code mit;
    int32_t ours;
} numbers[] = {
    /* Windows says so of all that does not open. */
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, 41},
    {KRB5_BAD_ENCTYPE, 41},
    {KRB5_BAD_MSIZE, 41},
    {KRB5_BAD_KEYSIZE, 41},
    {KRB5_NOPERM_ETYPE, 41},
    /* An encryption type that the service has no key of: KDC_ERR_ETYPE_NOSUPP
     * says more than KRB_AP_ERR_NOKEY, or MIT's generic one. */
    {KRB5KRB_AP_ERR_NOKEY, 14},
    /* RFC 4120 section 3.2.3: not yet valid. */
    {KRB5KRB_AP_ERR_TKT_INVALID, 33},
    /* Of what is encrypted; MIT speaks of the protocol's version. */
    {KRB5KDC_ERR_BAD_PVNO, 60},
};

static int32_t number_of(krb5_error_code mit)
{
    int64_t number = (int64_t)mit - KRB5KDC_ERR_NONE;

    if (mit == 0 || mit == MIT_NO_MESSAGE) {
        return mit;
    }
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (numbers[i].mit == mit) {
            return numbers[i].ours;
        }
    }
    return number > 0 && number < 128 ? (int32_t)number : 60;
}

static void judges_alike(void **state)
{
    struct fixture *f = *state;
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        struct forge forge =
            forge_new(f->arena, &rig, row->etype, row->session_etype);
        struct span message;
        krb5_error_code mit;
        int32_t ours;

        forge.kvno = row->kvno;
        message = forge_make(&forge, row->edits);
        mit = mit_judges(&judge, message);
        ours = we_judge(f, message);
        if (ours != (row->kept ? row->ours : number_of(mit)) ||
            (row->kept && number_of(mit) == row->ours)) {
            print_message("%s: ours %d, MIT %d %ld: %s\n", row->name, (int)ours,
                          (int)number_of(mit), (long)mit - KRB5KDC_ERR_NONE,
                          or (f->outcome.why, ""));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- A byte of a good one is another, at each place ---- */

enum { ANY = -2 };

/* What we say otherwise than MIT on purpose, and why. */
static const struct kept {
    enum forge_place place;
    int32_t mit;
    int32_t ours;
    const char *why; /* is in our sentence */
} kept[] = {
    /* MIT tries its keys whatever name the ticket has. */
    {IN_AP_REQ, 0, 35, "the ticket is"},
    /* MIT does not look at it. */
    {IN_AP_REQ, 0, MIT_NO_MESSAGE, "msg-type is a number"},
    {IN_AP_REQ, MIT_NO_MESSAGE, 40, "came where an AP-REQ belongs"},
    /* MIT has one number for types that it does not know, and another for
     * those that it has no key of. */
    {IN_AP_REQ, 41, 14, "the ticket is closed with"},
    /* X.680: there is no February 30, and no 25 o'clock. */
    {IN_PART, ANY, 60, "is no time"},
    {IN_AUTHENTICATOR, ANY, 60, "is no time"},
    /* MIT counts seconds in 32 bits, to 2106. */
    {IN_PART, 0, 33, "the ticket begins at 2"},
    {IN_PART, 32, 0, ""},
    /* RFC 4120 section 5.3: the type of a list of realms is an Int32; MIT
     * takes one byte. */
    {IN_PART, 60, 0, ""},
    /* 5.2.4: 0 to 999999 */
    {IN_AUTHENTICATOR, 0, 60, "cusec is a number"},
    /* MIT stops reading a SEQUENCE at the first member it does not expect. */
    {IN_PART, 0, 60, "stands twice, or out of its order"},
    {IN_AUTHENTICATOR, 0, 60, "stands twice, or out of its order"},
    {IN_AUTHENTICATOR, 0, 60, "is an element of another type"},
    /* MIT finds out when it uses the key. */
    {IN_AUTHENTICATOR, 0, 41, "subkey is no key"},
    /* krb5_rd_req leaves the form of GSS-API's checksum to that. */
    {IN_AUTHENTICATOR, 0, 60, "(0x8003)"},
};

static bool is_kept(const struct fixture *f, enum forge_place place,
                    int32_t mit, int32_t ours)
{
    const char *why = or (f->outcome.why, note(f, "krb5.error"));

    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        if (kept[i].place == place && kept[i].ours == ours &&
            (kept[i].mit == ANY || kept[i].mit == mit) &&
            strstr(why, kept[i].why)) {
            return true;
        }
    }
    return false;
}

static struct span bent(struct arena *arena, struct span good, size_t at,
                        uint8_t by)
{
    uint8_t *bytes = arena_alloc(arena, good.size);

    memcpy(bytes, good.data, good.size);
    bytes[at] ^= by;
    return span_of(bytes, good.size);
}

/* The good one with that byte bent, and closed again where it was closed. */
static struct span bent_message(const struct forge *good, struct span whole,
                                enum forge_place place, size_t at, uint8_t by)
{
    struct forge forge = *good;

    switch (place) {
    case IN_PART:
        forge.part = bent(good->arena, good->part, at, by);
        return forge_close(&forge);
    case IN_AUTHENTICATOR:
        forge.authenticator = bent(good->arena, good->authenticator, at, by);
        return forge_close(&forge);
    default:
        return bent(good->arena, whole, at, by);
    }
}

static int judge_bent(struct fixture *f, const struct forge *good,
                      struct span whole, enum forge_place place, size_t at)
{
    static const uint8_t bends[] = {0x01, 0x02, 0x04, 0x08, 0x10,
                                    0x20, 0x40, 0x80, 0xff};
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(bends); i++) {
        struct span message = bent_message(good, whole, place, at, bends[i]);
        int32_t mit = number_of(mit_judges(&judge, message));
        int32_t ours = we_judge(f, message);

        if (ours != mit && !is_kept(f, place, mit, ours)) {
            print_message("place %d, byte %zu bent by %02x: ours %d, MIT %d: "
                          "%s\n",
                          (int)place, at, bends[i], (int)ours, (int)mit,
                          or (f->outcome.why, note(f, "krb5.error")));
            wrong++;
        }
    }
    return wrong;
}

static void judges_bent_alike(void **state)
{
    static const int32_t etypes[] = {KRB_ETYPE_AES256, KRB_ETYPE_RC4};
    static const struct forge_edit none[FORGE_EDITS];
    struct fixture *f = *state;
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(etypes); i++) {
        struct forge good = forge_new(f->arena, &rig, etypes[i], 0);
        struct span whole = forge_make(&good, none);

        for (size_t at = 0; at < whole.size; at++) {
            wrong += judge_bent(f, &good, whole, IN_AP_REQ, at);
        }
        for (size_t at = 0; at < good.part.size; at++) {
            wrong += judge_bent(f, &good, whole, IN_PART, at);
        }
        for (size_t at = 0; at < good.authenticator.size; at++) {
            wrong += judge_bent(f, &good, whole, IN_AUTHENTICATOR, at);
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(judges_alike, set_up, put_down),
        cmocka_unit_test_setup_teardown(judges_bent_alike, set_up, put_down),
    };

    if (!mit_codec_find(&judge.codec)) {
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
