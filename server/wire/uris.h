/* Namespaces and other URIs of the protocols (protocol: webticket 1.3). */
#ifndef WIRE_URIS_H
#define WIRE_URIS_H

/* SOAP 1.1 and 1.2. */
#define URI_SOAP11 "http://schemas.xmlsoap.org/soap/envelope/"
#define URI_SOAP12 "http://www.w3.org/2003/05/soap-envelope"

/* WS-Addressing 1.0 and its draft of August 2004. */
#define URI_WSA        "http://www.w3.org/2005/08/addressing"
#define URI_WSA_200408 "http://schemas.xmlsoap.org/ws/2004/08/addressing"

/* protocol: webticket 1.3 and 6.3; WCF puts its own fault codes there. */
#define URI_DISPATCHER "http://schemas.microsoft.com/ws/2005/05/addressing/none"

/* WS-Trust 1.3, the same as MS-OCAUTHWS 2.2.1 prints it, and its draft. */
#define URI_TRUST        "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define URI_TRUST_SLASH  URI_TRUST "/"
#define URI_TRUST_200502 "http://schemas.xmlsoap.org/ws/2005/02/trust"
#define URI_NO_PROOF_KEY                                                       \
    "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"

#define URI_WSP    "http://schemas.xmlsoap.org/ws/2004/09/policy"
#define URI_WSP_15 "http://www.w3.org/ns/ws-policy"
#define URI_AUTH   "http://schemas.xmlsoap.org/ws/2006/12/authorization"
#define URI_AF     "urn:component:Microsoft.Rtc.WebAuthentication.2010"
#define URI_SIP_CLAIM                                                          \
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/uri"

/* WS-Security. */
#define URI_OASIS_WSS "http://docs.oasis-open.org/wss/2004/01/"
#define URI_WSSE      URI_OASIS_WSS "oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define URI_WSU       URI_OASIS_WSS "oasis-200401-wss-wssecurity-utility-1.0.xsd"

#define URI_USERNAME_TOKEN                                                     \
    URI_OASIS_WSS "oasis-200401-wss-username-token-profile-1.0"
#define URI_PASSWORD_TEXT   URI_USERNAME_TOKEN "#PasswordText"
#define URI_PASSWORD_DIGEST URI_USERNAME_TOKEN "#PasswordDigest"

/* Token types that the web ticket service issues. */
#define URI_TOKEN_SAML                                                         \
    "http://docs.oasis-open.org/wss/"                                          \
    "oasis-wss-saml-token-profile-1.1#SAMLV1.1"
#define URI_TOKEN_CWT      URI_AF ":user-cwt-1"
#define URI_TOKEN_ANON_CWT URI_AF ":anon-cwt-1" /* a guess */
#define URI_ASSERTION_ID                                                       \
    "http://docs.oasis-open.org/wss/"                                          \
    "oasis-wss-saml-token-profile-1.0#SAMLAssertionID"

/* SAML 1.1, XML Signature, XML Encryption. */
#define URI_SAML     "urn:oasis:names:tc:SAML:1.0:assertion"
#define URI_SAML_CM  "urn:oasis:names:tc:SAML:1.0:cm:"
#define URI_SAML_AM  "urn:oasis:names:tc:SAML:1.0:am:"
#define URI_DS       "http://www.w3.org/2000/09/xmldsig#"
#define URI_DS_MORE  "http://www.w3.org/2001/04/xmldsig-more#"
#define URI_XENC     "http://www.w3.org/2001/04/xmlenc#"
#define URI_EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

/* Metadata. */
#define URI_WSDL "http://schemas.xmlsoap.org/wsdl/"
#define URI_WSX  "http://schemas.xmlsoap.org/ws/2004/09/mex"
#define URI_WXF  "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define URI_SP   "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
#define URI_SP_200702                                                          \
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"

/* SOAP actions. */
#define ACTION_ISSUE                 URI_TRUST "/RST/Issue"
#define ACTION_ISSUE_200502          URI_TRUST_200502 "/RST/Issue"
#define ACTION_ISSUE_FINAL           URI_TRUST "/RSTRC/IssueFinal"
#define ACTION_ISSUE_FINAL_200502    URI_TRUST_200502 "/RSTR/Issue"
#define ACTION_TRANSFER_GET          URI_WXF "/Get"
#define ACTION_TRANSFER_GET_RESPONSE URI_WXF "/GetResponse"
#define ACTION_GET_METADATA          URI_WSX "/GetMetadata/Request"
#define ACTION_GET_METADATA_RESPONSE URI_WSX "/GetMetadata/Response"

#endif
