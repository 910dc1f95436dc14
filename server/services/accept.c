/* From Accept to a body form, see accept.h. */
#include "config.h"

#include "services/accept.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"

/*
 * The rows of discover 2.4. The servers of 2013 before the UCWA update know
 * two shapes alone; asked for plain XML or JSON they give theirs under that
 * name (DERIVED). Parameters such as v=1 are not looked at (GUESS).
 */
static const struct {
    const char *asked;
    struct body_choice rtm;
    struct body_choice later;
} types[] = {
    {"application/vnd.microsoft.rtc.autodiscover+xml",
     {BODY_XML, ACCEPT_TYPE_XML},
     {BODY_XML, ACCEPT_TYPE_XML}},
    {"application/vnd.microsoft.rtc.autodiscover+json",
     {BODY_JSON, ACCEPT_TYPE_JSON},
     {BODY_JSON, ACCEPT_TYPE_JSON}},
    {"application/json",
     {BODY_JSON, "application/json"},
     {BODY_UCWA_JSON, "application/json"}},
    {"application/xml",
     {BODY_XML, "application/xml"},
     {BODY_UCWA_XML, "application/xml"}},
};

/* What the Accept headers come to. */
struct wish {
    int type;     /* the first known one, an index into types; -1: none */
    bool browser; /* text/html is in the list */
};

static bool is_type(struct span item, const char *type)
{
    return item.size == strlen(type) &&
           strncasecmp((const char *)item.data, type, item.size) == 0;
}

static void add_item(struct wish *wish, struct span item)
{
    if (is_type(item, "text/html")) {
        wish->browser = true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(types) && wish->type < 0; i++) {
        if (is_type(item, types[i].asked)) {
            wish->type = (int)i;
        }
    }
}

/* One header: media types between commas, parameters behind semicolons. */
static void add_header(struct wish *wish, const char *value)
{
    while (*value) {
        size_t length;

        value += strspn(value, ", \t");
        length = strcspn(value, ",; \t");
        add_item(wish, span_of(value, length));
        value += strcspn(value, ",");
    }
}

/* discover 2.4: no known type, a wildcard, or a browser's list. */
static struct body_choice by_default(enum negotiation negotiation, bool browser)
{
    switch (negotiation) {
    case NEGOTIATION_RTM2013:
    case NEGOTIATION_CU2013:
        break;
    case NEGOTIATION_SFB2015:
        return browser
                   ? (struct body_choice){BODY_UCWA_XML, "application/xml"}
                   : (struct body_choice){BODY_UCWA_JSON, "application/json"};
    }
    return (struct body_choice){BODY_JSON, ACCEPT_TYPE_JSON};
}

struct body_choice accept_choose(enum negotiation negotiation,
                                 const struct headers *headers)
{
    struct wish wish = {.type = -1};

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, "Accept") == 0) {
            add_header(&wish, headers->items[i].value);
        }
    }
    if (wish.type < 0 || wish.browser) {
        return by_default(negotiation, wish.browser);
    }
    return negotiation == NEGOTIATION_RTM2013 ? types[wish.type].rtm
                                              : types[wish.type].later;
}

const char *body_form_name(enum body_form form)
{
    static const char *const names[] = {
        [BODY_XML] = "xml",
        [BODY_JSON] = "json",
        [BODY_UCWA_JSON] = "ucwa-json",
        [BODY_UCWA_XML] = "ucwa-xml",
    };

    return names[form];
}
