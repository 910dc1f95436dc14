/* What tests of Kerberos messages stand on: an arena, keys at work, and bytes
 * that are written in hexadecimal. */
#ifndef UNIT_KRB_FIXTURE_H
#define UNIT_KRB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/base64.h"
#include "util/kcrypt.h"

static struct arena *arena;
static struct kcrypt *kcrypt;

static int set_up(void **state UNUSED)
{
    struct err err;

    arena = arena_new();
    return kcrypt_new(&kcrypt, &err) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
    kcrypt_free(kcrypt);
    arena_free(arena);
    return 0;
}

static struct span hex(const char *text)
{
    struct span bytes = SPAN_NONE;

    assert_true(hex_decode(arena, text, &bytes));
    return bytes;
}

#endif
