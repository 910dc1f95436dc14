"""Each rule, broken by one client and kept by another (rule_case.py)."""

import importlib
import json
import pathlib

import pytest

import rules_nt
from ntlm_messages import GOOD, KEY_EXCH, VERSION

FOLDER = pathlib.Path(__file__).resolve().parent
CASES = [case for path in sorted(FOLDER.glob("rules_*.py"))
         for case in importlib.import_module(path.stem).CASES]


def start(serve, case, tmp_path):
    scenario = ()
    if case.scenario:
        path = tmp_path / "case.yaml"
        path.write_text("lyncmock: 1\n" + case.scenario)
        scenario = (path,)
    kerberos = () if case.kerberos else ("--set", "offer.kerberos=no")
    return serve("--json", tmp_path / "report.json", *kerberos, *case.args,
                 *scenario)


def judged(server, tmp_path):
    """Findings of the client, and how often each rule had a say."""
    server.stop()
    report = json.loads((tmp_path / "report.json").read_text())
    findings = [finding for run in report["runs"]
                for finding in run["findings"]]
    met = {}
    for run in report["runs"]:
        for rule in run["rules"]:
            met[rule["id"]] = met.get(rule["id"], 0) + rule["met"]
    return findings, met


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_broken(serve, tmp_path, case):
    server = start(serve, case, tmp_path)
    case.breaks(server)
    findings, _ = judged(server, tmp_path)
    mine = [finding for finding in findings if finding["rule"] == case.rule]
    assert mine, [finding["rule"] for finding in findings]
    if case.says:
        assert case.says in json.dumps(mine, ensure_ascii=False)


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_kept(serve, tmp_path, case):
    server = start(serve, case, tmp_path)
    case.keeps(server)
    findings, met = judged(server, tmp_path)
    assert case.rule not in [finding["rule"] for finding in findings]
    assert met.get(case.rule), "the rule had no say: this proves nothing"


@pytest.mark.parametrize("rule, client", [
    ("NT-036", rules_nt.last(GOOD & ~KEY_EXCH, set=KEY_EXCH, key=b"")),
    ("NT-011", rules_nt.last(GOOD & ~VERSION, set=VERSION, version=bytes(8))),
])
def test_forced_flags(serve, tmp_path, rule, client):
    """A server that sets flags which the client never asked for; a client that
    echoes them is not to blame. One that asked for them is, see above."""
    path = tmp_path / "case.yaml"
    path.write_text("lyncmock: 1\nworld: {ntlm: {flags-masked: no}}\n")
    server = serve("--json", tmp_path / "report.json", "--set",
                   "offer.kerberos=no", path)
    client(server)
    findings, _ = judged(server, tmp_path)
    told = [finding["rule"] for finding in findings]
    assert rule not in told and "NT-035" not in told, told
