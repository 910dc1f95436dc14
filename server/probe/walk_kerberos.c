/* Kerberos on the way to the web ticket. protocol: webticket 6.5. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/challenge.h"
#include "probe/negotiate.h"
#include "probe/walk.h"
#include "util/url.h"
#include "wire/krb_error.h"
#include "wire/spnego.h"

enum { CLOCKS_DIFFER = 60 }; /* s; less explains no error */

/* ---- Tickets ---- */

static bool fail_by(struct walk *walk, const char *stage,
                    const struct kerberos_trouble *trouble)
{
    walk_fail(walk, stage, trouble->reason, trouble->advice);
    if (trouble->too_late) {
        walk->failure.exit_code = PROBE_TIMEOUT;
    }
    return false;
}

/* The user's ticket, once: a step of its own where a KDC is asked. */
static bool sign_on(struct walk *walk)
{
    const struct target *target = walk->target;
    const struct kerberos_setup setup = {
        .arena = walk->arena,
        .krb5_conf = target->krb5_conf,
        .ccache = target->ccache,
        .user = target->user,
        .is_sip = strcmp(target->user, target->sip_uri + strlen("sip:")) == 0,
        .password = target->password,
        .deadline = walk->deadline,
    };
    int64_t began = env_monotonic(walk->env);
    struct kerberos_trouble trouble;
    struct step *step =
        report_step(walk->report, STAGE_KERBEROS,
                    target->password ? "AS" : "cache", target->user);
    bool good = kerberos_new(&setup, &walk->kerberos, &trouble);

    step->took = env_monotonic(walk->env) - began;
    if (!good) {
        step->problem = trouble.reason;
        return fail_by(walk, STAGE_KERBEROS, &trouble);
    }
    report_learned(walk->report, "%s has a ticket",
                   kerberos_client(walk->kerberos));
    return true;
}

bool walk_kerberos_begin(struct walk *walk, const char *address)
{
    struct kerberos_trouble trouble = {0};
    struct url url;

    if (!walk->kerberos && !sign_on(walk)) {
        return false;
    }
    walk->service = (struct kerberos_ticket){0};
    walk->no_service = (struct kerberos_trouble){0};
    if (url_parse(walk->arena, address, &url) &&
        !kerberos_ticket_for(walk->kerberos, url.host, &walk->service,
                             &trouble)) {
        /* The server may want none: its answer decides. */
        walk->no_service = trouble;
        return !trouble.too_late || fail_by(walk, STAGE_KERBEROS, &trouble);
    }
    return true;
}

/* ---- What the server says of them ---- */

static void judge_reply(struct walk *walk, const struct negotiate_told *told)
{
    if (!told->token ||
        (told->readable && !told->has_reply && !told->has_error)) {
        report_warn(walk->report,
                    "no mutual token came back: clients that ask for mutual "
                    "authentication refuse such an answer (libcurl takes it)");
    } else if (!told->readable || !told->has_reply) {
        report_warn(walk->report,
                    "what came back is no mutual token: clients that ask for "
                    "mutual authentication refuse such an answer");
    } else if (!kerberos_proves(walk->kerberos, &walk->service,
                                told->reply.etype, told->reply.cipher)) {
        report_warn(walk->report,
                    "the mutual token is wrong: it does not prove that the "
                    "server has read the ticket");
    } else {
        report_learned(walk->report, "mutual token good");
    }
    if (told->has_state && told->state != SPNEGO_ACCEPT_COMPLETED) {
        const char *name = spnego_state_name(told->state);

        report_warn(walk->report, "the last token says %s",
                    name ? name : "an unknown state");
    }
}

void walk_kerberos_tell(struct walk *walk, const struct http_answer *answer)
{
    const char *persistent = http_header(answer, "Persistent-Auth");
    struct negotiate_told told;

    if (answer->legs < 2 || !walk->service.service) {
        report_warn(walk->report, "the server asked for no authentication");
        return;
    }
    report_learned(walk->report, "Kerberos %s, service %s, %s",
                   walk->service.client, walk->service.service,
                   walk->service.etype);
    negotiate_read(walk->arena, answer, &told);
    judge_reply(walk, &told);
    if (persistent) {
        report_learned(walk->report, "Persistent-Auth %s", persistent);
    }
}

/* RFC 4120 section 5.9.1: the error tells the server's time. */
static const char *clock_text(struct walk *walk, const struct krb_error *error)
{
    int64_t ahead = error->server_time - env_now(walk->env) / ENV_NS_PER_SEC;

    return error->code == KRB_AP_ERR_SKEW ||
                   ((error->code == KRB_AP_ERR_TKT_EXPIRED ||
                     error->code == KRB_AP_ERR_TKT_NYV) &&
                    (ahead > CLOCKS_DIFFER || ahead < -CLOCKS_DIFFER))
               ? arena_printf(walk->arena,
                              "; its clock is %" PRId64 " s %s this one",
                              ahead < 0 ? -ahead : ahead,
                              ahead < 0 ? "behind" : "ahead of")
               : "";
}

static bool refused_by_error(struct walk *walk,
                             const struct http_answer *answer,
                             const struct krb_error *error)
{
    struct arena *arena = walk->arena;

    walk_refused(walk, STAGE_TICKET, answer,
                 arena_printf(arena, "the server refuses the ticket: %s%s",
                              kerberos_error_text(arena, error->code),
                              clock_text(walk, error)));
    if (!walk->failure.advice) {
        walk->failure.advice = kerberos_error_advice(error->code);
    }
    if (!walk->failure.said && error->text.size) {
        walk->failure.said = arena_text(arena, error->text);
    }
    return false;
}

static const char *reason_of(struct walk *walk,
                             const struct http_answer *answer,
                             const struct negotiate_told *told)
{
    if (!challenge_offers(answer, "Negotiate")) {
        return arena_printf(walk->arena,
                            "once a ticket has come, the server no longer "
                            "offers Negotiate, but %s",
                            challenge_schemes(walk->arena, answer));
    }
    if (!told->token) {
        return "the server refuses the ticket, and does not say why";
    }
    if (!told->readable) {
        return "the server refuses the ticket, with a token that cannot be "
               "read";
    }
    if (!told->kerberos) {
        return arena_printf(walk->arena,
                            "the server chose %s within Negotiate, and this "
                            "client has Kerberos",
                            told->mech);
    }
    if (told->has_state && told->state == SPNEGO_REJECT) {
        return "the server refuses the ticket (SPNEGO reject), and does not "
               "say why";
    }
    return "the Negotiate handshake was broken off";
}

bool walk_kerberos_too_big(struct walk *walk, const struct http_answer *answer)
{
    struct trouble trouble;

    if (answer->status != 431 && (answer->status != 400 || answer->legs < 2 ||
                                  walk_trouble(walk, answer, &trouble))) {
        return false;
    }
    walk_refused(walk, STAGE_TICKET, answer,
                 "the request with the ticket in its head is too long for the "
                 "server");
    walk->failure.advice = "MaxFieldLength and MaxRequestBytes of the server; "
                           "the user may be in very many groups";
    return true;
}

bool walk_kerberos_refused(struct walk *walk, const struct http_answer *answer)
{
    const char *schemes = challenge_schemes(walk->arena, answer);
    struct negotiate_told told;

    if (!*schemes) {
        return walk_refused(walk, STAGE_TICKET, answer,
                            "refused, and no authentication is offered");
    }
    if (answer->legs == 1 && !challenge_offers(answer, "Negotiate")) {
        walk_refused(
            walk, STAGE_TICKET, answer,
            arena_printf(walk->arena,
                         "this client has Kerberos, and the server offers %s",
                         schemes));
        if (!walk->failure.advice && challenge_offers(answer, "NTLM")) {
            walk->failure.advice = "--as pc-internal-ntlm";
        }
        return false;
    }
    if (walk->no_service.reason) {
        return fail_by(walk, STAGE_TICKET, &walk->no_service);
    }
    if (answer->legs == 1) {
        return walk_refused(walk, STAGE_TICKET, answer,
                            "libcurl made no Negotiate token: was it built "
                            "with GSS-API?");
    }
    negotiate_read(walk->arena, answer, &told);
    return told.has_error ? refused_by_error(walk, answer, &told.error)
                          : walk_refused(walk, STAGE_TICKET, answer,
                                         reason_of(walk, answer, &told));
}
