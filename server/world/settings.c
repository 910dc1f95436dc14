/*
 * What a user may set, by name. This table is the single source of names,
 * types and explanations: messages, `lyncmock list` and the manual use it.
 */
#include "config.h"

#include <string.h>

#include "util/nearest.h"
#include "world/setting.h"

#define AT(member)                                                             \
    .offset = offsetof(struct world, member),                                  \
    .size = sizeof(((struct world *)0)->member)
#define GIVEN(member) .given = offsetof(struct world, given.member)

static const struct setting rows[] = {
    /* clang-format off */
    {{"domain", "name", "SIP and DNS domain; all other names follow"},
     setting_domain, AT(domain)},
    {{"netbios", "NetBIOS name", "NetBIOS domain; by default the first label of domain"},
     setting_label, AT(netbios), GIVEN(netbios)},
    {{"realm", "text", "Kerberos realm; by default domain in upper case"},
     setting_text, AT(realm), GIVEN(realm)},
    {{"location", "internal|external|both",
      "the site that serves; both: lyncdiscoverinternal and the internal web "
      "names are internal"},
     setting_word, AT(location)},
    {{"product", "lync2013|sfb2015", "whose headers and challenges to show"},
     setting_word, AT(product)},
    {{"negotiation", "rtm2013|cu2013|sfb2015",
      "which discovery bodies answer which Accept"},
     setting_word, AT(negotiation), GIVEN(negotiation)},
    {{"public-port", "port|0",
      "the port in URLs; 0: the one that the client's Host carries"},
     setting_port_or_none, AT(public_port)},
    {{"pool-count", "number",
      "how many pools there are; by default 2, and those set by name"},
     setting_pools, AT(pool_count), GIVEN(pool_count)},
    {{"sip-edge.fqdn", "name", "the Access Edge; by default sip"},
     setting_domain, AT(sip_edge.fqdn), GIVEN(sip_edge)},
    {{"sip-edge.client-port", "port",
      "its port for clients, of SipClientExternalAccess"},
     setting_port, AT(sip_edge.client_port)},
    {{"sip-edge.server-port", "port",
      "its port for servers, of SipServerExternalAccess"},
     setting_port, AT(sip_edge.server_port)},
    {{"offer.windows", "Negotiate,NTLM|none",
      "HTTP schemes of the Windows port, in this order"},
     setting_schemes, AT(offer)},
    {{"offer.one-line", "yes|no", "all schemes in one WWW-Authenticate header"},
     setting_flag, AT(offer.one_line)},
    {{"offer.plain", "yes|no",
      "/auth/ntlm, /auth/negotiate, /auth/basic and /auth/any"},
     setting_flag, AT(offer.plain)},
    {{"offer.soap", "yes|no",
      "web tickets for passwords in SOAP; the OAuth grant \"password\""},
     setting_flag, AT(offer.soap)},
    {{"offer.anonymous", "yes|no",
      "web tickets for meeting guests; the OAuth grant for them"},
     setting_flag, AT(offer.anonymous)},
    {{"offer.kerberos", "no|yes|auto",
      "Kerberos, by a KDC of the server's own; auto: where the machine has "
      "krb5kdc; yes: nothing is served without it"},
     setting_switch, AT(offer.kerberos)},
    {{"lockout-threshold", "number",
      "wrong passwords in a row that lock an account; 0: never"},
     setting_count, AT(lockout_threshold)},
    {{"lockout-duration", "duration",
      "how long such an account is locked, by the world's clock; 0s: until "
      "the server ends"},
     setting_duration_or_none, AT(lockout_duration)},
    {{"hosted.domain", "name", "a SIP domain homed at a hosting provider"},
     setting_domain, AT(hosted_domain)},
    {{"hosted.url", "URL", "the Root resource of the hosting provider"},
     setting_url, AT(hosted_url)},
    {{"clock", "duration|time",
      "moves Date, tickets and SOAP times; a time: the world begins then"},
     setting_clock, AT(clock)},
    {{"clock.start", "time", "the world begins then, whenever that is"},
     setting_start, AT(clock)},
    {{"clock.skew", "duration",
      "moves the world's clock from where it would begin"},
     setting_duration, AT(clock.skew)},
    {{"clock.scale", "factor",
      "how fast the world's clock runs: 60 makes an hour of each minute"},
     setting_scale, AT(clock.scale)},
    {{"clock-runs", "yes|no",
      "no: the world's clock stands, and steps of a scenario alone move it"},
     setting_flag, AT(clock.runs)},
    {{"ntlm.v1", "yes|no", "accept NTLMv1 responses"},
     setting_flag, AT(ntlm.v1)},
    {{"ntlm.v1-ess", "yes|no",
      "accept NTLMv1 with extended session security"},
     setting_flag, AT(ntlm.v1_ess)},
    {{"ntlm.require-mic", "yes|no", "refuse a final leg without a MIC"},
     setting_flag, AT(ntlm.require_mic)},
    {{"ntlm.channel-binding", "none|allow|require",
      "whether TLS channel bindings are looked at"},
     setting_word, AT(ntlm.channel_binding)},
    {{"ntlm.check-spn", "yes|no", "the client's target name must be this host"},
     setting_flag, AT(ntlm.check_spn)},
    {{"ntlm.timestamp", "send|omit|duration",
      "MsvAvTimestamp; a duration: how far from the real time"},
     setting_timestamp, AT(ntlm)},
    {{"ntlm.timestamp-skew", "duration", "moves MsvAvTimestamp, where one is sent"},
     setting_duration, AT(ntlm.timestamp_skew)},
    {{"ntlm.flags-set", "hexadecimal", "flags forced on in the challenge"},
     setting_hex32, AT(ntlm.flags_set)},
    {{"ntlm.flags-clear", "hexadecimal", "flags forced off in the challenge"},
     setting_hex32, AT(ntlm.flags_clear)},
    {{"ntlm.flags-masked", "yes|no",
      "offer only flags that the first leg asked for"},
     setting_flag, AT(ntlm.flags_masked)},
    {{"ntlm.target-name", "text",
      "TargetName of the challenge; by default the NetBIOS domain"},
     setting_ntlm_name, AT(ntlm.target_name)},
    {{"ntlm.server-challenge", "16 hexadecimal digits",
      "a fixed challenge; by default a fresh one each time"},
     setting_challenge, AT(ntlm.server_challenge)},
    {{"ntlm.netbios-domain", "text",
      "MsvAvNbDomainName; omit: none; by default the NetBIOS domain"},
     setting_ntlm_name, AT(ntlm.netbios_domain)},
    {{"ntlm.netbios-computer", "text",
      "MsvAvNbComputerName; omit: none; by default the front end's"},
     setting_ntlm_name, AT(ntlm.netbios_computer)},
    {{"ntlm.dns-domain", "text",
      "MsvAvDnsDomainName; omit: none; by default domain"},
     setting_ntlm_name, AT(ntlm.dns_domain)},
    {{"ntlm.dns-computer", "text",
      "MsvAvDnsComputerName; omit: none; by default the front end's"},
     setting_ntlm_name, AT(ntlm.dns_computer)},
    {{"ntlm.dns-tree", "text",
      "MsvAvDnsTreeName; omit: none; by default domain"},
     setting_ntlm_name, AT(ntlm.dns_tree)},
    {{"krb5.etypes", "aes256,aes128,rc4",
      "encryption types that the service has keys of"},
     setting_etypes, AT(krb5.etypes)},
    {{"krb5.clock", "duration",
      "moves the clock that tickets and authenticators are judged by; more "
      "than 5m refuses clients whose own is right"},
     setting_duration, AT(krb5.clock)},
    {{"krb5.replay-cache", "yes|no",
      "refuse an authenticator that came before"},
     setting_flag, AT(krb5.replay_cache)},
    {{"krb5.per-request", "yes|no",
      "no: one ticket authenticates the connection, as NTLM does; yes: each "
      "request brings its own"},
     setting_flag, AT(krb5.per_request)},
    {{"krb5.check-spn", "yes|no",
      "the ticket must be for the host that was asked"},
     setting_flag, AT(krb5.check_spn)},
    {{"krb5.wrong-key", "yes|no",
      "the service has another key than the KDC believes, as where two "
      "accounts share an SPN"},
     setting_flag, AT(krb5.wrong_key)},
    {{"krb5.channel-binding", "none|allow|require",
      "whether TLS channel bindings of Kerberos are looked at"},
     setting_word, AT(krb5.channel_binding)},
    {{"krb5.unregistered", "hosts|*|none",
      "hosts whose SPN nobody has registered: the KDC does not know it; *: "
      "all of them"},
     setting_hosts, AT(krb5.unregistered)},
    {{"kdc.etypes", "aes256,aes128,rc4",
      "encryption types that the KDC permits"},
     setting_etypes, AT(kdc.etypes)},
    {{"kdc.lifetime", "duration", "from issue of a Kerberos ticket to its end"},
     setting_positive_duration, AT(kdc.lifetime)},
    {{"kdc.renewable", "duration",
      "how long such a ticket can be renewed; 0s: not at all"},
     setting_duration_or_none, AT(kdc.renewable)},
    {{"kdc.preauth", "yes|no",
      "the KDC asks for proof of the password before it answers"},
     setting_flag, AT(kdc.preauth)},
    {{"kdc.absent", "yes|no",
      "nothing listens at the KDC's port; /KdcProxy answers all the same"},
     setting_flag, AT(kdc.absent)},
    {{"kdc.udp", "yes|no", "the KDC answers over UDP, too"},
     setting_flag, AT(kdc.udp)},
    {{"http.header-limit", "bytes",
      "the longest head of a request that is read, 8KiB to 4MiB; tickets of "
      "users in many groups make long ones"},
     setting_header_limit, AT(header_limit)},
    {{"http.header-status", "400|431",
      "the answer to a longer one: 400 with the page that Windows sends, or "
      "431"},
     setting_word, AT(header_status)},
    {{"discover.user-challenge", "none|webticket|oauth|both",
      "how the User resource asks for a ticket; by default as the product"},
     setting_word, AT(user_challenge), GIVEN(user_challenge)},
    {{"discover.oauth-user-challenge", "none|webticket|oauth|both",
      "the same for its OAuth twin"},
     setting_word, AT(oauth_user_challenge)},
    {{"discover.sip-internal-port", "port",
      "the port of SipClientInternalAccess"},
     setting_port, AT(sip_internal_port)},
    {{"discover.form", "asked|xml|json|ucwa-json|ucwa-xml",
      "the form of discovery answers, whatever Accept says"},
     setting_word, AT(discover_form)},
    {{"discover.form-type", "answered|asked",
      "Content-Type with another form: of what is sent, or of what was asked "
      "for"},
     setting_word, AT(discover_type_asked)},
    {{"mex.policy", "2005/07|200702", "namespace of WS-SecurityPolicy"},
     setting_word, AT(mex.policy_200702)},
    {{"mex.policies", "with|without", "policies in the metadata, or none"},
     setting_word, AT(mex.no_policies)},
    {{"mex.document", "whole|import|two-services|empty",
      "import: policies and bindings are in a document of their own; "
      "two-services: the first has no Windows ports, the second no others"},
     setting_word, AT(mex.document)},
    {{"mex.host", "text",
      "host and port in the metadata's addresses; empty: as elsewhere"},
     setting_text, AT(mex.host)},
    {{"mex.scheme", "https|http", "the scheme of the metadata's addresses"},
     setting_word, AT(mex.http)},
    {{"mex.negotiate", "no|yes|auto",
      "whether WebTicketServiceWinNegotiate is in the metadata; auto: as the world offers it, as in those below"},
     setting_switch, AT(mex.negotiate)},
    {{"mex.ntlm", "no|yes|auto",
      "whether WebTicketServiceWinNtlm is in the metadata"},
     setting_switch, AT(mex.ntlm)},
    {{"mex.auth", "no|yes|auto",
      "whether WebTicketServiceAuth is in the metadata"},
     setting_switch, AT(mex.auth)},
    {{"mex.anon", "no|yes|auto",
      "whether WebTicketServiceAnon is in the metadata"},
     setting_switch, AT(mex.anon)},
    {{"mex.cert", "no|yes|auto",
      "whether WebTicketServiceCert is in the metadata; auto: no, as it is not emulated"},
     setting_switch, AT(mex.cert)},
    {{"mex.pin", "no|yes|auto",
      "whether WebTicketServicePin is in the metadata; auto: no"},
     setting_switch, AT(mex.pin)},
    {{"mex.fed", "no|yes|auto",
      "whether WsFedBearer is in the metadata; auto: no"},
     setting_switch, AT(mex.fed)},
    {{"webticket.strict-applies-to", "yes|no",
      "AppliesTo outside the pool is a fault"},
     setting_flag, AT(strict_applies_to)},
    {{"anonymous.uri-in", "anywhere|claims|usertoken",
      "where a guest's request names the conference"},
     setting_word, AT(anonymous.uri_in)},
    {{"anonymous.key", "check|require|ignore",
      "the conference key in a guest's request; check: where there is one"},
     setting_word, AT(anonymous.key)},
    {{"anonymous.token-type", "asked|user-cwt-1|anon-cwt-1",
      "TokenType of the answer to a guest"},
     setting_word, AT(anonymous.type)},
    {{"usertoken.tell-state", "yes|no",
      "say of a disabled account and an expired password that they are that"},
     setting_flag, AT(usertoken_tells)},
    {{"tcp.http", "open|refused|dropped",
      "the HTTP port: clients are let in, refused with a RST, or their SYN "
      "gets no answer"},
     setting_word, AT(tcp.ports[0])},
    {{"tcp.https", "open|refused|dropped", "the same for the HTTPS port"},
     setting_word, AT(tcp.ports[1])},
    {{"tcp.ipv4", "open|refused|dropped",
      "the same for both ports on IPv4 addresses"},
     setting_word, AT(tcp.families[0])},
    {{"tcp.ipv6", "open|refused|dropped", "and on IPv6 addresses"},
     setting_word, AT(tcp.families[1])},
    {{"proxy.auth", "none|basic",
      "what the proxy asks of its clients: nothing, or a name and a password "
      "by Basic, which are an account's of the world"},
     setting_word, AT(proxy_auth)},
    {{"tcp.connections", "number",
      "so many at once, and further ones are reset; 0: as many as there is "
      "room for"},
     setting_count, AT(tcp.connections)},
    {{"tls.min", "1.0|1.1|1.2|1.3", "the oldest TLS version spoken"},
     setting_word, AT(tls.minimum), .first = WORLD_TLS_1_0},
    {{"tls.max", "1.0|1.1|1.2|1.3", "the newest TLS version spoken"},
     setting_word, AT(tls.maximum), .first = WORLD_TLS_1_0},
    {{"tls.key", "p256|rsa2048",
      "the key of certificates; by default p256, with tls.profile phone "
      "rsa2048"},
     setting_word, AT(tls.key), GIVEN(tls_key)},
    {{"tls.profile", CERT_PROFILE_WORDS, "the certificate to show"},
     setting_word, AT(tls.profile)},
    {{"tls.clock", "duration",
      "moves the time from which and to which certificates are valid"},
     setting_duration, AT(tls.clock)},
    /* clang-format on */
};

/* setting_word counts the words of a type as the enums count. */
_Static_assert(LOCATION_INTERNAL == 0 && LOCATION_EXTERNAL == 1 &&
                   LOCATION_BOTH == 2 && PRODUCT_LYNC2013 == 0 &&
                   PRODUCT_SFB2015 == 1 && NEGOTIATION_RTM2013 == 0 &&
                   NEGOTIATION_CU2013 == 1 && NEGOTIATION_SFB2015 == 2,
               "location, product, negotiation");
_Static_assert(CHANNEL_BINDING_NONE == 0 && CHANNEL_BINDING_ALLOW == 1 &&
                   CHANNEL_BINDING_REQUIRE == 2 && TICKET_SAML == 0 &&
                   TICKET_CWT == 1 && KEY_P256 == 0 && KEY_RSA2048 == 1 &&
                   CHALLENGE_WEBTICKET == 1 && CHALLENGE_OAUTH == 2,
               "channel binding, ticket, key, challenge");

_Static_assert(MEX_PORT_NO == 0 && MEX_PORT_YES == 1 && MEX_PORT_AUTO == 2 &&
                   MEX_WHOLE == 0 && MEX_IMPORT == 1 && MEX_TWO_SERVICES == 2 &&
                   MEX_EMPTY == 3 && DISCOVER_FORM_ASKED == 0 &&
                   DISCOVER_FORM_XML == 1 && DISCOVER_FORM_JSON == 2 &&
                   DISCOVER_FORM_UCWA_JSON == 3 && DISCOVER_FORM_UCWA_XML == 4,
               "mex, discover.form");
_Static_assert(KERBEROS_NO == 0 && KERBEROS_YES == 1 && KERBEROS_AUTO == 2,
               "offer.kerberos");
_Static_assert(ANONYMOUS_URI_ANYWHERE == 0 && ANONYMOUS_URI_CLAIMS == 1 &&
                   ANONYMOUS_URI_USERTOKEN == 2 && ANONYMOUS_KEY_CHECK == 0 &&
                   ANONYMOUS_KEY_REQUIRE == 1 && ANONYMOUS_KEY_IGNORE == 2 &&
                   ANONYMOUS_TYPE_ASKED == 0 && ANONYMOUS_TYPE_USER == 1 &&
                   ANONYMOUS_TYPE_ANON == 2,
               "anonymous");

const struct setting *setting_row(size_t index)
{
    static const struct {
        const struct setting *(*row)(size_t index);
        size_t (*rows)(void);
    } tables[] = {
        {setting_ticket_row, setting_ticket_rows},
        {setting_pool_row, setting_pool_rows},
        {setting_user_row, setting_user_rows},
        {setting_meeting_row, setting_meeting_rows},
    };

    if (index < ARRAY_SIZE(rows)) {
        return &rows[index];
    }
    index -= ARRAY_SIZE(rows);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        if (index < tables[i].rows()) {
            return tables[i].row(index);
        }
        index -= tables[i].rows();
    }
    return NULL;
}

const struct setting_info *world_setting(size_t index)
{
    const struct setting *row = setting_row(index);

    return row ? &row->info : NULL;
}

static const struct setting *find(const char *name, struct err *err)
{
    struct nearest nearest;
    const struct setting *row;

    nearest_init(&nearest, name);
    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (strcmp(row->info.name, name) == 0) {
            return row;
        }
        nearest_try(&nearest, span_text(row->info.name));
    }
    err_set(err, "there is no setting \"%s\"", name);
    if (nearest.best.size) {
        err_set(err, "there is no setting \"%s\"; the nearest is \"%s\"", name,
                (const char *)nearest.best.data);
    }
    return NULL;
}

bool world_set(struct world *world, const char *name, const char *value,
               struct err *err)
{
    const struct setting *row;

    if (strncmp(name, "user.", strlen("user.")) == 0) {
        return setting_user(world, name, value, err) ||
               err_wrap(err, "%s", name);
    }
    if (strncmp(name, "pool.", strlen("pool.")) == 0) {
        return setting_pool(world, name, value, err) ||
               err_wrap(err, "%s", name);
    }
    if (strncmp(name, "meeting.", strlen("meeting.")) == 0) {
        return setting_meeting(world, name, value, err) ||
               err_wrap(err, "%s", name);
    }
    row = find(name, err);
    if (!row) {
        return false;
    }
    if (!row->type(row, world, world, value, err)) {
        return err_wrap(err, "%s", name);
    }
    if (row->given) {
        *(bool *)((char *)world + row->given) = true;
    }
    return true;
}
