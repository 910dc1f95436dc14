"""What a client sends to a service that takes a ticket with a key: a message
signed with that key (protocol: webticket 9.3). Canonical XML is lxml's,
P_SHA1 and the MACs are Python's; nothing is the server's.
"""

import base64
import hashlib
import hmac
import os
import re

from lxml import etree

from asking import (SOAP11, WSSE, WSU, entropy, envelope, post, rst, security,
                    send)
from signin import Ticket
from soap import SAML

CERTPROV = "/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1"
ACTION = "http://schemas.microsoft.com/OCS/AuthWebServices/GetAndPublishCert"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SAML_ID = ("http://docs.oasis-open.org/wss/"
           "oasis-wss-saml-token-profile-1.0#SAMLAssertionID")
WHEN = ("2013-06-01T12:00:00Z", "2013-06-01T20:00:00Z")


def p_hash(secret, seed, size, digest=hashlib.sha1):
    """RFC 2246, section 5."""
    out, a = b"", seed
    while len(out) < size:
        a = hmac.digest(secret, a, digest)
        out += hmac.digest(secret, a + seed, digest)
    return out[:size]


class Keyed:
    """A ticket, and what its key is made of."""

    def __init__(self, server, more=""):
        self.client = os.urandom(32)
        answer = post(server, envelope(rst(
            server, token=SAML, target=server.url("lyncweb", CERTPROV),
            more=entropy(self.client) + more)))
        assert answer.status == 200, answer.text
        self.server = base64.b64decode(
            re.search(r"<Entropy><BinarySecret[^>]*>([^<]+)",
                      answer.text).group(1))
        self.text = Ticket(answer).text.decode()
        self.id = re.search(r'AssertionID="([^"]+)"', self.text).group(1)

    def key(self):
        return p_hash(self.client, self.server, 32)


def canonical(text):
    return etree.tostring(etree.fromstring(text), method="c14n",
                          exclusive=True)


def timestamp(declared=f' xmlns:wsu="{WSU}"', child=""):
    created, expires = WHEN
    return (f'<wsu:Timestamp{declared} wsu:Id="timestamp">'
            f"<wsu:Created{child}>{created}</wsu:Created>"
            f"<wsu:Expires{child}>{expires}</wsu:Expires></wsu:Timestamp>")


def signed_info(digest, method=DS + "hmac-sha1"):
    return (f'<SignedInfo xmlns="{DS}">'
            f'<CanonicalizationMethod Algorithm="{EXC}"/>'
            f'<SignatureMethod Algorithm="{method}"/>'
            f'<Reference URI="#timestamp"><Transforms>'
            f'<Transform Algorithm="{EXC}"/></Transforms>'
            f'<DigestMethod Algorithm="{DS}sha1"/><DigestValue>'
            f"{base64.b64encode(digest).decode()}</DigestValue></Reference>"
            "</SignedInfo>")


def signature(keyed, info, value):
    return (f'<Signature xmlns="{DS}">{info}<SignatureValue>'
            f"{base64.b64encode(value).decode()}</SignatureValue><KeyInfo>"
            f'<SecurityTokenReference xmlns="{WSSE}"><KeyIdentifier '
            f'ValueType="{SAML_ID}">{keyed.id}</KeyIdentifier>'
            "</SecurityTokenReference></KeyInfo></Signature>")


def message(inside):
    return (f'<s:Envelope xmlns:s="{SOAP11}"><s:Header>'
            + security(inside) + "</s:Header><s:Body>"
            f'<GetAndPublishCert xmlns="{ACTION.rsplit("/", 1)[0]}/" '
            'DeviceId="{7f0e}" Entity="alice@contoso.test"/>'
            "</s:Body></s:Envelope>")


def prove(server, keyed, key, *, stamp=None, raw_digest=False, raw_info=False,
          method=DS + "hmac-sha1", digest=hashlib.sha1):
    """Signs the Timestamp with this key, and shows it."""
    stamp = stamp or timestamp()
    digested = stamp.encode() if raw_digest else canonical(stamp)
    info = signed_info(hashlib.sha1(digested).digest(), method)
    value = hmac.digest(key, info.encode() if raw_info else canonical(info),
                        digest)
    return post_signed(server, stamp + keyed.text
                       + signature(keyed, info, value))


def post_signed(server, inside):
    answer = send(server, "POST", CERTPROV,
                  {"Content-Type": "text/xml; charset=utf-8",
                   "SOAPAction": f'"{ACTION}"'}, message(inside))
    assert answer.status == 503
    return answer
