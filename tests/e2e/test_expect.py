"""What scenarios expect: orders, limits, severities; and that the verdict is
the same however the client ends."""

import json
import signal
import subprocess
import sys
import time

import pytest

from harness import BINARY, PATIENCE, PASSWORD, clean_environment
from harness import TICKET_PATH
from raw import Peer

KERBEROS = False
MEX = TICKET_PATH + "/mex"
UP = "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n"


@pytest.fixture
def expect(serve, tmp_path):
    """expect(yaml) serves a scenario that ends with this text."""
    def start(text, *args):
        path = tmp_path / "expect.yaml"
        path.write_text("lyncmock: 1\n" + text)
        server = serve(path, *args)
        server.judged = True
        return server

    return start


def verdict(server, code):
    """The lines of the verdict, without the program's name."""
    server.expected_exit = code
    assert server.stop() == code, server.messages()
    return [line.partition("verdict: ")[2]
            for line in server.messages().splitlines() if "verdict: " in line]


def root(server):
    server.curl(server.url("lyncdiscover"))


def mex(server):
    server.curl(server.url("lyncweb", MEX))


def ticket(server, password=PASSWORD):
    return server.ask_ticket("CONTOSO\\alice", "--ntlm", password=password)


# --- what comes behind what --------------------------------------------------

AFTER = """\
expect:
  - {id: ticket, at: webticket.issue, answered: 200}
  - {at: mex.get, after: ticket}
"""


def test_after(expect):
    server = expect(AFTER)
    mex(server)
    assert ticket(server).status == 200
    lines = verdict(server, 1)
    assert any("failed: expected mex.get at least once after ticket, saw 0, "
               "and 1 not after ticket" in line for line in lines), lines


def test_after_holds(expect):
    server = expect(AFTER)
    assert ticket(server).status == 200
    mex(server)
    verdict(server, 0)


def test_before(expect):
    server = expect("""\
expect:
  - {id: ticket, at: webticket.issue}
  - {at: mex.get, before: ticket, times: 1}
  - {never: {at: discover.root, before: ticket}}
""")
    mex(server)
    ticket(server)
    mex(server)
    root(server)
    verdict(server, 0)


def test_what_is_before_must_not_be(expect):
    server = expect("""\
expect:
  - {id: ticket, at: webticket.issue}
  - {never: {at: discover.root, before: ticket}}
""")
    root(server)
    ticket(server)
    lines = verdict(server, 1)
    assert any("expected discover.root never before ticket, saw 1, the first "
               "at exchange" in line for line in lines), lines


def test_soon_after(expect):
    """A client that does not wait as it was told."""
    server = expect("""\
steps:
  - {at: discover.root, when: {first: 1}, do: {status: 503}}
expect:
  - {id: busy, at: discover.root, answered: 503}
  - {never: {at: discover.root, after: busy, within: 300ms}}
  - {at: discover.root, after: busy, within: 20s}
""")
    root(server)
    time.sleep(0.4)  # what the client does
    root(server)
    verdict(server, 0)


def test_too_soon_after(expect):
    server = expect("""\
steps:
  - {at: discover.root, when: {first: 1}, do: {status: 503}}
expect:
  - {id: busy, at: discover.root, answered: 503}
  - {never: {at: discover.root, after: busy, within: 20s}}
""")
    root(server)
    root(server)
    assert any("never after busy within 20s, saw 1" in line
               for line in verdict(server, 1))


ORDER = """\
expect:
  - in-order:
      - {at: discover.root, answered: 200}
      - {at: mex.get}
      - {at: webticket.issue, answered: 2xx}
"""


def test_order(expect):
    server = expect(ORDER)
    mex(server)
    root(server)
    root(server)
    mex(server)
    root(server)
    ticket(server)
    verdict(server, 0)


def test_other_order(expect):
    server = expect(ORDER)
    mex(server)
    root(server)
    ticket(server)
    lines = verdict(server, 1)
    assert any("failed: expected in order: discover.root answered 200, "
               "mex.get, webticket.issue answered 2xx, saw no mex.get behind "
               "discover.root at exchange" in line and
               "the first was at exchange" in line for line in lines), lines


def test_one_thing_is_not_two_of_an_order(expect):
    server = expect("""\
expect:
  - in-order: [{at: discover.root}, {at: discover.root}]
""")
    root(server)
    verdict(server, 1)


def test_late_for_its_order(expect):
    server = expect("""\
expect:
  - in-order: [{at: discover.root}, {at: mex.get, within: 100ms}]
""")
    root(server)
    time.sleep(0.2)  # what the client does
    mex(server)
    assert any("in time" in line for line in verdict(server, 1))


# --- answers -----------------------------------------------------------------

@pytest.mark.parametrize("answered,held", [
    ("200", True), ("2xx", True), ("[503, 2xx]", True), ("'20?'", True),
    ("'*'", True), ("201", False), ("[4xx, 5xx]", False), ("3xx", False),
])
def test_answered(expect, answered, held):
    server = expect(f"expect: [{{at: discover.root, answered: {answered}}}]\n")
    root(server)
    lines = verdict(server, 0 if held else 1)
    if not held:
        assert any("nearest: answered: expected" in line and "was 200" in line
                   for line in lines), lines


# --- never, limits, severities ------------------------------------------------

def test_never_at_a_point(expect):
    server = expect("""\
expect:
  - {never: {at: http.response, when: {status: '4*'}}}
""")
    root(server)
    server.curl(server.url("lyncweb", "/nothing"))
    assert any("http.response (status: 4*) never, saw 1, the first at " in line
               for line in verdict(server, 1))


def test_limits(expect):
    server = expect("""\
expect:
  - {requests: '<= 1', connections: '< 9'}
  - {handshakes: 2, severity: warn}
  - {unauthorized: 0}
  - {requests: '> 2', severity: warn}
  - {time: '< 1h', bytes-out: '>= 1'}
""")
    root(server)
    root(server)
    lines = verdict(server, 1)
    assert any("failed: expected requests <= 1, connections < 9, took "
               "requests: 2" in line for line in lines), lines
    assert any("warning: expected requests > 2, took requests: 2" in line
               for line in lines), lines
    assert lines[-1].startswith("failed:") and "failed=1 of=5" in lines[-1]


def test_a_401_is_counted(expect):
    server = expect("expect: [{unauthorized: 0}, {resumptions: 0}]\n")
    ticket(server)
    lines = verdict(server, 1)
    assert any("took unauthorized: 1" in line for line in lines), lines


def test_a_warning_fails_nothing(expect):
    server = expect("expect: [{at: mex.get, severity: warn}]\n")
    root(server)
    lines = verdict(server, 0)
    assert any("warning: expected mex.get" in line for line in lines), lines


@pytest.mark.parametrize("word,code,told", [
    ("fail", 1, "failed: expected no request that no endpoint serves"),
    ("warn", 0, "warning: expected no request that no endpoint serves"),
    ("pass", 0, None),
])
def test_unexpected(expect, word, code, told):
    server = expect(f"unexpected: {word}\n")
    server.curl(server.url("lyncweb", "/nothing"))
    lines = verdict(server, code)
    assert not told or any(told in line for line in lines), lines
    assert told or not lines


def test_unexpected_beats_what_is_extended(expect, tmp_path):
    (tmp_path / "parent.yaml").write_text(
        "lyncmock: 1\nfail-on: [unexpected]\n")
    server = expect("extends: parent.yaml\nunexpected: warn\n")
    server.curl(server.url("lyncweb", "/nothing"))
    verdict(server, 0)


# --- rules -------------------------------------------------------------------

def malformed(server):
    """Breaks HT-001: this is no HTTP."""
    with Peer(server, tls=False) as peer:
        peer.send(b"NONSENSE\r\n\r\n")
        peer.all()


@pytest.mark.parametrize("text,code,told", [
    ("fail-on: [must]", 1, "failed: expected no breach of a rule of level"),
    ("fail-on: [must]\nrules: {HT-001: warn}", 0, "warning: HT-001"),
    ("fail-on: [must]\nrules: {'HT-*': 'off'}", 0, None),
    ("fail-on: [must]\nrules: {HT-001: note}", 0, None),
    ("fail-on: [must]\nrules: {HT-001: practice}", 0, None),
    ("fail-on: [practice]\nrules: {HT-001: practice}", 1,
     "failed: expected no breach of a rule of level practice"),
    ("rules: {HT-001: fail}", 1, "failed: expected no breach of HT-001"),
    ("rules: {'HT-*': warn, HT-001: fail}", 1,
     "failed: expected no breach of HT-001"),
    ("rules: {'HT-0*': warn, 'HT-*': fail}", 0, "warning: HT-001"),
])
def test_rules(expect, text, code, told):
    server = expect(text + "\n")
    malformed(server)
    root(server)
    lines = verdict(server, code)
    assert not told or any(told in line for line in lines), lines
    assert told or not any("HT-001" in line for line in lines), lines


# --- races -------------------------------------------------------------------

HASTY = """
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET / HTTP/1.1\\r\\nHost: lyncdiscover.contoso.test\\r\\n\\r\\n")
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_client_that_ends_at_once(tmp_path, workers):
    """It exits right behind its last byte, and reads no answer: 25 times with
    each, the verdict is the same."""
    path = tmp_path / "race.yaml"
    path.write_text("lyncmock: 1\nexpect:\n"
                    "  - {at: discover.root, times: 1}\n"
                    "  - {requests: 1}\n")
    for turn in range(25):
        done = subprocess.run(
            [BINARY, "run", path, "--workers", str(workers), "--set",
             "offer.kerberos=no", "--", "sh", "-c",
             f'exec {sys.executable} -c "$0" "$LYNC_HTTP_PORT"', HASTY],
            env=clean_environment(tmp_path), capture_output=True, text=True,
            timeout=PATIENCE)
        assert done.returncode == 0, (turn, done.stderr)


def test_a_server_that_is_stopped_at_once(expect):
    """TERM comes right behind the last byte of a request."""
    for turn in range(25):
        server = expect("expect: [{at: discover.root, times: 1}]\n")
        peer = Peer(server, tls=False)
        peer.send(UP.format("/", "lyncdiscover.contoso.test").encode())
        assert server.stop(signal.SIGTERM) == 0, (turn, server.messages())
        peer.close()


# --- in reports --------------------------------------------------------------

def test_report(expect, tmp_path):
    path = tmp_path / "report.json"
    server = expect("expect: [{at: mex.get, severity: warn}, "
                    "{at: http.request, when: {client: nobody*}}]\n",
                    "--json", path)
    root(server)
    verdict(server, 1)
    run = json.loads(path.read_text())["runs"][0]
    assert [one["severity"] for one in run["expectations"]] == ["warn", "fail"]
    assert "client: expected nobody*, was curl/" \
        in run["expectations"][1]["nearest"]
