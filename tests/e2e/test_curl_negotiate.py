"""curl --negotiate over gss-ntlmssp: NTLM within SPNEGO."""

import pytest

from clients import Curl
from harness import PASSWORD
from signin import ask, issued, refused, sign_in_with_both


def negotiate(server, *users):
    """curl with a Kerberos that knows nobody, and passwords for NTLM."""
    passwords = server.folder / "ntlm-users"
    passwords.write_text("".join(f"{user}\n" for user in users))
    krb5 = server.folder / "krb5.conf"
    krb5.write_text("[libdefaults]\n"
                    "dns_lookup_kdc = false\ndns_lookup_realm = false\n"
                    "dns_canonicalize_hostname = false\nrdns = false\n")
    return Curl(server, "--negotiate", env={
        "NTLM_USER_FILE": str(passwords),
        "KRB5_CONFIG": str(krb5),
        "KRB5CCNAME": f"FILE:{server.folder}/no-credentials",
    })


def test_ticket_over_spnego(server):
    client = negotiate(server, f"CONTOSO:alice:{PASSWORD}")
    sign_in_with_both(client, server, account="", password="")
    for record in issued(server, 2, auth="negotiate+ntlm"):
        assert record.leg == 2
        record.says(spnego_token="NegTokenResp",
                    spnego_mech_list_mic="verified",
                    spnego_state="accept-completed", ntlm_response="NTLMv2",
                    ntlm_mic="verified", ntlm_user="alice",
                    ntlm_spn=f"HTTP/{server.name('lyncweb')}",
                    ntlm_target_info="echoed",
                    ntlm_timestamp="the server's")


def test_name_and_password_outside_ascii(server):
    client = negotiate(server, "CONTOSO:jörg:Pässwörd1")
    sign_in_with_both(client, server, account="", password="")
    for record in issued(server, 2, user="jörg", auth="negotiate+ntlm"):
        record.says(ntlm_hash_form="as sent", ntlm_mic="verified")


def test_all_that_can_be_demanded(serve):
    server = serve("--set", "ntlm.require-mic=yes",
                   "--set", "ntlm.check-spn=yes")
    client = negotiate(server, f"CONTOSO:alice:{PASSWORD}")
    assert ask(client, server, "", "").status == 200


@pytest.mark.parametrize("line,reason", [
    ("CONTOSO:alice:wrong", "wrong password"),
    (f"CONTOSO:nobody:{PASSWORD}", "unknown user"),
    (f"CONTOSO:disabled:{PASSWORD}", "account disabled"),
    (f"CONTOSO:locked:{PASSWORD}", "account locked out"),
])
def test_who_gets_no_ticket(server, line, reason):
    answer = ask(negotiate(server, line), server, "", "")
    assert answer.answers == [401, 401]
    refused(server, reason).says(spnego_state="reject")


def test_no_channel_binding_where_it_is_required(serve):
    """curl of this age sends none."""
    server = serve("--set", "ntlm.channel-binding=require")
    client = negotiate(server, f"CONTOSO:alice:{PASSWORD}")
    assert ask(client, server, "", "").status == 401
    refused(server, "channel binding absent or wrong").says(
        ntlm_channel_binding="absent", ntlm_mic="verified")
