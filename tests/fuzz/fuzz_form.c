/*
 * A form: what is read is text without NULs, and written out again it reads
 * the same. The first byte says whether "&amp;" is a separator.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "util/buf.h"
#include "util/url.h"
#include "util/utf.h"
#include "wire/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t limit)
{
    struct span bytes = span_text(text);

    assert(bytes.size <= limit);
    assert(utf8_valid(bytes));
}

static void read_again(struct arena *arena, const struct form *first)
{
    AUTO_BUF body = {0};
    struct form again;
    size_t offset;

    for (size_t i = 0; i < first->count; i++) {
        buf_printf(&body, "&%s=%s",
                   url_encode(arena, first->fields[i].name, ""),
                   url_encode(arena, first->fields[i].value, ""));
    }
    assert(form_decode(arena, buf_span(&body), true, &again, &offset) ==
           FORM_OK);
    assert(again.count == first->count && !again.entities);
    for (size_t i = 0; i < first->count; i++) {
        assert(strcmp(again.fields[i].name, first->fields[i].name) == 0);
        assert(strcmp(again.fields[i].value, first->fields[i].value) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = arena_new();
    struct span body = span_slice(span_of(data, size), 1, size);
    bool entities = size > 0 && data[0] == '1';
    struct form form;
    size_t offset;
    enum form_result result =
        form_decode(arena, body, entities, &form, &offset);
    const char *repeated = form_repeated(&form);

    assert(offset <= body.size && form.count <= FORM_FIELDS_MAX);
    assert(result != FORM_OK || offset == body.size);
    assert(result == FORM_OK || offset < body.size);
    for (size_t i = 0; i < form.count; i++) {
        check_text(form.fields[i].name, FORM_NAME_MAX);
        check_text(form.fields[i].value, FORM_VALUE_MAX);
        assert(form_value(&form, form.fields[i].name));
    }
    assert(!repeated || form_value(&form, repeated));
    read_again(arena, &form);
    return 0;
}
