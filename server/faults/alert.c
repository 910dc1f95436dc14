/* alert: a TLS alert of choice in answer to the ClientHello. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "util/number.h"

struct alert_params {
    const char *name;
    bool warning;
};

static const struct setting params[] = {
    {{"alert", "alert", "a name (handshake-failure) or a number (40)"},
     .type = setting_text,
     .offset = offsetof(struct alert_params, name),
     .size = sizeof(const char *)},
    {{"alert.name", "alert", "the same, beside alert.level"},
     .type = setting_text,
     .offset = offsetof(struct alert_params, name),
     .size = sizeof(const char *)},
    {{"alert.level", "fatal|warning",
      "fatal, which ends the connection, or a warning, after which the "
      "handshake goes on"},
     .type = setting_word,
     .offset = offsetof(struct alert_params, warning),
     .size = sizeof(bool)},
    {.info = {NULL, NULL, NULL}},
};

/* RFC 8446 section 6, and those of older versions (RFC 5246 section 7.2). */
static const struct {
    const char *name;
    uint8_t number;
} alerts[] = {
    {"close-notify", 0},
    {"unexpected-message", 10},
    {"bad-record-mac", 20},
    {"record-overflow", 22},
    {"decompression-failure", 30},
    {"handshake-failure", 40},
    {"no-certificate", 41},
    {"bad-certificate", 42},
    {"unsupported-certificate", 43},
    {"certificate-revoked", 44},
    {"certificate-expired", 45},
    {"certificate-unknown", 46},
    {"illegal-parameter", 47},
    {"unknown-ca", 48},
    {"access-denied", 49},
    {"decode-error", 50},
    {"decrypt-error", 51},
    {"export-restriction", 60},
    {"protocol-version", 70},
    {"insufficient-security", 71},
    {"internal-error", 80},
    {"inappropriate-fallback", 86},
    {"user-canceled", 90},
    {"no-renegotiation", 100},
    {"missing-extension", 109},
    {"unsupported-extension", 110},
    {"unrecognized-name", 112},
    {"bad-certificate-status-response", 113},
    {"unknown-psk-identity", 115},
    {"certificate-required", 116},
    {"no-application-protocol", 120},
};

static bool read_alert(const char *name, uint8_t *out_number)
{
    uint64_t number;

    for (size_t i = 0; i < ARRAY_SIZE(alerts); i++) {
        if (strcmp(alerts[i].name, name) == 0) {
            *out_number = alerts[i].number;
            return true;
        }
    }
    if (!number_parse(name, NUMBER_DECIMAL, UINT8_MAX, &number)) {
        return false;
    }
    *out_number = (uint8_t)number;
    return true;
}

static bool alert_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct alert_params *asked = data;
    uint8_t number;

    if (!asked->name) {
        return err_set(err, "alert: expected `name` beside `level`");
    }
    return read_alert(asked->name, &number) ||
           err_set(err,
                   "alert: \"%s\" is none; expected a name of RFC 8446 6 such "
                   "as handshake-failure, protocol-version, unrecognized-name, "
                   "internal-error, or a number from 0 to 255",
                   asked->name);
}

static void alert_plan(const void *data, struct subject *subject)
{
    const struct alert_params *asked = data;
    struct alert_plan *plan = &subject->hello->alert;

    plan->send = read_alert(asked->name, &plan->number);
    plan->warning = asked->warning;
}

extern const struct fault fault_alert;
const struct fault fault_alert = {
    .name = "alert",
    .title = "a TLS alert in answer to the ClientHello",
    .doc =
        "Before anything else is sent, and so in the clear. A fatal one ends "
        "the connection; behind a warning the handshake goes on, if the "
        "client does: of TLS 1.3 clients, most take any alert for the end. "
        "Each number can be sent, whether it has a meaning or not.",
    .spec = "RFC 8446 section 6, RFC 5246 section 7.2",
    .example = "handshake-failure",
    .examples =
        (const char *const[]){"{name: close-notify, level: warning}", NULL},
    .subjects = SUBJECT_HELLO | SUBJECT_CERTIFICATE,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct alert_params),
    .check = alert_check,
    .plan = alert_plan,
};
