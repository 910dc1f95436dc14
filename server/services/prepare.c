/* Certificates and ticket keys of a session, see prepare.h. */
#include "config.h"

#include "services/prepare.h"

#include "pki/pki.h"
#include "ticket/ticket.h"
#include "util/buf.h"
#include "util/guard.h"
#include "util/mem.h"

static enum pki_key kind_of(enum key_kind kind)
{
    return kind == KEY_RSA2048 ? PKI_RSA2048 : PKI_P256;
}

static void free_site(void *site)
{
    pki_site_free(site);
}

static void free_keys(void *keys)
{
    ticket_keys_free(keys);
}

static bool make_site(const struct world *world, struct pki *pki,
                      struct pki_site **out_site, struct err *err)
{
    const struct pki_site_options options = {
        .names = world->names,
        .domain = world->domain,
        .key = kind_of(world->tls.key),
        .profile = world->tls.profile,
        .leaf_clock = world->tls.clock,
    };

    return pki_site_new(pki, &options, out_site, err);
}

static bool make_keys(const struct world *world, struct pki *pki,
                      struct ticket_keys **out_keys, struct err *err)
{
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};
    bool good =
        pki_signer(pki, kind_of(world->ticket.key), &key, &certificate, err) &&
        ticket_keys_new(buf_span(&key), buf_span(&certificate), out_keys, err);

    mem_wipe(key.data, key.size);
    return good;
}

/* A session that is only about to begin plays this scenario already. */
static bool has_keys(const struct session *session,
                     const struct scenario *scenario)
{
    return session_kept(session, SESSION_TICKETS) &&
           session_world(session)->ticket.key == scenario->world->ticket.key;
}

bool session_prepare(struct session *session, const struct scenario *scenario,
                     struct pki *pki, struct err *err)
{
    AUTO(pki_site) site = NULL;
    struct ticket_keys *keys = NULL;

    if (!make_site(scenario->world, pki, &site, err) ||
        (!has_keys(session, scenario) &&
         !make_keys(scenario->world, pki, &keys, err))) {
        return false;
    }
    GUARDED;
    if (keys) {
        session_keep(session, SESSION_TICKETS, keys, free_keys);
    }
    session_keep(session, SESSION_LEAVES, take(&site), free_site);
    return true;
}
