/*
 * The metadata of the web ticket service: one WSDL 1.1 document with
 * WS-Policy, made from what the world offers. protocol: webticket 3.3 to 3.8.
 */
#ifndef SERVICES_MEX_WSDL_H
#define SERVICES_MEX_WSDL_H

#include "services/service.h"
#include "util/buf.h"

/* Appends the wsdl:definitions element, without an XML declaration. imported:
 * the one that another may import, without the service. */
void mex_wsdl_add(struct buf *out, struct call *call, bool imported);

/* The query of the document that the metadata may import (mex.document), as
 * WCF calls it. */
#define MEX_WSDL_IMPORTED "wsdl=wsdl0"

#endif
