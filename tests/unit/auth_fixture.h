/* A method of authentication in the good world, for tests. */
#ifndef UNIT_AUTH_FIXTURE_H
#define UNIT_AUTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "util/env.h"
#include "world/world.h"

#define PASSWORD "Passw0rd!"
#define NOW      (INT64_C(1400000000) * ENV_NS_PER_SEC)

static const uint8_t certificate[32] = "the hash of some certificate";

struct fixture {
    struct world *world;
    struct env env;
    struct arena *arena;
    struct auth_context ctx;
    const struct auth_method *method;
    struct auth_handle *handle;
    struct auth_outcome outcome; /* of the last step */
};

static inline int64_t fixed_now(struct env *env UNUSED)
{
    return NOW;
}

static inline int auth_set_up(void **state, const char *method)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err err;

    assert_non_null(f);
    f->world = world_good();
    assert_true(world_finish(f->world, &err));
    env_system(&f->env, 1);
    f->env.now = fixed_now;
    f->arena = arena_new();
    f->ctx = (struct auth_context){
        .world = f->world,
        .env = &f->env,
        .arena = f->arena,
        .now = NOW,
        .host = "lyncweb.contoso.test",
        .certificate_hash = span_of(certificate, sizeof(certificate)),
    };
    f->method = auth_method(method);
    f->handle = f->method->begin();
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    f->method->end(f->handle);
    arena_free(f->arena);
    world_unref(f->world);
    free(f);
    return 0;
}

static inline void step(struct fixture *f, struct span token)
{
    f->outcome = (struct auth_outcome){0};
    f->method->step(f->handle, &f->ctx, token, &f->outcome);
}

/* The text of the note, or "" where there is none. */
static inline const char *note(const struct fixture *f, const char *key)
{
    for (const struct auth_note *n = f->outcome.notes; n; n = n->next) {
        if (strcmp(n->key, key) == 0) {
            return n->text;
        }
    }
    return "";
}

static inline void assert_refused(const struct fixture *f,
                                  enum auth_reason reason)
{
    assert_string_equal(auth_reason_text(f->outcome.reason),
                        auth_reason_text(reason));
    assert_int_equal(f->outcome.verdict, AUTH_REFUSED);
}

#endif
