/* Decodes the three messages of NTLM ([MS-NLMP] 2.2.1), see ntlmssp.h. */
#include "config.h"

#include "wire/ntlmssp.h"

#include <string.h>

enum {
    FIELD_SIZE = 8,
    VERSION_SIZE = 8,
    NEGOTIATE_LEAST = 16,    /* up to NegotiateFlags */
    CHALLENGE_LEAST = 32,    /* up to ServerChallenge */
    AUTHENTICATE_LEAST = 52, /* up to WorkstationFields */
};

struct decoder {
    struct reader rd;
    size_t least;     /* of the fixed part */
    size_t fixed_end; /* no optional part reaches beyond */
    enum ntlmssp_result result;
    struct ntlmssp_flaw flaw;
};

static const uint8_t signature[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', '\0'};

enum ntlmssp_type ntlmssp_type_of(struct span message)
{
    struct reader rd = rd_init(message);
    struct span start = rd_bytes(&rd, sizeof(signature));
    uint32_t type = rd_u32le(&rd);

    if (!span_equal(start, span_of(signature, sizeof(signature)))) {
        return NTLMSSP_NONE;
    }
    return type <= NTLMSSP_AUTHENTICATE ? (enum ntlmssp_type)type
                                        : NTLMSSP_NONE;
}

/* The first flaw is the one that is told. */
static void fail(struct decoder *d, enum ntlmssp_result result, size_t offset,
                 const char *field, const char *why)
{
    if (d->result == NTLMSSP_OK) {
        d->result = result;
        d->flaw = (struct ntlmssp_flaw){offset, field, why};
    }
}

static struct decoder begin(struct span message, enum ntlmssp_type type,
                            size_t least)
{
    struct decoder d = {
        .rd = rd_init(message),
        .least = least,
        .fixed_end = message.size,
    };
    struct span start = rd_bytes(&d.rd, sizeof(signature));

    if (!span_equal(start, span_of(signature, sizeof(signature)))) {
        fail(&d, NTLMSSP_NO_SIGNATURE, 0, "Signature", "is not NTLMSSP");
    } else if (rd_u32le(&d.rd) != type && !d.rd.short_read) {
        fail(&d, NTLMSSP_WRONG_TYPE, sizeof(signature), "MessageType",
             "is another message");
    } else if (message.size < least) {
        fail(&d, NTLMSSP_SHORT, message.size, "message",
             "ends within its fixed part");
    }
    return d;
}

static struct ntlmssp_field read_field(struct decoder *d, const char *name)
{
    size_t at = d->rd.offset;
    struct ntlmssp_field field = {0};
    struct span message = d->rd.bytes;

    field.length = rd_u16le(&d->rd);
    field.max_length = rd_u16le(&d->rd);
    field.offset = rd_u32le(&d->rd);
    /* 2.2.1: offset and maximum mean nothing where the length is zero. */
    if (field.length == 0) {
        return field;
    }
    if (field.offset < d->least) {
        fail(d, NTLMSSP_OUT_OF_BOUNDS, at, name, "points into the fixed part");
    } else if (field.offset > message.size ||
               field.length > message.size - field.offset) {
        fail(d, NTLMSSP_OUT_OF_BOUNDS, at, name,
             "reaches beyond the end of the message");
    } else {
        field.bytes = span_slice(message, field.offset, field.length);
        if (field.offset < d->fixed_end) {
            d->fixed_end = field.offset;
        }
    }
    return field;
}

/* Whether an optional part of the fixed part is there as a whole. */
static bool has(const struct decoder *d, size_t size)
{
    return d->result == NTLMSSP_OK && d->rd.offset <= d->fixed_end &&
           d->fixed_end - d->rd.offset >= size;
}

static void read_array(struct decoder *d, uint8_t *out, size_t size)
{
    struct span bytes = rd_bytes(&d->rd, size);

    if (bytes.size) {
        memcpy(out, bytes.data, bytes.size);
    }
}

static bool read_version(struct decoder *d, struct ntlmssp_version *out)
{
    if (!has(d, VERSION_SIZE)) {
        return false;
    }
    out->major = rd_u8(&d->rd);
    out->minor = rd_u8(&d->rd);
    out->build = rd_u16le(&d->rd);
    read_array(d, out->reserved, sizeof(out->reserved));
    out->revision = rd_u8(&d->rd);
    return true;
}

enum ntlmssp_result ntlmssp_decode_negotiate(struct span message,
                                             struct ntlmssp_negotiate *out,
                                             struct ntlmssp_flaw *out_flaw)
{
    struct decoder d = begin(message, NTLMSSP_NEGOTIATE, NEGOTIATE_LEAST);
    struct ntlmssp_negotiate m = {0};

    m.flags = rd_u32le(&d.rd);
    m.has_fields = has(&d, 2 * FIELD_SIZE);
    if (m.has_fields) {
        m.domain = read_field(&d, "DomainNameFields");
        m.workstation = read_field(&d, "WorkstationFields");
        m.has_version = read_version(&d, &m.version);
    }
    if (d.result != NTLMSSP_OK) {
        *out_flaw = d.flaw;
        return d.result;
    }
    *out = m;
    return NTLMSSP_OK;
}

enum ntlmssp_result ntlmssp_decode_challenge(struct span message,
                                             struct ntlmssp_challenge *out,
                                             struct ntlmssp_flaw *out_flaw)
{
    struct decoder d = begin(message, NTLMSSP_CHALLENGE, CHALLENGE_LEAST);
    struct ntlmssp_challenge m = {0};

    m.target_name = read_field(&d, "TargetNameFields");
    m.flags = rd_u32le(&d.rd);
    read_array(&d, m.server_challenge, sizeof(m.server_challenge));
    m.has_target_info = has(&d, sizeof(m.reserved) + FIELD_SIZE);
    if (m.has_target_info) {
        read_array(&d, m.reserved, sizeof(m.reserved));
        m.target_info = read_field(&d, "TargetInfoFields");
        m.has_version = read_version(&d, &m.version);
    }
    if (d.result != NTLMSSP_OK) {
        *out_flaw = d.flaw;
        return d.result;
    }
    *out = m;
    return NTLMSSP_OK;
}

/* From EncryptedRandomSessionKeyFields on, all that old clients leave out. */
static void read_optional(struct decoder *d, struct ntlmssp_authenticate *m)
{
    m->has_session_key = has(d, FIELD_SIZE);
    if (!m->has_session_key) {
        return;
    }
    m->session_key = read_field(d, "EncryptedRandomSessionKeyFields");
    m->has_flags = has(d, sizeof(m->flags));
    if (!m->has_flags) {
        return;
    }
    m->flags = rd_u32le(&d->rd);
    m->has_version = read_version(d, &m->version);
    m->has_mic = m->has_version && has(d, sizeof(m->mic));
    if (m->has_mic) {
        read_array(d, m->mic, sizeof(m->mic));
    }
}

enum ntlmssp_result
ntlmssp_decode_authenticate(struct span message,
                            struct ntlmssp_authenticate *out,
                            struct ntlmssp_flaw *out_flaw)
{
    struct decoder d = begin(message, NTLMSSP_AUTHENTICATE, AUTHENTICATE_LEAST);
    struct ntlmssp_authenticate m = {0};

    m.lm_response = read_field(&d, "LmChallengeResponseFields");
    m.nt_response = read_field(&d, "NtChallengeResponseFields");
    m.domain = read_field(&d, "DomainNameFields");
    m.user = read_field(&d, "UserNameFields");
    m.workstation = read_field(&d, "WorkstationFields");
    read_optional(&d, &m);
    if (d.result != NTLMSSP_OK) {
        *out_flaw = d.flaw;
        return d.result;
    }
    *out = m;
    return NTLMSSP_OK;
}
