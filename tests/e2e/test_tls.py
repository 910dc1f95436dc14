"""TLS as curl, openssl and Python's ssl see it."""

import re
import socket
import ssl
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clients import ADDRESS, Connection, tool
from harness import PATIENCE, clean_environment, has_ipv6_loopback
from signin import journal

# Versions that today's OpenSSL does not speak unless told so.
OLD_TOO = """\
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = old
[old]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
"""

VERSIONS = ["1.0", "1.1", "1.2", "1.3"]
NAMES = ["lyncdiscover", "lyncdiscoverinternal", "lyncweb", "lyncint",
         "lyncweb2", "meet", "dialin"]


def old_openssl(server):
    config = server.folder / "openssl.cnf"
    config.write_text(OLD_TOO)
    return {"OPENSSL_CONF": str(config)}


def s_client(server, *args, address=ADDRESS, request=True):
    """openssl s_client asks for the discovery root; what it printed."""
    command = [tool("openssl", "openssl"), "s_client", "-CAfile",
               server.ca_file, "-verify_return_error", "-ign_eof",
               "-connect", f"{address}:{server.https}", *args]
    ask = (f"GET / HTTP/1.1\r\nHost: {server.name('lyncdiscover')}\r\n"
           "Connection: close\r\n\r\n") if request else ""
    return subprocess.run(
        [str(word) for word in command], input=ask, capture_output=True,
        env=clean_environment(server.folder), text=True, timeout=PATIENCE)


def greeted(done):
    return (done.returncode == 0 and "Verify return code: 0 (ok)"
            in done.stdout and "HTTP/1.1 200" in done.stdout)


def leaf(server, name):
    """The certificate that a client gets which asks for this name."""
    context = ssl.create_default_context(cafile=server.ca_file)
    context.check_hostname = False
    with socket.create_connection((ADDRESS, server.https), PATIENCE) as plain:
        with context.wrap_socket(plain, server_hostname=name) as tls:
            return x509.load_der_x509_certificate(tls.getpeercert(True))


def names_of(certificate, kind):
    names = certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName).value
    return [str(name) for name in names.get_values_for_type(kind)]


# --- versions ---------------------------------------------------------------

def speaks(server, version):
    """Does curl get an answer in this version of TLS and no other?"""
    done = subprocess.run(
        ["curl", "-q", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
         "--cacert", server.ca_file, "--max-time", str(PATIENCE),
         "--resolve", f"*:{server.https}:{ADDRESS}", f"--tlsv{version}",
         "--tls-max", version, server.url("lyncdiscover")],
        env=clean_environment(server.folder, old_openssl(server)),
        capture_output=True, text=True, timeout=2 * PATIENCE)
    if done.returncode == 0:
        assert done.stdout == "200"
        return True
    # Alert 70, protocol_version (RFC 5246 section 7.2.2), or the server chose
    # an older one, which curl refuses.
    assert done.returncode == 35
    assert re.search("alert protocol version|unsupported protocol",
                     done.stderr), done.stderr
    return False


@pytest.mark.parametrize("settings,expected", [
    ([], VERSIONS),
    (["tls.min=1.0"], VERSIONS),
    (["tls.min=1.2"], ["1.2", "1.3"]),
    (["tls.min=1.3"], ["1.3"]),
    (["tls.max=1.0"], ["1.0"]),
    (["tls.min=1.1", "tls.max=1.2"], ["1.1", "1.2"]),
])
def test_versions(serve, settings, expected):
    server = serve(*[word for each in settings for word in ("--set", each)])
    assert [each for each in VERSIONS if speaks(server, each)] == expected
    spoken = [line["connection"]["tls"]["version"] for line
              in (record.entry for record in journal(server))]
    assert spoken == [{"1.0": "TLSv1"}.get(each, f"TLSv{each}")
                      for each in expected]


def test_old_version_with_an_rsa_certificate(serve):
    """What devices of 2013 need."""
    server = serve("--set", "tls.key=rsa2048", "--set", "tls.max=1.0")
    assert speaks(server, "1.0")


# --- certificates -----------------------------------------------------------

@pytest.mark.parametrize("key", ["p256", "rsa2048"])
def test_key_of_the_certificate(serve, key):
    server = serve("--set", f"tls.key={key}")
    public = leaf(server, server.name("lyncweb")).public_key()
    if key == "rsa2048":
        assert isinstance(public, rsa.RSAPublicKey)
        assert public.key_size == 2048
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        assert public.curve.name == "secp256r1"


def test_every_name_has_its_certificate(server):
    for host in NAMES:
        name = server.name(host)
        done = s_client(server, "-servername", name, "-verify_hostname", name)
        assert greeted(done), done.stdout + done.stderr
        assert f"Verified peername: {name}" in done.stdout


def test_letter_case_of_the_name(server):
    name = server.name("LyncDiscover").upper()
    done = s_client(server, "-servername", name, "-verify_hostname", name)
    assert greeted(done), done.stdout + done.stderr


def test_another_name_is_not_covered(server):
    done = s_client(server, "-servername", server.name("lyncweb"),
                    "-verify_hostname", "www.example.com")
    assert done.returncode != 0
    assert "hostname mismatch" in done.stdout + done.stderr


@pytest.mark.parametrize("sni", [
    ["-noservername"],
    ["-servername", "www.example.com"],
    ["-servername", "com"],
    ["-servername", "127.0.0.1"],
])
def test_without_a_name_of_the_world(server, sni):
    """The default certificate carries the addresses."""
    done = s_client(server, *sni, "-verify_ip", "127.0.0.1")
    assert greeted(done), done.stdout + done.stderr


def test_default_certificate(server):
    certificate = leaf(server, None)
    assert set(names_of(certificate, x509.IPAddress)) == {"127.0.0.1", "::1"}
    assert "localhost" in names_of(certificate, x509.DNSName)


def test_ipv6(server):
    if not has_ipv6_loopback():
        pytest.skip("this machine has no ::1")
    done = s_client(server, "-noservername", "-verify_ip", "::1",
                    address="[::1]")
    assert greeted(done), done.stdout + done.stderr
    done = s_client(server, "-servername", server.name("lyncweb"),
                    "-verify_hostname", server.name("lyncweb"),
                    address="[::1]")
    assert greeted(done), done.stdout + done.stderr
    assert [record.entry["connection"]["peer"].startswith("[::1]:")
            for record in journal(server)] == [True, True]


def test_the_certificate_of_another_run_is_not_trusted(serve):
    first, second = serve(), serve()
    done = s_client(first, "-CAfile", second.ca_file)
    assert done.returncode != 0
    assert "verify error" in done.stderr


def test_plain_http_to_the_https_port(server):
    with socket.create_connection((ADDRESS, server.https), PATIENCE) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while plain.recv(4096):
            pass
    server.stop()
    assert "plain HTTP" in server.messages()


# --- sessions ---------------------------------------------------------------

def resumed(server):
    return [record.entry["connection"]["tls"]["resumed"]
            for record in journal(server)]


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_resumption(server, version):
    kept = server.folder / "session.pem"
    first = s_client(server, version, "-sess_out", kept)
    assert greeted(first), first.stdout + first.stderr
    assert "\nNew, " in first.stdout
    again = s_client(server, version, "-sess_in", kept)
    assert greeted(again), again.stdout + again.stderr
    assert "\nReused, " in again.stdout
    assert resumed(server) == [False, True]


def test_reconnect(server):
    """s_client's own test: one handshake, and five more with its session."""
    done = s_client(server, "-tls1_2", "-reconnect")
    assert done.stdout.count("\nReused, ") == 5, done.stdout


def test_session_of_another_run_is_not_taken(serve):
    first, second = serve(), serve()
    kept = first.folder / "session.pem"
    s_client(first, "-tls1_2", "-sess_out", kept)
    done = s_client(second, "-tls1_2", "-sess_in", kept)
    assert greeted(done), done.stdout + done.stderr
    assert "\nNew, " in done.stdout


# --- the key log ------------------------------------------------------------

KEYLOG = re.compile(
    r"(CLIENT_RANDOM|(CLIENT|SERVER)_(HANDSHAKE_TRAFFIC_SECRET|"
    r"TRAFFIC_SECRET_0)|EXPORTER_SECRET) [0-9a-f]{64} ([0-9a-f]{64}|"
    r"[0-9a-f]{96})")


@pytest.mark.parametrize("version,labels", [
    (ssl.TLSVersion.TLSv1_2, {"CLIENT_RANDOM"}),
    (ssl.TLSVersion.TLSv1_3, {
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0",
        "EXPORTER_SECRET"}),
])
def test_key_log_has_what_the_client_has(serve, tmp_path, version, labels):
    ours, theirs = tmp_path / "client.keys", tmp_path / "server.keys"
    server = serve("--keylog", theirs)
    connection = Connection(server, "lyncdiscover")
    connection.context.minimum_version = version
    connection.context.maximum_version = version
    connection.context.keylog_filename = str(ours)
    answer = connection.ask("GET", server.url("lyncdiscover"), {})
    assert answer.status == 200
    connection.close()
    server.stop()
    lines = theirs.read_text().splitlines()
    assert all(KEYLOG.fullmatch(line) for line in lines), lines
    assert {line.split()[0] for line in lines} == labels
    told = {line for line in ours.read_text().splitlines() if line[0] != "#"}
    assert told == set(lines)
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o600
