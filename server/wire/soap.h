/*
 * SOAP 1.1 and 1.2 envelopes with WS-Addressing (1.0 and August 2004):
 * reading, building, faults. protocol: webticket 2.3, 3.2, 6.3.
 */
#ifndef WIRE_SOAP_H
#define WIRE_SOAP_H

#include "util/arena.h"
#include "util/buf.h"
#include "wire/exchange.h"
#include "wire/xml.h"

enum soap_version {
    SOAP_1_1,
    SOAP_1_2,
};

enum soap_result {
    SOAP_OK,
    SOAP_NO_ENVELOPE,   /* the root is no Envelope of a known version */
    SOAP_NO_BODY,       /* the envelope has none */
    SOAP_TWICE,         /* more than one Header or Body */
    SOAP_STRAY_ELEMENT, /* something else in the envelope */
};

/* Texts live in the arena, nodes in the document. NULL: not there. */
struct soap {
    enum soap_version version;
    const xmlNode *header;
    const xmlNode *body;    /* the first element in Body */
    const char *addressing; /* namespace of the WS-Addressing headers */
    const char *action;     /* wsa:Action */
    const char *message_id;
    const char *to;
    const char *reply_to; /* ReplyTo/Address */
};

/* out_soap is filled for SOAP_OK alone; out_text says what is wrong. */
enum soap_result soap_decode(struct arena *arena, const xmlDoc *doc,
                             struct soap *out_soap, const char **out_text);

/* A request's envelope and what its nodes are of. */
struct soap_message {
    xmlDoc *doc;
    struct soap soap;
};

/* Leaves the envelope in the exchange, so that who judges that need not read it
 * again; takes the document, which lives until exchange_end. */
void soap_keep(struct exchange *ex, xmlDoc *doc, const struct soap *soap);
void soap_forget(struct exchange *ex);

/*
 * The action of a request: of the HTTP headers as its version has it
 * (SOAPAction, quoted or not; action= of Content-Type), else wsa:Action. NULL:
 * none of them, or empty.
 */
const char *soap_action(struct arena *arena, const struct soap *soap,
                        const struct headers *headers);

/* Content-Type of a message of this version. */
const char *soap_content_type(enum soap_version version);

/*
 * Appends an envelope up to its open Body, in the version of the request; with
 * Action and RelatesTo where the request had WS-Addressing headers.
 */
void soap_open(struct buf *out, const struct soap *request, const char *action);
void soap_close(struct buf *out);

struct soap_fault {
    const char *code_uri; /* namespace of the code */
    const char *code;     /* "FailedAuthentication" */
    const char *reason;
    const char *detail; /* markup for the detail element; NULL: no detail */
};

/*
 * A whole fault message: 1.1 with the code itself as faultcode, 1.2 with
 * Sender and the code as its Subcode.
 */
void soap_fault(struct buf *out, const struct soap *request,
                const struct soap_fault *fault);

#endif
