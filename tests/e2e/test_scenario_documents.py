"""Steps that change documents, and the points of discovery, metadata and SOAP:
what lxml, json, zeep, requests and bare bytes make of them."""

import json
import re

import pytest
import zeep
from lxml import etree

from clients import Curl
from harness import ROOT_PATH, TICKET_PATH, USER_PATH
from signin import JSON, XML, Ticket, ask, journal, open_user, ticket_for
from soap import ANON, AUTH, encoded, envelope, log_in, post
from test_mex import NEGOTIATE, addresses_of, mex_url, names, zeep_client
from test_scenario_faults import ntlm, play, steps

# Fixtures, which nothing here calls by their names.
__all__ = ["names", "play"]

KERBEROS = False  # see serve

MEX_PATH = TICKET_PATH + "/mex"
DOMAIN_PATH = ROOT_PATH + "/domain"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
GET_METADATA = ("http://schemas.xmlsoap.org/ws/2004/09/mex/GetMetadata/"
                "Request")
ENVELOPE = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            '<s:Body>{}</s:Body></s:Envelope>')
METADATA = ('<GetMetadata xmlns="http://schemas.xmlsoap.org/ws/2004/09/mex">'
            '{}</GetMetadata>')


def root(server, accept=XML, host="lyncdiscover", path=ROOT_PATH, query=""):
    return server.curl(server.url(host, path) + query,
                       "-H", f"Accept: {accept}")


def remarks(server):
    return [record.remarks.get("edit") for record in journal(server)]


# --- edits -------------------------------------------------------------------

def test_one_path_serves_both_forms(play):
    server = play(steps(
        "{at: discover.root, do: {remove: \"//Link[@token='User']\", "
        "replace: {path: //@AccessLocation, with: Elsewhere}}}"))
    tree = etree.fromstring(root(server).body)
    assert tree.get("AccessLocation") == "Elsewhere"
    assert [link.get("token") for link in tree.iter("Link")] == [
        "Domain", "OAuth"]
    told = json.loads(root(server, JSON).body)
    assert told["AccessLocation"] == "Elsewhere"
    assert [link["token"] for link in told["Root"]["Links"]] == [
        "Domain", "OAuth"]


def test_all_other_bytes_stay(play):
    good = play(steps("{at: discover.domain, do: {status: 200}}"))
    before = root(good, path=DOMAIN_PATH).body
    port = good.https
    good.stop()
    server = play(steps(
        "{at: discover.domain, do: {remove: //SipClientExternalAccess}}"))
    after = root(server, path=DOMAIN_PATH).body
    cut = re.search(rb"<SipClientExternalAccess[^>]*/>", before).group(0)
    assert after == before.replace(cut, b"").replace(
        str(port).encode(), str(server.https).encode())


NOISE = [
    ("comment: //Link", b"<!-- comment --><Link"),
    ("entities: //Link/@token", b'token="&#x55;&#x73;&#x65;&#x72;"'),
    ("case: {path: //Link/@token, to: lower}", b'token="user"'),
    ("whitespace: {path: //Link/@href}", b'href=" https://'),
    ("reorder: //Link", b'token="OAuth"'),
    ("insert: {path: //Root, markup: '<Future a=\"1\"/>', at: first}",
     b'<Root><Future a="1"/>'),
    ("bom: utf-8", b"\xef\xbb\xbf<?xml"),
]


@pytest.mark.parametrize("fault,sent", NOISE)
def test_noise_is_the_same_document(play, fault, sent):
    """To a reader of XML: the links are those of the good answer."""
    server = play(steps(f"{{at: discover.root, do: {{{fault}}}}}"))
    body = root(server).body
    assert sent in body
    found = {link.get("token").lower(): link.get("href").strip()
             for link in etree.fromstring(body).iter("Link")}
    assert set(found) == {"domain", "user", "oauth"}
    assert found["user"] == server.url("lyncweb", USER_PATH)


def test_ill_formed_on_purpose(play):
    server = play(steps(
        "{at: discover.root, when: {header: {Accept: '*xml*'}}, "
        "do: {duplicate: //@AccessLocation}}",
        "{at: discover.root, do: {duplicate: //@AccessLocation}}",
        "{at: discover.domain, do: {cut-body: {path: //Link}}}"))
    with pytest.raises(etree.XMLSyntaxError, match="redefined"):
        etree.fromstring(root(server).body)
    pairs = json.loads(root(server, JSON).body, object_pairs_hook=list)
    assert [name for name, _ in pairs].count("AccessLocation") == 2
    answer = root(server, path=DOMAIN_PATH)
    assert answer.body.endswith(b"/>")
    assert answer.header("Content-Length") == str(len(answer.body))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.body)


@pytest.mark.parametrize("asked,codec,declared,header", [
    ("utf-16", "utf-16", "utf-16", "utf-16"),
    ("utf-16be", "utf-16-be", "utf-16be", "utf-16be"),
    ("iso-8859-1", "latin-1", "iso-8859-1", "iso-8859-1"),
    ("{as: utf-16le, declared: utf-8, header: us-ascii}", "utf-16-le",
     "utf-8", "us-ascii"),
    ("{header: ''}", "utf-8", "utf-8", None),
])
def test_charset_is_what_it_says_or_not(play, asked, codec, declared, header):
    server = play(steps(
        f"{{at: mex.get, do: {{charset: {asked}, "
        "replace: {path: //service/@name, with: 'jörg'}}}"))
    answer = server.curl(server.url("lyncweb", MEX_PATH))
    text = answer.body.decode(codec)
    assert f'encoding="{declared}"' in text and 'name="jörg"' in text
    assert answer.header("Content-Type") == "text/xml" + (
        f"; charset={header}" if header else "")


def test_namespace_and_prefix(play):
    server = play(steps(
        "{at: mex.get, when: {first: 1}, do: {prefix: {of: wsdl, to: w}}}",
        "{at: mex.get, do: {namespace: {of: wsdl, to: 'urn:other'}}}"))
    body = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert b"<w:definitions" in body and b"wsdl:" not in body
    assert etree.fromstring(body).tag == f"{{{WSDL}}}definitions"
    body = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert b"<wsdl:definitions" in body
    assert etree.fromstring(body).tag == "{urn:other}definitions"


def test_cdata_and_prefix_in_a_ticket(play):
    server = play(steps(
        "{at: webticket.response, do: {cdata: //Expires, "
        "prefix: {of: wst, to: t}}}"))
    answer = ask(ntlm(server), server)
    assert b"<![CDATA[20" in answer.body and b"<t:Lifetime>" in answer.body
    tree = etree.fromstring(answer.body)
    found = tree.find(".//{*}RequestedSecurityToken/*")
    assert etree.QName(found).localname == "Assertion"


def test_an_edit_breaks_the_signature(play):
    server = play(steps(
        "{at: webticket.response, do: {replace: "
        "{path: //Assertion/Conditions/@NotOnOrAfter, "
        "with: '2099-01-01T00:00:00Z'}}}"))
    ticket = ticket_for(ntlm(server), server)
    assert b'NotOnOrAfter="2099-' in ticket.text
    assert open_user(Curl(server), server, ticket.headers()).status == 401
    assert "signature" in journal(server)[-1].remarks["ticket.flaw"].lower()


def test_json_of_oauth(play):
    server = play(steps(
        "{at: oauth.response, do: {remove: //@expires_in, "
        "rename: {path: //@access_token, to: token}}}"))
    form = ("grant_type=password&username=alice%40contoso.test"
            "&password=Passw0rd%21")
    answer = Curl(server).send(
        "POST", server.url("lyncweb", "/WebTicket/oauthtoken"),
        {"Content-Type": "application/x-www-form-urlencoded"}, form)
    told = json.loads(answer.body)
    assert "expires_in" not in told and "access_token" not in told
    assert told["token"].startswith("cwt=")


def test_what_finds_nothing_is_a_remark(play):
    server = play(steps(
        "{at: discover.root, do: {remove: //Linkk}}",
        "{at: discover.domain, do: {remove: {json: //Link}}}",
        "{at: discover.user, do: {remove: //Link}}"))
    root(server)
    root(server, path=DOMAIN_PATH)
    root(server, host="lyncweb", path=USER_PATH)
    assert remarks(server) == [
        "remove: //Linkk finds no place in this XML: nothing is changed",
        "remove: the answer is XML, and no path is for that: nothing is "
        "changed",
        "remove: the reply's document cannot be edited: a document type "
        "declaration is not edited: nothing is changed"]


@pytest.mark.parametrize("name,told", [
    ("X-MS-Nothing", True), ("Date", False), ("Content-Length", False),
])
def test_the_log_says_that_no_header_is_removed(play, name, told):
    server = play(steps(f"{{at: discover.root, do: {{headers: "
                        f"{{{name}: null}}}}}}"))
    root(server)
    words = f'unchanged="headers: the reply has no {name} to remove"'
    assert (words in server.messages()) == told
    assert ("unchanged" in server.messages()) == told


def test_the_log_says_that_nothing_is_changed(play):
    server = play(steps(
        "{at: discover.root, do: {remove: AccessLocation}}",
        "{at: discover.domain, do: {remove: //@AccessLocation}}"))
    root(server)
    root(server, path=DOMAIN_PATH)
    lines = [line for line in server.messages().splitlines()
             if " operation=discover." in line]
    assert ('unchanged="remove: AccessLocation finds no place in this XML '
            '(the nearest is //@AccessLocation): nothing is changed"'
            in lines[0])
    assert "unchanged" not in lines[1] and "step=" in lines[1]


# --- points ------------------------------------------------------------------

def marks(answer):
    """The points that were reached, as steps with a header each tell."""
    return answer.headers("X-Point")


REACHED = [
    ("discover.http", lambda s: root_http(s)),
    ("discover.lookup",
     lambda s: root(s, query="?sipuri=sip:alice@contoso.test")),
    ("discover.redirect",
     lambda s: root(s, query="?sipuri=sip:x@fabrikam.test")),
    ("discover.home", lambda s: opened(s, "alice")),
    ("discover.not-found", lambda s: opened(s, "gone")),
    ("discover.servers", lambda s: root(s, path=DOMAIN_PATH)),
    ("discover.links", lambda s: root(s)),
    ("discover.form", lambda s: root(s)),
    ("discover.response", lambda s: root(s)),
    ("mex.request", lambda s: metadata(s)),
    ("mex.unknown", lambda s: metadata(s, "<Dialect>urn:x</Dialect>")),
    ("mex.import", lambda s: s.curl(s.url("lyncweb", TICKET_PATH)
                                    + "?wsdl=wsdl0")),
    ("mex.ports", lambda s: s.curl(s.url("lyncweb", MEX_PATH))),
    ("mex.policy", lambda s: s.curl(s.url("lyncweb", MEX_PATH))),
    ("mex.address", lambda s: s.curl(s.url("lyncweb", MEX_PATH))),
    ("mex.response", lambda s: s.curl(s.url("lyncweb", MEX_PATH))),
    ("soap.request", lambda s: metadata(s)),
    ("soap.malformed", lambda s: post(s, "no XML")),
    ("soap.action",
     lambda s: post(s, ENVELOPE.format("<x/>"), path=MEX_PATH,
                    action="urn:nothing")),
    ("soap.fault", lambda s: log_in(s, "alice@contoso.test", "wrong")),
    ("soap.response", lambda s: metadata(s)),
]

WORLD = "world: {users: {gone: {home: unknown}}}\n"


def root_http(server):
    return server.curl(f"http://lyncdiscover.contoso.test:{server.http}/")


def opened(server, user):
    client = ntlm(server)
    ticket = ticket_for(client, server, f"CONTOSO\\{user}")
    return open_user(Curl(server), server, ticket.headers())


def metadata(server, inside=""):
    return post(server, ENVELOPE.format(METADATA.format(inside)),
                path=MEX_PATH, action=GET_METADATA)


@pytest.mark.parametrize("point,reach", REACHED)
def test_each_point_is_reached_and_no_other_is_it(play, point, reach):
    """A header for each of them; the root alone passes few."""
    lines = [f"{{at: {name}, do: {{headers: {{X-Point: {name}}}}}}}"
             for name, _ in REACHED]
    server = play(WORLD + steps(*(line for line in lines
                                  if f"at: {point}," in line)))
    assert marks(reach(server)) == [point]
    other = (server.curl(server.url("lyncweb", MEX_PATH))
             if point.startswith("discover.") else root(server))
    assert marks(other) == []
    steps_seen = [record.remarks["step"] for record in journal(server)
                  if "step" in record.remarks]
    assert len(steps_seen) == 1 and steps_seen[0].startswith(point + ": ")


def test_the_user_of_a_lookup_is_known_there_alone(play):
    server = play(steps(
        "{at: discover.lookup, when: {user: bob}, do: {status: 503}}"))
    assert [root(server, query=f"?sipuri={name}@contoso.test").status
            for name in ("alice", "bob")] == [200, 503]
    assert [record.user for record in journal(server)] == [None, None]


def test_links_alone_are_wrong(play):
    """AccessLocation says External, and the links lead inside."""
    server = play(steps("{at: discover.links, do: {location: internal}}"))
    tree = etree.fromstring(root(server).body)
    assert tree.get("AccessLocation") == "External"
    assert {link.get("href").split("/")[2].split(":")[0]
            for link in tree.iter("Link")} == {"lyncint.contoso.test"}


def test_a_fault_at_its_own_point_ends(play):
    server = play(steps(
        "{at: soap.fault, do: {soap-fault: {code: 'wst:InvalidScope'}}}",
        "{at: discover.form, do: {discover-redirect: 'https://a.test/'}}",
        "{at: discover.redirect, do: {discover-redirect: 'https://b.test/'}}"))
    answer = log_in(server, "alice@contoso.test", "wrong")
    assert (answer.status, b"InvalidScope" in answer.body) == (500, True)
    assert b'href="https://a.test/"' in root(server).body


# --- another form ------------------------------------------------------------

@pytest.mark.parametrize("form,accept,kind,said", [
    ("json", XML, "json", JSON), ("xml", JSON, "xml", XML),
    ("ucwa-json", XML, "json", "application/json"),
    ("ucwa-xml", JSON, "xml", "application/xml")])
def test_another_form_than_asked(play, form, accept, kind, said):
    server = play(f"world: {{discover: {{form: {form}}}}}\n" + steps(
        "{at: discover.form, when: {after: 1}, "
        "do: {discover: {form-type: asked}}}"))
    honest, lying = root(server, accept), root(server, accept)
    for answer in (honest, lying):
        assert answer.body.lstrip()[:1] == (b"{" if kind == "json" else b"<")
    same = [answer.header("Content-Type").replace("; ", ";")
            for answer in (honest, lying)]
    assert same == [said, accept]


# --- metadata that lies ------------------------------------------------------

def served(play, mex, point=None):
    if point:
        return play(steps(f"{{at: {point}, do: {{mex: {mex}}}}}"))
    return play(f"world: {{mex: {mex}}}\n")


def ports(server):
    body = server.curl(server.url("lyncweb", MEX_PATH)).body
    return {port.get("name"): port.find("{*}address").get("location")
            for port in etree.fromstring(body).iter(f"{{{WSDL}}}port")}


@pytest.mark.parametrize("point", [None, "mex.get", "mex.ports"])
def test_ports_that_are_not_there_and_are(play, point):
    server = served(play, "{auth: no, cert: yes, pin: yes, fed: yes}", point)
    assert set(ports(server)) == {
        NEGOTIATE, "WebTicketServiceWinNtlm", "WebTicketServiceAnon",
        "WebTicketServiceCert", "WebTicketServicePin", "WsFedBearer"}
    assert log_in(server, "alice@contoso.test", "Passw0rd!").status == 200
    assert post(server, "<x/>", path=TICKET_PATH + "/Cert").status == 503


def test_a_port_that_is_switched_off(play):
    """The world does not take SOAP user names; the metadata says it does."""
    server = play("world: {offer: {soap: no}, mex: {auth: yes}}\n")
    assert "WebTicketServiceAuth" in ports(server)
    assert log_in(server, "alice@contoso.test", "Passw0rd!").status == 403


@pytest.mark.parametrize("point", [None, "mex.address"])
def test_another_host_and_scheme(play, point):
    server = served(play, "{host: 'fe07.corp.test:4443', scheme: http}", point)
    assert ports(server)[NEGOTIATE] == (
        "http://fe07.corp.test:4443" + TICKET_PATH)


def test_import_is_followed_by_who_can(play, names):
    server = served(play, "{document: import}")
    body = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert b"Policy" not in body and b"binding name" not in body
    client = zeep_client(server, mex_url(server, "/mex"))
    assert addresses_of(client)[NEGOTIATE] == server.url("lyncweb",
                                                         TICKET_PATH)
    assert b"_policy" in server.curl(
        server.url("lyncweb", TICKET_PATH) + "?wsdl=wsdl0").body


def test_two_services(play, names):
    server = served(play, "{document: two-services}")
    client = zeep_client(server, mex_url(server, "/mex"))
    found = {name: set(service.ports)
             for name, service in client.wsdl.services.items()}
    assert found["WebTicketService"] == {NEGOTIATE, "WebTicketServiceWinNtlm"}
    assert found["WebTicketServiceOthers"] == {"WebTicketServiceAuth",
                                               "WebTicketServiceAnon"}
    body = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert etree.fromstring(body).find(f"{{{WSDL}}}service").get("name") == (
        "WebTicketServiceOthers")


def test_empty_and_without_policies(play):
    server = play("world: {mex: {policies: without}}\n" + steps(
        "{at: mex.get, when: {first: 1}, do: {mex: {document: empty}}}"))
    empty = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert len(etree.fromstring(empty)) == 0
    rest = server.curl(server.url("lyncweb", MEX_PATH)).body
    assert NEGOTIATE.encode() in rest and b"<wsp:Policy" not in rest
