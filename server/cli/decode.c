/* lyncmock decode: what does this token say? */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/decode_input.h"
#include "cli/decode_keytab.h"
#include "util/json_indent.h"
#include "util/log.h"
#include "wire/token.h"

/* Of what is read, base64 and all. */
enum { INPUT_LIMIT = 1024 * 1024 };

struct decode_options {
    const char *file;   /* NULL, "-": standard input */
    const char *keytab; /* NULL: none */
    bool secrets;
};

/* ---- The command line ---- */

/* "--keytab FILE" and "--keytab=FILE"; moves *at over a FILE behind it. */
static bool read_keytab(int argc, char **argv, int *at,
                        struct decode_options *out)
{
    static const char name[] = "--keytab";
    const char *value = argv[*at] + sizeof(name) - 1;

    if (*value == '=') {
        out->keytab = value + 1;
    } else if (*at + 1 < argc) {
        out->keytab = argv[++*at];
    } else {
        log_error("--keytab wants a file: --keytab FILE");
        return false;
    }
    return true;
}

static bool read_word(const char *word, struct decode_options *out)
{
    if (word[0] == '-' && word[1] != '\0') {
        log_error("unknown option %s; lyncmock decode --help lists them", word);
        return false;
    }
    if (out->file) {
        log_error("decode wants one file, or standard input: %s and %s are two",
                  out->file, word);
        return false;
    }
    out->file = word;
    return true;
}

static bool read_options(int argc, char **argv, struct decode_options *out)
{
    for (int i = 1; i < argc; i++) {
        bool good = true;

        if (strcmp(argv[i], "--log-secrets") == 0) {
            out->secrets = true;
        } else if (strcmp(argv[i], "--keytab") == 0 ||
                   strncmp(argv[i], "--keytab=", 9) == 0) {
            good = read_keytab(argc, argv, &i, out);
        } else {
            good = read_word(argv[i], out);
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

/* ---- The token ---- */

static bool read_all(FILE *file, const char *name, struct buf *out,
                     struct err *err)
{
    while (!feof(file) && out->size <= INPUT_LIMIT) {
        buf_commit(out, fread(buf_reserve(out, 65536), 1, 65536, file));
        if (ferror(file)) {
            return err_errno(err, "cannot read %s", name);
        }
    }
    if (out->size > INPUT_LIMIT) {
        return err_set(err, "%s is larger than 1 MiB: no token is", name);
    }
    return true;
}

static bool read_input(const char *name, struct buf *out, struct err *err)
{
    FILE *file;
    bool good;

    if (!name || strcmp(name, "-") == 0) {
        return read_all(stdin, "standard input", out, err);
    }
    file = fopen(name, "rbe");
    if (!file) {
        return err_errno(err, "cannot open %s", name);
    }
    good = read_all(file, name, out, err);
    return fclose(file) == 0 && good;
}

static enum exit_code tell(struct arena *arena, struct span token,
                           const struct token_view *view)
{
    AUTO_BUF flat = {0};
    AUTO_BUF out = {0};
    struct json json;
    enum exit_code printed;

    json_init(&json, &flat);
    token_describe(arena, NULL, token, view, &json);
    json_indent(&out, buf_span(&flat));
    printed = print_all(&out);
    if (printed == EXIT_GOOD && view->flaw->found) {
        log_error("the token is malformed at byte %zu of its message: %s",
                  view->flaw->offset, view->flaw->text);
        return EXIT_USAGE;
    }
    return printed;
}

static bool open_keytab(struct arena *arena, const char *path,
                        struct krb_opener *out_opener, struct err *err)
{
    struct kcrypt_key *keys = NULL;

    if (!decode_keytab(arena, path, &keys, &out_opener->count, err) ||
        !kcrypt_new(&out_opener->kcrypt, err)) {
        return false;
    }
    out_opener->keys = keys;
    return true;
}

static enum exit_code decode(const struct decode_options *options)
{
    AUTO(arena) arena = arena_new();
    AUTO(kcrypt) kcrypt = NULL;
    struct krb_opener opener = {0};
    struct token_flaw flaw = {0};
    struct token_view view = {.secrets = options->secrets, .flaw = &flaw};
    struct span token;
    struct err err;
    AUTO_BUF input = {0};

    if (options->keytab) {
        if (!open_keytab(arena, options->keytab, &opener, &err)) {
            log_error("%s", err.text);
            return EXIT_USAGE;
        }
        kcrypt = opener.kcrypt;
        view.opener = &opener;
    }
    if (!read_input(options->file, &input, &err) ||
        !decode_input(arena, buf_span(&input), &token, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    return tell(arena, token, &view);
}

static enum exit_code run(int argc, char **argv)
{
    struct decode_options options = {0};
    struct arguments arguments;
    enum exit_code code;

    if (arguments_want_help(argc, argv)) {
        /* Prints the help, and returns false. */
        return arguments_parse(&verb_decode, argc, argv, &arguments, &code)
                   ? EXIT_INTERNAL
                   : code;
    }
    return read_options(argc, argv, &options) ? decode(&options) : EXIT_USAGE;
}

const struct verb verb_decode = {
    .name = "decode",
    .usage = "[--keytab FILE] [--log-secrets] [FILE]",
    .doc = "say what an NTLM, SPNEGO or Kerberos token says",
    .help =
        "Reads one token from FILE, or from standard input: base64, as in an\n"
        "Authorization or WWW-Authenticate header (its name and scheme may\n"
        "stand in front), hexadecimal, or the bytes themselves. Kerberos\n"
        "messages between a client and its KDC are taken as well. Prints "
        "JSON.\n"
        "\n"
        "  --keytab FILE            open tickets and authenticators with the "
        "keys of\n"
        "                           FILE, as MIT Kerberos writes it\n"
        "  --log-secrets            also print session keys, and what proves "
        "a password\n"
        "\n"
        "Exit codes: 0 all could be decoded; 2 something could not, and "
        "stderr\n"
        "says what, and where.",
    .run = run,
};
