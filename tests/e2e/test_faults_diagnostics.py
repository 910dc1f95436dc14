"""The product's numbered errors in both grammars, and errors of OAuth, at every
point that has them: as curl saw them."""

import json

import pytest

from clients import Curl
from harness import PASSWORD, USER_PATH, run_cli
from signin import ask, open_user, ticket_for
from soap import MEETING, MEETING_KEY, log_in
from test_guests import join

KERBEROS = False  # see serve

IDS = [28000, 28001, 28020, 28029, 28030, 28032, 28033, 28055, 28056, 28072,
       28077, 28081]
OAUTH = "/WebTicket/oauthtoken"


def numbered(answer):
    return answer.header("X-Ms-diagnostics")


def test_every_number_at_the_ticket_service_and_the_user_resource(play):
    server = play(*(f"{{at: {point}, when: {{auth: {auth}, requests: [{at}]}}, "
                    f"do: {{diagnostics: {number}}}}}"
                    for at, number in enumerate(IDS, 1)
                    for point, auth in (("webticket.issue", "ntlm"),
                                        ("usertoken.verdict", "usertoken"))),
                  *(f"{{at: discover.user, when: {{requests: [{at}]}}, "
                    f"do: {{diagnostics: {number}}}}}"
                    for at, number in enumerate(IDS, 1)))
    for number in IDS:
        answers = [ask(Curl(server, "--ntlm"), server),
                   log_in(server, "CONTOSO\\alice", PASSWORD),
                   server.curl(server.url("lyncweb", USER_PATH))]
        for answer in answers:
            assert numbered(answer).startswith(
                f'{number};source="fe01.contoso.test";reason="'), number
            assert "cwt=" not in answer.text and "Assertion" not in answer.text
            if b"ErrorId" in answer.body:
                assert f"<ErrorId>{number}</ErrorId>".encode() in answer.body
        assert len({answer.status for answer in answers[:2]}) == 1
    assert ask(Curl(server, "--ntlm"), server).status == 200


@pytest.mark.parametrize("point", [
    "webticket.windows", "webticket.request", "webticket.audience",
    "webticket.issue", "webticket.response",
    "ticket.key", "ticket.sign", "ntlm.verdict"])
def test_both_grammars(play, point):
    server = play(
        f"{{at: {point}, when: {{first: 1}}, do: {{diagnostics: {{id: 28000, "
        "grammar: positional}}}",
        f"{{at: {point}, do: {{diagnostics: {{id: 28000, grammar: named, "
        "source: fe7, reason: Not here.}}}")
    values = []
    while len(values) < 2:
        answer = ask(Curl(server, "--ntlm"), server)
        values.append(numbered(answer))
    assert values == [
        '28000;"fe01.contoso.test";"User is not SIP enabled.";'
        '"wsse:FailedAuthentication"',
        '28000;source="fe7";reason="Not here.";'
        'faultcode="wsse:FailedAuthentication"']


def test_grammar_of_the_world(serve):
    server = serve("--set", "diagnostics.grammar=positional")
    answer = log_in(server, "CONTOSO\\alice", "wrong")
    assert numbered(answer) == (
        '28020;"fe01.contoso.test";"No valid security token.";'
        '"wsse:FailedAuthentication"')
    answer = ask(Curl(server, "--ntlm"), server, "CONTOSO\\nosip")
    assert (answer.status, numbered(answer)) == (
        403, '28000;"fe01.contoso.test";"User is not SIP enabled.";'
        '"wsse:FailedAuthentication"')


def test_number_of_ones_own(play):
    server = play("{at: discover.user, do: {diagnostics: {id: 28015, "
                  "status: 403, reason: Certificate revoked.}}}")
    answer = server.curl(server.url("lyncweb", USER_PATH))
    assert (answer.status, numbered(answer)) == (
        403, '28015;source="fe01.contoso.test";reason="Certificate revoked."')


def test_points_of_refusals(play):
    """What is refused anyway, with another word."""
    server = play(
        "{at: webticket.fault, do: {soap-fault: wst:BadRequest}}",
        "{at: webticket.no-sip, do: {diagnostics: 28001}}",
        "{at: webticket.not-offered, do: {status: 404}}",
        "{at: webticket.guest, when: {first: 1}, do: {status: 503}}",
        "{at: webticket.password, when: {first: 1}, do: {status: 503}}",
        "{at: auth.not-offered, do: {status: 418}}",
        "{at: auth.credentials, when: {requests: [2]}, do: {status: 503}}")
    url = server.url("lyncweb", "/auth/ntlm")
    credentials = "Authorization: Basic YTpi"
    assert server.curl(url, "-H", credentials).status == 418
    # Both steps apply, the one behind has the last word.
    assert server.curl(url, "-H", credentials).status == 418
    assert server.curl(url).status == 401
    assert log_in(server, "CONTOSO\\alice", PASSWORD).status == 503
    assert "a:BadRequest" in log_in(server, "CONTOSO\\alice", "wrong").text
    assert join(server, MEETING, MEETING_KEY).status == 503
    assert "a:BadRequest" in join(server, MEETING, "wrong").text
    answer = ask(Curl(server, "--ntlm"), server, "CONTOSO\\nosip")
    assert (answer.status, numbered(answer)[:5]) == (500, "28001")


def test_port_that_is_not_offered(play):
    server = play("{at: webticket.not-offered, do: {status: 404}}",
                  world="world: {offer: {soap: no, anonymous: no}}\n")
    assert log_in(server, "CONTOSO\\alice", PASSWORD).status == 404
    assert join(server, MEETING, MEETING_KEY).status == 404


# --- OAuth ---------------------------------------------------------------------

def grant(server, form, *args):
    return server.curl(server.url("lyncweb", OAUTH), "--data", form, *args)


GOOD = f"grant_type=password&username=alice@contoso.test&password={PASSWORD}"


@pytest.mark.parametrize("point", ["oauth.request", "oauth.verdict",
                                   "oauth.issue", "oauth.response"])
@pytest.mark.parametrize("fields,told", [
    ("error: invalid_client", {"error": "invalid_client"}),
    ("error: invalid_grant, description: 'of ${user}', diagnostics: 28020",
     {"error": "invalid_grant", "error_description": "of USER"}),
    ("error: invalid_grant, passive-uri: '${origin}/PassiveAuth/x.aspx', "
     "status: 403",
     {"error": "invalid_grant",
      "ms_rtc_passiveauthuri": "ORIGIN/PassiveAuth/x.aspx"}),
])
def test_oauth_error(play, point, fields, told):
    server = play(f"{{at: {point}, do: {{oauth-error: {{{fields}}}}}}}")
    answer = grant(server, GOOD)
    user = "" if point == "oauth.request" else "alice"
    # It is written as the reply is made: then everybody knows who it is.
    said = {key: value.replace("USER", user).replace(
        "ORIGIN", server.url("lyncweb", "")) for key, value in told.items()}
    got = json.loads(answer.body)
    if "error_description" in said and point == "oauth.request":
        said["error_description"] = got["error_description"]
    assert got == said
    assert answer.status == (403 if "403" in fields else 400)
    assert answer.header("Content-Type") == "application/json;charset=UTF-8"
    assert answer.header("Cache-Control") == "no-store"
    assert bool(numbered(answer)) == ("diagnostics" in fields)


def test_oauth_verdict(play):
    server = play("{at: oauth.verdict, when: {user: alice}, "
                  "do: {verdict: {is: refused, reason: locked}}}",
                  "{at: oauth.verdict, do: {verdict: {is: accepted, user: bob}}}")
    answer = grant(server, GOOD)
    assert json.loads(answer.body) == {"error": "invalid_grant"}
    answer = grant(server, "grant_type=password&username=x&password=y")
    token = json.loads(answer.body)["access_token"]
    answer = open_user(Curl(server), server,
                       {"Authorization": f"Bearer {token}"})
    assert answer.status == 200


@pytest.mark.parametrize("point,form", [
    ("oauth.error", "grant_type=password&username=x&password=y"),
    ("oauth.passive", "grant_type=urn:microsoft.rtc:passive"),
    ("oauth.windows", "grant_type=urn:microsoft.rtc:windows"),
    ("oauth.renew", "grant_type=urn:microsoft.rtc:anonmeeting&password="
     f"{MEETING_KEY}&ms_rtc_renew=cwt%3dAAAA&ms_rtc_conferenceuri="
     + MEETING.replace(";", "%3b").replace("=", "%3d")),
])
def test_points_of_grants(play, point, form):
    server = play(f"{{at: {point}, when: {{first: 1}}, "
                  "do: {oauth-error: invalid_client}}")
    assert json.loads(grant(server, form).body) == {"error": "invalid_client"}
    assert b"invalid_client" not in grant(server, form).body


# --- what makes no sense ----------------------------------------------------------

@pytest.mark.parametrize("step,words", [
    ("{at: discover.user, do: {diagnostics: 28015}}", "or a reason beside it"),
    ("{at: discover.user, do: {diagnostics: {id: 0, reason: x}}}",
     "not 0"),
    ("{at: discover.user, do: {diagnostics: {id: 28032, grammar: other}}}",
     "diagnostics.grammar: expected"),
    ("{at: discover.user, do: {oauth-error: invalid_grant}}", "has no effect"),
    ("{at: oauth.error, do: {oauth-error: {status: 403}}}",
     "oauth-error.error: expected"),
    ("{at: oauth.error, do: {oauth-error: {error: x, diagnostics: 1}}}",
     "oauth-error.diagnostics: expected"),
])
def test_refused_at_load(tmp_path, step, words):
    file = tmp_path / "wrong.yaml"
    file.write_text(f"lyncmock: 1\nsteps:\n  - {step}\n")
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 2
    assert words in done.stderr, done.stderr
