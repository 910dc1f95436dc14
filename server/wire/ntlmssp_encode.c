/* Encodes the three messages of NTLM ([MS-NLMP] 2.2.1), see ntlmssp.h. */
#include "config.h"

#include "wire/ntlmssp.h"

#include <assert.h>
#include <string.h>

/*
 * A lie about an offset may claim 4 GiB; its bytes are placed only up to
 * here, six times what a length can say.
 */
enum { OFFSET_LIMIT = 6 * 65536 };

static void add_header(struct buf *out, enum ntlmssp_type type)
{
    buf_add(out, span_of("NTLMSSP", 8));
    buf_add_u32le(out, type);
}

static void add_field(struct buf *out, const struct ntlmssp_field *field)
{
    buf_add_u16le(out, field->length);
    buf_add_u16le(out, field->max_length);
    buf_add_u32le(out, field->offset);
}

static void add_version(struct buf *out, const struct ntlmssp_version *version)
{
    buf_add_u8(out, version->major);
    buf_add_u8(out, version->minor);
    buf_add_u16le(out, version->build);
    buf_add(out, span_of(version->reserved, sizeof(version->reserved)));
    buf_add_u8(out, version->revision);
}

static void place(struct buf *out, size_t start,
                  const struct ntlmssp_field *field)
{
    size_t at = start + field->offset;

    if (field->bytes.size == 0 || field->offset > OFFSET_LIMIT) {
        return;
    }
    while (out->size < at + field->bytes.size) {
        buf_add_u8(out, 0);
    }
    memcpy(out->data + at, field->bytes.data, field->bytes.size);
}

void ntlmssp_encode_negotiate(struct buf *out,
                              const struct ntlmssp_negotiate *message)
{
    size_t start = out->size;

    add_header(out, NTLMSSP_NEGOTIATE);
    buf_add_u32le(out, message->flags);
    if (message->has_fields) {
        add_field(out, &message->domain);
        add_field(out, &message->workstation);
    }
    if (message->has_version) {
        add_version(out, &message->version);
    }
    place(out, start, &message->domain);
    place(out, start, &message->workstation);
}

void ntlmssp_encode_challenge(struct buf *out,
                              const struct ntlmssp_challenge *message)
{
    size_t start = out->size;

    add_header(out, NTLMSSP_CHALLENGE);
    add_field(out, &message->target_name);
    buf_add_u32le(out, message->flags);
    buf_add(out, span_of(message->server_challenge,
                         sizeof(message->server_challenge)));
    if (message->has_target_info) {
        buf_add(out, span_of(message->reserved, sizeof(message->reserved)));
        add_field(out, &message->target_info);
    }
    if (message->has_version) {
        add_version(out, &message->version);
    }
    place(out, start, &message->target_name);
    place(out, start, &message->target_info);
}

void ntlmssp_encode_authenticate(struct buf *out,
                                 const struct ntlmssp_authenticate *message)
{
    const struct ntlmssp_field *const fields[] = {
        &message->lm_response, &message->nt_response, &message->domain,
        &message->user,        &message->workstation, &message->session_key,
    };
    size_t start = out->size;
    size_t headers = ARRAY_SIZE(fields) - !message->has_session_key;

    add_header(out, NTLMSSP_AUTHENTICATE);
    for (size_t i = 0; i < headers; i++) {
        add_field(out, fields[i]);
    }
    if (message->has_flags) {
        buf_add_u32le(out, message->flags);
    }
    if (message->has_version) {
        add_version(out, &message->version);
    }
    if (message->has_mic) {
        buf_add(out, span_of(message->mic, sizeof(message->mic)));
    }
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        place(out, start, fields[i]);
    }
}

void ntlmssp_field_set(struct ntlmssp_field *field, struct span bytes,
                       size_t *at)
{
    assert(bytes.size <= UINT16_MAX && *at <= UINT32_MAX);
    field->length = (uint16_t)bytes.size;
    field->max_length = (uint16_t)bytes.size;
    field->offset = (uint32_t)*at;
    field->bytes = bytes;
    *at += bytes.size;
}
