/* Decodes what was encrypted within tickets and AP-REQs (RFC 4120 sections 5.3
 * and 5.5.1), see krb.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include "wire/der.h"

static void read_ticket_times(struct krb_walk *w, struct krb_seq *seq,
                              struct krb_ticket_part *out)
{
    struct span value;

    out->auth_time = krb_time(w, krb_required(w, seq, 5, "authtime"));
    out->has_start_time = krb_optional(w, seq, 6, "starttime", &value);
    if (out->has_start_time) {
        out->start_time = krb_time(w, value);
    }
    out->end_time = krb_time(w, krb_required(w, seq, 7, "endtime"));
    out->has_renew_till = krb_optional(w, seq, 8, "renew-till", &value);
    if (out->has_renew_till) {
        out->renew_till = krb_time(w, value);
    }
}

bool krb_decode_ticket_part(struct span plain, struct krb_ticket_part *out,
                            struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(plain, "EncTicketPart");
    struct krb_seq seq = krb_open_message(&w, plain, KRB_TICKET_PART_TAG);
    struct krb_ticket_part part = {0};
    struct span value;

    part.flags = krb_flags(&w, krb_required(&w, &seq, 0, "flags"));
    part.key = krb_read_block(&w, krb_required(&w, &seq, 1, "key"));
    part.client.realm = krb_string(&w, krb_required(&w, &seq, 2, "crealm"));
    krb_read_name(&w, krb_required(&w, &seq, 3, "cname"), &part.client);
    part.transited = krb_required(&w, &seq, 4, "transited");
    krb_read_block(&w, part.transited);
    read_ticket_times(&w, &seq, &part);
    if (krb_optional(&w, &seq, 9, "caddr", &value)) {
        part.addresses = krb_read_blocks(&w, value);
    }
    if (krb_optional(&w, &seq, 10, "authorization-data", &value)) {
        part.authorization_data = krb_read_blocks(&w, value);
    }
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = part;
    return true;
}

/* Members 6 to 8. */
static void read_authenticator_rest(struct krb_walk *w, struct krb_seq *seq,
                                    struct krb_authenticator *out)
{
    struct span value;

    out->has_subkey = krb_optional(w, seq, 6, "subkey", &value);
    if (out->has_subkey) {
        out->subkey = krb_read_block(w, value);
    }
    out->has_sequence = krb_optional(w, seq, 7, "seq-number", &value);
    if (out->has_sequence) {
        out->sequence = krb_uint32(w, value);
    }
    if (krb_optional(w, seq, 8, "authorization-data", &value)) {
        out->authorization_data = krb_read_blocks(w, value);
    }
}

bool krb_decode_authenticator(struct span plain, struct krb_authenticator *out,
                              struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(plain, "Authenticator");
    struct krb_seq seq = krb_open_message(&w, plain, KRB_AUTHENTICATOR_TAG);
    struct krb_authenticator part = {0};
    struct span value;

    krb_constant(&w, krb_required(&w, &seq, 0, "authenticator-vno"), KRB_PVNO);
    part.client.realm = krb_string(&w, krb_required(&w, &seq, 1, "crealm"));
    krb_read_name(&w, krb_required(&w, &seq, 2, "cname"), &part.client);
    part.has_checksum = krb_optional(&w, &seq, 3, "cksum", &value);
    if (part.has_checksum) {
        part.checksum = krb_read_block(&w, value);
    }
    part.cusec = krb_microseconds(&w, krb_required(&w, &seq, 4, "cusec"));
    part.client_time = krb_time(&w, krb_required(&w, &seq, 5, "ctime"));
    read_authenticator_rest(&w, &seq, &part);
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = part;
    return true;
}

bool krb_decode_authdata(struct span list, struct krb_authdata *out,
                         struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(list, "AuthorizationData");
    struct reader rd = rd_init(krb_value(&w, list, DER_SEQUENCE));
    struct krb_authdata read = {.count = 0};
    struct span item;

    while (krb_item(&w, &rd, &item)) {
        if (read.count == KRB_AUTHDATA_MAX) {
            krb_walk_fail(&w, "has more than 16 elements");
            break;
        }
        read.items[read.count++] = krb_read_block(&w, item);
    }
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = read;
    return true;
}
