/*
 * Requests of other threads: the KDC lives in one loop, and the proxy's
 * endpoint may be served by another. A message goes over, and its answer comes
 * back.
 */
#include "config.h"

#include "edge/loop.h"
#include "kdc/kdc.h"
#include "util/buf.h"
#include "util/mem.h"

struct crossing {
    struct loop_note note; /* first: a note leads back to its crossing */
    struct kdc *kdc;
    struct loop *from;
    char *peer;
    struct buf message; /* the request, then the reply */
    void (*answered)(void *ctx, struct span reply);
    void *ctx;
};

static void come_back(struct loop_note *note)
{
    struct crossing *crossing = (struct crossing *)note;

    crossing->answered(crossing->ctx, buf_span(&crossing->message));
    buf_clear(&crossing->message);
    mem_free(crossing->peer);
    mem_free(crossing);
}

static void answer(void *ctx, struct span reply)
{
    struct crossing *crossing = ctx;

    buf_reset(&crossing->message);
    buf_add(&crossing->message, reply);
    crossing->note.run = come_back;
    loop_post(crossing->from, &crossing->note);
}

static void go_over(struct loop_note *note)
{
    struct crossing *crossing = (struct crossing *)note;
    AUTO_BUF request = crossing->message;

    crossing->message = (struct buf){0};
    kdc_ask(crossing->kdc, buf_span(&request), crossing->peer, answer,
            crossing);
}

void kdc_ask_from(struct kdc *kdc, struct loop *from, struct span request,
                  const char *peer,
                  void (*answered)(void *ctx, struct span reply), void *ctx)
{
    struct crossing *crossing = NEW(struct crossing);

    crossing->note.run = go_over;
    crossing->kdc = kdc;
    crossing->from = from;
    crossing->peer = mem_strdup(peer);
    crossing->answered = answered;
    crossing->ctx = ctx;
    buf_add(&crossing->message, request);
    loop_post(kdc_loop(kdc), &crossing->note);
}
