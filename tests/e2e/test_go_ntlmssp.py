"""go-ntlmssp over Go's net/http."""

import subprocess

import pytest

from clients import FOLDER, Program, tool
from harness import PASSWORD, clean_environment
from signin import ALICE, ask, issued, refused, sign_in_with_both


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The client, compiled from Debian's Go packages and nothing else."""
    folder = tmp_path_factory.mktemp("go")
    target = folder / "go-ntlmssp"
    done = subprocess.run(
        [tool("go", "golang-go"), "build", "-o", target, "."],
        cwd=FOLDER / "go", capture_output=True, text=True,
        env=clean_environment(folder, {
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
            "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}))
    assert done.returncode == 0, (
        f"{done.stderr}\nIs golang-github-azure-go-ntlmssp-dev installed?")
    return target


@pytest.mark.parametrize("offered,auth", [
    ("NTLM", "ntlm"),
    ("Negotiate", "negotiate+ntlm"),
    ("Negotiate,NTLM", None),
])
def test_ntlmv2(serve, program, offered, auth):
    server = serve("--set", f"offer.windows={offered}")
    sign_in_with_both(Program(server, program), server)
    # Where both are offered go-ntlmssp sends raw NTLM and says NTLM.
    for record in issued(server, 2, auth=auth or "ntlm"):
        record.says(ntlm_response="NTLMv2", ntlm_domain="CONTOSO",
                    ntlm_user="alice", ntlm_timestamp="the server's")


@pytest.mark.parametrize("account", ["alice@contoso.test", "alice"])
def test_ways_to_write_the_account(server, program, account):
    assert ask(Program(server, program), server, account).status == 200
    issued(server)[0].says(ntlm_user=account)


def test_name_and_password_outside_ascii(server, program):
    answer = ask(Program(server, program), server, "CONTOSO\\jörg",
                 "Pässwörd1")
    assert answer.status == 200
    issued(server, user="jörg")[0].says(ntlm_hash_form="as sent")


@pytest.mark.parametrize("account,password,reason", [
    (ALICE, "wrong", "wrong password"),
    ("CONTOSO\\nobody", PASSWORD, "unknown user"),
    ("CONTOSO\\locked", PASSWORD, "account locked out"),
])
def test_who_gets_no_ticket(server, program, account, password, reason):
    answer = ask(Program(server, program), server, account, password)
    assert answer.status == 401
    refused(server, reason)


def test_it_gives_up_on_flags_that_it_did_not_ask_for(serve, program):
    """Why challenges offer only what type 1 asked for."""
    server = serve("--set", "ntlm.flags-masked=no",
                   "--set", "ntlm.flags-set=0x40000000")
    with pytest.raises(AssertionError, match="[Kk]ey exchange|flag"):
        ask(Program(server, program), server)
