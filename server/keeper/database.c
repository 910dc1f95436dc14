/* The KDC's database, see database.h. */
#include "config.h"

#include "keeper/database.h"

#include <string.h>

#include <kdb.h>
#include <profile.h>

#include "keeper/derive.h"
#include "keeper/profile.h"
#include "util/arena.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/mit.h"

enum {
    /* MIT's own entry of that service lives as long. */
    CHANGE_PASSWORD_LIFETIME = 300,
    /* A time long ago. */
    DATABASE_PAST = 1,
};

struct database {
    const struct keeper_realm *realm;
    krb5_context context;
    krb5_keyblock master;
    bool open;
};

/* One principal, to be written. */
struct entry {
    struct span names[2]; /* components */
    const struct krb_keys *keys;
    struct span salt; /* empty: what MIT makes of the name */
    krb5_flags attributes;
    int64_t life; /* s */
    bool key_expired;
    bool master;
    const char *session; /* encryption types of session keys; NULL: as keys */
};

bool database_context(const char *folder, krb5_context *out_context,
                      struct err *err)
{
    AUTO(str) path = mem_printf("%s/" PROFILE_FILE, folder);
    profile_t profile = NULL;
    const_profile_filespec_t files[] = {path, NULL};
    krb5_error_code code = (krb5_error_code)profile_init(files, &profile);

    if (code) {
        return mit_fail(NULL, code, err, path);
    }
    code = krb5_init_context_profile(profile, 0, out_context);
    profile_release(profile);
    return code ? mit_fail(NULL, code, err, path) : true;
}

static krb5_data data_of(struct span bytes)
{
    return (krb5_data){
        .length = (unsigned)bytes.size,
        .data = (char *)(uintptr_t)bytes.data,
    };
}

static krb5_keyblock keyblock_of(const struct krb_key *key)
{
    return (krb5_keyblock){
        .enctype = key->etype,
        .length = (unsigned)key->size,
        .contents = (krb5_octet *)(uintptr_t)key->bytes,
    };
}

static krb5_error_code make_principal(struct database *database,
                                      const struct entry *entry,
                                      krb5_principal *out)
{
    const char *realm = database->realm->realm;

    return krb5_build_principal_ext(
        database->context, out, (unsigned)strlen(realm), realm,
        (unsigned)entry->names[0].size, (const char *)entry->names[0].data,
        (unsigned)entry->names[1].size, (const char *)entry->names[1].data, 0);
}

static krb5_error_code add_key(struct database *database, krb5_db_entry *record,
                               const struct entry *entry,
                               const struct krb_key *key)
{
    krb5_keyblock block = keyblock_of(key);
    krb5_keysalt salt = {KRB5_KDB_SALTTYPE_SPECIAL, data_of(entry->salt)};
    krb5_error_code code = krb5_dbe_create_key_data(database->context, record);

    if (code) {
        return code;
    }
    return krb5_dbe_encrypt_key_data(database->context, &database->master,
                                     &block, entry->salt.size ? &salt : NULL,
                                     (int)entry->keys->kvno,
                                     &record->key_data[record->n_key_data - 1]);
}

/* K/M says which master key is in force: krb5kdc wants to know. */
static krb5_error_code add_master(struct database *database,
                                  krb5_db_entry *record)
{
    krb5_actkvno_node active = {.act_kvno = 1, .act_time = DATABASE_PAST};
    krb5_error_code code =
        krb5_dbe_update_actkvno(database->context, record, &active);

    return code ? code : krb5_dbe_update_mkvno(database->context, record, 1);
}

static krb5_error_code fill(struct database *database, krb5_db_entry *record,
                            const struct entry *entry)
{
    krb5_error_code code = make_principal(database, entry, &record->princ);

    record->magic = (krb5_magic)KRB5_KDB_MAGIC_NUMBER;
    record->len = KRB5_KDB_V1_BASE_LENGTH;
    record->attributes = entry->attributes;
    record->max_life = (krb5_deltat)entry->life;
    record->max_renewable_life =
        (krb5_deltat)database->realm->renewable_lifetime;
    record->pw_expiration = entry->key_expired ? DATABASE_PAST : 0;
    for (size_t i = 0; !code && i < entry->keys->count; i++) {
        code = add_key(database, record, entry, &entry->keys->items[i]);
    }
    if (!code && entry->master) {
        code = add_master(database, record);
    }
    if (!code && entry->session) {
        code =
            krb5_dbe_set_string(database->context, record,
                                KRB5_KDB_SK_SESSION_ENCTYPES, entry->session);
    }
    return code;
}

static bool put(struct database *database, const struct entry *entry,
                struct err *err)
{
    krb5_db_entry *record =
        krb5_db_alloc(database->context, NULL, sizeof(krb5_db_entry));
    krb5_error_code code;

    if (!record) {
        return err_set(err, "out of memory");
    }
    memset(record, 0, sizeof(*record));
    code = fill(database, record, entry);
    if (!code) {
        code = krb5_db_put_principal(database->context, record);
    }
    krb5_db_free_principal(database->context, record);
    if (code) {
        mit_fail(database->context, code, err, "libkdb5");
        return err_wrap(err, "cannot write %.*s to the KDC's database",
                        (int)entry->names[0].size, entry->names[0].data);
    }
    return true;
}

bool database_put_service(struct database *database, const char *service,
                          struct err *err)
{
    struct span whole = span_text(service);
    size_t slash = span_find(whole, span_text("/"), 0);
    const struct entry entry = {
        .names = {span_slice(whole, 0, slash),
                  slash < whole.size ? span_slice(whole, slash + 1, whole.size)
                                     : SPAN_NONE},
        .keys = &database->realm->service,
        .life = database->realm->ticket_lifetime,
    };

    return put(database, &entry, err);
}

static bool put_master(struct database *database, struct err *err)
{
    struct krb_keys keys = {.count = 1, .kvno = 1};
    const struct entry entry = {
        .names = {span_text("K"), span_text("M")},
        .keys = &keys,
        .attributes = KRB5_KDB_DISALLOW_ALL_TIX,
        .life = database->realm->ticket_lifetime,
        .master = true,
    };
    bool done;

    keys.items[0].etype = database->master.enctype;
    keys.items[0].size = database->master.length;
    memcpy(keys.items[0].bytes, database->master.contents,
           database->master.length);
    done = put(database, &entry, err);
    mem_wipe(&keys, sizeof(keys));
    return done;
}

/* Where clients of MIT go when a password has expired. Nobody has its key. */
static bool put_change_password(struct database *database, struct err *err)
{
    struct krb_keys keys;
    const struct entry entry = {
        .names = {span_text("kadmin"), span_text("changepw")},
        .keys = &keys,
        .attributes = KRB5_KDB_DISALLOW_TGT_BASED | KRB5_KDB_PWCHANGE_SERVICE,
        .life = CHANGE_PASSWORD_LIFETIME,
    };

    krb_keys_make(&keys, KRB_AES_BITS, 1, env_secret);
    return put(database, &entry, err);
}

static bool put_services(struct database *database,
                         const struct krb_keys *keys UNUSED, struct err *err)
{
    const struct keeper_realm *realm = database->realm;
    AUTO_BUF etypes = {0};
    struct entry krbtgt = {
        .names = {span_text("krbtgt"), span_text(realm->realm)},
        .keys = &realm->krbtgt,
        .life = realm->ticket_lifetime,
    };

    profile_add_etypes(&etypes, realm->etypes);
    krbtgt.session = buf_text(&etypes);

    if (!put_master(database, err) || !put(database, &krbtgt, err) ||
        !put_change_password(database, err)) {
        return false;
    }
    for (size_t i = 0; realm->services[i]; i++) {
        if (!database_put_service(database, realm->services[i], err)) {
            return false;
        }
    }
    return true;
}

bool database_put_user(struct database *database,
                       const struct keeper_user *user,
                       const struct krb_keys *keys, struct err *err)
{
    AUTO_BUF salt = {0};
    struct entry entry = {
        .keys = keys,
        .life = database->realm->ticket_lifetime,
        .key_expired = user->state == KEEPER_KEY_EXPIRED,
    };

    if (database->realm->preauth) {
        entry.attributes |= KRB5_KDB_REQUIRES_PRE_AUTH;
    }
    if (!database->realm->renewable_lifetime) {
        entry.attributes |= KRB5_KDB_DISALLOW_RENEWABLE;
    }
    if (user->state == KEEPER_REVOKED) {
        entry.attributes |= KRB5_KDB_DISALLOW_ALL_TIX;
    }
    derive_salt(&salt, database->realm->realm, user);
    entry.salt = buf_span(&salt);
    for (size_t i = 0; user->names[i]; i++) {
        entry.names[0] = span_text(user->names[i]);
        if (!put(database, &entry, err)) {
            return false;
        }
    }
    return true;
}

static bool put_users(struct database *database, const struct krb_keys *keys,
                      struct err *err)
{
    const struct keeper_realm *realm = database->realm;

    for (size_t i = 0; i < realm->user_count; i++) {
        if (!database_put_user(database, &realm->users[i], &keys[i], err)) {
            return false;
        }
    }
    return true;
}

/* One lock for all: each alone would open and close the file. */
static bool put_locked(struct database *database,
                       bool (*put_all)(struct database *database,
                                       const struct krb_keys *keys,
                                       struct err *err),
                       const struct krb_keys *keys, struct err *err)
{
    krb5_error_code code =
        krb5_db_lock(database->context, KRB5_DB_LOCKMODE_EXCLUSIVE);
    bool done;

    if (code) {
        return mit_fail(database->context, code, err,
                        "cannot lock the KDC's database");
    }
    done = put_all(database, keys, err);
    code = krb5_db_unlock(database->context);
    if (done && code) {
        return mit_fail(database->context, code, err,
                        "cannot unlock the KDC's database");
    }
    return done;
}

bool database_put_users(struct database *database, const struct krb_keys *keys,
                        struct err *err)
{
    return put_locked(database, put_users, keys, err);
}

/* krb5kdc finds the master key there. */
static krb5_error_code stash_master(struct database *database,
                                    const char *folder)
{
    AUTO(str) path = mem_printf("%s/" STASH_FILE, folder);
    krb5_principal name = NULL;
    krb5_error_code code = krb5_build_principal(
        database->context, &name, (unsigned)strlen(database->realm->realm),
        database->realm->realm, "K", "M", NULL);

    if (!code) {
        code = krb5_db_store_master_key(database->context, path, name, 1,
                                        &database->master, NULL);
    }
    krb5_free_principal(database->context, name);
    return code;
}

static bool create(struct database *database, const char *folder,
                   struct err *err)
{
    krb5_error_code code = krb5_db_create(database->context, NULL);

    if (code) {
        return mit_fail(database->context, code, err,
                        "cannot make the KDC's database");
    }
    database->open = true;
    code = stash_master(database, folder);
    if (code) {
        return mit_fail(database->context, code, err,
                        "cannot store the KDC's master key");
    }
    return put_locked(database, put_services, NULL, err);
}

bool database_create(const struct keeper_realm *realm, const char *folder,
                     struct database **out_database, struct err *err)
{
    AUTO(database) database = NEW(struct database);

    database->realm = realm;
    if (!database_context(folder, &database->context, err)) {
        return false;
    }
    database->master.enctype = KRB_ETYPE_AES256;
    database->master.length = KRB_KEY_MAX;
    database->master.contents = mem_alloc(KRB_KEY_MAX);
    env_secret(database->master.contents, KRB_KEY_MAX);
    if (!create(database, folder, err)) {
        return false;
    }
    *out_database = take(&database);
    return true;
}

void database_free(struct database *database)
{
    if (!database) {
        return;
    }
    if (database->open) {
        krb5_db_fini(database->context);
    }
    if (database->context) {
        krb5_free_context(database->context);
    }
    if (database->master.contents) {
        mem_wipe(database->master.contents, database->master.length);
        mem_free(database->master.contents);
    }
    mem_free(database);
}
