/*
 * Kerberos messages (RFC 4120 section 5) and what carries them: GSS-API's
 * token (RFC 4121 section 4.1) and the KDC proxy's message (MS-KKDCP 2.2.2).
 * Decoders judge and borrow: spans and texts point into the input. Encoders
 * write what they are told. Nothing here encrypts or decrypts; texts of the
 * peer's are counted, not ended by NUL, and may hold any byte.
 */
#ifndef WIRE_KRB_H
#define WIRE_KRB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"

enum {
    KRB_COMPONENTS_MAX = 8, /* of a name; real ones have three at most */
    KRB_ETYPES_MAX = 32,    /* of one request */
    KRB_PADATA_MAX = 16,
    KRB_AUTHDATA_MAX = 16,        /* elements of one AuthorizationData */
    KRB_FIELD_MAX = 64,           /* of the name of a flaw's field */
    KRB_GSS_CHECKSUM = 0x8003,    /* RFC 4121 section 4.1.1: its type */
    KRB_MESSAGE_MAX = 128 * 1024, /* of one message, tickets and all */
    KRB_LENGTH_SIZE = 4,          /* RFC 4120 section 7.2.2: in front of one */
};

/* RFC 4120 section 7.5.7, by their application tags. */
enum krb_message {
    KRB_NONE = 0,
    KRB_AS_REQ = 10,
    KRB_AS_REP = 11,
    KRB_TGS_REQ = 12,
    KRB_TGS_REP = 13,
    KRB_AP_REQ = 14,
    KRB_AP_REP = 15,
    KRB_ERROR = 30,
};

/* Where and why a message is none. */
struct krb_flaw {
    size_t offset;
    char field[KRB_FIELD_MAX]; /* the RFC's names: "req-body.sname" */
    const char *why;
};

/* 6.2: name types. */
enum krb_name_type {
    KRB_NT_PRINCIPAL = 1,
    KRB_NT_SRV_INST = 2,
    KRB_NT_ENTERPRISE = 10,
};

/* 7.5.2: types of pre-authentication data that somebody here looks at. */
enum krb_padata_type {
    KRB_PA_TGS_REQ = 1,
    KRB_PA_ENC_TIMESTAMP = 2,
    KRB_PA_PK_AS_REQ = 16, /* RFC 4556 */
    KRB_PA_FX_FAST = 136,  /* RFC 6113 */
    KRB_PA_ENCRYPTED_CHALLENGE = 138,
    KRB_PA_SPAKE = 151, /* RFC 9588 */
};

/* 5.2.6, 7.5.4: the same of authorization data. */
enum krb_authdata_type {
    KRB_AD_IF_RELEVANT = 1,
    KRB_AD_TOKEN_RESTRICTIONS = 141, /* [MS-KILE] 2.2.6 */
    KRB_AD_AP_OPTIONS = 143, /* [MS-KILE] 3.2.5.8: four bytes, little-endian */
};

enum {
    KRB_TICKET_INVALID = 0x01000000,     /* 5.3, flag 7 */
    KRB_AP_MUTUAL_REQUIRED = 0x20000000, /* 5.5.1, option 2 */
};

/* RFC 4121 section 4.1.1.1, RFC 4757 section 7.1 */
enum krb_gss_flag {
    KRB_GSS_DELEG = 1,
    KRB_GSS_MUTUAL = 2,
    KRB_GSS_DCE_STYLE = 0x1000,
};

/* 5.2.2 PrincipalName, and the realm that goes with it (empty: none). */
struct krb_name {
    int32_t type;
    struct span components[KRB_COMPONENTS_MAX];
    size_t count; /* 0: the name is absent */
    struct span realm;
};

/* 5.2.9 EncryptedData */
struct krb_encrypted {
    int32_t etype;
    bool has_kvno;
    uint32_t kvno;
    struct span cipher;
};

/* 5.2.9 EncryptionKey, 5.2.9 Checksum */
struct krb_block {
    int32_t type;
    struct span bytes;
};

/* 5.3 Ticket */
struct krb_ticket {
    struct krb_name service; /* with its realm */
    struct krb_encrypted enc_part;
    struct span whole; /* with tag and length */
};

/* 5.3 EncTicketPart, decrypted. Times in s since 1970. */
struct krb_ticket_part {
    uint32_t flags; /* bit 0 of the document is the highest */
    struct krb_block key;
    struct krb_name client;
    int64_t auth_time;
    bool has_start_time;
    int64_t start_time;
    int64_t end_time;
    bool has_renew_till;
    int64_t renew_till;
    /* What is within [4], [9], [10]: a SEQUENCE, whole; empty: none. */
    struct span transited;
    struct span addresses;
    struct span authorization_data;
};

/* 5.5.1 Authenticator, decrypted. */
struct krb_authenticator {
    struct krb_name client;
    bool has_checksum;
    struct krb_block checksum;
    int64_t client_time; /* s */
    int32_t cusec;
    bool has_subkey;
    struct krb_block subkey;
    bool has_sequence;
    uint32_t sequence;
    struct span authorization_data; /* as in the ticket */
};

/* RFC 4121 section 4.1.1: the checksum 0x8003 within an authenticator. */
struct krb_gss_checksum {
    struct span bindings;  /* 16 bytes; all zero: none were given */
    uint32_t flags;        /* enum krb_gss_flag */
    struct span delegated; /* KRB-CRED; empty: none */
};

/* 5.2.6 AuthorizationData: types and what is in them. */
struct krb_authdata {
    struct krb_block items[KRB_AUTHDATA_MAX];
    size_t count;
};

/* 5.5.1 AP-REQ */
struct krb_ap_req {
    uint32_t options; /* KRB_AP_MUTUAL_REQUIRED ... */
    struct krb_ticket ticket;
    struct krb_encrypted authenticator;
};

/* 5.5.2 EncAPRepPart, to be encrypted. */
struct krb_ap_rep_part {
    int64_t client_time; /* s */
    int32_t cusec;
    bool has_subkey;
    struct krb_block subkey;
    uint32_t sequence;
};

struct krb_padata {
    int32_t type;
    struct span value;
};

/* 5.2.7, also METHOD-DATA (5.9.1) */
struct krb_padata_list {
    struct krb_padata items[KRB_PADATA_MAX];
    size_t count;
};

/* 5.4.1 KDC-REQ and KDC-REQ-BODY */
struct krb_kdc_req {
    enum krb_message type; /* KRB_AS_REQ, KRB_TGS_REQ */
    struct krb_padata_list padata;
    struct span body; /* KDC-REQ-BODY, whole: what checksums cover */
    uint32_t options;
    struct krb_name client;  /* count 0 in a TGS-REQ */
    struct krb_name service; /* its realm is that of the request */
    int64_t till;            /* 0: as long as may be */
    uint32_t nonce;
    int32_t etypes[KRB_ETYPES_MAX];
    size_t etype_count;
};

/* 5.4.2 KDC-REP */
struct krb_kdc_rep {
    enum krb_message type;
    struct krb_padata_list padata;
    struct krb_name client;
    struct krb_ticket ticket;
    struct krb_encrypted enc_part;
    struct span ticket_place; /* [5], whole: what another one would replace */
};

/* 5.9.1 KRB-ERROR */
struct krb_error {
    int32_t code;
    int64_t server_time; /* s */
    int32_t susec;
    bool has_client_time;
    int64_t client_time;
    int32_t cusec;           /* 0: none */
    struct krb_name client;  /* count 0: none */
    struct krb_name service; /* always there, with its realm */
    struct span text;        /* e-text; empty: none */
    struct span data;        /* e-data; empty: none */
};

/* RFC 4121 section 4.1: the two bytes in front of the message. */
enum krb_token_id {
    KRB_TOKEN_AP_REQ = 0x0100,
    KRB_TOKEN_AP_REP = 0x0200,
    KRB_TOKEN_ERROR = 0x0300,
};

struct krb_gss_token {
    struct span oid; /* content */
    unsigned id;     /* enum krb_token_id, or any number */
    struct span message;
};

/* MS-KKDCP 2.2.2 KDC-PROXY-MESSAGE. */
struct krb_proxy_message {
    struct span message; /* behind its four bytes of length */
    struct span realm;   /* target-domain; empty: none */
};

/* The length in front of a message over TCP, which the bytes have. */
uint32_t krb_length(struct span bytes);
/* Which message this is by its first byte; KRB_NONE: none of those. */
enum krb_message krb_kind_of(struct span message);
/* "AS-REQ"; NULL: no such message. */
const char *krb_message_name(enum krb_message message);

bool krb_decode_kdc_req(struct span message, struct krb_kdc_req *out,
                        struct krb_flaw *out_flaw);
bool krb_decode_kdc_rep(struct span message, struct krb_kdc_rep *out,
                        struct krb_flaw *out_flaw);
bool krb_decode_ap_req(struct span message, struct krb_ap_req *out,
                       struct krb_flaw *out_flaw);
/* Of an AP-REP all is encrypted. */
bool krb_decode_ap_rep(struct span message, struct krb_encrypted *out,
                       struct krb_flaw *out_flaw);
bool krb_decode_error(struct span message, struct krb_error *out,
                      struct krb_flaw *out_flaw);
bool krb_decode_ticket(struct span ticket, struct krb_ticket *out,
                       struct krb_flaw *out_flaw);
/* What follows the element (padding of old ciphers) is left alone. */
bool krb_decode_ticket_part(struct span plain, struct krb_ticket_part *out,
                            struct krb_flaw *out_flaw);
bool krb_decode_authenticator(struct span plain, struct krb_authenticator *out,
                              struct krb_flaw *out_flaw);
/* What authorization_data holds. */
bool krb_decode_authdata(struct span list, struct krb_authdata *out,
                         struct krb_flaw *out_flaw);
/* The e-data of KDC_ERR_PREAUTH_REQUIRED. */
bool krb_decode_method_data(struct span data, struct krb_padata_list *out,
                            struct krb_flaw *out_flaw);
/* False: not of this form; the field is then of another mechanism. */
bool krb_decode_gss_checksum(struct span checksum,
                             struct krb_gss_checksum *out);
bool krb_decode_gss_token(struct span token, struct krb_gss_token *out,
                          struct krb_flaw *out_flaw);
bool krb_decode_proxy_message(struct span message,
                              struct krb_proxy_message *out,
                              struct krb_flaw *out_flaw);

/* Sets stime and susec; ns since 1970. */
void krb_error_set_time(struct krb_error *error, int64_t time);
void krb_encode_error(struct buf *out, const struct krb_error *error);
void krb_encode_ticket(struct buf *out, const struct krb_ticket *ticket);
void krb_encode_ticket_part(struct buf *out,
                            const struct krb_ticket_part *part);
void krb_encode_authdata(struct buf *out, const struct krb_authdata *list);
void krb_encode_ap_rep(struct buf *out, const struct krb_encrypted *part);
void krb_encode_ap_rep_part(struct buf *out,
                            const struct krb_ap_rep_part *part);
/* The reply with another ticket in place of the one it has. */
void krb_encode_kdc_rep_with(struct buf *out, struct span reply,
                             const struct krb_kdc_rep *decoded,
                             struct span ticket);
/* oid: content; id and message behind it. */
void krb_encode_gss_token(struct buf *out, struct span oid, unsigned id,
                          struct span message);
void krb_encode_proxy_message(struct buf *out, struct span message);

/* ---- Names and numbers for people (krb_text.c) ---- */

/* "HTTP/lyncweb.contoso.test@CONTOSO.TEST", quoted as MIT's tools do (RFC 1964
 * section 2.1.3); control characters as "\x07". */
char *krb_name_text(struct arena *arena, const struct krb_name *name);
/* The same without the realm. */
char *krb_name_short(struct arena *arena, const struct krb_name *name);
/* "2013-06-01T12:00:00Z", of s since 1970. */
char *krb_time_text(struct arena *arena, int64_t time);
/* NULL: the number has no name. */
const char *krb_etype_name(int32_t etype);    /* "rc4-hmac" */
const char *krb_checksum_name(int32_t type);  /* "gss-api" */
const char *krb_padata_name(int32_t type);    /* "PA-ENC-TIMESTAMP" */
const char *krb_authdata_name(int32_t type);  /* "AD-WIN2K-PAC" */
const char *krb_name_type_name(int32_t type); /* "NT-SRV-INST" */
/* Bits are counted as RFC 4120 does: bit 0 is the highest. */
const char *krb_ticket_flag_name(unsigned bit); /* "forwardable" */
const char *krb_kdc_option_name(unsigned bit);  /* "canonicalize" */
const char *krb_ap_option_name(unsigned bit);   /* "mutual-required" */
/* Here bit 0 is the lowest, as in RFC 4121 section 4.1.1.1. */
const char *krb_gss_flag_name(unsigned bit); /* "mutual" */

#endif
