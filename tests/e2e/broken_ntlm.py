"""An NTLM client that is right but for one thing, on impacket's primitives.

Each thing that goes into a message is a method or an attribute of its own; a
client that is broken overrides it. [MS-NLMP] 2.2.1, 3.1.5.1.2, 3.3.
"""

import hashlib
import hmac
import os
import struct

from impacket import ntlm

UNICODE, OEM, NTLM, ALWAYS_SIGN = 0x1, 0x2, 0x200, 0x8000
SIGN, ESS, TARGET_INFO = 0x10, 0x80000, 0x800000
VERSION, KEY_128, KEY_EXCH, KEY_56 = 1 << 25, 1 << 29, 1 << 30, 1 << 31
FLAGS = (UNICODE | NTLM | ALWAYS_SIGN | SIGN | ESS | TARGET_INFO | VERSION
         | KEY_128 | KEY_56 | KEY_EXCH)
VERSION_FIELD = bytes.fromhex("0a00614a0000000f")
MIC_AT, FIXED = 72, 88
EOL, AV_FLAGS, AV_TIME, AV_TARGET, AV_BINDING = 0, 6, 7, 9, 10


def md5(key, *parts):
    return hmac.new(key, b"".join(parts), "md5").digest()


def md4(data):
    """NTOWFv1 of bytes that are no UTF-16LE text."""
    return ntlm.MD4.new(data).digest()


def wide(text):
    return text.encode("utf-16-le")


def pairs_of(info):
    """The AV pairs of a list, in their order."""
    pairs, at = [], 0
    while at + 4 <= len(info):
        kind, size = struct.unpack_from("<HH", info, at)
        if kind == EOL:
            break
        pairs.append((kind, info[at + 4:at + 4 + size]))
        at += 4 + size
    return pairs


def list_of(pairs, end=True):
    body = b"".join(struct.pack("<HH", kind, len(value)) + value
                    for kind, value in pairs)
    return body + (b"\0" * 4 if end else b"")


def binding_of(data):
    """MD5 of a gss_channel_bindings_struct with this application data."""
    return hashlib.md5(b"\0" * 16 + struct.pack("<I", len(data))
                       + data).digest()


class Ntlm:
    """One handshake; step() as clients.Carrier wants it."""

    mic = True
    flags = FLAGS
    workstation = "TESTER"
    spn = None
    tail = b"\0" * 4

    def __init__(self, account, password, connection=None):
        self.domain, _, self.user = account.rpartition("\\")
        self.password = password
        self.connection = connection
        self.client_challenge = os.urandom(8)
        self.key = os.urandom(16)

    # -- what a broken client does otherwise ---------------------------------

    def password_bytes(self):
        return wide(self.password)

    def ntowf_v1(self):
        return md4(self.password_bytes())

    def hashed_user(self):
        return self.user.upper()

    def hashed_domain(self):
        return self.domain

    def names(self):
        return wide(self.hashed_user()) + wide(self.hashed_domain())

    def ntowf_v2(self):
        return md5(self.ntowf_v1(), self.names())

    def binding(self):
        """What MsvAvChannelBindings has; None: it is not there."""
        return None

    def proven_challenge(self):
        return self.server_challenge

    def proven_temp(self, temp):
        return temp

    def make_proof(self, temp):
        return md5(self.response_key, self.proven_challenge(),
                   self.proven_temp(temp))

    def lm_response(self):
        return b"\0" * 24

    def nt_response(self):
        temp = self.temp()
        self.proof = self.make_proof(temp)
        return self.proof + temp

    def own_pairs(self):
        pairs = [(AV_FLAGS, struct.pack("<I", 2))] if self.mic else []
        if self.binding() is not None:
            pairs.append((AV_BINDING, self.binding()))
        if self.spn is not None:
            pairs.append((AV_TARGET, wide(self.spn)))
        return pairs

    def sent_pairs(self):
        return list_of(pairs_of(self.target_info) + self.own_pairs())

    def time(self):
        return dict(pairs_of(self.target_info))[AV_TIME]

    def sent_user(self):
        return self.user

    def sent_domain(self):
        return self.domain

    def mic_key(self):
        return self.key

    def mic_parts(self, token):
        return [self.negotiate, self.challenge,
                token[:MIC_AT] + b"\0" * 16 + token[FIXED:]]

    def make_mic(self, token):
        return md5(self.mic_key(), *self.mic_parts(token))

    def finished(self, token):
        """The last word on the last message."""
        return token

    # -- the messages ---------------------------------------------------------

    def temp(self):
        return (b"\1\1" + b"\0" * 6 + self.time() + self.client_challenge
                + b"\0" * 4 + self.sent_pairs() + self.tail)

    def step(self, challenge):
        if challenge is None:
            self.negotiate = (b"NTLMSSP\0" + struct.pack("<II", 1, self.flags)
                              + b"\0" * 16 + VERSION_FIELD)
            return self.negotiate
        self.read(challenge)
        self.response_key = self.ntowf_v2()
        return self.finished(self.authenticate())

    def end(self, accepted, token):
        self.accepted = accepted

    def read(self, challenge):
        self.challenge = challenge
        self.server_challenge = challenge[24:32]
        self.agreed, = struct.unpack_from("<I", challenge, 20)
        size, _, at = struct.unpack_from("<HHI", challenge, 40)
        self.target_info = challenge[at:at + size]

    def exchange_key(self):
        """KeyExchangeKey of NTLMv2: the session base key."""
        return md5(self.response_key, self.proof)

    def session_key(self):
        if not self.agreed & KEY_EXCH:
            self.key = self.exchange_key()
            return b""
        return ntlm.generateEncryptedSessionKey(self.exchange_key(), self.key)

    def authenticate(self):
        nt = self.nt_response()
        values = [self.lm_response(), nt, wide(self.sent_domain()),
                  wide(self.sent_user()), wide(self.workstation),
                  self.session_key()]
        at = FIXED if self.mic else MIC_AT
        fields, payload = b"", b""
        for value in values:
            fields += struct.pack("<HHI", len(value), len(value),
                                  at + len(payload))
            payload += value
        token = (b"NTLMSSP\0" + struct.pack("<I", 3) + fields
                 + struct.pack("<I", self.agreed) + VERSION_FIELD)
        if self.mic:
            token += b"\0" * 16
        token += payload
        if self.mic:
            token = token[:MIC_AT] + self.make_mic(token) + token[FIXED:]
        return token
