/* Points of SOAP envelopes; see point.h. */
#ifndef SCENARIO_POINTS_SOAP_H
#define SCENARIO_POINTS_SOAP_H

#define POINTS_SOAP(X)                                                         \
    X(SOAP_REQUEST, "soap.request", "an envelope is read, to any service",     \
      FACTS_SOAP, SUBJECTS_SOAP, "SOAP 1.1 4; SOAP 1.2 part 1, 5")             \
    X(SOAP_MALFORMED, "soap.malformed",                                        \
      "a body that is no envelope is about to get 400", FACTS_HTTP,            \
      SUBJECTS_HTTP, "SOAP 1.1 4; SOAP 1.2 part 1, 5")                         \
    X(SOAP_ACTION, "soap.action",                                              \
      "an action that the service does not have is about to be refused",       \
      FACTS_SOAP, SUBJECTS_SOAP, "WS-Addressing 1.0 SOAP Binding 6.4")         \
    X(SOAP_FAULT, "soap.fault", "a SOAP fault is about to be sent",            \
      FACTS_SOAP | FACTS_VERDICT, SUBJECTS_SOAP, "protocol: webticket 6.3")    \
    X(SOAP_RESPONSE, "soap.response",                                          \
      "an envelope that is no fault is about to be sent", FACTS_SOAP,          \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "SOAP 1.1 4")

#endif
