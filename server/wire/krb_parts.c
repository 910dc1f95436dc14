/* What Kerberos' messages have in common, see krb_walk.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include "wire/der.h"

/* 5.2.2 */
void krb_read_name(struct krb_walk *w, struct span value, struct krb_name *out)
{
    struct krb_seq seq = krb_open(w, value);
    struct reader list;
    struct span item;

    out->type = krb_int32(w, krb_required(w, &seq, 0, "name-type"));
    list = rd_init(
        krb_value(w, krb_required(w, &seq, 1, "name-string"), DER_SEQUENCE));
    while (krb_item(w, &list, &item)) {
        if (out->count == KRB_COMPONENTS_MAX) {
            krb_walk_fail(w, "has more than 8 components");
            break;
        }
        out->components[out->count++] = krb_string(w, item);
    }
    krb_close(w, &seq);
}

/* 5.2.9 */
void krb_read_encrypted(struct krb_walk *w, struct span value,
                        struct krb_encrypted *out)
{
    struct krb_seq seq = krb_open(w, value);
    struct span kvno;

    out->etype = krb_int32(w, krb_required(w, &seq, 0, "etype"));
    out->has_kvno = krb_optional(w, &seq, 1, "kvno", &kvno);
    if (out->has_kvno) {
        out->kvno = krb_uint32(w, kvno);
    }
    out->cipher = krb_octets(w, krb_required(w, &seq, 2, "cipher"));
    krb_close(w, &seq);
}

struct krb_block krb_read_block(struct krb_walk *w, struct span value)
{
    struct krb_seq seq = krb_open(w, value);
    struct krb_block block;

    block.type = krb_int32(w, krb_required(w, &seq, 0, "type"));
    block.bytes = krb_octets(w, krb_required(w, &seq, 1, "value"));
    krb_close(w, &seq);
    return block;
}

struct span krb_read_blocks(struct krb_walk *w, struct span value)
{
    struct reader list = rd_init(krb_value(w, value, DER_SEQUENCE));
    struct span item;

    while (krb_item(w, &list, &item)) {
        krb_read_block(w, item);
    }
    return w->failed ? SPAN_NONE : value;
}

/* 5.3; the names of the members are those of the document. */
void krb_read_ticket(struct krb_walk *w, struct span value,
                     struct krb_ticket *out)
{
    struct reader rd = rd_init(value);
    struct krb_seq seq = krb_open_message(w, value, KRB_TICKET_TAG);
    struct der element = {0};

    if (der_next(&rd, &element) == DER_OK) {
        out->whole = element.whole;
    }
    krb_constant(w, krb_required(w, &seq, 0, "tkt-vno"), KRB_PVNO);
    out->service.realm = krb_string(w, krb_required(w, &seq, 1, "realm"));
    krb_read_name(w, krb_required(w, &seq, 2, "sname"), &out->service);
    krb_read_encrypted(w, krb_required(w, &seq, 3, "enc-part"), &out->enc_part);
    krb_close(w, &seq);
}

/* 5.2.7; the type has the tag 1. */
void krb_read_padata(struct krb_walk *w, struct span value,
                     struct krb_padata_list *out)
{
    struct reader list = rd_init(krb_value(w, value, DER_SEQUENCE));
    struct span item;

    while (krb_item(w, &list, &item)) {
        struct krb_seq seq = krb_open(w, item);
        struct krb_padata one;

        one.type = krb_int32(w, krb_required(w, &seq, 1, "padata-type"));
        one.value = krb_octets(w, krb_required(w, &seq, 2, "padata-value"));
        krb_close(w, &seq);
        if (!w->failed && out->count == KRB_PADATA_MAX) {
            krb_walk_fail(w, "has more than 16 elements");
        }
        if (!w->failed) {
            out->items[out->count++] = one;
        }
    }
}
