/* What carries Kerberos' messages: GSS-API's tokens (RFC 4121 section 4.1) and
 * the KDC proxy's message (MS-KKDCP 2.2.2), see krb.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include "wire/der.h"

enum {
    BINDINGS_SIZE = 16,    /* RFC 4121 section 4.1.1: MD5 */
    DELEGATION_OPTION = 1, /* the only one there is */
};

uint32_t krb_length(struct span bytes)
{
    struct reader rd = rd_init(bytes);

    return rd_u32be(&rd);
}

bool krb_decode_gss_checksum(struct span checksum, struct krb_gss_checksum *out)
{
    struct reader rd = rd_init(checksum);
    struct krb_gss_checksum read = {0};
    uint32_t size = rd_u32le(&rd);
    unsigned option;

    read.bindings = rd_bytes(&rd, BINDINGS_SIZE);
    read.flags = rd_u32le(&rd);
    if (rd.short_read || size != BINDINGS_SIZE) {
        return false;
    }
    if (read.flags & KRB_GSS_DELEG) {
        option = rd_u16le(&rd);
        size = rd_u16le(&rd);
        if (!rd.short_read && option == DELEGATION_OPTION) {
            read.delegated = rd_bytes(&rd, size);
        }
    }
    *out = read;
    return true;
}

bool krb_decode_gss_token(struct span token, struct krb_gss_token *out,
                          struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(token, "GSS-API token");
    struct reader rd = rd_init(krb_value(&w, token, DER_APPLICATION_0));
    struct krb_gss_token read = {0};
    struct span oid = SPAN_NONE;

    w.path[++w.depth] = "thisMech";
    if (!krb_item(&w, &rd, &oid)) {
        krb_walk_fail(&w, "is missing");
    }
    read.oid = krb_value(&w, oid, DER_OID);
    w.path[w.depth] = "innerToken";
    if (!w.failed && rd.bytes.data + rd.bytes.size != token.data + token.size) {
        krb_walk_fail(&w, "is followed by more than its element");
    }
    w.path[w.depth] = "TOK_ID";
    if (!w.failed && rd_left(&rd) < 2) {
        krb_walk_fail(&w, "is missing");
    }
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    read.id = rd_u16be(&rd);
    read.message = rd_bytes(&rd, rd_left(&rd));
    *out = read;
    return true;
}

/* The message without its four bytes of length, which must be right. */
static struct span without_length(struct krb_walk *w, struct span message)
{
    struct reader rd = rd_init(message);
    uint32_t size = rd_u32be(&rd);

    if (!w->failed && (rd.short_read || size != rd_left(&rd))) {
        krb_walk_fail(w, "does not begin with the length of the rest");
    }
    return rd_bytes(&rd, rd_left(&rd));
}

bool krb_decode_proxy_message(struct span message,
                              struct krb_proxy_message *out,
                              struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(message, "KDC-PROXY-MESSAGE");
    struct krb_seq seq = krb_open(&w, message);
    struct krb_proxy_message read = {0};
    struct span value;

    value = krb_octets(&w, krb_required(&w, &seq, 0, "kerb-message"));
    read.message = without_length(&w, value);
    if (krb_optional(&w, &seq, 1, "target-domain", &value)) {
        read.realm = krb_string(&w, value);
    }
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = read;
    return true;
}

void krb_encode_gss_token(struct buf *out, struct span oid, unsigned id,
                          struct span message)
{
    size_t start = out->size;

    der_add(out, DER_OID, oid);
    buf_add_u16be(out, (uint16_t)id);
    buf_add(out, message);
    der_wrap(out, start, DER_APPLICATION_0);
}

void krb_encode_proxy_message(struct buf *out, struct span message)
{
    size_t start = out->size;

    buf_add_u32be(out, (uint32_t)message.size);
    buf_add(out, message);
    der_wrap(out, start, DER_OCTET_STRING);
    der_wrap(out, start, DER_CONTEXT_0);
    der_wrap(out, start, DER_SEQUENCE);
}
