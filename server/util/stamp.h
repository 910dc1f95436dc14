/* Points in time as the protocols write them. Times are ns since 1970 UTC. */
#ifndef UTIL_STAMP_H
#define UTIL_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

/*
 * Times that a peer writes are clipped to these bounds (1823 and 2116): the
 * difference of two such times, and their sum with a lifetime, is a time.
 */
#define STAMP_MIN (-(INT64_C(1) << 62))
#define STAMP_MAX ((INT64_C(1) << 62) - 1)

/* xsd:dateTime, "2013-06-01T12:00:00Z". */
char *stamp_iso(struct arena *arena, int64_t time);
/* With milliseconds, "2013-06-01T12:00:00.000Z", as .NET writes SAML times. */
char *stamp_iso_ms(struct arena *arena, int64_t time);
/* IMF-fixdate (RFC 9110, 5.6.7), "Sat, 01 Jun 2013 12:00:00 GMT". */
char *stamp_http(struct arena *arena, int64_t time);
/*
 * Reads xsd:dateTime with a year of four digits; no zone counts as UTC, digits
 * past nanoseconds are dropped. false: not such a text, or no such day.
 */
bool stamp_parse(const char *text, int64_t *out_time);

/* FILETIME: 100 ns since 1601 (MS-DTYP 2.3.3). */
uint64_t stamp_filetime(int64_t time);
/* Clipped to the bounds. */
int64_t stamp_from_filetime(uint64_t filetime);
/* .NET ticks: 100 ns since 0001-01-01. */
uint64_t stamp_ticks(int64_t time);
/* Clipped to the bounds. */
int64_t stamp_from_ticks(uint64_t ticks);

#endif
