/* Base64, hexadecimal or binary, see decode_input.h. */
#include "config.h"

#include "cli/decode_input.h"

#include <ctype.h>
#include <strings.h>

#include "util/base64.h"
#include "util/buf.h"

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

    while (isspace(text.data[text.size - 1])) {
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

bool decode_input(struct arena *arena, struct span input,
                  struct span *out_token, struct err *err)
{
    struct span text = input;
    char *tight;

    if (is_binary(input)) {
        *out_token = without_length(input);
        return true;
    }
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
