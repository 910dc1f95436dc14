/* A KRB-ERROR that a step asks for, see krb_failure.h. */
#include "config.h"

#include "faults/krb_failure.h"

#include <assert.h>
#include <string.h>

#include "util/buf.h"
#include "util/nearest.h"
#include "wire/krb_error.h"

/* e-text is one line for people; clients show less. */
enum { TEXT_MAX = 1024 };

static bool unknown(const char *name, const char *word, struct err *err)
{
    struct nearest nearest;
    AUTO_BUF list = {0};
    const char *known;

    nearest_init(&nearest, word);
    for (size_t i = 0; (known = krb_error_word_at(i)) != NULL; i++) {
        nearest_try(&nearest, span_text(known));
        buf_printf(&list, "%s%s", i ? ", " : "", known);
    }
    if (nearest.best.size) {
        return err_set(err,
                       "%s: no error of Kerberos is called \"%s\"; the nearest "
                       "is \"%s\"",
                       name, word, (const char *)nearest.best.data);
    }
    return err_set(err,
                   "%s: no error of Kerberos is called \"%s\"; there are: %s",
                   name, word, buf_text(&list));
}

bool krb_failure_check(const char *name, const struct krb_failure *asked,
                       struct err *err)
{
    int32_t code;

    if (!asked->code) {
        return err_set(err, "%s.code: expected an error such as clock-skew",
                       name);
    }
    if (!krb_error_named(asked->code, &code)) {
        return unknown(name, asked->code, err);
    }
    if (asked->text && strlen(asked->text) > TEXT_MAX) {
        return err_set(err, "%s.text: expected at most %d bytes, not %zu", name,
                       TEXT_MAX, strlen(asked->text));
    }
    return true;
}

struct krb_error_plan krb_failure_plan(const struct krb_failure *asked)
{
    int32_t code = 0;
    bool known = krb_error_named(asked->code, &code);

    assert(known);
    return (struct krb_error_plan){
        .forged = true,
        .code = code,
        .text = asked->text,
        .clock = asked->clock,
    };
}
