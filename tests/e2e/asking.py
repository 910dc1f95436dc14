"""Requests for a web ticket in all their parts, for tests that vary one of
them: what is not said is what a good client sends to the port for passwords.
"""

import base64
import http.client
import os
import re
import uuid

from clients import ADDRESS, Connection
from harness import ISSUE, PASSWORD, PATIENCE, TICKET_PATH, USER_PATH, Answer
from signin import Ticket
from soap import AUTH, CWT, SAML

TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
DRAFT = "http://schemas.xmlsoap.org/ws/2005/02/trust"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = OASIS + "wssecurity-secext-1.0.xsd"
WSU = OASIS + "wssecurity-utility-1.0.xsd"
TEXT = OASIS + "username-token-profile-1.0#PasswordText"
SYMMETRIC = TRUST + "/SymmetricKey"
BEARER = TRUST + "/Bearer"
CLAIMS = "urn:component:Microsoft.Rtc.WebAuthentication.2010:authclaims"
AUTHORIZATION = "http://schemas.xmlsoap.org/ws/2006/12/authorization"
SIP_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/uri"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def element(name, text):
    return "" if text is None else f"<{name}>{text}</{name}>"


def entropy(data=None):
    """Fresh, if nothing is said."""
    return element("Entropy", element(
        "BinarySecret", base64.b64encode(data or os.urandom(32)).decode()))


def applies(url):
    return (f'<AppliesTo xmlns="{WSP}"><EndpointReference xmlns="{WSA}">'
            f"<Address>{url}</Address></EndpointReference></AppliesTo>")


def claims(sip, dialect=f' Dialect="{CLAIMS}"'):
    return (f'<Claims{dialect}><a:ClaimType xmlns:a="{AUTHORIZATION}" '
            f'Uri="{SIP_CLAIM}"><a:Value>{sip}</a:Value></a:ClaimType>'
            "</Claims>")


def lifetime(created, expires):
    return (f'<Lifetime><Created xmlns="{WSU}">{created}</Created>'
            f'<Expires xmlns="{WSU}">{expires}</Expires></Lifetime>')


def timestamp(created, expires, more=""):
    return (f'<u:Timestamp xmlns:u="{WSU}"><u:Created>{created}</u:Created>'
            f"<u:Expires>{expires}</u:Expires>{more}</u:Timestamp>")


def rst(server, *, token=CWT, kind=DRAFT + "/Issue", target=None,
        key=SYMMETRIC, context=None, more="", bare=False):
    """A RequestSecurityToken; bare: with neither TokenType nor AppliesTo."""
    target = target or server.url("lyncweb", USER_PATH)
    return (f'<RequestSecurityToken xmlns="{TRUST}" '
            f'Context="{context or uuid.uuid4()}">'
            + ("" if bare else element("TokenType", token))
            + element("RequestType", kind)
            + ("" if bare else applies(target))
            + element("KeyType", key) + more + "</RequestSecurityToken>")


def usertoken(name="CONTOSO\\alice", password=PASSWORD, *, kind=TEXT,
              encode=encoded, more=""):
    return ("<UsernameToken>" + element("Username", encode(name))
            + f'<Password Type="{kind}">{encode(password)}</Password>'
            + more + "</UsernameToken>")


def security(inside=None, *, understood=' s:mustUnderstand="1"'):
    return (f'<Security xmlns="{WSSE}"{understood}>'
            + (usertoken() if inside is None else inside) + "</Security>")


def envelope(body, header=None, *, start=""):
    return (f'{start}<s:Envelope xmlns:s="{SOAP11}">'
            + element("s:Header", security() if header is None else header)
            + f"<s:Body>{body}</s:Body></s:Envelope>")


class Plain(http.client.HTTPConnection):
    """A name of the world by plain http."""

    def __init__(self, server, host):
        super().__init__(ADDRESS, server.http, timeout=PATIENCE)
        self.named = f"{server.name(host)}:{server.http}"

    def ask(self, method, target, headers, body=None):
        self.request(method, target, headers={"Host": self.named, **headers},
                     body=body and body.encode())
        answer = self.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())


def send(server, method, path, headers, body=None, *, host="lyncweb",
         scheme="https"):
    """One request on a connection of its own."""
    kind = Connection if scheme == "https" else Plain
    connection = kind(server, host)
    try:
        if scheme == "https":
            headers = {"Host": f"{server.name(host)}:{server.https}",
                       **headers}
            return connection.ask(method, path, headers, body)
        return connection.ask(method, path, headers, body)
    finally:
        connection.close()


def post(server, message, *, path=AUTH, action=f'"{ISSUE}"',
         kind="text/xml; charset=utf-8", **how):
    headers = {"Content-Type": kind}
    if action is not None:
        headers["SOAPAction"] = action
    return send(server, "POST", path, headers, message, **how)


def ask(server, *, header=None, start="", path=AUTH, action=f'"{ISSUE}"',
        **parts):
    """Asks with one part of the RequestSecurityToken, or another, varied."""
    return post(server, envelope(rst(server, **parts), header, start=start),
                path=path, action=action)


def ticket(server, *, token=CWT, host="lyncweb", name="CONTOSO\\alice",
           **parts):
    """A good ticket, as a client gets it."""
    answer = post(server, envelope(rst(server, token=token, **parts),
                                   security(usertoken(name))), host=host)
    assert answer.status == 200, answer.text
    return Ticket(answer)


def assertion(server, **parts):
    return ticket(server, token=SAML, **parts)


def show(server, value, *, header="X-MS-WebTicket", path=USER_PATH, **how):
    """GETs the User resource with this ticket."""
    return send(server, "GET", path, {header: value}, **how)


def challenge(answer, scheme):
    found = re.search(rf"{scheme} (\S+)",
                      " ".join(answer.headers("WWW-Authenticate")))
    return base64.b64decode(found.group(1)) if found else None


