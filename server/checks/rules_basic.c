/* Rules of Basic (RFC 7617): auth/basic.c sees them broken. */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

static bool is_basic(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    return seen->scheme == SCHEME_BASIC && seen->result == HTTPAUTH_OK;
}

const struct rule rules_basic[] = {
    {
        .id = "BA-001",
        .level = FINDING_MUST,
        .title = "Basic credentials are a name, a colon and a password",
        .section = "RFC 7617 section 2",
        .doc = "Name and password must have no control characters, and the "
               "first colon stands between the two, as the scheme is built: a "
               "name with a colon in it cannot be sent. Servers refuse what "
               "they cannot take apart.",
        .good = "Authorization: Basic YWxpY2U6c2VjcmV0 (alice:secret)",
        .bad = "Authorization: Basic YWxpY2U= (alice)",
        .on = TRAIT_AUTHORIZATION,
        .check = is_basic,
    },
    {
        .id = "BA-002",
        .level = FINDING_SHOULD,
        .title = "Basic credentials are in UTF-8 where the challenge says so",
        .section = "RFC 7617 section 2.1",
        .doc = "charset=\"UTF-8\" in the challenge says how the server reads "
               "the credentials. A client that sends ISO 8859-1 signs in every "
               "user but those with other letters than those of English.",
        .good = "J\xc3\xb6rg as 4a c3 b6 72 67",
        .bad = "J\xc3\xb6rg as 4a f6 72 67",
        .on = TRAIT_AUTHORIZATION,
        .check = is_basic,
    },
    {
        .id = "BA-003",
        .level = FINDING_SHOULD,
        .title = "Basic credentials go over TLS alone",
        .section = "RFC 7617 section 4",
        .doc = "The password is as good as in clear: anybody on the way can "
               "read it. A client sends it over https, or not at all.",
        .good = "https://lyncweb.contoso.test/",
        .bad = "http://lyncweb.contoso.test/",
        .on = TRAIT_AUTHORIZATION,
        .check = is_basic,
    },
    {.id = NULL},
};
