"""lyncmock probe against lyncmock: every client that signs in by NTLM."""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from harness import (BINARY, PASSWORD, PATIENCE, clean_environment, free_port,
                     run_cli, taken_port)
from kerberos import needs_kerberos
from signin import journal
from test_tls_profiles import s_client

ALICE = "CONTOSO\\alice"


def probe(server, *args, user=ALICE, password=PASSWORD, env=None):
    """Runs the probe against a server of ours."""
    environment = {"LYNC_PASSWORD": password, **(env or {})}
    return run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--user", user, *args, env=environment)


def sentence(done):
    return done.stdout.splitlines()[-1]


NTLM = [
    # client, words of its User-Agent, ticket, where it goes on
    ("pc-external-ntlm", "UCCAPI", "SAML", "SIP at sip.contoso.test:443"),
    ("pc-internal-ntlm", "UCCAPI", "SAML", "SIP at sip.contoso.test:443"),
    ("windows-phone-ntlm", "WPLync", "CWT", "UCWA at https://lyncweb"),
    ("ios-ntlm", "Darwin", "CWT", "UCWA at https://lyncweb"),
    ("android-ntlm", "ACOMO", "CWT", "UCWA at https://lyncweb"),
    ("ntlm", "lyncmock-probe", "SAML", "UCWA at https://lyncweb"),
]


@pytest.mark.parametrize("client, agent, ticket, stop", NTLM)
def test_signs_in(server, client, agent, ticket, stop):
    done = probe(server, "--as", client)
    assert done.returncode == 0, done.stdout + done.stderr
    said = sentence(done)
    assert re.match(rf"alice@contoso\.test signed in over NTLM in \d+ ms: "
                    rf"ticket {ticket} until 20\d\d-\d\d-\d\dT[\d:]+Z, "
                    rf"home pool lyncweb\.contoso\.test, next stop ", said)
    assert "next stop " + stop in said
    records = journal(server)
    assert all(agent in record.header("User-Agent") for record in records)
    assert [record.must for record in records if record.must] == []
    issued = [record for record in records
              if record.operation == "webticket.issue"]
    assert [record.status for record in issued] == [401, 401, 200]
    assert len({record.connection for record in issued}) == 1
    last = records[-1]
    assert (last.operation, last.status, last.auth) == (
        "discover.user", 200, "webticket")


SOAP = [
    # client, words of its User-Agent, method, what its ticket opens
    ("soap", "lyncmock-probe", "SOAP user name", "discover.user"),
    ("android-soap", "ACOMO", "SOAP user name", "discover.user"),
    ("web-app-soap", "Mozilla", "SOAP user name", None),
    ("oauth-password", "lyncmock-probe", "OAuth", "discover.oauth-user"),
]


@pytest.mark.parametrize("client, agent, method, opens", SOAP)
def test_signs_in_with_a_password(server, client, agent, method, opens):
    done = probe(server, "--as", client)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(rf"alice@contoso\.test signed in over {method} in \d+ ms: "
                    r"ticket CWT until .*, next stop UCWA at https://lyncweb\."
                    r"contoso\.test/ucwa/", sentence(done))
    records = journal(server)
    assert all(agent in record.header("User-Agent") for record in records)
    assert [record.must for record in records if record.must] == []
    discovers = [record for record in records
                 if record.operation.startswith("discover.")]
    assert bool(discovers) == (opens is not None)
    assert records[-1].status == 200
    assert records[-1].operation == (opens or "webticket.issue")


@pytest.mark.parametrize("client", ["soap", "android-soap", "web-app-soap",
                                    "oauth-password"])
def test_password_is_refused(server, client):
    done = probe(server, "--as", client, password="wrong")
    assert done.returncode == 1
    assert "web ticket: wrong user name or password (28020)" in sentence(done)


MEETING = "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"


def guest(server, *args):
    return run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--as", "web-app-guest", *args)


def test_guest(serve):
    server = serve("--set", "meeting.5LB7MRBC.key=k3y")
    done = guest(server, "--meeting", MEETING, "--key", "wrong")
    assert done.returncode == 1
    assert "no such meeting, or a wrong key (28020)" in sentence(done)
    done = guest(server, "--meeting", MEETING, "--key", "k3y")
    assert done.returncode == 0, done.stdout
    assert sentence(done).startswith(
        f"a guest of {MEETING} signed in over SOAP anonymous")
    records = journal(server)
    assert [record.must for record in records if record.must] == []
    assert records[-1].status == 200


def test_expects_a_network(serve):
    server = serve("--set", "location=internal")
    done = probe(server, "--as", "pc-external-ntlm")
    assert done.returncode == 0
    assert "warning: AccessLocation is Internal" in done.stdout
    assert "SIP at pool01.contoso.test:5061" in sentence(done)
    done = probe(server, "--as", "pc-internal-ntlm")
    assert done.returncode == 0
    assert "AccessLocation is" not in done.stdout


def test_follows_to_the_home_pool(server):
    done = probe(server, user="CONTOSO\\away")
    assert done.returncode == 0
    assert "home pool lyncweb2.contoso.test" in sentence(done)
    issued = [record for record in journal(server, "webticket.issue")
              if record.status == 200]
    assert len(issued) == 2
    hosts = {record.entry["request"]["host"] for record in issued}
    assert hosts == {"lyncweb.contoso.test", "lyncweb2.contoso.test"}


def test_gets_a_proof_key_where_it_asks(server):
    told = json.loads(probe(server, "--json").stdout)
    assert told["ticket"]["proof_key"] is True
    told = json.loads(probe(server, "--json", "--as", "ntlm").stdout)
    assert told["ticket"]["proof_key"] is False


def test_non_ascii_name(server):
    done = probe(server, user="CONTOSO\\jörg", password="Pässwörd1")
    assert done.returncode == 0
    assert sentence(done).startswith("jörg@contoso.test signed in")
    assert "UTF-16" in done.stderr


REFUSED = [
    (ALICE, "wrong", "wrong user name or password"),
    ("CONTOSO\\disabled", PASSWORD, "an account that may not sign in"),
    ("CONTOSO\\nosip", PASSWORD, 'not enabled for Lync (28000); the server '
     'said "User is not SIP enabled."; try enabling the user'),
    ("CONTOSO\\nobody", PASSWORD, "wrong user name or password"),
]


@pytest.mark.parametrize("user, password, reason", REFUSED)
def test_says_why_not(server, user, password, reason):
    done = probe(server, user=user, password=password)
    assert done.returncode == 1
    assert sentence(done).startswith("The sign-in failed at the web ticket: ")
    assert reason in sentence(done)


NO_TIMESTAMP = "warning: the NTLM challenge has no timestamp"


def test_tells_of_the_challenge(serve):
    done = probe(serve())
    assert ": NTLM domain CONTOSO; SAML ticket of " in done.stdout
    assert NO_TIMESTAMP not in done.stdout
    server = serve("--set", "ntlm.timestamp=omit",
                   "--set", "ntlm.netbios-domain=LEGACY")
    for password, learned in ((PASSWORD, "LEGACY; SAML"), ("wrong", "LEGACY")):
        done = probe(server, password=password)
        assert f"WebTicketService.svc: NTLM domain {learned}" in done.stdout
        assert NO_TIMESTAMP in done.stdout


def test_tells_of_a_challenge_without_target_info(serve):
    done = probe(serve("--set", "ntlm.flags-clear=0x00800000",
                       "--set", "ntlm.v1-ess=yes"))
    assert ": NTLM domain CONTOSO" in done.stdout
    assert NO_TIMESTAMP in done.stdout


def test_offer_without_ntlm(serve):
    done = probe(serve("--set", "offer.windows=Negotiate"), "--as",
                 "pc-external-ntlm")
    assert done.returncode == 1
    assert "has NTLM, and the server offers Negotiate" in sentence(done)


# --- Kerberos ---------------------------------------------------------------

KERBEROS = "pc-internal-kerberos"


def step_of(done, stage):
    return next(line for line in done.stdout.splitlines()
                if line.startswith(stage + " "))


@needs_kerberos
@pytest.mark.parametrize("where", ["good/pc-internal-kerberos", None])
def test_signs_in_with_kerberos(serve, where):
    server = serve(*([where] if where else []))
    done = probe(server, "--as", KERBEROS)
    assert done.returncode == 0, done.stdout
    assert "alice@contoso.test signed in over Kerberos in " in sentence(done)
    host = "lyncint" if where else "lyncweb"
    assert (f"Kerberos alice@CONTOSO.TEST, service HTTP/{host}.contoso.test@"
            "CONTOSO.TEST, aes256-cts-hmac-sha1-96; mutual token good; "
            "Persistent-Auth true; SAML ticket of ") in step_of(done,
                                                                "web ticket")
    if where:
        assert "warning" not in done.stdout
    records = journal(server)
    assert [record.must for record in records if record.must] == []
    issued = [record for record in records
              if record.operation == "webticket.issue"]
    assert [record.status for record in issued] == [401, 200]
    assert len({record.connection for record in issued}) == 1
    assert issued[1].user == "alice"


@needs_kerberos
def test_default_client_goes_on_with_kerberos(serve):
    """Only where the server leaves it nothing else."""
    done = probe(serve("--set", "offer.windows=Negotiate"))
    assert "signed in over Kerberos" in sentence(done)
    assert "offers Negotiate alone: going on with Kerberos" in done.stdout
    done = probe(serve())
    assert "signed in over NTLM" in sentence(done)


@needs_kerberos
def test_follows_to_the_home_pool_with_kerberos(server):
    """A ticket of the KDC for each of the pools' names, signed on once."""
    done = probe(server, "--as", KERBEROS, user="CONTOSO\\away")
    assert done.returncode == 0, done.stdout
    for host in ("lyncweb", "lyncweb2"):
        assert f"service HTTP/{host}.contoso.test@" in done.stdout
    assert done.stdout.count(" has a ticket") == 1


@needs_kerberos
@pytest.mark.parametrize("flavour, words", [
    ("omit", "no mutual token came back"),
    ("corrupt", "the mutual token is wrong"),
])
def test_looks_at_the_mutual_token(serve, tmp_path, flavour, words):
    path = tmp_path / "mutual.yaml"
    path.write_text("lyncmock: 1\nsteps:\n  - at: negotiate.answer\n"
                    f"    do: {{mutual-token: {flavour}}}\n")
    done = probe(serve(path), "--as", KERBEROS)
    assert done.returncode == 0, done.stdout
    assert f"warning: {words}" in done.stdout
    assert "mutual token good" not in done.stdout


KDC_REFUSES = [
    # account, password, reason, advice
    ("alice", "wrong", "wrong password", "the password anew"),
    ("disabled", PASSWORD, "KDC_ERR_CLIENT_REVOKED, 18", "enabling"),
    ("nobody", PASSWORD, "KDC_ERR_C_PRINCIPAL_UNKNOWN, 6", "--user"),
]


@needs_kerberos
@pytest.mark.parametrize("user, password, reason, advice", KDC_REFUSES)
def test_says_why_the_kdc_does_not(server, user, password, reason, advice):
    done = probe(server, "--as", KERBEROS, user="CONTOSO\\" + user,
                 password=password)
    assert done.returncode == 1
    assert sentence(done).startswith(
        f"The sign-in failed at Kerberos: no ticket for {user}@CONTOSO.TEST: ")
    assert reason in sentence(done)
    assert advice in sentence(done).split("; try ")[1]


@needs_kerberos
def test_tells_no_secrets_of_kerberos(server):
    done = probe(server, "--verbose", "--as", KERBEROS)
    assert re.search(r"> Authorization: Negotiate \*\*\*\(\d+ bytes\)",
                     done.stderr)
    assert re.search(r"< WWW-Authenticate: Negotiate \*\*\*\(\d+ bytes\)",
                     done.stderr)
    for secret in (PASSWORD, "YII", "oYG"):
        assert secret not in done.stdout + done.stderr


def test_renews_an_expired_ticket_once(serve):
    """The server's tickets are expired as they come: one new one, no more."""
    server = serve("--set", "ticket.lifetime=1ms")
    done = probe(server)
    assert done.returncode == 1
    assert "expired" in sentence(done)
    assert "the ticket is expired as it comes" in done.stdout
    assert len([record for record in journal(server, "webticket.issue")
                if record.status == 200]) == 2


@pytest.mark.parametrize("client", ["pc-external-ntlm", "ios-ntlm"])
@pytest.mark.parametrize("asked", ["28033", "{id: 28072, status: 401}"])
def test_renews_a_ticket_that_a_step_refuses(serve, tmp_path, client, asked):
    path = tmp_path / "refused.yaml"
    path.write_text(
        "lyncmock: 1\nsteps:\n  - at: discover.user\n"
        "    when: {ticket: valid, first: 1}\n"
        f"    do: {{diagnostics: {asked}}}\n")
    server = serve(path)
    done = probe(server, "--as", client)
    assert done.returncode == 0, done.stdout
    number = "28033" if asked == "28033" else "28072"
    assert f": the ticket is refused: {number}, " in done.stdout
    assert len([record for record in journal(server, "webticket.issue")
                if record.status == 200]) == 2


def test_json(server):
    done = probe(server, "--as", "ios-ntlm", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["lyncmock_probe"], told["signed_in"], told["exit_code"]) == (
        1, True, 0)
    assert told["client"] == "ios-ntlm"
    assert told["ticket"]["kind"] == "CWT"
    assert told["access_location"] == "External"
    assert told["sip_external"] == {"fqdn": "sip.contoso.test", "port": 443}
    links = {link["token"]: link["href"] for link in told["links"]}
    assert told["next_stop"] == links["Ucwa"]
    assert [port["name"] for port in told["ports"]][:2] == [
        "WebTicketServiceWinNegotiate", "WebTicketServiceWinNtlm"]
    stages = [(step["stage"], step["status"]) for step in told["steps"]
              if step["url"].startswith("https")]
    assert stages == [("discovery", 200), ("User", 401), ("metadata", 200),
                      ("web ticket", 200), ("User", 200)]
    assert all(step["warnings"] == [] for step in told["steps"])


def test_json_of_a_failure(server):
    done = probe(server, "--json", user="CONTOSO\\nosip")
    told = json.loads(done.stdout)
    assert (told["signed_in"], told["exit_code"], done.returncode) == (
        False, 1, 1)
    assert told["failure"]["id"] == 28000
    assert told["failure"]["stage"] == "web ticket"
    assert told["failure"]["said"] == "User is not SIP enabled."


# --- secrets ----------------------------------------------------------------

def test_tells_no_secrets(server):
    done = probe(server, "--verbose", password="Zebra-42-secret")
    assert "> POST /WebTicket" in done.stderr
    assert re.search(r"> Authorization: NTLM \*\*\*\(\d+ bytes\)", done.stderr)
    for secret in ("Zebra-42-secret", "TlRM", "opaque="):
        assert secret not in done.stdout + done.stderr
    done = probe(server, "--verbose", "--as", "ios-ntlm")
    assert done.returncode == 0
    assert re.search(r"> X-MS-WebTicket:.*\*\*\*", done.stderr)
    assert "cwt=" not in done.stdout + done.stderr


def test_password_file(server, tmp_path):
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\nanother line\n")
    args = ["probe", "--ports-file", server.ports_file, "--user", ALICE]
    assert run_cli(tmp_path, *args, "--password-file", file).returncode == 0
    done = subprocess.run(
        [BINARY, *map(str, args), "--password-file", "-"], input=PASSWORD,
        env=clean_environment(tmp_path), capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 0
    assert run_cli(tmp_path, *args, "--password", PASSWORD).returncode == 0


def test_password_leaves_the_process_list(tmp_path):
    with taken_port() as silent:
        process = subprocess.Popen(
            [BINARY, "probe", "alice@contoso.test", "--password", "Zebra-42",
             "--connect", f"127.0.0.1:{silent.getsockname()[1]}"],
            env=clean_environment(tmp_path), stdout=subprocess.DEVNULL)
        try:
            # It has connected, so it has read its command line.
            assert select.select([silent], [], [], PATIENCE)[0]
            line = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert b"--password" in line
            assert b"Zebra" not in line
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def test_takes_what_run_gives(server):
    """The environment of a client that `lyncmock run` starts."""
    given = {"LYNC_PORTS_FILE": str(server.ports_file),
             "LYNC_SIP_URI": "sip:bob@contoso.test", "LYNC_USER": "bob",
             "LYNC_ACCOUNT": "CONTOSO\\bob", "LYNC_PASSWORD": PASSWORD,
             "LYNC_CA_FILE": server.ca_file, "LYNC_DOMAIN": "contoso.test"}
    done = run_cli(server.folder, "probe", env=given)
    assert done.returncode == 0, done.stdout
    assert sentence(done).startswith("bob@contoso.test signed in")


# --- the way there ----------------------------------------------------------

def test_connect_and_url(server):
    args = ["--connect", f"127.0.0.1:{server.https}:{server.http}",
            "--ca", server.ca_file]
    given = {"LYNC_PASSWORD": PASSWORD}
    done = run_cli(server.folder, "probe", "alice@contoso.test", *args,
                   env=given)
    assert done.returncode == 0, done.stdout
    url = "https://lyncweb.contoso.test/Autodiscover/AutodiscoverService.svc/root"
    done = run_cli(server.folder, "probe", url, "alice@contoso.test", *args,
                   env=given)
    assert done.returncode == 0, done.stdout
    assert "lyncdiscover" not in done.stdout
    done = run_cli(server.folder, "probe", server.url("lyncdiscover"),
                   "alice@contoso.test", *args, env=given)
    assert f"https://lyncweb.contoso.test:{server.https}/" in sentence(
        run_cli(server.folder, "probe", server.url("lyncdiscover"),
                "alice@contoso.test", "--as", "ntlm", *args, env=given))
    assert done.returncode == 0, done.stdout


def test_wrong_ca(server, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other",
         "-keyout", tmp_path / "other.key", "-out", other],
        check=True, capture_output=True, env=clean_environment(tmp_path))
    done = probe(server, "--ca", other)
    assert done.returncode == 1
    assert "certificate" in sentence(done)
    assert "try --ca FILE" in sentence(done)
    args = ["probe", "--user", ALICE, "--connect",
            f"127.0.0.1:{server.https}", "alice@contoso.test"]
    given = {"LYNC_PASSWORD": PASSWORD}
    assert run_cli(tmp_path, *args, env=given).returncode == 1
    assert run_cli(tmp_path, *args, "--insecure", env=given).returncode == 0


CERTIFICATES = [
    ("wrong-name", "the certificate is not for lyncweb.contoso.test, but for "
     "wrong-name.contoso.test; try a certificate with the name "
     "lyncweb.contoso.test on that server, or another server for that name."),
    ("expired", "the certificate of lyncweb.contoso.test expired at {}; try "
     "renewing it on the server, or comparing the clocks."),
    ("not-yet-valid", "the certificate of lyncweb.contoso.test is valid from "
     "{} on; try comparing the clocks of the server and of this machine."),
    ("self-signed", "the certificate of lyncweb.contoso.test is signed by "
     "itself, by no authority; try a certificate of an authority on the "
     "server, or --ca FILE with this very certificate."),
    ("unknown-ca", "the certificate of lyncweb.contoso.test is from an "
     "authority that is not trusted here: lyncmock CA [0-9a-f]+; try --ca "
     "FILE with the authority that the server's certificate is from; an "
     "intermediate certificate is for the server to send."),
    ("weak", "the certificate of lyncweb.contoso.test: EE certificate key too "
     "weak."),
]


@pytest.mark.parametrize("profile, says", CERTIFICATES,
                         ids=[profile for profile, _ in CERTIFICATES])
def test_says_what_is_wrong_with_the_certificate(serve, profile, says):
    server = serve("--set", f"tls.profile={profile}")
    done = probe(server)
    assert done.returncode == 1
    pem = s_client(server)
    dates = subprocess.run(
        ["openssl", "x509", "-noout", "-dates", "-dateopt", "iso_8601"],
        input=pem, capture_output=True, text=True, check=True).stdout
    begins, ends = re.findall(r"=(\S+) (\S+)", dates)
    date = "T".join(ends if profile == "expired" else begins)
    assert re.fullmatch("The sign-in failed at discovery: lyncweb.contoso.test: "
                        + says.format(date), sentence(done)), sentence(done)
    assert probe(server, "--insecure").returncode == 0


def test_trusts_the_very_certificate(serve, tmp_path):
    server = serve("--set", "tls.profile=self-signed")
    trusted = tmp_path / "trusted.pem"
    trusted.write_text("".join(
        s_client(server, name=name)
        for name in ("lyncdiscoverinternal", "lyncweb")))
    done = probe(server, "--ca", trusted)
    assert done.returncode == 0, done.stdout


def test_ca_file_is_none(server, tmp_path):
    done = probe(server, "--ca", tmp_path / "none.pem")
    assert done.returncode == 1
    assert "none.pem" in sentence(done)


def test_environment_does_not_disturb(server, tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}"
    env = {"https_proxy": nobody, "http_proxy": nobody, "all_proxy": nobody,
           "HTTPS_PROXY": nobody, "no_proxy": "nothing",
           "SSL_CERT_FILE": "/nonexistent", "SSL_CERT_DIR": "/nonexistent",
           "CURL_CA_BUNDLE": "/nonexistent", "OPENSSL_CONF": "/nonexistent"}
    assert probe(server, env=env).returncode == 0
    done = probe(server, "--proxy", nobody)
    assert done.returncode == 3


def forward(source, sink):
    with contextlib.suppress(OSError):  # either end may have left
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def tunnel(client):
    """Plays a proxy that knows CONNECT alone."""
    with client, client.makefile("rb") as lines:
        method, where, _ = lines.readline().split()
        while lines.readline().strip():
            pass
        if method != b"CONNECT":
            return
        host, port = where.decode().rsplit(":", 1)
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=forward, args=(server, client))
            back.start()
            forward(client, server)
            back.join()


@pytest.fixture
def proxy():
    listening = socket.create_server(("127.0.0.1", 0))

    def accept():
        try:
            while True:
                client, _ = listening.accept()
                threading.Thread(target=tunnel, args=(client,),
                                 daemon=True).start()
        except OSError:
            pass  # the test is over

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


def test_answers_of_a_proxy_are_no_legs(serve, proxy, tmp_path):
    """The ticket is asked for in a tunnel of its own."""
    scenario = tmp_path / "close.yaml"
    scenario.write_text(
        "lyncmock: 1\n"
        "world: {offer: {windows: [Negotiate]}}\n"
        "steps:\n"
        "  - at: mex.get\n"
        "    do: {headers: {Connection: close}}\n")
    done = probe(serve(scenario), "--proxy", proxy, "--as",
                 "pc-external-ntlm")
    assert done.returncode == 1
    assert "has NTLM, and the server offers Negotiate" in sentence(done)


def test_nobody_there(tmp_path):
    given = {"LYNC_PASSWORD": "x"}
    done = run_cli(tmp_path, "probe", "alice@contoso.test", "--connect",
                   f"127.0.0.1:{free_port()}:{free_port()}", env=given)
    assert done.returncode == 3
    assert sentence(done).startswith("The sign-in failed at discovery: ")
    assert "SRV" in done.stdout
    # A label this long is no name: no resolver is asked.
    done = run_cli(tmp_path, "probe", "alice@contoso.test", "--connect",
                   "x" * 70 + ":443", "--as", "ntlm", env=given)
    assert done.returncode == 3
    assert "SRV" not in done.stdout


def test_silence(tmp_path):
    with taken_port() as silent:
        done = run_cli(tmp_path, "probe", "alice@contoso.test", "--timeout",
                       "1s", "--connect",
                       f"127.0.0.1:{silent.getsockname()[1]}",
                       env={"LYNC_PASSWORD": "x"})
    assert done.returncode == 4
    assert "timed out" in sentence(done).lower()


def test_dead_server(server):
    server.stop(signal.SIGKILL)
    server.expected_exit = -signal.SIGKILL
    assert server.ports_file.exists()
    done = probe(server, "--timeout", "100ms")
    assert done.returncode == 3
    assert f"pid {server.process.pid}) is gone" in done.stderr


def await_ports_file(file, *args):
    """Starts a probe; returns once it has looked into the file and found
    half a one, that is gone when it looks again."""
    file.parent.mkdir(exist_ok=True)
    os.mkfifo(file)
    process = subprocess.Popen(
        [BINARY, "probe", "--ports-file", file, "--user", ALICE, *args],
        env=clean_environment(file.parent, {"LYNC_PASSWORD": PASSWORD}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    writer = os.open(file, os.O_WRONLY)  # waits for the reader
    file.unlink()
    os.write(writer, b'{"pid": 1, ')
    os.close(writer)
    return process


def test_waits_for_the_server(serve, tmp_path):
    process = await_ports_file(tmp_path / "server-1" / "ports.json")
    serve()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    assert "alice@contoso.test signed in" in out


def test_waits_past_a_file_that_is_left(serve, tmp_path):
    """What a killed server left behind is no server yet."""
    gone = serve()
    gone.stop(signal.SIGKILL)
    gone.expected_exit = -signal.SIGKILL
    file = tmp_path / "server-2" / "ports.json"
    process = await_ports_file(file)
    shutil.copy(gone.ports_file, file)
    serve()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err


@pytest.mark.parametrize("text, why", [
    (None, "No such file"), ("{}", "it lacks pid, https or domain"),
    ('{"pid": 1', "near end of file")])
def test_waits_no_longer_than_asked(tmp_path, text, why):
    file = tmp_path / "ports.json"
    if text is not None:
        file.write_text(text)
    done = run_cli(tmp_path, "probe", "--ports-file", file, "--user", ALICE,
                   "--timeout", "100ms", env={"LYNC_PASSWORD": "x"})
    assert done.returncode == 3
    assert (f"no server has written {file} within 0.1 s: is it running with "
            f"--ports-file {file}? (") in done.stderr
    assert why in done.stderr


def test_mistakes_are_told_without_waiting(tmp_path):
    done = run_cli(tmp_path, "probe", "--ports-file", tmp_path / "none",
                   "--user", ALICE, "--timeout", "1d")
    assert done.returncode == 2
    assert "no password" in done.stderr


USAGE = [
    ([], "who shall sign in?"),
    (["--as", "pc-external"], "did you mean pc-external-ntlm?"),
    (["--pasword=hush"], "did you mean --password?"),
    (["alice@contoso.test"], "no password"),
    (["a@b.test", "c@d.test"], "one SIP address at most"),
    (["ftp://contoso.test/", "a@b.test"], "no URL of https or http"),
    (["a@b.test", "--connect", "127.0.0.1"], "expected HOST:HTTPS-PORT"),
    (["a@b.test", "--connect", "127.0.0.1:0"], "expected HOST:HTTPS-PORT"),
    (["a@b.test", "--timeout", "soon"], "--timeout"),
    (["a@b.test", "--as", "web-app-guest"], "--meeting and --key"),
    (["a@b.test", "--insecure", "--ca", "x"], "one of them"),
    (["a@b_c.test!", "--password", "x"], "SIP domain"),
    (["alice", "--password", "x"],
     '"alice" is taken as a domain here; a SIP address has an @'),
    (["--json=yes"], "takes no value"),
    (["--user"], "wants a value"),
]


@pytest.mark.parametrize("args, text", USAGE)
def test_usage(tmp_path, args, text):
    done = run_cli(tmp_path, "probe", *args)
    assert done.returncode == 2
    assert text in done.stderr and "hush" not in done.stderr
    assert done.stdout == ""


def test_program_is_missing(tmp_path):
    lonely = shutil.copy(BINARY, tmp_path / "lyncmock")
    done = subprocess.run([lonely, "probe"], capture_output=True, text=True,
                          env=clean_environment(tmp_path), timeout=PATIENCE)
    if os.path.exists("/usr/local/libexec/lyncmock/lyncmock-probe"):
        pytest.skip("a probe is installed on this machine")
    assert done.returncode == 3
    assert "cannot start the probe" in done.stderr
    assert str(tmp_path / "lyncmock-probe") in done.stderr


def test_installed_tree(tmp_path):
    """As `make install` lays it out, wherever that was moved to."""
    for folder, name in (("bin", "lyncmock"),
                         ("libexec/lyncmock", "lyncmock-probe")):
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(pathlib.Path(BINARY).parent / name, tmp_path / folder)
    done = subprocess.run(
        [tmp_path / "bin/lyncmock", "probe", "--help"], capture_output=True,
        text=True, env=clean_environment(tmp_path), timeout=PATIENCE)
    assert done.returncode == 0
    assert "usage: lyncmock probe" in done.stdout
