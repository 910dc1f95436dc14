"""http.header-limit: how long the head of a request may be. Over bare sockets:
curl 7.88 ends no head of more than 128 KiB over TLS."""

import pytest

from raw import Peer, get

KIB = 1024


def ask(server, size, tls):
    """The status of a request whose head has this many bytes."""
    with Peer(server, tls=tls, host="lyncdiscover") as peer:
        empty = get(peer.host, "/", "X-Long: ")
        return peer.ask(get(peer.host, "/",
                            "X-Long: " + (size - len(empty)) * "a")).status


@pytest.mark.parametrize("said,limit", [
    (None, 64 * KIB), ("8KiB", 8 * KIB), ("16384", 16 * KIB),
    ("256KiB", 256 * KIB), ("4MiB", 4096 * KIB),
])
@pytest.mark.parametrize("tls", [True, False])
def test_a_head_that_is_too_long(serve, said, limit, tls):
    server = serve(*(["--set", f"http.header-limit={said}"] if said else []))
    assert ask(server, limit, tls) == 200
    assert ask(server, limit + 1, tls) == 431
    assert ask(server, limit // 2, tls) == 200
