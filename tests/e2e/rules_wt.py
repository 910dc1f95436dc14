"""Rules of requests for a web ticket: what breaks each, and what keeps it."""

import base64
import datetime
import os

from asking import (BEARER, SAML, SYMMETRIC, TEXT, TRUST, WSA, WSSE, applies,
                    ask, claims, encoded, entropy, envelope, lifetime, post,
                    rst, security, send, timestamp, usertoken)
from clients import Connection
from harness import ISSUE, PASSWORD, TICKET_PATH
from rule_case import Case
from test_bad_ntlm import TYPE1, type3

DRAFT = "http://schemas.xmlsoap.org/ws/2005/02/trust"


def addressed(*headers):
    """WS-Addressing headers beside the credentials."""
    return security() + "".join(
        f'<a:{name} xmlns:a="{WSA}">{text}</a:{name}>'
        for name, text in headers)


def good(server):
    assert ask(server).status == 200


def at(seconds=0):
    """A point in time from now, as xsd:dateTime."""
    when = (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(seconds=seconds))
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamped(server, stamp):
    return ask(server, header=security(stamp + usertoken()))


def saml(server, key_type=SYMMETRIC, **parts):
    return ask(server, token=SAML, key=key_type, **parts)


def twice(server, **parts):
    """Two requests that have this in common."""
    for _ in range(2):
        assert ask(server, **parts).status == 200


def own(server):
    return ask(server, more=claims("sip:alice@contoso.test"))


def legs(server, *actions):
    """A handshake whose legs have these actions; the password is wrong."""
    connection = Connection(server, "lyncweb")
    for token, action in zip((TYPE1, type3()), actions):
        answer = connection.ask(
            "POST", TICKET_PATH,
            {"Authorization": "NTLM " + base64.b64encode(token).decode(),
             "Content-Type": "text/xml", "SOAPAction": f'"{action}"'},
            envelope(rst(server), ""))
        assert answer.status == 401
    connection.close()


def times(server, count, message, status, **how):
    """The same message so many times, each answered so."""
    for _ in range(count):
        assert post(server, message, **how).status == status


def tries(server, count, **how):
    """As many attempts, each with a new message."""
    for _ in range(count):
        ask(server, **how)


CASES = [
    Case("WT-001", lambda s: post(s, rst(s)), good,
         says="no SOAP envelope"),
    Case("WT-002",
         lambda s: ask(s, start='<?xml version="1.0"?><!DOCTYPE x>'), good,
         says="document type"),
    Case("WT-003", lambda s: ask(s, start='<?xml version="1.0"?><?a b?>'),
         lambda s: ask(s, start='<?xml version="1.0"?>'),
         says="processing instruction"),
    Case("WT-004",
         lambda s: post(s, envelope(rst(s), "").replace(
             "<s:Header></s:Header>", "").replace(
             "</s:Body>", f"</s:Body><s:Header>{security()}</s:Header>")),
         good, says="behind Body"),
    Case("WT-005", lambda s: ask(s, header=security() + "<Stray/>"), good,
         says="Stray is in no namespace"),
    Case("WT-006",
         lambda s: post(s, envelope(rst(s)), kind="application/xml"), good,
         says="application/xml"),
    Case("WT-007", lambda s: ask(s, action=None), good, says="SOAPAction"),
    Case("WT-008", lambda s: ask(s, action='"urn:else"'), good,
         says="urn:else"),
    Case("WT-009",
         lambda s: ask(s, header=addressed(("Action", "urn:other"))),
         lambda s: ask(s, header=addressed(("Action", ISSUE))),
         says="urn:other"),
    Case("WT-010",
         lambda s: ask(s, header=addressed(("MessageID", "urn:uuid:1"))),
         lambda s: ask(s, header=addressed(("MessageID", "urn:uuid:1"),
                                           ("Action", ISSUE))),
         says="required"),
    Case("WT-011",
         lambda s: ask(s, header=addressed(("Action", ISSUE),
                                           ("MessageID", "urn:uuid:1"),
                                           ("MessageID", "urn:uuid:2"))),
         lambda s: ask(s, header=addressed(("Action", ISSUE),
                                           ("MessageID", "urn:uuid:1"))),
         says="two MessageID"),
    Case("WT-012",
         lambda s: ask(s, header=addressed(
             ("Action", ISSUE), ("To", "https://pool01.contoso.test/"))),
         lambda s: ask(s, header=addressed(
             ("Action", ISSUE), ("To", s.url("lyncweb", TICKET_PATH)
                                 + "/Auth"))),
         says="pool01.contoso.test"),
    Case("WT-013",
         lambda s: ask(s, start='<?xml version="1.0" encoding="us-ascii"?>'),
         lambda s: ask(s, start='<?xml version="1.0" encoding="UTF-8"?>'),
         says="us-ascii"),
    Case("WT-014",
         lambda s: post(s, envelope('<IssueToken xmlns="urn:x"/>')), good,
         says="IssueToken"),
    Case("WT-015", lambda s: ask(s, kind="Issue"),
         lambda s: ask(s, kind=TRUST + "/Issue"), says="RequestType is Issue"),
    Case("WT-016", lambda s: ask(s, token="urn:saml2"), good,
         says="urn:saml2"),
    Case("WT-017", lambda s: ask(s, bare=True), good, says="neither"),
    Case("WT-018", lambda s: ask(s, target="/Autodiscover"), good,
         says="/Autodiscover"),
    Case("WT-019", lambda s: ask(s, target="https://lync.fabrikam.test/x"),
         good, says="lync.fabrikam.test"),
    Case("WT-020",
         lambda s: ask(s, more=f"<KeyType>{SYMMETRIC}</KeyType>"), good,
         says="repeated child"),
    Case("WT-021", lambda s: ask(s, header=security(understood="")), good,
         says="mustUnderstand"),
    Case("WT-022",
         lambda s: ask(s, header=security(usertoken(encode=str))), good,
         says="in clear"),
    Case("WT-023",
         lambda s: post(s, envelope(rst(s)), scheme="http"),
         lambda s: post(s, envelope(rst(s), ""), scheme="http"),
         says="plain http"),
    Case("WT-024",
         lambda s: s.curl(s.url("lyncweb", TICKET_PATH), "--ntlm", "-u",
                          f"CONTOSO\\alice:{PASSWORD}", "-d",
                          envelope(rst(s)), "-H", "Content-Type: text/xml"),
         good, says="does not ask for one"),
    Case("WT-025", lambda s: stamped(s, timestamp(at(-900), at(900))),
         lambda s: stamped(s, timestamp(at(), at(300))),
         says="more than five minutes"),
    Case("WT-026", lambda s: ask(s, header=security() + security()),
         lambda s: ask(s, header=security() + security("").replace(
             "<Security", '<Security s:actor="urn:else"')),
         says="two Security"),
    Case("WT-027",
         lambda s: ask(s, header=security(
             "<UsernameToken><Username>YWxpY2U=</Username></UsernameToken>")),
         good, says="Username and Password"),
    Case("WT-028",
         lambda s: ask(s, header=security(usertoken(kind=TEXT.replace(
             "Text", "Digest")))), good, says="PasswordDigest"),
    Case("WT-029",
         lambda s: stamped(s, timestamp(at()[:-1] + "+02:00", at(300))),
         lambda s: stamped(s, timestamp(at(), at(300))), says="+02:00"),
    Case("WT-030",
         lambda s: stamped(s, 2 * timestamp(at(), at(300))),
         lambda s: stamped(s, timestamp(at(), at(300))), says="two of"),
    Case("WT-031", lambda s: saml(s, more=entropy(b"secret")),
         lambda s: saml(s, more=entropy(os.urandom(16))), says="6 bytes"),
    Case("WT-032", lambda s: twice(s, token=SAML, more=entropy()),
         lambda s: [saml(s, more=entropy()) for _ in range(2)],
         says="the same entropy"),
    Case("WT-033",
         lambda s: saml(s, more="<Entropy>00 01 02 03</Entropy>"),
         lambda s: saml(s, more=entropy()), says="BinarySecret"),
    Case("WT-034", lambda s: saml(s, more=entropy(b"\7" * 32)),
         lambda s: saml(s, more=entropy()), says="07"),
    Case("WT-035", lambda s: saml(s, "SymmetricKey"), good,
         says="KeyType is SymmetricKey"),
    Case("WT-036", lambda s: saml(s, more="<KeySize>32</KeySize>"),
         lambda s: saml(s, more="<KeySize>256</KeySize>"), says="bits"),
    Case("WT-037", lambda s: saml(s, BEARER, more=entropy()),
         lambda s: saml(s, BEARER), says="without a key"),
    Case("WT-038", lambda s: twice(s, context="urn:uuid:same"),
         lambda s: tries(s, 2), says="same Context"),
    Case("WT-039", lambda s: ask(s, more=claims("sip:bob@contoso.test")), own,
         says="sip:bob@contoso.test"),
    Case("WT-040",
         lambda s: ask(s, more=claims("sip:alice@contoso.test", "")), own,
         says="Dialect"),
    Case("WT-041", lambda s: ask(s, more=lifetime(at(), at(-60))),
         lambda s: ask(s, more=lifetime(at(), at(60))), says="before it begins"),
    Case("WT-042", lambda s: legs(s, ISSUE, "urn:other"),
         lambda s: legs(s, ISSUE, ISSUE), says="leg 2"),
    Case("WT-043",
         lambda s: tries(s, 3, header=security(usertoken("CONTOSO\\carol"))),
         lambda s: ask(s, header=security(usertoken("CONTOSO\\carol"))),
         says="28000", args=("--set", "user.carol.state=no-sip")),
    Case("WT-044", lambda s: tries(s, 4), lambda s: tries(s, 3),
         says="within 2 seconds", scenario="steps:\n  - at: webticket.password\n"
         "    do: {status: 503}\n"),
    Case("WT-045",
         lambda s: tries(s, 3, header=security(usertoken(password="no"))),
         lambda s: tries(s, 1, header=security(usertoken(password="no"))),
         says="refused 2 times"),
    Case("WT-046",
         lambda s: times(s, 2, envelope(rst(s, token="urn:saml2")), 500),
         lambda s: tries(s, 2, token="urn:saml2"), says="refused as faulty"),
    Case("WT-047", lambda s: tries(s, 3), lambda s: tries(s, 1),
         says="switched off", args=("--set", "offer.soap=no")),
]
