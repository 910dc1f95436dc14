/* What a world wants of its documents: the metadata, discovery's form. */
#ifndef WORLD_DOCUMENTS_H
#define WORLD_DOCUMENTS_H

#include <stdbool.h>

/* A port in the metadata: as the world offers it, or a lie. */
enum mex_port_said {
    MEX_PORT_NO,
    MEX_PORT_YES,
    MEX_PORT_AUTO,
};

/* What shape the metadata has. */
enum mex_document {
    MEX_WHOLE,
    MEX_IMPORT,       /* wsdl:import of all but the service */
    MEX_TWO_SERVICES, /* the ports, in two wsdl:service */
    MEX_EMPTY,        /* wsdl:definitions with nothing in it */
};

struct mex_settings {
    bool policy_200702; /* ws-securitypolicy 200702, not 2005/07 */
    bool no_policies;
    enum mex_document document;
    const char *host; /* in addresses; NULL: the site's own */
    bool http;        /* addresses begin with http: */
    enum mex_port_said negotiate;
    enum mex_port_said ntlm;
    enum mex_port_said auth;
    enum mex_port_said anon;
    enum mex_port_said cert;
    enum mex_port_said pin;
    enum mex_port_said fed;
};

/* What a discovery answer is written in, and what its Content-Type says. */
enum discover_form {
    DISCOVER_FORM_ASKED,
    DISCOVER_FORM_XML,
    DISCOVER_FORM_JSON,
    DISCOVER_FORM_UCWA_JSON,
    DISCOVER_FORM_UCWA_XML,
};

#endif
