/* The types of settings that Kerberos brought; see setting.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "util/dnsname.h"
#include "util/nearest.h"
#include "util/number.h"
#include "world/setting.h"

static void put_unsigned(const struct setting *setting, void *object,
                         unsigned value)
{
    memcpy((char *)object + setting->offset, &value, sizeof(value));
}

/* ---- Lists ---- */

/* Each two words of "a, b, c" have a comma between them. */
static bool check_commas(const char *value, struct err *err)
{
    const char *at = value;

    for (;;) {
        at += strspn(at, " ");
        at += strcspn(at, ", ");
        at += strspn(at, " ");
        if (*at == '\0') {
            return true;
        }
        if (*at++ != ',') {
            return err_set(err, "expected a comma between words in \"%s\"",
                           value);
        }
    }
}

/* The next word, in the arena; it may be empty. NULL: there is no more. */
static const char *next_word(struct arena *arena, const char **at)
{
    struct span word;

    if (!*at) {
        return NULL;
    }
    *at += strspn(*at, " ");
    word = span_of(*at, strcspn(*at, ", "));
    *at = strchr(*at, ',');
    *at = *at ? *at + 1 : NULL;
    return arena_text(arena, word);
}

/* ---- Encryption types ---- */

static const struct {
    const char *word;
    unsigned bit;
} etypes[] = {
    {"aes256", KRB_AES256_BIT},
    {"aes128", KRB_AES128_BIT},
    {"rc4", KRB_RC4_BIT},
};

static unsigned etype_named(const char *word, struct err *err)
{
    static const char *const words[] = {"aes256", "aes128", "rc4", NULL};
    const char *nearest;

    for (size_t i = 0; i < ARRAY_SIZE(etypes); i++) {
        if (strcasecmp(etypes[i].word, word) == 0) {
            return etypes[i].bit;
        }
    }
    nearest = nearest_word(word, words);
    err_set(err, "expected aes256, aes128 or rc4, not \"%s\"%s%s%s", word,
            nearest ? "; the nearest is \"" : "", nearest ? nearest : "",
            nearest ? "\"" : "");
    return 0;
}

bool setting_etypes(const struct setting *setting, struct world *world,
                    void *object, const char *value, struct err *err)
{
    const char *at = value;
    const char *word;
    unsigned bits = 0;

    if (!check_commas(value, err)) {
        return false;
    }
    while ((word = next_word(world->arena, &at)) != NULL) {
        unsigned bit = etype_named(word, err);

        if (!bit) {
            return false;
        }
        if (bits & bit) {
            return err_set(err, "%s stands there twice", word);
        }
        bits |= bit;
    }
    put_unsigned(setting, object, bits);
    return true;
}

const char *setting_etypes_text(struct arena *arena, unsigned bits)
{
    const char *text = "";

    for (size_t i = 0; i < ARRAY_SIZE(etypes); i++) {
        if (bits & etypes[i].bit) {
            text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
                                etypes[i].word);
        }
    }
    return text;
}

/* ---- Hosts ---- */

/* Whether the world has such hosts is told in the end. */
bool setting_hosts(const struct setting *setting, struct world *world,
                   void *object, const char *value, struct err *err)
{
    const char *list = NULL;
    const char *at = value;
    const char *word;

    if (strcmp(value, "*") == 0) {
        list = "*";
    } else if (strcasecmp(value, "none") != 0) {
        if (!check_commas(value, err)) {
            return false;
        }
        while ((word = next_word(world->arena, &at)) != NULL) {
            if (!dnsname_valid(word)) {
                return err_set(err,
                               "expected names of hosts, * or none, not "
                               "\"%s\"",
                               word);
            }
            list =
                list ? arena_printf(world->arena, "%s,%s", list, word) : word;
        }
        list = arena_lower(world->arena, list);
    }
    memcpy((char *)object + setting->offset, &list, sizeof(list));
    return true;
}

/* ---- Bytes ---- */

static bool parse_bytes(const char *value, unsigned least, unsigned most,
                        unsigned *out_bytes, struct err *err)
{
    static const struct {
        const char *name;
        unsigned bytes;
    } units[] = {{"MiB", 1024 * 1024}, {"KiB", 1024}, {"", 1}};
    size_t digits = strspn(value, "0123456789");
    char number[16] = "";
    uint64_t count;

    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        if (digits == 0 || digits >= sizeof(number) ||
            strcasecmp(value + digits, units[i].name) != 0) {
            continue;
        }
        memcpy(number, value, digits);
        if (number_parse(number, NUMBER_DECIMAL, most / units[i].bytes,
                         &count) &&
            count * units[i].bytes >= least) {
            *out_bytes = (unsigned)count * units[i].bytes;
            return true;
        }
    }
    return err_set(err,
                   "expected bytes from %u to %u, such as 16384 or 16KiB, not "
                   "\"%s\"",
                   least, most, value);
}

bool setting_bytes(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    unsigned bytes = 0;

    if (!parse_bytes(value, 0, SETTING_BYTES_MAX, &bytes, err)) {
        return false;
    }
    put_unsigned(setting, object, bytes);
    return true;
}

bool setting_header_limit(const struct setting *setting,
                          struct world *world UNUSED, void *object,
                          const char *value, struct err *err)
{
    unsigned bytes = 0;

    if (!parse_bytes(value, WORLD_HEADER_LIMIT_MIN, WORLD_HEADER_LIMIT_MAX,
                     &bytes, err)) {
        return false;
    }
    put_unsigned(setting, object, bytes);
    return true;
}
