/* Encodes Kerberos' messages (RFC 4120 sections 5.3, 5.5.2 and 5.9) in DER, as
 * MIT's library does to the byte, see krb.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include "wire/der.h"
#include "wire/krb_time.h"

/* What was added since `start` becomes the member [number]. */
static void end_member(struct buf *out, size_t start, int number)
{
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + number));
}

static void add_number(struct buf *out, int number, int64_t value)
{
    size_t start = out->size;

    der_add_integer(out, value);
    end_member(out, start, number);
}

static void add_bytes(struct buf *out, int number, uint8_t tag,
                      struct span bytes)
{
    size_t start = out->size;

    der_add(out, tag, bytes);
    end_member(out, start, number);
}

/* An element that is whole. */
static void add_whole(struct buf *out, int number, struct span element)
{
    der_add(out, (uint8_t)(DER_CONTEXT_0 + number), element);
}

static void add_time(struct buf *out, int number, int64_t time)
{
    size_t start = out->size;

    krb_time_add(out, time);
    der_wrap(out, start, DER_GENERALIZED_TIME);
    end_member(out, start, number);
}

static void add_flags(struct buf *out, int number, uint32_t flags)
{
    uint8_t bits[5] = {0, (uint8_t)(flags >> 24), (uint8_t)(flags >> 16),
                       (uint8_t)(flags >> 8), (uint8_t)flags};

    add_bytes(out, number, DER_BIT_STRING, span_of(bits, sizeof(bits)));
}

static void add_name(struct buf *out, int number, const struct krb_name *name)
{
    size_t start = out->size;
    size_t list;

    add_number(out, 0, name->type);
    list = out->size;
    for (size_t i = 0; i < name->count; i++) {
        der_add(out, DER_GENERAL_STRING, name->components[i]);
    }
    der_wrap(out, list, DER_SEQUENCE);
    end_member(out, list, 1);
    der_wrap(out, start, DER_SEQUENCE);
    end_member(out, start, number);
}

static void add_encrypted(struct buf *out, int number,
                          const struct krb_encrypted *part)
{
    size_t start = out->size;

    add_number(out, 0, part->etype);
    if (part->has_kvno) {
        add_number(out, 1, part->kvno);
    }
    add_bytes(out, 2, DER_OCTET_STRING, part->cipher);
    der_wrap(out, start, DER_SEQUENCE);
    end_member(out, start, number);
}

static void add_block(struct buf *out, const struct krb_block *block)
{
    size_t start = out->size;

    add_number(out, 0, block->type);
    add_bytes(out, 1, DER_OCTET_STRING, block->bytes);
    der_wrap(out, start, DER_SEQUENCE);
}

static void add_key(struct buf *out, int number, const struct krb_block *key)
{
    size_t start = out->size;

    add_block(out, key);
    end_member(out, start, number);
}

/* All since `start` is a message. */
static void end_message(struct buf *out, size_t start, int number)
{
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, (uint8_t)(KRB_APPLICATION_0 + number));
}

void krb_encode_error(struct buf *out, const struct krb_error *error)
{
    size_t start = out->size;

    add_number(out, 0, KRB_PVNO);
    add_number(out, 1, KRB_ERROR);
    if (error->has_client_time) {
        add_time(out, 2, error->client_time);
    }
    if (error->cusec) {
        add_number(out, 3, error->cusec);
    }
    add_time(out, 4, error->server_time);
    add_number(out, 5, error->susec);
    add_number(out, 6, error->code);
    if (error->client.realm.size) {
        add_bytes(out, 7, DER_GENERAL_STRING, error->client.realm);
    }
    if (error->client.count) {
        add_name(out, 8, &error->client);
    }
    add_bytes(out, 9, DER_GENERAL_STRING, error->service.realm);
    add_name(out, 10, &error->service);
    if (error->text.size) {
        add_bytes(out, 11, DER_GENERAL_STRING, error->text);
    }
    if (error->data.size) {
        add_bytes(out, 12, DER_OCTET_STRING, error->data);
    }
    end_message(out, start, KRB_ERROR);
}

void krb_encode_ticket(struct buf *out, const struct krb_ticket *ticket)
{
    size_t start = out->size;

    add_number(out, 0, KRB_PVNO);
    add_bytes(out, 1, DER_GENERAL_STRING, ticket->service.realm);
    add_name(out, 2, &ticket->service);
    add_encrypted(out, 3, &ticket->enc_part);
    end_message(out, start, KRB_TICKET_TAG);
}

/* 3.3.3.2: an empty list of realms, in the one encoding there is. */
static void add_no_transited(struct buf *out)
{
    static const struct krb_block none = {.type = 1};
    size_t start = out->size;

    add_block(out, &none);
    end_member(out, start, 4);
}

void krb_encode_ticket_part(struct buf *out, const struct krb_ticket_part *part)
{
    size_t start = out->size;

    add_flags(out, 0, part->flags);
    add_key(out, 1, &part->key);
    add_bytes(out, 2, DER_GENERAL_STRING, part->client.realm);
    add_name(out, 3, &part->client);
    if (part->transited.size) {
        add_whole(out, 4, part->transited);
    } else {
        add_no_transited(out);
    }
    add_time(out, 5, part->auth_time);
    if (part->has_start_time) {
        add_time(out, 6, part->start_time);
    }
    add_time(out, 7, part->end_time);
    if (part->has_renew_till) {
        add_time(out, 8, part->renew_till);
    }
    if (part->addresses.size) {
        add_whole(out, 9, part->addresses);
    }
    if (part->authorization_data.size) {
        add_whole(out, 10, part->authorization_data);
    }
    end_message(out, start, KRB_TICKET_PART_TAG);
}

void krb_encode_authdata(struct buf *out, const struct krb_authdata *list)
{
    size_t start = out->size;

    for (size_t i = 0; i < list->count; i++) {
        add_block(out, &list->items[i]);
    }
    der_wrap(out, start, DER_SEQUENCE);
}

void krb_encode_ap_rep(struct buf *out, const struct krb_encrypted *part)
{
    size_t start = out->size;

    add_number(out, 0, KRB_PVNO);
    add_number(out, 1, KRB_AP_REP);
    add_encrypted(out, 2, part);
    end_message(out, start, KRB_AP_REP);
}

void krb_encode_ap_rep_part(struct buf *out, const struct krb_ap_rep_part *part)
{
    size_t start = out->size;

    add_time(out, 0, part->client_time);
    add_number(out, 1, part->cusec);
    if (part->has_subkey) {
        add_key(out, 2, &part->subkey);
    }
    add_number(out, 3, part->sequence);
    end_message(out, start, KRB_AP_REP_PART_TAG);
}

/* What is within [APPLICATION n] SEQUENCE; the reply has been decoded. */
static struct span members_of(struct span reply)
{
    struct reader rd = rd_init(reply);
    struct der outer = {0};
    struct der inner = {0};

    if (der_next(&rd, &outer) == DER_OK) {
        rd = rd_init(outer.content);
        if (der_next(&rd, &inner) == DER_OK) {
            return inner.content;
        }
    }
    return SPAN_NONE;
}

void krb_encode_kdc_rep_with(struct buf *out, struct span reply,
                             const struct krb_kdc_rep *decoded,
                             struct span ticket)
{
    struct span members = members_of(reply);
    struct span place = decoded->ticket_place;
    size_t start = out->size;
    size_t before = place.data ? (size_t)(place.data - members.data) : 0;

    buf_add(out, span_slice(members, 0, before));
    add_whole(out, 5, ticket);
    buf_add(out, span_slice(members, before + place.size, SIZE_MAX));
    end_message(out, start, (int)decoded->type);
}
