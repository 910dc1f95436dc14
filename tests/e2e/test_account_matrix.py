"""One table of accounts, tried over every method: the verdict is the same
everywhere, and each method says it in its own documented form.
"""

import base64
import json
import sys
from urllib.parse import quote

import pytest

from clients import FOLDER, Carrier, Curl, TokenProgram
from conftest import judge
from harness import PASSWORD, Server
from impacket_client import impacket
from raw import Journal, until
from signin import Record, ask, sign_in
from soap import NO_TOKEN, encoded, envelope, fault
from soap import post as post_soap
from test_oauth import post as post_form
from test_oauth import refused as grant_refused
from test_oauth import token as grant_token
from test_requests_ntlm import requests

JOERG = "j\xf6rg"
JOERGS = "P\xe4ssw\xf6rd1"
LONG = "a" * 255
LONGER = "b" * 300

WRONG = "wrong password"
UNKNOWN = "unknown user"
DISABLED = "account disabled"
LOCKED = "account locked out"
EXPIRED = "password expired"
MUST_CHANGE = "password must be changed"

# Account, password, and what becomes of it: "=alice" is let in as alice.
TRIES = [
    # Spellings.
    ("CONTOSO\\alice", PASSWORD, "=alice"),
    ("contoso\\ALICE", PASSWORD, "=alice"),
    ("contoso.test\\alice", PASSWORD, "=alice"),
    ("CONTOSO.TEST\\Alice", PASSWORD, "=alice"),
    ("alice", PASSWORD, "=alice"),
    ("ALICE", PASSWORD, "=alice"),
    ("alice@contoso.test", PASSWORD, "=alice"),
    ("Alice@CONTOSO.test", PASSWORD, "=alice"),
    ("alice@CONTOSO", PASSWORD, "=alice"),
    ("CONTOSO\\alice@contoso.test", PASSWORD, "=alice"),
    ("CONTOSO\\bob", PASSWORD, "=bob"),
    ("away@contoso.test", PASSWORD, "=away"),
    # Outside of ASCII.
    (f"CONTOSO\\{JOERG}", JOERGS, f"={JOERG}"),
    (f"CONTOSO\\{JOERG.upper()}", JOERGS, f"={JOERG}"),
    (f"{JOERG}@contoso.test", JOERGS, f"={JOERG}"),
    (JOERG, JOERGS.upper(), WRONG),
    (JOERG, JOERGS.replace("\xe4", "a").replace("\xf6", "o"), WRONG),
    (JOERG, "Pa\u0308sswo\u0308rd1", WRONG),
    ("jo\u0308rg", JOERGS, UNKNOWN),
    ("jorg", JOERGS, UNKNOWN),
    ("\u0430lice", PASSWORD, UNKNOWN),
    ("\U0001f600", PASSWORD, UNKNOWN),
    ("alice", "\U0001f600", WRONG),
    # Passwords.
    ("alice", "wrong", WRONG),
    ("alice", PASSWORD.lower(), WRONG),
    ("alice", PASSWORD.upper(), WRONG),
    ("alice", PASSWORD + " ", WRONG),
    ("alice", " " + PASSWORD, WRONG),
    ("alice", PASSWORD[:-1], WRONG),
    ("alice", PASSWORD * 2, WRONG),
    ("alice", LONG, WRONG),
    ("alice", LONGER, WRONG),
    ("alice", "a:b", WRONG),
    ("alice", "", WRONG),
    # Names.
    ("nobody", PASSWORD, UNKNOWN),
    ("nobody", "wrong", UNKNOWN),
    ("CONTOSO\\nobody", PASSWORD, UNKNOWN),
    ("alice ", PASSWORD, UNKNOWN),
    ("alic", PASSWORD, UNKNOWN),
    ("alice'--", PASSWORD, UNKNOWN),
    ("alice<&>\"", PASSWORD, UNKNOWN),
    ("*", PASSWORD, UNKNOWN),
    (LONG, PASSWORD, UNKNOWN),
    (LONGER, PASSWORD, UNKNOWN),
    (f"CONTOSO\\{LONG}", PASSWORD, UNKNOWN),
    (f"{LONGER}\\alice", PASSWORD, UNKNOWN),
    # Domains.
    ("FABRIKAM\\alice", PASSWORD, UNKNOWN),
    ("fabrikam.test\\alice", PASSWORD, UNKNOWN),
    ("alice@fabrikam.test", PASSWORD, UNKNOWN),
    ("CONTOSO\\alice@fabrikam.test", PASSWORD, UNKNOWN),
    ("FABRIKAM\\alice@contoso.test", PASSWORD, UNKNOWN),
    (".\\alice", PASSWORD, UNKNOWN),
    # States: told behind the right password alone, but for the lock.
    ("disabled", PASSWORD, DISABLED),
    ("locked", PASSWORD, LOCKED),
    ("expired", PASSWORD, EXPIRED),
    ("mustchange", PASSWORD, MUST_CHANGE),
    ("nosip", PASSWORD, "=nosip"),
    ("ghost", PASSWORD, UNKNOWN),
    ("disabled", "wrong", WRONG),
    ("locked", "wrong", LOCKED),
    ("expired", "wrong", WRONG),
    ("mustchange", "wrong", WRONG),
    ("nosip", "wrong", WRONG),
    ("ghost", "wrong", UNKNOWN),
    ("blank", "", WRONG),
    ("blank", "anything", WRONG),
]


# --- the methods ------------------------------------------------------------

def split(account):
    """Domain and name as NTLM's clients take them apart."""
    domain, _, name = account.rpartition("\\")
    return domain, name


class Method:
    """send() tries an account, said() is the form of the answer; `why` is the
    verdict, or what is told of it where more is known (test_why.py)."""

    # How the server calls it.
    auth = "ntlm"

    def __init__(self, server):
        self.server = server

    def can(self, account, password):
        """Is there a way to say this to the client at all?"""
        return True

    def said(self, answer, user, why):
        """As of IIS (webticket 6.5): a plain 401, whatever is wrong."""
        if user == "nosip":
            assert answer.status == 403
            assert answer.header("X-Ms-diagnostics").startswith("28000;")
        elif user:
            assert answer.status == 200
        else:
            assert answer.status == 401
            assert answer.headers("WWW-Authenticate") == [
                "Negotiate", "NTLM"]
            assert why not in answer.text
            assert answer.header("X-Ms-diagnostics") is None


class Impacket(Method):
    """NTLMv2 of python3-impacket: any domain and name; of passwords it hashes
    those of ISO 8859-1 alone."""

    scheme = "NTLM"

    def can(self, account, password):
        return all(ord(each) < 256 for each in password)

    def send(self, account, password):
        domain, name = split(account)
        return ask(impacket(self.server, scheme=self.scheme), self.server,
                   f"{domain}\\{name}", password)


class ImpacketNegotiate(Impacket):
    auth = "negotiate+ntlm"
    scheme = "Negotiate"


class CurlNtlm(Method):
    def can(self, account, password):
        # A colon ends its name; without a name it asks for nobody.
        return account and ":" not in account

    def send(self, account, password):
        return ask(Curl(self.server, "--ntlm"), self.server, account, password)


class RequestsNtlm(Method):
    def can(self, account, password):
        # Its first leg offers no UNICODE, and so its names are ASCII.
        return account.isascii()

    def send(self, account, password):
        return ask(requests(self.server), self.server, account, password)


class Gssapi(Method):
    """NTLM in SPNEGO by gss-ntlmssp, which has its passwords in a file."""

    auth = "negotiate+ntlm"

    def can(self, account, password):
        # Nobody signs in with a file where the password is empty, and its
        # fields end at a colon; it takes names for UPNs and domains for its
        # own where they have "@" or spaces.
        return (password and ":" not in password and "@" not in account
                and account.isprintable() and " " not in account)

    def send(self, account, password):
        domain, name = split(account)
        domain = domain or "CONTOSO"
        users = self.server.folder / "ntlm-matrix"
        users.write_text(f"{domain}:{name}:{password}\n")
        krb5 = self.server.folder / "krb5.conf"
        krb5.write_text("[libdefaults]\ndns_canonicalize_hostname = false\n")

        def begin(_account, _password, connection):
            return TokenProgram(
                self.server, sys.executable, FOLDER / "gssapi-tokens.py",
                "spnego", f"{domain}\\{name}", connection.host, "",
                env={"NTLM_USER_FILE": str(users), "KRB5_CONFIG": str(krb5),
                     "PYTHONDONTWRITEBYTECODE": "1"})

        return ask(Carrier(self.server, "Negotiate", begin), self.server,
                   account, password)


class Basic(Method):
    """RFC 7617, at an endpoint that knows nothing of Lync."""

    auth = "basic"

    def can(self, account, password):
        return ":" not in account

    def send(self, account, password):
        pair = base64.b64encode(f"{account}:{password}".encode()).decode()
        return self.server.curl(
            self.server.url("lyncweb", "/auth/basic"),
            "-H", f"Authorization: Basic {pair}")

    def said(self, answer, user, why):
        told = json.loads(answer.text)
        assert told["authenticated"] is bool(user)
        assert answer.status == (200 if user else 401)
        if user:
            assert told["user"] == user
        else:
            assert told["why"] == why
            assert answer.headers("WWW-Authenticate") == [
                'Basic realm="contoso.test", charset="UTF-8"']


class Soap(Method):
    """Name and password in base64 of UTF-8 (webticket 4.3)."""

    auth = "usertoken"

    def send(self, account, password):
        return post_soap(self.server, envelope(
            self.server, encoded(account), encoded(password)))

    def said(self, answer, user, why):
        told = {DISABLED: "The account is disabled.",
                EXPIRED: "The password has expired.",
                MUST_CHANGE: "The password has expired."}
        if user == "nosip":
            assert fault(answer) == ("FailedAuthentication", 28000,
                                     "User is not SIP enabled.")
        elif user:
            assert answer.status == 200
        else:
            assert fault(answer) == ("FailedAuthentication", 28020,
                                     told.get(why, NO_TOKEN))


class SoapClear(Soap):
    """The same as they stand."""

    def can(self, account, password):
        # White space around a name is none of it in XML.
        return account == account.strip()

    def send(self, account, password):
        return post_soap(self.server, envelope(self.server, account,
                                               password))


class Password(Method):
    """The OAuth grant (discover 4)."""

    auth = "password"

    def send(self, account, password):
        return post_form(self.server, "grant_type=password&username="
                         f"{quote(account)}&password={quote(password)}")

    def can(self, account, password):
        # An empty parameter is an absent one: invalid_request, no verdict.
        return account and password

    def said(self, answer, user, why):
        if user == "nosip":
            grant_refused(answer, "invalid_grant", 28000)
        elif user:
            grant_token(answer)
        else:
            grant_refused(answer, "invalid_grant", 28020)


METHODS = [Impacket, ImpacketNegotiate, CurlNtlm, RequestsNtlm, Gssapi, Basic,
           Soap, SoapClear, Password]


@pytest.fixture(scope="module")
def matrix_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("matrix"),
                    "--set", "user.ghost.state=unknown",
                    "--set", "user.blank.password=")
    yield server
    sign_in(Curl(server, "--ntlm"), server)
    assert server.stop() == 0
    judge(server)


def decision(server, seen, status):
    """The exchange that decided it, which may be written a little later than
    the client reads the answer."""
    def found():
        records = [Record(entry) for entry in seen.entries()]
        return [record for record in records if record.status == status and (
            status != 401 or "auth.refused" in record.remarks)]

    record, = until("the verdict", found)
    return record


@pytest.mark.parametrize("account,password,verdict", TRIES)
@pytest.mark.parametrize("method", METHODS,
                         ids=lambda method: method.__name__)
def test_verdict(matrix_server, request, method, account, password, verdict):
    request.node.lyncmock_servers = [matrix_server]
    client = method(matrix_server)
    if not client.can(account, password):
        pytest.skip("cannot be said to this client")
    seen = Journal(matrix_server)
    answer = client.send(account, password)
    user = verdict[1:] if verdict.startswith("=") else None
    record = decision(matrix_server, seen, answer.status)
    assert record.auth == client.auth
    assert record.remarks.get("auth.refused") == (None if user else verdict)
    if user:
        assert record.user == user
    client.said(answer, user, record.remarks.get("auth.why", verdict))


# --- what not all methods can say, and what each makes of it -----------------

def sent_basic(server, account, password):
    pair = base64.b64encode(account + b":" + password).decode()
    return server.curl(server.url("lyncweb", "/auth/basic"),
                       "-H", f"Authorization: Basic {pair}")


def sent_soap(server, account, password):
    return post_soap(server, envelope(server, encoded(account),
                                      encoded(password)))


def sent_form(server, account, password):
    return post_form(server, "grant_type=password&username="
                     f"{quote(account)}&password={quote(password)}")


def sent_ntlm(server, account, password):
    """Characters, which go out as UTF-16 and into the hash as such."""
    domain, name = split(account.decode())
    return ask(impacket(server), server, f"{domain}\\{name}",
               password.decode())


JOERG_1, JOERGS_1 = JOERG.encode("latin-1"), JOERGS.encode("latin-1")
JOERG_8, JOERGS_8 = JOERG.encode(), JOERGS.encode()
JOERG_16, JOERGS_16 = JOERG.encode("utf-16-le"), JOERGS.encode("utf-16-le")
# As curl sends them: the bytes of UTF-8, each as one character.
BYTES, BYTES_S = (text.decode("latin-1").encode()
                  for text in (JOERG_8, JOERGS_8))
GOOD = PASSWORD.encode()
ALICE_SIP = b"sip:alice@contoso.test"

CONTROL = ("basic.error", "control characters")
FORM = ("oauth.error", "invalid_request")

# How it is sent, name, password, status, and a user or what the journal says.
ODD = [
    # The pair is UTF-8, or else ISO 8859-1 as a whole (RFC 7617 2.1).
    (sent_basic, JOERG_8, JOERGS_8, 200, JOERG),
    (sent_basic, JOERG_1, JOERGS_1, 200, JOERG),
    (sent_basic, JOERG_1, JOERGS_8, 401, WRONG),
    (sent_basic, JOERG_8, JOERGS_1, 401, UNKNOWN),
    (sent_basic, JOERG_16, JOERGS_16, 401, CONTROL),
    (sent_basic, BYTES, BYTES_S, 401, UNKNOWN),
    (sent_basic, b"alice\0", GOOD, 401, CONTROL),
    (sent_basic, b"alice", GOOD + b"\0", 401, CONTROL),
    (sent_basic, b"alice\n", GOOD, 401, CONTROL),
    (sent_basic, b"", GOOD, 401, UNKNOWN),
    (sent_basic, b"", b"", 401, UNKNOWN),
    # A colon ends the name: this is "sip".
    (sent_basic, ALICE_SIP, GOOD, 401, UNKNOWN),
    # Base64 of UTF-8; anything else is taken as it stands (webticket 4.3).
    (sent_soap, JOERG_8, JOERGS_8, 200, JOERG),
    (sent_soap, JOERG_1, JOERGS_1, 500, UNKNOWN),
    (sent_soap, JOERG_1, JOERGS_8, 500, UNKNOWN),
    (sent_soap, JOERG_8, JOERGS_1, 500, WRONG),
    (sent_soap, JOERG_16, JOERGS_16, 500, UNKNOWN),
    (sent_soap, JOERG_8, JOERGS_16, 500, WRONG),
    (sent_soap, BYTES, BYTES_S, 500, UNKNOWN),
    (sent_soap, b"alice\0", GOOD, 500, UNKNOWN),
    (sent_soap, b"alice\0bob", GOOD, 500, UNKNOWN),
    (sent_soap, b"alice", GOOD + b"\0", 500, WRONG),
    (sent_soap, b"alice", GOOD + b"\0x", 500, WRONG),
    (sent_soap, b"alice\n", GOOD, 500, UNKNOWN),
    (sent_soap, b"", GOOD, 500, UNKNOWN),
    (sent_soap, b"", b"", 500, UNKNOWN),
    (sent_soap, ALICE_SIP, GOOD, 200, "alice"),
    (sent_soap, b"sip:nobody@contoso.test", GOOD, 500, UNKNOWN),
    (sent_soap, b"sip:alice", GOOD, 500, UNKNOWN),
    # A form is UTF-8 without NUL, or none (RFC 6749 appendix B), and an empty
    # parameter is absent (3.1).
    (sent_form, JOERG_8, JOERGS_8, 200, JOERG),
    (sent_form, JOERG_1, JOERGS_1, 400, FORM),
    (sent_form, JOERG_8, JOERGS_1, 400, FORM),
    (sent_form, JOERG_16, JOERGS_16, 400, FORM),
    (sent_form, BYTES, BYTES_S, 400, UNKNOWN),
    (sent_form, b"alice\0", GOOD, 400, FORM),
    (sent_form, b"alice", GOOD + b"\0", 400, FORM),
    (sent_form, b"alice\n", GOOD, 400, UNKNOWN),
    (sent_form, b"", GOOD, 400, FORM),
    (sent_form, b"alice", b"", 400, FORM),
    (sent_form, b"", b"", 400, FORM),
    (sent_form, ALICE_SIP, GOOD, 200, "alice"),
    (sent_form, b"sip:nobody@contoso.test", GOOD, 400, UNKNOWN),
    # Names are UTF-16; what curl makes of UTF-8 is understood.
    (sent_ntlm, JOERG_8, JOERGS_8, 200, JOERG),
    (sent_ntlm, BYTES, BYTES_S, 200, JOERG),
    (sent_ntlm, JOERG_8, BYTES_S, 401, WRONG),
    (sent_ntlm, b"alice\0", GOOD, 401, UNKNOWN),
    (sent_ntlm, b"alice\0bob", GOOD, 401, UNKNOWN),
    (sent_ntlm, b"CONTOSO\0\\alice", GOOD, 401, UNKNOWN),
    (sent_ntlm, b"alice", GOOD + b"\0", 401, WRONG),
    (sent_ntlm, b"alice\n", GOOD, 401, UNKNOWN),
    (sent_ntlm, b"", GOOD, 401, UNKNOWN),
    (sent_ntlm, b"", b"", 401, "anonymous logon"),
    # An address is one where a password goes in clear alone.
    (sent_ntlm, ALICE_SIP, GOOD, 401, UNKNOWN),
]


@pytest.mark.parametrize("send,account,password,status,verdict", ODD)
def test_odd(matrix_server, request, send, account, password, status,
             verdict):
    request.node.lyncmock_servers = [matrix_server]
    seen = Journal(matrix_server)
    answer = send(matrix_server, account, password)
    assert answer.status == status, answer.text
    key, text = (verdict if isinstance(verdict, tuple)
                 else ("auth.refused", verdict))

    def found():
        records = [Record(entry) for entry in seen.entries()]
        return [record for record in records if record.status == status
                and (status == 200 or key in record.remarks)]

    record, = until("the verdict", found)
    if status == 200:
        assert record.user == verdict
    else:
        assert record.remarks[key] == text
        assert "cwt=" not in answer.text and "Assertion" not in answer.text
