"""xmlsec1, a tool of its own, verifies the signature of the ticket."""

import subprocess

import pytest

from clients import Curl, tool
from harness import clean_environment
from signin import ticket_for

ASSERTION = "urn:oasis:names:tc:SAML:1.0:assertion:Assertion"
MORE = "http://www.w3.org/2001/04/xmldsig-more"
DSIG = "http://www.w3.org/2000/09/xmldsig"


def issue(server):
    return ticket_for(Curl(server, "--ntlm"), server).text


def verify(server, assertion, ca_file=None):
    """Does the signature hold, made by somebody whom the CA vouches for?"""
    file = server.folder / "assertion.xml"
    file.write_bytes(assertion)
    done = subprocess.run(
        [tool("xmlsec1", "xmlsec1"), "--verify", "--enabled-key-data", "x509",
         "--trusted-pem", ca_file or server.ca_file,
         "--id-attr:AssertionID", ASSERTION, file],
        env=clean_environment(server.folder), capture_output=True, text=True)
    good = done.returncode == 0
    assert done.stderr.startswith("OK\n") == good, done.stderr
    return good


@pytest.mark.parametrize("settings,method,digest", [
    ([], f"{MORE}#ecdsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"),
    (["ticket.key=rsa2048"], f"{MORE}#rsa-sha256",
     "http://www.w3.org/2001/04/xmlenc#sha256"),
    (["ticket.key=rsa2048", "ticket.sha1=yes"], f"{DSIG}#rsa-sha1",
     f"{DSIG}#sha1"),
])
def test_signature(serve, settings, method, digest):
    words = [word for each in settings for word in ("--set", each)]
    server = serve(*words)
    assertion = issue(server)
    assert f'SignatureMethod Algorithm="{method}"'.encode() in assertion
    assert f'DigestMethod Algorithm="{digest}"'.encode() in assertion
    assert verify(server, assertion)

    # One letter of what is signed, and one of the signature itself.
    assert not verify(server, assertion.replace(b"alice", b"alicf"))
    at = assertion.index(b"<SignatureValue>") + len(b"<SignatureValue>") + 9
    flipped = bytes([assertion[at] ^ 1])
    assert not verify(server, assertion[:at] + flipped + assertion[at + 1:])


def test_another_run_s_authority_does_not_vouch(serve):
    first, second = serve(), serve()
    assertion = issue(first)
    assert verify(first, assertion)
    assert not verify(first, assertion, second.ca_file)


def test_authority_that_is_kept_vouches_for_both_runs(serve, tmp_path):
    first = serve("--ca-dir", tmp_path / "ca")
    assertion = issue(first)
    first.stop()
    second = serve("--ca-dir", tmp_path / "ca")
    assert verify(second, assertion)
