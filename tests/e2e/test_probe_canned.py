"""lyncmock probe against servers that are none of ours: one that answers by
hand-written documents, and many that mean ill."""

import base64
import json
import re
import ssl
import threading
import time
from urllib.parse import parse_qs

import pytest

import canned
from canned import (BOTH_PORTS, DISCOVER, NEGOTIATE, TICKETS, USER, USERNAME,
                    WEB, Canned, between, challenge, decoded, fault, link,
                    port, redirect, root, rstr, user, user_token, wsdl, xml)
from harness import run_cli, taken_port

CWT = "cwt=AAEBHAEFAAAAAAAFFQAAAA"
FAILED = "The sign-in failed at "


class Site:
    """A whole good site; a test replaces what it needs.

    `pages` maps the end of a URL without its query to an answer, or to what
    makes one of the request.
    """

    def __init__(self, **pages):
        self.pages = {
            f"http://lyncdiscover.{canned.DOMAIN}/": redirect(WEB + "/root"),
            f"https://lyncdiscover.{canned.DOMAIN}/": root(),
            f"https://lyncdiscoverinternal.{canned.DOMAIN}/": (404, {}, ""),
            f"http://lyncdiscoverinternal.{canned.DOMAIN}/": (404, {}, ""),
            WEB + "/root": root(),
            USER: self.user,
            TICKETS + "/mex": BOTH_PORTS,
            TICKETS + "/Auth": self.auth,
        }
        self.pages.update(pages)

    def user(self, request):
        good = request.headers.get("X-MS-WebTicket") == CWT
        return user() if good else challenge()

    def auth(self, request):
        name = decoded(between(request.body, "<Username>", "</Username>"))
        password = decoded(between(request.body, "#PasswordText\">",
                                   "</Password>"))
        if (name, password) != ("FABRIKAM\\carol", "s3cret & <odd>"):
            return fault(28020, "No valid security token.")
        return rstr(between(request.body, 'Context="', '"'), user_token(CWT))

    def __call__(self, request):
        page = self.pages.get(request.url.split("?")[0], (404, {}, ""))
        return page(request) if callable(page) else page


@pytest.fixture
def start(tmp_path):
    servers = []

    def begin(answer):
        servers.append(Canned(tmp_path, answer))
        return servers[-1]

    yield begin
    for server in servers:
        server.stop()


def probe(server, *args, client="soap", password="s3cret & <odd>",
          user="FABRIKAM\\carol"):
    return run_cli(server.ca_file.parent, "probe", "carol@fabrikam.test",
                   "--user", user, "--as", client, *server.where(), *args,
                   env={"LYNC_PASSWORD": password})


def sentence(done):
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1]


def failed(server, *args, **how):
    """The reason of a sign-in that must fail, as JSON has it."""
    done = probe(server, "--json", *args, **how)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)["failure"]


# --- a good site -------------------------------------------------------------

def test_signs_in_with_a_user_name(start):
    server = start(Site())
    done = probe(server)
    assert done.returncode == 0, done.stdout
    assert sentence(done).startswith(
        "carol@fabrikam.test signed in over SOAP user name in ")
    assert sentence(done).endswith(f"next stop UCWA at {WEB}/ucwa/v1/"
                                   "applications.")
    roots = server.asked("/?sipuri=carol@fabrikam.test")
    assert {request.url.split(":")[0] for request in roots} == {
        "http", "https"}
    post, = server.asked("/Auth")
    assert post.headers["SOAPAction"] == (
        '"http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue"')
    assert post.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert f"<Address>{TICKETS}/Auth</Address>" in post.body


def test_says_what_the_fault_says(start):
    reason = failed(start(Site()), password="wrong")
    assert reason == {
        "stage": "web ticket", "reason": "wrong user name or password",
        "id": 28020, "said": "No valid security token.",
        "advice": "--user DOMAIN\\NAME, and the password anew"}


def test_faults_without_a_number(start):
    site = Site()
    site.pages[TICKETS + "/Auth"] = fault(0, "The account is disabled.")
    reason = failed(start(site))
    assert reason["reason"] == "the account is disabled"


@pytest.mark.parametrize("value, words, number", [
    ('28000;"fe01.fabrikam.test";"User is not SIP enabled.";'
     '"wsse:FailedAuthentication"', "not enabled for Lync", 28000),
    ('28000;source="fe01";reason="User is not SIP enabled."',
     "not enabled for Lync", 28000),
    ('28029;source="a;b";reason="Authentication type not allowed."',
     "not allowed", 28029),
    ("No authentication method configured for the URL in the request",
     "switched off", None),
])
def test_diagnostics_in_either_grammar(start, value, words, number):
    site = Site()
    site.pages[TICKETS + "/Auth"] = 403, {"X-Ms-diagnostics": value}, ""
    reason = failed(start(site))
    assert words in reason["reason"]
    assert reason.get("id") == number


class Ntlm:
    """The three legs of NTLM; believes every third one. The flags and the
    target are those of MS-NLMP 2.2.1.2."""

    CHALLENGE = base64.b64encode(
        b"NTLMSSP\0\x02\0\0\0" + b"\x08\0\x08\0\x38\0\0\0"
        + b"\x05\x82\x88\xa2" + b"\x01\x23\x45\x67\x89\xab\xcd\xef" + bytes(8)
        + b"\x14\0\x14\0\x40\0\0\0" + bytes(8) + "FABR".encode("utf-16-le")
        + b"\x02\0\x08\0" + "FABR".encode("utf-16-le") + b"\0\0\0\0" + bytes(4)
    ).decode()

    def __init__(self, assertion):
        self.assertion = assertion
        self.connections = set()

    def __call__(self, request):
        self.connections.add(request.connection)
        scheme, _, token = request.headers.get("Authorization",
                                               "").partition(" ")
        if scheme != "NTLM":
            return 401, {"WWW-Authenticate": ["Negotiate", "NTLM"]}, ""
        kind = base64.b64decode(token)[8]
        if kind == 1:
            return 401, {"WWW-Authenticate": "NTLM " + self.CHALLENGE}, ""
        assert "carol".encode("utf-16-le") in base64.b64decode(token)
        assert "<auth:Value>sip:carol@fabrikam.test</auth:Value>" in (
            request.body)
        assert f"<Address>{USER}</Address>" in request.body
        return rstr(between(request.body, 'Context="', '"'), self.assertion)


ASSERTION = ('<saml:Assertion MajorVersion="1" AssertionID="a1" '
             'xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion">'
             "<saml:Conditions  NotBefore='2013'/>ä</saml:Assertion>")


def saml_site(assertion=ASSERTION, sent=None):
    carried = "opaque=" + base64.b64encode((sent or assertion).encode()).decode()
    site = Site()
    site.pages[TICKETS] = Ntlm(assertion)
    site.pages[USER] = lambda request: (
        user() if request.headers.get("X-MS-WebTicket") == carried
        else challenge())
    return site


def test_signs_in_with_ntlm(start):
    """The assertion comes back byte for byte, odd quotes and spaces too."""
    site = saml_site()
    done = probe(start(site), client="pc-external-ntlm")
    assert done.returncode == 0, done.stdout
    assert len(site.pages[TICKETS].connections) == 1
    assert "next stop SIP at edge.fabrikam.test:443" in sentence(done)
    assert "no proof key came back" in done.stdout


def test_assertion_behind_one_that_begins_alike(start):
    other = ('<saml:AssertionIDReference xmlns:saml="urn:x">a'
             "</saml:AssertionIDReference>")
    site = saml_site(other + ASSERTION, sent=ASSERTION)
    done = probe(start(site), client="ntlm")
    assert done.returncode == 0, done.stdout


def test_assertion_that_does_not_stand_alone(start):
    inherited = ASSERTION.replace(
        ' xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"', "")
    site = saml_site(inherited)

    def answer(request):
        status, headers, body = Ntlm(inherited)(request)
        return status, headers, body.replace(
            "<s:Envelope ", "<s:Envelope xmlns:saml="
            '"urn:oasis:names:tc:SAML:1.0:assertion" ')

    site.pages[TICKETS] = answer
    done = probe(start(site), client="ntlm")
    assert done.returncode == 0, done.stdout
    assert "the assertion does not stand alone" in done.stdout


def test_oauth(start):
    def token(request):
        form = parse_qs(request.body, strict_parsing=True)
        if form != {"grant_type": ["password"], "username":
                    ["FABRIKAM\\carol"], "password": ["s3cret & <odd>"]}:
            return (400, {"Content-Type": "application/json",
                          "X-Ms-diagnostics": '28020;source="x";reason='
                          '"No valid security token."'},
                    '{"error":"invalid_grant"}')
        return (200, {"Content-Type": "application/json"}, json.dumps(
            {"access_token": CWT, "expires_in": 28289, "token_type": "Bearer"}))

    def oauth_user(request):
        if request.headers.get("Authorization") == "Bearer " + CWT:
            return (200, {"Content-Type": "application/json"}, json.dumps(
                {"_links": {"self": {"href": USER}, "applications": {
                    "href": WEB + "/ucwa/oauth/v1/applications"}}}))
        return 401, {"WWW-Authenticate":
                     f"Bearer trusted_issuers=\"\", client_id=\"4\",MsRtcOAuth "
                     f"href={WEB}/WebTicket/oauthtoken,grant_type=\"password\""
                     }, ""

    site = Site()
    site.pages[DISCOVER + "/"] = (
        200, {"Content-Type": "application/json"}, json.dumps({"_links": {
            "self": {"href": DISCOVER}, "user": {"href": USER}}}))
    site.pages[WEB + "/WebTicket/oauthtoken"] = token
    site.pages[USER] = oauth_user
    server = start(site)
    done = probe(server, client="oauth-password")
    assert done.returncode == 0, done.stdout
    assert "UCWA at " + WEB + "/ucwa/oauth/v1/applications" in sentence(done)
    reason = failed(server, client="oauth-password", password="wrong")
    assert (reason["id"], reason["reason"]) == (
        28020, "wrong user name or password")


def test_port_is_found_by_policy(start):
    site = Site()
    site.pages[TICKETS + "/mex"] = wsdl(
        port("Windows", TICKETS, NEGOTIATE),
        port("Forms", TICKETS + "/Auth", USERNAME))
    assert probe(start(site)).returncode == 0


def test_port_with_a_wrong_policy(start):
    site = Site()
    site.pages[TICKETS + "/mex"] = wsdl(
        port("webticketserviceauth", TICKETS + "/Auth", NEGOTIATE))
    done = probe(start(site))
    assert done.returncode == 0
    assert "but its policy says Negotiate" in done.stdout


def test_port_is_missing(start):
    site = Site()
    site.pages[TICKETS + "/mex"] = wsdl(
        port("WebTicketServiceWinNegotiate", TICKETS, NEGOTIATE))
    reason = failed(start(site))
    assert reason["reason"] == ("no port for this client; there are "
                                "WebTicketServiceWinNegotiate")


def test_goes_on_without_metadata(start):
    """Phones know the path; the PC client needs the metadata."""
    site = Site()
    site.pages[TICKETS + "/mex"] = 404, {}, ""
    server = start(site)
    done = probe(server, client="android-soap")
    assert done.returncode == 0, done.stdout
    assert "going on without metadata" in done.stdout
    assert failed(server, client="pc-external-ntlm")["stage"] == "metadata"


# --- redirects ---------------------------------------------------------------

def test_circle(start):
    site = Site()
    site.pages[DISCOVER + "/"] = redirect(WEB + "/a")
    site.pages[WEB + "/a"] = redirect(WEB + "/b")
    site.pages[WEB + "/b"] = redirect(WEB + "/a")
    server = start(site)
    assert failed(server)["reason"] == (
        f"redirects go in circles: {WEB}/a comes again")
    assert len(server.asked("/a")) == 1


def test_endless_redirects(start):
    site = Site()
    hops = iter(range(1000))
    endless = lambda request: redirect(f"{WEB}/hop?{next(hops)}")
    site.pages[DISCOVER + "/"] = endless
    site.pages[WEB + "/hop"] = endless
    server = start(site)
    assert failed(server)["reason"] == "more than 10 redirects"
    assert len(server.asked("/hop")) == 10


def test_pools_in_a_circle(start):
    """Each pool says that the other is the user's home."""
    site = Site()
    sent = []

    def elsewhere(request):
        if "X-MS-WebTicket" not in request.headers:
            return challenge()
        sent.append(request)
        return xml(f"<User>{link('Redirect', WEB + '/root')}</User>")

    site.pages[USER] = elsewhere
    reason = failed(start(site))["reason"]
    assert "circles" in reason
    assert len(sent) == 2


# A label this long is no name, so that no resolver is asked for it.
FOREIGN = "x" * 70 + ".elsewhere.test"


def test_plain_http_does_not_lead_out(start):
    site = Site()
    site.pages[DISCOVER + "/"] = 404, {}, ""
    site.pages[f"http://lyncdiscover.{canned.DOMAIN}/"] = redirect(
        f"https://{FOREIGN}/root")
    server = start(site)
    reason = failed(server)
    assert f"redirects out of fabrikam.test to {FOREIGN}" in reason["reason"]
    assert f"--trust {FOREIGN}" in reason["advice"]
    done = probe(server, "--trust", "elsewhere.test", "--json")
    told = json.loads(done.stdout)
    assert f"https://{FOREIGN}/root" in [step["url"] for step in told["steps"]]


def test_plain_http_does_not_name_a_user_resource_elsewhere(start):
    """Without a Redirect, but with the same effect."""
    site = Site()
    site.pages[DISCOVER + "/"] = 404, {}, ""
    site.pages[f"http://lyncdiscover.{canned.DOMAIN}/"] = root(
        f"https://{FOREIGN}/root/user")
    server = start(site)
    reason = failed(server)
    assert ("leads the User resource out of fabrikam.test to "
            f"{FOREIGN}") in reason["reason"]
    assert f"--trust {FOREIGN}" in reason["advice"]
    assert not server.asked(FOREIGN)


def test_https_may_lead_out(start):
    """It is followed, and the user is warned as by a desktop client."""
    site = Site()
    site.pages[DISCOVER + "/"] = redirect(f"https://{FOREIGN}/root")
    server = start(site)
    told = json.loads(probe(server, "--json").stdout)
    assert f"https://{FOREIGN}/root" in [step["url"] for step in told["steps"]]
    assert any("leads out of fabrikam.test" in warning
               for step in told["steps"] for warning in step["warnings"])


@pytest.mark.parametrize("href, words", [
    ("/relative", "no absolute URL"),
    ("file:///etc/passwd", "no absolute URL"),
    ("gopher://lyncweb.fabrikam.test/", "no absolute URL"),
    ("https://", "no absolute URL"),
    ("", "no absolute URL"),
])
def test_redirect_to_no_url(start, href, words):
    site = Site()
    site.pages[DISCOVER + "/"] = redirect(href)
    assert words in failed(start(site))["reason"]


def test_http_redirect(start):
    site = Site()
    site.pages[DISCOVER + "/"] = 302, {"Location": WEB + "/root"}, ""
    site.pages[f"http://lyncdiscover.{canned.DOMAIN}/"] = 404, {}, ""
    assert "clients do not follow" in failed(start(site))["reason"]


# --- secrets stay on TLS -----------------------------------------------------

@pytest.mark.parametrize("place", ["user", "tickets", "port"])
def test_nothing_secret_over_http(start, place):
    site = Site()
    plain = TICKETS.replace("https", "http")
    if place == "user":
        site.pages[DISCOVER + "/"] = root(USER.replace("https", "http"))
    elif place == "tickets":
        site.pages[USER] = challenge(plain)
    else:
        site.pages[TICKETS + "/mex"] = wsdl(
            port("WebTicketServiceAuth", plain + "/Auth", USERNAME))
    server = start(site)
    assert "is not https" in failed(server)["reason"]
    assert all("Username" not in request.body for request in server.requests)


@pytest.mark.parametrize("metadata, words", [
    ((404, {}, ""), "is not https"),
    (wsdl(port("WebTicketServiceAuth", f"https://{FOREIGN}/Auth", USERNAME)),
     "plain http leads WebTicketServiceAuth out of fabrikam.test"),
], ids=["by the known path", "to another domain"])
def test_nothing_secret_where_plain_http_leads(start, metadata, words):
    """The user himself names a web host without TLS."""
    site = Site()
    plain = TICKETS.replace("https", "http")
    site.pages[plain + "/mex"] = metadata
    server = start(site)
    reason = failed(server, WEB.replace("https", "http") + "/",
                    client="web-app-soap")
    assert words in reason["reason"]
    assert all("Username" not in request.body for request in server.requests)


# --- busy, late, silent ------------------------------------------------------

def busy_once(answer, after="1"):
    state = {"busy": True}

    def page(request):
        if state.pop("busy", False):
            return 503, {"Retry-After": after}, ""
        return answer(request) if callable(answer) else answer
    return page


@pytest.mark.parametrize("url", [DISCOVER + "/", USER, TICKETS + "/mex"])
def test_busy_for_a_moment(start, url):
    site = Site()
    site.pages[url] = busy_once(site.pages[url])
    site.pages[f"http://lyncdiscover.{canned.DOMAIN}/"] = 404, {}, ""
    began = time.monotonic()
    done = probe(start(site))
    assert done.returncode == 0, done.stdout
    assert "busy: asking again in 1 s" in done.stdout
    assert time.monotonic() - began >= 0.9


def test_busy_for_long(start):
    site = Site()
    site.pages[TICKETS + "/mex"] = 503, {"Retry-After": "3600"}, ""
    began = time.monotonic()
    done = probe(start(site), client="pc-external-ntlm")
    assert done.returncode == 1
    assert "busy for 3600 s" in done.stdout
    assert time.monotonic() - began < 10


def test_always_busy(start):
    site = Site()
    site.pages[USER] = 503, {"Retry-After": "0"}, ""
    server = start(site)
    assert "503" in failed(server)["reason"]
    assert len(server.asked("/root/user")) == 4


def test_expired_ticket_is_renewed(start):
    """The first ticket is refused as too old; the second one opens."""
    site = Site()
    seen = []

    def late(request):
        if "X-MS-WebTicket" in request.headers:
            seen.append(request)
            if len(seen) > 1:
                return user()
            status, headers, body = challenge()
            headers["X-Ms-diagnostics"] = (
                '28033;source="x";reason="The web ticket has expired."')
            return status, headers, body
        return challenge()

    site.pages[USER] = late
    server = start(site)
    assert probe(server).returncode == 0
    assert len(server.asked("/Auth")) == 2


def test_silent_in_the_middle(start):
    release = threading.Event()
    site = Site()

    def wait(request):
        release.wait(30)
        return 404, {}, ""

    site.pages[TICKETS + "/mex"] = wait
    done = probe(start(site), "--timeout", "1500ms")
    release.set()
    assert done.returncode == 4
    assert FAILED + "the metadata" in sentence(done)


def test_drips(tmp_path, start):
    """A byte now and then keeps no limit from being reached."""
    server = start(Site())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.ca_file, server.ca_file.with_suffix(".key"))
    with taken_port() as listener:
        def drip():
            try:
                with context.wrap_socket(listener.accept()[0],
                                         server_side=True) as peer:
                    peer.recv(65536)
                    peer.send(b"HTTP/1.1 200 OK\r\n")
                    while peer.send(b"X: y\r\n"):
                        time.sleep(0.05)
            except OSError:
                pass

        threading.Thread(target=drip, daemon=True).start()
        done = run_cli(
            tmp_path, "probe", "carol@fabrikam.test", "--connect",
            f"127.0.0.1:{listener.getsockname()[1]}", "--ca", server.ca_file,
            "--timeout", "1500ms", env={"LYNC_PASSWORD": "x"})
    assert done.returncode == 4


# --- nonsense ----------------------------------------------------------------

BOMB = ('<!DOCTYPE a [<!ENTITY b "' + "x" * 1000 + '"><!ENTITY c "'
        + "&b;" * 1000 + '">]><AutodiscoverResponse>&c;&c;</AutodiscoverResponse>')
FILE = ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        "<AutodiscoverResponse><Root>&b;</Root></AutodiscoverResponse>")
NONSENSE = [
    ("empty", ""),
    ("noise", bytes(range(256)) * 8),
    ("html", "<html><body>It works!</body></html>"),
    ("cut", "<AutodiscoverResponse><Root><Link tok"),
    ("bomb", BOMB),
    ("file", FILE),
    ("deep", "<a>" * 5000),
    ("wide", "<AutodiscoverResponse>" + "<a/>" * 40000),
    ("deep json", "[" * 100000),
    ("deep object", '{"a":' * 5000),
    ("json list", "[1]"),
    ("json types", '{"Root":{"Links":[1,{"token":2},{"token":"User"},null]}}'),
    ("json links", '{"_links":{"user":"x","self":{"href":7}}}'),
    ("nul", '{"Root":"\\u0000"}'),
    ("huge", "<" + "a" * 400000),
    ("other resource", "<AutodiscoverResponse><Domain/></AutodiscoverResponse>"),
]
PLACES = {
    "discovery": DISCOVER + "/",
    "User": USER,
    "metadata": TICKETS + "/mex",
    "web ticket": TICKETS + "/Auth",
}


@pytest.mark.parametrize("stage", PLACES)
@pytest.mark.parametrize("name, body", NONSENSE,
                         ids=[name for name, _ in NONSENSE])
def test_nonsense(start, stage, name, body):
    site = Site()
    site.pages[PLACES[stage]] = 200, {"Content-Type": canned.XML}, body
    site.pages[f"http://lyncdiscover.{canned.DOMAIN}/"] = 404, {}, ""
    reason = failed(start(site))
    assert reason["stage"] == stage
    assert "root:" not in reason["reason"]


def test_words_of_the_server_stay_words(start):
    """Control characters would let a server write on the terminal."""
    site = Site()
    site.pages[TICKETS + "/Auth"] = fault(28020, "\x9b31mred\u0085 &#13;tail")
    done = probe(start(site))
    assert done.returncode == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout)
    assert "tail" in sentence(done)


def test_ticket_that_would_write_headers(start):
    site = Site()
    site.pages[TICKETS + "/Auth"] = lambda request: rstr(
        "x", user_token("cwt=AA&#13;&#10;X-Evil: 1"))
    server = start(site)
    assert failed(server)["stage"] == "web ticket"
    assert all("X-Evil" not in request.headers for request in server.requests)


TROUBLING = [
    (lambda text: text.replace("Context=", "Kontext="), "Context is not"),
    (lambda text: re.sub("<Lifetime>.*</Lifetime>", "", text),
     "no Lifetime"),
    (lambda text: re.sub("<Expires.*?</Expires>",
                         f'<Expires xmlns="{canned.WSU}">2013-06-01T12:00:00Z'
                         "</Expires>", text), "expired as it comes"),
    (lambda text: re.sub("<Created.*?</Created>",
                         f'<Created xmlns="{canned.WSU}">{canned.stamp(1)}'
                         "</Created>", text), "from the future"),
]


@pytest.mark.parametrize("change, words", TROUBLING)
def test_warns_of_what_troubles_clients(start, change, words):
    site = Site()

    def changed(request):
        status, headers, body = site.auth(request)
        return status, headers, change(body)

    site.pages[TICKETS + "/Auth"] = changed
    done = probe(start(site))
    assert done.returncode == 0
    assert words in done.stdout


def test_user_that_needs_no_ticket(start):
    site = Site()
    site.pages[USER] = user()
    done = probe(start(site))
    assert done.returncode == 0
    assert "opened without a ticket" in done.stdout
    assert "no ticket was asked for" in sentence(done)


def test_user_without_a_home(start):
    site = Site()
    site.pages[USER] = lambda request: (
        (404, {}, "") if "X-MS-WebTicket" in request.headers else challenge())
    assert "no home here" in failed(start(site))["reason"]


def test_challenge_without_a_service(start):
    site = Site()
    site.pages[USER] = 401, {"WWW-Authenticate": "Negotiate"}, ""
    assert "X-MS-WebTicketURL" in failed(start(site))["reason"]


# --- web clients --------------------------------------------------------------

def test_web_app(start):
    server = start(Site())
    done = probe(server, client="web-app-soap")
    assert done.returncode == 0, done.stdout
    assert not server.asked("lyncdiscover")
    assert sentence(done).endswith(
        f"next stop UCWA at {WEB}/ucwa/v1/applications.")


def test_guest(start):
    meeting = "sip:carol@fabrikam.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"
    site = Site()

    def anonymous(request):
        assert decoded(between(request.body, "<Username>",
                               "</Username>")) == meeting
        assert decoded(between(request.body, '#PasswordText">',
                               "</Password>")) == "k3y"
        return rstr(between(request.body, 'Context="', '"'), user_token(CWT))

    site.pages[TICKETS + "/mex"] = wsdl(
        port("WebTicketServiceAnon", TICKETS + "/Anon",
             f'<sp:TransportBinding xmlns:sp="{canned.SP}"/>'))
    site.pages[TICKETS + "/Anon"] = anonymous
    server = start(site)
    done = run_cli(server.ca_file.parent, "probe", "--as", "web-app-guest",
                   "--meeting", meeting, "--key", "k3y", *server.where())
    assert done.returncode == 0, done.stdout + done.stderr
    assert sentence(done).startswith(f"a guest of {meeting} signed in")
