"""What the rules_*.py ask with: requests as text, on one raw connection, so that
a reader sees what stands on the wire."""

import pathlib
import socket
import ssl

from clients import Curl
from harness import ISSUE, PATIENCE, ROOT_PATH, TICKET_PATH, USER_PATH
from raw import Peer
from signin import ALICE, BODIES, Ticket, links
from harness import PASSWORD

FOLDER = pathlib.Path(__file__).resolve().parent
AUTODISCOVER = "application/vnd.microsoft.rtc.autodiscover+xml;v=1"
ROOT = "/?sipuri=alice@contoso.test"
MEX = TICKET_PATH + "/mex"


def text(method, path, *lines, host="{host}", accept=AUTODISCOVER,
         agent="rules/1", body=None):
    """A request; {host} becomes the name that was connected to."""
    head = [f"{method} {path} HTTP/1.1"]
    head += [f"Host: {host}"] if host else []
    head += [f"User-Agent: {agent}"] if agent else []
    head += [f"Accept: {accept}"] if accept else []
    head += lines
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head) + "\r\n\r\n" + (body or "")


def get(path, *lines, **how):
    return text("GET", path, *lines, **how)


def post(path, body, *lines, kind="text/xml; charset=utf-8", **how):
    typed = [f"Content-Type: {kind}"] if kind else []
    return text("POST", path, *typed, *lines, body=body, **how)


def talk(server, *requests, host="lyncweb", tls=True, context=None, sni=True):
    """Asks them one after another on one connection; what came."""
    with peer(server, host, tls, context, sni) as one:
        return [say(one, request) for request in requests]


def peer(server, host="lyncweb", tls=True, context=None, sni=True):
    if tls and not sni:
        one = Peer(server, port=server.https, host=host)
        one.socket = nameless(server).wrap_socket(one.socket)
        return one
    return Peer(server, tls=tls, host=host, context=context)


def say(one, request):
    data = request.replace("{host}", one.host).encode("latin-1")
    return one.ask(data, method=data.split(b" ")[0].decode())


def talker(*requests, **how):
    """talk() as a Case wants it."""
    return lambda server: talk(server, *requests, **how)


def spread(*steps, **how):
    """Each (host, request) on a connection of its own, in this order."""
    def client(server):
        for host, request in steps:
            talk(server, request, host=host, **how)
    return client


def nameless(server):
    context = ssl.create_default_context(cafile=server.ca_file)
    context.check_hostname = False
    return context


def trusting():
    """A client that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def distrusting(server, host="lyncweb"):
    """A good client that meets a certificate it does not like."""
    try:
        talk(server, get("/"), host=host)
        raise AssertionError("the certificate was liked")
    except ssl.SSLError:
        pass


def half(server, request, host="lyncweb"):
    """Goes away before the request is complete."""
    with Peer(server, tls=True, host=host) as one:
        one.send(request.replace("{host}", one.host).encode("latin-1"))
        one.finish_writing()
        one.all()


# ---- a sign-in ----

def fetch(client, url, **headers):
    return client.send("GET", url, {"Accept": AUTODISCOVER.replace("xml",
                                                                   "json"),
                                    **headers})


def discover(server, host="lyncdiscover", query="?sipuri=alice@contoso.test"):
    """client, URL of User, URL of the ticket service."""
    client = Curl(server, "--ntlm")
    root = fetch(client, server.url(host, "/" + query))
    user = links(root, "Root")["User"]
    return client, user, fetch(client, user).header("X-MS-WebTicketURL")


def ticket(client, address, user, account=ALICE):
    answer = client.send(
        "POST", address,
        {"Content-Type": "text/xml; charset=utf-8",
         "SOAPAction": f'"{ISSUE}"', "Expect": ""},
        BODIES["saml"].read_text().replace("@APPLIES_TO@", user), account,
        PASSWORD)
    return Ticket(answer)


def sign_in(server, host="lyncdiscover", account=ALICE):
    """From Root to the User answer, by the book; the User answer."""
    client, user, service = discover(server, host)
    client.send("GET", service + "/mex", {})
    shown = ticket(client, service, user, account)
    return client, fetch(client, user, **shown.headers())
