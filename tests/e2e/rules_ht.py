"""HT: HTTP messages (RFC 9110, RFC 9112)."""

import time

from harness import ROOT_PATH
from rule_case import Case
from ruleclient import ROOT, get, half, post, talk, talker, text
from test_oauth import FORM, TOKEN_PATH

PLAIN = get("/auth/nothing")
TOKEN = "grant_type=password&username=alice&password=x"


def form(*lines, **how):
    return post(TOKEN_PATH, TOKEN, *lines, kind=FORM, **how)


def bare(path, *lines):
    """A POST whose length nobody says."""
    return text("POST", path, "Content-Type: text/xml", *lines)


def in_a_row(count, path=ROOT):
    return talker(*[get(path)] * count, host="lyncdiscover")


def follows(count):
    """Goes where Location leads, so many times."""
    def client(server):
        host, path = "lyncdiscover", ROOT_PATH
        for _ in range(count):
            answer = talk(server, get(path), host=host)[0]
            where = answer.header("Location").split("/", 3)
            host, path = where[2].partition(".")[0], "/" + where[3]
    return client


def waits(seconds):
    def client(server):
        talk(server, get(ROOT), host="lyncdiscover")
        time.sleep(seconds)
        talk(server, get(ROOT), host="lyncdiscover")
    return client


CASES = [
    Case("HT-001", talker("GET / alice HTTP/1.1\r\n\r\n"), talker(PLAIN)),
    Case("HT-002", talker(get("/", host=None)), talker(get(ROOT_PATH)),
         says="exactly one Host"),
    Case("HT-003",
         talker(form("Content-Length: 3")), talker(form()), says="2 times"),
    Case("HT-004",
         talker(form("Transfer-Encoding: chunked")),
         talker(text("POST", TOKEN_PATH, f"Content-Type: {FORM}",
                     "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n"),
         says="twice"),
    Case("HT-005", talker(get("/", "X-Long: a\r\n b")), talker(get("/"))),
    Case("HT-006", talker(get("/", "X-Odd: a\rb")), talker(get("/"))),
    Case("HT-007",
         talker(text("POST", TOKEN_PATH, "Transfer-Encoding: gzip")),
         talker(text("POST", TOKEN_PATH, f"Content-Type: {FORM}",
                     "Transfer-Encoding: chunked") + "0\r\n\r\n"),
         says="gzip"),
    Case("HT-008",
         lambda server: half(server, text("POST", TOKEN_PATH,
                                          "Content-Length: 5") + "abc"),
         talker(form())),
    Case("HT-009", talker(get("https://{host}/auth/nothing")), talker(PLAIN)),
    Case("HT-010", talker(get("/?sipuri=a%b@contoso.test")),
         talker(get("/?sipuri=a%25b@contoso.test"))),
    Case("HT-011", talker(get("/auth/nothing#top")), talker(PLAIN)),
    Case("HT-012", talker(get("/", "Authorization: NTLM a",
                              "Authorization: Bearer b")), talker(PLAIN)),
    Case("HT-013", talker(get("/", "Cookie: a=1", "Cookie: b=2")),
         talker(get("/", "Cookie: a=1; b=2"))),
    Case("HT-014", talker(get("/", "X-User-Identity: j\xf6rg")),
         talker(get("/", "X-User-Identity: j%C3%B6rg"))),
    Case("HT-015", talker(get("/", "Expect: 100-continue")),
         talker(form("Expect: 100-continue"))),
    Case("HT-016", talker(text("GET", "/", body="{}")), talker(PLAIN),
         says="2 bytes"),
    Case("HT-017", talker(post(TOKEN_PATH, TOKEN, kind=None)),
         talker(form())),
    Case("HT-018", talker(bare("/auth/ntlm")),
         talker(bare("/auth/ntlm", "Content-Length: 0"))),
    Case("HT-019", talker(get("/", agent=None)), talker(PLAIN)),
    Case("HT-020", talker(get("/", "TE: trailers")),
         talker(get("/", "TE: trailers", "Connection: keep-alive, TE"))),
    Case("HT-021", talker(get("/", "Upgrade: websocket")),
         talker(get("/", "Upgrade: websocket", "Connection: Upgrade"))),
    Case("HT-022", talker(get("/", "Connection: keep-alive, Authorization")),
         talker(get("/", "Connection: keep-alive"))),
    Case("HT-023",
         talker(get("/", "Referer: https://alice:x@lyncweb.contoso.test/")),
         talker(get("/", "Referer: https://lyncweb.contoso.test/@"))),
    Case("HT-024",
         talker(get("/", "Referer: https://lyncweb.contoso.test/"),
                tls=False),
         talker(get("/", "Referer: http://lyncweb.contoso.test/"),
                tls=False)),
    Case("HT-025", waits(0), waits(2.1), says="too early",
         args=("failures/discovery-503-retry-after",)),
    Case("HT-026", follows(12), follows(5), says="number 11",
         args=("failures/discovery-redirects-in-circles",)),
    Case("HT-027",
         talker(get(ROOT, 'If-None-Match: "1"'), host="lyncdiscover"),
         talker(get(ROOT), host="lyncdiscover")),
    Case("HT-028", talker(get(ROOT_PATH), get(ROOT_PATH)),
         talker(get(ROOT_PATH), get(ROOT_PATH, "Cookie: MS-WSMAN=fe01")),
         says="MS-WSMAN", args=("failures/load-balancer-cookie",)),
    Case("HT-029", talker(get("/", host="alice:x@{host}")), talker(PLAIN)),
]
