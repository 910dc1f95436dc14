/* What Kerberos' names and numbers mean to a person, see kerberos.h. */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "probe/kerberos.h"
#include "wire/krb_error.h"

/* RFC 4120 section 7.5.9; what brings it about with Active Directory. */
static const struct word {
    int32_t code;
    const char *meaning;
    const char *advice;
} words[] = {
    {KDC_ERR_NAME_EXP, "the account has expired", "a later end of the account"},
    {KDC_ERR_SERVICE_EXP, "the service's account has expired", NULL},
    {KDC_ERR_C_PRINCIPAL_UNKNOWN, "the KDC does not know the user",
     "--user DOMAIN\\NAME"},
    {KDC_ERR_S_PRINCIPAL_UNKNOWN,
     "the KDC does not know the service: no account has its SPN",
     "setspn on the server's account; a real client goes on with NTLM: --as "
     "pc-internal-ntlm"},
    {KDC_ERR_PRINCIPAL_NOT_UNIQUE, "several accounts have the same name or SPN",
     "setspn -X to find them"},
    {KDC_ERR_POLICY,
     "the KDC's policy forbids it, such as logon hours or machines", NULL},
    {KDC_ERR_ETYPE_NOSUPP, "no encryption type suits client, account and KDC",
     "the encryption types of the account, and those of krb5.conf"},
    {KDC_ERR_CLIENT_REVOKED, "the account is disabled or locked out",
     "enabling or unlocking the account in the directory"},
    {KDC_ERR_KEY_EXPIRED, "the password has expired, or must be changed",
     "setting a new password"},
    {KDC_ERR_PREAUTH_FAILED, "wrong password",
     "--user DOMAIN\\NAME, and the password anew"},
    {KDC_ERR_MUST_USE_USER2USER,
     "the service's account takes no tickets of this kind", NULL},
    {KDC_ERR_SVC_UNAVAILABLE, "the KDC is too busy", "it again, later"},
    {KRB_AP_ERR_BAD_INTEGRITY,
     "the server cannot decrypt the ticket: its key is not the one that the "
     "KDC used",
     "kinit anew, as a ticket of an earlier run of lyncmock is closed with "
     "another key; else the password of the server's account, and setspn -X "
     "for a second account with the SPN"},
    {KRB_AP_ERR_TKT_EXPIRED, "the ticket has expired",
     "kinit, or comparing the clocks of client, server and KDC"},
    {KRB_AP_ERR_TKT_NYV,
     "the ticket is not valid yet: the server's clock is behind the KDC's",
     "setting the clocks of client, server and KDC"},
    {KRB_AP_ERR_REPEAT, "the server takes the request for a replay", NULL},
    {KRB_AP_ERR_NOT_US, "the ticket is for another server than this one",
     "setspn for the name that was asked"},
    {KRB_AP_ERR_SKEW, "the clocks differ by more than is allowed",
     "setting the clocks of client, server and KDC"},
    {KRB_AP_ERR_MODIFIED,
     "the server cannot decrypt the ticket: its key is not the one that the "
     "KDC used",
     "kinit anew, as a ticket of an earlier run of lyncmock is closed with "
     "another key; else the password of the server's account, and setspn -X "
     "for a second account "
     "with the SPN"},
    {KRB_AP_ERR_BADKEYVER, "the ticket's key is older than the server's",
     "kinit anew"},
    {KRB_AP_ERR_NOKEY, "the server has no key for this ticket", NULL},
    {KRB_ERR_RESPONSE_TOO_BIG, "the answer is too big for UDP",
     "TCP: udp_preference_limit = 1"},
    {KRB_ERR_GENERIC, "an error without a number of its own", NULL},
    {KDC_ERR_WRONG_REALM, "the KDC is of another realm", "--krb5-conf FILE"},
};

static const struct word *word_of(int32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (words[i].code == code) {
            return &words[i];
        }
    }
    return NULL;
}

const char *kerberos_error_text(struct arena *arena, int32_t code)
{
    const struct word *word = word_of(code);
    const char *name = krb_error_name(code);

    return arena_printf(arena, "%s (%s, %d)", word ? word->meaning : "refused",
                        name ? name : "error", (int)code);
}

const char *kerberos_error_advice(int32_t code)
{
    const struct word *word = word_of(code);

    return word ? word->advice : NULL;
}

static char *upper(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *at = copy; *at; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
    return copy;
}

const char *kerberos_principal(struct arena *arena,
                               const struct kerberos_setup *setup,
                               const char *default_realm)
{
    const char *slash = strpbrk(setup->user, "\\/");
    const char *name = slash ? slash + 1 : setup->user;
    const char *at = strrchr(name, '@');
    const char *realm = at ? upper(arena, at + 1) : default_realm;

    if (at && default_realm &&
        (setup->is_sip || strcasecmp(at + 1, default_realm) == 0)) {
        realm = default_realm;
    }
    if (at) {
        name = arena_text(arena, span_of(name, (size_t)(at - name)));
    }
    return realm ? arena_printf(arena, "%s@%s", name, realm) : name;
}
