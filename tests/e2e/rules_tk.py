"""Rules of web tickets and what is done with them: what breaks each, and what
keeps it."""

import base64
import time

from asking import assertion, send, show, ticket
from harness import ROOT_PATH, USER_PATH
from proofs import Keyed, prove
from rule_case import Case

CERTPROV = "/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1"
TWO_POOLS = ("--set", "pool.2.web-external=lyncweb2.contoso.test")


def taken(server, value, **how):
    assert show(server, value, **how).status == 200


def refused(server, value, **how):
    assert show(server, value, **how).status == 401


def good(server):
    taken(server, assertion(server).value())


def compact(server):
    taken(server, ticket(server).value())


def bearer(server, value, **how):
    return show(server, "Bearer " + value, header="Authorization", **how)


def good_bearer(server):
    assert bearer(server, ticket(server).value()).status == 200


def opaque(data):
    return "opaque=" + base64.b64encode(data).decode()


def printed_anew(server):
    """As a library prints it: an attribute in single quotes."""
    text = assertion(server).text
    changed = text.replace(b'MajorVersion="1"', b"MajorVersion='1'", 1)
    assert changed != text
    show(server, opaque(changed))


def for_other_service(server):
    ask_for = server.url("lyncweb", CERTPROV)
    show(server, assertion(server, target=ask_for).value())


def at_other_pool(server):
    refused(server, assertion(server).value(), host="lyncweb2")


def renewed_for_pool(server):
    good(server)
    taken(server, assertion(
        server, host="lyncweb2",
        target=server.url("lyncweb2", USER_PATH)).value(), host="lyncweb2")


def shown_too_long(server):
    """It is good for a second."""
    value = ticket(server).value()
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        show(server, value)


def again(server, times):
    """The same ticket, that is none, so many times."""
    value = opaque(b"<saml:Assertion/>")
    for _ in range(times):
        refused(server, value)


def new_tickets(server, times):
    """One after the other; all of them are refused."""
    for _ in range(times):
        refused(server, ticket(server, name="alice").value())


def hot(server, times):
    for _ in range(times):
        ticket(server)


def bare(server, times):
    for _ in range(times):
        assert send(server, "GET", USER_PATH, {}).status == 401


def told(server):
    bare(server, 1)
    good(server)
    bare(server, 1)


def proven(server):
    keyed = Keyed(server)
    prove(server, keyed, keyed.key())


def proven_with_half(server):
    keyed = Keyed(server)
    prove(server, keyed, keyed.server)


REFUSES = ("steps:\n  - at: ticket.verdict\n"
           "    do: {verdict: {is: refused, reason: expired}}\n")

CASES = [
    Case("TK-001",
         lambda s: show(s, assertion(s).value().removeprefix("opaque=")),
         good, says="a bare ticket"),
    Case("TK-002",
         lambda s: show(s, assertion(s).value().replace("=P", "=%50", 1)),
         good, says="base64"),
    Case("TK-003", printed_anew, good, says="altered"),
    Case("TK-004", lambda s: show(s, ticket(s).value()[:-4]), compact,
         says="altered"),
    Case("TK-005", for_other_service, good, says="CertProv"),
    Case("TK-006", lambda s: bearer(s, ticket(s).value(), scheme="http"),
         good_bearer, says="plain http"),
    Case("TK-007", lambda s: show(s, ticket(s).value(), scheme="http"),
         compact, says="plain http"),
    Case("TK-008",
         lambda s: send(s, "GET", f"{USER_PATH}?{ticket(s).value()}", {}),
         lambda s: send(s, "GET", "/?sipuri=alice@contoso.test", {},
                        host="lyncdiscover"), says="in the URL"),
    Case("TK-009",
         lambda s: send(s, "GET", USER_PATH, {
             "X-MS-WebTicket": ticket(s).value(),
             "Authorization": "Bearer " + ticket(s).value()}),
         compact, says="2 tickets"),
    Case("TK-010", shown_too_long, compact, says="after it",
         args=("--set", "ticket.lifetime=1s")),
    Case("TK-011", lambda s: again(s, 2), lambda s: again(s, 1),
         says="this very ticket"),
    Case("TK-012", lambda s: new_tickets(s, 7), lambda s: new_tickets(s, 6),
         says="6 tickets in a row", scenario=REFUSES),
    Case("TK-013", lambda s: hot(s, 5), lambda s: hot(s, 4),
         says="ticket 5"),
    Case("TK-015", at_other_pool, renewed_for_pool, says="another pool",
         args=TWO_POOLS),
    Case("TK-016", lambda s: bare(s, 3), told, says="3 times"),
    Case("TK-017", lambda s: show(s, ticket(s).value(), path=ROOT_PATH),
         compact, says="discover.root"),
    Case("TK-018", proven_with_half, proven, says="server's entropy alone"),
    Case("TK-019",
         lambda s: bearer(s, f'"{ticket(s).value()}"'), good_bearer,
         says="no quotes"),
]
