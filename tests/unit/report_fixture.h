/*
 * Reports for tests of writers: one whose every member is set, with texts that
 * formats stumble over, and one as a sign-in makes it.
 */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include <string.h>

#include "report/report.h"
#include "report/shape.h"

/* Each is UTF-8; together, what some format gives a meaning to. */
static const char *const odd_texts[] = {
    "plain",
    "",
    "\"quoted\" and 'so'",
    "back\\slash \\n \\",
    "line\nbreak\r\nand\ttab",
    "<a href=\"x\">&amp;</a>",
    "]]> ends a section",
    "# no heading, * no list, | no column",
    "not ok 1 - nothing # SKIP",
    "%0A::error::no",
    "end; note over A: no",
    "\x01\x02\x1b[31mred\x7f",
    "\xc2\x85\xc2\x9b C1",
    "\xf0\x9f\x98\x80 and \xc3\xa4\xc3\xb6\xe2\x82\xac",
    "\xef\xbf\xbe\xef\xbf\xbf",
    "```` `code` ````",
    "</details><script>",
    "  blanks around  ",
    "--> comment <!--",
    "@here: [x](javascript:y)",
};

struct filling {
    struct arena *arena;
    size_t next; /* which text, and a number that is none twice */
};

static inline void fill_struct(struct filling *filling,
                               const struct shape *shape, void *base);

static inline const char *fill_text(struct filling *filling)
{
    return arena_strdup(filling->arena,
                        odd_texts[filling->next++ % ARRAY_SIZE(odd_texts)]);
}

static inline void fill_list(struct filling *filling,
                             const struct member *member, char *base)
{
    size_t count = 1 + filling->next % 3;
    char *items = arena_alloc(filling->arena, count * member->of->size);

    for (size_t i = 0; i < count; i++) {
        fill_struct(filling, member->of, items + i * member->of->size);
    }
    *(void **)(void *)(base + member->offset) = items;
    *(size_t *)(void *)(base + member->count) = count;
}

static inline void fill_texts(struct filling *filling,
                              const struct member *member, char *base)
{
    const char **texts = arena_alloc(filling->arena, 2 * sizeof(*texts));

    texts[0] = fill_text(filling);
    texts[1] = fill_text(filling);
    *(const char ***)(void *)(base + member->offset) = texts;
    *(size_t *)(void *)(base + member->count) = 2;
}

static inline unsigned fill_word(struct filling *filling,
                                 const struct member *member)
{
    unsigned count = 0;

    while (member->words[count]) {
        count++;
    }
    return (unsigned)(filling->next++ % count);
}

static inline void fill_member(struct filling *filling,
                               const struct member *member, char *base)
{
    void *out = base + member->offset;
    size_t n = filling->next++;

    switch (member->kind) {
    case MEMBER_TEXT:
        *(const char **)out = fill_text(filling);
        break;
    case MEMBER_FLAG:
        *(bool *)out = n % 2;
        break;
    case MEMBER_INT:
        *(int *)out = (int)(n % 5) - 1;
        break;
    case MEMBER_COUNT:
        *(unsigned *)out = 200 + (unsigned)n % 300;
        break;
    case MEMBER_LARGE:
        *(uint64_t *)out = n * UINT64_C(12345678901);
        break;
    case MEMBER_SEED:
        *(uint64_t *)out = UINT64_MAX - n;
        break;
    case MEMBER_REAL:
        *(double *)out = (double)n / 7;
        break;
    case MEMBER_WORD:
        *(unsigned *)out = fill_word(filling, member);
        break;
    case MEMBER_OWN:
        fill_struct(filling, member->of, out);
        break;
    case MEMBER_MAYBE:
        *(void **)out = arena_alloc(filling->arena, member->of->size);
        fill_struct(filling, member->of, *(void **)out);
        break;
    case MEMBER_LIST:
        fill_list(filling, member, base);
        break;
    case MEMBER_TEXTS:
        fill_texts(filling, member, base);
        break;
    }
}

static inline void fill_struct(struct filling *filling,
                               const struct shape *shape, void *base)
{
    for (const struct member *m = shape->members; m->name; m++) {
        fill_member(filling, m, base);
    }
}

/* Every member of everything is set; `start` shifts which text is where. */
static inline struct report odd_report(struct arena *arena, size_t start)
{
    struct filling filling = {arena, start};
    struct report report = {.arena = arena};

    fill_struct(&filling, &report_shape, &report);
    return report;
}

#endif
