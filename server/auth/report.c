/* What a sign-in showed of itself, see report.h. */
#include "config.h"

#include "auth/report.h"

const char *auth_binding_text(enum auth_binding binding)
{
    switch (binding) {
    case AUTH_BINDING_NOT_CHECKED:
        return "not checked";
    case AUTH_BINDING_ABSENT:
        return "absent";
    case AUTH_BINDING_MATCHED:
        return "matched";
    case AUTH_BINDING_MISMATCHED:
        return "mismatched";
    }
    return "?";
}

const char *auth_mic_text(enum auth_mic mic)
{
    switch (mic) {
    case AUTH_MIC_ABSENT:
        return "absent";
    case AUTH_MIC_UNANNOUNCED:
        return "not announced, not verified";
    case AUTH_MIC_VERIFIED:
        return "verified";
    case AUTH_MIC_WRONG:
        return "wrong";
    }
    return "?";
}

const char *auth_timestamp_text(enum auth_timestamp timestamp)
{
    switch (timestamp) {
    case AUTH_TIMESTAMP_NONE:
        return "none";
    case AUTH_TIMESTAMP_ECHOED:
        return "echoed";
    case AUTH_TIMESTAMP_OWN:
        return "own";
    }
    return "?";
}

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

struct auth_report auth_report_copy(struct arena *arena,
                                    const struct auth_report *report)
{
    struct auth_report own = *report;

    own.domain = copy(arena, report->domain);
    own.name = copy(arena, report->name);
    own.workstation = copy(arena, report->workstation);
    own.spn = copy(arena, report->spn);
    own.krb5.client = copy(arena, report->krb5.client);
    return own;
}
