/* lyncmock explain: ways to authenticate, services, what facts can be, and
 * shipped scenarios. */
#include "config.h"

#include <string.h>

#include "auth/auth.h"
#include "cli/example.h"
#include "cli/explain.h"
#include "cli/load.h"
#include "scenario/shipped.h"
#include "services/route.h"

/* ---- The rest ---- */

static void tell_routes(struct telling *telling, const struct service *service)
{
    const struct examples examples = {telling->arena, telling->words};
    const struct route *route = service->routes;

    tell_example(telling, example_step(&examples, POINT_HTTP_REQUEST,
                                       arena_printf(telling->arena, "path: %s",
                                                    route->path),
                                       NULL));
    for (; route->path; route++) {
        tell_item(telling, route->path,
                  route_methods_text(telling->arena, route->methods));
    }
}

void tell_rest(struct telling *telling)
{
    const struct examples examples = {telling->arena, telling->words};
    const struct auth_method *method;
    const struct service *service;

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        if (tell_is_named(telling, method->name)) {
            tell_heading(telling, method->name, "a way to authenticate");
            tell_line(telling, "source", method->spec);
            tell_paragraph(telling, method->doc);
            tell_example(
                telling,
                example_when(&examples, arena_printf(telling->arena, "auth: %s",
                                                     method->name)));
        }
    }
    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        if (tell_is_named(telling, service->name)) {
            tell_heading(telling, service->name, "a service");
            tell_line(telling, "source", service->spec);
            tell_paragraph(telling, service->doc);
            tell_routes(telling, service);
        }
    }
}

/* ---- What facts can be ---- */

static const struct {
    const char *word;
    const char *doc;
} tickets[] = {
    {"none", "The request carries no web ticket."},
    {"valid", "The ticket is good."},
    {"expired", "Its time has run out, by the world's clock."},
    {"not-yet-valid", "Its time has not begun, by the world's clock."},
    {"garbage", "It cannot be read as a ticket."},
    {"bad-signature", "It is a ticket, and another signed or changed it."},
    {"other-pool", "Another pool of the world issued it."},
    {"wrong-audience", "It was issued for another URL "
                       "(`ticket.check-audience`)."},
};

static const char *meaning(const char *fact, const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(tickets); i++) {
        if (strcmp(fact, "ticket") == 0 && strcmp(word, tickets[i].word) == 0) {
            return tickets[i].doc;
        }
    }
    return NULL;
}

static void tell_words(struct telling *telling, const char *fact,
                       const char *const *words)
{
    const struct examples examples = {telling->arena, telling->words};

    for (; *words; words++) {
        if (tell_is_named(telling, *words)) {
            tell_heading(
                telling, *words,
                arena_printf(telling->arena, "a word of the fact %s", fact));
            tell_line(telling, "means", meaning(fact, *words));
            tell_example(
                telling,
                example_when(&examples, arena_printf(telling->arena, "%s: %s",
                                                     fact, *words)));
        }
    }
}

void tell_fact_words(struct telling *telling)
{
    const struct vocabulary *words = telling->words;

    tell_words(telling, "ticket", words->tickets);
    tell_words(telling, "auth", words->auth);
    tell_words(telling, "verdict", words->verdicts);
    tell_words(telling, "reason", words->reasons);
    tell_words(telling, "transport", words->transports);
    tell_words(telling, "method", words->methods);
    tell_words(telling, "path", words->paths);
}

/* The text itself is the best explanation. */
void tell_scenarios(struct telling *telling)
{
    const char *named = shipped_named(telling->arena, telling->word);
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(telling->arena, &file);
        const char *chaos = id ? load_chaos_word(id) : NULL;

        if (!id) {
            continue;
        }
        (void)tell_is_named(telling, id); /* it may be the nearest */
        if (named && strcmp(id, named) == 0) {
            tell_heading(telling, id, "a shipped scenario");
            tell_line(telling, "try it",
                      arena_printf(telling->arena, "lyncmock serve %s", id));
            if (chaos) {
                tell_line(telling, "or behind",
                          arena_printf(telling->arena,
                                       "lyncmock serve SCENARIO --chaos %s",
                                       chaos));
            }
            tell_line(
                telling, "go on",
                arena_printf(telling->arena, "lyncmock new --from %s", id));
            buf_add_u8(&telling->out, '\n');
            buf_add(&telling->out, file.text);
        }
    }
}
