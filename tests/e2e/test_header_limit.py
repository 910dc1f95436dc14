"""http.header-limit: how long the head of a request may be. Over bare sockets:
curl 7.88 ends no head of more than 128 KiB over TLS."""

import re

import pytest

from raw import Journal, Peer, get, rules_of

KIB = 1024


def ask(server, size, tls):
    """The status of a request whose head has this many bytes."""
    return answer(server, size, tls).status


def answer(server, size, tls=False):
    with Peer(server, tls=tls, host="lyncdiscover") as peer:
        empty = get(peer.host, "/", "X-Long: ")
        return peer.ask(get(peer.host, "/",
                            "X-Long: " + (size - len(empty)) * "a"))


@pytest.mark.parametrize("said,limit", [
    (None, 64 * KIB), ("8KiB", 8 * KIB), ("16384", 16 * KIB),
    ("256KiB", 256 * KIB), ("4MiB", 4096 * KIB),
])
@pytest.mark.parametrize("tls", [True, False])
def test_a_head_that_is_too_long(serve, said, limit, tls):
    server = serve(*(["--set", f"http.header-limit={said}"] if said else []))
    assert ask(server, limit, tls) == 200
    assert ask(server, limit + 1, tls) == 400
    assert ask(server, limit // 2, tls) == 200


def test_a_head_that_is_too_long_breaks_no_rule(serve):
    """The limit is the server's own; HT-001 is about what is no HTTP."""
    server = serve("--set", "http.header-limit=8KiB")
    journal = Journal(server)
    with Peer(server, tls=False, host="lyncdiscover") as peer:
        reply = peer.ask(get(peer.host, "/", "X-Long: " + 8 * KIB * "a"))
        assert reply.status == 400
        assert peer.closed()
        entry, = journal.of(peer)
    assert "HT-001" not in rules_of(entry)


# As HTTP.sys sends it: 346 bytes.
WINDOWS = (
    b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"'
    b'"http://www.w3.org/TR/html4/strict.dtd">\r\n'
    b'<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n'
    b'<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii">'
    b'</HEAD>\r\n'
    b'<BODY><h2>Bad Request - Request Too Long</h2>\r\n'
    b'<hr><p>HTTP Error 400. The size of the request headers is too long.</p>'
    b'\r\n</BODY></HTML>\r\n')


@pytest.mark.parametrize("status", [400, 431])
def test_what_a_head_that_is_too_long_gets(serve, status):
    server = serve("--set", "http.header-limit=16KiB", "--set",
                   f"http.header-status={status}")
    reply = answer(server, 16 * KIB + 10)
    assert reply.status == status
    if status == 400:
        assert len(WINDOWS) == 346
        assert reply.body == WINDOWS
        assert reply.header("Server") == "Microsoft-HTTPAPI/2.0"
    else:
        assert b"http.header-limit" in reply.body
    assert reply.header("Connection") == "close"
    server.stop()
    assert re.search(r'why="the request\'s head has 16394 bytes( so far)?, and '
                     r'http\.header-limit is 16384"', server.log.read_text())
