/*
 * XFrame: the page that a web application loads into a frame to reach this
 * host across domains. A message to the frame describes a request; the frame
 * makes it and answers with a message.
 *
 * protocol: discover 2.10. The product looks the parent's origin up in a list
 * of allowed ones and answers others with 403 and X-Ms-diagnostics; here every
 * origin is allowed, as a test server has no list.
 */
#include "config.h"

#include "services/discover.h"

#include "services/reach.h"

/*
 * Messages are JSON text, or the object itself; the answer is JSON text. One
 * that is no request, as browser extensions send them, gets no answer.
 */
static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head><meta charset=\"utf-8\"><title>XFrame</title></head>\n"
    "<body>\n"
    "<script>\n"
    "(function () {\n"
    "  'use strict';\n"
    "\n"
    "  function read(data) {\n"
    "    try {\n"
    "      var message = typeof data === 'string' ? JSON.parse(data) : data;\n"
    "      return message && typeof message.url === 'string' ? message : "
    "null;\n"
    "    } catch (e) {\n"
    "      return null;\n"
    "    }\n"
    "  }\n"
    "\n"
    "  function form(fields) {\n"
    "    return Object.keys(fields).map(function (name) {\n"
    "      return encodeURIComponent(name) + '=' +\n"
    "        encodeURIComponent(fields[name]);\n"
    "    }).join('&');\n"
    "  }\n"
    "\n"
    "  function body(ask) {\n"
    "    if (ask.data === undefined || ask.data === null ||\n"
    "        typeof ask.data === 'string') {\n"
    "      return ask.data;\n"
    "    }\n"
    "    return ask.processData === false ? JSON.stringify(ask.data)\n"
    "                                     : form(ask.data);\n"
    "  }\n"
    "\n"
    "  function uncached(url) {\n"
    "    return url + (url.indexOf('?') < 0 ? '?' : '&') + '_=' + Date.now();\n"
    "  }\n"
    "\n"
    "  function headers(xhr, ask) {\n"
    "    var all = ask.headers || {};\n"
    "    Object.keys(all).forEach(function (name) {\n"
    "      xhr.setRequestHeader(name, all[name]);\n"
    "    });\n"
    "    if (typeof ask.accepts === 'string' && !('Accept' in all)) {\n"
    "      xhr.setRequestHeader('Accept', ask.accepts);\n"
    "    }\n"
    "    if (ask.contentType && !('Content-Type' in all)) {\n"
    "      xhr.setRequestHeader('Content-Type', ask.contentType);\n"
    "    }\n"
    "  }\n"
    "\n"
    "  function send(ask, done) {\n"
    "    var xhr = new XMLHttpRequest();\n"
    "    var type = (ask.type || 'GET').toUpperCase();\n"
    "    var url = ask.cache === false && type === 'GET' ? uncached(ask.url)\n"
    "                                                    : ask.url;\n"
    "    xhr.onload = xhr.onerror = xhr.ontimeout = function () {\n"
    "      done({\n"
    "        status: xhr.status,\n"
    "        statusText: xhr.statusText,\n"
    "        responseText: xhr.responseText,\n"
    "        headers: xhr.getAllResponseHeaders(),\n"
    "        messageId: ask.messageId\n"
    "      });\n"
    "    };\n"
    "    xhr.open(type, url, true);\n"
    "    Object.keys(ask.xhrFields || {}).forEach(function (name) {\n"
    "      xhr[name] = ask.xhrFields[name];\n"
    "    });\n"
    "    headers(xhr, ask);\n"
    "    xhr.send(body(ask));\n"
    "  }\n"
    "\n"
    "  window.addEventListener('message', function (event) {\n"
    "    var ask = read(event.data);\n"
    "    if (!ask) {\n"
    "      return;\n"
    "    }\n"
    "    function answer(reply) {\n"
    "      /* A page from a file has the origin 'null', no address. */\n"
    "      event.source.postMessage(JSON.stringify(reply),\n"
    "        event.origin === 'null' ? '*' : event.origin);\n"
    "    }\n"
    "    try {\n"
    "      send(ask, answer);\n"
    "    } catch (e) {\n"
    "      answer({status: 0, statusText: String(e), responseText: '',\n"
    "              headers: '', messageId: ask.messageId});\n"
    "    }\n"
    "  });\n"
    "}());\n"
    "</script>\n"
    "</body>\n"
    "</html>\n";

enum call_result discover_xframe(struct call *call)
{
    struct exchange *ex = call->ex;
    const char *origin = headers_get(&ex->request.headers, "Referer");

    call_reach(call, POINT_DISCOVER_XFRAME);
    exchange_reply(ex, 200);
    product_headers(call);
    exchange_body(ex, "text/html; charset=utf-8", span_text(page));
    if (origin) {
        exchange_remark(ex, "xframe.parent", "%s", origin);
    }
    return CALL_DONE;
}
