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
from signin import journal

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
    assert [record.rules for record in records if record.rules] == []
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
    assert [record.rules for record in records if record.rules] == []
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
    assert [record.rules for record in records if record.rules] == []
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


def test_offer_without_ntlm(serve):
    done = probe(serve("--set", "offer.windows=Negotiate"))
    assert done.returncode == 1
    assert "has NTLM, and the server offers Negotiate" in sentence(done)


def test_renews_an_expired_ticket_once(serve):
    """The server's tickets are expired as they come: one new one, no more."""
    server = serve("--set", "ticket.lifetime=1ms")
    done = probe(server)
    assert done.returncode == 1
    assert "expired" in sentence(done)
    assert "the ticket is expired as it comes" in done.stdout
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
    done = probe(serve(scenario), "--proxy", proxy)
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
    done = probe(server)
    assert done.returncode == 3
    assert f"pid {server.process.pid}) is gone" in done.stderr


USAGE = [
    ([], "who shall sign in?"),
    (["--as", "pc-external"], "did you mean pc-external-ntlm?"),
    (["--pasword=hush"], "did you mean --password?"),
    (["alice@contoso.test"], "no password"),
    (["a@b.test", "c@d.test"], "one SIP address at most"),
    (["ftp://contoso.test/", "a@b.test"], "no URL of https or http"),
    (["a@b.test", "--connect", "127.0.0.1"], "expected HOST:HTTPS-PORT"),
    (["a@b.test", "--connect", "127.0.0.1:0"], "expected HOST:HTTPS-PORT"),
    (["a@b.test", "--ports-file", "/nonexistent"], "/nonexistent"),
    (["a@b.test", "--timeout", "soon"], "--timeout"),
    (["a@b.test", "--as", "web-app-guest"], "--meeting and --key"),
    (["a@b.test", "--insecure", "--ca", "x"], "one of them"),
    (["a@b_c.test!", "--password", "x"], "SIP domain"),
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
