/* DNS host names, see dnsname.h. */
#include "config.h"

#include "util/dnsname.h"

#include <stddef.h>
#include <string.h>

enum { /* RFC 1035 2.3.4, in its text form */
       NAME_LENGTH_MAX = 253,
       LABEL_LENGTH_MAX = 63,
};

bool dnsname_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    const char *label = name;

    if (strlen(name) > NAME_LENGTH_MAX) {
        return false;
    }
    for (;;) {
        size_t length = strspn(label, letters);

        if (length == 0 || length > LABEL_LENGTH_MAX || label[0] == '-' ||
            label[length - 1] == '-') {
            return false;
        }
        if (label[length] != '.') {
            return label[length] == '\0';
        }
        label += length + 1;
    }
}
