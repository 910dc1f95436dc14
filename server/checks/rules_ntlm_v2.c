/*
 * Rules of the NTLMv2 response and of what it brings back: [MS-NLMP] 2.2.2.1,
 * 2.2.2.7, 3.1.5.1.2. MIC and channel binding need keys: auth/ sees those.
 */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

enum {
    AT_RESP_TYPE = 16, /* within the response, behind NTProofStr */
    AT_RESERVED1 = 18,
    AT_TIMESTAMP = 24,
    AT_NONCE = 32,
    AT_RESERVED3 = 40,
};

static size_t response_at(const struct ntlm_seen *seen)
{
    return seen->answer.nt_response.offset;
}

static bool server_time(const struct ntlm_seen *seen, struct span *out_time)
{
    return ntlm_list_ends(ntlm_told(seen)) &&
           ntlmssp_av_find(ntlm_told(seen), NTLMSSP_AV_TIMESTAMP, out_time) &&
           out_time->size == 8;
}

static bool check_resp_type(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen || !seen->has_v2) {
        return false;
    }
    if (seen->v2.resp_type != 1 || seen->v2.hi_resp_type != 1) {
        check_breach(check,
                     ntlm_where(check, seen, "RespType",
                                response_at(seen) + AT_RESP_TYPE),
                     ntlm_piece(seen, response_at(seen) + AT_RESP_TYPE, 2),
                     "RespType is %u and HiRespType %u; both must be 1",
                     seen->v2.resp_type, seen->v2.hi_resp_type);
    }
    return true;
}

static bool check_reserved(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);
    struct span first;
    struct span last;

    if (!seen || !seen->has_v2) {
        return false;
    }
    first = ntlm_piece(seen, response_at(seen) + AT_RESERVED1, 6);
    last = ntlm_piece(seen, response_at(seen) + AT_RESERVED3, 4);
    if (!span_is_zero(first) || !span_is_zero(last)) {
        bool early = !span_is_zero(first);

        check_breach(check,
                     ntlm_where(check, seen, early ? "Reserved1" : "Reserved3",
                                response_at(seen) +
                                    (early ? AT_RESERVED1 : AT_RESERVED3)),
                     early ? first : last,
                     "reserved bytes of the client's challenge are not zero");
    }
    return true;
}

static bool check_list_end(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);

    if (!seen || (ntlm_told(seen).size && !ntlm_list_ends(ntlm_told(seen)))) {
        return false; /* it may have copied what it got */
    }
    if (!ntlm_list_ends(seen->v2.av_pairs)) {
        check_breach(check,
                     ntlm_where(check, seen, "AvPairs",
                                ntlm_offset(seen, seen->v2.av_pairs)),
                     seen->v2.av_pairs,
                     "the list of AV pairs does not end in MsvAvEOL with a "
                     "length of zero");
    }
    return true;
}

/* May be changed or added by the client. */
static bool is_the_clients(uint16_t id)
{
    return id == NTLMSSP_AV_FLAGS || id == NTLMSSP_AV_SINGLE_HOST ||
           id == NTLMSSP_AV_TARGET_NAME || id == NTLMSSP_AV_CHANNEL_BINDINGS;
}

static void not_echoed(struct check *check, const struct ntlm_seen *seen,
                       const struct ntlmssp_av *sent, bool missing)
{
    const char *name = ntlmssp_av_name(sent->id);

    check_breach(
        check,
        ntlm_where(check, seen, "AvPairs",
                   ntlm_offset(seen, seen->v2.av_pairs)),
        seen->v2.av_pairs,
        "%s of the challenge %s: all of its AV pairs go back as they "
        "were, and the client adds its own",
        name ? name : arena_printf(check->arena, "the AV pair %u", sent->id),
        missing ? "did not come back" : "came back with another value");
}

static bool check_echo(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct ntlmssp_av sent;
    struct reader rd;

    if (!seen || !ntlm_list_ends(ntlm_told(seen))) {
        return false;
    }
    rd = rd_init(ntlm_told(seen));
    while (ntlmssp_av_next(&rd, &sent) == NTLMSSP_OK &&
           sent.id != NTLMSSP_AV_EOL) {
        struct span first = SPAN_NONE;
        struct span got = SPAN_NONE;
        bool found = ntlmssp_av_find(seen->v2.av_pairs, sent.id, &got);

        /* Of two of a kind, the first counts. */
        ntlmssp_av_find(ntlm_told(seen), sent.id, &first);
        if (!is_the_clients(sent.id) && first.data == sent.value.data &&
            (!found || !span_equal(got, sent.value))) {
            not_echoed(check, seen, &sent, !found);
            return true;
        }
    }
    return true;
}

static bool check_time(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span sent = SPAN_NONE;
    struct reader rd;

    if (!seen || !server_time(seen, &sent)) {
        return false;
    }
    rd = rd_init(sent);
    if (rd_u64le(&rd) != seen->v2.timestamp) {
        size_t at = response_at(seen) + AT_TIMESTAMP;

        check_breach(check, ntlm_where(check, seen, "TimeStamp", at),
                     ntlm_piece(seen, at, 8),
                     "the time is the client's own; the challenge brought "
                     "MsvAvTimestamp, whose value belongs there");
    }
    return true;
}

static bool check_lm(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span sent = SPAN_NONE;

    if (!seen || !server_time(seen, &sent)) {
        return false;
    }
    if (seen->answer.lm_response.length &&
        !span_is_zero(seen->answer.lm_response.bytes)) {
        check_breach(
            check,
            ntlm_where(check, seen, "LmChallengeResponseFields", NTLM3_AT_LM),
            ntlm_piece(seen, NTLM3_AT_LM, 8),
            "an LMv2 response goes along though the challenge brought "
            "MsvAvTimestamp: 24 zeros are right");
    }
    return true;
}

static bool announces_mic(const struct ntlm_seen *seen)
{
    return ntlmssp_av_flags(seen->v2.av_pairs) & NTLMSSP_AV_FLAG_MIC;
}

static bool check_mic_sent(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    struct span sent = SPAN_NONE;

    if (!seen || !server_time(seen, &sent)) {
        return false;
    }
    if (!announces_mic(seen)) {
        check_breach(check,
                     ntlm_where(check, seen, "AvPairs",
                                ntlm_offset(seen, seen->v2.av_pairs)),
                     seen->v2.av_pairs,
                     "the challenge brought MsvAvTimestamp, and the answer has "
                     "no MIC: bit 0x2 of MsvAvFlags and 16 bytes at offset 72 "
                     "are right");
    }
    return true;
}

static bool check_mic_there(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    if (!seen || !seen->has_v2 || !announces_mic(seen)) {
        return false;
    }
    if (!seen->answer.has_mic ||
        span_is_zero(span_of(seen->answer.mic, NTLMSSP_MIC_SIZE))) {
        check_breach(check, ntlm_where(check, seen, "MIC", NTLM3_AT_MIC),
                     ntlm_piece(seen, NTLM3_AT_MIC, NTLMSSP_MIC_SIZE),
                     "MsvAvFlags announces a MIC, and the field is %s",
                     seen->answer.has_mic ? "all zero" : "not there");
    }
    return true;
}

static bool check_nonce(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);
    size_t at;

    if (!seen) {
        return false;
    }
    at = response_at(seen) + AT_NONCE;
    if (span_is_zero(seen->v2.client_challenge)) {
        check_breach(check, ntlm_where(check, seen, "ChallengeFromClient", at),
                     seen->v2.client_challenge,
                     "the client's challenge is all zero; it must be a nonce");
    } else if (auth_nonce_seen(auth_history(check->history),
                               seen->v2.client_challenge,
                               span_of(seen->challenge.server_challenge,
                                       AUTH_NONCE_SIZE))) {
        check_breach(check, ntlm_where(check, seen, "ChallengeFromClient", at),
                     seen->v2.client_challenge,
                     "the client's challenge was used in an earlier sign-in; "
                     "it must be a nonce, another one each time");
    }
    return true;
}

/* auth/ntlm_binding.c compares, since it has the keys. */
static bool had_mic(struct check *check)
{
    struct ntlm_seen *seen = ntlm_v2_answer(check);

    return seen && announces_mic(seen);
}

const struct rule rules_ntlm_v2[] = {
    {
        .id = "NT-050",
        .level = FINDING_MUST,
        .title = "RespType and HiRespType are 1",
        .section = "MS-NLMP 2.2.2.7",
        .doc = "Both say which version the client's challenge is of, and there "
               "is one. They are part of what the proof is made over.",
        .good = "01 01",
        .bad = "02 02",
        .on = TRAIT_AUTHORIZATION,
        .check = check_resp_type,
    },
    {
        .id = "NT-051",
        .level = FINDING_SHOULD,
        .title = "Reserved bytes of the client's challenge are zero",
        .section = "MS-NLMP 2.2.2.7",
        .doc = "Servers ignore them; memory that was never cleared shows up "
               "there.",
        .good = "Reserved1 00 00, Reserved2 00 00 00 00",
        .bad = "Reserved1 5f 1c",
        .on = TRAIT_AUTHORIZATION,
        .check = check_reserved,
    },
    {
        .id = "NT-052",
        .level = FINDING_MUST,
        .title = "The list of AV pairs ends in MsvAvEOL",
        .section = "MS-NLMP 2.2.2.1",
        .doc = "MsvAvEOL must be the last item, with a length of zero. A list "
               "that just stops is read on into the bytes behind it. A client "
               "that was sent such a list is not to blame.",
        .good = "... 00 00 00 00",
        .bad = "... 0a 00 10 00 and 16 bytes, and no end",
        .on = TRAIT_AUTHORIZATION,
        .check = check_list_end,
    },
    {
        .id = "NT-053",
        .level = FINDING_SHOULD,
        .title = "The AV pairs of the challenge come back as they were",
        .section = "MS-NLMP 3.1.5.1.2, 3.3.2",
        .doc = "The proof is made over the challenge's TargetInfo, to which "
               "the client adds flags, channel binding and target name. A "
               "domain controller compares the names with the server that "
               "passed the answer on, so that none can be passed on by a "
               "thief: pairs left out or changed make it refuse.",
        .good = "MsvAvNbDomainName CONTOSO, as in the challenge",
        .bad = "no AV pairs but the client's own",
        .on = TRAIT_AUTHORIZATION,
        .check = check_echo,
    },
    {
        .id = "NT-054",
        .level = FINDING_SHOULD,
        .title = "The server's time is used where it was sent",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "With MsvAvTimestamp in the challenge, TimeStamp is its value. "
               "A client that sends its own clock is refused as soon as that "
               "is off, by 36 hours or by half an hour, as the policy has it.",
        .good = "TimeStamp is the value of MsvAvTimestamp",
        .bad = "TimeStamp is the phone's clock",
        .on = TRAIT_AUTHORIZATION,
        .check = check_time,
    },
    {
        .id = "NT-055",
        .level = FINDING_SHOULD,
        .title = "No LMv2 response where the challenge brought a timestamp",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "The LMv2 response is made over the two nonces alone: it has "
               "neither time nor names in it, and can be passed on where the "
               "NTLMv2 response cannot.",
        .good = "24 bytes of zero",
        .bad = "24 bytes that are not zero",
        .on = TRAIT_AUTHORIZATION,
        .check = check_lm,
    },
    {
        .id = "NT-056",
        .level = FINDING_SHOULD,
        .title = "A MIC is sent where the challenge brought a timestamp",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "The MIC covers all three messages: without it somebody on the "
               "way can take flags out of the first two. Servers that require "
               "it refuse an answer without one.",
        .good = "MsvAvFlags 02 00 00 00, and 16 bytes at offset 72",
        .bad = "no MsvAvFlags",
        .on = TRAIT_AUTHORIZATION,
        .check = check_mic_sent,
    },
    {
        .id = "NT-057",
        .level = FINDING_MUST,
        .title = "A MIC that is announced is there",
        .section = "MS-NLMP 3.2.5.1.2",
        .doc = "Bit 0x2 of MsvAvFlags says that the field holds a MIC. The "
               "server must compare it then, and fail the sign-in where it is "
               "not equal, which zeros never are.",
        .good = "MsvAvFlags 0x2, MIC filled in",
        .bad = "MsvAvFlags 0x2, MIC all zero",
        .on = TRAIT_AUTHORIZATION,
        .check = check_mic_there,
    },
    {
        .id = "NT-058",
        .level = FINDING_MUST,
        .title = "The MIC is made over the three messages as they were sent",
        .section = "MS-NLMP 3.2.5.1.2",
        .doc = "HMAC-MD5 with the exported session key, over NEGOTIATE, "
               "CHALLENGE and AUTHENTICATE with zeros in the MIC's place, byte "
               "for byte as they went over the wire. Where it is not equal an "
               "authentication failure must be returned. Mostly a message was "
               "built anew instead of kept, or the key is the wrong one of "
               "two.",
        .good = "HMAC_MD5(ExportedSessionKey, type 1 + type 2 + type 3)",
        .bad = "the same over type 2 and type 3 alone",
        .on = TRAIT_AUTHORIZATION,
        .check = had_mic,
    },
    {
        .id = "NT-059",
        .level = FINDING_MUST,
        .title = "ChallengeFromClient is a nonce",
        .section = "MS-NLMP 3.1.5.1.2",
        .doc = "The client's part of the challenge must be set to eight bytes "
               "that are new each time. With a constant one, whoever plays the "
               "server can prepare a table of passwords.",
        .good = "3f 9c 11 07 b2 5a e8 40, and another one next time",
        .bad = "aa aa aa aa aa aa aa aa, twice",
        .on = TRAIT_AUTHORIZATION,
        .check = check_nonce,
    },
    {.id = NULL},
};
