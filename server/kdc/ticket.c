/* Tickets that a step wants to be others, see ticket.h. */
#include "config.h"

#include "kdc/ticket.h"

#include <string.h>

#include "kdc/ticket_fast.h"
#include "kdc/ticket_open.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/mem.h"
#include "wire/der.h"

static const struct krb_keys *keys_of(const struct ticket_change *change,
                                      const struct krb_name *service)
{
    bool krbtgt = service->count > 0 &&
                  span_equal(service->components[0], span_text("krbtgt"));

    return krbtgt ? change->krbtgt : change->service;
}

static struct kcrypt_key key_of(const struct krb_key *key)
{
    return (struct kcrypt_key){key->etype, span_of(key->bytes, key->size)};
}

/* ---- Changing what is within ---- */

/* A list of one element; the bytes are in the arena. */
static struct span list_of(struct arena *arena, int32_t type, struct span data)
{
    struct krb_authdata list = {.items = {{type, data}}, .count = 1};
    AUTO_BUF out = {0};

    krb_encode_authdata(&out, &list);
    return arena_copy(arena, buf_span(&out));
}

static void add_elements(struct buf *out, struct span list)
{
    struct reader rd = rd_init(list);
    struct der sequence;

    if (list.size && der_expect(&rd, DER_SEQUENCE, &sequence) == DER_OK) {
        buf_add(out, sequence.content);
    }
}

/*
 * What the ticket has, and behind it as many bytes as are wanted: of a type
 * that acceptors which are not Windows pass over, within AD-IF-RELEVANT, which
 * lets all of them do so (RFC 4120 section 5.2.6.1).
 */
static struct span padded(struct arena *arena, struct span list, size_t size)
{
    size_t least = size < TICKET_PADDING_MAX ? size : TICKET_PADDING_MAX;
    struct span padding = span_of(arena_alloc(arena, least), least);
    AUTO_BUF out = {0};

    padding = list_of(arena, KRB_AD_TOKEN_RESTRICTIONS, padding);
    add_elements(&out, list);
    add_elements(&out, list_of(arena, KRB_AD_IF_RELEVANT, padding));
    der_wrap(&out, 0, DER_SEQUENCE);
    return arena_copy(arena, buf_span(&out));
}

static void change_part(const struct ticket_change *change, struct arena *arena,
                        struct krb_ticket_part *part)
{
    const struct kdc_ticket_plan *plan = change->plan;

    if (plan->starts) {
        part->has_start_time = true;
        part->start_time = change->now + plan->starts / ENV_NS_PER_SEC;
    }
    if (plan->ends) {
        part->end_time = change->now + plan->ends / ENV_NS_PER_SEC;
    }
    if (plan->padding) {
        part->authorization_data =
            padded(arena, part->authorization_data, plan->padding);
    }
}

/* ---- Closing it again ---- */

static struct krb_key random_key(int32_t etype)
{
    struct krb_key key = {.etype = etype, .size = krb_key_size(etype)};

    env_secret(key.bytes, key.size);
    return key;
}

static bool close_part(const struct ticket_change *change, struct arena *arena,
                       const struct krb_ticket_part *part,
                       struct krb_encrypted *enc, const char **out_why)
{
    const struct krb_key *known = krb_keys_find(change->keys, enc->etype);
    struct krb_key key =
        change->plan->wrong_key ? random_key(enc->etype) : *known;
    struct kcrypt_key crypt_key = key_of(&key);
    AUTO_BUF plain = {0};
    AUTO_BUF cipher = {0};
    enum kcrypt_result result;

    krb_encode_ticket_part(&plain, part);
    result = kcrypt_encrypt(change->crypt, &crypt_key, KCRYPT_TICKET,
                            buf_span(&plain), &cipher);
    mem_wipe(plain.data, plain.size);
    mem_wipe(&key, sizeof(key));
    if (result != KCRYPT_OK) {
        *out_why = kcrypt_result_text(result);
        return false;
    }
    enc->cipher = arena_copy(arena, buf_span(&cipher));
    return true;
}

/* "HTTP/other.contoso.test" */
static void rename_service(struct krb_name *service, const char *text)
{
    struct span rest = span_text(text);

    service->count = 0;
    while (service->count < KRB_COMPONENTS_MAX) {
        size_t slash = span_find(rest, span_text("/"), 0);

        service->components[service->count++] = span_slice(rest, 0, slash);
        if (slash == SIZE_MAX) {
            return;
        }
        rest = span_slice(rest, slash + 1, SIZE_MAX);
    }
}

static bool change_ticket(struct ticket_change *change, struct arena *arena,
                          struct krb_ticket *ticket, const char **out_why)
{
    const struct kdc_ticket_plan *plan = change->plan;
    struct krb_ticket_part part;

    change->keys = keys_of(change, &ticket->service);
    if (!kdc_ticket_open(change->crypt, change->keys, ticket, arena, &part,
                         out_why)) {
        return false;
    }
    change_part(change, arena, &part);
    if (!close_part(change, arena, &part, &ticket->enc_part, out_why)) {
        return false;
    }
    if (plan->kvno) {
        ticket->enc_part.has_kvno = true;
        ticket->enc_part.kvno = (uint32_t)plan->kvno;
    }
    if (plan->name) {
        rename_service(&ticket->service, plan->name);
    }
    return true;
}

bool kdc_ticket_change(struct ticket_change *change, struct arena *arena,
                       struct span reply, struct span *out_reply,
                       const char **out_why)
{
    struct fast_context fast = {
        .crypt = change->crypt,
        .krbtgt = change->krbtgt,
        .request = change->request,
        .arena = arena,
    };
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;
    AUTO_BUF ticket = {0};
    AUTO_BUF out = {0};

    if (!krb_decode_kdc_rep(reply, &rep, &flaw)) {
        *out_why = arena_printf(arena, "no reply: %s %s", flaw.field, flaw.why);
        return false;
    }
    if (!change_ticket(change, arena, &rep.ticket, out_why)) {
        return false;
    }
    krb_encode_ticket(&ticket, &rep.ticket);
    if (!kdc_fast_mend(&fast, reply, buf_span(&ticket), &reply, out_why) ||
        !krb_decode_kdc_rep(reply, &rep, &flaw)) {
        return false;
    }
    krb_encode_kdc_rep_with(&out, reply, &rep, buf_span(&ticket));
    *out_reply = arena_copy(arena, buf_span(&out));
    return true;
}
