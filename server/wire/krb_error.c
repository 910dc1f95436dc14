/* Names and words of the codes of KRB-ERROR, see krb_error.h. */
#include "config.h"

#include "wire/krb_error.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "util/number.h"

static const struct {
    int32_t code;
    const char *name;
    const char *word;
} errors[] = {
#define ROW(number, name, word) {(number), #name, (word)},
    KRB_ERRORS(ROW)
#undef ROW
};

const char *krb_error_name(int32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code) {
            return errors[i].name;
        }
    }
    return NULL;
}

const char *krb_error_text(struct arena *arena, int32_t code)
{
    const char *name = krb_error_name(code);

    return name ? name : arena_printf(arena, "error %d", (int)code);
}

const char *krb_error_word(int32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code) {
            return errors[i].word;
        }
    }
    return NULL;
}

bool krb_error_named(const char *text, int32_t *out_code)
{
    uint64_t number;

    for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
        if (strcmp(errors[i].word, text) == 0 ||
            strcasecmp(errors[i].name, text) == 0) {
            *out_code = errors[i].code;
            return true;
        }
    }
    if (!number_parse(text, NUMBER_DECIMAL, KRB_ERROR_MAX, &number) ||
        number == 0) {
        return false;
    }
    *out_code = (int32_t)number;
    return true;
}

const char *krb_error_word_at(size_t index)
{
    return index < ARRAY_SIZE(errors) ? errors[index].word : NULL;
}
