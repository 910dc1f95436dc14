/* Remarks and findings of an exchange in the order in which they were made. */
#ifndef JOURNAL_ORDER_H
#define JOURNAL_ORDER_H

#include "wire/exchange.h"

/* In the exchange's arena; end with NULL. */
const struct finding **order_findings(struct exchange *ex);
const struct remark **order_remarks(struct exchange *ex);

#endif
