"""Requests to the web ticket service's ports for passwords and guests, sent by
curl, and what may come back."""

import base64
import re
from xml.sax.saxutils import escape

from clients import Curl
from harness import ISSUE, RST, TICKET_PATH, fresh

AUTH = TICKET_PATH + "/Auth"
ANON = TICKET_PATH + "/Anon"
PASSWORD_RST = RST.with_name("rst-password.xml").read_text()
MEETING = "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"
MEETING_KEY = "7Q2RVX4K"

SAML = ("http://docs.oasis-open.org/wss/"
        "oasis-wss-saml-token-profile-1.1#SAMLV1.1")
CWT = "urn:component:Microsoft.Rtc.WebAuthentication.2010:user-cwt-1"
NO_TOKEN = "No valid security token."


def encoded(text):
    """Base64 of UTF-8, or of bytes that are something else."""
    data = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(data).decode()


def envelope(server, name, password, *, path=AUTH, token_type=CWT,
             applies_to=None, host="lyncweb"):
    """Name and password as they shall stand there; for the rest, what clients
    send: AppliesTo is the port itself."""
    return (fresh(PASSWORD_RST).replace("@USERNAME@", escape(name))
            .replace("@PASSWORD@", escape(password))
            .replace("@TOKEN_TYPE@", token_type)
            .replace("@APPLIES_TO@", applies_to or server.url(host, path)))


def post(server, body, *, path=AUTH, action=ISSUE, host="lyncweb"):
    headers = {"Content-Type": "text/xml; charset=utf-8", "Expect": ""}
    if action:
        headers["SOAPAction"] = f'"{action}"'
    return Curl(server).send("POST", server.url(host, path), headers, body)


def log_in(server, name, password, *, host="lyncweb", **how):
    """As a client does."""
    return post(server, envelope(server, encoded(name), encoded(password),
                                 host=host, **how), host=host)


def fault(answer):
    """code, number and reason of a fault; no ticket is beside it."""
    assert answer.status == 500
    assert answer.header("Content-Type") == "text/xml; charset=utf-8"
    assert answer.header("X-MS-Server-Fqdn")
    assert "cwt=" not in answer.text and "Assertion" not in answer.text
    code = re.search(r"<faultcode[^>]*>a:(\w+)<", answer.text).group(1)
    reason = re.search(r"<faultstring[^>]*>([^<]*)<", answer.text).group(1)
    number = re.search(r"<ErrorId>(\d+)<", answer.text)
    if number:
        diagnostics = answer.header("X-Ms-diagnostics")
        assert diagnostics.startswith(number.group(1) + ";")
        assert f'reason="{reason}"' in diagnostics
    return code, number and int(number.group(1)), reason


def refused(answer, reason=NO_TOKEN):
    assert fault(answer) == ("FailedAuthentication", 28020, reason)
