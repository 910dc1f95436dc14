/* What the files of history_discover.h share. */
#ifndef CHECKS_HISTORY_PARTS_H
#define CHECKS_HISTORY_PARTS_H

struct check;

/* A header of what was really sent; NULL: it has none. */
const char *discover_sent(const struct check *check, const char *name);
/* enum announced_flag of what this answer names. */
unsigned discover_flags(const struct check *check);
/* Remembers what this document of discovery, or of metadata, announces. */
void discover_read(struct check *check);

#endif
