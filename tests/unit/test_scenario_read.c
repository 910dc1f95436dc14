/* What the reader makes of a scenario: world, steps, conditions, parameters.
 * What it refuses is in tests/e2e/test_scenario_errors.py. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "scenario/keys.h"
#include "scenario/layers.h"
#include "scenario/read.h"
#include "scenario/shipped.h"
#include "services/verdict.h"
#include "util/env.h"
#include "util/mem.h"
#include "world/setting.h"

/* ---- Faults that only keep what they are told ---- */

struct kept {
    int64_t time;
    const char *text;
    bool text_given;
    struct headers map;
    struct span file;
    unsigned number;
};

#define AT(member)                                                             \
    .offset = offsetof(struct kept, member),                                   \
    .size = sizeof(((struct kept *)0)->member)

static const struct setting late_params[] = {
    {{"late", "duration", "how late"}, .type = setting_duration, AT(time)},
    {{"late.by", "duration", "the same"}, .type = setting_duration, AT(time)},
    {{"late.text", "text", "a text"},
     .type = setting_text,
     AT(text),
     .given = offsetof(struct kept, text_given)},
    {{"late.deep.number", "number", "a number"},
     .type = setting_count,
     AT(number)},
    {.info = {NULL, NULL, NULL}},
};

static const struct setting map_params[] = {
    {{"map", "names and texts", "names"}, .type = setting_map, AT(map)},
    {.info = {NULL, NULL, NULL}},
};

static const struct setting file_params[] = {
    {{"file", "file", "a file"}, .type = setting_file, AT(file)},
    {.info = {NULL, NULL, NULL}},
};

static bool refuse_seven(const void *params, enum point at UNUSED,
                         struct err *err)
{
    const struct kept *kept = params;

    return kept->number != 7 ||
           err_set(err, "late.deep: expected anything but 7");
}

static const struct fault late = {
    .name = "late",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_BYTES,
    .params = late_params,
    .size = sizeof(struct kept),
    .check = refuse_seven,
};

static const struct fault map = {
    .name = "map",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_HEADERS,
    .params = map_params,
    .size = sizeof(struct kept),
};

static const struct fault file = {
    .name = "file",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = file_params,
    .size = sizeof(struct kept),
};

static const struct fault *const test_faults[] = {&late, &map, &file, NULL};
static const char *const some_words[] = {"ntlm",    "GET",   "POST", "none",
                                         "expired", "/path", NULL};
static const struct vocabulary words = {
    .faults = test_faults,
    .auth = some_words,
    .tickets = some_words,
    .verdicts = some_words,
    .reasons = some_words,
    .transports = some_words,
    .methods = some_words,
    .paths = some_words,
};

/* What `lyncmock explain` and editors say names each word that there is. */
static void reasons_are_told(void **state UNUSED)
{
    const char *doc = key_named(keys_when, "reason")->doc;

    for (int i = AUTH_REASON_NONE + 1; i < AUTH_REASON_COUNT; i++) {
        assert_non_null(strstr(doc, auth_reason_word((enum auth_reason)i)));
    }
    for (int i = GUEST_REASON_NONE + 1; i < GUEST_REASON_COUNT; i++) {
        assert_non_null(strstr(doc, guest_reason_word((enum guest_reason)i)));
    }
}

/* ---- Reading ---- */

static struct scenario *read_with(const char *text, struct err *err,
                                  bool (*override)(const void *, struct world *,
                                                   struct err *))
{
    const struct scenario_source source = {
        .name = "test.yaml",
        .text = span_text(text),
        .override = override,
    };
    struct scenario *scenario = NULL;
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = scenario_read(&source, &words, &scenario, &diagnostics);
    assert_int_equal(good, diagnostics.errors == 0);
    if (diagnostics.count) {
        err_set(err, "%s",
                diagnostic_line(diagnostics.arena, &diagnostics.items[0]));
    }
    diagnostics_clear(&diagnostics);
    return scenario;
}

static struct scenario *must_read(const char *text)
{
    struct err err = {""};
    struct scenario *scenario = read_with(text, &err, NULL);

    assert_string_equal(err.text, "");
    assert_non_null(scenario);
    return scenario;
}

static void refuses(const char *text, const char *line)
{
    struct err err = {""};

    assert_null(read_with(text, &err, NULL));
    assert_string_equal(err.text, line);
}

/* For the command line: is there no point in serving it without a KDC? */
static void kerberos_is_needed(void **state)
{
#define DOES(point) "steps: [{at: " point ", do: {late: 3s}}]\n"
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"name: x\n", NULL},
        {DOES("discover.root"), NULL},
        {DOES("negotiate.init"), NULL},
        {DOES("ntlm.verdict"), NULL},
        {DOES("negotiate.answer"),
         "test.yaml:2: the step at negotiate.answer needs Kerberos"},
        {DOES("negotiate.verdict"),
         "test.yaml:2: the step at negotiate.verdict needs Kerberos"},
        {DOES("kdc.proxy"),
         "test.yaml:2: the step at kdc.proxy needs Kerberos"},
        {"expect: [{at: kdc.as}]\n",
         "test.yaml:2: what is expected at kdc.as needs Kerberos"},
        {"expect: [{at: kdc.tgs, times: 1}]\n",
         "test.yaml:2: what is expected at kdc.tgs needs Kerberos"},
        {"expect: [{at: kdc.as, times: 0}]\n", NULL},
        {"expect: [{at: kdc.as, at-most: 0}]\n", NULL},
        {"expect: [{never: {cleartext-password: yes}}]\n", NULL},
        {"world: {offer: {kerberos: yes}}\n", "offer.kerberos is yes"},
        {"world: {offer: {kerberos: on}}\n", "offer.kerberos is yes"},
        {"world: {offer: {kerberos: no}}\nexpect: [{at: kdc.as}]\n", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[256];

        print_message("%s", rows[i].text);
        snprintf(text, sizeof(text), "lyncmock: 1\n%s", rows[i].text);
        AUTO(scenario) scenario = must_read(text);
        AUTO(str) why = scenario_needs_kerberos(scenario);

        if (rows[i].why) {
            assert_string_equal(why, rows[i].why);
        } else {
            assert_null(why);
        }
    }
    refuses("lyncmock: 1\nworld: {offer: {kerberos: no}}\n" DOES("kdc.proxy"),
            "test.yaml:3:14: error: nothing leads to kdc.proxy, so the step "
            "would never apply: offer.kerberos is no; set it to yes or auto, "
            "or leave the step out");
#undef DOES
}

#define STEP "lyncmock: 1\nsteps:\n - at: discover.root\n"

static void the_world_is_set(void **state)
{
    AUTO(scenario)
    scenario = must_read("lyncmock: 1\nname: n\ntitle: 'a title'\nworld:\n"
                         "  domain: fabrikam.test\n"
                         "  ntlm: {v1: yes, flags-set: 0x10}\n"
                         "  offer: {windows: [NTLM, Negotiate]}\n"
                         "  users:\n"
                         "    j.doe: {state: locked, password: 12}\n"
                         "    alice: {home: 2}\n");
    const struct user *user = world_user(scenario->world, "j.doe");

    (void)state;
    assert_string_equal(scenario->name, "n");
    assert_string_equal(scenario->title, "a title");
    assert_string_equal(scenario->world->domain, "fabrikam.test");
    assert_true(scenario->world->ntlm.v1);
    assert_int_equal(scenario->world->ntlm.flags_set, 0x10);
    assert_string_equal(scenario->world->offer.windows[0], "NTLM");
    assert_string_equal(scenario->world->offer.windows[1], "Negotiate");
    assert_int_equal(user->state, USER_LOCKED);
    assert_string_equal(user->password, "12");
    assert_string_equal(user->sip, "j.doe@fabrikam.test");
    assert_int_equal(world_user(scenario->world, "alice")->home, 1);
}

static bool move(const void *ctx UNUSED, struct world *world, struct err *err)
{
    return world_set(world, "domain", "option.test", err);
}

static bool misspell(const void *ctx UNUSED, struct world *world,
                     struct err *err)
{
    return world_set(world, "domian", "x", err);
}

static void options_beat_the_file(void **state)
{
    static const char text[] = "lyncmock: 1\nworld: {domain: file.test}\n";
    struct err err = {""};
    AUTO(scenario) scenario = read_with(text, &err, move);

    (void)state;
    assert_string_equal(err.text, "");
    assert_string_equal(scenario->world->domain, "option.test");
    assert_string_equal(scenario->world->names[0], "lyncdiscover.option.test");
    assert_null(read_with(text, &err, misspell));
    assert_string_equal(err.text, "error: there is no setting \"domian\"; the "
                                  "nearest is \"domain\"");
}

static void conditions(void **state)
{
    AUTO(scenario)
    scenario = must_read(
        "lyncmock: 1\nsteps:\n - at: http.response\n"
        "   when: {host: [lyncweb.*, '*'], user: alice, leg: 2, after: 1,\n"
        "          first: 9, every: 2, requests: [3, 5],\n"
        "          header: {Accept: a*, X-None: null}}\n"
        "   do: {late: 1s}\n   also: yes\n");
    const struct step *step = &scenario->steps[0];
    const struct condition *when = &step->when;

    (void)state;
    assert_int_equal(when->facts,
                     FACT_HOST | FACT_USER | FACT_LEG | FACT_HEADER);
    assert_int_equal(when->host.count, 2);
    assert_string_equal(when->host.items[1], "*");
    assert_string_equal(when->user.items[0], "alice");
    assert_int_equal(when->leg, 2);
    assert_int_equal(when->after, 1);
    assert_int_equal(when->first, 9);
    assert_int_equal(when->every, 2);
    assert_int_equal(when->requests[0], 3);
    assert_int_equal(when->requests[1], 5);
    assert_int_equal(when->requests[2], 0);
    assert_int_equal(when->headers.count, 2);
    assert_string_equal(when->headers.items[0].value.items[0], "a*");
    assert_true(when->headers.items[1].absent);
    assert_true(step->also);
    assert_int_equal(step->at, POINT_HTTP_RESPONSE);
    assert_string_equal(step->where, "test.yaml:3");
    assert_ptr_equal(scenario->at[POINT_HTTP_RESPONSE][0], step);
}

static const struct kept *params(const struct scenario *scenario, size_t action)
{
    return scenario->steps[0].actions[action].params;
}

static void parameters(void **state)
{
    AUTO(scenario)
    one = must_read(STEP "   do: {late: -3s}\n");
    AUTO(scenario)
    two = must_read(STEP "   do: {late: {by: 2m, text: "
                         "'a,b', deep: "
                         "{number: 5}}}\n");

    (void)state;
    assert_int_equal(params(one, 0)->time, -3 * ENV_NS_PER_SEC);
    assert_null(params(one, 0)->text);
    assert_false(params(one, 0)->text_given);
    assert_int_equal(params(two, 0)->time, 120 * ENV_NS_PER_SEC);
    assert_string_equal(params(two, 0)->text, "a,b");
    assert_true(params(two, 0)->text_given);
    assert_int_equal(params(two, 0)->number, 5);
}

static void maps(void **state)
{
    AUTO(scenario)
    scenario = must_read(STEP "   do: {map: {A: [b, c], D: null, E: ''}}\n");
    const struct headers *headers = &params(scenario, 0)->map;

    (void)state;
    assert_int_equal(headers->count, 4);
    assert_string_equal(headers->items[0].name, "A");
    assert_string_equal(headers->items[0].value, "b");
    assert_string_equal(headers->items[1].value, "c");
    assert_string_equal(headers->items[2].name, "D");
    assert_null(headers->items[2].value);
    assert_string_equal(headers->items[3].value, "");
}

static void actions_are_in_the_order_of_faults(void **state)
{
    AUTO(scenario)
    scenario = must_read(STEP "   do: {late: 1s, map: {A: b}}\n");

    (void)state;
    assert_ptr_equal(scenario->steps[0].actions[0].fault, &map);
    assert_ptr_equal(scenario->steps[0].actions[1].fault, &late);
}

static void faults_are_judged_by_themselves(void **state)
{
    (void)state;
    refuses(STEP "   do:\n    late:\n     by: 1s\n     deep: {number: 7}\n",
            "test.yaml:7:6: error: late.deep: expected anything but 7");
    refuses(STEP "   do: {late: {bye: 1s}}\n",
            "test.yaml:4:16: error: unknown key of late \"bye\"; the nearest "
            "is \"by\"");
    refuses(STEP "   do: {file: nowhere}\n",
            "test.yaml:4:15: error: cannot read nowhere: No such file or "
            "directory");
}

static void a_child_goes_first(void **state)
{
    AUTO(scenario)
    scenario = must_read("extends: good/pc-external-ntlm\nlyncmock: 1\n"
                         "world: {location: both}\n");

    (void)state;
    assert_int_equal(scenario->world->location, LOCATION_BOTH);
    assert_string_equal(scenario->name, "test.yaml");
    assert_string_equal(scenario->title, "");
}

static void each_fact_has_a_word(void **state)
{
    unsigned words_have = 0;

    (void)state;
    for (const struct key *key = keys_when; key->name; key++) {
        words_have |= key->fact;
    }
    for (int i = 0; i < POINT_COUNT; i++) {
        unsigned facts = point_info((enum point)i)->facts;

        assert_int_equal(facts & ~words_have, 0);
    }
}

static void each_point_has_a_layer(void **state)
{
    (void)state;
    for (int i = 0; i < POINT_COUNT; i++) {
        struct span layer = point_layer((enum point)i);
        char name[32] = {0};

        assert_in_range(layer.size, 1, sizeof(name) - 1);
        memcpy(name, layer.data, layer.size);
        assert_non_null(layer_named(name));
    }
}

static void about_is_the_files_own(void **state)
{
    AUTO(scenario)
    scenario = must_read("lyncmock: 1\nextends: good/pc-external-ntlm\n"
                         "about:\n  symptom: >-\n    Sign-in takes\n"
                         "    some seconds.\n  layer: http\n");

    (void)state;
    assert_string_equal(scenario->about.symptom, "Sign-in takes some seconds.");
    assert_string_equal(scenario->about.layer, "http");
    assert_null(scenario->about.client);
    assert_null(scenario->about.source);
}

static void expectations_are_kept(void **state)
{
    AUTO(scenario)
    scenario = must_read(
        "lyncmock: 1\nexpect:\n"
        " - {at: webticket.issue, when: {user: alice}, times: 0, within: 20s}\n"
        " - {at: discover.user, answered: 200, at-least: 1, at-most: 3}\n"
        " - never: {cleartext-password: true}\n"
        "fail-on: [must, unexpected]\n");
    const struct expectation *first = &scenario->expectations[0];
    const struct expectation *second = &scenario->expectations[1];

    (void)state;
    assert_int_equal(scenario->expectation_count, 3);
    assert_int_equal(first->at, POINT_WEBTICKET_ISSUE);
    assert_int_equal(first->times, 0);
    assert_int_equal(first->at_least, -1);
    assert_int_equal(first->within, 20 * ENV_NS_PER_SEC);
    assert_int_equal(first->when.facts, FACT_USER);
    assert_string_equal(first->where, "test.yaml:3");
    assert_int_equal(second->times, -1);
    assert_int_equal(second->at_least, 1);
    assert_int_equal(second->at_most, 3);
    assert_string_equal(second->answered_text, "200");
    assert_int_equal(second->answered.count, 1);
    assert_string_equal(second->answered.items[0], "200");
    assert_int_equal(scenario->expectations[2].at, POINT_COUNT);
    assert_int_equal(scenario->expectations[2].never, 1);
    assert_int_equal(scenario->fail_on, FAIL_ON_MUST | FAIL_ON_UNEXPECTED);
}

static void shipped_files(void **state)
{
    AUTO(arena) arena = arena_new();
    struct shipped_file file_before = {"", SPAN_NONE};
    struct shipped_file found;

    (void)state;
    for (size_t i = 0; shipped_at(i, &found); i++) {
        assert_true(found.text.size > 0);
        assert_true(strcmp(file_before.path, found.path) < 0);
        file_before = found;
    }
    assert_true(shipped_find("good/pc-external-ntlm.yaml", &found));
    assert_string_equal(shipped_id(arena, &found), "good/pc-external-ntlm");
    assert_true(span_starts(found.text, "# yaml-language-server:"));
    found.path = "failures/body.xml";
    assert_null(shipped_id(arena, &found));
    found.path = ".yaml";
    assert_null(shipped_id(arena, &found));
    assert_false(shipped_find("good", &found));
}

static void diagnostics_in_order(void **state)
{
    struct diagnostics list;

    (void)state;
    diagnostics_init(&list);
    diagnostics_add(&list, SEVERITY_ERROR, (struct place){"a", 9, 1}, "1");
    diagnostics_add(&list, SEVERITY_ERROR, (struct place){"b", 2, 1}, "2");
    diagnostics_add(&list, SEVERITY_WARNING, (struct place){"a", 3, 7}, "3");
    diagnostics_add(&list, SEVERITY_ERROR, (struct place){"a", 3, 2}, "\x1b[");
    diagnostics_sort(&list);
    assert_string_equal(diagnostic_line(list.arena, &list.items[0]),
                        "a:3:2: error: \\x1b[");
    assert_string_equal(diagnostic_line(list.arena, &list.items[1]),
                        "a:3:7: warning: 3");
    assert_string_equal(list.items[2].text, "1");
    assert_string_equal(list.items[3].text, "2");
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(diagnostics_full(&list), list.errors > 20);
        diagnostics_add(&list, SEVERITY_ERROR, (struct place){"c", 1, 1}, "4");
        diagnostics_add(&list, SEVERITY_WARNING, (struct place){"c", 1, 1},
                        "5");
    }
    assert_int_equal(list.count, 2 * DIAGNOSTICS_MAX);
    assert_int_equal(list.errors, 53);
    assert_int_equal(list.warnings, 51);
    diagnostics_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_told),
        cmocka_unit_test(the_world_is_set),
        cmocka_unit_test(kerberos_is_needed),
        cmocka_unit_test(options_beat_the_file),
        cmocka_unit_test(conditions),
        cmocka_unit_test(parameters),
        cmocka_unit_test(maps),
        cmocka_unit_test(actions_are_in_the_order_of_faults),
        cmocka_unit_test(faults_are_judged_by_themselves),
        cmocka_unit_test(a_child_goes_first),
        cmocka_unit_test(each_fact_has_a_word),
        cmocka_unit_test(each_point_has_a_layer),
        cmocka_unit_test(about_is_the_files_own),
        cmocka_unit_test(expectations_are_kept),
        cmocka_unit_test(shipped_files),
        cmocka_unit_test(diagnostics_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
