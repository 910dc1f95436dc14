/* Messages between server and keeper: there and back, and what is none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keeper/protocol.h"
#include "util/attr.h"

static const char *const alice[] = {"alice", "alice@contoso.test", NULL};
static const char *const joerg[] = {"j\xc3\xb6rg", NULL};
static const char *const services[] = {"HTTP/a", "HTTP/b", NULL};
static const char *const nothing[] = {NULL};

static const struct keeper_user users[] = {
    {alice, "Passw0rd!", KRB_ALL_BITS, KEEPER_GOOD, "/run/alice.ccache"},
    {joerg, "", 0, KEEPER_KEY_EXPIRED, NULL},
};

#define KEYS                                                                   \
    {                                                                          \
        .items = {{KRB_ETYPE_AES256, "0123456789abcdef0123456789abcdef", 32},  \
                  {KRB_ETYPE_AES128, "fedcba9876543210", 16}},                 \
        .count = 2, .kvno = 7,                                                 \
    }

#define REALM                                                                  \
    {                                                                          \
        .realm = "CONTOSO.TEST", .etypes = KRB_AES_BITS,                       \
        .ticket_lifetime = 36000, .renewable_lifetime = -1, .preauth = true,   \
        .krbtgt = KEYS, .service = KEYS, .services = services, .users = users, \
        .user_count = 2, .krb5kdc = "/usr/sbin/krb5kdc", .run_dir = "/run/x",  \
        .service_keytab = "/run/x/k", .user_keytab = NULL,                     \
    }

/* One of each kind, and a realm with next to nothing. */
static const struct keeper_message messages[] = {
    {.kind = KEEPER_REALM, .serial = 1, .realm = REALM},
    {.kind = KEEPER_REALM,
     .realm = {.realm = "",
               .services = nothing,
               .krb5kdc = "",
               .run_dir = "",
               .user_keytab = "u"}},
    {.kind = KEEPER_USER,
     .serial = UINT32_MAX,
     .user = {alice, "p\xc3\xa4", KRB_RC4_BIT, KEEPER_REVOKED, NULL}},
    {.kind = KEEPER_SERVICE, .serial = 7, .service = "HTTP/Lync"},
    {.kind = KEEPER_READY, .port = 65535},
    {.kind = KEEPER_DONE, .serial = 0x01020304},
    {.kind = KEEPER_ERROR, .text = "no krb5kdc"},
};

static void check_text(const char *a, const char *b)
{
    assert_true((a == NULL) == (b == NULL));
    if (a) {
        assert_string_equal(a, b);
    }
}

static void check_texts(const char *const *a, const char *const *b)
{
    size_t i = 0;

    for (; a[i]; i++) {
        check_text(a[i], b[i]);
    }
    assert_null(b[i]);
}

static void check_user(const struct keeper_user *a, const struct keeper_user *b)
{
    check_texts(a->names, b->names);
    check_text(a->password, b->password);
    assert_int_equal(a->etypes, b->etypes);
    assert_int_equal(a->state, b->state);
    check_text(a->ccache, b->ccache);
}

static void check_keys(const struct krb_keys *a, const struct krb_keys *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->kvno, b->kvno);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].etype, b->items[i].etype);
        assert_int_equal(a->items[i].size, b->items[i].size);
        assert_memory_equal(a->items[i].bytes, b->items[i].bytes,
                            a->items[i].size);
    }
}

static void check_realm(const struct keeper_realm *a,
                        const struct keeper_realm *b)
{
    check_text(a->realm, b->realm);
    assert_int_equal(a->etypes, b->etypes);
    assert_int_equal(a->ticket_lifetime, b->ticket_lifetime);
    assert_int_equal(a->renewable_lifetime, b->renewable_lifetime);
    assert_int_equal(a->preauth, b->preauth);
    check_keys(&a->krbtgt, &b->krbtgt);
    check_keys(&a->service, &b->service);
    check_texts(a->services, b->services);
    assert_int_equal(a->user_count, b->user_count);
    for (size_t i = 0; i < a->user_count; i++) {
        check_user(&a->users[i], &b->users[i]);
    }
    check_text(a->krb5kdc, b->krb5kdc);
    check_text(a->run_dir, b->run_dir);
    check_text(a->service_keytab, b->service_keytab);
    check_text(a->user_keytab, b->user_keytab);
}

static void check_message(const struct keeper_message *a,
                          const struct keeper_message *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->serial, b->serial);
    switch (a->kind) {
    case KEEPER_REALM:
        check_realm(&a->realm, &b->realm);
        break;
    case KEEPER_USER:
        check_user(&a->user, &b->user);
        break;
    case KEEPER_SERVICE:
        check_text(a->service, b->service);
        break;
    case KEEPER_READY:
        assert_int_equal(a->port, b->port);
        break;
    case KEEPER_DONE:
        break;
    case KEEPER_ERROR:
        check_text(a->text, b->text);
        break;
    }
}

static void goes_there_and_back(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        AUTO(arena) arena = arena_new();
        AUTO_BUF packet = {0};
        struct keeper_message message;
        struct err err;

        keeper_encode(&packet, &messages[i]);
        assert_true(keeper_decode(arena, buf_span(&packet), &message, &err));
        /* Nothing of it is borrowed. */
        memset(packet.data, 0xff, packet.size);
        check_message(&messages[i], &message);
    }
}

/* Cut anywhere, a message is none; nor is one with a byte behind it. */
static void refuses_other_lengths(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        AUTO(arena) arena = arena_new();
        AUTO_BUF packet = {0};
        struct keeper_message message = {.port = 4711};
        struct err err;

        keeper_encode(&packet, &messages[i]);
        for (size_t size = 0; size < packet.size; size++) {
            /* In memory of just that size, so that a sanitizer sees. */
            struct span cut = arena_copy(arena, span_of(packet.data, size));

            assert_false(keeper_decode(arena, cut, &message, &err));
            assert_true(err.text[0]);
        }
        buf_add_u8(&packet, 0);
        assert_false(keeper_decode(arena, buf_span(&packet), &message, &err));
        assert_non_null(strstr(err.text, "goes on behind its end"));
        assert_int_equal(message.port, 4711);
    }
}

/* With any byte at any place: no crash, and no memory beyond reason. */
static void survives_any_byte(void **state UNUSED)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};

    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        AUTO_BUF packet = {0};

        keeper_encode(&packet, &messages[i]);
        for (size_t at = 0; at < packet.size; at++) {
            uint8_t was = packet.data[at];

            for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
                AUTO(arena) arena = arena_new();
                struct keeper_message message;
                struct err err;

                packet.data[at] = values[v];
                if (keeper_decode(arena, buf_span(&packet), &message, &err)) {
                    AUTO_BUF again = {0};

                    keeper_encode(&again, &message);
                }
                assert_true(arena_size(arena) < 128 * 1024);
            }
            packet.data[at] = was;
        }
    }
}

static const struct {
    struct keeper_message message;
    size_t at; /* SIZE_MAX: leave the bytes as they are */
    uint8_t byte;
    const char *says;
} wrong[] = {
    {{.kind = KEEPER_DONE}, 0, KEEPER_VERSION + 1, "not of one build"},
    {{.kind = KEEPER_DONE}, 4, 99, "of an unknown kind, 99"},
    {{.kind = KEEPER_ERROR, .text = NULL}, SIZE_MAX, 0, "a text is missing"},
    {{.kind = KEEPER_ERROR, .text = "abc"}, 14, 0, "holds a NUL"},
    {{.kind = KEEPER_USER, .user = {nothing, "x", 0, KEEPER_GOOD, NULL}},
     SIZE_MAX,
     0,
     "no name"},
    {{.kind = KEEPER_USER, .user = {joerg, "x", 8, KEEPER_GOOD, NULL}},
     SIZE_MAX,
     0,
     "type is unknown"},
    {{.kind = KEEPER_USER, .user = {joerg, "x", 0, (enum keeper_state)3, NULL}},
     SIZE_MAX,
     0,
     "state is unknown"},
    {{.kind = KEEPER_USER, .user = {joerg, "x", 0, KEEPER_GOOD, NULL}},
     12,
     0x7f,
     "a count is greater"},
    {{.kind = KEEPER_REALM,
      .realm = {.realm = "", .krbtgt = {.items = {{18, "", 16}}, .count = 1}}},
     SIZE_MAX,
     0,
     "not as long as its type says"},
    {{.kind = KEEPER_REALM,
      .realm = {.realm = "", .krbtgt = {.items = {{3, "", 8}}, .count = 1}}},
     SIZE_MAX,
     0,
     "not as long as its type says"},
    {{.kind = KEEPER_REALM, .realm = {.realm = ""}}, 38, 4, "too many keys"},
};

static void says_what_is_wrong(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        AUTO(arena) arena = arena_new();
        AUTO_BUF packet = {0};
        struct keeper_message message;
        struct err err;

        keeper_encode(&packet, &wrong[i].message);
        if (wrong[i].at != SIZE_MAX) {
            packet.data[wrong[i].at] = wrong[i].byte;
        }
        assert_false(keeper_decode(arena, buf_span(&packet), &message, &err));
        print_message("%s\n", err.text);
        assert_non_null(strstr(err.text, wrong[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(refuses_other_lengths),
        cmocka_unit_test(survives_any_byte),
        cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
