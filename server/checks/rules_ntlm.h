/* What the sheets of NTLM share: the fields of a message in a row. */
#ifndef CHECKS_RULES_NTLM_H
#define CHECKS_RULES_NTLM_H

#include "checks/ntlm_seen.h"

enum { NTLM_FIELDS_MAX = 6 };

struct ntlm_field {
    const char *name;
    size_t at; /* of the field in the fixed part */
    const struct ntlmssp_field *field;
    bool is_name;
};

struct ntlm_fields {
    struct ntlm_field items[NTLM_FIELDS_MAX];
    size_t count;
    size_t least; /* no payload begins before this offset */
};

/* Of a message that could be read. */
struct ntlm_fields ntlm_fields(const struct ntlm_seen *seen);

#endif
