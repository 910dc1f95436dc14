/* Which steps apply at a point, in which order, and what they count. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/session.h"
#include "scenario/tallies.h"
#include "util/env.h"
#include "util/stamp.h"

enum { MANY = 40 };

static struct scenario *scenario;
static struct session *session;

static int set_up(void **state)
{
    (void)state;
    scenario = scenario_new(world_good());
    scenario->steps = arena_alloc(scenario->arena, MANY * sizeof(struct step));
    session = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    session_unref(session);
    scenario_unref(scenario);
    return 0;
}

static struct step *add(enum point at)
{
    struct step *step = &scenario->steps[scenario->step_count++];

    *step = (struct step){0};
    step->at = at;
    return step;
}

static void start(void)
{
    scenario_index(scenario);
    session = session_new("default", scenario);
}

/* The numbers of the steps that apply, as letters: "a" is the first. */
static const char *reach(enum point point, const struct facts *facts)
{
    static char names[MANY + 1];
    static const struct facts none;
    struct steps steps;

    scenario_at(session, point, facts ? facts : &none, &steps);
    assert_true(steps.count <= MANY);
    for (size_t i = 0; i < steps.count; i++) {
        names[i] = (char)('a' + steps.items[i]->index);
    }
    names[steps.count] = '\0';
    return names;
}

static void a_point_without_steps_is_silent(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < POINT_COUNT; i++) {
        assert_string_equal(reach((enum point)i, NULL), "");
    }
}

static void the_first_that_holds_applies(void **state)
{
    (void)state;
    add(POINT_MEX_GET)->when.first = 2;
    add(POINT_DISCOVER_ROOT);
    add(POINT_MEX_GET);
    add(POINT_MEX_GET);
    start();
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "c");
    assert_string_equal(reach(POINT_DISCOVER_ROOT, NULL), "b");
    assert_string_equal(reach(POINT_DISCOVER_USER, NULL), "");
}

static void also_lets_the_next_ones_be_tried(void **state)
{
    struct step *step;

    (void)state;
    step = add(POINT_MEX_GET);
    step->also = true;
    step->when.first = 2;
    step = add(POINT_MEX_GET);
    step->also = true;
    step->when.after = 1;
    add(POINT_MEX_GET);
    add(POINT_MEX_GET);
    start();
    assert_string_equal(reach(POINT_MEX_GET, NULL), "ac");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "abc");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "bc");
}

/* "the second and later ones" means the same, whatever stands before. */
static void a_counter_is_its_steps_own(void **state)
{
    (void)state;
    add(POINT_MEX_GET)->when.first = 1;
    add(POINT_MEX_GET)->when.after = 1;
    start();
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "b");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "b");
}

static void only_what_holds_is_counted(void **state)
{
    const char *hosts[] = {"lyncweb.*"};
    const struct facts web = {.host = "lyncweb.contoso.test"};
    const struct facts other = {.host = "lyncint.contoso.test"};
    struct step *step;

    (void)state;
    step = add(POINT_MEX_GET);
    step->when.facts = FACT_HOST;
    step->when.host = (struct patterns){hosts, 1};
    step->when.after = 1;
    start();
    assert_string_equal(reach(POINT_MEX_GET, &other), "");
    assert_string_equal(reach(POINT_MEX_GET, &web), "");
    assert_string_equal(reach(POINT_MEX_GET, &other), "");
    assert_string_equal(reach(POINT_MEX_GET, &web), "a");
}

/* Each of several patterns lets a step in, and each fact keeps it out: what is
 * looked at first decides nothing alone. A fact that is not known fits none. */
static void all_of_a_condition_decides(void **state)
{
    const char *hosts[] = {"lyncint.*", "lyncweb.*"};
    const char *methods[] = {"POST"};
    const struct facts rows[] = {
        {.host = "lyncint.contoso.test", .method = "POST"},
        {.host = "lyncweb.contoso.test", .method = "POST"},
        {.host = "lyncweb.contoso.test", .method = "GET"},
        {.host = "meet.contoso.test", .method = "POST"},
        {.host = "lyncweb.contoso.test"},
        {.method = "POST"},
    };
    static const char *const expected[] = {"ab", "ab", "a", "", "a", ""};
    struct step *step;

    (void)state;
    step = add(POINT_MEX_GET);
    step->also = true;
    step->when.facts = FACT_HOST;
    step->when.host = (struct patterns){hosts, 2};
    step = add(POINT_MEX_GET);
    step->when.facts = FACT_HOST | (unsigned)FACT_METHOD;
    step->when.host = (struct patterns){hosts, 2};
    step->when.method = (struct patterns){methods, 1};
    start();
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(reach(POINT_MEX_GET, &rows[i]), expected[i]);
    }
}

static void sessions_do_not_share_counters(void **state)
{
    struct session *first;

    (void)state;
    add(POINT_MEX_GET)->when.first = 1;
    start();
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "");
    first = session;
    session = session_new("default", scenario);
    session_unref(first);
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
}

/* No step is left out because there are many. */
static void any_number_of_steps_applies(void **state)
{
    struct steps steps;
    static const struct facts none;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        add(POINT_MEX_GET)->also = true;
    }
    start();
    scenario_at(session, POINT_MEX_GET, &none, &steps);
    assert_int_equal(steps.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(steps.items[i]->index, i);
    }
}

/* ---- Counters for one alone ---- */

static struct facts of_user(const char *user)
{
    return (struct facts){.user = user};
}

static void counts_per_user(void **state)
{
    const struct facts alice = of_user("alice");
    const struct facts bob = of_user("bob");
    struct step *step = add(POINT_PLAIN_ANSWER);

    (void)state;
    step->when.first = 1;
    step->when.per = PER_USER;
    start();
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &alice), "a");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &alice), "");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &bob), "a");
    /* Who is not known is nobody. */
    assert_string_equal(reach(POINT_PLAIN_ANSWER, NULL), "a");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, NULL), "");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &bob), "");
}

/* Also where they count for the same user. */
static void steps_share_no_counter_per_user(void **state)
{
    const struct facts alice = of_user("alice");

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct step *step = add(POINT_PLAIN_ANSWER);

        step->when.per = PER_USER;
        step->when.after = i ? 2 : 0;
        step->when.first = i ? 0 : 2;
        step->also = true;
    }
    start();
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &alice), "a");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &alice), "a");
    assert_string_equal(reach(POINT_PLAIN_ANSWER, &alice), "b");
}

static void counts_per_connection_and_address(void **state)
{
    static const struct {
        uint64_t id;
        const char *peer;
        const char *applies;
    } rows[] = {
        {7, "127.0.0.1:1", "ab"}, {7, "127.0.0.1:1", ""},
        {9, "127.0.0.1:2", "a"},  {8, "127.0.0.2:1", "ab"},
        {9, "127.0.0.1:2", ""},   {5, "[::1]:4", "ab"},
        {6, "[::1]:5", "a"},
    };
    struct step *step = add(POINT_DISCOVER_ROOT);

    (void)state;
    step->when.first = 1;
    step->when.per = PER_CONNECTION;
    step->also = true;
    step = add(POINT_DISCOVER_ROOT);
    step->when.first = 1;
    step->when.per = PER_ADDRESS;
    start();
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct conn_facts conn = {.id = rows[i].id, .peer = rows[i].peer};
        const struct facts facts = {.conn = &conn};

        assert_string_equal(reach(POINT_DISCOVER_ROOT, &facts),
                            rows[i].applies);
    }
}

static void numbers_connections(void **state)
{
    static const unsigned second[] = {2, 0};
    const struct conn_facts conns[] = {{.id = 70}, {.id = 4}, {.id = 9}};
    struct step *step = add(POINT_DISCOVER_ROOT);

    (void)state;
    step->when.facts = FACT_CONNECTION;
    step->when.connection = second;
    start();
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < ARRAY_SIZE(conns); i++) {
            const struct facts facts = {.conn = &conns[i]};

            /* Also where it is another point that it reaches first. */
            reach(POINT_HTTP_REQUEST, &facts);
            assert_string_equal(reach(POINT_DISCOVER_ROOT, &facts),
                                i == 1 ? "a" : "");
        }
    }
}

static void strangers_cannot_grow_it(void **state)
{
    AUTO(tallies) tallies = tallies_new();
    char name[16];

    (void)state;
    tallies_of(tallies, 1, "kept")->count = 5;
    tallies_of(tallies, 2, "forgotten")->count = 5;
    for (int i = 0; i < 3 * TALLIES_MAX; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        tallies_of(tallies, 1, name)->count++;
        if (i % 100 == 0) {
            assert_int_equal(tallies_of(tallies, 1, "kept")->count, 5);
        }
    }
    assert_int_equal(tallies_count(tallies), TALLIES_MAX);
    assert_int_equal(tallies_of(tallies, 2, "forgotten")->count, 0);
    /* The same name of another step is another counter. */
    assert_int_equal(tallies_of(tallies, 2, "kept")->count, 0);
}

/* ---- Chance ---- */

enum { TIMES = 1000 };

static struct step *by_chance(unsigned percent, const char *identity)
{
    struct step *step = add(POINT_MEX_GET);

    step->when.has_chance = true;
    step->when.chance = percent * (CHANCE_ALL / 100);
    step->identity = identity;
    step->also = true;
    return step;
}

/* So many times that step's letter is among those that apply, '1' or '0'. */
static void decisions(char letter, char out[TIMES + 1])
{
    for (size_t i = 0; i < TIMES; i++) {
        out[i] = strchr(reach(POINT_MEX_GET, NULL), letter) ? '1' : '0';
    }
    out[TIMES] = '\0';
}

static size_t ones(const char *text)
{
    size_t count = 0;

    for (; *text; text++) {
        count += *text == '1';
    }
    return count;
}

static struct env env_of(uint64_t seed)
{
    struct env env;

    env_system(&env, seed);
    return env;
}

static void chance_keeps_its_word(void **state)
{
    static const unsigned percents[] = {0, 100, 10, 50, 90};
    char seen[TIMES + 1];
    struct env env = env_of(7);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
        by_chance(percents[i], "one")->when.first = 0;
    }
    start();
    session_start(session, &env);
    for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
        decisions((char)('a' + i), seen);
        if (percents[i] % 100 == 0) {
            assert_int_equal(ones(seen), percents[i] * TIMES / 100);
        } else {
            /* Five standard deviations, and it is the same each time. */
            assert_in_range(ones(seen), percents[i] * 10 - 80,
                            percents[i] * 10 + 80);
        }
    }
}

/* 0 never and 100 always, for any seed, step and session. */
static void never_and_always(void **state)
{
    char seen[TIMES + 1];

    (void)state;
    by_chance(0, "none");
    by_chance(100, "all");
    start();
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct env env = env_of(seed * UINT64_C(0x9e3779b97f4a7c15));

        session_seed(session, &env, env.seed);
        decisions('a', seen);
        assert_int_equal(ones(seen), 0);
        decisions('b', seen);
        assert_int_equal(ones(seen), TIMES);
    }
}

static void run_with(const char *first, const char *second, uint64_t seed,
                     const char *name, char letter, char out[TIMES + 1])
{
    struct env env = env_of(seed);

    scenario->step_count = 0;
    if (first) {
        by_chance(30, first);
    }
    by_chance(30, second);
    scenario_index(scenario);
    session_unref(session);
    session = session_new(name, scenario);
    session_start(session, &env);
    decisions(letter, out);
}

static void the_same_seed_gives_the_same(void **state)
{
    char once[TIMES + 1];
    char again[TIMES + 1];

    (void)state;
    run_with(NULL, "step", 42, "default", 'a', once);
    run_with(NULL, "step", 42, "default", 'a', again);
    assert_string_equal(once, again);
    /* Another step before it shifts nothing. */
    run_with("other", "step", 42, "default", 'b', again);
    assert_string_equal(once, again);
    run_with("other", "step", 42, "default", 'a', again);
    assert_string_not_equal(once, again);
    run_with(NULL, "step", 43, "default", 'a', again);
    assert_string_not_equal(once, again);
    run_with(NULL, "step", 42, "t1.contoso.test", 'a', again);
    assert_string_not_equal(once, again);
}

static void users_do_not_shift_each_other(void **state)
{
    const struct facts alice = of_user("alice");
    const struct facts bob = of_user("bob");
    struct env env = env_of(3);
    struct step *step = by_chance(50, "one");
    char alone[TIMES + 1];

    (void)state;
    step->when.per = PER_USER;
    start();
    session_start(session, &env);
    for (size_t i = 0; i < TIMES; i++) {
        alone[i] = *reach(POINT_MEX_GET, &alice) ? '1' : '0';
    }
    session_play(session, scenario);
    for (size_t i = 0; i < TIMES; i++) {
        reach(POINT_MEX_GET, &bob);
        assert_int_equal(*reach(POINT_MEX_GET, &alice) ? '1' : '0', alone[i]);
    }
}

static size_t longest_row(const char *seen)
{
    size_t longest = 0;
    size_t row = 0;

    for (; *seen; seen++) {
        row = *seen == '1' ? row + 1 : 0;
        longest = row > longest ? row : longest;
    }
    return longest;
}

static void chance_has_bounds(void **state)
{
    char seen[TIMES + 1];
    struct env env = env_of(11);
    struct step *step = by_chance(90, "row");

    (void)state;
    step->when.max_in_a_row = 3;
    by_chance(90, "budget")->when.eventually = 5;
    step = by_chance(100, "both");
    step->when.max_in_a_row = 2;
    step->when.eventually = 5;
    start();
    session_start(session, &env);
    decisions('a', seen);
    assert_int_equal(longest_row(seen), 3);
    assert_true(ones(seen) > TIMES / 2);
    session_play(session, scenario);
    decisions('b', seen);
    assert_int_equal(ones(seen), 5);
    assert_true(strchr(seen + 20, '1') == NULL);
    session_play(session, scenario);
    decisions('c', seen);
    assert_memory_equal(seen, "1101101000", 10);
}

/* ---- States ---- */

static struct step *when_state(const char *name, const char *value)
{
    struct step *step = add(POINT_MEX_GET);
    struct named_condition *is =
        ARENA_NEW(scenario->arena, struct named_condition);

    is->name = name;
    is->absent = !value;
    is->value.items = arena_alloc(scenario->arena, sizeof(char *));
    is->value.items[0] = value;
    is->value.count = value != NULL;
    step->when.is = (struct named_conditions){is, 1};
    return step;
}

static struct step *setting(const char *name, const char *value)
{
    struct step *step = add(POINT_MEX_GET);

    step->sets = ARENA_NEW(scenario->arena, struct state_setting);
    *step->sets = (struct state_setting){name, value};
    step->set_count = 1;
    step->when.after = 1000000;
    return step;
}

static void states_are_asked_and_set(void **state)
{
    struct step *set;
    struct step *clear;
    const char *value;

    (void)state;
    when_state("phase", "in*");
    when_state("phase", NULL);
    set = setting("phase", "inside");
    clear = setting("Phase", NULL);
    start();
    assert_string_equal(reach(POINT_MEX_GET, NULL), "b");
    session_set(session, scenario, set);
    assert_string_equal(session_state(session, "phase"), "inside");
    assert_string_equal(session_state_at(session, 0, &value), "phase");
    assert_string_equal(value, "inside");
    assert_null(session_state_at(session, 1, &value));
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    session_set(session, scenario, set);
    assert_null(session_state_at(session, 1, &value));
    session_set(session, scenario, clear);
    assert_null(session_state(session, "phase"));
    assert_string_equal(reach(POINT_MEX_GET, NULL), "b");
    /* What another scenario's step would still set is of no effect. */
    session_set(session, NULL, set);
    assert_null(session_state(session, "phase"));
}

static void another_scenario_begins_afresh(void **state)
{
    struct env env = env_of(1);
    struct step *set;

    (void)state;
    add(POINT_MEX_GET)->when.first = 1;
    set = setting("phase", "late");
    start();
    session_start(session, &env);
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_string_equal(reach(POINT_MEX_GET, NULL), "");
    session_set(session, scenario, set);
    session_advance(session, 3600 * ENV_NS_PER_SEC);
    assert_true(session_now(session, 0) > 3000 * ENV_NS_PER_SEC);
    session_play(session, scenario);
    assert_null(session_state(session, "phase"));
    assert_string_equal(reach(POINT_MEX_GET, NULL), "a");
    assert_true(session_now(session, env_now(&env)) <=
                env_now(&env) + ENV_NS_PER_SEC);
}

/* ---- The clock ---- */

static int64_t fixed_now(struct env *env)
{
    return env->skew;
}

static void the_clock_runs_as_the_world_says(void **state)
{
    static const struct {
        const char *settings[3][2];
        int64_t after; /* s of real time */
        const char *shows;
    } rows[] = {
        {{{"clock", "+0s"}}, 10, "1970-01-01T00:16:50Z"},
        {{{"clock", "+1h"}}, 10, "1970-01-01T01:16:50Z"},
        {{{"clock.start", "2013-06-01T12:00:00Z"}}, 10, "2013-06-01T12:00:10Z"},
        {{{"clock.start", "2013-06-01T12:00:00Z"}, {"clock.scale", "60"}},
         10,
         "2013-06-01T12:10:00Z"},
        {{{"clock.start", "2013-06-01T12:00:00Z"},
          {"clock.scale", "0.5"},
          {"clock.skew", "-1h"}},
         10,
         "2013-06-01T11:00:05Z"},
        {{{"clock", "2013-06-01T12:00:00Z"}, {"clock-runs", "no"}},
         10,
         "2013-06-01T12:00:00Z"},
        {{{"clock.scale", "1000000"}}, 1000000, "2150-01-01T00:00:00Z"},
        {{{"clock.scale", "1000000"}}, -1000000, "1800-01-01T00:00:00Z"},
    };
    AUTO(arena) arena = arena_new();
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct env env = {.now = fixed_now, .skew = 1000 * ENV_NS_PER_SEC};
        AUTO(scenario) one = scenario_new(world_good());
        AUTO(session) its = NULL;

        for (size_t k = 0; k < 3 && rows[i].settings[k][0]; k++) {
            assert_true(world_set(one->world, rows[i].settings[k][0],
                                  rows[i].settings[k][1], &err));
        }
        scenario_index(one);
        its = session_new("default", one);
        session_start(its, &env);
        assert_string_equal(
            stamp_iso(arena, session_now(its, (1000 + rows[i].after) *
                                                  ENV_NS_PER_SEC)),
            rows[i].shows);
    }
}

static void points_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        assert_int_equal(point_named(info->name), i);
        assert_true(info->subjects != 0);
        assert_non_null(info->spec);
    }
    assert_int_equal(point_named("discover"), POINT_COUNT);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_point_without_steps_is_silent),
        T(the_first_that_holds_applies),
        T(also_lets_the_next_ones_be_tried),
        T(a_counter_is_its_steps_own),
        T(only_what_holds_is_counted),
        T(all_of_a_condition_decides),
        T(sessions_do_not_share_counters),
        T(any_number_of_steps_applies),
        T(points_have_names),
        T(steps_share_no_counter_per_user),
        T(counts_per_user),
        T(counts_per_connection_and_address),
        T(numbers_connections),
        T(strangers_cannot_grow_it),
        T(chance_keeps_its_word),
        T(never_and_always),
        T(the_same_seed_gives_the_same),
        T(users_do_not_shift_each_other),
        T(chance_has_bounds),
        T(states_are_asked_and_set),
        T(another_scenario_begins_afresh),
        T(the_clock_runs_as_the_world_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
