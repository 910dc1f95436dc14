/* AV pairs and the NTLMv2 response, see ntlmssp_av.h. */
#include "config.h"

#include "wire/ntlmssp_av.h"

#include <assert.h>
#include <string.h>

#include "util/base64.h"
#include "util/number.h"
#include "util/utf.h"

static const char *const av_names[] = {
    "MsvAvEOL",
    "MsvAvNbComputerName",
    "MsvAvNbDomainName",
    "MsvAvDnsComputerName",
    "MsvAvDnsDomainName",
    "MsvAvDnsTreeName",
    "MsvAvFlags",
    "MsvAvTimestamp",
    "MsvAvSingleHost",
    "MsvAvTargetName",
    "MsvAvChannelBindings",
};

enum {
    PROOF_SIZE = 16,
};

enum ntlmssp_result ntlmssp_av_next(struct reader *rd, struct ntlmssp_av *out)
{
    struct ntlmssp_av av = {NTLMSSP_AV_EOL, SPAN_NONE};

    if (rd_left(rd) > 0) {
        av.id = rd_u16le(rd);
        av.value = rd_bytes(rd, rd_u16le(rd));
    }
    if (rd->short_read) {
        return NTLMSSP_SHORT;
    }
    *out = av;
    return NTLMSSP_OK;
}

enum ntlmssp_result ntlmssp_av_check(struct span list,
                                     struct ntlmssp_flaw *out_flaw)
{
    struct reader rd = rd_init(list);
    struct ntlmssp_av av;

    do {
        size_t at = rd.offset;

        if (ntlmssp_av_next(&rd, &av) != NTLMSSP_OK) {
            *out_flaw = (struct ntlmssp_flaw){
                at, "AvPairs", "a pair reaches beyond the end of the list"};
            return NTLMSSP_SHORT;
        }
    } while (av.id != NTLMSSP_AV_EOL);
    return NTLMSSP_OK;
}

bool ntlmssp_av_find(struct span list, uint16_t id, struct span *out_value)
{
    struct reader rd = rd_init(list);
    struct ntlmssp_av av;

    while (ntlmssp_av_next(&rd, &av) == NTLMSSP_OK && av.id != NTLMSSP_AV_EOL) {
        if (av.id == id) {
            *out_value = av.value;
            return true;
        }
    }
    return false;
}

uint32_t ntlmssp_av_flags(struct span list)
{
    struct span value = SPAN_NONE;
    struct reader rd;

    ntlmssp_av_find(list, NTLMSSP_AV_FLAGS, &value);
    rd = rd_init(value);
    return rd_u32le(&rd);
}

static bool is_named(const char *word, uint16_t *out_id)
{
    static const struct {
        const char *word;
        uint16_t id;
    } names[] = {
        {"eol", NTLMSSP_AV_EOL},
        {"netbios-computer", NTLMSSP_AV_NB_COMPUTER_NAME},
        {"netbios-domain", NTLMSSP_AV_NB_DOMAIN_NAME},
        {"dns-computer", NTLMSSP_AV_DNS_COMPUTER_NAME},
        {"dns-domain", NTLMSSP_AV_DNS_DOMAIN_NAME},
        {"dns-tree", NTLMSSP_AV_DNS_TREE_NAME},
        {"timestamp", NTLMSSP_AV_TIMESTAMP},
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(names[i].word, word) == 0) {
            *out_id = names[i].id;
            return true;
        }
    }
    return false;
}

bool ntlmssp_av_read(struct arena *arena, const char *word, uint16_t *out_id,
                     struct span *out_value, bool *out_own)
{
    const char *equals = strchr(word, '=');
    const char *number;
    uint64_t id;

    *out_own = equals != NULL;
    if (!equals) {
        return is_named(word, out_id);
    }
    number = arena_text(arena, span_of(word, (size_t)(equals - word)));
    if (!number_parse(number, NUMBER_DECIMAL, UINT16_MAX, &id) ||
        !hex_decode(arena, equals + 1, out_value)) {
        return false;
    }
    *out_id = (uint16_t)id;
    return true;
}

void ntlmssp_av_add(struct buf *out, uint16_t id, struct span value)
{
    assert(value.size <= UINT16_MAX);
    buf_add_u16le(out, id);
    buf_add_u16le(out, (uint16_t)value.size);
    buf_add(out, value);
}

void ntlmssp_av_add_text(struct buf *out, uint16_t id, const char *utf8)
{
    AUTO_BUF wide = {0};

    utf16le_add(&wide, span_text(utf8));
    ntlmssp_av_add(out, id, buf_span(&wide));
}

const char *ntlmssp_av_name(uint16_t id)
{
    return id < ARRAY_SIZE(av_names) ? av_names[id] : NULL;
}

bool ntlmssp_av_is_text(uint16_t id)
{
    return (id >= NTLMSSP_AV_NB_COMPUTER_NAME &&
            id <= NTLMSSP_AV_DNS_TREE_NAME) ||
           id == NTLMSSP_AV_TARGET_NAME;
}

enum ntlmssp_result ntlmssp_decode_v2_response(struct span response,
                                               struct ntlmssp_v2_response *out,
                                               struct ntlmssp_flaw *out_flaw)
{
    struct reader rd = rd_init(response);
    struct ntlmssp_v2_response r = {0};

    r.proof = rd_bytes(&rd, PROOF_SIZE);
    r.temp = span_slice(response, PROOF_SIZE, response.size);
    r.resp_type = rd_u8(&rd);
    r.hi_resp_type = rd_u8(&rd);
    rd_bytes(&rd, 6); /* Reserved1, Reserved2: "MUST be ignored" */
    r.timestamp = rd_u64le(&rd);
    r.client_challenge = rd_bytes(&rd, NTLMSSP_CHALLENGE_SIZE);
    rd_bytes(&rd, 4); /* Reserved3 */
    if (rd.short_read) {
        *out_flaw = (struct ntlmssp_flaw){response.size, "NTLMv2_RESPONSE",
                                          "ends within its fixed part"};
        return NTLMSSP_SHORT;
    }
    r.av_pairs = rd_bytes(&rd, rd_left(&rd));
    *out = r;
    return NTLMSSP_OK;
}

void ntlmssp_encode_v2_temp(struct buf *out,
                            const struct ntlmssp_v2_response *response)
{
    buf_add_u8(out, response->resp_type);
    buf_add_u8(out, response->hi_resp_type);
    buf_add_u16le(out, 0);
    buf_add_u32le(out, 0);
    buf_add_u64le(out, response->timestamp);
    buf_add(out, response->client_challenge);
    buf_add_u32le(out, 0);
    buf_add(out, response->av_pairs);
}
