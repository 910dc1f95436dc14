/*
 * Walks the ASN.1 of Kerberos (RFC 4120 section 5 and appendix A) in place.
 * The first flaw stays with its place; whatever is read after it is nothing.
 * Members that are not known are passed over, since later documents add such
 * (5.1.4); what is known must stand in its order, once.
 */
#ifndef WIRE_KRB_WALK_H
#define WIRE_KRB_WALK_H

#include "wire/krb.h"

enum {
    KRB_WALK_DEPTH = 8, /* SEQUENCEs within each other; none has as many */
    KRB_APPLICATION_0 = 0x60,
    KRB_PVNO = 5, /* of all messages and of tickets */
};

/* RFC 4120 appendix A: application tags of what is no message. */
enum {
    KRB_TICKET_TAG = 1,
    KRB_AUTHENTICATOR_TAG = 2,
    KRB_TICKET_PART_TAG = 3,
    KRB_AP_REP_PART_TAG = 27,
};

struct krb_walk {
    const uint8_t *start;
    size_t offset;                    /* of the element looked at last */
    const char *path[KRB_WALK_DEPTH]; /* of members; the first: the message */
    size_t depth;
    bool failed;
    struct krb_flaw flaw;
};

/* A SEQUENCE whose members are tagged. */
struct krb_seq {
    struct reader rd;
    int last; /* the tag of the member before */
};

/* what: the name of all that is in the input. */
struct krb_walk krb_walk_init(struct span input, const char *what);
/* A flaw of what was looked at last. */
void krb_walk_fail(struct krb_walk *w, const char *why);
/* True: there was no flaw. */
bool krb_walk_end(const struct krb_walk *w, struct krb_flaw *out_flaw);

/* Content of the element that these bytes are, which has this tag. Behind the
 * outermost alone more may follow: old ciphers pad. */
struct span krb_value(struct krb_walk *w, struct span bytes, uint8_t tag);

/* The SEQUENCE that these bytes are. */
struct krb_seq krb_open(struct krb_walk *w, struct span bytes);
/* [APPLICATION number] SEQUENCE */
struct krb_seq krb_open_message(struct krb_walk *w, struct span bytes,
                                int number);
/* What is left has no names, but must be elements. */
void krb_close(struct krb_walk *w, struct krb_seq *seq);

/* What is within the tag [number]. False: the member is absent. */
bool krb_optional(struct krb_walk *w, struct krb_seq *seq, int number,
                  const char *field, struct span *out);
struct span krb_required(struct krb_walk *w, struct krb_seq *seq, int number,
                         const char *field);
/* An element of SEQUENCE OF, whole; false: there are no more. */
bool krb_item(struct krb_walk *w, struct reader *list, struct span *out);

/* Values: what is within a member's tag. */
int32_t krb_int32(struct krb_walk *w, struct span value);
/* Negative numbers count as their bits: so do old clients encode them. */
uint32_t krb_uint32(struct krb_walk *w, struct span value);
/* 5.2.4 Microseconds */
int32_t krb_microseconds(struct krb_walk *w, struct span value);
/* pvno and msg-type: can be nothing but this. */
void krb_constant(struct krb_walk *w, struct span value, int32_t number);
/* 5.2.8 KerberosFlags: the first 32, the first of all the highest. */
uint32_t krb_flags(struct krb_walk *w, struct span value);
/* 5.2.3 KerberosTime */
int64_t krb_time(struct krb_walk *w, struct span value);
/* 5.2.1 KerberosString, Realm */
struct span krb_string(struct krb_walk *w, struct span value);
struct span krb_octets(struct krb_walk *w, struct span value);

/* What messages have in common; leaves the realm alone. */
void krb_read_name(struct krb_walk *w, struct span value, struct krb_name *out);
void krb_read_encrypted(struct krb_walk *w, struct span value,
                        struct krb_encrypted *out);
/* EncryptionKey, Checksum, an element of AuthorizationData. */
struct krb_block krb_read_block(struct krb_walk *w, struct span value);
/* Judges a SEQUENCE OF those; returns it, whole. */
struct span krb_read_blocks(struct krb_walk *w, struct span value);
void krb_read_ticket(struct krb_walk *w, struct span value,
                     struct krb_ticket *out);
void krb_read_padata(struct krb_walk *w, struct span value,
                     struct krb_padata_list *out);

#endif
