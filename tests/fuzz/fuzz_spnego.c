/*
 * SPNEGO: the codec, and the whole acceptor with NTLM inside. The input is a
 * sequence of tokens, see auth_tokens.h. What decodes is encoded, and decodes
 * to the same again.
 */
#include "config.h"

#include "auth_tokens.h"
#include "wire/spnego.h"

static void recode_init(struct span token)
{
    struct spnego_init m;
    struct spnego_init again;
    struct spnego_flaw flaw;
    AUTO_BUF out = {0};

    if (spnego_decode_init(token, &m, &flaw) != SPNEGO_OK) {
        return;
    }
    spnego_encode_init(&out, &m);
    assert(spnego_decode_init(buf_span(&out), &again, &flaw) == SPNEGO_OK);
    assert(again.mech_count == m.mech_count);
    assert(span_equal(again.mech_token, m.mech_token));
    assert(span_equal(again.mech_list_mic, m.mech_list_mic));
}

static void recode_resp(struct span token)
{
    struct spnego_resp m;
    struct spnego_resp again;
    struct spnego_flaw flaw;
    AUTO_BUF out = {0};

    if (spnego_decode_resp(token, &m, &flaw) != SPNEGO_OK) {
        return;
    }
    spnego_encode_resp(&out, &m);
    assert(spnego_decode_resp(buf_span(&out), &again, &flaw) == SPNEGO_OK);
    assert(again.has_state == m.has_state && again.state == m.state);
    assert(span_equal(again.response_token, m.response_token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_of(data, size);
    struct span token = span_slice(input, 2, size);

    recode_init(token);
    recode_resp(token);
    feed_tokens("negotiate", input);
    return 0;
}
