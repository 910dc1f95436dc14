"""Handshakes that are wrong in every way: refused, explained, forgotten."""

import base64
import struct

import pytest

from harness import ISSUE, TICKET_PATH
from raw import Journal, Peer, remark_of, request, rules_of

UNICODE = 0x1
NTLM = 0x200
ALWAYS_SIGN = 0x8000
EXTENDED = 0x80000
TARGET_INFO = 0x800000
FLAGS = UNICODE | NTLM | ALWAYS_SIGN | EXTENDED | TARGET_INFO

SIGNATURE = b"NTLMSSP\0"
TYPE1 = SIGNATURE + struct.pack("<II", 1, FLAGS) + b"\0" * 16


# NTLMv2 (MS-NLMP 2.2.2.8): proof, then versions, time, nonce, no AV pairs.
PROOF = b"\x11" * 16
BLOB = b"\x01\x01" + b"\0" * 6 + b"\x11" * 16 + b"\0" * 4


def type3(domain="CONTOSO", user="alice", nt=PROOF + BLOB + b"\0" * 8,
          flags=FLAGS):
    """Well formed; nobody's password."""
    head = 64
    fields, payload = b"", b""
    values = [b"\0" * 24, nt, domain.encode("utf-16-le"),
              user.encode("utf-16-le"), "PC".encode("utf-16-le"), b""]
    for value in values:
        fields += struct.pack("<HHI", len(value), len(value),
                              head + len(payload))
        payload += value
    return (SIGNATURE + struct.pack("<I", 3) + fields
            + struct.pack("<I", flags) + payload)


def with_field(at, size, offset):
    """type3() with the field at this place of the head pointing there."""
    token = bytearray(type3())
    struct.pack_into("<HHI", token, at, size & 0xffff, size & 0xffff, offset)
    return bytes(token)


# Where the fields of a type 3 stand (MS-NLMP 2.2.1.3).
FIELDS = {"LM": 12, "NT": 20, "domain": 28, "user": 36, "workstation": 44,
          "key": 52}


def der(tag, *parts):
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = struct.pack(">I", len(content))
    return bytes([tag, 0x84]) + size + content


def nested(depth, tag=0xa0):
    token = b""
    for _ in range(depth):
        token = der(tag, token)
    return token


OID_SPNEGO = bytes.fromhex("06062b0601050502")
OID_NTLM = bytes.fromhex("060a2b06010401823702020a")


def init(*parts):
    """NegTokenInit (RFC 4178, 4.2.1)."""
    return der(0x60, OID_SPNEGO, der(0xa0, der(0x30, *parts)))


def mech_types(*oids):
    return der(0xa0, der(0x30, *oids))


class Client(Peer):
    """One connection to the service that issues tickets."""

    def __init__(self, server):
        super().__init__(server, tls=True)

    def post(self, credentials=None):
        lines = ["Content-Type: text/xml", f'SOAPAction: "{ISSUE}"']
        if credentials is not None:
            lines.append(f"Authorization: {credentials}")
        return self.ask(request("POST", self.host, TICKET_PATH, *lines,
                                body=b"<x/>"))

    def token(self, token, scheme="NTLM"):
        return self.post(f"{scheme} {base64.b64encode(token).decode()}")

    def challenge(self):
        reply = self.token(TYPE1)
        value = reply.header("WWW-Authenticate")
        assert reply.status == 401
        assert value.startswith("NTLM TlRMTVNTUAAC")


@pytest.fixture
def client(sturdy):
    with Client(sturdy) as client:
        client.journal = Journal(sturdy)
        yield client


def assert_refused(client, reply, requests=1, user=None):
    """401 with every offer, and no token; the last of so many requests."""
    assert reply.status == 401
    assert reply.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    entry = client.journal.of(client, requests)[-1]
    assert entry["user"] in (None, user)
    return entry


# --- no token at all --------------------------------------------------------

@pytest.mark.parametrize("credentials,rule", [
    ("NTLM !!!!", "HA-024"),
    ("NTLM TlRMTVNTUAAB===", "HA-024"),
    ("NTLM TlRM TVNT", "HA-024"),
    ("NTLM TlRMTVNTUAABAAAA\xff", "HA-024"),
    ("NTLM " + "A" * 50001, "HA-024"),
    ("NTLM " + "=" * 50000, "HA-024"),
    ("NTLM", "HA-024"),
    ("Negotiate ", "HA-024"),
    ("NTLM " + base64.b64encode(b"noise" * 20).decode(), "HA-026"),
    ("NTLM " + "QUFB" * 12500, "HA-026"),
    ("Negotiate " + "QUFB" * 12500, "HA-026"),
    ("Basic YWxpY2U6UGFzc3cwcmQh", "HA-025"),
    ("Digest username=\"alice\"", "HA-025"),
    ("Kerberos YIIB", "HA-025"),
    ("\xff\xfe", "HA-025"),
    ("," * 5000, "HA-025"),
    ("=", "HA-025"),
])
def test_credentials_that_are_no_token(client, credentials, rule):
    entry = assert_refused(client, client.post(credentials))
    assert rule in rules_of(entry)


def test_token_over_the_limit_of_headers(client):
    assert client.post("NTLM " + "QUFB" * 20000).status == 400


# --- type 1 -----------------------------------------------------------------

def test_type_1_cut_anywhere(client):
    for size in range(1, 12):
        entry = assert_refused(client, client.token(TYPE1[:size]), size)
        assert "HA-026" in rules_of(entry)
    # Clients of old end it behind the flags, or before.
    for size in range(12, len(TYPE1)):
        assert client.token(TYPE1[:size]).status == 401


@pytest.mark.parametrize("kind", [0, 2, 4, 0xffffffff])
def test_other_message_first(client, kind):
    token = SIGNATURE + struct.pack("<II", kind, FLAGS) + b"\0" * 40
    entry = assert_refused(client, client.token(token))
    assert "HA-026" in rules_of(entry) or remark_of(entry, "auth.refused")


def test_type_1_with_fields_past_its_end(client):
    token = (SIGNATURE + struct.pack("<II", 1, FLAGS | 0x3000)
             + struct.pack("<HHI", 0xffff, 0xffff, 0xffffffff) * 2)
    reply = client.token(token)
    # Domain and workstation of a type 1 mean nothing: they need not be good.
    assert reply.status == 401
    assert "NT-019" in rules_of(client.journal.of(client)[0])


@pytest.mark.parametrize("flags", [0, 0xffffffff, NTLM, 0x80000000])
def test_type_1_with_odd_flags(client, flags):
    reply = client.token(SIGNATURE + struct.pack("<II", 1, flags)
                         + b"\0" * 16)
    assert reply.status == 401


# --- type 3 -----------------------------------------------------------------

def test_type_3_cut_anywhere(client):
    """A handshake for each length, all on one connection."""
    whole = type3()
    for size in range(len(whole)):
        client.challenge()
        assert client.token(whole[:size]).headers("WWW-Authenticate") == [
            "Negotiate", "NTLM"]
    client.challenge()
    last = assert_refused(client, client.token(whole), 2 * len(whole) + 2,
                          user="alice")
    assert remark_of(last, "auth.refused") == "wrong password"
    entries = client.journal.of(client, 2 * len(whole) + 2)
    for entry in entries[1:-1:2]:
        assert set(rules_of(entry)) & {"HA-024", "HA-026"}, entry["remarks"]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("size,offset", [
    (16, 0xffffffff), (16, 0x7fffffff), (0xffff, 64), (0xffff, 0xffffffff),
    (0xfffe, 0xffff0001), (2, 1 << 16), (200, 200),
], ids=["-1", "2G", "64 KB", "all", "sum overflows", "past", "half past"])
def test_type_3_with_a_field_past_its_end(client, name, size, offset):
    client.challenge()
    entry = assert_refused(
        client, client.token(with_field(FIELDS[name], size, offset)), 2)
    assert "HA-026" in rules_of(entry)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("size,offset", [
    (64, 0), (24, 0), (100, 64), (3, 64), (0, 0), (0, 0xffffffff),
], ids=["head", "signature", "others", "odd", "empty", "empty, anywhere"])
def test_type_3_with_a_field_in_the_wrong_place(client, name, size, offset):
    """Fields that overlap are decoded, and prove nobody's password."""
    client.challenge()
    entry = assert_refused(
        client, client.token(with_field(FIELDS[name], size, offset)), 2,
        user="alice")
    assert "HA-026" in rules_of(entry) or remark_of(entry, "auth.refused")


@pytest.mark.parametrize("token", [
    type3(user=""), type3(user="", domain="", nt=b""),
    type3(user="a" * 10000), type3(user="\0" * 100), type3(user="\ud7ff\r\n"),
    type3(user="alice\0"), type3(domain="x" * 16000),
    type3(nt=b""), type3(nt=b"\x11" * 15), type3(nt=b"\x11" * 16),
    type3(nt=b"\x11" * 24), type3(nt=b"\x11" * 43), type3(nt=b"\x11" * 44),
    type3(nt=b"\x11" * 48000),
    type3(nt=PROOF + BLOB + struct.pack("<HH", 1, 0xffff) * 10),
    type3(nt=PROOF + BLOB + (struct.pack("<HH", 7, 8) + b"\0" * 8) * 1000),
    type3(nt=PROOF + BLOB + b"\xff\xff\0\0" * 1000 + b"\0" * 4),
    type3(flags=0), type3(flags=0xffffffff),
], ids=["no user", "anonymous", "long user", "NULs", "line ends", "NUL behind",
        "long domain", "no response", "15 bytes", "16 bytes", "NTLMv1",
        "43 bytes", "44 bytes", "48 KB", "AV pair past the end",
        "AV pairs without end", "1000 AV pairs", "no flags", "all flags"])
def test_type_3_that_proves_nothing(client, token):
    client.challenge()
    entry = assert_refused(client, client.token(token), 2, user="alice")
    assert "HA-026" in rules_of(entry) or remark_of(entry, "auth.refused")


def test_type_2_from_the_client(client):
    reply = client.token(TYPE1)
    theirs = base64.b64decode(
        reply.header("WWW-Authenticate").partition(" ")[2])
    entry = assert_refused(client, client.token(theirs), 2)
    assert "HA-026" in rules_of(entry) or remark_of(entry, "auth.refused")


def test_type_3_without_a_challenge(client):
    entry = assert_refused(client, client.token(type3()))
    assert rules_of(entry, "HA-") == ["HA-027"]


# --- SPNEGO -----------------------------------------------------------------

SPNEGO = [
    ("nothing in it", der(0x60)),
    ("no inner token", der(0x60, OID_SPNEGO)),
    ("empty sequence", init()),
    ("no mechanisms", init(mech_types())),
    ("1,000 levels", der(0x60, OID_SPNEGO, nested(1000))),
    ("8,000 levels", nested(8000, 0x60)),
    ("8,000 levels of sequences", der(0x60, OID_SPNEGO, nested(8000, 0x30))),
    ("indefinite length", b"\x60\x80" + OID_SPNEGO + b"\xa0\x80\x30\x80"
     + b"\0" * 6),
    ("1,000 indefinite lengths", b"\x60\x80" * 1000),
    ("length of 2^32-1", b"\x60\x84\xff\xff\xff\xff" + OID_SPNEGO),
    ("length of 2^64-1", b"\x60\x88" + b"\xff" * 8 + OID_SPNEGO),
    ("length of 127 bytes", b"\x60\xff" + b"\xff" * 127),
    ("length that is cut", b"\x60\x84\x00"),
    ("length with zeros in front", b"\x60\x84\x00\x00\x00\x02\x30\x00"),
    ("tag of many bytes", b"\x7f" + b"\xff" * 1000),
    ("element past its parent", b"\x60\x0a" + OID_SPNEGO + b"\xa0\x7f"),
    ("identifier that never ends", init(der(0xa0, der(0x30, der(
        0x06, b"\xff" * 1000))))),
    ("empty identifier", init(mech_types(der(0x06)))),
    ("NTLM past the end", init(mech_types(OID_NTLM), der(
        0xa2, b"\x04\x84\xff\xff\xff\xff"))),
    ("NTLM that is noise", init(mech_types(OID_NTLM), der(
        0xa2, der(0x04, b"noise" * 100)))),
    ("answer before the question", der(0xa1, der(0x30, der(
        0xa0, der(0x0a, b"\x01"))))),
    ("answer that is empty", der(0xa1)),
    ("Kerberos, cut", der(0x60, bytes.fromhex("06092a864886f712010202"),
                          b"\x01\x00")),
    ("other application", der(0x61, OID_SPNEGO, der(0xa0, der(0x30)))),
]


@pytest.mark.parametrize("token", [row[1] for row in SPNEGO],
                         ids=[row[0] for row in SPNEGO])
def test_spnego_that_is_none(client, token):
    reply = client.token(token, "Negotiate")
    assert reply.status == 401
    entry, = client.journal.of(client)
    assert "HA-026" in rules_of(entry) or remark_of(entry, "auth.refused")
    assert entry["user"] is None


def test_spnego_with_four_thousand_mechanisms(client):
    unknown = bytes.fromhex("06082b060104018237ff")[:-1] + b"\x01"
    token = init(mech_types(*[unknown] * 4000, OID_NTLM))
    reply = client.token(token, "Negotiate")
    assert reply.status == 401
    entry, = client.journal.of(client)
    assert entry["user"] is None


def test_spnego_cut_anywhere(client):
    whole = init(mech_types(OID_NTLM), der(0xa2, der(0x04, TYPE1)))
    for size in range(len(whole)):
        reply = client.token(whole[:size], "Negotiate")
        assert reply.headers("WWW-Authenticate")[-1] == "NTLM", size
    reply = client.token(whole, "Negotiate")
    assert reply.header("WWW-Authenticate").startswith("Negotiate oY")


# --- many -------------------------------------------------------------------

def rss_of(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_three_thousand_handshakes_begun_on_one_connection(sturdy, client):
    """Each drops the one before; the journal is all that grows, and it has
    a limit of its own."""
    spnego = init(mech_types(OID_NTLM), der(0xa2, der(0x04, TYPE1)))
    seen = set()
    before = rss_of(sturdy)
    for number in range(3000):
        scheme, token = (("NTLM", TYPE1), ("Negotiate", spnego))[number % 2]
        reply = client.token(token, scheme)
        assert reply.status == 401
        seen.add(reply.header("WWW-Authenticate"))
    # No challenge came twice.
    assert len(seen) == 3000
    entries = client.journal.of(client, 3000)
    assert {entry["leg"] for entry in entries} == {1}
    grown = rss_of(sturdy) - before
    assert grown / 3000 < 40, f"{grown / 3000:.1f} KiB each"


def test_half_a_handshake_is_dropped_with_its_connection(sturdy):
    clients = [Client(sturdy) for _ in range(200)]
    for client in clients:
        client.challenge()
    for client in clients:
        client.close()
    with Client(sturdy) as client:
        client.challenge()
