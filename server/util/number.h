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

#endif
