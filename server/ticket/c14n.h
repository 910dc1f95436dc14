/* Exclusive canonical XML of one element, as signatures are made over it. */
#ifndef TICKET_C14N_H
#define TICKET_C14N_H

#include "util/arena.h"
#include "util/span.h"
#include "wire/xml.h"

/*
 * The element and all below it, without comments. method: the element whose
 * Algorithm says exclusive canonicalisation; a PrefixList in it counts. Empty:
 * libxml2 does not make it.
 */
struct span c14n_exclusive(struct arena *arena, xmlNode *element,
                           const xmlNode *method);

#endif
