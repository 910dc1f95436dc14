"""The KDC's port: what steps do there, seen by MIT's clients, and what peers do
to it that no client would."""

import json
import select
import socket
import struct
import threading
import time

import pytest

from harness import PASSWORD, PATIENCE, has_ipv6_loopback
from kerberos import Client, kdc_entries, needs_kerberos, player, step, steps
from raw import Peer

pytestmark = needs_kerberos


@pytest.fixture
def play(serve, tmp_path):
    """play(step...) serves a scenario: (server, a client of it)."""
    play = player(serve, tmp_path)
    return lambda *these, **how: play(steps(*these), **how)


def kdc_peer(server):
    """TCP to the KDC's port, with no client around it."""
    return Peer(server, port=int(server.ready["kdc"]))


def frame(message):
    return struct.pack(">I", len(message)) + message


def heard(peer):
    """One message; None: the connection has ended."""
    try:
        size = struct.unpack(">I", peer._take(4))[0]
        return peer._take(size)
    except AssertionError:
        return None


def datagram_socket(server):
    udp = socket.socket(type=socket.SOCK_DGRAM)
    udp.settimeout(PATIENCE)
    udp.connect(("127.0.0.1", int(server.ready["kdc"])))
    return udp


def use_proxy(client):
    """From now on it asks the KDC proxy."""
    client.env["KRB5_CONFIG"] = client.server.ports()["krb5_proxy_conf"]


# --- what MIT's client says of each fault -------------------------------------

SAID = {
    "garbage: {size: 100}": "Invalid message type",
    "kdc-error: client-revoked": "credentials have been revoked",
    "kdc-error: {code: 60, text: out of order}": "Generic error",
}


@pytest.mark.parametrize("way", ["tcp", "udp", "proxy"])
@pytest.mark.parametrize("do", SAID)
def test_said(play, do, way):
    server, client = play(
        step("kdc.as", f"{{{do}}}", f"{{transport: {way}}}"),
        libdefaults={"udp_preference_limit": "60000"} if way == "udp" else {})
    if way == "proxy":
        use_proxy(client)
    assert SAID[do] in client.kinit(fails=True)
    server.stop()
    entry = kdc_entries(server)[0]
    assert entry["kdc"]["transport"] == way
    assert entry["kdc"]["forged"]


def test_reset(play):
    """MIT goes on to the next way."""
    server, client = play(
        step("kdc.as", "{reset: yes}", "{transport: tcp, first: 1}"))
    client.kinit()
    server.stop()
    first, second = kdc_entries(server)[:2]
    assert first["outcome"] == "cut"
    assert second["kdc"]["transport"] == "udp"


def test_stall(play):
    """No answer, and the connection stays; nobody else waits for it. (MIT
    takes ten seconds to give up on TCP, and then asks by UDP.)"""
    server, client = play(
        step("kdc.as", "{stall: yes}", "{user: alice, transport: tcp}"))
    with kdc_peer(server) as peer:
        peer.send(frame(captured(server)))
        client.kinit("bob")
        assert not select.select([peer.socket], [], [], 0)[0]
        server.stop()
        assert peer.closed()
    first = kdc_entries(server)[0]
    assert first["user"] == "alice"
    assert first["outcome"] == "cut"
    assert first["kdc"]["answer"] is None


def test_too_big_for_udp(play):
    server, client = play(step("kdc.tgs", "{too-big: yes}"),
                          libdefaults={"udp_preference_limit": "60000"})
    client.kinit()
    client.kvno()
    assert "dgram" in client.trace()
    assert "Request or response is too big for UDP" in client.trace()
    server.stop()
    ways = [entry["kdc"]["transport"]
            for entry in kdc_entries(server, "TGS-REQ")]
    assert ways == ["udp", "tcp"]


def test_a_ticket_too_big_for_udp(play):
    """The same without anybody's lie: no datagram holds the answer."""
    server, client = play(
        step("kdc.tgs", "{kerberos-ticket: {padding: 70000}}"),
        libdefaults={"udp_preference_limit": "60000"})
    client.kinit()
    client.kvno()
    server.stop()
    udp, tcp = kdc_entries(server, "TGS-REQ")
    assert udp["kdc"]["error_name"] == "KRB_ERR_RESPONSE_TOO_BIG"
    assert tcp["kdc"]["reply_size"] > 70000


# --- tickets, and what the service says of them -------------------------------

def test_tickets_as_of_a_user_in_many_groups(play):
    server, client = play(
        step("kdc.tgs", "{kerberos-ticket: {padding: 12KiB}}"))
    client.kinit()
    reply = client.curl(server.url("lyncweb", "/auth/negotiate"))
    assert reply.status == 200, reply.text
    server.stop()
    [entry] = kdc_entries(server, "TGS-REQ")
    assert entry["kdc"]["forged"]
    asked = [e for e in server.entries() if e.get("operation") ==
             "plain.negotiate"]
    assert asked[-1]["request"]["raw_size"] > 16 * 1024  # in base64


@pytest.mark.parametrize("ticket, reason", {
    "{key: wrong}": "service-key",
    "{kvno: 9}": "key-version",
    "{ends: -10m}": "ticket-expired",
    "{starts: 10m}": "ticket-not-yet-valid",
}.items())
def test_tickets_that_are_refused(play, ticket, reason):
    server, client = play(step("kdc.tgs", f"{{kerberos-ticket: {ticket}}}"))
    client.kinit()
    reply = client.curl(server.url("lyncweb", "/auth/negotiate"))
    assert reply.status == 401
    server.stop()
    assert reason in [entry.get("reason") for entry in server.entries()]


def test_a_tgt_of_another_key(play):
    """At kdc.as the TGT is spoiled: who finds out is krb5kdc."""
    server, client = play(
        step("kdc.as", "{kerberos-ticket: {key: wrong}}"))
    client.kinit()
    assert "Decrypt integrity check failed" in client.kvno(fails=True)
    server.stop()
    entry = kdc_entries(server, "TGS-REQ")[0]
    assert entry["user"] is None
    assert [r["key"] for r in entry["remarks"]][0] == "kdc.tgt"


def test_a_tgt_behind_armor(play):
    """kinit -T wraps all it asks in a TGT that it has (RFC 6113 5.4.1): what
    it gets has been changed, and it cannot know."""
    server, client = play(
        step("kdc.as", "{kerberos-ticket: {padding: 3000}}", "{user: bob}"))
    client.kinit("alice")
    other = client.folder / "bob"
    client.kinit("bob", PASSWORD, "-T", client.ccache, "-c", f"FILE:{other}")
    client.run("kvno", "-c", f"FILE:{other}", client.spn())
    server.stop()
    entry = kdc_entries(server, "TGS-REQ")[-1]
    assert entry["user"] == "bob"
    assert entry["kdc"]["request_size"] > 3000


def test_passwords_behind_armor_count(serve):
    """What proves the password is encrypted for the KDC alone."""
    server = serve("--set", "lockout-threshold=2")
    client = Client(server)
    client.kinit("alice")
    armor = ("-T", client.ccache, "-c", f"FILE:{client.folder}/bob")
    for _ in range(2):
        assert "incorrect" in client.kinit("bob", "wrong", *armor, fails=True)
    assert "revoked" in client.kinit("bob", PASSWORD, fails=True)


def test_over_ipv6(serve, tmp_path):
    if not has_ipv6_loopback():
        pytest.skip("this machine has no ::1")
    server = serve()
    client = Client(server, libdefaults={"udp_preference_limit": "60000"})
    config = tmp_path / "v6.conf"
    config.write_text(
        "[libdefaults]\nudp_preference_limit = 60000\n"
        "default_realm = CONTOSO.TEST\ndns_lookup_kdc = false\n[realms]\n"
        f"CONTOSO.TEST = {{\nkdc = [::1]:{server.ready['kdc']}\n}}\n")
    client.env["KRB5_CONFIG"] = str(config)
    client.kinit()
    assert "dgram ::1" in client.trace()
    server.stop()
    assert kdc_entries(server)[0]["connection"]["peer"].startswith("[::1]:")


# --- the journal --------------------------------------------------------------

def test_journal(serve):
    server = serve()
    client = Client(server)
    client.kinit()
    client.kvno()
    assert "incorrect" in client.kinit("alice", "wrong", fails=True)
    server.stop()
    asked, answered, tgs, _, refused = kdc_entries(server)
    assert asked["kind"] == "kdc"
    assert asked["operation"] == "kdc.as"
    assert asked["kdc"]["client"] == "alice@CONTOSO.TEST"
    assert asked["kdc"]["error_name"] == "KDC_ERR_PREAUTH_REQUIRED"
    assert "aes256-cts-hmac-sha1-96" in asked["kdc"]["etypes"].split()
    assert "request" not in asked and "request" not in asked["kdc"]
    assert "PA-ENC-TIMESTAMP" in answered["kdc"]["padata"].split()
    assert answered["kdc"]["answer"] == "AS-REP"
    assert answered["sent"]["bytes"] == answered["kdc"]["reply_size"] + 4
    assert tgs["user"] == "alice"
    assert tgs["kdc"]["service"] == "HTTP/lyncweb.contoso.test@CONTOSO.TEST"
    assert refused["kdc"]["error"] == 24
    lines = [line for line in server.messages().splitlines()
             if "kind=kdc" in line]
    assert "why=" not in lines[0]
    assert "answer=TGS-REP" in lines[2]
    assert 'why="KDC_ERR_PREAUTH_FAILED: the password is wrong"' in lines[4]


def test_secrets_stay_out_of_the_journal(serve):
    """Of a request to the proxy, too: tickets are in its body."""
    for secrets in ((), ("--log-secrets",)):
        server = serve(*secrets)
        client = Client(server)
        client.kinit()
        use_proxy(client)
        client.kvno()
        server.stop()
        kdc = kdc_entries(server, "TGS-REQ")[0]["kdc"]
        assert ("request" in kdc) == bool(secrets)
        http = [entry for entry in server.entries()
                if entry.get("operation") == "kdc.proxy"][0]
        shown = json.dumps([http["request"]["body"], http["reply"]["body"],
                            http["sent"]["head"]])
        assert shown.count("***(") == (0 if secrets else 2)
        assert ("base64" in shown) == bool(secrets)


# --- the proxy ----------------------------------------------------------------

PROXY = ["-X", "POST", "-H", "Content-Type: application/kerberos"]


@pytest.mark.parametrize("body, status, why", [
    ("", 400, "no KDC-PROXY-MESSAGE"),
    ("30820000", 400, "no KDC-PROXY-MESSAGE"),
    # kerb-message alone
    ("300ca00a0408000000046a023000", 400, "target-domain is missing"),
    # its length is one more than there is
    ("3019a00a0408000000056a023000a10b1b09464142522e54455354", 400,
     "does not begin with the length"),
    ("3019a00a0408000000046a023000a10b1b09464142522e54455354", 403,
     'target-domain is \\"FABR.TEST\\"'),
    # the right one, and a NUL behind it
    ("301da00a0408000000046e023000a10f1b0d434f4e544f534f2e5445535400", 403,
     'target-domain is \\"CONTOSO.TEST\\" and more'),
    # no request to a KDC: [APPLICATION 14]
    ("301ca00a0408000000046e023000a10e1b0c434f4e544f534f2e54455354", 503,
     "gave no answer"),
])
def test_what_the_proxy_refuses(serve, tmp_path, body, status, why):
    server = serve()
    file = tmp_path / "body"
    file.write_bytes(bytes.fromhex(body))
    reply = server.curl(server.url("lyncweb", "/KdcProxy"), *PROXY,
                        "--data-binary", f"@{file}")
    assert reply.status == status
    server.stop()  # the line is written once the answer is sent
    assert why in server.messages()


def test_no_proxy_without_kerberos(serve):
    server = serve("--set", "offer.kerberos=no")
    url = server.url("lyncweb", "/KdcProxy")
    assert server.curl(url, *PROXY, "-d", "x").status == 404
    server = serve()
    reply = server.curl(server.url("lyncweb", "/KdcProxy"))
    assert reply.status == 405
    assert reply.header("Allow") == "POST"


def test_steps_at_the_proxy(play):
    server, client = play(step("kdc.proxy", "{status: 502}"))
    use_proxy(client)
    client.kinit(fails=True)
    server.stop()
    # The good answer was planned, and is in the journal; the step's went out.
    statuses = {entry["sent"]["status"] for entry in server.entries()
                if entry.get("operation") == "kdc.proxy"}
    assert statuses == {502}


def proxy_request(server):
    """An AS-REQ for the proxy: little in it, and krb5kdc need not like it."""
    body = bytes.fromhex(
        "301ca00a0408000000046a023000a10e1b0c434f4e544f534f2e54455354")
    return (f"POST /KdcProxy HTTP/1.1\r\nHost: {server.name('lyncweb')}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


@pytest.mark.parametrize("leave", ["client", "server"])
def test_somebody_leaves_while_the_proxy_waits(play, leave):
    server, client = play(step("kdc.as", "{delay: 1h}", "{transport: proxy}"))
    with Peer(server, tls=True) as peer:
        peer.send(proxy_request(server))
        client.kinit()  # by TCP, and the request before it is under way
        if leave == "client":
            peer.reset()
        client.kinit()
    assert server.stop() == 0
    http = [entry for entry in server.entries()
            if entry.get("operation") == "kdc.proxy"]
    assert len(http) == 1
    assert http[0]["outcome"] in ("broken", "open")


# --- hostile peers ------------------------------------------------------------

HOSTILE = {
    "high bit": b"\x80\x00\x00\x00" + b"x" * 100,
    "2 GB": b"\x7f\xff\xff\xff" + b"x" * 100,
    "one too many": struct.pack(">I", 128 * 1024 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_lengths(shared_server, name):
    """RFC 4120 7.2.2: KRB_ERR_FIELD_TOOLONG, and the connection ends."""
    with kdc_peer(shared_server) as peer:
        peer.send(HOSTILE[name])
        error = heard(peer)
        assert error[0] == 0x7e  # KRB-ERROR
        assert b"\xa6\x03\x02\x01\x3d" in error  # error-code 61
        assert peer.closed()


GARBAGE = [b"", b"\x00", b"\x6a", b"\x6a\x82\xff\xff", b"\x6c\x80" * 50,
           b"\x6a\x84\xff\xff\xff\xff" + b"\x30" * 50, b"GET / HTTP/1.1\r\n",
           b"\x6a\x03\x30\x01\x00", bytes(range(256)) * 256]


def test_garbage(shared_server):
    """krb5kdc gets what has the tag of a request, and says nothing either."""
    for garbage in GARBAGE:
        with kdc_peer(shared_server) as peer:
            peer.send(frame(garbage))
            assert heard(peer) is None
        with kdc_peer(shared_server) as peer:
            peer.send(frame(garbage)[:-1] or b"\0\0\0")
        with datagram_socket(shared_server) as udp:
            udp.send(garbage[:60000])
    client = Client(shared_server)
    client.kinit()


def test_nested_without_end(shared_server):
    body = b""
    for _ in range(4000):
        size = len(body)
        body = b"\x30\x83" + size.to_bytes(3, "big") + body
    message = b"\x6a\x83" + len(body).to_bytes(3, "big") + body
    with kdc_peer(shared_server) as peer:
        peer.send(frame(message))
        heard(peer)
    Client(shared_server).kinit()


def test_more_connections_than_there_may_be(shared_server):
    """Those that are idle for longest go, and a client gets its ticket."""
    peers = [kdc_peer(shared_server) for _ in range(1000)]
    for peer in peers[::3]:
        peer.send(b"\0\0")
    client = Client(shared_server)
    began = time.monotonic()
    client.kinit()
    client.kvno()
    assert time.monotonic() - began < 10
    assert peers[0].closed()
    for peer in peers:
        peer.close()


def test_a_flood_of_requests(shared_server):
    """Many at once, of which krb5kdc answers one at a time."""
    client = Client(shared_server)
    client.kinit()
    message = captured(shared_server)
    peers = [kdc_peer(shared_server) for _ in range(300)]
    for peer in peers:
        peer.send(frame(message))
    for peer in peers:
        assert heard(peer)[0] == 0x7e
        peer.close()
    client.kinit("bob", PASSWORD)


def captured(server):
    """An AS-REQ without a proof, as kinit sends it: caught in between."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        client = Client(server)
        config = client.folder / "trap.conf"
        config.write_text(
            "[libdefaults]\ndefault_realm = CONTOSO.TEST\n"
            "dns_lookup_kdc = false\nudp_preference_limit = 1\n"
            "[realms]\nCONTOSO.TEST = {\n"
            f"kdc = 127.0.0.1:{trap.getsockname()[1]}\n}}\n")
        client.env["KRB5_CONFIG"] = str(config)
        caught = []

        def catch():
            connection, _ = trap.accept()
            with connection:
                size = struct.unpack(">I", connection.recv(
                    4, socket.MSG_WAITALL))[0]
                caught.append(connection.recv(size, socket.MSG_WAITALL))
                # KDC_ERR_POLICY, so that kinit gives up.
                connection.sendall(frame(refusal()))

        thread = threading.Thread(target=catch)
        thread.start()
        client.kinit(fails=True)
        thread.join()
        return caught[0]


def refusal():
    """A KRB-ERROR, 12, of CONTOSO.TEST."""
    def tlv(tag, *parts):
        body = b"".join(parts)
        return bytes([tag, len(body)]) + body

    realm = tlv(0x1b, b"CONTOSO.TEST")
    name = tlv(0x30, tlv(0xa0, b"\x02\x01\x02"), tlv(
        0xa1, tlv(0x30, tlv(0x1b, b"krbtgt"), realm)))
    return tlv(0x7e, tlv(
        0x30, tlv(0xa0, b"\x02\x01\x05"), tlv(0xa1, b"\x02\x01\x1e"),
        tlv(0xa4, tlv(0x18, b"20260101000000Z")),
        tlv(0xa5, b"\x02\x01\x00"), tlv(0xa6, b"\x02\x01\x0c"),
        tlv(0xa9, realm), tlv(0xaa, name)))
