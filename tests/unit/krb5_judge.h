/*
 * MIT's acceptor as the judge of ours: krb5_rd_req with the service's keys in a
 * keytab in memory, the clock of the tests, no replay cache and no addresses.
 */
#ifndef UNIT_KRB5_JUDGE_H
#define UNIT_KRB5_JUDGE_H

#include <dlfcn.h>

#include "krb5_client.h"

/* The library exports these, and its headers do not declare them. */
struct mit_codec {
    krb5_error_code (*decode_ap_req)(const krb5_data *, krb5_ap_req **);
    void (*free_ap_req)(krb5_context, krb5_ap_req *);
    krb5_error_code (*decode_as_req)(const krb5_data *, krb5_kdc_req **);
    krb5_error_code (*decode_tgs_req)(const krb5_data *, krb5_kdc_req **);
    void (*free_kdc_req)(krb5_context, krb5_kdc_req *);
    krb5_error_code (*encode_as_req)(const krb5_kdc_req *, krb5_data **);
    krb5_error_code (*decode_ap_rep)(const krb5_data *, krb5_ap_rep **);
    krb5_error_code (*encode_ap_rep)(const krb5_ap_rep *, krb5_data **);
    void (*free_ap_rep)(krb5_context, krb5_ap_rep *);
    krb5_error_code (*decode_ap_rep_part)(const krb5_data *,
                                          krb5_ap_rep_enc_part **);
    krb5_error_code (*encode_ap_rep_part)(const krb5_ap_rep_enc_part *,
                                          krb5_data **);
    krb5_error_code (*decode_error)(const krb5_data *, krb5_error **);
    krb5_error_code (*encode_error)(const krb5_error *, krb5_data **);
};

enum { MIT_NO_MESSAGE = -1 };

struct mit_judge {
    struct mit_codec codec;
    krb5_context context;
    krb5_keytab keytab;
    krb5_principal service;
};

static inline bool mit_symbol(const char *name, void *out_function, size_t size)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);

    memcpy(out_function, &symbol, size);
    return symbol != NULL;
}

/* False: a library that keeps them to itself. */
static inline bool mit_codec_find(struct mit_codec *out)
{
#define FIND(member, name) mit_symbol(name, &out->member, sizeof(out->member))
    return FIND(decode_ap_req, "decode_krb5_ap_req") &&
           FIND(free_ap_req, "krb5_free_ap_req") &&
           FIND(decode_as_req, "decode_krb5_as_req") &&
           FIND(decode_tgs_req, "decode_krb5_tgs_req") &&
           FIND(free_kdc_req, "krb5_free_kdc_req") &&
           FIND(encode_as_req, "encode_krb5_as_req") &&
           FIND(decode_ap_rep, "decode_krb5_ap_rep") &&
           FIND(encode_ap_rep, "encode_krb5_ap_rep") &&
           FIND(free_ap_rep, "krb5_free_ap_rep") &&
           FIND(decode_ap_rep_part, "decode_krb5_ap_rep_enc_part") &&
           FIND(encode_ap_rep_part, "encode_krb5_ap_rep_enc_part") &&
           FIND(decode_error, "decode_krb5_error") &&
           FIND(encode_error, "encode_krb5_error");
#undef FIND
}

static inline void mit_add_keys(const struct mit_judge *judge,
                                const struct krb_keys *keys,
                                krb5_principal service)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct krb_key *key = &keys->items[i];
        krb5_keytab_entry entry = {
            .principal = service,
            .vno = keys->kvno,
            .key = {.enctype = key->etype,
                    .length = (unsigned)key->size,
                    .contents = (krb5_octet *)(uintptr_t)key->bytes},
        };

        assert_int_equal(
            krb5_kt_add_entry(judge->context, judge->keytab, &entry), 0);
    }
}

/* name: of the keytab, of which there is one for each in a program. */
static inline void mit_judge_set_up(struct mit_judge *judge,
                                    const struct krb_keys *keys,
                                    const char *name)
{
    profile_t profile = NULL;

    assert_int_equal(profile_init(NULL, &profile), 0);
    assert_int_equal(krb5_init_context_profile(profile, 0, &judge->context), 0);
    profile_release(profile);
    krb5_set_real_time(judge->context, (krb5_timestamp)(NOW / ENV_NS_PER_SEC),
                       0);
    assert_int_equal(krb5_kt_resolve(judge->context, name, &judge->keytab), 0);
    assert_int_equal(
        krb5_parse_name(judge->context, SPN "@" REALM, &judge->service), 0);
    mit_add_keys(judge, keys, judge->service);
}

static inline void mit_judge_tear_down(struct mit_judge *judge)
{
    krb5_free_principal(judge->context, judge->service);
    krb5_kt_close(judge->context, judge->keytab);
    krb5_free_context(judge->context);
}

static inline bool mit_reads(const struct mit_judge *judge, krb5_data message)
{
    krb5_ap_req *req = NULL;

    if (judge->codec.decode_ap_req(&message, &req) != 0) {
        return false;
    }
    judge->codec.free_ap_req(judge->context, req);
    return true;
}

/* 0: accepted; MIT_NO_MESSAGE; or the library's error. */
static inline krb5_error_code mit_judges(const struct mit_judge *judge,
                                         struct span message)
{
    krb5_data data = data_of(message);
    krb5_auth_context auth = NULL;
    krb5_error_code code;

    if (!mit_reads(judge, data)) {
        return MIT_NO_MESSAGE;
    }
    assert_int_equal(krb5_auth_con_init(judge->context, &auth), 0);
    krb5_auth_con_setflags(judge->context, auth, KRB5_AUTH_CONTEXT_DO_SEQUENCE);
    code = krb5_rd_req(judge->context, &auth, &data, judge->service,
                       judge->keytab, NULL, NULL);
    krb5_auth_con_free(judge->context, auth);
    return code;
}

#endif
