/*
 * The keeper's private folder, and how folders end: its own, the server's,
 * and those of keepers that were killed. Only regular files of ours are
 * removed, and the folder when it is then empty; no link is followed.
 */
#ifndef KEEPER_FOLDER_H
#define KEEPER_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/attr.h"
#include "util/err.h"

/* A folder as it was when we first saw it. */
struct folder {
    char *path;
    int fd;
};

/* Where it goes: into memory if such a file system is there, else into tmpdir,
 * else into /tmp: where that is NULL, relative, or has letters that krb5kdc
 * does not read in a path (KRB5_KDC_PROFILE is a list with colons). */
const char *folder_parent(const char *tmpdir);
/* "lyncmock-kdc-XXXXXX" in there. Whoever holds the folder holds the lock of
 * its file `lock`, so that no sweep takes it. */
MUST_CHECK bool folder_make(const char *parent, struct folder *out_folder,
                            int *out_lock, struct err *err);
/* Removes what keepers left in there that are no more. */
void folder_sweep(const char *parent);

/* One that is there. */
MUST_CHECK bool folder_open(const char *path, struct folder *out_folder,
                            struct err *err);
/* Removes it if it is still the same, and forgets it. None is fine. */
void folder_remove(struct folder *folder);
/* Leaves it where it is. */
void folder_forget(struct folder *folder);

#endif
