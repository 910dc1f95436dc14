/* "6 requests, 2 connections", see optimum.h. */
#include "config.h"

#include "scenario/optimum.h"

#include <string.h>

#include "util/arena.h"
#include "util/number.h"

enum { LEAST_MOST = 1000000 };

/* "connection" is good, too. */
static bool is_word(const char *name, const char *text, size_t length)
{
    size_t whole = strlen(name);

    return (length == whole || (length == whole - 1 && name[length] == 's')) &&
           strncmp(name, text, length) == 0;
}

/* One item at the front; what follows it, or NULL: it is none. */
static const char *read_item(const char *text, uint64_t *out_least,
                             enum measure *out_measure)
{
    char digits[8] = "";
    size_t size = strspn(text, "0123456789");
    size_t length;

    if (size == 0 || size >= sizeof(digits) || text[size] != ' ') {
        return NULL;
    }
    memcpy(digits, text, size);
    text += size + 1;
    length = strcspn(text, ", ");
    for (int i = 0; i < MEASURE_COUNT; i++) {
        const char *name = measure_info((enum measure)i)->name;

        if (is_word(name, text, length) && i != MEASURE_TIME &&
            number_parse(digits, NUMBER_DECIMAL, LEAST_MOST, out_least)) {
            *out_measure = (enum measure)i;
            return text + length;
        }
    }
    return NULL;
}

bool optimum_is_list(const char *text)
{
    unsigned seen = 0;

    for (;;) {
        enum measure measure = MEASURE_COUNT;
        uint64_t least;

        text = read_item(text, &least, &measure);
        if (!text || (seen & 1u << measure)) {
            return false;
        }
        seen |= 1u << measure;
        if (!*text) {
            return true;
        }
        if (strncmp(text, ", ", 2) != 0) {
            return false;
        }
        text += 2;
    }
}

bool optimum_of(const char *text, enum measure measure, uint64_t *out_least)
{
    while (text) {
        enum measure found = MEASURE_COUNT;
        uint64_t least;

        text = read_item(text, &least, &found);
        if (text && found == measure) {
            *out_least = least;
            return true;
        }
        text = text && *text ? text + 2 : NULL;
    }
    return false;
}
