/*
 * What is wrong with a discovery answer that this client could read, and
 * others cannot: warnings, and the walk goes on. protocol: discover 6, layers
 * L and B.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "probe/walk.h"

static const char *form_of(bool json)
{
    return json ? "JSON" : "XML";
}

/* discover 2.4: the answer comes in the form that Accept asks for. */
void walk_judge_form(struct walk *walk, const struct http_answer *answer,
                     const struct discovery *discovery)
{
    const char *type = http_header(answer, "Content-Type");
    bool asked = strstr(walk->client->accept, "json") != NULL;
    bool got = strstr(discovery->form, "JSON") != NULL;
    bool named = type && strstr(type, "json") != NULL;

    if (asked != got) {
        report_warn(walk->report,
                    "the answer is %s, and %s was asked for: clients that read "
                    "nothing else stop here",
                    form_of(got), form_of(asked));
    }
    if (type && strstr(type, got ? "xml" : "json") && named != got) {
        report_warn(walk->report, "Content-Type is \"%s\", and the body is %s",
                    type, form_of(got));
    }
}

static bool has_blanks(const char *text)
{
    return text && text[strcspn(text, " \t\r\n")];
}

static void judge_server(struct walk *walk, const char *name,
                         const struct sip_server *server)
{
    if (has_blanks(server->fqdn)) {
        report_warn(walk->report, "the fqdn of %s has blanks in it: \"%s\"",
                    name, server->fqdn);
    }
    if (server->fqdn && !server->port) {
        report_warn(walk->report, "%s has no port that can be dialled", name);
    }
}

void walk_judge_user(struct walk *walk, const struct discovery *user)
{
    const char *expects = walk->client->expects;

    if (strncmp(user->form, "UCWA", 4) == 0) {
        return;
    }
    if (!user->location || !*user->location) {
        report_warn(walk->report, "AccessLocation is missing: clients try the "
                                  "internal and the external server in turn");
    } else if (expects && strcasecmp(expects, user->location) != 0) {
        report_warn(walk->report,
                    "AccessLocation is %s; this client is on "
                    "the %s network",
                    user->location, expects);
    }
    if (!user->internal.fqdn && !user->external.fqdn) {
        report_warn(walk->report, "no SIP server is told: desktop clients fall "
                                  "back to SRV records, or stop");
    }
    judge_server(walk, "SipClientInternalAccess", &user->internal);
    judge_server(walk, "SipClientExternalAccess", &user->external);
}
