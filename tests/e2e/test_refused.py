"""fail-on: [refused]: did the client get in, in the end?"""

import subprocess

import pytest

from harness import PATIENCE, clean_environment, run_cli

KERBEROS = False
URL = "https://lyncweb.contoso.test/auth/ntlm"


def run_curls(tmp_path, scenario, *accounts):
    """A client that tries these accounts, one after the other."""
    script = tmp_path / "client.sh"
    script.write_text("".join(
        f"curl -s -o /dev/null --ntlm -u '{account}' {URL}\n"
        for account in accounts))
    return run_cli(tmp_path, "run", scenario, "--", "sh", script)


WRONG = "CONTOSO2\\alice:Passw0rd!"
RIGHT = "CONTOSO\\alice:Passw0rd!"


def test_the_wrong_domain_fails_and_says_why(tmp_path):
    done = run_curls(tmp_path, "good/pc-external-ntlm", WRONG)
    assert done.returncode == 1
    last = " ".join(done.stderr.split("failed: ")[-1].split())
    assert last.startswith("expected the client to be let in")
    assert last.count("password matches; domain must be \"CONTOSO\"") == 1


@pytest.mark.parametrize("accounts, code", [
    ((RIGHT,), 0),
    ((WRONG, RIGHT), 0),
    ((RIGHT, WRONG), 1),
])
def test_the_last_word_counts(tmp_path, accounts, code):
    done = run_curls(tmp_path, "good/pc-external-ntlm", *accounts)
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize("what, code", [
    ("/auth/ntlm", 1),
    ("/Autodiscover/AutodiscoverService.svc/root", 0),
])
def test_who_shows_no_credentials(tmp_path, what, code):
    """Where some are asked for, they must come."""
    done = run_cli(tmp_path, "run", "good/pc-external-ntlm", "--", "curl", "-s",
                   "-o", "/dev/null", "https://lyncweb.contoso.test" + what)
    assert done.returncode == code, done.stderr
    if code:
        assert "was answered 401, and no credentials came" in done.stderr


def test_of_who_never_came_nothing_is_said(tmp_path):
    done = run_cli(tmp_path, "run", "good/pc-external-ntlm", "--", "true")
    assert done.returncode == 1
    assert "let in" not in done.stderr


def play(tmp_path, text):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\nextends: good/pc-external-ntlm\n" + text)
    return path


def test_what_a_step_refuses_is_no_fault_of_the_client(tmp_path):
    scenario = play(tmp_path, "steps:\n"
                    "  - {at: ntlm.verdict, do: {verdict: refused}}\n")
    done = run_curls(tmp_path, scenario, RIGHT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, code", [
    # A scenario that expects something says by itself what fails.
    ("expect: [{at: ntlm.verdict}]\n", 0),
    ("expect: [{at: ntlm.verdict}]\nfail-on: [refused]\n", 1),
    ("fail-on: [must]\n", 0),
    ("fail-on: []\n", 0),
])
def test_where_it_is_the_default(tmp_path, text, code):
    done = run_curls(tmp_path, play(tmp_path, text), WRONG)
    assert done.returncode == code, done.stderr


def test_serve_fails_by_it_too(serve, tmp_path):
    server = serve(play(tmp_path, "fail-on: [refused]\n"))
    server.judged = True
    server.expected_exit = 1
    subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "--cacert", server.ca_file, "--ntlm",
         "-u", WRONG, "--connect-to", f"::127.0.0.1:{server.https}", URL],
        env=clean_environment(tmp_path), timeout=PATIENCE, check=True)
    assert server.stop() == 1
    assert "the client to be let in" in server.messages()
