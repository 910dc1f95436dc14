"""What serve writes at the end: --json and its like."""

import json

import pytest

from harness import run_cli

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
