/* MIT's Kerberos library, see mit.h. */
#include "config.h"

#include "util/mit.h"

#include <profile.h>

bool mit_fail(krb5_context context, krb5_error_code code, struct err *err,
              const char *what)
{
    const char *text = krb5_get_error_message(context, code);

    err_set(err, "%s: %s", what, text);
    krb5_free_error_message(context, text);
    return false;
}

bool mit_context_new(krb5_context *out_context, struct err *err)
{
    profile_t nothing = NULL;
    krb5_context context = NULL;
    krb5_error_code code = (krb5_error_code)profile_init(NULL, &nothing);

    if (!code) {
        /* An empty profile: KRB5_CONFIG and krb5.conf are not looked for.
         * Secure: nor is KRB5_TRACE, which would make a file. */
        code = krb5_init_context_profile(nothing, KRB5_INIT_CONTEXT_SECURE,
                                         &context);
        profile_release(nothing);
    }
    if (code) {
        return mit_fail(NULL, code, err, "MIT Kerberos gives no context");
    }
    *out_context = context;
    return true;
}
