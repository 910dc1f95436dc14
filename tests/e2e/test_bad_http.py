"""Requests that are none, too large, or odd: each is answered and written
down, and the next client does not notice."""

import ssl

import pytest

from harness import ISSUE, ROOT_PATH, RST, TICKET_PATH
from raw import (Journal, Peer, context_of, get, request, rules_of, until)

HEADER_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
HOST = b"Host: lyncdiscover.contoso.test\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

both = pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])


def length(*values):
    return POST + b"".join(b"Content-Length: %b\r\n" % value
                           for value in values) + b"\r\nabcd"


# What it is, its bytes, and the status that refuses it.
REFUSED = [
    ("NUL in the path", b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("NUL in a value", GET + b"X: a\0b\r\n\r\n", 400),
    ("NUL in a name", GET + b"X\0Y: a\r\n\r\n", 400),
    ("NUL first", b"\0" + GET + b"\r\n", 400),
    ("8-bit method", b"G\xd6T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("8-bit name", GET + b"\xc3\xb6: a\r\n\r\n", 400),
    ("line without colon", GET + b"nonsense\r\n\r\n", 400),
    ("line without name", GET + b": a\r\n\r\n", 400),
    ("space in a name", GET + b"A b: c\r\n\r\n", 400),
    ("space before the colon", GET + b"X : a\r\n\r\n", 400),
    ("folded first line", b"GET / HTTP/1.1\r\n " + HOST + b"\r\n", 400),
    ("lone CR", GET + b"X: a\rY: b\r\n\r\n", 400),
    ("method alone", b"GET\r\n\r\n", 400),
    ("no version, as in HTTP/0.9", b"GET /\r\n\r\n", 400),
    ("no path", b"GET HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("two spaces", b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("tabs", b"GET\t/\tHTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("space in the path", b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("other protocol", b"REGISTER sip:contoso.test SIP/2.0\r\n\r\n", 400),
    ("lower-case version", b"GET / http/1.1\r\n" + HOST + b"\r\n", 400),
    ("version from the future", b"GET / HTTP/3.0\r\n" + HOST + b"\r\n", 505),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("all bytes", bytes(range(256)) + b"\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ("text and binary", b"abc\xff\xfe def\r\n\r\n", 400),
    ("length below zero", length(b"-1"), 400),
    ("length in words", length(b"four"), 400),
    ("length with a sign", length(b"+4"), 400),
    ("length in hexadecimal", length(b"0x4"), 400),
    ("no length", length(b""), 400),
    ("list of lengths", length(b"4, 4"), 400),
    ("two lengths", length(b"3", b"4"), 400),
    ("length beyond 64 bits", length(b"9" * 30), 400),
    ("length of 64 bits", length(b"18446744073709551615"), 413),
    ("length over the limit", length(b"%d" % (BODY_LIMIT + 1)), 413),
    ("length and chunks", POST + b"Content-Length: 4\r\nTransfer-Encoding: "
     b"chunked\r\n\r\n0\r\n\r\n", 400),
    ("chunked twice", POST + b"Transfer-Encoding: chunked\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("unknown coding", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("chunk size that is none", CHUNKED + b"zz\r\n", 400),
    ("chunk size below zero", CHUNKED + b"-5\r\nabcde\r\n0\r\n\r\n", 400),
    ("chunk longer than it says", CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400),
    ("chunk size of 64 bits", CHUNKED + b"f" * 16 + b"\r\nabc", 413),
    ("chunk size over the limit", CHUNKED + b"100001\r\n", 413),
    ("chunk size without end", CHUNKED + b"f" * 100000, 413),
    ("head over the limit", GET + b"X: " + b"y" * HEADER_LIMIT + b"\r\n\r\n",
     400),
    ("head without end", GET + b"X: " + b"y" * 2 * HEADER_LIMIT, 400),
    ("request line without end", b"GET /" + b"y" * 2 * HEADER_LIMIT, 400),
    ("a hundred thousand headers", GET + b"X: y\r\n" * 100000 + b"\r\n", 400),
]


@both
@pytest.mark.parametrize("data,status", [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])
def test_refused(sturdy, tls, data, status):
    journal = Journal(sturdy)
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        reply = peer.ask(data)
        assert reply.status == status
        assert reply.header("Connection") == "close"
        assert reply.text
        assert not reply.text.startswith("HTTP/")
        assert peer.closed()
        entry, = journal.of(peer)
    assert entry["sent"]["status"] == status
    assert entry["outcome"] == "whole"
    assert entry["reply"] is None
    assert entry["request"]["raw_size"] > 0
    if status == 400 and len(data) > HEADER_LIMIT:
        assert "HT-001" not in rules_of(entry), "the limit is ours alone"
        return
    assert rules_of(entry)[0] == "HT-001"
    assert entry["findings"][0]["level"] == "must"


@both
@pytest.mark.parametrize("lines", [
    b"", b"Host: a\r\nHost: b\r\n", HOST + HOST,
], ids=["none", "two", "twice the same"])
def test_host_that_is_not_clear(sturdy, tls, lines):
    journal = Journal(sturdy)
    with Peer(sturdy, tls) as peer:
        reply = peer.ask(b"GET / HTTP/1.1\r\n" + lines + b"\r\n")
        assert reply.status == 400
        assert peer.closed()
        entry, = journal.of(peer)
    assert rules_of(entry)[0] == "HT-002"


# What it is, the bytes, and the good answer that they get all the same.
TAKEN = [
    ("LF alone", GET.replace(b"\r\n", b"\n") + b"\n", 200),
    ("empty lines first", b"\r\n\n\r\n" + GET + b"\r\n", 200),
    ("folded line", GET + b"X: a\r\n b\r\n\tc\r\n\r\n", 200),
    ("8-bit value", GET + b"X: \xff\xfe\r\n\r\n", 200),
    ("8-bit path", b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("8-bit Host", b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", 404),
    ("empty value", GET + b"X:\r\n\r\n", 200),
    ("the same length twice", length(b"4", b"4"), 405),
    ("a later minor version", b"GET / HTTP/1.9\r\n" + HOST + b"\r\n", 200),
    ("lower-case method", b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    ("absolute form", b"GET http://lyncdiscover.contoso.test/ HTTP/1.1\r\n"
     + HOST + b"\r\n", 200),
    # RFC 9112, 3.2.2
    ("absolute form beats Host", b"GET http://lyncdiscover.contoso.test/ "
     b"HTTP/1.1\r\nHost: else.test\r\n\r\n", 200),
    ("authority form", b"CONNECT lyncweb.contoso.test:443 HTTP/1.1\r\n" + HOST
     + b"\r\n", 404),
    ("asterisk form", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("relative path", b"GET etc HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("path that climbs", b"GET /../../../etc/passwd HTTP/1.1\r\n" + HOST
     + b"\r\n", 404),
    ("escaped path that climbs", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n"
     + HOST + b"\r\n", 404),
    ("escapes that are none", b"GET /%zz%0%? HTTP/1.1\r\n" + HOST + b"\r\n",
     404),
    ("escaped NUL", b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("noise in a query", b"GET /?sipuri=%00%ff%zz&&=&sipuri HTTP/1.1\r\n"
     + HOST + b"\r\n", 200),
    ("long path", b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
     404),
    ("long query", b"GET /?" + b"a" * 60000 + b" HTTP/1.1\r\n" + HOST
     + b"\r\n", 200),
    ("long Host", b"GET / HTTP/1.1\r\nHost: " + b"a" * 60000 + b"\r\n\r\n",
     404),
    ("Host with markup", b"GET / HTTP/1.1\r\nHost: <b>\"&'\r\n\r\n", 404),
    ("Host with a port that is none", b"GET / HTTP/1.1\r\nHost: "
     b"lyncdiscover.contoso.test:http\r\n\r\n", 200),
    ("upgrade to HTTP/2", GET + b"Connection: Upgrade, HTTP2-Settings\r\n"
     b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 200),
    ("unknown expectation", POST + b"Expect: wonders\r\nContent-Length: 3\r\n"
     b"\r\nabc", 405),
    ("five hundred headers", GET + b"X: y\r\n" * 500 + b"\r\n", 200),
    ("head at the limit", GET + b"X: " + b"y"
     * (HEADER_LIMIT - len(GET) - 7) + b"\r\n\r\n", 200),
    # RFC 9112, 5: none of it belongs to the value.
    ("white space behind a coding", POST + b"Transfer-Encoding: chunked \t\r\n"
     b"\r\n3\r\nabc\r\n0\r\n\r\n", 405),
    ("white space behind a length", POST + b"X: a\r\n b \r\n"
     b"Content-Length:\t3 \t\r\n\r\nabc", 405),
    ("chunks with extensions and trailers", CHUNKED
     + b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n", 405),
]


@both
@pytest.mark.parametrize("data,status", [row[1:] for row in TAKEN],
                         ids=[row[0] for row in TAKEN])
def test_taken(sturdy, tls, data, status):
    journal = Journal(sturdy)
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        reply = peer.ask(data)
        assert reply.status == status
        assert b"root:" not in reply.body
        # The connection is none the worse for it.
        assert peer.ask(get(peer.host, "/")).status == 200
        entry, _ = journal.of(peer, 2)
    assert entry["sent"]["status"] == status
    assert entry["request"]["dispatched"] is True


@both
def test_http_1_0(sturdy, tls):
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        reply = peer.ask(b"GET / HTTP/1.0\r\n" + HOST + b"\r\n")
        assert reply.status == 200
        assert peer.closed()


# --- bodies -----------------------------------------------------------------

def rst_to(peer, body, *lines):
    return request("POST", peer.host, TICKET_PATH, "Content-Type: text/xml",
                   f'SOAPAction: "{ISSUE}"', *lines, body=body)


def test_body_at_the_limit(sturdy):
    with Peer(sturdy, tls=True) as peer:
        # Taken in whole, and 401: nobody has signed in.
        reply = peer.ask(rst_to(peer, b"x" * BODY_LIMIT))
        assert reply.status == 401
        assert reply.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
        assert peer.ask(rst_to(peer, b"")).status == 401


def test_body_over_the_limit_in_chunks(sturdy):
    journal = Journal(sturdy)
    with Peer(sturdy, tls=True) as peer:
        peer.send(request("POST", peer.host, TICKET_PATH,
                          "Transfer-Encoding: chunked"))
        chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        for _ in range(BODY_LIMIT // 4096 + 1):
            peer.send(chunk)
        assert peer.reply().status == 413
        assert peer.closed()
        entry, = journal.of(peer)
    assert rules_of(entry)[0] == "HT-001"


def test_tiny_chunks(sturdy):
    with Peer(sturdy, tls=True) as peer:
        peer.send(request("POST", peer.host, TICKET_PATH,
                          "Transfer-Encoding: chunked"))
        peer.send(b"1\r\nx\r\n" * 50000 + b"0\r\n\r\n")
        assert peer.reply().status == 401


def test_expect_100_continue(sturdy):
    body = RST.read_bytes()
    with Peer(sturdy, tls=True) as peer:
        head = rst_to(peer, body, "Expect: 100-continue")[:-len(body)]
        peer.send(head)
        # The body only goes once the server has asked for it.
        assert peer.peek(13) == b"HTTP/1.1 100 "
        peer.send(body)
        reply = peer.reply()
        assert reply.answers == [100, 401]


def test_expect_100_continue_over_the_limit(sturdy):
    with Peer(sturdy, tls=True) as peer:
        reply = peer.ask(request(
            "POST", peer.host, TICKET_PATH, "Expect: 100-continue",
            f"Content-Length: {BODY_LIMIT + 1}"))
        assert reply.answers == [413]
        assert peer.closed()


# --- methods ----------------------------------------------------------------

@both
def test_head(sturdy, tls):
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        full = peer.ask(get(peer.host, "/"))
        head = peer.ask(request("HEAD", peer.host, "/"), "HEAD")
        assert head.status == 200
        assert int(head.header("Content-Length")) == len(full.body)
        # Nothing came behind it.
        assert peer.ask(get(peer.host, "/")).status == 200


@pytest.mark.parametrize("path,allow", [
    (ROOT_PATH, {"GET", "HEAD"}),
    (TICKET_PATH, {"GET", "HEAD", "POST"}),
    (TICKET_PATH + "/mex", {"GET", "HEAD", "POST"}),
])
@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PUT", "TRACE",
                                    "PATCH", "PROPFIND", "X" * 1000])
def test_method_that_is_not_allowed(sturdy, method, path, allow):
    with Peer(sturdy, tls=True) as peer:
        reply = peer.ask(request(method, peer.host, path))
        assert reply.status == 405
        assert set(reply.header("Allow").split(", ")) == allow


# --- pieces and packs -------------------------------------------------------

@both
def test_pipelined(sturdy, tls):
    """Answers come in the order of the requests, whatever they are."""
    paths = ["/", "/nowhere", ROOT_PATH, "/?sipuri=bob@contoso.test"] * 25
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        peer.send(b"".join(get(peer.host, path) for path in paths))
        answers = [peer.reply() for _ in paths]
    assert [answer.status for answer in answers] == [200, 404, 200, 200] * 25
    if not tls:
        assert {b"bob" in answer.body for answer in answers[3::4]} == {True}
        assert {b"bob" in answer.body for answer in answers[2::4]} == {False}


@both
def test_pipelined_around_a_bad_one(sturdy, tls):
    """Nothing is read behind what cannot be framed."""
    with Peer(sturdy, tls, "lyncdiscover") as peer:
        good = get(peer.host, "/")
        peer.send(good + length(b"3", b"4") + good)
        assert peer.reply().status == 200
        assert peer.reply().status == 400
        assert peer.closed()


@both
def test_byte_by_byte(sturdy, tls):
    journal = Journal(sturdy)
    with Peer(sturdy, tls) as peer:
        data = request("POST", peer.host, TICKET_PATH + "/mex", body=b"<a/>")
        for at in range(len(data)):
            peer.send(data[at:at + 1])
        assert peer.reply().status == (400 if tls else 403)
        entry, = journal.of(peer)
    assert entry["request"]["raw_size"] == len(data)


# --- peers that go away -----------------------------------------------------

@both
@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("part", [
    b"G", GET, POST + b"Content-Length: 10\r\n\r\nabc", CHUNKED + b"5\r\nab",
], ids=["method", "head", "body", "chunk"])
def test_gone_within_a_request(sturdy, tls, how, part):
    journal = Journal(sturdy)
    peer = Peer(sturdy, tls, "lyncdiscover")
    # Reads the session tickets too: closed with them unread it would reset.
    assert peer.ask(get(peer.host, "/")).status == 200
    peer.send(part)
    getattr(peer, how)()
    if how == "close":
        _, entry = journal.of(peer, 2)
        assert entry["outcome"] == "nothing"
        assert entry["sent"]["status"] == 0
        assert entry["request"]["raw_size"] == len(part)
    else:
        # A reset may overtake what was sent before it.
        with Peer(sturdy) as other:
            assert other.ask(get(other.host, "/")).status == 404


@both
@pytest.mark.parametrize("how", ["close", "reset"])
def test_gone_within_replies(sturdy, tls, how):
    """More replies than fit into any buffer, and nobody reads them."""
    journal = Journal(sturdy)
    peer = Peer(sturdy, tls)
    path = TICKET_PATH + "/mex" if tls else ROOT_PATH
    peer.send(get(peer.host, path) * 500)
    assert peer.reply().status == 200
    getattr(peer, how)()
    ours = f"127.0.0.1:{peer.local_port}"
    until("an exchange that broke", lambda: [
        entry for entry in journal.entries()
        if entry["connection"]["peer"] == ours
        and entry["outcome"] in ("broken", "nothing")])


def test_half_closed(sturdy):
    """After FIN the client still gets all its answers (RFC 9112, 9.6)."""
    with Peer(sturdy, host="lyncdiscover") as peer:
        peer.send(get(peer.host, "/") * 3)
        peer.finish_writing()
        for _ in range(3):
            assert peer.reply().status == 200
        assert peer.closed()


def test_half_closed_by_close_notify(sturdy):
    """The same with TLS (RFC 8446, 6.1)."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    name = sturdy.name("lyncdiscover")
    tls = context_of(sturdy).wrap_bio(incoming, outgoing,
                                      server_hostname=name)
    with Peer(sturdy, port=sturdy.https) as peer:
        def step(action):
            """Does it, with as much of the peer's bytes as it needs."""
            while True:
                try:
                    result = action()
                except ssl.SSLWantReadError:
                    result = None
                peer.send(outgoing.read())
                if result is not None:
                    return result
                incoming.write(peer.socket.recv(65536))

        step(lambda: tls.do_handshake() or True)
        tls.write(get(name, "/"))
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        peer.send(outgoing.read())
        data = peer.all()
    # The answer, and close_notify: two records at least.
    assert len(data) > 500


# --- on the port of HTTPS ---------------------------------------------------

@pytest.mark.parametrize("data", [
    GET + b"\r\n",
    b"\0" * 10000,
    b"\xff" * 10000,
    b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\0" * 36,
    b"\x16\x03\x01\x00\x00" * 1000,
    b"\x16\x03\x01\xff\xff" + b"\x01\x00\xff\xff" * 20000,
    b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x17\x03\x03\x00\x10" + b"\0" * 16,
], ids=["HTTP", "zeros", "ones", "SSLv2", "empty records", "long record",
        "long handshake message", "alert", "data"])
def test_no_tls(sturdy, data):
    before = sturdy.messages().count("kind=tls")
    with Peer(sturdy, port=sturdy.https) as peer:
        peer.send(data)
        peer.finish_writing()
        answer = peer.all()
    # At most an alert.
    assert len(answer) <= 7
    until("a line of the log", lambda: sturdy.messages().count(
        "kind=tls") == before + 1)


def test_client_hello_cut_anywhere(sturdy):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context_of(sturdy).wrap_bio(incoming, outgoing,
                                      server_hostname=sturdy.name("lyncweb"))
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = outgoing.read()
    for size in range(0, len(hello), 7):
        with Peer(sturdy, port=sturdy.https) as peer:
            peer.send(hello[:size])
            peer.finish_writing()
            assert len(peer.all()) <= 7


def test_only_http_1_1_is_agreed_on(sturdy):
    context = context_of(sturdy)
    context.set_alpn_protocols(["h2"])
    with Peer(sturdy, tls=True, host="lyncdiscover", context=context) as peer:
        assert peer.socket.selected_alpn_protocol() is None
        assert peer.ask(get(peer.host, "/")).status == 200


def test_more_parameters_than_there_is_room_for(sturdy):
    """libmicrohttpd gives up by itself, and says so to nobody: the request goes
    with its connection, as LeakSanitizer sees."""
    for _ in range(3):
        with Peer(sturdy) as peer:
            peer.send(b"POST /?" + 8000 * b"a&" + b" HTTP/1.1\r\n" + HOST)
            peer.send(b"Content-Length: 9\r\n\r\nnot yet")
            peer.send(b"!!")
            peer.finish_writing()
            peer.socket.recv(100)
    reply = sturdy.curl(sturdy.url("lyncdiscover"))
    assert reply.status == 200
