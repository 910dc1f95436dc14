/* GET /sessions/NAME/verdict. */
#ifndef ADMIN_VERDICT_H
#define ADMIN_VERDICT_H

#include "admin/internal.h"

void admin_verdict(struct admin_call *call, struct session *session);

#endif
