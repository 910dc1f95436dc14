/* What memory has of the sessions' journals, and who loses where it is short.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal/ring.h"
#include "util/arena.h"

enum { PAYLOAD = 8192 };

static const char one[] = "one";
static const char other[] = "other";
static const char same_text[] = "one";

static void add(struct ring *ring, uint64_t id, const char *session)
{
    struct conn_facts conn = {.peer = "127.0.0.1:1"};
    struct exchange *ex = exchange_new(id, &conn);

    (void)arena_alloc(ex->arena, PAYLOAD);
    ex->session = session;
    ring_add(ring, ex);
}

static uint64_t first_id(const struct ring *ring, const char *session)
{
    const struct ring_share *share = ring_share(ring, session);

    return share ? TAILQ_FIRST(&share->items)->ex->id : 0;
}

static void a_flood_drives_out_its_own(void **state)
{
    struct ring ring;

    (void)state;
    ring_init(&ring, 20 * PAYLOAD);
    for (uint64_t id = 1; id <= 5; id++) {
        add(&ring, id, one);
    }
    for (uint64_t id = 6; id <= 1000; id++) {
        add(&ring, id, other);
    }
    assert_int_equal(ring_share(&ring, one)->count, 5);
    assert_int_equal(ring_share(&ring, one)->dropped, 0);
    assert_int_equal(first_id(&ring, one), 1);
    assert_true(ring.size <= ring.limit);
    assert_int_equal(ring_share(&ring, other)->dropped, ring.dropped);
    assert_int_equal(ring_share(&ring, other)->count + ring.dropped, 995);
    assert_true(first_id(&ring, other) > 900);
    ring_clear(&ring);
}

static void two_floods_share(void **state)
{
    struct ring ring;
    uint64_t ones;

    (void)state;
    ring_init(&ring, 20 * PAYLOAD);
    for (uint64_t id = 1; id <= 1000; id++) {
        add(&ring, id, id % 2 ? one : other);
    }
    ones = ring_share(&ring, one)->count;
    assert_true(ones >= ring.count / 2 - 1 && ones <= ring.count / 2 + 1);
    ring_clear(&ring);
}

/* Two sessions of one name, one after the other, are two. */
static void names_are_told_by_address(void **state)
{
    struct ring ring;

    (void)state;
    ring_init(&ring, UINT64_MAX);
    add(&ring, 1, one);
    add(&ring, 2, same_text);
    add(&ring, 3, NULL);
    assert_int_equal(first_id(&ring, one), 1);
    assert_int_equal(first_id(&ring, same_text), 2);
    assert_int_equal(first_id(&ring, NULL), 3);
    ring_clear(&ring);
}

static void what_is_forgotten(void **state)
{
    struct ring ring;

    (void)state;
    ring_init(&ring, UINT64_MAX);
    for (uint64_t id = 1; id <= 30; id++) {
        add(&ring, id, id % 3 ? one : other);
    }
    ring_forget(&ring, one);
    ring_forget(&ring, "nobody");
    assert_null(ring_share(&ring, one));
    assert_int_equal(ring.count, 10);
    assert_int_equal(ring_share(&ring, other)->count, 10);
    assert_int_equal(ring_at(&ring, 9)->id, 30);
    assert_null(ring_at(&ring, 10));
    ring_forget(&ring, other);
    assert_int_equal(ring.size, 0);
    assert_int_equal(ring.dropped, 0);
    add(&ring, 31, one);
    assert_int_equal(ring.count, 1);
    ring_clear(&ring);
}

/* Nothing fits. */
static void add_of_era(struct ring *ring, uint64_t id, uint64_t era)
{
    struct conn_facts conn = {.peer = "127.0.0.1:1"};
    struct exchange *ex = exchange_new(id, &conn);

    ex->session = one;
    ex->era = era;
    ring_add(ring, ex);
}

/* Each keeps its scenario, however large that is. */
static void scenarios_are_few(void **state)
{
    struct ring ring;

    (void)state;
    ring_init(&ring, 1 << 30);
    for (uint64_t id = 1; id <= 10; id++) {
        add_of_era(&ring, id, 1);
    }
    for (uint64_t era = 2; era <= RING_ERAS; era++) {
        add_of_era(&ring, era + 10, era);
    }
    assert_int_equal(first_id(&ring, one), 1);
    add_of_era(&ring, 100, RING_ERAS + 1);
    assert_int_equal(first_id(&ring, one), 12);
    assert_int_equal(ring.dropped, 10);
    assert_int_equal(ring_share(&ring, one)->dropped, 10);
    /* One that took long, of a scenario that is gone. */
    add_of_era(&ring, 101, 1);
    add_of_era(&ring, 102, 1000);
    assert_int_equal(first_id(&ring, one), 102);
    assert_int_equal(ring.count, 1);
    ring_clear(&ring);
}

static void who_has_ended_has_none(void **state)
{
    struct conn_facts conn = {.peer = "127.0.0.1:1"};
    struct exchange *ex = exchange_new(1, &conn);
    bool ended = true;
    struct ring ring;

    (void)state;
    ring_init(&ring, 1 << 20);
    ex->session = one;
    ex->session_ended = &ended;
    ring_add(&ring, ex);
    assert_int_equal(ring.count, 0);
    assert_null(ring_share(&ring, one));
    ring_clear(&ring);
}

static void no_room_at_all(void **state)
{
    struct ring ring;

    (void)state;
    ring_init(&ring, 1);
    add(&ring, 1, one);
    assert_int_equal(ring.count, 0);
    assert_int_equal(ring.dropped, 1);
    assert_null(ring_share(&ring, one));
    ring_clear(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_drives_out_its_own),
        cmocka_unit_test(two_floods_share),
        cmocka_unit_test(names_are_told_by_address),
        cmocka_unit_test(what_is_forgotten),
        cmocka_unit_test(scenarios_are_few),
        cmocka_unit_test(who_has_ended_has_none),
        cmocka_unit_test(no_room_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
