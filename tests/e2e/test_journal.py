"""What is written down: every exchange, as lines of JSON, and no secret
unless it was asked for."""

import base64
import json
import re

import pytest

from clients import Curl
from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH
from raw import Peer, get, request
from signin import ALICE, XML, ask, open_user, sign_in, ticket_for

SECRET = "R3ally-s3cret"

SOAP_LOGON = f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-\
secext-1.0.xsd"><s:Header><o:Security><o:UsernameToken><o:Username>alice\
</o:Username><o:Password>{SECRET}</o:Password></o:UsernameToken></o:Security>\
</s:Header><s:Body/></s:Envelope>"""


def walk_of_secrets(server):
    """A walk on which everything secret is said once; what that was."""
    client = Curl(server, "--ntlm")
    secrets = {}
    for form in ("saml", "cwt"):
        ticket = ticket_for(client, server, form=form)
        assert open_user(client, server, ticket.headers()).status == 200
        secrets[form] = ticket.text.decode()
        secrets[form + " header"] = ticket.value()
    secrets["bearer"] = ticket.bearer()["Authorization"].partition(" ")[2]
    # A ticket that is refused is a secret too, and so is a wrong password.
    assert open_user(client, server, {
        "X-MS-WebTicket": "opaque=" + SECRET}).status == 401
    assert ask(client, server, ALICE, SECRET).status == 401
    assert ask(Curl(server, "--basic"), server, ALICE, SECRET).status == 401
    basic = base64.b64encode(f"{ALICE}:{SECRET}".encode()).decode()
    with Peer(server, tls=True) as peer:
        reply = peer.ask(request(
            "POST", peer.host, TICKET_PATH, f"Authorization: Basic {basic}",
            "Content-Type: text/xml", body=SOAP_LOGON.encode()))
        assert reply.status == 401
        # Form fields of the OAuth token service, and a query.
        peer.ask(request(
            "POST", peer.host, "/WebTicket/oauthtoken",
            "Content-Type: application/x-www-form-urlencoded",
            body=f"grant_type=password&username=alice&password={SECRET}"
            .encode()))
        peer.ask(get(peer.host, f"/?password={SECRET}",
                     f"Cookie: session={SECRET}"))
    # A request that cannot be read at all.
    with Peer(server, tls=True) as peer:
        assert peer.ask(f"GET / HTTP/1.1\r\nAuthorization: Basic {basic}\r\n"
                        "nonsense\r\n\r\n".encode()).status == 400
    secrets["basic"] = basic
    secrets["password"] = SECRET
    # Type 3 of NTLM, which a password can be guessed from.
    secrets["type 3"] = "TlRMTVNTUAAD"
    return secrets


@pytest.fixture(params=["text", "json"])
def log_format(request):
    return request.param


def test_secrets_are_masked(serve, log_format):
    server = serve("--log-format", log_format, "--log-level", "debug")
    secrets = walk_of_secrets(server)
    server.stop()
    journal = server.journal.read_text()
    # An assertion may be read; without its signature it opens nothing.
    signature = re.search(r"SignatureValue>([^<]+)<", secrets.pop("saml"))
    secrets["signature"] = signature.group(1)
    for text in (journal, server.messages()):
        for name, secret in secrets.items():
            # A part is too much as well.
            assert secret[:40] not in text, name
            assert secret[-40:] not in text, name
        assert PASSWORD not in text


def test_secrets_on_request(serve):
    server = serve("--log-secrets")
    secrets = walk_of_secrets(server)
    server.stop()
    journal = server.journal.read_text()
    for name, secret in secrets.items():
        assert json.dumps(secret)[1:-1] in journal.replace("\\/", "/"), name
    assert "***" not in journal


def test_every_line_is_an_exchange(serve):
    server = serve()
    sign_in(Curl(server, "--ntlm"), server)
    server.curl(server.url("lyncdiscover", scheme="http"), "-H",
                f"Accept: {XML}")
    with Peer(server, host="lyncdiscover") as peer:
        # Bytes that are no UTF-8 make no line that is no JSON.
        peer.ask(b"GET /\xff\xfe\x80 HTTP/1.1\r\nHost: \xff\r\n"
                 b"X: \x01\x02\x7f\xc3\r\n\r\n")
        peer.ask(bytes(range(256)))
    server.stop()
    text = server.journal.read_bytes().decode("utf-8")
    assert text.endswith("\n")
    entries = [json.loads(line) for line in text.splitlines()]
    assert [entry["id"] for entry in entries] == list(
        range(1, len(entries) + 1))
    for entry in entries:
        assert entry["outcome"] == "whole"
        assert entry["took_us"] >= 0
        assert entry["connection"]["peer"].startswith("127.0.0.1:")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                            entry["began"])


def test_what_was_planned_and_what_was_sent(serve):
    server = serve()
    reply = server.curl(server.url("lyncweb", USER_PATH))
    server.stop()
    entry, = server.entries()
    assert entry["operation"] == "discover.user"
    assert entry["reply"]["status"] == entry["sent"]["status"] == 401
    assert re.fullmatch(r"[\w/.]+\.c:\d+", entry["reply"]["by"])
    planned = {header["name"]: header["value"]
               for header in entry["reply"]["headers"]}
    assert planned["X-MS-WebTicketURL"] == reply.header("X-MS-WebTicketURL")
    assert "X-MS-WebTicketURL" in json.dumps(entry["sent"]["head"])
    assert entry["connection"]["tls"]["sni"] == server.name("lyncweb")


def test_exchanges_that_were_open_at_the_end(serve):
    """They are in the journal, and end with it."""
    server = serve()
    with Peer(server, host="lyncdiscover") as peer:
        assert peer.ask(get(peer.host, ROOT_PATH)).status == 200
        peer.send(b"GET / HTTP/1.1\r\nHost: lync")
        # Any answer shows that those bytes have been read by now.
        with Peer(server, host="lyncdiscover") as other:
            assert other.ask(get(other.host, "/")).status == 200
        assert server.stop() == 0
    entries = server.entries()
    assert len(entries) == 3
    assert sorted(entry["outcome"] for entry in entries)[-1] == "whole"
    last = [entry for entry in entries if entry["outcome"] != "whole"]
    assert len(last) == 1
    assert last[0]["request"]["raw_size"] == 26


def test_journal_of_an_earlier_run_is_kept(serve, tmp_path):
    kept = tmp_path / "kept.jsonl"
    for _ in range(2):
        server = serve("--journal", kept)
        server.curl(server.url("lyncdiscover"))
        assert server.stop() == 0
    assert len(kept.read_text().splitlines()) == 2
    assert oct(kept.stat().st_mode)[-3:] == "600"
