"""Facts that `when` asks for: each step applies to the request that fits it,
and to no other; curl and bare sockets say so."""

import pytest

from clients import Curl
from harness import ROOT_PATH, USER_PATH
from raw import Peer, get
from signin import ALICE, JSON, XML, ask, open_user, ticket_for

KERBEROS = False  # see serve

STEP = "steps:\n  - at: {}\n    when: {}\n    do: {{status: 418}}\n"
HIT = 418


@pytest.fixture
def play(serve, tmp_path):
    """play(point, when): a server that answers 418 where the facts hold."""
    def start(point, when, world=""):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\n" + world + STEP.format(point, when))
        return serve(path)

    return start


def root(server, query="", host="lyncdiscover", accept=JSON):
    return Curl(server).send("GET", server.url(host, ROOT_PATH + query),
                             {"Accept": accept}).status


def ntlm(server):
    return Curl(server, "--ntlm")


def test_a_parameter_is_decoded(play):
    server = play("discover.root", "{query: {sipuri: 'sip:alice@*'}}")
    assert root(server, "?sipuri=sip%3Aalice%40contoso.test") == HIT
    assert root(server, "?a=b&SIPURI=sip:alice@contoso.test") == HIT
    assert root(server, "?sipuri=bob@contoso.test") == 200
    assert root(server, "?x=sip:alice@contoso.test") == 200
    assert root(server) == 200


def test_a_parameter_is_absent(play):
    server = play("discover.root", "{query: {sipuri: null}}")
    assert root(server) == HIT
    assert root(server, "?sipuri=") == 200


def test_the_site(play):
    server = play("discover.root", "{site: internal}",
                  "world: {location: both}\n")
    assert root(server, host="lyncdiscoverinternal") == HIT
    assert root(server) == 200


@pytest.mark.parametrize("point", ["discover.root", "http.response"])
def test_the_form_of_the_answer(play, point):
    server = play(point, "{form: json}")
    assert root(server, accept=JSON) == HIT
    assert root(server, accept=XML) == 200


@pytest.mark.parametrize("when, account, hit", [
    ("{account: 'contoso\\*'}", ALICE, True),
    ("{account: 'contoso\\*'}", "alice", False),
    ("{account: '*@contoso.test'}", "alice@contoso.test", True),
    ("{domain: CONTOSO}", ALICE, True),
    ("{domain: contoso.test}", "alice@contoso.test", True),
    ("{domain: ''}", "alice", True),
    ("{domain: ''}", ALICE, False),
    ("{account: '*nobody'}", "CONTOSO\\nobody", True),
])
def test_the_account_as_it_was_written(play, when, account, hit):
    server = play("ntlm.verdict", when)
    status = ask(ntlm(server), server, account).status
    assert status == (HIT if hit else 200)


def test_the_account_of_http_basic(play):
    server = play("basic.verdict", "{account: 'CONTOSO\\alice', user: alice}")
    for account, status in ((ALICE, HIT), ("alice", 200)):
        answer = Curl(server, "--basic").send(
            "GET", server.url("lyncweb", "/auth/basic"), {}, None, account,
            "Passw0rd!")
        assert answer.status == status


def test_the_account_of_a_connection(play):
    """It is that of the sign-in, also for the requests behind it."""
    server = play("plain.answer", "{account: 'CONTOSO\\alice', leg: 2}")
    url = server.url("lyncweb", "/auth/ntlm")
    answer = Curl(server, "--ntlm").send("GET", url, {}, None, ALICE,
                                         "Passw0rd!")
    assert answer.status in (HIT, 200)


@pytest.mark.parametrize("xpath, hit", [
    ("//wst:TokenType", True),
    ("//wst:TokenType[contains(., 'SAML')]", True),
    ("//wst:TokenType[contains(., 'cwt')]", False),
    ("//*[local-name()='RequestSecurityToken']/@Context", True),
    ("count(//wst:Nothing)", False),
])
def test_xpath(play, xpath, hit):
    server = play("webticket.issue", f'{{xpath: "{xpath}"}}')
    assert ask(ntlm(server), server).status == (HIT if hit else 200)


def test_an_xpath_that_takes_too_long(play):
    """It holds up nobody, does not hold, and the journal has a remark."""
    server = play("mex.get", "{xpath: "
                  "\"//*[count(//*[count(//*) > 1]) > 1]\"}")
    body = ("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>"
            "<s:Body><a>" + "<b/>" * 4000 + "</a></s:Body></s:Envelope>")
    answer = Curl(server).send(
        "POST", server.url("lyncweb", "/WebTicket/WebTicketService.svc/mex"),
        {"Content-Type": "application/soap+xml"}, body)
    assert answer.status != HIT
    server.stop()
    remarks = [remark["key"] for entry in server.entries()
               for remark in entry["remarks"]]
    assert "xpath" in remarks


def test_the_ticket_that_is_shown(play):
    for when, form, hit in (
            ("{ticket-format: cwt}", "cwt", True),
            ("{ticket-format: cwt}", "saml", False),
            ("{ticket-user: alice}", "saml", True),
            ("{ticket-user: bob}", "saml", False),
            ("{ticket-pool: pool01.*}", "saml", True),
            ("{ticket-pool: pool01.*}", "cwt", True),
            ("{ticket-pool: pool02.*}", "cwt", False),
            ("{ticket-age: 5m}", "saml", False),
            ("{ticket-left: 5m}", "saml", False),
            ("{ticket-left: 9h}", "saml", True)):
        server = play("discover.user", when)
        ticket = ticket_for(ntlm(server), server, form=form)
        answer = open_user(Curl(server), server, ticket.headers())
        assert answer.status == (HIT if hit else 200), (when, form)
        assert open_user(Curl(server), server, {}).status == 401


def test_an_old_ticket(serve, tmp_path):
    path = tmp_path / "play.yaml"
    path.write_text(
        "lyncmock: 1\nsteps:\n"
        "  - {at: discover.user, when: {first: 1}, do: {clock: +6m}}\n"
        "  - {at: discover.user, when: {ticket-age: 5m, ticket: valid},\n"
        "     do: {status: 418}}\n")
    server = serve(path)
    ticket = ticket_for(ntlm(server), server)
    assert open_user(Curl(server), server, ticket.headers()).status == 200
    assert open_user(Curl(server), server, ticket.headers()).status == HIT


def test_the_number_of_the_connection(play):
    server = play("discover.root", "{connection: [2, 4]}")
    seen = []
    for _ in range(4):
        with Peer(server, tls=True, host="lyncdiscover") as peer:
            seen.append([peer.ask(get(peer.host, ROOT_PATH)).status
                         for _ in range(2)])
    assert seen == [[200, 200], [HIT, HIT], [200, 200], [HIT, HIT]]


def test_the_number_of_the_connection_before_http(serve, tmp_path):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\nsteps:\n"
                    "  - {at: tcp.accept, when: {connection: 2}, "
                    "do: {reset: yes}}\n")
    server = serve(path)
    answers = []
    for _ in range(3):
        try:
            with Peer(server) as peer:
                peer.send(get(peer.host, USER_PATH))
                answers.append(peer.reply() is not None)
        except ConnectionResetError:
            answers.append(False)
    assert answers == [True, False, True]
