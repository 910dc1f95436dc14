/*
 * The codes of KRB-ERROR: RFC 4120 section 7.5.9; 62 to 77 RFC 4556 section
 * 3.1.3; 90 and 91 RFC 6113 section 7.3. Each with the word that scenarios have
 * for it.
 */
#ifndef WIRE_KRB_ERROR_H
#define WIRE_KRB_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"

enum {
    KRB_ERROR_MAX = 255, /* there is no name for a code past it */
};

#define KRB_ERRORS(X)                                                          \
    X(1, KDC_ERR_NAME_EXP, "client-expired")                                   \
    X(2, KDC_ERR_SERVICE_EXP, "service-expired")                               \
    X(3, KDC_ERR_BAD_PVNO, "bad-pvno")                                         \
    X(4, KDC_ERR_C_OLD_MAST_KVNO, "client-old-key")                            \
    X(5, KDC_ERR_S_OLD_MAST_KVNO, "service-old-key")                           \
    X(6, KDC_ERR_C_PRINCIPAL_UNKNOWN, "c-principal-unknown")                   \
    X(7, KDC_ERR_S_PRINCIPAL_UNKNOWN, "s-principal-unknown")                   \
    X(8, KDC_ERR_PRINCIPAL_NOT_UNIQUE, "principal-not-unique")                 \
    X(9, KDC_ERR_NULL_KEY, "null-key")                                         \
    X(10, KDC_ERR_CANNOT_POSTDATE, "cannot-postdate")                          \
    X(11, KDC_ERR_NEVER_VALID, "never-valid")                                  \
    X(12, KDC_ERR_POLICY, "policy")                                            \
    X(13, KDC_ERR_BADOPTION, "bad-option")                                     \
    X(14, KDC_ERR_ETYPE_NOSUPP, "etype-nosupp")                                \
    X(15, KDC_ERR_SUMTYPE_NOSUPP, "sumtype-nosupp")                            \
    X(16, KDC_ERR_PADATA_TYPE_NOSUPP, "padata-nosupp")                         \
    X(17, KDC_ERR_TRTYPE_NOSUPP, "trtype-nosupp")                              \
    X(18, KDC_ERR_CLIENT_REVOKED, "client-revoked")                            \
    X(19, KDC_ERR_SERVICE_REVOKED, "service-revoked")                          \
    X(20, KDC_ERR_TGT_REVOKED, "tgt-revoked")                                  \
    X(21, KDC_ERR_CLIENT_NOTYET, "client-not-yet")                             \
    X(22, KDC_ERR_SERVICE_NOTYET, "service-not-yet")                           \
    X(23, KDC_ERR_KEY_EXPIRED, "key-expired")                                  \
    X(24, KDC_ERR_PREAUTH_FAILED, "preauth-failed")                            \
    X(25, KDC_ERR_PREAUTH_REQUIRED, "preauth-required")                        \
    X(26, KDC_ERR_SERVER_NOMATCH, "server-nomatch")                            \
    X(27, KDC_ERR_MUST_USE_USER2USER, "must-use-user2user")                    \
    X(28, KDC_ERR_PATH_NOT_ACCEPTED, "path-not-accepted")                      \
    X(29, KDC_ERR_SVC_UNAVAILABLE, "svc-unavailable")                          \
    X(31, KRB_AP_ERR_BAD_INTEGRITY, "bad-integrity")                           \
    X(32, KRB_AP_ERR_TKT_EXPIRED, "ticket-expired")                            \
    X(33, KRB_AP_ERR_TKT_NYV, "ticket-not-yet-valid")                          \
    X(34, KRB_AP_ERR_REPEAT, "repeat")                                         \
    X(35, KRB_AP_ERR_NOT_US, "not-us")                                         \
    X(36, KRB_AP_ERR_BADMATCH, "bad-match")                                    \
    X(37, KRB_AP_ERR_SKEW, "clock-skew")                                       \
    X(38, KRB_AP_ERR_BADADDR, "bad-address")                                   \
    X(39, KRB_AP_ERR_BADVERSION, "bad-version")                                \
    X(40, KRB_AP_ERR_MSG_TYPE, "message-type")                                 \
    X(41, KRB_AP_ERR_MODIFIED, "modified")                                     \
    X(42, KRB_AP_ERR_BADORDER, "bad-order")                                    \
    X(44, KRB_AP_ERR_BADKEYVER, "bad-key-version")                             \
    X(45, KRB_AP_ERR_NOKEY, "no-key")                                          \
    X(46, KRB_AP_ERR_MUT_FAIL, "mutual-failed")                                \
    X(47, KRB_AP_ERR_BADDIRECTION, "bad-direction")                            \
    X(48, KRB_AP_ERR_METHOD, "method")                                         \
    X(49, KRB_AP_ERR_BADSEQ, "bad-sequence")                                   \
    X(50, KRB_AP_ERR_INAPP_CKSUM, "inappropriate-checksum")                    \
    X(51, KRB_AP_PATH_NOT_ACCEPTED, "ap-path-not-accepted")                    \
    X(52, KRB_ERR_RESPONSE_TOO_BIG, "response-too-big")                        \
    X(60, KRB_ERR_GENERIC, "generic")                                          \
    X(61, KRB_ERR_FIELD_TOOLONG, "field-too-long")                             \
    X(62, KDC_ERROR_CLIENT_NOT_TRUSTED, "client-not-trusted")                  \
    X(63, KDC_ERROR_KDC_NOT_TRUSTED, "kdc-not-trusted")                        \
    X(64, KDC_ERROR_INVALID_SIG, "invalid-signature")                          \
    X(65, KDC_ERR_KEY_TOO_WEAK, "key-too-weak")                                \
    X(66, KDC_ERR_CERTIFICATE_MISMATCH, "certificate-mismatch")                \
    X(67, KRB_AP_ERR_NO_TGT, "no-tgt")                                         \
    X(68, KDC_ERR_WRONG_REALM, "wrong-realm")                                  \
    X(69, KRB_AP_ERR_USER_TO_USER_REQUIRED, "user-to-user-required")           \
    X(70, KDC_ERR_CANT_VERIFY_CERTIFICATE, "cant-verify-certificate")          \
    X(71, KDC_ERR_INVALID_CERTIFICATE, "invalid-certificate")                  \
    X(72, KDC_ERR_REVOKED_CERTIFICATE, "revoked-certificate")                  \
    X(73, KDC_ERR_REVOCATION_STATUS_UNKNOWN, "revocation-unknown")             \
    X(74, KDC_ERR_REVOCATION_STATUS_UNAVAILABLE, "revocation-unavailable")     \
    X(75, KDC_ERR_CLIENT_NAME_MISMATCH, "client-name-mismatch")                \
    X(76, KDC_ERR_KDC_NAME_MISMATCH, "kdc-name-mismatch")                      \
    X(77, KDC_ERR_INCONSISTENT_KEY_PURPOSE, "inconsistent-key-purpose")        \
    X(90, KDC_ERR_PREAUTH_EXPIRED, "preauth-expired")                          \
    X(91, KDC_ERR_MORE_PREAUTH_DATA_REQUIRED, "more-preauth-data-required")

enum krb_error_code {
#define KRB_ERROR_ROW(number, name, word) name = (number),
    KRB_ERRORS(KRB_ERROR_ROW)
#undef KRB_ERROR_ROW
};

/* "KRB_AP_ERR_SKEW"; NULL: the number has no name. */
const char *krb_error_name(int32_t code);
/* The same, or "error 99". */
const char *krb_error_text(struct arena *arena, int32_t code);
/* "clock-skew", as a scenario says it; NULL: there is no such word. */
const char *krb_error_word(int32_t code);
/* By that word, by the name in any case, or by a number from 1 to
 * KRB_ERROR_MAX; false: none of them. */
bool krb_error_named(const char *text, int32_t *out_code);
/* The words in order, for lists; NULL past the end. */
const char *krb_error_word_at(size_t index);

#endif
