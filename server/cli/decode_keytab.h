/* Keys out of a keytab. */
#ifndef CLI_DECODE_KEYTAB_H
#define CLI_DECODE_KEYTAB_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/kcrypt.h"

enum { KEYTAB_KEYS_MAX = 1000 };

/* All keys of a file in MIT's format, in the arena. */
MUST_CHECK bool decode_keytab(struct arena *arena, const char *path,
                              struct kcrypt_key **out_keys, size_t *out_count,
                              struct err *err);

#endif
