"""Lies of HTTP, byte for byte: what a bare socket captures, how the connection
ends, and what curl and requests make of it."""

import errno
import gzip
import re
import ssl
import subprocess
import time
import zlib

import pytest

from clients import Curl
from harness import (PASSWORD, PATIENCE, ROOT_PATH, TICKET_PATH,
                     clean_environment, run_cli)
from raw import Journal, Peer, context_of, get, request, rules_of
from signin import journal, open_user, ticket_for

KERBEROS = False  # see serve

BODY = b"0123456789"


@pytest.fixture
def play(serve, tmp_path):
    """play("at: ..., do: ...") serves these steps."""
    def start(*steps, world=""):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\n" + world + "steps:\n" + "".join(
            f"  - {{{step}}}\n" for step in steps))
        return serve(path)

    return start


def odd(fault, first=""):
    """The reply is BODY with the header A, and what the fault makes of it."""
    when = f"when: {{{first}}}, " if first else ""
    return (f"at: discover.root, {when}do: {{body: {{text: '0123456789', type: "
            f"text/plain}}, headers: {{'*': null, A: b}}, {fault}}}")


def sized(fault, first=""):
    """The same with its length."""
    return odd(fault, first).replace("A: b", "A: b, Content-Length: '10'")


def discover(server, tls=True):
    return Peer(server, tls=tls, host="lyncdiscover")


def captured(server, method="GET", tls=True):
    """All bytes of one reply whose connection ends with it."""
    with discover(server, tls) as peer:
        peer.socket.settimeout(PATIENCE)
        peer.send(request(method, peer.host, ROOT_PATH))
        return peer.all()


def curl_of(server, *args):
    """curl's exit code, and what it said and got."""
    return subprocess.run(
        ["curl", "-q", "-sS", "--max-time", "5", "--cacert", server.ca_file,
         "--connect-to", f"::localhost:{server.https}", *args,
         f"https://lyncdiscover.contoso.test{ROOT_PATH}"],
        env=clean_environment(server.folder), capture_output=True,
        timeout=PATIENCE)


# --- framing ----------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nA: b\r\n"
# fault, all bytes, curl's exit code
LENGTHS = [
    ("+10", HEAD + b"Content-Length: 20\r\n\r\n" + BODY, 18),
    ("-4", HEAD + b"Content-Length: 6\r\n\r\n" + BODY, 0),
    ("3", HEAD + b"Content-Length: 3\r\n\r\n" + BODY, 0),
    ("none", HEAD + b"\r\n" + BODY, 0),
    ("twice", HEAD + b"Content-Length: 10\r\nContent-Length: 11\r\n\r\n" + BODY,
     18),
]


@pytest.mark.parametrize("says,bytes_,code", LENGTHS)
def test_content_length(play, says, bytes_, code):
    server = play(odd(f"content-length: '{says}'"))
    assert captured(server) == bytes_
    done = curl_of(server)
    assert done.returncode == code, done.stderr
    [record, _] = journal(server)
    assert record.entry["sent"]["bytes"] == len(bytes_)
    assert record.entry["planned"]["status"] == 200
    assert record.remarks["step"].endswith("content-length")


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = [
    ("chunks: 4", b"4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n", 0),
    ("chunks: {size: 10, extension: a=b, trailer: {T: u}}",
     b"a;a=b\r\n0123456789\r\n0;a=b\r\nT: u\r\n\r\n", 0),
    ("chunks: {size: 5, broken: bad-size}",
     b"5\r\n01234\r\nxyz\r\n56789\r\n0\r\n\r\n", 56),
    ("chunks: {size: 5, broken: no-size}",
     b"5\r\n01234\r\n\r\n56789\r\n0\r\n\r\n", 56),
    ("chunks: {size: 5, broken: too-long}",
     b"5\r\n01234\r\n10005\r\n56789\r\n0\r\n\r\n", 18),
    ("chunks: {size: 5, broken: huge}",
     b"5\r\n01234\r\n1ffffffffffffffff\r\n56789\r\n0\r\n\r\n", 56),
    ("chunks: {size: 5, broken: negative}",
     b"5\r\n01234\r\n-5\r\n56789\r\n0\r\n\r\n", 56),
    ("chunks: {size: 5, broken: no-end}",
     b"5\r\n01234\r\n5\r\n567890\r\n\r\n", 56),
    ("chunks: {size: 5, broken: lf}", b"5\n01234\n5\n56789\n0\n\n", 0),
    ("chunks: {size: 5, broken: no-last}", b"5\r\n01234\r\n5\r\n56789\r\n",
     18),
    ("chunks: {size: 5, broken: no-trailer}",
     b"5\r\n01234\r\n5\r\n56789\r\n0\r\n", 18),
]


@pytest.mark.parametrize("fault,body,code", CHUNKS)
def test_chunks(play, fault, body, code):
    server = play(odd(fault))
    with discover(server) as peer:
        peer.send(get(peer.host))
        head = peer._take(len(CHUNKED))
        assert head == CHUNKED
        assert peer._take(len(body)) == body
        # Who takes LF has it all, and others wait for the end.
        whole = code == 0 and b"\r\n" in body
        if whole:
            peer.send(get(peer.host))
            assert peer._take(len(CHUNKED)) == CHUNKED
        else:
            assert peer.closed()
    assert curl_of(server).returncode == code


def test_a_length_beside_chunks(play):
    server = play(odd("content-length: both"))
    assert captured(server) == (
        HEAD + b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"a\r\n0123456789\r\n0\r\n\r\n")


def test_what_the_connection_does_behind_a_wrong_length(play):
    """Left over bytes are the next reply's, or the next reply the body's."""
    server = play(odd("content-length: '-4', connection: {then: open}",
                         "first: 1"),
                  odd("content-length: '+10', connection: {then: open}",
                         "requests: [3]"),
                  sized("connection: {says: nothing}"))
    good = HEAD + b"Content-Length: 10\r\n\r\n" + BODY
    with discover(server) as peer:
        for wrong in (6, 10, 20, 10):
            peer.send(get(peer.host))
            expected = good.replace(b": 10", b": %d" % wrong)
            assert peer._take(len(expected)) == expected



def test_an_unwanted_body(play):
    server = play(sized("unwanted-body: yes"))
    assert captured(server, "HEAD") == (
        HEAD + b"Content-Length: 10\r\n\r\n" + BODY)
    server = play("at: discover.root, do: {status: 204, unwanted-body: yes, "
                  "headers: {'*': null, A: b}}")
    assert captured(server) == (
        b"HTTP/1.1 204 No Content\r\nA: b\r\nContent-Type: text/plain\r\n"
        b"\r\nunwanted\n")


def test_an_extra_reply(play):
    """The next request on the connection gets it, and so on."""
    server = play(sized("extra-reply: {status: 404, body: no}", "first: 1"),
                  sized("connection: {says: nothing}"))
    with discover(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
        stale = peer.ask(get(peer.host))
        assert (stale.status, stale.body) == (404, b"no")
        assert peer.reply().body == BODY
    assert [r.status for r in journal(server)] == [200, 200]


# --- head -------------------------------------------------------------------

REST = b"A: b\r\nContent-Length: 10\r\n\r\n" + BODY
STATUS_LINES = [
    ("status-line: 'ICY 200 OK'", b"ICY 200 OK\r\n" + REST),
    ("status-line: 'http/1.1 200 ok'", b"http/1.1 200 ok\r\n" + REST),
    ("status-line: {version: HTTP/2.0}", b"HTTP/2.0 200 OK\r\n" + REST),
    ("status-line: {code: '2000'}", b"HTTP/1.1 2000 OK\r\n" + REST),
    ("status-line: {code: 2OO, reason: ''}", b"HTTP/1.1 2OO \r\n" + REST),
    ("status-line: 'HTTP/1.1 200'", b"HTTP/1.1 200\r\n" + REST),
    ("http10: length", b"HTTP/1.0 200 OK\r\n" + REST),
    ("header-form: {line-end: lf, names: lower, order: reversed}",
     b"HTTP/1.1 200 OK\ncontent-length: 10\na: b\n\n" + BODY),
    ("header-form: {line-end: cr, tight: yes}",
     b"HTTP/1.1 200 OK\rA:b\rContent-Length:10\r\r" + BODY),
    ("header-form: {fold: yes, names: upper, order: sorted}",
     b"HTTP/1.1 200 OK\r\nA: \r\n b\r\nCONTENT-LENGTH: \r\n 10\r\n\r\n" + BODY),
    ("header-form: {endless: yes}",
     b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 10\r\n" + BODY),
    ("header-line: {text: no colon, place: first}",
     b"HTTP/1.1 200 OK\r\nno colon\r\n" + REST),
    ("header-line: {hex: '583a 00ff 0d0a'}",
     b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 10\r\nX:\x00\xff\r\n\r\n"
     + BODY),
]


@pytest.mark.parametrize("fault,bytes_", STATUS_LINES)
def test_heads(play, fault, bytes_):
    server = play(sized(fault))
    with discover(server) as peer:
        peer.send(get(peer.host))
        assert peer._take(len(bytes_)) == bytes_
        peer.send(request("GET", peer.host, "/stop", "Connection: close"))
        rest = peer.all()
    assert rest == b"" or rest.startswith(b"HTTP/1.1 404")
    record = journal(server)[0]
    head = record.entry["sent"]["head"]
    assert record.entry["planned"]["status"] == 200
    assert head


def test_http10_without_a_length(play):
    server = play(odd("http10: no-length"))
    assert captured(server) == b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n" + BODY


def test_clients_refuse_a_bad_status_line(play):
    """1: curl takes it for HTTP/0.9, which it does not allow."""
    for line, codes in (("ICY 200 OK", (0, 1)), ("HTTP/1.1 2OO OK", (1, 8)),
                        ("garbage", (1,))):
        server = play(sized(f"status-line: '{line}'"))
        assert curl_of(server).returncode in codes


def test_a_huge_header_is_not_written_out(play):
    server = play(sized("huge-header: 64KiB", "first: 1"),
                  sized("huge-header: {size: 10, count: 200, name: X-Many}",
                        "requests: [2]"),
                  sized("huge-header: {size: 120KiB}"))
    with discover(server) as peer:
        value = peer.ask(get(peer.host)).header("X-Padding")
        assert len(value) == 65536 and value.startswith("abcdef")
        many = peer.ask(get(peer.host)).headers("X-Many")
        assert many == ["abcdefghij"] * 200
    done = curl_of(server)
    assert done.returncode in (27, 56, 100), done.stderr


# --- 1xx --------------------------------------------------------------------

def test_interim_replies(play):
    server = play(sized(
        "interim: {status: 103, times: 2, headers: {Link: '<${host}>'}}"))
    hint = (b"HTTP/1.1 103 Early Hints\r\n"
            b"Link: <lyncdiscover.contoso.test>\r\n\r\n")
    good = HEAD + b"Content-Length: 10\r\n\r\n" + BODY
    with discover(server) as peer:
        for _ in range(2):
            peer.send(get(peer.host))
            assert peer._take(2 * len(hint) + len(good)) == 2 * hint + good
    assert curl_of(server).stdout == BODY
    entry = journal(server)[0].entry
    assert entry["sent"]["bytes"] == len(good)
    assert journal(server)[0].remarks["interim"].startswith("103, 2 times")


def test_100_uninvited_comes_before_a_late_reply(play):
    server = play(sized("interim: 100, delay: 300ms"))
    with discover(server) as peer:
        began = time.monotonic()
        peer.send(get(peer.host))
        assert peer._take(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        early = time.monotonic() - began
        assert peer.reply().body == BODY
        assert early < 0.25 < time.monotonic() - began


EXPECT = ("Content-Length: 5", "Expect: 100-continue",
          "Content-Type: text/plain")


def post(peer, *lines, path=TICKET_PATH):
    return request("POST", peer.host, path, *lines)


def test_continue_is_refused_before_the_body(play):
    server = play("at: http.continue, do: {status: 417}")
    seen = Journal(server)
    with Peer(server, tls=True) as peer:
        peer.send(post(peer, *EXPECT))
        reply = peer.reply()
        assert (reply.status, reply.answers) == (417, [417])
        assert reply.header("Connection") == "close"
        assert peer.closed()
        [entry] = seen.of(peer)
    assert entry["planned"]["status"] == 100
    with Peer(server, tls=True) as peer:
        assert peer.ask(post(peer, "Content-Length: 5") + b"hello").status == 401


def test_continue_is_kept_back(play):
    """The client's patience decides: curl waits for a second."""
    server = play("at: http.continue, do: {interim: no}")
    with Peer(server, tls=True) as peer:
        peer.send(post(peer, *EXPECT))
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)
        peer.socket.settimeout(PATIENCE)
        peer.send(b"hello")
        reply = peer.reply()
        assert (reply.status, reply.answers) == (401, [401])


def test_a_head_is_answered_before_its_body(play):
    server = play("at: http.head, when: {method: POST}, do: {status: 413}")
    with Peer(server, tls=True) as peer:
        peer.send(post(peer, "Content-Length: 500000") + b"x" * 1000)
        assert peer.reply().status == 413
        peer.send(b"x" * 1000)
        assert peer.closed()
    with Peer(server, tls=True) as peer:
        # The body is there already: the connection goes on.
        for _ in range(2):
            peer.send(post(peer, "Content-Length: 2") + b"hi")
            assert peer.reply().status == 413


def test_a_stall_at_the_head(play):
    server = play("at: http.continue, do: {stall: yes}")
    with Peer(server, tls=True) as peer:
        peer.send(post(peer, *EXPECT))
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)


# --- time -------------------------------------------------------------------

def arrivals(peer, data):
    """When each part came, and what it was."""
    peer.send(data)
    began = time.monotonic()
    parts = []
    while True:
        got = peer.socket.recv(65536)
        if not got:
            return parts
        parts.append((time.monotonic() - began, got))


def test_a_pause_between_head_and_body(play):
    server = play(sized("delay: {for: 200ms, before: body}, "
                         "connection: {says: nothing, then: close}"))
    with discover(server, tls=False) as peer:
        (first, head), (second, body) = arrivals(peer, get(peer.host))
    assert head == HEAD + b"Content-Length: 10\r\n\r\n" and body == BODY
    assert first < 0.15 < second


def test_a_pause_before_the_end(play):
    server = play(sized("delay: {for: 200ms, before: end}, "
                         "connection: {says: nothing, then: close}"))
    with discover(server, tls=False) as peer:
        began = time.monotonic()
        parts = arrivals(peer, get(peer.host))
        assert time.monotonic() - began > 0.18
    assert parts[-1][0] < 0.15


def test_delays_are_drawn_by_the_seed(serve, tmp_path):
    path = tmp_path / "play.yaml"
    path.write_text(
        "lyncmock: 1\nsteps:\n"
        "  - {at: discover.root, when: {first: 5}, do: {delay: 1ms..30ms}}\n"
        "  - {at: discover.root, do: {delay: {median: 10ms, sigma: 0.6}}}\n")
    runs = []
    for seed in "7", "7", "8":
        server = serve(path, "--seed", seed)
        with discover(server) as peer:
            for _ in range(12):
                assert peer.ask(get(peer.host)).status == 200
        runs.append([int(record.remarks["delay"].split()[0])
                     for record in journal(server)])
    assert runs[0] == runs[1] != runs[2]
    assert all(1 <= ms <= 30 for ms in runs[0][:5])
    assert len(set(runs[0])) > 4


def test_drip(play):
    server = play(sized("drip: {bytes: 20, every: 20ms}, "
                         "connection: {says: nothing, then: close}"))
    with discover(server, tls=False) as peer:
        parts = arrivals(peer, get(peer.host))
    good = HEAD + b"Content-Length: 10\r\n\r\n" + BODY
    assert b"".join(part for _, part in parts) == good
    assert [len(part) for _, part in parts] == [20, 20, len(good) - 40]


# --- where it ends ----------------------------------------------------------

ENDS = [("close", True), ("fin", False)]


@pytest.mark.parametrize("end,notified", ENDS)
def test_truncated(play, end, notified):
    server = play(sized(f"truncate: {{after: 4, end: {end}}}"))
    cut = HEAD + b"Content-Length: 10\r\n\r\n0123"
    assert captured(server, tls=False) == cut
    context = context_of(server)
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    with Peer(server, tls=True, host="lyncdiscover", context=context) as peer:
        peer.send(get(peer.host))
        assert peer._take(len(cut)) == cut
        peer.socket.suppress_ragged_eofs = False
        if notified:
            assert peer.socket.recv(1) == b""
        else:
            with pytest.raises(ssl.SSLError):
                peer.socket.recv(1)
    assert curl_of(server).returncode in ((18,) if notified else (18, 56))
    assert journal(server)[0].entry["outcome"] == "cut"


def test_truncated_by_a_reset(play):
    server = play(sized("truncate: {after: 50%, end: reset}"))
    cut = HEAD + b"Content-Length: 10\r\n\r\n01234"
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        assert peer._take(len(cut)) == cut
        with pytest.raises(ConnectionResetError) as caught:
            peer.socket.recv(1)
        assert caught.value.errno == errno.ECONNRESET


@pytest.mark.parametrize("fault", ["stall", "reset", "close"])
def test_a_part_of_the_body_and_then_the_end(play, fault):
    server = play(sized(f"{fault}: {{after: 50%}}"))
    cut = HEAD + b"Content-Length: 10\r\n\r\n01234"
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        assert peer._take(len(cut)) == cut
        peer.socket.settimeout(0.3)
        if fault == "close":
            assert peer.socket.recv(1) == b""
        else:
            with pytest.raises(TimeoutError if fault == "stall"
                               else ConnectionResetError):
                peer.socket.recv(1)


def test_truncated_and_then_nothing(play):
    server = play(sized("truncate: {after: 0, end: stall}"))
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        head = HEAD + b"Content-Length: 10\r\n\r\n"
        assert peer._take(len(head)) == head
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)


def test_a_stall_behind_a_whole_reply(play):
    """What the reply has less than the plan says is no reason to go on."""
    server = play(sized("stall: {after: 1024}", "first: 1"))
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        whole = HEAD + b"Content-Length: 10\r\n\r\n" + BODY
        assert peer._take(len(whole)) == whole
        peer.send(get(peer.host))
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)


@pytest.mark.parametrize("where,sent", [
    ("50%", b"01234"), ("3", b"012"), ("{after: 20, of: reply}", b"01"),
])
def test_truncated_raw_bytes(play, where, sent):
    """The body is what stands behind their head."""
    raw = b"HTTP/1.1 299 x\r\n\r\n"
    server = play('at: discover.root, do: {raw: "HTTP/1.1 299 x\\r\\n\\r\\n'
                  f'0123456789", truncate: {where}}}')
    assert captured(server, tls=False) == raw + sent


NOTHING = [
    ("discover.not-found", "compress: gzip", "the reply has no body"),
    ("discover.root", "unwanted-body: yes", "this reply may have one"),
    ("basic.verdict", "www-authenticate: omit", "the reply has no such header"),
]


@pytest.mark.parametrize("point,fault,why", NOTHING)
def test_what_changes_nothing_is_a_remark(play, point, fault, why):
    server = play(f"at: {point}, do: {{{fault}}}",
                  world="world: {users: {gone: {home: unknown}}}\n")
    if point == "discover.not-found":
        client = Curl(server, "--ntlm")
        ticket = ticket_for(client, server, "CONTOSO\\gone")
        open_user(Curl(server), server, ticket.headers())
    elif point == "discover.root":
        server.curl(server.url("lyncdiscover", ROOT_PATH))
    else:
        server.curl(server.url("lyncweb", "/auth/basic"),
                    "-u", f"CONTOSO\\alice:{PASSWORD}")
    [text] = [remark["text"] for record in journal(server)
              for remark in record.entry["remarks"]
              if "changes nothing" in remark["text"]]
    assert text == f"{fault.split(':')[0]} changes nothing: {why}"


CONNECTIONS = [
    ("close", b"Connection: close\r\n", "closed"),
    ("drop", b"", "closed"),
    ("keep-alive-lie", b"Connection: Keep-Alive\r\nKeep-Alive: timeout=120\r\n",
     "closed"),
    ("close-lie", b"Connection: close\r\n", "open"),
    ("{says: keep-alive, then: reset}",
     b"Connection: Keep-Alive\r\nKeep-Alive: timeout=120\r\n", "reset"),
    ("{idle: 200ms}", b"", "closed"),
]


@pytest.mark.parametrize("says,lines,end", CONNECTIONS)
def test_connection(play, says, lines, end):
    server = play(sized(f"connection: {says}"))
    good = HEAD + b"Content-Length: 10\r\n" + lines + b"\r\n" + BODY
    with discover(server, tls=False) as peer:
        peer.send(get(peer.host))
        assert peer._take(len(good)) == good
        if end == "open":
            peer.send(get(peer.host))
            assert peer._take(len(good)) == good
        elif end == "reset":
            with pytest.raises(ConnectionResetError):
                peer.socket.recv(1)
        else:
            began = time.monotonic()
            assert peer.closed()
            waited = time.monotonic() - began
            assert (waited > 0.15) == ("idle" in says)


# --- content ----------------------------------------------------------------

def test_compression_that_nobody_asked_for(play):
    decoders = {"gzip": gzip.decompress, "deflate": zlib.decompress,
                "raw-deflate": lambda data: zlib.decompress(data, -15)}
    for how, decode in decoders.items():
        server = play(f"at: discover.root, do: {{compress: {how}}}")
        with discover(server) as peer:
            reply = peer.ask(get(peer.host))
            assert reply.header("Content-Encoding") == how.removeprefix("raw-")
            assert b"Root" in decode(reply.body)
            assert int(reply.header("Content-Length")) == len(reply.body)
        assert b"Root" in curl_of(server, "--compressed").stdout
        assert b"Root" not in curl_of(server).stdout


def test_compression_under_a_false_name(play):
    server = play(
        "at: discover.root, when: {first: 1}, do: "
        "{compress: {how: none, label: gzip}}",
        "at: discover.root, when: {requests: [2]}, do: "
        "{compress: {how: gzip, label: ''}}",
        "at: discover.root, do: {compress: {how: gzip, broken: checksum}}")
    assert curl_of(server, "--compressed").returncode in (23, 56, 61)
    with discover(server) as peer:
        reply = peer.ask(get(peer.host))
        assert reply.header("Content-Encoding") is None
        assert b"Root" in gzip.decompress(reply.body)
        with pytest.raises(gzip.BadGzipFile):
            gzip.decompress(peer.ask(get(peer.host)).body)
    assert curl_of(server, "--compressed").returncode in (23, 56, 61)


@pytest.mark.parametrize("how,status", [("200", 200), ("302", 302),
                                        ("511", 511)])
def test_a_captive_portal_for_every_host(play, how, status):
    server = play(f"at: http.request, do: {{captive-portal: {how}}}")
    for host, path in (("lyncdiscover", "/"), ("lyncweb", TICKET_PATH),
                       ("sip", "/x")):
        with Peer(server, host=host) as peer:
            reply = peer.ask(get(peer.host, path))
        assert reply.status == status
        assert b"Room number" in reply.body
        assert reply.header("X-MS-Server-Fqdn") is None
        assert reply.header("Location") == (
            "http://login.wifi.test/guest" if how == "302" else None)


def test_a_chain_of_redirects_ends_with_the_good_answer(play):
    server = play("at: discover.root, do: {redirect: {chain: 5}}")
    done = curl_of(server, "-L", "-w", "%{num_redirects} %{url_effective}")
    assert b"Root" in done.stdout
    assert done.stdout.endswith(
        b"5 https://lyncdiscover.contoso.test" + ROOT_PATH.encode() +
        b"?lyncmock-hop=5")
    assert curl_of(server, "-L", "--max-redirs", "4").returncode == 47
    with discover(server) as peer:
        reply = peer.ask(get(peer.host, ROOT_PATH + "?a=b&lyncmock-hop=2"))
        assert reply.header("Location").endswith("?a=b&lyncmock-hop=3")
        assert peer.ask(
            get(peer.host, ROOT_PATH + "?a=b&lyncmock-hop=5")).status == 200


def test_redirects_in_circles(play):
    server = play("at: discover.root, do: {redirect: {loop: 2, via: "
                  "[lyncdiscover.contoso.test, lyncweb.contoso.test]}}")
    done = curl_of(server, "-L", "--max-redirs", "6")
    assert done.returncode == 47
    hosts = [record.entry["request"]["host"] for record in journal(server)]
    assert hosts == ["lyncdiscover.contoso.test", "lyncweb.contoso.test"] * 3 \
        + ["lyncdiscover.contoso.test"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_redirects_to_the_other_scheme(play, scheme):
    server = play(f"at: discover.root, do: {{redirect: {{scheme: {scheme}, "
                  f"status: 301}}}}")
    ports = {"http": server.http, "https": server.https}
    for tls in (False, True):
        with discover(server, tls) as peer:
            port = server.https if tls else server.http
            reply = peer.ask(get(f"{peer.host}:{port}", ROOT_PATH + "?q"))
        if tls == (scheme == "https"):
            assert reply.status == 200
        else:
            assert reply.status == 301
            assert reply.header("Location") == (
                f"{scheme}://{peer.host}:{ports[scheme]}{ROOT_PATH}?q")


# --- points -----------------------------------------------------------------

POINTS = [
    ("http.head", "GET / HTTP/1.1\r\nHost: H\r\n\r\n"),
    ("http.continue", "POST / HTTP/1.1\r\nHost: H\r\nExpect: 100-continue\r\n"
     "Content-Length: 1\r\n\r\n"),
    ("http.chunked", "POST / HTTP/1.1\r\nHost: H\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("http.proxied", "GET http://H/ HTTP/1.1\r\nHost: H\r\n\r\n"),
    ("http.proxied", "CONNECT H:443 HTTP/1.1\r\nHost: H:443\r\n\r\n"),
    ("http.unknown-host", "GET / HTTP/1.1\r\nHost: www.other.test\r\n\r\n"),
    ("http.request", "GET / HTTP/1.1\r\nHost: H\r\n\r\n"),
    ("http.not-found", "GET /nowhere HTTP/1.1\r\nHost: H\r\n\r\n"),
    ("http.wrong-method", "PUT / HTTP/1.1\r\nHost: H\r\n"
     "Content-Length: 0\r\n\r\n"),
    ("http.plain-http", f"GET {TICKET_PATH} HTTP/1.1\r\nHost: H\r\n\r\n"),
    ("http.bad-host", "GET / HTTP/1.1\r\n\r\n"),
    ("http.malformed", "GET / HTTP/1.1\r\nHost H\r\n\r\n"),
    ("http.malformed", "\x16\x03\x01\x02\x00\x01"),
    ("http.too-long", "GET / HTTP/1.1\r\nHost: H\r\nX: " + "x" * 70000
     + "\r\n\r\n"),
    ("http.too-large", f"POST {TICKET_PATH} HTTP/1.1\r\nHost: H\r\n"
     "Content-Length: 9000000\r\n\r\n"),
    ("http.response", "GET / HTTP/1.1\r\nHost: H\r\n\r\n"),
]


@pytest.mark.parametrize("point,sent", POINTS)
def test_each_point_is_reached(play, point, sent):
    server = play(f"at: {point}, do: {{status: 418, headers: {{X-At: here}}}}")
    with discover(server, tls=False) as peer:
        peer.send(sent.replace("H", peer.host).replace(
            "lyncdiscover.contoso.testTTP", "HTTP").replace(
            "lyncdiscover.contoso.testost", "Host").encode("latin-1"))
        reply = peer.reply()
    assert (reply.status, reply.header("X-At")) == (418, "here")
    assert b"418" in reply.body
    [record] = journal(server)
    assert record.remarks["step"] == (
        f"{point}: {server.folder.parent}/play.yaml:3: status, headers")


def test_what_is_not_emulated_has_a_point(play):
    server = play("at: http.unemulated, do: {status: 410}")
    with Peer(server, tls=True) as peer:
        assert peer.ask(get(peer.host, "/ucwa/v1/applications")).status == 410


def test_refusals_stay_what_they_are(play):
    """A step elsewhere changes no byte, and counts nothing."""
    server = play("at: http.malformed, when: {host: lyncweb.*}, do: "
                  "{status: 418}")
    seen = Journal(server)
    with discover(server, tls=False) as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost x\r\n\r\n")
        assert peer.reply().status == 400
        assert peer.closed()
        [entry] = seen.of(peer)
    assert rules_of(entry)[0] == "HT-001"
    with discover(server, tls=False) as peer:
        peer.send(b"GET / HTTP/1.1\r\nHost: LyncWeb.contoso.test:1\r\nBad\r\n\r\n")
        assert peer.reply().status == 418
        assert peer.closed()
        [entry] = seen.of(peer)
    assert rules_of(entry)[0] == "HT-001"
    assert entry["planned"]["status"] == 400


# --- what makes no sense ----------------------------------------------------

WRONG = [
    ("http.request", "content-length: '+0'", "a length that is wrong"),
    ("http.request", "content-length: many", "expected +N, -N"),
    ("http.request", "{content-length: 1, chunks: 1}", "go ill together"),
    ("http.request", "{http10: length, chunks: 1}", "HTTP/1.0 knows no chunks"),
    ("http.request", "{http10: length, status-line: x}", "which version"),
    ("http.request", "{truncate: 1, reset: yes}", "where the reply ends"),
    ("http.request", "{truncate: 1, stall: yes}", "where the reply ends"),
    ("http.request", "{truncate: 1, close: yes}", "where the reply ends"),
    ("http.request", "{close: yes, stall: {after: 1}}", "ends the connection"),
    ("http.request", "truncate: 101%", "a percentage such as"),
    ("http.request", "truncate: {after: 5%, of: reply}", "one of the body"),
    ("http.request", "{raw: x, chunks: 1}", "the framing is among the bytes"),
    ("http.request", "interim: no", "there is one to leave out at"),
    ("http.request", "interim: 200", "`status` makes a final one"),
    ("http.request", "compress: {how: none}", "needs a label"),
    ("http.request", "compress: {label: x}", "compress.how: expected one of"),
    ("http.request", "header-line: {hex: abc}", "pairs of hexadecimal"),
    ("http.request", "huge-header: {size: 1MiB, count: 3}", "2 MiB"),
    ("http.request", "redirect: {chain: 3, loop: 2}", "expected one of"),
    ("http.request", "redirect: {to: /, via: a.test}", "alone go over hosts"),
    ("http.request", "delay: 3s..1s", "the shorter one first"),
    ("http.request", "delay: {median: 1s}", "belong together"),
    ("http.request", "delay: {median: 1s, sigma: wide}", "above 0, up to 10"),
    ("http.request", "delay: {before: body}", "expected a duration"),
    ("http.request", "drip: {bytes: 1}", "how long between"),
    ("http.request", "connection: {idle: 1s, then: close}", "it ends"),
    ("http.malformed", "connection: {then: open}", "where the next"),
    ("http.malformed", "clock: +1h", "clock has no effect at http.malformed"),
    ("tls.handshake", "chunks: 1", "chunks has no effect at tls.handshake"),
    ("kdc.as", "delay: {for: 1s, before: body}", "has no parts"),
    ("tcp.accept", "delay: {for: 1s, before: body}", "tcp.accept has no parts"),
    ("http.request", "extra-reply: {body: x}", "expected a status"),
    ("http.request", "chunks: 0", "at least one byte"),
    ("http.request", "drip: {every: 1s, bytes: 0}", "at least one"),
    ("http.request", "huge-header: {size: 1, count: 0}", "at least one"),
    ("http.request", "interim: {status: 103, times: 0}", "1 to 1000, not 0"),
    ("http.request", "header-form: {fold: no}", "not as usual"),
    ("http.request", "connection: {says: usual}", "not as usual"),
    ("tls.handshake", "tls: {resumption: accept}", "not as usual"),
    ("http.request", "captive-portal: 200, status: 503",
     "both take the place of the reply"),
]


@pytest.mark.parametrize("at,what,words", WRONG)
def test_an_error_at_load_with_the_reason(tmp_path, at, what, words):
    path = tmp_path / "play.yaml"
    do = what if what.startswith("{") else f"{{{what}}}"
    path.write_text(f"lyncmock: 1\nsteps:\n  - {{at: {at}, do: {do}}}\n")
    done = run_cli(tmp_path, "check", path)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr
    assert re.search(r"play\.yaml:3:\d+: error: ", done.stdout + done.stderr)
