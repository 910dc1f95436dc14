/* Decodes what clients ask a KDC and what it answers (RFC 4120 section 5.4),
 * see krb.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include "wire/der.h"

static void read_etypes(struct krb_walk *w, struct span value,
                        struct krb_kdc_req *out)
{
    struct reader list = rd_init(krb_value(w, value, DER_SEQUENCE));
    struct span item;

    while (krb_item(w, &list, &item)) {
        if (out->etype_count == KRB_ETYPES_MAX) {
            krb_walk_fail(w, "has more than 32 elements");
            return;
        }
        out->etypes[out->etype_count++] = krb_int32(w, item);
    }
}

static void read_body(struct krb_walk *w, struct span value,
                      struct krb_kdc_req *out)
{
    struct krb_seq seq = krb_open(w, value);
    struct span member;

    out->body = value;
    out->options = krb_flags(w, krb_required(w, &seq, 0, "kdc-options"));
    if (krb_optional(w, &seq, 1, "cname", &member)) {
        krb_read_name(w, member, &out->client);
    }
    out->service.realm = krb_string(w, krb_required(w, &seq, 2, "realm"));
    /* Of an AS-REQ it is the client's as well. */
    out->client.realm = out->client.count ? out->service.realm : SPAN_NONE;
    if (krb_optional(w, &seq, 3, "sname", &member)) {
        krb_read_name(w, member, &out->service);
    }
    out->till = krb_time(w, krb_required(w, &seq, 5, "till"));
    out->nonce = krb_uint32(w, krb_required(w, &seq, 7, "nonce"));
    read_etypes(w, krb_required(w, &seq, 8, "etype"), out);
    krb_close(w, &seq);
}

bool krb_decode_kdc_req(struct span message, struct krb_kdc_req *out,
                        struct krb_flaw *out_flaw)
{
    bool tgs = krb_kind_of(message) == KRB_TGS_REQ;
    struct krb_kdc_req req = {.type = tgs ? KRB_TGS_REQ : KRB_AS_REQ};
    struct krb_walk w = krb_walk_init(message, krb_message_name(req.type));
    struct krb_seq seq = krb_open_message(&w, message, (int)req.type);
    struct span value;

    krb_constant(&w, krb_required(&w, &seq, 1, "pvno"), KRB_PVNO);
    krb_constant(&w, krb_required(&w, &seq, 2, "msg-type"), (int32_t)req.type);
    if (krb_optional(&w, &seq, 3, "padata", &value)) {
        krb_read_padata(&w, value, &req.padata);
    }
    read_body(&w, krb_required(&w, &seq, 4, "req-body"), &req);
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = req;
    return true;
}

/* The member whose content is known, with its tag. */
static struct span whole_member(const struct reader *rd, struct span content)
{
    struct reader ahead = *rd;
    struct der element;

    while (der_next(&ahead, &element) == DER_OK) {
        if (element.content.data == content.data) {
            return element.whole;
        }
    }
    return SPAN_NONE;
}

bool krb_decode_kdc_rep(struct span message, struct krb_kdc_rep *out,
                        struct krb_flaw *out_flaw)
{
    bool tgs = krb_kind_of(message) == KRB_TGS_REP;
    struct krb_kdc_rep rep = {.type = tgs ? KRB_TGS_REP : KRB_AS_REP};
    struct krb_walk w = krb_walk_init(message, krb_message_name(rep.type));
    struct krb_seq seq = krb_open_message(&w, message, (int)rep.type);
    struct reader members = seq.rd;
    struct span value;

    krb_constant(&w, krb_required(&w, &seq, 0, "pvno"), KRB_PVNO);
    krb_constant(&w, krb_required(&w, &seq, 1, "msg-type"), (int32_t)rep.type);
    if (krb_optional(&w, &seq, 2, "padata", &value)) {
        krb_read_padata(&w, value, &rep.padata);
    }
    rep.client.realm = krb_string(&w, krb_required(&w, &seq, 3, "crealm"));
    krb_read_name(&w, krb_required(&w, &seq, 4, "cname"), &rep.client);
    value = krb_required(&w, &seq, 5, "ticket");
    krb_read_ticket(&w, value, &rep.ticket);
    rep.ticket_place = whole_member(&members, value);
    krb_read_encrypted(&w, krb_required(&w, &seq, 6, "enc-part"),
                       &rep.enc_part);
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = rep;
    return true;
}

bool krb_decode_method_data(struct span data, struct krb_padata_list *out,
                            struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(data, "METHOD-DATA");
    struct krb_padata_list list = {.count = 0};

    krb_read_padata(&w, data, &list);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = list;
    return true;
}
