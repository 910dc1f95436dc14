"""Kerberos tickets at the web server: clients of four families, each as it
is, and what the server saw."""

import base64
import contextlib
import json
import subprocess
import sys

import pytest

from clients import FOLDER, Connection, Program, token_of
from harness import PASSWORD, PATIENCE, TICKET_PATH
from kerberos import Client, needs_kerberos
from signin import ask, issued, journal, refused, sign_in_with_both

pytestmark = needs_kerberos

AUTH = "negotiate+krb5"


@pytest.fixture
def play(serve, tmp_path):
    """play(text, ntlm=...) serves a scenario: (server, client with a ticket).
    ntlm: the client has a password for NTLM, too."""
    def start(text="", ntlm=False):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\nname: play\n" + text)
        server = serve(path)
        users = server.folder / "ntlm-users"
        users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
        client = Client(server,
                        env={"NTLM_USER_FILE": str(users)} if ntlm else None)
        client.kinit()
        return server, client

    return start


def seen(answer):
    """What /auth/negotiate tells of the sign-in."""
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


# --- curl ---------------------------------------------------------------------

def test_curl_gets_a_ticket(play):
    server, client = play()
    sign_in_with_both(client.http(), server, account="", password="")
    for record in issued(server, 2, auth=AUTH):
        assert record.leg == 1
        record.says(spnego_token="NegTokenInit", spnego_mech="Kerberos",
                    spnego_state="accept-completed", krb5_message="AP-REQ",
                    krb5_client="alice@CONTOSO.TEST", krb5_kvno="2",
                    krb5_service="HTTP/lyncweb.contoso.test@CONTOSO.TEST",
                    krb5_etype="aes256-cts-hmac-sha1-96 (18)",
                    krb5_channel_binding="absent")
        assert record.remarks["krb5.skew"] in ("+0 s", "-1 s")


@pytest.mark.parametrize("host", ["lyncweb", "lyncdiscover", "localhost"])
def test_each_name_is_a_service(play, host):
    server, client = play()
    name = host if host == "localhost" else server.name(host)
    told = seen(client.curl(f"https://{name}:{server.https}/auth/negotiate"))
    assert told["mechanism"] == AUTH
    assert told["sent"]["spn"] == f"HTTP/{name}"
    assert f"HTTP/{name}@CONTOSO.TEST" in client.tickets()


@pytest.mark.parametrize("etypes,name", [
    ("aes256", "aes256-cts-hmac-sha1-96"),
    ("aes128", "aes128-cts-hmac-sha1-96"),
    ("rc4", "rc4-hmac"),
])
def test_each_type_of_key(play, etypes, name):
    server, client = play(f"world: {{krb5: {{etypes: {etypes}}}}}\n")
    told = seen(client.curl(server.url("lyncweb", "/auth/negotiate")))
    assert told["kerberos"]["etype"] == name
    gss = client.gss()
    assert ask(gss, server).status == 200
    assert gss.complete


def test_fallback_to_ntlm_where_nobody_registered_the_spn(play):
    server, client = play("world: {krb5: {unregistered: '*'}}\n", ntlm=True)
    told = seen(client.curl(server.url("lyncweb", "/auth/negotiate")))
    assert told["mechanism"] == "negotiate+ntlm"
    assert not any("HTTP/" in name for name in client.tickets())
    assert "lyncweb.contoso.test@CONTOSO.TEST not found in Kerberos" in (
        client.trace())


# --- python3-gssapi -------------------------------------------------------------

@pytest.mark.parametrize("mechanism,token", [("spnego", "NegTokenInit"),
                                             ("krb5", "raw Kerberos")])
def test_the_server_proves_itself(play, mechanism, token):
    server, client = play()
    gss = client.gss(mechanism)
    assert ask(gss, server).status == 200
    assert (gss.said, gss.complete) == (None, True)
    # Raw tokens are answered raw: the frame has the mechanism's OID.
    assert (gss.got[0][0] == 0x60) == (mechanism == "krb5")
    issued(server, auth=AUTH)[0].says(spnego_token=token, krb5_mutual="yes")


def test_no_proof_where_none_is_asked_for(play):
    server, client = play()
    gss = client.gss("krb5", flags="integrity")
    assert ask(gss, server).status == 200
    assert (gss.complete, gss.got) == (True, [])
    issued(server, auth=AUTH)[0].says(krb5_mutual="no")


# For each setting: which bindings get in.
BOUND = {"none": {"right", "wrong", "absent"}, "allow": {"right", "absent"},
         "require": {"right"}}
TOLD = {"right": "matched", "wrong": "mismatched", "absent": "absent"}


@pytest.mark.parametrize("bindings", TOLD)
@pytest.mark.parametrize("setting", BOUND)
def test_channel_bindings(play, setting, bindings):
    server, client = play(
        f"world: {{krb5: {{channel-binding: {setting}}}}}\n")
    gss = client.gss(bindings=bindings)
    answer = ask(gss, server)
    if bindings in BOUND[setting]:
        assert answer.status == 200
        assert gss.complete
        record = issued(server, auth=AUTH)[0]
    else:
        assert answer.status == 401
        assert gss.said and not gss.complete
        record = [one for one in journal(server, "webticket.issue")
                  if "auth.refused" in one.remarks][0]
        assert ("bound to another channel" if bindings == "wrong" else
                "bound to no channel") in record.remarks["auth.refused"]
    record.says(krb5_channel_binding=TOLD[bindings])


@pytest.mark.parametrize("etypes", ["aes256", "rc4"])
def test_mech_list_mic(play, etypes):
    """Kerberos, which the client likes less, is chosen: both sides sign the
    list, after the AP-REP."""
    server, client = play(f"""\
world: {{krb5: {{etypes: {etypes}}}}}
steps:
  - {{at: negotiate.init, do: {{spnego: {{mech: krb5}}}}}}
""", ntlm=True)
    if etypes == "rc4":
        client = Client(server, libdefaults={
            "default_tgs_enctypes": "rc4-hmac", "allow_weak_crypto": "true",
        }, env=dict(client.env, KRB5_CONFIG=client.env["KRB5_CONFIG"]))
        client.kinit()
    gss = client.gss("spnego:ntlm,krb5")
    assert ask(gss, server).status == 200
    assert (gss.said, gss.complete, len(gss.sent)) == (None, True, 3)
    record = issued(server, auth=AUTH)[0]
    assert record.leg == 3
    record.says(spnego_mech_list_mic="verified",
                spnego_state="accept-completed")


def test_a_wrong_mech_list_mic(play):
    server, client = play(
        "steps:\n  - {at: negotiate.init, do: {spnego: {mech: krb5}}}\n",
        ntlm=True)
    sent = []

    def alter(token):
        sent.append(token)
        return token[:-1] + bytes([token[-1] ^ 1]) if len(sent) == 3 else token

    gss = client.gss("spnego:ntlm,krb5", alter=alter)
    assert ask(gss, server).status == 401
    refused(server, "mechListMIC absent or wrong")


def test_the_same_token_twice(play):
    server, client = play()
    url = server.url("lyncweb", TICKET_PATH)
    with contextlib.closing(client.gss().context("lyncweb")) as context:
        sent = "Negotiate " + base64.b64encode(context.step()).decode()
        for status in (200, 401):
            with contextlib.closing(Connection(server, "lyncweb")) as one:
                # Credentials are right, the body is none.
                answer = one.ask("POST", url, {"Authorization": sent})
                assert (answer.status == 401) == (status == 401), answer.text
        context.step(token_of(answer, "Negotiate"))
        assert context.said
    record = journal(server, "webticket.issue")[-1]
    assert "the same authenticator was accepted" in record.remarks[
        "auth.refused"]


# --- python3-requests-kerberos --------------------------------------------------

@pytest.mark.parametrize("mutual", ["required", "optional"])
def test_requests_kerberos(play, mutual):
    server, client = play()
    program = Program(server, sys.executable, FOLDER / "requests-kerberos.py",
                      env={**client.env, "PYTHONDONTWRITEBYTECODE": "1"})
    sign_in_with_both(program, server, account="", password=mutual)
    for record in issued(server, 2, auth=AUTH):
        record.says(spnego_token="raw Kerberos", krb5_mutual="yes")


# --- impacket -------------------------------------------------------------------

@pytest.mark.parametrize("way", ["mutual", "one-way"])
def test_impacket(play, way):
    """An AP-REQ with no frame of GSS-API and no checksum in it."""
    server, client = play()
    client.kvno()
    with subprocess.Popen(
            [sys.executable, str(FOLDER / "impacket-krb5.py"), "alice",
             PASSWORD, "CONTOSO.TEST", "HTTP/lyncweb.contoso.test",
             str(server.ready["kdc"]), way],
            env=client.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True) as impacket:
        token = impacket.stdout.readline().strip()
        with contextlib.closing(Connection(server, "lyncweb")) as connection:
            answer = connection.ask(
                "GET", server.url("lyncweb", "/auth/negotiate"),
                {"Authorization": f"Negotiate {token}"})
        told = seen(answer)
        came = token_of(answer, "Negotiate")
        said, _ = impacket.communicate(
            base64.b64encode(came if way == "mutual" else b"").decode() + "\n",
            timeout=PATIENCE)
    assert said.strip() == ("mutual" if way == "mutual" else "")
    if way == "one-way":
        # accept-completed, and the OID that the client wrote, Windows' own.
        assert came.hex() == "a1143012a0030a0100a10b06092a864882f712010202"
    assert told["user"] == "alice"
    assert told["kerberos"]["mutual"] == (way == "mutual")
