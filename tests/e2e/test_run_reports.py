"""What `lyncmock run` tells: each form, of one run and of several, and the
golden trace."""

import json
import re
import subprocess

import jsonschema
import lxml.etree
import pytest

from harness import BINARY, PATIENCE, ROOT, SANITIZER, clean_environment
from test_run import GOOD, SIGN_IN, scenario, shell

OTHER = "good/ios-ntlm"
FORMS = ("json", "junit", "tap", "markdown", "text")
KNOCK = "curl -s $LYNC_DISCOVER_URL >/dev/null"


@pytest.fixture(name="run")
def make_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*args):
        done = subprocess.run(
            [BINARY, "run", *map(str, args)], capture_output=True, text=True,
            env=clean_environment(tmp_path), stdin=subprocess.DEVNULL,
            timeout=PATIENCE, check=False)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    return run


def all_forms():
    return [word for form in FORMS for word in (f"--{form}", f"r.{form}")]


def junit(path):
    """The suites, after the schema that Jenkins reads has had its say."""
    done = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema",
         ROOT / "tests" / "e2e" / "junit.xsd", path],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    root = lxml.etree.parse(str(path)).getroot()
    cases = sum(int(suite.get("tests")) for suite in root)
    assert int(root.get("tests")) == cases
    return {suite.get("name"): suite for suite in root}


def checked_json(path):
    schema = subprocess.run([BINARY, "schema", "--report"], check=True,
                            capture_output=True, text=True).stdout
    report = json.loads(path.read_text())
    jsonschema.validate(report, json.loads(schema))
    return report


# --- each form ----------------------------------------------------------------

def test_one_run_that_failed(run, tmp_path):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    done = run(path, *all_forms(), *shell(f"{SIGN_IN}; exit 22"))
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("failed: ") and "saw 1" in line
    report = checked_json(tmp_path / "r.json")
    assert report["runs"][0]["client"]["exit_status"] == 22
    suite, = junit(tmp_path / "r.junit").values()
    assert suite.get("failures") == "2", "the client, and what was expected"
    failed = [case.get("name") for case in suite.iter("testcase")
              if case.find("failure") is not None]
    assert failed == ["the client ends well", "ntlm.verdict 2 times"]
    tap = (tmp_path / "r.tap").read_text()
    assert tap.startswith("TAP version 14\n") and "\nnot ok " in tap
    assert "sequenceDiagram" in (tmp_path / "r.markdown").read_text()
    assert (tmp_path / "r.text").read_text().splitlines()[-1] == line


@pytest.mark.parametrize("jobs", [1, 2])
def test_several_runs(run, tmp_path, jobs):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    done = run(GOOD, path, OTHER, "--jobs", jobs, *all_forms(),
               *shell(SIGN_IN))
    assert done.returncode == 1
    names = [GOOD, str(path), OTHER]
    report = checked_json(tmp_path / "r.json")
    assert [one["scenario"] for one in report["runs"]] == names
    suites = junit(tmp_path / "r.junit")
    names[1] = "expects"  # as it calls itself
    assert list(suites) == names, "in the order that was given"
    assert [suite.get("failures") for suite in suites.values()] == [
        "0", "1", "0"]
    tap = (tmp_path / "r.tap").read_text()
    assert all(name in tap for name in names)
    assert len(re.findall(r"^not ok ", tap, re.M)) == 1
    markdown = (tmp_path / "r.markdown").read_text()
    assert markdown.count("sequenceDiagram") == 3
    text = (tmp_path / "r.text").read_text()
    assert text.splitlines()[-1] == "2 of 3 passed, 1 failed, 0 skipped"


def test_matrix(run, tmp_path):
    done = run(GOOD, "--matrix", "tls.max=1.2,1.3", "--jobs", 2,
               *all_forms(), *shell(SIGN_IN))
    assert done.returncode == 0, done.stderr
    assert list(junit(tmp_path / "r.junit")) == [
        f"{GOOD} (tls.max=1.2)", f"{GOOD} (tls.max=1.3)"]


def test_what_never_ran_is_an_error(run, tmp_path):
    done = run("good/pc-internal-kerberos", GOOD, "--krb5kdc", "none",
               *all_forms(), *shell(KNOCK))
    assert done.returncode == 0, done.stderr
    suites = junit(tmp_path / "r.junit")
    assert suites["good/pc-internal-kerberos"].get("skipped") == "1"
    assert suites[GOOD].get("failures") == "0"


# --- on stderr ----------------------------------------------------------------

def test_a_good_run_is_one_line(run):
    done = run(GOOD, *shell(SIGN_IN))
    assert re.fullmatch(
        r"passed: \d+ exchanges, \d of \d expectations held, "
        r"7 lesser findings \(--text - shows them\)\n", done.stderr)


def test_a_good_run_with_nothing_to_show(run):
    done = run(GOOD, *shell(KNOCK))
    assert done.stderr.endswith(" held, 0 lesser findings\n")


def test_each_of_several_says_whose_it_is(run):
    done = run(GOOD, OTHER, "--matrix", "tls.max=1.2,1.3", *shell(KNOCK))
    *lines, _, total = done.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        [f"{name} (tls.max={tls})", "passed"]
        for name in (GOOD, OTHER) for tls in ("1.2", "1.3")]
    assert total == "4 of 4 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("script, says", [
    ("exit 22", "it ended with 22"),
    ("kill -KILL $$", "a signal ended it: Killed"),
])
def test_how_the_client_ended_is_told_of_a_failed_run_too(
        run, tmp_path, script, says):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    done = run(path, "--markdown", "r.md", *shell(f"{SIGN_IN}; {script}"))
    assert done.returncode == 1
    head = done.stderr.split("\n\n")[0].splitlines()
    assert head[-1].strip() == says
    assert says in (tmp_path / "r.md").read_text()


def test_what_was_not_started_has_no_diagram(run):
    done = run("good/no-such", "--", "true")
    assert done.returncode == 2
    assert "summary" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("not started: ")


def test_the_client_s_time_is_within_the_whole(run, tmp_path):
    """CONNECT to the proxy is before the first request."""
    done = run(GOOD, "--json", "r.json", *shell(f"{SIGN_IN}; {SIGN_IN}"))
    assert done.returncode == 0, done.stderr
    one, = checked_json(tmp_path / "r.json")["runs"]
    taken = {item["name"]: item["taken"] for item in one["measures"]}
    assert any(item.get("method") == "CONNECT" for item in one["exchanges"])
    assert 0 < taken["time-client"] <= taken["time"]
    assert 0 < taken["time-server"] <= taken["time"]


# --- the golden trace ---------------------------------------------------------

def test_golden_of_several(run, tmp_path):
    several = (GOOD, OTHER, "--matrix", "tls.max=1.2,1.3")
    done = run(*several, "--golden", "g", "--approve", *shell(KNOCK))
    assert done.returncode == 2
    assert "--golden g: " in done.stderr and "{}" in done.stderr
    place = ("--golden", "{}.golden")
    done = run(*several, *place, *shell(KNOCK))
    assert done.returncode == 2, "there are none yet"
    assert "--approve makes one" in done.stderr
    done = run(*several, *place, "--approve", *shell(KNOCK))
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("good-*-tls.max-1.?.golden"))) == 4
    assert run(*several, *place, *shell(KNOCK)).returncode == 0
    other = f'case $LYNC_SCENARIO in *ios*) {KNOCK};; esac; {KNOCK}'
    done = run(*several, *place, "--jobs", 2, *shell(other))
    assert done.returncode == 1
    assert "2 of 4 passed, 2 failed" in done.stderr


def test_golden_of_one(run, tmp_path):
    assert run(GOOD, "--golden", "g", "--approve",
               *shell(KNOCK)).returncode == 0
    assert "lyncdiscover" in (tmp_path / "g").read_text()
    assert run(GOOD, "--golden", "g", *shell(KNOCK)).returncode == 0
    assert run(GOOD, "--golden", "g", *shell(SIGN_IN)).returncode == 1
