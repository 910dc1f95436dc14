"""Clients that break a rule of authentication in HTTP, and ones that keep it."""

from harness import PASSWORD, USER_PATH
from kerberos import Client
from ntlm_messages import Walk, good, header, negotiate, walk
from rule_case import Case

LOGON = f"CONTOSO\\alice:{PASSWORD}"
JOERG = "CONTOSO\\jörg:Pässwörd1"


def basic(text, encoding="utf-8"):
    return header("Basic", text.encode(encoding))


def asks(*lines, path="/auth/ntlm", tls=True, times=1, **how):
    """One request, or the same several times."""
    def client(server):
        with Walk(server, tls=tls) as there:
            for _ in range(times):
                there.ask(*lines, path=path, **how)

    return client


def answers(*lines, path="/auth/ntlm", last_path=None, body=None, method="GET",
            **wrong):
    """A handshake whose last leg differs in what surrounds it."""
    def client(server):
        with Walk(server) as there:
            challenge = there.first(negotiate(), path=path, method=method,
                                    body=body and b"")
            last = there.answer(negotiate(), challenge, **wrong)
            there.ask(header("NTLM", last), *lines, path=last_path or path,
                      method=method, body=body)

    return client


def another_connection(server):
    with Walk(server) as one, Walk(server) as other:
        challenge = one.first(negotiate())
        other.ask(header("NTLM", one.answer(negotiate(), challenge)))


def refused(times):
    def client(server):
        for _ in range(times):
            walk(server, password="wrong")

    return client


def signs_in_again(server):
    with Walk(server) as there:
        for _ in range(2):
            challenge = there.first(negotiate())
            there.ask(header("NTLM", there.answer(negotiate(), challenge)))


def offered(kerberos):
    """NTLM where Negotiate is offered, too."""
    def client(server):
        if kerberos:
            user = Client(server)
            user.kinit()
            user.kvno(f"HTTP/{server.name('lyncweb')}")
        with Walk(server) as there:
            there.ask(path="/auth/any")
            there.first(negotiate(), path="/auth/any")

    return client


def basic_at(path):
    def client(server):
        with Walk(server) as there:
            there.ask(path=path)
            there.ask(basic(LOGON), path=path)

    return client


def closing(server):
    with Walk(server) as there:
        there.first(negotiate(), "Connection: close")


def any_case(server):
    with Walk(server) as there:
        there.ask()
        there.first(negotiate(), scheme="ntlm")


REFERER = "Referer: https://alice:secret@lyncweb.contoso.test/"
TEXT = "Content-Type: text/plain"
BEFORE_TYPE_3 = "TlRM TVNTUAABAAAA"

CASES = [
    Case("BA-001", asks(basic("alice"), path="/auth/basic"),
         asks(basic(LOGON), path="/auth/basic"), "colon"),
    Case("BA-002", asks(basic(JOERG, "latin-1"), path="/auth/basic"),
         asks(basic(JOERG), path="/auth/basic"), "UTF-8"),
    Case("BA-003", asks(basic(LOGON), path="/auth/basic", tls=False),
         asks(basic(LOGON), path="/auth/basic"), "plain HTTP"),
    Case("HA-020", asks(f"Authorization: NTLM {BEFORE_TYPE_3}"), good,
         "token68"),
    Case("HA-021", asks(header("NTLM", negotiate()),
                        header("NTLM", negotiate())), good, "2 times"),
    Case("HA-022", asks(REFERER), good, "user information"),
    Case("HA-023", asks("Proxy-" + basic(LOGON)), good, "proxy"),
    Case("HA-024", asks("Authorization: NTLM"), good, "base64"),
    Case("HA-025", asks('Authorization: Digest username="alice"'), good,
         "Digest"),
    Case("HA-026", asks(header("NTLM", b"alice:secret")), good, "no token"),
    Case("HA-027", another_connection, good, "one connection"),
    Case("HA-028", offered(True), offered(False), "holds a ticket",
         kerberos=True),
    Case("HA-029", refused(4), refused(3), "4 times in a row"),
    Case("HA-031", signs_in_again, good, "Persistent-Auth"),
    Case("HA-032", answers(TEXT, method="POST", body=b""),
         answers(TEXT, method="POST", body=b"all of it"), "no body"),
    Case("HA-033", asks(), any_case, "letter case",
         args=("scheme-names-in-lower-case",)),
    Case("HA-034", asks(header("NTLM", negotiate()), path=USER_PATH),
         asks(path=USER_PATH), "web tickets"),
    Case("HA-035", answers(last_path="/auth/any"), good, "/auth/any"),
    Case("HA-036", lambda server: walk(server, tls=False), good, "plain http"),
    Case("HA-037", closing, good, "close"),
    Case("HA-038", asks(times=4), asks(times=3), "request 4 for"),
    Case("HA-039", basic_at("/auth/any"), basic_at("/auth/basic"),
         "Negotiate"),
]
