/* Examples of settings, see example.h. */
#include "config.h"

#include <string.h>

#include "cli/example.h"
#include "scenario/fault.h"
#include "scenario/settings_rows.h"
#include "util/buf.h"

/* ---- Nested ---- */

static const char *sample_name(const char *free)
{
    return strcmp(free, "N") == 0      ? "2"
           : strcmp(free, "NAME") == 0 ? "alice"
           : strcmp(free, "ID") == 0   ? "5LB7MRBC"
                                       : free;
}

/* "user.alice.state" -> "{users: {alice: {state: "; the braces open. */
static size_t open_names(const struct examples *examples, const char *name,
                         struct buf *out)
{
    struct span group = span_of(name, strcspn(name, "."));
    const char *free = rows_free_name(examples->arena, &rows_of_world,
                                      arena_text(examples->arena, group));
    const char *last = strrchr(name, '.');
    size_t depth = 0;

    if (free && last > name + group.size) {
        struct span own = span_of(name + group.size + 1,
                                  (size_t)(last - name) - group.size - 1);

        buf_printf(out, "{%.*ss: {%s: {", (int)group.size, name,
                   span_equal(own, span_text(free))
                       ? sample_name(free)
                       : arena_text(examples->arena, own));
        name = last + 1;
        depth = 2;
        buf_printf(out, "%s: ", name);
        return depth + 1;
    }
    for (; *name; depth++) {
        size_t length = strcspn(name, ".");

        buf_printf(out, "{%.*s: ", (int)length, name);
        name += length + (name[length] == '.');
    }
    return depth;
}

static const char *world_text(const struct examples *examples, const char *name,
                              const char *value)
{
    AUTO_BUF out = {0};
    size_t depth = open_names(examples, name, &out);

    buf_add_text(&out, value);
    while (depth-- > 0) {
        buf_add_u8(&out, '}');
    }
    return example_text(examples, "world: %s", buf_text(&out));
}

/* ---- Values ---- */

/* Settings whose value nobody could guess, or that want others beside them. */
static const struct {
    const char *name;
    const char *world;
} special[] = {
    {"hosted.domain", "{hosted: {domain: fabrikam.test, url: "
                      "'https://lyncdiscover.fabrikam.test/'}}"},
    {"hosted.url", "{hosted: {domain: fabrikam.test, url: "
                   "'https://lyncdiscover.fabrikam.test/'}}"},
    {"realm", "{realm: CORP.CONTOSO.TEST}"},
    {"ticket.sha1", "{ticket: {key: rsa2048, sha1: yes}}"},
    {"ticket.audience", "{ticket: {audience: 'https://other.contoso.test/'}}"},
    {"ntlm.timestamp-skew", "{ntlm: {timestamp-skew: +6m}}"},
    {"meeting.ID.organizer", "{meetings: {4RT9QKZW: {organizer: bob}}}"},
    {"meeting.ID.key", "{meetings: {5LB7MRBC: {key: K3Y}}}"},
    {"user.NAME.password", "{users: {carol: {password: 'Secret1!'}}}"},
    {"user.NAME.account", "{users: {alice: {account: 'CONTOSO\\adams'}}}"},
    {"user.NAME.sip", "{users: {alice: {sip: alice.adams@contoso.test}}}"},
    {"clock", "{clock: +6m}"},
    {"clock.scale", "{clock: {scale: 60}}"},
    {"clock.start", "{clock: {start: '2013-06-01T12:00:00Z'}}"},
};

static const char *value_of(const struct setting *row)
{
    switch (setting_kind_of(row)) {
    case SETTING_NAME:
        return "web9.contoso.test";
    case SETTING_LABEL:
        return "FABRIKAM";
    case SETTING_URL:
        return "'https://lyncdiscover.fabrikam.test/'";
    case SETTING_PORT:
    case SETTING_PORT_OR_NONE:
        return "8443";
    case SETTING_NUMBER:
    case SETTING_POOLS:
        return "3";
    case SETTING_DURATION:
    case SETTING_POSITIVE_DURATION:
    case SETTING_DURATION_OR_NONE:
    case SETTING_CLOCK:
        return "5m";
    case SETTING_START:
        return "2013-06-01T12:00:00Z";
    case SETTING_SCALE:
        return "60";
    case SETTING_TIMESTAMP:
        return "omit";
    case SETTING_HEX32:
        return "0x00080000";
    case SETTING_HEX64:
        return "0123456789abcdef";
    case SETTING_SCHEMES:
        return "[NTLM]";
    case SETTING_ETYPES:
        return "[aes128]";
    case SETTING_HOSTS:
        return "[lyncweb.contoso.test]";
    case SETTING_BYTES:
        return "16KiB";
    case SETTING_STATUS:
        return "503";
    case SETTING_HOME:
        return "2";
    default:
        return "other";
    }
}

/* Each word of "a|b|c" but the default, which would show nothing. */
static const char *word_text(const struct examples *examples,
                             const struct setting *row, const char *name)
{
    const char *usual = setting_default(examples->arena, name);
    const char *text = NULL;

    for (const char *at = row->info.type; *at && !text; at += strspn(at, "|")) {
        size_t length = strcspn(at, "|");
        const char *word = arena_text(examples->arena, span_of(at, length));

        if (!usual || strcmp(word, usual) != 0) {
            text = world_text(examples, name, word);
        }
        at += length;
    }
    return text;
}

const char *example_setting(const struct examples *examples,
                            const struct setting *row, const char *name,
                            const char *value)
{
    const char *text = NULL;

    if (value) {
        return world_text(examples, name, value);
    }
    for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
        if (strcmp(special[i].name, row->info.name) == 0) {
            return example_text(examples, "world: %s", special[i].world);
        }
    }
    if (setting_kind_of(row) == SETTING_WORD ||
        setting_kind_of(row) == SETTING_FLAG) {
        text = word_text(examples, row, name);
    }
    return text ? text : world_text(examples, name, value_of(row));
}

/* ---- Parameters of faults ---- */

static const char *in_fault(const struct examples *examples,
                            const struct fault *fault, const char *value)
{
    return example_do(
        examples, arena_printf(examples->arena, "%s: %s", fault->name, value));
}

/* Beside another parameter, which has what the fault alone would have. */
static const char *with_other(const struct examples *examples,
                              const struct fault *fault, const char *word,
                              const char *value)
{
    const struct setting *row = fault->params;
    const char *text = NULL;

    for (; row && row->info.name && !text; row++) {
        const char *dot = strchr(row->info.name, '.');

        if (dot && strcmp(dot + 1, word) != 0) {
            text = in_fault(examples, fault,
                            arena_printf(examples->arena, "{%s: %s, %s: %s}",
                                         dot + 1, fault->example, word, value));
        }
    }
    return text;
}

/* The parameter with this value, alone or beside those of the fault's own
 * example. */
static const char *with_value(const struct examples *examples,
                              const struct fault *fault, const char *word,
                              const char *value)
{
    size_t end = strlen(fault->example) - 1;
    const char *text =
        in_fault(examples, fault,
                 arena_printf(examples->arena, "{%s: %s}", word, value));

    if (text) {
        return text;
    }
    if (fault->example[end] != '}') {
        return with_other(examples, fault, word, value);
    }
    return in_fault(examples, fault,
                    arena_printf(examples->arena, "%.*s, %s: %s}", (int)end,
                                 fault->example, word, value));
}

/* One of the fault's examples that has the parameter. */
static const char *from_example(const struct examples *examples,
                                const struct fault *fault, const char *word)
{
    const char *sought = arena_printf(examples->arena, "%s: ", word);

    if (strstr(fault->example, sought)) {
        return in_fault(examples, fault, fault->example);
    }
    for (size_t i = 0; fault->examples && fault->examples[i]; i++) {
        if (strstr(fault->examples[i], sought)) {
            return in_fault(examples, fault, fault->examples[i]);
        }
    }
    return NULL;
}

const char *example_parameter(const struct examples *examples,
                              const struct fault *fault,
                              const struct setting *row)
{
    const char *dot = strchr(row->info.name, '.');
    const char *word = dot ? dot + 1 : row->info.name;
    const char *text = from_example(examples, fault, word);
    const char *list = row->info.type;

    if (setting_kind_of(row) == SETTING_WORD ||
        setting_kind_of(row) == SETTING_FLAG) {
        while (*list && !text) {
            size_t length = strcspn(list, "|");

            text =
                with_value(examples, fault, word,
                           arena_text(examples->arena, span_of(list, length)));
            list += length;
            list += strspn(list, "|");
        }
    }
    return text ? text : with_value(examples, fault, word, value_of(row));
}
