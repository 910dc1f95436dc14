/* Numbers as people and peers write them. */
#ifndef UTIL_NUMBER_H
#define UTIL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum number_base {
    NUMBER_DECIMAL = 10,
    NUMBER_HEX = 16,
};

/*
 * Reads a text that is nothing but digits: no sign, white space or prefix.
 * false: it is none, or it is greater than `most`.
 */
bool number_parse(const char *text, enum number_base base, uint64_t most,
                  uint64_t *out_number);

/*
 * The same with up to `digits` digits behind a point: "0.5" of three is 500.
 * Neither side of the point may be empty; `most` is of the number itself.
 */
bool number_parse_decimal(const char *text, unsigned digits, uint64_t most,
                          uint64_t *out_number);

enum { NUMBER_TEXT = sizeof("-9223372036854775808") };

/* In decimal; the text is somewhere within `room`. printf costs ten times
 * that. */
const char *number_text(char room[NUMBER_TEXT], int64_t number);
/* So many decimal digits of it and no NUL; returns what follows them. */
char *number_put(char *to, unsigned number, int digits);

#endif
