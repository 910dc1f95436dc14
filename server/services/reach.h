/*
 * How a scenario's steps come over a call. A point is reached before the good
 * answer is planned: what a step changes in the world or the clock counts from
 * there on. What it does to the reply waits until the good one is planned.
 */
#ifndef SERVICES_REACH_H
#define SERVICES_REACH_H

#include "scenario/fault.h"
#include "scenario/model.h"
#include "services/service.h"

/*
 * call->world, ->site, ->pool and ->now may be others afterwards; where the
 * world's address is the same, so are all of them. A world of this kind does
 * not outlive the exchange. The facts of the exchange are those that `when`
 * asks.
 */
void call_reach(struct call *call, enum point point);

/* A step that was reached takes the reply's place, or ends the exchange. */
bool call_answers(const struct call *call);

/* A step or an expectation of the scenario asks for one of these facts. */
bool call_asks(const struct call *call, unsigned facts);

/* Lets the steps reached so far do to ex->reply what they will. Once the good
 * answer is planned, and again behind each later point. */
void call_apply(struct call *call);

/* Notes on the exchange that this step applies, "POINT: FILE:LINE: faults". */
void remark_step(struct exchange *ex, enum point point,
                 const struct step *step);

/* The reply is decided: the clock stands where steps put it. */
void call_commit(struct call *call);

/* forms.c: the product's own ways to say no, for faults; ctx is the call. */
extern const struct subject_forms call_forms;

#endif
