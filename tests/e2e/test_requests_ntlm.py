"""python3-requests-ntlm: raw NTLM with MIC and channel binding."""

import sys

import pytest

from clients import FOLDER, Program
from harness import PASSWORD
from signin import ALICE, ask, issued, refused, sign_in_with_both

# MD4, on which all of NTLM stands, is in OpenSSL's legacy provider.
LEGACY = """\
openssl_conf = start
[start]
providers = providers
[providers]
default = on
legacy = on
[on]
activate = 1
"""


def requests(server):
    config = server.folder / "openssl.cnf"
    config.write_text(LEGACY)
    return Program(server, sys.executable, FOLDER / "requests-ntlm.py",
                   env={"OPENSSL_CONF": str(config),
                        "PYTHONDONTWRITEBYTECODE": "1"})


def test_everything_that_can_be_demanded(serve):
    server = serve("--set", "ntlm.channel-binding=require",
                   "--set", "ntlm.require-mic=yes")
    sign_in_with_both(requests(server), server)
    for record in issued(server, 2):
        record.says(ntlm_response="NTLMv2", ntlm_mic="verified",
                    ntlm_channel_binding="right", ntlm_target_info="echoed",
                    ntlm_timestamp="the server's")


def test_raw_ntlm_in_negotiate(serve):
    server = serve("--set", "offer.windows=Negotiate")
    assert ask(requests(server), server).status == 200
    issued(server, auth="negotiate+ntlm")[0].says(
        spnego_token="raw NTLMSSP", ntlm_mic="verified")


def test_all_schemes_in_one_header(serve):
    server = serve("--set", "offer.one-line=yes")
    assert ask(requests(server), server).status == 200
    issued(server)


def test_without_a_timestamp_there_is_no_mic(serve):
    server = serve("--set", "ntlm.timestamp=no")
    assert ask(requests(server), server).status == 200
    issued(server)[0].says(ntlm_mic="absent", ntlm_timestamp="none was sent")


@pytest.mark.parametrize("account,password,reason", [
    (ALICE, "wrong", "wrong password"),
    ("CONTOSO\\nobody", PASSWORD, "unknown user"),
])
def test_who_gets_no_ticket(server, account, password, reason):
    answer = ask(requests(server), server, account, password)
    assert answer.status == 401
    refused(server, reason)
