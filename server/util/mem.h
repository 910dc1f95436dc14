/*
 * Memory that cannot fail: when the machine is out of memory the process ends
 * with exit code 70. Everything handed out is zeroed.
 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stddef.h>

#include "util/attr.h"

void *mem_alloc(size_t size);
/* An array of count elements; the product is checked for overflow. */
void *mem_array(size_t count, size_t size);
/* Grows or shrinks; what is added is not zeroed. */
void *mem_resize(void *block, size_t size);
char *mem_strdup(const char *text);
char *mem_printf(const char *format, ...) PRINTF(1, 2);
void mem_free(void *block);
/* Overwrites secrets in a way that the compiler may not leave out. */
void mem_wipe(void *block, size_t size);
/* Compares in a time that depends on size alone. */
int mem_equal_secret(const void *a, const void *b, size_t size);

#define NEW(type) ((type *)mem_alloc(sizeof(type)))

AUTO_DEFINE(mem, void *, mem_free)
AUTO_DEFINE(str, char *, mem_free)

#endif
