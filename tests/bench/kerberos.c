/*
 * Kerberos for the benchmark, on MIT's library alone:
 *
 *     kerberos spawn CORE USER PASSWORD COMMAND...
 *         starts a server; says when it was ready, and when this client, on
 *         another core, had a ticket of its KDC
 *     kerberos tokens USER PASSWORD HOST COUNT
 *         prints tokens for HTTP on a host as curl sends them, in base64; it
 *         takes the realm from KRB5_CONFIG
 *     kerberos accept KEYTAB SKIP
 *         reads such tokens from standard input, and says what accepting each
 *         costs GSS-API's acceptor, without the first SKIP
 */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

#include "util/base64.h"
#include "util/mem.h"

#define NS_PER_S 1e9

/* Within this process alone. */
static const char cache_name[] = "MEMORY:bench";
static const char keytab_name[] = "MEMORY:bench";

/* 1.3.6.1.5.5.2 */
static uint8_t spnego_oid[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x02};
static gss_OID_desc spnego = {sizeof(spnego_oid), spnego_oid};

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / NS_PER_S;
}

static void die(const char *what)
{
    fprintf(stderr, "kerberos: %s\n", what);
    exit(1);
}

/* ---- A ticket by password ---- */

static void check_krb5(krb5_context context, krb5_error_code code,
                       const char *what)
{
    if (code) {
        const char *text = krb5_get_error_message(context, code);

        fprintf(stderr, "kerberos: %s: %s\n", what, text);
        exit(1);
    }
}

/* Into the cache, which lives as long as this process. */
static void get_ticket(const char *user, const char *password)
{
    krb5_context context;
    krb5_principal client;
    krb5_ccache cache;
    krb5_get_init_creds_opt *options;
    krb5_creds creds;

    check_krb5(NULL, krb5_init_context(&context), "krb5.conf");
    check_krb5(context, krb5_parse_name(context, user, &client), user);
    check_krb5(context, krb5_cc_resolve(context, cache_name, &cache),
               "the cache");
    check_krb5(context, krb5_get_init_creds_opt_alloc(context, &options),
               "options");
    check_krb5(context,
               krb5_get_init_creds_opt_set_out_ccache(context, options, cache),
               "options");
    check_krb5(context,
               krb5_get_init_creds_password(context, &creds, client, password,
                                            NULL, NULL, 0, NULL, options),
               "no ticket");
    krb5_free_cred_contents(context, &creds);
    krb5_get_init_creds_opt_free(context, options);
    krb5_cc_close(context, cache);
    krb5_free_principal(context, client);
    krb5_free_context(context);
}

/* ---- spawn ---- */

static pid_t start(char **command, int *out_fd)
{
    int pipes[2];
    pid_t child;

    if (pipe(pipes) != 0 || (child = fork()) < 0) {
        die(strerror(errno));
    }
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execv(command[0], command);
        _exit(127);
    }
    close(pipes[1]);
    *out_fd = pipes[0];
    return child;
}

/* The ready line names the krb5.conf; NULL: it does not. */
static char *krb5_conf_of(FILE *from)
{
    static const char name[] = " krb5_conf=";
    char line[4096];
    char *at = fgets(line, sizeof(line), from) ? strstr(line, name) : NULL;

    if (!at) {
        return NULL;
    }
    at += strlen(name);
    at[strcspn(at, " \n")] = '\0';
    return mem_strdup(at);
}

static void go_to(int core)
{
    cpu_set_t cores;

    CPU_ZERO(&cores);
    CPU_SET((size_t)core, &cores);
    sched_setaffinity(0, sizeof(cores), &cores);
}

static int spawn(char **words, int count)
{
    double began = seconds(CLOCK_MONOTONIC);
    double ready;
    double ticket;
    char *krb5_conf;
    pid_t child;
    FILE *from;
    int fd;

    if (count < 4) {
        die("spawn CORE USER PASSWORD COMMAND...");
    }
    child = start(words + 3, &fd);
    go_to((int)strtol(words[0], NULL, 10));
    from = fdopen(fd, "r");
    krb5_conf = from ? krb5_conf_of(from) : NULL;
    ready = seconds(CLOCK_MONOTONIC);
    if (krb5_conf) {
        setenv("KRB5_CONFIG", krb5_conf, 1);
        get_ticket(words[1], words[2]);
    }
    ticket = seconds(CLOCK_MONOTONIC);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    if (!krb5_conf) {
        die("the server offers no Kerberos (krb5kdc is of the Debian package "
            "krb5-kdc)");
    }
    printf("{\"ready_ms\": %.3f, \"ticket_ms\": %.3f}\n", (ready - began) * 1e3,
           (ticket - began) * 1e3);
    mem_free(krb5_conf);
    fclose(from);
    return 0;
}

/* ---- tokens ---- */

static void check_gss(OM_uint32 major, OM_uint32 minor, const char *what)
{
    if (GSS_ERROR(major)) {
        fprintf(stderr, "kerberos: %s: %#x, %d\n", what, major, (int)minor);
        exit(1);
    }
}

static gss_name_t service_of(const char *host)
{
    char text[512];
    gss_buffer_desc buffer = {.value = text};
    gss_name_t name;
    OM_uint32 minor;

    buffer.length = (size_t)snprintf(text, sizeof(text), "HTTP@%s", host);
    check_gss(
        gss_import_name(&minor, &buffer, GSS_C_NT_HOSTBASED_SERVICE, &name),
        minor, host);
    return name;
}

/* libcurl asks for mutual authentication and replay detection. */
static void print_token(gss_name_t service)
{
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    AUTO_BUF text = {0};
    OM_uint32 minor;
    OM_uint32 major = gss_init_sec_context(
        &minor, GSS_C_NO_CREDENTIAL, &context, service, &spnego,
        GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS,
        GSS_C_NO_BUFFER, NULL, &token, NULL, NULL);

    check_gss(major, minor, "no token");
    base64_add(&text, span_of(token.value, token.length));
    puts(buf_text(&text));
    gss_release_buffer(&minor, &token);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
}

static int tokens(char **words, int count)
{
    gss_name_t service;
    OM_uint32 minor;
    long more;

    if (count != 4) {
        die("tokens USER PASSWORD HOST COUNT");
    }
    setenv("KRB5CCNAME", cache_name, 1);
    get_ticket(words[0], words[1]);
    service = service_of(words[2]);
    for (more = strtol(words[3], NULL, 10); more > 0; more--) {
        print_token(service);
    }
    gss_release_name(&minor, &service);
    return 0;
}

/* ---- accept ---- */

/* A keytab of this process alone, so that no file is read for each token. */
static void copy_keytab(krb5_context context, const char *path)
{
    krb5_keytab from;
    krb5_keytab to; /* kept: it vanishes with its last handle */
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;

    check_krb5(context, krb5_kt_resolve(context, path, &from), path);
    check_krb5(context, krb5_kt_resolve(context, keytab_name, &to), "memory");
    check_krb5(context, krb5_kt_start_seq_get(context, from, &cursor), path);
    while (krb5_kt_next_entry(context, from, &entry, &cursor) == 0) {
        check_krb5(context, krb5_kt_add_entry(context, to, &entry), "memory");
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, from, &cursor);
    krb5_kt_close(context, from);
}

static gss_cred_id_t acceptor(void)
{
    gss_key_value_element_desc elements[] = {
        {"keytab", keytab_name},
        {"rcache", "none:"},
    };
    const gss_key_value_set_desc store = {2, elements};
    gss_OID_set_desc mechs = {1, &spnego};
    gss_cred_id_t cred;
    OM_uint32 minor;
    OM_uint32 major =
        gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs,
                              GSS_C_ACCEPT, &store, &cred, NULL, NULL);

    check_gss(major, minor, "no credentials");
    return cred;
}

static void accept_one(gss_cred_id_t cred, struct span token)
{
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc in = {token.size, (void *)(uintptr_t)token.data};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    OM_uint32 major = gss_accept_sec_context(&minor, &context, cred, &in,
                                             GSS_C_NO_CHANNEL_BINDINGS, NULL,
                                             NULL, &out, NULL, NULL, NULL);

    check_gss(major, minor, "a token is refused");
    gss_release_buffer(&minor, &out);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
}

/* All of them first: reading is no part of the price. */
static size_t read_tokens(struct arena *arena, struct span **out_tokens)
{
    struct span *list = NULL;
    size_t count = 0;
    char line[16384];

    while (fgets(line, sizeof(line), stdin)) {
        struct span text = span_of(line, strcspn(line, "\n"));

        list = mem_resize(list, (count + 1) * sizeof(*list));
        if (!base64_decode(arena, text, &list[count++])) {
            die("a line is no base64");
        }
    }
    *out_tokens = list;
    return count;
}

static int accept_all(char **words, int count)
{
    AUTO(arena) arena = arena_new();
    krb5_context context;
    gss_cred_id_t cred;
    struct span *list;
    size_t skip;
    size_t all;
    OM_uint32 minor;
    double began = 0;

    if (count != 2) {
        die("accept KEYTAB SKIP");
    }
    skip = strtoul(words[1], NULL, 10);
    check_krb5(NULL, krb5_init_context(&context), "krb5.conf");
    copy_keytab(context, words[0]);
    cred = acceptor();
    all = read_tokens(arena, &list);
    for (size_t i = 0; i < all; i++) {
        if (i == skip) {
            began = seconds(CLOCK_PROCESS_CPUTIME_ID);
        }
        accept_one(cred, list[i]);
    }
    printf("{\"accepted\": %zu, \"cpu_s\": %.9f}\n", all - skip,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - began);
    gss_release_cred(&minor, &cred);
    krb5_free_context(context);
    mem_free(list);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(char **words, int count);
    } modes[] = {
        {"spawn", spawn},
        {"tokens", tokens},
        {"accept", accept_all},
    };

    for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(modes); i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            return modes[i].run(argv + 2, argc - 2);
        }
    }
    fprintf(stderr, "usage: kerberos spawn|tokens|accept ...\n");
    return 2;
}
