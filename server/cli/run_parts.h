/* What the files of one run share: run_one.c and run_end.c. */
#ifndef CLI_RUN_PARTS_H
#define CLI_RUN_PARTS_H

#include "cli/client.h"
#include "cli/run.h"
#include "cli/serving.h"

enum stage {
    STAGE_CLIENT,   /* it runs, or is about to */
    STAGE_REACHED,  /* --until: answers that are under way go out */
    STAGE_ENDING,   /* it was told to end, or has, and left some behind */
    STAGE_KILLING,  /* it was killed */
    STAGE_SETTLING, /* nothing is left of it */
};

struct run {
    struct serving serving; /* first: it is cast to this */
    struct options options;
    const struct run_plan *plan;
    struct report *report;
    struct arena *arena; /* the report's */
    int64_t began;       /* monotonic ns: when the client did */
    struct client client;
    enum stage stage;
    int64_t deadline; /* of the stage */
    unsigned turns;
    struct loop_timer timer;
    struct session_watch point; /* of --until */
    struct loop_note note;      /* that it was reached, for our thread */
    bool awaited;               /* it is, and was not reached */
    bool timed_out;
    bool may_fail;    /* nobody can sign in: its exit status says nothing */
    bool interrupted; /* a person, or who supervises us, has ended it */
    bool ended_by_us; /* so its exit status says nothing */
};

/* ---- run_end.c ---- */

void run_end_prepare(struct run *run);
/* It ends, or has ended; what it leaves behind does as well. Of no effect where
 * that is under way. */
void run_end_client(struct run *run, int signal);
void run_kill_client(struct run *run);
/* --until, where it is given. */
void run_await_point(struct run *run);
void run_forget_point(struct run *run);

#endif
