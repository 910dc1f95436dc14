/* Rules of SPNEGO tokens: RFC 4178, MS-SPNG, RFC 4559. */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "wire/der.h"

static struct ntlm_seen *token_of(struct check *check, enum spnego_kind kind)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    return seen->scheme == SCHEME_NEGOTIATE && seen->result == HTTPAUTH_OK &&
                   seen->kind == kind && seen->decoded
               ? seen
               : NULL;
}

static const char *where_of(struct check *check, const struct ntlm_seen *seen,
                            const char *field, struct span piece)
{
    const char *token =
        seen->kind == SPNEGO_INIT ? "NegTokenInit" : "NegTokenResp";

    return piece.size
               ? arena_printf(check->arena,
                              "Authorization: Negotiate, %s.%s at offset %zu",
                              token, field,
                              (size_t)(piece.data - seen->sent.token.data))
               : arena_printf(check->arena, "Authorization: Negotiate, %s.%s",
                              token, field);
}

static const char *mech_name(struct check *check, struct span oid)
{
    const struct spnego_mech *mech = spnego_mech_of(oid);

    return mech ? mech->name : der_oid_text(check->arena, oid);
}

static bool check_decodes(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->scheme != SCHEME_NEGOTIATE || seen->result != HTTPAUTH_OK ||
        (seen->kind != SPNEGO_INIT && seen->kind != SPNEGO_RESP)) {
        return false;
    }
    if (!seen->decoded) {
        const struct spnego_flaw *flaw = &seen->spnego_flaw;

        check_breach(check,
                     arena_printf(check->arena,
                                  "Authorization: Negotiate, %s at offset %zu",
                                  flaw->field, flaw->offset),
                     span_slice(seen->sent.token, flaw->offset, 16),
                     "%s %s: the token is no SPNEGO in DER", flaw->field,
                     flaw->why);
    }
    return true;
}

static bool check_framed(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);

    if (!seen) {
        return false;
    }
    if (!seen->init.framed) {
        check_breach(check, where_of(check, seen, "innerToken", SPAN_NONE),
                     span_slice(seen->sent.token, 0, 16),
                     "the first token begins with 0x%02x; it is an "
                     "InitialContextToken, 0x60 with SPNEGO's object "
                     "identifier and the NegTokenInit in it",
                     seen->sent.token.data[0]);
    }
    return true;
}

static bool check_flags(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);

    if (!seen) {
        return false;
    }
    if (seen->init.has_flags) {
        check_breach(check,
                     where_of(check, seen, "reqFlags", seen->init.req_flags),
                     seen->init.req_flags,
                     "reqFlags is there; nothing protects it, acceptors ignore "
                     "it, and initiators leave it out");
    }
    return true;
}

static bool check_mechs(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);

    if (!seen) {
        return false;
    }
    if (seen->init.mech_count == 0) {
        check_breach(check,
                     where_of(check, seen, "mechTypes", seen->init.mech_types),
                     seen->init.mech_types,
                     "the list of mechanisms is empty: it names at least one");
    }
    return true;
}

static bool is_kerberos(struct span oid)
{
    return span_equal(oid, SPNEGO_OID_KRB5) ||
           span_equal(oid, SPNEGO_OID_MS_KRB5);
}

static bool check_order(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);
    bool ntlm = false;

    if (!seen || seen->init.mech_count < 2) {
        return false;
    }
    for (size_t i = 0; i < seen->init.mech_count; i++) {
        struct span oid = seen->init.mechs[i];

        if (is_kerberos(oid) && ntlm) {
            check_breach(check, where_of(check, seen, "mechTypes", oid), oid,
                         "%s stands behind NTLM: the list is in order of "
                         "preference, and an acceptor takes the first that it "
                         "has",
                         mech_name(check, oid));
            return true;
        }
        ntlm = ntlm || span_equal(oid, SPNEGO_OID_NTLM);
    }
    return true;
}

/* Which mechanism a token is of; NULL: none that is known here. */
static const struct span *mech_of(const struct ntlm_seen *seen)
{
    if (seen->type != NTLMSSP_NONE) {
        return &SPNEGO_OID_NTLM;
    }
    return seen->has_ap ? &SPNEGO_OID_KRB5 : NULL;
}

static bool same_mech(struct span a, struct span b)
{
    return span_equal(a, b) || (is_kerberos(a) && is_kerberos(b));
}

static bool check_first_token(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);
    const struct span *mech = seen ? mech_of(seen) : NULL;

    if (!mech || seen->init.mech_count == 0) {
        return false;
    }
    if (!same_mech(*mech, seen->init.mechs[0])) {
        check_breach(
            check, where_of(check, seen, "mechToken", seen->init.mech_token),
            seen->init.mechs[0],
            "mechToken is of %s, and the first mechanism of the list "
            "is %s, which it belongs to",
            mech_name(check, *mech), mech_name(check, seen->init.mechs[0]));
    }
    return true;
}

static bool check_optimistic(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_INIT);

    if (!seen) {
        return false;
    }
    if (!seen->init.has_token) {
        check_breach(check, where_of(check, seen, "mechToken", SPAN_NONE),
                     seen->init.mech_types,
                     "there is no mechToken: a token of the first mechanism "
                     "saves a round trip");
    }
    return true;
}

static bool check_raw(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->scheme != SCHEME_NEGOTIATE || seen->result != HTTPAUTH_OK) {
        return false;
    }
    if (seen->kind == SPNEGO_RAW_NTLM || seen->kind == SPNEGO_RAW_KERBEROS) {
        check_breach(check, "Authorization: Negotiate, at offset 0",
                     span_slice(seen->sent.token, 0, 8),
                     "%s stands behind Negotiate with no SPNEGO around it",
                     seen->kind == SPNEGO_RAW_NTLM ? "an NTLM message"
                                                   : "a Kerberos token");
    }
    return true;
}

static bool check_supported(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_RESP);

    if (!seen) {
        return false;
    }
    if (seen->resp.has_mech) {
        check_breach(
            check,
            where_of(check, seen, "supportedMech", seen->resp.supported_mech),
            seen->resp.supported_mech,
            "supportedMech is there; it is in the acceptor's first "
            "reply alone, never in a token of the initiator");
    }
    return true;
}

static bool check_request_mic(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_RESP);

    if (!seen) {
        return false;
    }
    if (seen->resp.has_state && seen->resp.state == SPNEGO_REQUEST_MIC) {
        check_breach(check, where_of(check, seen, "negState", SPAN_NONE),
                     span_slice(seen->sent.token, 0, 16),
                     "negState is request-mic, which is in the acceptor's "
                     "first reply alone");
    }
    return true;
}

static bool check_mic(struct check *check)
{
    struct ntlm_seen *seen = token_of(check, SPNEGO_RESP);
    bool over;

    if (!seen || !seen->before.request_mic ||
        seen->type != NTLMSSP_AUTHENTICATE || !seen->readable ||
        !(seen->answer.flags & NTLMSSP_SIGN)) {
        return false; /* without signatures there is no MIC */
    }
    over = !seen->token_out.size;
    if (!seen->resp.has_mic && over && check->traits & TRAIT_UNAUTHORIZED) {
        check_breach(check, where_of(check, seen, "mechListMIC", SPAN_NONE),
                     span_slice(seen->sent.token, 0, 16),
                     "the acceptor chose another mechanism than the first of "
                     "the list and asked for a MIC (request-mic); with the "
                     "last token of the mechanism comes mechListMIC");
    }
    return true;
}

/* auth/negotiate_reply.c compares, since it has the keys. */
static bool had_mic(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    return seen->scheme == SCHEME_NEGOTIATE && seen->decoded &&
           (seen->kind == SPNEGO_INIT
                ? seen->init.has_mic
                : seen->kind == SPNEGO_RESP && seen->resp.has_mic);
}

const struct rule rules_spnego[] = {
    {
        .id = "KB-001",
        .level = FINDING_SHOULD,
        .title = "What stands behind Negotiate is SPNEGO in DER",
        .section = "RFC 4178 section 4",
        .doc = "Tags, lengths and the order of members are those of DER. A "
               "length in another form, or one that is too great, makes "
               "acceptors refuse the token as defective.",
        .good = "60 82 01 0c 06 06 2b 06 01 05 05 02 ...",
        .bad = "60 80 06 06 2b 06 01 05 05 02 ... 00 00 (BER)",
        .on = TRAIT_AUTHORIZATION,
        .check = check_decodes,
    },
    {
        .id = "KB-002",
        .level = FINDING_SHOULD,
        .title = "The first token is framed as GSS-API has it",
        .section = "RFC 4178 section 4.2",
        .doc = "The initial token follows the syntax of initialContextToken "
               "(RFC 2743 section 3.1): tag 0x60, the object identifier of "
               "SPNEGO, and the NegTokenInit. Later tokens have no frame. "
               "Windows takes a bare NegTokenInit, others do not.",
        .good = "60 ... 06 06 2b 06 01 05 05 02 a0 ...",
        .bad = "a0 ...",
        .on = TRAIT_AUTHORIZATION,
        .check = check_framed,
    },
    {
        .id = "KB-003",
        .level = FINDING_SHOULD,
        .title = "NegTokenInit leaves out reqFlags",
        .section = "RFC 4178 section 4.2.1",
        .doc = "The field is a legacy of RFC 2478, and nothing protects it. "
               "Initiators should omit it, acceptors must ignore it.",
        .good = "mechTypes, mechToken",
        .bad = "mechTypes, reqFlags, mechToken",
        .on = TRAIT_AUTHORIZATION,
        .check = check_flags,
    },
    {
        .id = "KB-004",
        .level = FINDING_SHOULD,
        .title = "NegTokenInit lists at least one mechanism",
        .section = "RFC 4178 section 4.2.1",
        .doc = "The field holds one or more mechanisms, in decreasing order of "
               "preference. With none there is nothing to choose from.",
        .good = "mechTypes: Kerberos, NTLMSSP",
        .bad = "mechTypes: an empty sequence",
        .on = TRAIT_AUTHORIZATION,
        .check = check_mechs,
    },
    {
        .id = "KB-005",
        .level = FINDING_PRACTICE,
        .title = "Kerberos stands before NTLM in the list",
        .section = "MS-SPNG 3.1.5.2",
        .doc = "Acceptors take the first mechanism that they have. With NTLM "
               "first Kerberos is never used, though there may be a ticket.",
        .good = "Kerberos (Microsoft), Kerberos, NTLMSSP",
        .bad = "NTLMSSP, Kerberos",
        .on = TRAIT_AUTHORIZATION,
        .check = check_order,
    },
    {
        .id = "KB-006",
        .level = FINDING_SHOULD,
        .title = "mechToken is one of the first mechanism of the list",
        .section = "RFC 4178 section 3.2",
        .doc = "The optimistic token is for the mechanism that the initiator "
               "prefers. An acceptor hands it to that one, which cannot read "
               "a token of another.",
        .good = "mechTypes: Kerberos, NTLMSSP; mechToken: an AP-REQ",
        .bad = "mechTypes: Kerberos, NTLMSSP; mechToken: NTLM type 1",
        .on = TRAIT_AUTHORIZATION,
        .check = check_first_token,
    },
    {
        .id = "KB-007",
        .level = FINDING_PRACTICE,
        .title = "The first token brings one of the preferred mechanism",
        .section = "RFC 4178 section 3.2",
        .doc = "mechToken is optional. Without it the acceptor answers with "
               "its choice alone, and each sign-in takes a round trip more.",
        .good = "mechTypes and mechToken",
        .bad = "mechTypes alone",
        .on = TRAIT_AUTHORIZATION,
        .check = check_optimistic,
    },
    {
        .id = "KB-008",
        .level = FINDING_PRACTICE,
        .title = "Behind Negotiate stands SPNEGO, not a bare mechanism",
        .section = "RFC 4559 section 4",
        .doc = "Windows takes raw NTLM behind Negotiate (MS-SPNG 3.2.5.2), and "
               "many acceptors take raw Kerberos. Neither can be negotiated: "
               "the list of mechanisms, and its protection, are missing.",
        .good = "60 ... 06 06 2b 06 01 05 05 02 ...",
        .bad = "4e 54 4c 4d 53 53 50 00 ...",
        .on = TRAIT_AUTHORIZATION,
        .check = check_raw,
    },
    {
        .id = "KB-009",
        .level = FINDING_MUST,
        .title = "The initiator never says supportedMech",
        .section = "RFC 4178 section 4.2.2",
        .doc = "The field SHALL only be present in the first reply from the "
               "target. A client that copies it into its own token confuses "
               "acceptors that compare it with what was agreed on.",
        .good = "NegTokenResp: responseToken",
        .bad = "NegTokenResp: supportedMech, responseToken",
        .on = TRAIT_AUTHORIZATION,
        .check = check_supported,
    },
    {
        .id = "KB-010",
        .level = FINDING_MUST,
        .title = "The initiator never says request-mic",
        .section = "RFC 4178 section 4.2.2",
        .doc = "The value SHALL only be present in the first reply from the "
               "target. An initiator that wants a MIC sends one.",
        .good = "NegTokenResp: responseToken, mechListMIC",
        .bad = "NegTokenResp: negState request-mic",
        .on = TRAIT_AUTHORIZATION,
        .check = check_request_mic,
    },
    {
        .id = "KB-011",
        .level = FINDING_MUST,
        .title = "The list is protected where the first choice was not taken",
        .section = "RFC 4178 section 5",
        .doc = "Unless the accepted mechanism is the most preferred one of "
               "both sides, MIC tokens must be exchanged once it is "
               "established. Without them somebody on the way could have taken "
               "the better mechanisms off the list.",
        .good = "type 3 and mechListMIC in one NegTokenResp",
        .bad = "type 3 alone, after request-mic",
        .on = TRAIT_AUTHORIZATION,
        .check = check_mic,
    },
    {
        .id = "KB-012",
        .level = FINDING_MUST,
        .title = "mechListMIC is made over the list as it was sent",
        .section = "RFC 4178 section 5",
        .doc = "The MIC covers the DER encoding of the initiator's "
               "MechTypeList, byte for byte, by the accepted mechanism. If it "
               "cannot be verified, the context must not be used: the sign-in "
               "fails.",
        .good = "GSS_GetMIC over 30 .. 06 .. 06 ..",
        .bad = "GSS_GetMIC over the whole NegTokenInit",
        .on = TRAIT_AUTHORIZATION,
        .check = had_mic,
    },
    {.id = NULL},
};
