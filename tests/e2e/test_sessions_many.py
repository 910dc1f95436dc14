"""200 sessions with 20 different scenarios at once against one process: each
client is told what its own scenario says, each journal is whole and has nothing
of another's, clocks, seeds and verdicts are apart.

LYNCMOCK_BINARY names another program, as everywhere; what else the server shall
be started with, such as two workers, is a row of OPTIONS."""

import base64
import concurrent.futures
import datetime
import email.utils
import json
import re

import pytest
from impacket import ntlm

from clients import Connection, token_of
from harness import ISSUE, RST, TICKET_PATH, USER_PATH
from sessions import Admin, within
from signin import JSON, Ticket, links

KERBEROS = False

OPTIONS = [[]]

SESSIONS = 200
AT_ONCE = 24  # clients

HEAD = """lyncmock: 1
name: kind-{kind}
title: Session {n}
world:
  users:
    u{n}: {{password: 'pw of {n}', home: 1{user}}}
{world}steps:
  - at: http.response
    also: true
    do: {{headers: {{X-Session: '{n}'}}}}
{steps}expect:
  - {{at: discover.root, at-least: {least}}}
"""


class Client:
    """The client of session n, and what it has asked."""

    def __init__(self, server, n, made):
        self.n = n
        self.domain = made["domain"]
        self.view = within(server, self.domain)
        self.seed = made["seed"]
        self.asked = 0
        self.connections = {}
        self.challenges = []

    def ask(self, method, host, path, headers=None, body=None):
        connection = self.connections.get(host)
        if not connection:
            connection = self.connections[host] = Connection(self.view, host)
        self.asked += 1
        answer = connection.ask(
            method, path, {"X-Client": str(self.n), **(headers or {})}, body)
        # Whatever it says, it comes from this client's session.
        assert answer.header("X-Session") == str(self.n), (self.n, path)
        named = set(re.findall(r"[\w-]+\.contoso\.test", answer.text))
        assert named <= {self.domain}, (self.n, answer.text)
        return answer

    def root(self):
        return self.ask("GET", "lyncdiscover", "/")

    def date(self):
        return email.utils.parsedate_to_datetime(self.root().header("Date"))

    def sign_on(self, method, host, path, headers=None, body=None,
                password=None):
        """NTLM; the last answer."""
        first = ntlm.getNTLMSSPType1("", "")
        password = f"pw of {self.n}" if password is None else password

        def leg(message):
            token = base64.b64encode(message.getData()).decode()
            return self.ask(method, host, path,
                            {**(headers or {}),
                             "Authorization": f"NTLM {token}"}, body)

        challenge = token_of(leg(first), "NTLM")
        self.challenges.append(challenge[24:32])
        last, _ = ntlm.getNTLMSSPType3(first, challenge, f"u{self.n}",
                                       password, "CONTOSO")
        return leg(last)

    def who(self, password=None):
        return self.sign_on("GET", "lyncweb", "/auth/ntlm", password=password)

    def is_known(self):
        answer = self.who()
        assert answer.status == 200, answer.text
        assert json.loads(answer.text)["sip"] == f"sip:u{self.n}@{self.domain}"

    def ask_ticket(self):
        body = RST.read_text().replace(
            "@APPLIES_TO@", self.view.url("lyncweb", USER_PATH))
        return self.sign_on("POST", "lyncweb", TICKET_PATH,
                            {"Content-Type": "text/xml; charset=utf-8",
                             "SOAPAction": f'"{ISSUE}"'}, body)

    def ticket(self):
        answer = self.ask_ticket()
        assert answer.status == 200, answer.text
        return Ticket(answer)

    def user(self, ticket):
        return self.ask("GET", "lyncweb", USER_PATH,
                        {"Accept": JSON, **ticket.headers()})


# --- the kinds: what the scenario says, and what its client sees ---------------

def good(client):
    assert client.root().status == 200
    client.is_known()
    answer = client.user(client.ticket())
    assert links(answer)["Self"] == client.view.url("lyncweb", USER_PATH)


def busy_twice(client):
    answers = [client.root() for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert [answer.header("Retry-After") for answer in answers] == [
        str(client.n), str(client.n), None]


def no_user(client):
    client.root()
    assert client.user(client.ticket()).status == 404


def ahead(client):
    real = datetime.datetime.now(datetime.timezone.utc)
    ahead_by = client.date() - real
    minutes = client.n + 10
    assert abs(ahead_by.total_seconds() - 60 * minutes) < 30
    client.ticket()


def another_product(client):
    assert client.root().header("X-MS-Correlation-Id")
    client.is_known()


def inside(client):
    assert f"lyncint.{client.domain}" in client.root().text
    client.is_known()


def ntlm_alone(client):
    client.root()
    answer = client.ask("POST", "lyncweb", TICKET_PATH, body="")
    assert answer.headers("WWW-Authenticate") == ["NTLM"]
    client.ticket()


def locked_by_one_slip(client):
    client.root()
    assert client.who("wrong").status == 401
    assert client.who().status == 401


def refused(client):
    client.root()
    assert client.who().status == 401


def short_ticket(client):
    client.root()
    text = client.ask_ticket().text
    begin, end = [
        datetime.datetime.fromisoformat(
            re.search(rf'{name}="([-\dT:]+)', text).group(1))
        for name in ("NotBefore", "NotOnOrAfter")]
    assert (end - begin).total_seconds() == 60 + client.n


def other_words(client):
    assert client.root().text == f"this is session {client.n}"


def elsewhere(client):
    answer = client.root()
    assert answer.status == 302
    assert answer.header("Location") == f"https://elsewhere.test/{client.n}"


def old_tls(client):
    client.root()
    connection = client.connections["lyncdiscover"]
    assert connection.sock.version() == "TLSv1.2"
    client.is_known()


def other_audience(client):
    client.root()
    assert f"<saml:Audience>https://audience.test/{client.n}</saml:Audience>" \
        in client.ask_ticket().text


def every_second(client):
    statuses = [client.root().status for _ in range(6)]
    assert statuses == [200, 500, 200, 500, 200, 500]


def own_challenge(client):
    client.root()
    client.who()
    assert client.challenges == [f"{client.n:08d}".encode()]


def standing_clock(client):
    dates = {client.date() for _ in range(3)}
    expected = datetime.datetime(2013, 6, 1, 12, 0, 0,
                                 tzinfo=datetime.timezone.utc)
    assert dates == {expected + datetime.timedelta(minutes=client.n)}


def jumping_clock(client):
    first, second = client.date(), client.date()
    assert 60 * client.n <= (second - first).total_seconds() < (
        60 * client.n + 30)


KINDS = [
    (good, "", "", ""),
    (busy_twice, "", "", """  - at: discover.root
    when: {{first: 2}}
    do: {{status: 503, headers: {{Retry-After: '{n}'}}}}
"""),
    (no_user, "", "", "  - {{at: discover.user, do: {{status: 404}}}}\n"),
    (ahead, "", "  clock: +{later}m\n", ""),
    (another_product, "", "  product: sfb2015\n", ""),
    (inside, "", "  location: internal\n", ""),
    (ntlm_alone, "", "  offer: {{windows: [NTLM]}}\n", ""),
    (locked_by_one_slip, "", "  lockout-threshold: 1\n", ""),
    (refused, ", state: locked", "", ""),
    (refused, ", state: expired", "", ""),
    (refused, ", state: disabled", "", ""),
    (short_ticket, "", "  ticket: {{lifetime: {life}s}}\n", ""),
    (other_words, "", "", """  - at: discover.root
    do: {{body: {{text: 'this is session {n}'}}}}
"""),
    (elsewhere, "", "", """  - at: discover.root
    do: {{redirect: 'https://elsewhere.test/{n}'}}
"""),
    (old_tls, "", "  tls: {{max: '1.2'}}\n", ""),
    (other_audience, "",
     "  ticket: {{audience: 'https://audience.test/{n}'}}\n", ""),
    (every_second, "", "", """  - at: discover.root
    when: {{every: 2}}
    do: {{status: 500}}
"""),
    (own_challenge, "", "  ntlm: {{server-challenge: '{challenge}'}}\n", ""),
    (standing_clock, "", "  clock: 2013-06-01T{time}:00Z\n"
                         "  clock-runs: no\n", ""),
    (jumping_clock, "", "", """  - at: discover.root
    when: {{requests: [2]}}
    do: {{clock: +{n}m}}
"""),
]


def scenario(n):
    """The text of session n, and what its client does."""
    kind = n % len(KINDS)
    walk, user, world, steps = KINDS[kind]
    facts = {"n": n, "kind": kind, "later": n + 10, "life": n + 60,
             "challenge": f"{n:08d}".encode().hex(),
             "time": f"{12 + n // 60}:{n % 60:02d}", "least": 1 if n % 3 else 1000}
    return HEAD.format(user=user, world=world.format(**facts),
                       steps=steps.format(**facts), **facts), walk


# --- the test -------------------------------------------------------------------

def all_at_once(work, items):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


def check_journal(admin, client):
    """Whole, and nothing of another's; returns the ids."""
    entries = admin.journal(client.domain)
    assert len(entries) == client.asked
    for entry in entries:
        sent = {field["name"]: field["value"]
                for field in entry["request"]["headers"]}
        assert entry["session"] == client.domain
        assert entry["request"]["host"].endswith("." + client.domain)
        assert sent["X-Client"] == str(client.n)
        assert entry["user"] in (None, f"u{client.n}")
    return {entry["id"] for entry in entries}


def check_verdict(admin, client):
    verdict = admin.verdict(client.domain)
    assert verdict["judged"]
    assert verdict["held"] == bool(client.n % 3), (client.n, verdict)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_200_sessions_with_20_scenarios(serve, options):
    server = serve("--log-level", "warning", *options)
    admin = Admin(server)

    def begin(n):
        text, walk = scenario(n)
        made = admin.make(f"s{n}.contoso.test", text)
        return Client(server, n, made), walk

    walks = all_at_once(begin, range(SESSIONS))
    clients = [client for client, _ in walks]
    assert len(admin.names()) == SESSIONS + 1

    # In another order than they were made: neighbours have other scenarios.
    shuffled = sorted(walks, key=lambda item: item[0].n * 77 % SESSIONS)
    all_at_once(lambda item: item[1](item[0]), shuffled)

    ids = [check_journal(admin, client) for client in clients]
    assert sum(map(len, ids)) == len(set().union(*ids)) == sum(
        client.asked for client in clients)
    for client in clients:
        check_verdict(admin, client)
    assert admin.journal("default") == []

    seeds = {client.seed for client in clients}
    assert len(seeds) == SESSIONS
    random = [client for client in clients
              if client.challenges and client.n % len(KINDS) != 17]
    firsts = [client.challenges[0] for client in random]
    assert len(set(firsts)) == len(firsts) > SESSIONS // 2

    # The same seed, alone: the same challenge as in the crowd, where that was
    # the first thing drawn.
    again = []
    for client in clients[::len(KINDS)]:
        made = admin.make(f"again{client.n}.contoso.test",
                          scenario(client.n)[0], seed=client.seed)
        again.append(Client(server, client.n, made))
        again[-1].who()
        assert again[-1].challenges[0] == client.challenges[0]

    server.stop()
    counts = {}
    for entry in server.entries():
        counts[entry["session"]] = counts.get(entry["session"], 0) + 1
    for client in clients + again:
        assert counts.pop(client.domain) == client.asked
    assert not counts
