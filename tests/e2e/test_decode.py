"""lyncmock decode: tokens of clients that are not ours, in all their forms."""

import base64
import json
import re
import subprocess

import pytest

from harness import BINARY, PASSWORD, PATIENCE, SANITIZER, clean_environment
from kerberos import Client, exported, kdc_entries, needs_kerberos

# NEGOTIATE, as curl 7.88 sends it first: 32 bytes.
NTLM = base64.b64encode(
    b"NTLMSSP\0" + bytes.fromhex("01000000" "06820800") + bytes(16)).decode()


def run(folder, data, *args, code=0):
    """What it printed as JSON, and what it said."""
    done = subprocess.run(
        [BINARY, "decode", *map(str, args)], env=clean_environment(folder),
        input=data if isinstance(data, bytes) else data.encode(),
        capture_output=True, timeout=PATIENCE)
    said = done.stderr.decode()
    assert not SANITIZER.search(said), said
    assert done.returncode == code, said
    return json.loads(done.stdout) if done.stdout else None, said


# ---- The forms ----

TOKEN = base64.b64decode(NTLM)


@pytest.mark.parametrize("form", [
    TOKEN,
    NTLM,
    NTLM + "\n",
    NTLM.rstrip("="),
    "  \n" + NTLM[:20] + "\r\n  " + NTLM[20:] + "\n\n",
    "NTLM " + NTLM,
    "Authorization: Negotiate " + NTLM,
    "> authorization: negotiate " + NTLM + "\r\n",
    "< WWW-Authenticate: NTLM\t" + NTLM,
    TOKEN.hex(),
    TOKEN.hex(" ").upper() + "\n",
], ids=["binary", "base64", "a line", "no padding", "lines", "scheme", "header",
        "curl -v", "answer", "hex", "hex in groups"])
def test_forms(tmp_path, form):
    told, said = run(tmp_path, form)
    assert said == ""
    assert told["kind"] == "ntlm"
    assert told["type"] == "NEGOTIATE"
    assert told["flags"] == "0x00088206"


TRANSCRIPT = f"""* Connected to lyncweb.contoso.test (127.0.0.1) port 443
> POST /WebTicket/WebTicketService.svc HTTP/1.1
> Host: lyncweb.contoso.test
> Authorization: NTLM {NTLM}
> User-Agent: curl/7.88.1
>
< HTTP/1.1 401 Unauthorized
< WWW-Authenticate: Negotiate
"""


@pytest.mark.parametrize("text", [
    TRANSCRIPT,
    TRANSCRIPT.replace("\n", "\r\n"),
    json.dumps({"id": 1, "request": {"headers": [
        ["Accept", "*/*"], ["Authorization", "Negotiate " + NTLM]]}}) + "\n",
], ids=["curl -v", "with CR", "journal"])
def test_a_token_among_much_else(tmp_path, text):
    assert run(tmp_path, text)[0]["flags"] == "0x00088206"


@pytest.mark.parametrize("text,words", [
    (TRANSCRIPT.replace(NTLM, ""), "give the header line alone"),
    (json.dumps({"headers": [["Authorization", "NTLM ***(32 bytes)"]]}),
     "masked (--log-secrets"),
])
def test_no_token_among_much_else(tmp_path, text, words):
    assert words in run(tmp_path, text, code=2)[1]


def test_files(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(TOKEN)
    assert run(tmp_path, "", path)[0]["type"] == "NEGOTIATE"
    assert run(tmp_path, TOKEN, "-")[0]["type"] == "NEGOTIATE"
    assert "cannot open" in run(tmp_path, "", tmp_path / "none", code=2)[1]
    assert "are two" in run(tmp_path, "", path, path, code=2)[1]


# ---- What is wrong, and where ----

@pytest.mark.parametrize("data,said", [
    ("", "there is no token"),
    ("Authorization: Negotiate ", "there is no token"),
    ("Authorization: Negotiate\nYI!A", '2:3: "!" is in neither base64'),
    ("Negotiate YIIB~", '1:15: "~" is in neither'),
    ("YIIBA", "1:5: this base64 is no encoder's"),
    ("\n YI=BAAAA\n", "2:9: this base64 is no encoder's"),
    ("Basic YTpi", "the scheme Basic has no tokens of NTLM"),
    (b"\x00\x01", "at byte 0 of its message: neither SPNEGO, NTLM nor"),
    ("7e073005a003020104", "at byte 6 of its message: pvno is a number that"),
    (TOKEN[:10], "at byte 8 of its message: MessageType is none"),
], ids=["empty", "no token", "character", "in a line", "length",
        "padding", "scheme", "kind", "Kerberos", "cut NTLM"])
def test_what_is_wrong(tmp_path, data, said):
    told, text = run(tmp_path, data, code=2)
    assert len(text.splitlines()) == 1
    assert said in text
    if "malformed" in text:
        assert "error" in json.dumps(told)


def test_what_is_too_large(tmp_path):
    assert "larger than 1 MiB" in run(tmp_path, b"A" * 2**21, code=2)[1]


def test_options(tmp_path):
    said = run(tmp_path, "", "--no-such", code=2)[1]
    assert "unknown option --no-such" in said
    assert "--keytab wants a file" in run(tmp_path, "", "--keytab", code=2)[1]
    missing = tmp_path / "none"
    assert f"cannot read the keytab {missing}" in run(
        tmp_path, NTLM, "--keytab", missing, code=2)[1]
    missing.write_bytes(b"no keytab")
    assert f"cannot read the keytab {missing}" in run(
        tmp_path, NTLM, f"--keytab={missing}", code=2)[1]


# ---- What real clients send ----

def sent_by(reply):
    """The Authorization headers that curl -v says it sent."""
    return re.findall(r"^> Authorization: .*$", reply.said, re.M)


def test_ntlm_of_curl(serve, tmp_path):
    server = serve("--set", "offer.kerberos=no")
    reply = server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm", "-v",
                        "-u", f"alice:{PASSWORD}")
    first, third = sent_by(reply)
    assert run(tmp_path, first)[0]["type"] == "NEGOTIATE"
    told, _ = run(tmp_path, third)
    assert told["user"] == "alice"
    assert "hex" not in told["ntResponse"]
    told, _ = run(tmp_path, third, "--log-secrets")
    assert len(told["ntResponse"]["hex"]) == 2 * told["ntResponse"]["size"]


@pytest.fixture(name="client", scope="module")
def _client(shared_server):
    client = Client(shared_server)
    client.kinit("alice")
    return client


@needs_kerberos
def test_spnego_of_gssapi_opened(client, tmp_path):
    context = client.gss(flags="mutual,integrity").context(
        "lyncweb", b"tls-server-end-point:" + b"x" * 32)
    token = context.step()
    context.close()
    keytab = exported(client.server, "keytab")
    header = "Authorization: Negotiate " + base64.b64encode(token).decode()

    closed, _ = run(tmp_path, header)
    inner = closed["mechToken"]
    assert closed["type"] == "NegTokenInit"
    assert closed["mechTypes"][0] == "Kerberos"
    assert inner["type"] == "AP-REQ"
    assert inner["apOptionNames"] == ["mutual-required"]
    assert inner["ticket"]["service"] == client.spn()
    assert inner["ticket"]["etype"] == "aes256-cts-hmac-sha1-96"
    assert "opened" not in inner["ticket"]

    inner = run(tmp_path, header, "--keytab", keytab)[0]["mechToken"]
    ticket, author = inner["ticket"]["opened"], inner["authenticator"]["opened"]
    assert ticket["client"] == f"alice@{client.realm}"
    assert "pre-authent" in ticket["flagNames"]
    assert "hex" not in ticket["key"]
    assert author["client"] == f"alice@{client.realm}"
    assert "mutual" in author["checksum"]["flagNames"]
    assert re.fullmatch("[0-9a-f]{32}", author["checksum"]["channelBindings"])

    inner = run(tmp_path, header, "--log-secrets", "--keytab",
                keytab)[0]["mechToken"]
    assert re.fullmatch("[0-9a-f]{64}", inner["ticket"]["opened"]["key"]["hex"])


@needs_kerberos
def test_bindings_that_are_none(client, tmp_path):
    context = client.gss().context("lyncweb")
    token = context.step()
    context.close()
    inner = run(tmp_path, token, "--keytab",
                exported(client.server, "keytab"))[0]["mechToken"]
    checksum = inner["authenticator"]["opened"]["checksum"]
    assert checksum["channelBindings"] == "none"


@needs_kerberos
def test_raw_kerberos_and_another_keytab(client, tmp_path):
    context = client.gss("krb5").context("lyncweb")
    token = context.step()
    context.close()
    # The users' own keys open nothing of the service's.
    users = exported(client.server, "user_keytab")
    told, said = run(tmp_path, token.hex(), "--keytab", users)
    assert said == ""
    assert told["tokId"] == "0x0100"
    assert told["ticket"]["opened"] == {
        "error": "was made with another key, or changed since"}
    assert "opened" not in told["authenticator"]


@needs_kerberos
def test_what_the_journal_keeps_of_the_kdc(serve, tmp_path):
    server = serve("--log-secrets")
    Client(server).kinit("alice")
    server.stop()
    entries = kdc_entries(server)
    said = [(entry["kdc"]["message"], run(tmp_path, entry["kdc"]["request"])[0],
             run(tmp_path, entry["kdc"]["reply"])[0]) for entry in entries]
    assert [(message, asked["type"], got["type"])
            for message, asked, got in said] == [
        ("AS-REQ", "AS-REQ", "KRB-ERROR"), ("AS-REQ", "AS-REQ", "AS-REP")]
    assert said[0][2]["name"] == "KDC_ERR_PREAUTH_REQUIRED"
    assert "PA-ETYPE-INFO2" in [one["type"] for one in said[0][2]["methods"]]
    assert "PA-ENC-TIMESTAMP" in [one["type"] for one in said[1][1]["padata"]]
    assert said[1][2]["client"] == f"alice@{server.domain.upper()}"
