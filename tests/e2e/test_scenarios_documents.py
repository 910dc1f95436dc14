"""The shipped failures of documents: what discovery answers and metadata say,
and how they are written. Each on the wire, as lxml, json, zeep and bare bytes
see it; then what `lyncmock probe` makes of it.
"""

import json
import re

import pytest
from lxml import etree

from clients import Curl
from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH, run_cli
from signin import ALICE, JSON, XML, ask, journal, open_user, ticket_for
from soap import log_in
from test_mex import NEGOTIATE, addresses_of, mex_url, names, zeep_client
from test_scenarios_failures import PC, judged, stepped

# A fixture, which nothing here calls by its name.
__all__ = ["names"]

KERBEROS = False  # see serve

MEX_PATH = TICKET_PATH + "/mex"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


def root(server, accept=XML, host="lyncdiscover"):
    return server.curl(server.url(host, ROOT_PATH), "-H", f"Accept: {accept}")


def tree_of(answer):
    return etree.fromstring(answer.body)


def both(server):
    """The links of Root in XML and in JSON, token -> href."""
    xml = {link.get("token"): link.get("href")
           for link in tree_of(root(server)).iter("Link")}
    found = json.loads(root(server, JSON).body)["Root"]["Links"]
    found = [found] if isinstance(found, dict) else found
    return xml, {link["token"]: link["href"] for link in found}


def user(server, accept=XML, host="lyncweb"):
    """alice's User resource, asked for with a ticket of that host."""
    ticket = ticket_for(Curl(server, "--ntlm"), server, host=host)
    return Curl(server).send("GET", server.url(host, USER_PATH),
                             {"Accept": accept, **ticket.headers()})


def metadata(server):
    return server.curl(server.url("lyncweb", MEX_PATH))


def ports(answer):
    return {port.get("name"): port.find("{*}address").get("location")
            for port in tree_of(answer).iter(WSDL + "port")}


def steps_of(server):
    return [record.remarks["step"] for record in journal(server)
            if "step" in record.remarks]


# --- redirects ---------------------------------------------------------------

def test_hosted_user_on_premises(serve):
    server = serve("failures/hosted-user-on-premises")
    assert both(server)[0]["User"] == server.url("lyncweb", USER_PATH)
    answer = user(server)
    assert (answer.status, answer.body) == (404, b"")


def only_redirect(server, href):
    assert both(server) == ({"Redirect": href}, {"Redirect": href})
    return server


def test_redirect_relative(serve):
    server = only_redirect(serve("failures/redirect-relative"), ROOT_PATH)
    assert len(stepped(journal(server), "redirect-relative",
                       "discover-redirect, replace")) == 2


def test_redirect_empty(serve):
    server = only_redirect(serve("failures/redirect-empty"), "")
    assert len(stepped(journal(server), "redirect-empty",
                       "discover-redirect, replace")) == 2


def test_redirect_without_path(serve):
    server = serve("failures/redirect-without-path")
    only_redirect(server, server.url("lyncweb", ""))


def test_redirect_and_user(serve):
    server = serve("failures/redirect-and-user")
    links = [link.get("token") for link in tree_of(root(server)).iter("Link")]
    assert links == ["Redirect", "Domain", "User", "OAuth"]
    for found in both(server):
        assert found["Redirect"] == server.url("lyncweb", ROOT_PATH)
        assert found["User"] == server.url("lyncweb", USER_PATH)


def test_shared_web_ticket_url(serve):
    server = serve("failures/shared-web-ticket-url")
    for host in ("lyncweb", "lyncweb2"):
        answer = open_user(Curl(server), server, {}, host)
        assert answer.status == 401
        assert answer.headers("X-MS-WebTicketURL") == [
            server.url("lyncweb", TICKET_PATH)]
    ticket = ticket_for(Curl(server, "--ntlm"), server)
    answer = open_user(Curl(server), server, ticket.headers())
    assert json.loads(answer.body)["User"]["Links"]["token"] == "Redirect"
    answer = open_user(Curl(server), server, ticket.headers(), "lyncweb2")
    assert answer.status == 401
    assert answer.header("X-Ms-diagnostics").startswith("28032;")


def test_hosted_user(serve):
    server = serve("failures/hosted-user")
    answer = server.curl(server.url("lyncdiscover")
                         + "?sipuri=sip:alice@contoso.test")
    link = json.loads(answer.body)["Root"]["Links"]
    assert link["token"] == "Redirect"
    assert link["href"].startswith("https://webdir.online.lync.test/Autodisc")


def test_original_domain_lost(serve):
    """With the domain of before the provider would know whom it is about."""
    server = serve("failures/original-domain-lost")
    answer = server.curl(server.url("lyncdiscover")
                         + "?sipuri=sip:alice@contoso.test")
    link = json.loads(answer.body)["Root"]["Links"]
    assert (link["token"], link["href"]) == (
        "Redirect", server.url("lyncweb2", ROOT_PATH))
    assert server.curl(link["href"]).status == 404
    assert server.curl(link["href"]
                       + "?originalDomain=contoso.test").status == 200
    assert len(stepped(journal(server)[1:], "original-domain-lost", "status",
                       1)) == 1


def test_proxy_rewrites_host(serve):
    server = serve("failures/proxy-rewrites-host")
    inside = server.url("pool01.corp", USER_PATH)
    assert {href for links in both(server) for href in links.values()} == {
        inside}
    # Nothing of that name shows a certificate that fits.
    with pytest.raises(AssertionError, match="curl: 60 "):
        server.curl(inside)


def test_xframe_forbidden(serve):
    server = serve("failures/xframe-forbidden")
    assert server.curl(server.url("lyncdiscover", "/xframe")).status == 403
    assert root(server).status == 200
    assert len(stepped(journal(server), "xframe-forbidden", "status")) == 1


def test_backup_pool_answers(serve):
    server = serve("failures/backup-pool-answers")
    assert tree_of(user(server)).find(
        "User/SipClientExternalAccess").get("fqdn") == "sip2.contoso.test"


def test_redirect_ping_pong(serve):
    server = serve("failures/redirect-ping-pong")
    for host, other in (("lyncdiscover", "lyncweb"),
                        ("lyncweb", "lyncdiscover")):
        link, = tree_of(root(server, host=host)).iter("Link")
        assert link.get("href") == server.url(other, ROOT_PATH)


# --- how discovery is written ------------------------------------------------

def test_discovery_content_type(serve):
    server = serve("failures/discovery-content-type")
    for answer in (root(server), user(server)):
        assert answer.headers("Content-Type") == ["text/xml"]
        assert tree_of(answer).tag == "AutodiscoverResponse"


def test_json_instead_of_xml(serve):
    server = serve("failures/json-instead-of-xml")
    for answer in (root(server), user(server)):
        assert answer.header("Content-Type").startswith(JSON[:-4])
        assert json.loads(answer.body)["AccessLocation"] == "External"


def test_wrong_form_right_type(serve):
    server = serve("failures/wrong-form-right-type")
    for answer in (root(server), user(server)):
        assert answer.header("Content-Type").startswith(XML[:-4])
        assert json.loads(answer.body)["AccessLocation"] == "External"


def test_discovery_unknown_words(serve):
    server = serve("failures/discovery-unknown-words")
    tree = tree_of(root(server))
    assert tree[0].tag == "Future" and tree[0][0].get("token") == "User"
    assert {link.get("weight") for link in tree.find("Root")} == {"1"}
    told = json.loads(root(server, JSON).body)
    assert list(told)[0] == "Future"
    assert {link["weight"] for link in told["Root"]["Links"]} == {1}


def test_discovery_comments(serve):
    server = serve("failures/discovery-comments")
    body = root(server).body
    assert body.count(b"<!-- comment -->") == 3 and b"https://" not in body
    xml, other = both(server)
    assert list(xml) == ["OAuth", "User", "Domain"]
    assert xml["User"] == other["User"] == server.url("lyncweb", USER_PATH)


def test_discovery_bom(serve):
    server = serve("failures/discovery-bom")
    for accept in (XML, JSON):
        answer = root(server, accept)
        assert answer.body.startswith(b"\xef\xbb\xbf")
        assert answer.header("Content-Length") == str(len(answer.body))
    assert tree_of(root(server)).tag == "AutodiscoverResponse"
    with pytest.raises(json.JSONDecodeError, match="BOM"):
        json.loads(answer.body.decode())


def test_discovery_other_namespace(serve):
    server = serve("failures/discovery-other-namespace")
    for answer in (root(server), user(server)):
        tree = tree_of(answer)
        assert tree.tag == "{urn:example:autodiscover}AutodiscoverResponse"
        assert tree.find("Root") is None and tree.find("User") is None


def test_token_case(serve):
    server = serve("failures/token-case")
    for found in both(server):
        assert set(found) == {"DOMAIN", "USER", "OAUTH"}


def test_links_as_object(serve):
    server = serve("failures/links-as-object")
    told = json.loads(root(server, JSON).body)
    assert told["Root"]["Links"] == {
        "token": "User", "href": server.url("lyncweb", USER_PATH)}
    # XML has no such thing, and says so.
    assert len(tree_of(root(server)).find("Root")) == 3
    assert [record.remarks.get("edit") for record in journal(server)] == [
        None, "replace: the answer is XML, and no path is for that: nothing "
              "is changed"]


# --- what discovery says -----------------------------------------------------

def test_internal_answers_external(serve):
    server = serve("failures/internal-answers-external")
    tree = tree_of(root(server, host="lyncdiscoverinternal"))
    assert tree.get("AccessLocation") == "External"
    assert {link.get("href").split("/")[2].split(":")[0]
            for link in tree.iter("Link")} == {"lyncint.contoso.test"}
    assert tree_of(root(server)).get("AccessLocation") == "External"
    assert len(steps_of(server)) == 1


def test_access_location_missing(serve):
    server = serve("failures/access-location-missing")
    for answer in (root(server), user(server)):
        assert dict(tree_of(answer).attrib) == {}
    assert set(json.loads(root(server, JSON).body)) == {"Root"}


def test_access_location_unknown(serve):
    server = serve("failures/access-location-unknown")
    for answer in (root(server), user(server)):
        assert tree_of(answer).get("AccessLocation") == "Perimeter"


def test_sip_server_missing(serve):
    server = serve("failures/sip-server-missing")
    assert [node.tag for node in tree_of(user(server)).find("User")
            if node.tag != "Link"] == ["SipServerInternalAccess",
                                       "SipServerExternalAccess"]
    assert "SipClientExternalAccess" not in json.loads(
        user(server, JSON).body)["User"]


def test_sip_port_zero(serve):
    server = serve("failures/sip-port-zero")
    assert tree_of(user(server)).find(
        "User/SipClientExternalAccess").get("port") == "0"
    assert json.loads(user(server, JSON).body)["User"][
        "SipClientExternalAccess"]["port"] == 0


def test_ucwa_link_internal(serve):
    server = serve("failures/ucwa-link-internal")
    links = {link.get("token"): link.get("href")
             for link in tree_of(user(server)).iter("Link")}
    for token in ("Internal/Ucwa", "External/Ucwa", "Ucwa"):
        assert links[token] == server.url("lyncint", "/ucwa/v1/applications")
    assert links["External/Mcx"].startswith(server.url("lyncweb", "/"))


def test_spaces_in_fqdn(serve):
    server = serve("failures/spaces-in-fqdn")
    assert tree_of(user(server)).find(
        "User/SipClientExternalAccess").get("fqdn") == " sip.contoso.test "
    assert json.loads(user(server, JSON).body)["User"][
        "SipClientExternalAccess"]["fqdn"] == " sip.contoso.test "


# --- metadata ----------------------------------------------------------------

def test_metadata_missing(serve):
    server = serve("failures/metadata-missing")
    assert metadata(server).status == 404
    assert ask(Curl(server, "--ntlm"), server).status == 200
    assert len(stepped(journal(server), "metadata-missing", "status")) == 1


def test_metadata_cut(serve):
    server = serve("failures/metadata-cut")
    answer = metadata(server)
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.body.endswith(b"</wsdl:binding>")
    with pytest.raises(etree.XMLSyntaxError):
        tree_of(answer)


def test_metadata_without_windows_ports(serve):
    server = serve("failures/metadata-without-windows-ports")
    assert set(ports(metadata(server))) == {"WebTicketServiceAuth",
                                            "WebTicketServiceAnon"}
    assert ask(Curl(server, "--ntlm"), server).status == 200


def test_metadata_offers_certificates(serve):
    server = serve("failures/metadata-offers-certificates")
    found = ports(metadata(server))
    for name in ("WebTicketServiceCert", "WebTicketServicePin",
                 "WsFedBearer"):
        answer = Curl(server).send("POST", found[name], {}, "<x/>")
        assert answer.status == 503
    assert [record.remarks["not-emulated"] for record in journal(server)
            if "not-emulated" in record.remarks] == [
        "advertised as the product does, but not emulated"] * 3


def test_metadata_offers_soap(serve):
    server = serve("failures/metadata-offers-soap")
    assert "WebTicketServiceAuth" in ports(metadata(server))
    answer = log_in(server, "alice@contoso.test", PASSWORD)
    assert answer.status == 403
    assert answer.header("X-Ms-diagnostics").startswith("28029;")


def test_metadata_without_policies(serve):
    server = serve("failures/metadata-without-policies")
    answer = metadata(server)
    assert NEGOTIATE in ports(answer) and b"<wsp:" not in answer.body


def test_metadata_two_services(serve):
    server = serve("failures/metadata-two-services")
    services = [[port.get("name") for port in service]
                for service in tree_of(metadata(server)).iter(WSDL + "service")]
    assert services == [["WebTicketServiceAuth", "WebTicketServiceAnon"],
                        [NEGOTIATE, "WebTicketServiceWinNtlm"]]


def test_metadata_import(serve, names):
    server = serve("failures/metadata-import")
    tree = tree_of(metadata(server))
    location = tree.find(WSDL + "import").get("location")
    assert location == server.url("lyncweb", TICKET_PATH) + "?wsdl=wsdl0"
    assert tree.find(WSDL + "binding") is None
    assert NEGOTIATE in addresses_of(zeep_client(server,
                                                 mex_url(server, "/mex")))


def test_metadata_empty(serve):
    server = serve("failures/metadata-empty")
    tree = tree_of(metadata(server))
    assert (tree.tag, len(tree)) == (WSDL + "definitions", 0)


def test_metadata_internal_host(serve):
    server = serve("failures/metadata-internal-host")
    assert {url.split("/")[2] for url in ports(metadata(server)).values()} == {
        "fe07.corp.contoso.test"}


def test_metadata_plain_http(serve):
    server = serve("failures/metadata-plain-http")
    assert {url.split("/")[0] for url in ports(metadata(server)).values()} == {
        "http:"}


def test_metadata_address_spaces(serve):
    server = serve("failures/metadata-address-spaces")
    answer = metadata(server)
    assert answer.body.count(b'location="\n  https://') == 4
    # XML makes blanks of line ends in attributes (XML 1.0 3.3.3).
    assert ports(answer)[NEGOTIATE] == (
        "   " + server.url("lyncweb", TICKET_PATH) + "   ")


def test_metadata_redirected(serve):
    server = serve("failures/metadata-redirected")
    answer = metadata(server)
    assert answer.status == 302
    there = server.curl(answer.header("Location"))
    assert there.status == 200 and NEGOTIATE in ports(there)


def test_metadata_utf16(serve):
    server = serve("failures/metadata-utf16")
    answer = metadata(server)
    assert answer.body.startswith(b"\xff\xfe<\0?\0")
    assert answer.header("Content-Type") == "text/xml; charset=utf-16"
    assert NEGOTIATE in ports(answer)


def test_metadata_other_prefix(serve, names):
    server = serve("failures/metadata-other-prefix")
    answer = metadata(server)
    assert re.match(rb"<\?xml[^>]*><w:definitions ", answer.body)
    assert NEGOTIATE in addresses_of(zeep_client(server,
                                                 mex_url(server, "/mex")))


# --- the probe ---------------------------------------------------------------

SIGNED_IN = "signed in over NTLM"
# Name, client, exit code, words of the closing sentence, words elsewhere, and
# how often it was judged by the web ticket service.
PROBE = [
    ("access-location-missing", PC, 0, SIGNED_IN,
     "AccessLocation is missing", 1),
    ("access-location-unknown", PC, 0, SIGNED_IN,
     "AccessLocation is Perimeter", 1),
    ("backup-pool-answers", PC, 0, "next stop SIP at sip2.contoso.test:443", "",
     1),
    ("discovery-bom", PC, 0, SIGNED_IN, "", 1),
    ("discovery-comments", PC, 0, SIGNED_IN, "", 1),
    ("discovery-content-type", PC, 0, SIGNED_IN, 'Content-Type is "text/xml"',
     1),
    ("discovery-other-namespace", PC, 0, SIGNED_IN, "", 1),
    ("discovery-unknown-words", PC, 0, SIGNED_IN, "", 1),
    ("hosted-user", PC, 3, "webdir.online.lync.test",
     "leads out of contoso.test to webdir.online.lync.test", 0),
    ("hosted-user-on-premises", PC, 1, "the user has no home here", "", 1),
    ("internal-answers-external", "pc-internal-ntlm", 0, SIGNED_IN,
     "AccessLocation is External; this client is on the Internal", 1),
    ("json-instead-of-xml", PC, 0, SIGNED_IN,
     "the answer is JSON, and XML was asked for", 1),
    ("links-as-object", "ntlm", 0, SIGNED_IN, "", 1),
    ("metadata-address-spaces", PC, 1, 'is no URL: "   https://lyncweb', "", 0),
    ("metadata-cut", PC, 1, "no XML: line 1: Premature end of data", "", 0),
    ("metadata-empty", PC, 1, "WSDL without a port", "", 0),
    ("metadata-import", PC, 0, SIGNED_IN, "has no policy", 1),
    ("metadata-internal-host", PC, 1, "fe07.corp.contoso.test", "", 0),
    ("metadata-missing", PC, 1, "the metadata is refused (HTTP 404)", "", 0),
    ("metadata-offers-certificates", PC, 0, SIGNED_IN, "", 1),
    ("metadata-offers-soap", "android-soap", 1, "not allowed (28029)", "", 1),
    ("metadata-other-prefix", PC, 0, SIGNED_IN, "", 1),
    ("metadata-plain-http", PC, 1, "is not https", "", 0),
    ("metadata-redirected", PC, 1,
     "HTTP 302 to https://lyncweb.contoso.test", "", 0),
    ("metadata-two-services", PC, 0, SIGNED_IN, "", 1),
    ("metadata-utf16", PC, 0, SIGNED_IN, "", 1),
    ("metadata-without-policies", PC, 0, SIGNED_IN, "has no policy", 1),
    ("metadata-without-windows-ports", PC, 1,
     "no port for this client; there are WebTicketServiceAuth", "", 0),
    ("original-domain-lost", PC, 1, "Root is refused (HTTP 404)", "", 0),
    ("proxy-rewrites-host", PC, 1, "is not for pool01.corp.contoso.test", "", 0),
    ("redirect-and-user", PC, 0, SIGNED_IN, "Redirect does not stand alone",
     1),
    ("redirect-empty", PC, 1, 'Redirect leads to no absolute URL: ""', "", 0),
    ("redirect-ping-pong", PC, 1, "redirects go in circles", "", 0),
    ("redirect-relative", PC, 1, 'Redirect leads to no absolute URL: "/Auto',
     "", 0),
    ("redirect-without-path", PC, 1, "Root is refused (HTTP 404)", "", 0),
    ("shared-web-ticket-url", PC, 1, "another pool may have issued it (28032)",
     "", 3),
    ("sip-port-zero", PC, 0, "but SIP is told nowhere",
     "SipClientExternalAccess has no port", 1),
    ("sip-server-missing", PC, 0, "but SIP is told nowhere",
     "no SIP server is told", 1),
    ("spaces-in-fqdn", PC, 0, SIGNED_IN, "has blanks in it", 1),
    ("token-case", PC, 0, SIGNED_IN, "", 1),
    ("ucwa-link-internal", "ios-ntlm", 0,
     "next stop UCWA at https://lyncint.contoso.test", "", 1),
    ("wrong-form-right-type", PC, 0, SIGNED_IN, "and the body is JSON", 1),
    # It loads no frame.
    ("xframe-forbidden", "oauth-password", 0, "signed in over OAuth", "", 0),
]


@pytest.mark.parametrize("name,client,code,words,warning,asked", PROBE)
def test_probe(serve, name, client, code, words, warning, asked):
    server = serve(f"failures/{name}")
    done = run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--as", client, "--timeout", "9s", "--user", ALICE,
                   "alice@contoso.test", env={"LYNC_PASSWORD": PASSWORD})
    told = done.stdout + done.stderr
    assert done.returncode == code, told
    assert words in done.stdout.splitlines()[-1], told
    assert warning in told, told
    records = journal(server)
    assert len(judged(records)) == asked, records
    assert len(records) < 30
