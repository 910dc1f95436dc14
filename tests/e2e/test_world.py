"""What the settings of the world change, seen from outside."""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from clients import Curl, token_of
from harness import (PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH, run_cli)
from signin import (ALICE, JSON, XML, ask, issued, journal, links, open_user,
                    refused, sign_in,
                    ticket_for)

KERBEROS = False  # see serve


def settings(*items):
    return [word for item in items for word in ("--set", item)]


def discover(server, accept=JSON, host="lyncdiscover", path="/", **how):
    return server.curl(server.url(host, path, **how), "-H",
                       f"Accept: {accept}")


def user_of(server, user=ALICE, host="lyncweb", client=None):
    """The User resource as it is told to this user, decoded."""
    client = client or Curl(server, "--ntlm")
    ticket = ticket_for(client, server, user, host=host)
    answer = open_user(client, server, ticket.headers(), host)
    assert answer.status == 200, answer.text
    return answer


def redirect(reply, resource):
    """Where to; in JSON it is one object, not an array."""
    link = json.loads(reply.text)[resource]["Links"]
    assert link["token"] == "Redirect"
    return link["href"]


# --- product ----------------------------------------------------------------

@pytest.mark.parametrize("product,iis,ids,windows,families", [
    ("lync2013", "Microsoft-IIS/7.5", False, bytes([6, 1]), {"A"}),
    ("sfb2015", "Microsoft-IIS/8.5", True, bytes([6, 3]), {"A", "B"}),
])
def test_product(serve, product, iis, ids, windows, families):
    """docs/protocol/discover.md, 2.5, 3.3 and 9."""
    server = serve(*settings(f"product={product}"))
    user = server.curl(server.url("lyncweb", USER_PATH))
    oauth = server.curl(server.url("lyncweb", ROOT_PATH + "/oauth/user"))
    for reply in (discover(server), user, oauth):
        assert reply.header("Server") == iis
        assert reply.header("X-MS-Server-Fqdn") == server.name("fe01")
        assert reply.header("Strict-Transport-Security") is None
        assert (reply.header("X-MS-Correlation-Id") is not None) == ids
        assert (reply.header("client-request-id") is not None) == ids
        if ids:
            assert reply.header("X-MS-Correlation-Id").isdigit()
    assert families_of(user) == families
    assert families_of(oauth) == {"B"}
    # The Windows that NTLM tells of: MS-NLMP 2.2.2.10.
    type1 = base64.b64encode(
        b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2" + b"\0" * 24).decode()
    challenge = server.curl(
        server.url("lyncweb", TICKET_PATH), "-d", "", "-H",
        f"Authorization: NTLM {type1}")
    assert token_of(challenge, "NTLM")[48:50] == windows


def families_of(reply):
    """discover 3: A, the web ticket; B, OAuth."""
    assert reply.status == 401
    schemes = {value.split()[0] for value in reply.headers("WWW-Authenticate")}
    found = set()
    if reply.header("X-MS-WebTicketURL"):
        assert reply.header("X-MS-WebTicketSupported") == "cwt,saml"
        found.add("A")
    if schemes:
        assert schemes == {"Bearer", "MsRtcOAuth"}
        found.add("B")
    return found


def test_sfb2015_signs_in(serve):
    sign_in(Curl(server := serve(*settings("product=sfb2015")), "--ntlm"),
            server)


# --- negotiation ------------------------------------------------------------

def form_of(reply):
    """Which of the four bodies of discover 2.6 this is."""
    if reply.text.startswith("{"):
        body = json.loads(reply.text)
        if "_links" in body:
            assert set(body["_links"]) == {"self", "user", "xframe"}
            assert "\\/" not in reply.text
            return "C"
        assert [link["token"] for link in body["Root"]["Links"]] == [
            "Domain", "User", "OAuth"]
        assert "\\/" in reply.text
        return "B"
    root = ElementTree.fromstring(reply.text)
    if root.tag == "AutodiscoverResponse":
        assert [link.get("token") for link in root.find("Root")] == [
            "Domain", "User", "OAuth"]
        return "A"
    assert root.tag == "{http://schemas.microsoft.com/rtc/2012/03/ucwa}resource"
    return "D"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LYNC = "application/vnd.microsoft.rtc.autodiscover"


@pytest.mark.parametrize("negotiation,forms", [
    # XML, JSON, plain JSON, plain XML, any, a browser
    ("rtm2013", "ABBABB"),
    ("cu2013", "ABCDBB"),
    ("sfb2015", "ABCDCD"),
])
def test_negotiation(serve, negotiation, forms):
    """docs/protocol/discover.md, 2.4."""
    server = serve(*settings(f"negotiation={negotiation}"))
    asked = [XML, JSON, "application/json", "application/xml", "*/*", BROWSER]
    replies = [discover(server, accept) for accept in asked]
    assert "".join(map(form_of, replies)) == forms
    types = [reply.header("Content-Type") for reply in replies]
    assert types[:4] == [f"{LYNC}+xml; v=1", f"{LYNC}+json; v=1",
                         "application/json", "application/xml"]
    plain = {"B": f"{LYNC}+json; v=1", "C": "application/json",
             "D": "application/xml"}
    assert types[4:] == [plain[form] for form in forms[4:]]


@pytest.mark.parametrize("given,accept,form", [
    ([], "application/json", "C"),
    (["product=sfb2015"], "*/*", "C"),
    (["product=sfb2015", "negotiation=rtm2013"], "application/json", "B"),
])
def test_negotiation_follows_the_product(serve, given, accept, form):
    assert form_of(discover(serve(*settings(*given)), accept)) == form


# --- location ---------------------------------------------------------------

@pytest.mark.parametrize("location,host,site,web", [
    ("internal", "lyncdiscover", "Internal", "lyncint"),
    ("internal", "lyncweb", "Internal", "lyncint"),
    ("external", "lyncdiscoverinternal", "External", "lyncweb"),
    ("external", "lyncint", "External", "lyncweb"),
    ("both", "lyncdiscoverinternal", "Internal", "lyncint"),
    ("both", "lyncint", "Internal", "lyncint"),
    ("both", "lyncint2", "Internal", "lyncint2"),
    ("both", "lyncdiscover", "External", "lyncweb"),
    ("both", "lyncweb", "External", "lyncweb"),
    ("both", "lyncweb2", "External", "lyncweb2"),
])
def test_location(serve, location, host, site, web):
    """docs/protocol/discover.md, 1.5."""
    server = serve(*settings(f"location={location}"))
    reply = discover(server, host=host, path=ROOT_PATH)
    assert json.loads(reply.text)["AccessLocation"] == site
    assert set(links(reply, "Root").values()) == {
        server.url(web, ROOT_PATH + path)
        for path in ("/domain", "/user", "/oauth/user")}
    challenge = server.curl(server.url(host, USER_PATH))
    assert challenge.header("X-MS-WebTicketURL") == server.url(web,
                                                               TICKET_PATH)


@pytest.mark.parametrize("host,site", [
    ("lyncint", "Internal"), ("lyncweb", "External")])
def test_both_sites_sign_in(serve, host, site):
    server = serve(*settings("location=both"))
    answer = user_of(server, host=host)
    assert json.loads(answer.text)["AccessLocation"] == site
    found = links(answer)
    assert found["Self"] == server.url(host, USER_PATH)
    assert found["Internal/Autodiscover"] == server.url("lyncint", ROOT_PATH)
    assert found["External/Autodiscover"] == server.url("lyncweb", ROOT_PATH)


# --- public-port ------------------------------------------------------------

@pytest.mark.parametrize("port,written", [(443, ""), (8443, ":8443")])
def test_public_port(serve, port, written):
    server = serve(*settings(f"public-port={port}"))
    at = f"https://{server.name('lyncweb')}{written}"
    assert links(discover(server), "Root")["User"] == at + USER_PATH
    challenge = server.curl(server.url("lyncweb", USER_PATH))
    assert challenge.header("X-MS-WebTicketURL") == at + TICKET_PATH
    by_http = discover(server, scheme="http")
    assert redirect(by_http, "Root").startswith(at + ROOT_PATH)
    # What the client goes by is what AppliesTo names.
    client = Curl(server, "--ntlm")
    ticket = ticket_for(client, server, applies_to=at + USER_PATH)
    answer = open_user(client, server, ticket.headers())
    assert links(answer)["Self"] == at + USER_PATH


# --- pools ------------------------------------------------------------------

BRANCH = settings(
    "pool.3.fqdn=branch.contoso.test", "pool.3.server=b1.contoso.test",
    "pool.3.web-internal=in.branch.contoso.test",
    "pool.3.web-external=out.branch.contoso.test", "user.carol.home=3",
    "sip-edge.fqdn=access.contoso.test", "sip-edge.client-port=5061",
    "sip-edge.server-port=5062")


def test_a_third_pool(serve):
    server = serve(*BRANCH)
    client = Curl(server, "--ntlm")
    # Whoever asks the first pool is sent to the third.
    ticket = ticket_for(client, server, "CONTOSO\\carol")
    sent = open_user(client, server, ticket.headers())
    assert redirect(sent, "User") == server.url("out.branch", ROOT_PATH)
    user = json.loads(
        user_of(server, "CONTOSO\\carol", "out.branch").text)["User"]
    assert user["SipClientInternalAccess"] == {
        "fqdn": "branch.contoso.test", "port": 5061}
    assert user["SipClientExternalAccess"] == {
        "fqdn": "access.contoso.test", "port": 5061}
    assert user["SipServerExternalAccess"] == {
        "fqdn": "access.contoso.test", "port": 5062}
    reply = discover(server, host="out.branch", path=ROOT_PATH)
    assert reply.header("X-MS-Server-Fqdn") == "b1.contoso.test"


def test_one_standard_edition_server(serve):
    server = serve(*settings(
        "pool-count=1", "user.away.home=1", "pool.1.fqdn=se.contoso.test",
        "pool.1.server=se.contoso.test",
        "pool.1.web-internal=se.contoso.test", "location=both"))
    assert links(user_of(server, host="se"))["Self"] == server.url(
        "se", USER_PATH)
    assert links(user_of(server, "CONTOSO\\away"))["Self"] == server.url(
        "lyncweb", USER_PATH)


@pytest.mark.parametrize("given,says", [
    (["pool-count=1"], "user.away.home: expected a pool that there is"),
    (["pool.1.web-external=www.fabrikam.test"],
     "pool.1.web-external: expected a name in contoso.test"),
    (["pool.2.web-external=lyncweb.contoso.test"],
     "is the name of pool.1.web-external already"),
    (["user.bob.account=FABRIKAM\\bob"],
     "user.bob.account: expected the domain CONTOSO or contoso.test"),
    (["user.bob.account=Alice"],
     "user.bob.account: Alice is the account of alice already"),
])
def test_refused_settings(tmp_path, given, says):
    done = run_cli(tmp_path, "serve", *settings(*given))
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


# --- users ------------------------------------------------------------------

ANN = ["user.alice.account=CONTOSO\\ann.smith"]


@pytest.mark.parametrize("spelt", [
    "CONTOSO\\ann.smith", "contoso.test\\Ann.Smith", "ann.smith",
    "ann.smith@contoso.test"])
def test_another_account(serve, spelt):
    server = serve(*settings(*ANN))
    user_of(server, spelt)
    issued(server)


def test_another_account_is_the_only_one(serve):
    server = serve(*settings(*ANN))
    answer = ask(Curl(server, "--ntlm"), server, "CONTOSO\\alice")
    assert answer.status == 401
    refused(server, "unknown user")


# --- lockout ----------------------------------------------------------------

def wrong_twice(server):
    client = Curl(server, "--ntlm")
    for _ in range(2):
        assert ask(client, server, password="wrong").status == 401
    return ask(client, server, ALICE, PASSWORD).status


def test_lockout(serve):
    server = serve(*settings("lockout-threshold=2"))
    assert wrong_twice(server) == 401
    reasons = [record.remarks["auth.refused"] for record in journal(server)
               if "auth.refused" in record.remarks]
    assert reasons == ["wrong password", "wrong password",
                       "account locked out (wrong passwords: 2 of "
                       "lockout-threshold 2)"]


def test_lockout_is_over(serve):
    server = serve(*settings("lockout-threshold=2", "lockout-duration=1ms"))
    assert wrong_twice(server) == 200


def test_lockout_goes_by_the_clock_of_the_world(serve):
    """Which stands, so that no time is ever over."""
    server = serve(*settings("lockout-threshold=2", "lockout-duration=1ms",
                             "clock-runs=no"))
    assert wrong_twice(server) == 401


# --- clock ------------------------------------------------------------------

FIXED = settings("clock=2013-06-01T12:00:00Z", "clock-runs=no",
                 "ntlm.timestamp=omit", "public-port=443")
# What keys of the run alone decide: signatures, and the ticket's proof key,
# which is encrypted for the server itself. What the client chose anew.
SECRET = re.compile(
    rb"<(\w+:)?Signature .*?</(\w+:)?Signature>|<e:CipherValue>[^<]*|"
    rb' Context="[^"]*"', re.S)
CWT = re.compile(rb"cwt=([\w-]+)")
MAC = re.compile(rb"(\xb0\x10\x83\x20).{32}", re.S)


def without_mac(ticket):
    text = ticket.group(1) + b"=" * (-len(ticket.group(1)) % 4)
    fields, count = MAC.subn(rb"\1", base64.urlsafe_b64decode(text))
    assert count == 1
    return fields


def told(answer):
    """All of it that is plaintext."""
    body = CWT.sub(without_mac, SECRET.sub(b"", answer.body))
    fields = [(name, value) for name, value in answer.fields
              if name != "Content-Length"]
    return answer.status, fields, body


def walk(server):
    client = Curl(server, "--ntlm")
    target = f"https://{server.name('lyncweb')}{USER_PATH}"
    answers = [discover(server), discover(server, XML),
               server.curl(server.url("lyncweb", USER_PATH)),
               server.curl(server.url("lyncweb", TICKET_PATH), "-d", "",
                           "-H", "Authorization: NTLM TlRMTVNTUAABAAAAAYKIAAAA"
                           "AAAAAAAAAAAAAAAAAAA=")]
    for form in ("saml", "cwt"):
        answer = ask(client, server, form=form, applies_to=target)
        assert answer.status == 200
        answers.append(answer)
    ticket = ticket_for(client, server, applies_to=target)
    answers.append(open_user(client, server, ticket.headers()))
    return [told(answer) for answer in answers]


def test_the_same_plaintext(serve, tmp_path):
    """Seed, clock, CA directory and order of requests are the same."""
    again = ["--seed", 4711, "--ca-dir", tmp_path / "ca", *FIXED]
    one, two = walk(serve(*again)), walk(serve(*again))
    for first, second in zip(one, two):
        assert first == second
    assert all(("Date", "Sat, 01 Jun 2013 12:00:00 GMT") in fields
               for _, fields, _ in one)
    assert b"2013-06-01T12:00:00" in one[4][2]
    # Another seed tells other challenges, so that the above means something.
    other = walk(serve("--seed", 1, "--ca-dir", tmp_path / "ca", *FIXED))
    assert other[3] != one[3]


def test_a_fixed_clock_runs_on(serve):
    server = serve(*settings("clock=2013-06-01T12:00:00Z"))
    client = Curl(server, "--ntlm")
    ticket = ticket_for(client, server)
    conditions = re.search(b'NotBefore="([^"]+)"', ticket.text).group(1)
    assert conditions.startswith(b"2013-06-01T12:0")
    assert open_user(client, server, ticket.headers()).status == 200


# --- NTLM's timestamp -------------------------------------------------------

@pytest.mark.parametrize("value,sent", [
    ("send", True), ("omit", False), ("yes", True), ("no", False),
    ("-1h", True)])
def test_ntlm_timestamp(serve, value, sent):
    """MsvAvTimestamp, MS-NLMP 2.2.2.1: 7, of 8 bytes."""
    server = serve(*settings(f"ntlm.timestamp={value}"))
    reply = server.curl(
        server.url("lyncweb", TICKET_PATH), "-d", "", "-H",
        "Authorization: NTLM TlRMTVNTUAABAAAAAYKIAAAAAAAAAAAAAAAAAAAAAAA=")
    assert (b"\x07\0\x08\0" in token_of(reply, "NTLM")) == sent
    assert ask(Curl(server, "--ntlm"), server).status == 200


# --- all of it in a scenario --------------------------------------------------

SCENARIO = """\
lyncmock: 1
name: branch
title: A branch office with a pool of its own, in 2013
world:
  clock: 2013-06-01T12:00:00Z
  clock-runs: no
  location: both
  product: sfb2015
  users:
    alice: {account: 'CONTOSO\\ann', home: 3}
  pools:
    3: {fqdn: branch.contoso.test, web-external: out.branch.contoso.test}
  sip-edge: {fqdn: access.contoso.test, client-port: 5061}
  ntlm: {timestamp: omit}
  tls: {profile: phone}
  lockout-threshold: 3
  lockout-duration: 30m
"""


def test_scenario(serve, tmp_path):
    file = tmp_path / "branch.yaml"
    file.write_text(SCENARIO)
    server = serve(file)
    answer = user_of(server, "CONTOSO\\ann", "out.branch")
    assert answer.header("Date") == "Sat, 01 Jun 2013 12:00:00 GMT"
    assert answer.header("Server") == "Microsoft-IIS/8.5"
    user = json.loads(answer.text)["User"]
    assert user["SipClientInternalAccess"]["fqdn"] == "branch.contoso.test"
    assert user["SipClientExternalAccess"] == {
        "fqdn": "access.contoso.test", "port": 5061}
