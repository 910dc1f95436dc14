"""Guests of a meeting: tickets at /Anon, and what these open."""

import pytest

from clients import Curl
from harness import PASSWORD, USER_PATH
from raw import Journal, until
from signin import Record, Ticket, journal, links, open_user
from soap import (ANON, CWT, MEETING, MEETING_KEY, SAML, encoded, envelope,
                  fault, post, refused)

ANON_CWT = CWT.replace("user-cwt", "anon-cwt")


def join(server, uri=MEETING, key=MEETING_KEY, **how):
    return post(server, envelope(server, encoded(uri), encoded(key), path=ANON,
                                 **how), path=ANON)


def claim(server, uri=MEETING):
    """The other form that is guessed: the conference in Claims."""
    text = envelope(server, "", "", path=ANON)
    begin, end = text.index("<s:Header>"), text.index("<s:Body>")
    return (text[:begin] + text[end:]).replace(
        "<KeyType>", '<Claims Dialect="urn:component:Microsoft.Rtc.'
        'WebAuthentication.2010:authclaims"><a:ClaimType Uri="urn:conference"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2006/12/authorization">'
        f"<a:Value>{uri}</a:Value></a:ClaimType></Claims><KeyType>")


def why(server, seen):
    entry, = until("the exchange", seen.entries)
    return Record(entry).remarks["anonymous.refused"]


def test_ticket(serve):
    server = serve()
    for answer in (join(server), post(server, claim(server), path=ANON)):
        assert answer.status == 200, answer.text
        ticket = Ticket(answer)
        assert ticket.form == "cwt"
        created, expires = (
            answer.text.split(f"<{name} ")[1].split(">")[1].split("<")[0]
            for name in ("Created", "Expires"))
        assert created[14:] == expires[14:]
        assert (int(expires[11:13]) - int(created[11:13])) % 24 == 1
        # Guests walk the way of users, to the organizer's pool; protocol:
        # discover 2.12.
        for headers in (ticket.headers(), ticket.bearer()):
            answer = open_user(Curl(server), server, headers)
            assert answer.status == 200, answer.text
            assert links(answer)["Self"] == server.url("lyncweb", USER_PATH)
    records = journal(server)
    issued = [record for record in records
              if record.operation == "webticket.issue"]
    assert len(issued) == 2
    for record in issued:
        assert (record.user, record.auth) == (None, "anonymous")
        assert record.must == []
        assert record.remarks["anonymous.meeting"] == MEETING
        assert record.remarks["anonymous.guest"].startswith("sip:")
    assert len({record.remarks["anonymous.guest"] for record in issued}) == 2
    opened = [record for record in records
              if record.operation == "discover.user"]
    assert len(opened) == 4
    for record in opened:
        assert (record.user, record.auth) == (None, "webticket")
        assert record.remarks["ticket.meeting"] == MEETING


@pytest.mark.parametrize("uri,key,reason", [
    (MEETING.replace("5LB7MRBC", "AAAAAAAA"), MEETING_KEY, "no conference"),
    (MEETING.replace("alice", "bob"), MEETING_KEY, "no conference"),
    (MEETING.replace("5LB7MRBC", ""), MEETING_KEY, "no conference"),
    ("CONTOSO\\alice", PASSWORD, "no conference"),
    ("", "", "no conference"),
    (MEETING, "wrong", "key is wrong"),
    (MEETING, "", "key is wrong"),
])
def test_refused(sturdy, uri, key, reason):
    seen = Journal(sturdy)
    refused(join(sturdy, uri, key))
    assert reason in why(sturdy, seen)


def test_meeting_that_has_ended(serve):
    server = serve("--set", "meeting.5LB7MRBC.state=ended")
    seen = Journal(server)
    refused(join(server))
    assert why(server, seen) == "the meeting has ended"


def test_other_meeting(serve):
    server = serve("--set", "meeting.XYZ9.organizer=bob",
                   "--set", "meeting.XYZ9.key=sesame",
                   "--set", "ticket.guest-lifetime=90s")
    uri = "sip:bob@contoso.test;gruu;opaque=app:conf:focus:id:XYZ9"
    assert join(server, uri, "sesame").status == 200
    assert join(server, uri.lower(), "sesame").status == 200
    refused(join(server, uri, MEETING_KEY))
    assert join(server).status == 200


def test_settings(serve):
    server = serve("--set", "anonymous.key=require",
                   "--set", "anonymous.uri-in=usertoken",
                   "--set", "anonymous.token-type=anon-cwt-1")
    refused(post(server, claim(server), path=ANON))
    answer = join(server, token_type=CWT)
    assert answer.status == 200
    assert f"<TokenType>{ANON_CWT}</TokenType>" in answer.text


@pytest.mark.parametrize("asked,given", [
    (CWT, CWT), (ANON_CWT, ANON_CWT), (SAML, CWT)])
def test_token_type(server, asked, given):
    answer = join(server, token_type=asked)
    assert f"<TokenType>{given}</TokenType>" in answer.text
    assert Ticket(answer).form == "cwt"


def test_users_get_no_guest_ticket(server):
    """Nor is a guest's token type for users."""
    code, number, _ = fault(post(server, envelope(
        server, encoded("alice"), encoded(PASSWORD), token_type=ANON_CWT)))
    assert (code, number) == ("BadRequest", None)


def test_action(server):
    good = envelope(server, encoded(MEETING), encoded(MEETING_KEY), path=ANON)
    assert fault(post(server, good, path=ANON, action=None))[0] \
        == "ActionNotSupported"


def test_other_methods(server):
    for method in ("OPTIONS", "GET", "PUT"):
        answer = server.curl(server.url("lyncweb", ANON), "-X", method)
        assert answer.status == 405
        assert answer.header("Allow") == "POST"


def test_not_offered(serve):
    server = serve("--set", "offer.anonymous=no")
    answer = join(server)
    assert answer.status == 403
    assert "No authentication method configured" in answer.header(
        "X-Ms-diagnostics")


def test_key_is_masked(serve):
    server = serve()
    assert join(server).status == 200
    refused(join(server, key="not-this-one"))
    server.stop()
    for secret in (MEETING_KEY, encoded(MEETING_KEY), encoded("not-this-one")):
        assert secret not in server.journal.read_text()
        assert secret not in server.messages()


def test_organizer_on_the_second_pool(serve):
    """There the meeting is, and a redirect leads there."""
    server = serve("--set", "user.alice.home=2")
    seen = Journal(server)
    ticket = Ticket(join(server))
    entry, = until("the exchange", seen.entries)
    assert "another pool" in Record(entry).remarks["anonymous.pool"]
    answer = open_user(Curl(server), server, ticket.headers())
    assert answer.status == 200
    assert server.name("lyncweb2") in answer.text
    assert server.name("lyncweb") not in answer.text


def test_second_pool(server):
    """A guest's ticket is good on the pool that issued it alone."""
    ticket = Ticket(join(server))
    answer = open_user(Curl(server), server, ticket.headers(), "lyncweb2")
    assert answer.status == 401


@pytest.mark.parametrize("point", [
    "anonymous.verdict", "webticket.request", "webticket.issue",
    "webticket.response"])
def test_points(serve, tmp_path, point):
    scenario = tmp_path / "guest.yaml"
    scenario.write_text(
        "lyncmock: 1\nname: guest\ntitle: One step\nsteps:\n"
        f"  - at: {point}\n    when: {{auth: anonymous, first: 1}}\n"
        "    do: {status: 503}\n")
    server = serve(scenario)
    assert join(server).status == 503
    assert join(server).status == 200
