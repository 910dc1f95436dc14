"""What is advertised exists: each address that an answer names is followed,
and is served, or says that it is not emulated."""

import json
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH
from raw import remark_of
from test_oauth import CONFERENCE, KEY, as_guest, by_password

ACCEPTS = {
    "xml": "application/vnd.microsoft.rtc.autodiscover+xml",
    "json": "application/vnd.microsoft.rtc.autodiscover+json",
    "ucwa-json": "application/json",
    "ucwa-xml": "application/xml",
}
DISCOVER = [ROOT_PATH, ROOT_PATH + "/domain", USER_PATH,
            ROOT_PATH + "/oauth/user"]
MEX = TICKET_PATH + "/mex"
NOT_EMULATED = ["/certprov/", "/mcx/", "/passiveauth/", "/reach/",
                "/scheduler", "/ucwa/"]


def follow(server, url, *args):
    """Asks at a URL of an answer, which must lead to this server."""
    parts = urlsplit(url)
    assert parts.scheme == "https" and parts.port == server.https, url
    assert parts.hostname.endswith(".contoso.test"), url
    return server.curl(url, *args)


def links(server, text):
    """All addresses on this world's hosts; not names of XML namespaces."""
    plain = text.replace("\\/", "/")
    found = re.findall(r"https?://[\w.-]+\.contoso\.test[^\"'<>\s,]*", plain)
    return set(found)


def everywhere(server):
    """Every address that any answer names, and where it was seen."""
    tickets = {"": None, "alice": by_password(server, "alice", PASSWORD),
               "guest": as_guest(server)}
    seen = {}
    for who, answer in tickets.items():
        bearer = ["-H", "Authorization: Bearer "
                  + json.loads(answer.text)["access_token"]] if answer else []
        for path in DISCOVER:
            for accept in ACCEPTS.values():
                reply = server.curl(server.url("lyncweb", path), *bearer,
                                    "-H", f"Accept: {accept}")
                text = "\n".join([reply.text,
                                  *(value for _, value in reply.fields)])
                for url in links(server, text):
                    seen.setdefault(url, f"{path} {accept} {who}")
    for host in ("lyncweb", "lyncint"):
        for url in links(server, server.curl(server.url(host, MEX)).text):
            seen.setdefault(url, f"{MEX} {host}")
    return seen


@pytest.mark.parametrize("settings", [
    (),
    ("location=internal",),
    ("location=both", "product=sfb2015"),
    ("negotiation=rtm2013",),
    ("discover.user-challenge=both", "discover.oauth-user-challenge=both"),
    ("hosted.domain=cloud.test", "hosted.url=https://lyncdiscover.cloud.test"),
], ids=lambda names: ",".join(names) or "good")
def test_every_address_is_served(serve, settings):
    server = serve(*[word for name in settings for word in ("--set", name)])
    seen = everywhere(server)
    paths = {urlsplit(url).path.lower() for url in seen}
    # A look at what there is to follow: all kinds of it were found.
    for kind in (ROOT_PATH, USER_PATH, "/Autodiscover/XFrame/XFrame.html",
                 "/Reach/sip.svc", "/Mcx/McxService.svc", "/Scheduler",
                 "/ucwa/v1/applications", "/ucwa/oauth/v1/applications",
                 "/WebTicket/oauthtoken", TICKET_PATH, TICKET_PATH + "/Auth",
                 TICKET_PATH + "/Anon"):
        assert kind.lower() in paths or (
            "rtm2013" in str(settings) and "/ucwa/oauth/" in kind), kind
    assert len(seen) >= 15
    for url, where in sorted(seen.items()):
        path = urlsplit(url).path.lower()
        for args in ((), ("-d", "x")):
            answer = follow(server, url, *args)
            if any(path.startswith(start) for start in NOT_EMULATED):
                assert answer.status == 503, (url, where)
            else:
                assert answer.status in (200, 400, 401, 405, 415, 500), (
                    url, where, answer.status)
    server.stop()
    told = {remark_of(entry, "not-emulated") is not None
            for entry in server.entries()
            if entry["reply"]["status"] == 503}
    assert told == {True}
    assert not [entry for entry in server.entries()
                if remark_of(entry, "unexpected")]


def test_the_passive_page(server):
    answer = server.curl(server.url("lyncweb", "/WebTicket/oauthtoken"), "-d",
                         "grant_type=urn:microsoft.rtc:passive")
    page = json.loads(answer.text)["ms_rtc_passiveauthuri"]
    assert follow(server, page).status == 503


@pytest.mark.parametrize("path", [
    "/CertProv/CertProvisioningService.svc",
    "/CertProv/CertProvisioningService.svc/mex",
    "/CertProv/CertProvisioningService.svc/WebTicket_Proof",
    "/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1",
    "/Mcx/McxService.svc/mex",
    "/Mcx/McxService.svc/WebTicket_Bearer",
    "/PassiveAuth/PassiveAuth.aspx?x=y",
    "/Reach/sip.svc/mex",
    "/Reach/sip.svc/WebTicket_Proof",
    "/Scheduler/",
    "/Scheduler/login.aspx",
    "/ucwa/v1/applications/101/me",
    "/ucwa/oauth/v1/applications/101/communication",
    "/UCWA/OAuth/v1/Applications",
])
def test_what_is_below_says_so_too(server, path):
    for args in ((), ("-d", "x"), ("-I",)):
        answer = server.curl(server.url("lyncweb", path), *args)
        assert answer.status == 503
    server.stop()
    assert [remark_of(entry, "not-emulated") is not None
            for entry in server.entries()] == [True] * 3


def test_ports_of_the_metadata(server):
    """Each soap:address takes the request that its port is for, or refuses it
    as a port does."""
    document = ElementTree.fromstring(
        server.curl(server.url("lyncweb", MEX)).body)
    space = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
    ports = [element.get("location") for element in document.iter(space)]
    assert len(ports) >= 4
    for url in ports:
        answer = follow(server, url, "-d", "<x/>", "-H",
                        "Content-Type: text/xml; charset=utf-8")
        if url.lower().endswith(".svc"):
            assert answer.status == 401
            assert "NTLM" in answer.headers("WWW-Authenticate")
        else:
            assert answer.status in (400, 500)


def test_what_is_withdrawn_is_not_advertised(serve):
    server = serve("--set", "offer.soap=no", "--set", "offer.anonymous=no",
                   "--set", "offer.windows=none")
    text = server.curl(server.url("lyncweb", MEX)).text
    assert "/Auth\"" not in text and "/Anon\"" not in text
    answer = server.curl(server.url("lyncweb", ROOT_PATH + "/oauth/user"))
    assert answer.headers("WWW-Authenticate")[1].endswith('grant_type=""')


def test_the_meeting_of_the_good_world_is_there(server):
    answer = as_guest(server, KEY, CONFERENCE)
    assert answer.status == 200
