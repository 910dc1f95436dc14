"""LD: discovery ([MS-OCDISCWS])."""

import re

from harness import ROOT_PATH, USER_PATH
from rule_case import Case
from ruleclient import (FOLDER, ROOT, fetch, get, post, sign_in,
                        spread, talk, talker)

BROKEN_TYPE = "application/vnd.microsoft.rtc.autodiscover+xml"
OUTSIDE = dict(host="lyncdiscover")
SHOWN = "X-MS-WebTicket: opaque=AAAA"


def file(name):
    return (FOLDER / f"rules-{name}.yaml",)


def failure(name):
    return (f"failures/{name}",)


def redirect_of(answer):
    """The href of the one Link of an answer, which is a Redirect."""
    assert '"token":"Redirect"' in answer.text, answer.text
    return re.search('"href":"([^"]*)"', answer.text)[1].replace("\\/", "/")


def where_of(answer):
    """Scheme, host label and target of where an answer redirects."""
    href = answer.header("Location") or redirect_of(answer)
    host, _, path = href.split("//", 1)[1].partition("/")
    return href.partition(":")[0], host.partition(".")[0], "/" + path


JSON = "application/vnd.microsoft.rtc.autodiscover+json;v=1"


def ask(server, host, path, tls=True, *lines):
    return talk(server, get(path, *lines, accept=JSON), host=host, tls=tls)[0]


def redirected(change):
    """Follows the Redirect that plain HTTP gives, with `change` made to it."""
    def client(server):
        _, host, path = where_of(ask(server, "lyncdiscover", ROOT, False))
        ask(server, host, change(path))
    return client


def hops(count):
    def client(server):
        host, path = "lyncdiscover", ROOT
        for _ in range(count):
            _, host, path = where_of(ask(server, host, path))
    return client


def downgraded(tls):
    """Where Redirect leads to HTTP, from HTTPS or from HTTP."""
    def client(server):
        scheme, host, path = where_of(ask(server, "lyncdiscover", ROOT, tls))
        assert scheme == "http"
        ask(server, host, path, False)
    return client


def portal(name):
    """Goes where a 302 leads."""
    def client(server):
        answer = ask(server, name, ROOT)
        host, _, path = answer.header("Location").split(
            "//", 1)[1].partition("/")
        talk(server, get("/" + path, host=host))
    return client


def user_after_root(path, host="lyncweb", tls=True):
    """Root by `tls` or without, then User at this path."""
    def client(server):
        ask(server, "lyncdiscover", ROOT, tls)
        ask(server, host, path)
    return client


def away(follows):
    """A user whose home is another pool."""
    def client(server):
        one, answer = sign_in(server, account="CONTOSO\\away")
        href = redirect_of(answer)
        if follows:
            fetch(one, href)
    return client


def located(host):
    """Signs in outside, and goes on at this host."""
    def client(server):
        sign_in(server)
        talk(server, get("/Reach/sip.svc"), host=host)
    return client


def refused(server, count):
    """Shows tickets that nobody issued."""
    talk(server, *[get(USER_PATH, SHOWN)] * count)


def forbidden(server, from_root):
    """403 at User, and once more."""
    ask(server, "lyncdiscover", ROOT)
    ask(server, "lyncweb", USER_PATH)
    if from_root:
        ask(server, "lyncdiscover", ROOT)
    ask(server, "lyncweb", USER_PATH)


def by_type(*accepted):
    """Follows the link of a Root whose type may be none that was asked for."""
    def client(server):
        for accept in accepted:
            answer = talk(server, get(ROOT, accept=accept), **OUTSIDE)[0]
            assert USER_PATH in answer.text.replace("\\/", "/")
        ask(server, "lyncweb", USER_PATH)
    return client


CASES = [
    Case("LD-001", talker(get("/"), **OUTSIDE), talker(get(ROOT), **OUTSIDE),
         says="carries sipuri"),
    Case("LD-002", talker(get("/?sipuri=CONTOSO%5Calice"), **OUTSIDE),
         talker(get("/?sipuri=sip:alice%40contoso.test"), **OUTSIDE)),
    Case("LD-003", talker(get("/?sipuri=alice@fabrikam.test"), **OUTSIDE),
         talker(get("/?sipuri=sip:alice%40contoso.test;transport=tls"),
                **OUTSIDE), says="lyncdiscover.fabrikam.test"),
    Case("LD-004", talker(get(ROOT, accept=BROKEN_TYPE), **OUTSIDE),
         talker(get(ROOT), **OUTSIDE)),
    Case("LD-005", talker(get(ROOT, accept=None), **OUTSIDE),
         talker(get(ROOT, accept="application/json"), **OUTSIDE)),
    Case("LD-006", talker(get(ROOT, SHOWN), **OUTSIDE),
         talker(get(ROOT, "Cookie: MS-WSMAN=a"), **OUTSIDE)),
    Case("LD-007", talker(post(USER_PATH, "")), talker(get(USER_PATH))),
    Case("LD-008", talker(get("/root"), **OUTSIDE),
         talker(get(ROOT_PATH), **OUTSIDE)),
    Case("LD-009", talker(get(USER_PATH, "Authorization: NTLM TlRM")),
         talker(get(USER_PATH, "Authorization: Bearer cwt=AAEB")),
         says="NTLM"),
    Case("LD-010", talker(get("/", "client-request-id: 42")),
         talker(get("/", "client-request-id: "
                         "3f2504e0-4f89-11d3-9a0c-0305e82c3301"))),
    Case("LD-011", located("lyncint"), located("lyncweb"),
         says="the internal name"),
    Case("LD-012", spread(("lyncdiscover", get(ROOT)),
                          ("lyncdiscoverinternal", get(ROOT))),
         spread(("lyncdiscoverinternal", get(ROOT)),
                ("lyncdiscover", get(ROOT)))),
    Case("LD-013", spread(("lyncdiscoverinternal", get(ROOT)),
                          ("lyncdiscover", get(ROOT))),
         spread(("lyncdiscoverinternal", get("/nothing")),
                ("lyncdiscoverinternal", get(ROOT)),
                ("lyncint", get(USER_PATH)),
                ("lyncdiscover", get(ROOT)))),
    Case("LD-014", redirected(lambda path: path.partition("?")[0]),
         redirected(lambda path: path), says="sipuri=alice@contoso.test"),
    Case("LD-015", hops(12), hops(5), says="number 11",
         args=failure("discovery-loop")),
    Case("LD-016", portal("lyncdiscover"),
         portal("lyncdiscoverinternal"), says="portal.hotel.test",
         args=file("hotel")),
    Case("LD-017", downgraded(True), downgraded(False),
         args=file("downgrade")),
    Case("LD-018", user_after_root(USER_PATH + "?guess=1"),
         user_after_root(USER_PATH), says="guess=1"),
    Case("LD-019", talker(get(USER_PATH)), user_after_root(USER_PATH)),
    Case("LD-020", by_type(JSON), by_type("*/*"), says="Content-Type",
         args=failure("discovery-content-type")),
    Case("LD-021", user_after_root(USER_PATH, tls=False),
         user_after_root(USER_PATH), args=file("plain-root")),
    Case("LD-022", lambda server: refused(server, 7),
         lambda server: refused(server, 2), says="6 tickets"),
    Case("LD-023", talker(*[get(ROOT)] * 4, **OUTSIDE),
         talker(*[get(ROOT)] * 2, **OUTSIDE), says="3 times",
         args=failure("discovery-404")),
    Case("LD-024", lambda server: forbidden(server, False),
         lambda server: forbidden(server, True), says="403",
         args=file("user-forbidden")),
    Case("LD-025", lambda server: ask(server, "lyncdiscover", ROOT, False),
         redirected(lambda path: path), says="never asked"),
    Case("LD-026", away(False), away(True), says="homed elsewhere"),
    Case("LD-027", lambda server: ask(server, "lyncdiscover", ROOT),
         user_after_root(USER_PATH),
         args=failure("token-case")),
]
