/* The report as one JSON document; docs/probe.md tells its members. */
#include "config.h"

#include <stdio.h>

#include "probe/sentence.h"
#include "util/env.h"
#include "util/json.h"
#include "util/stamp.h"

static int64_t microseconds(int64_t ns)
{
    return ns / 1000;
}

/* A member that is left out where there is nothing to say. */
static void text_if(struct json *json, const char *name, const char *text)
{
    if (text) {
        json_text(json, name, text);
    }
}

static void add_steps(struct json *json, const struct step *step)
{
    json_open_named(json, "steps", '[');
    for (; step; step = step->next) {
        json_open(json, '{');
        json_text(json, "stage", step->stage);
        json_text(json, "method", step->method);
        json_text(json, "url", step->url);
        json_number(json, "status", step->status);
        json_number(json, "took_us", microseconds(step->took));
        text_if(json, "problem", step->problem);
        text_if(json, "learned", step->learned);
        json_open_named(json, "warnings", '[');
        for (const struct warning *at = step->warnings; at; at = at->next) {
            json_text(json, NULL, at->text);
        }
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void add_failure(struct json *json, const struct failure *failure)
{
    json_open_named(json, "failure", '{');
    json_text(json, "stage", failure->stage);
    json_text(json, "reason", failure->reason);
    if (failure->id) {
        json_number(json, "id", failure->id);
    }
    text_if(json, "said", failure->said);
    text_if(json, "advice", failure->advice);
    json_close(json, '}');
}

static void add_ports(struct json *json, struct arena *arena,
                      const struct wsdl *wsdl)
{
    json_open_named(json, "ports", '[');
    for (size_t i = 0; i < wsdl->port_count; i++) {
        json_open(json, '{');
        json_text(json, "name", wsdl->ports[i].name);
        json_text(json, "address", wsdl->ports[i].address);
        json_text(json, "policy", wsdl_policy_text(arena, &wsdl->ports[i]));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void add_ticket(struct json *json, struct arena *arena,
                       const struct ticket *ticket)
{
    json_open_named(json, "ticket", '{');
    json_text(json, "kind", ticket->kind == TOKEN_SAML ? "SAML" : "CWT");
    if (ticket->has_created) {
        json_text(json, "created", stamp_iso(arena, ticket->created));
    }
    if (ticket->has_expires) {
        json_text(json, "expires", stamp_iso(arena, ticket->expires));
    }
    text_if(json, "applies_to", ticket->applies_to);
    json_boolean(json, "proof_key", ticket->has_key);
    json_close(json, '}');
}

static void add_sip(struct json *json, const char *name,
                    const struct sip_server *server)
{
    if (server->fqdn) {
        json_open_named(json, name, '{');
        json_text(json, "fqdn", server->fqdn);
        json_number(json, "port", server->port);
        json_close(json, '}');
    }
}

static void add_user(struct json *json, const struct discovery *user)
{
    text_if(json, "access_location", user->location);
    add_sip(json, "sip_internal", &user->internal);
    add_sip(json, "sip_external", &user->external);
    json_open_named(json, "links", '[');
    for (size_t i = 0; i < user->link_count; i++) {
        json_open(json, '{');
        json_text(json, "token", user->links[i].token);
        json_text(json, "href", user->links[i].href);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void add_success(struct json *json, const struct outcome *outcome)
{
    text_if(json, "pool", outcome->pool);
    json_text(json, "next_kind", outcome->next_kind);
    text_if(json, "next_stop", outcome->next_stop);
}

void document_print(const struct report *report, const struct outcome *outcome,
                    const char *sentence)
{
    enum probe_exit code =
        outcome->failure ? outcome->failure->exit_code : PROBE_SIGNED_IN;
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    json_open(&json, '{');
    json_number(&json, "lyncmock_probe", 1);
    json_boolean(&json, "signed_in", !outcome->failure);
    json_number(&json, "exit_code", code);
    json_text(&json, "sentence", sentence);
    json_text(&json, "client", outcome->client);
    json_text(&json, "user", outcome->user);
    json_text(&json, "method", outcome->method);
    json_number(&json, "took_us", microseconds(outcome->took));
    if (outcome->failure) {
        add_failure(&json, outcome->failure);
    } else {
        add_success(&json, outcome);
    }
    if (outcome->ticket) {
        add_ticket(&json, report->arena, outcome->ticket);
    }
    if (outcome->user_resource) {
        add_user(&json, outcome->user_resource);
    }
    if (outcome->wsdl) {
        add_ports(&json, report->arena, outcome->wsdl);
    }
    add_steps(&json, report->first);
    json_close(&json, '}');
    (void)fwrite(out.data, 1, out.size, stdout);
    putchar('\n');
}
