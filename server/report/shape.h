/*
 * The model of report.h as tables: what each struct has, by what name and of
 * what kind. The writer and the reader of the JSON form walk them, and so does
 * what writes its schema; so none of them can know a member that another does
 * not.
 */
#ifndef REPORT_SHAPE_H
#define REPORT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

enum member_kind {
    MEMBER_TEXT,  /* const char *; NULL: the member is left out */
    MEMBER_FLAG,  /* bool */
    MEMBER_INT,   /* int */
    MEMBER_COUNT, /* unsigned */
    MEMBER_LARGE, /* uint64_t, below 2^53 */
    MEMBER_SEED,  /* uint64_t, as text: JSON readers keep numbers as doubles */
    MEMBER_REAL,  /* double, not negative; left out where it is */
    MEMBER_WORD,  /* an enum, by `words` */
    MEMBER_OWN,   /* a struct within */
    MEMBER_MAYBE, /* pointer to a struct; NULL: the member is left out */
    MEMBER_LIST,  /* pointer to structs, and at `count` how many */
    MEMBER_TEXTS, /* const char ** and at `count` how many */
};

struct member {
    const char *name;
    enum member_kind kind;
    size_t offset;
    size_t count;             /* offset of the size_t; of lists alone */
    const struct shape *of;   /* of a struct or a list of them */
    const char *const *words; /* ends with NULL */
    const char *doc;
};

struct shape {
    const char *name;
    size_t size;
    const struct member *members; /* ends with name NULL */
};

/* struct scorecard */
extern const struct shape scorecard_shape;

/* struct report */
extern const struct shape report_shape;

/* Rows of a shape's members: of STRUCT the field MEMBER. */
#define SHAPE_AT(type, member) offsetof(struct type, member)
#define SHAPE_PLAIN(type, kind, member, doc)                                   \
    {                                                                          \
#member, MEMBER_##kind, SHAPE_AT(type, member), 0, NULL, NULL, doc     \
    }
#define SHAPE_WORDS(type, member, words, doc)                                  \
    {                                                                          \
#member, MEMBER_WORD, SHAPE_AT(type, member), 0, NULL, words, doc      \
    }
#define SHAPE_OF(type, kind, member, shape, doc)                               \
    {                                                                          \
#member, MEMBER_##kind, SHAPE_AT(type, member), 0, shape, NULL, doc    \
    }
#define SHAPE_LIST(type, member, count, shape, doc)                            \
    {                                                                          \
#member, MEMBER_LIST, SHAPE_AT(type, member), SHAPE_AT(type, count),   \
            shape, NULL, doc                                                   \
    }
#define SHAPE_END                                                              \
    {                                                                          \
        NULL, MEMBER_TEXT, 0, 0, NULL, NULL, NULL                              \
    }

/* Words of enums that several shapes have. */
extern const char *const report_level_words[];

/* The JSON form says which it is; readers refuse another one. */
enum { REPORT_FORMAT = 1 };

#endif
