/* Names of the codes of KRB-ERROR (RFC 4120 section 7.5.9, RFC 4556 section
 * 3.1.3, RFC 6113 section 7.3), see krb.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "util/number.h"
#include "wire/krb.h"

static const struct {
    int32_t code;
    const char *name;
    const char *word;
} errors[] = {
    {1, "KDC_ERR_NAME_EXP", "client-expired"},
    {2, "KDC_ERR_SERVICE_EXP", "service-expired"},
    {3, "KDC_ERR_BAD_PVNO", "bad-pvno"},
    {4, "KDC_ERR_C_OLD_MAST_KVNO", "client-old-key"},
    {5, "KDC_ERR_S_OLD_MAST_KVNO", "service-old-key"},
    {6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", "c-principal-unknown"},
    {7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", "s-principal-unknown"},
    {8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE", "principal-not-unique"},
    {9, "KDC_ERR_NULL_KEY", "null-key"},
    {10, "KDC_ERR_CANNOT_POSTDATE", "cannot-postdate"},
    {11, "KDC_ERR_NEVER_VALID", "never-valid"},
    {12, "KDC_ERR_POLICY", "policy"},
    {13, "KDC_ERR_BADOPTION", "bad-option"},
    {14, "KDC_ERR_ETYPE_NOSUPP", "etype-nosupp"},
    {15, "KDC_ERR_SUMTYPE_NOSUPP", "sumtype-nosupp"},
    {16, "KDC_ERR_PADATA_TYPE_NOSUPP", "padata-nosupp"},
    {17, "KDC_ERR_TRTYPE_NOSUPP", "trtype-nosupp"},
    {18, "KDC_ERR_CLIENT_REVOKED", "client-revoked"},
    {19, "KDC_ERR_SERVICE_REVOKED", "service-revoked"},
    {20, "KDC_ERR_TGT_REVOKED", "tgt-revoked"},
    {21, "KDC_ERR_CLIENT_NOTYET", "client-not-yet"},
    {22, "KDC_ERR_SERVICE_NOTYET", "service-not-yet"},
    {23, "KDC_ERR_KEY_EXPIRED", "key-expired"},
    {24, "KDC_ERR_PREAUTH_FAILED", "preauth-failed"},
    {25, "KDC_ERR_PREAUTH_REQUIRED", "preauth-required"},
    {26, "KDC_ERR_SERVER_NOMATCH", "server-nomatch"},
    {27, "KDC_ERR_MUST_USE_USER2USER", "must-use-user2user"},
    {28, "KDC_ERR_PATH_NOT_ACCEPTED", "path-not-accepted"},
    {29, "KDC_ERR_SVC_UNAVAILABLE", "svc-unavailable"},
    {31, "KRB_AP_ERR_BAD_INTEGRITY", "bad-integrity"},
    {32, "KRB_AP_ERR_TKT_EXPIRED", "ticket-expired"},
    {33, "KRB_AP_ERR_TKT_NYV", "ticket-not-yet-valid"},
    {34, "KRB_AP_ERR_REPEAT", "repeat"},
    {35, "KRB_AP_ERR_NOT_US", "not-us"},
    {36, "KRB_AP_ERR_BADMATCH", "bad-match"},
    {37, "KRB_AP_ERR_SKEW", "clock-skew"},
    {38, "KRB_AP_ERR_BADADDR", "bad-address"},
    {39, "KRB_AP_ERR_BADVERSION", "bad-version"},
    {40, "KRB_AP_ERR_MSG_TYPE", "message-type"},
    {41, "KRB_AP_ERR_MODIFIED", "modified"},
    {42, "KRB_AP_ERR_BADORDER", "bad-order"},
    {44, "KRB_AP_ERR_BADKEYVER", "bad-key-version"},
    {45, "KRB_AP_ERR_NOKEY", "no-key"},
    {46, "KRB_AP_ERR_MUT_FAIL", "mutual-failed"},
    {47, "KRB_AP_ERR_BADDIRECTION", "bad-direction"},
    {48, "KRB_AP_ERR_METHOD", "method"},
    {49, "KRB_AP_ERR_BADSEQ", "bad-sequence"},
    {50, "KRB_AP_ERR_INAPP_CKSUM", "inappropriate-checksum"},
    {51, "KRB_AP_PATH_NOT_ACCEPTED", "ap-path-not-accepted"},
    {52, "KRB_ERR_RESPONSE_TOO_BIG", "response-too-big"},
    {60, "KRB_ERR_GENERIC", "generic"},
    {61, "KRB_ERR_FIELD_TOOLONG", "field-too-long"},
    {62, "KDC_ERROR_CLIENT_NOT_TRUSTED", "client-not-trusted"},
    {63, "KDC_ERROR_KDC_NOT_TRUSTED", "kdc-not-trusted"},
    {64, "KDC_ERROR_INVALID_SIG", "invalid-signature"},
    {65, "KDC_ERR_KEY_TOO_WEAK", "key-too-weak"},
    {66, "KDC_ERR_CERTIFICATE_MISMATCH", "certificate-mismatch"},
    {67, "KRB_AP_ERR_NO_TGT", "no-tgt"},
    {68, "KDC_ERR_WRONG_REALM", "wrong-realm"},
    {69, "KRB_AP_ERR_USER_TO_USER_REQUIRED", "user-to-user-required"},
    {70, "KDC_ERR_CANT_VERIFY_CERTIFICATE", "cant-verify-certificate"},
    {71, "KDC_ERR_INVALID_CERTIFICATE", "invalid-certificate"},
    {72, "KDC_ERR_REVOKED_CERTIFICATE", "revoked-certificate"},
    {73, "KDC_ERR_REVOCATION_STATUS_UNKNOWN", "revocation-unknown"},
    {74, "KDC_ERR_REVOCATION_STATUS_UNAVAILABLE", "revocation-unavailable"},
    {75, "KDC_ERR_CLIENT_NAME_MISMATCH", "client-name-mismatch"},
    {76, "KDC_ERR_KDC_NAME_MISMATCH", "kdc-name-mismatch"},
    {77, "KDC_ERR_INCONSISTENT_KEY_PURPOSE", "inconsistent-key-purpose"},
    {90, "KDC_ERR_PREAUTH_EXPIRED", "preauth-expired"},
    {91, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED", "more-preauth-data-required"},
};

const char *krb_error_name(int32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code) {
            return errors[i].name;
        }
    }
    return NULL;
}

const char *krb_error_word(int32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code) {
            return errors[i].word;
        }
    }
    return NULL;
}

bool krb_error_named(const char *text, int32_t *out_code)
{
    uint64_t number;

    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (strcmp(errors[i].word, text) == 0 ||
            strcasecmp(errors[i].name, text) == 0) {
            *out_code = errors[i].code;
            return true;
        }
    }
    if (!number_parse(text, NUMBER_DECIMAL, KRB_ERROR_MAX, &number) ||
        number == 0) {
        return false;
    }
    *out_code = (int32_t)number;
    return true;
}

const char *krb_error_word_at(size_t index)
{
    return index < ARRAY_SIZE(errors) ? errors[index].word : NULL;
}
