/* Which steps apply at a point, in which order, and what they count. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/session.h"

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
        T(a_point_without_steps_is_silent),  T(the_first_that_holds_applies),
        T(also_lets_the_next_ones_be_tried), T(a_counter_is_its_steps_own),
        T(only_what_holds_is_counted),       T(sessions_do_not_share_counters),
        T(any_number_of_steps_applies),      T(points_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
