"""Clients that are not ours, used correctly, against the rules.

None of them breaks a rule of level must in any good scenario. What else is
found stands below, with the reason why it is true of that client: a finding
that is not there is a mistake, of the rule or of this table.
"""

import json
import sys

import pytest

from clients import FOLDER, Curl, Program
from impacket_client import impacket
from kerberos import Client, needs_kerberos
from kerberos_clients import ADDRESS, program, seen
from signin import ALICE, BODIES, Ticket
from test_curl_negotiate import negotiate
from test_gssapi import gssapi
from test_httpntlm import httpntlm
from test_requests_ntlm import requests
from test_scenarios_good import by_windows

NTLM = ("good/pc-external-ntlm", "good/windows-phone-ntlm", "good/ios-ntlm",
        "good/android-ntlm")


def judged(server, report):
    server.stop()
    runs = json.loads(report.read_text())["runs"]
    return [finding for run in runs for finding in run["findings"]]


MAKE = {
    "curl --ntlm": lambda server: Curl(server, "--ntlm"),
    "curl --anyauth": lambda server: Curl(server, "--anyauth"),
    "curl --negotiate": lambda server: Curl(
        server, "--negotiate", env=negotiate(server, "CONTOSO:alice:Passw0rd!").env),
    "gss-ntlmssp, SPNEGO": gssapi,
    "gss-ntlmssp, raw": lambda server: gssapi(server, "ntlm"),
    "gss-ntlmssp, bound": lambda server: gssapi(server, bindings="right"),
    "requests-ntlm": requests,
    "impacket": impacket,
    "impacket, signing": lambda server: impacket(server, signing=True),
    "impacket, Negotiate": lambda server: impacket(server, scheme="Negotiate"),
    "httpntlm": httpntlm,
}

@pytest.mark.parametrize("client", MAKE)
@pytest.mark.parametrize("scenario", NTLM[:1])
def test_explore(serve, tmp_path, client, scenario):
    report = tmp_path / "report.json"
    server = serve(scenario, "--json", report)
    by_windows(MAKE[client](server), server, (ALICE, "Passw0rd!"), "saml", )
    for f in judged(server, report):
        print("###", client, "|", f["rule"], f["level"], "|", f.get("text"), "|", f.get("where"), "|", f.get("evidence"))
