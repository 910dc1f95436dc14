"""Each scenario under scenarios/good signs its client in, from discovery to
User: clients that are not ours ask, and every URL is one that an answer gave.
"""

import re
import xml.etree.ElementTree as ET

import pytest
import requests as http
import zeep
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from zeep.plugins import Plugin
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from clients import Curl
from harness import ISSUE, PASSWORD, ROOT
from impacket_client import impacket
from kerberos import Client, kdc_entries, needs_kerberos
from signin import ALICE, BODIES, JSON, Ticket, journal, links
from soap import ANON, AUTH, MEETING, MEETING_KEY, encoded, envelope
from test_curl_negotiate import negotiate
from test_gssapi import gssapi
from test_httpntlm import httpntlm
from test_mex import names
from test_oauth import TOKEN_PATH, as_guest, by_password, token
from test_requests_ntlm import requests
from test_tls_profiles import DEVICE, certificate, s_client

# A fixture, which nothing here calls by its name.
__all__ = ["names"]

WSDL_PORT = "{http://schemas.xmlsoap.org/wsdl/}port"
ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
EDGE = ("sip.contoso.test", 443)


# --- the walk ---------------------------------------------------------------

def get(client, url, **headers):
    return client.send("GET", url, {"Accept": JSON, **headers})


def discover(client, server, host="lyncdiscover"):
    """The URL of User, and that of the ticket service that it names."""
    root = get(client, server.url(host, f"/?sipuri=alice@{server.domain}"))
    assert root.status == 200, root.text
    user = links(root, "Root")["User"]
    challenge = get(client, user)
    assert challenge.status == 401
    assert challenge.headers("WWW-Authenticate") == []
    return user, challenge.header("X-MS-WebTicketURL")


def ports(client, service):
    """name -> address of each port in the metadata."""
    answer = client.send("GET", service + "/mex", {})
    assert answer.status == 200, answer.text
    return {port.get("name"): port.find(ADDRESS).get("location")
            for port in ET.fromstring(answer.body).iter(WSDL_PORT)}


def issue(client, address, body, *credentials):
    headers = {"Content-Type": "text/xml; charset=utf-8",
               "SOAPAction": f'"{ISSUE}"', "Expect": ""}
    answer = client.send("POST", address, headers, body, *credentials)
    assert answer.status == 200, answer.text
    return Ticket(answer)


def go_on(client, user, ticket):
    """What User says to one who has a ticket."""
    answer = get(client, user, **ticket.headers())
    assert answer.status == 200, answer.text
    return answer


def by_windows(client, server, credentials, form,
               port="WebTicketServiceWinNegotiate", host="lyncdiscover"):
    user, service = discover(client, server, host)
    body = BODIES[form].read_text().replace("@APPLIES_TO@", user)
    ticket = issue(client, ports(client, service)[port], body, *credentials)
    assert ticket.form == form
    return go_on(client, user, ticket)


def sip_edge(answer):
    access = re.search(r'"SipClientExternalAccess":\{"fqdn":"([^"]*)",'
                       r'"port":(\d+)\}', answer.text)
    return access.group(1), int(access.group(2))


def walked(server, auth, user="alice", tls=None):
    """The way in the journal: no step too many, and no finding."""
    records = journal(server)
    assert [record.must for record in records if record.must] == []
    steps = [(record.operation, record.status) for record in records]
    legs = [("webticket.issue", 401)] * (steps.count(("webticket.issue", 401)))
    assert steps == [
        ("discover.root", 200), ("discover.user", 401), ("mex.get", 200),
        *legs, ("webticket.issue", 200), ("discover.user", 200)]
    issued, opened = records[-2:]
    assert (issued.user, issued.auth) == (user, auth), issued
    assert opened.auth == "webticket"
    assert opened.remarks["ticket.id"] == issued.remarks["ticket.id"]
    if tls:
        assert {record.entry["connection"]["tls"]["version"]
                for record in records} == {tls}
    return issued, opened


# --- Windows authentication -------------------------------------------------

def spnego(server):
    return negotiate(server, f"CONTOSO:alice:{PASSWORD}")


CREDENTIALS = (ALICE, PASSWORD)
# client, what it is given, and how the server calls what it did.
NTLM_CLIENTS = {
    "curl": (lambda server: Curl(server, "--ntlm"), CREDENTIALS, "ntlm"),
    "curl and gss-ntlmssp": (spnego, ("", ""), "negotiate+ntlm"),
    "requests-ntlm": (requests, CREDENTIALS, "ntlm"),
    "impacket": (impacket, CREDENTIALS, "ntlm"),
    "gssapi": (gssapi, CREDENTIALS, "negotiate+ntlm"),
    "httpntlm": (httpntlm, CREDENTIALS, "ntlm"),
}


@pytest.mark.parametrize("client", NTLM_CLIENTS)
def test_pc_external_ntlm(serve, client):
    make, credentials, auth = NTLM_CLIENTS[client]
    server = serve("good/pc-external-ntlm")
    answer = by_windows(make(server), server, credentials, "saml")
    assert sip_edge(answer) == EDGE
    issued, _ = walked(server, auth)
    issued.says(ntlm_response="NTLMv2", ticket_format="saml")


KERBEROS_CLIENTS = {
    "curl": lambda client: client.http(),
    "gssapi": lambda client: client.gss(bindings="right"),
    "gssapi, raw": lambda client: client.gss("krb5"),
}


@needs_kerberos
@pytest.mark.parametrize("how", KERBEROS_CLIENTS)
def test_pc_internal_kerberos(serve, how):
    """protocol: discover 5, protocol: kerberos 1: two tickets, and one leg."""
    server = serve("good/pc-internal-kerberos")
    client = Client(server)
    client.kinit("alice")
    answer = by_windows(KERBEROS_CLIENTS[how](client), server, ("", ""),
                        "saml", host="lyncdiscoverinternal")
    assert '"AccessLocation":"Internal"' in answer.text
    assert ('"SipClientInternalAccess":{"fqdn":"pool01.contoso.test",'
            '"port":5061}') in answer.text
    assert set(client.tickets()) == {
        "krbtgt/CONTOSO.TEST@CONTOSO.TEST", client.spn("lyncint")}
    issued, _ = walked(server, "negotiate+krb5")
    issued.says(ticket_format="saml")
    assert [entry["kdc"]["answer"] for entry in kdc_entries(server)] == [
        "KRB-ERROR", "AS-REP", "TGS-REP"]


PHONES = ["windows-phone-ntlm", "ios-ntlm", "android-ntlm"]
# What a device of its time speaks; RSA by its own key exchange where it is old.
VERSIONS = {
    "1.0": ("TLSv1", DEVICE),
    "1.1": ("TLSv1.1", ["--tlsv1.1", "--tls-max", "1.1",
                        "--ciphers", "kRSA+AES+SHA:@SECLEVEL=0"]),
    "1.2": ("TLSv1.2", ["--tlsv1.2", "--tls-max", "1.2"]),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("phone", PHONES)
def test_phones(serve, phone, version):
    name, tls = VERSIONS[version]
    server = serve(f"good/{phone}")
    client = Curl(server, "--ntlm", always=tls)
    answer = by_windows(client, server, CREDENTIALS, "cwt")
    assert links(answer)["Ucwa"].startswith("https://lyncweb.contoso.test:")
    assert links(answer)["External/Mcx"]
    walked(server, "ntlm", tls=name)


@pytest.mark.parametrize("phone", [*PHONES, "android-soap"])
def test_certificate_of_phones(serve, phone):
    """RSA and SHA-256, as openssl sees it over the oldest TLS."""
    server = serve(f"good/{phone}")
    said = s_client(server, "-tls1", "-cipher", "kRSA+AES+SHA:@SECLEVEL=0")
    assert "Verify return code: 0 (ok)" in said
    leaf = certificate(said)
    assert isinstance(leaf.public_key(), rsa.RSAPublicKey)
    assert leaf.public_key().key_size == 2048
    assert leaf.signature_hash_algorithm.name == "sha256"


@pytest.mark.parametrize("phone,client", [
    ("windows-phone-ntlm", "requests-ntlm"),
    ("ios-ntlm", "curl and gss-ntlmssp"),
    ("android-ntlm", "httpntlm"),
])
def test_phones_by_other_clients(serve, phone, client):
    make, credentials, auth = NTLM_CLIENTS[client]
    server = serve(f"good/{phone}")
    by_windows(make(server), server, credentials, "cwt")
    walked(server, auth)


# --- a password in SOAP -----------------------------------------------------

@pytest.mark.parametrize("version", VERSIONS)
def test_android_soap(serve, version):
    name, tls = VERSIONS[version]
    server = serve("good/android-soap")
    client = Curl(server, always=tls)
    user, service = discover(client, server)
    address = ports(client, service)["WebTicketServiceAuth"]
    assert address == service + "/Auth"
    ticket = issue(client, address, envelope(
        server, encoded("CONTOSO\\alice"), encoded(PASSWORD)))
    assert ticket.form == "cwt"
    assert links(go_on(client, user, ticket))["Ucwa"]
    walked(server, "usertoken", tls=name)


class Unwrap(Plugin):
    """A part that is said by its type has no element of its own in the body;
    zeep puts one there."""

    def egress(self, envelope, http_headers, _operation, _options):
        part = envelope.find("{*}Body")[0]
        part.getparent().replace(part, part[0])
        return envelope, http_headers


def by_zeep(server, service, port, wsse, path):
    """zeep reads the metadata, and sends what it makes of them."""
    session = http.Session()
    session.trust_env = False
    session.verify = server.ca_file
    client = zeep.Client(
        service + "/mex", transport=Transport(session=session), wsse=wsse,
        plugins=[Unwrap()], settings=zeep.Settings(raw_response=True))
    request = etree.fromstring(envelope(server, "", "", path=path).encode())
    return client.bind("WebTicketService", port).IssueToken(
        _value_1=[request.find(".//{*}RequestSecurityToken")])


class Raw:
    """An answer of python3-requests, as Ticket wants it."""

    def __init__(self, answer):
        assert answer.status_code == 200, answer.text
        self.body, self.text = answer.content, answer.text


def test_web_app_soap(serve, names):
    server = serve("good/web-app-soap")
    client = Curl(server)
    user, service = discover(client, server)
    ticket = Ticket(Raw(by_zeep(
        server, service, "WebTicketServiceAuth",
        UsernameToken(encoded("alice@contoso.test"), encoded(PASSWORD)),
        AUTH)))
    assert ticket.form == "cwt"
    assert links(go_on(client, user, ticket))["Ucwa"]
    records = journal(server)
    # zeep knows no mustUnderstand; there is nothing else to say against it.
    assert [(record.operation, record.status, record.rules)
            for record in records] == [
        ("discover.root", 200, []), ("discover.user", 401, []),
        ("mex.get", 200, []), ("webticket.issue", 200, ["WT-021"]),
        ("discover.user", 200, [])]
    assert (records[3].user, records[3].auth) == ("alice", "usertoken")


def test_web_app_soap_by_curl(serve):
    server = serve("good/web-app-soap")
    client = Curl(server)
    user, service = discover(client, server)
    ticket = issue(client, ports(client, service)["WebTicketServiceAuth"],
                   envelope(server, encoded("alice"), encoded(PASSWORD)))
    go_on(client, user, ticket)
    walked(server, "usertoken")


# --- guests -----------------------------------------------------------------

def assert_guest(server):
    issued, opened = walked(server, "anonymous", user=None)
    assert issued.remarks["anonymous.meeting"] == MEETING
    assert opened.remarks["ticket.meeting"] == MEETING


def test_web_app_guest(serve):
    server = serve("good/web-app-guest")
    client = Curl(server)
    user, service = discover(client, server)
    ticket = issue(client, ports(client, service)["WebTicketServiceAnon"],
                   envelope(server, encoded(MEETING), encoded(MEETING_KEY),
                            path=ANON))
    assert ticket.form == "cwt"
    assert links(go_on(client, user, ticket))["Ucwa"]
    assert_guest(server)


def test_web_app_guest_by_zeep(serve, names):
    server = serve("good/web-app-guest")
    client = Curl(server)
    user, service = discover(client, server)
    ticket = Ticket(Raw(by_zeep(
        server, service, "WebTicketServiceAnon",
        UsernameToken(encoded(MEETING), encoded(MEETING_KEY)), ANON)))
    assert links(go_on(client, user, ticket))["Ucwa"]
    assert_guest(server)


def test_web_app_guest_by_oauth(serve):
    """The same guest at the token endpoint, which User's twin names."""
    server = serve("good/web-app-guest")
    twin = links(get(Curl(server), server.url("lyncdiscover")),
                 "Root")["OAuth"]
    challenge = get(Curl(server), twin)
    assert challenge.status == 401
    offered = next(value for value in challenge.headers("WWW-Authenticate")
                   if value.startswith("MsRtcOAuth"))
    assert server.url("lyncweb", "/WebTicket/oauthtoken") in offered
    assert "urn:microsoft.rtc:anonmeeting" in offered
    ticket = token(as_guest(server), seconds=3600)
    answer = get(Curl(server), twin, Authorization=f"Bearer {ticket}")
    assert answer.status == 200, answer.text
    assert links(answer)["Ucwa"]


def test_oauth_password(serve):
    server = serve("good/oauth-password")
    twin = links(get(Curl(server), server.url("lyncdiscover")),
                 "Root")["OAuth"]
    offered = next(value for value
                   in get(Curl(server), twin).headers("WWW-Authenticate")
                   if value.startswith("MsRtcOAuth"))
    assert f'href="{server.url("lyncweb", TOKEN_PATH)}"' in offered
    assert "password" in offered
    ticket = token(by_password(server, ALICE, PASSWORD))
    answer = get(Curl(server), twin, Authorization=f"Bearer {ticket}")
    assert answer.status == 200, answer.text
    assert links(answer)["Ucwa"]


# --- all of them ------------------------------------------------------------

def test_nobody_is_let_in_by_mistake(serve):
    """The same walk with a wrong password ends at the ticket service."""
    server = serve("good/pc-external-ntlm")
    client = Curl(server, "--ntlm")
    user, service = discover(client, server)
    body = BODIES["saml"].read_text().replace("@APPLIES_TO@", user)
    answer = client.send("POST", ports(client, service)[
        "WebTicketServiceWinNegotiate"], {"SOAPAction": f'"{ISSUE}"'}, body,
        ALICE, "wrong")
    assert answer.status == 401
    assert "Assertion" not in answer.text


@pytest.mark.parametrize("name", sorted(
    path.stem for path in (ROOT / "scenarios" / "good").glob("*.yaml")))
def test_it_has_a_walk(name):
    assert (name in PHONES
            or callable(globals().get("test_" + name.replace("-", "_"))))
