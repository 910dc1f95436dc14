"""Whoever does right is told so: no good client breaks a rule that a
specification's MUST is behind, and none of discovery, metadata, TLS, HTTP and
OAuth at all."""

import json
import subprocess

import pytest

from harness import BINARY, PASSWORD, PATIENCE, clean_environment
from rules_ht import CASES as HT
from rules_ld import CASES as LD
from rules_mx import CASES as MX
from rules_oa import CASES as OA
from rules_tl import CASES as TL
from soap import MEETING, MEETING_KEY

MINE = {case.rule for case in HT + LD + MX + OA + TL}
GUEST = ["--meeting", MEETING, "--key", MEETING_KEY]
USER = ["--user", "CONTOSO\\alice", "--password", PASSWORD]
PROBE = {
    "pc-external-ntlm": USER,
    "windows-phone-ntlm": USER,
    "ios-ntlm": USER,
    "android-ntlm": USER,
    "android-soap": USER,
    "web-app-soap": USER,
    "web-app-guest": GUEST,
    "oauth-password": USER,
}


def findings(server, report):
    server.stop()
    runs = json.loads(report.read_text())["runs"]
    assert any(rule["met"] for run in runs for rule in run["rules"]
               if rule["id"] in MINE)
    return [finding for run in runs for finding in run["findings"]]


@pytest.mark.parametrize("client", PROBE)
def test_the_probe_in_its_scenario(serve, tmp_path, client):
    report = tmp_path / "report.json"
    server = serve(f"good/{client}", "--json", report)
    done = subprocess.run(
        [BINARY, "probe", "--ports-file", server.ports_file, "--as", client,
         *PROBE[client]], env=clean_environment(server.folder),
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = findings(server, report)
    assert [finding for finding in found if finding["level"] == "must"] == []
    assert [finding for finding in found if finding["rule"] in MINE] == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("path,how", [
    ("/auth/ntlm", ["--ntlm"]),
    ("/auth/basic", ["--basic"]),
    ("/auth/negotiate", ["--anyauth"]),
    ("/auth/ntlm", ["--anyauth", "-d", "some=thing"]),
    ("/auth/", []),
], ids=str)
def test_plain_curl(serve, tmp_path, path, how, scheme):
    report = tmp_path / "report.json"
    server = serve("--json", report, "--set", "offer.kerberos=no")
    server.curl(server.url("lyncweb", path, scheme), *how,
                "-u", f"CONTOSO\\alice:{PASSWORD}")
    found = [finding["rule"] for finding in findings(server, report)
             if finding["level"] == "must"]
    assert found == []
