/* Keytabs and credential caches, see exports.h. */
#include "config.h"

#include "keeper/exports.h"

#include <string.h>

#include <krb5.h>

#include "keeper/database.h"
#include "keeper/profile.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/mit.h"

enum {
    /* The format of MIT's keytab files, version 2: numbers are big-endian. */
    KEYTAB_FORMAT = 0x0502,
};

static void add_counted(struct buf *out, struct span bytes)
{
    buf_add_u16be(out, (uint16_t)bytes.size);
    buf_add(out, bytes);
}

/* One entry; of the name, components are parted by `/` if it is a service. */
static void add_entry(struct buf *out, const char *realm, struct span name,
                      bool service, uint32_t kvno, const struct krb_key *key)
{
    size_t slash = service ? span_find(name, span_text("/"), 0) : SIZE_MAX;
    AUTO_BUF entry = {0};

    buf_add_u16be(&entry, slash < name.size ? 2 : 1);
    add_counted(&entry, span_text(realm));
    add_counted(&entry, span_slice(name, 0, slash));
    if (slash < name.size) {
        add_counted(&entry, span_slice(name, slash + 1, name.size));
    }
    buf_add_u32be(&entry, KRB5_NT_PRINCIPAL);
    buf_add_u32be(&entry, 0); /* when it was made: nobody asks */
    buf_add_u8(&entry, (uint8_t)kvno);
    buf_add_u16be(&entry, (uint16_t)key->etype);
    add_counted(&entry, span_of(key->bytes, key->size));
    buf_add_u32be(&entry, kvno);
    buf_add_u32be(out, (uint32_t)entry.size);
    buf_add(out, buf_span(&entry));
    mem_wipe(entry.data, entry.size);
}

static void add_entries(struct buf *out, const char *realm, const char *name,
                        bool service, const struct krb_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        add_entry(out, realm, span_text(name), service, keys->kvno,
                  &keys->items[i]);
    }
}

static bool write_keytab(const char *path, struct buf *keytab, struct err *err)
{
    bool done = profile_write_file(path, buf_span(keytab), err);

    mem_wipe(keytab->data, keytab->size);
    return done;
}

static bool write_service_keytab(const struct keeper_realm *realm,
                                 struct err *err)
{
    AUTO_BUF keytab = {0};

    buf_add_u16be(&keytab, KEYTAB_FORMAT);
    for (size_t i = 0; realm->services[i]; i++) {
        add_entries(&keytab, realm->realm, realm->services[i], true,
                    &realm->service);
    }
    return write_keytab(realm->service_keytab, &keytab, err);
}

static bool write_user_keytab(const struct keeper_realm *realm,
                              const struct krb_keys *user_keys, struct err *err)
{
    AUTO_BUF keytab = {0};

    buf_add_u16be(&keytab, KEYTAB_FORMAT);
    for (size_t i = 0; i < realm->user_count; i++) {
        for (size_t k = 0; realm->users[i].names[k]; k++) {
            add_entries(&keytab, realm->realm, realm->users[i].names[k], false,
                        &user_keys[i]);
        }
    }
    return write_keytab(realm->user_keytab, &keytab, err);
}

bool exports_keytabs(const struct keeper_realm *realm,
                     const struct krb_keys *user_keys, struct err *err)
{
    if (realm->service_keytab && !write_service_keytab(realm, err)) {
        return false;
    }
    return !realm->user_keytab || write_user_keytab(realm, user_keys, err);
}

/* One user's ticket: what is in the middle of its making. */
struct ticket {
    krb5_context context;
    const struct keeper_realm *realm;
    krb5_principal principal;
    krb5_keytab keytab;
    krb5_get_init_creds_opt *options;
    krb5_creds creds;
    krb5_ccache ccache;
};

static krb5_error_code fill_keytab(struct ticket *ticket,
                                   const struct krb_keys *keys)
{
    krb5_error_code code =
        krb5_kt_resolve(ticket->context, "MEMORY:user", &ticket->keytab);

    for (size_t i = 0; !code && i < keys->count; i++) {
        const struct krb_key *key = &keys->items[i];
        krb5_keytab_entry entry = {
            .principal = ticket->principal,
            .vno = keys->kvno,
            .key = {.enctype = key->etype,
                    .length = (unsigned)key->size,
                    .contents = (krb5_octet *)(uintptr_t)key->bytes},
        };

        code = krb5_kt_add_entry(ticket->context, ticket->keytab, &entry);
    }
    return code;
}

static krb5_error_code ask_kdc(struct ticket *ticket)
{
    const struct keeper_realm *realm = ticket->realm;
    krb5_error_code code =
        krb5_get_init_creds_opt_alloc(ticket->context, &ticket->options);

    if (code) {
        return code;
    }
    krb5_get_init_creds_opt_set_tkt_life(ticket->options,
                                         (krb5_deltat)realm->ticket_lifetime);
    krb5_get_init_creds_opt_set_forwardable(ticket->options, 1);
    if (realm->renewable_lifetime) {
        krb5_get_init_creds_opt_set_renew_life(
            ticket->options, (krb5_deltat)realm->renewable_lifetime);
    }
    return krb5_get_init_creds_keytab(ticket->context, &ticket->creds,
                                      ticket->principal, ticket->keytab, 0,
                                      NULL, ticket->options);
}

static krb5_error_code store(struct ticket *ticket, const char *path)
{
    AUTO(str) name = mem_printf("FILE:%s", path);
    krb5_error_code code =
        krb5_cc_resolve(ticket->context, name, &ticket->ccache);

    if (!code) {
        code = krb5_cc_initialize(ticket->context, ticket->ccache,
                                  ticket->principal);
    }
    return code ? code
                : krb5_cc_store_cred(ticket->context, ticket->ccache,
                                     &ticket->creds);
}

static krb5_error_code make_ticket(struct ticket *ticket,
                                   const struct keeper_user *user,
                                   const struct krb_keys *keys)
{
    const char *realm = ticket->realm->realm;
    krb5_error_code code = krb5_build_principal(
        ticket->context, &ticket->principal, (unsigned)strlen(realm), realm,
        user->names[0], NULL);

    if (!code) {
        code = fill_keytab(ticket, keys);
    }
    if (!code) {
        code = ask_kdc(ticket);
    }
    return code ? code : store(ticket, user->ccache);
}

static void end_ticket(struct ticket *ticket)
{
    if (ticket->ccache) {
        krb5_cc_close(ticket->context, ticket->ccache);
    }
    krb5_free_cred_contents(ticket->context, &ticket->creds);
    krb5_get_init_creds_opt_free(ticket->context, ticket->options);
    if (ticket->keytab) {
        krb5_kt_close(ticket->context, ticket->keytab);
    }
    krb5_free_principal(ticket->context, ticket->principal);
}

static bool export_ccache(krb5_context context,
                          const struct keeper_realm *realm, size_t user,
                          const struct krb_keys *keys, struct err *err)
{
    struct ticket ticket = {.context = context, .realm = realm};
    krb5_error_code code = make_ticket(&ticket, &realm->users[user], keys);

    if (code) {
        mit_fail(context, code, err, "libkrb5");
        err_wrap(err, "cannot make a credential cache for %s",
                 realm->users[user].names[0]);
    }
    end_ticket(&ticket);
    return code == 0;
}

bool exports_ccaches(const struct keeper_realm *realm,
                     const struct krb_keys *user_keys, const char *folder,
                     struct err *err)
{
    krb5_context context = NULL;
    bool done = true;

    for (size_t i = 0; done && i < realm->user_count; i++) {
        if (!realm->users[i].ccache) {
            continue;
        }
        done = (context || database_context(folder, &context, err)) &&
               export_ccache(context, realm, i, &user_keys[i], err);
    }
    if (context) {
        krb5_free_context(context);
    }
    return done;
}
