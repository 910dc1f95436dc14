"""The ticket at the User resource: what is good, and what is wrong with it."""

import base64
import time

import pytest

from clients import Carrier, Curl
from harness import PATIENCE, TICKET_PATH, USER_PATH
from signin import ask, journal, open_user, ticket_for

KERBEROS = False  # see serve

ALICE = "CONTOSO\\alice"


class Nobody(Carrier):
    """A client without an account."""

    def __init__(self, server):
        super().__init__(server, None, None)


def ticket(server, form="saml", **how):
    return ticket_for(Curl(server, "--ntlm"), server, ALICE, form=form, **how)


def opaque(assertion):
    return {"X-MS-WebTicket":
            "opaque=" + base64.b64encode(assertion).decode("ascii")}


def challenged(server, headers, diagnostic=None, host="lyncweb"):
    """The User resource is not opened: what for, and where to get a ticket."""
    answer = open_user(Nobody(server), server, headers, host)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == []
    assert answer.header("X-MS-WebTicketURL") == server.url(host, TICKET_PATH)
    if diagnostic is None:
        assert answer.header("X-Ms-diagnostics") is None
    else:
        value = answer.header("X-Ms-diagnostics")
        assert value.startswith(f"{diagnostic};source="), value
    return answer


def flaws(server):
    return [record.remarks.get("ticket.flaw")
            for record in journal(server, "discover.user")]


def test_no_ticket(server):
    challenged(server, {})
    assert flaws(server) == [None]


@pytest.mark.parametrize("headers", [
    {"X-MS-WebTicket": "opaque=%%%"},
    {"X-MS-WebTicket": "opaque=" + base64.b64encode(b"<a/>").decode()},
    {"X-MS-WebTicket": "cwt=AAEB"},
    {"Authorization": "Bearer cwt=AAEB"},
    {"Authorization": "Bearer "},
])
def test_garbage(server, headers):
    challenged(server, headers, 28032)


@pytest.mark.parametrize("before,after", [
    (b"sip:alice@", b"sip:bobby@"),
    (b"<saml:Audience>https", b"<saml:Audience>httpS"),
    (b'NotOnOrAfter="2', b'NotOnOrAfter="3'),
    (b"<DigestValue>", b"<DigestValue>A"),
    (b"<SignatureValue>", b"<SignatureValue>A"),
    (b"<saml:Conditions ", b"<saml:Conditions x='' "),
])
def test_tampered_assertion(server, before, after):
    good = ticket(server)
    assert good.text.count(before) == 1
    assert open_user(Nobody(server), server, good.headers()).status == 200
    bad = opaque(good.text.replace(before, after))
    challenged(server, bad, 28032)
    assert flaws(server)[0] is None
    assert flaws(server)[1]


def test_tampered_compact_ticket(server):
    good = ticket(server, "cwt")
    text = good.text.decode("ascii")
    for at in (len("cwt="), len(text) // 2, len(text) - 4):
        swapped = "A" if text[at] != "A" else "B"
        bad = text[:at] + swapped + text[at + 1:]
        challenged(server, {"X-MS-WebTicket": bad}, 28032)
        challenged(server, {"Authorization": f"Bearer {bad}"}, 28032)
    assert open_user(Nobody(server), server, good.bearer()).status == 200


@pytest.mark.parametrize("form", ["saml", "cwt"])
def test_ticket_of_another_run(serve, form):
    first, second = serve(), serve()
    good = ticket(first, form)
    assert open_user(Nobody(first), first, good.headers()).status == 200
    challenged(second, good.headers(), 28032)
    challenged(second, good.bearer(), 28032)


@pytest.mark.parametrize("form", ["saml", "cwt"])
def test_expired_ticket(serve, form):
    """Good at first, perhaps; and then no more."""
    server = serve("--set", "ticket.lifetime=1s")
    short = ticket(server, form)
    until = time.monotonic() + PATIENCE
    while open_user(Nobody(server), server, short.headers()).status == 200:
        assert time.monotonic() < until
    challenged(server, short.headers(), 28033)
    assert "expired" in flaws(server)[-1]


def test_clock_makes_no_difference_to_a_fresh_ticket(serve):
    server = serve("--set", "clock=+2d")
    good = ticket(server)
    assert open_user(Nobody(server), server, good.headers()).status == 200


@pytest.mark.parametrize("check,status", [
    ("any", 200), ("pool", 401), ("service", 401), ("url", 401),
])
def test_ticket_for_another_pool(serve, check, status):
    server = serve("--set", f"ticket.check-audience={check}")
    other = ticket(server, applies_to=server.url("lyncweb2", USER_PATH))
    if status == 401:
        challenged(server, other.headers(), 28077)
    else:
        answer = open_user(Nobody(server), server, other.headers())
        assert answer.status == 200


@pytest.mark.parametrize("form", ["saml", "cwt"])
def test_ticket_from_another_pool(serve, form):
    """Whatever it is for: each pool opens its own tickets alone."""
    server = serve("--set", "ticket.check-audience=any")
    good = ticket(server, form,
                  applies_to=server.url("lyncweb2", USER_PATH))
    assert open_user(Nobody(server), server, good.headers()).status == 200
    challenged(server, good.headers(), 28032, host="lyncweb2")
    challenged(server, good.bearer(), 28032, host="lyncweb2")


@pytest.mark.parametrize("check,status", [
    ("any", 200), ("pool", 200), ("service", 401), ("url", 401),
])
def test_ticket_for_another_service(serve, check, status):
    server = serve("--set", f"ticket.check-audience={check}")
    url = server.url("lyncweb", "/groupexpansion/service.svc")
    other = ticket(server, applies_to=url)
    if status == 401:
        challenged(server, other.headers(), 28077)
        assert url in flaws(server)[-1]
    else:
        answer = open_user(Nobody(server), server, other.headers())
        assert answer.status == 200


@pytest.mark.parametrize("wanted,answered", [
    ("saml", "saml"), ("cwt", "cwt"),
])
def test_the_client_chooses_the_form(serve, wanted, answered):
    """Whatever the world's default is."""
    for default in ("saml", "cwt"):
        server = serve("--set", f"ticket.format={default}")
        assert ticket(server, wanted).form == answered


def test_one_ticket_many_times_and_on_many_connections(server):
    good = ticket(server)
    for _ in range(3):
        assert open_user(Nobody(server), server, good.headers()).status == 200
    assert len({record.connection for record
                in journal(server, "discover.user")}) == 3


def test_ticket_of_a_user_who_is_none_here(serve, tmp_path):
    """Authenticated, but unknown to Lync: no home, so 404 and no body."""
    server = serve("--set", "user.lost.password=x",
                   "--set", "user.lost.home=unknown")
    answer = ask(Curl(server, "--ntlm"), server, "CONTOSO\\lost", "x")
    assert answer.status == 200
    lost = ticket_for(Curl(server, "--ntlm"), server, "CONTOSO\\lost", "x")
    answer = open_user(Nobody(server), server, lost.headers())
    assert (answer.status, answer.body) == (404, b"")
