/*
 * Rules of NTLM's messages as such, and of the NEGOTIATE: [MS-NLMP] 2.2.1.1,
 * 2.2.2.5, 3.1.5.1.1. Those of the answer stand in rules_ntlm_answer.c.
 */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "checks/rules_ntlm.h"

/* ---- The message as such ---- */

static bool check_signature(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->scheme != SCHEME_NTLM || seen->result != HTTPAUTH_OK) {
        return false;
    }
    if (!span_starts(seen->message, "NTLMSSP") || seen->message.size < 8 ||
        seen->message.data[7] != 0) {
        check_breach(check, "Authorization: NTLM, Signature at offset 0",
                     span_slice(seen->message, 0, 8),
                     "the token does not begin with \"NTLMSSP\" and a NUL: it "
                     "is no NTLM message%s",
                     spnego_kind_of(seen->message) != SPNEGO_UNKNOWN
                         ? ", but one of SPNEGO, which belongs behind Negotiate"
                         : "");
    }
    return true;
}

static bool check_type(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    struct reader rd = rd_init(ntlm_piece(seen, NTLM_AT_TYPE, 4));
    uint32_t type = rd_u32le(&rd);

    if (!span_starts(seen->message, "NTLMSSP")) {
        return false;
    }
    if (rd.short_read ||
        (type != NTLMSSP_NEGOTIATE && type != NTLMSSP_AUTHENTICATE)) {
        check_breach(check,
                     "Authorization: NTLM message, MessageType at offset 8",
                     ntlm_piece(seen, NTLM_AT_TYPE, 4),
                     "the message is of type %u; a client sends 1, NEGOTIATE, "
                     "and 3, AUTHENTICATE",
                     type);
    }
    return true;
}

static bool check_bounds(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->type != NTLMSSP_NEGOTIATE && seen->type != NTLMSSP_AUTHENTICATE) {
        return false;
    }
    if (!seen->readable) {
        check_breach(
            check, ntlm_where(check, seen, seen->flaw.field, seen->flaw.offset),
            ntlm_piece(seen, seen->flaw.offset, 8),
            "%s %s; each field's length and offset lie within the "
            "message of %zu bytes, behind its fixed part",
            seen->flaw.field, seen->flaw.why, seen->message.size);
    }
    return true;
}

/* r1 to r10 but r8, which only SHOULD be zero; what the challenge set itself
 * may come back. */
static bool check_reserved(struct check *check)
{
    static const uint32_t reserved = 1u << 28 | 1u << 27 | 1u << 26 | 1u << 24 |
                                     1u << 21 | 1u << 18 | 1u << 14 | 1u << 8 |
                                     1u << 3;
    struct ntlm_seen *seen = ntlm_seen(check);
    uint32_t wrong;

    if (!seen->readable ||
        (seen->type == NTLMSSP_AUTHENTICATE && !seen->answer.has_flags)) {
        return false;
    }
    wrong = ntlm_flags(seen) & reserved;
    wrong &= seen->challenged ? ~seen->challenge.flags : UINT32_MAX;
    if (wrong) {
        size_t at =
            seen->type == NTLMSSP_NEGOTIATE ? NTLM1_AT_FLAGS : NTLM3_AT_FLAGS;

        check_breach(check, ntlm_where(check, seen, "NegotiateFlags", at),
                     ntlm_piece(seen, at, 4),
                     "the flags 0x%08x have bits that are unused and must be "
                     "zero: 0x%08x",
                     ntlm_flags(seen), wrong);
    }
    return true;
}

struct version_place {
    bool present;
    bool wanted;
    size_t at;
    const struct ntlmssp_version *version;
};

static struct version_place version_of(const struct ntlm_seen *seen)
{
    bool first = seen->type == NTLMSSP_NEGOTIATE;

    return (struct version_place){
        .present =
            first ? seen->negotiate.has_version : seen->answer.has_version,
        .wanted = ntlm_flags(seen) & NTLMSSP_VERSION,
        .at = first ? NTLM1_AT_VERSION : NTLM3_AT_VERSION,
        .version = first ? &seen->negotiate.version : &seen->answer.version,
    };
}

static bool check_version_zero(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    struct version_place place;

    if (!seen->readable) {
        return false;
    }
    place = version_of(seen);
    if (place.wanted || !place.present) {
        return false;
    }
    if (!span_is_zero(ntlm_piece(seen, place.at, 8))) {
        check_breach(check, ntlm_where(check, seen, "Version", place.at),
                     ntlm_piece(seen, place.at, 8),
                     "Version is filled in, and NTLMSSP_NEGOTIATE_VERSION is "
                     "not set: without that flag all eight bytes are zero");
    }
    return true;
}

static bool check_version_there(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    struct version_place place;

    if (!seen->readable) {
        return false;
    }
    place = version_of(seen);
    if (!place.wanted) {
        return false;
    }
    if (!place.present || span_is_zero(ntlm_piece(seen, place.at, 8))) {
        check_breach(check, ntlm_where(check, seen, "Version", place.at),
                     ntlm_piece(seen, place.at, 8),
                     "NTLMSSP_NEGOTIATE_VERSION is set, and Version is %s: the "
                     "current version belongs there, or the flag away",
                     place.present ? "zero" : "not there");
    }
    return true;
}

static bool check_revision(struct check *check)
{
    enum { REVISION_W2K3 = 0x0f };
    struct ntlm_seen *seen = ntlm_seen(check);
    struct version_place place;

    if (!seen->readable) {
        return false;
    }
    place = version_of(seen);
    if (!place.wanted || !place.present) {
        return false;
    }
    if (place.version->revision != REVISION_W2K3) {
        check_breach(
            check, ntlm_where(check, seen, "NTLMRevisionCurrent", place.at + 7),
            ntlm_piece(seen, place.at + 7, 1),
            "NTLMRevisionCurrent is 0x%02x; NTLMSSP_REVISION_W2K3, 0x0f, is "
            "the one there is",
            place.version->revision);
    }
    return true;
}

/* ---- Fields: a name, its length, its offset ---- */

static bool check_max_lengths(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    struct ntlm_fields fields;

    if (!seen->readable) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        const struct ntlmssp_field *field = fields.items[i].field;

        if (field->length && field->max_length != field->length) {
            check_breach(
                check,
                ntlm_where(check, seen, fields.items[i].name,
                           fields.items[i].at),
                ntlm_piece(seen, fields.items[i].at, 4),
                "%s has the length %u and the maximal length %u: both say how "
                "many bytes there are",
                fields.items[i].name, field->length, field->max_length);
            return true;
        }
    }
    return true;
}

static bool check_empty_offsets(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    struct ntlm_fields fields;

    if (!seen->readable) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        const struct ntlmssp_field *field = fields.items[i].field;

        if (!field->length && (field->offset > seen->message.size ||
                               field->offset < fields.least)) {
            check_breach(
                check,
                ntlm_where(check, seen, fields.items[i].name,
                           fields.items[i].at),
                ntlm_piece(seen, fields.items[i].at, 8),
                "%s is empty, and its offset %u points out of the payload: it "
                "is where the data would be, between %zu and %zu",
                fields.items[i].name, field->offset, fields.least,
                seen->message.size);
            return true;
        }
    }
    return true;
}

/* ---- NEGOTIATE ---- */

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
            "NTLMSSP_NEGOTIATE_VERSION is set, and so domain and "
            "workstation of NEGOTIATE are zero-length strings");
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

        check_breach(check, ntlm_where(check, seen, name, at),
                     domain ? m->domain.bytes : m->workstation.bytes,
                     "there is a name, and the flag that says so "
                     "(NTLMSSP_NEGOTIATE_OEM_%s_SUPPLIED) is not set: servers "
                     "ignore it, its length is zero",
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
        .id = "NT-001",
        .level = FINDING_MUST,
        .title = "An NTLM token begins with NTLMSSP and a NUL",
        .section = "MS-NLMP 2.2.1.1",
        .doc = "The signature tells a server whose message this is. Whatever "
               "else stands behind the scheme NTLM is refused before a "
               "challenge is made, mostly with 401 and nothing more. A common "
               "cause is a SPNEGO token sent behind the wrong scheme.",
        .good = "Authorization: NTLM TlRMTVNTUAABAAAA... (4e 54 4c 4d 53 53 "
                "50 00)",
        .bad = "Authorization: NTLM YIIBhAYGKwYBBQUC... (SPNEGO)",
        .on = TRAIT_AUTHORIZATION,
        .check = check_signature,
    },
    {
        .id = "NT-002",
        .level = FINDING_MUST,
        .title = "A client sends NEGOTIATE and AUTHENTICATE, types 1 and 3",
        .section = "MS-NLMP 2.2.1.1, 2.2.1.3",
        .doc = "MessageType says how the rest is laid out. Type 2 is the "
               "server's: a client that sends it back has mixed up what it "
               "got with what it makes.",
        .good = "01 00 00 00 at offset 8",
        .bad = "02 00 00 00 at offset 8",
        .on = TRAIT_AUTHORIZATION,
        .check = check_type,
    },
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
        .id = "NT-005",
        .level = FINDING_MUST,
        .title = "Bits of NegotiateFlags that are unused are zero",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "Each of the bits r1 to r10, but r8, is unused and must be "
               "zero. One that is set mostly comes from flags written with "
               "their bytes in the wrong order. What the challenge itself had "
               "set may come back.",
        .good = "NegotiateFlags 17 82 08 e2 on the wire",
        .bad = "NegotiateFlags e2 08 82 17 on the wire",
        .on = TRAIT_AUTHORIZATION,
        .check = check_reserved,
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
        .id = "NT-010",
        .level = FINDING_SHOULD,
        .title = "Version is all zero where its flag is not set",
        .section = "MS-NLMP 2.2.1.1, 2.2.1.3",
        .doc = "Version is for people who debug; NTLMSSP_NEGOTIATE_VERSION "
               "says whether it means anything. Without the flag it must be "
               "all zero, says the document. Bytes there mostly show memory "
               "that was never cleared. Servers ignore the field, and a client "
               "in wide use fills it in, so this is no failure here.",
        .good = "flag clear, 00 00 00 00 00 00 00 00",
        .bad = "flag clear, 06 01 b1 1d 00 00 00 0f",
        .on = TRAIT_AUTHORIZATION,
        .check = check_version_zero,
    },
    {
        .id = "NT-011",
        .level = FINDING_MUST,
        .title = "Version is filled in where its flag is set",
        .section = "MS-NLMP 3.1.5.1.1, 3.1.5.1.2",
        .doc = "A client that sets NTLMSSP_NEGOTIATE_VERSION must put the "
               "current version there. Where the eight bytes are left out, the "
               "MIC behind them is not where the server looks for it.",
        .good = "flag set, 06 01 b1 1d 00 00 00 0f",
        .bad = "flag set, 00 00 00 00 00 00 00 00",
        .on = TRAIT_AUTHORIZATION,
        .check = check_version_there,
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
        .id = "NT-015",
        .level = FINDING_SHOULD,
        .title = "The maximal length of a field is its length",
        .section = "MS-NLMP 2.2.1.1, 2.2.1.3",
        .doc = "Servers ignore the second number, and some proxies and "
               "inspectors do not: they take a message with other numbers for "
               "an attack.",
        .good = "0e 00 0e 00 58 00 00 00",
        .bad = "0e 00 00 00 58 00 00 00",
        .on = TRAIT_AUTHORIZATION,
        .check = check_max_lengths,
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
    {
        .id = "NT-019",
        .level = FINDING_SHOULD,
        .title = "What a field names lies within the message",
        .section = "MS-NLMP 2.2.1.1, 2.2.1.3",
        .doc = "Each field says how many bytes there are and where, counted "
               "from the start of the message. One that reaches beyond the "
               "end, or into the fixed part, makes the whole message "
               "unreadable: Windows answers with SEC_E_INVALID_TOKEN.",
        .good = "length 14, offset 88, in a message of 300 bytes",
        .bad = "length 14, offset 296, in a message of 300 bytes",
        .on = TRAIT_AUTHORIZATION,
        .check = check_bounds,
    },
    {
        .id = "NT-020",
        .level = FINDING_SHOULD,
        .title = "An empty field points to where its data would be",
        .section = "MS-NLMP 2.2.1.1, 2.2.1.3",
        .doc = "Of an empty field the offset should still lie in the payload. "
               "Servers ignore it; readers that look at offsets alone to find "
               "out where the payload begins do not.",
        .good = "00 00 00 00 28 00 00 00",
        .bad = "00 00 00 00 00 00 00 00",
        .on = TRAIT_AUTHORIZATION,
        .check = check_empty_offsets,
    },
    {
        .id = "NT-021",
        .level = FINDING_SHOULD,
        .title = "NTLMRevisionCurrent is 15",
        .section = "MS-NLMP 2.2.2.10",
        .doc = "There is one revision of the protocol, that of Windows Server "
               "2003. Another number does no harm with Windows.",
        .good = "06 01 b1 1d 00 00 00 0f",
        .bad = "06 01 b1 1d 00 00 00 01",
        .on = TRAIT_AUTHORIZATION,
        .check = check_revision,
    },
    {.id = NULL},
};
