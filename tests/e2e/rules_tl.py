"""TL: TLS (RFC 5280, 6066, 8446, 8996), and what goes out without it."""

import ssl
import subprocess

from harness import PASSWORD, PATIENCE, ROOT_PATH, clean_environment
from raw import Peer
from rule_case import Case
from ruleclient import (FOLDER, MEX, distrusting, get, post, talk, talker,
                        trusting)
from soap import AUTH, encoded, envelope

ANY = get("/auth/nothing")


def literal(server):
    """server_name 127.0.0.1, as no library would send it."""
    subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.https}",
         "-servername", "127.0.0.1", "-quiet", "-no_ign_eof"],
        input=ANY.replace("{host}", "127.0.0.1").encode(),
        env=clean_environment(server.folder), capture_output=True,
        timeout=PATIENCE, check=False)


def other_host(server):
    talk(server, get("/auth/nothing", host=server.name("lyncint")))


def old(server):
    """A client of TLS 1.1 and no later."""
    context = trusting()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        talk(server, ANY, context=context)
    except ssl.SSLError:
        pass


def many(count, context=None):
    def client(server):
        for _ in range(count):
            talk(server, ANY, context=context and context())
    return client


BAD = (FOLDER / "rules-certificates.yaml",)


def careless(host):
    return lambda server: talk(server, ANY, host=host, context=trusting())


def careful(host):
    """Sees what is wrong, and goes on where all is well."""
    def client(server):
        distrusting(server, host)
        talk(server, ANY, host="lyncint")
    return client


def untrusting(server):
    """The right name, and no CA to check it by."""
    try:
        Peer(server, tls=True, context=ssl.create_default_context())
        raise AssertionError("the machine trusts the run's CA")
    except ssl.SSLError:
        pass


def gone(server):
    """Goes away in the middle of a handshake."""
    with Peer(server, port=server.https) as one:
        one.send(b"\x16\x03\x01\x00\x10")
        one.finish_writing()
        one.all()


def plain(server):
    with Peer(server, port=server.https) as one:
        one.send(ANY.replace("{host}", one.host).encode())
        one.all()


def fails(count):
    def client(server):
        for _ in range(count):
            untrusting(server)
    return client


def falls_back(request):
    def client(server):
        untrusting(server)
        talk(server, request, tls=False)
    return client


def logs_in(tls):
    def client(server):
        body = envelope(server, encoded("alice"), encoded(PASSWORD))
        talk(server, post(AUTH, body), tls=tls)
    return client


CASES = [
    Case("TL-001", talker(ANY, sni=False), talker(ANY)),
    Case("TL-002", literal, talker(ANY), says="127.0.0.1"),
    Case("TL-003", other_host, talker(ANY), says="lyncint.contoso.test"),
    Case("TL-004", old, talker(ANY), says="0x0302",
         args=("--set", "tls.min=1.2")),
    Case("TL-005", many(11), many(3), says="11 full handshakes"),
    Case("TL-006", untrusting, gone, says="does not trust the CA"),
    Case("TL-007", careless("lyncweb"), careful("lyncweb"), says="wrong-name",
         args=BAD),
    Case("TL-008", careless("meet"), careful("meet"), says="expired",
         args=BAD),
    Case("TL-009", careless("dialin"), careful("dialin"), says="unknown-ca",
         args=BAD),
    Case("TL-010", logs_in(False), talker(ANY, tls=False),
         says="UsernameToken"),
    Case("TL-011", talker(get("/auth/nothing", "X-MS-WebTicket: opaque=a"),
                          tls=False), talker(ANY, tls=False)),
    Case("TL-012", plain, gone),
    Case("TL-013", fails(6), fails(2), says="number 6"),
    Case("TL-014", falls_back(get(MEX)), falls_back(get(ROOT_PATH))),
]
