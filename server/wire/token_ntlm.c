/* NTLM messages as JSON, see token.h. */
#include "config.h"

#include "wire/token.h"

#include "util/stamp.h"
#include "util/utf.h"
#include "wire/ntlmssp.h"
#include "wire/ntlmssp_av.h"

struct describe {
    struct arena *arena;
    const struct token_view *view;
    struct json *json;
};

static void add_flaw(const struct describe *d, const struct ntlmssp_flaw *flaw)
{
    token_tell_flaw(d->view, d->json,
                    arena_printf(d->arena, "%s %s", flaw->field, flaw->why),
                    flaw->offset);
}

static void add_flags(const struct describe *d, uint32_t flags)
{
    json_text(d->json, "flags", arena_printf(d->arena, "0x%08x", flags));
    json_open_named(d->json, "flagNames", '[');
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name = ntlmssp_flag_name(bit);

        if (flags & 1u << bit) {
            json_text(d->json, NULL,
                      name ? name : arena_printf(d->arena, "bit %u", bit));
        }
    }
    json_close(d->json, ']');
}

static void add_string(const struct describe *d, const char *name,
                       const struct ntlmssp_field *field, bool unicode)
{
    json_text(d->json, name, ntlmssp_text(d->arena, field->bytes, unicode));
}

static void add_version(const struct describe *d, bool present,
                        const struct ntlmssp_version *version)
{
    if (present) {
        json_text(d->json, "version", ntlmssp_version_text(d->arena, version));
    }
}

/* Bytes that prove a password, or are a key. */
static void add_secret(const struct describe *d, const char *name,
                       struct span bytes)
{
    json_open_named(d->json, name, '{');
    json_number(d->json, "size", (int64_t)bytes.size);
    if (d->view->secrets) {
        json_hex(d->json, "hex", bytes);
    }
    json_close(d->json, '}');
}

static void add_time(const struct describe *d, const char *name,
                     uint64_t filetime)
{
    json_text(d->json, name,
              stamp_iso_ms(d->arena, stamp_from_filetime(filetime)));
}

static void add_av(const struct describe *d, const struct ntlmssp_av *av)
{
    const char *name = ntlmssp_av_name(av->id);
    struct reader rd = rd_init(av->value);

    json_open(d->json, '{');
    json_number(d->json, "id", av->id);
    if (name) {
        json_text(d->json, "name", name);
    }
    if (ntlmssp_av_is_text(av->id)) {
        json_text(d->json, "value", utf16le_text(d->arena, av->value));
    } else if (av->id == NTLMSSP_AV_TIMESTAMP && av->value.size == 8) {
        add_time(d, "value", rd_u64le(&rd));
    } else {
        json_hex(d->json, "value", av->value);
    }
    json_close(d->json, '}');
}

static void add_av_pairs(const struct describe *d, const char *name,
                         struct span list)
{
    struct reader rd = rd_init(list);
    struct ntlmssp_av av;
    struct ntlmssp_flaw flaw;

    json_open_named(d->json, name, '[');
    while (ntlmssp_av_next(&rd, &av) == NTLMSSP_OK && av.id != NTLMSSP_AV_EOL) {
        add_av(d, &av);
    }
    if (ntlmssp_av_check(list, &flaw) != NTLMSSP_OK) {
        json_open(d->json, '{');
        add_flaw(d, &flaw);
        json_close(d->json, '}');
    }
    json_close(d->json, ']');
}

static void add_negotiate(const struct describe *d, struct span token)
{
    struct ntlmssp_negotiate m;
    struct ntlmssp_flaw flaw;

    json_text(d->json, "type", "NEGOTIATE");
    if (ntlmssp_decode_negotiate(token, &m, &flaw) != NTLMSSP_OK) {
        add_flaw(d, &flaw);
        return;
    }
    add_flags(d, m.flags);
    add_string(d, "domain", &m.domain, false);
    add_string(d, "workstation", &m.workstation, false);
    add_version(d, m.has_version, &m.version);
}

static void add_challenge(const struct describe *d, struct span token)
{
    struct ntlmssp_challenge m;
    struct ntlmssp_flaw flaw;

    json_text(d->json, "type", "CHALLENGE");
    if (ntlmssp_decode_challenge(token, &m, &flaw) != NTLMSSP_OK) {
        add_flaw(d, &flaw);
        return;
    }
    add_flags(d, m.flags);
    add_string(d, "targetName", &m.target_name, m.flags & NTLMSSP_UNICODE);
    json_hex(d->json, "serverChallenge",
             span_of(m.server_challenge, sizeof(m.server_challenge)));
    if (m.has_target_info) {
        add_av_pairs(d, "targetInfo", m.target_info.bytes);
    }
    add_version(d, m.has_version, &m.version);
}

static void add_v2(const struct describe *d, struct span response)
{
    struct ntlmssp_v2_response v2;
    struct ntlmssp_flaw flaw;

    json_open_named(d->json, "ntlmv2", '{');
    if (ntlmssp_decode_v2_response(response, &v2, &flaw) != NTLMSSP_OK) {
        add_flaw(d, &flaw);
    } else {
        json_number(d->json, "respType", v2.resp_type);
        json_number(d->json, "hiRespType", v2.hi_resp_type);
        add_time(d, "timestamp", v2.timestamp);
        json_hex(d->json, "clientChallenge", v2.client_challenge);
        add_av_pairs(d, "avPairs", v2.av_pairs);
    }
    json_close(d->json, '}');
}

static void add_authenticate(const struct describe *d, struct span token)
{
    struct ntlmssp_authenticate m;
    struct ntlmssp_flaw flaw;
    bool unicode;

    json_text(d->json, "type", "AUTHENTICATE");
    if (ntlmssp_decode_authenticate(token, &m, &flaw) != NTLMSSP_OK) {
        add_flaw(d, &flaw);
        return;
    }
    unicode = m.flags & NTLMSSP_UNICODE;
    if (m.has_flags) {
        add_flags(d, m.flags);
    }
    add_string(d, "domain", &m.domain, unicode);
    add_string(d, "user", &m.user, unicode);
    add_string(d, "workstation", &m.workstation, unicode);
    add_secret(d, "lmResponse", m.lm_response.bytes);
    add_secret(d, "ntResponse", m.nt_response.bytes);
    if (m.nt_response.bytes.size > 24) { /* longer than NTLMv1's (2.2.2.6) */
        add_v2(d, m.nt_response.bytes);
    }
    if (m.has_session_key) {
        add_secret(d, "encryptedRandomSessionKey", m.session_key.bytes);
    }
    add_version(d, m.has_version, &m.version);
    if (m.has_mic) {
        json_hex(d->json, "mic", span_of(m.mic, sizeof(m.mic)));
    }
}

void token_describe_ntlm(struct arena *arena, struct span token,
                         const struct token_view *view, struct json *json)
{
    struct describe d = {arena, view, json};

    json_text(json, "kind", "ntlm");
    switch (ntlmssp_type_of(token)) {
    case NTLMSSP_NEGOTIATE:
        add_negotiate(&d, token);
        break;
    case NTLMSSP_CHALLENGE:
        add_challenge(&d, token);
        break;
    case NTLMSSP_AUTHENTICATE:
        add_authenticate(&d, token);
        break;
    case NTLMSSP_NONE:
        json_number(json, "size", (int64_t)token.size);
        token_tell_flaw(view, json, "MessageType is none of NTLM's", 8);
        break;
    }
}
