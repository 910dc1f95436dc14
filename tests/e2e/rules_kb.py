"""Clients that break a rule of SPNEGO or Kerberos, and ones that keep it."""

import base64
import contextlib
import hashlib
import os
import socket
import struct
import subprocess
import sys

from clients import FOLDER, token_of
from harness import PASSWORD, PATIENCE
from kerberos import Client
from ntlm_messages import Walk, header, md5, negotiate, rc4
from rule_case import Case

PATH = "/auth/negotiate"
OTHER = bytes([0x2b, 6, 1, 5, 2, 5])  # a mechanism that nobody has
KRB5 = bytes([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2])
NTLM = bytes([0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a])
SPNEGO = bytes([0x2b, 6, 1, 5, 5, 2])


# --- DER and SPNEGO -----------------------------------------------------------

def der(tag, *parts):
    data = b"".join(parts)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + data


def mech_list(mechs):
    return der(0x30, *(der(6, mech) for mech in mechs))


def init(token=None, mechs=(NTLM,), flags=False, framed=True):
    """NegTokenInit, RFC 4178 section 4.2.1."""
    parts = [der(0xa0, mech_list(mechs))]
    if flags:
        parts.append(der(0xa1, der(3, b"\x02\x40")))
    if token:
        parts.append(der(0xa2, der(4, token)))
    inner = der(0xa0, der(0x30, *parts))
    return der(0x60, der(6, SPNEGO), inner) if framed else inner


def resp(token=None, state=None, mech=None, mic=None):
    """NegTokenResp, section 4.2.2."""
    parts = []
    if state is not None:
        parts.append(der(0xa0, der(10, bytes([state]))))
    if mech:
        parts.append(der(0xa1, der(6, mech)))
    if token:
        parts.append(der(0xa2, der(4, token)))
    if mic:
        parts.append(der(0xa3, der(4, mic)))
    return der(0xa1, der(0x30, *parts))


def sends(token):
    def client(server):
        with Walk(server) as there:
            there.ask(header("Negotiate", token), path=PATH)

    return client


def signed(key, message):
    """GSS_GetMIC of NTLM, [MS-NLMP] 3.4.4.2, the first of the client's."""
    way = b"session key to client-to-server %s key magic constant\0"
    sign = hashlib.md5(key + way % b"signing").digest()
    seal = hashlib.md5(key + way % b"sealing").digest()
    number = bytes(4)
    check = md5(sign, number + message)[:8]
    return b"\x01\0\0\0" + rc4(seal, check) + number


def first_of(there, token):
    return token_of(there.ask(header("Negotiate", token), path=PATH),
                    "Negotiate")


def inner(token):
    """The NTLM message within a NegTokenResp."""
    return token[token.index(b"NTLMSSP\0"):]


def ntlm_in_spnego(mechs=(NTLM,), mic=None, **how):
    """A sign-in whose last token has this MIC (of the right one), and these
    members of NegTokenResp."""
    def client(server):
        with Walk(server) as there:
            if mechs[0] == NTLM:
                challenge = first_of(there, init(negotiate(), mechs))
            else:
                first_of(there, init(b"?", mechs))
                challenge = first_of(there, resp(negotiate()))
            answer = there.answer_of(negotiate(), inner(challenge))
            last = answer.message()
            right = signed(answer.exported, mech_list(mechs))
            there.ask(header("Negotiate", resp(
                last, mic=mic and mic(right), **how)), path=PATH)

    return client


# --- Kerberos, shown to the web server ------------------------------------------

def signs_in(*args, **how):
    """Kerberos by python3-gssapi; args go to kinit."""
    def client(server):
        user = Client(server)
        user.kinit("alice", PASSWORD, *args)
        gss = user.gss(**how)
        gss.ask(server.url("lyncweb", PATH))
        return gss

    return client


def weak_session(server):
    user = Client(server)
    user.kinit()
    user.kvno(None, "-e", "rc4-hmac")
    user.gss().ask(server.url("lyncweb", PATH))


def right_mic(mic):
    return mic


def wrong_mic(mic):
    return mic[:-5] + b"?" + mic[-4:]


def of_another_service(server):
    user = Client(server)
    user.kinit()
    with contextlib.closing(user.gss().context("lyncweb2")) as context:
        sends(context.step())(server)


def same_token_twice(server):
    gss = signs_in()(server)
    for _ in range(2):
        sends(gss.sent[0])(server)


def impacket(ahead=0):
    """No frame of GSS-API, no checksum, and a clock that may be off."""
    def client(server):
        user = Client(server)
        user.kinit()
        user.kvno()
        done = subprocess.run(
            [sys.executable, FOLDER / "impacket-krb5.py", "alice", PASSWORD,
             "CONTOSO.TEST", f"HTTP/{server.name('lyncweb')}",
             server.ready["kdc"], "one-way", str(ahead)], env=user.env,
            input="\n", capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        sends(base64.b64decode(done.stdout.split()[0]))(server)

    return client


def then(again):
    """Signs in, and asks again on the same connection."""
    def client(server):
        user = Client(server)
        user.kinit()
        with contextlib.closing(user.gss().context("lyncweb")) as context, \
                Walk(server) as there:
            there.ask(header("Negotiate", context.step()), path=PATH)
            if again:
                there.ask(path=PATH)

    return client


# --- The KDC ---------------------------------------------------------------------

def text(value):
    return der(0x1b, value.encode())


def number(value):
    size = max(1, (value.bit_length() + 8) // 8)
    return der(2, value.to_bytes(size, "big", signed=True))


def principal(kind, *names):
    return der(0x30, der(0xa0, number(kind)),
               der(0xa1, der(0x30, *map(text, names))))


def as_req(name="alice", kind=1, etypes=(18, 17), options=0, proof=False):
    """AS-REQ, RFC 4120 section 5.4.1; proof: of a wrong password."""
    sealed = der(0x30, der(0xa0, number(18)), der(0xa2, der(4, os.urandom(56))))
    padata = der(0xa3, der(0x30, der(
        0x30, der(0xa1, number(2)), der(0xa2, der(4, sealed)))))
    body = der(
        0x30, der(0xa0, der(3, b"\0" + struct.pack(">I", options))),
        der(0xa1, principal(kind, name)), der(0xa2, text("CONTOSO.TEST")),
        der(0xa3, principal(2, "krbtgt", "CONTOSO.TEST")),
        der(0xa5, der(0x18, b"20371231235959Z")),
        der(0xa7, number(int.from_bytes(os.urandom(3), "big"))),
        der(0xa8, der(0x30, *map(number, etypes))))
    return der(0x6a, der(0x30, der(0xa1, number(5)), der(0xa2, number(10)),
                         padata if proof else b"", der(0xa4, body)))


def kdc(*messages, udp=False, length=None):
    """Sends these, one after the other, and awaits each answer."""
    def client(server):
        kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
        with socket.socket(type=kind) as peer:
            peer.settimeout(PATIENCE)
            peer.connect(("127.0.0.1", int(server.ready["kdc"])))
            for message in messages:
                size = b"" if udp else struct.pack(
                    ">I", len(message) if length is None else length)
                peer.sendall(size + message)
                peer.recv(65536)

    return client


def both(*clients):
    def client(server):
        for one in clients:
            one(server)

    return client


def tools(*steps, args=(), fails=False):
    """kinit with `args`, then MIT's tools."""
    def client(server):
        user = Client(server)
        user.kinit("alice", PASSWORD, *args)
        for step in steps:
            user.run(*(word.replace("@HOST@", server.name("lyncweb"))
                       for word in step), fails=fails)

    return client


KVNO = ("kvno", "HTTP/@HOST@")
UNCACHED = ("kvno", "--no-store", "HTTP/@HOST@")
BROKEN = init(negotiate()).replace(der(6, NTLM), der(5, NTLM))
GOOD = ntlm_in_spnego()
GOOD_KDC = kdc(as_req())


def kerberos(*args, **how):
    return Case(*args, kerberos=True, **how)


CASES = [
    Case("KB-001", sends(BROKEN), GOOD, "DER"),
    Case("KB-002", sends(init(negotiate(), framed=False)), GOOD,
         "InitialContextToken"),
    Case("KB-003", sends(init(negotiate(), flags=True)), GOOD, "reqFlags"),
    Case("KB-004", sends(init(negotiate(), mechs=())), GOOD, "empty"),
    Case("KB-005", sends(init(negotiate(), mechs=(NTLM, KRB5))),
         sends(init(mechs=(KRB5, NTLM))), "behind NTLM"),
    Case("KB-006", sends(init(negotiate(), mechs=(KRB5, NTLM))), GOOD,
         "Kerberos"),
    Case("KB-007", sends(init(mechs=(NTLM,))), GOOD, "round trip"),
    Case("KB-008", sends(negotiate()), GOOD, "an NTLM message"),
    Case("KB-009", ntlm_in_spnego(mech=NTLM), GOOD, "supportedMech"),
    Case("KB-010", ntlm_in_spnego(state=3), GOOD, "request-mic"),
    Case("KB-011", ntlm_in_spnego((OTHER, NTLM)),
         ntlm_in_spnego((OTHER, NTLM), mic=right_mic), "mechListMIC"),
    Case("KB-012", ntlm_in_spnego((OTHER, NTLM), mic=wrong_mic),
         ntlm_in_spnego((OTHER, NTLM), mic=right_mic), "MechTypeList"),
    kerberos("KB-020", of_another_service, signs_in(), "lyncweb2"),
    kerberos("KB-021", same_token_twice, signs_in(), "same authenticator"),
    kerberos("KB-022", impacket(), signs_in(), "0x8003"),
    kerberos("KB-023", signs_in(flags="integrity"), signs_in(), "mutual"),
    kerberos("KB-024", signs_in("-f", flags="mutual,delegate"),
             signs_in("-f"), "deleg"),
    kerberos("KB-025", signs_in(bindings="wrong"),
             signs_in(bindings="right"), "another channel"),
    kerberos("KB-026", impacket(), signs_in(), "no frame"),
    kerberos("KB-027", weak_session, signs_in(), "rc4-hmac",
             args=("--set", "krb5.etypes=aes256,aes128,rc4")),
    kerberos("KB-028", impacket(3600), signs_in(), "ahead"),
    kerberos("KB-030", then(True), then(False), "no token",
             args=("kerberos-mutual-missing",)),
    kerberos("KB-040", kdc(as_req(), length=0x80000000), GOOD_KDC,
             "0x80000000"),
    kerberos("KB-041", kdc(b"\x6a\x03abc", length=5), GOOD_KDC, "DER"),
    kerberos("KB-042", kdc(as_req(etypes=(23,))), GOOD_KDC, "rc4-hmac"),
    kerberos("KB-043", kdc(as_req(etypes=(18, 3))), GOOD_KDC, "des-cbc-md5"),
    kerberos("KB-044", kdc(*[as_req()] * 4), tools(), "number 4"),
    kerberos("KB-045", kdc(as_req(proof=True), udp=True),
             both(kdc(as_req(proof=True), udp=True),
                  kdc(as_req(proof=True))), "by TCP",
             args=("kerberos-udp-too-big",)),
    kerberos("KB-046", kdc(*[as_req(proof=True)] * 4),
             kdc(*[as_req(proof=True)] * 3), "4 times in a row"),
    kerberos("KB-047", kdc(as_req("alice@contoso.test", kind=10)),
             kdc(as_req("alice@contoso.test", kind=10, options=1 << 16)),
             "canonicalize"),
    kerberos("KB-048", tools(("kvno", "HTTP/10.0.0.7"), fails=True),
             tools(KVNO), "10.0.0.7"),
    kerberos("KB-049", tools(*[UNCACHED] * 4), tools(*[UNCACHED] * 3),
             "number 4"),
    kerberos("KB-050", tools(("kinit", "-R"), fails=True, args=("-l", "1h")),
             tools(("kinit", "-R"), args=("-r", "2d")), "renewable"),
]
