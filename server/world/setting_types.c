/* The types of settings: from text to a field; see setting.h. */
#include "config.h"

#include "world/setting.h"

#include <assert.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "util/dnsname.h"
#include "util/nearest.h"
#include "util/number.h"
#include "util/url.h"
#include "util/utf.h"
#include "world/setting_fields.h"

void *setting_field(const struct setting *setting, void *object)
{
    return (char *)object + setting->offset;
}

static void put_text(const struct setting *setting, struct world *world,
                     void *object, const char *value)
{
    char *copy = arena_strdup(world->arena, value);

    memcpy(setting_field(setting, object), &copy, sizeof(copy));
}

void setting_put_int(const struct setting *setting, void *object, int value)
{
    bool flag = value != 0;

    if (setting->size == sizeof(bool)) {
        memcpy(setting_field(setting, object), &flag, sizeof(flag));
    } else {
        assert(setting->size == sizeof(value));
        memcpy(setting_field(setting, object), &value, sizeof(value));
    }
}

/* ---- Words ---- */

/*
 * Finds a word in a list "a|b|c". Its place, or -1 and an error that says
 * which one is nearest.
 */
int setting_place(const char *list, const char *word, struct err *err)
{
    struct nearest nearest;
    const char *at = list;

    nearest_init(&nearest, word);
    for (int place = 0; *at; place++) {
        size_t length = strcspn(at, "|");

        if (length == strlen(word) && strncasecmp(at, word, length) == 0) {
            return place;
        }
        nearest_try(&nearest, span_of(at, length));
        at += length + (at[length] == '|');
    }
    err_set(err, "expected %s, not \"%s\"", list, word);
    if (nearest.best.size) {
        err_set(err, "expected %s, not \"%s\"; the nearest is \"%.*s\"", list,
                word, (int)nearest.best.size, (const char *)nearest.best.data);
    }
    return -1;
}

bool setting_word(const struct setting *setting, struct world *world UNUSED,
                  void *object, const char *value, struct err *err)
{
    int place = setting_place(setting->info.type, value, err);

    if (place < 0) {
        return false;
    }
    setting_put_int(setting, object, setting->first + place);
    return true;
}

/* "yes" or "no" for what YAML 1.1 also writes for them; else the word. */
static const char *plain_word(const char *word)
{
    static const char *const more[] = {"true", "false", "on", "off"};

    for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
        if (strcasecmp(more[i], word) == 0) {
            return i % 2 == 0 ? "yes" : "no";
        }
    }
    return word;
}

bool setting_flag(const struct setting *setting, struct world *world UNUSED,
                  void *object, const char *value, struct err *err)
{
    /* Settings list yes first, C counts no first. */
    int place = setting_place(setting->info.type, plain_word(value), err);

    if (place < 0) {
        return false;
    }
    setting_put_int(setting, object, place == 0);
    return true;
}

bool setting_switch(const struct setting *setting, struct world *world,
                    void *object, const char *value, struct err *err)
{
    return setting_word(setting, world, object, plain_word(value), err);
}

/* One more scheme of a list; the names are those that the server emits. */
static bool add_scheme(struct offer *offer, const char *word, struct err *err)
{
    static const char *const schemes[] = {"Negotiate", "NTLM"};
    int place = setting_place("Negotiate|NTLM", word, err);

    if (place < 0) {
        return false;
    }
    assert((size_t)place < ARRAY_SIZE(schemes));
    for (size_t i = 0; i < offer->windows_count; i++) {
        if (offer->windows[i] == schemes[place]) {
            return err_set(err, "%s stands there twice", schemes[place]);
        }
    }
    assert(offer->windows_count < WORLD_SCHEMES_MAX);
    offer->windows[offer->windows_count++] = schemes[place];
    return true;
}

bool setting_schemes(const struct setting *setting UNUSED, struct world *world,
                     void *object, const char *value, struct err *err)
{
    struct offer *offer = &((struct world *)object)->offer;
    struct offer next = *offer;
    const char *at = value;

    next.windows_count = 0;
    if (strcasecmp(value, "none") == 0) {
        *offer = next;
        return true;
    }
    for (;;) {
        size_t blank = strspn(at, " ");
        size_t length = strcspn(at + blank, ", ");
        char *word = arena_text(world->arena, span_of(at + blank, length));

        if (!add_scheme(&next, word, err)) {
            return false;
        }
        at += blank + length;
        at += strspn(at, " ");
        if (*at == '\0') {
            break;
        }
        if (*at++ != ',') {
            return err_set(err, "expected a comma between schemes in \"%s\"",
                           value);
        }
    }
    *offer = next;
    return true;
}

/* ---- Texts ---- */

bool setting_text(const struct setting *setting, struct world *world,
                  void *object, const char *value, struct err *err)
{
    if (!utf8_valid(span_text(value))) {
        return err_set(err, "expected UTF-8 text");
    }
    put_text(setting, world, object, value);
    return true;
}

/*
 * In UTF-16 such a name has at most 8 KiB, and six of them fit into the two
 * bytes that a length has in a challenge (MS-NLMP 2.2.1.2, 2.2.2.1).
 */
enum { NTLM_NAME_MAX = 4096 };

bool setting_ntlm_name(const struct setting *setting, struct world *world,
                       void *object, const char *value, struct err *err)
{
    size_t size = strlen(value);

    if (size > NTLM_NAME_MAX) {
        return err_set(err, "expected a text of at most %d bytes, not %zu",
                       NTLM_NAME_MAX, size);
    }
    return setting_text(setting, world, object, value, err);
}

bool setting_domain(const struct setting *setting, struct world *world,
                    void *object, const char *value, struct err *err)
{
    if (!dnsname_valid(value)) {
        return err_set(err,
                       "expected a DNS name such as contoso.test, not "
                       "\"%s\"",
                       value);
    }
    put_text(setting, world, object, arena_lower(world->arena, value));
    return true;
}

bool setting_label(const struct setting *setting, struct world *world,
                   void *object, const char *value, struct err *err)
{
    if (!*value || strlen(value) > 15 || strpbrk(value, "\\/:*?\"<>|@ .") ||
        !utf8_valid(span_text(value))) {
        return err_set(err,
                       "expected a NetBIOS name of at most 15 letters "
                       "such as CONTOSO, not \"%s\"",
                       value);
    }
    put_text(setting, world, object, utf8_upper(world->arena, value));
    return true;
}

bool setting_url(const struct setting *setting, struct world *world,
                 void *object, const char *value, struct err *err)
{
    struct url url;

    if (!url_parse(world->arena, value, &url) ||
        (strcmp(url.scheme, "https") != 0 && strcmp(url.scheme, "http") != 0) ||
        value[strcspn(value, " \t\r\n\"<>")] != '\0') {
        return err_set(err,
                       "expected an absolute URL such as "
                       "https://webdir.example/Autodiscover/"
                       "AutodiscoverService.svc/root, not \"%s\"",
                       value);
    }
    put_text(setting, world, object, value);
    return true;
}

bool setting_challenge(const struct setting *setting, struct world *world,
                       void *object, const char *value, struct err *err)
{
    if (strlen(value) != 16 || strspn(value, "0123456789abcdefABCDEF") != 16) {
        return err_set(err, "expected 16 hexadecimal digits, not \"%s\"",
                       value);
    }
    put_text(setting, world, object, value);
    return true;
}

/* ---- Numbers ---- */

bool setting_port(const struct setting *setting, struct world *world UNUSED,
                  void *object, const char *value, struct err *err)
{
    uint64_t port;

    if (!number_parse(value, NUMBER_DECIMAL, 65535, &port) || port == 0) {
        return err_set(err, "expected a port from 1 to 65535, not \"%s\"",
                       value);
    }
    setting_put_int(setting, object, (int)port);
    return true;
}

bool setting_port_or_none(const struct setting *setting,
                          struct world *world UNUSED, void *object,
                          const char *value, struct err *err)
{
    uint64_t port;

    if (!number_parse(value, NUMBER_DECIMAL, 65535, &port)) {
        return err_set(err,
                       "expected a port from 1 to 65535, or 0, not "
                       "\"%s\"",
                       value);
    }
    setting_put_int(setting, object, (int)port);
    return true;
}

bool setting_count(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    uint64_t count;

    if (!number_parse(value, NUMBER_DECIMAL, INT_MAX, &count)) {
        return err_set(err, "expected a whole number, not \"%s\"", value);
    }
    setting_put_int(setting, object, (int)count);
    return true;
}

bool setting_pools(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    uint64_t number;
    size_t count;

    if (!number_parse(value, NUMBER_DECIMAL, WORLD_POOLS_MAX, &number) ||
        number == 0) {
        return err_set(err, "expected a number from 1 to %d, not \"%s\"",
                       WORLD_POOLS_MAX, value);
    }
    count = (size_t)number;
    memcpy(setting_field(setting, object), &count, sizeof(count));
    return true;
}

bool setting_hex32(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    bool prefixed = strncasecmp(value, "0x", 2) == 0;
    uint64_t number;
    uint32_t bits;

    if (!number_parse(value + (prefixed ? 2 : 0), NUMBER_HEX, UINT32_MAX,
                      &number)) {
        return err_set(err,
                       "expected up to 8 hexadecimal digits such as "
                       "0x00080000, not \"%s\"",
                       value);
    }
    bits = (uint32_t)number;
    memcpy(setting_field(setting, object), &bits, sizeof(bits));
    return true;
}

bool setting_status(const struct setting *setting, struct world *world UNUSED,
                    void *object, const char *value, struct err *err)
{
    uint64_t status;

    if (!number_parse(value, NUMBER_DECIMAL, 599, &status) || status < 100) {
        return err_set(err, "expected a status from 100 to 599, not \"%s\"",
                       value);
    }
    setting_put_int(setting, object, (int)status);
    return true;
}

/* ---- What only a file of settings can say ---- */

bool setting_map(const struct setting *setting UNUSED,
                 struct world *world UNUSED, void *object UNUSED,
                 const char *value, struct err *err)
{
    return err_set(err, "expected a mapping of names to texts, not \"%s\"",
                   value);
}

bool setting_file(const struct setting *setting UNUSED,
                  struct world *world UNUSED, void *object UNUSED,
                  const char *value, struct err *err)
{
    return err_set(err, "the file %s can only be named in a scenario", value);
}
