"""The requests that all servers get, and one answer to each, as bytes."""

import pathlib
import socket
import ssl

TESTS = pathlib.Path(__file__).resolve().parents[1]
DOMAIN = "contoso.test"
DISCOVER = f"lyncdiscover.{DOMAIN}"
WEB = f"lyncweb.{DOMAIN}"
USER, PASSWORD = "alice", "Passw0rd!"
TICKET_PATH = "/WebTicket/WebTicketService.svc"
USER_PATH = "/Autodiscover/AutodiscoverService.svc/root/user"
ISSUE = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue"


def message(*lines, body=""):
    return "".join(f"{line}\r\n" for line in (*lines, "")) + body


def discover(port):
    return message("GET / HTTP/1.1", f"Host: {DISCOVER}:{port}",
                   "Accept: */*", "User-Agent: lyncmock-bench")


def ticket(port, body, authorization="NTLM @TOKEN@"):
    """A leg of a handshake, as curl makes it: the load generator puts the
    token in. None: without Authorization."""
    return message(f"POST {TICKET_PATH} HTTP/1.1", f"Host: {WEB}:{port}",
                   *([f"Authorization: {authorization}"] if authorization
                     else []),
                   "User-Agent: lyncmock-bench", "Accept: */*",
                   "Content-Type: text/xml; charset=utf-8",
                   f'SOAPAction: "{ISSUE}"',
                   f"Content-Length: {len(body.encode())}", body=body)


def negotiate(port):
    """What asks for HTTP authentication and nothing else."""
    return message("GET /auth/negotiate HTTP/1.1", f"Host: {WEB}:{port}",
                   "Authorization: Negotiate @TOKEN@", "Accept: */*",
                   "User-Agent: lyncmock-bench")


def rst(port):
    text = (TESTS / "e2e" / "rst.xml").read_text(encoding="utf-8")
    return text.replace("@APPLIES_TO@",
                        f"https://{WEB}:{port}{USER_PATH}")


def connect(port, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), 10)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(plain, server_hostname=name)
    except BaseException:
        plain.close()
        raise


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


def answer(file):
    """The next answer in a file; it has a Content-Length."""
    status = int(file.readline().split()[1])
    headers = []
    while line := file.readline().strip().decode("latin-1"):
        headers.append(tuple(part.strip() for part in line.split(":", 1)))
    length = int(next(value for name, value in headers
                      if name.lower() == "content-length"))
    return Answer(status, headers, file.read(length))


def get(port, name=DISCOVER):
    with connect(port, name) as connection:
        connection.sendall(discover(port).encode())
        return answer(connection.makefile("rb"))
