/* kdc-error: the KDC says no. */
#include "config.h"

#include "faults/krb_failure.h"

static const struct setting params[] = {KRB_FAILURE_ROWS("kdc-error")};

static bool kdc_error_check(const void *data, enum point at UNUSED,
                            struct err *err)
{
    return krb_failure_check("kdc-error", data, err);
}

static void kdc_error_plan(const void *data, struct subject *subject)
{
    subject->kdc->error = krb_failure_plan(data);
}

extern const struct fault fault_kdc_error;
const struct fault fault_kdc_error = {
    .name = "kdc-error",
    .title = "the KDC answers with an error",
    .doc = "A KRB-ERROR in place of the KDC's answer; the KDC itself is not "
           "asked, and counts no wrong password. Errors by a word of their "
           "own, by the name that RFC 4120 has for them, or by number: "
           "s-principal-unknown, KDC_ERR_S_PRINCIPAL_UNKNOWN and 7 are one; "
           "`lyncmock explain kerberos-errors` lists them. For "
           "what an account can bring about by itself (disabled, locked, "
           "expired ...) users have a state, and hosts whose SPN is missing "
           "stand in krb5.unregistered: then each side sees all of it.",
    .spec = "RFC 4120 sections 5.9.1, 7.5.9",
    .example = "{code: s-principal-unknown, text: no such SPN}",
    .subjects = SUBJECT_KDC,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct krb_failure),
    .whole = true,
    .check = kdc_error_check,
    .plan = kdc_error_plan,
};
