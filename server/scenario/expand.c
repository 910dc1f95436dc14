/* ${...} in values, see expand.h. */
#include "config.h"

#include "scenario/expand.h"

#include <assert.h>
#include <string.h>

#include "util/buf.h"
#include "util/duration.h"
#include "util/mem.h"
#include "util/nearest.h"
#include "util/stamp.h"

/* Times further away than that are not times that stamp.h can write. */
#define FAR_AWAY (INT64_C(50) * 365 * 24 * 3600 * 1000000000)

static const char *iso(const struct expansion *with, int64_t by)
{
    return stamp_iso(with->arena, with->now + by);
}

static const char *http_date(const struct expansion *with, int64_t by)
{
    return stamp_http(with->arena, with->now + by);
}

static const char *host(const struct expansion *with, int64_t by UNUSED)
{
    return with->host;
}

static const char *port(const struct expansion *with, int64_t by UNUSED)
{
    return with->port;
}

static const char *colon_port(const struct expansion *with, int64_t by UNUSED)
{
    return with->colon_port;
}

static const char *origin(const struct expansion *with, int64_t by UNUSED)
{
    return with->origin;
}

static const char *user(const struct expansion *with, int64_t by UNUSED)
{
    return with->user;
}

static const char *user_sip(const struct expansion *with, int64_t by UNUSED)
{
    return with->user_sip;
}

static const char *domain(const struct expansion *with, int64_t by UNUSED)
{
    return with->domain;
}

static const char *uuid(const struct expansion *with, int64_t by UNUSED)
{
    return with->uuid(with->env, with->arena);
}

static const struct variable {
    const char *name;
    bool is_time; /* "+8h" and "-5m" may follow */
    const char *(*value)(const struct expansion *with, int64_t by);
    const char *doc;
} variables[] = {
    {"now", true, iso, "the world's time, as in 2013-06-01T12:00:00Z"},
    {"date", true, http_date, "the same as in the header Date"},
    {"host", false, host, "the host of the request"},
    {"port", false, port,
     "the port of the request; 443 or 80 where none is "
     "written"},
    {":port", false, colon_port,
     "a colon and the port, as URLs of answers carry them, or nothing"},
    {"origin", false, origin, "https://HOST:PORT"},
    {"user", false, user, "the user, by the name that the world has"},
    {"user.sip", false, user_sip, "the user's SIP address"},
    {"domain", false, domain, "the world's domain"},
    {"uuid", false, uuid, "a fresh UUID"},
};

bool expand_value(size_t index, const char **out_name, const char **out_doc)
{
    if (index >= ARRAY_SIZE(variables)) {
        return false;
    }
    *out_name = variables[index].name;
    *out_doc = variables[index].doc;
    return true;
}

static const struct variable *variable_named(const char *name, struct err *err)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        if (strcmp(variables[i].name, name) == 0) {
            return &variables[i];
        }
        nearest_try(&nearest, span_text(variables[i].name));
    }
    if (nearest.best.size) {
        err_set(err, "there is no ${%s}; the nearest is ${%s}", name,
                (const char *)nearest.best.data);
    } else {
        err_set(err,
                "there is no ${%s}; there are now, date, host, port, :port, "
                "origin, "
                "user, user.sip, domain and uuid; \"$$\" stands for one \"$\"",
                name);
    }
    return NULL;
}

/* What stands between the braces: a name, and for a time how far from it. */
struct inside {
    const struct variable *variable;
    int64_t by;
};

static bool read_offset(const char *text, struct inside *out, struct err *err)
{
    if (!out->variable->is_time) {
        return err_set(err, "${%s} is no time: expected } and not \"%s\"",
                       out->variable->name, text);
    }
    if (!duration_parse(text, &out->by, err)) {
        return err_wrap(err, "${%s%s}", out->variable->name, text);
    }
    if (out->by > FAR_AWAY || out->by < -FAR_AWAY) {
        return err_set(err, "${%s%s} is more than 50 years away",
                       out->variable->name, text);
    }
    return true;
}

static bool read_inside(struct span text, struct inside *out, struct err *err)
{
    AUTO(str)
    copy = mem_printf("%.*s", (int)text.size, (const char *)text.data);
    size_t length = strcspn(copy, "+-");
    AUTO(str) name = mem_printf("%.*s", (int)length, copy);

    *out = (struct inside){.variable = variable_named(name, err)};
    return out->variable &&
           (copy[length] == '\0' || read_offset(copy + length, out, err));
}

/* What comes first in a text: plain bytes, one "$", or ${...}. */
struct piece {
    size_t size;       /* in the text */
    struct span plain; /* where it is no ${...} */
    struct inside inside;
};

static bool read_piece(const char *text, struct piece *out, struct err *err)
{
    size_t size = strcspn(text, "$");
    const char *end;

    *out = (struct piece){.size = size, .plain = span_of(text, size)};
    if (size) {
        return true;
    }
    if (text[1] != '{') {
        *out = (struct piece){.size = text[1] == '$' ? 2 : 1,
                              .plain = span_of(text, 1)};
        return true;
    }
    end = strchr(text, '}');
    if (!end) {
        return err_set(err, "\"${\" has no \"}\"; \"$$\" stands for one \"$\"");
    }
    out->size = (size_t)(end + 1 - text);
    return read_inside(span_of(text + 2, out->size - 3), &out->inside, err);
}

bool expand_check(const char *text, struct err *err)
{
    struct piece piece;

    for (; *text; text += piece.size) {
        if (!read_piece(text, &piece, err)) {
            return false;
        }
    }
    return true;
}

static void add_piece(const struct expansion *with, const struct piece *piece,
                      struct buf *out)
{
    const struct variable *variable = piece->inside.variable;

    if (variable) {
        buf_add(out, span_text(variable->value(with, piece->inside.by)));
    } else {
        buf_add(out, piece->plain);
    }
}

const char *expand(const struct expansion *with, const char *text)
{
    AUTO_BUF out = {0};
    struct piece piece;
    struct err err;

    for (; *text; text += piece.size) {
        bool good = read_piece(text, &piece, &err);

        assert(good);
        add_piece(with, &piece, &out);
    }
    return arena_text(with->arena, buf_span(&out));
}
