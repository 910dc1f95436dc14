/* What people write and do not mean: each gets the words that they want, which
 * are not always the nearest by letters. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/layers.h"
#include "scenario/reading.h"
#include "util/buf.h"

/* ---- Points ---- */

static const char *points_below(struct reading *reading, const char *layer)
{
    AUTO_BUF out = {0};

    for (int i = 0; i < POINT_COUNT; i++) {
        if (span_equal(point_layer((enum point)i), span_text(layer))) {
            buf_printf(&out, "%s%s", out.size ? ", " : "",
                       point_info((enum point)i)->name);
        }
    }
    return arena_text(reading->arena, buf_span(&out));
}

bool hint_point(struct reading *reading, const struct node *node)
{
    if (node->kind == NODE_LIST) {
        reading_error(reading, node,
                      "at: a step has one point, not a list of them; write a "
                      "step for each");
        return true;
    }
    if (node->kind == NODE_TEXT && layer_named(node->text)) {
        reading_error(reading, node, "\"%s\" is a layer; its points are: %s",
                      node->text, points_below(reading, node->text));
        return true;
    }
    return false;
}

/* ---- Faults ---- */

/* What other tools call it. */
static const struct {
    const char *word;
    const char *meant;
} synonyms[] = {
    {"abort", "reset, close, truncate"},
    {"blackhole", "stall"},
    {"block", "refuse, stall"},
    {"body-json", "body, insert, remove, replace"},
    {"body-xml", "body, insert, remove, replace"},
    {"close-connection", "close, reset, connection"},
    {"code", "status, diagnostics, kdc-error"},
    {"corrupt", "replace, cut-body, truncate, raw"},
    {"cut", "truncate, cut-body"},
    {"disconnect", "close, reset"},
    {"drop", "stall, reset, refuse"},
    {"error", "status, soap-fault, diagnostics, kdc-error, ap-error"},
    {"fail", "status, verdict, reset"},
    {"freeze", "stall"},
    {"hang", "stall, delay"},
    {"latency", "delay"},
    {"response", "status, headers, body, raw"},
    {"sleep", "delay"},
    {"slow", "delay, drip"},
    {"timeout", "stall, delay"},
    {"wait", "delay"},
};

static const char *meant_by(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++) {
        if (strcasecmp(synonyms[i].word, word) == 0) {
            return synonyms[i].meant;
        }
    }
    return NULL;
}

static bool takes(const struct fault *fault, const char *parameter)
{
    struct settings_rows rows = rows_of_fault(fault);
    /* ticket, offer ...: what they take are settings of the world. */
    bool overlays = fault->params && fault->params->type == setting_map;

    return rows_find(&rows, parameter) || rows_nested(&rows, parameter) ||
           (overlays && rows_find(&rows_of_world, parameter));
}

/* "chunks, close": those that have such a parameter. */
static const char *with_parameter(struct reading *reading, const char *word)
{
    const struct fault *const *all = reading->words->faults;
    AUTO_BUF out = {0};

    for (size_t i = 0; all[i]; i++) {
        if (takes(all[i],
                  arena_printf(reading->arena, "%s.%s", all[i]->name, word))) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", all[i]->name);
        }
    }
    return out.size ? arena_text(reading->arena, buf_span(&out)) : NULL;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* A word of the language that stands elsewhere. */
static bool is_of_elsewhere(struct reading *reading, const struct node *key)
{
    const char *word = key->text;
    const char *owners = with_parameter(reading, word);

    if (owners && strchr(owners, ',')) {
        reading_error(reading, key,
                      "\"%s\" is no fault, but a parameter of %s; write it "
                      "below one of these",
                      word, owners);
    } else if (owners) {
        reading_error(reading, key,
                      "\"%s\" is no fault, but a parameter of %s; write %s: "
                      "{%s: ...}",
                      word, owners, owners, word);
    } else if (is_number(word)) {
        reading_error(reading, key,
                      "unknown fault \"%s\"; write status: %s, or for the "
                      "product's numbers diagnostics: %s",
                      word, word, word);
    } else if (key_named(keys_when, word)) {
        reading_error(reading, key,
                      "\"%s\" is no fault, but a fact; it stands in `when`",
                      word);
    } else {
        return false;
    }
    return true;
}

bool hint_fault(struct reading *reading, const struct node *key,
                const struct nearest *nearest)
{
    const char *meant = meant_by(key->text);

    if (meant) {
        reading_error(reading, key,
                      "unknown fault \"%s\"; perhaps one of these is meant: %s",
                      key->text, meant);
        return true;
    }
    return nearest->nearness.kind != NEAR_SLIP && is_of_elsewhere(reading, key);
}

/* ---- Words below a fault ---- */

static const struct {
    const char *fault;
    const char *word;
    const char *remedy;
} below_faults[] = {
    {"tls", "profile",
     "the certificate is a fault of its own: certificate: expired, at "
     "tls.certificate"},
};

bool hint_below(struct reading *reading, const char *fault,
                const struct node *key)
{
    for (size_t i = 0; i < ARRAY_SIZE(below_faults); i++) {
        if (strcmp(below_faults[i].fault, fault) == 0 &&
            strcmp(below_faults[i].word, key->text) == 0) {
            reading_error(reading, key, "%s has no %s here; %s", fault,
                          key->text, below_faults[i].remedy);
            return true;
        }
    }
    return false;
}

/* "ticket: expired": what a request's ticket is worth is a fact; what makes it
 * so are settings. */
bool hint_value(struct reading *reading, const char *fault,
                const struct node *node)
{
    const char *const *words = reading->words->tickets;

    if (strcmp(fault, "ticket") != 0 || node->kind != NODE_TEXT) {
        return false;
    }
    for (; *words && strcmp(*words, node->text) != 0; words++) {
    }
    if (!*words) {
        return false;
    }
    reading_error(reading, node,
                  "ticket: \"%s\" is a fact, which `when` can ask for; to "
                  "make a ticket so, write what is wrong with it, such as, at "
                  "webticket.issue, ticket: {lifetime: 0s} or ticket: "
                  "{signature: broken}",
                  node->text);
    return true;
}
