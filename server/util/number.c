/* Numbers, see number.h. */
#include "config.h"

#include "util/number.h"

/* The value of a digit in any letter case; 16 where it is none. */
static unsigned digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return (unsigned)(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return (unsigned)(digit - 'a') + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return (unsigned)(digit - 'A') + 10;
    }
    return 16;
}

bool number_parse(const char *text, enum number_base base, uint64_t most,
                  uint64_t *out_number)
{
    uint64_t number = 0;

    if (*text == '\0') {
        return false;
    }
    for (; *text; text++) {
        unsigned digit = digit_value(*text);

        if (digit >= (unsigned)base ||
            __builtin_mul_overflow(number, (uint64_t)base, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit, &number) ||
            number > most) {
            return false;
        }
    }
    *out_number = number;
    return true;
}

/* So many digits that end in a point or with the text; false: none, others. */
static bool take_digits(const char **text, uint64_t most, uint64_t *number,
                        unsigned *out_count)
{
    unsigned count = 0;

    for (; **text && **text != '.'; ++*text, count++) {
        unsigned digit = digit_value(**text);

        if (digit > 9 || __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)digit, number) ||
            *number > most) {
            return false;
        }
    }
    *out_count = count;
    return count > 0;
}

bool number_parse_decimal(const char *text, unsigned digits, uint64_t most,
                          uint64_t *out_number)
{
    uint64_t number = 0;
    unsigned count;

    for (unsigned i = 0; i < digits; i++) {
        most *= 10;
    }
    if (!take_digits(&text, most, &number, &count)) {
        return false;
    }
    count = 0;
    if (*text == '.') {
        text++;
        if (!take_digits(&text, most, &number, &count) || count > digits ||
            *text) {
            return false;
        }
    }
    for (; count < digits; count++) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number)) {
            return false;
        }
    }
    if (number > most) {
        return false;
    }
    *out_number = number;
    return true;
}

const char *number_text(char room[NUMBER_TEXT], int64_t number)
{
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    char *at = &room[NUMBER_TEXT - 1];

    *at = '\0';
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) {
        *--at = '-';
    }
    return at;
}

char *number_put(char *to, unsigned number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + digits;
}
