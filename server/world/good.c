/*
 * The good world: contoso.test, where every sign-in succeeds. Whatever a
 * setting does not change stays as it is here.
 */
#include "config.h"

#include <assert.h>

#include "util/env.h"
#include "util/mem.h"
#include "world/world.h"

/* Indexes into the pools. */
enum {
    POOL_FIRST,
    POOL_SECOND,
};

static const struct {
    const char *name;
    const char *password; /* NULL: as everybody */
    enum user_state state;
    int home;
} accounts[] = {
    {"alice", NULL, USER_GOOD, POOL_FIRST},
    {"bob", NULL, USER_GOOD, POOL_FIRST},
    {"disabled", NULL, USER_DISABLED, POOL_FIRST},
    {"locked", NULL, USER_LOCKED, POOL_FIRST},
    {"expired", NULL, USER_EXPIRED, POOL_FIRST},
    {"mustchange", NULL, USER_MUST_CHANGE, POOL_FIRST},
    {"nosip", NULL, USER_NO_SIP, POOL_UNKNOWN},
    {"away", NULL, USER_GOOD, POOL_SECOND},
    /* Letters outside ASCII: NTLM hashes UTF-16LE, XML carries UTF-8. */
    {"j\xc3\xb6rg", "P\xc3\xa4ssw\xc3\xb6rd1", USER_GOOD, POOL_FIRST},
};

static void add_accounts(struct world *world)
{
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
        struct user *user = world_add_user(world, accounts[i].name);

        user->state = accounts[i].state;
        user->home = accounts[i].home;
        if (accounts[i].password) {
            user->password = accounts[i].password;
        }
    }
}

/*
 * Negotiate carries Kerberos, where the machine has a KDC, and NTLM, whose
 * challenge offers only flags that the client asked for: go-ntlmssp gives up
 * on others.
 */
static void set_authentication(struct world *world)
{
    world->offer = (struct offer){
        .windows = {"Negotiate", "NTLM"},
        .windows_count = 2,
        .plain = true,
        .kerberos = KERBEROS_AUTO,
        .soap = true,
        .anonymous = true,
    };
    world->ntlm = (struct ntlm_settings){
        /* protocol: webticket 6.6: compared only where one is strict. */
        .channel_binding = CHANNEL_BINDING_NONE,
        .timestamp = true,
        .flags_masked = true,
    };
    world->krb5 = (struct krb5_settings){
        .etypes = KRB_AES_BITS,
        .replay_cache = true,
        .channel_binding = CHANNEL_BINDING_NONE,
    };
    world->kdc = (struct kdc_settings){
        .etypes = KRB_ALL_BITS,
        /* The product's domain: Windows' defaults. */
        .lifetime = 10 * 60 * 60 * ENV_NS_PER_SEC,
        .renewable = 7 * 24 * 60 * 60 * ENV_NS_PER_SEC,
        .preauth = true,
        .udp = true,
    };
    world->usertoken_tells = true;
    world->check_audience = AUDIENCE_SERVICE;
    world->ticket = (struct ticket_settings){
        .format = TICKET_SAML,
        .lifetime = 8 * 60 * 60 * ENV_NS_PER_SEC,
        .guest_lifetime = 60 * 60 * ENV_NS_PER_SEC,
        .key = KEY_P256,
    };
    /* protocol: discover 3.3; user_challenge follows from the product. */
    world->oauth_user_challenge = CHALLENGE_OAUTH;
}

struct world *world_good(void)
{
    struct world *world = NEW(struct world);
    struct err err;
    bool consistent;

    world->arena = arena_new();
    world->references = 1;
    world->domain = "contoso.test";
    world->location = LOCATION_EXTERNAL;
    world->product = PRODUCT_LYNC2013;
    world->clock.runs = true;
    world->clock.scale = WORLD_CLOCK_REAL;
    world->pool_count = 2;
    world->header_limit = WORLD_HEADER_LIMIT;
    /* protocol: discover 10 item 4: the published sample prints 443, but
     * registrars of real pools listen on 5061. */
    world->sip_internal_port = 5061;
    world->mex.negotiate = MEX_PORT_AUTO;
    world->mex.ntlm = MEX_PORT_AUTO;
    world->mex.auth = MEX_PORT_AUTO;
    world->mex.anon = MEX_PORT_AUTO;
    world->mex.cert = MEX_PORT_AUTO;
    world->mex.pin = MEX_PORT_AUTO;
    world->mex.fed = MEX_PORT_AUTO;
    /* protocol: discover 2.9. */
    world->sip_edge.client_port = 443;
    world->sip_edge.server_port = 5061;
    /* Devices of 2013 know nothing newer than TLS 1.0. */
    world->tls.minimum = WORLD_TLS_1_0;
    world->tls.maximum = WORLD_TLS_1_3;
    world->tls.key = KEY_P256;
    set_authentication(world);
    add_accounts(world);
    world_add_meeting(world, "5LB7MRBC")->organizer = "alice";
    consistent = world_finish(world, &err);
    assert(consistent);
    return world;
}
