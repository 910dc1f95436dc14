/*
 * Rules of NTLM's AUTHENTICATE: flags, keys, which responses ([MS-NLMP]
 * 2.2.1.3, 3.1.5.1.2). Those of the NTLMv2 response are in rules_ntlm_v2.c.
 */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

enum { KEY_SIZE = 16, RESPONSE_SIZE = 24 };

/* In connection-oriented mode: what both sides have agreed on. */
static bool check_flags(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);
    uint32_t surplus;

    if (!seen || !seen->answer.has_flags) {
        return false;
    }
    surplus = seen->answer.flags & ~seen->challenge.flags;
    if (surplus) {
        check_breach(
            check, ntlm_where(check, seen, "NegotiateFlags", NTLM3_AT_FLAGS),
            ntlm_piece(seen, NTLM3_AT_FLAGS, 4),
            "the flags have %s (0x%08x), which the challenge did not grant; it "
            "had %s",
            ntlmssp_flags_text(check->arena, surplus), surplus,
            ntlmssp_flags_text(check->arena, seen->challenge.flags));
    }
    return true;
}

static bool exchanges_key(const struct ntlm_seen *seen)
{
    return seen->answer.has_flags && seen->answer.flags & NTLMSSP_KEY_EXCH;
}

static bool check_key(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen || !exchanges_key(seen) || ntlm_forced(seen) & NTLMSSP_KEY_EXCH ||
        !(seen->answer.flags & (NTLMSSP_SIGN | NTLMSSP_SEAL))) {
        return false;
    }
    if (seen->answer.session_key.length != KEY_SIZE) {
        check_breach(
            check,
            ntlm_where(check, seen, "EncryptedRandomSessionKeyFields",
                       NTLM3_AT_KEY),
            ntlm_piece(seen, NTLM3_AT_KEY, 8),
            "NTLMSSP_NEGOTIATE_KEY_EXCH is set, with SIGN or SEAL, and "
            "the encrypted key has %u bytes: 16 are right",
            seen->answer.session_key.length);
    }
    return true;
}

static bool check_no_key(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen || !seen->answer.has_flags || exchanges_key(seen)) {
        return false;
    }
    if (seen->answer.session_key.length) {
        check_breach(check,
                     ntlm_where(check, seen, "EncryptedRandomSessionKeyFields",
                                NTLM3_AT_KEY),
                     ntlm_piece(seen, NTLM3_AT_KEY, 8),
                     "there is a key of %u bytes, and "
                     "NTLMSSP_NEGOTIATE_KEY_EXCH is not set: its length must "
                     "be zero",
                     seen->answer.session_key.length);
    }
    return true;
}

static bool check_datagram_key(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen ||
        !(seen->answer.has_flags && seen->answer.flags & NTLMSSP_DATAGRAM)) {
        return false;
    }
    if (!exchanges_key(seen)) {
        check_breach(check,
                     ntlm_where(check, seen, "NegotiateFlags", NTLM3_AT_FLAGS),
                     ntlm_piece(seen, NTLM3_AT_FLAGS, 4),
                     "NTLMSSP_NEGOTIATE_DATAGRAM is set, so "
                     "NTLMSSP_NEGOTIATE_KEY_EXCH must be, but it is not");
    }
    return true;
}

static bool check_workstation(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen ||
        !(seen->answer.has_flags && seen->answer.flags & NTLMSSP_VERSION)) {
        return false;
    }
    if (!seen->answer.workstation.length) {
        check_breach(
            check,
            ntlm_where(check, seen, "WorkstationFields", NTLM3_AT_WORKSTATION),
            ntlm_piece(seen, NTLM3_AT_WORKSTATION, 8),
            "NTLMSSP_NEGOTIATE_VERSION is set, and no workstation is "
            "named: the machine's NetBIOS name belongs there");
    }
    return true;
}

static const char *old_form(const struct ntlm_seen *seen)
{
    switch (seen->response) {
    case RESPONSE_LM:
        return "an LM response alone";
    case RESPONSE_V1:
        return seen->answer.flags & NTLMSSP_ESS
                   ? "an NTLMv1 response with extended session security"
                   : "an NTLMv1 response";
    case RESPONSE_NONE:
    case RESPONSE_V2:
    case RESPONSE_BROKEN:
        break;
    }
    return NULL;
}

static bool check_version_two(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen || seen->response == RESPONSE_NONE) {
        return false;
    }
    if (old_form(seen)) {
        check_breach(
            check,
            ntlm_where(check, seen, "NtChallengeResponseFields", NTLM3_AT_NT),
            ntlm_piece(seen, NTLM3_AT_NT, 8),
            "%s: it can be turned into the password within hours, and "
            "domains refuse it; an NTLMv2 response has more than 44 "
            "bytes",
            old_form(seen));
    }
    return true;
}

/* With NTLMv1 and no session security the LM response is the weaker one. */
static bool check_no_lm(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);
    const struct ntlmssp_authenticate *m;

    if (!seen || seen->response != RESPONSE_V1 ||
        seen->answer.flags & NTLMSSP_ESS) {
        return false;
    }
    m = &seen->answer;
    if (m->lm_response.length == RESPONSE_SIZE &&
        !span_is_zero(m->lm_response.bytes) &&
        !span_equal(m->lm_response.bytes, m->nt_response.bytes)) {
        check_breach(
            check,
            ntlm_where(check, seen, "LmChallengeResponseFields", NTLM3_AT_LM),
            ntlm_piece(seen, NTLM3_AT_LM, 8),
            "an LM response goes along, made of the password in upper "
            "case, seven letters at a time: the NT response twice is "
            "right where there is no other");
    }
    return true;
}

static bool check_lm_size(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);
    unsigned length;

    if (!seen || seen->response != RESPONSE_V2) {
        return false;
    }
    length = seen->answer.lm_response.length;
    if (length != 0 && length != RESPONSE_SIZE) {
        check_breach(
            check,
            ntlm_where(check, seen, "LmChallengeResponseFields", NTLM3_AT_LM),
            ntlm_piece(seen, NTLM3_AT_LM, 8),
            "beside an NTLMv2 response stands an LM response of %u "
            "bytes; an LMv2_RESPONSE has 24, and zeros or none are "
            "right, too",
            length);
    }
    return true;
}

static bool check_response_size(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen) {
        return false;
    }
    if (seen->response == RESPONSE_BROKEN) {
        check_breach(
            check,
            ntlm_where(check, seen, "NtChallengeResponseFields", NTLM3_AT_NT),
            ntlm_piece(seen, NTLM3_AT_NT, 8),
            "the response has %u bytes: an NTLM_RESPONSE has 24, an "
            "NTLMv2_RESPONSE 44 and its AV pairs",
            seen->answer.nt_response.length);
    }
    return true;
}

const struct rule rules_ntlm_answer[] = {
    {
        .id = "NT-035",
        .level = FINDING_SHOULD,
        .title = "The flags of AUTHENTICATE are those that were agreed on",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "In the connection-oriented form NegotiateFlags are the set "
               "that came of NEGOTIATE and CHALLENGE. A flag that the server "
               "did not grant makes each side derive other keys, and MIC or "
               "signatures do not fit.",
        .good = "challenge 0x22898205, answer 0x22888205",
        .bad = "challenge 0x22898205, answer 0xe2888235",
        .on = TRAIT_AUTHORIZATION,
        .check = check_flags,
    },
    {
        .id = "NT-036",
        .level = FINDING_MUST,
        .title = "Where keys are exchanged, a key of 16 bytes comes along",
        .section = "MS-NLMP 3.2.5.1.2",
        .doc = "With NTLMSSP_NEGOTIATE_KEY_EXCH, and SIGN or SEAL, servers "
               "must check for a valid EncryptedRandomSessionKey and return "
               "SEC_E_INVALID_TOKEN where there is none.",
        .good = "flags KEY_EXCH SIGN, EncryptedRandomSessionKeyLen 16",
        .bad = "flags KEY_EXCH SIGN, EncryptedRandomSessionKeyLen 0",
        .on = TRAIT_AUTHORIZATION,
        .check = check_key,
    },
    {
        .id = "NT-037",
        .level = FINDING_SHOULD,
        .title = "Where no keys are exchanged, no key comes along",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "Without NTLMSSP_NEGOTIATE_KEY_EXCH servers must ignore the "
               "field. A client that fills it in may sign with that key, and "
               "no signature will fit.",
        .good = "no KEY_EXCH, EncryptedRandomSessionKeyLen 0",
        .bad = "no KEY_EXCH, EncryptedRandomSessionKeyLen 16",
        .on = TRAIT_AUTHORIZATION,
        .check = check_no_key,
    },
    {
        .id = "NT-038",
        .level = FINDING_MUST,
        .title = "The connectionless form always exchanges keys",
        .section = "MS-NLMP 2.2.2.5",
        .doc = "An AUTHENTICATE with NTLMSSP_NEGOTIATE_DATAGRAM must have "
               "NTLMSSP_NEGOTIATE_KEY_EXCH as well.",
        .good = "neither flag, as over HTTP",
        .bad = "NTLMSSP_NEGOTIATE_DATAGRAM alone",
        .on = TRAIT_AUTHORIZATION,
        .check = check_datagram_key,
    },
    {
        .id = "NT-039",
        .level = FINDING_SHOULD,
        .title = "A client that tells its version names its workstation",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "Accounts may be confined to workstations, and the security "
               "log of a domain names them. The text says that Workstation "
               "must be set to NbMachineName where the version is told, and "
               "explains that elsewhere as the server's name; clients in wide "
               "use leave it empty, so this is no failure here.",
        .good = "Workstation PC17",
        .bad = "WorkstationLen 0",
        .on = TRAIT_AUTHORIZATION,
        .check = check_workstation,
    },
    {
        .id = "NT-040",
        .level = FINDING_PRACTICE,
        .title = "The response is one of NTLMv2",
        .section = "MS-NLMP 3.3.1, 5.1",
        .doc = "LM and NTLMv1 responses lead back to the password's hash with "
               "a table or some hours on a graphics card. Domains have refused "
               "them by policy (LmCompatibilityLevel 5) since Windows Server "
               "2008 R2.",
        .good = "NtChallengeResponseLen 316",
        .bad = "NtChallengeResponseLen 24",
        .on = TRAIT_AUTHORIZATION,
        .check = check_version_two,
    },
    {
        .id = "NT-041",
        .level = FINDING_PRACTICE,
        .title = "No LM response goes along with one of NTLMv1",
        .section = "MS-NLMP 3.3.1",
        .doc = "Of the two responses the weaker one counts to whoever listens. "
               "The pseudocode sends the NT response in both places where "
               "NoLMResponseNTLMv1 is set, which it is by default.",
        .good = "LmChallengeResponse is the NtChallengeResponse once more",
        .bad = "LmChallengeResponse made of the LM hash",
        .on = TRAIT_AUTHORIZATION,
        .check = check_no_lm,
    },
    {
        .id = "NT-042",
        .level = FINDING_MUST,
        .title = "Beside NTLMv2 the LM response is an LMv2_RESPONSE",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "If NTLMv2 is used, LmChallengeResponse must be an "
               "LMv2_RESPONSE: 24 bytes, all zero where the challenge brought "
               "a timestamp. None at all is what newer clients send.",
        .good = "LmChallengeResponseLen 24, all zero",
        .bad = "LmChallengeResponseLen 16",
        .on = TRAIT_AUTHORIZATION,
        .check = check_lm_size,
    },
    {
        .id = "NT-043",
        .level = FINDING_MUST,
        .title = "The NT response has the size of one version or the other",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "NtChallengeResponse must be an NTLMv2_RESPONSE or an "
               "NTLM_RESPONSE. Of another size it is neither, and the message "
               "is refused as malformed.",
        .good = "NtChallengeResponseLen 316",
        .bad = "NtChallengeResponseLen 16",
        .on = TRAIT_AUTHORIZATION,
        .check = check_response_size,
    },
    {.id = NULL},
};
