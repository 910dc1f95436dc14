"""Speaks to the server byte by byte, as no HTTP library would let us."""

import datetime
import json
import socket
import ssl
import struct
import time

from harness import PATIENCE, ROOT_PATH, Reply


def context_of(server):
    """TLS for clients that trust the server's CA."""
    return ssl.create_default_context(cafile=server.ca_file)


class Peer:
    """One connection of a client that may do anything."""

    def __init__(self, server, tls=False, host="lyncweb", context=None,
                 port=None):
        """port: bare TCP to this one, whatever speaks there."""
        port = port or (server.https if tls else server.http)
        self.host = server.name(host)
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.local_port = self.socket.getsockname()[1]
        if tls:
            context = context or context_of(server)
            self.socket = context.wrap_socket(
                self.socket, server_hostname=self.host)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """A real RST, not a FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()

    def finish_writing(self):
        """Half a goodbye: the FIN of TCP, and nothing before it."""
        self.socket.shutdown(socket.SHUT_WR)

    def send(self, data):
        """False where the server has hung up before it read all."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            return False

    def _more(self):
        """Reads on; False at the end. A server that hangs is an error."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return False
        self.received += data
        return bool(data)

    def _until(self, size):
        while len(self.received) < size:
            assert self._more(), f"cut short: {self.received!r}"

    def _take(self, size):
        self._until(size)
        data, self.received = self.received[:size], self.received[size:]
        return data

    def peek(self, size):
        """The next bytes, which stay where they are."""
        self._until(size)
        return self.received[:size]

    def _head(self):
        """The next head with its empty line; None at the end."""
        while b"\r\n\r\n" not in self.received:
            if not self._more():
                assert not self.received, f"cut short: {self.received!r}"
                return None
        end = self.received.index(b"\r\n\r\n") + 4
        return self._take(end).decode("latin-1")

    def _chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.received:
                assert self._more()
            size = int(self._take(self.received.index(b"\r\n") + 2), 16)
            body += self._take(size + 2)[:-2]
            if size == 0:
                return body

    def reply(self, method="GET"):
        """The next final answer; None where the server closes instead."""
        heads = ""
        while True:
            head = self._head()
            if head is None:
                assert not heads, "interim replies and no final one"
                return None
            heads += head
            reply = Reply(heads, b"")
            if reply.status >= 200:
                break
        if method == "HEAD" or reply.status in (204, 304):
            return reply
        if "chunked" in (reply.header("Transfer-Encoding") or ""):
            return Reply(heads, self._chunks())
        if reply.header("Content-Length") is not None:
            return Reply(heads,
                         self._take(int(reply.header("Content-Length"))))
        self.all()
        body, self.received = self.received, b""
        return Reply(heads, body)

    def all(self):
        """Reads until the server closes."""
        while self._more():
            pass
        return self.received

    def closed(self):
        """Has the server nothing more to say? Waits until it closes."""
        return self.all() == b""

    def ask(self, data, method="GET"):
        self.send(data)
        return self.reply(method)


def get(host, path=ROOT_PATH, *lines):
    """A good GET."""
    return request("GET", host, path, *lines)


def request(method, host, path, *lines, body=None):
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", *lines]
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    text = "".join(f"{line}\r\n" for line in head) + "\r\n"
    return text.encode("latin-1") + (body or b"")


def until(what, condition):
    """Waits for something that is bound to come, and returns it."""
    end = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} s"
        time.sleep(0.005)


class Journal:
    """What a running server writes from now on."""

    def __init__(self, server):
        self.path = server.journal
        # A line may be half written just now.
        self.start = self.path.read_bytes().rfind(b"\n") + 1
        # An exchange before this one may still be on its way to the file.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.began = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"

    def entries(self):
        with open(self.path, "rb") as file:
            file.seek(self.start)
            text = file.read()
        whole = text[:text.rfind(b"\n") + 1]
        entries = [json.loads(line) for line in whole.splitlines()]
        return [entry for entry in entries if entry["began"] >= self.began]

    def of(self, peer, count=1):
        """All there is of this connection, once that is so many entries."""
        ours = f"127.0.0.1:{peer.local_port}"

        def found():
            entries = [entry for entry in self.entries()
                       if entry["connection"]["peer"] == ours]
            return entries if len(entries) >= count else None

        entries = until(f"{count} exchanges of {ours}", found)
        assert len(entries) == count
        return entries


def rules_of(entry, *families):
    """The rules that it breaks, in order; of these families, such as "WT-"."""
    return [finding["rule"] for finding in entry["findings"]
            if finding["rule"].startswith(families or "")]


def remark_of(entry, key):
    """The text of the one remark of this key; None: there is none."""
    texts = [remark["text"] for remark in entry["remarks"]
             if remark["key"] == key]
    assert len(texts) < 2, texts
    return texts[0] if texts else None
