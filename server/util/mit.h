/*
 * MIT's Kerberos library as all but the probe's user want it: no krb5.conf of
 * this machine, no environment, no trace file has a say.
 */
#ifndef UTIL_MIT_H
#define UTIL_MIT_H

#include <stdbool.h>

#include <krb5.h>

#include "util/attr.h"
#include "util/err.h"

/* The caller frees with krb5_free_context. */
MUST_CHECK bool mit_context_new(krb5_context *out_context, struct err *err);
/* "what: " and the library's words for the code; context: NULL: none yet.
 * Always false. */
bool mit_fail(krb5_context context, krb5_error_code code, struct err *err,
              const char *what);

AUTO_DEFINE(krb5_context, krb5_context, krb5_free_context)

#endif
