"""Scenarios with faults, from YAML to the client: what curl, requests-ntlm and
bare sockets see, and what the journal says of it."""

import errno
import json
import re
import select
import socket
import subprocess
import sys
import time

import pytest

from clients import Curl
from harness import PATIENCE, ROOT_PATH, TICKET_PATH
from raw import Peer, context_of, get
from signin import XML, ask, journal, open_user, ticket_for
from test_requests_ntlm import requests

KERBEROS = False  # see serve

MEX_PATH = TICKET_PATH + "/mex"


@pytest.fixture
def play(serve, tmp_path):
    """play(text, NAME=bytes) serves this scenario; files lie beside it."""
    def start(text, **files):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\n" + text)
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return serve(path)

    return start


def steps(*lines):
    return "steps:\n" + "".join(f"  - {line}\n" for line in lines)


def ntlm(server):
    return Curl(server, "--ntlm")


def http_root(server):
    return Peer(server, tls=True, host="lyncdiscover")


def ask_root(peer, path=ROOT_PATH):
    return peer.ask(get(peer.host, path))


# --- the example of the language ---------------------------------------------

EXAMPLE = """\
name: ntlm-ticket-expires
title: The web ticket expires behind bad Wi-Fi
extends: good/pc-external-ntlm
world:
  domain: contoso.test
  location: external
  clock: +0s
  users:
    alice: {password: 'Passw0rd!'}
    mallory: {state: unknown}
  offer: {windows: [Negotiate, NTLM], soap: true, anonymous: true}
  ticket: {format: saml, lifetime: 8h}
steps:
  - at: discover.root
    when: {host: lyncdiscoverinternal.*, first: 2}
    do: {status: 503, headers: {Retry-After: '2'}}
  - at: ntlm.challenge
    when: {host: lyncweb.*}
    do: {target-info: {timestamp: omit}}
  - at: webticket.issue
    when: {user: alice}
    do: {ticket: {lifetime: 5m}}
  - at: mex.get
    do: {body: {file: mex}}
  - at: discover.user
    when: {after: 1}
    do: {clock: +6m}
expect:
  - {at: webticket.issue, times: 2, within: 20s}
  - {at: discover.user, answered: 200}
  - never: {cleartext-password: true}
fail-on: [must, unexpected]
"""


def test_the_whole_example(play):
    captured = b"<captured>\r\n${host}\x00\xff</captured>"
    server = play(EXAMPLE, mex=captured)
    client = requests(server)

    for _ in range(2):
        answer = server.curl(server.url("lyncdiscoverinternal", ROOT_PATH))
        assert (answer.status, answer.header("Retry-After")) == (503, "2")
        assert server.curl(server.url("lyncdiscover")).status == 200
    assert server.curl(
        server.url("lyncdiscoverinternal", ROOT_PATH)).status == 200

    answer = server.curl(server.url("lyncweb", MEX_PATH))
    assert (answer.status, answer.body) == (200, captured)
    assert answer.header("Content-Type") == "text/xml; charset=utf-8"

    first = ticket_for(client, server)
    bob = ticket_for(client, server, "CONTOSO\\bob")
    assert open_user(client, server, first.headers()).status == 200
    late = open_user(client, server, first.headers())
    assert late.status == 401
    assert late.header("X-Ms-diagnostics").startswith("28033;")
    assert abs(date(late) - time.time() - 360) < 60
    # bob's lives for 8 h.
    assert open_user(client, server, bob.headers()).status == 200

    records = journal(server)
    for record in records:
        if record.operation == "webticket.issue" and record.status == 200:
            record.says(ntlm_timestamp="none was sent")
    failed = [record.entry for record in records if record.status == 503]
    assert [entry["planned"]["status"] for entry in failed] == [200, 200]
    assert "AccessLocation" in failed[0]["planned"]["body"]["text"]


def date(answer):
    return time.mktime(time.strptime(
        answer.header("Date"), "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone


# --- content -----------------------------------------------------------------

def test_headers_exactly_as_they_stand(play):
    server = play(steps("""at: discover.root
    do:
      headers:
        Set-Cookie: [a=1, 'b=${host}']
        Server: null
        Date: null
        'Bad Name ': 'x  y'
        X-Folded: "a\\r\\n b"
        Content-Length: '3'"""))
    with http_root(server) as peer:
        head = ask_root(peer)
        peer.all()
    assert head.headers("Set-Cookie") == [
        "a=1", f"b={server.name('lyncdiscover')}"]
    assert head.headers("Server") == head.headers("Date") == []
    assert ("Bad Name", "x  y") in head.fields
    assert head.headers("Content-Length") == ["3"]
    [record] = journal(server)
    sent = record.entry["sent"]["head"]["text"]
    assert "\r\nBad Name : x  y\r\n" in sent
    assert "\r\nX-Folded: a\r\n b\r\n" in sent
    names = [h["name"] for h in record.entry["planned"]["headers"]]
    assert "Server" in names and "Set-Cookie" not in names


def test_no_length_ends_with_the_connection(play):
    server = play(steps(
        "{at: discover.root, do: {headers: {Content-Length: null}}}"))
    answer = server.curl(server.url("lyncdiscover"))
    assert answer.header("Content-Length") is None
    assert b"Root" in answer.body


def test_the_page_of_a_load_balancer(play):
    """Nothing of the product is left, nor what every reply has."""
    server = play(steps("""at: discover.root
    do:
      status: 503
      body: {text: <h1>busy</h1>, type: text/html}
      headers: {Connection: close, '*': null, Server: BigIP}"""))
    with http_root(server) as peer:
        peer.send(get(peer.host))
        assert peer.all() == (
            b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
            b"Server: BigIP\r\n\r\n<h1>busy</h1>")


def test_a_huge_header(play):
    server = play(steps(
        "{at: discover.root, do: {headers: {X-Huge: " + "h" * 60000 + "}}}"))
    with http_root(server) as peer:
        for _ in range(2):
            assert len(ask_root(peer).header("X-Huge")) == 60000


def test_values_know_the_exchange(play):
    server = play(steps("""at: webticket.response
    when: {user: alice}
    do:
      body:
        type: text/plain
        text: "${user}|${user.sip}|${domain}|${host}:${port}|${now+1h}|$${now}\""""
                        ))
    answer = ask(ntlm(server), server)
    parts = answer.text.split("|")
    assert parts[:4] == ["alice", "alice@contoso.test", "contoso.test",
                         f"lyncweb.contoso.test:{server.https}"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", parts[4])
    assert parts[5] == "${now}"
    assert answer.header("Content-Type") == "text/plain"


def test_a_uuid_comes_from_the_seed(serve, tmp_path):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\n" + steps(
        "{at: discover.root, do: {body: '${uuid} ${uuid}'}}"))
    seen = []
    for _ in range(2):
        server = serve(path, "--seed", "7")
        seen.append(server.curl(server.url("lyncdiscover")).text)
    assert seen[0] == seen[1]
    assert len(set(seen[0].split())) == 2


def test_a_captured_reply_byte_for_byte(play):
    reply = (b"HTTP/1.1 207 Odd ${now}\nname : v\nContent-Length: 3\n\n"
             b"\x00\xff\n")
    server = play(steps("{at: mex.get, when: {first: 1}, "
                        "do: {raw: {file: reply}}}"), reply=reply)
    with Peer(server, tls=True) as peer:
        peer.send(get(peer.host, MEX_PATH))
        assert peer._take(len(reply)) == reply
        assert peer.ask(get(peer.host, MEX_PATH)).status == 200
    record = journal(server)[0]
    assert record.status == 207
    assert record.entry["planned"]["status"] == 200
    assert record.remarks["step"].endswith("play.yaml:3: raw")


def test_statuses(play):
    server = play(steps(*[
        f"{{at: discover.root, when: {{requests: [{n}]}}, "
        f"do: {{status: {status}}}}}"
        for n, status in enumerate([204, 304, 418, 503, 599], 1)]))
    with http_root(server) as peer:
        for status in [204, 304, 418, 503, 599, 200]:
            assert ask_root(peer).status == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_curl_follows_a_redirect(play, status):
    server = play(steps(
        "{at: discover.root, when: {host: lyncdiscover.*}, do: {redirect: "
        f"{{to: 'https://lyncweb.${{domain}}:${{port}}{ROOT_PATH}', "
        f"status: {status}}}}}}}"))
    answer = server.curl(server.url("lyncdiscover"), "-L", "--resolve",
                         f"lyncweb.contoso.test:{server.https}:127.0.0.1")
    assert answer.answers == [status, 200]


@pytest.mark.parametrize("accept,kind", [
    (XML, b"<AutodiscoverResponse"), ("application/json", b"{")])
def test_discovery_in_circles(play, accept, kind):
    loop = "https://${host}:${port}" + ROOT_PATH
    server = play(steps(
        f"{{at: discover.root, do: {{discover-redirect: '{loop}'}}}}"))
    url = server.url("lyncdiscover", ROOT_PATH)
    answer = server.curl(url, "-H", f"Accept: {accept}")
    assert answer.status == 200
    assert kind in answer.body
    assert b"redirect" in answer.body.lower()
    assert b"Domain" not in answer.body
    assert url.encode() in answer.body.replace(b"\\/", b"/")


def test_soap_faults_and_diagnostics(play):
    server = play(steps(
        "{at: webticket.issue, when: {user: alice, first: 1}, do: {soap-fault: "
        "{code: 'wst:InvalidScope', reason: 'Not at ${host}'}}}",
        "{at: webticket.issue, when: {user: alice, requests: [2]}, do: "
        "{diagnostics: 28020}}",
        "{at: discover.root, do: {diagnostics: {id: 28033, status: 418}}}"))
    client = ntlm(server)
    fault = ask(client, server)
    assert fault.status == 500
    assert ":InvalidScope" in fault.text
    assert "Not at lyncweb.contoso.test" in fault.text
    fault = ask(client, server)
    assert fault.status == 500
    assert "<ErrorId>28020</ErrorId>" in fault.text
    assert ask(client, server).status == 200
    answer = server.curl(server.url("lyncdiscover"))
    assert answer.status == 418
    assert answer.header("X-Ms-diagnostics").startswith("28033;source=")


# --- authentication and tickets ----------------------------------------------

def test_a_challenge_of_ones_own(play):
    server = play(steps("""at: ntlm.challenge
    do:
      ntlm: {target-name: EVIL, server-challenge: 0123456789abcdef}
      target-info: {netbios-domain: EVIL, dns-tree: omit, timestamp: +5m}"""))
    assert ask(requests(server), server).status == 200
    [token] = [token["token"]
               for record in journal(server, "webticket.issue")
               for token in record.entry["tokens"]
               if token["header"] == "WWW-Authenticate"]
    text = json.dumps(token)
    assert "0123456789abcdef" in text
    assert text.count("EVIL") == 2
    assert "MsvAvDnsTreeName" not in text


def test_negotiate_in_one_line(play):
    server = play(steps(
        "{at: auth.offer, when: {first: 1}, do: "
        "{offer: {windows: [NTLM, Negotiate], one-line: yes}}}"))
    url = server.url("lyncweb", TICKET_PATH)
    answer = server.curl(url, "-d", "x")
    assert answer.headers("WWW-Authenticate") == ["NTLM, Negotiate"]
    answer = server.curl(url, "-d", "x")
    assert answer.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]


def test_a_ticket_that_is_not_valid_yet(play):
    server = play(steps(
        "{at: webticket.issue, when: {first: 1}, do: {ticket: "
        "{clock: +1h, audience: 'https://elsewhere.test/'}}}"))
    client = ntlm(server)
    early = ticket_for(client, server)
    assert b"https://elsewhere.test/" in early.text
    assert open_user(client, server, early.headers()).status == 401
    good = ticket_for(client, server)
    assert open_user(client, server, good.headers()).status == 200
    flaws = [record.remarks.get("ticket.flaw")
             for record in journal(server, "discover.user")]
    assert flaws[0].startswith("The ticket is valid from ")
    assert flaws[1] is None


def test_a_lockout_counts_what_was_told(serve, tmp_path):
    """Four wrong passwords, of which the client was told of two."""
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\nworld: {lockout-threshold: 3}\n" + steps(
        "{at: ntlm.verdict, when: {first: 2}, do: {status: 503}}"))
    server = serve(path)
    client = ntlm(server)
    statuses = [ask(client, server, password="wrong").status
                for _ in range(4)]
    assert statuses == [503, 503, 401, 401]
    assert ask(client, server).status == 200


def test_the_world_of_one_exchange(play):
    """A connection outlives the exchange that had a world of its own."""
    server = play(steps(
        "{at: http.request, do: {product: sfb2015, ntlm: {v1: yes}}}"))
    client = ntlm(server)
    for _ in range(2):
        ticket = ticket_for(client, server)
        answer = open_user(client, server, ticket.headers())
        assert answer.status == 200
        assert answer.header("Server") == "Microsoft-IIS/8.5"


# --- bytes -------------------------------------------------------------------

def was_reset(peer):
    """Waits for a RST; Python's TLS would show it as any other end."""
    poll = select.poll()
    poll.register(peer, 0)
    assert poll.poll(PATIENCE * 1000), "the connection is still open"
    return peer.getsockopt(socket.SOL_SOCKET,
                           socket.SO_ERROR) == errno.ECONNRESET


def test_resets_at_every_layer(play):
    server = play(steps(
        "{at: tcp.accept, when: {first: 1}, do: {reset: yes}}",
        "{at: tls.handshake, when: {first: 1}, do: {reset: yes}}",
        "{at: discover.root, when: {first: 1}, do: {reset: yes}}",
        "{at: discover.root, when: {requests: [2]}, do: {reset: {after: 100}}}"))
    address = ("127.0.0.1", server.https)
    with socket.create_connection(address) as peer, \
            pytest.raises(ConnectionResetError):
        while peer.recv(1):
            pass
    with socket.create_connection(address) as peer, \
            pytest.raises(ConnectionResetError):
        context_of(server).wrap_socket(
            peer, server_hostname=server.name("lyncweb"))
    for arrives in [0, 100]:
        with http_root(server) as peer:
            peer.send(get(peer.host))
            assert was_reset(peer.socket)
            assert len(peer.all()) == arrives
    with http_root(server) as peer:
        assert ask_root(peer).status == 200
    outcomes = [(record.entry["outcome"], record.entry["sent"]["bytes"])
                for record in journal(server)]
    assert outcomes[:2] == [("cut", 0), ("cut", 100)]
    assert outcomes[2][0] == "whole"


def silent(peer):
    """Nothing comes; the connection is open."""
    peer.settimeout(0.2)
    with pytest.raises(TimeoutError):
        peer.recv(1)


def test_stalls_at_every_layer(play):
    server = play(steps(
        "{at: tcp.accept, when: {first: 1}, do: {stall: yes}}",
        "{at: tls.handshake, when: {first: 1}, do: {stall: true}}",
        "{at: discover.root, when: {first: 1}, do: {stall: yes}}",
        "{at: discover.root, when: {requests: [2]}, do: {stall: {after: 50}}}"))
    address = ("127.0.0.1", server.https)
    bare = socket.create_connection(address)
    bare.sendall(b"anybody?")
    hello = socket.create_connection(address)
    hello.settimeout(0.2)
    with pytest.raises(TimeoutError):
        context_of(server).wrap_socket(
            hello, server_hostname=server.name("lyncweb"))
    first = http_root(server)
    first.send(get(first.host))
    second = http_root(server)
    second.send(get(second.host))
    assert len(second._take(50)) == 50
    silent(bare)
    silent(first.socket)
    silent(second.socket)
    second.close()
    with http_root(server) as peer:
        assert ask_root(peer).status == 200
    # Ends in good order with `first` still waiting.
    records = journal(server)
    assert sorted((record.entry["outcome"], record.entry["sent"]["bytes"])
                  for record in records[:3])[:2] == [
                      ("broken", 0), ("broken", 50)]
    first.close()
    bare.close()


def test_delay_is_at_least_that(play):
    server = play(steps("{at: discover.root, do: {delay: 300ms}}"))
    with http_root(server) as peer:
        began = time.monotonic()
        assert ask_root(peer).status == 200
        assert time.monotonic() - began >= 0.3


def test_curl_and_a_reset(play):
    server = play(steps("{at: discover.root, do: {reset: yes}}"))
    url = server.url("lyncdiscover")
    host = server.name("lyncdiscover")
    done = subprocess.run(
        ["curl", "-q", "-sS", "--cacert", server.ca_file, "--resolve",
         f"{host}:{server.https}:127.0.0.1", url],
        capture_output=True, text=True, timeout=30)
    # CURLE_RECV_ERROR
    assert done.returncode == 56, done
    assert "reset" in done.stderr.lower()


# --- what may stand where ------------------------------------------------------

@pytest.mark.parametrize("do,message", [
    ("{headers: {A: '${hots}'}}", "headers: A: there is no ${hots}; the "
     "nearest is ${host}"),
    ("{body: '${now'}", '"${" has no "}"'),
    ("{body: {type: text/plain}}", "expected one of body.text and body.file"),
    ("{body: {file: nowhere}}", "nowhere"),
    ("{raw: x, body: y}", "both take the place of the reply"),
    ("{redirect: /a, status: 503}", "both take the place of the reply"),
    ("{redirect: {to: /a, status: 200}}", "expected 302|301|303|307|308"),
    ("{diagnostics: 1}", "expected an id that the product has, 28000"),
    ("{soap-fault: 'wst:Bad'}", "expected wsse:FailedAuthentication|"),
    ("{ntlm: {v1: yes}}", "ntlm.v1 has no effect any more at mex.get"),
    ("{ticket: {key: rsa2048}}", "cannot change for one exchange alone"),
    ("{offer: {window: none}}", 'the nearest is "offer.windows"'),
    ("{reset: no}", "expected yes|true|on"),
    ("{stall: 5s}", "expected yes|true|on"),
    ("{target-info: {dns-tree: omit}}", "target-info has no effect at mex.get"),
    ("{clock: 0s}", "expected more than nothing"),
])
def test_errors_name_place_and_remedy(play, do, message):
    with pytest.raises(AssertionError) as error:
        play(steps(f"{{at: mex.get, do: {do}}}"))
    text = str(error.value)
    assert "the server ended with 2" in text
    assert re.search(r"play\.yaml:3:\d+: error: ", text), text
    assert message in text
