/*
 * Tickets as clients present them. The keys are made anew in each process, so
 * no input is a valid ticket. An input that begins with "<" is an assertion,
 * one that begins with a zero byte a compact ticket; both are put into base64
 * first. "@CERTIFICATE@" stands for the signer's, so that an assertion comes
 * as far as its signature.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"
#include "ticket/keys.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/env.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ticket_keys *keys;

static void set_up(void)
{
    static const char *const names[] = {"lyncweb.contoso.test", NULL};
    struct pki_options options = {.names = names, .domain = "contoso.test"};
    AUTO(pki) pki = NULL;
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};
    struct env env;
    struct err err;

    env_system(&env, 1);
    options.now = env_now(&env);
    xml_init();
    if (!ticket_init(&err) || !pki_new(&options, &pki, &err) ||
        !pki_signer(pki, PKI_P256, &key, &certificate, &err) ||
        !ticket_keys_new(buf_span(&key), buf_span(&certificate), &keys, &err)) {
        abort();
    }
}

static struct span with_certificate(struct arena *arena, struct span input)
{
    static const char mark[] = "@CERTIFICATE@";
    size_t at = span_find(input, span_text(mark), 0);
    AUTO_BUF out = {0};

    if (at == SIZE_MAX) {
        return input;
    }
    buf_add(&out, span_slice(input, 0, at));
    buf_add_text(&out, keys->certificate);
    buf_add(&out, span_slice(input, at + strlen(mark), input.size));
    return arena_copy(arena, buf_span(&out));
}

static const char *presented(struct arena *arena, struct span input)
{
    if (input.size && (input.data[0] == '<' || input.data[0] == 0)) {
        return base64_text(arena, with_certificate(arena, input));
    }
    return arena_text(arena, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket;
    enum ticket_flaw flaw;

    if (!keys) {
        set_up();
    }
    flaw = ticket_open(keys, arena, presented(arena, span_of(data, size)), 0,
                       NULL, &ticket);
    assert(flaw == TICKET_GARBAGE || flaw == TICKET_BAD_SIGNATURE);
    assert(ticket.detail);
    return 0;
}
