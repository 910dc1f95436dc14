"""Clients that come through the proxy of a server under test."""

import base64
import subprocess

from harness import PATIENCE, Reply, clean_environment
from raw import Peer


def proxy_of(server):
    return int(server.ready["proxy"])


def proxy_url(server):
    return f"http://127.0.0.1:{proxy_of(server)}"


def run_curl(server, url, *args, env=None):
    """curl, whatever comes of it; its exit code is in .code."""
    head = server.folder / "proxy.head"
    body = server.folder / "proxy.body"
    for stale in (head, body):
        stale.unlink(missing_ok=True)
    done = subprocess.run(
        ["curl", "-q", "-sS", "--max-time", str(PATIENCE),
         "--cacert", server.ca_file, "-x", proxy_url(server),
         "-D", str(head), "-o", str(body), *args, url],
        env=clean_environment(server.folder, env), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=2 * PATIENCE)
    reply = Reply(head.read_text(errors="replace") if head.exists() else "",
                  body.read_bytes() if body.exists() else b"", done.stderr)
    reply.code = done.returncode
    return reply


def curl(server, url, *args, env=None):
    reply = run_curl(server, url, *args, env=env)
    assert reply.code == 0, f"curl: {reply.code} {reply.said}"
    return reply


def proxy_peer(server, host="lyncweb"):
    """A bare connection to the proxy."""
    return Peer(server, host=host, port=proxy_of(server))


def basic(name, password):
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def connect(target, *lines):
    return "".join(f"{line}\r\n" for line in (
        f"CONNECT {target} HTTP/1.1", f"Host: {target}", *lines, "")).encode()
