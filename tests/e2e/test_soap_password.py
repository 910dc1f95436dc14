"""A name and a password in SOAP: tickets, refusals, and the same answer for the
same account however it is asked."""

import http.client
import socket
import ssl

import pytest
from lxml import etree
from zeep.wsse.username import UsernameToken

from clients import ADDRESS, Curl
from harness import ISSUE, PASSWORD, USER_PATH
from raw import Journal, remark_of, rules_of, until
from signin import JSON, Record, Ticket, ask, journal, open_user
from soap import (AUTH, CWT, NO_TOKEN, SAML, encoded, envelope, fault, log_in,
                  post, refused)
from test_xmlsec1 import verify

KERBEROS = False  # see serve

JOERG = "j\xf6rg"
JOERGS = "P\xe4ssw\xf6rd1"
DISABLED = "The account is disabled."
EXPIRED = "The password has expired."


def entry_of(journal_before):
    """The one exchange since then."""
    entry, = until("the exchange", journal_before.entries)
    return entry


def used(server, ticket, host="lyncweb"):
    answer = open_user(Curl(server), server, ticket.headers(), host)
    assert answer.status == 200, answer.text
    return answer


# --- tickets ----------------------------------------------------------------

@pytest.mark.parametrize("name,password", [
    ("CONTOSO\\alice", PASSWORD),
    ("contoso.test\\Alice", PASSWORD),
    ("alice@contoso.test", PASSWORD),
    ("alice", PASSWORD),
    ("sip:alice@contoso.test", PASSWORD),
    (f"CONTOSO\\{JOERG}", JOERGS),
])
@pytest.mark.parametrize("token_type", [CWT, SAML])
def test_ticket_opens_user(serve, name, password, token_type):
    server = serve()
    user = JOERG if JOERG in name else "alice"
    answer = log_in(server, name, password, token_type=token_type,
                    applies_to=server.url("lyncweb", AUTH))
    assert answer.status == 200, answer.text
    ticket = Ticket(answer)
    assert ticket.form == ("cwt" if token_type == CWT else "saml")
    used(server, ticket)
    assert open_user(Curl(server), server, ticket.bearer()).status == 200
    records = journal(server)
    first = records[0]
    assert (first.operation, first.status) == ("webticket.issue", 200)
    assert (first.user, first.auth) == (user, "usertoken")
    # It takes the address of the service for granted, and breaks nothing else.
    assert first.rules == ["MX-003"]
    assert {record.user for record in records} == {user}


def test_saml_is_signed_and_names_the_user(server):
    ticket = Ticket(log_in(server, "alice", PASSWORD, token_type=SAML))
    assert b">sip:alice@contoso.test<" in ticket.text
    assert verify(server, ticket.text)
    assert not verify(server, ticket.text.replace(b"sip:alice", b"sip:malic"))


def test_rsa_is_signed_off_the_loop(serve):
    server = serve("--set", "ticket.key=rsa2048")
    ticket = Ticket(log_in(server, "alice", PASSWORD, token_type=SAML))
    assert verify(server, ticket.text)
    used(server, ticket)


def test_second_pool(server):
    ticket = Ticket(log_in(server, "away", PASSWORD, host="lyncweb2"))
    used(server, ticket, "lyncweb2")
    assert open_user(Curl(server), server, ticket.headers()).status == 401


def test_zeep_s_token(server):
    """zeep writes the header; it knows no mustUnderstand."""
    seen = Journal(server)
    with_token, _ = UsernameToken(encoded("alice"), encoded(PASSWORD)).apply(
        etree.fromstring(bare_envelope(server)), {})
    answer = post(server, etree.tostring(with_token).decode())
    used(server, Ticket(answer))
    first, _ = until("two exchanges", lambda: len(seen.entries()) == 2
                     and seen.entries())
    assert "WT-021" in rules_of(first)


def test_zeep_s_digest_is_refused(server):
    seen = Journal(server)
    with_token, _ = UsernameToken("alice", PASSWORD, use_digest=True).apply(
        etree.fromstring(bare_envelope(server)), {})
    code, number, reason = fault(
        post(server, etree.tostring(with_token).decode()))
    assert (code, number) == ("UnsupportedSecurityToken", None)
    assert "#PasswordText" in reason
    entry = entry_of(seen)
    assert set(rules_of(entry)) >= {"WT-021", "WT-028"}
    assert remark_of(entry, "usertoken.ignored") == "Nonce, Created"


def bare_envelope(server):
    whole = envelope(server, "", "")
    return whole[:whole.index("<s:Header>")] \
        + whole[whole.index("<s:Body>"):]


def test_clear_text_is_taken_and_found(server):
    seen = Journal(server)
    answer = post(server, envelope(server, "CONTOSO\\alice", PASSWORD))
    used(server, Ticket(answer))
    entry, _ = until("two exchanges", lambda: len(seen.entries()) == 2
                     and seen.entries())
    assert rules_of(entry)[0] == "WT-022"
    finding = entry["findings"][0]
    assert finding["level"] == "practice"


# --- refusals ---------------------------------------------------------------

LONG = "a" * 255

# What is sent, as text or as bytes; what is told; why, in the journal.
ACCOUNTS = [
    ("alice", "wrong", NO_TOKEN, "wrong password"),
    ("alice", "", NO_TOKEN, "wrong password"),
    ("alice", PASSWORD + " ", NO_TOKEN, "wrong password"),
    ("alice", PASSWORD.lower(), NO_TOKEN, "wrong password"),
    ("alice", LONG, NO_TOKEN, "wrong password"),
    ("alice", PASSWORD.encode() + b"\0", NO_TOKEN, "wrong password"),
    ("alice", PASSWORD.encode("utf-16-le"), NO_TOKEN, "wrong password"),
    (JOERG, JOERGS.encode("latin-1"), NO_TOKEN, "wrong password"),
    (JOERG, JOERGS.encode("utf-16"), NO_TOKEN, "wrong password"),
    (JOERG.encode("latin-1"), JOERGS, NO_TOKEN, "unknown user"),
    (JOERG.encode("utf-16-le"), JOERGS, NO_TOKEN, "unknown user"),
    ("jo\u0308rg", JOERGS, NO_TOKEN, "unknown user"),
    ("nobody", PASSWORD, NO_TOKEN, "unknown user"),
    ("nobody", "", NO_TOKEN, "unknown user"),
    ("", PASSWORD, NO_TOKEN, "unknown user"),
    ("", "", NO_TOKEN, "unknown user"),
    (LONG, PASSWORD, NO_TOKEN, "unknown user"),
    (f"CONTOSO\\{LONG}", PASSWORD, NO_TOKEN, "unknown user"),
    ("FABRIKAM\\alice", PASSWORD, NO_TOKEN, "unknown user"),
    ("alice@fabrikam.test", PASSWORD, NO_TOKEN, "unknown user"),
    (b"alice\0", PASSWORD, NO_TOKEN, "unknown user"),
    (b"alice\0bob", PASSWORD, NO_TOKEN, "unknown user"),
    ("alice\n", PASSWORD, NO_TOKEN, "unknown user"),
    ("disabled", PASSWORD, DISABLED, "account disabled"),
    ("expired", PASSWORD, EXPIRED, "password expired"),
    ("mustchange", PASSWORD, EXPIRED, "password must be changed"),
    ("locked", PASSWORD, NO_TOKEN, "account locked out"),
    ("disabled", "wrong", NO_TOKEN, "wrong password"),
    ("expired", "wrong", NO_TOKEN, "wrong password"),
    ("mustchange", "wrong", NO_TOKEN, "wrong password"),
    ("locked", "wrong", NO_TOKEN, "account locked out"),
]


@pytest.mark.parametrize("name,password,reason,why", ACCOUNTS)
def test_refused(sturdy, name, password, reason, why):
    seen = Journal(sturdy)
    refused(log_in(sturdy, name, password), reason)
    record = Record(entry_of(seen))
    assert record.remarks["auth.refused"] == why
    assert (record.user is None) == (why == "unknown user")


@pytest.mark.parametrize("name,password", [
    row[:2] for row in ACCOUNTS
    if all(isinstance(text, str) and "\n" not in text for text in row[:2])])
def test_ntlm_agrees(serve, name, password):
    """The same account, by another way: the same verdict."""
    server = serve()
    ask(Curl(server, "--ntlm"), server, name, password)
    log_in(server, name, password)
    whys = [record.remarks["auth.refused"] for record in journal(server)
            if "auth.refused" in record.remarks]
    if name and password:
        assert len(whys) == 2, whys
    # Without a name or a password curl asks for no ticket by NTLM at all.
    assert len(set(whys)) == 1, whys


def test_states_are_not_told(serve):
    server = serve("--set", "usertoken.tell-state=no")
    for name in ("disabled", "expired", "mustchange", "locked", "nobody"):
        refused(log_in(server, name, PASSWORD))


def test_nosip(server):
    assert fault(log_in(server, "nosip", PASSWORD)) == (
        "FailedAuthentication", 28000, "User is not SIP enabled.")


def test_lockout_counts_over_all_methods(serve):
    server = serve("--set", "lockout-threshold=3")
    curl = Curl(server, "--ntlm")
    refused(log_in(server, "bob", "wrong"))
    assert ask(curl, server, "CONTOSO\\bob", "wrong").status == 401
    used(server, Ticket(log_in(server, "bob", PASSWORD)))
    for _ in range(2):
        refused(log_in(server, "bob", "wrong"))
    assert ask(curl, server, "CONTOSO\\bob", "wrong").status == 401
    refused(log_in(server, "bob", PASSWORD))
    assert ask(curl, server, "CONTOSO\\bob", PASSWORD).status == 401
    used(server, Ticket(log_in(server, "alice", PASSWORD)))


# --- what tools look for ----------------------------------------------------

def test_action_is_looked_at_after_the_password(server):
    good = envelope(server, encoded("alice"), encoded(PASSWORD))
    bad = envelope(server, encoded("alice"), encoded("wrong"))
    code, number, _ = fault(post(server, good, action=None))
    assert (code, number) == ("ActionNotSupported", None)
    refused(post(server, bad, action=None))
    refused(post(server, bad, action="urn:other"))
    assert post(server, good, action=ISSUE).status == 200


def test_get(server):
    answer = server.curl(server.url("lyncweb", AUTH))
    assert (answer.status, answer.body) == (400, b"")
    assert answer.header("Content-Length") == "0"
    assert answer.header("X-MS-Server-Fqdn") == "fe01.contoso.test"


@pytest.mark.parametrize("path", [AUTH.lower(), AUTH.upper()])
def test_letter_case_of_the_path(server, path):
    answer = post(server, envelope(server, encoded("alice"),
                                   encoded(PASSWORD)), path=path)
    assert answer.status == 200


def test_not_offered(serve):
    server = serve("--set", "offer.soap=no")
    for answer in (log_in(server, "alice", PASSWORD),
                   server.curl(server.url("lyncweb", AUTH))):
        assert answer.status == 403
        assert ("No authentication method configured for the URL in the "
                "request") in answer.header("X-Ms-diagnostics")


@pytest.mark.parametrize("change,code,number", [
    (lambda text: text.replace("Security", "Safety"),
     "FailedAuthentication", 28020),
    (lambda text: text.replace("Password>", "Passwort>")
     .replace("<Password ", "<Passwort "), "FailedAuthentication", 28020),
    (lambda text: text.replace("Username>", "Name>"),
     "FailedAuthentication", 28020),
    (lambda text: text.replace(
        "<s:Body>", "<s:Header/><s:Body>"), None, None),
    (lambda text: text.replace(
        "</s:Header>", text[text.index("<Security"):
                            text.index("</s:Header>")] + "</s:Header>"),
     "InvalidSecurity", None),
    (lambda text: text.replace("RequestSecurityToken", "Request"),
     "InvalidRequest", None),
    (lambda text: text.replace("/Issue<", "/Renew<"), "InvalidRequest", None),
])
def test_odd_envelopes(sturdy, change, code, number):
    text = change(envelope(sturdy, encoded("alice"), encoded(PASSWORD)))
    answer = post(sturdy, text)
    if code:
        assert fault(answer)[:2] == (code, number)
    else:
        assert answer.status == 400


# --- no secret is kept ------------------------------------------------------

SECRET = "R3ally-s3cret"


def say_secrets(server):
    log_in(server, "alice", SECRET)
    post(server, envelope(server, "alice", SECRET))
    post(server, envelope(server, encoded("alice"), SECRET))
    post(server, envelope(server, encoded("alice"), encoded(SECRET))
         .replace("PasswordText", "PasswordDigest"))
    ticket = Ticket(log_in(server, "alice", PASSWORD))
    server.stop()
    return [SECRET, encoded(SECRET), encoded(PASSWORD),
            ticket.text.decode()]


def test_secrets_are_masked(serve):
    server = serve("--log-level", "debug")
    for secret in say_secrets(server):
        assert secret not in server.journal.read_text()
        assert secret not in server.messages()


def test_secrets_on_request(serve):
    server = serve("--log-secrets")
    for secret in say_secrets(server):
        assert secret in server.journal.read_text()


# --- pieces on the wire -----------------------------------------------------

def test_many_on_one_connection(server):
    """Good and bad in turn: nobody stays who the last one was."""
    tls = ssl.create_default_context(cafile=server.ca_file)
    host = server.name("lyncweb")
    connection = http.client.HTTPSConnection(host, server.https, context=tls)
    connection._create_connection = lambda *_args, **_how: \
        socket.create_connection((ADDRESS, server.https))
    for turn in range(6):
        password = PASSWORD if turn % 2 else "wrong"
        connection.request(
            "POST", AUTH, envelope(server, encoded("alice"),
                                   encoded(password)),
            {"Content-Type": "text/xml", "SOAPAction": f'"{ISSUE}"'})
        answer = connection.getresponse()
        assert answer.status == (200 if turn % 2 else 500)
        answer.read()
        connection.request("GET", USER_PATH, headers={"Accept": JSON})
        answer = connection.getresponse()
        assert answer.status == 401
        answer.read()
    connection.close()


# --- points of a scenario ---------------------------------------------------

STEPS = """\
lyncmock: 1
name: soap
title: A step at each point of a ticket for a password
world:
  lockout-threshold: 1
steps:
  - at: usertoken.verdict
    when: {user: alice, auth: usertoken, action: '*/RST/Issue', first: 1}
    do: {status: 503}
  - at: webticket.request
    when: {user: alice, auth: usertoken, first: 1}
    do: {status: 502}
  - at: webticket.issue
    when: {user: alice, auth: usertoken, first: 1}
    do: {status: 501}
  - at: webticket.response
    when: {user: alice, auth: usertoken, first: 1}
    do: {status: 504}
  - at: usertoken.verdict
    when: {user: bob, first: 1}
    do: {status: 503}
"""


def test_points(serve, tmp_path):
    """Each is reached once a ticket; as long as a reply is not sent, what it
    implies is not true: the first wrong password of bob's does not lock."""
    scenario = tmp_path / "soap.yaml"
    scenario.write_text(STEPS)
    server = serve(scenario)
    # All four counters go up at once, and the latest point has the last word.
    assert log_in(server, "alice", PASSWORD).status == 504
    used(server, Ticket(log_in(server, "alice", PASSWORD)))
    assert log_in(server, "bob", "wrong").status == 503
    used(server, Ticket(log_in(server, "bob", PASSWORD)))
    refused(log_in(server, "bob", "wrong"))
    refused(log_in(server, "bob", PASSWORD))
    first = journal(server)[0]
    assert [remark["text"].partition(":")[0]
            for remark in first.entry["remarks"] if remark["key"] == "step"] \
        == ["usertoken.verdict", "webticket.request", "webticket.issue",
            "webticket.response"]


@pytest.mark.parametrize("point,status", [
    ("usertoken.verdict", 503), ("webticket.request", 500),
    ("webticket.issue", 500), ("webticket.response", 500)])
def test_a_refusal_goes_no_further(serve, tmp_path, point, status):
    scenario = tmp_path / "soap.yaml"
    scenario.write_text("lyncmock: 1\nname: refusal\ntitle: One step\nsteps:\n"
                        f"  - at: {point}\n    do: {{status: 503}}\n")
    assert log_in(serve(scenario), "alice", "wrong").status == status


@pytest.mark.parametrize("password", ["P&Geheim;", "<Geheim>", "a</Geheim>"])
def test_unescaped_password_is_not_told(sturdy, password):
    """It makes the body no XML, and libxml2 would quote it."""
    seen = Journal(sturdy)
    body = envelope(sturdy, "CONTOSO\\alice", "@").replace(">@<",
                                                           f">{password}<")
    assert password in body
    assert post(sturdy, body).status == 400
    entry = entry_of(seen)
    assert "not well-formed" in remark_of(entry, "soap.xml")
    assert "Geheim" not in str(entry)
    assert "Geheim" not in sturdy.log.read_text()
