/* GUIDs: text as "6f9c1a52-3a44-4f0e-9b0e-0f6f0a8d7c11", and their bytes. */
#ifndef TICKET_GUID_H
#define TICKET_GUID_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

enum { GUID_SIZE = 16 };

struct env;

/* A random one (RFC 4122, 4.4). */
char *guid_random(struct env *env, struct arena *arena);
/* The packet form of MS-DTYP 2.3.4.2: the first three fields little-endian. */
char *guid_text(struct arena *arena, const uint8_t bytes[GUID_SIZE]);
/* false: no such text. */
bool guid_parse(const char *text, uint8_t out_bytes[GUID_SIZE]);

#endif
