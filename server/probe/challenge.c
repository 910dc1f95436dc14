/* What WWW-Authenticate offers, see challenge.h. */
#include "config.h"

#include "probe/challenge.h"

#include <string.h>
#include <strings.h>

#include "util/base64.h"
#include "util/buf.h"
#include "wire/ntlmssp_av.h"

static bool is_challenge(const struct http_field *field)
{
    return strcasecmp(field->name, "WWW-Authenticate") == 0;
}

char *challenge_schemes(struct arena *arena, const struct http_answer *answer)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < answer->field_count; i++) {
        const char *value = answer->fields[i].value;

        if (is_challenge(&answer->fields[i]) && *value) {
            buf_printf(&out, "%s%.*s", out.size ? ", " : "",
                       (int)strcspn(value, " \t"), value);
        }
    }
    return arena_text(arena, buf_span(&out));
}

/* The word with nothing of a word before and behind it. */
static const char *find_word(const char *text, const char *word)
{
    static const char ends[] = " \t,;=\"";
    size_t length = strlen(word);
    const char *at = text;

    while ((at = strcasestr(at, word)) != NULL) {
        if ((at == text || strchr(ends, at[-1])) && strchr(ends, at[length])) {
            return at;
        }
        at += length;
    }
    return NULL;
}

bool challenge_offers(const struct http_answer *answer, const char *scheme)
{
    for (size_t i = 0; i < answer->field_count; i++) {
        if (is_challenge(&answer->fields[i]) &&
            find_word(answer->fields[i].value, scheme)) {
            return true;
        }
    }
    return false;
}

char *challenge_oauth(struct arena *arena, const struct http_answer *answer,
                      const char *name)
{
    for (size_t i = 0; i < answer->field_count; i++) {
        const char *at = is_challenge(&answer->fields[i])
                             ? find_word(answer->fields[i].value, "MsRtcOAuth")
                             : NULL;

        at = at ? find_word(at, name) : NULL;
        if (at && at[strlen(name)] == '=') {
            at += strlen(name) + 1;
            if (*at == '"') {
                at++;
                return arena_text(arena, span_of(at, strcspn(at, "\"")));
            }
            return arena_text(arena, span_of(at, strcspn(at, ", \t")));
        }
    }
    return NULL;
}

const char *challenge_flaw(struct arena *arena,
                           const struct http_answer *answer)
{
    struct ntlmssp_challenge told;
    struct ntlmssp_flaw flaw;
    struct span message;

    if (!answer->ntlm_challenge) {
        return NULL;
    }
    if (!base64_decode(arena, span_text(answer->ntlm_challenge), &message)) {
        return "no base64";
    }
    if (ntlmssp_type_of(message) != NTLMSSP_CHALLENGE) {
        return "another message";
    }
    if (ntlmssp_decode_challenge(message, &told, &flaw) != NTLMSSP_OK ||
        (told.has_target_info &&
         ntlmssp_av_check(told.target_info.bytes, &flaw) != NTLMSSP_OK)) {
        return arena_printf(arena, "%s %s", flaw.field, flaw.why);
    }
    return NULL;
}

bool challenge_ntlm(struct arena *arena, const struct http_answer *answer,
                    struct challenge_ntlm *out_told)
{
    struct ntlmssp_challenge told;
    struct ntlmssp_flaw flaw;
    struct span message;
    struct span list;
    struct span value;

    if (!answer->ntlm_challenge ||
        !base64_decode(arena, span_text(answer->ntlm_challenge), &message) ||
        ntlmssp_decode_challenge(message, &told, &flaw) != NTLMSSP_OK) {
        return false;
    }
    list = told.has_target_info ? told.target_info.bytes : SPAN_NONE;
    out_told->timestamp = ntlmssp_av_find(list, NTLMSSP_AV_TIMESTAMP, &value);
    if (ntlmssp_av_find(list, NTLMSSP_AV_NB_DOMAIN_NAME, &value)) {
        out_told->domain = ntlmssp_text(arena, value, true);
    } else {
        out_told->domain = ntlmssp_text(arena, told.target_name.bytes,
                                        told.flags & NTLMSSP_UNICODE);
    }
    return true;
}
