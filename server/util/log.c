/* Messages on stderr, see log.h. */
#include "config.h"

#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/guard.h"
#include "util/json.h"
#include "util/utf.h"

static enum log_level current_level = LOG_INFO;
static enum log_format current_format = LOG_TEXT;

static const char *const level_words[] = {
    [LOG_ERROR] = "error",
    [LOG_WARNING] = "warning",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

void log_setup(enum log_level level, enum log_format format)
{
    current_level = level;
    current_format = format;
}

bool log_enabled(enum log_level level)
{
    return level <= current_level;
}

bool log_level_of(const char *word, enum log_level *out_level)
{
    for (size_t i = 0; i < ARRAY_SIZE(level_words); i++) {
        if (strcmp(word, level_words[i]) == 0) {
            *out_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* One write per line: lines of several processes on one terminal stay whole. */
static void emit(struct buf *line)
{
    buf_add_text(line, "\n");
    if (!guard_keep(buf_span(line))) {
        guard_print(buf_span(line));
    }
}

static void start_json(struct json *json, struct buf *line,
                       enum log_level level)
{
    json_init(json, line);
    json_open(json, '{');
    json_text(json, "level", level_words[level]);
}

void log_message(enum log_level level, const char *format, ...)
{
    AUTO_BUF line = {0};
    char text[4096];
    struct json json;
    va_list args;

    if (!log_enabled(level)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (current_format == LOG_JSON) {
        start_json(&json, &line, level);
        json_text(&json, "message", text);
        json_close(&json, '}');
    } else {
        buf_printf(&line, "lyncmock: %s%s",
                   level < LOG_INFO ? level_words[level] : "",
                   level < LOG_INFO ? ": " : "");
        /* It may quote what a peer sent. */
        utf8_add_printable(&line, span_text(text));
    }
    emit(&line);
}

/* Bare where the value is one plain ASCII word, else a JSON string. */
static void add_value(struct buf *line, const char *text)
{
    static const char special[] = " \"=\\";
    bool plain = *text != '\0' && !strpbrk(text, special);

    for (const char *c = text; plain && *c; c++) {
        plain = *c > ' ' && *c < 0x7f;
    }
    if (plain) {
        buf_add_text(line, text);
    } else {
        json_quote(line, span_text(text));
    }
}

void log_fields(enum log_level level, const char *event,
                const struct log_field *fields, int count)
{
    AUTO_BUF line = {0};
    struct json json;

    if (!log_enabled(level)) {
        return;
    }
    if (current_format == LOG_JSON) {
        start_json(&json, &line, level);
        json_text(&json, "event", event);
        for (int i = 0; i < count; i++) {
            if (fields[i].text) {
                json_text(&json, fields[i].key, fields[i].text);
            }
        }
        json_close(&json, '}');
    } else {
        buf_printf(&line, "lyncmock: %s", event);
        for (int i = 0; i < count; i++) {
            if (fields[i].text) {
                buf_printf(&line, " %s=", fields[i].key);
                add_value(&line, fields[i].text);
            }
        }
    }
    emit(&line);
}
