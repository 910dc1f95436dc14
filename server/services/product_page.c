/*
 * The error pages that IIS makes by itself (protocol: discover 2.11). Clients
 * must not depend on them; some tools look for their titles.
 */
#include "config.h"

#include <string.h>

#include "services/service.h"
#include "util/attr.h"

static const struct page {
    unsigned status;
    const char *title;
    const char *advice;
} pages[] = {
    {400, "Bad Request", "The server could not read this request."},
    {401, "Unauthorized: Access is denied due to invalid credentials.",
     "The credentials that came with this request, if any, do not open this "
     "page."},
    {403, "Forbidden: Access is denied.",
     "The credentials that came with this request do not open this page."},
    {404, "File or directory not found.",
     "Nothing of this name is here, or no longer."},
    {405, "HTTP verb used to access this page is not allowed.",
     "This page cannot be asked for with this HTTP method."},
    {411, "Length Required.", "The request has a body of unknown length."},
    {413, "Request Entity Too Large.", "The request's body is too large."},
    {414, "Request-URI Too Long.", "The request's URL is too long."},
    {431, "Request Header Fields Too Large.",
     "The request's header is too large."},
    {500, "Internal server error.",
     "Something on the server went wrong and this page cannot be shown."},
    {501, "Header values specify a method that is not implemented.",
     "This server does not know the HTTP method."},
    {503, "Service Unavailable.",
     "The service behind this page is not running."},
};

static const struct page *page_of(unsigned status)
{
    static const struct page other = {0, "Error.",
                                      "The request could not be served."};

    for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
        if (pages[i].status == status) {
            return &pages[i];
        }
    }
    return &other;
}

static const char top[] =
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" "
    "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">\r\n"
    "<html xmlns=\"http://www.w3.org/1999/xhtml\">\r\n"
    "<head>\r\n"
    "<meta http-equiv=\"Content-Type\" "
    "content=\"text/html; charset=iso-8859-1\"/>\r\n";

/* With it the page of a 401 is as long as the product's: 1293 bytes. */
static const char style[] =
    "<style type=\"text/css\">\r\n"
    "body { margin: 0; color: #222; background: #eee;\r\n"
    "  font: 0.75em/1.5 Verdana, Arial, Helvetica, sans-serif; }\r\n"
    "h1, h2, h3 { margin: 0; }\r\n"
    "h1 { font-size: 2.4em; color: #fff; }\r\n"
    "h2 { font-size: 1.7em; color: #a00; }\r\n"
    "h3 { font-size: 1.2em; font-weight: normal; margin-top: 10px; }\r\n"
    "fieldset { padding: 0 16px 12px 16px; border: 1px solid #ccc; }\r\n"
    "#header { padding: 6px 2%; background: #456;\r\n"
    "  border-bottom: 2px solid #234; }\r\n"
    "#content { margin: 0 2%; padding: 12px; overflow: hidden; }\r\n"
    ".content-container { margin-top: 8px; padding: 10px; background: #fff;"
    "\r\n  position: relative; border-radius: 4px; }\r\n"
    "</style>\r\n";

void product_error_page_at(struct call *call, unsigned status, const char *file,
                           int line)
{
    const struct page *page = page_of(status);
    const char *html;

    html = arena_printf(call->arena,
                        "%s<title>%u - %s</title>\r\n%s</head>\r\n<body>\r\n"
                        "<div id=\"header\"><h1>Server Error</h1></div>\r\n"
                        "<div id=\"content\">\r\n"
                        "<div class=\"content-container\"><fieldset>\r\n"
                        "<h2>%u - %s</h2>\r\n<h3>%s</h3>\r\n"
                        "</fieldset></div>\r\n</div>\r\n</body>\r\n</html>\r\n",
                        top, status, page->title, style, status, page->title,
                        page->advice);
    exchange_reply_at(call->ex, status, file, line);
    product_error_headers(call);
    exchange_body(call->ex, "text/html", span_text(html));
}
