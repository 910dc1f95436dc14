/* ap-error: the web server refuses a ticket, whatever it is worth. */
#include "config.h"

#include "faults/krb_failure.h"

static const struct setting params[] = {KRB_FAILURE_ROWS("ap-error")};

static bool ap_error_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    return krb_failure_check("ap-error", data, err);
}

static void ap_error_plan(const void *data, struct subject *subject)
{
    subject->negotiate->error = krb_failure_plan(data);
}

extern const struct fault fault_ap_error;
const struct fault fault_ap_error = {
    .name = "ap-error",
    .title = "the web server refuses a Kerberos ticket with an error",
    .doc = "A KRB-ERROR, within a NegTokenResp that rejects, in place of the "
           "answer to an AP-REQ; the client is refused, with the reason "
           "\"forged\". Errors by a word of their own, by the name that RFC "
           "4120 has for them, or by number: clock-skew, KRB_AP_ERR_SKEW and "
           "37 are one; `lyncmock explain kerberos-errors` lists them. With "
           "krb5.clock, krb5.wrong-key and kerberos-ticket "
           "tickets are really wrong, and the error is the natural one.",
    .spec = "RFC 4120 section 3.2.3, RFC 4121 section 4.1",
    .example = "{code: clock-skew, clock: -10m}",
    .subjects = SUBJECT_AP,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct krb_failure),
    .check = ap_error_check,
    .plan = ap_error_plan,
};
