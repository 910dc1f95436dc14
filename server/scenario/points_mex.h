/* Points of metadata exchange; see point.h. */
#ifndef SCENARIO_POINTS_MEX_H
#define SCENARIO_POINTS_MEX_H

#define POINTS_MEX(X)                                                          \
    X(MEX_GET, "mex.get", "the metadata document is answered", FACTS_BODY,     \
      SUBJECTS_SOAP, "[MS-OCAUTHWS] 1.3.1.1")                                  \
    X(MEX_REQUEST, "mex.request", "a request for metadata in SOAP is decoded", \
      FACTS_BODY, SUBJECTS_SOAP, "WS-MetadataExchange 1.0 4")                  \
    X(MEX_UNKNOWN, "mex.unknown",                                              \
      "a dialect or identifier that there is not is about to get no section",  \
      FACTS_BODY, SUBJECTS_SOAP, "WS-MetadataExchange 1.0 4.1")                \
    X(MEX_IMPORT, "mex.import",                                                \
      "the document that the metadata imports is answered", FACTS_BODY,        \
      SUBJECTS_SOAP, "WSDL 1.1 2.1.1")                                         \
    X(MEX_PORTS, "mex.ports",                                                  \
      "the ports of the metadata are about to be chosen", FACTS_BODY,          \
      SUBJECTS_SOAP, "protocol: webticket 3.5")                                \
    X(MEX_POLICY, "mex.policy", "the policies are about to be written",        \
      FACTS_BODY, SUBJECTS_SOAP, "protocol: webticket 3.4")                    \
    X(MEX_ADDRESS, "mex.address",                                              \
      "the addresses of the ports are about to be written", FACTS_BODY,        \
      SUBJECTS_SOAP, "WSDL 1.1 3.8")                                           \
    X(MEX_RESPONSE, "mex.response",                                            \
      "the metadata is written, bare or in an envelope", FACTS_BODY,           \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "protocol: webticket 3.8")

#endif
