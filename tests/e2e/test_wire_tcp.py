"""Faults of TCP, from captured packets: the flags that were really sent."""

import errno
import select
import socket
import time

import pytest

from harness import PATIENCE, ROOT_PATH, run_cli
from raw import Peer, get
from wire import ACK, FIN, RST, SYN, Capture

KERBEROS = False


@pytest.fixture
def play(serve, tmp_path):
    """play("{at: ..., do: ...}", ...): a server whose scenario has these
    steps."""
    def start(*steps, **how):
        file = tmp_path / "steps.yaml"
        file.write_text("lyncmock: 1\nsteps:\n"
                        + "".join(f"  - {step}\n" for step in steps))
        return serve(file, **how)
    return start


def attempt(port, address="127.0.0.1", patience=PATIENCE):
    """Connects; (errno, local port). 0: it did."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client:
        client.bind((address, 0))
        local = client.getsockname()[1]
        client.settimeout(patience)
        try:
            client.connect((address, port))
        except OSError as error:
            return error.errno or errno.ETIMEDOUT, local
        return 0, local


def steps_of(server, kind="tcp"):
    """The step that each record of this kind tells of."""
    assert server.stop() == 0
    return [remark["text"].split(":")[0]
            for entry in server.entries() if entry.get("kind") == kind
            for remark in entry["remarks"] if remark["key"] == "step"]


# --- ports -------------------------------------------------------------------

@pytest.mark.parametrize("setting,shut,open_", [
    ("tcp.https=refused", ("https", "127.0.0.1"), ("http", "127.0.0.1")),
    ("tcp.http=refused", ("http", "::1"), ("https", "::1")),
    ("tcp.ipv6=refused", ("https", "::1"), ("https", "127.0.0.1")),
    ("tcp.ipv4=refused", ("http", "127.0.0.1"), ("http", "::1")),
])
def test_a_port_that_refuses(serve, setting, shut, open_):
    """RST in answer to the SYN, from a port that nobody else can take."""
    server = serve("--set", setting)
    port = getattr(server, shut[0])
    with Capture(port) as seen:
        error, local = attempt(port, shut[1])
        assert error == errno.ECONNREFUSED
        assert seen.until(local, RST).flags == RST | ACK
        assert not seen.flags(local) & SYN
        assert attempt(getattr(server, open_[0]), open_[1])[0] == 0
    with socket.socket(socket.AF_INET6 if ":" in shut[1] else
                       socket.AF_INET) as other, pytest.raises(OSError):
        other.bind((shut[1], port))
    assert "refuses connections on purpose" in server.messages()


@pytest.mark.parametrize("setting,address", [
    ("tcp.https=dropped", "127.0.0.1"), ("tcp.ipv6=dropped", "::1")])
def test_a_port_that_does_not_answer(serve, setting, address):
    server = serve("--set", setting)
    with Capture(server.https) as seen:
        error, local = attempt(server.https, address, 0.3)
        assert error == errno.ETIMEDOUT
        seen.until(local, SYN, from_server=False)
        assert seen.of(local, from_server=True) == []


@pytest.mark.parametrize("point,do", [
    ("tcp.accept", "{refuse: {for: 1s}}"),
    ("discover.root", "{refuse: {for: 1s}}"),
    ("tcp.accept", "{refuse: {for: 1s}, delay: 10ms}")])
def test_a_port_that_refuses_for_a_while(play, point, do):
    """The one that is there goes on; on both addresses others are refused."""
    server = play(f"{{at: {point}, when: {{first: 1}}, do: {do}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
        began = time.monotonic()
        for address in ("127.0.0.1", "::1"):
            error, local = attempt(server.http, address)
            assert error == errno.ECONNREFUSED
            assert seen.until(local, RST).flags == RST | ACK
        assert attempt(server.https)[0] == 0
        assert peer.ask(get(peer.host)).status == 200
        while attempt(server.http)[0]:
            assert time.monotonic() - began < PATIENCE
            time.sleep(0.02)
        assert time.monotonic() - began > 0.5
        assert attempt(server.http, "::1")[0] == 0


def test_a_port_that_refuses_for_good(play):
    server = play("{at: tcp.accept, do: {refuse: yes, reset: yes}}")
    with Capture(server.https) as seen:
        error, local = attempt(server.https)
        seen.until(local, RST)
        assert attempt(server.https)[0] == errno.ECONNREFUSED
    assert attempt(server.http)[0] == 0


def test_no_more_connections_than_that(serve):
    server = serve("--set", "tcp.connections=2")
    with Peer(server) as first, Peer(server) as second, \
            Capture(server.http) as seen:
        assert first.ask(get(first.host)).status == 200
        assert second.ask(get(second.host)).status == 200
        error, local = attempt(server.http)
        assert error in (0, errno.ECONNRESET)
        seen.until(local, RST)
        assert first.ask(get(first.host)).status == 200


# --- how a connection ends ---------------------------------------------------

def gone(peer):
    """What the kernel says of the connection: 0 where it is a FIN."""
    poll = select.poll()
    poll.register(peer.socket, select.POLLIN | select.POLLRDHUP)
    assert poll.poll(PATIENCE * 1000), "the connection is still open"
    return peer.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def accept(peer):
    del peer


def first_byte(peer):
    peer.send(b"G")


def idle(peer):
    assert peer.ask(get(peer.host)).status == 200


def reuse(peer):
    idle(peer)
    peer.send(get(peer.host))


def client_fin(peer):
    idle(peer)
    peer.finish_writing()


def close(peer):
    assert peer.ask(get(peer.host, ROOT_PATH, "Connection: close")).status == 200


PLACES = {"tcp.accept": accept, "tcp.first-byte": first_byte,
          "tcp.idle": idle, "tcp.reuse": reuse, "tcp.client-fin": client_fin,
          "tcp.close": close}


# Those of TLS are past the handshake.
@pytest.mark.parametrize(
    "point,tls", [(point, False) for point in PLACES]
    + [(point, True) for point in PLACES if point > "tcp.c"
       and point != "tcp.first-byte"])
def test_reset_at_each_place(play, point, tls):
    server = play(f"{{at: {point}, when: {{first: 1}}, do: {{reset: yes}}}}")
    with Capture(server.https if tls else server.http) as seen:
        if point == "tcp.accept":
            error, local = attempt(server.http)
            assert error in (0, errno.ECONNRESET)
            seen.until(local, RST)
        else:
            with Peer(server, tls) as peer:
                PLACES[point](peer)
                seen.until(peer.local_port, RST)
                assert not seen.flags(peer.local_port) & FIN
                assert gone(peer) in (errno.ECONNRESET, errno.EPIPE)
    with Peer(server, tls) as peer:
        assert peer.ask(get(peer.host)).status == 200
    assert steps_of(server) == [point]


@pytest.mark.parametrize("point", [name for name in PLACES
                                   if name != "tcp.close"])
def test_close_at_each_place(play, point):
    """A FIN and no RST; what came before it is answered."""
    server = play(f"{{at: {point}, when: {{first: 1}}, do: {{close: yes}}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        PLACES[point](peer)
        seen.until(peer.local_port, FIN)
        assert peer.closed()
        assert not seen.flags(peer.local_port) & RST
    assert steps_of(server) == [point]


@pytest.mark.parametrize("point", PLACES)
def test_stall_at_each_place(play, point):
    server = play(f"{{at: {point}, when: {{first: 1}}, do: {{stall: yes}}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        PLACES[point](peer)
        peer.send(get(peer.host)) if point == "tcp.idle" else None
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)
        assert not seen.flags(peer.local_port) & (FIN | RST)
    with Peer(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
    assert steps_of(server) == [point]


@pytest.mark.parametrize("point", PLACES)
def test_delay_at_each_place(play, point):
    server = play(f"{{at: {point}, when: {{first: 1}}, do: {{delay: 300ms}}}}")
    with Peer(server) as peer:
        began = time.monotonic()
        PLACES[point](peer)
        if point in ("tcp.client-fin", "tcp.close"):
            assert peer.closed()
        elif point == "tcp.first-byte":
            peer.send(get(peer.host)[1:])
            assert peer.reply().status == 200
        elif point == "tcp.reuse":
            assert peer.reply().status == 200
        else:
            assert peer.ask(get(peer.host)).status == 200
        assert time.monotonic() - began >= 0.29


@pytest.mark.parametrize("do,ends", [
    ("reset", RST), ("close", FIN)])
def test_after_so_many_bytes_came(play, do, ends):
    """A request that is whole before that is answered."""
    server = play(f"{{at: tcp.accept, do: {{{do}: {{received: 150}}}}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        request = get(peer.host)
        assert 75 < len(request) < 150
        assert peer.ask(request).status == 200
        peer.send(request)
        seen.until(peer.local_port, ends)
        assert peer.closed()


@pytest.mark.parametrize("do,ends", [
    ("{reset: {idle: 200ms}}", RST), ("{close: {idle: 200ms}}", FIN)])
def test_idle_for_so_long(play, do, ends):
    server = play(f"{{at: tcp.idle, do: {do}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        idle(peer)
        began = time.monotonic()
        time.sleep(0.1)
        idle(peer)  # which is in time, and begins anew
        assert not seen.flags(peer.local_port) & (FIN | RST)
        seen.until(peer.local_port, ends)
        assert time.monotonic() - began >= 0.28


def test_half_a_close(play):
    """The server's FIN; it still takes what the client sends, and says no RST."""
    server = play("{at: tcp.idle, do: {close: {half: yes}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        idle(peer)
        assert peer.closed()
        for _ in range(3):
            assert peer.send(b"x" * 1000)
            time.sleep(0.02)
        seen.until(peer.local_port, FIN)
        assert not seen.flags(peer.local_port) & RST
        assert peer.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_fin_at_a_byte(play):
    server = play("{at: discover.root, do: {close: {after: 100}}}")
    with Capture(server.http) as seen, Peer(server) as peer:
        peer.send(get(peer.host))
        assert len(peer.all()) == 100
        seen.until(peer.local_port, FIN)
        assert len(seen.data(peer.local_port)) == 100
        assert not seen.flags(peer.local_port) & RST


def test_the_race_of_a_kept_connection(play):
    """Reset as the request comes; a client that asks again is answered."""
    server = play("{at: tcp.reuse, when: {first: 1}, do: {reset: yes}}")
    answers = server.curl(server.url("lyncdiscover"))
    assert answers.status == 200
    with Peer(server) as peer, Capture(server.http) as seen:
        reuse(peer)
        seen.until(peer.local_port, RST)
        assert seen.data(peer.local_port).count(b"HTTP/1.1 200") == 1


def test_an_absent_right_is_told(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("lyncmock: 1\nworld:\n  tcp: {https: shut}\n")
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 2
    assert "open|refused|dropped" in done.stderr
