"""Exit codes of `lyncmock run` that take more than a client: bugs, ports of
several, and which of several counts. The rest is in test_run.py; the order of
them all in tests/unit/test_run_code.c."""

import signal

import pytest

from harness import taken_port
from test_run import (GOOD, SIGN_IN, end, run, scenario,  # noqa: F401
                      shell, start, started)

KNOCK = "curl -s $LYNC_DISCOVER_URL >/dev/null"


def test_report_that_can_no_longer_be_written(run, tmp_path):
    """Whoever waits for it must not take the run for a success."""
    (tmp_path / "gone").mkdir()
    report = tmp_path / "gone" / "r.json"
    done = run(GOOD, "--json", report,
               *shell(f"{KNOCK}; rm -r {tmp_path}/gone"))
    assert done.returncode == 70
    assert f"--json: cannot write {report}" in done.stderr


@pytest.mark.parametrize("how", ["KILL", "ABRT"])
def test_one_of_several_that_dies(tmp_path, how):
    """As a bug of ours would have it end. Its folder stays for the next server
    to remove."""
    done = end(start(
        tmp_path / "home", GOOD, "good/ios-ntlm", "--jobs", 2, *shell(
            f"{KNOCK}; case $LYNC_SCENARIO in *ios*) kill -{how} $PPID;; "
            "esac")))
    assert done.returncode == 70
    assert "ended by signal" in done.stderr
    assert "1 of 2 passed, 1 failed" in done.stderr


def test_kdc_port_taken(run):
    with taken_port() as taken:
        port = taken.getsockname()[1]
        done = run("good/pc-internal-kerberos", "--kdc-port", port,
                   *shell(KNOCK))
    assert done.returncode == 3, done.stderr
    assert str(port) in done.stderr


def test_port_that_one_of_several_cannot_have(run):
    with taken_port() as taken:
        done = run(GOOD, GOOD, "--https-port", taken.getsockname()[1],
                   *shell("exit 3"))
    assert done.returncode == 3, "not the client's 5, nor 1"


@pytest.mark.parametrize("code, script", [
    (1, f"{SIGN_IN}; exit 3"), (1, f"{SIGN_IN}; kill -KILL $$")])
def test_a_failed_verdict_is_worse_than_the_client_s_end(
        run, tmp_path, code, script):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    assert run(path, *shell(script)).returncode == code


def test_time_limit_of_one_of_several(run):
    done = run(GOOD, "good/ios-ntlm", "--jobs", 2, "--timeout", "2s", *shell(
        f"{KNOCK}; case $LYNC_SCENARIO in *ios*) exec sleep 60;; esac; exit 3"))
    assert done.returncode == 4


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_signal_before_the_client_came(tmp_path, how):
    """Interrupted or not: nobody has come, and that is no success."""
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, *shell(
        f"echo $$ >{pid}; exec sleep 60"))
    started(process, pid)
    process.send_signal(how)
    done = end(process)
    assert done.returncode == 1
    assert "none reached the server" in done.stderr


def test_signal_while_the_time_is_up(tmp_path):
    """The time limit is what counts."""
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, "--timeout", "1s", *shell(
        f"trap '' TERM INT; {KNOCK}; echo $$ >{pid}; "
        "while :; do sleep 60; done"))
    started(process, pid)
    while "--timeout reached" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert end(process).returncode == 4
