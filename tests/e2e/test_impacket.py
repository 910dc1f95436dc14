"""python3-impacket's NTLM over http.client: NTLMv2, and NTLMv1 with ESS."""

import pytest

from harness import PASSWORD
from impacket_client import impacket
from signin import ALICE, ask, issued, refused, sign_in_with_both

@pytest.mark.parametrize("scheme,auth", [
    ("NTLM", "ntlm"), ("Negotiate", "negotiate+ntlm"),
])
@pytest.mark.parametrize("signing", [False, True])
def test_ntlmv2(server, scheme, auth, signing):
    sign_in_with_both(impacket(server, "NTLMv2", scheme, signing), server)
    for record in issued(server, 2, auth=auth):
        record.says(ntlm_response="NTLMv2", ntlm_domain="CONTOSO",
                    ntlm_user="alice", ntlm_mic="absent")


@pytest.mark.parametrize("account,password,reason", [
    (ALICE, "wrong", "wrong password"),
    ("CONTOSO\\nobody", PASSWORD, "unknown user"),
    ("\\", "", "anonymous logon"),
])
def test_who_gets_no_ticket(server, account, password, reason):
    answer = ask(impacket(server), server, account, password)
    assert answer.status == 401
    refused(server, reason)


OLD = {
    "NTLMv1": ("ntlm.v1", "NTLMv1"),
    "NTLMv1+ESS": ("ntlm.v1-ess", "NTLMv1 with extended session security"),
}
NOT_ALLOWED = {
    "NTLMv1": "NTLMv1 response; --set ntlm.v1=yes allows it",
    "NTLMv1+ESS": "NTLMv1 response with extended session security; --set "
                  "ntlm.v1-ess=yes allows it",
}


@pytest.mark.parametrize("version", OLD)
def test_ntlmv1_is_refused(serve, version):
    server = serve()
    assert ask(impacket(server, version), server).status == 401
    refused(server, NOT_ALLOWED[version]).says(
        ntlm_response=OLD[version][1])


@pytest.mark.parametrize("version", OLD)
def test_ntlmv1_where_it_is_allowed(serve, version):
    setting, name = OLD[version]
    server = serve("--set", f"{setting}=yes")
    sign_in_with_both(impacket(server, version), server)
    for record in issued(server, 2):
        record.says(ntlm_response=name)


@pytest.mark.parametrize("version", OLD)
def test_wrong_password_in_ntlmv1(serve, version):
    server = serve("--set", f"{OLD[version][0]}=yes")
    client = impacket(server, version)
    assert ask(client, server, ALICE, "wrong").status == 401
    refused(server, "wrong password")


@pytest.mark.parametrize("allowed,version", [
    ("ntlm.v1", "NTLMv1+ESS"), ("ntlm.v1-ess", "NTLMv1"),
])
def test_one_version_does_not_allow_the_other(serve, allowed, version):
    server = serve("--set", f"{allowed}=yes")
    assert ask(impacket(server, version), server).status == 401
    refused(server, NOT_ALLOWED[version])


def test_the_same_in_negotiate(serve):
    server = serve("--set", "ntlm.v1=yes")
    client = impacket(server, "NTLMv1", "Negotiate", signing=True)
    assert ask(client, server).status == 200
    issued(server, auth="negotiate+ntlm")[0].says(ntlm_response="NTLMv1")
