"""Clients that break a rule of NTLM, and the one that keeps them all.

Most differ from a good sign-in in one thing (ntlm_messages.py).
"""

from ntlm_messages import (
    ALWAYS_SIGN, BINDINGS, DATAGRAM, ESS, GOOD, K128, K56, KEY_EXCH, LM_KEY,
    NTLM, OEM, OEM_DOMAIN, REQUEST_TARGET, SEAL, SIGN, TARGET_NAME, UNICODE,
    VERSION, WINDOWS, Walk, good, header, negotiate, walk, wide)
from rule_case import Case

NO_VERSION = GOOD & ~VERSION
OLD = ("--set", "ntlm.v1=yes", "--set", "ntlm.v1-ess=yes")


def first(**wrong):
    """Another first message."""
    return lambda server: walk(server, negotiate(**wrong))


def last(first_flags=GOOD, **wrong):
    """Another last message."""
    return lambda server: walk(server, negotiate(first_flags), **wrong)


def token(data):
    """One token behind NTLM, and nothing more."""
    def client(server):
        with Walk(server) as there:
            there.ask(header("NTLM", data))

    return client


def twice(server):
    """The same nonce for two challenges."""
    for _ in range(2):
        walk(server, nonce=b"\xaa" * 8)


CASES = [
    Case("NT-001", token(b"\x60\x06not NTLM"), good, "NTLMSSP"),
    Case("NT-002", token(negotiate(number=2)), good, "type 2"),
    Case("NT-003", first(flags=GOOD & ~NTLM), good, "NEGOTIATE_NTLM"),
    Case("NT-004", first(flags=GOOD & ~ALWAYS_SIGN), good, "ALWAYS_SIGN"),
    Case("NT-005", first(flags=GOOD | 1 << 14), good, "0x00004000"),
    Case("NT-006", first(flags=GOOD & ~UNICODE & ~OEM), good,
         "no character set"),
    Case("NT-007", first(flags=GOOD & ~REQUEST_TARGET), good,
         "REQUEST_TARGET"),
    Case("NT-008", first(flags=GOOD & ~ESS), good, "EXTENDED"),
    Case("NT-009", first(flags=GOOD & ~UNICODE), good, "UNICODE"),
    Case("NT-010", first(flags=NO_VERSION, version=WINDOWS),
         first(flags=NO_VERSION), "offset 32"),
    Case("NT-011", first(version=bytes(8)), good, "zero"),
    Case("NT-012", first(flags=GOOD | OEM_DOMAIN, domain=b"CONTOSO"), good,
         "CONTOSO"),
    Case("NT-013", first(flags=NO_VERSION, domain=b"CONTOSO"),
         first(flags=NO_VERSION | OEM_DOMAIN, domain=b"CONTOSO"), "DOMAIN"),
    Case("NT-014", first(flags=NO_VERSION | OEM_DOMAIN,
                         domain=wide("CONTOSO")),
         first(flags=NO_VERSION | OEM_DOMAIN, domain=b"CONTOSO"), "UTF-16"),
    Case("NT-015", first(flags=NO_VERSION | OEM_DOMAIN, domain=b"CONTOSO",
                         most=0), good, "maximal length 0"),
    Case("NT-016", first(flags=GOOD | LM_KEY), good, "LM_KEY"),
    Case("NT-017", first(flags=GOOD & ~K128 & ~K56 | SEAL),
         first(flags=GOOD | SEAL), "128"),
    Case("NT-018", first(flags=GOOD | DATAGRAM), good, "DATAGRAM"),
    Case("NT-019", token(negotiate(NO_VERSION | OEM_DOMAIN, b"CONTOSO",
                                   reach=100)), good, "reaches beyond"),
    Case("NT-020", first(empty_at=0), good, "offset 0 points"),
    Case("NT-021", first(version=WINDOWS[:7] + b"\x01"), good, "0x01"),
    Case("NT-030", last(raw_workstation=b"",
                        field={"workstation": (0, 8, None)}), good,
         "Workstation"),
    Case("NT-031", last(pad=1), good, "even"),
    # In UTF-16 that name is "-N0W", which are four letters as well.
    Case("NT-032", last(unicode=False), last(raw_user=wide("\u4e2d\u5730")),
         "one byte a character"),
    Case("NT-033", last(raw_user=wide("alice\0")), good, "ends in a NUL"),
    Case("NT-034", last(user="CONTOSO\\alice", domain=""), good,
         "CONTOSO"),
    Case("NT-035", last(set=SEAL), good, "SEAL"),
    Case("NT-036", last(key=b""), good, "0 bytes"),
    Case("NT-037", last(clear=KEY_EXCH, key=b"k" * 16),
         last(GOOD & ~KEY_EXCH), "16 bytes"),
    Case("NT-038", last(set=DATAGRAM, clear=KEY_EXCH, key=b""),
         last(set=DATAGRAM), "DATAGRAM"),
    Case("NT-039", last(workstation=""), good, "workstation"),
    Case("NT-040", last(nt=bytes(range(24))), good, "NTLMv1", args=OLD),
    Case("NT-041", last(GOOD & ~ESS, nt=bytes(range(24)), lm=b"\x17" * 24),
         last(GOOD & ~ESS, nt=bytes(range(24)), lm=bytes(range(24))),
         "upper case"),
    Case("NT-042", last(lm=b"\x01" * 16), good, "16 bytes"),
    Case("NT-043", last(nt=b"\x01" * 16), good, "16 bytes"),
    Case("NT-050", last(resp_type=(2, 1)), good, "RespType is 2"),
    Case("NT-051", last(reserved=b"\x5f\x1c\0\0\0\0"), good, "not zero"),
    Case("NT-052", last(end=b"\x0b\0\x20\0"), good, "MsvAvEOL"),
    Case("NT-053", last(drop=(2,)), good, "MsvAvNbDomainName"),
    Case("NT-054", last(time=b"\x01" * 8), good, "MsvAvTimestamp"),
    Case("NT-055", last(lm=b"\x01" * 24), good, "24 zeros"),
    Case("NT-056", last(mic="none"), good, "no MIC"),
    Case("NT-057", last(mic=bytes(16)), good, "all zero"),
    Case("NT-058", last(mic=b"\x01" * 16), good, "three messages"),
    Case("NT-059", twice, good, "earlier sign-in"),
    Case("NT-060", last(drop=(BINDINGS,)), good, "MsvAvChannelBindings"),
    Case("NT-061", last(pairs={BINDINGS: b"\x01" * 16}), good,
         "another channel"),
    Case("NT-062", last(drop=(TARGET_NAME,)), good, "MsvAvTargetName"),
    Case("NT-063", last(pairs={TARGET_NAME: wide("cifs/FE01")}), good,
         "cifs/FE01"),
]
