/*
 * Rules of NTLM messages as such, whichever they are: signature, type, fields,
 * reserved bits, version ([MS-NLMP] 2.2.1.1, 2.2.1.3, 2.2.2.5, 2.2.2.10).
 */
#include "config.h"

#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "checks/rules_ntlm.h"

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
                     "not set: without that flag all eight bytes must be zero");
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
    if (!place.wanted || ntlm_forced(seen) & NTLMSSP_VERSION) {
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

const struct rule rules_ntlm_message[] = {
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
