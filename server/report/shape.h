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

/* struct report */
extern const struct shape report_shape;

/* The JSON form says which it is; readers refuse another one. */
enum { REPORT_FORMAT = 1 };

#endif
