"""What steps do at the points of the proxy: how a client sees it, and that a
server's own points are reached in a tunnel as they are without one."""

import contextlib
import errno
import select
import socket
import time

import pytest

from sessions import Admin
from through import connect, curl, proxy_of, proxy_peer, run_curl
from wire import FIN, RST, Capture

KERBEROS = False

URL = "https://lyncdiscover.contoso.test/"
PROXY = ("--proxy-port", "0")


def play_at(play, point, do, when=""):
    when = f"when: {when}, " if when else ""
    return play(f"{{at: {point}, {when}do: {do}}}", args=PROXY)


def steps_of(server):
    server.stop()
    return [remark["text"].split(":")[0] for entry in server.entries()
            for remark in entry["remarks"] if remark["key"] == "step"]


# --- CONNECT ----------------------------------------------------------------------

ANSWERS = [
    # what is done; curl's exit code, the statuses that it saw
    ("{status: 407}", 56, [407]),
    ("{status: 407, headers: {Proxy-Authenticate: [Negotiate, NTLM]}}", 56,
     [407]),
    ("{status: 403}", 56, [403]),
    ("{status: 502}", 56, [502]),
    ("{status: 503, headers: {Retry-After: '1'}}", 56, [503]),
    ("{status: 504, delay: 50ms}", 56, [504]),
    ("{captive-portal: 511}", 56, [511]),
    ("{redirect: 'http://login.wifi.test/'}", 56, [302]),
    ('{raw: "HTTP/1.0 200 OK\\r\\n\\r\\n"}', 0, [200, 200]),
    ("{status: 204}", 0, [204, 200]),
    ("{delay: 50ms}", 0, [200, 200]),
    ("{drip: {bytes: 5, every: 1ms}}", 0, [200, 200]),
    ("{status-line: {reason: Fine}}", 0, [200, 200]),
    ("{headers: {Via: '1.1 tmg', Proxy-Agent: x}}", 0, [200, 200]),
    ("{header-form: {line-end: lf}}", 0, [200, 200]),
    ("{reset: yes}", 56, []),
    ("{close: yes}", 56, []),
    ("{close: {after: 10}}", 56, []),
    ("{raw: 'garbage'}", 56, []),
]


@pytest.mark.parametrize("do,code,answers", ANSWERS)
def test_answers_to_connect(play, do, code, answers):
    server = play_at(play, "proxy.connect", do)
    reply = run_curl(server, URL)
    if do != "{raw: 'garbage'}":
        assert reply.answers == answers, reply.said
    assert (reply.code == 0) == (code == 0), reply.said
    assert steps_of(server)[0] == "proxy.connect"


def test_a_portal_that_says_200(play):
    """RFC 9110 9.3.6: the page is taken for the tunnel's first bytes."""
    server = play_at(play, "proxy.connect", "{captive-portal: 200}")
    reply = run_curl(server, URL)
    assert reply.answers == [200]
    assert reply.code == 35


def test_407_names_a_scheme_unless_a_step_does(play):
    server = play_at(play, "proxy.connect", "{status: 407}")
    with proxy_peer(server) as peer:
        reply = peer.ask(connect("lyncweb.contoso.test:443"))
        assert reply.headers("Proxy-Authenticate") == [
            'Basic realm="contoso.test", charset="UTF-8"']
        assert reply.header("Server") is None  # no IIS
        assert reply.text.startswith("lyncmock: ")


def test_ntlm_at_the_proxy_is_refused_by_steps(play):
    """What a client does about a scheme that it knows."""
    server = play(
        "{at: proxy.connect, when: {header: {Proxy-Authorization: 'NTLM*'}}, "
        "do: {status: 407, headers: {Proxy-Authenticate: NTLM}}}",
        "{at: proxy.connect, "
        "do: {status: 407, headers: {Proxy-Authenticate: NTLM}}}", args=PROXY)
    reply = run_curl(server, URL, "--proxy-ntlm", "--proxy-user", "a:b")
    assert reply.answers[-1] == 407
    server.stop()
    text = server.journal.read_text()
    assert "Proxy-Authorization" in text and "TlRMTVNTUAAB" not in text


def test_steps_by_host_client_and_count(play):
    server = play(
        "{at: proxy.connect, when: {host: lyncdiscover.*, first: 1}, "
        "do: {status: 503}}",
        "{at: proxy.connect, when: {client: odd}, "
        "do: {status: 403}}", args=PROXY)
    discover = "https://lyncdiscover.contoso.test/"
    assert run_curl(server, discover).answers == [503]
    assert run_curl(server, discover).answers == [200, 200]
    assert run_curl(server, URL, "-A", "odd").answers == [403]


def test_stall_ends_with_the_client(play):
    server = play_at(play, "proxy.connect", "{stall: yes}", "{first: 1}")
    with proxy_peer(server) as peer:
        peer.send(connect("lyncweb.contoso.test:443"))
        assert not select.select([peer.socket], [], [], 0.3)[0]
    assert curl(server, URL).answers == [200, 200]


def test_refuse_is_for_the_proxys_port(play):
    server = play_at(play, "proxy.connect", "{refuse: {for: 30s}}",
                     "{first: 1}")
    assert curl(server, URL).status == 200
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", proxy_of(server))) \
            == errno.ECONNREFUSED
    assert server.curl(server.url("lyncdiscover")).status == 200


# --- connections ------------------------------------------------------------------

@pytest.mark.parametrize("do,flag", [("{reset: yes}", RST),
                                     ("{close: yes}", FIN),
                                     ("{reset: {received: 20}}", RST)])
def test_proxy_accept(play, do, flag):
    server = play_at(play, "proxy.accept", do, "{first: 1}")
    with Capture(proxy_of(server)) as seen, socket.socket() as peer:
        peer.bind(("127.0.0.1", 0))
        with contextlib.suppress(ConnectionError):
            peer.connect(("127.0.0.1", proxy_of(server)))
            peer.sendall(connect("lyncweb.contoso.test:443"))
        local = peer.getsockname()[1]
        seen.until(local, flag)
        assert seen.data(local) == b""
    assert curl(server, URL).answers == [200, 200]
    assert server.curl(server.url("lyncdiscover")).status == 200
    assert steps_of(server) == ["proxy.accept"]


def test_proxy_accept_is_slow(play):
    server = play_at(play, "proxy.accept", "{delay: 300ms}")
    began = time.monotonic()
    assert curl(server, URL).status == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("do,flag,most", [
    ("{reset: yes}", RST, 0), ("{close: yes}", FIN, 0),
    ("{reset: {received: 200}}", RST, 0),
    ("{reset: {after: 100}}", RST, 100), ("{close: {after: 1500}}", FIN, 1500),
    ("{reset: {after: 1500}}", RST, 1500),
])
def test_a_tunnel_is_cut(play, do, flag, most):
    server = play_at(play, "proxy.tunnel", do, "{first: 1}")
    established = b"HTTP/1.1 200 Connection established\r\n\r\n"
    with Capture(proxy_of(server)) as seen:
        reply = run_curl(server, URL, "--no-keepalive", "--local-port",
                         "40000-49999", "-w", "%{local_port}")
        local = int(reply.text or "0")
        assert reply.code != 0
        assert reply.answers[:1] == [200]
        if local:
            seen.until(local, flag)
            assert len(seen.data(local)) == len(established) + most
    assert curl(server, URL).answers == [200, 200]
    assert steps_of(server) == ["proxy.tunnel"]


def test_the_tunnels_host_is_known(serve, play):
    server = play_at(play, "proxy.tunnel", "{reset: yes}",
                     "{host: LYNCWEB.contoso.test}")
    assert curl(server, URL).answers == [200, 200]
    assert run_curl(server, "https://lyncweb.Contoso.test/").code != 0
    # And so is the session, before a ClientHello tells.
    server = serve(*PROXY)
    Admin(server).make(domain="t1.contoso.test", scenario=(
        "lyncmock: 1\nsteps:\n  - {at: tcp.accept, do: {reset: yes}}\n"))
    assert curl(server, URL).answers == [200, 200]
    assert run_curl(server, "https://lyncweb.t1.contoso.test/").answers == [200]


def test_a_tunnel_that_stalls(play):
    server = play_at(play, "proxy.tunnel", "{stall: yes}")
    reply = run_curl(server, URL, "--max-time", "1")
    assert (reply.code, reply.answers) == (28, [200])


# --- whole URLs ---------------------------------------------------------------------

@pytest.mark.parametrize("do,status", [
    ("{status: 407}", 407), ("{status: 403}", 403), ("{status: 504}", 504),
    ("{captive-portal: 200}", 200), ("{captive-portal: 302}", 302),
    ("{redirect: 'http://login.wifi.test/'}", 302),
    ("{headers: {Via: '1.1 tmg'}}", 200), ("{delay: 10ms}", 200),
    ("{body: 'no'}", 200),
])
def test_answers_to_whole_urls(play, do, status):
    server = play_at(play, "proxy.request", do)
    reply = curl(server, "http://lyncdiscover.contoso.test/")
    assert reply.status == status
    server.stop()
    entry, = [one for one in server.entries() if "request" in one]
    served = do.startswith(("{headers", "{delay", "{body"))
    assert entry["operation"] == ("discover.root" if served
                                  else "proxy.request")


@pytest.mark.parametrize("do,code", [("{reset: yes}", 56), ("{close: yes}", 52),
                                     ("{stall: yes}", 28)])
def test_no_answer_to_whole_urls(play, do, code):
    server = play_at(play, "proxy.request", do)
    reply = run_curl(server, "http://lyncdiscover.contoso.test/",
                     "--max-time", "1")
    assert (reply.code, reply.answers) == (code, [])


# --- the proxy's verdict --------------------------------------------------------------

def test_a_verdict_of_a_steps(play):
    server = play(
        "{at: proxy.verdict, when: {user: bob}, do: {verdict: refused}}",
        "{at: proxy.verdict, when: {reason: wrong-password}, "
        "do: {verdict: accepted}}",
        world="world: {proxy: {auth: basic}}\n", args=PROXY)
    for who, answers in (("alice:Passw0rd!", [200, 200]),
                         ("bob:Passw0rd!", [407]),
                         ("alice:wrong", [200, 200])):
        assert run_curl(server, URL, "--proxy-user", who).answers == answers


# --- a server's own points, in a tunnel ----------------------------------------------

INSIDE = [
    ("tcp.accept", "{reset: yes}", [200], False),
    ("tcp.accept", "{delay: 10ms}", [200, 200], True),
    ("tcp.first-byte", "{close: yes}", [200], False),
    ("tls.handshake", "{alert: unrecognized-name}", [200], False),
    ("tls.certificate", "{certificate: expired}", [200], False),
    ("http.request", "{status: 503}", [200, 503], True),
    ("http.response", "{reset: {after: 20}}", [200, 200], False),
    ("http.head", "{status: 404}", [200, 404], True),
]


@pytest.mark.parametrize("point,do,answers,good", INSIDE)
def test_points_of_servers_in_a_tunnel(play, point, do, answers, good):
    server = play_at(play, point, do)
    reply = run_curl(server, URL)
    assert reply.answers == answers, reply.said
    assert (reply.code == 0) == good
    assert steps_of(server) == [point]


def test_requests_are_counted_as_without_a_proxy(play):
    """CONNECT is no request of a server's."""
    server = play("{at: http.request, when: {first: 1}, do: {status: 503}}",
                  "{at: http.response, when: {after: 1}, do: {status: 404}}",
                  args=PROXY)
    assert curl(server, URL).answers == [200, 503]
    assert curl(server, URL).answers == [200, 404]


def test_both_names_for_what_is_asked_of_a_proxy(play):
    server = play("{at: http.proxied, do: {status: 407}}", args=PROXY)
    assert run_curl(server, URL).answers == [407]
    assert curl(server, "http://lyncdiscover.contoso.test/").answers == [407]
