/*
 * A fault: one word under `do`, and what it does to the subject of a point.
 * Each is one file in faults/ that ends in one `const struct fault
 * fault_<name>`, and one word in FAULTS (local.mk). The registry is passed
 * down from cli/, so that the reader can refuse unknown words.
 */
#ifndef SCENARIO_FAULT_H
#define SCENARIO_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/point.h"
#include "util/attr.h"
#include "util/err.h"
#include "wire/exchange.h"
#include "wire/plans.h"
#include "world/setting.h"

/* One of the product's numbered errors; zero and NULL: as the table has it. */
struct diagnostics_say {
    unsigned id;
    unsigned status;
    const char *reason;
    const char *source;
    enum diagnostics_form {
        DIAGNOSTICS_WORLD, /* as the world writes it */
        DIAGNOSTICS_NAMED,
        DIAGNOSTICS_POSITIONAL,
    } form;
};

/* An error of OAuth (RFC 6749 section 5.2). */
struct oauth_say {
    const char *error;
    const char *description;
    const char *passive_uri; /* ms_rtc_passiveauthuri */
    unsigned diagnostics;    /* 0: none */
    unsigned status;         /* 0: 400 */
};

/*
 * The product's own ways to answer, lent to faults by services/. Each takes
 * the place of the planned reply, whose effects are forgotten.
 */
struct subject_forms {
    /* An IIS error page. */
    void (*page)(void *ctx, unsigned status);
    /* A SOAP fault in the version of the request; code is a QName's parts. */
    void (*soap_fault)(void *ctx, const char *code_uri, const char *code,
                       const char *reason);
    /* X-Ms-diagnostics, and a fault with its detail where SOAP is awaited. */
    void (*diagnostics)(void *ctx, const struct diagnostics_say *say);
    /* The error answer of the OAuth token endpoint; texts NULL: not there. */
    void (*oauth_error)(void *ctx, const struct oauth_say *say);
    /* Location, and the page that IIS sends with it. */
    void (*redirect)(void *ctx, unsigned status, const char *location);
    /* An Autodiscover answer whose only link is a Redirect. */
    void (*discover_redirect)(void *ctx, const char *target);
    /* The text with its ${...} replaced, see expand.h. */
    const char *(*expand)(void *ctx, const char *text);
    /* What was asked for, as a URL of this server: on this host (NULL: the
     * same), by this scheme, with this query (NULL: none). */
    const char *(*here)(void *ctx, const char *host, bool https,
                        const char *query);
};

/* What a fault may lay hands on. NULL: not at this point. */
struct subject {
    struct conn_plan *conn;   /* SUBJECT_CONNECTION */
    struct hello_plan *hello; /* SUBJECT_HELLO, SUBJECT_CERTIFICATE */
    struct exchange
        *ex; /* SUBJECT_REPLY: ex->reply; else for remarks and
                effects, which are committed as the answer is sent */
    /* SUBJECT_WORLD: a copy for this exchange alone, to be written; its
     * arena is the exchange's. */
    struct world *world;
    int64_t *clock;                   /* SUBJECT_CLOCK: to be moved, ns */
    struct kdc_plan *kdc;             /* SUBJECT_KDC */
    struct negotiate_plan *negotiate; /* SUBJECT_SPNEGO, SUBJECT_AP */
    struct ntlm_plan *ntlm;           /* SUBJECT_CHALLENGE, SUBJECT_NTLM_LEG */
    struct verdict_plan *verdict;     /* SUBJECT_VERDICT */
    struct arena *arena;     /* for texts of the last two; lives long enough */
    const struct user *user; /* SUBJECT_ACCOUNT: who is known; NULL: nobody */
    const struct subject_forms *forms;
    void *forms_ctx;
    /* Chance, by the seed: 64 bits each time. NULL: no fault asks there. */
    uint64_t (*random)(void *ctx);
    void *random_ctx;
};

/* In this order the faults of a step are let at a reply: one gives it another
 * form, others then add to it. Two forms in one step are an error. */
enum fault_order {
    FAULT_FORM, /* status, redirect, soap-fault ...: takes the reply's place */
    FAULT_BODY,
    FAULT_EDIT,     /* remove, rename ...: parts of the body, by path */
    FAULT_ENCODING, /* bom, charset: its bytes, once its text stands */
    FAULT_CODING,   /* compress: the body as it then is */
    FAULT_HEADERS,
    FAULT_FRAME,  /* content-length, chunks ...: how it is written down */
    FAULT_EFFECT, /* account: what the reply, once it is sent, brings about */
    FAULT_BYTES,  /* delay, reset ...: how it is sent */
};

/* Another fault that makes no sense beside this one, and why. */
struct fault_clash {
    const char *name;
    const char *why; /* behind their names: "go ill together: ..." */
};

struct fault {
    const char *name;    /* the word under `do`: "delay" */
    const char *title;   /* one line, for `lyncmock list faults` */
    const char *doc;     /* some sentences, for `lyncmock explain` */
    const char *spec;    /* document and section, or what it stands for */
    const char *example; /* the value in YAML, in flow style: "3s" */
    /* More of them, for parameters that it lacks, and for points where it does
     * not apply and the fault does; ends with NULL. NULL: none. */
    const char *const *examples;
    unsigned subjects; /* any of these will do */
    enum fault_order order;
    /*
     * Parameters by dotted name, "body" and "body.file": offsets into a
     * struct of `size` bytes that is zero before. Ends with info.name NULL.
     */
    const struct setting *params;
    size_t size;
    /* All that is sent comes from here: no other form, body or headers may
     * stand in the same step. */
    bool whole;
    /* It ends the exchange by itself, as a form does: no good answer is
     * awaited where one is still far, as at http.head. */
    bool ends;
    const struct fault_clash *clashes; /* ends with name NULL; NULL: none */
    /* What the types cannot say; NULL: nothing. */
    bool (*check)(const void *params, enum point at, struct err *err);
    /* As the point is reached, before the good answer is planned. All there is
     * at the KDC's points. NULL: no. */
    void (*plan)(const void *params, struct subject *subject);
    /* Once the good answer is planned: ex->reply. NULL: no. */
    void (*reply)(const void *params, struct subject *subject);
};

#endif
