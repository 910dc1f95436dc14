/*
 * The bodies of lyncdiscover: what an answer says, and the four forms in
 * which it can be written (protocol: discover 2.6 to 2.9).
 */
#ifndef SERVICES_AUTODISCOVER_H
#define SERVICES_AUTODISCOVER_H

#include "services/accept.h"
#include "util/buf.h"
#include "world/world.h"

#define AUTODISCOVER_ROOT       "/Autodiscover/AutodiscoverService.svc/root"
#define AUTODISCOVER_USER       AUTODISCOVER_ROOT "/user"
#define AUTODISCOVER_OAUTH_USER AUTODISCOVER_ROOT "/oauth/user"
#define AUTODISCOVER_DOMAIN     AUTODISCOVER_ROOT "/domain"
#define AUTODISCOVER_XFRAME     "/Autodiscover/XFrame/XFrame.html"

enum {
    AUTODISCOVER_LINKS = 24,
    AUTODISCOVER_RELS = 4,
    AUTODISCOVER_ACCESSES = 4,
};

/* A server to dial: SipClientInternalAccess and its kin. */
struct autodiscover_access {
    const char *name;
    const char *fqdn;
    int port;
};

struct autodiscover_link {
    const char *token; /* "Internal/Ucwa"; in a rel: "applications" */
    const char *href;  /* absolute */
};

/*
 * One answer. Forms A and B show accesses and links, the UCWA forms C and D
 * the relations, which differ from the links. Texts are borrowed.
 */
struct autodiscover {
    const char *element; /* "Root", "Domain" or "User" */
    const char *rel;     /* what UCWA calls it: "root", "user" */
    enum location site;  /* AccessLocation */
    const char *self;    /* the resource's own URL */
    struct autodiscover_access accesses[AUTODISCOVER_ACCESSES];
    size_t access_count;
    struct autodiscover_link links[AUTODISCOVER_LINKS];
    size_t link_count;
    struct autodiscover_link rels[AUTODISCOVER_RELS];
    size_t rel_count;
};

void autodiscover_access(struct autodiscover *doc, const char *name,
                         const char *fqdn, int port);
void autodiscover_link(struct autodiscover *doc, const char *token,
                       const char *href);
void autodiscover_rel(struct autodiscover *doc, const char *rel,
                      const char *href);

/* Writes exactly what the document says, legal or not. */
void autodiscover_write(const struct autodiscover *doc, enum body_form form,
                        struct buf *out);

#endif
