"""Every point there is, is reached: a step at each does something harmless, and
says so in the journal. What is no more reached must go, and what is new needs
somebody who goes there."""

import json
import ssl

import pytest

import test_faults_tickets
import test_http_faults
import test_scenario_documents as documents
import test_wire_tcp
import through
from clients import Curl
from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH, run_cli
from kerberos import Client, needs_kerberos
from raw import Peer, context_of, get
from signin import ask, open_user, ticket_for
from soap import MEETING, MEETING_KEY, log_in
from test_curl_negotiate import negotiate
from test_faults_ntlm import Shaker, challenge_of
from test_guests import join
from test_kdc_relay import use_proxy

# Where it is a ticket of Kerberos that leads there, besides the KDC's.
KERBEROS_POINTS = {"negotiate.ticket", "negotiate.answer", "negotiate.verdict"}

WORLD = """\
lyncmock: 1
world:
  kdc: {renewable: 1d}
  users: {gone: {home: unknown}, enabled-not: {state: no-sip}}
"""


def harmless(point):
    faults = point["faults"]
    for name, value in (("clock", "+1ms"), ("headers", "{X-Point: a}"),
                        ("delay", "1ms")):
        if name in faults:
            return f"{name}: {value}"
    raise AssertionError(point)


def points(folder):
    return json.loads(run_cli(folder, "list", "points", "--json").stdout)


def scenario(folder):
    lines = [f"  - {{at: {point['id']}, also: yes, do: {{{harmless(point)}}}}}"
             for point in points(folder)]
    path = folder / "points.yaml"
    path.write_text(WORLD + "steps:\n" + "\n".join(lines) + "\n")
    return path


def by_kerberos(name):
    return name.startswith("kdc.") or name in KERBEROS_POINTS


def reached(server):
    """The points of the steps that applied."""
    server.stop()
    return {remark["text"].split(":")[0] for entry in server.entries()
            for remark in entry["remarks"] if remark["key"] == "step"}


# --- who goes there -------------------------------------------------------------

def connections(server):
    for walk in test_wire_tcp.PLACES.values():
        with Peer(server) as peer:
            walk(peer)
            if walk is test_wire_tcp.reuse:
                peer.reply()
    context = context_of(server)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for _ in range(2):
        with Peer(server, tls=True, context=Resuming(context, session)) as peer:
            assert peer.ask(get(peer.host, ROOT_PATH,
                                "Connection: close")).status == 200
            session = peer.socket.session


class Resuming:
    """A context that brings the session of before."""

    def __init__(self, context, session):
        self.context, self.session = context, session

    def wrap_socket(self, plain, **how):
        return self.context.wrap_socket(plain, session=self.session, **how)


def requests(server):
    for _, sent in test_http_faults.POINTS:
        with test_http_faults.discover(server, tls=False) as peer:
            peer.send(sent.replace("H", peer.host).replace(
                "lyncdiscover.contoso.testTTP", "HTTP").replace(
                "lyncdiscover.contoso.testost", "Host").encode("latin-1"))
            if "Expect:" in sent:
                peer.send(b"x")
            peer.reply()
    for path in ("/ucwa/v1/applications",
                 "/Autodiscover/XFrame/XFrame.html"):
        server.curl(server.url("lyncweb", path))


def document(server):
    for _, reach in documents.REACHED:
        reach(server)
    server.curl(server.url("lyncweb", USER_PATH))


def schemes(server):
    shaker = Shaker(server)
    shaker.negotiate()
    assert shaker.answer(challenge_of(shaker.negotiate())).status == 200
    assert shaker.ask().status == 200  # on the connection that is known
    Shaker(server).answer(challenge_of(Shaker(server).negotiate()))
    raw = Shaker(server, "Negotiate", "/auth/negotiate")
    assert raw.answer(challenge_of(raw.negotiate())).status == 200
    ask(negotiate(server, f"CONTOSO:alice:{PASSWORD}"), server, "", "")
    url = server.url("lyncweb", "/auth/ntlm")
    server.curl(url, "-H", "Authorization: Basic YTpi")
    server.curl(server.url("lyncweb", "/auth/basic"),
                "-u", f"CONTOSO\\alice:{PASSWORD}")


def tickets(server):
    client = Curl(server, "--ntlm")
    ticket = ticket_for(client, server)
    open_user(Curl(server), server, ticket.headers())
    open_user(Curl(server), server, {})
    ask(client, server, "CONTOSO\\enabled-not")
    log_in(server, "CONTOSO\\alice", PASSWORD)
    log_in(server, "CONTOSO\\alice", "wrong")
    join(server, MEETING, MEETING_KEY)


def claims(server):
    import signin
    body = signin.BODIES["saml"].read_text().replace(
        "<wst:Entropy>", test_faults_tickets.CLAIM + "<wst:Entropy>").replace(
        "@APPLIES_TO@", server.url("lyncweb", "/x"))
    Curl(server, "--ntlm").send(
        "POST", server.url("lyncweb", TICKET_PATH),
        {"Content-Type": "text/xml", "SOAPAction": "http://docs.oasis-open.org"
         "/ws-sx/ws-trust/200512/RST/Issue"}, body, "CONTOSO\\alice", PASSWORD)


def oauth(server):
    meeting = MEETING.replace(";", "%3b").replace("=", "%3d")
    url = server.url("lyncweb", "/WebTicket/oauthtoken")
    for form in ("grant_type=password&username=x&password=y",
                 "grant_type=password&username=alice%40contoso.test"
                 "&password=Passw0rd%21",
                 "grant_type=urn:microsoft.rtc:passive",
                 "grant_type=urn:microsoft.rtc:windows",
                 f"grant_type=urn:microsoft.rtc:anonmeeting&password="
                 f"{MEETING_KEY}&ms_rtc_renew=cwt%3dAAAA"
                 f"&ms_rtc_conferenceuri={meeting}"):
        server.curl(url, "--data", form)
    server.curl(server.url("lyncweb", USER_PATH.replace("/user", "/oauth/user")))


def proxy(server):
    url = "https://lyncweb.contoso.test/"
    through.curl(server, url, "--proxy-user", f"CONTOSO\\alice:{PASSWORD}")
    through.curl(server, "http://lyncdiscover.contoso.test/")


WALKS = [connections, requests, document, schemes, tickets, claims, oauth]


@pytest.fixture
def path(tmp_path):
    return scenario(tmp_path)


def test_without_kerberos(serve, path, tmp_path):
    server = serve(path, "--set", "offer.kerberos=auto")
    for walk in WALKS:
        walk(server)
    withdrawn = serve(path, "--set", "offer.soap=no", "--proxy-port", "0",
                      "--set", "proxy.auth=basic")
    log_in(withdrawn, "CONTOSO\\alice", PASSWORD)
    proxy(withdrawn)
    seen = reached(server) | reached(withdrawn)
    awaited = {point["id"] for point in points(tmp_path)
               if not by_kerberos(point["id"])}
    assert sorted(awaited - seen) == []


@needs_kerberos
def test_with_kerberos(serve, path, tmp_path):
    server = serve(path)
    client = Client(server)
    client.run("kinit", "-r", "1h", f"alice@{client.realm}",
               typed=PASSWORD + "\n")
    client.run("kinit", "-R")
    client.kvno()
    client.kvno("HTTP/nowhere.contoso.test", fails=True)
    server.curl(server.url("lyncweb", "/auth/negotiate"), "--negotiate",
                "-u", ":", env=client.env)
    use_proxy(client)
    client.kinit()
    awaited = {point["id"] for point in points(tmp_path)
               if by_kerberos(point["id"])}
    assert sorted(awaited - reached(server)) == []
