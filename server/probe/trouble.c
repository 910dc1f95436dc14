/* What a server says of its refusal, see trouble.h. */
#include "config.h"

#include "probe/trouble.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "util/number.h"
#include "wire/uris.h"
#include "wire/xml.h"

/* ---- The header ---- */

/* One parameter: "text", name="text" or a bare word; moves *at behind it. */
static char *parameter(struct arena *arena, const char **at, char **out_name)
{
    const char *start = *at + strspn(*at, " \t");
    size_t word = strcspn(start, "=;\"");
    const char *end;

    *out_name = NULL;
    if (start[word] == '=') {
        *out_name = arena_text(arena, span_of(start, strcspn(start, " \t=")));
        start += word + 1;
        start += strspn(start, " \t");
    }
    if (*start == '"') {
        start++;
        end = start + strcspn(start, "\"");
        *at = *end ? end + 1 : end;
    } else {
        end = start + strcspn(start, ";");
        *at = end;
    }
    *at += strcspn(*at, ";");
    *at += **at == ';';
    return arena_text(arena, span_of(start, (size_t)(end - start)));
}

static void put(struct trouble *trouble, const char *name, size_t position,
                const char *text)
{
    static const char *const names[] = {"source", "reason", "faultcode"};

    for (size_t i = 0; name && i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            position = i;
            name = NULL;
        }
    }
    if (name) {
        return;
    }
    if (position == 0) {
        trouble->source = text;
    } else if (position == 1) {
        trouble->reason = text;
    } else if (position == 2) {
        const char *colon = strchr(text, ':');

        trouble->code = colon ? colon + 1 : text;
    }
}

bool trouble_header(struct arena *arena, const char *value,
                    struct trouble *out_trouble)
{
    size_t digits = strspn(value, "0123456789");
    const char *at = value + digits;
    const char *id = arena_text(arena, span_of(value, digits));
    struct trouble trouble = {0};
    uint64_t number;

    if (!number_parse(id, NUMBER_DECIMAL, UINT32_MAX, &number) ||
        (*at && *at != ';')) {
        return false;
    }
    trouble.id = (unsigned)number;
    at += *at == ';';
    for (size_t position = 0; *at; position++) {
        char *name;
        char *text = parameter(arena, &at, &name);

        put(&trouble, name, position, text);
    }
    *out_trouble = trouble;
    return true;
}

/* ---- The fault ---- */

static const char *const ns_soap[] = {URI_SOAP11, URI_SOAP12, NULL};

static const char *code_of(struct arena *arena, const xmlNode *fault)
{
    const xmlNode *code12 = xml_child(fault, NULL, "Code");
    const xmlNode *sub = xml_child(code12, NULL, "Subcode");
    const xmlNode *node = code12 ? xml_child(sub ? sub : code12, NULL, "Value")
                                 : xml_child(fault, NULL, "faultcode");
    const char *text = xml_text(arena, node);
    const char *colon = text ? strchr(text, ':') : NULL;

    return colon ? colon + 1 : text;
}

static const char *reason_of(struct arena *arena, const xmlNode *fault)
{
    const xmlNode *reason12 = xml_child(fault, NULL, "Reason");

    return xml_text(arena, reason12 ? xml_child(reason12, NULL, "Text")
                                    : xml_child(fault, NULL, "faultstring"));
}

static void read_diagnostics(struct arena *arena, const xmlNode *fault,
                             struct trouble *trouble)
{
    const xmlNode *detail = xml_child(fault, NULL, "detail");
    const xmlNode *ocs;
    const xmlNode *told;
    const char *id;
    const char *reason;
    uint64_t number;

    detail = detail ? detail : xml_child(fault, NULL, "Detail");
    ocs = xml_child(detail, NULL, "OCSDiagnosticsFault");
    told = xml_child(ocs, NULL, "Ms-Diagnostics-Fault");
    id = xml_text(arena, xml_child(told, NULL, "ErrorId"));
    reason = xml_text(arena, xml_child(told, NULL, "Reason"));
    if (id && number_parse(id, NUMBER_DECIMAL, UINT32_MAX, &number)) {
        trouble->id = (unsigned)number;
    }
    if (reason && *reason) {
        trouble->reason = reason;
    }
}

bool trouble_fault(struct arena *arena, struct span body,
                   struct trouble *out_trouble)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    struct trouble trouble = {0};
    const xmlNode *fault;

    if (xml_parse(body, &doc, &report) != XML_OK) {
        return false;
    }
    fault =
        xml_child(xml_child(xml_root(doc), ns_soap, "Body"), ns_soap, "Fault");
    if (!fault) {
        return false;
    }
    trouble.code = code_of(arena, fault);
    trouble.reason = reason_of(arena, fault);
    read_diagnostics(arena, fault, &trouble);
    *out_trouble = trouble;
    return true;
}

/* ---- In words ---- */

/* By number, else by words that the reason holds (webticket 6.4), the more
 * telling first. */
static const struct known {
    unsigned id;
    const char *words;
    const char *meaning;
    const char *advice;
} knowns[] = {
    {0, "account is disabled", "the account is disabled",
     "enabling the account in the directory"},
    {0, "password has expired", "the password has expired",
     "setting a new password"},
    {0, "does not match the SIP URI",
     "the SIP address asked for is not that of the account",
     "the account's own SIP address"},
    {TROUBLE_NOT_SIP_ENABLED, NULL,
     "the account is good, but not enabled for Lync",
     "enabling the user for Lync (Enable-CsUser)"},
    {TROUBLE_INTERNAL, NULL,
     "the server has an internal error, whatever the "
     "password",
     "again later"},
    {TROUBLE_BAD_CREDENTIALS, NULL, "wrong user name or password",
     "--user DOMAIN\\NAME, and the password anew"},
    {TROUBLE_TYPE_NOT_ALLOWED, NULL,
     "this kind of authentication is not allowed", "another client: --as"},
    {TROUBLE_TICKET_INVALID, NULL,
     "the ticket is not valid here; another pool may have issued it", NULL},
    {TROUBLE_TICKET_EXPIRED, NULL, "the ticket has expired",
     "comparing the clocks of server and client"},
    {TROUBLE_TICKET_RENEW, NULL, "the ticket could not be verified", NULL},
    {TROUBLE_BAD_AUDIENCE, NULL, "the ticket is for another service", NULL},
    {0, "No authentication method configured", "the endpoint is switched off",
     "another client: --as"},
    {0, "ActionNotSupported", "the service does not know the SOAP action",
     NULL},
    {0, "FailedAuthentication", "wrong user name or password",
     "--user DOMAIN\\NAME, and the password anew"},
};

static bool says(const char *text, const char *words)
{
    return text && words && strcasestr(text, words);
}

static const struct known *known_of(const struct trouble *trouble)
{
    for (size_t i = 0; i < ARRAY_SIZE(knowns); i++) {
        if ((knowns[i].id && knowns[i].id == trouble->id) ||
            says(trouble->reason, knowns[i].words) ||
            says(trouble->code, knowns[i].words)) {
            return &knowns[i];
        }
    }
    return NULL;
}

const char *trouble_meaning(const struct trouble *trouble)
{
    const struct known *known = known_of(trouble);

    return known ? known->meaning : NULL;
}

const char *trouble_advice(const struct trouble *trouble)
{
    const struct known *known = known_of(trouble);

    return known ? known->advice : NULL;
}

/* ---- Who answers ---- */

/* Nothing of the product is in such an answer (RFC 9110 section 15, RFC 6585
 * section 6). */
static const struct {
    int status;
    const char *meaning;
} between[] = {
    {204, "nothing at all is said"},
    {407, "a proxy wants a password of its own"},
    {502, "a proxy in between does not reach the server"},
    {504, "a proxy in between waits for the server in vain"},
    {511, "the network wants a sign-in of its own first, as a Wi-Fi does"},
};

static const char *meaning_of(struct arena *arena,
                              const struct http_answer *answer)
{
    const char *location = http_header(answer, "Location");
    const char *asked = http_header(answer, "WWW-Authenticate");

    for (size_t i = 0; i < ARRAY_SIZE(between); i++) {
        if (between[i].status == answer->status) {
            return between[i].meaning;
        }
    }
    if (answer->status / 100 == 3 && location) {
        return arena_printf(arena, "to %s", location);
    }
    if (answer->status == 401 && asked && !strncasecmp(asked, "Basic", 5)) {
        return arena_printf(arena,
                            "somebody before the service wants a password of "
                            "his own: %s",
                            asked);
    }
    return NULL;
}

const char *trouble_status(struct arena *arena,
                           const struct http_answer *answer)
{
    const char *meaning = meaning_of(arena, answer);

    return meaning ? arena_printf(arena, "HTTP %d: %s", answer->status, meaning)
                   : arena_printf(arena, "HTTP %d", answer->status);
}

const char *trouble_document(struct arena *arena,
                             const struct http_answer *answer,
                             const char *problem)
{
    const char *coding = http_header(answer, "Content-Encoding");

    if (coding && strcasecmp(coding, "identity") != 0) {
        return arena_printf(arena,
                            "it is encoded as %s, which nobody asked for (%s)",
                            coding, problem);
    }
    return problem;
}
