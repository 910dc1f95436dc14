/*
 * What is new in every run, taken out of a text: nonces, times, ids, ports and
 * tokens become words in braces, so that two runs of the same client read the
 * same.
 */
#ifndef CLI_GOLDEN_WORDS_H
#define CLI_GOLDEN_WORDS_H

#include "util/buf.h"

/*
 * Appends the text with "{guid}", "{time}", "{hex}", "{token}", "{number}",
 * "{secret}" (what the journal masks) and "{domain}" (this one; NULL: none) in
 * their places.
 */
void golden_words(struct buf *out, struct span text, const char *domain);

#endif
