/*
 * Whether the head of a request can be read in one way only (RFC 9112). What
 * the HTTP engine makes of one that cannot differs from what others make of
 * it: it may stop at a NUL, take the better of two lengths, or just hang up.
 */
#ifndef EDGE_HEAD_H
#define EDGE_HEAD_H

#include "util/span.h"

/*
 * What is wrong with a complete head, in words for the one who sent it; NULL
 * where nothing is. Folded lines are no flaw (5.2), and neither is a line that
 * ends in LF alone (2.2), a byte above 0x7f in a value, or an odd target.
 */
const char *head_flaw(struct span head);

#endif
