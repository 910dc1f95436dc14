"""The endpoints below /auth, with clients that know nothing of Lync."""

import base64
import json
import re

import pytest

from clients import Connection, token_of
from harness import PASSWORD
from impacket_client import Impacket, impacket
from raw import Peer, request
from test_curl_negotiate import negotiate
from test_httpntlm import httpntlm
from test_requests_ntlm import requests

ALICE = "CONTOSO\\alice"
LOGON = f"{ALICE}:{PASSWORD}"
HOSTS = ["lyncdiscover", "lyncdiscoverinternal", "lyncint", "lyncweb",
         "lyncint2", "lyncweb2"]
BASIC = 'Basic realm="contoso.test", charset="UTF-8"'
OFFERS = {
    "/auth/ntlm": ["NTLM"],
    "/auth/negotiate": ["Negotiate"],
    "/auth/basic": [BASIC],
    "/auth/any": ["Negotiate", "NTLM", BASIC],
}
MALFORMED = "malformed token"


def basic(text, encoding="utf-8"):
    token = base64.b64encode(text.encode(encoding)).decode("ascii")
    return f"Authorization: Basic {token}"


def seen(answer):
    assert answer.status == 200, answer.text
    assert answer.header("Content-Type") == "application/json"
    told = json.loads(answer.text)
    assert told["authenticated"] is True
    return told


def refused(answer):
    assert answer.status == 401, answer.text
    told = json.loads(answer.text)
    assert told["authenticated"] is False
    assert "user" not in told
    return told


def rules(told):
    return [finding["rule"] for finding in told["findings"]]


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("path", OFFERS)
def test_who_brings_nothing_is_offered_the_schemes_of_the_path(
        server, path, scheme):
    for host in HOSTS:
        for method in ([], ["-I"], ["-d", "some=thing"]):
            answer = server.curl(server.url(host, path, scheme), *method)
            assert answer.status == 401
            assert answer.headers("WWW-Authenticate") == OFFERS[path]
            if method != ["-I"]:
                assert refused(answer) == {
                    "authenticated": False, "why": "no credentials came",
                    "findings": []}


@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND", "PUT", "DELETE",
                                    "BREW"])
@pytest.mark.parametrize("below", ["", "/", "/info/refs?service=x"])
def test_any_method_and_all_below(server, method, below):
    """As WebDAV, git and Windows' redirector ask before they sign in."""
    url = server.url("lyncweb", "/auth/ntlm" + below)
    answer = server.curl(url, "-X", method, "-d", "some=thing")
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == OFFERS["/auth/ntlm"]
    answer = server.curl(url, "-X", method, "-d", "some=thing", "--ntlm", "-u",
                         f"CONTOSO\\alice:{PASSWORD}")
    assert answer.answers == [401, 200]
    told = json.loads(answer.text)["request"]
    assert (told["method"], told["body_size"]) == (method, len("some=thing"))
    assert server.curl(server.url("lyncweb", "/auth/ntlmx")).status == 404


@pytest.mark.parametrize("how,path,mechanism", [
    ("--ntlm", "/auth/ntlm", "ntlm"),
    ("--ntlm", "/auth/any", "ntlm"),
    ("--basic", "/auth/basic", "basic"),
    ("--basic", "/auth/any", "basic"),
    ("--anyauth", "/auth/ntlm", "ntlm"),
    ("--anyauth", "/auth/basic", "basic"),
])
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("method", [[], ["-I"], ["-d", "some=thing"]])
def test_curl_signs_in(server, how, path, mechanism, scheme, method):
    answer = server.curl(server.url("lyncint2", path, scheme), how, "-u",
                         LOGON, *method)
    if method == ["-I"]:
        assert answer.status == 200
        return
    told = seen(answer)
    assert (told["account"], told["user"], told["sip"]) == (
        ALICE, "alice", "sip:alice@contoso.test")
    assert told["mechanism"] == mechanism
    assert told["request"]["path"] == path
    assert told["request"]["host"] == "lyncint2.contoso.test"
    assert told["request"]["method"] == ("POST" if method else "GET")
    assert told["request"]["body_size"] == (10 if method else 0)
    assert (told["connection"]["tls"] is None) == (scheme == "http")
    assert told["connection"]["request"] == len(answer.answers)
    assert rules(told) == (
        ["BA-003"] if (mechanism, scheme) == ("basic", "http") else [])


def test_localhost_will_do(server):
    url = f"http://localhost:{server.http}/auth/ntlm"
    assert seen(server.curl(url, "--ntlm", "-u", LOGON))["user"] == "alice"


def test_what_curl_shows_of_itself(server):
    told = seen(server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm",
                            "-u", LOGON))
    assert told["sent"]["domain"] == "CONTOSO"
    assert told["sent"]["name"] == "alice"
    assert told["sent"]["spn"] is None
    ntlm = told["ntlm"]
    assert (ntlm["version"], ntlm["mic"]) == ("NTLMv2", "absent")
    assert ntlm["timestamp"] == "own"
    assert re.fullmatch("[0-9a-f]{8}", ntlm["flags"])
    assert "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY" in ntlm["flag_names"]
    assert told["connection"]["channel_binding"] == "absent"
    assert told["connection"]["tls"] == "TLSv1.3"


def test_what_requests_ntlm_shows_of_itself(server):
    client = requests(server)
    url = server.url("lyncweb", "/auth/ntlm")
    told = seen(client.send("GET", url, {}, None, ALICE, PASSWORD))
    assert told["mechanism"] == "ntlm"
    assert told["ntlm"]["mic"] == "verified"
    assert told["ntlm"]["timestamp"] == "echoed"
    assert told["ntlm"]["session_key_bits"] == 128
    assert told["connection"]["channel_binding"] == "matched"
    url = server.url("lyncweb", "/auth/ntlm", "http")
    told = seen(client.send("GET", url, {}, None, ALICE, PASSWORD))
    assert told["connection"]["channel_binding"] == "not checked"


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("path", ["/auth/negotiate", "/auth/any"])
def test_what_curl_over_gss_ntlmssp_shows_of_itself(server, path, scheme):
    client = negotiate(server, f"CONTOSO:alice:{PASSWORD}")
    answer = client.send("GET", server.url("lyncweb", path, scheme), {},
                         None, "", "")
    told = seen(answer)
    assert told["mechanism"] == "negotiate+ntlm"
    assert told["ntlm"]["mic"] == "verified"
    assert told["sent"]["spn"] == "HTTP/lyncweb.contoso.test"
    assert told["sent"]["workstation"]


def test_httpntlm_signs_in(server):
    answer = httpntlm(server).send(
        "GET", server.url("lyncweb", "/auth/ntlm"), {}, None, ALICE, PASSWORD)
    assert seen(answer)["ntlm"]["version"] == "NTLMv2"


@pytest.mark.parametrize("version,setting", [
    ("NTLMv1", "ntlm.v1=yes"),
    ("NTLMv1 with extended session security", "ntlm.v1-ess=yes"),
])
def test_which_version_it_was(serve, version, setting):
    server = serve("--set", setting)
    client = impacket(server, version)
    told = seen(client.send("GET", server.url("lyncweb", "/auth/ntlm"), {},
                            None, ALICE, PASSWORD))
    assert told["ntlm"]["version"] == version
    assert told["ntlm"]["timestamp"] == "none"
    assert told["connection"]["channel_binding"] == "not checked"


# What is left when all that clients are known to do to it has been tried.
ANOTHER = {
    "ntlm": "wrong password: no variation of the name, the domain or the "
            "challenge makes this proof right: it is another password",
    "basic": "wrong password: no form of it that clients are known to send "
             "fits: it is another password",
}


def form(what):
    return f"the password is that of alice, {what} (RFC 7617 section 2)"


@pytest.mark.parametrize("user,password,why", [
    ("alice", "wrong", ANOTHER),
    ("nobody", PASSWORD, "unknown user"),
    ("disabled", PASSWORD, "account disabled"),
    ("locked", PASSWORD, "account locked out"),
    ("expired", PASSWORD, "password expired"),
    ("mustchange", PASSWORD, "password must be changed"),
])
@pytest.mark.parametrize("how", ["ntlm", "basic"])
def test_who_is_refused_is_told_why(server, how, user, password, why):
    answer = server.curl(server.url("lyncweb", f"/auth/{how}"), f"--{how}",
                         "-u", f"{user}:{password}")
    told = refused(answer)["why"]
    assert told == (why[how] if why is ANOTHER else why)
    assert answer.headers("WWW-Authenticate") == OFFERS[f"/auth/{how}"]


@pytest.mark.parametrize("logon,user,told_name", [
    (f"alice:{PASSWORD}", "alice", "alice"),
    (f"ALICE:{PASSWORD}", "alice", "ALICE"),
    (f"contoso\\alice:{PASSWORD}", "alice", "contoso\\alice"),
    (f"contoso.test\\alice:{PASSWORD}", "alice", "contoso.test\\alice"),
    (f"alice@contoso.test:{PASSWORD}", "alice", "alice@contoso.test"),
    (f"away:{PASSWORD}", "away", "away"),
    ("jörg:Pässwörd1", "jörg", "jörg"),
    ("colon:a:b::c", "colon", "colon"),
])
def test_basic_finds_the_account(serve, logon, user, told_name):
    server = serve("--set", "user.colon.password=a:b::c")
    told = seen(server.curl(server.url("lyncweb", "/auth/basic"),
                            "-H", basic(logon)))
    assert told["user"] == user
    assert told["sent"]["name"] == told_name
    assert told["ntlm"] is None
    assert rules(told) == []


def test_basic_of_who_is_not_enabled_for_lync(server):
    told = seen(server.curl(server.url("lyncweb", "/auth/basic"),
                            "-H", basic(f"nosip:{PASSWORD}")))
    assert (told["account"], told["sip"]) == ("CONTOSO\\nosip", None)


def test_basic_in_latin1(server):
    url = server.url("lyncweb", "/auth/basic")
    told = seen(server.curl(url, "-H", basic("jörg:Pässwörd1", "latin-1")))
    assert told["user"] == "jörg"
    assert rules(told) == ["BA-002"]


@pytest.mark.parametrize("credentials,why,rule", [
    (basic("alice"), MALFORMED, "BA-001"),
    (basic(""), "Basic came without a token", "HA-024"),
    (basic(f"alice:{PASSWORD}\n"), MALFORMED, "BA-001"),
    (basic(f"ali\0ce:{PASSWORD}"), MALFORMED, "BA-001"),
    (basic(f"alice:{PASSWORD}", "utf-16"), MALFORMED, "BA-001"),
    (basic(":"), "unknown user", None),
    (basic(f":{PASSWORD}"), "unknown user", None),
    (basic("alice:"), form("sent as an empty one"), None),
    (basic("alice:passw0rd!"), form("sent in lower case"), None),
    (basic(f"alice:{PASSWORD} "), form("sent with a blank at its end"), None),
    (basic(f"alice: {PASSWORD}"), form("sent with a blank before it"), None),
    (basic(f"FABRIKAM\\alice:{PASSWORD}"), 'password matches; domain must be '
     '"CONTOSO", "contoso.test" or left away, the client sent "FABRIKAM" '
     "(RFC 7617 section 2)", None),
    (basic(f"{'a' * 255}:{PASSWORD}"), "unknown user", None),
    (basic(f"alice:{'a' * 255}"), ANOTHER["basic"], None),
    (basic(f"{'ä' * 255}:{'ö' * 255}"), "unknown user", None),
    ("Authorization: Basic", "Basic came without a token", "HA-024"),
    ("Authorization: Basic !!!", MALFORMED, "HA-024"),
    (f"Authorization: Basic alice:{PASSWORD}", MALFORMED, "HA-024"),
    ("Authorization: Digest username=alice", "Digest is not offered here",
     "HA-025"),
    ("Authorization: NTLM TlRMTVNTUAABAAAABoIIAAAAAAAAAAAAAAAAAAAAAAA=",
     "NTLM is not offered here", "HA-025"),
])
def test_basic_refuses(server, credentials, why, rule):
    answer = server.curl(server.url("lyncweb", "/auth/basic"),
                         "-H", credentials)
    told = refused(answer)
    assert told["why"] == why
    assert rules(told) == ([rule] if rule else [])
    assert answer.headers("WWW-Authenticate") == [BASIC]
    server.stop()
    assert PASSWORD not in server.journal.read_text()


@pytest.mark.parametrize("line,why", [
    ("Authorization;", "no credentials came"),
    ("Authorization: Negotiate",
     "Negotiate came without a token: the client has no Kerberos ticket, and no "
     "NTLM for GSS-API (gss-ntlmssp)"),
    ("Authorization: NTLM", "NTLM came without a token"),
    ("Authorization: NTLM AAAA", MALFORMED),
])
def test_who_has_nothing_to_show_is_told_so(server, line, why):
    answer = server.curl(server.url("lyncweb", "/auth/any"), "-H", line)
    assert refused(answer)["why"] == why


def test_curl_takes_negotiate_and_gives_up(serve):
    """docs/auth-endpoints.md"""
    server = serve()
    answer = server.curl(server.url("lyncweb", "/auth/any"), "--anyauth",
                         "-u", LOGON)
    assert refused(answer)["why"] == "no credentials came"
    assert server.stop() == 0
    # The log is silent of it: each handshake begins so.
    assert " why=" not in server.messages()
    assert server.entries()
    for entry in server.entries():
        assert "Authorization" not in str(entry["request"]["headers"])


def test_wrong_passwords_lock_an_account(serve):
    server = serve("--set", "lockout-threshold=2")
    url = server.url("lyncweb", "/auth/basic")
    whys = [refused(server.curl(url, "-H", basic("alice:wrong")))["why"]
            for _ in range(3)]
    locked = "account locked out (wrong passwords: 2 of lockout-threshold 2)"
    assert whys == [ANOTHER["basic"]] * 2 + [locked]
    assert refused(server.curl(url, "-H", basic(f"alice:{PASSWORD}")))[
        "why"] == locked
    server.stop()
    # Whoever reads the log sees when it happened.
    told = [entry for entry in server.entries()
            if entry["remarks"][-1]["key"] == "account.locked"]
    assert [entry["remarks"][-1]["text"] for entry in told] == [
        "alice is locked: 2 wrong passwords in a row"]
    assert (f'why="{ANOTHER["basic"]}; alice is locked: 2 wrong passwords in a '
            'row"' in server.log.read_text())


class Client(Connection):
    """One kept connection, and handshakes on it."""

    def __init__(self, server):
        super().__init__(server, "lyncweb")
        self.server = server

    def look(self, path, **headers):
        return self.ask("GET", self.server.url("lyncweb", path), headers)

    def sign_in(self, path, scheme="NTLM", user="alice"):
        carrier = impacket(self.server, scheme=scheme)
        maker = Impacket(f"CONTOSO\\{user}", PASSWORD, "NTLMv2", False)
        answer = self.look(path, **carrier.credentials(maker.step(None)))
        assert answer.status == 401
        answer = self.look(path, **carrier.credentials(
            maker.step(token_of(answer, scheme))))
        return seen(answer)


def test_a_connection_has_one_identity(server):
    client = Client(server)
    first = client.sign_in("/auth/ntlm")
    assert first["connection"]["already_authenticated"] is False
    for path in ("/auth/ntlm", "/auth/any"):
        again = seen(client.look(path))
        assert again["connection"]["already_authenticated"] is True
        assert again["ntlm"] == first["ntlm"]
        assert again["sent"] == first["sent"]
    assert again["connection"]["request"] == 4
    for path in ("/auth/negotiate", "/auth/basic"):
        answer = client.look(path)
        assert refused(answer)["why"] == (
            "no credentials came, and NTLM, by which the connection is "
            "authenticated, is not offered here")
        assert answer.headers("WWW-Authenticate") == OFFERS[path]
    # Being asked elsewhere has taken nothing away.
    assert seen(client.look("/auth/ntlm"))["user"] == "alice"
    assert client.sign_in("/auth/negotiate", "Negotiate", "bob")["user"] == "bob"
    assert seen(client.look("/auth/any"))["mechanism"] == "negotiate+ntlm"
    assert client.look("/auth/ntlm").status == 401


def test_basic_leaves_the_connection_as_it_is(server):
    client = Client(server)
    name, _, value = basic(f"bob:{PASSWORD}").partition(": ")
    wrong = basic("bob:wrong").partition(": ")[2]
    assert seen(client.look("/auth/any", **{name: value}))["user"] == "bob"
    assert client.look("/auth/any").status == 401
    client.sign_in("/auth/ntlm")
    assert seen(client.look("/auth/any", **{name: value}))["user"] == "bob"
    assert seen(client.look("/auth/any"))["user"] == "alice"
    assert client.look("/auth/any", **{name: wrong}).status == 401
    assert seen(client.look("/auth/any"))["user"] == "alice"


def test_basic_says_nothing_of_persistence(server):
    answer = server.curl(server.url("lyncweb", "/auth/basic"),
                         "-H", basic(f"alice:{PASSWORD}"))
    assert answer.status == 200
    assert answer.headers("Persistent-Auth") == []
    answer = server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm",
                         "-u", LOGON)
    assert answer.header("Persistent-Auth") == "true"


def test_they_do_not_depend_on_the_windows_port(serve):
    server = serve("--set", "offer.windows=none", "--set",
                   "offer.one-line=yes")
    answer = server.curl(server.url("lyncweb", "/auth/any"))
    assert answer.headers("WWW-Authenticate") == [
        ", ".join(OFFERS["/auth/any"])]
    assert seen(server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm",
                            "-u", LOGON))["user"] == "alice"


def test_a_world_may_withdraw_them(serve):
    server = serve("--set", "offer.plain=no")
    for path in OFFERS:
        answer = server.curl(server.url("lyncweb", path), "-H",
                             basic(f"alice:{PASSWORD}"))
        assert answer.status == 404
        assert answer.headers("WWW-Authenticate") == []


def test_a_big_body_is_read_before_the_401(server):
    body = b"x" * 500_000
    with Peer(server) as peer:
        for _ in range(2):
            answer = peer.ask(request("POST", server.name("lyncweb"),
                                      "/auth/ntlm", body=body), "POST")
            assert answer.status == 401


def test_the_journal_masks_the_password(server):
    assert server.curl(server.url("lyncweb", "/auth/basic"), "-H",
                       basic(f"alice:{PASSWORD}")).status == 200
    server.stop()
    entry = server.entries()[-1]
    assert (entry["operation"], entry["auth"], entry["user"]) == (
        "plain.basic", "basic", "alice")
    text = server.journal.read_text()
    assert PASSWORD not in text
    assert base64.b64encode(f"alice:{PASSWORD}".encode()).decode() not in text


@pytest.mark.parametrize("point,when,answers", [
    ("auth.offer", "path: /auth/any", [503]),
    ("basic.verdict", "user: alice, auth: basic", [503]),
    ("plain.answer", "user: alice, auth: basic", [503]),
    ("plain.answer", "auth: ntlm", [200]),
])
def test_points(serve, tmp_path, point, when, answers):
    scenario = tmp_path / "plain.yaml"
    scenario.write_text(
        "lyncmock: 1\nname: plain\ntitle: One step\nsteps:\n"
        f"  - at: {point}\n    when: {{{when}}}\n    do: {{status: 503}}\n")
    server = serve(scenario)
    how = [] if point == "auth.offer" else ["-H", basic(f"alice:{PASSWORD}")]
    assert server.curl(server.url("lyncweb", "/auth/any"),
                       *how).answers == answers
