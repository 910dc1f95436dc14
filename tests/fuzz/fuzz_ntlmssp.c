/*
 * NTLM: the codec, and the whole acceptor. The input is a sequence of tokens,
 * see auth_tokens.h. What decodes is encoded, and decodes to the same again.
 */
#include "config.h"

#include "auth_tokens.h"
#include "wire/ntlmssp.h"

static void recode_negotiate(struct span token)
{
    struct ntlmssp_negotiate m;
    struct ntlmssp_negotiate again;
    struct ntlmssp_flaw flaw;
    AUTO_BUF out = {0};

    if (ntlmssp_decode_negotiate(token, &m, &flaw) != NTLMSSP_OK) {
        return;
    }
    ntlmssp_encode_negotiate(&out, &m);
    assert(ntlmssp_decode_negotiate(buf_span(&out), &again, &flaw) ==
           NTLMSSP_OK);
    assert(again.flags == m.flags);
}

static void recode_challenge(struct span token)
{
    struct ntlmssp_challenge m;
    struct ntlmssp_challenge again;
    struct ntlmssp_flaw flaw;
    AUTO_BUF out = {0};

    if (ntlmssp_decode_challenge(token, &m, &flaw) != NTLMSSP_OK) {
        return;
    }
    ntlmssp_encode_challenge(&out, &m);
    assert(ntlmssp_decode_challenge(buf_span(&out), &again, &flaw) ==
           NTLMSSP_OK);
    assert(again.flags == m.flags);
}

static void recode_authenticate(struct span token)
{
    struct ntlmssp_authenticate m;
    struct ntlmssp_authenticate again;
    struct ntlmssp_flaw flaw;
    AUTO_BUF out = {0};

    if (ntlmssp_decode_authenticate(token, &m, &flaw) != NTLMSSP_OK) {
        return;
    }
    ntlmssp_encode_authenticate(&out, &m);
    assert(ntlmssp_decode_authenticate(buf_span(&out), &again, &flaw) ==
           NTLMSSP_OK);
    assert(again.has_mic == m.has_mic && again.flags == m.flags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_of(data, size);
    struct span token = span_slice(input, 2, size);

    recode_negotiate(token);
    recode_challenge(token);
    recode_authenticate(token);
    feed_tokens("ntlm", input);
    return 0;
}
