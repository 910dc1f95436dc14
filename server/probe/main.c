/*
 * lyncmock-probe: the built-in client. Started by `lyncmock probe`; written
 * from the documents of the protocol, not from our server, so that it may
 * judge any.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/walk.h"
#include "wire/xml.h"

static void print_help(void)
{
    const struct client *client;

    printf("usage: lyncmock probe [URL] [SIP-ADDRESS] [OPTION]...\n\n"
           "Signs in as a Lync client does - discovery, metadata, web ticket, "
           "User - and says\nwhat it saw.\n\nOptions:\n");
    probe_options_print(stdout);
    printf("\nClients:\n");
    for (size_t i = 0; (client = client_at(i)) != NULL; i++) {
        printf("  %-28s %s\n", client->name, client->title);
    }
    printf("\nExit codes: 0 signed in; 1 the sign-in failed; 2 an option is "
           "wrong; 3 no server\ncould be reached; 4 the time was up.\n");
}

/* Variables that libraries read by themselves would change what is tested. */
static void clean_environment(void)
{
    unsetenv("OPENSSL_CONF");
    unsetenv("SSL_CERT_DIR");
    unsetenv("SSL_CERT_FILE");
    /* With it a plug-in of GSS-API's puts NTLM into Negotiate. */
    unsetenv("NTLM_USER_FILE");
}

static enum probe_exit fail(enum probe_exit code, const struct err *err)
{
    fprintf(stderr, "lyncmock probe: error: %s\n", err->text);
    return code;
}

static void judge_name(struct walk *walk)
{
    for (const char *at = walk->target->user; *at; at++) {
        if ((unsigned char)*at >= 0x80 &&
            walk->client->credentials == CREDENTIALS_NTLM) {
            fprintf(stderr, "lyncmock probe: warning: libcurl does not write "
                            "such a name as UTF-16; real servers may refuse "
                            "it\n");
            return;
        }
    }
}

static void judge_person(const char *person)
{
    if (person && !strpbrk(person, "@.")) {
        fprintf(stderr,
                "lyncmock probe: warning: \"%s\" is taken as a domain here; a "
                "SIP address has an @\n",
                person);
    }
}

static enum probe_exit sign_in(struct arena *arena, struct env *env,
                               const struct probe_options *options,
                               const struct client *client,
                               const struct target *target, int64_t deadline)
{
    const struct http_setup setup = {
        .env = env,
        .arena = arena,
        .user_agent = client->user_agent,
        .ca_file = target->ca_file,
        .insecure = options->insecure,
        .proxy = options->proxy,
        .address = target->address,
        .domain = target->domain,
        .https_port = target->https_port,
        .http_port = target->http_port,
        .deadline = deadline,
        .limit = options->timeout / 3,
        .verbose = options->verbose,
    };
    struct report report;
    enum probe_exit code;
    AUTO(http) http = NULL;
    struct err err;

    if (!probe_http_new(&setup, &http, &err)) {
        return fail(PROBE_FAILED, &err);
    }
    report_init(&report, arena, options->json);
    struct walk walk = {
        .arena = arena,
        .env = env,
        .client = client,
        .target = target,
        .trust = options->trust,
        .http = http,
        .report = &report,
        .deadline = deadline,
        .may_switch = !options->client,
    };
    judge_name(&walk);
    walk_sign_in(&walk);
    report_end(&report, &walk.outcome);
    code = walk.outcome.failure ? walk.failure.exit_code : PROBE_SIGNED_IN;
    if (kerberos_is_stuck(walk.kerberos)) {
        (void)fflush(NULL);
        _exit((int)code);
    }
    kerberos_free(walk.kerberos);
    return code;
}

static const struct client *find_client(const char *name, struct err *err)
{
    const struct client *client = client_named(name);
    const char *near = client_near(name);

    if (!client && near) {
        err_set(err, "--as: unknown client %s; did you mean %s?", name, near);
    } else if (!client) {
        err_set(err,
                "--as: unknown client %s; lyncmock probe --help lists "
                "them",
                name);
    }
    return client;
}

static enum probe_exit run(struct arena *arena, int argc, char **argv)
{
    struct probe_options options;
    const struct client *client;
    struct target target;
    int64_t deadline;
    struct env env;
    struct err err;

    if (!probe_options_parse(arena, argc, argv, &options, &err)) {
        return fail(PROBE_USAGE, &err);
    }
    if (options.help) {
        print_help();
        return PROBE_SIGNED_IN;
    }
    client =
        find_client(options.client ? options.client : "pc-external-ntlm", &err);
    if (!client) {
        return fail(PROBE_USAGE, &err);
    }
    judge_person(options.person);
    env_system(&env, 0);
    deadline = env_monotonic(&env) + options.timeout;
    struct target_search search = {arena, &options, client, &env, PROBE_USAGE};
    if (!target_find(&search, &target, &err)) {
        return fail(search.exit_code, &err);
    }
    return sign_in(arena, &env, &options, client, &target, deadline);
}

int main(int argc, char **argv)
{
    AUTO(arena) arena = arena_new();
    enum probe_exit code;

    signal(SIGPIPE, SIG_IGN);
    clean_environment();
    xml_init();
    code = run(arena, argc, argv);
    xml_cleanup();
    return (int)code;
}
