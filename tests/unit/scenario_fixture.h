/*
 * A pipeline under a scenario that is written in code: steps are built as the
 * reader builds them, from the tables of faults and their parameters.
 */
#ifndef UNIT_SCENARIO_FIXTURE_H
#define UNIT_SCENARIO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "faults/faults.h"
#include "ntlm_client.h"
#include "scenario/sessions.h"
#include "services/conn_auth.h"
#include "services/services.h"
#include "signer.h"
#include "util/env.h"
#include "wire/httpauth.h"
#include "wire/uris.h"
#include "wire/xml.h"

enum { PLAY_STEPS = 8, PLAY_ACTIONS = 4 };

#define WEBTICKET "/WebTicket/WebTicketService.svc"
#define MEX       WEBTICKET "/mex"
#define ROOT      "/Autodiscover/AutodiscoverService.svc/root"
#define USER      ROOT "/user"

struct play {
    struct env env;
    struct world *world; /* the scenario's */
    struct signer signer;
    struct services_context services;
    struct scenario *scenario;
    struct session *session;
    struct conn_auth *auth;
    struct arena *arena;
    struct exchange *ex; /* the last one */
};

/* ---- Writing the scenario ---- */

static inline struct step *play_step(struct play *p, enum point at)
{
    struct step *step = &p->scenario->steps[p->scenario->step_count++];

    assert_true(p->scenario->step_count <= PLAY_STEPS);
    *step = (struct step){.at = at};
    step->where = arena_printf(p->scenario->arena, "play.yaml:%zu",
                               p->scenario->step_count);
    step->actions =
        arena_alloc(p->scenario->arena, PLAY_ACTIONS * sizeof(struct action));
    return step;
}

static inline const struct fault *play_fault(const char *name)
{
    for (size_t i = 0; faults[i]; i++) {
        if (strcmp(faults[i]->name, name) == 0) {
            return faults[i];
        }
    }
    fail_msg("there is no fault %s", name);
    return NULL;
}

/* The action of this fault in the step, new where there is none yet. */
static inline struct action *play_action(struct play *p, struct step *step,
                                         const struct fault *fault)
{
    struct action *action = step->actions;

    for (; action < step->actions + step->action_count; action++) {
        if (action->fault == fault) {
            return action;
        }
    }
    assert_true(++step->action_count <= PLAY_ACTIONS);
    action->fault = fault;
    action->params = arena_alloc(p->scenario->arena, fault->size);
    return action;
}

/*
 * do: `name` is "status", "body.text" or, for a mapping, "headers:Server". A
 * value of NULL is YAML's null; a file's value are its bytes. false: err.
 */
static inline bool play_try(struct play *p, struct step *step, const char *name,
                            const char *value, struct err *err)
{
    size_t word = strcspn(name, ".:");
    size_t full = strcspn(name, ":");
    const struct fault *fault =
        play_fault(arena_text(p->arena, span_of(name, word)));
    struct action *action = play_action(p, step, fault);

    for (const struct setting *row = fault->params; row->info.name; row++) {
        char *field = (char *)action->params + row->offset;

        if (strlen(row->info.name) != full ||
            strncmp(row->info.name, name, full) != 0) {
            continue;
        }
        if (name[full] == ':') {
            assert_ptr_equal(row->type, setting_map);
            headers_add((struct headers *)(void *)field, p->scenario->arena,
                        name + full + 1, value ? value : "");
            if (!value) {
                struct headers *map = (struct headers *)(void *)field;

                map->items[map->count - 1].value = NULL;
            }
            return true;
        }
        if (row->type == setting_file) {
            *(struct span *)(void *)field = span_text(value);
            return true;
        }
        if (row->given) {
            *((bool *)action->params + row->given) = true;
        }
        return row->type(row, p->world, action->params, value, err);
    }
    fail_msg("%s has no parameter %s", fault->name, name);
    return false;
}

static inline void play_do(struct play *p, struct step *step, const char *name,
                           const char *value)
{
    struct err err;

    if (!play_try(p, step, name, value, &err)) {
        fail_msg("%s: %s", name, err.text);
    }
}

/* A step with one fault, always. */
static inline struct step *play(struct play *p, enum point at, const char *name,
                                const char *value)
{
    struct step *step = play_step(p, at);

    play_do(p, step, name, value);
    return step;
}

/* What the reader asks of a step; its actions are in order afterwards. */
static inline bool play_check(struct play *p, struct step *step,
                              struct err *err)
{
    struct action *said = step->actions;
    size_t count = step->action_count;

    step->actions =
        arena_alloc(p->scenario->arena, (count + 1) * sizeof(struct action));
    step->action_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct fault *fault = said[i].fault;
        const char *why = "";
        const struct fault *clash = step_clash(step, fault, &why);

        assert_true(fault->subjects & point_info(step->at)->subjects);
        if (clash) {
            return err_set(err, "%s and %s %s", clash->name, fault->name, why);
        }
        if (fault->check && !fault->check(said[i].params, step->at, err)) {
            return false;
        }
        step_insert(step, &said[i]);
    }
    return true;
}

/* From here on the scenario runs. */
static inline void play_start(struct play *p)
{
    for (size_t i = 0; i < p->scenario->step_count; i++) {
        struct err err;

        if (!play_check(p, &p->scenario->steps[i], &err)) {
            fail_msg("step %zu: %s", i + 1, err.text);
        }
    }
    scenario_index(p->scenario);
    p->services.sessions = sessions_new(p->scenario);
    p->session = sessions_default(p->services.sessions);
}

/* ---- The server ---- */

static inline int64_t play_clock(struct env *env)
{
    return SIGNER_NOW + env->skew;
}

static inline int play_set_up(void **state)
{
    static struct play p;
    struct err err;

    p = (struct play){.world = world_good(), .auth = conn_auth_new()};
    env_system(&p.env, 1);
    p.env.now = play_clock;
    p.env.monotonic = play_clock;
    xml_init();
    assert_true(ticket_init(&err));
    assert_true(world_finish(p.world, &err));
    signer_start(&p.signer, PKI_P256, SIGNER_NOW);
    p.arena = arena_new();
    p.scenario = scenario_new(p.world);
    p.scenario->steps =
        arena_alloc(p.scenario->arena, PLAY_STEPS * sizeof(struct step));
    p.services = (struct services_context){
        .env = &p.env,
        .ticket_keys = p.signer.keys,
        .https_port = 443,
    };
    *state = &p;
    return 0;
}

static inline int play_tear_down(void **state)
{
    struct play *p = *state;

    exchange_unref(p->ex);
    conn_auth_unref(p->auth);
    sessions_free(p->services.sessions);
    scenario_unref(p->scenario);
    signer_stop(&p->signer);
    arena_free(p->arena);
    ticket_shutdown();
    xml_cleanup();
    return 0;
}

/* ---- The client ---- */

struct play_ask {
    const char *method; /* NULL: GET, and POST where there is a body */
    const char *host;   /* NULL: the external web name */
    const char *path;
    const char *body;
    const char *authorization;
    const char *ticket;
    const char *accept;
    const char *action;
};

static inline void play_never(void *ctx UNUSED)
{
    fail_msg("a reply that was not pending was resumed");
}

static inline void play_header(struct play *p, const char *name,
                               const char *value)
{
    if (value) {
        headers_add(&p->ex->request.headers, p->ex->arena, name, value);
    }
}

static inline unsigned play_send(struct play *p, struct play_ask ask)
{
    struct conn_facts conn = {.id = 1, .tls = true, .peer = "127.0.0.1:1"};
    struct request *request;

    exchange_unref(p->ex);
    p->ex = exchange_new(1, &conn);
    request = &p->ex->request;
    *request = (struct request){
        .method = ask.method ? ask.method
                  : ask.body ? "POST"
                             : "GET",
        .target = ask.path,
        .path = ask.path,
        .query = "",
        .version = "HTTP/1.1",
        .host = ask.host ? ask.host : "lyncweb.contoso.test",
        .port = "8443",
        .body = span_text(ask.body),
    };
    play_header(p, "Authorization", ask.authorization);
    play_header(p, "X-MS-WebTicket", ask.ticket);
    play_header(p, "Accept", ask.accept);
    play_header(p, "SOAPAction", ask.action);
    play_header(p, "Content-Type", ask.body ? "text/xml; charset=utf-8" : NULL);
    p->ex->facts.host = request->host;
    p->ex->facts.method = request->method;
    p->ex->facts.path = request->path;
    assert_int_equal(
        services_run(&p->services, p->ex, p->auth, play_never, NULL),
        SERVICES_DONE);
    return p->ex->reply.status;
}
#define PLAY(p, ...) play_send((p), (struct play_ask){__VA_ARGS__})

#define RST(type)                                                              \
    "<s:Envelope xmlns:s=\"" URI_SOAP11 "\"><s:Body>"                          \
    "<t:RequestSecurityToken xmlns:t=\"" URI_TRUST "\">"                       \
    "<t:TokenType>" type "</t:TokenType>"                                      \
    "<t:RequestType>" URI_TRUST "/Issue</t:RequestType>"                       \
    "<p:AppliesTo xmlns:p=\"" URI_WSP                                          \
    "\"><a:EndpointReference xmlns:a=\"" URI_WSA                               \
    "\"><a:Address>https://lyncweb.contoso.test" USER "</a:Address>"           \
    "</a:EndpointReference></p:AppliesTo></t:RequestSecurityToken>"            \
    "</s:Body></s:Envelope>"

/* One request for a ticket, with this NTLM token. */
static inline unsigned play_rst(struct play *p, struct span token)
{
    return PLAY(p, .path = WEBTICKET, .body = RST(URI_TOKEN_CWT),
                .action = "\"" ACTION_ISSUE "\"",
                .authorization = httpauth_encode(p->arena, "NTLM", token));
}

/* The token of the challenge in the last reply; empty: there is none. */
static inline struct span play_challenge(struct play *p)
{
    const char *value = headers_get(&p->ex->reply.headers, "WWW-Authenticate");
    struct httpauth auth;

    return value && httpauth_decode(p->arena, value, &auth) == HTTPAUTH_OK
               ? auth.token
               : SPAN_NONE;
}

/* Both legs; the status of the last one. */
static inline unsigned play_sign_in(struct play *p, const char *user,
                                    const char *password)
{
    struct ntlm_client client = client_of(p->arena, user, password);

    play_rst(p, client_negotiate(&client));
    return play_rst(p, client_authenticate(&client, play_challenge(p)));
}

static inline const char *play_get(const struct play *p, const char *name)
{
    const char *value = headers_get(&p->ex->reply.headers, name);

    return value ? value : "";
}

static inline const char *play_body(const struct play *p)
{
    return arena_text(p->ex->arena, p->ex->reply.body);
}

static inline const char *play_remark(const struct play *p, const char *key)
{
    for (const struct remark *r = p->ex->remarks; r; r = r->next) {
        if (strcmp(r->key, key) == 0) {
            return r->text;
        }
    }
    return "";
}

/* A step that cannot be: one or two faults and their values, and what the
 * error must say. */
struct bad_step {
    enum point at;
    const char *what[2][2];
    const char *message;
};

static inline void play_refused(struct play *p, const struct bad_step *rows,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct step *step = play_step(p, rows[i].at);
        struct err err = {""};

        for (size_t k = 0; k < 2 && rows[i].what[k][0]; k++) {
            play_do(p, step, rows[i].what[k][0], rows[i].what[k][1]);
        }
        assert_false(play_check(p, step, &err));
        if (!strstr(err.text, rows[i].message)) {
            fail_msg("%s: %s", rows[i].what[0][0], err.text);
        }
        p->scenario->step_count = 0;
    }
}

#endif
