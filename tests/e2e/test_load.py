"""More of everything than a client needs: the server goes on, and is as small
afterwards as it was before."""

import contextlib
import os
import resource
import socket
import ssl

import pytest

from clients import Curl
from harness import BINARY
from raw import Peer, context_of, get, until
from signin import sign_in

SILENT = 2000
STUCK = 500
IDLE = 5000
# Ours, beside the connections.
DESCRIPTOR_RESERVE = 200

# Freed memory that AddressSanitizer holds back would look like a leak.
SANITIZED = b"__asan_init" in open(BINARY, "rb").read()
SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=4"}
KIB_EACH = 120 if SANITIZED else 60


@pytest.fixture(scope="module", autouse=True)
def descriptors():
    """As many as the hard limit allows; the server inherits them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(serve):
    """Without the log: its lines are not what is under test."""
    return serve("--log-level", "warning", env=SMALL_QUARANTINE)


def rss_of(server):
    """KiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


def descriptors_of(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def good_sign_in(server):
    sign_in(Curl(server, "--ntlm"), server)


@contextlib.contextmanager
def connections(count, make):
    """So many of them, closed at the end."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(make()))
               for _ in range(count)]


def back_to(server, descriptors):
    """All that was opened for connections is closed again."""
    until(f"{descriptors} descriptors",
          lambda: descriptors_of(server) <= descriptors)


@pytest.fixture
def at_rest(server):
    """A server that has done everything once, and its descriptors."""
    before = descriptors_of(server)
    good_sign_in(server)
    back_to(server, before)
    return server, before


# --- floods -----------------------------------------------------------------

@pytest.mark.parametrize("scheme", ["http", "https"])
def test_connections_that_say_nothing(at_rest, scheme):
    server, before = at_rest
    port = getattr(server, scheme)

    with connections(SILENT, lambda: socket.create_connection(
            ("127.0.0.1", port))):
        until("all of them", lambda: descriptors_of(server)
              >= before + SILENT)
        good_sign_in(server)
    back_to(server, before)
    good_sign_in(server)


def test_handshakes_that_get_stuck(at_rest):
    server, before = at_rest
    context = context_of(server)

    def hello():
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing,
                               server_hostname=server.name("lyncweb"))
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        return outgoing.read()

    def stuck():
        connection = socket.create_connection(("127.0.0.1", server.https))
        connection.sendall(hello())
        return connection

    with connections(STUCK, stuck) as them:
        # The server has answered each, and waits.
        for connection in them:
            assert connection.recv(1) == b"\x16"
        assert descriptors_of(server) >= before + STUCK
        good_sign_in(server)
    back_to(server, before)


def test_requests_that_never_end(at_rest):
    server, before = at_rest
    part = get(server.name("lyncdiscover"), "/")[:-2]

    def unfinished():
        peer = Peer(server)
        peer.send(part)
        return peer

    with connections(STUCK, unfinished):
        good_sign_in(server)
    back_to(server, before)


# --- idle connections -------------------------------------------------------

def idle_tls(server, context):
    peer = Peer(server, tls=True, host="lyncdiscover", context=context)
    assert peer.ask(get(peer.host, "/")).status == 200
    return peer


def test_idle_connections(at_rest, descriptors):
    server, before = at_rest
    count = min(IDLE, descriptors - DESCRIPTOR_RESERVE)
    context = context_of(server)
    rss = rss_of(server)

    with connections(count, lambda: idle_tls(server, context)) as peers:
        good_sign_in(server)
        full = rss_when_at_rest(server, before + count)
        each = (full - rss) / count
        assert each < KIB_EACH, f"{each:.1f} KiB for each of {count}"
        for peer in peers[::50]:
            assert peer.ask(get(peer.host, "/")).status == 200
    back_to(server, before)

    # What they took is used again.
    with connections(count // 5, lambda: idle_tls(server, context)):
        assert rss_when_at_rest(server, before + count // 5) < 1.1 * full
    back_to(server, before)
    good_sign_in(server)


def rss_when_at_rest(server, descriptors):
    """Idle connections give their engines back after 5 s; then each is down
    to one descriptor."""
    until("them to rest", lambda: descriptors_of(server) <= descriptors)
    return rss_of(server)


# --- no descriptors left ----------------------------------------------------

def test_descriptors_exhausted(serve):
    limit = 64
    server = serve(prefix=["prlimit", f"--nofile={limit}:{limit}"])
    good_sign_in(server)
    first = Peer(server, host="lyncdiscover")
    ask = get(first.host, "/")
    assert first.ask(ask).status == 200
    waiting = []
    with contextlib.closing(first), contextlib.ExitStack() as stack:
        for _ in range(2 * limit):
            waiting.append(stack.enter_context(Peer(server)))
        until("a word about it", lambda: "descriptors" in server.messages())
        # Who is in stays in; who is not, waits.
        assert first.ask(ask).status == 200
        last = waiting[-1]
        last.send(ask)
        last.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            last.socket.recv(1)
        # Room for those who wait.
        for peer in waiting[:-1]:
            peer.close()
        last.socket.settimeout(30)
        assert last.reply().status == 200
        assert first.ask(ask).status == 200
        good_sign_in(server)
    words = [line for line in server.messages().splitlines()
             if "descriptors" in line]
    assert len(words) == 1, words
    assert "warning" in words[0]
    assert str(limit) in words[0]


def test_far_too_few_descriptors(tmp_path, serve):
    """Enough to start, or a reason why not."""
    server = serve(prefix=["prlimit", "--nofile=32:32"])
    good_sign_in(server)


# --- for long ---------------------------------------------------------------

def keep_alive(server, count, batch=100):
    with Peer(server, tls=True, host="lyncdiscover") as peer:
        for _ in range(count // batch):
            peer.send(get(peer.host, "/") * batch)
            for _ in range(batch):
                assert peer.reply().status == 200


def new_connections(server, count):
    context = context_of(server)
    for _ in range(count):
        idle_tls(server, context).close()


def test_long_load(at_rest):
    server, before = at_rest
    # The journal in memory has a limit (64 MiB): full before we measure.
    keep_alive(server, 20000)
    new_connections(server, 200)
    good_sign_in(server)
    full = rss_of(server)

    keep_alive(server, 20000)
    new_connections(server, 2000)
    good_sign_in(server)
    assert rss_of(server) < 1.15 * full
    back_to(server, before)
