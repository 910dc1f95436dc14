"""Shipped failures of sign-ins and tickets: each on the wire, as curl,
requests-ntlm, impacket's messages, xmlsec1 or an XML parser saw it; then what
`lyncmock probe` makes of it."""

import base64
import json
import re
import struct
import xml.etree.ElementTree as ET

import pytest
from impacket.ntlm import NTLMAuthChallenge

from clients import Curl
from harness import PASSWORD, USER_PATH
from raw import Peer, request
from signin import (ALICE, Ticket, ask, asked_with, journal, open_user,
                    ticket_for)
from soap import fault, log_in
from test_faults_ntlm import Shaker, challenge_of, pairs_of
from test_faults_tickets import (SAML, TRUST, WSU, issue, opened, rstr_of,
                                 seconds_of, secrets_of)
from test_requests_ntlm import requests
from test_scenarios_failures import PC, no_step, probed, stepped
from test_xmlsec1 import verify

KERBEROS = False  # see serve


@pytest.fixture
def play(serve, request):
    """The scenario that the test is named after."""
    name = request.node.name.removeprefix("test_").replace("_", "-")
    server = serve(f"failures/{name}")
    server.scenario = name
    return server


def ntlm(server):
    return Curl(server, "--ntlm")


def applied(server, faults, count=None):
    """The step applied, so often where that is said; the exchanges."""
    found = stepped(journal(server), server.scenario, faults)
    assert found
    assert count is None or len(found) == count
    return found


# --- NTLM ----------------------------------------------------------------------

def test_ntlm_stale_challenge(play):
    first = challenge_of(Shaker(play).negotiate())
    shaker = Shaker(play)
    assert challenge_of(shaker.negotiate()) == first
    assert shaker.answer(first).status == 401
    assert ask(requests(play), play).status == 401
    found = applied(play, "ntlm-message")
    assert found[-1].remarks["ntlm.challenge"] == "one that went out before"


def test_ntlm_no_timestamp(play):
    assert 7 not in pairs_of(challenge_of(Shaker(play).negotiate()))
    ticket_for(requests(play), play)
    records = journal(play, "webticket.issue")
    assert records[-1].status == 200
    records[-1].says(ntlm_mic="absent")


def test_ntlm_challenge_cut(play):
    message = challenge_of(Shaker(play).negotiate())
    assert len(message) == 20 and message.startswith(b"NTLMSSP\0\2\0\0\0")
    assert ask(ntlm(play), play).status == 401
    applied(play, "ntlm-message")


def test_ntlm_target_info_lies(play):
    message = challenge_of(Shaker(play).negotiate())
    length, _, offset = struct.unpack_from("<HHI", message, 40)
    assert (length, offset) == (65535, 70) and len(message) < 1024
    applied(play, "ntlm-message", 1)


def test_ntlm_unknown_av_pairs(play):
    message = challenge_of(Shaker(play).negotiate())
    assert pairs_of(message) == [7, 48, 2, 1, 4, 0]
    for client in (ntlm(play), requests(play)):
        ticket_for(client, play)
    applied(play, "ntlm-message")


def test_ntlm_flags_not_asked(play):
    """KEY_EXCH and the like, which nobody asked for."""
    shaker = Shaker(play)
    shaker.first["flags"] = 0x00088207
    sent = NTLMAuthChallenge(challenge_of(shaker.negotiate()))["flags"]
    assert sent & ~0x00088207 & 0xE0000030 == 0xE0000030
    ticket_for(ntlm(play), play)
    no_step(play)


def test_ntlm_challenge_missing(play):
    shaker = Shaker(play)
    for _ in range(2):
        assert shaker.negotiate().headers("WWW-Authenticate") == ["NTLM"]
    assert ask(ntlm(play), play).status == 401
    applied(play, "ntlm-leg")


def test_ntlm_challenge_again(play):
    shaker = Shaker(play)
    message = challenge_of(shaker.negotiate())
    for _ in range(3):
        answer = shaker.answer(message)
        assert answer.status == 401
        again = challenge_of(answer)
        assert again != message
        message = again
    applied(play, "ntlm-leg", 3)


def test_ntlm_dropped_between_legs(play):
    """The challenge comes whole, says nothing of an end, and then a FIN."""
    token = base64.b64encode(Shaker(play).first.getData()).decode()
    with Peer(play, tls=True) as peer:
        reply = peer.ask(request("GET", peer.host, "/auth/ntlm",
                                 f"Authorization: NTLM {token}"))
        assert reply.status == 401
        assert reply.header("WWW-Authenticate").startswith("NTLM TlRM")
        assert reply.header("Connection") != "close"
        assert peer.closed()
    applied(play, "connection", 1)


def test_ntlm_identity_forgotten(play):
    shaker = Shaker(play)
    for _ in range(2):
        assert shaker.answer(challenge_of(shaker.negotiate())).status == 200
        answer = shaker.ask()
        assert (answer.status, answer.headers("WWW-Authenticate")) == (
            401, ["NTLM"])
    applied(play, "verdict", 2)


def test_ntlm_right_password_refused(play):
    assert ask(ntlm(play), play).status == 401
    assert ask(ntlm(play), play).status == 200
    found = applied(play, "verdict", 1)[0]
    assert found.remarks["verdict.forced"] == (
        "refused, wrong-password; without the step: accepted")


def test_windows_port_offers_basic(play):
    answer = ask(Curl(play), play, None, None)
    assert (answer.status, answer.headers("WWW-Authenticate")) == (
        401, ['Basic realm="proxy"'])
    applied(play, "headers", 1)


def test_scheme_names_in_lower_case(play):
    answer = ask(Curl(play), play, None, None)
    assert answer.headers("WWW-Authenticate") == ["negotiate", "ntlm"]
    assert Shaker(play).negotiate().header("WWW-Authenticate").startswith(
        "ntlm TlRM")
    ticket_for(ntlm(play), play)
    # requests-ntlm looks for "NTLM " in the challenge, and finds nothing.
    with pytest.raises(AssertionError, match="StopIteration"):
        ask(requests(play), play)


def test_account_locked(play):
    for client in (ntlm(play), requests(play)):
        assert ask(client, play).status == 401
    reasons = [record.remarks["auth.refused"] for record in no_step(play)
               if "auth.refused" in record.remarks]
    assert len(reasons) == 2 and "account locked out" in reasons[0]


def test_account_disabled_soap(play):
    assert fault(log_in(play, ALICE, PASSWORD)) == (
        "FailedAuthentication", 28020, "The account is disabled.")
    no_step(play)


# --- the User resource ------------------------------------------------------------

def test_user_401_without_address(play):
    answer = play.curl(play.url("lyncweb", USER_PATH))
    assert answer.status == 401
    assert answer.headers("X-MS-WebTicketURL") == []
    applied(play, "headers", 1)


def test_user_401_offers_windows(play):
    answer = play.curl(play.url("lyncweb", USER_PATH))
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    assert answer.header("X-MS-WebTicketURL")
    # Who follows the offer gets nowhere, who follows the address does.
    assert play.curl(play.url("lyncweb", USER_PATH), "--ntlm", "-u",
                     f"{ALICE}:{PASSWORD}").status == 401
    ticket_for(ntlm(play), play)


# --- tickets ------------------------------------------------------------------------

def test_ticket_no_lifetime(play):
    answer = issue(play)
    assert b"Lifetime" not in answer.body
    assert opened(play, Ticket(answer)) == (200, None)
    applied(play, "ticket", 1)


def test_ticket_no_assertion(play):
    token = rstr_of(issue(play)).find(f"{{{TRUST}}}RequestedSecurityToken")
    assert token is not None and list(token) == []
    applied(play, "ticket", 1)


def test_ticket_expired_as_issued(play):
    answer = issue(play)
    assert seconds_of(answer) == 0
    assert opened(play, Ticket(answer)) == (401, 28033)
    applied(play, "ticket", 1)


def test_ticket_from_the_past(play):
    answer = issue(play)
    assert seconds_of(answer) == 8 * 3600
    assert opened(play, Ticket(answer)) == (401, 28033)
    applied(play, "ticket", 1)


def test_ticket_context_wrong(play):
    context = rstr_of(issue(play)).get("Context")
    assert context and context != asked_with(play)[0]
    applied(play, "ticket", 1)


def test_ticket_secret_missing(play):
    assert secrets_of(issue(play)) == []
    applied(play, "ticket", 1)


def test_ticket_secret_of_another(play):
    answer = issue(play)
    places = [place for place, _ in secrets_of(answer)]
    assert places == ["Authenticator", "Entropy"]
    first = re.search(rb"<BinarySecret[^>]*>([^<]*)<", answer.body).group(1)
    assert base64.b64decode(first) == bytes(32)
    applied(play, "ticket", 1)


def test_ticket_key_from_server(play):
    answer = issue(play)
    (place, key), = secrets_of(answer)
    assert (place, len(key)) == ("RequestedProofToken", 32)
    assert b"ComputedKey" not in answer.body
    applied(play, "ticket", 1)


def test_ticket_answer_prefixed(play):
    answer = issue(play)
    assert b"<t:Lifetime>" in answer.body and b"<Lifetime" not in answer.body
    assert verify(play, Ticket(answer).text)
    applied(play, "ticket", 1)


def test_ticket_no_collection(play):
    body = ET.fromstring(issue(play).body)[0]
    assert [child.tag for child in body] == [
        f"{{{TRUST}}}RequestSecurityTokenResponse"]
    applied(play, "ticket", 1)


def test_ticket_bearer_on_proof_port(play):
    answer = issue(play)
    assert rstr_of(answer).find(f".//{{{SAML}}}ConfirmationMethod").text == (
        "urn:oasis:names:tc:SAML:1.0:cm:bearer")
    assert secrets_of(answer)
    assert verify(play, Ticket(answer).text)
    applied(play, "ticket", 1)


def test_ticket_audience_changed(play):
    answer = issue(play)
    assert answer.text.count("https://elsewhere.contoso.test/") == 2
    assert opened(play, Ticket(answer)) == (401, 28077)
    applied(play, "ticket", 1)


def test_ticket_prefix_inherited(play):
    ticket = Ticket(issue(play))
    with pytest.raises(ET.ParseError):
        ET.fromstring(ticket.text)
    assert opened(play, ticket) == (401, 28032)
    applied(play, "ticket", 1)


def test_ticket_reference_first(play):
    answer = issue(play)
    assert re.search(rb"<saml:Assertion\w*", answer.body).group(0) == (
        b"<saml:AssertionIDReference")
    applied(play, "ticket", 1)


@pytest.fixture
def refused(play):
    """A ticket that xmlsec1 and the User resource refuse."""
    ticket = Ticket(issue(play))
    assert not verify(play, ticket.text)
    assert opened(play, ticket) == (401, 28032)
    applied(play, "ticket", 1)
    return ticket.text


def test_ticket_unsigned(refused):
    assert b"Signature" not in refused


def test_ticket_signature_broken(refused):
    assert b"SignatureValue" in refused


def test_ticket_signed_by_another(refused):
    assert b"X509Certificate" in refused


def test_ticket_cwt_damaged(play):
    ticket = Ticket(issue(play, form="cwt"))
    assert ticket.text.startswith(b"cwt=AAEB") and len(ticket.text) < 130
    assert opened(play, ticket) == (401, 28032)
    applied(play, "ticket", 1)


def test_ticket_other_format(play):
    answer = issue(play)
    assert Ticket(answer).form == "cwt"
    assert "user-cwt-1" in answer.text
    applied(play, "ticket", 1)


def test_ticket_of_another_pool(play):
    ticket = ticket_for(ntlm(play), play)
    assert opened(play, ticket) == (401, 28032)
    assert opened(play, ticket_for(ntlm(play), play)) == (200, None)
    applied(play, "verdict", 1)


def test_ticket_wrong_audience(play):
    for _ in range(2):
        assert opened(play, ticket_for(ntlm(play), play)) == (401, 28077)
    applied(play, "verdict", 2)


# --- the ticket service --------------------------------------------------------------

def test_ticket_service_internal_error(play):
    answer = ask(ntlm(play), play)
    assert fault(answer)[:2] == ("FailedAuthentication", 28001)
    applied(play, "diagnostics", 1)


def test_diagnostics_by_place(play):
    answer = ask(ntlm(play), play)
    assert (answer.status, answer.header("X-Ms-diagnostics")) == (
        403, '28000;"fe01.contoso.test";"User is not SIP enabled.";'
        '"wsse:FailedAuthentication"')
    no_step(play)


def test_ticket_applies_to_refused(play):
    assert fault(ask(ntlm(play), play)) == (
        "InvalidScope", None, "AppliesTo names no service of this pool.")
    applied(play, "soap-fault", 1)


# --- OAuth -----------------------------------------------------------------------------

def grant(server):
    return server.curl(
        server.url("lyncweb", "/WebTicket/oauthtoken"), "--data",
        f"grant_type=password&username=alice@contoso.test&password={PASSWORD}")


def test_oauth_grant_withdrawn(play):
    answer = grant(play)
    assert answer.status == 400
    assert json.loads(answer.body) == {"error": "unsupported_grant_type"}
    assert answer.header("X-Ms-diagnostics").startswith("28029;")
    no_step(play)


def test_oauth_passive_only(play):
    answer = grant(play)
    assert (answer.status, json.loads(answer.body)) == (400, {
        "error": "invalid_grant", "ms_rtc_passiveauthuri":
        play.url("lyncweb", "/PassiveAuth/PassiveAuth.aspx")})
    assert answer.header("X-Ms-diagnostics").startswith("28020;")
    applied(play, "oauth-error", 1)


def test_oauth_invalid_client(play):
    answer = grant(play)
    assert (answer.status, json.loads(answer.body)) == (
        401, {"error": "invalid_client"})
    applied(play, "oauth-error", 1)


def test_oauth_challenge_unquoted(play):
    answer = play.curl(play.url(
        "lyncweb", "/Autodiscover/AutodiscoverService.svc/root/oauth/user"))
    url = play.url("lyncweb", "/WebTicket/oauthtoken")
    windows = "urn:microsoft.rtc:windows"
    assert answer.headers("WWW-Authenticate") == [
        f'Bearer trusted_issuers="",MsRtcOAuth href={url},grant_type="'
        f'{windows},{windows},urn:microsoft.rtc:anonmeeting,password"']
    token = json.loads(grant(play).body)["access_token"]
    assert open_user(Curl(play), play,
                     {"Authorization": f"Bearer {token}"}).status == 200
    no_step(play)


# --- the built-in client -----------------------------------------------------------------

PASSWORD_WORDS = "wrong user name or password"
INVALID = "the ticket is not valid here"
OAUTH = "oauth-password"

PROBE = [
    ("account-disabled-soap", "android-soap", 1, "the account is disabled", 1,
     ""),
    ("account-locked", PC, 1, "an account that may not sign in", 1, ""),
    ("diagnostics-by-place", PC, 1, "not enabled for Lync (28000)", 1, ""),
    ("ntlm-challenge-again", PC, 1,
     "answers the last leg with a challenge, on and on", 0, ""),
    ("ntlm-challenge-cut", PC, 1,
     "challenge is none: message ends within its fixed part", 0, ""),
    ("ntlm-challenge-missing", PC, 1,
     "answers the first leg of NTLM without a challenge", 2, ""),
    ("ntlm-dropped-between-legs", PC, 1,
     "the connection ends between the legs of the handshake", 0, ""),
    ("ntlm-flags-not-asked", PC, 0, "signed in over NTLM", 1, ""),
    ("ntlm-identity-forgotten", PC, 0, "signed in over NTLM", 1, ""),
    ("ntlm-no-timestamp", PC, 0, "signed in over NTLM", 1,
     "the NTLM challenge has no timestamp"),
    ("ntlm-right-password-refused", PC, 1, PASSWORD_WORDS, 1, ""),
    ("ntlm-stale-challenge", PC, 1, PASSWORD_WORDS, 1, ""),
    ("ntlm-target-info-lies", PC, 1,
     "TargetInfoFields reaches beyond the end of the message", 0, ""),
    ("ntlm-unknown-av-pairs", PC, 0, "signed in over NTLM", 1, ""),
    ("oauth-challenge-unquoted", OAUTH, 0, "signed in over OAuth", 0, ""),
    ("oauth-grant-withdrawn", OAUTH, 1, "is not allowed (28029)", 0, ""),
    ("oauth-invalid-client", OAUTH, 1, '"invalid_client"', 0, ""),
    ("oauth-passive-only", OAUTH, 1, "users sign in at a web page here", 0,
     "passive sign-in page"),
    ("scheme-names-in-lower-case", PC, 0, "signed in over NTLM", 1, ""),
    ("ticket-answer-prefixed", PC, 0, "signed in", 1,
     "elements of WS-Trust have a prefix"),
    ("ticket-applies-to-refused", PC, 1,
     '"AppliesTo names no service of this pool."', 1, ""),
    ("ticket-audience-changed", PC, 1, "the ticket is for another service", 1,
     "AppliesTo is not that of the request"),
    ("ticket-bearer-on-proof-port", PC, 0, "signed in", 1,
     "the assertion is a bearer's though there is a proof key"),
    ("ticket-context-wrong", PC, 0, "signed in", 1,
     "Context is not that of the request"),
    ("ticket-cwt-damaged", "ios-ntlm", 1, INVALID, 2, ""),
    ("ticket-expired-as-issued", PC, 1,
     "try comparing the clocks of server and client", 2,
     "the ticket is expired as it comes"),
    ("ticket-from-the-past", PC, 1,
     "try comparing the clocks of server and client", 2,
     "the ticket is expired as it comes"),
    ("ticket-key-from-server", PC, 0, "signed in", 1,
     "the server sends the key itself"),
    ("ticket-no-assertion", PC, 1, "neither a SAML assertion nor", 1, ""),
    ("ticket-no-collection", PC, 0, "signed in", 1,
     "no RequestSecurityTokenResponseCollection"),
    ("ticket-no-lifetime", PC, 0, "ticket SAML without an end", 1,
     "no Lifetime with a readable Expires"),
    ("ticket-of-another-pool", PC, 0, "signed in", 2, ""),
    ("ticket-other-format", PC, 0, "ticket CWT until", 1,
     "the ticket is of another kind than the one asked for"),
    ("ticket-prefix-inherited", PC, 1, INVALID, 2,
     "the assertion does not stand alone"),
    ("ticket-reference-first", PC, 0, "signed in", 1,
     "an AssertionIDReference stands before"),
    ("ticket-secret-missing", PC, 0, "signed in", 1,
     "no proof key came back"),
    ("ticket-secret-of-another", PC, 0, "signed in", 1,
     "another BinarySecret stands before"),
    ("ticket-service-internal-error", PC, 1,
     "the server has an internal error", 1, ""),
    ("ticket-signature-broken", PC, 1, INVALID, 2, ""),
    ("ticket-signed-by-another", PC, 1, INVALID, 2, ""),
    ("ticket-unsigned", PC, 1, INVALID, 2, "the assertion is not signed"),
    ("ticket-wrong-audience", PC, 1, "the ticket is for another service", 1,
     ""),
    ("user-401-offers-windows", PC, 0, "signed in", 1,
     "the 401 offers Windows authentication too"),
    ("user-401-without-address", PC, 1, "does not name the ticket service", 0,
     ""),
    ("windows-port-offers-basic", PC, 1, "the server offers Basic", 0, ""),
]


@pytest.mark.parametrize("name,client,code,words,asked,warning", PROBE)
def test_probe(serve, name, client, code, words, asked, warning):
    told = probed(serve(f"failures/{name}"), client, PASSWORD, code, words,
                  asked)
    assert warning in told
