/* Kerberos' messages and principals as text, see krb.h. */
#include "config.h"

#include "util/attr.h"
#include "wire/krb.h"

const char *krb_message_name(enum krb_message message)
{
    switch (message) {
    case KRB_AS_REQ:
        return "AS-REQ";
    case KRB_AS_REP:
        return "AS-REP";
    case KRB_TGS_REQ:
        return "TGS-REQ";
    case KRB_TGS_REP:
        return "TGS-REP";
    case KRB_AP_REQ:
        return "AP-REQ";
    case KRB_AP_REP:
        return "AP-REP";
    case KRB_ERROR:
        return "KRB-ERROR";
    case KRB_NONE:
        break;
    }
    return NULL;
}

/* RFC 1964 section 2.1.3; quoted: what else would be read as a separator. */
static void add_quoted(struct buf *out, struct span text, const char *quoted)
{
    static const char names[] = "0\0n\nt\tb\b";

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        const char *name = NULL;

        for (size_t n = 0; n + 1 < sizeof(names); n += 2) {
            name = c == (uint8_t)names[n + 1] ? &names[n] : name;
        }
        if (name) {
            buf_printf(out, "\\%c", *name);
        } else if (c < ' ' || c == 0x7f) {
            buf_printf(out, "\\x%02x", c);
        } else if (c == '\\' || strchr(quoted, c)) {
            buf_printf(out, "\\%c", c);
        } else {
            buf_add_u8(out, c);
        }
    }
}

static void add_components(struct buf *out, const struct krb_name *name,
                           const char *quoted)
{
    for (size_t i = 0; i < name->count; i++) {
        if (i > 0) {
            buf_add_u8(out, '/');
        }
        add_quoted(out, name->components[i], quoted);
    }
}

char *krb_name_text(struct arena *arena, const struct krb_name *name)
{
    AUTO_BUF out = {0};

    add_components(&out, name, "/@");
    if (name->realm.size) {
        buf_add_u8(&out, '@');
        add_quoted(&out, name->realm, "/@");
    }
    return arena_text(arena, buf_span(&out));
}

char *krb_name_short(struct arena *arena, const struct krb_name *name)
{
    AUTO_BUF out = {0};

    add_components(&out, name, "/");
    return arena_text(arena, buf_span(&out));
}
