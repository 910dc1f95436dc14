"""Each shipped failure of TCP and TLS happens on the wire, as clients that are
not ours and captured packets show; then what `lyncmock probe` makes of it."""

import errno
import re
import ssl
import subprocess

import pytest

from clients import ADDRESS, Curl
from harness import PASSWORD, PATIENCE, USER_PATH, clean_environment
from raw import Peer, context_of, get
from signin import journal, ticket_for
from test_scenarios_failures import probed
from test_tls_profiles import curl as curl_of_profiles
from test_tls_profiles import s_client
from test_wire_tcp import attempt, steps_of
from test_wire_tls import connect, greeted, handshakes, remarks, shown
from wire import FIN, RST, SYN, Capture

KERBEROS = False


def start(serve, name, *args):
    return serve(f"failures/{name}", *args)


def refused_syn(server, port, address="127.0.0.1"):
    with Capture(port) as seen:
        error, local = attempt(port, address)
        assert error == errno.ECONNREFUSED
        assert not seen.until(local, RST).flags & SYN


def root(server, scheme="https", *args):
    """curl's exit code and the status."""
    port = server.https if scheme == "https" else server.http
    done = subprocess.run(
        ["curl", "-q", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
         "--cacert", server.ca_file, "--max-time", str(PATIENCE), "--resolve",
         f"*:{port}:{ADDRESS}", *args,
         f"{scheme}://lyncdiscover.contoso.test:{port}/"],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=2 * PATIENCE)
    return done.returncode, done.stdout


def refused_certificate(server, words, host="lyncweb"):
    """By openssl and by curl, and no request is sent."""
    assert words in s_client(server, name=host)
    assert curl_of_profiles(server).returncode == 60
    entries = handshakes(server)
    assert entries and not [entry for entry in server.entries()
                            if "kind" not in entry and entry["operation"]]
    return entries


# --- ports -------------------------------------------------------------------

def test_discovery_host_refuses(serve):
    server = start(serve, "discovery-host-refuses")
    for port in (server.http, server.https):
        for address in ("127.0.0.1", "::1"):
            refused_syn(server, port, address)
    assert root(server)[0] == 7


def test_discovery_internal_unreachable(serve):
    server = start(serve, "discovery-internal-unreachable")
    with greeted(server, "lyncdiscoverinternal") as tls, \
            Peer(server, host="lyncdiscoverinternal") as plain:
        plain.send(get(plain.host, "/"))
        for peer in (tls, plain):
            peer.socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                peer.socket.recv(1)
    assert root(server) == (0, "200")
    assert steps_of(server, "tls") == ["tls.handshake"]
    assert "http.request" in [
        remark["text"].split(":")[0] for entry in server.entries()
        for remark in entry["remarks"] if remark["key"] == "step"]


def test_one_address_dead(serve):
    server = start(serve, "one-address-dead")
    refused_syn(server, server.https, "::1")
    assert attempt(server.https)[0] == 0
    # curl tries the second one, too.
    with Capture(server.https) as seen:
        assert root(server, "https", "--resolve",
                    f"lyncdiscover.contoso.test:{server.https}:"
                    f"[::1],{ADDRESS}") == (0, "200")
        assert any(packet.flags & RST for packet in seen.packets)


def test_http_port_closed(serve):
    server = start(serve, "http-port-closed")
    refused_syn(server, server.http)
    assert root(server) == (0, "200")


def test_https_port_closed(serve):
    server = start(serve, "https-port-closed")
    refused_syn(server, server.https)
    assert root(server, "http") == (0, "200")


def test_https_port_dropped(serve):
    server = start(serve, "https-port-dropped")
    with Capture(server.https) as seen:
        error, local = attempt(server.https, patience=0.3)
        assert error == errno.ETIMEDOUT
        assert seen.of(local, from_server=True) == []
    assert root(server, "http") == (0, "200")


def test_pool_restarts(serve):
    server = start(serve, "pool-restarts")
    assert root(server) == (0, "200")
    refused_syn(server, server.https)
    assert root(server, "http") == (0, "200")
    refused_syn(server, server.http)
    assert len(steps_of(server, None)) == 2


# --- connections -------------------------------------------------------------

def test_connection_closed_after_reply(serve):
    server = start(serve, "connection-closed-after-reply")
    with Capture(server.http) as seen, Peer(server) as peer:
        answer = peer.ask(get(peer.host))
        assert answer.status == 200
        assert (answer.header("Connection") or "").lower() != "close"
        seen.until(peer.local_port, FIN)
        assert peer.closed()
    assert steps_of(server) == ["tcp.idle"]


def test_connection_reuse_race(serve):
    server = start(serve, "connection-reuse-race")
    with Capture(server.http) as seen, Peer(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
        peer.send(get(peer.host))
        seen.until(peer.local_port, RST)
        assert seen.data(peer.local_port).count(b"HTTP/1.1") == 1
    with Peer(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
        assert peer.ask(get(peer.host)).status == 200
    assert steps_of(server) == ["tcp.reuse"]


def test_connection_forgotten(serve):
    server = start(serve, "connection-forgotten")
    with Capture(server.http) as seen, Peer(server) as peer:
        assert peer.ask(get(peer.host)).status == 200
        peer.send(get(peer.host))
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)
        assert not seen.flags(peer.local_port) & (FIN | RST)
    assert steps_of(server) == ["tcp.idle"]


def test_reply_cut_without_notify(serve):
    """By a client that signs in: the User resource ends too early."""
    server = start(serve, "reply-cut-without-notify")
    ticket = ticket_for(Curl(server, "--ntlm"), server)
    done = subprocess.run(
        ["curl", "-q", "-sS", "--cacert", server.ca_file, "--resolve",
         f"*:{server.https}:{ADDRESS}", "-w", "%{size_header} %{size_download}",
         "-o", "/dev/null", *(f"-H{name}: {value}" for name, value
                              in ticket.headers().items()),
         server.url("lyncweb", USER_PATH)],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode in (18, 56), done.stderr
    assert sum(map(int, done.stdout.split())) == 700
    cut, = [record for record in journal(server, "discover.user")
            if record.entry["outcome"] == "cut"]
    assert cut.entry["sent"]["bytes"] == 700
    assert cut.remarks["step"].startswith("discover.user: ")


def test_discovery_https_reset(serve):
    server = start(serve, "discovery-https-reset")
    with Capture(server.https) as seen, \
            greeted(server, "lyncdiscover") as peer:
        seen.until(peer.local_port, RST)
        assert seen.data(peer.local_port) == b""
    assert root(server)[0] == 35
    assert root(server, "http") == (0, "200")
    assert "Verify return code: 0" in s_client(server)


def test_web_services_blocked_on_wifi(serve):
    server = start(serve, "web-services-blocked-on-wifi")
    assert root(server) == (0, "200")
    with Capture(server.https) as seen, greeted(server, "lyncweb") as peer:
        seen.until(peer.local_port, RST)
        assert seen.data(peer.local_port) == b""


# --- certificates ------------------------------------------------------------

def test_certificate_private_ca(serve):
    server = start(serve, "certificate-private-ca")
    refused_certificate(server, "unable to get local issuer certificate")


def test_certificate_not_yet_valid(serve):
    server = start(serve, "certificate-not-yet-valid")
    refused_certificate(server, "certificate is not yet valid")


def test_certificate_self_signed(serve):
    server = start(serve, "certificate-self-signed")
    refused_certificate(server, "self-signed certificate")


def test_certificate_sha1(serve):
    server = start(serve, "certificate-sha1")
    refused_certificate(server, "CA signature digest algorithm too weak")


def test_certificate_wrong_template(serve):
    server = start(serve, "certificate-wrong-template")
    refused_certificate(server, "unsuitable certificate purpose")


def test_certificate_missing_intermediate(serve):
    """One certificate comes, whose issuer is neither sent nor known."""
    server = start(serve, "certificate-missing-intermediate")
    assert len(shown(server)) == 1
    said = s_client(server)
    assert "CN = lyncmock intermediate CA" in said
    entries = refused_certificate(server,
                                  "unable to get local issuer certificate")
    assert entries[-1]["handshake"]["alert_name"] == "unknown CA"


def test_certificate_wildcard_cn(serve):
    """OpenSSL still looks at the subject, unless it is told not to, as
    Python's urllib3 does and browsers do."""
    server = start(serve, "certificate-wildcard-cn")
    said = s_client(server)
    assert "subject=CN = *.contoso.test" in said
    context = context_of(server)
    context.hostname_checks_common_name = False
    with pytest.raises(ssl.SSLCertVerificationError) as failed:
        connect(server, context=context)
    assert "Hostname mismatch" in failed.value.verify_message


def test_certificate_of_provider(serve):
    server = start(serve, "certificate-of-provider")
    assert "hostname mismatch" in s_client(server, name="lyncdiscover")
    assert root(server)[0] == 60
    assert root(server, "http") == (0, "200")
    assert "Verify return code: 0 (ok)" in s_client(server)
    assert {entry["handshake"]["certificate"]
            for entry in handshakes(server)} == {"other-domain"}


def test_certificate_web_ticket_host(serve):
    server = start(serve, "certificate-web-ticket-host")
    assert root(server) == (0, "200")
    said = s_client(server)
    assert "hostname mismatch" in said and "lyncweb.provider.test" in said
    assert [remarks(entry)[0].split(":")[0] for entry in handshakes(server)
            ] == ["tls.certificate"]


def test_sip_domain_differs(serve):
    server = start(serve, "sip-domain-differs")
    answer = server.curl(server.url("lyncdiscover"))
    hosts = set(re.findall(rb"https:\\/\\/([a-z.]+)", answer.body))
    assert hosts == {b"lyncweb.provider.test"}
    done = subprocess.run(
        ["curl", "-q", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
         "--cacert", server.ca_file, "--resolve",
         f"*:{server.https}:{ADDRESS}",
         f"https://lyncweb.provider.test:{server.https}"
         "/WebTicket/WebTicketService.svc/mex"],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, "200"), done.stderr


# --- handshakes --------------------------------------------------------------

def speaks(server, option):
    said = s_client(server, option, "-cipher", "DEFAULT:@SECLEVEL=0")
    return "Cipher is (NONE)" not in said


def test_tls_10_only(serve):
    server = start(serve, "tls-10-only")
    assert [speaks(server, option) for option in
            ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3")] == [
                True, False, False, False]


def test_tls_13_only(serve):
    server = start(serve, "tls-13-only")
    assert [speaks(server, option) for option in
            ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3")] == [
                False, False, False, True]


def test_tls_client_certificate(serve):
    server = start(serve, "tls-client-certificate")
    assert "alert handshake failure" in s_client(server, "-tls1_2")
    code, _ = root(server)
    assert code == 56
    asked = handshakes(server)
    assert [entry["handshake"]["client_certificate"]["subject"]
            for entry in asked] == [None] * len(asked)


def test_tls_unrecognized_name(serve):
    server = start(serve, "tls-unrecognized-name")
    with greeted(server) as peer:
        assert peer.all() == bytes([0x15, 3, 3, 0, 2, 2, 112])
    assert "unrecognized name" in s_client(server)


def test_tls_handshake_stalled(serve):
    server = start(serve, "tls-handshake-stalled")
    with Capture(server.https) as seen, greeted(server) as peer:
        peer._until(300)
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)
        assert len(seen.data(peer.local_port)) == 300
    assert steps_of(server, "tls") == ["tls.handshake"]


def test_tls_handshake_reset(serve):
    server = start(serve, "tls-handshake-reset")
    with Capture(server.https) as seen, greeted(server) as peer:
        seen.until(peer.local_port, RST)
    assert root(server)[0] == 35


# --- what a client makes of it ----------------------------------------------

PC = "pc-external-ntlm"
# As in test_scenarios_failures; last: the patience of the client.
PROBE = [
    ("discovery-host-refuses", "ios-ntlm", 3, "nothing listens at that port", 0),
    ("discovery-internal-unreachable", PC, 0, "signed in over NTLM", 1),
    ("one-address-dead", PC, 0, "signed in over NTLM", 1),
    ("http-port-closed", PC, 0, "signed in over NTLM", 1),
    ("https-port-closed", "ios-ntlm", 3, "nothing listens at that port", 0),
    ("https-port-dropped", "ios-ntlm", 4, "a firewall may drop it", 0),
    ("pool-restarts", "ios-ntlm", 3, "the connection was refused", 0),
    ("connection-closed-after-reply", "android-soap", 0, "signed in", 1),
    ("connection-reuse-race", "android-soap", 0, "signed in", 1),
    ("connection-forgotten", "android-soap", 4, "timed out", 0),
    ("reply-cut-without-notify", "ios-ntlm", 1,
     "the reply was broken off before its end", 1),
    ("discovery-https-reset", PC, 0, "signed in over NTLM", 1),
    ("web-services-blocked-on-wifi", "ios-ntlm", 1,
     "lyncweb.contoso.test: the connection was reset in the TLS handshake", 0),
    ("certificate-private-ca", "ios-ntlm", 1,
     "from an authority that is not trusted here", 0),
    ("certificate-not-yet-valid", "ios-ntlm", 1, "is valid from 20", 0),
    ("certificate-self-signed", "android-ntlm", 1, "signed by itself", 0),
    ("certificate-sha1", "ios-ntlm", 1, "too weak, such as SHA-1", 0),
    ("certificate-wrong-template", "ios-ntlm", 1, "not one for servers", 0),
    ("certificate-missing-intermediate", "android-ntlm", 1,
     "lyncmock intermediate CA; try --ca FILE", 0),
    ("certificate-wildcard-cn", "android-ntlm", 1,
     "no alternative names, and its subject, *.contoso.test", 0),
    ("certificate-of-provider", PC, 0, "signed in over NTLM", 1),
    ("certificate-web-ticket-host", PC, 1,
     "not for lyncweb.contoso.test, but for lyncweb.provider.test", 0),
    ("sip-domain-differs", PC, 0, "home pool lyncweb.provider.test", 1),
    ("tls-10-only", "ios-ntlm", 1, "no version of TLS is left", 0),
    ("tls-13-only", PC, 0, "signed in over NTLM", 1),
    ("tls-client-certificate", PC, 1, "wants a certificate of the client", 0),
    ("tls-unrecognized-name", "ios-ntlm", 1, "alert unrecognized_name", 0),
    ("tls-handshake-stalled", "ios-ntlm", 4,
     "the TLS handshake did not come to an end", 0),
    ("tls-handshake-reset", "ios-ntlm", 1, "was reset in the TLS handshake", 0),
]


@pytest.mark.parametrize("name,client,code,words,asked", PROBE)
def test_probe(serve, name, client, code, words, asked):
    told = probed(serve(f"failures/{name}"), client, PASSWORD, code, words,
                  asked, "1500ms" if code == 4 or "unreachable" in name
                  else "9s")
    if name == "sip-domain-differs":
        assert "asks whether to trust lyncweb.provider.test" in told
