/* Families of rules, see family.h. */
#include "config.h"

#include "checks/family.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"

static const struct rule_family families[] = {
    {"LD", "discovery: lyncdiscover and what it names"},
    {"TL", "connections and TLS"},
    {"HT", "HTTP messages"},
    {"HA", "authentication by HTTP"},
    {"BA", "Basic"},
    {"NT", "NTLM messages"},
    {"KB", "Kerberos and SPNEGO"},
    {"MX", "metadata of the web ticket service"},
    {"WT", "requests for a web ticket: SOAP, WS-Trust, WS-Security"},
    {"TK", "web tickets and what is done with them"},
    {"OA", "OAuth"},
};

const struct rule_family *rule_family_at(size_t index)
{
    return index < ARRAY_SIZE(families) ? &families[index] : NULL;
}

const struct rule_family *rule_family_of(const char *id)
{
    size_t length = strcspn(id, "-");

    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        const char *prefix = families[i].prefix;

        if (strlen(prefix) == length && strncasecmp(prefix, id, length) == 0) {
            return &families[i];
        }
    }
    return NULL;
}
