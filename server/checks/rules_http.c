/* Rules of HTTP messages: RFC 9110, RFC 9112. */
#include "config.h"

#include "checks/rule.h"

const struct rule rules_http[] = {
    {
        .id = "HT-001",
        .level = FINDING_MUST,
        .title = "What is sent is an HTTP request",
        .section = "RFC 9112 section 2",
        .doc = "The bytes could not be read as a request at all: a request "
               "line, headers of a name and a colon, an empty line, within "
               "the limits of size that the server names. A real front end "
               "closes the connection there, and the user sees a network "
               "error.",
        .good = "GET /?sipuri=alice@contoso.test HTTP/1.1",
        .bad = "GET /?sipuri=alice lee@contoso.test HTTP/1.1",
        .on = TRAIT_REFUSED,
    },
    {
        .id = "HT-002",
        .level = FINDING_MUST,
        .title = "Each HTTP/1.1 request carries exactly one Host",
        .section = "RFC 9112 section 3.2",
        .doc = "IIS refuses a request without Host, or with two of them, "
               "before any service sees it: 400, Invalid Hostname.",
        .good = "Host: lyncdiscover.contoso.test",
        .bad = "Host: lyncdiscover.contoso.test and, in a second line, Host: "
               "10.0.0.7",
        .on = TRAIT_HTTP,
    },
    {.id = NULL},
};
