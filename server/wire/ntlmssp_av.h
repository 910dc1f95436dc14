/*
 * Lists of AV pairs ([MS-NLMP] 2.2.2.1), which are the TargetInfo of a
 * challenge, and the NTLMv2 response (2.2.2.7, 2.2.2.8), which brings one back.
 */
#ifndef WIRE_NTLMSSP_AV_H
#define WIRE_NTLMSSP_AV_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/span.h"
#include "wire/ntlmssp.h"

/* Names are the document's without "MsvAv". */
enum ntlmssp_av_id {
    NTLMSSP_AV_EOL = 0,
    NTLMSSP_AV_NB_COMPUTER_NAME = 1,
    NTLMSSP_AV_NB_DOMAIN_NAME = 2,
    NTLMSSP_AV_DNS_COMPUTER_NAME = 3,
    NTLMSSP_AV_DNS_DOMAIN_NAME = 4,
    NTLMSSP_AV_DNS_TREE_NAME = 5,
    NTLMSSP_AV_FLAGS = 6,
    NTLMSSP_AV_TIMESTAMP = 7,
    NTLMSSP_AV_SINGLE_HOST = 8,
    NTLMSSP_AV_TARGET_NAME = 9,
    NTLMSSP_AV_CHANNEL_BINDINGS = 10,
};

/* MsvAvFlags: "there is message integrity in the MIC field". */
enum { NTLMSSP_AV_FLAG_MIC = 0x2 };

struct ntlmssp_av {
    uint16_t id;
    struct span value;
};

/*
 * The next pair. NTLMSSP_OK with id NTLMSSP_AV_EOL at the end, and also where
 * the list just stops, as some clients let it; NTLMSSP_SHORT where it stops
 * within a pair.
 */
enum ntlmssp_result ntlmssp_av_next(struct reader *rd, struct ntlmssp_av *out);
/* NTLMSSP_SHORT: some pair before the end is not whole. */
enum ntlmssp_result ntlmssp_av_check(struct span list,
                                     struct ntlmssp_flaw *out_flaw);
/* The first pair of this id; false: none. */
bool ntlmssp_av_find(struct span list, uint16_t id, struct span *out_value);
/* MsvAvFlags, or 0. */
uint32_t ntlmssp_av_flags(struct span list);

/*
 * A pair as scenarios write it: "dns-domain", whose value stands elsewhere, or
 * "ID=HEX", with a value of its own. false: it is neither.
 */
bool ntlmssp_av_read(struct arena *arena, const char *word, uint16_t *out_id,
                     struct span *out_value, bool *out_own);
/* Appends a pair; NTLMSSP_AV_EOL with the empty span ends the list. */
void ntlmssp_av_add(struct buf *out, uint16_t id, struct span value);
/* The same with a text, in UTF-16LE. */
void ntlmssp_av_add_text(struct buf *out, uint16_t id, const char *utf8);

/* "MsvAvNbDomainName"; NULL: the document knows no such id. */
const char *ntlmssp_av_name(uint16_t id);
/* Whether the value of such a pair is UTF-16LE text. */
bool ntlmssp_av_is_text(uint16_t id);

/* 2.2.2.8; all spans are within the response. */
struct ntlmssp_v2_response {
    struct span proof; /* NTProofStr, 16 bytes */
    struct span temp;  /* all after it: what the proof is made over */
    uint8_t resp_type;
    uint8_t hi_resp_type;
    uint64_t timestamp;           /* FILETIME */
    struct span client_challenge; /* 8 bytes */
    struct span av_pairs;         /* may end in zeros after its EOL */
};

enum ntlmssp_result ntlmssp_decode_v2_response(struct span response,
                                               struct ntlmssp_v2_response *out,
                                               struct ntlmssp_flaw *out_flaw);
/* The `temp` of a client: reserved fields are zero. */
void ntlmssp_encode_v2_temp(struct buf *out,
                            const struct ntlmssp_v2_response *response);

#endif
