/* mutual-token: the server does not prove who it is. */
#include "config.h"

#include "scenario/fault.h"

struct mutual_params {
    enum negotiate_mutual how;
};

_Static_assert(NEGOTIATE_MUTUAL_OMIT == 1 && NEGOTIATE_MUTUAL_CORRUPT == 2,
               "words begin at 1");

static const struct setting params[] = {
    {{"mutual-token", "omit|corrupt",
      "leave the AP-REP out, or send one that does not decrypt"},
     .type = setting_word,
     .offset = offsetof(struct mutual_params, how),
     .size = sizeof(enum negotiate_mutual),
     .first = NEGOTIATE_MUTUAL_OMIT},
    {.info = {NULL, NULL, NULL}},
};

static void mutual_plan(const void *data, struct subject *subject)
{
    const struct mutual_params *asked = data;

    subject->negotiate->mutual_token = asked->how;
}

extern const struct fault fault_mutual_token;
const struct fault fault_mutual_token = {
    .name = "mutual-token",
    .title = "the server does not prove who it is",
    .doc = "The request is answered as the ticket deserves. But the AP-REP, by "
           "which a client that asked for mutual authentication knows the "
           "server, is missing or wrong: a client that looks must not use the "
           "answer.",
    .spec = "RFC 4120 section 3.2.4, RFC 4559 section 5",
    .example = "omit",
    .subjects = SUBJECT_AP,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct mutual_params),
    .plan = mutual_plan,
};
