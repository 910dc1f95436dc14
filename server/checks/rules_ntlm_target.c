/*
 * Rules of what an NTLMv2 response is bound to: the TLS channel, the service
 * ([MS-NLMP] 3.1.5.1.2, 3.2.5.1.2).
 */
#include "config.h"

#include <strings.h>

#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "util/utf.h"

static bool check_binding_there(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span value = SPAN_NONE;

    if (!seen || !ntlm_list_ends(ntlm_told(seen))) {
        return false;
    }
    if (!ntlmssp_av_find(seen->v2.av_pairs, NTLMSSP_AV_CHANNEL_BINDINGS,
                         &value)) {
        check_breach(check,
                     ntlm_where(check, seen, "AvPairs",
                                ntlm_offset(seen, seen->v2.av_pairs)),
                     seen->v2.av_pairs,
                     "MsvAvChannelBindings is missing: the hash of the TLS "
                     "channel's binding, or 16 zeros where a client has none");
    }
    return true;
}

static bool check_target_there(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span value = SPAN_NONE;

    if (!seen || !ntlm_list_ends(ntlm_told(seen))) {
        return false;
    }
    if (!ntlmssp_av_find(seen->v2.av_pairs, NTLMSSP_AV_TARGET_NAME, &value)) {
        check_breach(check,
                     ntlm_where(check, seen, "AvPairs",
                                ntlm_offset(seen, seen->v2.av_pairs)),
                     seen->v2.av_pairs,
                     "MsvAvTargetName is missing: the SPN of the service, here "
                     "HTTP/%s, or an empty one where a client has none",
                     check->ex->request.host);
    }
    return true;
}

static bool check_target_name(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    const char *host = check->ex->request.host;
    struct span value = SPAN_NONE;
    const char *name;

    if (!seen ||
        !ntlmssp_av_find(seen->v2.av_pairs, NTLMSSP_AV_TARGET_NAME, &value) ||
        !value.size) {
        return false;
    }
    name = utf16le_text(check->arena, value);
    if (strncasecmp(name, "HTTP/", 5) != 0 || strcasecmp(name + 5, host) != 0) {
        check_breach(check,
                     ntlm_where(check, seen, "MsvAvTargetName",
                                ntlm_offset(seen, value)),
                     value,
                     "the answer is meant for \"%s\", and was sent to %s: "
                     "HTTP/%s is that service's name",
                     name, host, host);
    }
    return true;
}

static bool had_binding(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span value = SPAN_NONE;

    return seen &&
           ntlmssp_av_find(seen->v2.av_pairs, NTLMSSP_AV_CHANNEL_BINDINGS,
                           &value) &&
           !span_is_zero(value);
}

const struct rule rules_ntlm_target[] = {
    {
        .id = "NT-060",
        .level = FINDING_SHOULD,
        .title = "The answer says which TLS channel it is bound to",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "A client should send MsvAvChannelBindings, and 16 zeros in it "
               "where it knows no channel. Without it servers with Extended "
               "Protection refuse the sign-in, and the others cannot tell a "
               "relay from a client.",
        .good = "0a 00 10 00 and the hash of the certificate's binding",
        .bad = "no pair of this kind",
        .on = TRAIT_AUTHORIZATION,
        .check = check_binding_there,
    },
    {
        .id = "NT-061",
        .level = FINDING_MUST,
        .title = "The channel binding is that of this TLS connection",
        .section = "MS-NLMP 3.2.5.1.2",
        .doc = "Servers must return GSS_S_BAD_BINDINGS where a binding that is "
               "not zero does not fit. Either somebody stands between, with "
               "another certificate, or the client hashes the wrong thing: "
               "tls-server-end-point is the certificate's hash by the function "
               "of its signature (RFC 5929 section 4.1), SHA-256 in place of "
               "MD5 and SHA-1.",
        .good = "MD5 over the bindings with \"tls-server-end-point:\" and the "
                "hash",
        .bad = "the same with the hash of the public key",
        .on = TRAIT_AUTHORIZATION | TRAIT_SECURE,
        .check = had_binding,
    },
    {
        .id = "NT-062",
        .level = FINDING_SHOULD,
        .title = "The answer says which service it is meant for",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "MsvAvTargetName carries the SPN, or an empty text where a "
               "client has none. With it an answer that was meant for another "
               "service is worth nothing here.",
        .good = "MsvAvTargetName HTTP/lyncweb.contoso.test",
        .bad = "no pair of this kind",
        .on = TRAIT_AUTHORIZATION,
        .check = check_target_there,
    },
    {
        .id = "NT-063",
        .level = FINDING_SHOULD,
        .title = "The service that an answer names is the one it is sent to",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "Servers that check the name refuse the sign-in. The name is "
               "HTTP and the host of the URL, without port.",
        .good = "HTTP/lyncweb.contoso.test to lyncweb.contoso.test",
        .bad = "HTTP/lyncweb.contoso.test:443, or HTTP/10.0.0.7",
        .on = TRAIT_AUTHORIZATION,
        .check = check_target_name,
    },
    {.id = NULL},
};
