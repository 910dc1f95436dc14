/* GUIDs, see guid.h. */
#include "config.h"

#include "ticket/guid.h"

#include <string.h>

#include "util/env.h"

enum { TEXT_LENGTH = 36 };

/* Where each byte of the packet form stands in the text. */
static const uint8_t places[GUID_SIZE] = {6,  4,  2,  0,  11, 9,  16, 14,
                                          19, 21, 24, 26, 28, 30, 32, 34};

static const char digits[] = "0123456789abcdef";

char *guid_text(struct arena *arena, const uint8_t bytes[GUID_SIZE])
{
    char *text = arena_strdup(arena, "........-....-....-....-............");

    for (size_t i = 0; i < GUID_SIZE; i++) {
        text[places[i]] = digits[bytes[i] >> 4];
        text[places[i] + 1] = digits[bytes[i] & 15];
    }
    return text;
}

static int digit(char c)
{
    const char *found = c ? strchr(digits, c | ('A' ^ 'a')) : NULL;

    return found ? (int)(found - digits) : -1;
}

static bool has_shape(const char *text)
{
    return strlen(text) == TEXT_LENGTH && text[8] == '-' && text[13] == '-' &&
           text[18] == '-' && text[23] == '-';
}

bool guid_parse(const char *text, uint8_t out_bytes[GUID_SIZE])
{
    uint8_t bytes[GUID_SIZE];

    if (!has_shape(text)) {
        return false;
    }
    for (size_t i = 0; i < GUID_SIZE; i++) {
        int high = digit(text[places[i]]);
        int low = digit(text[places[i] + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(out_bytes, bytes, sizeof(bytes));
    return true;
}

char *guid_random(struct env *env, struct arena *arena)
{
    uint8_t bytes[GUID_SIZE];

    env_random(env, bytes, sizeof(bytes));
    bytes[7] = (uint8_t)((bytes[7] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* variant */
    return guid_text(arena, bytes);
}
