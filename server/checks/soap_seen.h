/*
 * What rules see of SOAP in a request: its envelope, RequestSecurityToken and
 * UsernameToken, decoded once, when the first rule asks, and gone with the run.
 */
#ifndef CHECKS_SOAP_SEEN_H
#define CHECKS_SOAP_SEEN_H

#include "checks/rule.h"
#include "wire/rst.h"
#include "wire/soap.h"
#include "wire/usertoken.h"
#include "wire/xml.h"

struct soap_seen {
    xmlDoc *doc; /* NULL: the exchange has it */
    enum xml_result xml;
    bool is_soap;     /* an envelope; what follows is filled for one alone */
    struct soap soap; /* nodes live as long as the run */
    enum rst_result result;
    struct rst rst;
    enum usertoken_flaw flaw;
    struct usertoken token;
};

/* Of a request with a body. */
const struct soap_seen *soap_seen(struct check *check);
/* The run is over. */
void soap_seen_free(struct soap_seen *seen);

/*
 * The same where the message is judged: NULL for what is no envelope, and for
 * legs of a handshake, which carry it once more and are answered 401.
 */
const struct soap_seen *soap_judged(struct check *check);
/* That of a message that is judged, and is a RequestSecurityToken. */
const struct rst *rst_judged(struct check *check);

/* Security headers, and the first of them; NULL: there is none. */
size_t soap_security_count(const struct soap_seen *seen);
const xmlNode *soap_security(const struct soap_seen *seen);

/* Where the text stands in the request's body; the text itself if it does not
 * stand there as it is. */
struct span soap_quote(const struct check *check, const char *text);

/* Is it this port of the ticket service, "/Auth"? */
bool soap_at_port(const struct check *check, const char *port);

#endif
