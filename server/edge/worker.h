/*
 * One thread for long computations. Jobs run one after the other in the order
 * in which they came; the loop takes them back when the descriptor says so.
 */
#ifndef EDGE_WORKER_H
#define EDGE_WORKER_H

#include "edge/loop.h"

struct worker;

/* wake: an eventfd that is written to whenever a job is done; borrowed. */
MUST_CHECK bool worker_new(int wake, struct worker **out_worker,
                           struct err *err);
/* All jobs must have been collected. */
void worker_free(struct worker *worker);

void worker_submit(struct worker *worker, struct loop_job *job);
/* The jobs that are done, linked by `next`; NULL where there are none. */
struct loop_job *worker_collect(struct worker *worker);
/* The same, but waits for a job; NULL where none is left. */
struct loop_job *worker_wait(struct worker *worker);

AUTO_DEFINE(worker, struct worker *, worker_free)

#endif
