/* Text on a terminal: how wide it is, how it is cut, coloured and wrapped. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "report/report.h"

/* Columns that printable UTF-8 takes: 2 for wide characters and emoji, 0 for
 * what combines. */
size_t columns_of(const char *text);
/* Printable, and no wider: what is too long loses its middle to an ellipsis. */
const char *columns_cut(struct arena *arena, const struct report_style *style,
                        const char *text, size_t most);
/* Control characters become "\x1b"; ASCII alone where the style says so. */
const char *columns_printable(struct arena *arena,
                              const struct report_style *style,
                              const char *text);
void columns_pad(struct buf *out, size_t columns);

/* Colours of what is said. */
enum columns_tone {
    TONE_PLAIN,
    TONE_GOOD,
    TONE_BAD,
    TONE_WARN,
    TONE_DIM,
    TONE_BOLD,
};

void columns_tone(struct buf *out, const struct report_style *style,
                  enum columns_tone tone, const char *text);
/* Wrapped between words, each line but the first behind `indent` blanks; the
 * cursor stands at column `indent`. Ends with a newline. */
void columns_wrap(struct buf *out, const struct report_style *style,
                  size_t indent, enum columns_tone tone, const char *text);

#endif
