/*
 * The three messages of NTLM ([MS-NLMP] 2.2.1): what was on the wire, field
 * by field. Decoders judge, and say where and why; encoders write what they
 * are told, be it legal or not.
 *
 * A message is a fixed part followed by a payload; a field of the fixed part
 * tells length and offset of its piece of payload. The end of the fixed part
 * is optional (version, MIC), and nothing says whether it is there but the
 * lowest offset in use. So do real clients: curl sends a NEGOTIATE of 32 bytes
 * and an AUTHENTICATE without version, others leave out the MIC alone.
 */
#ifndef WIRE_NTLMSSP_H
#define WIRE_NTLMSSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"

enum {
    NTLMSSP_CHALLENGE_SIZE = 8,
    NTLMSSP_MIC_SIZE = 16,
    NTLMSSP_MIC_OFFSET = 72, /* in AUTHENTICATE, 2.2.1.3 */
    /* Sizes of the fixed parts with everything optional in them. */
    NTLMSSP_NEGOTIATE_FIXED = 40,
    NTLMSSP_CHALLENGE_FIXED = 56,
    NTLMSSP_CHALLENGE_SHORT = 32, /* nothing optional in it */
    NTLMSSP_AUTHENTICATE_FIXED = 88,
};

enum ntlmssp_type {
    NTLMSSP_NONE = 0, /* no NTLM message at all */
    NTLMSSP_NEGOTIATE = 1,
    NTLMSSP_CHALLENGE = 2,
    NTLMSSP_AUTHENTICATE = 3,
};

/* 2.2.2.5, the bits that have a name. */
enum ntlmssp_flag {
    NTLMSSP_UNICODE = 1u << 0,
    NTLMSSP_OEM = 1u << 1,
    NTLMSSP_REQUEST_TARGET = 1u << 2,
    NTLMSSP_SIGN = 1u << 4,
    NTLMSSP_SEAL = 1u << 5,
    NTLMSSP_DATAGRAM = 1u << 6,
    NTLMSSP_LM_KEY = 1u << 7,
    NTLMSSP_NTLM = 1u << 9,
    NTLMSSP_ANONYMOUS = 1u << 11,
    NTLMSSP_OEM_DOMAIN_SUPPLIED = 1u << 12,
    NTLMSSP_OEM_WORKSTATION_SUPPLIED = 1u << 13,
    NTLMSSP_ALWAYS_SIGN = 1u << 15,
    NTLMSSP_TARGET_TYPE_DOMAIN = 1u << 16,
    NTLMSSP_TARGET_TYPE_SERVER = 1u << 17,
    NTLMSSP_ESS = 1u << 19, /* EXTENDED_SESSIONSECURITY */
    NTLMSSP_IDENTIFY = 1u << 20,
    NTLMSSP_NON_NT_SESSION_KEY = 1u << 22,
    NTLMSSP_TARGET_INFO = 1u << 23,
    NTLMSSP_VERSION = 1u << 25,
    NTLMSSP_128 = 1u << 29,
    NTLMSSP_KEY_EXCH = 1u << 30,
    NTLMSSP_56 = 1u << 31,
};

enum ntlmssp_result {
    NTLMSSP_OK,
    NTLMSSP_NO_SIGNATURE,  /* does not begin with "NTLMSSP" and a NUL */
    NTLMSSP_WRONG_TYPE,    /* another message than the one asked for */
    NTLMSSP_SHORT,         /* ends before what must be there */
    NTLMSSP_OUT_OF_BOUNDS, /* a field points outside the payload */
};

/* Where a message is wrong, and what with. */
struct ntlmssp_flaw {
    size_t offset;
    const char *field; /* the document's name, "DomainNameFields" */
    const char *why;
};

struct ntlmssp_field {
    uint16_t length;
    uint16_t max_length;
    uint32_t offset;
    struct span bytes; /* decoded: within the message */
};

/* 2.2.2.10; says nothing to the protocol. */
struct ntlmssp_version {
    uint8_t major;
    uint8_t minor;
    uint16_t build;
    uint8_t reserved[3];
    uint8_t revision;
};

struct ntlmssp_negotiate {
    uint32_t flags;
    bool has_fields;
    struct ntlmssp_field domain; /* OEM */
    struct ntlmssp_field workstation;
    bool has_version;
    struct ntlmssp_version version;
};

struct ntlmssp_challenge {
    struct ntlmssp_field target_name;
    uint32_t flags;
    uint8_t server_challenge[NTLMSSP_CHALLENGE_SIZE];
    bool has_target_info; /* and `reserved` before it */
    uint8_t reserved[8];
    struct ntlmssp_field target_info;
    bool has_version;
    struct ntlmssp_version version;
};

struct ntlmssp_authenticate {
    struct ntlmssp_field lm_response;
    struct ntlmssp_field nt_response;
    struct ntlmssp_field domain;
    struct ntlmssp_field user;
    struct ntlmssp_field workstation;
    bool has_session_key;
    struct ntlmssp_field session_key; /* EncryptedRandomSessionKey */
    bool has_flags;
    uint32_t flags;
    bool has_version;
    struct ntlmssp_version version;
    bool has_mic;
    uint8_t mic[NTLMSSP_MIC_SIZE];
};

/* By signature and MessageType alone. */
enum ntlmssp_type ntlmssp_type_of(struct span message);

enum ntlmssp_result ntlmssp_decode_negotiate(struct span message,
                                             struct ntlmssp_negotiate *out,
                                             struct ntlmssp_flaw *out_flaw);
enum ntlmssp_result ntlmssp_decode_challenge(struct span message,
                                             struct ntlmssp_challenge *out,
                                             struct ntlmssp_flaw *out_flaw);
enum ntlmssp_result
ntlmssp_decode_authenticate(struct span message,
                            struct ntlmssp_authenticate *out,
                            struct ntlmssp_flaw *out_flaw);

/*
 * Append a message: the fixed part as far as the has_ members say, then the
 * bytes of each field at its offset, with zeros in gaps. Lengths and offsets
 * are written as they stand, whether they fit the bytes or not.
 */
void ntlmssp_encode_negotiate(struct buf *out,
                              const struct ntlmssp_negotiate *message);
void ntlmssp_encode_challenge(struct buf *out,
                              const struct ntlmssp_challenge *message);
void ntlmssp_encode_authenticate(struct buf *out,
                                 const struct ntlmssp_authenticate *message);

/* An honest field: these bytes, at *at, which moves behind them. */
void ntlmssp_field_set(struct ntlmssp_field *field, struct span bytes,
                       size_t *at);

/* A string of a message as UTF-8: UTF-16LE, or OEM. */
char *ntlmssp_text(struct arena *arena, struct span bytes, bool unicode);

/* "NTLMSSP_NEGOTIATE_UNICODE" for bit 0; NULL: the bit has no name. */
const char *ntlmssp_flag_name(unsigned bit);
/* "UNICODE NTLM 56 ...", in the order of the bits, prefixes left out. */
char *ntlmssp_flags_text(struct arena *arena, uint32_t flags);
/* "6.3.9600 revision 15" */
char *ntlmssp_version_text(struct arena *arena,
                           const struct ntlmssp_version *version);

#endif
