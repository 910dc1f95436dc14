/*
 * A main for fuzz targets where libFuzzer is not at hand: feeds the target
 * each file named, and each file of the folders named. Takes libFuzzer's
 * options and ignores them, so that both are called alike.
 */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/mem.h"

/* libFuzzer's name for it, LLVM 14 "libFuzzer: Fuzz Target". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_PART = 64 * 1024 };

static void read_all(FILE *file, struct buf *out_bytes)
{
    size_t got;

    do {
        uint8_t *room = buf_reserve(out_bytes, REPLAY_PART);

        got = fread(room, 1, REPLAY_PART, file);
        buf_commit(out_bytes, got);
    } while (got > 0);
}

/* Ends the program when the file cannot be read: the test must fail. */
static void replay_file(const char *path)
{
    AUTO_BUF bytes = {0};
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    read_all(file, &bytes);
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(bytes.data, bytes.size);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static unsigned replay_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, not_hidden, alphasort);

    if (count < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < count; i++) {
        AUTO(str) file = mem_printf("%s/%s", path, entries[i]->d_name);

        replay_file(file);
        free(entries[i]);
    }
    free(entries);
    return (unsigned)count;
}

static unsigned replay(const char *path)
{
    struct stat what;

    if (stat(path, &what) == 0 && S_ISDIR(what.st_mode)) {
        return replay_folder(path);
    }
    replay_file(path);
    return 1;
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            count += replay(argv[i]);
        }
    }
    printf("replayed %u inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
