/* The layers of points, see layers.h. */
#include "config.h"

#include "scenario/layers.h"

#include <string.h>

#include "util/attr.h"

static const struct layer_info layers[] = {
    {"tcp", "connections"},
    {"tls", "handshakes and certificates"},
    {"proxy", "the HTTP proxy on the way to the servers"},
    {"http", "requests and replies, whatever they are about"},
    {"discover", "Autodiscover"},
    {"mex", "metadata exchange"},
    {"soap", "SOAP envelopes"},
    {"auth", "which ways to authenticate are offered"},
    {"ntlm", "NTLM over HTTP"},
    {"negotiate", "Negotiate over HTTP: SPNEGO and Kerberos"},
    {"basic", "HTTP Basic"},
    {"plain", "the endpoints below /auth, for any HTTP client"},
    {"kdc", "the domain controller that gives Kerberos tickets"},
    {"webticket", "the web ticket service"},
    {"usertoken", "a user name and password in SOAP"},
    {"anonymous", "guests of a meeting"},
    {"ticket", "web tickets themselves"},
    {"oauth", "OAuth tokens of mobile clients"},
};

const struct layer_info *layer_at(size_t index)
{
    return index < ARRAY_SIZE(layers) ? &layers[index] : NULL;
}

const struct layer_info *layer_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(layers); i++) {
        if (strcmp(layers[i].name, name) == 0) {
            return &layers[i];
        }
    }
    return NULL;
}
