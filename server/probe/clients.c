/* The table of clients, see clients.h. */
#include "config.h"

#include "probe/clients.h"

#include <string.h>

#include "util/attr.h"
#include "util/nearest.h"

#define AUTODISCOVER "application/vnd.microsoft.rtc.autodiscover"
#define TICKET_PATH  "/WebTicket/WebTicketService.svc"

static const char accept_xml[] = AUTODISCOVER "+xml;v=1";
static const char accept_json[] = AUTODISCOVER "+json;v=1";
static const char accept_ucwa[] = "application/json";

/* discover 5: the desktop's is known; of the phones a word each is known
 * (Darwin, ACOMO) and the rest is a GUESS, as is all of Windows Phone's. */
static const char agent_desktop[] =
    "UCCAPI/15.0.4569.1503 OC/15.0.4569.1503 (Microsoft Lync)";
static const char agent_phone[] = "WPLync/5.4.1077.0";
static const char agent_ios[] =
    "iPhoneLync/5.4 CFNetwork/672.0.8 Darwin/14.0.0";
static const char agent_android[] = "ACOMO/5.4 AndroidLync/5.4";
static const char agent_android_old[] = "ACOMO/5.2 AndroidLync/5.2";
static const char agent_browser[] =
    "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:25.0) Gecko/20100101 Firefox/25.0";
static const char agent_plain[] = "lyncmock-probe/" PACKAGE_VERSION;

/* discover 1.2: internal before external, whatever the network; DNS decides. */
static const char *const both_names[] = {"lyncdiscoverinternal", "lyncdiscover",
                                         NULL};
static const char *const web_host[] = {"lyncweb", NULL};

static const char *const windows_ports[] = {"WebTicketServiceWinNegotiate",
                                            "WebTicketServiceWinNtlm", NULL};
static const char *const kerberos_ports[] = {"WebTicketServiceWinNegotiate",
                                             NULL};
static const char *const password_ports[] = {"WebTicketServiceAuth", NULL};
static const char *const guest_ports[] = {"WebTicketServiceAnon", NULL};
static const char *const no_ports[] = {NULL};

/* What the rows of a kind have in common. */
#define DISCOVERS  .hosts = both_names, .discovers = true, .http_twin = true
#define STARTS_WEB .hosts = web_host, .discovers = false
#define NTLM       .credentials = CREDENTIALS_NTLM, .ports = windows_ports
#define KNOWS_PATH .known_path = TICKET_PATH
#define KERBEROS   .credentials = CREDENTIALS_KERBEROS, .ports = kerberos_ports
#define USERNAME                                                               \
    .credentials = CREDENTIALS_USERNAME, .ports = password_ports,              \
    .known_path = TICKET_PATH "/Auth", .applies_to_port = true
/* The desktop reads the metadata; nothing shows it posting without. */
#define DESKTOP                                                                \
    .accept = accept_xml, .user_agent = agent_desktop, .token = TOKEN_SAML,    \
    .carrier = CARRY_OPAQUE, .wants_key = true, .srv_records = true,           \
    .next = NEXT_SIP
/* GUESS: the phones' Accept, and that they ask for a CWT. */
#define PHONE                                                                  \
    .accept = accept_xml, .token = TOKEN_CWT, .carrier = CARRY_HEADER,         \
    .expects = "External", .next = NEXT_UCWA
#define WEB_APP                                                                \
    .accept = accept_ucwa, .user_agent = agent_browser, .token = TOKEN_CWT,    \
    .carrier = CARRY_BEARER, .next = NEXT_UCWA

static const struct client clients[] = {
    {"pc-external-ntlm", "PC client outside, NTLM", DISCOVERS, NTLM, DESKTOP,
     .expects = "External"},
    {"pc-internal-ntlm", "PC client inside, NTLM", DISCOVERS, NTLM, DESKTOP,
     .expects = "Internal"},
    {"pc-internal-kerberos", "PC client inside, Kerberos", DISCOVERS, KERBEROS,
     DESKTOP, .expects = "Internal"},
    {"windows-phone-ntlm", "Lync 2013 for Windows Phone, NTLM", DISCOVERS, NTLM,
     KNOWS_PATH, PHONE, .user_agent = agent_phone},
    {"ios-ntlm", "Lync 2013 for iOS, NTLM", DISCOVERS, NTLM, KNOWS_PATH, PHONE,
     .user_agent = agent_ios},
    {"android-ntlm", "Lync 2013 for Android 5.4 and later, NTLM", DISCOVERS,
     NTLM, KNOWS_PATH, PHONE, .user_agent = agent_android},
    {"android-soap", "Lync 2013 for Android before 5.4, SOAP user name",
     DISCOVERS, USERNAME, PHONE, .user_agent = agent_android_old},
    {"web-app-soap", "Lync Web App, domain user, SOAP user name", STARTS_WEB,
     USERNAME, WEB_APP},
    {"web-app-guest", "Lync Web App, guest of a meeting", STARTS_WEB, WEB_APP,
     .credentials = CREDENTIALS_MEETING, .ports = guest_ports,
     .known_path = TICKET_PATH "/Anon", .applies_to_port = true},
    {"ntlm", "any client: JSON, NTLM, SAML ticket", DISCOVERS, NTLM, KNOWS_PATH,
     .accept = accept_json, .user_agent = agent_plain, .token = TOKEN_SAML,
     .carrier = CARRY_OPAQUE, .next = NEXT_UCWA},
    {"soap", "any client: JSON, SOAP user name, compact ticket", DISCOVERS,
     USERNAME, .accept = accept_json, .user_agent = agent_plain,
     .token = TOKEN_CWT, .carrier = CARRY_HEADER, .next = NEXT_UCWA},
    {"oauth-password", "UCWA application, OAuth with a password", DISCOVERS,
     .accept = accept_ucwa, .user_agent = agent_plain,
     .credentials = CREDENTIALS_OAUTH, .token = TOKEN_CWT,
     .carrier = CARRY_BEARER, .ports = no_ports, .next = NEXT_UCWA},
};

bool client_is_windows(const struct client *client)
{
    return client->credentials == CREDENTIALS_NTLM ||
           client->credentials == CREDENTIALS_KERBEROS;
}

const struct client *client_at(size_t index)
{
    return index < ARRAY_SIZE(clients) ? &clients[index] : NULL;
}

const struct client *client_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        if (strcmp(clients[i].name, name) == 0) {
            return &clients[i];
        }
    }
    return NULL;
}

const char *client_near(const char *name)
{
    const char *names[ARRAY_SIZE(clients) + 1] = {NULL};

    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        names[i] = clients[i].name;
    }
    return nearest_word(name, names);
}
