"""Web tickets that are not as they should be, and the answers around them: as
the bytes came, with xmlsec1 as the judge of signatures. What the server itself
says of such a ticket when it comes back."""

import base64
import datetime
import hashlib
import hmac
import json
import re
import xml.etree.ElementTree as ET

import pytest

from clients import Curl
from harness import PASSWORD, run_cli
from signin import Ticket, ask, asked_with, journal, open_user, ticket_for
from soap import MEETING, MEETING_KEY, fault, log_in
from test_guests import join
from test_xmlsec1 import verify

KERBEROS = False  # see serve

TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
WSU = ("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
       "utility-1.0.xsd")


def lie(play, fields, point="webticket.issue"):
    """A server whose tickets have these fields, by a step."""
    return play(f"{{at: {point}, do: {{ticket: {{{fields}}}}}}}")


def ntlm(server):
    return Curl(server, "--ntlm")


def issue(server, **how):
    answer = ask(ntlm(server), server, **how)
    assert answer.status == 200, answer.text
    return answer


def rstr_of(answer):
    root = ET.fromstring(answer.body)
    return root.find(f".//{{{TRUST}}}RequestSecurityTokenResponse")


def opened(server, ticket):
    """What the User resource says: the status and the number."""
    answer = open_user(ntlm(server), server, ticket.headers())
    number = answer.header("X-Ms-diagnostics")
    return answer.status, number and int(number.partition(";")[0])


# --- signatures -----------------------------------------------------------------

@pytest.mark.parametrize("how", ["broken", "digest", "other-key"])
@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_signature(play, how, key):
    server = play(
        f"{{at: ticket.sign, do: {{ticket: {{signature: {how}}}}}}}",
        world=f"world: {{ticket: {{key: {key}}}}}\n")
    ticket = ticket_for(ntlm(server), server)
    assert ET.fromstring(ticket.text).find(
        "{http://www.w3.org/2000/09/xmldsig#}Signature") is not None
    assert not verify(server, ticket.text)
    assert opened(server, ticket) == (401, 28032)


def test_good_signature_beside_a_step(play):
    server = play("{at: ticket.sign, when: {user: bob}, "
                  "do: {ticket: {signature: broken}}}")
    assert verify(server, ticket_for(ntlm(server), server).text)
    assert not verify(server, ticket_for(ntlm(server), server,
                                         "CONTOSO\\bob").text)


def test_unsigned(serve):
    """Said of the whole world."""
    server = serve("--set", "ticket.signature=omit")
    ticket = ticket_for(ntlm(server), server)
    assert b"Signature" not in ticket.text
    assert opened(server, ticket) == (401, 28032)


# --- the assertion in the answer --------------------------------------------------

def test_no_assertion(play):
    answer = issue(lie(play, "assertion: omit"))
    assert list(rstr_of(answer).find(f"{{{TRUST}}}RequestedSecurityToken")) == []
    answer = issue(lie(play, "assertion: no-token"))
    assert rstr_of(answer).find(f"{{{TRUST}}}RequestedSecurityToken") is None


def test_inherited_prefix(play):
    """Whole it is good XML; cut out by a text search it is none."""
    answer = issue(lie(play, "assertion: inherited"))
    assert rstr_of(answer).find(f".//{{{SAML}}}Assertion") is not None
    with pytest.raises(ET.ParseError, match="unbound prefix"):
        ET.fromstring(Ticket(answer).text)


def test_reference_before_the_assertion(play):
    server = lie(play, "assertion: reference")
    answer = issue(server)
    first = re.search(rb"<saml:Assertion\w*", answer.body).group(0)
    assert first == b"<saml:AssertionIDReference"
    assert [child.tag for child in rstr_of(answer)][1] == (
        f"{{{SAML}}}AssertionIDReference")
    # Who looks for the element finds it, and it is good.
    text = re.search(rb"<saml:Assertion .*</saml:Assertion>", answer.body)[0]
    assert verify(server, text)


@pytest.mark.parametrize("how,method", [("bearer", "bearer"),
                                        ("holder-of-key", "holder-of-key")])
def test_confirmation(play, how, method):
    server = lie(play, f"confirmation: {how}")
    answer = issue(server)
    found = rstr_of(answer).find(f".//{{{SAML}}}ConfirmationMethod").text
    assert found == f"urn:oasis:names:tc:SAML:1.0:cm:{method}"
    # The proof key is there all the same.
    assert rstr_of(answer).find(f".//{{{TRUST}}}BinarySecret") is not None
    assert verify(server, Ticket(answer).text)


# --- the proof key -----------------------------------------------------------------

def secrets_of(answer):
    return [(parent.tag.partition("}")[2], base64.b64decode(child.text))
            for parent in rstr_of(answer).iter() for child in parent
            if child.tag == f"{{{TRUST}}}BinarySecret"]


def test_secret(play, serve):
    good = secrets_of(issue(serve()))
    assert [place for place, _ in good] == ["Entropy"]
    assert secrets_of(issue(lie(play, "secret: omit"))) == []
    early = secrets_of(issue(lie(play, "secret: early")))
    assert early[0] == ("Authenticator", bytes(32))
    assert early[1][0] == "Entropy"
    server = secrets_of(issue(lie(play, "secret: server", "ticket.key")))
    assert [place for place, _ in server] == ["RequestedProofToken"]


def p_sha1(secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.digest(secret, a, hashlib.sha1)
        out += hmac.digest(secret, a + seed, hashlib.sha1)
    return out[:size]


def test_secret_of_another(serve, play):
    """The key in the journal is not the one that both entropies make."""
    for server, same in ((serve("--log-secrets"), True),
                         (serve("--log-secrets", "--set",
                                "ticket.secret=other"), False)):
        answer = issue(server)
        (_, told), = secrets_of(answer)
        record, = [r for r in journal(server, "webticket.issue")
                   if r.status == 200]
        key = bytes.fromhex(record.remarks["ticket.proof-key"])
        entropy = asked_with(server)[1]
        assert (p_sha1(entropy, told, 32) == key) == same


# --- Lifetime -----------------------------------------------------------------------

def test_lifetime_element(play):
    def of(how):
        answer = issue(lie(play, f"lifetime-element: {how}"))
        text = re.search(rb"<Lifetime.*</Lifetime>", answer.body)
        return rstr_of(answer), text and text.group(0).decode()

    tree, text = of("omit")
    assert text is None and tree.find(f"{{{TRUST}}}Lifetime") is None
    assert "Created" not in of("no-created")[1]
    assert "Expires" not in of("no-expires")[1]
    tree, text = of("prefixed")
    assert text.startswith(f'<Lifetime xmlns:wsu="{WSU}"><wsu:Created>')
    assert tree.find(f".//{{{WSU}}}Expires") is not None
    tree, text = of("redeclared")
    assert text.count("xmlns:wsu=") == 3
    assert tree.find(f".//{{{WSU}}}Expires") is not None


@pytest.mark.parametrize("how,pattern", [
    ("utc", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    ("fraction", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    ("no-zone", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
    ("offset", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"),
    ("http", r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"),
    ("empty", r""),
])
def test_times(play, how, pattern):
    answer = issue(lie(play, f"times: {how}"))
    for name in ("Created", "Expires"):
        text = rstr_of(answer).find(f".//{{{WSU}}}{name}").text or ""
        assert re.fullmatch(pattern, text), text


def seconds_of(answer):
    created, expires = (datetime.datetime.fromisoformat(
        rstr_of(answer).find(f".//{{{WSU}}}{name}").text.replace("Z", "+00:00"))
        for name in ("Created", "Expires"))
    return (expires - created).total_seconds()


@pytest.mark.parametrize("fields,said,status", [
    ("lifetime: 0s", 0, (401, 28033)),
    ("lifetime: -5m", -300, (401, 28033)),
    ("lifetime: 61s", 61, (200, None)),
    ("lifetime: 8h, said-lifetime: 61s", 61, (200, None)),
    ("lifetime: 0s, said-lifetime: 8h", 28800, (401, 28033)),
])
def test_lifetime(play, fields, said, status):
    server = lie(play, fields)
    answer = issue(server)
    assert seconds_of(answer) == said
    assert opened(server, Ticket(answer)) == status


def test_times_of_soap_alone(play):
    """Lifetime is an hour ahead, and the ticket is as it should be."""
    server = lie(play, "said-clock: +1h")
    answer = issue(server)
    assert seconds_of(answer) == 28800
    created = datetime.datetime.fromisoformat(rstr_of(answer).find(
        f".//{{{WSU}}}Created").text.replace("Z", "+00:00"))
    ahead = created - datetime.datetime.now(datetime.timezone.utc)
    assert 3500 < ahead.total_seconds() < 3601
    assert opened(server, Ticket(answer)) == (200, None)


# --- the answer around it --------------------------------------------------------------

def test_context(play, serve):
    def of(server):
        return rstr_of(issue(server)).get("Context"), asked_with(server)[0]

    told, asked = of(serve())
    assert told == asked
    told, _ = of(lie(play, "context: omit"))
    assert told is None
    told, asked = of(lie(play, "context: other"))
    assert told not in (None, asked)


def test_prefixed(play):
    server = lie(play, "prefixed: yes")
    answer = issue(server)
    assert b"<Lifetime" not in answer.body and b"<t:Lifetime" in answer.body
    assert rstr_of(answer).find(f"{{{TRUST}}}Entropy") is not None
    # The same tree, and the ticket byte for byte.
    assert verify(server, Ticket(answer).text)
    assert opened(server, Ticket(answer)) == (200, None)
    cwt = issue(server, form="cwt")
    assert rstr_of(cwt).find(f"{{{TRUST}}}TokenType") is not None
    assert opened(server, Ticket(cwt)) == (200, None)


def test_no_collection(play):
    answer = issue(lie(play, "no-collection: yes"))
    assert b"Collection" not in answer.body
    assert rstr_of(answer) is not None


def test_applies_to_and_token_type(play):
    answer = issue(lie(play, "applies-to: 'https://evil.test/', "
                       "token-type: 'urn:x'"))
    assert b"<Address>https://evil.test/</Address>" in answer.body
    assert rstr_of(answer).find(f"{{{TRUST}}}TokenType").text == "urn:x"
    answer = issue(lie(play, "applies-to: omit, token-type: omit"))
    assert b"AppliesTo" not in answer.body and b"TokenType" not in answer.body


def test_other_format(play):
    server = lie(play, "other-format: yes")
    assert Ticket(issue(server)).form == "cwt"
    assert Ticket(issue(server, form="cwt")).form == "saml"


# --- compact tickets ---------------------------------------------------------------------

def bytes_of(text):
    text = text.removeprefix("cwt=")
    return base64.b64decode(text.replace("-", "+").replace("_", "/")
                            + "=" * (-len(text) % 4))


@pytest.mark.parametrize("how", ["truncated", "flipped", "length"])
def test_cwt_is_damaged(play, how):
    server = lie(play, f"cwt: {how}")
    ticket = Ticket(issue(server, form="cwt"))
    data = bytes_of(ticket.text.decode())
    assert data[:2] == b"\0\1"
    if how == "truncated":
        assert len(data) < 100
    else:
        # The MAC's field: tag 83, 32 bytes.
        assert (data[54:56] == b"\x83\x20") == (how == "flipped")
    assert opened(server, ticket) == (401, 28032)


def test_cwt_in_another_form(play):
    answer = issue(lie(play, "cwt: no-label"), form="cwt")
    assert b"cwt=" not in answer.body and b">AAEB" in answer.body
    text = Ticket(issue(lie(play, "cwt: padded"), form="cwt")).text.decode()
    assert not set("-_") & set(text[4:])


def test_token_of_a_grant_is_damaged(play):
    server = play("{at: ticket.sign, do: {ticket: {cwt: flipped}}}")
    answer = server.curl(
        server.url("lyncweb", "/WebTicket/oauthtoken"), "--data",
        f"grant_type=password&username=alice@contoso.test&password={PASSWORD}")
    token = json.loads(answer.body)["access_token"]
    found = open_user(ntlm(server), server,
                      {"Authorization": f"Bearer {token}"})
    assert found.status == 401


# --- verdicts ------------------------------------------------------------------------------

@pytest.mark.parametrize("reason,number", [
    ("expired", 28033), ("garbage", 28032), ("bad-signature", 28032),
    ("other-pool", 28032), ("wrong-audience", 28077), ("not-yet-valid", 28032),
])
def test_good_ticket_is_refused(play, reason, number):
    server = play("{at: ticket.verdict, when: {user: alice, ticket: valid}, "
                  f"do: {{verdict: {{is: refused, reason: {reason}}}}}}}")
    ticket = ticket_for(ntlm(server), server)
    assert opened(server, ticket) == (401, number)
    record = journal(server, "discover.user")[-1]
    assert record.remarks["verdict.forced"] == (
        f"refused, {reason}; without the step: accepted")


def test_bad_ticket_is_accepted(play):
    server = play("{at: ticket.verdict, when: {ticket: garbage}, "
                  "do: {verdict: {is: accepted, user: bob}}}")
    answer = open_user(ntlm(server), server, {"X-MS-WebTicket": "cwt=AAAA"})
    assert answer.status == 200
    assert journal(server, "discover.user")[0].user == "bob"


def test_passwords_in_soap(play):
    server = play(
        "{at: usertoken.verdict, when: {user: alice}, "
        "do: {verdict: {is: refused, reason: disabled}}}",
        "{at: usertoken.verdict, do: {verdict: {is: accepted, user: bob}}}",
        world="world: {usertoken: {tell-state: yes}}\n")
    assert fault(log_in(server, "CONTOSO\\alice", PASSWORD)) == (
        "FailedAuthentication", 28020, "The account is disabled.")
    assert log_in(server, "CONTOSO\\carol", "x").status == 200
    accepted = [r for r in journal(server) if r.status == 200]
    assert [record.user for record in accepted] == ["bob"]


def test_guests(play):
    server = play(
        "{at: anonymous.verdict, when: {verdict: refused}, "
        "do: {verdict: accepted}}",
        "{at: anonymous.verdict, "
        "do: {verdict: {is: refused, reason: meeting-ended}}}")
    assert join(server, MEETING, "wrong").status == 200
    assert join(server, MEETING, MEETING_KEY).status == 500
    assert join(server, "sip:nobody@contoso.test;gruu;opaque=app:conf:focus:"
                "id:XXXXXXXX", "x").status == 500


# --- points on the way ---------------------------------------------------------------------

CLAIM = ('<wst:Claims Dialect="urn:component:Microsoft.Rtc.'
         'WebAuthentication.2010:authclaims"><ClaimType Uri="http://schemas'
         '.xmlsoap.org/ws/2005/05/identity/claims/uri" xmlns="http://'
         'schemas.xmlsoap.org/ws/2006/12/authorization"><Value>'
         'sip:alice@contoso.test</Value></ClaimType></wst:Claims>')


@pytest.mark.parametrize("point", [
    "webticket.windows", "webticket.request", "webticket.claims",
    "webticket.audience", "webticket.issue", "ticket.key", "ticket.sign",
    "webticket.response",
])
def test_each_point_of_a_ticket_is_reached(play, point):
    """Once for a ticket; a fault of SOAP can stand at each."""
    server = play(f"{{at: {point}, when: {{user: alice, first: 1}}, "
                  "do: {soap-fault: wst:InvalidScope}}")
    import signin
    body = signin.BODIES["saml"].read_text().replace(
        "<wst:Entropy>", CLAIM + "<wst:Entropy>").replace(
        "@APPLIES_TO@", server.url("lyncweb", "/x"))
    statuses = [ntlm(server).send(
        "POST", server.url("lyncweb", "/WebTicket/WebTicketService.svc"),
        {"Content-Type": "text/xml", "SOAPAction": "http://docs.oasis-open.org"
         "/ws-sx/ws-trust/200512/RST/Issue"}, body, "CONTOSO\\alice",
        PASSWORD).status for _ in range(2)]
    assert statuses == [500, 200]


@pytest.mark.parametrize("point", ["ticket.present", "ticket.audience",
                                   "ticket.verdict"])
def test_each_point_of_a_ticket_shown_is_reached_once(play, point):
    server = play(f"{{at: {point}, when: {{requests: [2]}}, do: {{status: 503}}}}",
                  "{at: discover.user, do: {product: sfb2015}}")
    ticket = ticket_for(ntlm(server), server)
    answers = [open_user(ntlm(server), server, ticket.headers()).status
               for _ in range(3)]
    assert answers == [200, 503, 200]


@pytest.mark.parametrize("point,path", [
    ("ticket.challenge", "/Autodiscover/AutodiscoverService.svc/root/user"),
    ("oauth.challenge", "/Autodiscover/AutodiscoverService.svc/root/oauth/user"),
])
def test_challenges(play, point, path):
    server = play(f"{{at: {point}, do: {{headers: {{X-Seen: '1'}}}}}}")
    answer = server.curl(server.url("lyncweb", path))
    assert (answer.status, answer.header("X-Seen")) == (401, "1")


# --- the challenge of OAuth -----------------------------------------------------------------

@pytest.mark.parametrize("fields,lines", [
    ("trusted-issuers: a@b", ['Bearer trusted_issuers="a@b", client_id="ID"',
                              'MsRtcOAuth href="URL",grant_type="GRANTS"']),
    ("client-id: omit", ['Bearer trusted_issuers=""',
                         'MsRtcOAuth href="URL",grant_type="GRANTS"']),
    ("trusted-issuers: omit, client-id: omit",
     ["Bearer", 'MsRtcOAuth href="URL",grant_type="GRANTS"']),
    ("authorization-uri: 'https://l.test/'",
     ['Bearer trusted_issuers="", client_id="ID", '
      'authorization_uri="https://l.test/"',
      'MsRtcOAuth href="URL",grant_type="GRANTS"']),
    ("href: unquoted", ['Bearer trusted_issuers="", client_id="ID"',
                        'MsRtcOAuth href=URL,grant_type="GRANTS"']),
    ("href: omit", ['Bearer trusted_issuers="", client_id="ID"',
                    'MsRtcOAuth grant_type="GRANTS"']),
    ("grants: doubled", [
        'Bearer trusted_issuers="", client_id="ID"',
        'MsRtcOAuth href="URL",grant_type="urn:microsoft.rtc:windows,GRANTS"']),
    ("grants: reversed", [
        'Bearer trusted_issuers="", client_id="ID"',
        'MsRtcOAuth href="URL",grant_type="password,'
        'urn:microsoft.rtc:anonmeeting,urn:microsoft.rtc:windows"']),
    ("grants: passive", [
        'Bearer trusted_issuers="", client_id="ID"',
        'MsRtcOAuth href="URL",grant_type="urn:microsoft.rtc:passive"']),
    ("one-line: yes", ['Bearer trusted_issuers="", client_id="ID",'
                       'MsRtcOAuth href="URL",grant_type="GRANTS"']),
])
def test_oauth_challenge(play, fields, lines):
    server = play(f"{{at: oauth.challenge, do: {{oauth: {{{fields}}}}}}}")
    answer = server.curl(server.url(
        "lyncweb", "/Autodiscover/AutodiscoverService.svc/root/oauth/user"))
    fill = {"URL": server.url("lyncweb", "/WebTicket/oauthtoken"),
            "ID": "00000004-0000-0ff1-ce00-000000000000",
            "GRANTS": "urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,"
                      "password"}
    for word, text in fill.items():
        lines = [line.replace(word, text) for line in lines]
    assert answer.headers("WWW-Authenticate") == lines


@pytest.mark.parametrize("step,words", [
    ("{at: webticket.issue, do: {ticket: {signature: brocken}}}",
     'the nearest is "broken"'),
    ("{at: webticket.response, do: {ticket: {signature: broken}}}",
     "has no effect"),
    ("{at: ticket.sign, do: {ticket: {lifetime: 5m}}}", "has no effect"),
    ("{at: http.request, do: {ticket: {key: rsa2048}}}",
     "cannot change for one exchange"),
    ("{at: discover.root, do: {oauth: {href: omit}}}", "has no effect"),
])
def test_refused_at_load(tmp_path, step, words):
    file = tmp_path / "wrong.yaml"
    file.write_text(f"lyncmock: 1\nsteps:\n  - {step}\n")
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 2
    assert words in done.stderr, done.stderr
