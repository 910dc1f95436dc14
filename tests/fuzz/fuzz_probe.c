/*
 * Answers that the probe reads: whatever a server sends, each reader either
 * yields something whole or says why not. All of them read all of it.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "probe/challenge.h"
#include "probe/discovery.h"
#include "probe/mask.h"
#include "probe/rstr_read.h"
#include "probe/trouble.h"
#include "probe/wsdl.h"
#include "util/utf.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_discovery(struct arena *arena, struct span body)
{
    struct discovery found;
    const char *problem = NULL;

    if (discovery_parse(arena, body, &found, &problem)) {
        assert(*discovery_text(arena, &found));
        for (size_t i = 0; i < found.link_count; i++) {
            assert(discovery_link(&found, found.links[i].token));
        }
    } else {
        assert(problem);
    }
}

static void read_wsdl(struct arena *arena, struct span body)
{
    const struct client *client;
    const char *problem = NULL;
    struct wsdl wsdl;

    if (!wsdl_parse(arena, body, &wsdl, &problem)) {
        assert(problem);
        return;
    }
    for (size_t i = 0; (client = client_at(i)) != NULL; i++) {
        const struct wsdl_port *port = wsdl_choose(&wsdl, client);

        assert(!port || (port->name && port->address));
        assert(!port || wsdl_policy_text(arena, port));
    }
}

static void read_rstr(struct arena *arena, struct span body)
{
    const struct rstr_expectation expected = {
        .context = "c",
        .applies_to = "a",
        .kind = TOKEN_SAML,
        .entropy = span_text("0123456789abcdef0123456789abcdef"),
    };
    const char *problem = NULL;
    struct ticket ticket;

    if (rstr_read(arena, body, &expected, &ticket, &problem)) {
        assert(ticket.text && *ticket.text);
        assert(ticket.kind == TOKEN_SAML || ticket_fits_header(ticket.text));
    } else {
        assert(problem);
    }
}

static void read_headers(struct arena *arena, const char *text)
{
    struct http_answer answer = {
        .field_count = 1,
        .fields = {{"WWW-Authenticate", text}},
        .ntlm_challenge = text,
    };
    struct challenge_ntlm told;
    struct trouble trouble = {0};

    challenge_schemes(arena, &answer);
    challenge_offers(&answer, "NTLM");
    challenge_oauth(arena, &answer, "href");
    if (challenge_ntlm(arena, &answer, &told)) {
        assert(utf8_valid(span_text(told.domain)));
    }
    if (trouble_header(arena, text, &trouble)) {
        trouble_meaning(&trouble);
    }
}

static void show(struct span text)
{
    AUTO_BUF out = {0};

    mask_head(&out, text, "> ");
    assert(utf8_valid(buf_span(&out)));
    assert(!memchr(out.data ? out.data : (const uint8_t *)"", 0x1b, out.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    AUTO(arena) arena = arena_new();
    struct span body = span_of(data, size);
    struct trouble trouble;

    if (!ready) {
        xml_init();
        ready = true;
    }
    read_discovery(arena, body);
    read_wsdl(arena, body);
    read_rstr(arena, body);
    trouble_fault(arena, body, &trouble);
    read_headers(arena, arena_text(arena, body));
    show(body);
    return 0;
}
