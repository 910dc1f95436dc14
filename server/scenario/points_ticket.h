/* Points of web tickets themselves; see point.h. */
#ifndef SCENARIO_POINTS_TICKET_H
#define SCENARIO_POINTS_TICKET_H

#define POINTS_TICKET(X)

#endif
