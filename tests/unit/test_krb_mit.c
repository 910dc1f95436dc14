/*
 * Our decoder of requests to a KDC beside MIT's, which krb5kdc has: what that
 * reads, of requests as they are and with each byte bent, we read the same way.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "krb5_judge.h"
#include "krb_capture.h"
#include "util/base64.h"

static struct mit_codec codec;
static struct arena *arena;
static krb5_context context;

static int set_up(void **state UNUSED)
{
    profile_t profile = NULL;

    arena = arena_new();
    assert_int_equal(profile_init(NULL, &profile), 0);
    assert_int_equal(krb5_init_context_profile(profile, 0, &context), 0);
    profile_release(profile);
    return 0;
}

static int tear_down_all(void **state UNUSED)
{
    krb5_free_context(context);
    arena_free(arena);
    return 0;
}

static bool same_bytes(krb5_data theirs, struct span ours)
{
    return span_equal(span_of(theirs.data, theirs.length), ours);
}

/* NULL: they are the same; else what is not. */
static const char *compare_name(const krb5_principal_data *theirs,
                                const struct krb_name *ours)
{
    if (!theirs) {
        return ours->count ? "a name that is none" : NULL;
    }
    if ((size_t)theirs->length != ours->count ||
        (ours->count && theirs->type != ours->type)) {
        return "a name's type or size";
    }
    for (size_t i = 0; i < ours->count; i++) {
        if (!same_bytes(theirs->data[i], ours->components[i])) {
            return "a name's component";
        }
    }
    return ours->count && !same_bytes(theirs->realm, ours->realm) ? "a realm"
                                                                  : NULL;
}

static const char *compare_padata(krb5_pa_data **theirs,
                                  const struct krb_padata_list *ours)
{
    size_t count = 0;

    for (; theirs && theirs[count]; count++) {
        const krb5_pa_data *one = theirs[count];

        if (count >= ours->count || one->pa_type != ours->items[count].type ||
            !span_equal(span_of(one->contents, one->length),
                        ours->items[count].value)) {
            return "padata";
        }
    }
    return count == ours->count ? NULL : "the number of padata";
}

static const char *compare_etypes(const krb5_kdc_req *theirs,
                                  const struct krb_kdc_req *ours)
{
    if ((size_t)theirs->nktypes != ours->etype_count) {
        return "the number of etypes";
    }
    for (size_t i = 0; i < ours->etype_count; i++) {
        if (theirs->ktype[i] != ours->etypes[i]) {
            return "an etype";
        }
    }
    return NULL;
}

static const char *compare(const krb5_kdc_req *theirs,
                           const struct krb_kdc_req *ours)
{
    const char *const found[] = {
        (uint32_t)theirs->kdc_options == ours->options ? NULL : "options",
        /* MIT's times have 32 bits. */
        (uint32_t)theirs->till == (uint32_t)ours->till ? NULL : "till",
        (uint32_t)theirs->nonce == ours->nonce ? NULL : "nonce",
        compare_name(theirs->client, &ours->client),
        compare_name(theirs->server, &ours->service),
        compare_padata(theirs->padata, &ours->padata),
        compare_etypes(theirs, ours),
    };

    for (size_t i = 0; i < ARRAY_SIZE(found); i++) {
        if (found[i]) {
            return found[i];
        }
    }
    return NULL;
}

/*
 * What MIT reads and we do not: there is no February 30; RFC 4120 5.4.1 says
 * what msg-type is; and MIT ends a SEQUENCE at the first member that it does
 * not expect, where we want elements to the end. The relay hands such a request
 * on as it is.
 */
static const char *const kept[] = {
    "is no time from 1970 on as 20130601120000Z",
    "is a number that it cannot be",
    "stands twice, or out of its order",
    "is an element of another type",
};

static bool is_kept(const struct krb_flaw *flaw)
{
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        if (strcmp(kept[i], flaw->why) == 0) {
            return true;
        }
    }
    return false;
}

/* 0: we read what MIT reads. */
static int judge(struct span message, const char *name, size_t at)
{
    krb5_data data = data_of(message);
    krb5_kdc_req *theirs = NULL;
    struct krb_kdc_req ours = {0};
    struct krb_flaw flaw = {0};
    const char *wrong = NULL;
    krb5_error_code code = krb_kind_of(message) == KRB_TGS_REQ
                               ? codec.decode_tgs_req(&data, &theirs)
                               : codec.decode_as_req(&data, &theirs);
    bool read = krb_decode_kdc_req(message, &ours, &flaw);

    if (code == 0) {
        wrong = read ? compare(theirs, &ours) : is_kept(&flaw) ? NULL : "none";
        codec.free_kdc_req(context, theirs);
    }
    if (wrong) {
        print_message("%s, byte %zu is %02x: %s differs; %s %s\n", name, at,
                      message.data[at], wrong, flaw.field,
                      flaw.why ? flaw.why : "");
    }
    return wrong != NULL;
}

/* Every member that an AS-REQ can have, by MIT's encoder: Heimdal and Windows
 * send addresses, rtime and more. */
static struct span full_request(void)
{
    static krb5_octet bytes[] = {127, 0, 0, 1};
    krb5_address address = {
        .addrtype = ADDRTYPE_INET, .length = sizeof(bytes), .contents = bytes};
    krb5_address *addresses[] = {&address, NULL};
    krb5_pa_data pac_request = {
        .pa_type = 128, .length = sizeof(bytes), .contents = bytes};
    krb5_pa_data *padata[] = {&pac_request, &pac_request, NULL};
    krb5_enctype etypes[] = {18, 17, 23, -135, 3};
    krb5_kdc_req req = {
        .msg_type = KRB5_AS_REQ,
        .padata = padata,
        .kdc_options = 0x50810010,
        .from = 1400000000,
        .till = INT32_MAX,
        .rtime = 1500000000,
        .nonce = INT32_MIN,
        .nktypes = ARRAY_SIZE(etypes),
        .ktype = etypes,
        .addresses = addresses,
        .authorization_data = {.enctype = 18,
                               .kvno = 1,
                               .ciphertext = {.length = sizeof(bytes),
                                              .data = (char *)bytes}},
    };
    krb5_data *out = NULL;
    struct span copy;

    assert_int_equal(
        krb5_parse_name(context, "krbtgt/B.TEST@A.TEST", &req.server), 0);
    assert_int_equal(
        krb5_parse_name(context, "alice\\@b.test@A.TEST", &req.client), 0);
    req.client->type = KRB5_NT_ENTERPRISE_PRINCIPAL;
    assert_int_equal(codec.encode_as_req(&req, &out), 0);
    copy = arena_copy(arena, span_of(out->data, out->length));
    krb5_free_data(context, out);
    krb5_free_principal(context, req.client);
    krb5_free_principal(context, req.server);
    return copy;
}

static int judge_bent(struct span good, const char *name)
{
    static const uint8_t bends[] = {0,    0x01, 0x02, 0x04, 0x08,
                                    0x10, 0x20, 0x40, 0x80, 0xff};
    int wrong = 0;

    for (size_t n = 0; n < good.size * ARRAY_SIZE(bends); n++) {
        size_t at = n / ARRAY_SIZE(bends);
        uint8_t *bytes = arena_alloc(arena, good.size);

        memcpy(bytes, good.data, good.size);
        bytes[at] ^= bends[n % ARRAY_SIZE(bends)];
        wrong += judge(span_of(bytes, good.size), name, at);
    }
    return wrong;
}

static void reads_what_mit_reads(void **state UNUSED)
{
    static const struct {
        const char *name;
        const char *hex; /* NULL: the full one */
    } rows[] = {
        {"AS-REQ", AS_REQ},
        {"TGS-REQ", TGS_REQ},
        {"full AS-REQ", NULL},
    };
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span good = SPAN_NONE;
        struct krb_kdc_req req;
        struct krb_flaw flaw;

        if (rows[i].hex) {
            assert_true(hex_decode(arena, rows[i].hex, &good));
        } else {
            good = full_request();
        }
        assert_true(krb_decode_kdc_req(good, &req, &flaw));
        wrong += judge_bent(good, rows[i].name);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_mit_reads),
    };

    if (!mit_codec_find(&codec)) {
        return 77;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down_all);
}
