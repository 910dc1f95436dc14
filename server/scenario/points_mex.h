/* Points of metadata exchange; see point.h. */
#ifndef SCENARIO_POINTS_MEX_H
#define SCENARIO_POINTS_MEX_H

#define POINTS_MEX(X)                                                          \
    X(MEX_GET, "mex.get", "the metadata document is answered", FACTS_BODY,     \
      SUBJECTS_SOAP, "[MS-OCAUTHWS] 1.3.1.1")

#endif
