"""NTLM messages, right in everything but what a test asks to be wrong.

    walk(server)                            # a good sign-in at /auth/ntlm
    walk(server, type1=negotiate(flags=0))  # one with another first message
    walk(server, time=0)                    # one whose answer has another time

Written after [MS-NLMP] 2.2.1, 3.1.5.1.2, 3.3.2 and 3.4; of impacket, only MD4.
"""

import base64
import hashlib
import hmac
import os
import struct

from impacket import ntlm

from clients import token_of
from harness import PASSWORD
from raw import Peer, request

UNICODE, OEM, REQUEST_TARGET = 1 << 0, 1 << 1, 1 << 2
SIGN, SEAL, DATAGRAM, LM_KEY = 1 << 4, 1 << 5, 1 << 6, 1 << 7
NTLM, OEM_DOMAIN, OEM_WORKSTATION = 1 << 9, 1 << 12, 1 << 13
ALWAYS_SIGN, ESS, TARGET_INFO = 1 << 15, 1 << 19, 1 << 23
VERSION, K128, KEY_EXCH, K56 = 1 << 25, 1 << 29, 1 << 30, 1 << 31
GOOD = (UNICODE | OEM | REQUEST_TARGET | SIGN | NTLM | ALWAYS_SIGN | ESS
        | VERSION | K128 | KEY_EXCH | K56)
WINDOWS = bytes([6, 1, 0xb1, 0x1d, 0, 0, 0, 15])
FLAGS, TIMESTAMP, TARGET_NAME, BINDINGS = 6, 7, 9, 10
NAMES = ("lm", "nt", "domain", "user", "workstation", "key")


def field(length, offset, most=None):
    return struct.pack("<HHI", length, length if most is None else most,
                       offset)


def negotiate(flags=GOOD, domain=b"", workstation=b"", version=None,
              signature=b"NTLMSSP\0", number=1, most=None, empty_at=40,
              reach=0):
    """reach: how far the domain's offset lies beyond where it is."""
    if version is None:
        version = WINDOWS if flags & VERSION else bytes(8)
    at = 32 + len(version)
    names = domain + workstation
    return (signature + struct.pack("<II", number, flags)
            + field(len(domain), at + reach if domain else empty_at, most)
            + field(len(workstation),
                    at + len(domain) if workstation else empty_at)
            + version + names)


def rc4(key, data):
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def md5(key, data):
    return hmac.new(key, data, hashlib.md5).digest()


def wide(text):
    return text.encode("utf-16le")


class Challenge:
    def __init__(self, message):
        self.message = message
        self.flags, = struct.unpack_from("<I", message, 20)
        self.nonce = message[24:32]
        size, _, at = struct.unpack_from("<HHI", message, 40)
        self.pairs = []
        rest = message[at:at + size]
        while len(rest) >= 4:
            number, length = struct.unpack_from("<HH", rest)
            self.pairs.append((number, rest[4:4 + length]))
            rest = rest[4 + length:]
            if number == 0:
                break

    def pair(self, number):
        return dict(self.pairs).get(number)


def binding(certificate):
    """What MsvAvChannelBindings holds for this certificate."""
    end_point = (b"tls-server-end-point:"
                 + hashlib.sha256(certificate).digest())
    return hashlib.md5(bytes(16) + struct.pack("<I", len(end_point))
                       + end_point).digest()


class Answer:
    """AUTHENTICATE. What is wrong with it, a test says by name."""

    def __init__(self, type1, challenge, spn, bound, **wrong):
        self.type1 = type1
        self.challenge = Challenge(challenge)
        self.spn = spn
        self.bound = bound
        self.wrong = wrong

    def say(self, name, good):
        return self.wrong.get(name, good)

    def encode(self, text):
        return wide(text) if self.say("unicode",
                                      self.challenge.flags & UNICODE) \
            else text.encode("cp850")

    def av_pairs(self):
        """The challenge's, and the client's own; `drop` and `pairs` (number
        to value) say what else."""
        pairs = {number: value for number, value in self.challenge.pairs
                 if number}
        if TIMESTAMP in pairs and self.say("mic", "good") != "none":
            pairs[FLAGS] = struct.pack("<I", 2)
        pairs[BINDINGS] = self.bound
        pairs[TARGET_NAME] = wide(self.spn)
        pairs.update(self.say("pairs", {}))
        for number in self.say("drop", ()):
            pairs.pop(number, None)
        out = b"".join(struct.pack("<HH", number, len(value)) + value
                       for number, value in pairs.items())
        return out + self.say("end", bytes(4))

    def response(self, domain, user):
        """NTProofStr and what it is made over; sets the session key."""
        time = self.say("time", self.challenge.pair(TIMESTAMP) or bytes(8))
        temp = (bytes(self.say("resp_type", (1, 1))) + self.say(
            "reserved", bytes(6)) + time + self.say("nonce", os.urandom(8))
            + bytes(4) + self.av_pairs() + bytes(4))
        key = md5(ntlm.compute_nthash(self.say("password", PASSWORD)),
                  wide(user.upper() + domain))
        proof = md5(key, self.challenge.nonce + temp)
        self.session_key = md5(key, proof)
        return proof + temp

    def fields(self, payload):
        """The fields, and the payload behind `self.start`."""
        heads, at = {}, self.start
        for name, data in payload:
            length, most, place = self.say("field", {}).get(
                name, (None, None, None))
            length = len(data) if length is None else length
            heads[name] = field(length, at if place is None else place,
                                length if most is None else most)
            at += len(data)
        return b"".join(heads[name] for name in NAMES), b"".join(
            data for _, data in payload)

    def message(self):
        user = self.say("user", "alice")
        domain = self.say("domain", "CONTOSO")
        flags = self.say("flags", self.challenge.flags & ~self.say("clear", 0)
                         | self.say("set", 0))
        nt = self.response(domain, user)
        exported, key = self.session_key, b""
        if flags & KEY_EXCH and self.challenge.flags & KEY_EXCH:
            exported = os.urandom(16)
            key = rc4(self.session_key, exported)
        version = self.say("version", WINDOWS if flags & VERSION else bytes(8))
        self.start = 64 + len(version) + 16 + self.say("pad", 0)
        names = [(name, self.say(f"raw_{name}", self.encode(text)))
                 for name, text in (("domain", domain), ("user", user),
                                    ("workstation",
                                     self.say("workstation", "PC17")))]
        payload = [*names, ("lm", self.say("lm", bytes(24))),
                   ("nt", self.say("nt", nt)), ("key", self.say("key", key))]
        heads, data = self.fields(payload)
        start = (b"NTLMSSP\0" + struct.pack("<I", 3) + heads
                 + struct.pack("<I", flags) + version)
        rest = bytes(self.say("pad", 0)) + data
        mic = self.say("mic", "good")
        self.exported = exported
        if mic == "good":
            mic = md5(exported, self.type1 + self.challenge.message + start
                      + bytes(16) + rest)
        return start + (mic if isinstance(mic, bytes) else bytes(16)) + rest


def header(scheme, token):
    return f"Authorization: {scheme} {base64.b64encode(token).decode()}"


class Walk:
    """One connection, on which handshakes are led."""

    def __init__(self, server, host="lyncweb", tls=True):
        self.server = server
        self.peer = Peer(server, tls=tls, host=host)
        self.name = server.name(host)
        self.bound = bytes(16)
        if tls:
            self.bound = binding(self.peer.socket.getpeercert(True))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.peer.close()

    def ask(self, *lines, method="GET", path="/auth/ntlm", body=None):
        return self.peer.ask(request(method, self.name, path, *lines,
                                     body=body))

    def first(self, type1, *lines, scheme="NTLM", **how):
        """The challenge."""
        return token_of(self.ask(header(scheme, type1), *lines, **how), scheme)

    def answer_of(self, type1, challenge, **wrong):
        return Answer(type1, challenge, f"HTTP/{self.name}", self.bound,
                      **wrong)

    def answer(self, type1, challenge, **wrong):
        return self.answer_of(type1, challenge, **wrong).message()


def walk(server, type1=None, host="lyncweb", tls=True, path="/auth/ntlm",
         **wrong):
    """A sign-in over raw NTLM; the last answer, None where no challenge came."""
    type1 = negotiate() if type1 is None else type1
    with Walk(server, host, tls) as there:
        challenge = there.first(type1, path=path)
        if not challenge:
            return None
        last = there.answer(type1, challenge, **wrong)
        return there.ask(header("NTLM", last), path=path)


def good(server):
    """No rule of NTLM has anything against it."""
    answer = walk(server)
    assert answer.status == 200, answer.text
