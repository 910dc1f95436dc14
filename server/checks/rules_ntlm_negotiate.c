/*
 * Rules of NTLM's NEGOTIATE: what is asked for, and names ([MS-NLMP] 2.2.1.1,
 * 2.2.2.5, 3.1.5.1.1).
 */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

static void flag_breach(struct check *check, const struct ntlm_seen *seen,
                        const char *what)
{
    check_breach(check,
                 ntlm_where(check, seen, "NegotiateFlags", NTLM1_AT_FLAGS),
                 ntlm_piece(seen, NTLM1_AT_FLAGS, 4), "%s; the flags are %s",
                 what, ntlmssp_flags_text(check->arena, seen->negotiate.flags));
}

/* `wanted` is set in NEGOTIATE, all of it. */
static bool check_flag(struct check *check, uint32_t wanted, const char *what)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);

    if (!seen) {
        return false;
    }
    if ((seen->negotiate.flags & wanted) != wanted) {
        flag_breach(check, seen, what);
    }
    return true;
}

static bool check_asks_ntlm(struct check *check)
{
    return check_flag(check, NTLMSSP_NTLM,
                      "NTLMSSP_NEGOTIATE_NTLM is not set in NEGOTIATE");
}

static bool check_asks_sign(struct check *check)
{
    return check_flag(check, NTLMSSP_ALWAYS_SIGN,
                      "NTLMSSP_NEGOTIATE_ALWAYS_SIGN is not set in NEGOTIATE");
}

static bool check_asks_target(struct check *check)
{
    return check_flag(check, NTLMSSP_REQUEST_TARGET,
                      "NTLMSSP_REQUEST_TARGET is not set in NEGOTIATE");
}

static bool check_asks_unicode(struct check *check)
{
    return check_flag(
        check, NTLMSSP_UNICODE,
        "NTLMSSP_NEGOTIATE_UNICODE is not set in NEGOTIATE: names "
        "will be in a character set that nobody has agreed on");
}

static bool check_asks_ess(struct check *check)
{
    return check_flag(
        check, NTLMSSP_ESS,
        "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY is not set in "
        "NEGOTIATE, as only clients of LM do");
}

static bool check_charset(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);

    if (!seen) {
        return false;
    }
    if (!(seen->negotiate.flags & (NTLMSSP_UNICODE | NTLMSSP_OEM))) {
        flag_breach(check, seen,
                    "no character set is asked for: NTLMSSP_NEGOTIATE_UNICODE, "
                    "NTLM_NEGOTIATE_OEM or both belong in NEGOTIATE");
    }
    return true;
}

static bool check_seal_strength(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);
    static const uint32_t both = NTLMSSP_56 | NTLMSSP_128;

    if (!seen || !(seen->negotiate.flags & NTLMSSP_SEAL)) {
        return false;
    }
    if ((seen->negotiate.flags & both) != both) {
        flag_breach(check, seen,
                    "NTLMSSP_NEGOTIATE_SEAL is set without both of "
                    "NTLMSSP_NEGOTIATE_56 and NTLMSSP_NEGOTIATE_128");
    }
    return true;
}

static bool check_datagram(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);

    if (!seen) {
        return false;
    }
    if (seen->negotiate.flags & NTLMSSP_DATAGRAM) {
        flag_breach(check, seen,
                    "NTLMSSP_NEGOTIATE_DATAGRAM asks for the connectionless "
                    "form, which has no NEGOTIATE: over HTTP it is not set");
    }
    return true;
}

static bool check_lm_key(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);
    static const uint32_t both = NTLMSSP_LM_KEY | NTLMSSP_ESS;

    if (!seen) {
        return false;
    }
    if ((seen->negotiate.flags & both) == both) {
        flag_breach(check, seen,
                    "NTLMSSP_NEGOTIATE_LM_KEY and "
                    "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY exclude each "
                    "other: the former belongs away");
    }
    return true;
}

static bool check_version_alone(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);

    if (!seen || !(seen->negotiate.flags & NTLMSSP_VERSION)) {
        return false;
    }
    if (seen->negotiate.domain.length || seen->negotiate.workstation.length) {
        bool domain = seen->negotiate.domain.length > 0;
        size_t at = domain ? NTLM1_AT_DOMAIN : NTLM1_AT_WORKSTATION;

        check_breach(
            check,
            ntlm_where(check, seen,
                       domain ? "DomainNameFields" : "WorkstationFields", at),
            domain ? seen->negotiate.domain.bytes
                   : seen->negotiate.workstation.bytes,
            "NTLMSSP_NEGOTIATE_VERSION is set, so domain and workstation of "
            "NEGOTIATE must be zero-length, but there is a %s",
            domain ? "domain" : "workstation");
    }
    return true;
}

static bool check_unsupplied(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);
    const struct ntlmssp_negotiate *m;
    bool domain;
    bool workstation;

    if (!seen || !seen->negotiate.has_fields) {
        return false;
    }
    m = &seen->negotiate;
    domain = !(m->flags & NTLMSSP_OEM_DOMAIN_SUPPLIED) && m->domain.length;
    workstation =
        !(m->flags & NTLMSSP_OEM_WORKSTATION_SUPPLIED) && m->workstation.length;
    if (domain || workstation) {
        size_t at = domain ? NTLM1_AT_DOMAIN : NTLM1_AT_WORKSTATION;
        const char *name = domain ? "DomainNameFields" : "WorkstationFields";

        check_breach(
            check, ntlm_where(check, seen, name, at),
            domain ? m->domain.bytes : m->workstation.bytes,
            "there is a name, and the flag that says so "
            "(NTLMSSP_NEGOTIATE_OEM_%s_SUPPLIED) is not set: its length "
            "should be zero, for servers ignore it",
            domain ? "DOMAIN" : "WORKSTATION");
    }
    return true;
}

static bool looks_wide(struct span name)
{
    return name.size >= 2 && memchr(name.data, 0, name.size) != NULL;
}

static bool check_oem(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_NEGOTIATE);
    struct span wrong;

    if (!seen || (!seen->negotiate.domain.length &&
                  !seen->negotiate.workstation.length)) {
        return false;
    }
    wrong = looks_wide(seen->negotiate.domain.bytes)
                ? seen->negotiate.domain.bytes
                : seen->negotiate.workstation.bytes;
    if (looks_wide(wrong)) {
        check_breach(
            check, ntlm_where(check, seen, "a name", ntlm_offset(seen, wrong)),
            wrong,
            "the name is in UTF-16; in NEGOTIATE, where nothing is "
            "agreed on yet, names are in the OEM character set");
    }
    return true;
}

const struct rule rules_ntlm_negotiate[] = {
    {
        .id = "NT-003",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE has NTLMSSP_NEGOTIATE_NTLM",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "The document says MUST for bit H. Servers set it in the "
               "challenge whether it was asked for or not (3.2.5.1.1), so "
               "nothing comes of it with Windows, and clients in wide use "
               "leave it out; other servers refuse the sign-in.",
        .good = "NegotiateFlags 0xe2088217",
        .bad = "NegotiateFlags 0xe2088017",
        .on = TRAIT_AUTHORIZATION,
        .check = check_asks_ntlm,
    },
    {
        .id = "NT-004",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE has NTLMSSP_NEGOTIATE_ALWAYS_SIGN",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "The document says MUST for bit M: without it there need be no "
               "session key, and so no MIC. Servers set it in the challenge "
               "all the same, and clients in wide use leave it out.",
        .good = "NegotiateFlags 0xe2088217",
        .bad = "NegotiateFlags 0xe2080217",
        .on = TRAIT_AUTHORIZATION,
        .check = check_asks_sign,
    },
    {
        .id = "NT-006",
        .level = FINDING_MUST,
        .title = "NEGOTIATE asks for a character set",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "Where neither bit A (Unicode) nor bit B (OEM) is set, there is "
               "no way to write a name, and the document has the handshake end "
               "with SEC_E_INVALID_TOKEN.",
        .good = "NTLMSSP_NEGOTIATE_UNICODE, or NTLM_NEGOTIATE_OEM, or both",
        .bad = "neither of them",
        .on = TRAIT_AUTHORIZATION,
        .check = check_charset,
    },
    {
        .id = "NT-007",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE has NTLMSSP_REQUEST_TARGET",
        .section = "MS-NLMP 3.1.5.1.1",
        .doc = "With this flag the challenge names the domain that the server "
               "belongs to. A client whose user gave no domain takes it from "
               "there; without it some servers leave the name out.",
        .good = "bit 2 of NegotiateFlags set",
        .bad = "bit 2 of NegotiateFlags clear",
        .on = TRAIT_AUTHORIZATION,
        .check = check_asks_target,
    },
    {
        .id = "NT-008",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE asks for extended session security",
        .section = "MS-NLMP 3.1.5.1.1",
        .doc = "A client sets this flag unless it is one of LM. Servers whose "
               "policy is strict refuse one that does not, whatever version "
               "its response has.",
        .good = "bit 19 of NegotiateFlags set",
        .bad = "bit 19 of NegotiateFlags clear",
        .on = TRAIT_AUTHORIZATION,
        .check = check_asks_ess,
    },
    {
        .id = "NT-009",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE asks for Unicode",
        .section = "MS-NLMP 3.1.5.1.1",
        .doc = "Names in the OEM character set are read by whatever code page "
               "the server has: \"J\xc3\xb6rg\" signs in here and not there. A "
               "client sets NTLMSSP_NEGOTIATE_UNICODE, beside "
               "NTLM_NEGOTIATE_OEM or alone.",
        .good = "bit 0 of NegotiateFlags set",
        .bad = "NTLM_NEGOTIATE_OEM alone",
        .on = TRAIT_AUTHORIZATION,
        .check = check_asks_unicode,
    },
    {
        .id = "NT-012",
        .level = FINDING_SHOULD,
        .title = "NEGOTIATE with a version has no domain and no workstation",
        .section = "MS-NLMP 3.1.5.1.1",
        .doc = "A client that tells its version must leave both names empty, "
               "says the document: they say nothing that the answer does not "
               "say, and to whoever listens they give away where the user "
               "works. No server minds, and clients in wide use name their "
               "domain, so this is no failure here.",
        .good = "DomainNameLen 0, WorkstationLen 0",
        .bad = "Version 6.1, and DomainName CONTOSO",
        .on = TRAIT_AUTHORIZATION,
        .check = check_version_alone,
    },
    {
        .id = "NT-013",
        .level = FINDING_SHOULD,
        .title = "A name in NEGOTIATE has the flag that says so",
        .section = "MS-NLMP 2.2.1.1",
        .doc = "Without NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED or "
               "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED servers must ignore "
               "the name, so its length should be zero.",
        .good = "flag and name, or neither",
        .bad = "DomainNameLen 7, and the flag clear",
        .on = TRAIT_AUTHORIZATION,
        .check = check_unsupplied,
    },
    {
        .id = "NT-014",
        .level = FINDING_MUST,
        .title = "Names in NEGOTIATE are in the OEM character set",
        .section = "MS-NLMP 2.2.1.1",
        .doc = "The flags of NEGOTIATE are a wish, nothing is agreed on yet: "
               "names there are bytes of the OEM character set, whatever the "
               "flags ask for.",
        .good = "43 4f 4e 54 4f 53 4f",
        .bad = "43 00 4f 00 4e 00 54 00 4f 00 53 00 4f 00",
        .on = TRAIT_AUTHORIZATION,
        .check = check_oem,
    },
    {
        .id = "NT-016",
        .level = FINDING_PRACTICE,
        .title = "LM session keys and extended session security exclude each "
                 "other",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "A server that is asked for both gives the latter alone. Who "
               "asks for both shows that its flags are a constant that nobody "
               "looked at.",
        .good = "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY alone",
        .bad = "NTLMSSP_NEGOTIATE_LM_KEY beside it",
        .on = TRAIT_AUTHORIZATION,
        .check = check_lm_key,
    },
    {
        .id = "NT-017",
        .level = FINDING_SHOULD,
        .title = "Who asks for sealing asks for keys of 56 and 128 bits",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "Without either flag the session key has 40 bits, and a server "
               "that requires 128 refuses the sign-in.",
        .good = "NTLMSSP_NEGOTIATE_SEAL, NTLMSSP_NEGOTIATE_56 and "
                "NTLMSSP_NEGOTIATE_128",
        .bad = "NTLMSSP_NEGOTIATE_SEAL alone",
        .on = TRAIT_AUTHORIZATION,
        .check = check_seal_strength,
    },
    {
        .id = "NT-018",
        .level = FINDING_PRACTICE,
        .title = "NEGOTIATE does not ask for the connectionless form",
        .section = "MS-NLMP 1.3.1.2, 2.2.2.5",
        .doc = "The connectionless form has no NEGOTIATE at all, and always "
               "exchanges keys; over HTTP, where legs belong to a connection, "
               "servers refuse it or take the flag for damage.",
        .good = "bit 6 of NegotiateFlags clear",
        .bad = "NTLMSSP_NEGOTIATE_DATAGRAM in a NEGOTIATE over HTTP",
        .on = TRAIT_AUTHORIZATION,
        .check = check_datagram,
    },
    {.id = NULL},
};
