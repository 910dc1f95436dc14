/*
 * XML, SOAP envelope, UsernameToken, RequestSecurityToken: whatever comes in,
 * what is read from it can be written into an answer that is well-formed again.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "util/arena.h"
#include "wire/rst.h"
#include "wire/rstr.h"
#include "wire/soap.h"
#include "wire/usertoken.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_parse(const struct buf *text)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    enum xml_result result = xml_parse(buf_span(text), &doc, &report);

    assert(result == XML_OK || result == XML_TOO_BIG);
}

static void answer(struct arena *arena, const struct soap *request,
                   const struct rst *rst)
{
    AUTO_BUF out = {0};
    const struct rstr rstr = {
        .trust = rst->trust,
        .context = rst->context,
        .token_type = rst->token_type,
        .user_token = rst->claim_value,
        .assertion_id = rst->request_type,
        .applies_to = rst->applies_to,
        .server_entropy = rst->entropy,
    };

    rstr_encode(&out, arena, request, &rstr);
    must_parse(&out);
}

static void refuse(const struct soap *request, const char *reason)
{
    AUTO_BUF out = {0};
    const struct soap_fault fault = {"urn:code", "Code", reason, NULL};

    soap_fault(&out, request, &fault);
    must_parse(&out);
}

static void read_token(struct arena *arena, const struct soap *soap)
{
    struct usertoken token;
    const char *text;

    if (usertoken_decode(arena, soap, &token, &text) == USERTOKEN_GOOD) {
        assert(token.name && token.password);
        refuse(soap, token.name);
    } else {
        assert(text);
    }
}

static void read_envelope(struct arena *arena, const xmlDoc *doc)
{
    struct headers headers = {0};
    struct soap soap;
    struct rst rst;
    const char *text;

    if (soap_decode(arena, doc, &soap, &text) != SOAP_OK) {
        assert(text);
        return;
    }
    if (soap.to) {
        headers_add(&headers, arena, "SOAPAction", soap.to);
        headers_add(&headers, arena, "Content-Type", soap.to);
    }
    text = soap_action(arena, &soap, &headers);
    refuse(&soap, text ? text : "");
    read_token(arena, &soap);
    if (rst_decode(arena, soap.body, &rst, &text) != RST_OK) {
        assert(text);
    } else {
        answer(arena, &soap, &rst);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    AUTO(arena) arena = arena_new();
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;

    if (!ready) {
        xml_init();
        ready = true;
    }
    if (xml_parse(span_of(data, size), &doc, &report) == XML_OK) {
        read_envelope(arena, doc);
    } else {
        assert(!doc && report.text[0]);
    }
    return 0;
}
