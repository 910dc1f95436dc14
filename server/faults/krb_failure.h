/* A KRB-ERROR that a step asks for: what kdc-error and ap-error share. */
#ifndef FAULTS_KRB_FAILURE_H
#define FAULTS_KRB_FAILURE_H

#include "scenario/fault.h"
#include "wire/plans.h"

struct krb_failure {
    const char *code; /* a word, a name or a number */
    const char *text; /* NULL: none */
    int64_t clock;
};

#define KRB_FAILURE_AT(member)                                                 \
    .offset = offsetof(struct krb_failure, member),                            \
    .size = sizeof(((struct krb_failure *)0)->member)

/* The rows of a fault of this name; its own size is that of the struct. */
#define KRB_FAILURE_ROWS(name)                                                 \
    {{name, "error",                                                           \
      "a word (clock-skew), a name (KRB_AP_ERR_SKEW) or a number (37)"},       \
     .type = setting_text,                                                     \
     KRB_FAILURE_AT(code)},                                                    \
        {{name ".code", "error", "the same, beside " name ".text"},            \
         .type = setting_text,                                                 \
         KRB_FAILURE_AT(code)},                                                \
        {{name ".text", "text", "e-text, which some clients show"},            \
         .type = setting_text,                                                 \
         KRB_FAILURE_AT(text)},                                                \
        {{name ".clock", "duration",                                           \
          "how far the time in the error is from the real one"},               \
         .type = setting_duration,                                             \
         KRB_FAILURE_AT(clock)},                                               \
    {                                                                          \
        .info = { NULL, NULL, NULL }                                           \
    }

/* name: of the fault. */
MUST_CHECK bool krb_failure_check(const char *name,
                                  const struct krb_failure *asked,
                                  struct err *err);
/* What was checked, as a plan. */
struct krb_error_plan krb_failure_plan(const struct krb_failure *asked);

#endif
