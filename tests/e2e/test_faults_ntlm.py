"""NTLM that is not as it should be: the bytes of challenges as they came over
the wire, and what becomes of the handshake. Read by impacket's and our own
eyes; legs by curl, requests-ntlm and a client of HTTP that keeps one
connection."""

import base64
import struct

import pytest
from impacket.ntlm import (NTLMAuthChallenge, getNTLMSSPType1,
                           getNTLMSSPType3)

from clients import Connection, Curl
from harness import PASSWORD, run_cli
from signin import ask, journal, ticket_for
from test_requests_ntlm import requests

KERBEROS = False  # see serve


def at(point, do, when=""):
    return f"{{at: {point}, {when and f'when: {{{when}}}, '}do: {{{do}}}}}"


class Shaker:
    """One connection on which legs are sent in any order; tokens are made by
    impacket."""

    def __init__(self, server, scheme="NTLM", path="/auth/ntlm"):
        self.server = server
        self.path = path
        self.scheme = scheme
        self.connection = Connection(server, "lyncweb")
        self.first = getNTLMSSPType1("PC", "CONTOSO", False)

    def ask(self, token=None):
        headers = {}
        if token is not None:
            text = base64.b64encode(token).decode()
            headers["Authorization"] = f"{self.scheme} {text}"
        return self.connection.ask("GET", self.server.url("lyncweb", self.path),
                                   headers)

    def negotiate(self):
        return self.ask(self.first.getData())

    def answer(self, challenge, password=PASSWORD, user="alice"):
        token, _ = getNTLMSSPType3(self.first, challenge, user, password,
                                   "CONTOSO")
        return self.ask(token.getData())


def challenge_of(answer):
    values = answer.headers("WWW-Authenticate")
    assert len(values) == 1, values
    return base64.b64decode(values[0].partition(" ")[2], validate=True)


def pairs_of(message):
    """The ids of the AV pairs, as far as there are whole ones."""
    length, _, offset = struct.unpack_from("<HHI", message, 40)
    data, ids = message[offset:offset + length], []
    while len(data) >= 4:
        kind, size = struct.unpack_from("<HH", data)
        ids.append(kind)
        data = data[4 + size:]
    return ids


def challenge(play, fields):
    server = play(at("ntlm.challenge", f"ntlm-message: {{{fields}}}"))
    return challenge_of(Shaker(server).negotiate())


# --- every field of the message ([MS-NLMP] 2.2.1.2) ---------------------------

@pytest.mark.parametrize("fields,offset,data", [
    ("signature: '4e544c4d53535800'", 0, b"NTLMSSX\0"),
    ("type: 7", 8, b"\x07\0\0\0"),
    ("target-name-length: 65535", 12, b"\xff\xff"),
    ("target-name-max: 1", 14, b"\x01\0"),
    ("target-name-offset: 100000", 16, struct.pack("<I", 100000)),
    ("flags: 0x00000201", 20, b"\x01\x02\0\0"),
    ("reserved: 0102030405060708", 32, bytes(range(1, 9))),
    ("target-info-length: 3", 40, b"\x03\0"),
    ("target-info-max: 9", 42, b"\x09\0"),
    ("target-info-offset: 2000000000", 44, struct.pack("<I", 2000000000)),
    ("version: ffffffffffffffff", 48, b"\xff" * 8),
])
def test_field(play, fields, offset, data):
    message = challenge(play, fields)
    assert message[offset:offset + len(data)] == data
    # All else is as it should be.
    if offset:
        assert message[:8] == b"NTLMSSP\0"
    if offset != 8:
        assert message[8:12] == b"\x02\0\0\0"


def test_short_message(play):
    message = challenge(play, "short: yes")
    name, _, offset = struct.unpack_from("<HHI", message, 12)
    assert offset == 32 and len(message) == 32 + name
    assert message[offset:].decode("utf-16-le") == "CONTOSO"


def test_truncated_padded_and_raw(play):
    assert challenge(play, "truncate: 20")[8:] == (
        b"\x02\0\0\0" + struct.pack("<HHI", 14, 14, 56))
    assert challenge(play, "truncate: 0") == b""
    assert challenge(play, "padding: 16KiB")[-16384:] == b"\0" * 16384
    assert challenge(play, "bytes: 00ff") == b"\x00\xff"


GOOD = [2, 1, 4, 3, 5, 7, 0]


@pytest.mark.parametrize("words,ids", [
    ("timestamp netbios-domain eol", [7, 2, 0]),
    ("netbios-domain netbios-domain eol", [2, 2, 0]),
    ("netbios-domain dns-tree", [2, 5]),
    ("eol", [0]),
    ("netbios-computer 6=02000000 48=00ff eol netbios-domain",
     [1, 6, 48, 0, 2]),
])
def test_pairs(play, words, ids):
    message = challenge(play, f"av-pairs: {words}")
    assert pairs_of(message) == ids
    value = b"CONTOSO".decode().encode("utf-16-le")
    if 2 in ids:
        assert b"\x02\0\x0e\0" + value in message
    if 48 in ids:
        assert b"\x30\0\x02\0\x00\xff" in message


def test_good_order_without_a_step(serve):
    assert pairs_of(challenge_of(Shaker(serve()).negotiate())) == GOOD


def test_client_answers_a_strange_challenge(play):
    """Its pairs come back, and its MIC is over what was sent."""
    server = play(at("ntlm.challenge", "ntlm-message: {av-pairs: timestamp "
                     "48=00ff netbios-domain eol, version: 0600000000000000}"))
    ticket_for(requests(server), server)
    found = [record for record in journal(server, "webticket.issue")
             if record.status == 200]
    assert len(found) == 1
    assert found[0].must == []


# --- old challenges ------------------------------------------------------------

def test_stale_challenge(play):
    """The second server of a load balancer: the answer is to the challenge of
    the first one. Two clients of other families fail alike."""
    server = play(at("ntlm.challenge", "ntlm-message: {challenge: stale}",
                     "after: 1"))
    first = challenge_of(Shaker(server).negotiate())
    second = Shaker(server)
    again = challenge_of(second.negotiate())
    assert again == first
    assert second.answer(again).status == 401
    assert ask(Curl(server, "--ntlm"), server).status == 401
    assert ask(requests(server), server).status == 401
    refusals = [record.remarks["auth.refused"] for record in journal(server)
                if "auth.refused" in record.remarks]
    assert refusals == ["wrong password"] * 3


def test_repeated_challenge(play):
    server = play(at("ntlm.challenge", "ntlm-message: {challenge: repeated}"))
    first = Shaker(server)
    message = challenge_of(first.negotiate())
    assert first.answer(message).status == 200
    second = Shaker(server)
    assert challenge_of(second.negotiate()) == message
    assert second.answer(message).status == 200


# --- legs out of order -----------------------------------------------------------

def test_challenge_for_the_last_leg(play):
    server = play(at("ntlm.authenticate", "ntlm-leg: challenge", "first: 1"))
    shaker = Shaker(server)
    first = challenge_of(shaker.negotiate())
    answer = shaker.answer(first)
    assert answer.status == 401
    second = challenge_of(answer)
    assert NTLMAuthChallenge(second)["challenge"] != NTLMAuthChallenge(
        first)["challenge"]
    # The answer to the second one is right.
    assert shaker.answer(second).status == 200


def test_same_challenge_for_the_last_leg(play):
    server = play(at("ntlm.authenticate", "ntlm-leg: again", "first: 1"))
    shaker = Shaker(server)
    first = challenge_of(shaker.negotiate())
    answer = shaker.answer(first)
    assert challenge_of(answer) == first
    assert shaker.answer(first).status == 200


@pytest.mark.parametrize("point", ["ntlm.negotiate", "ntlm.authenticate"])
def test_scheme_alone(play, point):
    server = play(at(point, "ntlm-leg: scheme"))
    shaker = Shaker(server)
    answer = shaker.negotiate()
    if point == "ntlm.authenticate":
        answer = shaker.answer(challenge_of(answer))
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["NTLM"]


def test_challenge_out_of_turn(play):
    """The last leg on a connection that saw no other."""
    server = play(at("ntlm.out-of-turn", "ntlm-leg: challenge"))
    shaker = Shaker(server)
    message = challenge_of(shaker.negotiate())
    elsewhere = Shaker(server)
    answer = elsewhere.answer(message)
    assert answer.status == 401
    assert elsewhere.answer(challenge_of(answer)).status == 200


def test_restart_is_a_point(play):
    server = play(at("ntlm.restart", "status: 503"))
    shaker = Shaker(server)
    assert shaker.negotiate().status == 401
    assert shaker.negotiate().status == 503


def test_good_answer_for_the_first_leg(play):
    """200 with no challenge, and nobody is signed in."""
    server = play(at("ntlm.negotiate",
                     "status: 200, headers: {WWW-Authenticate: null}",
                     "first: 1"))
    shaker = Shaker(server)
    answer = shaker.negotiate()
    assert (answer.status, answer.headers("WWW-Authenticate")) == (200, [])
    assert shaker.ask().status == 401


# --- verdicts ----------------------------------------------------------------------

def test_wrong_password_is_accepted(play):
    server = play(at("ntlm.verdict", "verdict: accepted"),
                  world="world: {lockout-threshold: 1}\n")
    shaker = Shaker(server)
    answer = shaker.answer(challenge_of(shaker.negotiate()), "wrong")
    assert answer.status == 200
    assert answer.header("Persistent-Auth") == "true"
    assert b'"user":"alice"' in answer.body.replace(b" ", b"")
    # And the connection is hers.
    assert shaker.ask().status == 200
    record = [r for r in journal(server) if "verdict.forced" in r.remarks][0]
    assert record.remarks["verdict.forced"] == (
        "accepted; without the step: wrong-password")


def test_right_password_is_refused(play):
    server = play(at("ntlm.verdict", "verdict: {is: refused, reason: locked}"))
    shaker = Shaker(server)
    answer = shaker.answer(challenge_of(shaker.negotiate()))
    assert (answer.status, answer.headers("WWW-Authenticate")) == (401,
                                                                   ["NTLM"])
    assert shaker.ask().status == 401
    record = [r for r in journal(server) if "verdict.forced" in r.remarks][0]
    assert record.remarks["verdict.forced"] == (
        "refused, locked; without the step: accepted")
    assert record.remarks["auth.refused"] == "locked, a step says so"


@pytest.mark.parametrize("fault,words", [
    ("reset", "resets the connection"),
    ("close", "closes the connection"),
])
def test_the_reason_outlives_the_answer(play, fault, words):
    server = play(f"{{at: ntlm.verdict, when: {{reason: wrong-password}}, "
                  f"do: {{{fault}: yes}}}}")
    shaker = Shaker(server)
    with pytest.raises((OSError, AssertionError, ValueError)):
        shaker.answer(challenge_of(shaker.negotiate()), password="wrong")
    assert f', and a step {words}"' in server.messages()
    assert 'why="wrong password' in server.messages()


def test_accepted_as_somebody_else(play):
    server = play(at("ntlm.verdict", "verdict: {is: accepted, user: bob}"))
    shaker = Shaker(server)
    answer = shaker.answer(challenge_of(shaker.negotiate()), user="nobody")
    assert b'"user":"bob"' in answer.body.replace(b" ", b"")


def test_a_good_one_is_accepted_as_somebody_else(play):
    server = play(at("ntlm.verdict", "verdict: {is: accepted, user: bob}"))
    shaker = Shaker(server)
    answer = shaker.answer(challenge_of(shaker.negotiate()))
    assert answer.status == 200
    assert b'"user":"bob"' in answer.body.replace(b" ", b"")
    # And the connection is his.
    assert b'"user":"bob"' in shaker.ask().body.replace(b" ", b"")


def test_nobody_is_there_to_accept(play):
    server = play(at("ntlm.verdict", "verdict: accepted"))
    shaker = Shaker(server)
    assert shaker.answer(challenge_of(shaker.negotiate()),
                         user="nobody").status == 401


def test_wrong_password_over_negotiate_is_accepted(play):
    """SPNEGO's last word comes along: NegTokenResp with accept-completed."""
    server = play(at("ntlm.verdict", "verdict: accepted"))
    shaker = Shaker(server, "Negotiate", "/auth/negotiate")
    answer = shaker.answer(challenge_of(shaker.negotiate()), "wrong")
    assert answer.status == 200
    assert challenge_of(answer) == bytes.fromhex("a1073005a0030a0100")


def test_a_refusal_counts_no_wrong_password(play):
    server = play(
        at("ntlm.verdict", "verdict: {is: refused, reason: wrong-password}",
           "first: 2"),
        world="world: {lockout-threshold: 1}\n")
    for status in (401, 401, 200):
        shaker = Shaker(server)
        assert shaker.answer(
            challenge_of(shaker.negotiate())).status == status


def test_basic(play):
    server = play(at("basic.verdict", "verdict: refused", "user: alice"),
                  at("basic.verdict", "verdict: {is: accepted, user: bob}"))
    url = server.url("lyncweb", "/auth/basic")
    assert server.curl(url, "-u", f"CONTOSO\\alice:{PASSWORD}").status == 401
    answer = server.curl(url, "-u", "CONTOSO\\carol:x")
    assert answer.status == 200
    assert b'"user":"bob"' in answer.body.replace(b" ", b"")


def test_standing_identity_is_forgotten(play):
    server = play(at("auth.standing", "verdict: refused", "after: 1, first: 1"))
    shaker = Shaker(server)
    assert shaker.answer(challenge_of(shaker.negotiate())).status == 200
    assert shaker.ask().status == 200
    assert shaker.ask().status == 401
    assert shaker.ask().status == 401
    assert shaker.answer(challenge_of(shaker.negotiate())).status == 200


def test_persistent_auth_lies(play):
    """It says that the connection is nobody's, and it is hers."""
    server = play(at("ntlm.verdict", "headers: {Persistent-Auth: 'false'}"))
    shaker = Shaker(server)
    answer = shaker.answer(challenge_of(shaker.negotiate()))
    assert (answer.status, answer.header("Persistent-Auth")) == (200, "false")
    assert shaker.ask().status == 200


# --- grammar of WWW-Authenticate -----------------------------------------------------

@pytest.mark.parametrize("form,values", [
    ("one-line", ["Negotiate, NTLM"]),
    ("no-blanks", ["Negotiate,NTLM"]),
    ("lower-case", ["negotiate", "ntlm"]),
    ("upper-case", ["NEGOTIATE", "NTLM"]),
    ("twice", ["Negotiate", "Negotiate", "NTLM", "NTLM"]),
    ("reversed", ["NTLM", "Negotiate"]),
    ("empty-token", ["Negotiate =", "NTLM ="]),
    ("bad-token", ["Negotiate *no base64*", "NTLM *no base64*"]),
    ("empty", ["", ""]),
    ("omit", []),
])
def test_offer(play, form, values):
    server = play(at("auth.offer", f"www-authenticate: {form}"))
    answer = server.ask_ticket("x")
    assert (answer.status, answer.headers("WWW-Authenticate")) == (401, values)


def test_form_of_a_challenge(play):
    server = play(at("ntlm.challenge", "www-authenticate: quoted", "first: 1"),
                  at("ntlm.challenge", "www-authenticate: unpadded"))
    shaker = Shaker(server)
    value = shaker.negotiate().header("WWW-Authenticate")
    assert value.startswith('NTLM "TlRMTVNT') and value.endswith('"')
    value = shaker.negotiate().header("WWW-Authenticate")
    assert value.startswith("NTLM TlRMTVNT") and "=" not in value


def test_challenge_without_its_token(play):
    """It never went out: the answer to it is out of turn."""
    server = play(at("ntlm.challenge", "www-authenticate: no-token"))
    answer = Shaker(server).negotiate()
    assert answer.headers("WWW-Authenticate") == ["NTLM"]


# --- what makes no sense ---------------------------------------------------------------

@pytest.mark.parametrize("step,words", [
    ("{at: discover.root, do: {verdict: accepted}}", "it has at: proxy.verdict, auth.standing"),
    ("{at: ntlm.verdict, do: {verdict: {reason: locked}}}", "verdict.is"),
    ("{at: ntlm.verdict, do: {verdict: {is: refused, reason: lockd}}}",
     '"lockd" is no reason'),
    ("{at: ntlm.verdict, do: {verdict: {is: accepted, user: alcie}}}",
     'the nearest is "alice"'),
    ("{at: ticket.verdict, do: {verdict: {is: refused, reason: locked}}}",
     "is no reason at ticket.verdict"),
    ("{at: auth.standing, do: {verdict: accepted}}", "accepted already"),
    ("{at: ntlm.negotiate, do: {ntlm-leg: challenge}}", "the right answer"),
    ("{at: ntlm.out-of-turn, do: {ntlm-leg: again}}", "no challenge went"),
    ("{at: ntlm.challenge, do: {ntlm-message: {short: no}}}", "at least one"),
    ("{at: ntlm.challenge, do: {ntlm-message: {reserved: '00'}}}",
     "16 hexadecimal digits"),
    ("{at: ntlm.challenge, do: {ntlm-message: {av-pairs: eol noise}}}",
     '"noise" is no AV pair'),
    ("{at: ntlm.challenge, do: {ntlm-message: {target-info-length: 65536}}}",
     "0 to 65535"),
    ("{at: discover.user, do: {www-authenticate: omit}}", "has no effect"),
])
def test_refused_at_load(tmp_path, step, words):
    file = tmp_path / "wrong.yaml"
    file.write_text(f"lyncmock: 1\nsteps:\n  - {step}\n")
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 2
    assert words in done.stderr, done.stderr
