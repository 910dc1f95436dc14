/* Base64, hexadecimal or binary, see decode_input.h. */
#include "config.h"

#include "cli/decode_input.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "util/base64.h"
#include "util/buf.h"

enum { TOKEN_MIN = 16 }; /* in base64; shorter ones are none */

/* ---- Binary ---- */

static bool is_binary(struct span input)
{
    for (size_t i = 0; i < input.size; i++) {
        uint8_t c = input.data[i];

        if (c >= 0x7f || (c < ' ' && !isspace(c))) {
            return true;
        }
    }
    return false;
}

/* RFC 4120 section 7.2.2 */
static struct span without_length(struct span input)
{
    struct reader rd = rd_init(input);
    uint32_t size = rd_u32be(&rd);
    struct span rest = rd_bytes(&rd, rd_left(&rd));

    return rest.size && size == rest.size ? rest : input;
}

/* ---- Text ---- */

static void skip_spaces(struct span *text)
{
    while (text->size && isspace(text->data[0])) {
        *text = span_slice(*text, 1, SIZE_MAX);
    }
}

/* "Authorization:", also "> authorization:" as curl --verbose prints it. */
static void skip_header(struct span *text)
{
    struct span rest = *text;
    size_t size = 0;

    if (span_starts(rest, "> ") || span_starts(rest, "< ")) {
        rest = span_slice(rest, 2, SIZE_MAX);
    }
    while (size < rest.size &&
           (isalpha(rest.data[size]) || rest.data[size] == '-')) {
        size++;
    }
    if (size && size < rest.size && rest.data[size] == ':') {
        *text = span_slice(rest, size + 1, SIZE_MAX);
        skip_spaces(text);
    }
}

/* False: the scheme's tokens are others. */
static bool skip_scheme(struct span *text, struct err *err)
{
    static const struct {
        const char *name;
        bool windows;
    } schemes[] = {{"Negotiate", true}, {"NTLM", true},    {"Kerberos", true},
                   {"Basic", false},    {"Bearer", false}, {"Digest", false}};

    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t size = strlen(schemes[i].name);

        if (text->size <= size || !isspace(text->data[size]) ||
            strncasecmp((const char *)text->data, schemes[i].name, size) != 0) {
            continue;
        }
        if (!schemes[i].windows) {
            return err_set(err,
                           "the scheme %s has no tokens of NTLM, SPNEGO or "
                           "Kerberos",
                           schemes[i].name);
        }
        *text = span_slice(*text, size, SIZE_MAX);
        skip_spaces(text);
        break;
    }
    return true;
}

/* Without white space. */
static char *squeezed(struct arena *arena, struct span text)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < text.size; i++) {
        if (!isspace(text.data[i])) {
            buf_add_u8(&out, text.data[i]);
        }
    }
    return arena_text(arena, buf_span(&out));
}

/* Where in the whole input the first character stands that base64 has not;
 * every one is fine: at its end. */
static bool say_what_is_wrong(struct span input, struct span text,
                              struct err *err)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/-_=";
    unsigned line = 1;
    unsigned column = 0;

    if (!text.data) {
        return err_set(err, "there is no token");
    }
    while (text.size > 1 && isspace(text.data[text.size - 1])) {
        text.size--;
    }
    for (const uint8_t *c = input.data; c < text.data + text.size; c++) {
        column++;
        if (c >= text.data && !isspace(*c) && !strchr(alphabet, *c)) {
            return err_set(err,
                           "%u:%u: \"%c\" is in neither base64 nor "
                           "hexadecimal",
                           line, column, *c);
        }
        if (*c == '\n') {
            line++;
            column = 0;
        }
    }
    return err_set(err,
                   "%u:%u: this base64 is no encoder's: its end is missing, "
                   "or \"=\" stands within",
                   line, column);
}

/* ---- Much else around it ---- */

static bool is_base64(uint8_t c)
{
    return isalnum(c) || c == '+' || c == '/' || c == '=';
}

/* What stands behind this scheme; empty: none of a token's length. */
static struct span token_behind(struct span text, size_t at, const char *scheme)
{
    size_t start = at + strlen(scheme);
    size_t end = start;

    if (at && isalnum(text.data[at - 1])) {
        return SPAN_NONE;
    }
    if (strncasecmp((const char *)text.data + at, scheme, strlen(scheme)) !=
        0) {
        return SPAN_NONE;
    }
    while (end < text.size && is_base64(text.data[end])) {
        end++;
    }
    return end - start < TOKEN_MIN ? SPAN_NONE
                                   : span_slice(text, start, end - start);
}

/* The first one in a transcript (curl -v) or a line of the journal. */
static bool find_token(struct arena *arena, struct span input,
                       struct span *out_token)
{
    static const char *const schemes[] = {"Negotiate ", "NTLM ", "Kerberos "};

    for (size_t at = 0; at < input.size; at++) {
        for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
            struct span token = input.size - at > strlen(schemes[i]) + TOKEN_MIN
                                    ? token_behind(input, at, schemes[i])
                                    : SPAN_NONE;

            if (token.size && base64_decode(arena, token, out_token)) {
                return true;
            }
        }
    }
    return false;
}

static bool has_text(struct span input, const char *text)
{
    return memmem(input.data, input.size, text, strlen(text)) != NULL;
}

/* More than a token, and no token of it can be read. */
static bool is_much_else(struct span input)
{
    return span_starts(input, "{") || has_text(input, "HTTP/1.") ||
           has_text(input, "\n* ");
}

static bool say_none_is_in_it(struct span input, struct err *err)
{
    bool masked =
        has_text(input, "Negotiate ***(") || has_text(input, "NTLM ***(");

    return err_set(err,
                   "there is no token of Negotiate or NTLM in all this: "
                   "give the header line alone%s",
                   masked ? "; those in it are masked (--log-secrets journals "
                            "them)"
                          : "");
}

/* ---- The whole ---- */

static bool decode_text(struct arena *arena, struct span input,
                        struct span *out_token, struct err *err)
{
    struct span text = input;
    char *tight;

    skip_spaces(&text);
    skip_header(&text);
    if (!skip_scheme(&text, err)) {
        return false;
    }
    tight = squeezed(arena, text);
    if (!*tight) {
        return err_set(err, "there is no token: expected base64, hexadecimal "
                            "or the bytes themselves");
    }
    if (!hex_decode(arena, tight, out_token) &&
        !base64_decode(arena, text, out_token)) {
        return say_what_is_wrong(input, text, err);
    }
    *out_token = without_length(*out_token);
    return true;
}

bool decode_input(struct arena *arena, struct span input,
                  struct span *out_token, struct err *err)
{
    /* No message begins as transcripts and journals do. */
    static const char begins[] = {'*', '>', '{'};

    if (is_binary(input) && !memchr(begins, input.data[0], sizeof(begins))) {
        *out_token = without_length(input);
        return true;
    }
    if (decode_text(arena, input, out_token, err)) {
        return true;
    }
    return find_token(arena, input, out_token) ||
           (is_much_else(input) && say_none_is_in_it(input, err));
}
