/* OpenSSL's reasons as our error texts, see ossl.h. */
#include "config.h"

#include "pki/ossl.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

bool ossl_err(struct err *err, const char *format, ...)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);
    char context[ERR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    err_set(err, "%s", reason ? reason : "OpenSSL gives no reason");
    ERR_clear_error();
    return err_wrap(err, "%s", context);
}

struct span ossl_span(BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    return span_of(data, size > 0 ? (size_t)size : 0);
}
