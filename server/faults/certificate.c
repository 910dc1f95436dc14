/* certificate: another one than the world's, for one handshake. */
#include "config.h"

#include "scenario/fault.h"
#include "util/dnsname.h"

struct certificate_params {
    enum cert_profile profile;
    const char *name;
};

static const struct setting params[] = {
    {{"certificate", CERT_PROFILE_WORDS, "its profile, see certs/README.md"},
     .type = setting_word,
     .offset = offsetof(struct certificate_params, profile),
     .size = sizeof(enum cert_profile)},
    {{"certificate.profile", CERT_PROFILE_WORDS, "the same, beside the name"},
     .type = setting_word,
     .offset = offsetof(struct certificate_params, profile),
     .size = sizeof(enum cert_profile)},
    {{"certificate.name", "name",
      "the name that it is made out to, in place of the one that was asked"},
     .type = setting_text,
     .offset = offsetof(struct certificate_params, name),
     .size = sizeof(const char *)},
    {.info = {NULL, NULL, NULL}},
};

static bool certificate_check(const void *data, enum point at UNUSED,
                              struct err *err)
{
    const struct certificate_params *asked = data;

    if (asked->profile == CERT_PROFILE_PHONE) {
        return err_set(err, "the phone profile wants a CA of its own kind: set "
                            "tls.profile in `world`");
    }
    return !asked->name || dnsname_valid(asked->name) ||
           err_set(err, "certificate.name: \"%s\" is no DNS name", asked->name);
}

static void certificate_plan(const void *data, struct subject *subject)
{
    const struct certificate_params *asked = data;
    struct hello_plan *plan = subject->hello;

    plan->certificate = true;
    plan->profile = asked->profile;
    plan->name = asked->name ? arena_strdup(subject->arena, asked->name) : NULL;
}

extern const struct fault fault_certificate;
const struct fault fault_certificate = {
    .name = "certificate",
    .title = "the server shows another certificate",
    .doc = "One of this profile, for the name that was asked or another one. "
           "Channel bindings follow the certificate that is sent, and a "
           "session is resumed under no other: `tls.certificate` is not "
           "reached in those that are resumed. `good` is the usual one, where "
           "the world's profile is another. The CA is good for the world's "
           "domain and provider.test; clients refuse what it signs for other "
           "names by its constraints.",
    .spec = "RFC 5280, RFC 6125, RFC 5929 section 4",
    .example = "expired",
    .subjects = SUBJECT_CERTIFICATE,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct certificate_params),
    .check = certificate_check,
    .plan = certificate_plan,
};
