/* The verbs of the command line, one file each. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "util/env.h"

/* Exit codes are a promise to users (docs: exit codes). */
enum exit_code {
    EXIT_GOOD = 0,      /* all held */
    EXIT_VERDICT = 1,   /* an expectation failed */
    EXIT_USAGE = 2,     /* nothing was started */
    EXIT_START = 3,     /* could not start */
    EXIT_TIME = 4,      /* the time limit was reached */
    EXIT_CLIENT = 5,    /* the client failed, though nothing was wrong */
    EXIT_INTERNAL = 70, /* our bug */
    EXIT_SKIPPED = 77,  /* it needs what this machine has not */
};

/* An option of one verb alone; --help and --json are not among them. */
struct verb_option {
    const char *name;  /* "--at" */
    const char *value; /* "POINT"; NULL: it takes none */
    const char *doc;
};

struct verb {
    const char *name;
    const char *usage; /* what follows the name */
    const char *doc;   /* one sentence */
    const char *help;  /* what --help says; NULL: the verb says it itself */
    const char *json;  /* what --json does; NULL: there is none */
    const struct verb_option *options; /* ends with name NULL; NULL: none */
    enum exit_code (*run)(int argc, char **argv);
};

extern const struct verb verb_check;
extern const struct verb verb_conformance;
extern const struct verb verb_decode;
extern const struct verb verb_explain;
extern const struct verb verb_help;
extern const struct verb verb_list;
extern const struct verb verb_new;
extern const struct verb verb_probe;
extern const struct verb verb_run;
extern const struct verb verb_schema;
extern const struct verb verb_serve;
extern const struct verb verb_version;
extern const struct verb verb_wait;

struct buf;
/* To stdout, or an error on stderr that says why not. */
enum exit_code print_all(const struct buf *text);

/* NULL past the end. */
const struct verb *verb_at(size_t index);

#endif
