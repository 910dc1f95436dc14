/* Points of SOAP envelopes; see point.h. */
#ifndef SCENARIO_POINTS_SOAP_H
#define SCENARIO_POINTS_SOAP_H

#define POINTS_SOAP(X)

#endif
