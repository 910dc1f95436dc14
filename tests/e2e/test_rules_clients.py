"""Clients that are not ours, used correctly, against the rules.

None of them breaks a rule of level must in any good scenario. What else is
found of HTTP authentication, NTLM and Kerberos stands below, with the reason
why it is true of that client: a finding that does not stand there is a mistake,
of the rule or of the table, and so is a line that nothing is found for.
"""

import json
import sys

import pytest

from clients import FOLDER, Curl, Program
from harness import PASSWORD
from impacket_client import impacket
from kerberos import Client, needs_kerberos
from kerberos_clients import ADDRESS, program, seen
from signin import ALICE, ask
from test_curl_negotiate import negotiate
from test_go_ntlmssp import program as go_program
from test_gssapi import gssapi
from test_httpntlm import httpntlm
from test_requests_ntlm import requests
from test_scenarios_good import by_windows

# A fixture, which nothing here calls by its name.
go_program = go_program

NTLM = ("good/pc-external-ntlm", "good/windows-phone-ntlm", "good/ios-ntlm",
        "good/android-ntlm")
SHEETS = ("BA-", "HA-", "KB-", "NT-")
LOGON = (ALICE, PASSWORD)


def judged(server, report):
    """The findings, and all that is asked of them here."""
    server.stop()
    runs = json.loads(report.read_text())["runs"]
    found = [finding for run in runs for finding in run["findings"]]
    assert [finding for finding in found if finding["level"] == "must"] == []
    return {finding["rule"] for finding in found
            if finding["rule"].startswith(SHEETS)}


# --- NTLM -----------------------------------------------------------------------

def spnego(server):
    return negotiate(server, f"CONTOSO:alice:{PASSWORD}")


def anyauth(server):
    return Curl(server, "--anyauth", env=spnego(server).env)


OFFSET = "writes zero for the offset of a name that it leaves out"
UNBOUND = "knows nothing of channel bindings, and leaves the pair out"
GSS_UNBOUND = "adds the pair only where the application binds the channel"
SPN = "knows nothing of service names"
OWN_LM = "sends an LMv2 response whatever the challenge brought"
NO_MIC = "has no MIC"

CURL = {
    "NT-009": "asks for OEM in its first message, and takes Unicode then",
    "NT-020": OFFSET,
    "NT-054": "uses its own clock",
    "NT-055": OWN_LM,
    "NT-056": NO_MIC,
    "NT-060": UNBOUND,
    "NT-062": SPN,
}
IMPACKET = {
    "NT-004": "sets the flag only where it is to sign",
    "NT-020": OFFSET,
    "NT-055": OWN_LM,
    "NT-056": NO_MIC,
    "NT-060": UNBOUND,
    "NT-063": "makes a name of cifs and the challenge's computer: it is made "
              "for SMB",
}
HTTPNTLM = {
    "HA-035": "sends its first message without the headers of the request",
    "NT-012": "tells its version, and its domain beside that",
    "NT-039": "tells its version, and no workstation",
    "NT-054": "uses its own clock",
    "NT-055": OWN_LM,
    "NT-056": NO_MIC,
    "NT-060": UNBOUND,
    "NT-062": SPN,
}
GO_NTLMSSP = {
    "NT-003": "leaves the flag out of its first message",
    "NT-004": "leaves the flag out of its first message",
    "NT-007": "leaves the flag out of its first message",
    "NT-010": "fills the version in, and does not set the flag",
    "NT-020": OFFSET,
    "NT-056": NO_MIC,
    "NT-060": UNBOUND,
    "NT-062": SPN,
}
RAW = "sends NTLM with nothing around it"

# Client: how it is made, what it is given, and what is true of it.
CLIENTS = {
    "curl --ntlm": (lambda server: Curl(server, "--ntlm"), LOGON, CURL),
    "curl --negotiate": (spnego, ("", ""), {
        "NT-020": OFFSET, "NT-060": GSS_UNBOUND}),
    "curl --anyauth": (anyauth, ("", ""), {
        "NT-020": OFFSET, "NT-060": GSS_UNBOUND}),
    "gss-ntlmssp, SPNEGO": (gssapi, LOGON, {
        "NT-020": OFFSET, "NT-060": GSS_UNBOUND}),
    "gss-ntlmssp, bound": (
        lambda server: gssapi(server, bindings="right"), LOGON, {
            "NT-020": OFFSET}),
    "gss-ntlmssp, raw": (lambda server: gssapi(server, "ntlm"), LOGON, {
        "NT-020": OFFSET, "NT-060": GSS_UNBOUND,
        "NT-056": "makes a MIC only where it is to sign"}),
    "requests-ntlm": (requests, LOGON, {
        "NT-003": "leaves the flag out of its first message",
        "NT-007": "leaves the flag out of its first message",
        "NT-009": "asks for OEM in its first message, and takes Unicode then",
        "NT-012": "tells its version, and its domain beside that",
        "NT-039": "tells its version, and no workstation",
        "NT-062": SPN}),
    "impacket": (impacket, LOGON, IMPACKET),
    "impacket, Negotiate": (
        lambda server: impacket(server, scheme="Negotiate"), LOGON,
        {**IMPACKET, "KB-008": RAW}),
    "impacket, signing": (
        lambda server: impacket(server, signing=True), LOGON,
        {rule: why for rule, why in IMPACKET.items() if rule != "NT-004"}),
    "httpntlm": (httpntlm, LOGON, HTTPNTLM),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("scenario", NTLM)
def test_ntlm(serve, tmp_path, client, scenario):
    make, credentials, true = CLIENTS[client]
    report = tmp_path / "report.json"
    server = serve(scenario, "--json", report)
    by_windows(make(server), server, credentials,
               "saml" if "pc-" in scenario else "cwt")
    assert judged(server, report) == set(true)


def test_go_ntlmssp(serve, tmp_path, go_program):
    report = tmp_path / "report.json"
    server = serve("good/pc-external-ntlm", "--json", report)
    assert ask(Program(server, go_program), server).status == 200
    assert judged(server, report) == set(GO_NTLMSSP)


# --- Kerberos -----------------------------------------------------------------

def lwp(client):
    """It asks twice on one connection."""
    saw = seen([program("perl", "liblwp-authen-negotiate-perl"),
                FOLDER / "lwp-negotiate.pl",
                client.server.url("lyncint", "/auth/negotiate"), ADDRESS,
                client.server.ca_file], client.env)
    assert saw.values("status") == ["200", "200"]


def sign_in(carrier, password=""):
    return lambda client: by_windows(
        carrier(client), client.server, ("", password), "saml",
        host="lyncdiscoverinternal")


def requests_kerberos(client):
    return Program(client.server, sys.executable,
                   FOLDER / "requests-kerberos.py", env=client.env)


KERBEROS = {
    "curl over MIT": (sign_in(lambda client: client.http()), {}),
    "gssapi over MIT, bound": (
        sign_in(lambda client: client.gss(bindings="right")), {}),
    "gssapi over MIT, raw": (sign_in(lambda client: client.gss("krb5")), {
        "KB-008": "Kerberos with nothing around it, which was asked for"}),
    "requests-kerberos": (sign_in(requests_kerberos, "required"), {
        "KB-008": "pykerberos makes Kerberos with nothing around it"}),
    "LWP": (lwp, {
        "KB-008": "Perl's GSSAPI makes Kerberos with nothing around it",
        "KB-023": "reads no answer, and so asks for none"}),
}


@needs_kerberos
@pytest.mark.parametrize("client", KERBEROS)
def test_kerberos(serve, tmp_path, client):
    sign, true = KERBEROS[client]
    report = tmp_path / "report.json"
    user = Client(serve("good/pc-internal-kerberos", "--json", report))
    user.kinit()
    sign(user)
    assert judged(user.server, report) == set(true)
