"""The OAuth token endpoint, and the User resource that its tokens open."""

import json
import re
from urllib.parse import quote, urlencode

import pytest

from harness import PASSWORD, ROOT_PATH, USER_PATH
from raw import Peer, request
from test_curl_negotiate import negotiate
from test_requests_ntlm import requests

KERBEROS = False  # see serve

TOKEN_PATH = "/WebTicket/oauthtoken"
OAUTH_USER_PATH = ROOT_PATH + "/oauth/user"
FORM = "application/x-www-form-urlencoded;charset=UTF-8"
CONFERENCE = "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"
KEY = "7Q2RVX4K"
WINDOWS = "urn:microsoft.rtc:windows"
ANONYMOUS = "urn:microsoft.rtc:anonmeeting"
PASSIVE = "urn:microsoft.rtc:passive"
HOUR = 3600


def post(server, body, *args, host="lyncweb", content_type=FORM):
    file = server.folder / "form"
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    return server.curl(server.url(host, TOKEN_PATH), *args,
                       "-H", f"Content-Type: {content_type}",
                       "--data-binary", f"@{file}")


def ask(server, *args, host="lyncweb", **fields):
    return post(server, urlencode(fields), *args, host=host)


def by_password(server, username, password, **more):
    return ask(server, grant_type="password", username=username,
               password=password, **more)


def as_guest(server, key=KEY, uri=CONFERENCE, **more):
    return ask(server, grant_type=ANONYMOUS, password=key,
               ms_rtc_conferenceuri=uri, **more)


def no_store(answer):
    assert answer.headers("Cache-Control") == ["no-store"]
    assert answer.headers("Pragma") == ["no-cache"]
    assert answer.headers("Expires") == []
    assert answer.header("X-MS-Server-Fqdn")


def token(answer, seconds=8 * HOUR):
    assert answer.status == 200, answer.text
    no_store(answer)
    assert answer.header("Content-Type") == "application/json"
    told = json.loads(answer.text)
    assert list(told) == ["access_token", "expires_in",
                          "ms_rtc_identityscope", "token_type"]
    assert told["expires_in"] == seconds
    assert told["ms_rtc_identityscope"] == "local"
    assert told["token_type"] == "Bearer"
    assert re.fullmatch(r"cwt=AAEB[\w-]+", told["access_token"])
    return told["access_token"]


def refused(answer, error, diagnostics=None):
    assert answer.status == 400, answer.text
    no_store(answer)
    assert answer.header("Content-Type") == "application/json;charset=UTF-8"
    assert json.loads(answer.text)["error"] == error
    told = answer.header("X-Ms-diagnostics")
    if diagnostics is None:
        assert told is None
    else:
        assert told.startswith(f'{diagnostics};source="fe01.contoso.test"')
    return answer


def open_user(server, text, path=OAUTH_USER_PATH, host="lyncweb"):
    return server.curl(server.url(host, path), "-H",
                       f"Authorization: Bearer {text}")


def last(server):
    assert server.stop() == 0
    return server.entries()[-1]


def rules(server):
    return [finding["rule"] for finding in last(server)["findings"]]


@pytest.mark.parametrize("username,password,user", [
    ("alice@contoso.test", PASSWORD, "alice"),
    ("CONTOSO\\alice", PASSWORD, "alice"),
    ("contoso.test\\BOB", PASSWORD, "bob"),
    ("alice", PASSWORD, "alice"),
    ("sip:alice@contoso.test", PASSWORD, "alice"),
    ("jörg", "Pässwörd1", "jörg"),
])
def test_password(server, username, password, user):
    text = token(by_password(server, username, password))
    for path in (USER_PATH, OAUTH_USER_PATH):
        answer = open_user(server, text, path)
        assert answer.status == 200
        assert "SipClientExternalAccess" in answer.text
    entry = last(server)
    assert (entry["operation"], entry["user"]) == ("discover.oauth-user", user)
    issued = server.entries()[0]
    assert (issued["operation"], issued["auth"], issued["user"],
            issued["grant"]) == ("oauth.token", "password", user, "password")
    assert issued["findings"] == []
    journal = server.journal.read_text()
    assert quote(password) not in journal and password not in journal
    assert text not in journal


@pytest.mark.parametrize("username,password,diagnostics,why", [
    ("alice", "wrong", 28020, "wrong password"),
    ("alice", "passw0rd!", 28020, "wrong password"),
    ("nobody", PASSWORD, 28020, "unknown user"),
    ("FABRIKAM\\alice", PASSWORD, 28020, "unknown user"),
    ("disabled", PASSWORD, 28020, "account disabled"),
    ("locked", PASSWORD, 28020, "account locked out"),
    ("expired", PASSWORD, 28020, "password expired"),
    ("mustchange", PASSWORD, 28020, "password must be changed"),
    ("nosip", PASSWORD, 28000, "28000 User is not SIP enabled."),
    ("a" * 255, PASSWORD, 28020, "unknown user"),
    ("ä" * 255, "ö" * 255, 28020, "unknown user"),
    ("alice", "a" * 255, 28020, "wrong password"),
    ("alice", "a" * 8192, 28020, "wrong password"),
], ids=lambda value: str(value)[:20])
def test_password_refused(server, username, password, diagnostics, why):
    answer = by_password(server, username, password)
    refused(answer, "invalid_grant", diagnostics)
    entry = last(server)
    assert entry["reply"]["status"] == 400
    assert why in [remark["text"] for remark in entry["remarks"]]


def test_wrong_passwords_lock_the_account(serve):
    server = serve("--set", "lockout-threshold=2")
    for _ in range(2):
        refused(by_password(server, "alice", "wrong"), "invalid_grant", 28020)
    refused(by_password(server, "alice", PASSWORD), "invalid_grant", 28020)


@pytest.mark.parametrize("body,error,rule", [
    (b"", "invalid_request", "OA-004"),
    (b"&&&", "invalid_request", "OA-004"),
    (b"grant_type=", "invalid_request", "OA-004"),
    (b"grant_type=password", "invalid_request", "OA-004"),
    (b"grant_type=password&username=alice", "invalid_request", "OA-004"),
    (b"grant_type=password&username=&password=x", "invalid_request",
     "OA-004"),
    (b"grant_type=password&username=alice&password=", "invalid_request",
     "OA-004"),
    (b"grant_type=password&grant_type=password&username=a&password=b",
     "invalid_request", "OA-003"),
    (b"grant_type=password&username=a&username=a&password=b",
     "invalid_request", "OA-003"),
    (b"x=1&x=2&grant_type=password&username=a&password=b",
     "invalid_request", "OA-003"),
    (b"grant_type=password&username=al%ice&password=x", "invalid_request",
     "OA-002"),
    (b"grant_type=password&username=alice&password=x%0", "invalid_request",
     "OA-002"),
    (b"grant_type=password&username=alice%00&password=x", "invalid_request",
     "OA-002"),
    (b"grant_type=password&username=ali\0ce&password=x", "invalid_request",
     "OA-002"),
    ("grant_type=password&username=jörg&password=Pässwörd1".encode("latin-1"),
     "invalid_request", "OA-002"),
    (b"grant_type=password&username=j%F6rg&password=P%E4ssw%F6rd1",
     "invalid_request", "OA-002"),
    ("grant_type=password&username=alice&password=x".encode("utf-16"),
     "invalid_request", "OA-002"),
    (b"grant_type=password&username=alice&password=" + b"x" * 8193,
     "invalid_request", "OA-002"),
    (b"&".join(b"f%d=1" % i for i in range(33)), "invalid_request", "OA-002"),
    (b"grant_type=password&amp;username=alice&amp;password=x",
     "invalid_request", "OA-006"),
    (b"grant_type=password&username=alice&password=x&scope=some",
     "invalid_scope", None),
    (b"GRANT_TYPE=password&username=alice&password=x", "invalid_request",
     "OA-004"),
    (b"grant_type=%s&username=alice&password=x" % WINDOWS.encode(),
     "invalid_request", "OA-005"),
    (b"grant_type=%s&password=" % WINDOWS.encode(), "invalid_request",
     "OA-005"),
    (b"grant_type=%s&password=x" % ANONYMOUS.encode(), "invalid_request",
     "OA-004"),
    (b"grant_type=%s&ms_rtc_conferenceuri=x" % ANONYMOUS.encode(),
     "invalid_request", "OA-004"),
])
def test_bad_forms(server, body, error, rule):
    refused(post(server, body), error)
    found = rules(server)
    assert rule in found if rule else found == []


@pytest.mark.parametrize("content_type", [
    "", "text/plain", "application/json", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencodedx"])
def test_another_content_type(server, content_type):
    body = f"grant_type=password&username=alice&password={PASSWORD}"
    refused(post(server, body, content_type=content_type), "invalid_request")
    assert "OA-001" in rules(server)


@pytest.mark.parametrize("content_type", [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded;charset='utf-8'",
    'Application/X-WWW-Form-URLEncoded ; charset="UTF-8"; x'])
def test_spellings_of_the_content_type(server, content_type):
    body = f"grant_type=password&username=alice&password={quote(PASSWORD)}"
    token(post(server, body, content_type=content_type))


def test_fields_that_nobody_knows_are_passed_over(server):
    token(by_password(server, "alice", PASSWORD, scope="all", client_id="x",
                      resource="https://lyncweb.contoso.test"))


@pytest.mark.parametrize("grant", ["refresh_token", "client_credentials",
                                   "Password", "password ", "x" * 8000],
                         ids=lambda value: value[:20])
def test_unknown_grants(server, grant):
    refused(ask(server, grant_type=grant, username="alice",
                password=PASSWORD), "unsupported_grant_type", 28029)


def test_ampersands_out_of_html(serve):
    server = serve("--set", "oauth.entities=yes")
    token(post(server, "grant_type=password&amp;username=alice&amp;password="
               + quote(PASSWORD)))
    assert rules(server) == ["OA-006"]


def test_windows_with_ntlm(server):
    answer = ask(server, "--ntlm", "-u", f"CONTOSO\\alice:{PASSWORD}",
                 grant_type=WINDOWS)
    assert answer.answers[-2:] == [401, 200]
    assert answer.header("Persistent-Auth") == "true"
    assert open_user(server, token(answer)).status == 200
    server.stop()
    issued = server.entries()[1]
    assert (issued["auth"], issued["user"], issued["grant"]) == (
        "ntlm", "alice", WINDOWS)


def test_windows_with_requests_ntlm(server):
    answer = requests(server).send(
        "POST", server.url("lyncweb", TOKEN_PATH), {"Content-Type": FORM},
        f"grant_type={WINDOWS}", "CONTOSO\\alice", PASSWORD)
    token(answer)


def test_windows_with_negotiate(server):
    client = negotiate(server, f"CONTOSO:alice:{PASSWORD}")
    token(client.send("POST", server.url("lyncweb", TOKEN_PATH),
                      {"Content-Type": FORM}, f"grant_type={WINDOWS}", "", ""))


def test_windows_without_credentials_is_challenged(server):
    answer = ask(server, grant_type=WINDOWS)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]


@pytest.mark.parametrize("user,password", [
    ("alice", "wrong"), ("nobody", PASSWORD), ("locked", PASSWORD)])
def test_windows_with_wrong_credentials_is_a_plain_401(server, user, password):
    answer = ask(server, "--ntlm", "-u", f"{user}:{password}",
                 grant_type=WINDOWS)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    assert answer.header("Content-Type") == "text/html"


def test_windows_of_who_is_not_enabled_for_lync(server):
    refused(ask(server, "--ntlm", "-u", f"nosip:{PASSWORD}",
                grant_type=WINDOWS), "invalid_grant", 28000)


def test_windows_takes_no_basic(server):
    answer = ask(server, "--basic", "-u", f"alice:{PASSWORD}",
                 grant_type=WINDOWS)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    # Where the form proves all, what else is sent has no say.
    token(ask(server, "--basic", "-u", "client:secret", grant_type="password",
              username="alice", password=PASSWORD))


def guest_of(server, answer):
    text = token(answer, HOUR)
    assert "SipClientExternalAccess" in open_user(server, text).text
    return text


def identities(server):
    assert server.stop() == 0
    found = []
    for entry in server.entries():
        for remark in entry["remarks"]:
            if (entry["operation"], remark["key"]) == ("oauth.token",
                                                       "ticket.guest"):
                found.append(remark["text"])
    return found


def test_a_guest(server):
    guest_of(server, as_guest(server))
    guest_of(server, as_guest(server, uri=CONFERENCE.upper()))
    first, second = identities(server)
    assert first != second
    assert server.entries()[0]["auth"] == "anonymous"
    journal = server.journal.read_text()
    assert KEY not in journal


@pytest.mark.parametrize("encode", [
    lambda text: text,
    lambda text: text.replace("=", "%3d"),
])
def test_a_guest_renews_his_token(server, encode):
    old = guest_of(server, as_guest(server))
    guest_of(server, as_guest(server, ms_rtc_renew=encode(old)))
    first, second = identities(server)
    assert first == second


def test_a_token_that_expired_can_be_renewed(serve):
    server = serve("--set", "ticket.guest-lifetime=1ms")
    old = json.loads(as_guest(server).text)["access_token"]
    assert open_user(server, old).status == 401
    assert as_guest(server, ms_rtc_renew=old).status == 200
    first, second = identities(server)
    assert first == second


@pytest.mark.parametrize("key,uri,why", [
    ("WRONG", CONFERENCE, "wrong conference key"),
    (KEY.lower(), CONFERENCE, "wrong conference key"),
    (KEY, CONFERENCE.replace("5LB7MRBC", "NOTTHERE"), "unknown meeting"),
    (KEY, CONFERENCE.replace("alice", "bob"), "unknown meeting"),
    (KEY, "https://meet.contoso.test/alice/5LB7MRBC", "unknown meeting"),
])
def test_guests_refused(server, key, uri, why):
    refused(as_guest(server, key, uri), "invalid_grant", 28020)
    assert why in [remark["text"] for remark in last(server)["remarks"]]


def test_the_meeting_has_ended(serve):
    server = serve("--set", "meeting.5LB7MRBC.state=ended")
    refused(as_guest(server), "invalid_grant", 28020)


def test_only_a_guests_own_token_can_be_renewed(serve):
    server = serve("--set", "meeting.OTHER1.organizer=alice")
    other = CONFERENCE.replace("5LB7MRBC", "OTHER1")
    users = token(by_password(server, "alice", PASSWORD))
    others = token(as_guest(server, uri=other), HOUR)
    good = token(as_guest(server), HOUR)
    # In the middle of its MAC.
    forged = good[:75] + ("A" if good[75] != "A" else "B") + good[76:]
    abroad = token(ask(server, host="lyncweb2", grant_type=ANONYMOUS,
                       password=KEY, ms_rtc_conferenceuri=CONFERENCE), HOUR)
    for old in (users, others, forged, abroad, "cwt=", "nonsense"):
        refused(as_guest(server, ms_rtc_renew=old), "invalid_grant", 28020)


def test_passive_is_refused_and_says_where_to_go(server):
    answer = refused(ask(server, grant_type=PASSIVE), "invalid_grant", 28020)
    uri = server.url("lyncweb", "/PassiveAuth/PassiveAuth.aspx")
    assert json.loads(answer.text)["ms_rtc_passiveauthuri"] == uri
    assert r"https:\/\/" in answer.text
    assert server.curl(uri).status == 503


@pytest.mark.parametrize("setting,grants", [
    ("offer.soap=no", [WINDOWS, ANONYMOUS]),
    ("offer.anonymous=no", [WINDOWS, "password"]),
    ("offer.windows=none", [ANONYMOUS, "password"]),
    ("offer.windows=NTLM", [WINDOWS, ANONYMOUS, "password"]),
])
def test_what_is_switched_off_is_not_advertised(serve, setting, grants):
    server = serve("--set", setting)
    answer = server.curl(server.url("lyncweb", OAUTH_USER_PATH))
    challenge = answer.headers("WWW-Authenticate")[1]
    assert challenge == (
        f'MsRtcOAuth href="{server.url("lyncweb", TOKEN_PATH)}",'
        f'grant_type="{",".join(grants)}"')
    # curl sends the form with its last leg alone, and here there is none.
    ntlm = ["--ntlm", "-u", f"alice:{PASSWORD}"] if WINDOWS in grants else []
    given = {
        WINDOWS: ask(server, *ntlm, grant_type=WINDOWS),
        "password": by_password(server, "alice", PASSWORD),
        ANONYMOUS: as_guest(server),
    }
    for grant, answer in given.items():
        if grant in grants:
            assert answer.status == 200, grant
        else:
            refused(answer, "unsupported_grant_type", 28029)


def test_the_address_is_one_in_any_letter_case(server):
    body = f"grant_type=password&username=alice&password={quote(PASSWORD)}"
    answer = server.curl(server.url("lyncint2", "/webticket/OAUTHTOKEN"),
                         "-d", body)
    assert answer.status == 200


def test_other_ways_to_ask(server):
    answer = server.curl(server.url("lyncweb", TOKEN_PATH))
    assert (answer.status, answer.header("Allow")) == (405, "POST")
    answer = server.curl(server.url("lyncweb", TOKEN_PATH, "http"), "-d",
                         "grant_type=password")
    assert answer.status == 403


def test_a_token_is_good_on_its_pool_alone(server):
    text = token(by_password(server, "away", PASSWORD))
    answer = open_user(server, text)
    assert answer.status == 200
    assert "lyncweb2.contoso.test" in answer.text
    assert open_user(server, text, host="lyncweb2").status == 401
    answer = ask(server, host="lyncweb2", grant_type="password",
                 username="away", password=PASSWORD)
    assert "SipClientExternalAccess" in open_user(
        server, token(answer), host="lyncweb2").text


def test_many_grants_on_one_connection(server):
    with Peer(server, tls=True) as peer:
        for _ in range(3):
            for body, status in (
                    (f"grant_type=password&username=alice&password="
                     f"{quote(PASSWORD)}", 200),
                    ("grant_type=password&username=alice&password=x", 400)):
                answer = peer.ask(request(
                    "POST", server.name("lyncweb"), TOKEN_PATH,
                    f"Content-Type: {FORM}", body=body.encode()), "POST")
                assert answer.status == status


@pytest.mark.parametrize("point,when", [
    ("oauth.request", "grant: password"),
    ("oauth.issue", "grant: password, user: alice, auth: password"),
    ("oauth.response", "grant: 'pass*', user: alice"),
    ("http.response", "grant: password"),
])
def test_points(serve, tmp_path, point, when):
    scenario = tmp_path / "oauth.yaml"
    scenario.write_text(
        "lyncmock: 1\nname: oauth\ntitle: One step\nsteps:\n"
        f"  - at: {point}\n    when: {{{when}, first: 1}}\n"
        "    do: {status: 503}\n")
    server = serve(scenario)
    assert as_guest(server).status == 200
    assert by_password(server, "alice", PASSWORD).status == 503
    assert by_password(server, "alice", PASSWORD).status == 200
