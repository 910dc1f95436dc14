/*
 * The part of DER (ITU-T X.690) that SPNEGO and Kerberos need: elements with
 * one-byte tags and definite lengths. The reader takes a length that is longer
 * than it need be, as BER allows and old clients send; the writer makes DER.
 */
#ifndef WIRE_DER_H
#define WIRE_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"

enum der_tag {
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_GENERALIZED_TIME = 0x18,
    DER_GENERAL_STRING = 0x1b,
    DER_SEQUENCE = 0x30,
    DER_APPLICATION_0 = 0x60,
    DER_CONTEXT_0 = 0xa0, /* [n] EXPLICIT is DER_CONTEXT_0 + n */
};

enum der_result {
    DER_OK,
    DER_SHORT,      /* ends within an element */
    DER_UNEXPECTED, /* another tag than the one asked for */
    DER_FORM,       /* indefinite length, or one of more than four bytes */
};

struct der {
    uint8_t tag;
    struct span content;
    struct span whole; /* with tag and length */
};

/* The next element, whatever it is. On failure rd stays where it was. */
enum der_result der_next(struct reader *rd, struct der *out);
/* The next element, which must have this tag. */
enum der_result der_expect(struct reader *rd, uint8_t tag, struct der *out);
/* The content of an INTEGER, which may be longer than it need be. False: it
 * has no bytes, or more bits than the number. */
bool der_integer(struct span content, int64_t *out_number);
/* What is wrong, in words. */
const char *der_result_text(enum der_result result);

/* Appends one element. */
void der_add(struct buf *out, uint8_t tag, struct span content);
void der_add_integer(struct buf *out, int64_t number);
/* Wraps all of buf from `start` on into one element. */
void der_wrap(struct buf *buf, size_t start, uint8_t tag);

/* Content of an OBJECT IDENTIFIER as "1.3.6.1.5.5.2"; "?" where malformed. */
char *der_oid_text(struct arena *arena, struct span oid);

#endif
