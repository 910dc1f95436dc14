"""Speaks to the server byte by byte, as no HTTP library would let us."""

import base64
import re
import socket
import ssl
import struct

from harness import PATIENCE, ROOT_PATH, USER_PATH, Reply


def context_of(server):
    """TLS for clients that trust the server's CA."""
    return ssl.create_default_context(cafile=server.ca_file)


class Peer:
    """One connection of a client that may do anything."""

    def __init__(self, server, tls=False, host="lyncweb", context=None):
        port = server.https if tls else server.http
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


def sign_in(server):
    """The way of a good client: discovery, a ticket over NTLM, User."""
    reply = server.curl(server.url("lyncdiscover"))
    assert reply.status == 200
    reply = server.ask_ticket("CONTOSO\\alice", "--ntlm")
    assert reply.status == 200
    ticket = re.search(rb"<saml:Assertion.*</saml:Assertion>", reply.body,
                       re.S).group(0)
    reply = server.curl(
        server.url("lyncweb", USER_PATH), "-H",
        "X-MS-WebTicket: opaque=" + base64.b64encode(ticket).decode())
    assert reply.status == 200


def entries_from(server, port):
    """What the journal holds of the connection from this port of ours."""
    return [entry for entry in server.entries()
            if entry["connection"]["peer"].endswith(f":{port}")]


def end(server):
    """Nothing is broken: a good client signs in, the server ends well.
    After it the journal is complete."""
    sign_in(server)
    assert server.stop() == 0
