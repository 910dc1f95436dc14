"""Steps that ask what became of credentials, and of the reply: the facts
`verdict`, `reason` and `status`."""

import time

import pytest

from clients import Curl
from harness import PASSWORD, ROOT_PATH
from impacket_client import impacket
from signin import Record, ask
from soap import (ANON, MEETING, MEETING_KEY, encoded, envelope, log_in, post,
                  refused)
from test_oauth import CONFERENCE, KEY, as_guest, by_password

REASONS = [
    "wrong-password", "unknown-user", "locked", "disabled", "expired",
    "must-change", "bad-token", "out-of-turn", "anonymous", "version", "mic",
    "channel-binding", "spn", "mech-list-mic", "mechanism", "unknown-meeting",
    "meeting-ended", "wrong-key",
]
ID = "5LB7MRBC"
ACCOUNTS = [
    ("alice", PASSWORD, None),
    ("alice", "wrong", "wrong-password"),
    ("nobody", PASSWORD, "unknown-user"),
    ("locked", PASSWORD, "locked"),
    ("disabled", PASSWORD, "disabled"),
    ("expired", PASSWORD, "expired"),
    ("mustchange", PASSWORD, "must-change"),
]


def telling(point):
    """Steps that put verdict and reason, as they are there, into headers."""
    yield (f"{{at: {point}, also: yes, when: {{verdict: accepted}}, "
           "do: {headers: {X-Verdict: accepted}}}")
    yield (f"{{at: {point}, also: yes, when: {{verdict: refused}}, "
           "do: {headers: {X-Verdict: refused}}}")
    for reason in REASONS:
        yield (f"{{at: {point}, also: yes, when: {{reason: {reason}}}, "
               f"do: {{headers: {{X-Reason: {reason}}}}}}}")


def told(answer, reason):
    assert answer.header("X-Reason") == reason, answer.head
    assert answer.header("X-Verdict") == ("refused" if reason else "accepted")


# --- the report of a customer ------------------------------------------------

REPORT = """\
world:
  lockout-threshold: 3
  lockout-duration: 10m
"""


def test_wrong_passwords_are_late_and_lock(play):
    """"Wrong passwords in SOAP come back after four seconds with 500 and 28020,
    right ones at once; the third locks the account for 10 minutes.\""""
    server = play("{at: usertoken.verdict, when: {verdict: refused}, "
                  "do: {delay: 300ms}}",
                  "{at: http.request, when: {client: later*}, "
                  "do: {clock: +10m}}", world=REPORT)

    def timed(password):
        began = time.monotonic()
        answer = log_in(server, "alice", password)
        return answer, time.monotonic() - began

    answer, took = timed(PASSWORD)
    assert answer.status == 200
    for _ in range(3):
        answer, took = timed("wrong")
        refused(answer)
        assert took >= 0.3
    answer, took = timed(PASSWORD)
    refused(answer)
    assert took >= 0.3
    assert log_in(server, "bob", PASSWORD).status == 200
    server.curl(server.url("lyncdiscover"), "-A", "later")
    assert timed(PASSWORD)[0].status == 200

    assert server.stop() == 0
    records = [Record(entry) for entry in server.entries()]
    tickets = [record for record in records
               if record.operation == "webticket.issue"]
    # Which were delayed, and why they were refused.
    assert [record.remarks.get("step", "").partition(":")[0]
            for record in tickets] == [""] + ["usertoken.verdict"] * 4 + [""] * 2
    assert [record.entry.get("verdict") for record in tickets] \
        == ["accepted"] + ["refused"] * 4 + ["accepted"] * 2
    assert [record.entry.get("reason") for record in tickets] \
        == [None] + ["wrong-password"] * 3 + ["locked", None, None]


# --- each point, each reason -------------------------------------------------

def by_ntlm(server, name, password):
    return ask(Curl(server, "--ntlm"), server, f"CONTOSO\\{name}", password)


def by_negotiate(server, name, password):
    return ask(impacket(server, "NTLMv2", "Negotiate"), server,
               f"CONTOSO\\{name}", password)


def by_basic(server, name, password):
    return server.curl(server.url("lyncweb", "/auth/basic"), "-u",
                       f"{name}:{password}")


def by_oauth(server, name, password):
    return by_password(server, name, password)


@pytest.mark.parametrize("way,point", [
    (by_ntlm, "ntlm.verdict"), (by_negotiate, "ntlm.verdict"),
    (by_basic, "basic.verdict"), (log_in, "usertoken.verdict"),
    (by_oauth, "oauth.verdict"), (by_ntlm, "http.response"),
    (by_basic, "http.response"), (log_in, "http.response"),
    (by_oauth, "http.response"),
])
def test_accounts(play, way, point):
    server = play(*telling(point))
    for name, password, reason in ACCOUNTS:
        told(way(server, name, password), reason)


@pytest.mark.parametrize("point", ["anonymous.verdict", "http.response"])
def test_guests_in_soap(play, point):
    def join(uri=MEETING, key=MEETING_KEY):
        return post(server, envelope(server, encoded(uri), encoded(key),
                                     path=ANON), path=ANON)

    server = play(*telling(point), args=["--set", "anonymous.key=check"])
    told(join(), None)
    told(join(key="WRONG"), "wrong-key")
    told(join(MEETING.replace("5LB7", "NONE")), "unknown-meeting")
    server = play(*telling(point), args=["--set", f"meeting.{ID}.state=ended"])
    told(join(), "meeting-ended")


@pytest.mark.parametrize("point", ["oauth.verdict", "http.response"])
def test_guests_in_oauth(play, point):
    server = play(*telling(point))
    told(as_guest(server), None)
    told(as_guest(server, KEY, CONFERENCE.replace(ID, "NONE")),
         "unknown-meeting")
    told(as_guest(server, "WRONG"), "wrong-key")
    told(as_guest(server, ms_rtc_renew="cwt=x"), "bad-token")
    server = play(*telling(point), args=["--set", f"meeting.{ID}.state=ended"])
    told(as_guest(server), "meeting-ended")


@pytest.mark.parametrize("point", ["ntlm.verdict", "http.response"])
def test_tokens_of_ntlm(play, point):
    server = play(*telling(point), args=["--set", "ntlm.require-mic=yes"])
    told(ask(impacket(server, "NTLMv1"), server), "version")
    told(ask(impacket(server, "NTLMv2"), server), "mic")
    url = server.url("lyncweb", "/auth/any")
    for value in ("NTLM", "NTLM %%%", "NTLM AAAA", "Negotiate AAAA"):
        told(server.curl(url, "-H", f"Authorization: {value}"), "bad-token")


@pytest.mark.parametrize("value", ["Basic", "Basic %%%", "Basic bm8gY29sb24="])
def test_tokens_of_basic(play, value):
    server = play(*telling("basic.verdict"))
    told(server.curl(server.url("lyncweb", "/auth/basic"), "-H",
                     f"Authorization: {value}"), "bad-token")


def test_tokens_of_soap(play):
    server = play(*telling("usertoken.verdict"))
    body = envelope(server, encoded("alice"), encoded(PASSWORD))
    told(post(server, body.replace("#PasswordText", "#PasswordDigest")),
         "bad-token")


def test_what_is_no_verdict(play):
    """No credentials, the middle of a handshake, and a connection that is
    authenticated already."""
    server = play(*telling("http.response"))
    bare = server.curl(server.url("lyncweb", "/auth/ntlm"))
    assert (bare.status, bare.header("X-Verdict")) == (401, None)
    assert ask(Curl(server, "--ntlm"), server).status == 200
    assert server.stop() == 0
    verdicts = [entry.get("verdict") for entry in server.entries()]
    assert verdicts == [None, None, "accepted"]


# --- status ------------------------------------------------------------------

def test_status(play):
    """As it is planned when the point is reached."""
    server = play("{at: discover.root, when: {client: a}, do: {status: 503}}",
                  "{at: http.response, when: {status: 200}, also: yes, "
                  "do: {headers: {X-Good: 'yes'}}}",
                  "{at: http.response, when: {status: ['40?', '5??']}, "
                  "do: {headers: {X-Bad: 'yes'}}}")

    def seen(client, path=ROOT_PATH):
        answer = server.curl(server.url("lyncdiscover", path), "-A", client)
        return answer.status, answer.header("X-Good"), answer.header("X-Bad")

    assert seen("c") == (200, "yes", None)
    assert seen("a") == (503, None, "yes")
    assert seen("c", "/nothing") == (404, None, "yes")
