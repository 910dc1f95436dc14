/* tls: what the server speaks in one handshake. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "world/world.h"

/* RFC 7301, 3.1: a byte tells how long it is. */
enum { ALPN_MAX = 255 };

struct tls_params {
    int minimum;
    int maximum;
    enum client_certificate client_certificate;
    bool no_resumption;
    const char *alpn;
};

static const struct setting params[] = {
    {{"tls.min", "1.0|1.1|1.2|1.3", "the oldest version spoken"},
     .type = setting_word,
     .offset = offsetof(struct tls_params, minimum),
     .size = sizeof(int),
     .first = WORLD_TLS_1_0},
    {{"tls.max", "1.0|1.1|1.2|1.3", "the newest version spoken"},
     .type = setting_word,
     .offset = offsetof(struct tls_params, maximum),
     .size = sizeof(int),
     .first = WORLD_TLS_1_0},
    {{"tls.client-certificate", "no|optional|required",
      "whether the client is asked for one; any will do, and the journal "
      "tells which"},
     .type = setting_word,
     .offset = offsetof(struct tls_params, client_certificate),
     .size = sizeof(enum client_certificate)},
    {{"tls.resumption", "accept|refuse",
      "refuse: a full handshake though the client offers a session, and the "
      "new one is not resumed either"},
     .type = setting_word,
     .offset = offsetof(struct tls_params, no_resumption),
     .size = sizeof(bool)},
    {{"tls.alpn", "protocol",
      "the one picked, offered or not (h2, http/1.1, spdy/3); refuse: alert "
      "no_application_protocol. By default none is, and a client that offers "
      "nothing hears nothing"},
     .type = setting_text,
     .offset = offsetof(struct tls_params, alpn),
     .size = sizeof(const char *)},
    {.info = {NULL, NULL, NULL}},
};

static bool tls_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct tls_params *asked = data;

    if (!asked->minimum && !asked->maximum && !asked->client_certificate &&
        !asked->no_resumption && !asked->alpn) {
        return err_set(err, "expected something that is not as usual");
    }
    if (asked->minimum && asked->maximum && asked->minimum > asked->maximum) {
        return err_set(err,
                       "tls.min is newer than tls.max: no version is left");
    }
    if (asked->alpn && (!*asked->alpn || strlen(asked->alpn) > ALPN_MAX)) {
        return err_set(err, "tls.alpn: expected 1 to %d bytes", ALPN_MAX);
    }
    return true;
}

/* One bound alone moves the other out of its way: "max: 1.1" where the world
 * begins at 1.2 means 1.0 and 1.1. */
static void plan_versions(const struct tls_params *asked,
                          struct hello_plan *plan)
{
    if (asked->minimum || asked->maximum) {
        plan->minimum = asked->minimum ? asked->minimum : WORLD_TLS_1_0;
        plan->maximum = asked->maximum ? asked->maximum : WORLD_TLS_1_0 + 3;
    }
}

static void plan_alpn(const struct tls_params *asked, struct subject *subject)
{
    struct hello_plan *plan = subject->hello;

    if (!asked->alpn) {
        return;
    }
    plan->alpn_refuse = strcmp(asked->alpn, "refuse") == 0;
    plan->alpn =
        plan->alpn_refuse ? NULL : arena_strdup(subject->arena, asked->alpn);
}

static void tls_plan(const void *data, struct subject *subject)
{
    const struct tls_params *asked = data;

    plan_versions(asked, subject->hello);
    plan_alpn(asked, subject);
    if (asked->client_certificate) {
        subject->hello->client_certificate = asked->client_certificate;
    }
    subject->hello->no_resumption |= asked->no_resumption;
}

extern const struct fault fault_tls;
const struct fault fault_tls = {
    .name = "tls",
    .title = "other TLS versions, or a wish for a client certificate",
    .doc = "In one handshake: which versions are spoken, whether the client is "
           "asked for a certificate, whether its session is resumed, what is "
           "picked of the protocols that it offers. With one of `min` and "
           "`max` alone, the other is as wide as can be. Below 1.2 weak "
           "signatures are taken, since there are no others; any kind of "
           "certificate will do.",
    .spec = "RFC 8446 section 4.2.1, RFC 7301, RFC 8996",
    .example = "{max: 1.0}",
    .subjects = SUBJECT_HELLO,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct tls_params),
    .check = tls_check,
    .plan = tls_plan,
};
