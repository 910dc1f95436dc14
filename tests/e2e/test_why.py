"""Clients that are broken in one way each, and the line that says which.

The rows are: what the client does otherwise, and words that the server's line
must have. A client that is right, or whose password is another one, must not be
told that it did something else.
"""

import base64
import hashlib
import ssl
import struct
import unicodedata

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)
from lxml import etree
from zeep.wsse.username import UsernameToken

from broken_ntlm import (EOL, FIXED, MIC_AT, Ntlm, binding_of, list_of, md4,
                         md5, pairs_of, wide)
from clients import Carrier, Curl
from harness import PASSWORD
from proofs import DS, Keyed, p_hash, prove, timestamp
from raw import Peer
from signin import ALICE, ask, journal, open_user, ticket_for
from soap import envelope, post

KERBEROS = False

WSU = ("http://docs.oasis-open.org/wss/2004/01/"
       "oasis-200401-wss-wssecurity-utility-1.0.xsd")
JOERG = "CONTOSO\\jörg"
JOERGS = "Pässwörd1"
OTHER = ("wrong password: no variation of the name, the domain or the "
         "challenge makes this proof right: it is another password")


def whys(server, operation="webticket.issue"):
    """The lines of the exchanges that have one."""
    found = [record.remarks["auth.why"] for record in journal(server, operation)
             if "auth.why" in record.remarks]
    log = server.messages()
    for why in found:
        escaped = why.replace("\\", "\\\\").replace('"', '\\"')
        assert f'why="{escaped}"' in log
        for secret in (PASSWORD, JOERGS):
            assert secret not in why
    return found


def sign_in(server, make, account=ALICE, password=PASSWORD, scheme="NTLM"):
    return ask(Carrier(server, scheme, make), server, account, password)


# --- names -------------------------------------------------------------------

class UserAsTyped(Ntlm):
    def hashed_user(self):
        return self.user


class UserLower(Ntlm):
    def hashed_user(self):
        return self.user.lower()


class UserWithDomain(Ntlm):
    def hashed_user(self):
        return f"{self.domain}\\{self.user}".upper()


class UserIsUpn(Ntlm):
    def hashed_user(self):
        return f"{self.user}@contoso.test".upper()


class BareUserOfUpn(Ntlm):
    """Sends alice@contoso.test, and hashes alice."""

    def hashed_user(self):
        return self.user.partition("@")[0].upper()


class DomainLower(Ntlm):
    def hashed_domain(self):
        return self.domain.lower()


class DomainDns(Ntlm):
    def hashed_domain(self):
        return "contoso.test"


class DomainRealm(Ntlm):
    def hashed_domain(self):
        return "CONTOSO.TEST"


class DomainServer(Ntlm):
    """The machine's name out of the challenge."""

    def hashed_domain(self):
        return dict(pairs_of(self.target_info))[1].decode("utf-16-le")


class DomainWorkstation(Ntlm):
    def hashed_domain(self):
        return self.workstation


class DomainLocal(Ntlm):
    def hashed_domain(self):
        return "contoso.local"


class BothLower(Ntlm):
    def hashed_user(self):
        return self.user.lower()

    def hashed_domain(self):
        return self.domain.lower()


class DomainThenUser(Ntlm):
    def names(self):
        return wide(self.domain) + wide(self.user.upper())


class BigEndianPassword(Ntlm):
    def password_bytes(self):
        return self.password.encode("utf-16-be")


# --- the password --------------------------------------------------------------

def password_as(form):
    """A client that hashes what form() makes of its password."""
    class Other(Ntlm):
        def password_bytes(self):
            made = form(self.password)
            return made if isinstance(made, bytes) else wide(made)
    return Other


# --- the challenge ---------------------------------------------------------------

class Reversed(Ntlm):
    def proven_challenge(self):
        return self.server_challenge[::-1]


class OwnChallenge(Ntlm):
    def proven_challenge(self):
        return self.client_challenge


class NoChallenge(Ntlm):
    def proven_challenge(self):
        return b"\0" * 8


class BlobAlone(Ntlm):
    def proven_challenge(self):
        return b""


class Earlier(Ntlm):
    """Asks twice on one connection, and answers the first challenge."""

    first = None

    def step(self, challenge):
        if challenge is not None and self.first is None:
            self.first = challenge[24:32]
            return self.negotiate
        return super().step(challenge)

    def proven_challenge(self):
        return self.first


class OfAnother(Ntlm):
    """Answers the challenge that another connection was given."""

    def proven_challenge(self):
        return OfAnother.other


# --- the blob ------------------------------------------------------------------------

class WithoutZeros(Ntlm):
    def proven_temp(self, temp):
        return temp[:-4]


class MoreZeros(Ntlm):
    tail = b""

    def proven_temp(self, temp):
        return temp + b"\0" * 4


class BeforeOwnPairs(Ntlm):
    def proven_temp(self, temp):
        pairs = [pair for pair in pairs_of(temp[28:]) if pair[0] != 6]
        return temp[:28] + list_of(pairs) + b"\0" * 4


class OfferedPairs(Ntlm):
    """Sends no target info, and has proven that of the challenge."""

    mic = False

    def sent_pairs(self):
        return b"\0" * 4

    def proven_temp(self, temp):
        return temp[:28] + self.target_info + b"\0" * 4


class WithoutEnd(Ntlm):
    def proven_temp(self, temp):
        return temp[:28] + list_of(pairs_of(temp[28:]), end=False) + b"\0" * 4


class TimeNotSent(Ntlm):
    """The head's time is the client's, the proof has the server's."""

    def time(self):
        return b"\1" * 8

    def proven_temp(self, temp):
        return temp[:8] + super().time() + temp[16:]


class TimeDropped(Ntlm):
    def proven_temp(self, temp):
        pairs = [pair for pair in pairs_of(temp[28:]) if pair[0] != 7]
        return temp[:28] + list_of(pairs) + b"\0" * 4


class Corrupted(Ntlm):
    """One byte of the blob is another one on the wire; LMv2 is right."""

    def lm_response(self):
        return (md5(self.response_key, self.server_challenge,
                    self.client_challenge) + self.client_challenge)

    def proven_temp(self, temp):
        return temp[:20] + bytes([temp[20] ^ 1]) + temp[21:]


# --- the recipe ----------------------------------------------------------------------

class V1Key(Ntlm):
    def ntowf_v2(self):
        return self.ntowf_v1()


class BlobFirst(Ntlm):
    def make_proof(self, temp):
        return md5(self.response_key, temp, self.server_challenge)


class Lmv2InNt(Ntlm):
    def make_proof(self, temp):
        return md5(self.response_key, self.server_challenge,
                   self.client_challenge)


class LmKey(Ntlm):
    def ntowf_v1(self):
        from impacket import ntlm
        return ntlm.LMOWFv1(self.password)


class Lmv2Alone(Ntlm):
    mic = False

    def lm_response(self):
        return (md5(self.response_key, self.server_challenge,
                    self.client_challenge) + self.client_challenge)

    def nt_response(self):
        super().nt_response()
        return b""


MATCHES = "password matches; "
IS_ALICES = "the password is that of alice, hashed "

PROOFS = {
    "user as typed": (UserAsTyped, 'user must be hashed as "ALICE" '
                      '(upper case), the client used "alice"'),
    "user with domain": (UserWithDomain, 'the client used "CONTOSO\\ALICE"'),
    "user as UPN": (UserIsUpn, 'the client used "ALICE@CONTOSO.TEST"'),
    "domain lower": (DomainLower, 'domain must be "CONTOSO" or "", the client '
                     'used "contoso" in the NTProofStr ([MS-NLMP] 3.3.2)'),
    "domain DNS": (DomainDns, 'the client used "contoso.test"'),
    "domain realm": (DomainRealm, 'the client used "CONTOSO.TEST"'),
    "domain of the server": (DomainServer, "domain must be"),
    "domain workstation": (DomainWorkstation, 'the client used "TESTER"'),
    "domain .local": (DomainLocal, 'the client used "contoso.local"'),
    "both lower": (BothLower, 'the client used "contoso"'),
    "names swapped": (DomainThenUser, "the user comes first"),
    "challenge reversed": (Reversed, "in reverse order"),
    "own challenge": (OwnChallenge, "the client's own challenge"),
    "zero challenge": (NoChallenge, "eight zeros"),
    "no challenge": (BlobAlone, "without the challenge"),
    "earlier challenge": (Earlier, "an earlier challenge of this connection"),
    "without zeros": (WithoutZeros, "without its last four zeros"),
    "zeros not sent": (MoreZeros, "four zeros behind it, which were not sent"),
    "before MsvAvFlags": (BeforeOwnPairs, "before MsvAvFlags was put into it"),
    "target info not echoed": (OfferedPairs, "the target info of the challenge"),
    "without EOL": (WithoutEnd, "without its last four zeros"),
    "time not echoed": (TimeNotSent, "MsvAvTimestamp in its head"),
    "time dropped": (TimeDropped, "without MsvAvTimestamp"),
    "NTOWFv1 as key": (V1Key, "made with NTOWFv1"),
    "blob first": (BlobFirst, "the challenge comes first"),
    "LMv2 in its place": (Lmv2InNt, "as LMv2 is"),
    "LM hash": (LmKey, "made of the LM hash"),
}

FORMS = {
    "newline": (lambda p: p + "\n", "with a newline at its end"),
    "CR LF": (lambda p: p + "\r\n", "with CR LF at its end"),
    "blank": (lambda p: p + " ", "with a blank at its end"),
    "NUL": (lambda p: wide(p) + b"\0\0", "with its closing NUL"),
    "upper": (str.upper, "in upper case"),
    "lower": (str.lower, "in lower case"),
    "Caps Lock": (str.swapcase, "as Caps Lock does"),
    "URL-encoded": (lambda p: p.replace("!", "%21"), "percent-encoded"),
    "UTF-8": (lambda p: p.encode(), "as UTF-8, not as UTF-16LE"),
    "UTF-16BE": (lambda p: p.encode("utf-16-be"), "as UTF-16BE"),
    "empty": (lambda p: "", "as an empty one"),
    "cut": (lambda p: p[:8], "cut after 8 characters"),
    "base64": (lambda p: base64.b64encode(p.encode()).decode(), "in base64"),
    "quoted": (lambda p: f'"{p}"', "in quotation marks"),
}

LETTERS = {
    "UTF-8": (lambda p: p.encode(), "as UTF-8, not as UTF-16LE"),
    "Windows-1252": (lambda p: p.encode("cp1252"), "as Windows-1252"),
    "CP850": (lambda p: p.encode("cp850"), "in code page 850"),
    "question marks": (lambda p: p.encode("ascii", "replace").decode(),
                       'with "?" for each letter'),
    "NFD": (lambda p: unicodedata.normalize("NFD", p), "NFD"),
}


@pytest.mark.parametrize("row", PROOFS)
def test_proof(serve, row):
    make, words = PROOFS[row]
    server = serve()
    assert sign_in(server, make).status == 401
    line, = whys(server)
    assert line.startswith(MATCHES)
    assert words in line
    assert line.count("([MS-NLMP]") == 1


@pytest.mark.parametrize("row", FORMS)
def test_form_of_the_password(serve, row):
    form, words = FORMS[row]
    server = serve()
    assert sign_in(server, password_as(form)).status == 401
    line, = whys(server)
    assert line.startswith(IS_ALICES)
    assert words in line


@pytest.mark.parametrize("row", LETTERS)
def test_letters_beyond_ascii(serve, row):
    form, words = LETTERS[row]
    server = serve()
    assert sign_in(server, password_as(form), JOERG, JOERGS).status == 401
    line, = whys(server)
    assert line.startswith("the password is that of jörg, hashed ")
    assert words in line


# --- the MIC -------------------------------------------------------------------------

class MicNotZeroed(Ntlm):
    """Makes it twice, the second time over a message that has the first."""

    def make_mic(self, token):
        first = super().make_mic(token)
        return md5(self.key, self.negotiate, self.challenge,
                   token[:MIC_AT] + first + token[FIXED:])


class MicOtherKey(Ntlm):
    def mic_key(self):
        return self.exchange_key()


class MicWithoutFirst(Ntlm):
    def mic_parts(self, token):
        return super().mic_parts(token)[1:]


class MicWithoutChallenge(Ntlm):
    def mic_parts(self, token):
        one, _, three = super().mic_parts(token)
        return [one, three]


class MicOfLast(Ntlm):
    def mic_parts(self, token):
        return super().mic_parts(token)[2:]


class MicOrder(Ntlm):
    def mic_parts(self, token):
        one, two, three = super().mic_parts(token)
        return [two, one, three]


class MicNoRoom(Ntlm):
    """Over a message that had no room for it yet."""

    def mic_parts(self, token):
        return [self.negotiate, self.challenge,
                token[:MIC_AT] + token[FIXED:]]


class MicShortFirst(Ntlm):
    """Keeps type 1 without its Version."""

    def mic_parts(self, token):
        one, two, three = super().mic_parts(token)
        return [one[:32], two, three]


class MicRewritten(Ntlm):
    """Over a challenge that was decoded and written again, shorter."""

    def mic_parts(self, token):
        one, two, three = super().mic_parts(token)
        head = bytearray(two[:48])
        name, = struct.unpack_from("<I", two, 16)
        info, = struct.unpack_from("<I", two, 44)
        struct.pack_into("<I", head, 16, name - 8)
        struct.pack_into("<I", head, 44, info - 8)
        return [one, bytes(head) + two[56:], three]


class MicForgotten(Ntlm):
    def make_mic(self, token):
        return b"\0" * 16


class MicRandom(Ntlm):
    def make_mic(self, token):
        return b"\x5a" * 16


class MicNowhere(Ntlm):
    """Announced, and there is no room for it."""

    mic = False

    def own_pairs(self):
        return [(6, b"\2\0\0\0")]


MICS = {
    "not zeroed": (MicNotZeroed, "its 16 bytes must be zero"),
    "KeyExchangeKey": (MicOtherKey, "KeyExchangeKey, not ExportedSessionKey"),
    "without type 1": (MicWithoutFirst, "without the first one"),
    "without type 2": (MicWithoutChallenge, "without the challenge"),
    "type 3 alone": (MicOfLast, "the last message alone"),
    "order": (MicOrder, "in another order"),
    "no room": (MicNoRoom, "without the MIC's 16 bytes"),
    "type 1 cut": (MicShortFirst, "without its Version"),
    "type 2 again": (MicRewritten, "as the client would write it"),
    "forgotten": (MicForgotten, "it was never put in"),
    "nowhere": (MicNowhere, "no room for it"),
    "random": (MicRandom, "something changed a message on its way"),
}


@pytest.mark.parametrize("row", MICS)
def test_mic(serve, row):
    make, words = MICS[row]
    server = serve()
    assert sign_in(server, make).status == 401
    line, = whys(server)
    assert line.startswith(MATCHES)
    assert words in line


def test_no_mic_where_one_is_required(serve):
    class Without(Ntlm):
        mic = False
    server = serve("--set", "ntlm.require-mic=yes")
    assert sign_in(server, Without).status == 401
    line, = whys(server)
    assert line.startswith("password matches; ntlm.require-mic wants a MIC")


# --- the channel binding -----------------------------------------------------------------

END_POINT = b"tls-server-end-point:"


class Bound(Ntlm):
    """Bound to what make(certificate) gives."""

    make = None

    def binding(self):
        der = self.connection.certificate()
        made = type(self).make(der)
        return made if isinstance(made, bytes) else binding_of(*made)


def bound(make):
    return type("Bound", (Bound,), {"make": staticmethod(make)})


def sha256(data):
    return hashlib.sha256(data).digest()


def pem(der):
    return ssl.DER_cert_to_PEM_cert(der).encode()


def public_key(der):
    return x509.load_der_x509_certificate(der).public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


BINDINGS = {
    "SHA-1": (lambda c: (END_POINT + hashlib.sha1(c).digest(),),
              "the certificate's SHA-1 hash"),
    "SHA-384": (lambda c: (END_POINT + hashlib.sha384(c).digest(),),
                "the certificate's SHA-384 hash"),
    "public key": (lambda c: (END_POINT + sha256(public_key(c)),),
                   "the hash of the public key"),
    "PEM": (lambda c: (END_POINT + sha256(pem(c)),),
            "the hash of the certificate in PEM"),
    "certificate": (lambda c: (END_POINT + c,),
                    "the certificate itself, not its hash"),
    "no prefix": (lambda c: (sha256(c),),
                  'without "tls-server-end-point:" before it'),
    "no colon": (lambda c: (END_POINT[:-1] + sha256(c),), "and no colon"),
    "tls-unique": (lambda c: (b"tls-unique:" + sha256(c),),
                   'with "tls-unique:" before it'),
    "hexadecimal": (lambda c: (END_POINT + sha256(c).hex().encode(),),
                    "in hexadecimal digits"),
    "no struct": (lambda c: hashlib.md5(END_POINT + sha256(c)).digest(),
                  "without the gss_channel_bindings_struct around it"),
    "big-endian": (lambda c: hashlib.md5(
        b"\0" * 16 + struct.pack(">I", 53) + END_POINT + sha256(c)).digest(),
                   "in big-endian order"),
    "cut hash": (lambda c: sha256(c)[:16], "the first 16 bytes"),
    "zero": (lambda c: b"\0" * 16, "all zero, which means: none"),
    "random": (lambda c: b"\x77" * 16, "bound to another channel"),
}


@pytest.mark.parametrize("row", BINDINGS)
def test_binding(serve, row):
    make, words = BINDINGS[row]
    server = serve("--set", "ntlm.channel-binding=require")
    assert sign_in(server, bound(make)).status == 401
    line, = whys(server)
    assert line.startswith(MATCHES)
    assert words in line
    assert line.endswith("(RFC 5929 section 4, [MS-NLMP] 2.2.2.1)")


def test_binding_of_another_certificate(serve):
    """That of lyncint, which the server showed somebody before."""
    server = serve("--set", "ntlm.channel-binding=allow")
    with Peer(server, tls=True, host="lyncint") as peer:
        other = peer.socket.getpeercert(True)
    assert sign_in(server, bound(
        lambda c: (END_POINT + sha256(other),))).status == 401
    line, = whys(server)
    assert ('MsvAvChannelBindings is made of the certificate of '
            '"lyncint.contoso.test"') in line


def test_no_binding_where_one_is_required(serve):
    server = serve("--set", "ntlm.channel-binding=require")
    assert sign_in(server, Ntlm).status == 401
    line, = whys(server)
    assert "the client sent no MsvAvChannelBindings" in line


def test_binding_that_is_right(serve):
    server = serve("--set", "ntlm.channel-binding=require")
    assert sign_in(server, bound(
        lambda c: (END_POINT + sha256(c),))).status == 200
    assert whys(server) == []


def test_spn_of_another_service(serve):
    class Elsewhere(Ntlm):
        spn = "HTTP/other.contoso.test"
    server = serve("--set", "ntlm.check-spn=yes")
    assert sign_in(server, Elsewhere).status == 401
    line, = whys(server)
    assert '"HTTP/lyncweb.contoso.test" would be right' in line


# --- whose challenge -------------------------------------------------------------------

def test_challenge_of_another_connection(serve):
    """Two connections; the second answers the challenge of the first."""
    server = serve()

    class First(Ntlm):
        def read(self, challenge):
            super().read(challenge)
            OfAnother.other = self.server_challenge

    assert sign_in(server, First).status == 200
    assert sign_in(server, OfAnother).status == 401
    line, = whys(server)
    assert line.startswith(MATCHES)
    assert ("over the challenge that connection 1 was given, and this is "
            "connection 2: all legs belong on one connection") in line


def test_last_leg_on_another_connection(serve):
    """The answer itself moves: here no challenge went before."""
    server = serve()
    kept = {}

    class Keeps(Ntlm):
        def finished(self, token):
            kept["token"] = token
            return token

    class Moves(Ntlm):
        def step(self, challenge):
            return kept["token"]

    assert sign_in(server, Keeps).status == 200
    assert sign_in(server, Moves).status == 401
    line, = whys(server)
    assert "the challenge that connection 1 was given" in line


# --- who -----------------------------------------------------------------------------

ACCOUNTS = {
    "domain": (Ntlm, "contoso.local\\alice", PASSWORD,
               'password matches; domain must be "CONTOSO", "contoso.test" or '
               '"", the client sent "contoso.local" ([MS-NLMP] 3.3.2)'),
    "spelling": (Ntlm, "CONTOSO\\alcie", PASSWORD,
                 "unknown user: the account that comes nearest is "
                 "CONTOSO\\alice, and the password is the right one for it"),
    "other password": (Ntlm, "contoso.local\\alice", "wrong",
                       "unknown user: there is CONTOSO\\alice, and it is not "
                       "its password either"),
    "of another": (Ntlm, ALICE, JOERGS,
                   "the password is that of jörg, not that of alice "
                   "([MS-NLMP] 3.3.2)"),
    "another one": (Ntlm, ALICE, "wrong", OTHER),
    "nothing": (Ntlm, ALICE, "", OTHER.replace(OTHER, IS_ALICES)
                + "as an empty one ([MS-NLMP] 3.3.1)"),
}


@pytest.mark.parametrize("row", ACCOUNTS)
def test_account(serve, row):
    make, account, password, line = ACCOUNTS[row]
    server = serve()
    assert sign_in(server, make, account, password).status == 401
    assert whys(server) == [line]


def test_nobody_at_all(serve):
    server = serve()
    assert sign_in(server, Ntlm, "CONTOSO\\zebedee", "x").status == 401
    assert whys(server) == []


def test_upn_hashed_without_its_domain(serve):
    server = serve()
    assert sign_in(server, BareUserOfUpn, "alice@contoso.test").status == 401
    line, = whys(server)
    assert line.startswith(
        'password matches; user must be hashed as "ALICE@CONTOSO.TEST"')
    assert 'the client used "ALICE"' in line


def test_lmv2_shows_that_the_blob_changed(serve):
    server = serve()
    assert sign_in(server, Corrupted).status == 401
    line, = whys(server)
    assert line.startswith("password, names and challenge are right, as the "
                           "LMv2 response shows")


def test_lmv2_alone(serve):
    server = serve()
    assert sign_in(server, Lmv2Alone).status == 401
    line, = whys(server)
    assert line.startswith("password matches; LmChallengeResponse is a right "
                           "LMv2 response, and NtChallengeResponse is empty")


# --- who is right ----------------------------------------------------------------------

@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
def test_right_clients_are_told_nothing(serve, scheme):
    server = serve()
    assert sign_in(server, Ntlm, scheme=scheme).status == 200
    assert sign_in(server, Ntlm, JOERG, JOERGS, scheme).status == 200
    assert whys(server) == []


def test_the_same_in_negotiate(serve):
    server = serve()
    assert sign_in(server, DomainLower, scheme="Negotiate").status == 401
    line, = whys(server)
    assert 'the client used "contoso"' in line


# --- a password in SOAP ------------------------------------------------------------------

def b64(text):
    data = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(data).decode()


NONCE, CREATED = b"0123456789abcdef", "2013-06-01T12:00:00Z"


def digest(*parts, form=b64, kind=hashlib.sha1):
    return form(kind(b"".join(parts)).digest())


P, C = PASSWORD.encode(), CREATED.encode()
DIGESTS = {
    "right": (digest(NONCE, C, P), "sent as a right digest"),
    "nonce as text": (digest(b64(NONCE).encode(), C, P),
                      "over the nonce's base64"),
    "order": (digest(C, NONCE, P), "the nonce comes first"),
    "password first": (digest(P, NONCE, C), "the password comes last"),
    "hexadecimal": (digest(NONCE, C, P, form=bytes.hex),
                    "written in hexadecimal"),
    "SHA-256": (digest(NONCE, C, P, kind=hashlib.sha256),
                "with SHA-256 in the place of SHA-1"),
    "password alone": (digest(P), "over the password alone"),
}

TOKENS = {
    "newline": (b64(ALICE), b64(PASSWORD + "\n"),
                "sent with a newline at its end"),
    "CR LF": (b64(ALICE), b64(PASSWORD + "\r\n"), "with CR LF at its end"),
    "case": (b64(ALICE), b64(PASSWORD.lower()), "in lower case"),
    "name in clear": (ALICE, b64(PASSWORD), "Username in clear"),
    "twice": (b64(ALICE), b64(b64(PASSWORD)), "in base64 twice"),
    "UTF-16": (b64(ALICE), b64(wide(PASSWORD)), "in base64 of UTF-16LE"),
    "both twice": (b64(b64(ALICE)), b64(PASSWORD),
                   "the name is that of alice, sent in base64"),
    "escaped": (b64(ALICE), b64(PASSWORD.replace("!", "%21")),
                "percent-encoded"),
    "swapped": (b64(PASSWORD), b64(ALICE), "in each other's place"),
    "name twice": (b64(ALICE), b64(ALICE), "sent as the password, too"),
    "domain": (b64("contoso.local\\alice"), b64(PASSWORD),
               'domain must be "CONTOSO", "contoso.test" or left away, the '
               'client sent "contoso.local"'),
    "spelling": (b64("alcie"), b64(PASSWORD), "CONTOSO\\alice, and the "
                 "password is the right one for it"),
    "slash": (b64("CONTOSO/alice"), b64(PASSWORD), "with / in the place"),
    "another's": (b64(ALICE), b64(JOERGS),
                  "the password is that of jörg, not that of alice"),
    "another": (b64(ALICE), b64("wrong"), "it is another password"),
    "NFD": (b64(JOERG), b64(unicodedata.normalize(
        "NFD", JOERGS)), "in decomposed form (NFD)"),
}


def token(server, name, password):
    """Sends both texts as they are."""
    return post(server, envelope(server, name, password))


@pytest.mark.parametrize("row", TOKENS)
def test_usertoken(serve, row):
    name, password, words = TOKENS[row]
    server = serve()
    assert token(server, name, password).status == 500
    line, = whys(server)
    assert words in line


@pytest.mark.parametrize("row", DIGESTS)
def test_digest(serve, row):
    sent, words = DIGESTS[row]
    server = serve()
    whole = envelope(server, b64(ALICE), sent).replace(
        "#PasswordText", "#PasswordDigest").replace(
        "</UsernameToken>",
        f"<Nonce>{b64(NONCE)}</Nonce><Created xmlns='{WSU}'>{CREATED}"
        "</Created></UsernameToken>")
    assert post(server, whole).status == 500
    line, = whys(server)
    assert line.startswith(MATCHES)
    assert words in line
    assert "send it in base64 as #PasswordText" in line


def test_digest_of_zeep(serve):
    server = serve()
    with_token, _ = UsernameToken(ALICE, PASSWORD, use_digest=True).apply(
        etree.fromstring(envelope(server, "", "").replace(
            envelope(server, "", "")[envelope(server, "", "").index(
                "<s:Header>"):envelope(server, "", "").index("<s:Body>")],
            "")), {})
    assert post(server, etree.tostring(with_token).decode()).status == 500
    line, = whys(server)
    assert line.startswith("password matches; it was sent as a right digest")


# --- Basic -------------------------------------------------------------------------------

BASICS = {
    "case": (ALICE, PASSWORD.upper(), "in upper case"),
    "encoded": (ALICE, PASSWORD.replace("!", "%21"), "percent-encoded"),
    "blank": (ALICE, PASSWORD + " ", "with a blank at its end"),
    "base64": (ALICE, b64(PASSWORD), "sent in base64"),
    "domain": ("contoso.local\\alice", PASSWORD, "domain must be"),
    "another's": (ALICE, JOERGS, "the password is that of jörg"),
    "another": (ALICE, "wrong", "it is another password"),
}


@pytest.mark.parametrize("row", BASICS)
def test_basic(serve, row):
    name, password, words = BASICS[row]
    server = serve()
    credentials = b64(f"{name}:{password}")
    answer = server.curl(server.url("lyncweb", "/auth/basic"), "-H",
                         f"Authorization: Basic {credentials}")
    assert answer.status == 401
    line, = whys(server, "plain.basic")
    assert words in line


def test_basic_that_is_right(serve):
    server = serve()
    answer = server.curl(server.url("lyncweb", "/auth/basic"), "-u",
                         f"{ALICE}:{PASSWORD}")
    assert answer.status == 200
    assert whys(server, None) == []


# --- web tickets -------------------------------------------------------------------------

def header_of(data):
    return {"X-MS-WebTicket": "opaque=" + b64(data)}


def one_byte(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def prefixed(data):
    return data.replace(b"<saml:", b"<s1:").replace(
        b"</saml:", b"</s1:").replace(b"xmlns:saml=", b"xmlns:s1=")


def pretty(data):
    return data.replace(b"><", b">\n  <")


def moved_to_next_year(data):
    return data.replace(b'NotOnOrAfter="2', b'NotOnOrAfter="3')


def named_otherwise(data):
    return data.replace(b">sip:alice@", b">sip:boris@")


SAMLS = {
    "one byte": (lambda t: one_byte(t, t.index(b"NotOnOrAfter") + 15),
                 "with one byte changed", "attribute NotOnOrAfter of "
                 "saml:Conditions"),
    "expiry": (moved_to_next_year, "with one byte changed: byte ",
               "attribute NotOnOrAfter of saml:Conditions"),
    "name": (named_otherwise, "changed: from byte",
             "the text of saml:NameIdentifier"),
    "CR LF": (lambda t: t.replace(b"><", b">\r\n<"), "pretty-printed", ""),
    "pretty": (pretty, "pretty-printed: with white space between", ""),
    "prefix": (prefixed, "with other namespace prefixes", ""),
    "escaped": (lambda t: t.replace(b"&", b"&amp;").replace(b"<", b"&lt;"),
                "escaped for XML once more", ""),
    "twice": (lambda t: b64(t).encode(), "in base64 twice", ""),
    "cut": (lambda t: t[:1000], "cut: 1000 of its", "characters)"),
    "longer": (lambda t: t + b"<x/>", "with 4 bytes more behind its end", ""),
    "UTF-16": (lambda t: t.decode().encode("utf-16-le"), "in UTF-16", ""),
}

CARRIED = {
    "not in base64": (lambda t: "opaque=" + t.decode(), "as it is"),
    "blanks for +": (lambda t: "opaque=" + b64(t).replace("+", " "),
                     'with a blank for each "+"'),
    "letter case": (lambda t: "opaque=" + b64(t).lower(),
                    "letter case of its base64"),
    "quoted": (lambda t: f'opaque="{b64(t)}"', "in quotation marks"),
    "encoded twice": (lambda t: "opaque=" + b64(t).replace("+", "%252B"),
                      "percent-encoded once more"),
}


def saml_of(server):
    """One whose base64 has a "+" in it, as nearly every one has."""
    for _ in range(20):
        text = ticket_for(Carrier(server, "NTLM", Ntlm), server).text
        if "+" in b64(text):
            return text
    raise AssertionError("no ticket has a +")


def refuse(server, headers):
    answer = open_user(Curl(server), server, headers)
    assert answer.status == 401
    line, = [record.remarks["ticket.why"]
             for record in journal(server, "discover.user")
             if "ticket.why" in record.remarks]
    assert line.startswith("the web ticket was refused: ")
    assert f'why="{line}"' in server.messages().replace('\\"', '"')
    return line


@pytest.mark.parametrize("row", SAMLS)
def test_saml(serve, row):
    change, words, place = SAMLS[row]
    server = serve()
    line = refuse(server, header_of(change(saml_of(server))))
    assert "it is alice's ticket of exchange " in line
    assert words in line and place in line
    assert "(protocol: webticket 5.3)" in line


@pytest.mark.parametrize("row", CARRIED)
def test_how_a_ticket_is_carried(serve, row):
    carry, words = CARRIED[row]
    server = serve()
    line = refuse(server, {"X-MS-WebTicket": carry(saml_of(server))})
    assert words in line


def cwt_of(server):
    return ticket_for(Carrier(server, "NTLM", Ntlm), server, form="cwt").value()


def altered_cwt(value, at):
    data = base64.urlsafe_b64decode(value[4:] + "==")
    return "cwt=" + base64.urlsafe_b64encode(
        one_byte(data, at)).decode().rstrip("=")


@pytest.mark.parametrize("at,place", [(60, "the MAC"), (95, "expires"),
                                      (10, "the SID"), (40, "the GUID")])
def test_cwt(serve, at, place):
    server = serve()
    line = refuse(server, {"X-MS-WebTicket": altered_cwt(cwt_of(server), at)})
    assert f"with one byte changed: byte {at} of" in line
    assert place in line


def test_ticket_of_an_earlier_run(serve):
    first, second = serve(), serve()
    value = cwt_of(first)
    assert "no ticket of this session was like it" in refuse(
        second, {"X-MS-WebTicket": value})


def test_ticket_of_another_pool(serve):
    server = serve()
    value = cwt_of(server)
    answer = open_user(Curl(server), server, {"X-MS-WebTicket": value},
                       "lyncweb2")
    assert answer.status == 401
    line, = [record.remarks["ticket.why"]
             for record in journal(server, "discover.user")]
    assert ("unchanged, which pool pool01.contoso.test issued and "
            "pool02.contoso.test does not take") in line


def test_ticket_that_expired(play):
    server = play("{at: discover.user, do: {clock: +481m}}")
    line = refuse(server, {"X-MS-WebTicket": cwt_of(server)})
    assert "it expired 60 s ago, at " in line or "it expired 59 s ago" in line
    assert "by the world's clock, which is 480 min ahead of the real one" in line


def test_ticket_for_another_resource(serve):
    server = serve("--set", "ticket.check-audience=service")
    ticket = ticket_for(Carrier(server, "NTLM", Ntlm), server,
                        applies_to=server.url("lyncweb", "/CertProv/x.svc"))
    line = refuse(server, ticket.headers())
    assert "it is for https://lyncweb.contoso.test" in line
    assert "/CertProv/x.svc, and was shown at https://" in line


def test_ticket_that_is_right(serve):
    server = serve()
    value = cwt_of(server)
    assert open_user(Curl(server), server,
                     {"X-MS-WebTicket": value}).status == 200
    assert not [record for record in journal(server)
                if "ticket.why" in record.remarks]


# --- proofs of possession ----------------------------------------------------

def proof_line(server):
    line, = [record.remarks["ticket.proof"]
             for record in journal(server, "certprov")]
    return line


def text_of(data):
    return base64.b64encode(data)


WRONG_KEYS = [
    ("server's alone", lambda k: k.server, "it is the server's entropy alone"),
    ("client's alone", lambda k: k.client, "it is the client's entropy alone"),
    ("swapped", lambda k: p_hash(k.server, k.client, 32),
     "secret and seed are swapped"),
    ("128 bits", lambda k: k.key()[:16], "it is cut to 16 bytes"),
    ("one block", lambda k: k.key()[:20], "it is one SHA-1 long"),
    ("64 bytes", lambda k: p_hash(k.client, k.server, 64),
     "it is twice as long as KeySize says"),
    ("base64", lambda k: p_hash(text_of(k.client), text_of(k.server), 32),
     "made of the base64 of both entropies"),
    ("client in base64", lambda k: p_hash(text_of(k.client), k.server, 32),
     "made of the base64 of the client's entropy"),
    ("server in base64", lambda k: p_hash(k.client, text_of(k.server), 32),
     "made of the base64 of the server's entropy"),
    ("SHA-256", lambda k: p_hash(k.client, k.server, 32, hashlib.sha256),
     "it is made with SHA-256"),
    ("label", lambda k: p_hash(k.client, b"WS-SecureConversation" + k.server,
                               32), "it is made with a label"),
    ("zeros", lambda k: bytes(32), "no variation of the entropies makes it"),
]


@pytest.mark.parametrize("make,says", [row[1:] for row in WRONG_KEYS],
                         ids=[row[0] for row in WRONG_KEYS])
def test_proof_with_a_wrong_key(serve, make, says):
    server = serve()
    keyed = Keyed(server)
    prove(server, keyed, make(keyed))
    line = proof_line(server)
    assert line.startswith("the signature is not made with the ticket's key: ")
    assert says in line
    record, = journal(server, "certprov")
    assert "TK-018" in record.rules
    assert f'{line}"' in server.messages()


@pytest.mark.parametrize("how,says", [
    ({}, "made with the ticket's key"),
    ({"method": "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
      "digest": hashlib.sha256}, "made with the ticket's key"),
    # What pidgin-sipe does: it is the same for this form of Lifetime alone.
    ({"raw_digest": True, "stamp": timestamp("", f' xmlns:wsu="{WSU}"').replace(
        "<wsu:Timestamp", f'<wsu:Timestamp xmlns:wsu="{WSU}"')},
     "made with the ticket's key; the digest of #timestamp is that of its "
     "bytes as they were sent: its canonical form is meant"),
    ({"raw_info": True},
     "made with the ticket's key, over SignedInfo as it was sent: its "
     "canonical form is meant"),
], ids=["SHA-1", "SHA-256", "raw Timestamp", "raw SignedInfo"])
def test_proof_with_the_right_key(serve, how, says):
    server = serve()
    keyed = Keyed(server)
    prove(server, keyed, keyed.key(), **how)
    assert proof_line(server) == says
    record, = journal(server, "certprov")
    assert "TK-018" not in record.rules
    assert record.remarks["ticket.id"] == keyed.id


def test_proof_of_another_kind(serve):
    server = serve()
    keyed = Keyed(server)
    prove(server, keyed, keyed.key(), method=DS + "rsa-sha1")
    assert proof_line(server) == (
        f"SignatureMethod is {DS}rsa-sha1: the key of a ticket signs with "
        f"{DS}hmac-sha1")


def test_proof_beside_a_foreign_ticket(serve):
    first, second = serve(), serve()
    keyed = Keyed(first)
    prove(second, keyed, keyed.key())
    assert proof_line(second) == (
        "not judged: no ticket of this server stands beside the signature")


def test_proof_of_what_the_server_lied_about(serve):
    server = serve("--set", "ticket.secret=other")
    keyed = Keyed(server)
    prove(server, keyed, keyed.key())
    assert proof_line(server).startswith("not judged: ")
    assert "TK-018" not in journal(server, "certprov")[0].rules
