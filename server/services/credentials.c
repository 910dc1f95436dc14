/* Credentials in SOAP, see credentials.h. */
#include "config.h"

#include "services/credentials.h"

#include <string.h>

#include "auth/password.h"
#include "checks/checks.h"
#include "util/base64.h"
#include "util/utf.h"

const char *credentials_decode(struct arena *arena, const char *text)
{
    struct span bytes;

    if (!base64_decode(arena, span_text(text), &bytes) ||
        !utf8_is_text(bytes)) {
        return NULL;
    }
    return arena_text(arena, bytes);
}

static bool is_printable(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            return false;
        }
    }
    return true;
}

static const char *without_space(struct arena *arena, const char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1])) {
        length--;
    }
    return arena_text(arena, span_of(text, length));
}

/*
 * The name decides: base64 of somebody's name is base64, somebody's name as it
 * stands is not. Where it is nobody's either way, it is base64 if it can be.
 * Both are looked up in any case: an unknown user costs no more and no less.
 */
static const char *decode_name(struct call *call, const char *clear)
{
    const char *decoded = credentials_decode(call->arena, clear);
    bool clear_known = auth_find_user(call->world, clear) != NULL;
    bool decoded_known;

    if (!decoded || !is_printable(decoded)) {
        return NULL;
    }
    decoded_known = auth_find_user(call->world, decoded) != NULL;
    return decoded_known || !clear_known ? decoded : NULL;
}

struct credentials credentials_read(struct call *call,
                                    const struct usertoken *token)
{
    struct credentials sent = {
        .name = without_space(call->arena, token->name),
        .password = token->password,
    };
    const char *name = decode_name(call, sent.name);
    const char *password = credentials_decode(call->arena, token->password);

    if (name && password) {
        return (struct credentials){name, password};
    }
    check_report(
        call->ex, "WT-022", "/Envelope/Header/Security/UsernameToken",
        span_text(sent.name), "%s",
        name ? "Password is no base64 of UTF-8 text: clients send Username and "
               "Password in base64 of UTF-8, in spite of #PasswordText"
             : "Username stands in clear: clients send Username and Password "
               "in base64 of UTF-8, in spite of #PasswordText");
    sent.name = name ? name : sent.name;
    return sent;
}

void credentials_note(struct call *call, const struct usertoken *token)
{
    if (token->nonce || token->created) {
        exchange_remark(call->ex, "usertoken.ignored", "%s",
                        !token->created ? "Nonce"
                        : token->nonce  ? "Nonce, Created"
                                        : "Created");
    }
}
