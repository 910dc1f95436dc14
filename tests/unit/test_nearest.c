/* The nearest valid word. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/nearest.h"

static void distances(void **state UNUSED)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"yes", "yes", 0},
        {"YES", "yes", 0},
        {"domain", "domian", 1}, /* two neighbours swapped */
        {"ab", "ba", 1},
        {"lync2012", "lync2013", 1},
        {"ntlm.v", "ntlm.v1", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3}, /* a letter is moved once at most */
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span a = span_text(rows[i].a);
        struct span b = span_text(rows[i].b);

        print_message("%s, %s\n", rows[i].a, rows[i].b);
        assert_int_equal(nearest_distance(a, b), rows[i].distance);
        assert_int_equal(nearest_distance(b, a), rows[i].distance);
    }
}

/* A word from outside may be of any length; so much of it counts. */
static void clips_long_words(void **state UNUSED)
{
    char a[300];
    char b[300];

    memset(a, 'x', sizeof(a));
    memset(b, 'y', sizeof(b));
    assert_int_equal(
        nearest_distance(span_of(a, sizeof(a)), span_of(b, sizeof(b))),
        NEAREST_LENGTH_MAX);
    assert_int_equal(nearest_distance(span_of(a, sizeof(a)), span_of(a, 64)),
                     0);
}

static void words(void **state UNUSED)
{
    static const char *const list[] = {"internal", "external", "both", NULL};
    static const char *const none[] = {NULL};
    static const struct {
        const char *word;
        const char *nearest;
    } rows[] = {
        {"extrenal", "external"},
        {"inernal", "internal"},
        {"bth", "both"},
        {"INTERNAL", "internal"},
        {"xx", NULL},
        {"maybe", NULL},
        {"externally", "external"},
        {"bo", "both"},
        {"", NULL},
        {"nternal", "internal"}, /* the first of two at one distance */
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *nearest = nearest_word(rows[i].word, list);

        print_message("%s\n", rows[i].word);
        if (rows[i].nearest) {
            assert_non_null(nearest);
            assert_string_equal(nearest, rows[i].nearest);
        } else {
            assert_null(nearest);
        }
    }
    assert_null(nearest_word("both", none));
}

static const char *const known[] = {
    "clock",
    "location",
    "status",
    "log-secrets",
    "log-level",
    "ntlm.v1",
    "ntlm.channel-binding",
    "lockout-threshold",
    "lockout-duration",
    "ticket.lifetime",
    "ticket.guest-lifetime",
    "discover.user-challenge",
    "failures/user-empty",
    "failures/discovery-302",
    "failures/discovery-loop",
    "failures/ticket-expired-on-use",
    "failures/wrong-password-lockout",
    "good/pc-external-ntlm",
    NULL,
};

static const struct {
    const char *word;
    const char *nearest;
} halves[] = {
    {"failures/lockout", "failures/wrong-password-lockout"},
    {"lockout", "lockout-duration"},
    {"lockout-time", "lockout-duration"},
    {"duration", "lockout-duration"},
    {"lifetime", "ticket.lifetime"},
    {"LIFETIME", "ticket.lifetime"},
    {"ticket.lifetme", "ticket.lifetime"},
    {"user-challenge", "discover.user-challenge"},
    {"channel.binding", "ntlm.channel-binding"},
    {"ticket-expired", "failures/ticket-expired-on-use"},
    {"loop", "failures/discovery-loop"},
    {"clocks", "clock"},
    {"ntlm.v2", "ntlm.v1"},
    {"good/pc-external-ntml", "good/pc-external-ntlm"},
    {"statsu", "status"},
    {"stauts", "status"},
    {"failures/user-emtpy", "failures/user-empty"},
    {"bogus", NULL},
    {"502", NULL},
    {"failures/xyzzy", NULL},
    {"ntlm.flags", NULL},
    {"o", NULL},
    {"-", NULL},
    {"./-", NULL},
};

/* What people write who know half of a name. */
static void halves_of_words(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(halves); i++) {
        const char *nearest = nearest_word(halves[i].word, known);

        print_message("%s: %s\n", halves[i].word, nearest ? nearest : "none");
        if (halves[i].nearest) {
            assert_non_null(nearest);
            assert_string_equal(nearest, halves[i].nearest);
        } else {
            assert_null(nearest);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),
        cmocka_unit_test(clips_long_words),
        cmocka_unit_test(words),
        cmocka_unit_test(halves_of_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
