"""One seed and one order of requests: the same decisions, byte for byte, in
what goes over the wire and in the journal, times and ports aside. A thousand
exchanges with all that chance, counters and states decide."""

import base64
import json
import random

import pytest

from harness import PASSWORD
from raw import Peer
from sessions import Admin

KERBEROS = False

EXCHANGES = 1000
DOMAINS = ["a.contoso.test", "b.contoso.test", "c.contoso.test"]

# The world's clock stands, so that Date is the same as well.
SCENARIO = """\
lyncmock: 1
world:
  clock: {start: '2013-06-01T12:00:00Z'}
  clock-runs: no
steps:
  - at: http.request
    also: yes
    when: {chance: 30%, max-in-a-row: 2}
    do: {delay: {median: 1ms, sigma: '0.8'}, headers: {X-Late: a}}
  - at: basic.verdict
    when: {user: '*', per: user, chance: 40%, max-in-a-row: 2}
    do: {status: 503}
    set: {phase: refused}
  - at: basic.verdict
    when: {user: bob, per: user, after: 5, every: 7}
    do: {status: 502}
    set: {phase: odd}
  - at: plain.answer
    when: {is: {phase: refused}, per: connection, first: 40}
    do: {status: 202}
    set: {phase: null}
  - at: plain.answer
    when: {is: {phase: odd}, chance: 50%, eventually: 30}
    do: {status: 203}
  - at: discover.http
    when: {chance: 25%}
    do: {delay: 1ms..2ms, status: 500}
"""


def order(count=EXCHANGES):
    """Which requests, the same each time."""
    chance = random.Random(7)
    return [chance.choice(["alice", "bob", "away", None])
            for _ in range(count)]


def message(host, user):
    if user is None:
        return f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    word = base64.b64encode(f"CONTOSO\\{user}:{PASSWORD}".encode()).decode()
    return (f"GET /auth/basic HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Basic {word}\r\n\r\n").encode()


def walk(server, users, domain="contoso.test", per_connection=100):
    """All that was answered."""
    answers = []
    for start in range(0, len(users), per_connection):
        with Peer(server) as peer:
            for user in users[start:start + per_connection]:
                host = "lyncweb" if user else "lyncdiscover"
                reply = peer.ask(message(f"{host}.{domain}", user))
                answers.append((reply.status, reply.fields, reply.body))
    return answers


def without_times(entries):
    """Clocks, ports of the client, and how long it took."""
    for entry in entries:
        for word in ("began", "decided_us", "took_us"):
            del entry[word]
        del entry["connection"]["peer"]
        del entry["connection"]["local_port"]
    return [json.dumps(entry) for entry in entries]


@pytest.fixture
def run(serve, tmp_path):
    path = tmp_path / "chance.yaml"
    path.write_text(SCENARIO)

    def one(*args):
        server = serve(path, *args)
        answers = walk(server, order())
        server.stop()
        return answers, without_times(server.entries())

    return one


def test_the_same_from_start_to_start(run):
    answers, journal = run("--seed", 4711)
    assert len(journal) == EXCHANGES
    assert {answer[0] for answer in answers} >= {200, 202, 203, 500, 502, 503}
    assert any("X-Late" in dict(answer[1]) for answer in answers)
    for args in ((), ("--workers", 1)):
        again = run("--seed", 4711, *args)
        assert again[0] == answers
        assert again[1] == journal
    other, _ = run("--seed", 4712)
    assert [answer[0] for answer in other] != [answer[0] for answer in answers]


def decisions_of_sessions(serve, made, asked):
    """What the client of each session sees."""
    server = serve("--admin-port", "0", "--seed", 99)
    admin = Admin(server)
    for domain in made:
        admin.make(domain, SCENARIO)
    users = order(300)
    seen = {domain: [] for domain in made}
    for start in range(0, len(users), 60):
        for domain in asked:
            seen[domain] += walk(server, users[start:start + 60], domain)
    server.stop()
    return seen


def test_sessions_made_and_asked_in_another_order(serve):
    one = decisions_of_sessions(serve, DOMAINS, DOMAINS)
    other = decisions_of_sessions(serve, DOMAINS[::-1],
                                  [DOMAINS[1], DOMAINS[2], DOMAINS[0]])
    for domain in DOMAINS:
        assert [answer[0] for answer in one[domain]] == [
            answer[0] for answer in other[domain]]
    assert [answer[0] for answer in one[DOMAINS[0]]] != [
        answer[0] for answer in one[DOMAINS[1]]]
