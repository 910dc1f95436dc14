"""Faults of TLS, from raw records and captured packets; what openssl, curl and
Python make of them; and what the journal has of each handshake."""

import errno
import hashlib
import re
import socket
import ssl
import subprocess
import time

import pytest

from clients import ADDRESS, tool
from harness import PATIENCE, clean_environment
from raw import Peer, context_of, get
from test_tls_profiles import s_client
from test_wire_tcp import gone, play
from wire import FIN, RST, Capture

KERBEROS = False
# A fixture, which nothing here calls by its name.
__all__ = ["play"]

ALERT, HANDSHAKE = 0x15, 0x16
WARNING, FATAL = 1, 2


def hello(server, host="lyncweb", **versions):
    """The bytes of a ClientHello."""
    context = context_of(server)
    for name, value in versions.items():
        setattr(context, name, value)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing,
                           server_hostname=server.name(host))
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def greeted(server, host="lyncweb", **versions):
    """A bare connection that has sent its ClientHello."""
    peer = Peer(server, port=server.https)
    peer.send(hello(server, host, **versions))
    return peer


def records(data):
    """(type, body) of each TLS record."""
    found = []
    while len(data) >= 5:
        size = int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5:5 + size]))
        data = data[5 + size:]
    return found


def handshakes(server):
    """What the journal has of handshakes: entries."""
    assert server.stop() == 0
    return [entry for entry in server.entries() if entry.get("kind") == "tls"]


def remarks(entry, key="step"):
    return [remark["text"] for remark in entry["remarks"]
            if remark["key"] == key]


def connect(server, host="lyncweb", context=None, session=None):
    """A good client's TLS connection."""
    context = context or context_of(server)
    return context.wrap_socket(
        socket.create_connection((ADDRESS, server.https), PATIENCE),
        server_hostname=server.name(host), session=session,
        suppress_ragged_eofs=False)


# --- alerts ------------------------------------------------------------------

@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate"])
@pytest.mark.parametrize("word,number", [
    ("handshake-failure", 40), ("unrecognized-name", 112), ("internal-error", 80),
    ("protocol-version", 70), ("0", 0), ("234", 234)])
def test_fatal_alerts(play, point, word, number):
    """Those bytes, then a FIN; nothing else of a handshake."""
    server = play(f"{{at: {point}, do: {{alert: {word}}}}}")
    with Capture(server.https) as seen, greeted(server) as peer:
        assert peer.all() == bytes([ALERT, 3, 3, 0, 2, FATAL, number])
        seen.until(peer.local_port, FIN)
        assert not seen.flags(peer.local_port) & RST
        assert seen.data(peer.local_port) == peer.received
    entry, = handshakes(server)
    assert entry["handshake"]["complete"] is False
    assert remarks(entry)[0].startswith(f"{point}: ")
    assert remarks(entry, "handshake.failed") == [
        "answered with an alert on purpose"]


def test_an_alert_that_warns(play):
    """The handshake goes on behind it; RFC 6066, 3: unrecognized_name."""
    server = play("{at: tls.handshake, do: {alert: {name: unrecognized-name, "
                  "level: warning}}}")
    with greeted(server) as peer:
        alert = peer._take(7)
        assert alert == bytes([ALERT, 3, 3, 0, 2, WARNING, 112])
        assert peer._take(1)[0] == HANDSHAKE
    said = s_client(server, "-tls1_2", "-msg")
    assert "Alert [length 0002], warning unrecognized_name" in said
    assert "Verify return code: 0 (ok)" in said


def test_an_alert_and_then_a_reset(play):
    server = play("{at: tls.handshake, do: {alert: 40, reset: yes}}")
    with Capture(server.https) as wire, greeted(server) as peer:
        wire.until(peer.local_port, RST)
        assert wire.data(peer.local_port) == bytes([ALERT, 3, 3, 0, 2, FATAL,
                                                    40])
        assert not wire.flags(peer.local_port) & FIN


def test_openssl_names_the_alert(play):
    server = play("{at: tls.handshake, do: {alert: access-denied}}")
    assert "alert access denied" in s_client(server)


# --- ends in the handshake ---------------------------------------------------

@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate"])
@pytest.mark.parametrize("do,flag", [("reset: yes", RST), ("close: yes", FIN)])
def test_ends_at_the_hello(play, point, do, flag):
    server = play(f"{{at: {point}, do: {{{do}}}}}")
    with Capture(server.https) as seen, greeted(server) as peer:
        seen.until(peer.local_port, flag)
        assert seen.data(peer.local_port) == b""
        assert gone(peer) == (errno.ECONNRESET if flag == RST else 0)
    entry, = handshakes(server)
    assert "in the handshake on purpose" in remarks(
        entry, "handshake.failed")[0]


@pytest.mark.parametrize("after", [1, 5, 300])
@pytest.mark.parametrize("do,flag", [("reset", RST), ("close", FIN),
                                     ("stall", 0)])
def test_ends_within_the_flight(play, after, do, flag):
    """To the byte: of the ServerHello, or of the certificate behind it."""
    server = play(f"{{at: tls.handshake, do: {{{do}: {{after: {after}}}}}}}")
    with Capture(server.https) as seen, greeted(server) as peer:
        if flag:
            seen.until(peer.local_port, flag)
        peer._until(after)
        peer.socket.settimeout(0.2)
        if not flag:
            with pytest.raises(TimeoutError):
                peer.socket.recv(1)
        assert len(seen.data(peer.local_port)) == after
        assert seen.data(peer.local_port)[0] == HANDSHAKE
        assert seen.flags(peer.local_port) & (FIN | RST) == flag
    assert len(handshakes(server)) == 1


def test_ends_once_so_much_came(play):
    """Half a ClientHello is more than it takes."""
    server = play("{at: tcp.accept, do: {reset: {received: 40}}}")
    with Capture(server.https) as seen, greeted(server) as peer:
        seen.until(peer.local_port, RST)
        assert seen.data(peer.local_port) == b""


@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate",
                                   "tls.established"])
def test_a_slow_handshake(play, point):
    server = play(f"{{at: {point}, do: {{delay: 300ms}}}}")
    began = time.monotonic()
    with Peer(server, tls=True) as peer:
        assert peer.ask(get(peer.host)).status == 200
    assert time.monotonic() - began >= 0.3
    entry, = handshakes(server)
    assert entry["handshake"]["complete"] is True
    assert entry["connection"]["tls"]["version"] == "TLSv1.3"


@pytest.mark.parametrize("do,flag", [("reset: yes", RST), ("close: yes", FIN)])
def test_ends_once_established(play, do, flag):
    server = play(f"{{at: tls.established, do: {{{do}}}}}")
    with Capture(server.https) as seen, connect(server) as tls:
        local = tls.getsockname()[1]
        seen.until(local, flag)
        assert bool(seen.flags(local) & RST) == (flag == RST)
    entry, = handshakes(server)
    assert entry["handshake"]["complete"] is True


def test_stalls_once_established(play):
    server = play("{at: tls.established, do: {stall: yes}}")
    with Peer(server, tls=True) as peer:
        peer.send(get(peer.host))
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)


# --- close_notify ------------------------------------------------------------

def last_record(server, seen, close):
    """The last record of the server over TLS 1.2, where its type is in the
    clear; and what Python says of the end."""
    context = context_of(server)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    with connect(server, context=context) as tls:
        local = tls.getsockname()[1]
        tls.sendall(get(server.name("lyncweb"), "/", "Connection: close"))
        try:
            while tls.recv(4096):
                pass
            how = "close_notify"
        except ssl.SSLError as error:
            assert "EOF" in error.reason.upper()
            how = "FIN"
        seen.until(local, FIN)
    return records(seen.data(local))[-1][0], how


@pytest.mark.parametrize("step,expected", [
    ("{at: tcp.accept, when: {first: 1}, do: {delay: 1ms}}",
     (ALERT, "close_notify")),
    ("{at: tls.close, do: {close: {without-notify: yes}}}", (0x17, "FIN")),
    ("{at: http.response, do: {close: {after: 100, without-notify: yes}}}",
     (0x17, "FIN")),
    ("{at: http.response, do: {close: {after: 100}}}",
     (ALERT, "close_notify")),
])
def test_close_notify_or_none(play, step, expected):
    server = play(step)
    with Capture(server.https) as seen:
        assert last_record(server, seen, step) == expected


def test_half_a_close_over_tls(play):
    server = play("{at: tls.close, do: {close: {half: yes}}}")
    with Capture(server.https) as seen:
        assert last_record(server, seen, "") == (0x17, "FIN")


# --- certificates ------------------------------------------------------------

def shown(server, host="lyncweb"):
    """The certificates that openssl got, as DER, the server's own first."""
    said = s_client(server, "-showcerts", name=host)
    return [ssl.PEM_cert_to_DER_cert(pem) for pem in re.findall(
        "-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", said, re.S)]


@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate"])
@pytest.mark.parametrize("profile,words", [
    ("expired", "certificate has expired"),
    ("not-yet-valid", "certificate is not yet valid"),
    ("wrong-name", "hostname mismatch"),
    ("self-signed", "self-signed certificate"),
    ("unknown-ca", "unable to get local issuer certificate"),
    ("weak", "EE certificate key too weak"),
    ("sha1", "CA signature digest algorithm too weak"),
    ("missing-intermediate", "unable to get local issuer certificate"),
    ("other-domain", "hostname mismatch"),
    ("wrong-usage", "unsuitable certificate purpose"),
])
def test_a_certificate_for_one_name(play, point, profile, words):
    """In one handshake; that of the other name is good."""
    server = play(f"{{at: {point}, when: {{host: lyncweb.*}}, "
                  f"do: {{certificate: {profile}}}}}")
    assert words in s_client(server)
    assert "Verify return code: 0 (ok)" in s_client(server, name="lyncdiscover")
    refused, = handshakes(server)
    assert refused["handshake"]["certificate"] == profile


def test_a_chain(play):
    server = play(
        "{at: tls.handshake, when: {first: 1}, do: {certificate: "
        "missing-intermediate}}",
        "{at: tls.handshake, when: {requests: [2]}, do: {certificate: "
        "intermediate}}")
    assert len(shown(server)) == 1
    whole = shown(server)
    assert len(whole) == 2
    assert len(shown(server)) == 1


def test_another_name(play):
    server = play("{at: tls.certificate, do: {certificate: "
                  "{name: mail.contoso.test, profile: expired}}}")
    said = s_client(server)
    assert "mail.contoso.test" in said and "has expired" in said
    entry = handshakes(server)[0]
    assert entry["handshake"]["made_out_to"] == "mail.contoso.test"


@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate"])
def test_channel_bindings_follow(play, point):
    """The hash that a binding must carry is that of what was really sent."""
    server = play(f"{{at: {point}, when: {{requests: [2]}}, "
                  "do: {certificate: self-signed}}")
    context = context_of(server)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    hashes = []
    for _ in range(3):
        with Peer(server, tls=True, context=context) as peer:
            peer.ask(get(peer.host))
            der = peer.socket.getpeercert(binary_form=True)
            hashes.append(hashlib.sha256(der).hexdigest())
    assert hashes[0] == hashes[2] != hashes[1]
    assert server.stop() == 0
    told = [entry["connection"]["tls"]["certificate_hash"]
            for entry in server.entries() if "kind" not in entry]
    assert told == hashes


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("point", ["tls.handshake", "tls.certificate"])
def test_no_session_of_another_certificate(play, point, version):
    """A session began under one certificate; under another it is no good."""
    server = play(f"{{at: {point}, when: {{requests: [1]}}, "
                  "do: {certificate: self-signed}}")
    context = context_of(server)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = getattr(
        ssl.TLSVersion, version)
    reused = []
    session = None
    for _ in range(3):
        with connect(server, context=context, session=session) as tls:
            tls.sendall(get(server.name("lyncweb")))
            assert tls.recv(4096)
            reused.append(tls.session_reused)
            session = tls.session
    assert reused == [False, False, True]


# --- sessions, versions, protocols -------------------------------------------

def resumes(server, version=ssl.TLSVersion.TLSv1_3, times=3):
    context = context_of(server)
    context.minimum_version = context.maximum_version = version
    reused, session = [], None
    for _ in range(times):
        with connect(server, context=context, session=session) as tls:
            tls.sendall(get(server.name("lyncweb")))
            assert tls.recv(4096)
            reused.append(tls.session_reused)
            session = tls.session
    return reused


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_resumption_refused(play, version):
    server = play("{at: tls.resume, when: {first: 1}, "
                  "do: {tls: {resumption: refuse}}}")
    assert resumes(server, version, 5) == [False, False, False, True, True]
    entry, = handshakes(server)
    assert entry["connection"]["tls"]["resumed"] is False


def test_resumption_is_a_place_of_its_own(play):
    """Not reached without a session; tls.certificate not reached with one."""
    server = play("{at: tls.resume, also: true, do: {delay: 1ms}}",
                  "{at: tls.certificate, do: {delay: 1ms}}")
    assert resumes(server) == [False, True, True]
    assert [remarks(entry)[0].split(":")[0] for entry in handshakes(server)
            ] == ["tls.certificate", "tls.resume", "tls.resume"]


@pytest.mark.parametrize("bounds,speaks", [
    ("max: 1.0", {"-tls1"}), ("min: 1.3", {"-tls1_3"}),
    ("min: 1.1, max: 1.2", {"-tls1_1", "-tls1_2"}),
    ("min: 1.0", {"-tls1", "-tls1_1", "-tls1_2", "-tls1_3"})])
def test_versions_of_one_name(play, bounds, speaks):
    """Whatever kind of key the certificate has: P-256 here."""
    server = play(f"{{at: tls.handshake, when: {{host: lyncweb.*}}, "
                  f"do: {{tls: {{{bounds}}}}}}}")
    spoken = {option for option in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3")
              if "Cipher is (NONE)" not in s_client(
                  server, option, "-cipher", "DEFAULT:@SECLEVEL=0")}
    assert spoken == speaks
    assert "Verify return code: 0" in s_client(server, name="lyncdiscover")


def test_a_picked_protocol(play):
    server = play("{at: tls.handshake, when: {first: 1}, do: {tls: {alpn: h2}}}",
                  "{at: tls.handshake, when: {requests: [2]}, "
                  "do: {tls: {alpn: refuse}}}")
    assert "protocol: " "h2" in s_client(server, "-alpn", "h2,http/1.1")
    assert "alert no application protocol" in s_client(
        server, "-alpn", "h2,http/1.1")
    assert "No ALPN negotiated" in s_client(server, "-alpn", "http/1.1")


@pytest.fixture
def own_certificate(tmp_path):
    """Of a client, signed by itself: key and certificate in one file."""
    file = tmp_path / "client.pem"
    subprocess.run(
        [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec",
         "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=alice", "-keyout", file, "-out", tmp_path / "c.pem"],
        check=True, capture_output=True, timeout=PATIENCE,
        env=clean_environment(tmp_path))
    with open(file, "ab") as out:
        out.write((tmp_path / "c.pem").read_bytes())
    return file


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("wish", ["optional", "required"])
@pytest.mark.parametrize("has", [True, False])
def test_a_certificate_of_the_client(play, own_certificate, version, wish, has):
    """Any will do, and the journal tells which."""
    server = play("{at: tls.handshake, do: {tls: {client-certificate: "
                  f"{wish}}}}}}}")
    context = context_of(server)
    context.minimum_version = context.maximum_version = getattr(
        ssl.TLSVersion, version)
    if has:
        context.load_cert_chain(own_certificate)
    said = "a reply"
    try:
        with connect(server, context=context) as tls:
            tls.sendall(get(server.name("lyncweb")))
            assert tls.recv(4096)
    except ssl.SSLError as error:
        said = error.reason
    entry = handshakes(server)[0]
    told = entry["handshake"]["client_certificate"]
    if has:
        der = ssl.PEM_cert_to_DER_cert(
            re.search("-----BEGIN CERTIFICATE-----.*",
                      own_certificate.read_text(), re.S).group(0))
        assert told["subject"] == told["issuer"] == "/CN=alice"
        assert told["sha256"] == hashlib.sha256(der).hexdigest()
    else:
        assert told["subject"] is None
    good = has or wish == "optional"
    assert entry["handshake"]["complete"] is good
    assert said == ("a reply" if good
                    else "TLSV13_ALERT_CERTIFICATE_REQUIRED"
                    if version == "TLSv1_3"
                    else "SSLV3_ALERT_HANDSHAKE_FAILURE")


def test_a_refusal_of_the_client_is_told(serve):
    """Without any step: which alert, and what it means."""
    server = serve("--set", "tls.profile=expired")
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(server)
    entry, = handshakes(server)
    assert entry["handshake"]["alert"] == 45
    assert entry["handshake"]["alert_name"] == "certificate expired"
    assert entry["connection"]["tls"]["sni"] == server.name("lyncweb")
    assert remarks(entry) == []


def test_a_good_handshake_leaves_no_entry(serve):
    server = serve()
    with Peer(server, tls=True) as peer:
        assert peer.ask(get(peer.host)).status == 200
    assert handshakes(server) == []
