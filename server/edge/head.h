/*
 * Whether the head of a request can be read in one way only (RFC 9112). What
 * the HTTP engine makes of one that cannot differs from what others make of
 * it: it may stop at a NUL, take the better of two lengths, or just hang up.
 */
#ifndef EDGE_HEAD_H
#define EDGE_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "util/span.h"

/*
 * What is wrong with a complete head, in words for the one who sent it; NULL
 * where nothing is. Folded lines are no flaw (5.2), and neither is a line that
 * ends in LF alone (2.2), a byte above 0x7f in a value, or an odd target.
 */
const char *head_flaw(struct span head);

/*
 * Moves white space behind a value in front of it. It is no part of the value
 * (RFC 9112, 5), but to libmicrohttpd it is: "chunked " is a coding that it
 * does not know, and it then waits for ever for the end of a body that the
 * edge has seen. `head`: one that head_flaw finds good, at whose end a body
 * may follow.
 */
void head_tidy(uint8_t *head, size_t size);

#endif
