"""What moves while a scenario runs: chance, counters for one alone, states,
the clock, and the verdict on what is expected; seen by curl, raw sockets and
kinit, told by the exit code."""

import datetime
import email.utils
import signal
import time

import pytest

from clients import Curl
from harness import ROOT_PATH, TICKET_PATH, run_cli
from raw import Peer, get
from signin import ALICE, JSON, ask, open_user, ticket_for

KERBEROS = False  # see serve

ROOT = "{at: discover.root, when: {%s}, do: {status: 503}}"


@pytest.fixture
def play(serve, tmp_path):
    def start(text, *args):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\n" + text)
        return serve(path, *args)

    return start


def steps(*lines):
    return "steps:\n" + "".join(f"  - {line}\n" for line in lines)


def statuses(server, count, path=ROOT_PATH, host="lyncdiscover"):
    """Of so many requests on one connection."""
    with Peer(server, tls=True, host=host) as peer:
        return [peer.ask(get(peer.host, path)).status for _ in range(count)]


def sign_in(server, account=ALICE):
    return ask(Curl(server, "--ntlm"), server, account).status


# --- chance -------------------------------------------------------------------

FLAKY = ROOT % "chance: 20%"
OTHER = "{at: http.request, when: {chance: 50%, path: /x*}, do: {delay: 1ms}}"
ANOTHER = "{at: discover.root, also: yes, when: {chance: 50%}, do: " \
          "{headers: {X-Other: a}}}"
EXCHANGES = 1000


def decisions(server):
    seen = statuses(server, EXCHANGES)
    assert set(seen) == {200, 503}
    return seen


def test_the_same_seed_gives_the_same_faults(play):
    once = decisions(play(steps(FLAKY), "--seed", 4711))
    assert 130 < once.count(503) < 270
    assert decisions(play(steps(FLAKY), "--seed", 4711)) == once
    assert decisions(play(steps(OTHER, ANOTHER, FLAKY), "--seed", 4711)) == once
    assert decisions(play(steps(FLAKY), "--seed", 4712)) != once


def test_an_id_keeps_what_is_drawn(play):
    flaky = "{id: flaky, at: discover.root, when: {chance: 20%}, do: {status: %s}}"
    once = statuses(play(steps(flaky.replace("%s", "503")), "--seed", 1), 200)
    again = statuses(play(steps(flaky.replace("%s", "502")), "--seed", 1), 200)
    assert [status == 503 for status in once] == [
        status == 502 for status in again]
    assert 503 in once


def test_never_and_always(play):
    assert set(statuses(play(steps(ROOT % "chance: 0%")), 200)) == {200}
    assert set(statuses(play(steps(ROOT % "chance: 100%")), 200)) == {503}


def test_chance_has_bounds(play):
    seen = statuses(play(steps(ROOT % "chance: 100%, max-in-a-row: 3")), 8)
    assert seen == [503, 503, 503, 200] * 2
    seen = statuses(play(steps(ROOT % "chance: 100%, eventually: 3")), 8)
    assert seen == [503] * 3 + [200] * 5


def test_the_seed_is_in_the_journal(play):
    server = play(steps(FLAKY))
    statuses(server, 1)
    server.stop()
    assert [entry["seed"] for entry in server.entries()] == [
        server.ready["seed"]]


# --- counters for one alone ---------------------------------------------------

def test_per_user(play):
    server = play(steps("{at: webticket.issue, when: {per: user, first: 1}, "
                        "do: {status: 503}}"))
    seen = [sign_in(server, account)
            for account in (ALICE, "CONTOSO\\bob", ALICE, "CONTOSO\\bob")]
    assert seen == [503, 503, 200, 200]


def test_per_connection(play):
    server = play(steps(ROOT % "per: connection, first: 1"))
    assert [statuses(server, 3) for _ in range(2)] == [[503, 200, 200]] * 2


def test_per_address(play):
    server = play(steps(ROOT % "per: address, first: 1"))
    assert [statuses(server, 2) for _ in range(2)] == [[503, 200], [200, 200]]


# --- states -------------------------------------------------------------------

PHASES = steps(
    "{at: webticket.issue, also: yes, set: {phase: signed-in}}",
    "{at: discover.root, when: {is: {phase: signed-in}}, do: {status: 503}}")


def test_a_state_is_set_and_asked(play):
    server = play(PHASES)
    assert statuses(server, 1) == [200]
    assert sign_in(server) == 200
    assert statuses(server, 1) == [503]


def test_a_state_that_is_not_set(play):
    server = play(steps(
        "{at: discover.root, when: {is: {phase: null}}, "
        "do: {status: 503}, set: {phase: done}}"))
    assert statuses(server, 3) == [503, 200, 200]


@pytest.mark.parametrize("do", ["{reset: yes}", "{stall: yes}"])
def test_what_is_never_sent_sets_nothing(play, do):
    """A state that changes though the reply was a RST: the bug of others."""
    server = play(steps(
        "{at: discover.xframe, set: {phase: done}, do: %s}" % do,
        "{at: discover.root, when: {is: {phase: done}}, do: {status: 503}}"))
    with Peer(server, tls=True, host="lyncdiscover") as peer:
        peer.send(get(peer.host, "/xframe"))
        if do == "{reset: yes}":
            assert peer.reply() is None
    assert statuses(server, 1) == [200]


def test_what_is_cut_short_sets_it(play):
    server = play(steps(
        "{at: discover.xframe, set: {phase: done}, do: {reset: {after: 20}}}",
        "{at: discover.root, when: {is: {phase: done}}, do: {status: 503}}"))
    with Peer(server, tls=True, host="lyncdiscover") as peer:
        peer.send(get(peer.host, "/xframe"))
        peer.all()
    assert statuses(server, 1) == [503]


def test_a_reply_that_is_replaced_sets_nothing(play):
    server = play(steps(
        "{at: webticket.issue, also: yes, set: {phase: signed-in}}",
        "{at: http.response, when: {first: 1, path: /WebTicket/*, status: '200'}, "
        "do: {status: 500}}",
        "{at: discover.root, when: {is: {phase: signed-in}}, "
        "do: {status: 503}}"))
    assert sign_in(server) == 500
    assert statuses(server, 1) == [200]
    assert sign_in(server) == 200
    assert statuses(server, 1) == [503]


def test_a_state_before_http(play):
    server = play(steps(
        "{at: tls.handshake, when: {host: lyncweb.*}, set: {phase: known}}",
        "{at: discover.root, when: {is: {phase: known}}, do: {status: 503}}"))
    assert statuses(server, 1) == [200]
    Peer(server, tls=True, host="lyncweb").close()
    assert statuses(server, 1) == [503]


# --- the clock ----------------------------------------------------------------

def date_of(server):
    answer = Curl(server).send("GET", server.url("lyncdiscover", ROOT_PATH), {})
    return email.utils.parsedate_to_datetime(answer.header("Date"))


def test_a_clock_that_runs_fast(play):
    server = play("world: {clock: {start: 2013-06-01T12:00:00Z, "
                  "scale: 100000}}\n")
    begin = datetime.datetime(2013, 6, 1, 12, tzinfo=datetime.timezone.utc)
    first = date_of(server)
    second = date_of(server)
    # 100,000 s are more than a day; a request takes some ms at least.
    assert begin < first < second
    assert second - first > datetime.timedelta(minutes=1)
    server.stop()
    times = [entry["world_time"] for entry in server.entries()]
    assert all(time.startswith("2013-") for time in times)
    assert times == sorted(times) and len(set(times)) == 2


def test_a_ticket_ages_with_a_fast_clock(play):
    """An hour of the world is some milliseconds: the ticket is no longer
    good when it is shown."""
    server = play("world: {clock: {scale: 1000000}, ticket: {lifetime: 5m}}\n")
    ticket = ticket_for(Curl(server, "--ntlm"), server)
    assert open_user(Curl(server), server, ticket.headers()).status == 401


# --- the verdict --------------------------------------------------------------

def verdict(server):
    server.judged = True
    code = server.stop()
    server.expected_exit = code
    lines = [line.partition("verdict: ")[2]
             for line in server.messages().splitlines() if "verdict: " in line]
    return code, lines


def expect(*lines, more=""):
    return more + "expect:\n" + "".join(f"  - {line}\n" for line in lines)


@pytest.mark.parametrize("times, code, saw", [
    (1, 1, "saw 1"), (2, 0, ""), (3, 1, "saw 3, the first at exchange 2")])
def test_expected_so_often(play, times, code, saw):
    server = play(expect("{at: webticket.issue, times: 2}"))
    for _ in range(times):
        assert sign_in(server) == 200
    got, lines = verdict(server)
    assert got == code
    if code:
        assert lines[0].endswith("play.yaml:3: failed: expected "
                                 f"webticket.issue 2 times, {saw}")
        assert lines[-1].startswith("failed: session=default")
        assert f"seed={server.ready['seed']}" in lines[-1]
    else:
        assert lines[-1].startswith("passed: session=default")
    # What curl's own NTLM does otherwise than it should is told, and no more.
    assert all(line.startswith("warning: NT-") for line in lines[1:-1])


@pytest.mark.parametrize("item, count, code, why", [
    ("{at: discover.root}", 1, 0, ""),
    ("{at: discover.root, at-least: 2}", 1, 1, "at least 2 times, saw 1"),
    ("{at: discover.root, at-most: 2}", 2, 0, ""),
    ("{at: discover.root, at-most: 2}", 3, 1, "at most 2 times, saw 3"),
    ("{at: discover.root, times: 0}", 1, 1, "never, saw 1"),
    ("{at: discover.root, at-least: 1, at-most: 2}", 3, 1,
     "1 to 2 times, saw 3"),
    ("{at: discover.root, when: {host: lyncweb.*}}", 1, 1,
     "discover.root (host: lyncweb.*) at least once, saw 0"),
    ("{at: http.request, when: {method: [PUT, HEAD], query: {a: '', b: null}, "
     "header: {X-A: x*}, connection: [2, 3]}, answered: 200, times: 2}", 1, 1,
     "http.request (method: PUT or HEAD, header X-A: x*, query a: '', "
     "query b: none, connection: 2 or 3) answered 200 2 times, saw 0"),
    ("{at: webticket.issue, when: {xpath: //a, auth: ntlm}}", 1, 1,
     "webticket.issue (auth: ntlm, xpath: //a) at least once, saw 0"),
    ("never: {at: discover.root, when: {host: lyncdiscover.*}}", 1, 1,
     "discover.root (host: lyncdiscover.*) never, saw 1"),
    ("in-order: [{at: discover.root}, {at: mex.get, when: {host: lyncweb.*}}]",
     1, 1, "in order: discover.root, mex.get (host: lyncweb.*), saw no mex.get "
     "(host: lyncweb.*) behind discover.root"),
    ("{at: discover.root, answered: 200}", 1, 0, ""),
    ("{at: discover.root, answered: 503}", 1, 1,
     "discover.root answered 503 at least once, saw 0, and 1 answered "
     "otherwise, the last one 200"),
    ("{at: discover.root, within: 1ms, at-least: 9}", 9, 1, "too late"),
])
def test_expectations(play, item, count, code, why):
    server = play(expect(item))
    statuses(server, count)
    got, lines = verdict(server)
    assert got == code, lines
    assert why in lines[0]


def test_what_counts_is_what_was_sent(play):
    """The good answer was planned, and nothing of it went out."""
    server = play(expect("{at: discover.root, answered: 200}", more=steps(
        "{at: http.response, do: {reset: yes}}")))
    with Peer(server, tls=True, host="lyncdiscover") as peer:
        peer.send(get(peer.host, ROOT_PATH))
        assert peer.reply() is None
    code, lines = verdict(server)
    assert code == 1
    assert lines[0].endswith("saw 0, and 1 answered otherwise, the last one "
                             "not at all")


def test_no_client_fails(play):
    code, lines = verdict(play(expect("{at: webticket.issue, times: 0}")))
    assert code == 1
    assert lines[0] == "failed: expected a client, none reached the server"


def test_nothing_expected_nothing_judged(play):
    server = play("title: none\n")
    assert verdict(server) == (0, [])


def test_never_a_password_in_clear(play):
    text = expect("never: {cleartext-password: yes}")
    server = play(text)
    assert Curl(server, "--basic").send(
        "GET", server.url("lyncweb", "/auth/basic"), {}, None, ALICE,
        "Passw0rd!").status == 200
    assert verdict(server)[0] == 0
    server = play(text)
    with Peer(server) as peer:
        peer.ask(get(peer.host, "/auth/basic").replace(
            b"\r\n\r\n", b"\r\nAuthorization: Basic QTpC\r\n\r\n"))
    code, lines = verdict(server)
    assert code == 1 and "without TLS" in lines[0]
    assert "cleartext-password" in [
        remark["key"] for remark in server.entries()[0]["remarks"]]


@pytest.mark.parametrize("path, code", [(ROOT_PATH, 0), ("/nowhere", 1)])
def test_fail_on_unexpected(play, path, code):
    server = play("fail-on: [unexpected]\n")
    statuses(server, 1, path, host="lyncweb")
    assert verdict(server)[0] == code


def test_fail_on_must(play):
    server = play("fail-on: [must]\n")
    Curl(server).send("POST", server.url("lyncweb", TICKET_PATH + "/mex"),
                      {"Content-Type": "text/xml"}, "no XML")
    code, lines = verdict(server)
    assert code == 1 and "MUST" in lines[0]


# --- what is refused at load --------------------------------------------------

@pytest.mark.parametrize("text, error", [
    (steps("{at: discover.root, when: {is: {phase: a}}, do: {status: 503}}"),
     "no step sets it"),
    (steps("{at: discover.root, set: {phase: in}}",
           "{at: discover.user, when: {is: {phas: in}}, do: {status: 503}}"),
     'unknown state "phas"; the nearest is "phase"'),
    (steps("{at: discover.root, set: {phase: inside}}",
           "{at: discover.user, when: {is: {phase: insied}}, do: {status: 1}}"
           .replace("1}", "503}")),
     'the nearest is "inside"'),
    (steps(ROOT % "per: user, first: 1"), "a user is not known at"),
    (steps(ROOT % "per: cnnection, first: 1"), 'nearest is "connection"'),
    (steps(ROOT % "per: connection"), "nothing is counted"),
    (steps(ROOT % "chance: 101%"), "from 0% to 100%"),
    (steps(ROOT % "chance: 10"), "such as 10%"),
    (steps(ROOT % "chance: -1%"), "from 0% to 100%"),
    (steps("{id: a, at: discover.root, do: {status: 503}}",
           "{id: a, at: discover.user, do: {status: 503}}"),
     'has "a" already'),
    (steps("{at: discover.root, set: {}}"), "not {}"),
    (steps("{at: discover.root, set: {'a b': c}}"), "no name of a state"),
    (expect("{at: kdc.as, answered: 200}"), "no HTTP answer is sent"),
    (expect("{at: discover.root, when: {chance: 1%}}"), "are for steps"),
    ("world: {clock: {scale: 0}}\n", "expected a factor"),
    ("world: {clock: {start: 5m}}\n", "expected a time"),
])
def test_mistakes(tmp_path, text, error):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\n" + text)
    done = run_cli(tmp_path, "check", path)
    assert done.returncode == 2
    assert error in done.stderr + done.stdout


# --- steps that never get their turn ------------------------------------------

FIRST = "{at: webticket.issue, when: {%s}, do: {status: 503}}"
SECOND = "{at: webticket.issue, when: {user: alice, first: 2}, do: {status: 500}}"


@pytest.mark.parametrize("when, hides", [
    ("user: alice", True),
    ("user: alice, chance: 50%", False),
    ("user: alice, chance: 100%", True),
    ("user: alice, chance: 100%, max-in-a-row: 2", False),
    ("user: alice, eventually: 3", False),
    ("user: alice, per: user, first: 1", False),
    ("user: alice, xpath: //wst:Claims", False),
    ("user: alice, is: {phase: a}", False),
    ("user: alice, query: {x: null}", False),
    ("user: alice, connection: 1", False),
    ("user: alice, domain: contoso", False),
])
def test_hidden_steps(tmp_path, when, hides):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\n" + steps(
        FIRST % when, SECOND, "{at: discover.root, set: {phase: a}}"))
    done = run_cli(tmp_path, "check", path)
    assert done.returncode == 0, done.stderr
    assert ("never gets its turn" in done.stderr) == hides


@pytest.mark.parametrize("when, inner", [
    ("xpath: //wst:Claims", "xpath: //wst:Claims, user: alice"),
    ("is: {phase: '*'}", "is: {phase: a}, first: 1"),
    ("query: {x: '*'}", "query: {X: a}, path: /*"),
    ("connection: [1, 2, 3]", "connection: 2"),
])
def test_what_asks_more_is_hidden(tmp_path, when, inner):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\n" + steps(
        FIRST % when, FIRST % inner, "{at: discover.root, set: {phase: a}}"))
    done = run_cli(tmp_path, "check", path)
    assert "never gets its turn" in done.stderr


# --- another scenario in its place --------------------------------------------

def test_a_scenario_that_is_read_again_begins_afresh(play):
    server = play("world: {clock: 2013-06-01T12:00:00Z}\n" + steps(
        ROOT % "first: 1", ROOT % "is: {phase: a}",
        "{at: discover.xframe, set: {phase: a}, do: {clock: +1d}}"))
    assert statuses(server, 2) == [503, 200]
    statuses(server, 1, "/xframe")
    assert statuses(server, 1) == [503]
    assert date_of(server).day == 2
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while "is read again" not in server.messages() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert statuses(server, 2) == [503, 200]
    assert date_of(server).day == 1
