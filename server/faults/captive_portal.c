/* captive-portal: the sign-in page of a network answers in the server's name.
 */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"
#include "wire/xml.h"

enum { PORTAL_PAGE = 1, PORTAL_REDIRECT, PORTAL_511 };

struct portal_params {
    unsigned how;
    const char *to;
};

#define AT(member)                                                             \
    .offset = offsetof(struct portal_params, member),                          \
    .size = sizeof(((struct portal_params *)0)->member)

#define WORDS "200|302|511"

static const struct setting params[] = {
    {{"captive-portal", WORDS,
      "the page itself, the way to it, or the status that was made for it"},
     .type = setting_word,
     .first = PORTAL_PAGE,
     AT(how)},
    {{"captive-portal.status", WORDS, "the same, beside captive-portal.to"},
     .type = setting_word,
     .first = PORTAL_PAGE,
     AT(how)},
    {{"captive-portal.to", "URL",
      "where the page is; ${...} is replaced; by default "
      "http://login.wifi.test/guest"},
     .type = setting_text,
     AT(to)},
    {.info = {NULL, NULL, NULL}},
};

static bool portal_check(const void *data, enum point at UNUSED,
                         struct err *err)
{
    const struct portal_params *asked = data;

    return !asked->to || expand_check(asked->to, err);
}

/* Pages of this kind ask for a name or a voucher, come with no length of life,
 * and lead to another host. */
static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Guest Wi-Fi: please sign in</title>\n"
    "<style>body { font: 16px sans-serif; margin: 3em auto; width: 20em; }"
    "</style>\n"
    "</head>\n<body>\n"
    "<h1>Welcome to the guest network</h1>\n"
    "<p>Sign in to use the Internet.</p>\n"
    "<form method=\"post\" action=\"%s\">\n"
    "<p><label>Room number <input name=\"room\"></label></p>\n"
    "<p><label>Last name <input name=\"name\"></label></p>\n"
    "<p><label><input type=\"checkbox\" name=\"terms\" value=\"1\"> I accept "
    "the terms of use</label></p>\n"
    "<p><button>Connect</button></p>\n"
    "</form>\n</body>\n</html>\n";

static void portal_reply(const void *data, struct subject *subject)
{
    static const unsigned statuses[] = {200, 200, 302, 511};
    const struct portal_params *asked = data;
    struct exchange *ex = subject->ex;
    const char *to = subject->forms->expand(
        subject->forms_ctx,
        asked->to ? asked->to : "http://login.wifi.test/guest");
    AUTO_BUF clean = {0};

    xml_clean(&clean, to, true);
    exchange_forget(ex);
    exchange_reply(ex, statuses[asked->how]);
    exchange_header(ex, "Server", "lighttpd");
    exchange_header(ex, "Cache-Control", "no-store");
    if (asked->how == PORTAL_REDIRECT) {
        exchange_header(ex, "Location", "%s", to);
    }
    exchange_body(ex, "text/html; charset=utf-8",
                  span_text(arena_printf(ex->arena, page, buf_text(&clean))));
}

extern const struct fault fault_captive_portal;
const struct fault fault_captive_portal = {
    .name = "captive-portal",
    .title = "the sign-in page of a Wi-Fi answers instead",
    .doc = "A page that asks for a room number, with 200; 302 to such a page "
           "elsewhere; or 511, which says what it is. Nothing of the product "
           "is in it. At http.request it answers for every host and path, as "
           "a network does that lets nobody out. Over https no network can "
           "do that without a certificate: see the world's `tls`.",
    .spec = "RFC 6585 section 6; RFC 8952",
    .example = "302",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct portal_params),
    .check = portal_check,
    .reply = portal_reply,
};
