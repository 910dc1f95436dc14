/* Decodes tickets, AP-REQ, AP-REP and KRB-ERROR (RFC 4120 sections 5.3, 5.5 and
 * 5.9), see krb.h. */
#include "config.h"

#include "wire/krb_walk.h"

enum krb_message krb_kind_of(struct span message)
{
    int number = message.size ? message.data[0] - KRB_APPLICATION_0 : 0;

    switch (number) {
    case KRB_AS_REQ:
    case KRB_AS_REP:
    case KRB_TGS_REQ:
    case KRB_TGS_REP:
    case KRB_AP_REQ:
    case KRB_AP_REP:
    case KRB_ERROR:
        return (enum krb_message)number;
    default: /* any byte */
        return KRB_NONE;
    }
}

bool krb_decode_ticket(struct span ticket, struct krb_ticket *out,
                       struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(ticket, "Ticket");
    struct krb_ticket read = {0};

    krb_read_ticket(&w, ticket, &read);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = read;
    return true;
}

/* pvno and msg-type begin each; the first has the tag 0 here. */
static struct krb_seq open_typed(struct krb_walk *w, struct span message,
                                 enum krb_message type)
{
    struct krb_seq seq = krb_open_message(w, message, (int)type);

    krb_constant(w, krb_required(w, &seq, 0, "pvno"), KRB_PVNO);
    krb_constant(w, krb_required(w, &seq, 1, "msg-type"), (int32_t)type);
    return seq;
}

bool krb_decode_ap_req(struct span message, struct krb_ap_req *out,
                       struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(message, "AP-REQ");
    struct krb_seq seq = open_typed(&w, message, KRB_AP_REQ);
    struct krb_ap_req req = {0};

    req.options = krb_flags(&w, krb_required(&w, &seq, 2, "ap-options"));
    krb_read_ticket(&w, krb_required(&w, &seq, 3, "ticket"), &req.ticket);
    krb_read_encrypted(&w, krb_required(&w, &seq, 4, "authenticator"),
                       &req.authenticator);
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = req;
    return true;
}

bool krb_decode_ap_rep(struct span message, struct krb_encrypted *out,
                       struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(message, "AP-REP");
    struct krb_seq seq = open_typed(&w, message, KRB_AP_REP);
    struct krb_encrypted part = {0};

    krb_read_encrypted(&w, krb_required(&w, &seq, 2, "enc-part"), &part);
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = part;
    return true;
}

static void read_error_times(struct krb_walk *w, struct krb_seq *seq,
                             struct krb_error *out)
{
    struct span value;

    if (krb_optional(w, seq, 2, "ctime", &value)) {
        out->has_client_time = true;
        out->client_time = krb_time(w, value);
    }
    if (krb_optional(w, seq, 3, "cusec", &value)) {
        out->cusec = krb_microseconds(w, value);
    }
    out->server_time = krb_time(w, krb_required(w, seq, 4, "stime"));
    out->susec = krb_microseconds(w, krb_required(w, seq, 5, "susec"));
}

static void read_error_names(struct krb_walk *w, struct krb_seq *seq,
                             struct krb_error *out)
{
    struct span value;

    if (krb_optional(w, seq, 7, "crealm", &value)) {
        out->client.realm = krb_string(w, value);
    }
    if (krb_optional(w, seq, 8, "cname", &value)) {
        krb_read_name(w, value, &out->client);
    }
    out->service.realm = krb_string(w, krb_required(w, seq, 9, "realm"));
    krb_read_name(w, krb_required(w, seq, 10, "sname"), &out->service);
}

bool krb_decode_error(struct span message, struct krb_error *out,
                      struct krb_flaw *out_flaw)
{
    struct krb_walk w = krb_walk_init(message, "KRB-ERROR");
    struct krb_seq seq = open_typed(&w, message, KRB_ERROR);
    struct krb_error error = {0};
    struct span value;

    read_error_times(&w, &seq, &error);
    error.code = krb_int32(&w, krb_required(&w, &seq, 6, "error-code"));
    read_error_names(&w, &seq, &error);
    if (krb_optional(&w, &seq, 11, "e-text", &value)) {
        error.text = krb_string(&w, value);
    }
    if (krb_optional(&w, &seq, 12, "e-data", &value)) {
        error.data = krb_octets(&w, value);
    }
    krb_close(&w, &seq);
    if (!krb_walk_end(&w, out_flaw)) {
        return false;
    }
    *out = error;
    return true;
}
