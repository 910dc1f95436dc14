/* What is within a ticket, see ticket_open.h. */
#include "config.h"

#include "kdc/ticket_open.h"

#include "util/buf.h"
#include "util/mem.h"

bool kdc_ticket_open(struct kcrypt *crypt, const struct krb_keys *keys,
                     const struct krb_ticket *ticket, struct arena *arena,
                     struct krb_ticket_part *out_part, const char **out_why)
{
    const struct krb_key *key = krb_keys_find(keys, ticket->enc_part.etype);
    AUTO_BUF plain = {0};
    struct kcrypt_key crypt_key;
    enum kcrypt_result result;
    struct krb_flaw flaw;
    bool good;

    if (!key) {
        *out_why = arena_printf(arena,
                                "its key is of encryption type %d, of which "
                                "there is none here",
                                (int)ticket->enc_part.etype);
        return false;
    }
    crypt_key = (struct kcrypt_key){key->etype, span_of(key->bytes, key->size)};
    result = kcrypt_decrypt(crypt, &crypt_key, KCRYPT_TICKET,
                            ticket->enc_part.cipher, &plain);
    if (result != KCRYPT_OK) {
        *out_why = arena_printf(arena, "it cannot be opened: it %s",
                                kcrypt_result_text(result));
        return false;
    }
    good = krb_decode_ticket_part(arena_copy(arena, buf_span(&plain)), out_part,
                                  &flaw);
    if (!good) {
        *out_why = arena_printf(arena, "what it holds is no ticket: %s %s",
                                flaw.field, flaw.why);
    }
    mem_wipe(plain.data, plain.size);
    return good;
}
