"""lyncmock probe with Kerberos against an acceptor that is none of ours: MIT's,
through python3-gssapi, in a server that answers by hand-written documents."""

import base64
import datetime
import json
import os
import pathlib
import re
import socket
import subprocess
import time

import gssapi
import pytest

from canned import (DOMAIN, NEGOTIATE, TICKETS, USER, Canned, between,
                    challenge, port, rstr, user, wsdl)
from conftest import judge
from harness import PASSWORD, Server, free_port, run_cli
from kerberos import needs_kerberos
from test_probe_canned import ASSERTION, Site

REALM = DOMAIN.upper()
SERVICE = f"HTTP/lyncweb.{DOMAIN}@{REALM}"
ACCOUNT = "alice"

pytestmark = needs_kerberos


class Acceptor:
    """Lets in whom MIT's acceptor lets in. `reply` makes what goes back out of
    the token that it made."""

    def __init__(self, keytab, reply=lambda token: token, offers=()):
        self.credentials = gssapi.Credentials(usage="accept", store={
            "keytab": f"FILE:{keytab}", "rcache": "none:"})
        self.reply = reply
        self.offers = list(offers) or ["Negotiate", "NTLM"]
        self.names = []
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        scheme, _, token = request.headers.get("Authorization",
                                               "").partition(" ")
        if scheme != "Negotiate":
            return 401, {"WWW-Authenticate": self.offers}, ""
        context = gssapi.SecurityContext(creds=self.credentials,
                                         usage="accept")
        token = self.reply(context.step(base64.b64decode(token)))
        self.names.append(str(context.initiator_name))
        assert context.complete
        status, headers, body = rstr(between(request.body, 'Context="', '"'),
                                     ASSERTION)
        headers["Persistent-Auth"] = "true"
        if token:
            headers["WWW-Authenticate"] = ("Negotiate "
                                           + base64.b64encode(token).decode())
        return status, headers, body


class Realm:
    """A KDC of lyncmock's: what it knows of the acceptor is the keytab."""

    def __init__(self, server):
        self.server = server
        self.krb5_conf = pathlib.Path(server.ports()["krb5_conf"])
        self.keytab = server.ports()["keytab"]
        self.password = PASSWORD


@pytest.fixture(scope="module")
def realm(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("realm"),
                    "--set", f"domain={DOMAIN}")
    yield Realm(server)
    assert server.stop() == 0
    judge(server)


@pytest.fixture
def start(tmp_path):
    servers = []

    def begin(tickets, address=TICKETS):
        site = Site()
        site.pages[address] = tickets
        site.pages[TICKETS + "/mex"] = wsdl(
            port("WebTicketServiceWinNegotiate", address, NEGOTIATE))
        carried = "opaque=" + base64.b64encode(ASSERTION.encode()).decode()
        site.pages[USER] = lambda request: (
            user() if request.headers.get("X-MS-WebTicket") == carried
            else challenge())
        servers.append(Canned(tmp_path, site))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


def probe(server, realm, *args, password=PASSWORD,
          client="pc-internal-kerberos", **env):
    if "--krb5-conf" not in args:
        args = ("--krb5-conf", realm.krb5_conf, *args)
    if password:
        env["LYNC_PASSWORD"] = password
    return run_cli(server.ca_file.parent, "probe", f"{ACCOUNT}@{DOMAIN}",
                   *(["--as", client] if client else []), *server.where(),
                   *args, env=env)


def verdict(done, code):
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def failed(server, realm, *args, code=1, **how):
    """Stage, reason and advice of a sign-in that must fail."""
    done = probe(server, realm, "--json", *args, **how)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)["failure"]


def ticket_step(done):
    return next(line for line in done.stdout.splitlines()
                if line.startswith("web ticket"))


# --- a good site -------------------------------------------------------------

def test_signs_in(start, realm):
    accept = Acceptor(realm.keytab)
    done = probe(start(accept), realm)
    said = verdict(done, 0)
    assert f"{ACCOUNT}@{DOMAIN} signed in over Kerberos in " in said
    assert "next stop SIP at edge.fabrikam.test:443" in said
    assert (f": Kerberos {ACCOUNT}@{REALM}, service {SERVICE}, "
            "aes256-cts-hmac-sha1-96; mutual token good; Persistent-Auth true; "
            "SAML ticket") in ticket_step(done)
    assert f": {ACCOUNT}@{REALM} has a ticket" in done.stdout
    assert accept.names == [f"{ACCOUNT}@{REALM}"]
    # webticket 6.5: asked first, all of the body in both legs.
    first, second = accept.requests
    assert "Authorization" not in first.headers
    assert second.headers["Authorization"].startswith("Negotiate YI")
    assert first.body == second.body
    assert first.connection == second.connection


def test_the_name_may_have_a_domain(start, realm):
    accept = Acceptor(realm.keytab)
    done = probe(start(accept), realm, "--user", f"FABRIKAM\\{ACCOUNT}")
    verdict(done, 0)
    assert accept.names == [f"{ACCOUNT}@{REALM}"]


def test_signs_in_with_tickets_that_are_there(start, realm, tmp_path):
    cache = tmp_path / "cache"
    subprocess.run(["kinit", "-c", cache, f"{ACCOUNT}@{REALM}"], check=True,
                   input=f"{realm.password}\n", text=True,
                   env={"KRB5_CONFIG": str(realm.krb5_conf), **os.environ},
                   stdout=subprocess.DEVNULL)
    for args, env in [(["--ccache", cache], {}),
                      ([], {"KRB5CCNAME": f"FILE:{cache}"})]:
        accept = Acceptor(realm.keytab)
        done = probe(start(accept), realm, *args, password=None, **env)
        verdict(done, 0)
        assert accept.names == [f"{ACCOUNT}@{REALM}"]
        assert cache.exists()


def test_takes_the_krb5_conf_of_the_environment(start, realm):
    accept = Acceptor(realm.keytab)
    server = start(accept)
    done = run_cli(server.ca_file.parent, "probe", f"{ACCOUNT}@{DOMAIN}",
                   "--as", "pc-internal-kerberos", *server.where(), env={
                       "LYNC_PASSWORD": realm.password,
                       "KRB5_CONFIG": str(realm.krb5_conf)})
    verdict(done, 0)


def test_leaves_nothing_behind(start, realm, tmp_path):
    before = set(pathlib.Path("/tmp").glob("krb5cc*"))
    done = probe(start(Acceptor(realm.keytab)), realm, TMPDIR=str(tmp_path))
    verdict(done, 0)
    assert {path.name for path in tmp_path.iterdir()} <= {
        "canned.pem", "canned.key"}
    assert set(pathlib.Path("/tmp").glob("krb5cc*")) <= before


# --- what comes back ---------------------------------------------------------

def test_mutual_token_is_missing(start, realm):
    done = probe(start(Acceptor(realm.keytab, lambda token: None)), realm)
    verdict(done, 0)
    assert "    warning: no mutual token came back: " in done.stdout
    assert "mutual token good" not in done.stdout


def ap_rep_broken(token):
    """A bit of the enc-part of the AP-REP within."""
    at = token.index(bytes([0x02, 0x00, 0x6f])) + 40
    return token[:at] + bytes([token[at] ^ 1]) + token[at + 1:]


@pytest.mark.parametrize("reply, words", [
    (ap_rep_broken, "the mutual token is wrong: it does not prove"),
    (lambda token: b"\x01\x02\x03", "what came back is no mutual token"),
    (lambda token: accepted(b"\x60\x03\x06\x01\x2a"),
     "what came back is no mutual token"),
])
def test_mutual_token_is_wrong(start, realm, reply, words):
    done = probe(start(Acceptor(realm.keytab, reply)), realm)
    verdict(done, 0)
    assert f"    warning: {words}" in done.stdout
    assert "mutual token good" not in done.stdout


# --- refusals, typed in from RFC 4178 and RFC 4120 ---------------------------

def tlv(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size])
    return bytes([tag]) + length + content


KRB5 = tlv(0x06, bytes.fromhex("2a864886f712010202"))
NTLM = tlv(0x06, bytes.fromhex("2b06010401823702020a"))


def response(state, mech=None, token=None):
    """NegTokenResp: RFC 4178 section 4.2.2."""
    fields = tlv(0xa0, tlv(0x0a, bytes([state])))
    fields += tlv(0xa1, mech) if mech else b""
    fields += tlv(0xa2, tlv(0x04, token)) if token else b""
    return tlv(0xa1, tlv(0x30, fields))


def accepted(token):
    return response(0, KRB5, token)


def krb_error(code, text="", clock=0):
    """KRB-ERROR: RFC 4120 section 5.9.1, in the frame of RFC 4121 4.1."""
    now = (datetime.datetime.utcnow() + datetime.timedelta(seconds=clock))
    fields = [
        tlv(0xa0, b"\x02\x01\x05"), tlv(0xa1, b"\x02\x01\x1e"),
        tlv(0xa4, tlv(0x18, now.strftime("%Y%m%d%H%M%SZ").encode())),
        tlv(0xa5, b"\x02\x01\x00"), tlv(0xa6, b"\x02\x01", bytes([code])),
        tlv(0xa9, tlv(0x1b, REALM.encode())),
        tlv(0xaa, tlv(0x30, tlv(0xa0, b"\x02\x01\x02"),
                      tlv(0xa1, tlv(0x30, tlv(0x1b, b"HTTP"),
                                    tlv(0x1b, f"lyncweb.{DOMAIN}".encode()))))),
    ]
    if text:
        fields.append(tlv(0xab, tlv(0x1b, text.encode())))
    message = tlv(0x7e, tlv(0x30, *fields))
    return tlv(0x60, KRB5, b"\x03\x00", message)


class Refuser:
    """Asks for Negotiate, and refuses every token with this one."""

    def __init__(self, token, **headers):
        self.token = token
        self.headers = headers

    def __call__(self, request):
        if not request.headers.get("Authorization"):
            return 401, {"WWW-Authenticate": ["Negotiate", "NTLM"]}, ""
        value = "Negotiate " + base64.b64encode(self.token).decode()
        return 401, {"WWW-Authenticate": value.strip(), **self.headers}, ""


REFUSALS = {
    # token, the reason, advice
    "skew": (
     lambda: response(2, KRB5, krb_error(37, clock=-400)),
     r"the server refuses the ticket: the clocks differ by more than is "
     r"allowed \(KRB_AP_ERR_SKEW, 37\); its clock is (399|40[01]) s behind this "
     r"one", "setting the clocks"),
    "raw": (krb_error(41), r"the server cannot decrypt the ticket: its key is not the "
     r"one that the KDC used \(KRB_AP_ERR_MODIFIED, 41\)", "setspn -X"),
    "not-us": (response(2, KRB5, krb_error(35)),
     r"the ticket is for another server than this one \(KRB_AP_ERR_NOT_US, 35",
     "setspn"),
    "expired": (response(2, KRB5, krb_error(32)),
     r"the ticket has expired \(KRB_AP_ERR_TKT_EXPIRED, 32\)", "kinit"),
    "reject": (response(2), r"refuses the ticket \(SPNEGO reject\), and does not say why",
     None),
    "bare": (b"", r"the server refuses the ticket, and does not say why", None),
    "garbage": (b"abc", r"refuses the ticket, with a token that cannot be read", None),
    "ntlm": (response(1, NTLM),
     r"the server chose NTLM\w* within Negotiate, and this client has Kerberos",
     None),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(start, realm, name):
    token, reason, advice = REFUSALS[name]
    told = failed(start(Refuser(token() if callable(token) else token)), realm)
    assert told["stage"] == "web ticket"
    assert re.search(reason, told["reason"]), told
    assert (advice or "") in told.get("advice", "")


def test_tells_the_text_of_the_error(start, realm):
    token = response(2, KRB5, krb_error(60, "made by hand"))
    assert failed(start(Refuser(token)), realm)["said"] == "made by hand"


def test_diagnostics_beat_the_token(start, realm):
    told = failed(start(Refuser(b"", **{
        "X-Ms-diagnostics": '28000;source="x";reason="User is not SIP enabled."'
        })), realm)
    assert told["id"] == 28000
    assert "not enabled for Lync" in told["reason"]


# --- no ticket ---------------------------------------------------------------

def test_wrong_password(start, realm):
    told = failed(start(Acceptor(realm.keytab)), realm, password="wrong")
    assert told["stage"] == "Kerberos"
    assert told["reason"].startswith(
        f"no ticket for {ACCOUNT}@{REALM}: wrong password")


def test_unknown_user(start, realm):
    told = failed(start(Acceptor(realm.keytab)), realm, "--user", "nobody")
    assert told["reason"] == (
        f"no ticket for nobody@{REALM}: the KDC does not know the user "
        "(KDC_ERR_C_PRINCIPAL_UNKNOWN, 6)")


def test_unknown_service(start, realm):
    """No account has the SPN: no token is made, and NTLM is what is left."""
    accept = Acceptor(realm.keytab)
    server = start(accept, f"https://nowhere.{DOMAIN}/x.svc")
    told = failed(server, realm)
    assert told["stage"] == "web ticket"
    assert told["reason"] == (
        f"no ticket of {ACCOUNT}@{REALM} for HTTP/nowhere.{DOMAIN}: the KDC does "
        "not know the service: no account has its SPN "
        "(KDC_ERR_S_PRINCIPAL_UNKNOWN, 7)")
    assert "a real client goes on with NTLM" in told["advice"]
    assert len(accept.requests) == 1


def test_no_ticket_is_there(start, realm, tmp_path):
    told = failed(start(Acceptor(realm.keytab)), realm, "--ccache",
                  tmp_path / "none")
    assert "there is no ticket: the user has none" in told["reason"]
    assert "kinit" in told["advice"]


def conf_for(folder, realm, port):
    path = folder / "other.conf"
    text = realm.krb5_conf.read_text()
    path.write_text(re.sub(r"(kdc = 127\.0\.0\.1:)\d+", rf"\g<1>{port}", text))
    return path


def test_no_kdc_listens(start, realm, tmp_path):
    told = failed(start(Acceptor(realm.keytab)), realm, "--krb5-conf",
                  conf_for(tmp_path, realm, free_port()))
    assert "no KDC of the realm can be reached" in told["reason"]


def test_kdc_says_nothing(start, realm, tmp_path):
    """libkrb5 would wait for longer than half a minute."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        told = failed(start(Acceptor(realm.keytab)), realm, "--timeout", "2s",
                      "--krb5-conf", conf_for(
                          tmp_path, realm, silent.getsockname()[1]), code=4)
    assert "no KDC has answered in time" in told["reason"]
    assert 1.5 < time.monotonic() - began < 10


def test_krb5_conf_is_none(start, realm, tmp_path):
    (tmp_path / "bad.conf").write_text("[libdefaults\n=\n")
    told = failed(start(Acceptor(realm.keytab)), realm, "--krb5-conf",
                  tmp_path / "bad.conf")
    assert "krb5.conf cannot be understood" in told["reason"]


def test_options_that_do_not_go_together(start, realm):
    done = probe(start(Acceptor(realm.keytab)), realm, "--ccache", "x",
                 "--password", "y", password=None)
    assert done.returncode == 2
    assert "--ccache and a password: one of them" in done.stderr


# --- schemes -----------------------------------------------------------------

def test_server_has_no_negotiate(start, realm):
    told = failed(start(Acceptor(realm.keytab, offers=["NTLM"])), realm)
    assert told["reason"] == (
        "this client has Kerberos, and the server offers NTLM (HTTP 401)")
    assert told["advice"] == "--as pc-internal-ntlm"


def test_default_client_takes_what_is_offered(start, realm):
    """Without --as it is NTLM, unless the server has Kerberos alone."""
    accept = Acceptor(realm.keytab, offers=["Negotiate"])
    done = probe(start(accept), realm, client=None)
    assert f"{ACCOUNT}@{DOMAIN} signed in over Kerberos" in verdict(done, 0)
    assert "the server offers Negotiate alone: going on with Kerberos" in (
        done.stdout)
    told = failed(start(Acceptor(realm.keytab, offers=["Negotiate"])), realm,
                  client="pc-external-ntlm")
    assert told["reason"].startswith(
        "this client has NTLM, and the server offers Negotiate")
