/* NTLM messages in words, for the journal; see ntlmssp.h. */
#include "config.h"

#include "wire/ntlmssp.h"

#include <string.h>

#include "util/utf.h"

/* [MS-NLMP] 2.2.2.5, by bit; bits that the document reserves have no name. */
static const char *const flag_names[32] = {
    [0] = "NTLMSSP_NEGOTIATE_UNICODE",
    [1] = "NTLM_NEGOTIATE_OEM",
    [2] = "NTLMSSP_REQUEST_TARGET",
    [4] = "NTLMSSP_NEGOTIATE_SIGN",
    [5] = "NTLMSSP_NEGOTIATE_SEAL",
    [6] = "NTLMSSP_NEGOTIATE_DATAGRAM",
    [7] = "NTLMSSP_NEGOTIATE_LM_KEY",
    [9] = "NTLMSSP_NEGOTIATE_NTLM",
    [11] = "NTLMSSP_ANONYMOUS",
    [12] = "NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED",
    [13] = "NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED",
    [15] = "NTLMSSP_NEGOTIATE_ALWAYS_SIGN",
    [16] = "NTLMSSP_TARGET_TYPE_DOMAIN",
    [17] = "NTLMSSP_TARGET_TYPE_SERVER",
    [19] = "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY",
    [20] = "NTLMSSP_NEGOTIATE_IDENTIFY",
    [22] = "NTLMSSP_REQUEST_NON_NT_SESSION_KEY",
    [23] = "NTLMSSP_NEGOTIATE_TARGET_INFO",
    [25] = "NTLMSSP_NEGOTIATE_VERSION",
    [29] = "NTLMSSP_NEGOTIATE_128",
    [30] = "NTLMSSP_NEGOTIATE_KEY_EXCH",
    [31] = "NTLMSSP_NEGOTIATE_56",
};

const char *ntlmssp_flag_name(unsigned bit)
{
    return bit < ARRAY_SIZE(flag_names) ? flag_names[bit] : NULL;
}

static const char *short_name(const char *name)
{
    static const char *const prefixes[] = {
        "NTLMSSP_NEGOTIATE_",
        "NTLM_NEGOTIATE_",
        "NTLMSSP_",
    };

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        size_t length = strlen(prefixes[i]);

        if (strncmp(name, prefixes[i], length) == 0) {
            return name + length;
        }
    }
    return name;
}

char *ntlmssp_flags_text(struct arena *arena, uint32_t flags)
{
    AUTO_BUF out = {0};

    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name = ntlmssp_flag_name(bit);
        const char *space = out.size ? " " : "";

        if (!(flags & 1u << bit)) {
            continue;
        }
        if (name) {
            buf_printf(&out, "%s%s", space, short_name(name));
        } else {
            buf_printf(&out, "%s0x%x", space, 1u << bit);
        }
    }
    return arena_text(arena, buf_span(&out));
}

char *ntlmssp_version_text(struct arena *arena,
                           const struct ntlmssp_version *version)
{
    return arena_printf(arena, "%u.%u.%u revision %u", version->major,
                        version->minor, version->build, version->revision);
}

/*
 * The OEM character set of an unknown machine cannot be known. Unix clients
 * send UTF-8 there; anything else is read as ISO 8859-1.
 */
static char *oem_text(struct arena *arena, struct span bytes)
{
    AUTO_BUF wide = {0};

    if (utf8_is_text(bytes)) {
        return arena_text(arena, bytes);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        buf_add_u16le(&wide, bytes.data[i]);
    }
    return utf16le_text(arena, buf_span(&wide));
}

char *ntlmssp_text(struct arena *arena, struct span bytes, bool unicode)
{
    return unicode ? utf16le_text(arena, bytes) : oem_text(arena, bytes);
}
