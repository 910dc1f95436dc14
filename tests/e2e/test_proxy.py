"""The CONNECT proxy: every name of the world at any port, and nothing else
(docs/proxy.md). RFC 9110 9.3.6, RFC 9112 3.2.2 and 3.2.3."""

import socket
import ssl

import pytest

from harness import PASSWORD, ROOT_PATH, has_ipv6_loopback, run_cli
from kerberos import Client, needs_kerberos
from raw import Peer, context_of, get
from sessions import Admin
from through import (basic, connect, curl, proxy_of, proxy_peer, proxy_url,
                     run_curl)

KERBEROS = False

NTLM = "https://lyncweb.contoso.test/auth/ntlm"
WHO = "CONTOSO\\alice:Passw0rd!"


@pytest.fixture
def server(serve):
    return serve("--proxy-port", "0")


def tunnel(peer, target, *lines):
    """CONNECT, accepted; the peer is then in the tunnel."""
    peer.send(connect(target, *lines))
    head = peer._head()
    assert head.startswith("HTTP/1.1 200 "), head
    return head


def wrap(peer, server, host="lyncweb.contoso.test"):
    peer.socket = context_of(server).wrap_socket(peer.socket,
                                                 server_hostname=host)


def http_entries(server):
    server.stop()
    return [entry for entry in server.entries() if "request" in entry]


# --- announced -------------------------------------------------------------------

def test_the_ready_line_and_the_ports_file_tell_its_port(server):
    assert server.ports()["proxy"] == proxy_of(server)
    words = [word.split("=")[0] for word in server.ready_line.split()[2:]]
    assert words.index("proxy") == words.index("admin") + 1


def test_there_is_none_unless_asked_for(serve):
    for args in ((), ("--proxy-port", "none")):
        server = serve(*args)
        assert "proxy" not in server.ready
        assert "proxy" not in server.ports()


def test_a_port_of_ones_own(serve, tmp_path):
    from harness import free_port, taken_port
    port = free_port()
    assert proxy_of(serve("--proxy-port", str(port))) == port
    with taken_port() as taken:
        number = taken.getsockname()[1]
        done = run_cli(tmp_path, "serve", "--proxy-port", number)
        assert done.returncode == 3
        assert f"port {number} for the proxy" in done.stderr, done.stderr
    for wrong in ("65536", "x"):
        done = run_cli(tmp_path, "serve", "--proxy-port", wrong)
        assert done.returncode == 2
        assert "or none" in done.stderr
    done = run_cli(tmp_path, "serve", "--proxy-port", port, "--admin-port",
                   port)
    assert done.returncode == 2
    assert "--proxy-port and --admin-port" in done.stderr


# --- through it ------------------------------------------------------------------

@pytest.mark.parametrize("url", [
    NTLM, "https://lyncweb.contoso.test:8443/auth/ntlm",
    "https://LyncWeb.contoso.test:1/auth/ntlm"])
def test_ntlm_through_a_tunnel(server, url):
    reply = curl(server, url, "--ntlm", "-u", WHO)
    assert reply.answers == [200, 401, 200]  # CONNECT, challenge, answer
    entries = http_entries(server)
    assert [entry.get("operation") for entry in entries] == [
        "proxy.connect", "plain.ntlm", "plain.ntlm"]
    target = entries[0]["request"]["target"]
    for entry in entries[1:]:
        assert entry["connection"]["proxy"] == {"tunnel": target}
        assert entry["connection"]["tls"]["sni"] == "lyncweb.contoso.test"
        assert entry["connection"]["peer"] == entries[0]["connection"]["peer"]


@needs_kerberos
def test_negotiate_through_a_tunnel(serve):
    server = serve("--proxy-port", "0", "--set", "offer.kerberos=auto")
    client = Client(server)
    client.kinit()
    reply = curl(server, "https://lyncweb.contoso.test/auth/negotiate",
                 "--negotiate", "-u", ":", env=client.env)
    assert reply.status == 200
    assert '"mechanism":"negotiate+krb5"' in reply.text, reply.text


def test_urls_in_answers_carry_the_port_that_was_asked(server):
    for port, awaited in (("", ""), (":443", ""), (":8443", ":8443")):
        reply = curl(server,
                     f"https://lyncdiscover.contoso.test{port}{ROOT_PATH}")
        assert reply.status == 200
        assert f"https://lyncweb.contoso.test{awaited}/" in reply.text.replace(
            "\\/", "/")
    reply = curl(server, "http://lyncdiscover.contoso.test/")
    assert "https://lyncweb.contoso.test/Autodiscover" in reply.text.replace(
        "\\/", "/")


def test_plain_http_by_whole_urls_keeps_its_connection(server):
    urls = ["http://lyncdiscover.contoso.test/",
            "http://lyncdiscoverinternal.contoso.test/"]
    reply = curl(server, urls[0], "-H", "Proxy-Connection: Keep-Alive",
                 "-o", "/dev/null", urls[1])
    assert reply.status == 200
    entries = http_entries(server)
    assert {entry["request"]["host"] for entry in entries} == {
        "lyncdiscover.contoso.test", "lyncdiscoverinternal.contoso.test"}
    assert len({entry["connection"]["id"] for entry in entries}) == 1
    assert [entry["operation"] for entry in entries] == [
        "discover.root", "discover.root"]


def test_plain_http_in_a_tunnel(server):
    reply = curl(server, "http://lyncdiscover.contoso.test/", "--proxytunnel")
    assert reply.answers == [200, 200]
    reply = curl(server, f"http://127.0.0.1:{server.http}/", "-p")
    assert reply.answers == [200, 200]
    # A port that says nothing: the first byte does.
    for scheme in ("http", "https"):
        reply = curl(server, f"{scheme}://lyncdiscover.contoso.test:5061/",
                     "-p")
        assert reply.answers == [200, 200]


def test_our_own_addresses(server):
    hosts = ["127.0.0.1", "localhost"] + ["[::1]"] * has_ipv6_loopback()
    for host in hosts:
        reply = curl(server, f"https://{host}:{server.https}/")
        assert reply.answers == [200, 200], host


def test_each_request_of_a_kept_tunnel(server):
    with proxy_peer(server) as peer:
        tunnel(peer, "lyncweb.contoso.test:443")
        wrap(peer, server)
        for _ in range(3):
            assert peer.ask(get(peer.host)).status == 200


def test_old_clients(server):
    reply = curl(server, NTLM, "--proxy1.0", proxy_url(server), "--ntlm",
                 "-u", WHO)
    assert reply.status == 200


def test_requests_library(server):
    import requests
    import requests_ntlm
    session = requests.Session()
    session.trust_env = False
    session.verify = server.ca_file
    session.proxies = {"http": proxy_url(server), "https": proxy_url(server)}
    answer = session.get(NTLM, auth=requests_ntlm.HttpNtlmAuth(
        "CONTOSO\\alice", PASSWORD))
    assert answer.status_code == 200
    assert session.get("http://lyncdiscover.contoso.test/").status_code == 200
    refused = session.get("http://example.com/")
    assert refused.status_code == 403
    assert "contoso.test" in refused.text
    with pytest.raises(requests.exceptions.ProxyError):
        session.get("https://example.com/")


def test_sessions_have_their_names(serve):
    server = serve("--proxy-port", "0", "--template", "good/ios-ntlm")
    admin = Admin(server)
    admin.make(domain="two.contoso.test", scenario="good/pc-external-ntlm")
    for host in ("lyncdiscover.two.contoso.test",
                 "lyncdiscover.one.contoso.test"):
        reply = curl(server, f"https://{host}{ROOT_PATH}")
        assert reply.answers == [200, 200], host
    refused = run_curl(server, "https://lyncweb.other.test/")
    assert refused.answers == [403]
    entries = http_entries(server)
    assert [entry["session"] for entry in entries] == [
        "two.contoso.test", "two.contoso.test", "one.contoso.test",
        "one.contoso.test", "default"]


def test_workers(serve):
    server = serve("--proxy-port", "0", "--workers", "3")
    for _ in range(6):
        reply = curl(server, NTLM, "--ntlm", "-u", WHO)
        assert reply.answers == [200, 401, 200]
        assert curl(server, "http://lyncdiscover.contoso.test/").status == 200


# --- what is refused -------------------------------------------------------------

REFUSED = [
    ("evil.example:443", 403, '"evil.example" is no name of this world'),
    ("contoso.test.evil.example:443", 403, "is no name of this world"),
    ("xlyncweb.contoso.test:443", 403, "is no name of this world"),
    ("10.0.0.1:443", 403, "is no name of this world"),
    ("[2001:db8::1]:443", 403, "is no name of this world"),
    ("127.0.0.1:22", 403, "leads to the ports"),
    ("localhost:443", 403, "leads to the ports"),
    ("lyncweb.contoso.test", 400, "expected HOST:PORT"),
    ("lyncweb.contoso.test:", 400, "expected HOST:PORT"),
    ("lyncweb.contoso.test:0", 400, "expected HOST:PORT"),
    ("lyncweb.contoso.test:65536", 400, "expected HOST:PORT"),
    ("lyncweb.contoso.test:443x", 400, "expected HOST:PORT"),
    ("lyncweb.contoso.test:443/x", 400, "expected HOST:PORT"),
    ("alice@lyncweb.contoso.test:443", 400, "expected HOST:PORT"),
    ("https://lyncweb.contoso.test:443", 400, "expected HOST:PORT"),
    (":443", 400, "expected HOST:PORT"),
    ("/", 400, "expected HOST:PORT"),
]


@pytest.mark.parametrize("target, status, why", REFUSED)
def test_connect_to_what_is_not_ours(server, target, status, why):
    with proxy_peer(server) as peer:
        reply = peer.ask(connect(target))
        assert reply.status == status
        assert why in reply.text
        if status == 403:
            assert "contoso.test" in reply.text or "ports" in reply.text
        # The connection stays, and is no tunnel.
        tunnel(peer, "lyncweb.contoso.test:443")


def test_the_admin_port_is_not_behind_it(server):
    admin = server.ready["admin"]
    for peer_target in (f"127.0.0.1:{admin}", f"localhost:{admin}"):
        with proxy_peer(server) as peer:
            assert peer.ask(connect(peer_target)).status == 403


@pytest.mark.parametrize("line, status, why", [
    ("GET / HTTP/1.1", 400, "this port is an HTTP proxy"),
    ("GET https://lyncweb.contoso.test/ HTTP/1.1", 400, "CONNECT"),
    ("GET ftp://lyncweb.contoso.test/ HTTP/1.1", 400, "http://"),
    ("OPTIONS * HTTP/1.1", 400, "this port is an HTTP proxy"),
    ("GET http://evil.example/ HTTP/1.1", 403, "no name of this world"),
    ("GET http://127.0.0.1/ HTTP/1.1", 403, "leads to the ports"),
    ("POST http://evil.example/ HTTP/1.1", 403, "no name of this world"),
])
def test_requests_that_are_not_ours(server, line, status, why):
    with proxy_peer(server) as peer:
        reply = peer.ask(f"{line}\r\nHost: lyncweb.contoso.test\r\n\r\n"
                         .encode())
        assert reply.status == status
        assert why in reply.text


def test_a_whole_url_beats_host(server):
    with proxy_peer(server) as peer:
        reply = peer.ask(b"GET http://lyncdiscover.contoso.test/ HTTP/1.1\r\n"
                         b"Host: evil.example\r\n\r\n")
        assert reply.status == 200
        reply = peer.ask(b"GET http://evil.example/ HTTP/1.1\r\n"
                         b"Host: lyncdiscover.contoso.test\r\n\r\n")
        assert reply.status == 403


def test_no_http(server):
    with proxy_peer(server) as peer:
        assert peer.ask(b"\x16\x03\x01\x00\x05hello").status == 400
        assert peer.closed()
    with proxy_peer(server) as peer:
        assert peer.ask(b"CONNECT\r\n\r\n").status == 400
        assert peer.closed()
    with proxy_peer(server) as peer:
        assert peer.ask(connect("lyncweb.contoso.test:443",
                                "X-Long: " + "x" * 70000)).status == 400
        assert peer.closed()


def test_connect_inside_of_a_tunnel_is_no_proxys(server):
    with proxy_peer(server) as peer:
        tunnel(peer, "lyncdiscover.contoso.test:80")
        reply = peer.ask(connect("evil.example:443"))
        assert reply.status in (404, 405)


def test_what_the_ports_of_servers_say_to_connect(server):
    with Peer(server) as peer:
        assert peer.ask(connect("lyncweb.contoso.test:443")).status >= 400


# --- bytes -----------------------------------------------------------------------

def hello_bytes(server, host="lyncweb.contoso.test"):
    """A ClientHello, and what reads the answer to it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    spoken = context_of(server).wrap_bio(incoming, outgoing,
                                         server_hostname=host)
    with pytest.raises(ssl.SSLWantReadError):
        spoken.do_handshake()
    return outgoing.read(), spoken, incoming, outgoing


def finish_handshake(peer, spoken, incoming, outgoing):
    while True:
        if peer.received:
            incoming.write(peer.received)
            peer.received = b""
        try:
            spoken.do_handshake()
            break
        except ssl.SSLWantReadError:
            assert peer._more(), "the server hung up"
    peer.send(outgoing.read())


def ask_inside(peer, spoken, incoming, outgoing, data):
    spoken.write(data)
    peer.send(outgoing.read())
    while True:
        try:
            return spoken.read(65536)
        except ssl.SSLWantReadError:
            if not peer.received:
                assert peer._more()
            incoming.write(peer.received)
            peer.received = b""


@pytest.mark.parametrize("cut", [1, 5, 100, None])
def test_a_hello_that_does_not_wait_for_the_answer(server, cut):
    hello, *tls = hello_bytes(server)
    with proxy_peer(server) as peer:
        peer.send(connect("lyncweb.contoso.test:443") + hello[:cut])
        head = peer._head()
        assert head.startswith("HTTP/1.1 200 ")
        if cut:
            peer.send(hello[cut:])
        finish_handshake(peer, *tls)
        answer = ask_inside(peer, *tls, get("lyncweb.contoso.test"))
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_plain_request_that_does_not_wait(server):
    with proxy_peer(server, "lyncdiscover") as peer:
        peer.send(connect("lyncdiscover.contoso.test:80") +
                  get(peer.host, "/") + get(peer.host, "/"))
        assert peer._head().startswith("HTTP/1.1 200 ")
        assert [peer.reply().status for _ in range(2)] == [200, 200]


def test_byte_by_byte(server):
    with proxy_peer(server) as peer:
        for byte in connect("lyncweb.contoso.test:443"):
            peer.send(bytes([byte]))
        assert peer._head().startswith("HTTP/1.1 200 ")
        wrap(peer, server)
        assert peer.ask(get(peer.host)).status == 200


def test_half_open(server):
    """A FIN behind CONNECT: the answer comes, and then the end."""
    with proxy_peer(server) as peer:
        peer.send(connect("lyncweb.contoso.test:443"))
        peer.finish_writing()
        assert peer._head().startswith("HTTP/1.1 200 ")
        assert peer.closed()
    with proxy_peer(server, "lyncdiscover") as peer:
        peer.send(connect("lyncdiscover.contoso.test:80") +
                  get(peer.host, "/"))
        peer.finish_writing()
        assert peer._head().startswith("HTTP/1.1 200 ")
        assert peer.reply().status == 200
        assert peer.closed()


def test_a_connect_with_a_body_has_its_body_read(server):
    """RFC 9110 9.3.6 knows none; the frame is what RFC 9112 6 says."""
    with proxy_peer(server) as peer:
        peer.send(connect("lyncweb.contoso.test:443", "Content-Length: 5")
                  + b"hello")
        assert peer._head().startswith("HTTP/1.1 200 ")
        wrap(peer, server)
        assert peer.ask(get(peer.host)).status == 200


def test_tls_to_a_plain_port_and_the_other_way_round(server):
    """As on the ports that these stand for."""
    with proxy_peer(server) as peer:
        tunnel(peer, "lyncdiscover.contoso.test:80")
        with pytest.raises(ssl.SSLError):
            wrap(peer, server)
    with proxy_peer(server) as peer:
        tunnel(peer, "lyncweb.contoso.test:443")
        peer.send(get(peer.host))
        peer.all()
    server.stop()
    assert "the client spoke plain HTTP to the HTTPS port" in server.messages()


def test_who_signed_in_to_the_proxy_is_nobody_behind_it(serve):
    """And the other way round: each connection begins anew in its tunnel."""
    server = serve("--proxy-port", "0", "--set", "proxy.auth=basic")
    url = "https://lyncweb.contoso.test/auth/ntlm"
    reply = curl(server, url, "--proxy-user", WHO)
    assert reply.answers == [200, 401]


# --- a proxy that asks who it is -------------------------------------------------

@pytest.fixture
def asking(serve):
    return serve("--proxy-port", "0", "--set", "proxy.auth=basic")


def test_basic(asking):
    good = curl(asking, NTLM, "--proxy-basic", "--proxy-user", WHO, "--ntlm",
                "-u", WHO)
    assert good.answers == [200, 401, 200]
    asked = curl(asking, NTLM, "--proxy-anyauth", "--proxy-user", WHO,
                 "--ntlm", "-u", WHO)
    assert asked.answers == [407, 200, 401, 200]
    plain = curl(asking, "http://lyncdiscover.contoso.test/",
                 "--proxy-user", WHO)
    assert plain.answers == [200]
    refused = curl(asking, "http://lyncdiscover.contoso.test/",
                   "--proxy-user", "CONTOSO\\alice:wrong")
    assert refused.answers == [407]
    assert refused.header("Proxy-Authenticate").startswith("Basic realm=")
    assert "wrong-password" in refused.text


@pytest.mark.parametrize("value", [
    "", "Basic", "Basic !", "Basic " + basic("x", "")[:-2], "NTLM AAAA",
    "Basic YWxpY2U="])
def test_credentials_that_are_none(asking, value):
    with proxy_peer(asking) as peer:
        reply = peer.ask(connect("lyncweb.contoso.test:443",
                                 f"Proxy-Authorization: {value}"))
        assert reply.status == 407
        assert "wants a name and a password" in reply.text


def test_the_journal_masks_what_the_proxy_was_told(asking):
    token = basic("CONTOSO\\alice", PASSWORD)
    curl(asking, NTLM, "--proxy-user", WHO, "--ntlm", "-u", WHO)
    curl(asking, "http://lyncdiscover.contoso.test/", "--proxy-user", WHO)
    with proxy_peer(asking) as peer:
        peer.send(f"CONNECT bad\r\nProxy-Authorization: Basic {token}\r\n\r\n"
                  .encode())
        peer.reply()
    asking.stop()
    text = asking.journal.read_text() + asking.messages()
    assert token not in text
    assert PASSWORD not in text


# --- ports that do not listen ----------------------------------------------------

@pytest.mark.parametrize("state, status", [("refused", 502), ("dropped", 504)])
def test_a_server_that_lets_nobody_in(serve, state, status):
    server = serve("--proxy-port", "0", "--set", f"tcp.https={state}")
    assert run_curl(server, NTLM).answers == [status]
    assert curl(server, "http://lyncdiscover.contoso.test/").status == 200


def test_a_server_that_refuses_for_a_while(play):
    server = play("{at: tcp.accept, when: {first: 1}, do: {refuse: {for: 30s}}}",
                  args=("--proxy-port", "0"))
    assert run_curl(server, NTLM).answers[0] == 200
    assert run_curl(server, NTLM).answers == [502]


def test_half_closed_and_silent_clients_are_let_go(server):
    peers = [socket.create_connection(("127.0.0.1", proxy_of(server)))
             for _ in range(50)]
    for peer in peers:
        peer.sendall(connect("lyncweb.contoso.test:443"))
    for peer in peers:
        assert peer.recv(100).startswith(b"HTTP/1.1 200")
        peer.close()
    assert curl(server, NTLM, "--ntlm", "-u", WHO).status == 200


# --- the file for browsers -------------------------------------------------------

def fetch_pac(server, *args):
    import urllib.request
    url = f"http://127.0.0.1:{server.ready['admin']}/proxy.pac"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers=dict(args))
    return opener.open(request, timeout=30)


def find_proxy(text, host):
    """What node makes of it, with the one function of the standard's."""
    import json
    import subprocess
    from clients import tool
    script = ("function dnsDomainIs(host, domain) {"
              " return host.length >= domain.length && "
              "host.slice(-domain.length) === domain; }\n" + text +
              f"\nconsole.log(FindProxyForURL('https://x/', {json.dumps(host)}))")
    done = subprocess.run([tool("node", "nodejs"), "-e", script], check=True,
                          capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


def test_the_pac_file(server):
    answer = fetch_pac(server)
    assert answer.headers["Content-Type"] == "application/x-ns-proxy-autoconfig"
    text = answer.read().decode()
    ours = f"PROXY 127.0.0.1:{proxy_of(server)}"
    for host, found in (("lyncdiscover.contoso.test", ours),
                        ("LYNCWEB.contoso.test", ours),
                        ("lyncweb.t7.contoso.test", ours),
                        ("contoso.test", ours),
                        ("xcontoso.test", "DIRECT"),
                        ("contoso.test.evil.example", "DIRECT"),
                        ("example.com", "DIRECT"),
                        ("127.0.0.1", "DIRECT")):
        assert find_proxy(text, host) == found, host


def test_the_pac_file_is_for_this_machine(server):
    import urllib.error
    for header in (("Host", "evil.example"),
                   ("Origin", "https://evil.example")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch_pac(server, header)
        assert refused.value.code == 403
    # It opens no other door.
    admin = Admin(server)
    admin.token = ""
    assert admin.ask("GET", "/sessions").status == 401
    assert admin.ask("GET", "/proxy.pac/").status == 401
    assert admin.ask("POST", "/proxy.pac").status == 405


def test_no_proxy_no_pac_file(serve):
    import urllib.error
    with pytest.raises(urllib.error.HTTPError) as missing:
        fetch_pac(serve())
    assert missing.value.code == 404
    assert "--proxy-port" in missing.value.read().decode()
