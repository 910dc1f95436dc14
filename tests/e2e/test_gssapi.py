"""python3-gssapi over gss-ntlmssp: SPNEGO and raw NTLM, channel bindings."""

import hashlib
import sys

import pytest

from clients import FOLDER, Carrier, TokenProgram
from harness import PASSWORD
from signin import ALICE, ask, issued, refused, sign_in_with_both

SCHEMES = {"spnego": "Negotiate", "ntlm": "NTLM"}
REFUSED = "channel binding absent or wrong"


def end_point(connection):
    """tls-server-end-point of this connection (RFC 5929 section 4.1)."""
    digest = hashlib.sha256(connection.certificate()).digest()
    return b"tls-server-end-point:" + digest


def changed(data):
    return data[:-1] + bytes([data[-1] ^ 1])


BINDINGS = {
    "right": end_point,
    "wrong": lambda connection: changed(end_point(connection)),
    "absent": lambda connection: b"",
}


def gssapi(server, mechanism="spnego", scheme=None, bindings="absent"):
    passwords = server.folder / "ntlm-users"
    passwords.write_text(f"CONTOSO:alice:{PASSWORD}\n"
                         "CONTOSO:jörg:Pässwörd1\nCONTOSO:bob:wrong\n")
    krb5 = server.folder / "krb5.conf"
    krb5.write_text("[libdefaults]\ndns_canonicalize_hostname = false\n")

    def begin(account, _password, connection):
        return TokenProgram(
            server, sys.executable, FOLDER / "gssapi-tokens.py", mechanism,
            account, connection.host, BINDINGS[bindings](connection).hex(),
            env={"NTLM_USER_FILE": str(passwords), "KRB5_CONFIG": str(krb5),
                 "PYTHONDONTWRITEBYTECODE": "1"})

    return Carrier(server, scheme or SCHEMES[mechanism], begin)


def test_spnego(server):
    sign_in_with_both(gssapi(server), server)
    for record in issued(server, 2, auth="negotiate+ntlm"):
        record.says(spnego_token="NegTokenResp",
                    spnego_mech_list_mic="verified",
                    ntlm_response="NTLMv2", ntlm_mic="verified",
                    ntlm_spn=f"HTTP/{server.name('lyncweb')}")


@pytest.mark.parametrize("scheme,auth", [
    ("NTLM", "ntlm"), ("Negotiate", "negotiate+ntlm"),
])
def test_raw_ntlm(server, scheme, auth):
    """[MS-SPNG] 3.2.5.2: Negotiate takes NTLM with nothing around it."""
    sign_in_with_both(gssapi(server, "ntlm", scheme), server)
    for record in issued(server, 2, auth=auth):
        record.says(ntlm_response="NTLMv2", ntlm_target_info="echoed",
                    ntlm_timestamp="the server's")
        assert "spnego.mech" not in record.remarks


@pytest.mark.parametrize("mechanism,auth", [
    ("ntlm", "ntlm"), ("spnego", "negotiate+ntlm"),
])
def test_name_and_password_outside_ascii(server, mechanism, auth):
    ask(gssapi(server, mechanism), server, "CONTOSO\\jörg")
    issued(server, user="jörg", auth=auth)[0].says(ntlm_hash_form="as sent")


@pytest.mark.parametrize("mechanism", ["ntlm", "spnego"])
def test_wrong_password(server, mechanism):
    answer = ask(gssapi(server, mechanism), server, "CONTOSO\\bob")
    assert answer.status == 401
    refused(server, "wrong password")


@pytest.mark.parametrize("mechanism", ["ntlm", "spnego"])
@pytest.mark.parametrize("setting,bindings,status", [
    ("none", "right", 200),
    ("none", "wrong", 200),
    ("none", "absent", 200),
    ("allow", "right", 200),
    ("allow", "wrong", 401),
    ("allow", "absent", 200),
    ("require", "right", 200),
    ("require", "wrong", 401),
    ("require", "absent", 401),
])
def test_channel_binding(serve, mechanism, setting, bindings, status):
    server = serve("--set", f"ntlm.channel-binding={setting}")
    client = gssapi(server, mechanism, bindings=bindings)
    assert ask(client, server, ALICE).status == status
    if status == 200:
        auth = "ntlm" if mechanism == "ntlm" else "negotiate+ntlm"
        must = ["NT-061"] if bindings == "wrong" else []
        record, = issued(server, auth=auth, must=must)
    else:
        record = refused(server, REFUSED)
    record.says(ntlm_channel_binding=bindings)


def test_channel_binding_of_an_rsa_certificate(serve):
    server = serve("--set", "ntlm.channel-binding=require",
                   "--set", "tls.key=rsa2048")
    assert ask(gssapi(server, bindings="right"), server).status == 200


@pytest.mark.parametrize("mechanism,status", [("spnego", 200), ("ntlm", 401)])
def test_mic_where_it_is_required(serve, mechanism, status):
    """Raw, gss-ntlmssp sends none although it was given a timestamp."""
    server = serve("--set", "ntlm.require-mic=yes")
    assert ask(gssapi(server, mechanism), server).status == status
    if status == 200:
        issued(server, auth="negotiate+ntlm")[0].says(ntlm_mic="verified")
    else:
        refused(server, "message integrity code absent or wrong").says(
            ntlm_mic="absent")


class Meddler:
    """Alters the last token on its way."""

    def __init__(self, maker, alter):
        self.maker = maker
        self.alter = alter

    def step(self, token):
        made = self.maker.step(token)
        return made if token is None else self.alter(made)

    def end(self, accepted, token):
        self.maker.end(accepted, token)


def flipped(token, at):
    return token[:at] + bytes([token[at] ^ 1]) + token[at + 1:]


def alter_mic(token):
    """MIC is the last field in front of the payload ([MS-NLMP] 2.2.1.3)."""
    return flipped(token, token.index(b"NTLMSSP\0\3") + 72)


def alter_mech_list_mic(token):
    """The checksum in mechListMIC, which is what the token ends in."""
    return flipped(token, len(token) - 6)


@pytest.mark.parametrize("alter,reason,said", [
    (alter_mic, "message integrity code absent or wrong",
     {"ntlm_mic": "wrong"}),
    (alter_mech_list_mic, "mechListMIC absent or wrong",
     {"ntlm_mic": "verified", "spnego_mech_list_mic": "wrong"}),
])
def test_somebody_meddles(server, alter, reason, said):
    client = gssapi(server)
    begin = client.begin
    client.begin = lambda *args: Meddler(begin(*args), alter)
    assert ask(client, server).status == 401
    refused(server, reason).says(**said)
