/* What IANA and Microsoft call the numbers within Kerberos' messages, see
 * krb.h. Types that nobody should use any more have names too. */
#include "config.h"

#include "util/attr.h"
#include "wire/krb.h"

struct named {
    int32_t number;
    const char *name;
};

static const char *name_of(const struct named *table, size_t count,
                           int32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].number == number) {
            return table[i].name;
        }
    }
    return NULL;
}

/* IANA, "Kerberos Encryption Type Numbers"; the negative ones are Windows'. */
const char *krb_etype_name(int32_t etype)
{
    static const struct named table[] = {
        {1, "des-cbc-crc"},
        {2, "des-cbc-md4"},
        {3, "des-cbc-md5"},
        {5, "des3-cbc-md5"},
        {7, "des3-cbc-sha1"},
        {16, "des3-cbc-sha1-kd"},
        {17, "aes128-cts-hmac-sha1-96"},
        {18, "aes256-cts-hmac-sha1-96"},
        {19, "aes128-cts-hmac-sha256-128"},
        {20, "aes256-cts-hmac-sha384-192"},
        {23, "rc4-hmac"},
        {24, "rc4-hmac-exp"},
        {25, "camellia128-cts-cmac"},
        {26, "camellia256-cts-cmac"},
        {-128, "rc4-md4"},
        {-133, "rc4-hmac-old"},
        {-135, "rc4-hmac-old-exp"},
    };

    return name_of(table, ARRAY_SIZE(table), etype);
}

/* IANA, "Kerberos Checksum Type Numbers" */
const char *krb_checksum_name(int32_t type)
{
    static const struct named table[] = {
        {1, "crc32"},
        {2, "rsa-md4"},
        {7, "rsa-md5"},
        {12, "hmac-sha1-des3-kd"},
        {14, "sha1"},
        {15, "hmac-sha1-96-aes128"},
        {16, "hmac-sha1-96-aes256"},
        {17, "cmac-camellia128"},
        {18, "cmac-camellia256"},
        {19, "hmac-sha256-128-aes128"},
        {20, "hmac-sha384-192-aes256"},
        {0x8003, "gss-api"},
        {-138, "hmac-md5"},
    };

    return name_of(table, ARRAY_SIZE(table), type);
}

/* IANA, "Pre-authentication and Typed Data" */
const char *krb_padata_name(int32_t type)
{
    static const struct named table[] = {
        {1, "PA-TGS-REQ"},
        {2, "PA-ENC-TIMESTAMP"},
        {3, "PA-PW-SALT"},
        {11, "PA-ETYPE-INFO"},
        {14, "PA-PK-AS-REQ_OLD"},
        {15, "PA-PK-AS-REP_OLD"},
        {16, "PA-PK-AS-REQ"},
        {17, "PA-PK-AS-REP"},
        {19, "PA-ETYPE-INFO2"},
        {20, "PA-SVR-REFERRAL-INFO"},
        {111, "TD-CMS-DIGEST-ALGORITHMS"},
        {128, "PA-PAC-REQUEST"},
        {129, "PA-FOR-USER"},
        {130, "PA-FOR-X509-USER"},
        {132, "PA-AS-CHECKSUM"},
        {133, "PA-FX-COOKIE"},
        {136, "PA-FX-FAST"},
        {137, "PA-FX-ERROR"},
        {138, "PA-ENCRYPTED-CHALLENGE"},
        {141, "PA-OTP-CHALLENGE"},
        {147, "PA-PKINIT-KX"},
        {149, "PA-REQ-ENC-PA-REP"},
        {150, "PA-AS-FRESHNESS"},
        {151, "PA-SPAKE"},
        {165, "PA-SUPPORTED-ETYPES"},
        {167, "PA-PAC-OPTIONS"},
    };

    return name_of(table, ARRAY_SIZE(table), type);
}

/* RFC 4120 section 7.5.4; MS-KILE 2.2.8 and 3.2.5.8 */
const char *krb_authdata_name(int32_t type)
{
    static const struct named table[] = {
        {1, "AD-IF-RELEVANT"},
        {4, "AD-KDC-ISSUED"},
        {5, "AD-AND-OR"},
        {8, "AD-MANDATORY-FOR-KDC"},
        {71, "AD-FX-FAST-ARMOR"},
        {72, "AD-FX-FAST-USED"},
        {96, "AD-CAMMAC"},
        {97, "AD-AUTHENTICATION-INDICATOR"},
        {128, "AD-WIN2K-PAC"},
        {129, "AD-ETYPE-NEGOTIATION"},
        {141, "KERB-AUTH-DATA-TOKEN-RESTRICTIONS"},
        {142, "KERB-LOCAL"},
        {143, "AD-AUTH-DATA-AP-OPTIONS"},
        {144, "AD-TARGET-PRINCIPAL"},
    };

    return name_of(table, ARRAY_SIZE(table), type);
}

/* RFC 4120 section 6.2, RFC 6806 section 5, RFC 8062 section 3 */
const char *krb_name_type_name(int32_t type)
{
    static const struct named table[] = {
        {0, "NT-UNKNOWN"},
        {1, "NT-PRINCIPAL"},
        {2, "NT-SRV-INST"},
        {3, "NT-SRV-HST"},
        {4, "NT-SRV-XHST"},
        {5, "NT-UID"},
        {6, "NT-X500-PRINCIPAL"},
        {7, "NT-SMTP-NAME"},
        {10, "NT-ENTERPRISE"},
        {11, "NT-WELLKNOWN"},
        {-128, "NT-MS-PRINCIPAL"},
        {-129, "NT-MS-PRINCIPAL-AND-ID"},
        {-130, "NT-ENT-PRINCIPAL-AND-ID"},
    };

    return name_of(table, ARRAY_SIZE(table), type);
}

/* RFC 4120 section 5.3; the last three: RFC 6806, RFC 6112, RFC 7751 */
const char *krb_ticket_flag_name(unsigned bit)
{
    static const struct named table[] = {
        {1, "forwardable"},     {2, "forwarded"},
        {3, "proxiable"},       {4, "proxy"},
        {5, "may-postdate"},    {6, "postdated"},
        {7, "invalid"},         {8, "renewable"},
        {9, "initial"},         {10, "pre-authent"},
        {11, "hw-authent"},     {12, "transited-policy-checked"},
        {13, "ok-as-delegate"}, {15, "enc-pa-rep"},
        {16, "anonymous"},
    };

    return name_of(table, ARRAY_SIZE(table), (int32_t)bit);
}

/* RFC 4120 section 5.4.1, RFC 6806 section 3, MS-SFU 2.2.3 */
const char *krb_kdc_option_name(unsigned bit)
{
    static const struct named table[] = {
        {1, "forwardable"},
        {2, "forwarded"},
        {3, "proxiable"},
        {4, "proxy"},
        {5, "allow-postdate"},
        {6, "postdated"},
        {8, "renewable"},
        {11, "opt-hardware-auth"},
        {14, "cname-in-addl-tkt"},
        {15, "canonicalize"},
        {16, "request-anonymous"},
        {26, "disable-transited-check"},
        {27, "renewable-ok"},
        {28, "enc-tkt-in-skey"},
        {30, "renew"},
        {31, "validate"},
    };

    return name_of(table, ARRAY_SIZE(table), (int32_t)bit);
}

const char *krb_ap_option_name(unsigned bit)
{
    static const struct named table[] = {
        {1, "use-session-key"},
        {2, "mutual-required"},
    };

    return name_of(table, ARRAY_SIZE(table), (int32_t)bit);
}

/* RFC 4121 section 4.1.1.1, RFC 2744 appendix A, RFC 4757 section 7.1, RFC 5896
 * section 2; 11 is of MIT's gssapi_ext.h */
const char *krb_gss_flag_name(unsigned bit)
{
    static const struct named table[] = {
        {0, "deleg"},
        {1, "mutual"},
        {2, "replay"},
        {3, "sequence"},
        {4, "conf"},
        {5, "integ"},
        {6, "anon"},
        {7, "prot-ready"},
        {8, "trans"},
        {11, "channel-bound"},
        {12, "dce-style"},
        {13, "identify"},
        {14, "extended-error"},
        {15, "deleg-policy"},
    };

    return name_of(table, ARRAY_SIZE(table), (int32_t)bit);
}
