"""The golden trace: nothing that is new in every run makes a difference, and a
client that has changed is seen."""

import re

import pytest

from clients import Curl
from harness import ISSUE, RST, TICKET_PATH, USER_PATH, run_cli
from signin import sign_in
from test_run import ASK
from test_requests_ntlm import requests

KERBEROS = False
RUNS = 50


@pytest.fixture(name="golden")
def make_golden(tmp_path):
    return tmp_path / "trace.golden"


def sign_in_with_curl(server, *args):
    sign_in(Curl(server, "--ntlm", *args), server)


def sign_in_with_requests(server):
    sign_in(requests(server), server)


def play(serve, golden, client, *options):
    """The server's log and exit code, after this client."""
    server = serve("--golden", golden, *options)
    server.judged = True
    client(server)
    server.expected_exit = server.stop()
    return server.messages(), server.expected_exit


def approve(serve, golden, client):
    assert play(serve, golden, client, "--approve")[1] == 0


# --- what makes no difference -------------------------------------------------

@pytest.mark.parametrize("client", [sign_in_with_curl, sign_in_with_requests],
                         ids=["curl", "requests-ntlm"])
def test_many_runs_of_the_same_client(serve, golden, client):
    """Each has other ports, certificates, seeds, challenges, tickets, times."""
    approve(serve, golden, client)
    for number in range(RUNS):
        log, code = play(serve, golden, client)
        assert code == 0, f"run {number + 1}: {log}"


def test_many_runs_leave_the_same_trace(serve, golden):
    traces = set()
    for _ in range(5):
        approve(serve, golden, sign_in_with_curl)
        traces.add(golden.read_text())
    assert len(traces) == 1


def test_another_domain_makes_no_difference(serve, golden):
    """Of the world: names in it are told by their place."""
    approve(serve, golden, lambda server: server.curl(
        server.url("lyncdiscover")))
    server = serve("--golden", golden, "--set", "domain=fabrikam.test")
    server.curl(server.url("lyncdiscover"))
    assert server.stop() == 0


# --- what the trace says ------------------------------------------------------

def test_what_it_says(serve, golden):
    approve(serve, golden, sign_in_with_curl)
    text = golden.read_text()
    assert "POST https://lyncweb.{domain}" + TICKET_PATH + "\n" in text
    assert "GET https://lyncweb.{domain}" + USER_PATH + "\n" in text
    assert re.search(r"^  User-Agent: curl/[0-9.]+$", text, re.M)
    assert "  Host: lyncweb.{domain}:{port}\n" in text
    assert "  Authorization: NTLM {token}\n" in text
    assert "  X-MS-WebTicket: {token}\n" in text
    assert "  auth ntlm leg 1\n" in text and "  auth ntlm leg 2\n" in text
    assert f"  action {ISSUE}\n".replace("200512", "{number}") in text
    assert "  answered 401\n" in text and "  answered 200\n" in text
    assert "Passw0rd!" not in text and "contoso" not in text.lower().replace(
        "contoso\\", "")


# --- what does ----------------------------------------------------------------

def test_another_user_agent(serve, golden):
    approve(serve, golden, sign_in_with_curl)
    log, code = play(serve, golden,
                     lambda server: sign_in_with_curl(server, "-A", "Other/2"))
    assert code == 1
    assert 'User-Agent of request 1 is "Other/2", was "curl/' in log


def test_one_request_more(serve, golden):
    approve(serve, golden, sign_in_with_curl)

    def anonymous_first(server):
        body = server.folder / "first.xml"
        body.write_text(RST.read_text().replace(
            "@APPLIES_TO@", server.url("lyncweb", USER_PATH)))
        server.curl(server.url("lyncweb", TICKET_PATH), "-H",
                    "Content-Type: text/xml; charset=utf-8", "-H",
                    f'SOAPAction: "{ISSUE}"', "--data-binary", f"@{body}")
        sign_in_with_curl(server)

    log, code = play(serve, golden, anonymous_first)
    assert code == 1
    assert ("+ 1 request without credentials: POST https://lyncweb.{domain}"
            + TICKET_PATH) in log


def test_one_request_less(serve, golden, tmp_path):
    def two(server):
        server.curl(server.url("lyncdiscover"))
        server.curl(server.url("lyncweb", USER_PATH))

    approve(serve, golden, two)
    log, code = play(
        serve, golden, lambda server: server.curl(server.url("lyncdiscover")),
        "--text", tmp_path / "text")
    assert code == 1
    assert ("- 1 request without credentials: GET https://lyncweb.{domain}"
            + USER_PATH) in log
    text = (tmp_path / "text").read_text()
    assert "     @@ -" in text
    assert "     -GET https://lyncweb.{domain}" in text
    assert text.splitlines()[-1] or "failed" in text


def test_another_answer(serve, golden, tmp_path):
    def client(server):
        server.curl(server.url("lyncdiscover"))

    approve(serve, golden, client)
    (tmp_path / "s.yaml").write_text(
        "lyncmock: 1\nsteps:\n"
        "  - {at: discover.root, do: {status: 503}}\n")
    server = serve(tmp_path / "s.yaml", "--golden", golden)
    server.judged = True
    server.expected_exit = 1
    client(server)
    assert server.stop() == 1
    assert 'answered of request 1 is "503", was "200"' in server.messages()


def test_another_header(serve, golden):
    approve(serve, golden, lambda server: server.curl(
        server.url("lyncdiscover")))
    log, code = play(serve, golden, lambda server: server.curl(
        server.url("lyncdiscover"), "-H", "X-New: 1"))
    assert code == 1
    assert "X-New of request 1 is new" in log


# --- options ------------------------------------------------------------------

def test_there_is_none(tmp_path):
    done = run_cli(tmp_path, "serve", "--golden", tmp_path / "none")
    assert done.returncode == 2
    assert "--golden (--approve makes one): cannot read" in done.stderr


def test_approve_alone(tmp_path):
    done = run_cli(tmp_path, "serve", "--approve")
    assert done.returncode == 2
    assert "--approve writes what --golden names" in done.stderr


@pytest.mark.parametrize("text, line, found", [
    ("", 1, ""),
    ("# a list\nbread: 2\n", 2, "bread: 2"),
    ("GET https://lyncweb.{domain}/\n  Host: a\n{\"json\": 1}\n", 3,
     '{"json": 1}'),
    ("  Host: a\n", 1, "  Host: a"),
])
def test_a_file_that_is_no_trace(tmp_path, golden, text, line, found):
    golden.write_text(text)
    done = run_cli(tmp_path, "serve", "--golden", golden)
    assert done.returncode == 2
    assert (f'--golden: {golden}:{line}: expected a line of a golden trace, '
            f'found "{found}"') in done.stderr


# --- of a run -----------------------------------------------------------------

def run_client(tmp_path, golden, *args, client=ASK):
    return run_cli(tmp_path, "run", "good/pc-external-ntlm", "--golden", golden,
                   *args, "--", "sh", "-c", client)


def test_approve_says_that_it_wrote(tmp_path, golden):
    done = run_client(tmp_path, golden, "--approve")
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("passed: ") and f"; {golden} was written" in line
    assert run_client(tmp_path, golden).returncode == 0
    text = golden.read_text()
    assert "\nCONNECT lyncdiscover.{domain}:{port}\n" in text


@pytest.mark.parametrize("client, code", [(f"{ASK}; exit 3", 5), ("true", 1)])
def test_approve_writes_nothing_of_a_run_that_failed(tmp_path, golden, client,
                                                     code):
    done = run_client(tmp_path, golden, "--approve", client=client)
    assert done.returncode == code
    assert not golden.exists()
    assert (f"{golden} was not written: only what passed is approved"
            in done.stderr.strip().splitlines()[-1])


def test_approve_of_a_session_that_failed(serve, golden, tmp_path):
    (tmp_path / "s.yaml").write_text(
        "lyncmock: 1\nexpect:\n  - {at: mex.get, times: 1}\n")
    server = serve(tmp_path / "s.yaml", "--golden", golden, "--approve")
    server.judged = True
    server.expected_exit = 1
    server.curl(server.url("lyncdiscover"))
    assert server.stop() == 1
    assert not golden.exists()
    assert "was not written" in server.messages()


def test_a_difference_is_told_with_its_remedy(tmp_path, golden):
    assert run_client(tmp_path, golden, "--approve").returncode == 0
    done = run_client(tmp_path, golden, client=f"{ASK}; {ASK}")
    assert done.returncode == 1
    assert "(--approve takes them as they are now)" in done.stderr
    assert "verdict: failed" not in done.stderr, "the report tells it"
