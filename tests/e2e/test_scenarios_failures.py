"""Each scenario under scenarios/failures happens on the wire, byte for byte,
and the journal names the step; then what `lyncmock probe` makes of it.

A scenario NAME has a test test_NAME and a row in PROBE at least, here or in
another test_scenarios_*.py; test_scenarios_whole.py finds what has none.
"""

import email.utils
import json
import re
import subprocess

import pytest

from clients import ADDRESS, Carrier, Curl
from harness import (ISSUE, PASSWORD, PATIENCE, ROOT, ROOT_PATH, TICKET_PATH,
                     USER_PATH, clean_environment, run_cli)
from impacket_client import impacket
from raw import Peer, request
from signin import (ALICE, BODIES, Ticket, ask, journal, links, open_user,
                    ticket_for)
from soap import MEETING, MEETING_KEY, fault, log_in, post, refused
from test_guests import join
from test_mex import NEGOTIATE, addresses_of, mex_url, names, zeep_client
from test_oauth import as_guest
from test_oauth import refused as grant_refused
from test_requests_ntlm import requests
from test_tls_profiles import curl as curl_of_profiles
from test_tls_profiles import s_client

# A fixture, which nothing here calls by its name.
__all__ = ["names"]

FOLDER = ROOT / "scenarios" / "failures"

CLAIMS = ('<wst:Claims Dialect="urn:component:Microsoft.Rtc.WebAuthentication.'
          '2010:authclaims"><ClaimType Uri="http://schemas.xmlsoap.org/ws/'
          '2005/05/identity/claims/uri" xmlns="http://schemas.xmlsoap.org/ws/'
          '2006/12/authorization"><Value>{}</Value></ClaimType></wst:Claims>')


def step(name, number=0):
    """How the journal calls a step of this file: the point, and where."""
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    where = [(line.split()[-1], at) for at, line in enumerate(lines, 1)
             if line.startswith("  - at:")]
    point, line = where[number]
    return f"{point}: failures/{name}.yaml:{line}: "


def stepped(records, name, faults, number=0):
    """The exchanges where that step applied, and with these faults."""
    found = [record for record in records if "step" in record.remarks]
    for record in found:
        assert record.remarks["step"] == step(name, number) + faults
    return found


def no_step(server):
    """What a world does by itself is no step's doing."""
    records = journal(server)
    assert [record for record in records if "step" in record.remarks] == []
    return records


def root(server, scheme="https"):
    return server.curl(server.url("lyncdiscover") if scheme == "https"
                       else f"http://lyncdiscover.contoso.test:{server.http}/")


def ntlm(server):
    return Curl(server, "--ntlm")


def diagnostics(answer, number):
    assert answer.header("X-Ms-diagnostics").startswith(f"{number};"), answer
    return answer


def child(server_folder, parent, steps):
    """A scenario that goes on where a shipped one is."""
    file = server_folder / "child.yaml"
    file.write_text(f"lyncmock: 1\nextends: failures/{parent}\n"
                    f"steps:\n{steps}")
    return file


# --- discovery --------------------------------------------------------------

def test_captive_portal(serve):
    server = serve("failures/captive-portal")
    page = (FOLDER / "captive-portal.html").read_bytes()
    for scheme in ("https", "http"):
        answer = root(server, scheme)
        assert (answer.status, answer.body) == (200, page)
        assert answer.header("Content-Type") == "text/html"
        assert answer.header("Content-Length") == str(len(page))
    assert len(stepped(journal(server), "captive-portal", "body")) == 2


def test_discovery_503_retry_after(serve):
    server = serve("failures/discovery-503-retry-after")
    answers = [root(server, "http"), root(server), root(server), root(server)]
    assert [answer.status for answer in answers] == [503, 503, 200, 200]
    assert [answer.header("Retry-After") for answer in answers] == [
        "2", "2", None, None]
    assert links(answers[2], "Root")["User"] == server.url("lyncweb",
                                                           USER_PATH)
    records = journal(server)
    assert stepped(records, "discovery-503-retry-after",
                   "status, headers") == records[:2]


def test_discovery_loop(serve):
    """By http it leads into the same circle; nothing else is in any answer."""
    server = serve("failures/discovery-loop")
    url = server.url("lyncdiscover", ROOT_PATH)
    for answer in (root(server, "http"), root(server)):
        link = json.loads(answer.body)["Root"]["Links"]
        assert (link["token"], link["href"]) == ("Redirect", url)
    for _ in range(12):
        link = json.loads(server.curl(url).body)["Root"]["Links"]
        assert (link["token"], link["href"]) == ("Redirect", url)
    assert len(stepped(journal(server), "discovery-loop",
                       "discover-redirect")) == 14


def test_certificate_expired(serve):
    server = serve("failures/certificate-expired")
    said = s_client(server)
    assert "verify error:num=10:certificate has expired" in said
    done = curl_of_profiles(server)
    assert done.returncode == 60
    assert "certificate has expired" in done.stderr
    assert [record for record in journal(server) if record.operation] == []


def test_certificate_wrong_name(serve):
    server = serve("failures/certificate-wrong-name")
    assert "verify error:num=62:hostname mismatch" in s_client(server)
    done = curl_of_profiles(server)
    assert done.returncode == 60
    assert "no alternative certificate subject name" in done.stderr
    assert [record for record in journal(server) if record.operation] == []


def test_discovery_302(serve):
    server = serve("failures/discovery-302")
    url = server.url("lyncdiscover", ROOT_PATH)
    for scheme in ("https", "http"):
        answer = root(server, scheme)
        assert (answer.status, answer.header("Location")) == (302, url)
    # Who follows it finds Root.
    answer = server.curl(server.url("lyncdiscover"), "-L")
    assert answer.answers == [302, 200]
    assert links(answer, "Root")["User"]
    assert len(stepped(journal(server), "discovery-302", "redirect")) == 3


def test_wrong_location(serve):
    server = serve("failures/wrong-location")
    answer = root(server)
    assert json.loads(answer.body)["AccessLocation"] == "Internal"
    user = links(answer, "Root")["User"]
    assert user == server.url("lyncint", USER_PATH)
    ticket = ticket_for(ntlm(server), server, host="lyncint")
    answer = open_user(ntlm(server), server, ticket.headers(), "lyncint")
    told = json.loads(answer.body)
    assert told["AccessLocation"] == "Internal"
    assert told["User"]["SipClientInternalAccess"] == {
        "fqdn": "pool01.contoso.test", "port": 5061}
    no_step(server)


# --- metadata ---------------------------------------------------------------

def test_captured_mex(serve, names):
    server = serve("failures/captured-mex")
    answer = server.curl(mex_url(server, "/mex"))
    assert answer.status == 200
    assert answer.body == (FOLDER / "customer-mex.xml").read_bytes()
    assert answer.header("Content-Type") == "text/xml; charset=utf-8"
    assert addresses_of(zeep_client(server, mex_url(server, "?wsdl"))) == {
        NEGOTIATE: "https://fe07.corp.contoso.test" + TICKET_PATH}
    assert len(stepped(journal(server), "captured-mex", "body")) == 2


def ports_of(server):
    return set(re.findall(r'<wsdl:port name="(\w+)"',
                          server.curl(mex_url(server, "/mex")).text))


def test_soap_port_withdrawn(serve):
    server = serve("failures/soap-port-withdrawn")
    assert ports_of(server) == {NEGOTIATE, "WebTicketServiceWinNtlm",
                                "WebTicketServiceAnon"}
    answer = diagnostics(log_in(server, "alice", PASSWORD), 28029)
    assert answer.status == 403
    assert "No authentication method configured" in answer.header(
        "X-Ms-diagnostics")
    # The other ports are there: a client that knows one signs in.
    assert ask(ntlm(server), server).status == 200
    no_step(server)


# --- the handshake ----------------------------------------------------------

def type_1(server):
    maker = impacket(server).begin(ALICE, PASSWORD, None)
    return Carrier(server, "NTLM", None).credentials(maker.step(None))


def test_ntlm_connection_close(serve):
    server = serve("failures/ntlm-connection-close")
    value = type_1(server)["Authorization"]
    with Peer(server, tls=True) as peer:
        answer = peer.ask(request(
            "POST", peer.host, TICKET_PATH, f"Authorization: {value}",
            body=b""), "POST")
        assert answer.status == 401
        assert answer.header("WWW-Authenticate").startswith("NTLM TlRMTVNT")
        assert answer.header("Connection") == "close"
        assert peer.closed()
    # This client goes on over a new connection, where nobody knows it.
    assert ask(impacket(server), server).status == 401
    records = journal(server, "webticket.issue")
    assert len(stepped(records, "ntlm-connection-close", "headers")) == 2
    assert [[rule for rule in record.rules if rule.startswith("HA-")]
            for record in records] == [[], [], ["HA-027"]]


def test_ntlm_one_header_line(serve):
    server = serve("failures/ntlm-one-header-line")
    answer = post(server, "", path=TICKET_PATH)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["Negotiate, NTLM"]
    # The list is legal, and here are clients that read it.
    assert ask(requests(server), server).status == 200
    assert ask(ntlm(server), server).status == 200
    no_step(server)


def test_windows_auth_disabled(serve):
    server = serve("failures/windows-auth-disabled")
    assert NEGOTIATE in ports_of(server)
    for client in (ntlm(server), requests(server), impacket(server)):
        answer = ask(client, server)
        assert answer.status == 401
        assert answer.headers("WWW-Authenticate") == []
        assert "<title>401" in answer.text
    # Who sends the password in SOAP does not care.
    assert log_in(server, "alice", PASSWORD).status == 200
    records = journal(server, "webticket.issue")
    assert {record.auth for record in records} == {
        None, "ntlm", "usertoken"}
    assert stepped(records, "windows-auth-disabled", "status") == records[:-1]


# --- accounts ---------------------------------------------------------------

def tried(server, password=PASSWORD):
    return ask(ntlm(server), server, ALICE, password).status


def reasons(records):
    return [record.remarks["auth.refused"] for record in records
            if "auth.refused" in record.remarks]


def test_wrong_password_lockout(serve):
    server = serve("failures/wrong-password-lockout")
    assert [tried(server, password) for password in (
        "wrong", "old", PASSWORD, "a", "b", "c", PASSWORD, PASSWORD)] == [
            401, 401, 200, 401, 401, 401, 401, 401]
    # Over all methods, and for this account alone.
    refused(log_in(server, "alice", PASSWORD))
    assert ask(ntlm(server), server, "CONTOSO\\bob").status == 200
    assert reasons(no_step(server)) == ["wrong password"] * 5 + [
        "account locked out (wrong passwords: 3 of lockout-threshold 3)"] * 3


def test_lockout_ends_after_half_an_hour(serve, tmp_path):
    """Three tries are six requests, and the fourth finds the lock."""
    server = serve(child(tmp_path, "wrong-password-lockout", """\
  - at: http.request
    when: {method: POST, requests: [9]}
    do: {clock: +29m}
  - at: http.request
    when: {method: POST, requests: [11]}
    do: {clock: +1m}
"""))
    assert [tried(server, password) for password in (
        "a", "b", "c", PASSWORD, PASSWORD, PASSWORD)] == [401] * 5 + [200]


def test_password_expired(serve):
    server = serve("failures/password-expired")
    assert tried(server) == 401
    assert tried(server, "wrong") == 401
    refused(log_in(server, "alice", PASSWORD), "The password has expired.")
    assert reasons(no_step(server)) == [
        "password expired", "wrong password", "password expired"]


def test_not_sip_enabled(serve):
    server = serve("failures/not-sip-enabled")
    answer = diagnostics(ask(ntlm(server), server), 28000)
    assert answer.answers == [401, 403]
    assert answer.headers("WWW-Authenticate") == []
    assert fault(log_in(server, "alice", PASSWORD)) == (
        "FailedAuthentication", 28000, "User is not SIP enabled.")
    assert ask(ntlm(server), server, "CONTOSO\\bob").status == 200
    no_step(server)


def claim(server, address):
    body = BODIES["saml"].read_text().replace(
        "@APPLIES_TO@", server.url("lyncweb", USER_PATH))
    headers = {"Content-Type": "text/xml", "SOAPAction": f'"{ISSUE}"'}
    end = "</wst:RequestSecurityToken>"
    assert end in body
    return ntlm(server).send(
        "POST", server.url("lyncweb", TICKET_PATH), headers,
        body.replace(end, CLAIMS.format(address) + end), ALICE, PASSWORD)


def test_claim_mismatch(serve):
    server = serve("failures/claim-mismatch")
    answer = claim(server, "sip:alice@contoso.test")
    assert fault(answer)[:2] == ("RequestFailed", 28030)
    assert "does not match the SIP URI" in answer.text
    answer = claim(server, "sip:alice.adams@contoso.test")
    assert answer.status == 200, answer.text
    assert b">sip:alice.adams@contoso.test<" in Ticket(answer).text
    no_step(server)


def test_guest_meeting_ended(serve):
    server = serve("failures/guest-meeting-ended")
    refused(join(server))
    grant_refused(as_guest(server), "invalid_grant", 28020)
    whys = [record.remarks.get("anonymous.refused",
                               record.remarks.get("auth.refused"))
            for record in no_step(server)]
    assert whys == ["the meeting has ended"] * 2


# --- tickets ----------------------------------------------------------------

def lifetime(answer):
    """In seconds, by Created and Expires of the answer."""
    times = [email.utils.parsedate_to_datetime(f"{day} Jan 2000 {time} GMT")
             for day, time in re.findall(
                 r"<(?:Created|Expires) [^>]*>\d+-\d+-(\d+)T([\d:]+)",
                 answer.text)]
    created, expires = times
    return (expires - created).total_seconds() % (24 * 3600)


def test_ticket_expires_90s(serve, tmp_path):
    """The clock moves where the ticket comes a second and a third time."""
    server = serve(child(tmp_path, "ticket-expires-90s", """\
  - at: discover.user
    when: {header: {X-MS-WebTicket: '*'}, requests: [2]}
    do: {clock: +80s}
  - at: discover.user
    when: {header: {X-MS-WebTicket: '*'}, requests: [3]}
    do: {clock: +10s}
"""))
    answer = ask(ntlm(server), server)
    assert lifetime(answer) == 90
    ticket = Ticket(answer)
    seen = [open_user(ntlm(server), server, ticket.headers())
            for _ in range(4)]
    assert [each.status for each in seen] == [200, 200, 401, 401]
    diagnostics(seen[2], 28033)
    assert seen[2].header("X-MS-WebTicketURL") == server.url("lyncweb",
                                                             TICKET_PATH)
    renewed = ticket_for(ntlm(server), server)
    assert open_user(ntlm(server), server,
                     renewed.headers()).status == 200


def test_ticket_expires_90s_as_shipped(serve):
    server = serve("failures/ticket-expires-90s")
    assert lifetime(ask(ntlm(server), server)) == 90
    assert lifetime(log_in(server, "alice", PASSWORD)) == 90
    no_step(server)


def date(answer):
    return email.utils.parsedate_to_datetime(answer.header("Date"))


def test_ticket_expired_on_use(serve):
    server = serve("failures/ticket-expired-on-use")
    answer = ask(ntlm(server), server)
    ticket = Ticket(answer)
    assert open_user(ntlm(server), server, {}).status == 401
    late = diagnostics(open_user(ntlm(server), server, ticket.headers()),
                       28033)
    assert late.status == 401
    assert 360 <= (date(late) - date(answer)).total_seconds() < 420
    assert open_user(ntlm(server), server, ticket.headers()).status == 401
    renewed = ticket_for(ntlm(server), server)
    assert open_user(ntlm(server), server, renewed.headers()).status == 200
    assert len(stepped(journal(server), "ticket-expired-on-use",
                       "clock")) == 1


def test_ticket_always_refused(serve):
    server = serve("failures/ticket-always-refused")
    service = server.url("lyncweb", TICKET_PATH)
    for _ in range(3):
        ticket = ticket_for(ntlm(server), server)
        answer = open_user(ntlm(server), server, ticket.headers())
        assert diagnostics(answer, 28032).status == 401
        assert answer.header("X-MS-WebTicketURL") == service
    answer = open_user(ntlm(server), server, {})
    assert answer.status == 401
    assert answer.header("X-Ms-diagnostics") is None
    assert answer.header("X-MS-WebTicketURL") == service
    assert len(stepped(journal(server), "ticket-always-refused",
                       "diagnostics")) == 3


def test_user_empty(serve):
    server = serve("failures/user-empty")
    assert open_user(ntlm(server), server, {}).status == 401
    ticket = ticket_for(ntlm(server), server)
    answer = open_user(ntlm(server), server, ticket.headers())
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("Content-Length") == "0"
    assert len(stepped(journal(server), "user-empty", "body")) == 1


def test_user_homed_elsewhere(serve):
    server = serve("failures/user-homed-elsewhere")
    ticket = ticket_for(ntlm(server), server)
    told = json.loads(open_user(ntlm(server), server, ticket.headers()).body)
    there = server.url("lyncweb2", ROOT_PATH)
    assert told == {"AccessLocation": "External", "User": {
        "Links": {"token": "Redirect", "href": there}}}
    assert links(server.curl(there), "Root")["User"] == server.url(
        "lyncweb2", USER_PATH)
    old = open_user(ntlm(server), server, ticket.headers(), "lyncweb2")
    assert diagnostics(old, 28032).status == 401
    second = ticket_for(ntlm(server), server, host="lyncweb2")
    assert open_user(ntlm(server), server, second.headers(),
                     "lyncweb2").status == 200
    no_step(server)


def test_stalled_web_ticket(serve):
    """Not a byte comes, for as long as the client waits: a second, here."""
    server = serve("failures/stalled-web-ticket")
    body = server.folder / "request.xml"
    body.write_text(BODIES["saml"].read_text().replace(
        "@APPLIES_TO@", server.url("lyncweb", USER_PATH)))
    done = subprocess.run(
        ["curl", "-q", "-sS", "--max-time", "1", "--cacert", server.ca_file,
         "--resolve", f"*:{server.https}:{ADDRESS}", "--ntlm", "-u",
         f"{ALICE}:{PASSWORD}", "-w", "%{http_code} %{size_header}",
         "-H", "Content-Type: text/xml", "-H", f'SOAPAction: "{ISSUE}"',
         "--data-binary", f"@{body}", server.url("lyncweb", TICKET_PATH)],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 28, done.stderr
    assert "timed out" in done.stderr and "Assertion" not in done.stdout
    records = journal(server, "webticket.issue")
    assert [record.status for record in records] == [401, 0]
    stalled, = stepped(records, "stalled-web-ticket", "stall")
    assert stalled.user == "alice"
    assert stalled.entry["sent"].get("bytes", 0) == 0


# --- what a client makes of it ----------------------------------------------

PC = "pc-external-ntlm"
# scenario, client, password, exit code, words of the closing sentence, and how
# often a ticket was asked for with credentials.
PROBE = [
    ("captive-portal", PC, PASSWORD, 1, "at discovery: the answer is no Root",
     0),
    ("captive-portal", "ios-ntlm", PASSWORD, 1, "the answer is no Root", 0),
    ("captured-mex", PC, PASSWORD, 1, "fe07.corp.contoso.test", 0),
    ("certificate-expired", "ios-ntlm", PASSWORD, 1,
     "certificate of lyncweb.contoso.test expired at 20", 0),
    ("certificate-wrong-name", "android-ntlm", PASSWORD, 1,
     "not for lyncweb.contoso.test, but for wrong-name.contoso.test", 0),
    ("claim-mismatch", PC, PASSWORD, 1, "try the account's own SIP address", 1),
    ("discovery-302", PC, PASSWORD, 1, "HTTP 302 to https://lyncdiscover", 0),
    ("discovery-503-retry-after", PC, PASSWORD, 0, "signed in over NTLM", 1),
    ("discovery-loop", PC, PASSWORD, 1, "redirect", 0),
    ("discovery-loop", "ios-ntlm", PASSWORD, 1, "redirect", 0),
    ("guest-meeting-ended", "web-app-guest", None, 1, "no such meeting", 1),
    ("not-sip-enabled", PC, PASSWORD, 1, "not enabled for Lync (28000)", 1),
    ("not-sip-enabled", "android-soap", PASSWORD, 1, "(28000)", 1),
    ("ntlm-connection-close", PC, PASSWORD, 1,
     "the NTLM handshake was broken off by the server", 0),
    ("ntlm-one-header-line", PC, PASSWORD, 0, "signed in over NTLM", 1),
    ("password-expired", PC, PASSWORD, 1, "an account that may not sign in",
     1),
    ("password-expired", "android-soap", PASSWORD, 1,
     "The password has expired.", 1),
    ("soap-port-withdrawn", "android-soap", PASSWORD, 1,
     "at the metadata: no port for this client", 0),
    ("soap-port-withdrawn", "android-ntlm", PASSWORD, 0, "signed in", 1),
    ("stalled-web-ticket", PC, PASSWORD, 4, "timed out", 1),
    ("ticket-always-refused", PC, PASSWORD, 1,
     "the ticket is not valid here", 2),
    ("ticket-expired-on-use", PC, PASSWORD, 0, "signed in", 2),
    ("ticket-expires-90s", PC, PASSWORD, 0, "signed in", 1),
    ("user-empty", PC, PASSWORD, 1, "no User: the body is empty", 1),
    ("user-homed-elsewhere", PC, PASSWORD, 0,
     "home pool lyncweb2.contoso.test", 2),
    ("windows-auth-disabled", "ios-ntlm", PASSWORD, 1,
     "no authentication is offered", 0),
    ("windows-auth-disabled", "android-soap", PASSWORD, 0, "signed in", 1),
    ("wrong-location", PC, PASSWORD, 0, "SIP at pool01.contoso.test:5061", 1),
    ("wrong-password-lockout", PC, "old", 1, "wrong user name or password", 1),
]


def judged(records):
    """Requests for a ticket whose credentials were looked at."""
    return [record for record in records
            if record.operation == "webticket.issue"
            and (record.status not in (401,)
                 or "auth.refused" in record.remarks)]


def probed(server, client, password, code, words, asked, patience="9s"):
    """What the built-in client closes with, and how often it asked; all that
    it said."""
    who = (["--user", ALICE, "alice@contoso.test"] if password else
           ["--meeting", MEETING, "--key", MEETING_KEY])
    done = run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--as", client, "--timeout", patience, *who,
                   env={"LYNC_PASSWORD": password or ""})
    told = done.stdout + done.stderr
    assert done.returncode == code, told
    assert words in done.stdout.splitlines()[-1], told
    assert "AddressSanitizer" not in told
    records = journal(server)
    assert len(judged(records)) == asked, records
    # It goes nowhere for ever.
    assert len(records) < 30
    return told


@pytest.mark.parametrize("name,client,password,code,words,asked", PROBE)
def test_probe(serve, name, client, password, code, words, asked):
    probed(serve(f"failures/{name}"), client, password, code, words, asked)


def test_wrong_location_is_told(serve):
    server = serve("failures/wrong-location")
    done = run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--user", ALICE, env={"LYNC_PASSWORD": PASSWORD})
    assert "AccessLocation is Internal" in done.stdout
