/* The profile of krb5kdc, see profile.h. */
#include "config.h"

#include "keeper/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/mem.h"

/* A value in quotes: paths hold anything. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_add_u8(out, '"');
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\') {
            buf_add_u8(out, '\\');
        }
        buf_add_u8(out, (uint8_t)*at);
    }
    buf_add_u8(out, '"');
}

static void add_path(struct buf *out, const char *key, const char *folder,
                     const char *name)
{
    AUTO(str) path = mem_printf("%s/%s", folder, name);

    buf_printf(out, "    %s = ", key);
    add_quoted(out, path);
    buf_add_u8(out, '\n');
}

void profile_add_etypes(struct buf *out, unsigned etypes)
{
    if (etypes & KRB_AES256_BIT) {
        buf_add_text(out, " aes256-cts-hmac-sha1-96");
    }
    if (etypes & KRB_AES128_BIT) {
        buf_add_text(out, " aes128-cts-hmac-sha1-96");
    }
    if (etypes & KRB_RC4_BIT) {
        buf_add_text(out, " arcfour-hmac");
    }
}

static void add_library(struct buf *out, const struct keeper_realm *realm)
{
    buf_printf(out,
               "[libdefaults]\n"
               "    default_realm = %s\n"
               "    dns_lookup_kdc = false\n"
               "    dns_lookup_realm = false\n"
               "    dns_canonicalize_hostname = false\n"
               "    rdns = false\n"
               "    udp_preference_limit = 1\n"
               "    kdc_timesync = 0\n"
               "    forwardable = true\n"
               "    allow_rc4 = %s\n"
               "    permitted_enctypes =",
               realm->realm, realm->etypes & KRB_RC4_BIT ? "true" : "false");
    profile_add_etypes(out, realm->etypes);
    buf_add_u8(out, '\n');
}

/*
 * krb5kdc itself never writes to the database: an entry that it read before a
 * change and wrote back behind it would undo that. Lockout is the server's.
 */
static void add_module(struct buf *out, const char *folder)
{
    buf_add_text(out, "[dbmodules]\n"
                      "lyncmock = {\n"
                      "    db_library = db2\n"
                      "    disable_last_success = true\n"
                      "    disable_lockout = true\n");
    add_path(out, "database_name", folder, "principal");
    buf_add_text(out, "}\n");
}

static void add_realm(struct buf *out, const struct keeper_realm *realm,
                      const char *folder, uint16_t port)
{
    buf_printf(out,
               "[realms]\n"
               "    %s = {\n" /* "include" at the front is no relation */
               "    kdc = 127.0.0.1:%u\n"
               "    database_module = lyncmock\n"
               "    master_key_type = aes256-cts-hmac-sha1-96\n"
               "    kdc_listen = \"\"\n"
               "    kdc_tcp_listen = 127.0.0.1:%u\n"
               "    max_life = %" PRId64 "s\n"
               "    max_renewable_life = %" PRId64 "s\n",
               realm->realm, port, port, realm->ticket_lifetime,
               realm->renewable_lifetime);
    add_path(out, "key_stash_file", folder, STASH_FILE);
    buf_add_text(out, "    }\n");
}

bool profile_write_file(const char *path, struct span content, struct err *err)
{
    int fd;
    bool written;

    if (unlink(path) != 0 && errno != ENOENT) {
        return err_errno(err, "cannot replace %s", path);
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_errno(err, "cannot make %s", path);
    }
    written = write(fd, content.data, content.size) == (ssize_t)content.size;
    if (close(fd) != 0 || !written) {
        return err_errno(err, "cannot write %s", path);
    }
    return true;
}

bool profile_write(const struct keeper_realm *realm, const char *folder,
                   uint16_t port, struct err *err)
{
    AUTO(str) path = mem_printf("%s/" PROFILE_FILE, folder);
    AUTO_BUF text = {0};

    add_library(&text, realm);
    /* What passwords need: others would have to be set up, or looked for. */
    buf_add_text(&text, "[plugins]\n"
                        "kdcpreauth = {\n"
                        "    enable_only = encrypted_timestamp\n"
                        "    enable_only = encrypted_challenge\n"
                        "}\n"
                        "[kdcdefaults]\n"
                        "    kdc_tcp_listen_backlog = 128\n"
                        "[logging]\n"
                        "    kdc = STDERR\n");
    add_module(&text, folder);
    add_realm(&text, realm, folder, port);
    return profile_write_file(path, buf_span(&text), err);
}
