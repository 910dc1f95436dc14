/* Judges what a client signed with the key of its web ticket. */
#ifndef SERVICES_PROOF_H
#define SERVICES_PROOF_H

#include "services/service.h"

/*
 * Where the request is a SOAP message with a Signature: says in the journal
 * (ticket.proof) whether its key is the ticket's, and how it went wrong. The
 * answer is the caller's business, who has planned it.
 */
void proof_judge(struct call *call);

#endif
