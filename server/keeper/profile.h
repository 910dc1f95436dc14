/* What MIT's libraries and krb5kdc read of ours, and nothing else of this
 * machine: one file in the private folder. */
#ifndef KEEPER_PROFILE_H
#define KEEPER_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"

#define PROFILE_FILE "kdc.conf"
#define STASH_FILE   "stash"

/* Writes the file into the folder, for a KDC at this port. */
MUST_CHECK bool profile_write(const struct keeper_realm *realm,
                              const char *folder, uint16_t port,
                              struct err *err);

/* MIT's names of these types, a blank before each. */
void profile_add_etypes(struct buf *out, unsigned etypes);

/* Writes a whole file for this user alone; one that was there is replaced. */
MUST_CHECK bool profile_write_file(const char *path, struct span content,
                                   struct err *err);

#endif
