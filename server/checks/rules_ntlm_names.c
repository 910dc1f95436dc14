/*
 * Rules of the fields and names of NTLM's AUTHENTICATE ([MS-NLMP] 2.2.1.3).
 */
#include "config.h"

#include <string.h>

#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "checks/rules_ntlm.h"

/* What the challenge chose (2.2.2.5): Unicode where it has the bit. */
static bool wide_names(const struct ntlm_seen *seen)
{
    return seen->challenge.flags & NTLMSSP_UNICODE;
}

static bool chose_charset(const struct ntlm_seen *seen)
{
    return seen->challenge.flags & (NTLMSSP_UNICODE | NTLMSSP_OEM);
}

static bool check_empty_max(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);
    struct ntlm_fields fields;

    if (!seen) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        const struct ntlm_field *item = &fields.items[i];

        if (item->at != NTLM3_AT_KEY && !item->field->length &&
            item->field->max_length) {
            check_breach(check, ntlm_where(check, seen, item->name, item->at),
                         ntlm_piece(seen, item->at, 4),
                         "%s is not sent, and its maximal length is %u: both "
                         "lengths must be zero",
                         item->name, item->field->max_length);
            return true;
        }
    }
    return true;
}

static bool check_alignment(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);
    struct ntlm_fields fields;

    if (!seen || !wide_names(seen)) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        const struct ntlm_field *item = &fields.items[i];

        if (item->is_name && item->field->length &&
            (item->field->length % 2 || item->field->offset % 2)) {
            check_breach(check, ntlm_where(check, seen, item->name, item->at),
                         ntlm_piece(seen, item->at, 8),
                         "%s has %u bytes at offset %u; of a name in Unicode "
                         "both numbers are even",
                         item->name, item->field->length, item->field->offset);
            return true;
        }
    }
    return true;
}

static bool is_narrow_letter(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' ||
           byte == '_' || byte == '@';
}

/*
 * Letters of one byte each. An even number of them may be UTF-16 as well, of
 * Chinese letters, which each have two such bytes in one case of eight: of so
 * many hardly a name is.
 */
static bool is_narrow(struct span name)
{
    enum { LEAST = 8, LEAST_ODD = 3 };

    for (size_t i = 0; i < name.size; i++) {
        if (!is_narrow_letter(name.data[i])) {
            return false;
        }
    }
    return name.size >= (name.size % 2 ? LEAST_ODD : LEAST);
}

static bool is_wide(struct span name)
{
    return name.size >= 2 && name.data[1] == 0;
}

static bool check_charset(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);
    struct ntlm_fields fields;

    if (!seen || !chose_charset(seen)) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        struct span name = fields.items[i].field->bytes;

        if (fields.items[i].is_name &&
            (wide_names(seen) ? is_narrow(name) : is_wide(name))) {
            check_breach(check,
                         ntlm_where(check, seen, fields.items[i].name,
                                    fields.items[i].field->offset),
                         name, "the name is in %s; the challenge chose %s",
                         wide_names(seen) ? "one byte a character" : "UTF-16",
                         wide_names(seen) ? "Unicode: UTF-16, little-endian"
                                          : "the OEM character set");
            return true;
        }
    }
    return true;
}

static const char *flaw_of_text(struct span name, bool wide)
{
    static const uint8_t mark[] = {0xff, 0xfe};
    static const uint8_t swapped[] = {0xfe, 0xff};
    struct span start = span_slice(name, 0, 2);

    if (wide && (span_equal(start, span_of(mark, 2)) ||
                 span_equal(start, span_of(swapped, 2)))) {
        return "begins with a byte order mark";
    }
    if (wide
            ? name.size >= 2 && span_is_zero(span_slice(name, name.size - 2, 2))
            : name.size && name.data[name.size - 1] == 0) {
        return "ends in a NUL";
    }
    return NULL;
}

static bool check_text(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);
    struct ntlm_fields fields;

    if (!seen) {
        return false;
    }
    fields = ntlm_fields(seen);
    for (size_t i = 0; i < fields.count; i++) {
        const struct ntlm_field *item = &fields.items[i];
        const char *flaw =
            item->is_name ? flaw_of_text(item->field->bytes, wide_names(seen))
                          : NULL;

        if (flaw) {
            check_breach(
                check, ntlm_where(check, seen, item->name, item->field->offset),
                item->field->bytes,
                "the name %s, which is part of no name: the hash is "
                "made over it, too, and fits no account",
                flaw);
            return true;
        }
    }
    return true;
}

static bool check_user_alone(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);
    const char *user;
    struct span sent;

    if (!seen || !seen->answer.user.length) {
        return false;
    }
    sent = seen->answer.user.bytes;
    user = ntlmssp_text(check->arena, sent, wide_names(seen));
    if (strchr(user, '\\')) {
        check_breach(
            check,
            ntlm_where(check, seen, "UserName", seen->answer.user.offset), sent,
            "UserName is \"%s\": domain and name stand in fields of "
            "their own, and the hash is made over each",
            user);
    }
    return true;
}

const struct rule rules_ntlm_names[] = {
    {
        .id = "NT-030",
        .level = FINDING_MUST,
        .title = "A field that is not sent has two lengths of zero",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "A client that leaves out a response or a name must set both "
               "its length and its maximal length to zero. Servers look at the "
               "first alone, filters in front of them at both.",
        .good = "00 00 00 00 58 00 00 00",
        .bad = "00 00 18 00 58 00 00 00",
        .on = TRAIT_AUTHORIZATION,
        .check = check_empty_max,
    },
    {
        .id = "NT-031",
        .level = FINDING_MUST,
        .title = "A name in Unicode has an even length and an even offset",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "Readers take such names in units of two bytes. An odd offset "
               "mostly comes from a payload whose responses, of odd length, "
               "stand before the names.",
        .good = "0a 00 0a 00 58 00 00 00 (10 bytes at offset 88)",
        .bad = "0a 00 0a 00 59 00 00 00 (10 bytes at offset 89)",
        .on = TRAIT_AUTHORIZATION,
        .check = check_alignment,
    },
    {
        .id = "NT-032",
        .level = FINDING_MUST,
        .title = "Names are in the character set that the challenge chose",
        .section = "MS-NLMP 2.2.1.3",
        .doc = "Where the challenge has NTLMSSP_NEGOTIATE_UNICODE, domain, "
               "user and workstation must be UTF-16, little-endian; where it "
               "has NTLM_NEGOTIATE_OEM alone, one byte a character. In the "
               "other one no account is found, and the server says \"wrong "
               "password\".",
        .good = "challenge: UNICODE; UserName 61 00 6c 00 69 00 63 00 65 00",
        .bad = "challenge: UNICODE; UserName 61 6c 69 63 65",
        .on = TRAIT_AUTHORIZATION,
        .check = check_charset,
    },
    {
        .id = "NT-033",
        .level = FINDING_SHOULD,
        .title = "Names have no byte order mark and no NUL at the end",
        .section = "MS-NLMP 2.2, 2.2.1.3",
        .doc = "A mark is not sent over the wire, and the length of a name "
               "does not count a terminating NUL. Both become part of the name "
               "that the NTLMv2 hash is made over, which then fits no account.",
        .good = "61 00 6c 00 69 00 63 00 65 00, length 10",
        .bad = "61 00 6c 00 69 00 63 00 65 00 00 00, length 12",
        .on = TRAIT_AUTHORIZATION,
        .check = check_text,
    },
    {
        .id = "NT-034",
        .level = FINDING_PRACTICE,
        .title = "UserName has no domain in it",
        .section = "MS-NLMP 2.2.1.3, 3.3.2",
        .doc = "The hash of NTLMv2 is made over the user's name in upper case "
               "and the domain. A name such as CONTOSO\\alice in UserName is "
               "the name of nobody: servers find no account, or another hash.",
        .good = "DomainName CONTOSO, UserName alice",
        .bad = "DomainName empty, UserName CONTOSO\\alice",
        .on = TRAIT_AUTHORIZATION,
        .check = check_user_alone,
    },
    {.id = NULL},
};
