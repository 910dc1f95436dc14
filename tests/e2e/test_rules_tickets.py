"""Clients that do right break no rule of tickets: in each good scenario, and
where the server lies."""

import json

import pytest

from harness import PASSWORD, ROOT, run_cli
from kerberos import needs_kerberos
from soap import MEETING, MEETING_KEY
from test_scenarios_judged import SHIPPED as FAILURES
from test_scenarios_judged import probe, started

GOOD = sorted(path.stem for path in (ROOT / "scenarios/good").glob("*.yaml"))
MINE = ("WT-", "TK-")

# What is to be said against the probe, and why it is no mistake of a rule.
KNOWN = {
    # It is told the address by whoever sits before it; the account has another.
    "claim-mismatch": {"WT-039"},
}


def found(server, report, levels=("must", "should", "practice",
                                  "robustness")):
    """Rules of tickets that were broken."""
    server.stop()
    runs = json.loads(report.read_text())["runs"]
    return {finding["rule"] for run in runs for finding in run["findings"]
            if finding["rule"].startswith(MINE)
            and finding["level"] in levels}


def met(report):
    return {rule["id"] for run in json.loads(report.read_text())["runs"]
            for rule in run["rules"] if rule["met"]}


def client(name):
    return (["--meeting", MEETING, "--key", MEETING_KEY] if name == "web-app-guest"
            else ["--user", "CONTOSO\\alice", "alice@contoso.test"])


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=needs_kerberos)
    if name == "pc-internal-kerberos" else name for name in GOOD])
def test_the_probe_in_good_scenarios(serve, tmp_path, name):
    report = tmp_path / "report.json"
    kerberos = ([] if "kerberos" in name
                else ["--set", "offer.kerberos=no"])
    server = serve(f"good/{name}", "--json", report, *kerberos)
    done = run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--as", name, *client(name),
                   env={"LYNC_PASSWORD": PASSWORD})
    assert done.returncode == 0, done.stdout + done.stderr
    assert found(server, report) == set()
    if name != "oauth-password":
        assert {"WT-001", "WT-008"} <= met(report)
    if "ntlm" in name or "kerberos" in name:
        assert {"TK-009", "TK-011"} <= met(report)


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=needs_kerberos)
    if FAILURES[name]["extends"] == "good/pc-internal-kerberos" else name
    for name in FAILURES])
def test_the_probe_where_the_server_lies(serve, tmp_path, name):
    """It may ask too often; it is never found to break what a specification
    wants, whatever it was told."""
    report = tmp_path / "report.json"
    server = started(serve, name, "--json", report)
    server.judged = False
    probe(server, name)
    assert found(server, report, ("must", "should")) <= KNOWN.get(name, set())
