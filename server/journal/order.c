/* Remarks and findings in their order, see order.h. The exchange's lists have
 * the newest first. */
#include "config.h"

#include "journal/order.h"

const struct finding **order_findings(struct exchange *ex)
{
    size_t count = 0;
    const struct finding **list;

    for (const struct finding *f = ex->findings; f; f = f->next) {
        count++;
    }
    list = arena_alloc(ex->arena, (count + 1) * sizeof(*list));
    for (const struct finding *f = ex->findings; f; f = f->next) {
        list[--count] = f;
    }
    return list;
}

const struct remark **order_remarks(struct exchange *ex)
{
    size_t count = 0;
    const struct remark **list;

    for (const struct remark *r = ex->remarks; r; r = r->next) {
        count++;
    }
    list = arena_alloc(ex->arena, (count + 1) * sizeof(*list));
    for (const struct remark *r = ex->remarks; r; r = r->next) {
        list[--count] = r;
    }
    return list;
}
