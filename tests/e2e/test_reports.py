"""What serve writes at the end: --json and its like."""

import json
import os
import re
import subprocess

import jsonschema
import lxml.etree
import pytest

from harness import PATIENCE, ROOT, clean_environment, run_cli

KERBEROS = False

# One try is not enough.
EXPECTS = """\
lyncmock: 1
name: twice
expect:
  - {at: discover.root, times: 2}
"""


def test_json_of_a_good_run(serve, tmp_path):
    server = serve("--json", tmp_path / "report.json")
    server.curl(server.url("lyncweb", "/auth/ntlm?password=hush"), "--ntlm",
                "-u", "CONTOSO\\alice:Passw0rd!")
    assert server.stop() == 0
    text = (tmp_path / "report.json").read_text()
    assert "hush" not in text
    report = json.loads(text)
    assert report["lyncmock_report"] == 1
    assert report["exit_code"] == 0
    (run,) = report["runs"]
    assert run["line"].startswith("passed: 2 exchanges")
    assert run["session"] == "default"
    assert run["seed"] == server.ready["seed"]
    lines = [(ex["method"], ex["status"], ex["auth"], ex["leg"])
             for ex in run["exchanges"]]
    assert lines == [("GET", 401, "ntlm", 1), ("GET", 200, "ntlm", 2)]
    assert run["exchanges"][1]["user"] == "alice"
    assert run["exchanges"][1]["target"] == "/auth/ntlm?password=***(4 bytes)"


def test_json_of_a_failed_run(serve, tmp_path):
    (tmp_path / "s.yaml").write_text(EXPECTS)
    server = serve(tmp_path / "s.yaml", "--json", tmp_path / "report.json")
    server.judged = True
    server.expected_exit = 1
    server.curl(server.url("lyncdiscover"))
    assert server.stop() == 1
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["exit_code"] == 1
    (run,) = report["runs"]
    assert run["exit_code"] == 1
    assert run["name"] == "twice"
    (expected,) = run["expectations"]
    assert expected["where"] == f"{tmp_path}/s.yaml:4"
    assert not expected["held"]
    assert expected["why"] == "saw 1"
    assert run["line"] == (
        f"failed: {tmp_path}/s.yaml:4: expected discover.root 2 times, saw 1")


@pytest.mark.parametrize("path, why", [
    ("missing/report.json", "No such file or directory"),
    (".", "Is a directory"),
])
def test_a_report_that_cannot_be_written(tmp_path, path, why):
    done = run_cli(tmp_path, "serve", "--json", tmp_path / path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"--json: cannot write {tmp_path / path}: {why}" in done.stderr


# --- each form, of one run that failed ----------------------------------------

# Names and values here are what each notation stumbles over.
ODD = """\
lyncmock: 1
name: "odd # name; <end> | ]]> \\\\ \U0001F600"
title: "a 'title' & \\x07 %0A::error::no"
expect:
  - {at: discover.root, times: 1}
  - {at: webticket.issue, times: 1}
fail-on: [must]
"""
NAME = "odd # name; <end> | ]]> \\ \U0001F600"
FORMS = ("json", "junit", "tap", "markdown", "text")


@pytest.fixture(name="failed")
def make_failed(serve, tmp_path):
    """A folder with each form of a run that failed."""
    (tmp_path / "odd.yaml").write_text(ODD)
    options = [word for form in FORMS
               for word in (f"--{form}", tmp_path / f"report.{form}")]
    server = serve(tmp_path / "odd.yaml", *options)
    server.judged = True
    server.expected_exit = 1
    server.curl(server.url("lyncdiscover"))
    server.curl(server.url("lyncweb", "/auth/ntlm?password=hush"), "--ntlm",
                "-u", "CONTOSO\\alice:hush")
    server.curl(server.url("lyncweb", "/nobody/serves?x=%3Cy%3E;end"),
                "-A", "odd\x01\x1b[31m]]>")
    assert server.stop() == 1
    return tmp_path


def test_nothing_tells_a_secret(failed):
    for form in FORMS:
        assert "hush" not in (failed / f"report.{form}").read_text()


def test_json_obeys_its_schema(failed):
    schema = json.loads(run_cli(failed, "schema", "--report").stdout)
    report = json.loads((failed / "report.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)
    report["runs"][0]["findings"].append({"level": "wrong"})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(report)


def test_junit_obeys_the_schema_of_jenkins(failed):
    path = failed / "report.junit"
    done = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema",
         ROOT / "tests" / "e2e" / "junit.xsd", path],
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    root = lxml.etree.parse(str(path)).getroot()
    assert root.get("tests") == "3" and root.get("failures") == "1"
    (suite,) = root
    assert suite.get("name") == NAME
    assert [case.get("name") for case in suite.iter("testcase")] == [
        "discover.root once", "webticket.issue once",
        "no breach of a rule of level MUST"]
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "expected webticket.issue once, saw 0"
    assert f"where: {failed}/odd.yaml:6" in failure.text
    properties = {item.get("name"): item.get("value")
                  for item in suite.iter("property")}
    assert properties["scenario"] == f"{failed}/odd.yaml"
    assert properties["seed"].isdigit()
    assert "exchange 3 was answered 401" in properties["verdict"]
    (output,) = suite.iter("system-out")
    assert "NTLM 2/2 alice" in output.text


def parse_tap(path, *how):
    done = subprocess.run(
        ["perl", ROOT / "tests" / "e2e" / "clients" / "tap-parser.pl", path,
         *how], capture_output=True, text=True, timeout=PATIENCE,
        env=clean_environment(path.parent))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_tap_is_read_by_perl(failed):
    whole = parse_tap(failed / "report.tap")
    assert whole["errors"] == []
    assert (whole["version"], whole["plan"]) == (14, "1..1")
    assert (whole["passed"], whole["failed"]) == ([], [1])
    (run,) = [result for result in whole["results"]
              if result["type"] == "test"]
    # Its parser leaves escapes of descriptions to whom it tells.
    name = re.sub(r"\\(.)", r"\1", run["name"].removeprefix("- "))
    assert name == NAME
    # What is indented it passes over, but for YAML.
    data = [result["data"] for result in whole["results"]
            if result["type"] == "yaml"][-1]
    assert data["message"].startswith("failed: ")
    cases = parse_tap(failed / "report.tap", "subtest")
    assert cases["errors"] == []
    assert (cases["passed"], cases["failed"]) == ([1, 3], [2])
    (data,) = [result["data"] for result in cases["results"]
               if result["type"] == "yaml"]
    assert data["message"] == "expected webticket.issue once, saw 0"


def test_markdown(failed):
    text = (failed / "report.markdown").read_text()
    assert text.startswith("### \u274c lyncmock\n")
    assert "| failed | webticket.issue once | saw 0 |" in text
    assert "```mermaid\nsequenceDiagram\n" in text
    assert text.count("<details") == text.count("</details>") == 1
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row in rows:
        assert row.endswith("|")


def test_text_ends_with_the_verdict(failed):
    text = (failed / "report.text").read_text()
    assert text.splitlines()[-1].startswith("failed: ") or (
        "failed: " in text.rsplit("\n\n", 1)[-1])
    assert "\x1b" not in text and "\x01" not in text
    assert "why: wrong password" in text


def test_what_held_is_told(serve, tmp_path):
    server = serve("--tap", tmp_path / "t", "--junit", tmp_path / "j")
    server.curl(server.url("lyncdiscover"))
    assert server.stop() == 0
    assert parse_tap(tmp_path / "t")["passed"] == [1]
    root = lxml.etree.parse(str(tmp_path / "j")).getroot()
    assert root.get("failures") == root.get("errors") == "0"
    assert int(root.get("tests")) > 0


# --- where it goes ------------------------------------------------------------

def test_stdout(serve):
    server = serve("--tap", "-")
    server.process.terminate()
    text = server.process.stdout.read().decode()
    assert server.stop() == 0
    assert text.startswith("TAP version 14\n1..1\n")


def test_two_reports_in_one_file(tmp_path):
    done = run_cli(tmp_path, "serve", "--json", "x", "--junit", "x")
    assert done.returncode == 2
    assert "--json and --junit are both x" in done.stderr


def test_a_pipe_stays_a_pipe(serve, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    server = serve("--tap", tmp_path / "pipe")
    assert server.stop() == 0
    assert os.read(reader, 14) == b"TAP version 14"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_an_older_report_stays_until_the_new_one_is_whole(serve, tmp_path):
    (tmp_path / "r").write_text("older")
    server = serve("--json", tmp_path / "r")
    assert (tmp_path / "r").read_text() == "older"
    assert server.stop() == 0
    assert json.loads((tmp_path / "r").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()
                  if path.name.startswith(".")) == []


def test_github_actions(serve, tmp_path):
    (tmp_path / "s.yaml").write_text(EXPECTS)
    (tmp_path / "summary").write_text("before\n")
    server = serve(tmp_path / "s.yaml", env={
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    server.judged = True
    server.expected_exit = 1
    server.curl(server.url("lyncdiscover"))
    server.process.terminate()
    text = server.process.stdout.read().decode()
    assert server.stop() == 1
    assert text == (
        f"::error file={tmp_path}/s.yaml,line=4,title=twice%3A discover.root 2 "
        "times::expected discover.root 2 times, saw 1\n")
    summary = (tmp_path / "summary").read_text()
    assert summary.startswith("before\n### \u274c lyncmock")
