/* Examples that check accepts, see example.h. */
#include "config.h"

#include "cli/example.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/fits.h"
#include "scenario/fault.h"
#include "util/buf.h"

const char *example_text(const struct examples *examples, const char *format,
                         ...)
{
    AUTO_BUF text = {0};
    char body[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(body, sizeof(body), format, args);
    va_end(args);
    buf_printf(&text, "lyncmock: 1\n%s\n", body);
    return fits_text(examples->words, buf_text(&text))
               ? arena_text(examples->arena, buf_span(&text))
               : NULL;
}

/* ---- Steps ---- */

/* What a fault that shows something at many points looks like. */
static const char *const shown[] = {"status: 503", "delay: 2s",
                                    "account: {state: disabled}", NULL};

/* What can be done at this point, told in the order that shows most. */
static const char *suitable(const struct examples *examples, enum point at)
{
    const struct fault *const *faults = examples->words->faults;

    for (size_t i = 0; shown[i]; i++) {
        if (example_step(examples, at, "", shown[i])) {
            return shown[i];
        }
    }
    for (size_t i = 0; faults[i]; i++) {
        const char *value = fits_example(examples->words, faults[i], at);

        if (value) {
            return arena_printf(examples->arena, "%s: %s", faults[i]->name,
                                value);
        }
    }
    return NULL;
}

/* The fact of a point that tells most of it, in YAML. */
static const char *telling_fact(enum point at)
{
    unsigned facts = point_info(at)->facts;

    return facts & FACT_VERDICT   ? "verdict: refused, first: 1"
           : facts & FACT_USER    ? "user: alice, first: 1"
           : facts & FACT_SERVICE ? "service: HTTP/*"
           : facts & FACT_LEG     ? "leg: 1, first: 2"
           : facts & FACT_GRANT   ? "grant: password, first: 2"
           : facts & FACT_CLIENT  ? "client: '*iPhone*', first: 2"
           : facts & FACT_HOST    ? "host: lyncweb.*, first: 2"
                                  : "first: 2";
}

const char *example_step(const struct examples *examples, enum point at,
                         const char *when, const char *what)
{
    const char *text;

    when = when ? when : telling_fact(at);
    what = what ? what : suitable(examples, at);
    if (!what) {
        return NULL;
    }
    if (*when) {
        text = example_text(examples,
                            "steps:\n  - at: %s\n    when: {%s}\n    do: {%s}",
                            point_info(at)->name, when, what);
    } else {
        text = example_text(examples, "steps:\n  - at: %s\n    do: {%s}",
                            point_info(at)->name, what);
    }
    return text;
}

/* Points that readers know, before all others. */
static const enum point known[] = {
    POINT_DISCOVER_ROOT,  POINT_WEBTICKET_ISSUE, POINT_DISCOVER_USER,
    POINT_NTLM_CHALLENGE, POINT_NTLM_VERDICT,    POINT_KDC_TGS,
    POINT_HTTP_RESPONSE,
};

static enum point point_at(size_t index)
{
    size_t count = ARRAY_SIZE(known);

    return index < count                 ? known[index]
           : index - count < POINT_COUNT ? (enum point)(index - count)
                                         : POINT_COUNT;
}

const char *example_when(const struct examples *examples, const char *when)
{
    enum point at;

    for (size_t i = 0; (at = point_at(i)) != POINT_COUNT; i++) {
        const char *text = example_step(examples, at, when, NULL);

        if (text) {
            return text;
        }
    }
    return NULL;
}

const char *example_do(const struct examples *examples, const char *what)
{
    enum point at;

    for (size_t i = 0; (at = point_at(i)) != POINT_COUNT; i++) {
        const char *text = example_step(examples, at, "", what);

        if (text) {
            return text;
        }
    }
    return NULL;
}

enum point example_point(const struct examples *examples,
                         const struct fault *fault)
{
    enum point at;
    size_t i = 0;

    while ((at = point_at(i)) != POINT_COUNT &&
           !fits_example(examples->words, fault, at)) {
        i++;
    }
    return at;
}

/* ---- Keys ---- */

/* `set` and `is` make sense together alone. */
static const char *states(const struct examples *examples)
{
    return example_text(examples,
                        "steps:\n  - at: webticket.issue\n    set: {phase: "
                        "signed-in}\n  - at: discover.user\n    when: {is: "
                        "{phase: signed-in}, first: 1}\n    do: {status: 503}");
}

static const char *pair(const struct examples *examples, const struct key *key)
{
    return arena_printf(examples->arena, "%s: %s", key->name, key->example);
}

static const char *step_key(const struct examples *examples,
                            const struct key *key)
{
    switch (key->shape) {
    case SHAPE_POINT:
        return example_step(examples, point_named(key->example), "", NULL);
    case SHAPE_WHEN:
        return example_when(examples, "user: alice, first: 2");
    case SHAPE_FAULTS:
        return example_do(examples, "status: 503, delay: 3s");
    case SHAPE_SET:
        return states(examples);
    case SHAPE_TEXT:
        return example_text(examples,
                            "steps:\n  - at: discover.root\n    %s\n    "
                            "when: {chance: 10%%, max-in-a-row: 2}\n    do: "
                            "{status: 503}",
                            pair(examples, key));
    default:
        return example_text(examples,
                            "steps:\n  - at: discover.root\n    do: {delay: "
                            "1s}\n    %s\n  - at: discover.root\n    when: "
                            "{first: 1}\n    do: {status: 503}",
                            pair(examples, key));
    }
}

/* Words that say little alone. */
static const char *when_key(const struct examples *examples,
                            const struct key *key)
{
    static const struct {
        const char *word;
        const char *beside;
    } rows[] = {
        {"chance", "max-in-a-row: 2"},
        {"eventually", "chance: 50%"},
        {"max-in-a-row", "chance: 50%"},
        {"per", "first: 2"},
    };
    const char *words = pair(examples, key);

    if (key->shape == SHAPE_STATES) {
        return states(examples);
    }
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].word, key->name) == 0) {
            words =
                arena_printf(examples->arena, "%s, %s", words, rows[i].beside);
        }
    }
    return example_when(examples, words);
}

/* A key that `never` or an item with `at` has. */
static const char *expect_key(const struct examples *examples,
                              const struct key *key)
{
    bool alone = key->shape == SHAPE_NEVER || key->shape == SHAPE_POINT ||
                 key->shape == SHAPE_ORDER || key->shape == SHAPE_LIMIT;

    if (strcmp(key->name, "id") == 0) {
        return example_text(examples,
                            "expect:\n  - {id: %s, at: webticket.issue}\n"
                            "  - {at: discover.user, after: %s}",
                            key->example, key->example);
    }
    if (strcmp(key->name, "after") == 0 || strcmp(key->name, "before") == 0) {
        return example_text(examples,
                            "expect:\n  - {id: %s, at: webticket.issue}\n"
                            "  - {at: discover.user, %s}",
                            key->example, pair(examples, key));
    }
    return example_text(examples, "expect:\n  - {%s%s}",
                        alone ? "" : "at: webticket.issue, ",
                        pair(examples, key));
}

static const char *never_key(const struct examples *examples,
                             const struct key *key)
{
    bool alone = key->shape == SHAPE_FLAG || key->shape == SHAPE_POINT;
    bool refers =
        strcmp(key->name, "after") == 0 || strcmp(key->name, "before") == 0;

    return example_text(
        examples, "expect:\n%s%s%s  - never: {%s%s}", refers ? "  - {id: " : "",
        refers ? key->example : "", refers ? ", at: webticket.issue}\n" : "",
        alone ? "" : "at: discover.user, ", pair(examples, key));
}

const char *example_key(const struct examples *examples, const struct key *keys,
                        const struct key *key)
{
    if (keys == keys_fail_on) {
        return example_text(examples, "fail-on: [%s]", key->name);
    }
    if (!key->example || key->shape == SHAPE_VERSION) {
        return example_text(examples, "title: All is well");
    }
    if (keys == keys_scenario) {
        return example_text(examples, "%s", pair(examples, key));
    }
    if (keys == keys_about) {
        return example_text(examples, "about: {%s}", pair(examples, key));
    }
    if (keys == keys_step) {
        return step_key(examples, key);
    }
    if (keys == keys_when) {
        return when_key(examples, key);
    }
    if (keys == keys_never) {
        return never_key(examples, key);
    }
    return expect_key(examples, key);
}
