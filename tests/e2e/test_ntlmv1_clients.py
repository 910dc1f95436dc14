"""Clients that know NTLMv1 alone: Perl's Authen::NTLM, libntlm, and wget."""

import subprocess

import pytest

from clients import FOLDER, Carrier, TokenProgram, tool
from harness import ISSUE, RST, TICKET_PATH, USER_PATH, clean_environment
from signin import ALICE, ask, issued, refused, sign_in_with_both


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """name -> the command that makes its tokens."""
    libntlm = tmp_path_factory.mktemp("libntlm") / "libntlm"
    done = subprocess.run(
        [tool("cc", "gcc"), "-Wall", "-Wextra", "-Werror", "-o", libntlm,
         FOLDER / "libntlm.c", "-lntlm"], capture_output=True, text=True)
    assert done.returncode == 0, (
        f"{done.stderr}\nIs libntlm0-dev installed?")
    return {
        "libntlm": [libntlm],
        "Authen::NTLM": [tool("perl", "perl"), FOLDER / "authen-ntlm.pl"],
    }


NOT_ALLOWED = "NTLMv1 response; --set ntlm.v1=yes allows it"


@pytest.fixture(params=["libntlm", "Authen::NTLM"])
def client(request, programs):
    """client(server, scheme) is a client of one of the two."""
    def make(server, scheme="NTLM"):
        def begin(account, password, _connection):
            return TokenProgram(server, *programs[request.param],
                                *account.split("\\"), password)

        return Carrier(server, scheme, begin)

    return make


def test_refused(client, server):
    assert ask(client(server), server).status == 401
    refused(server, NOT_ALLOWED).says(
        ntlm_response="NTLMv1", ntlm_user="alice")


@pytest.mark.parametrize("scheme,auth", [
    ("NTLM", "ntlm"), ("Negotiate", "negotiate+ntlm"),
])
def test_accepted_where_it_is_allowed(client, serve, scheme, auth):
    server = serve("--set", "ntlm.v1=yes")
    sign_in_with_both(client(server, scheme), server)
    for record in issued(server, 2, auth=auth):
        record.says(ntlm_response="NTLMv1", ntlm_user="alice",
                    ntlm_domain="CONTOSO")


def test_wrong_password(client, serve):
    server = serve("--set", "ntlm.v1=yes")
    assert ask(client(server), server, ALICE, "wrong").status == 401
    refused(server, "wrong password")


def test_extended_session_security_is_something_else(client, serve):
    server = serve("--set", "ntlm.v1-ess=yes")
    assert ask(client(server), server).status == 401
    refused(server, NOT_ALLOWED)


# wget asks for OEM and then claims UNICODE; its names are OEM all the same.
@pytest.mark.parametrize("allowed,status", [("yes", 0), ("no", 6)])
def test_wget(serve, tmp_path, allowed, status):
    server = serve("--set", f"ntlm.v1={allowed}")
    answer = tmp_path / "rstr.xml"
    body = tmp_path / "rst.xml"
    body.write_text(RST.read_text().replace(
        "@APPLIES_TO@", server.url("lyncweb", USER_PATH)))
    done = subprocess.run(
        [tool("wget", "wget"), "-q", "-O", answer,
         f"--ca-certificate={server.ca_file}", f"--post-file={body}",
         "--user=CONTOSO\\alice", "--password=Passw0rd!",
         "--header=Content-Type: text/xml",
         f'--header=SOAPAction: "{ISSUE}"',
         f"https://localhost:{server.https}{TICKET_PATH}"],
        env=clean_environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    if allowed == "yes":
        assert "saml:Assertion" in answer.read_text()
        issued(server)[0].says(ntlm_response="NTLMv1", ntlm_user="alice")
    else:
        refused(server, NOT_ALLOWED)
