/* What rules of authentication remember, see history_auth.h. */
#include "config.h"

#include "checks/history_auth.h"

#include <ctype.h>
#include <string.h>

#include "checks/history.h"
#include "util/mem.h"

struct auth_history *auth_history(struct history *history)
{
    if (!history->auth) {
        history->auth = NEW(struct auth_history);
    }
    return history->auth;
}

void auth_history_free(struct auth_history *auth)
{
    if (!auth) {
        return;
    }
    for (size_t i = 0; i < AUTH_CONNS; i++) {
        buf_clear(&auth->conns[i].challenge);
    }
    mem_free(auth);
}

static struct auth_conn *longest_unused(struct auth_history *auth)
{
    struct auth_conn *oldest = &auth->conns[0];

    for (size_t i = 1; i < AUTH_CONNS; i++) {
        if (auth->conns[i].used < oldest->used) {
            oldest = &auth->conns[i];
        }
    }
    return oldest;
}

struct auth_conn *auth_conn_peek(struct auth_history *auth, uint64_t id)
{
    for (size_t i = 0; auth && i < AUTH_CONNS; i++) {
        if (auth->conns[i].id == id) {
            return &auth->conns[i];
        }
    }
    return NULL;
}

struct auth_conn *auth_conn_of(struct auth_history *auth, uint64_t id)
{
    struct auth_conn *conn = auth_conn_peek(auth, id);

    if (!conn) {
        conn = longest_unused(auth);
        buf_clear(&conn->challenge);
        *conn = (struct auth_conn){.id = id};
    }
    conn->used = ++auth->clock;
    return conn;
}

/* The tables below are alike: a digest first, and the oldest one goes. */
#define TABLE(type, of, rows, counter, size)                                   \
    struct type *of(struct auth_history *auth, uint64_t digest)                \
    {                                                                          \
        struct type *row;                                                      \
        for (size_t i = 0; i < (size); i++) {                                  \
            if (auth->rows[i].digest == digest) {                              \
                return &auth->rows[i];                                         \
            }                                                                  \
        }                                                                      \
        row = &auth->rows[auth->counter++ % (size)];                           \
        *row = (struct type){.digest = digest};                                \
        return row;                                                            \
    }

TABLE(auth_account, auth_account_of, accounts, account_count, AUTH_ACCOUNTS)
TABLE(auth_principal, auth_principal_of, principals, principal_count,
      AUTH_PRINCIPALS)
TABLE(auth_service, auth_service_of, services, service_count, AUTH_SERVICES)
TABLE(auth_offer, auth_offer_of, offers, offer_count, AUTH_OFFERS)

const struct auth_service *auth_service_of_host(const struct auth_history *auth,
                                                uint64_t host)
{
    for (size_t i = 0; i < AUTH_SERVICES; i++) {
        if (auth->services[i].host == host && auth->services[i].given) {
            return &auth->services[i];
        }
    }
    return NULL;
}

bool auth_authenticator_seen(struct auth_history *auth, struct span cipher)
{
    uint8_t *place;

    if (cipher.size < AUTH_AUTHENTICATOR_SIZE) {
        return false;
    }
    for (size_t i = 0; i < AUTH_AUTHENTICATORS; i++) {
        if (memcmp(auth->authenticators[i], cipher.data,
                   AUTH_AUTHENTICATOR_SIZE) == 0) {
            return true;
        }
    }
    place =
        auth->authenticators[auth->authenticator_count++ % AUTH_AUTHENTICATORS];
    memcpy(place, cipher.data, AUTH_AUTHENTICATOR_SIZE);
    return false;
}

bool auth_nonce_seen(struct auth_history *auth, struct span client,
                     struct span server)
{
    struct auth_nonce *place;

    if (client.size != AUTH_NONCE_SIZE || server.size != AUTH_NONCE_SIZE) {
        return false;
    }
    for (size_t i = 0; i < AUTH_NONCES && i < auth->nonce_count; i++) {
        place = &auth->nonces[i];
        if (memcmp(place->client, client.data, AUTH_NONCE_SIZE) == 0) {
            return memcmp(place->server, server.data, AUTH_NONCE_SIZE) != 0;
        }
    }
    place = &auth->nonces[auth->nonce_count++ % AUTH_NONCES];
    memcpy(place->client, client.data, AUTH_NONCE_SIZE);
    memcpy(place->server, server.data, AUTH_NONCE_SIZE);
    return false;
}

/* FNV-1a; 0 stands for nothing in the tables. */
uint64_t auth_digest(uint64_t before, const char *text)
{
    static const uint64_t basis = 0xcbf29ce484222325U;
    static const uint64_t prime = 0x100000001b3U;
    uint64_t digest = before ? before : basis;

    for (; text && *text; text++) {
        digest = (digest ^ (uint8_t)tolower((unsigned char)*text)) * prime;
    }
    digest = (digest ^ '\n') * prime;
    return digest ? digest : 1;
}
