/* target-info: the AV pairs of an NTLM challenge. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "util/duration.h"

struct target_info_params {
    const char *timestamp;
    const char *netbios_domain;
    const char *netbios_computer;
    const char *dns_domain;
    const char *dns_computer;
    const char *dns_tree;
};

#define NAME(word, member, pair)                                               \
    {                                                                          \
        {"target-info." word, "text|omit", pair},                              \
            .type = setting_ntlm_name,                                         \
            .offset = offsetof(struct target_info_params, member),             \
            .size = sizeof(const char *)                                       \
    }

static const struct setting params[] = {
    NAME("timestamp", timestamp,
         "MsvAvTimestamp: send, omit, or how far from the real time"),
    NAME("netbios-domain", netbios_domain, "MsvAvNbDomainName"),
    NAME("netbios-computer", netbios_computer, "MsvAvNbComputerName"),
    NAME("dns-domain", dns_domain, "MsvAvDnsDomainName"),
    NAME("dns-computer", dns_computer, "MsvAvDnsComputerName"),
    NAME("dns-tree", dns_tree, "MsvAvDnsTreeName"),
    {.info = {NULL, NULL, NULL}},
};

static bool is_word(const char *text)
{
    return strcmp(text, "omit") == 0 || strcmp(text, "send") == 0;
}

static bool target_info_check(const void *data, enum point at UNUSED,
                              struct err *err)
{
    static const struct target_info_params nothing;
    /* With the limit that all durations of the language have. */
    static const struct setting skew = {.type = setting_duration,
                                        .size = sizeof(int64_t)};
    const struct target_info_params *asked = data;
    int64_t by;

    if (memcmp(asked, &nothing, sizeof(nothing)) == 0) {
        return err_set(err, "expected at least one AV pair");
    }
    return !asked->timestamp || is_word(asked->timestamp) ||
           setting_duration(&skew, NULL, &by, asked->timestamp, err) ||
           err_wrap(err, "target-info.timestamp: expected send, omit or a "
                         "duration");
}

static void set_timestamp(const char *text, struct ntlm_settings *ntlm)
{
    struct err err;

    ntlm->timestamp = strcmp(text, "omit") != 0;
    ntlm->timestamp_skew = 0;
    if (!is_word(text) && !duration_parse(text, &ntlm->timestamp_skew, &err)) {
        ntlm->timestamp = false; /* never: it was checked */
    }
}

static void set_name(const char **name, const char *asked)
{
    *name = asked ? asked : *name;
}

static void target_info_plan(const void *data, struct subject *subject)
{
    const struct target_info_params *asked = data;
    struct ntlm_settings *ntlm = &subject->world->ntlm;

    if (asked->timestamp) {
        set_timestamp(asked->timestamp, ntlm);
    }
    set_name(&ntlm->netbios_domain, asked->netbios_domain);
    set_name(&ntlm->netbios_computer, asked->netbios_computer);
    set_name(&ntlm->dns_domain, asked->dns_domain);
    set_name(&ntlm->dns_computer, asked->dns_computer);
    set_name(&ntlm->dns_tree, asked->dns_tree);
}

extern const struct fault fault_target_info;
const struct fault fault_target_info = {
    .name = "target-info",
    .title = "other AV pairs in the NTLM challenge",
    .doc = "A text replaces a name, omit leaves the pair out, an empty text "
           "sends it empty. The timestamp is moved by a duration. All else "
           "that a challenge carries: see ntlm.",
    .spec = "[MS-NLMP] 2.2.2.1",
    .example = "{timestamp: omit}",
    .subjects = SUBJECT_CHALLENGE,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct target_info_params),
    .check = target_info_check,
    .plan = target_info_plan,
};
