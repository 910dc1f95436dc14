"""Failures of HTTP itself: proxies, load balancers, framing. Each happens on
the wire, as a bare socket or curl sees it; then what the probe makes of it."""

import gzip
import re
import subprocess
import time

import pytest

from harness import (PASSWORD, PATIENCE, ROOT_PATH, TICKET_PATH, USER_PATH,
                     clean_environment, run_cli)
from raw import Peer, get, request
from signin import ALICE, journal, open_user, ticket_for
from test_requests_ntlm import requests
from test_scenarios_failures import ask, ntlm, probed, root, stepped

KERBEROS = False  # see serve

MEX_PATH = TICKET_PATH + "/mex"


def discover(server, tls=True):
    return Peer(server, tls=tls, host="lyncdiscover")


def ask_root(server, tls=True):
    with discover(server, tls) as peer:
        return peer.ask(get(peer.host, "/"))


def all_of(server, data, host="lyncdiscover"):
    """All that comes until the connection ends."""
    with Peer(server, tls=True, host=host) as peer:
        peer.send(data)
        return peer.all()


def split(bytes_):
    head, _, body = bytes_.partition(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return head, body, int(length.group(1)) if length else None


def curl_code(server, url, *args):
    """How curl ends, and what it said and got."""
    return subprocess.run(
        ["curl", "-q", "-sS", "--max-time", "3", "--cacert", server.ca_file,
         "--connect-to", f"::localhost:{server.https}", *args, url],
        env=clean_environment(server.folder), capture_output=True,
        timeout=PATIENCE)


def fired(server, name, faults, number=0):
    """The exchanges where the step applied, of which there must be one."""
    found = stepped(journal(server), name, faults, number)
    assert found
    return found


# --- redirects --------------------------------------------------------------

def test_discovery_301_to_https(serve):
    server = serve("failures/discovery-301-to-https")
    plain = root(server, "http")
    assert (plain.status, plain.header("Location")) == (
        301, server.url("lyncdiscover", "/"))
    assert root(server).status == 200
    fired(server, "discovery-301-to-https", "redirect")


def test_discovery_redirects_in_circles(serve):
    server = serve("failures/discovery-redirects-in-circles")
    url = f"https://lyncdiscover.contoso.test{ROOT_PATH}"
    done = curl_code(server, url, "-L", "--max-redirs", "7")
    assert done.returncode == 47
    found = fired(server, "discovery-redirects-in-circles", "redirect")
    assert len(found) == 8
    hosts = {record.entry["request"]["host"] for record in found}
    assert hosts == {"lyncdiscover.contoso.test", "lyncweb.contoso.test"}


def test_discovery_ten_redirects(serve):
    server = serve("failures/discovery-ten-redirects")
    url = f"https://lyncdiscover.contoso.test{ROOT_PATH}"
    done = curl_code(server, url, "-L", "-w", "%{num_redirects}")
    assert done.stdout.endswith(b"10") and b"Root" in done.stdout
    assert curl_code(server, url, "-L", "--max-redirs", "9").returncode == 47


def test_discovery_https_to_http(serve):
    server = serve("failures/discovery-https-to-http")
    answer = root(server)
    assert (answer.status, answer.header("Location")) == (
        302, f"http://lyncdiscover.contoso.test:{server.http}/")
    assert root(server, "http").status == 200
    # curl shows what may not be: from https on it takes https alone.
    done = curl_code(server, "https://lyncdiscover.contoso.test/", "-L",
                     "--proto-redir", "=https")
    assert done.returncode == 1
    fired(server, "discovery-https-to-http", "redirect")


# --- statuses ---------------------------------------------------------------

@pytest.mark.parametrize("tls", [False, True])
def test_discovery_404(serve, tls):
    server = serve("failures/discovery-404")
    answer = ask_root(server, tls)
    assert answer.status == 404 and b"IIS" not in answer.body
    fired(server, "discovery-404", "status")


def test_discovery_403(serve):
    server = serve("failures/discovery-403")
    assert ask_root(server).status == ask_root(server, False).status == 403
    with Peer(server, tls=True) as peer:
        assert peer.ask(get(peer.host)).status == 200
    fired(server, "discovery-403", "status")


def test_discovery_500(serve):
    server = serve("failures/discovery-500")
    answer = ask_root(server)
    assert answer.status == 500 and b"Internal server error" in answer.body
    fired(server, "discovery-500", "status")


def test_bad_gateway(serve):
    """Nothing of the product is in it."""
    server = serve("failures/bad-gateway")
    for host, path in (("lyncdiscover", "/"), ("lyncweb", TICKET_PATH)):
        bytes_ = all_of(server, get(server.name(host), path), host)
        assert bytes_ == (b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\n\r\n"
                          b"<html><h1>502 Bad Gateway</h1></html>")
    fired(server, "bad-gateway", "status, body, headers")


def test_gateway_timeout(serve):
    server = serve("failures/gateway-timeout")
    assert root(server).status == 200
    began = time.monotonic()
    answer = ask(ntlm(server), server)
    assert (answer.status, answer.header("Server")) == (504, "nginx")
    assert time.monotonic() - began > 0.4
    fired(server, "gateway-timeout", "status, headers, delay")


def test_discovery_204(serve):
    server = serve("failures/discovery-204")
    with discover(server) as peer:
        for _ in range(2):
            answer = peer.ask(get(peer.host))
            assert (answer.status, answer.body) == (204, b"")
            assert answer.header("Content-Length") is None
    fired(server, "discovery-204", "status")


def test_discovery_empty(serve):
    server = serve("failures/discovery-empty")
    answer = ask_root(server)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("Content-Length") == "0"
    fired(server, "discovery-empty", "body")


# --- framing ----------------------------------------------------------------

def test_discovery_without_length(serve):
    server = serve("failures/discovery-without-length")
    head, body, length = split(all_of(server, get(
        server.name("lyncdiscover"))))
    assert length is None and b"Transfer-Encoding" not in head
    assert body.endswith(b"}") and b"Root" in body
    assert b"Root" in root(server).body
    fired(server, "discovery-without-length", "content-length")


def test_one_byte_chunks(serve):
    server = serve("failures/one-byte-chunks")
    with discover(server) as peer:
        for _ in range(2):
            peer.send(get(peer.host))
            while b"0\r\n\r\n" not in peer.received:
                assert peer._more()
            head, body, length = split(peer.received)
            peer.received = b""
            assert length is None and b"Transfer-Encoding: chunked" in head
            assert re.fullmatch(rb"(1\r\n[\s\S]\r\n){100,}0\r\n\r\n", body)
    assert open_user(requests(server), server, ticket_for(
        requests(server), server).headers()).status == 200
    fired(server, "one-byte-chunks", "chunks")


def test_stalls_after_headers(serve):
    server = serve("failures/stalls-after-headers")
    with discover(server) as peer:
        peer.send(get(peer.host))
        assert "200 OK" in peer._head()
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)
    fired(server, "stalls-after-headers", "truncate")


def test_wrong_content_length(serve):
    server = serve("failures/wrong-content-length")
    _, body, length = split(all_of(
        server, get(server.name("lyncweb"), MEX_PATH), "lyncweb"))
    assert length == len(body) + 10
    done = curl_code(server, f"https://lyncweb.contoso.test{MEX_PATH}")
    assert done.returncode == 18
    assert b"10 bytes remaining" in done.stderr
    fired(server, "wrong-content-length", "content-length")


def test_length_too_short(serve):
    server = serve("failures/length-too-short")
    _, body, length = split(all_of(
        server, get(server.name("lyncdiscover"))))
    assert length == len(body) - 20
    # curl takes what it was promised.
    done = curl_code(server, "https://lyncdiscover.contoso.test/")
    assert done.returncode == 0 and done.stdout == body[:length]
    fired(server, "length-too-short", "content-length")


def a_ticket(server):
    return ticket_for(requests(server), server)


def test_broken_chunks(serve):
    """All of the document is there, and its end is not."""
    server = serve("failures/broken-chunks")
    [ticket] = a_ticket(server).headers().items()
    _, body, _ = split(all_of(
        server, get(server.name("lyncweb"), USER_PATH, ": ".join(ticket)),
        "lyncweb"))
    assert re.match(rb"64\r\n", body)
    assert not body.endswith(b"0\r\n\r\n")
    done = curl_code(server, f"https://lyncweb.contoso.test{USER_PATH}", "-H",
                     ": ".join(ticket))
    assert done.returncode == 18
    fired(server, "broken-chunks", "chunks")


def test_garbled_chunks(serve):
    server = serve("failures/garbled-chunks")
    _, body, _ = split(all_of(
        server, get(server.name("lyncweb"), MEX_PATH), "lyncweb"))
    assert body.startswith(b"64\r\n") and body[106:111] == b"xyz\r\n"
    done = curl_code(server, f"https://lyncweb.contoso.test{MEX_PATH}")
    assert done.returncode == 56 and b"hex" in done.stderr
    fired(server, "garbled-chunks", "chunks")


def test_slow_line(serve):
    server = serve("failures/slow-line")
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        sizes = [len(peer.socket.recv(65536)) for _ in range(4)]
    assert sizes == [100] * 4
    assert root(server).status == 200
    fired(server, "slow-line", "drip")


def test_answer_cut_in_the_middle(serve):
    """Half of the ticket, and no close_notify: curl says that it is cut."""
    server = serve("failures/answer-cut-in-the-middle")
    with pytest.raises(AssertionError, match=r"curl: (18|56)"):
        ask(ntlm(server), server)
    [record] = fired(server, "answer-cut-in-the-middle", "truncate")
    assert record.entry["outcome"] == "cut" and record.user == "alice"


def test_ntlm_through_http10(serve):
    server = serve("failures/ntlm-through-http10")
    bytes_ = all_of(server, request("POST", server.name("lyncweb"),
                                    TICKET_PATH, body=b"x"), "lyncweb")
    assert bytes_.startswith(b"HTTP/1.0 401 Unauthorized\r\n")
    assert b"Connection:" not in bytes_
    answer = ask(ntlm(server), server)
    assert answer.status == 401
    fired(server, "ntlm-through-http10", "http10")


def test_answers_of_others(serve):
    server = serve("failures/answers-of-others")
    with Peer(server, tls=True) as peer:
        assert b"definitions" in peer.ask(get(peer.host, MEX_PATH)).body
        assert peer.ask(get(peer.host)).body == b"Hello Bob"
    fired(server, "answers-of-others", "extra-reply")


def test_idle_connections_forgotten(serve):
    server = serve("failures/idle-connections-forgotten")
    with discover(server) as peer:
        for _ in range(2):
            answer = peer.ask(get(peer.host))
            assert answer.status == 200 and not answer.header("Connection")
        assert peer.closed()
    fired(server, "idle-connections-forgotten", "connection")


def test_100_continue_uninvited(serve):
    server = serve("failures/100-continue-uninvited")
    with discover(server) as peer:
        for _ in range(2):
            assert peer.ask(get(peer.host)).answers == [100, 100, 200]
    assert root(server).answers == [100, 100, 200]
    assert a_ticket(server).text
    fired(server, "100-continue-uninvited", "interim")


# --- heads and codings ------------------------------------------------------

def test_gzip_unasked(serve):
    server = serve("failures/gzip-unasked")
    answer = ask_root(server)
    assert answer.header("Content-Encoding") == "gzip"
    assert b"Root" in gzip.decompress(answer.body)
    fired(server, "gzip-unasked", "compress")


def test_gzip_in_name_only(serve):
    server = serve("failures/gzip-in-name-only")
    answer = ask_root(server)
    assert answer.header("Content-Encoding") == "gzip"
    assert b"Root" in answer.body
    done = curl_code(server, "https://lyncdiscover.contoso.test/",
                     "--compressed")
    assert done.returncode in (23, 56, 61)
    fired(server, "gzip-in-name-only", "compress")


def test_headers_too_long(serve):
    server = serve("failures/headers-too-long")
    assert len(ask_root(server).header("Set-Cookie")) == 400 * 1024
    done = curl_code(server, "https://lyncdiscover.contoso.test/")
    assert done.returncode in (27, 56, 100)
    fired(server, "headers-too-long", "huge-header")


def test_status_line_garbage(serve):
    server = serve("failures/status-line-garbage")
    bytes_ = all_of(server, get(server.name("lyncweb"), "/"), "lyncweb")
    assert bytes_.startswith(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert curl_code(server, "https://lyncweb.contoso.test/").returncode == 1
    fired(server, "status-line-garbage", "status-line")


# --- somebody in between ----------------------------------------------------

def test_load_balancer_cookie(serve):
    server = serve("failures/load-balancer-cookie")
    ticket = a_ticket(server)
    lost = open_user(requests(server), server, ticket.headers())
    assert lost.status in (401, 500)
    assert lost.header("X-Ms-diagnostics").startswith("28032;")
    assert lost.header("Set-Cookie").startswith("MS-WSMAN=fe01")
    kept = open_user(requests(server), server,
                     {**ticket.headers(), "Cookie": "MS-WSMAN=fe01"})
    assert kept.status == 200


def test_ticket_of_another_front_end(serve):
    server = serve("failures/ticket-of-another-front-end")
    client = requests(server)
    first = open_user(client, server, a_ticket(server).headers())
    assert first.status == 401
    assert first.header("X-Ms-diagnostics").startswith("28072;")
    assert open_user(client, server, a_ticket(server).headers()).status == 200
    fired(server, "ticket-of-another-front-end", "diagnostics")


def test_proxy_wants_basic(serve):
    server = serve("failures/proxy-wants-basic")
    with Peer(server, tls=True) as peer:
        answer = peer.ask(get(peer.host, TICKET_PATH))
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == [
        'Basic realm="tmg.contoso.test"']
    assert answer.header("X-MS-WebTicketURL") is None
    fired(server, "proxy-wants-basic", "status, headers")


def test_proxy_login_page(serve):
    server = serve("failures/proxy-login-page")
    with Peer(server, tls=True) as peer:
        answer = peer.ask(get(peer.host, USER_PATH))
    assert (answer.status, answer.header("Location")) == (
        302, "https://sso.contoso.test/adfs/ls/?wa=wsignin1.0")
    fired(server, "proxy-login-page", "redirect")


def test_client_proxy_wants_password(serve):
    server = serve("failures/client-proxy-wants-password")
    proxy = f"http://127.0.0.1:{server.http}"
    for scheme, tells, code in (("http", "%{http_code}", 0),
                                ("https", "%{http_connect}", 56)):
        done = subprocess.run(
            ["curl", "-q", "-s", "-x", proxy, "-o", "/dev/null", "-w", tells,
             f"{scheme}://lyncdiscover.contoso.test/"],
            env=clean_environment(server.folder), capture_output=True,
            timeout=PATIENCE)
        assert (done.returncode, done.stdout) == (code, b"407")
    assert root(server).status == 200
    fired(server, "client-proxy-wants-password", "status, headers")


@pytest.mark.parametrize("host,path", [
    ("lyncdiscover", "/"), ("lyncweb", TICKET_PATH), ("pool01", "/any")])
def test_hotel_wifi(serve, host, path):
    server = serve("failures/hotel-wifi")
    with Peer(server, host=host) as peer:
        answer = peer.ask(get(peer.host, path))
    assert answer.status == 511 and b"Guest Wi-Fi" in answer.body
    assert answer.header("Server") == "lighttpd"
    fired(server, "hotel-wifi", "captive-portal")


def test_hotel_wifi_redirect(serve):
    server = serve("failures/hotel-wifi-redirect")
    answer = root(server, "http")
    assert (answer.status, answer.header("Location")) == (
        302, "http://login.wifi.test/guest")
    fired(server, "hotel-wifi-redirect", "captive-portal")


# --- what a client makes of it ----------------------------------------------

PC = "pc-external-ntlm"
SIGNED_IN = "signed in over NTLM"
# As in test_scenarios_failures.
PROBE = [
    ("100-continue-uninvited", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("answer-cut-in-the-middle", PC, PASSWORD, 1, "bytes remaining to read",
     1),
    ("answers-of-others", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("bad-gateway", PC, PASSWORD, 1,
     "502: a proxy in between does not reach the server", 0),
    ("broken-chunks", PC, PASSWORD, 1, "outstanding read data", 1),
    ("discovery-204", PC, PASSWORD, 1, "204: nothing at all is said", 0),
    ("discovery-301-to-https", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("discovery-403", PC, PASSWORD, 1, "Root is refused (HTTP 403)", 0),
    ("discovery-404", PC, PASSWORD, 1, "Root is refused (HTTP 404)", 0),
    ("discovery-500", "ios-ntlm", PASSWORD, 1, "Root is refused (HTTP 500)",
     0),
    ("discovery-empty", PC, PASSWORD, 1, "no Root: the body is empty", 0),
    ("discovery-https-to-http", PC, PASSWORD, 1, "HTTP 302 to http://", 0),
    ("discovery-redirects-in-circles", PC, PASSWORD, 1, "HTTP 302 to https:",
     0),
    ("discovery-ten-redirects", PC, PASSWORD, 1, "lyncmock-hop=1", 0),
    ("discovery-without-length", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("garbled-chunks", PC, PASSWORD, 1, "sequence in chunked-encoding", 0),
    ("gateway-timeout", PC, PASSWORD, 1, "waits for the server in vain", 0),
    ("gzip-in-name-only", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("gzip-unasked", PC, PASSWORD, 1,
     "it is encoded as gzip, which nobody asked for", 0),
    ("headers-too-long", PC, PASSWORD, 1, "a header of the answer is longer",
     0),
    ("hotel-wifi", PC, PASSWORD, 1, "the network wants a sign-in of its own",
     0),
    ("hotel-wifi-redirect", "ios-ntlm", PASSWORD, 1,
     "HTTP 302 to http://login.wifi.test/guest", 0),
    ("idle-connections-forgotten", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("length-too-short", PC, PASSWORD, 1, "the answer is no Root: ", 0),
    ("load-balancer-cookie", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("ntlm-through-http10", PC, PASSWORD, 1,
     "the NTLM handshake was broken off", 0),
    ("one-byte-chunks", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("proxy-login-page", PC, PASSWORD, 1, "302: to https://sso.contoso.test",
     0),
    ("proxy-wants-basic", PC, PASSWORD, 1,
     "somebody before the service wants a password", 0),
    ("slow-line", PC, PASSWORD, 0, SIGNED_IN, 1),
    ("stalls-after-headers", PC, PASSWORD, 4, "timed out", 0),
    ("status-line-garbage", PC, PASSWORD, 1, "speaks no HTTP", 0),
    ("ticket-of-another-front-end", PC, PASSWORD, 0, SIGNED_IN, 2),
    ("wrong-content-length", PC, PASSWORD, 1, "10 bytes remaining", 0),
    # Through the proxy: test_the_probe_tells_of_its_proxy.
    ("client-proxy-wants-password", PC, PASSWORD, 0, SIGNED_IN, 1),
]
# Those that wait: the probe gives a request a third of this.
PATIENT = {"stalls-after-headers": "2400ms"}


@pytest.mark.parametrize("name,client,password,code,words,asked", PROBE)
def test_probe(serve, name, client, password, code, words, asked):
    probed(serve(f"failures/{name}"), client, password, code, words, asked,
           PATIENT.get(name, "9s"))


def test_the_probe_tells_of_its_proxy(serve):
    server = serve("failures/client-proxy-wants-password")
    done = run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--user", ALICE, "--proxy",
                   f"http://127.0.0.1:{server.http}",
                   env={"LYNC_PASSWORD": PASSWORD})
    assert done.returncode == 1
    assert "response 407: the proxy wants a password" in done.stdout
