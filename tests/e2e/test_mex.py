"""The metadata as SOAP toolkits read it: python3-zeep and python3-suds."""

import socket
import xml.etree.ElementTree as ET

import pytest
import requests
import suds.client
import zeep
import zeep.wsse
from lxml import etree
from zeep.transports import Transport

from clients import ADDRESS, Curl
from harness import PASSWORD, TICKET_PATH, Answer
from signin import Ticket, ask, open_user
from soap import encoded

FORMS = ["/mex", "?wsdl", "?singleWsdl", ""]
NEGOTIATE = "WebTicketServiceWinNegotiate"
NTLM = "WebTicketServiceWinNtlm"
AUTH = "WebTicketServiceAuth"
ANON = "WebTicketServiceAnon"

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSP = "{http://schemas.xmlsoap.org/ws/2004/09/policy}"
WSU = ("{http://docs.oasis-open.org/wss/2004/01/"
       "oasis-200401-wss-wssecurity-utility-1.0.xsd}")
HTTP = "{http://schemas.microsoft.com/ws/06/2004/policy/http}"
POLICIES = {
    "2005/07": "{http://schemas.xmlsoap.org/ws/2005/07/securitypolicy}",
    "200702": "{http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702}",
}

ISSUE = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue"


@pytest.fixture
def names(monkeypatch):
    """All names lead to this machine; the environment says nothing else."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *args, **kwargs:
        real(ADDRESS, *args, **kwargs))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy",
                 "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def mex_url(server, form, host="lyncweb"):
    return server.url(host, TICKET_PATH) + form


def zeep_client(server, url, **how):
    session = requests.Session()
    session.trust_env = False
    session.verify = server.ca_file
    return zeep.Client(url, transport=Transport(session=session), **how)


def addresses_of(client):
    """port -> address, as zeep reads them."""
    service, = client.wsdl.services.values()
    return {name: port.binding_options["address"]
            for name, port in service.ports.items()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("policy", POLICIES)
def test_zeep(serve, names, policy, form):
    server = serve("--set", f"mex.policy={policy}")
    client = zeep_client(server, mex_url(server, form))
    address = server.url("lyncweb", TICKET_PATH)
    assert addresses_of(client) == {
        NEGOTIATE: address, NTLM: address, AUTH: address + "/Auth",
        ANON: address + "/Anon"}
    service = client.wsdl.services["WebTicketService"]
    for port in service.ports.values():
        operation = port.binding.get("IssueToken")
        assert operation.soapaction == ISSUE


class Unwrap(zeep.Plugin):
    """The contract says that the body is free (webticket 3.3); zeep puts the
    name of the message's part around it, and this takes it off."""

    def egress(self, envelope, headers, operation, binding_options):
        body = envelope.find("{*}Body")
        part, = body
        body.replace(part, part[0])
        return envelope, headers


def test_zeep_calls_the_port_for_passwords(server, names):
    """Address, action and security header are as zeep makes them of the WSDL;
    the request goes in, the ticket comes out."""
    client = zeep_client(
        server, mex_url(server, "/mex"), plugins=[Unwrap()],
        wsse=zeep.wsse.UsernameToken(encoded("alice"), encoded(PASSWORD)))
    trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
    request = etree.fromstring(
        f'<RequestSecurityToken xmlns="{trust}"><RequestType>{trust}/Issue'
        "</RequestType></RequestSecurityToken>")
    port = client.bind("WebTicketService", AUTH)
    with client.settings(raw_response=True):
        answer = port.IssueToken(_value_1=[request])
    assert answer.status_code == 200
    ticket = Ticket(Answer(answer.status_code, [], answer.content))
    assert b">sip:alice@contoso.test<" in ticket.text
    assert open_user(Curl(server), server, ticket.headers()).status == 200


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("policy", POLICIES)
def test_suds(serve, names, policy, form):
    server = serve("--set", f"mex.policy={policy}")
    names.setenv("SSL_CERT_FILE", server.ca_file)
    client = suds.client.Client(mex_url(server, form), cache=None)
    definition, = client.sd
    ports = {port.name: port for port, _methods in definition.ports}
    assert set(ports) == {NEGOTIATE, NTLM, AUTH, ANON}
    for name, port in ports.items():
        assert port.location == server.url("lyncweb", TICKET_PATH) + {
            AUTH: "/Auth", ANON: "/Anon"}.get(name, "")
        assert list(port.methods) == ["IssueToken"]


def test_the_second_pool_names_itself(server, names):
    client = zeep_client(server, mex_url(server, "/mex", "lyncweb2"))
    address = server.url("lyncweb2", TICKET_PATH)
    assert set(addresses_of(client).values()) \
        == {address, address + "/Auth", address + "/Anon"}


SOAP = {AUTH: "UsernameToken", ANON: "nothing"}


@pytest.mark.parametrize("offered,expected", [
    (["windows=Negotiate,NTLM"], {NEGOTIATE: "Negotiate", NTLM: "Ntlm"}),
    (["windows=NTLM,Negotiate"], {NEGOTIATE: "Negotiate", NTLM: "Ntlm"}),
    (["windows=Negotiate"], {NEGOTIATE: "Negotiate"}),
    (["windows=NTLM"], {NEGOTIATE: "Ntlm", NTLM: "Ntlm"}),
    (["windows=none"], {}),
    (["windows=none", "soap=no"], {AUTH: None}),
    (["windows=none", "anonymous=no"], {ANON: None}),
    (["windows=NTLM", "soap=no", "anonymous=no"],
     {NEGOTIATE: "Ntlm", NTLM: "Ntlm", AUTH: None, ANON: None}),
])
@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_offered(serve, offered, policy, expected):
    """Each port has a policy that says how one authenticates there."""
    server = serve("--set", f"mex.policy={policy}",
                   *[word for each in offered
                     for word in ("--set", f"offer.{each}")])
    expected = {port: how for port, how in {**SOAP, **expected}.items() if how}
    reply = server.curl(mex_url(server, "/mex"))
    assert reply.status == 200
    assert reply.header("Content-Type") == "text/xml; charset=utf-8"
    top = ET.fromstring(reply.body)
    policies = {each.get(f"{WSU}Id"): each
                for each in top.findall(f"{WSP}Policy")}
    bindings = {each.get("name"): each
                for each in top.findall(f"{WSDL}binding")}
    ports = {each.get("name"): each.get("binding").partition(":")[2]
             for each in top.iter(f"{WSDL}port")}
    found = {}
    for port, binding in ports.items():
        reference = bindings[binding].find(f"{WSP}PolicyReference").get("URI")
        said = policies.pop(reference.lstrip("#"))
        assert said.find(f".//{POLICIES[policy]}TransportBinding") is not None
        schemes = [each.tag[len(HTTP):-len("Authentication")]
                   for each in said.iter() if each.tag.startswith(HTTP)]
        tokens = [each.tag[len(POLICIES[policy]):] for each in said.iter()
                  if each.tag == POLICIES[policy] + "UsernameToken"]
        found[port], = schemes + tokens or ["nothing"]
    assert found == expected
    assert policies == {}
    assert len(bindings) == len(ports)


def test_nothing_is_served_where_nothing_is_offered(serve):
    server = serve("--set", "offer.windows=none")
    answer = ask(Curl(server, "--ntlm"), server)
    assert answer.status == 403
    assert answer.headers("WWW-Authenticate") == []
    assert answer.header("X-Ms-diagnostics").startswith("28029;")
