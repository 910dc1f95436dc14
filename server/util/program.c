/* The other executables of this package, see program.h. */
#include "config.h"

#include "util/program.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"

/* The folder that this executable is in; "" where the system hides it. */
static void own_folder(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    out[length > 0 ? length : 0] = '\0';
    slash = strrchr(out, '/');
    if (slash) {
        *slash = '\0';
    }
}

bool program_find(const char *name, char **out_path, struct err *err)
{
    char folder[PATH_MAX];

    own_folder(folder, sizeof(folder));
    AUTO(str) beside = mem_printf("%s/%s", folder, name);
    AUTO(str) installed = mem_printf("%s/%s", PKGLIBEXECDIR, name);
    AUTO(str)
    moved = mem_printf("%s/../libexec/lyncmock/%s", folder, name);
    char **const places[] = {&beside, &installed, &moved};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (access(*places[i], X_OK) == 0) {
            *out_path = take(places[i]);
            return true;
        }
        if (errno != ENOENT && errno != ENOTDIR) {
            return err_errno(err, "%s", *places[i]);
        }
    }
    return err_errno(err, "looked for %s, %s and %s", beside, installed, moved);
}
