/* KerberosTime (RFC 4120 section 5.2.3): seconds since 1970, no parts of one.
 */
#ifndef WIRE_KRB_TIME_H
#define WIRE_KRB_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/span.h"

/* "20130601120000Z"; false: no such text, no such day, or before 1970. */
bool krb_time_parse(struct span text, int64_t *out_time);
/* Clipped to the years 1970 to 9999. */
void krb_time_add(struct buf *out, int64_t time);

#endif
