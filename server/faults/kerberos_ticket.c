/* kerberos-ticket: the KDC hands out a ticket that is not as it should be. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "util/utf.h"

enum { NAME_MAX_BYTES = 1024 };

struct ticket_params {
    unsigned padding;
    unsigned key;
    unsigned kvno;
    int64_t starts;
    int64_t ends;
    const char *name;
    bool kvno_given;
    bool starts_given;
    bool ends_given;
};

#define AT(member)                                                             \
    .offset = offsetof(struct ticket_params, member),                          \
    .size = sizeof(((struct ticket_params *)0)->member)
#define GIVEN(member) .given = offsetof(struct ticket_params, member)

static const struct setting params[] = {
    {{"kerberos-ticket.padding", "bytes",
      "authorization data, as of a user in many groups; at most 1MiB"},
     .type = setting_bytes,
     AT(padding)},
    {{"kerberos-ticket.key", "wrong",
      "encrypted with a key that the service does not have"},
     .type = setting_word,
     AT(key),
     .first = 1},
    {{"kerberos-ticket.kvno", "number", "the version of the key that it names"},
     .type = setting_count,
     AT(kvno),
     GIVEN(kvno_given)},
    {{"kerberos-ticket.starts", "duration", "starttime, from now"},
     .type = setting_duration,
     AT(starts),
     GIVEN(starts_given)},
    {{"kerberos-ticket.ends", "duration",
      "endtime, from now; below zero: it has expired"},
     .type = setting_duration,
     AT(ends),
     GIVEN(ends_given)},
    {{"kerberos-ticket.name", "text",
      "the service that it names, such as HTTP/lyncweb.contoso.test"},
     .type = setting_text,
     AT(name)},
    {.info = {NULL, NULL, NULL}},
};

static bool check_name(const char *name, struct err *err)
{
    if (!*name || strlen(name) > NAME_MAX_BYTES || strchr(name, '@')) {
        return err_set(err,
                       "kerberos-ticket.name: expected a service without its "
                       "realm, such as HTTP/lyncweb.contoso.test, not \"%s\"",
                       name);
    }
    return true;
}

static bool ticket_check(const void *data, enum point at, struct err *err)
{
    const struct ticket_params *asked = data;

    if (at == POINT_KDC_ERROR) {
        return err_set(err, "no ticket comes of %s; say it at %s",
                       point_info(at)->name, point_info(POINT_KDC_AS)->name);
    }

    if (!asked->padding && !asked->key && !asked->kvno_given &&
        !asked->starts_given && !asked->ends_given && !asked->name) {
        return err_set(err, "expected at least one of padding, key, kvno, "
                            "starts, ends and name, and padding above 0");
    }
    if (asked->kvno_given && asked->kvno == 0) {
        return err_set(err, "kerberos-ticket.kvno: expected a number from 1");
    }
    return !asked->name || check_name(asked->name, err);
}

/* The plan has 0 for "as it is". */
static int64_t from_now(int64_t by)
{
    return by ? by : 1;
}

static void ticket_plan(const void *data, struct subject *subject)
{
    const struct ticket_params *asked = data;
    struct kdc_ticket_plan *plan = &subject->kdc->ticket;

    plan->changed = true;
    plan->padding = asked->padding ? asked->padding : plan->padding;
    plan->wrong_key = asked->key || plan->wrong_key;
    plan->kvno = asked->kvno_given ? (int32_t)asked->kvno : plan->kvno;
    plan->starts = asked->starts_given ? from_now(asked->starts) : plan->starts;
    plan->ends = asked->ends_given ? from_now(asked->ends) : plan->ends;
    plan->name = asked->name ? asked->name : plan->name;
}

extern const struct fault fault_kerberos_ticket;
const struct fault fault_kerberos_ticket = {
    .name = "kerberos-ticket",
    .title = "the KDC hands out a ticket that is not as it should be",
    .doc = "The ticket within the KDC's good answer is changed; what the "
           "client can read of the answer stays true, so that it takes the "
           "ticket for a good one and shows it to the service, which finds "
           "what is wrong. At kdc.tgs that is the web server, at kdc.as the "
           "KDC itself. The name alone a client can compare; MIT's does.",
    .spec = "RFC 4120 section 5.3",
    .example = "{padding: 48KiB}",
    .subjects = SUBJECT_KDC,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct ticket_params),
    .check = ticket_check,
    .plan = ticket_plan,
};
