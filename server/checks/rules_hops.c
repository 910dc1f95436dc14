/* Rules of fields that are for one hop, or tell where a client was: RFC 9110
 * sections 7.6.1, 7.8, 10.1.3 and 10.1.4. */
#include "config.h"

#include <strings.h>

#include "checks/http_seen.h"
#include "checks/rule.h"

/* ---- Connection ---- */

static bool needs_option(struct check *check, enum field field,
                         const char *name)
{
    const struct http_seen *seen = http_seen(check);

    if (!http_has(seen, field)) {
        return false;
    }
    if (!http_lists(seen->values[FIELD_CONNECTION], name)) {
        check_breach(check, name, span_text(seen->values[field]),
                     "%s holds for one hop: \"Connection: %s\" says so to "
                     "proxies",
                     name, name);
    }
    return true;
}

static bool check_te(struct check *check)
{
    return needs_option(check, FIELD_TE, "TE");
}

static bool check_upgrade(struct check *check)
{
    return needs_option(check, FIELD_UPGRADE, "Upgrade");
}

static bool check_options(struct check *check)
{
    static const char *const lasting[] = {
        "Cache-Control", "Host",       "Authorization", "Content-Length",
        "Content-Type",  "User-Agent", "X-MS-WebTicket"};
    const char *value = http_seen(check)->values[FIELD_CONNECTION];

    for (size_t i = 0; value && i < ARRAY_SIZE(lasting); i++) {
        if (http_lists(value, lasting[i])) {
            check_breach(check, "Connection", span_text(value),
                         "%s is for the server; named here, the first proxy "
                         "takes it away",
                         lasting[i]);
        }
    }
    return value != NULL;
}

/* ---- Referer ---- */

static bool check_referer_parts(struct check *check)
{
    const char *value = http_seen(check)->values[FIELD_REFERER];
    const char *authority = value ? strstr(value, "//") : NULL;
    size_t size = authority ? strcspn(authority + 2, "/?#") : 0;

    if (!value) {
        return false;
    }
    if (strchr(value, '#') || (authority && memchr(authority + 2, '@', size))) {
        check_breach(check, "Referer", span_text(value),
                     "neither a fragment nor user and password of a URL are "
                     "told in Referer");
    }
    return true;
}

static bool check_referer_secure(struct check *check)
{
    const char *value = http_seen(check)->values[FIELD_REFERER];

    if (value && strncasecmp(value, "https:", 6) == 0) {
        check_breach(check, "Referer", span_text(value),
                     "where a client was within TLS is not told without it");
    }
    return value != NULL;
}

extern const struct rule rules_hops[];
const struct rule rules_hops[] = {
    {
        .id = "HT-020",
        .level = FINDING_MUST,
        .title = "TE is named in Connection",
        .section = "RFC 9110 section 10.1.4",
        .doc = "A sender of TE must also send TE as an option in Connection, "
               "so that a proxy that does not know it passes it on to nobody.",
        .good = "TE: trailers and Connection: TE",
        .bad = "TE: trailers",
        .on = TRAIT_HTTP,
        .check = check_te,
    },
    {
        .id = "HT-021",
        .level = FINDING_MUST,
        .title = "Upgrade is named in Connection",
        .section = "RFC 9110 section 7.8",
        .doc = "A sender of Upgrade must also send it as an option in "
               "Connection: a proxy would else promise what it cannot keep.",
        .good = "Upgrade: websocket and Connection: Upgrade",
        .bad = "Upgrade: websocket and Connection: keep-alive",
        .on = TRAIT_HTTP,
        .check = check_upgrade,
    },
    {
        .id = "HT-022",
        .level = FINDING_MUST,
        .title = "Connection names nothing that is for the server",
        .section = "RFC 9110 section 7.6.1",
        .doc = "A sender must not name a field that is meant for all "
               "recipients: the first proxy takes away what is named there.",
        .good = "Connection: keep-alive",
        .bad = "Connection: keep-alive, Authorization",
        .on = TRAIT_HTTP,
        .check = check_options,
    },
    {
        .id = "HT-023",
        .level = FINDING_MUST,
        .title = "Referer tells no fragment, user or password",
        .section = "RFC 9110 section 10.1.3",
        .doc = "A user agent must not include fragment and userinfo of the "
               "referring URL: they end in logs of the server.",
        .good = "Referer: https://lyncweb.contoso.test/xframe",
        .bad = "Referer: https://alice:secret@lyncweb.contoso.test/xframe",
        .on = TRAIT_HTTP,
        .check = check_referer_parts,
    },
    {
        .id = "HT-024",
        .level = FINDING_MUST,
        .title = "Without TLS no Referer tells of a page within TLS",
        .section = "RFC 9110 section 10.1.3",
        .doc = "A user agent must not send Referer in an unsecured request if "
               "the referring resource was accessed with a secure protocol.",
        .good = "GET http://... without Referer",
        .bad = "GET http://... and Referer: https://lyncweb.contoso.test/x",
        .on = TRAIT_HTTP | TRAIT_PLAIN,
        .check = check_referer_secure,
    },
    {.id = NULL},
};
