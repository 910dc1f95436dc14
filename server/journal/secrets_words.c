/* The names that secrets go by, see secrets_words.h. */
#include "config.h"

#include "journal/secrets_words.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"

/* OAuth 2 (RFC 6749) and the product's token endpoint. Plain "token" and "code"
 * are none: discovery and error bodies use these words for other things. */
static const char *const parameters[] = {
    "access_token", "assertion",     "client_assertion", "client_secret", "cwt",
    "id_token",     "ms_rtc_renew",  "passwd",           "password",      "pin",
    "pwd",          "refresh_token", "wresult",
};

/*
 * WS-Security's passwords and tokens, WS-Trust's secrets, the ticket's
 * signature and keys (a ticket without its signature is good for nothing), and
 * the product's compact ticket.
 */
static const char *const elements[] = {
    "BinarySecret", "BinarySecurityToken", "CipherValue", "NewPassword",
    "Password",     "SignatureValue",      "UserToken",
};

bool secrets_same(struct span bytes, const char *word)
{
    return bytes.size == strlen(word) &&
           (!bytes.size ||
            strncasecmp((const char *)bytes.data, word, bytes.size) == 0);
}

static bool is_listed(struct span name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (secrets_same(name, list[i])) {
            return true;
        }
    }
    return false;
}

bool secrets_is_parameter(struct span name)
{
    return is_listed(name, parameters, ARRAY_SIZE(parameters));
}

bool secrets_is_element(struct span local_name)
{
    return is_listed(local_name, elements, ARRAY_SIZE(elements));
}

/* The bytes without NULs, as a text: UTF-16 and UTF-32 become ASCII. */
static const char *without_nuls(struct buf *out, struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i]) {
            buf_add_u8(out, bytes.data[i]);
        }
    }
    return buf_text(out);
}

static bool occurs(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasestr(text, list[i])) {
            return true;
        }
    }
    return false;
}

bool secrets_are_named(struct span bytes)
{
    AUTO_BUF plain = {0};
    const char *text = without_nuls(&plain, bytes);

    return occurs(text, elements, ARRAY_SIZE(elements)) ||
           occurs(text, parameters, ARRAY_SIZE(parameters));
}
