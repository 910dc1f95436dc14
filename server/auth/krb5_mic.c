/* MIC tokens of the Kerberos mechanism, see krb5_mic.h. */
#include "config.h"

#include "auth/krb5_mic.h"

#include <string.h>

#include <nettle/arcfour.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>

#include "util/buf.h"
#include "util/mem.h"
#include "wire/der.h"
#include "wire/krb.h"
#include "wire/spnego.h"

/* RFC 4121 section 4.2.6.1 */
enum {
    CFX_HEADER_SIZE = 16,
    CFX_SENT_BY_ACCEPTOR = 1,
    CFX_ACCEPTOR_SUBKEY = 4,
    USAGE_ACCEPTOR_SIGN = 23, /* section 2 */
    USAGE_INITIATOR_SIGN = 25,
};

/* RFC 4757 section 7.2, [MS-KILE] 3.4.5.4.1 */
enum {
    RC4_HEADER_SIZE = 8,
    RC4_SEQUENCE_SIZE = 8,
    RC4_CHECKSUM_SIZE = 8,
    RC4_TOKEN_SIZE = RC4_HEADER_SIZE + RC4_SEQUENCE_SIZE + RC4_CHECKSUM_SIZE,
    RC4_SIGN_USAGE = 15,
};

static const uint8_t rc4_header[RC4_HEADER_SIZE] = {0x01, 0x01, 0x11, 0x00,
                                                    0xff, 0xff, 0xff, 0xff};

static krb5_keyblock block_of(const struct krb_key *key)
{
    return (krb5_keyblock){
        .enctype = key->etype,
        .length = (unsigned)key->size,
        /* The library only reads it. */
        .contents = (krb5_octet *)(uintptr_t)key->bytes,
    };
}

static krb5_keyusage usage_of(enum krb5_side side)
{
    return side == KRB5_ACCEPTOR ? USAGE_ACCEPTOR_SIGN : USAGE_INITIATOR_SIGN;
}

/* Over the message, and behind it the header. The caller frees. */
static bool cfx_checksum(krb5_context context, const struct krb_key *key,
                         enum krb5_side side, struct span message,
                         const uint8_t header[CFX_HEADER_SIZE],
                         krb5_checksum *out_checksum)
{
    krb5_keyblock block = block_of(key);
    krb5_data covered = {.magic = KV5M_DATA};
    AUTO_BUF data = {0};

    buf_add(&data, message);
    buf_add(&data, span_of(header, CFX_HEADER_SIZE));
    covered.length = (unsigned)data.size;
    covered.data = (char *)data.data;
    /* Type 0 is the one that the etype demands. */
    return krb5_c_make_checksum(context, 0, &block, usage_of(side), &covered,
                                out_checksum) == 0;
}

static struct span make_cfx(krb5_context context, const struct krb_key *key,
                            uint8_t flags, uint64_t sequence,
                            struct arena *arena, struct span message)
{
    enum krb5_side side =
        flags & CFX_SENT_BY_ACCEPTOR ? KRB5_ACCEPTOR : KRB5_INITIATOR;
    uint8_t header[CFX_HEADER_SIZE] = {0x04, 0x04, flags, 0xff,
                                       0xff, 0xff, 0xff,  0xff};
    krb5_checksum checksum = {0};
    AUTO_BUF token = {0};

    for (size_t i = 0; i < 8; i++) {
        header[8 + i] = (uint8_t)(sequence >> (8 * (7 - i)));
    }
    if (!cfx_checksum(context, key, side, message, header, &checksum)) {
        return SPAN_NONE;
    }
    buf_add(&token, span_of(header, sizeof(header)));
    buf_add(&token, span_of(checksum.contents, checksum.length));
    krb5_free_checksum_contents(context, &checksum);
    return arena_copy(arena, buf_span(&token));
}

static bool is_cfx(struct span token, enum krb5_side side)
{
    static const uint8_t filler[5] = {0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t *head = token.data;

    return token.size > CFX_HEADER_SIZE && head[0] == 0x04 && head[1] == 0x04 &&
           memcmp(head + 3, filler, sizeof(filler)) == 0 &&
           !(head[2] & CFX_SENT_BY_ACCEPTOR) == (side == KRB5_INITIATOR);
}

static bool verify_cfx(krb5_context context, const struct krb5_session *session,
                       enum krb5_side side, struct span message,
                       struct span token)
{
    const struct krb_key *key = &session->initiator;
    krb5_checksum right = {0};
    bool same;

    if (!is_cfx(token, side)) {
        return false;
    }
    if (token.data[2] & CFX_ACCEPTOR_SUBKEY) {
        key = &session->acceptor;
    }
    if (!key->size ||
        !cfx_checksum(context, key, side, message, token.data, &right)) {
        return false;
    }
    same = token.size - CFX_HEADER_SIZE == right.length &&
           mem_equal_secret(token.data + CFX_HEADER_SIZE, right.contents,
                            right.length);
    krb5_free_checksum_contents(context, &right);
    return same;
}

static void hmac_md5(const uint8_t *key, size_t size, struct span data,
                     uint8_t out[MD5_DIGEST_SIZE])
{
    struct hmac_md5_ctx ctx;

    hmac_md5_set_key(&ctx, size, key);
    hmac_md5_update(&ctx, data.size, data.data);
    hmac_md5_digest(&ctx, MD5_DIGEST_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
}

/* SGN_CKSUM */
static void rc4_checksum(const struct krb_key *key, struct span message,
                         uint8_t out[RC4_CHECKSUM_SIZE])
{
    static const uint8_t usage[4] = {RC4_SIGN_USAGE};
    static const char name[] = "signaturekey"; /* with its NUL */
    uint8_t sign_key[MD5_DIGEST_SIZE];
    uint8_t digest[MD5_DIGEST_SIZE];
    struct md5_ctx ctx;

    hmac_md5(key->bytes, key->size, span_of(name, sizeof(name)), sign_key);
    md5_init(&ctx);
    md5_update(&ctx, sizeof(usage), usage);
    md5_update(&ctx, sizeof(rc4_header), rc4_header);
    md5_update(&ctx, message.size, message.data);
    md5_digest(&ctx, sizeof(digest), digest);
    hmac_md5(sign_key, sizeof(sign_key), span_of(digest, sizeof(digest)),
             digest);
    memcpy(out, digest, RC4_CHECKSUM_SIZE);
    mem_wipe(sign_key, sizeof(sign_key));
}

/* SND_SEQ, closed or opened: RC4 is its own inverse. */
static void rc4_sequence(const struct krb_key *key,
                         const uint8_t checksum[RC4_CHECKSUM_SIZE],
                         const uint8_t in[RC4_SEQUENCE_SIZE],
                         uint8_t out[RC4_SEQUENCE_SIZE])
{
    static const uint8_t zero[4];
    uint8_t sequence_key[MD5_DIGEST_SIZE];
    struct arcfour_ctx ctx;

    hmac_md5(key->bytes, key->size, span_of(zero, sizeof(zero)), sequence_key);
    hmac_md5(sequence_key, sizeof(sequence_key),
             span_of(checksum, RC4_CHECKSUM_SIZE), sequence_key);
    arcfour_set_key(&ctx, sizeof(sequence_key), sequence_key);
    arcfour_crypt(&ctx, RC4_SEQUENCE_SIZE, out, in);
    mem_wipe(&ctx, sizeof(ctx));
    mem_wipe(sequence_key, sizeof(sequence_key));
}

/* Four bytes of direction, behind the number. */
static uint8_t rc4_direction(enum krb5_side side)
{
    return side == KRB5_ACCEPTOR ? 0xff : 0;
}

static struct span make_rc4(const struct krb_key *key, enum krb5_side side,
                            uint64_t sequence, struct arena *arena,
                            struct span message)
{
    uint8_t plain[RC4_SEQUENCE_SIZE];
    uint8_t token[RC4_TOKEN_SIZE];
    uint8_t *closed = token + RC4_HEADER_SIZE;
    uint8_t *checksum = closed + RC4_SEQUENCE_SIZE;
    AUTO_BUF framed = {0};

    for (size_t i = 0; i < 4; i++) {
        plain[i] = (uint8_t)(sequence >> (8 * (3 - i)));
        plain[4 + i] = rc4_direction(side);
    }
    memcpy(token, rc4_header, RC4_HEADER_SIZE);
    rc4_checksum(key, message, checksum);
    rc4_sequence(key, checksum, plain, closed);
    der_add(&framed, DER_OID, SPNEGO_OID_KRB5);
    buf_add(&framed, span_of(token, sizeof(token)));
    der_wrap(&framed, 0, DER_APPLICATION_0);
    return arena_copy(arena, buf_span(&framed));
}

/* What stands within GSS-API's frame. */
static struct span unframed(struct span token)
{
    struct reader rd = rd_init(token);
    struct der frame;
    struct der oid;

    if (der_expect(&rd, DER_APPLICATION_0, &frame) != DER_OK) {
        return SPAN_NONE;
    }
    rd = rd_init(frame.content);
    if (der_expect(&rd, DER_OID, &oid) != DER_OK) {
        return SPAN_NONE;
    }
    return rd_bytes(&rd, rd_left(&rd));
}

static bool verify_rc4(const struct krb_key *key, enum krb5_side side,
                       struct span message, struct span framed)
{
    struct span token = unframed(framed);
    const uint8_t *closed;
    uint8_t checksum[RC4_CHECKSUM_SIZE];
    uint8_t plain[RC4_SEQUENCE_SIZE];

    if (token.size != RC4_TOKEN_SIZE ||
        memcmp(token.data, rc4_header, RC4_HEADER_SIZE) != 0) {
        return false;
    }
    closed = token.data + RC4_HEADER_SIZE;
    rc4_checksum(key, message, checksum);
    rc4_sequence(key, closed + RC4_SEQUENCE_SIZE, closed, plain);
    for (size_t i = 4; i < RC4_SEQUENCE_SIZE; i++) {
        if (plain[i] != rc4_direction(side)) {
            return false;
        }
    }
    return mem_equal_secret(checksum, closed + RC4_SEQUENCE_SIZE,
                            sizeof(checksum));
}

struct span krb5_mic_make(krb5_context context,
                          const struct krb5_session *session,
                          enum krb5_side side, uint64_t sequence,
                          struct arena *arena, struct span message)
{
    bool has_acceptor = session->acceptor.size > 0;
    const struct krb_key *key =
        has_acceptor ? &session->acceptor : &session->initiator;
    uint8_t flags = 0;

    if (key->etype == KRB_ETYPE_RC4) {
        return make_rc4(key, side, sequence, arena, message);
    }
    flags |= side == KRB5_ACCEPTOR ? CFX_SENT_BY_ACCEPTOR : 0;
    flags |= has_acceptor ? CFX_ACCEPTOR_SUBKEY : 0;
    return make_cfx(context, key, flags, sequence, arena, message);
}

bool krb5_mic_verify(krb5_context context, const struct krb5_session *session,
                     enum krb5_side side, struct span message,
                     struct span token)
{
    if (session->initiator.etype == KRB_ETYPE_RC4 && !session->acceptor.size) {
        return verify_rc4(&session->initiator, side, message, token);
    }
    return verify_cfx(context, session, side, message, token);
}
