"""What the last line of a run says: why it failed, or what came last."""

import pathlib
import subprocess

import pytest

from harness import run_cli
from test_run import ASK, GOOD, run, scenario, shell  # noqa: F401

SIGN_IN_SH = pathlib.Path(__file__).parents[2] / "docs/ci/sign-in.sh"
KERBEROS = False


def last_line(done):
    return done.stderr.strip().splitlines()[-1]


# --- who stops where a scenario refuses it -----------------------------------------

@pytest.mark.parametrize("scenario_id", [
    "failures/ticket-always-refused", "failures/ticket-wrong-audience",
    "failures/windows-auth-disabled"])
def test_a_good_client_stops_there(run, tmp_path, scenario_id):
    """A ticket that is issued, or metadata that are read, are no sign-in: a
    conformance run does not ask for the client's exit status there. run does."""
    own = tmp_path / "plan.yaml"
    own.write_text("lyncmock-plan: 1\ntitle: Mine\nclient: curl\ngroups:\n"
                   "  - {title: A, why: some, scenarios: "
                   f"[{scenario_id}]}}\n")
    done = run_cli(tmp_path, "conformance", own, "--", "sh", SIGN_IN_SH)
    assert done.returncode == 0, done.stderr
    done = run(scenario_id, "--", "sh", SIGN_IN_SH)
    assert done.returncode == 5
    assert "the client ended with 22" in last_line(done)
    stopped = run(scenario_id, *shell(f"sh {SIGN_IN_SH} || test $? = 22"))
    assert stopped.returncode == 0, stopped.stderr


def test_who_can_sign_in_is_judged_by_its_status(run, tmp_path):
    expects = scenario(tmp_path, "{at: discover.user, answered: 200}")
    done = run(expects, *shell(f"sh {SIGN_IN_SH}; exit 3"))
    assert done.returncode == 5
    assert last_line(done) == ("failed: the client ended with 3, though the "
                               "server saw nothing wrong")


# --- why it failed ----------------------------------------------------------------

def test_a_client_that_does_not_trust_the_ca(run, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=other", "-keyout", tmp_path / "key.pem",
                    "-out", other], check=True, capture_output=True)
    done = run(GOOD, *shell(f"CURL_CA_BUNDLE={other} {ASK}"))
    assert done.returncode == 5
    line = last_line(done)
    assert "the client ended with 60; exchange" in line
    assert ("it does not trust the CA of this run: LYNC_CA_FILE names its "
            "file (TL-006)") in line
    assert "nothing wrong" not in line


def steps(folder, name, step):
    path = folder / f"{name}.yaml"
    path.write_text(f"lyncmock: 1\nname: {name}\nextends: {GOOD}\nsteps:\n"
                    f"  - {step}\n")
    return path


def test_steps_that_were_applied(run, tmp_path):
    done = run(steps(tmp_path, "busy",
                     "{at: discover.root, do: {status: 503}}"),
               *shell(f"{ASK}; exit 22"))
    assert done.returncode == 5
    line = last_line(done)
    assert "the client ended with 22; the scenario's steps were applied" in line
    assert "busy.yaml:5" in line and "nothing wrong" not in line


# --- timed out --------------------------------------------------------------------

def test_timed_out_says_what_was_asked_last(run):
    done = run(GOOD, "--timeout", "500ms", *shell(
        'curl -s "${LYNC_WEB_URL}auth/ntlm?a=b" >/dev/null; exec sleep 60'))
    assert done.returncode == 4
    assert last_line(done).startswith(
        "timed out after 500ms: last it asked was GET "
        "https://lyncweb.contoso.test/auth/ntlm, answered 401")


def test_timed_out_and_never_came(run):
    done = run(GOOD, "--timeout", "300ms", "--", "sleep", "60")
    assert done.returncode == 4
    assert last_line(done) == "timed out after 300ms: it never came"


def test_timed_out_at_a_stall(run, tmp_path):
    done = run(steps(tmp_path, "stall",
                     "{at: discover.root, do: {stall: true}}"),
               "--timeout", "500ms", *shell(ASK))
    assert done.returncode == 4
    line = last_line(done)
    assert "last it asked was GET https://lyncdiscover.contoso.test/" in line
    assert "stalled by " in line and "stall.yaml:5" in line


# --- words ------------------------------------------------------------------------

def test_one_exchange(run):
    done = run(GOOD, "--proxy-port", "none", *shell(
        'curl -s http://127.0.0.1:$LYNC_HTTP_PORT/ -H '
        '"Host: lyncdiscover.contoso.test" >/dev/null'))
    assert "passed: 1 exchange, " in done.stderr


def test_the_whole_report_is_told_once(run):
    done = run(GOOD, "--text", "-", *shell(f"{ASK}; kill -KILL $$"))
    assert done.returncode == 5
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("failed: the client was ended by a signal")
    assert line in done.stdout and len(done.stdout.splitlines()) > 5
