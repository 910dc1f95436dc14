/* Files for clients, see exports.h. */
#include "config.h"

#include "kdc/exports.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/mem.h"

/* Where kinit puts what it gets, unless it is told otherwise. */
#define OWN_CACHE "krb5cc"

enum { CACHE_MAX = 16 * 1024 }; /* of the keeper's making, with one ticket */

/* By rename: who watches the folder sees a whole file. */
static bool write_file(const char *run_dir, const char *name, mode_t mode,
                       struct span text, struct err *err)
{
    AUTO(str) path = mem_printf("%s/%s", run_dir, name);
    AUTO(str) temporary = mem_printf("%s.new", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool good;

    if (fd < 0) {
        return err_errno(err, "cannot write %s", path);
    }
    /* Whatever the umask. */
    good = fchmod(fd, mode) == 0 &&
           write(fd, text.data, text.size) == (ssize_t)text.size;
    good = close(fd) == 0 && good;
    if (!good || rename(temporary, path) != 0) {
        return err_errno(err, "cannot write %s", path);
    }
    return true;
}

/* Clients of any user shall read it, as the CA. */
static bool write_text(const struct exports *exports, const char *name,
                       const struct buf *text, struct err *err)
{
    return write_file(exports->run_dir, name, 0644, buf_span(text), err);
}

/* The address that a client on this machine takes, as krb5.conf writes it. */
static char *address(const struct exports *exports)
{
    const char *first = exports->addresses[0];

    assert(first); /* a server listens somewhere */
    for (const char *const *at = exports->addresses; *at; at++) {
        if (strcmp(*at, "127.0.0.1") == 0 || strcmp(*at, "0.0.0.0") == 0) {
            return mem_strdup("127.0.0.1");
        }
    }
    if (strcmp(first, "::") == 0) {
        return mem_strdup("[::1]");
    }
    return mem_printf(strchr(first, ':') ? "[%s]" : "%s", first);
}

/*
 * No DNS: the machine's resolver knows nothing of this realm, and canonical
 * names would ask for tickets of other hosts. TCP first (an own message's limit
 * of one byte), since answers with large tickets do not fit in a datagram:
 * protocol: kerberos 1.5.
 * A cache of this run: the caller's own one is neither read nor written.
 */
static void add_defaults(const struct exports *exports, struct buf *out)
{
    buf_printf(out,
               "[libdefaults]\n"
               "    default_realm = %s\n"
               "    dns_lookup_kdc = false\n"
               "    dns_lookup_realm = false\n"
               "    dns_canonicalize_hostname = false\n"
               "    rdns = false\n"
               "    default_ccache_name = FILE:%s/" OWN_CACHE "\n"
               "    udp_preference_limit = 1\n\n",
               exports->world->realm, exports->run_dir);
}

static void add_domains(const struct exports *exports, struct buf *out)
{
    const struct world *world = exports->world;

    buf_printf(out,
               "[domain_realm]\n"
               "    localhost = %s\n"
               "    %s = %s\n"
               "    .%s = %s\n",
               world->realm, world->domain, world->realm, world->domain,
               world->realm);
    for (size_t i = 0; world->names[i]; i++) {
        buf_printf(out, "    %s = %s\n", world->names[i], world->realm);
    }
}

static bool write_direct(const struct exports *exports, struct err *err)
{
    AUTO_BUF text = {0};
    AUTO(str) host = address(exports);

    add_defaults(exports, &text);
    buf_printf(&text,
               "[realms]\n"
               "    %s = {\n"
               "        kdc = %s:%d\n"
               "    }\n\n",
               exports->world->realm, host, exports->kdc_port);
    add_domains(exports, &text);
    return write_text(exports, "krb5.conf", &text, err);
}

/* MS-KKDCP: for clients that reach nothing but HTTPS. */
static bool write_proxy(const struct exports *exports, struct err *err)
{
    AUTO_BUF text = {0};
    AUTO(str) host = address(exports);

    if (strcmp(host, "127.0.0.1") == 0) {
        /* A proxy has a name, mostly; this one needs no DNS. */
        mem_free(host);
        host = mem_strdup("localhost");
    }
    add_defaults(exports, &text);
    buf_printf(&text,
               "[realms]\n"
               "    %s = {\n"
               "        kdc = https://%s:%d/KdcProxy\n"
               "        http_anchors = FILE:%s\n"
               "    }\n\n",
               exports->world->realm, host, exports->https_port,
               exports->ca_file);
    add_domains(exports, &text);
    return write_text(exports, "krb5-proxy.conf", &text, err);
}

/* In single quotes, for sh(1). */
static void add_variable(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s='", name);
    for (const char *c = value; *c; c++) {
        if (*c == '\'') {
            buf_add_text(out, "'\\'");
        }
        buf_add_u8(out, (uint8_t)*c);
    }
    buf_printf(out, "'\nexport %s\n", name);
}

static bool write_variables(const struct exports *exports, struct err *err)
{
    AUTO_BUF text = {0};
    AUTO(str) conf = mem_printf("%s/krb5.conf", exports->run_dir);
    AUTO(str) ccache = mem_printf("FILE:%s/" OWN_CACHE, exports->run_dir);

    add_variable(&text, "KRB5_CONFIG", conf);
    add_variable(&text, "KRB5CCNAME", ccache);
    return write_text(exports, "krb5.env", &text, err);
}

bool exports_write(const struct exports *exports, struct err *err)
{
    return write_direct(exports, err) && write_proxy(exports, err) &&
           write_variables(exports, err);
}

bool exports_own_cache(const char *run_dir, const char *ccache, struct err *err)
{
    uint8_t bytes[CACHE_MAX];
    int fd = open(ccache, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
    bool copied;

    if (size < 0) {
        err_errno(err, "cannot read %s", ccache);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        return false;
    }
    copied =
        write_file(run_dir, OWN_CACHE, 0600, span_of(bytes, (size_t)size), err);
    mem_wipe(bytes, sizeof(bytes));
    return copied;
}
