"""`lyncmock run`: a client is started, judged, and nothing of it stays."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from harness import (BINARY, PASSWORD, PATIENCE, SANITIZER, clean_environment,
                     run_cli, taken_port)

GOOD = "good/pc-external-ntlm"
# All that a client needs to know stands in its environment.
SIGN_IN = 'curl -sf --ntlm -u "$LYNC_ACCOUNT:$LYNC_PASSWORD" ' \
    '${LYNC_WEB_URL}auth/ntlm >/dev/null'
ASK = "curl -s $LYNC_DISCOVER_URL >/dev/null"


def start(home, *args, env=None, **how):
    """args: options and scenarios, "--", the client."""
    home.mkdir(exist_ok=True)
    return subprocess.Popen(
        [BINARY, "run", *map(str, args)], text=True,
        env=clean_environment(home, {"TMPDIR": str(home), **(env or {})}),
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
           "stderr": subprocess.PIPE, **how})


def end(process, stdin=None):
    """Code and output; nothing of the run is left behind."""
    try:
        out, err = process.communicate(stdin, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert not SANITIZER.search(err), err
    return subprocess.CompletedProcess(process.args, process.returncode,
                                       out, err)


@pytest.fixture
def run(tmp_path):
    home = tmp_path / "home"
    yield lambda *args, stdin=None, **how: end(start(
        home, *args, **({"stdin": subprocess.PIPE} if stdin else {}), **how),
        stdin)
    left = [path.name for path in home.glob("lyncmock-*")]
    assert not left, "the run's folder stays behind"


def shell(script):
    return ("--", "sh", "-c", script)


def scenario(folder, expect):
    path = folder / "expects.yaml"
    path.write_text(f"lyncmock: 1\nname: expects\nextends: {GOOD}\n"
                    f"expect:\n  - {expect}\n")
    return path


def is_alive(pid):
    """A zombie has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


# --- exit codes -------------------------------------------------------------

def test_pass(run, tmp_path):
    done = run(scenario(tmp_path, "{at: ntlm.verdict, times: 1}"),
               *shell(SIGN_IN))
    assert done.returncode == 0, done.stderr


def test_the_command_of_the_manual(run):
    done = run(GOOD, "--", "curl", "-s", "--ntlm", "-u",
               rf"CONTOSO\alice:{PASSWORD}",
               "https://lyncweb.contoso.test/auth/ntlm")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["user"] == "alice"


def test_kerberos_at_once(run):
    done = run("good/pc-internal-kerberos", "--", "curl", "-s",
               "--negotiate", "-u", ":",
               "https://lyncweb.contoso.test/auth/negotiate")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mechanism"] == "negotiate+krb5"


def test_expectation_failed(run, tmp_path):
    done = run(scenario(tmp_path, "{at: ntlm.verdict, times: 2}"),
               *shell(SIGN_IN))
    assert done.returncode == 1
    assert "expects.yaml:5" in done.stderr and "saw 1" in done.stderr


NO_HOST = r"""
import os, socket
peer = socket.create_connection(("127.0.0.1", int(os.environ["LYNC_HTTP_PORT"])))
peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
assert b" 400 " in peer.recv(1000)
"""


def test_must_broken(run):
    done = run(GOOD, "--", sys.executable, "-c", NO_HOST)
    assert done.returncode == 1, done.stderr
    assert "HT-002" in done.stderr


def test_must_is_no_failure_where_the_scenario_says_so(run, tmp_path):
    path = tmp_path / "lenient.yaml"
    path.write_text(f"lyncmock: 1\nname: lenient\nextends: {GOOD}\n"
                    "fail-on: [unexpected]\n")
    done = run(path, "--", sys.executable, "-c", NO_HOST)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, says", [
    ("lyncmock: 1\nsteps: 5\n", ":2:"),
    ("lyncmock: 1\nsteps:\n  - {at: mex.gett, do: {status: 500}}\n", "mex.get"),
])
def test_scenario_error(run, tmp_path, text, says):
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    done = run(path, *shell(f"touch {tmp_path}/started"))
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("args, says", [
    ((GOOD,), "a client is missing"),
    ((GOOD, "--"), "a client is missing"),
    (("--", "true"), "a scenario is missing"),
    ((GOOD, "--no-such", "--", "true"), "--no-such"),
    ((GOOD, "--watch", "--", "true"), "--watch"),
    ((GOOD, "--user", "alise", "--", "true"), "alice"),
    (("good/ios-ntml", "--", "true"), "good/ios-ntlm"),
    ((GOOD, "--jobs", "0", "--", "true"), "--jobs"),
    ((GOOD, "--https-port", "x", "--", "true"), "--https-port"),
    ((GOOD, "--json", "/no/such/folder/f", "--", "true"), "--json"),
])
def test_usage_error(run, args, says):
    done = run(*args)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("name, says", [
    ("no-such-client", 'no client "no-such-client" in PATH'),
    ("/no/such/client", "No such file"),
    ("/etc/passwd", "Permission denied"),
    ("/etc", "Is a directory"),
])
def test_client_not_found(run, tmp_path, name, says):
    journal = tmp_path / "journal"
    done = run(GOOD, "--journal", journal, "--", name)
    assert done.returncode == 2
    assert says in done.stderr
    assert not journal.exists(), "the server was started"


def test_client_that_is_no_program(run, tmp_path):
    """The kernel finds out as it is started: so could not start."""
    path = tmp_path / "client"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)
    done = run(GOOD, "--", path)
    assert done.returncode == 3
    assert str(path) in done.stderr


def test_script_without_a_first_line(run, tmp_path):
    path = tmp_path / "client"
    path.write_text(f"{ASK}\necho $1 $2\n")
    path.chmod(0o755)
    done = run(GOOD, "--", path, "one", "two")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "one two\n"


@pytest.mark.parametrize("option", ["--https-port", "--http-port",
                                    "--proxy-port", "--admin-port"])
def test_port_taken(run, tmp_path, option):
    with taken_port() as taken:
        port = taken.getsockname()[1]
        done = run(GOOD, option, port, *shell(f"touch {tmp_path}/started"))
    assert done.returncode == 3, done.stderr
    assert str(port) in done.stderr
    assert not (tmp_path / "started").exists()


def test_time_limit(run):
    done = run(GOOD, "--timeout", "300ms", *shell(f"{ASK}; exec sleep 60"))
    assert done.returncode == 4
    assert "--timeout" in done.stderr


def test_time_limit_is_worse_than_a_failure(run, tmp_path):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    done = run(path, "--timeout", "300ms", *shell(f"{ASK}; exec sleep 60"))
    assert done.returncode == 4
    assert "saw 0" in " ".join(done.stderr.split()), "wrapped, as it may be"


def test_time_limit_that_the_client_obeys_with_success(run):
    done = run(GOOD, "--timeout", "500ms",
               *shell(f"trap 'exit 0' TERM; {ASK}; sleep 60 & wait"))
    assert done.returncode == 4


def test_client_that_ignores_term(run, tmp_path):
    pid = tmp_path / "pid"
    # A shell, as it ignores the signal long before the time is up.
    done = run(GOOD, "--timeout", "1s", *shell(
        f"trap '' TERM; echo $$ >{pid}; exec sleep 60"))
    assert done.returncode == 4
    assert not is_alive(pid.read_text())


def test_client_failed_alone(run):
    done = run(GOOD, *shell(f"{SIGN_IN}; exit 3"))
    assert done.returncode == 5
    assert "the client ended with 3" in done.stderr


def test_client_killed(run):
    done = run(GOOD, *shell(f"{SIGN_IN}; kill -KILL $$"))
    assert done.returncode == 5
    assert "Killed" in done.stderr


def test_client_failed_and_so_did_the_run(run, tmp_path):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    done = run(path, *shell(f"{SIGN_IN}; exit 3"))
    assert done.returncode == 1
    assert "saw 1" in done.stderr


@pytest.mark.parametrize("script", ["true", "exit 3"])
def test_client_that_never_came(run, script):
    done = run(GOOD, *shell(script))
    assert done.returncode == 1
    assert "none reached the server" in done.stderr


def test_client_that_never_came_where_all_is_forgiven(run, tmp_path):
    path = tmp_path / "lenient.yaml"
    path.write_text(f"lyncmock: 1\nname: lenient\nextends: {GOOD}\n"
                    "fail-on: [unexpected]\n")
    assert run(path, "--", "true").returncode == 1


def test_client_that_cannot_come(run):
    """Both ports refuse; who does not get in has done nothing wrong."""
    done = run(GOOD, "--set", "tcp.http=refused", "--set",
               "tcp.https=refused", "--proxy-port", "none", "--", "true")
    assert done.returncode == 0, done.stderr


def test_handshake_alone_is_a_client_that_came(run):
    done = run(GOOD, *shell(
        "openssl s_client -connect 127.0.0.1:$LYNC_HTTPS_PORT -servername "
        "lyncweb.contoso.test -CAfile $LYNC_CA_FILE </dev/null >/dev/null "
        "2>&1"))
    assert done.returncode == 0, done.stderr


def test_without_krb5kdc(run):
    done = run("good/pc-internal-kerberos", "--krb5kdc", "none", "--", "true")
    assert done.returncode == 77
    assert "krb5kdc" in done.stderr


def test_without_krb5kdc_where_nobody_needs_it(run):
    """The client's cache is a comfort, no wish."""
    done = run(GOOD, "--krb5kdc", "none", "--set", "offer.kerberos=auto",
               *shell(SIGN_IN))
    assert done.returncode == 0, done.stderr


# --- signals ----------------------------------------------------------------

def started(process, path):
    """Once the client has written its pid there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        select.select([], [], [], 0.01)
    raise AssertionError(end(process).stderr)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times, code", [(1, 0), (2, 1)])
def test_signal_ends_the_client_and_the_verdict_counts(
        tmp_path, how, times, code):
    path = scenario(tmp_path, f"{{at: ntlm.verdict, times: {times}}}")
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", path, *shell(
        f"{SIGN_IN}; echo $$ >{pid}; exec sleep 60"))
    client = started(process, pid)
    process.send_signal(how)
    done = end(process)
    assert done.returncode == code, done.stderr
    assert not is_alive(client)


def test_the_client_hears_the_same_signal(tmp_path):
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, *shell(
        f"trap 'echo interrupted; exit 0' INT; {ASK}; echo $$ >{pid}; "
        "sleep 60 & wait"))
    started(process, pid)
    process.send_signal(signal.SIGINT)
    done = end(process)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "interrupted\n"


def test_second_signal_is_the_last(tmp_path):
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, "--log-level", "info", *shell(
        f"trap '' INT TERM; {ASK}; echo $$ >{pid}; "
        "while :; do sleep 60; done"))
    client = started(process, pid)
    process.send_signal(signal.SIGINT)
    while "ending the client" not in process.stderr.readline():
        assert process.poll() is None
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert any("does not end: KILL" in line for line in process.stderr)
    assert time.monotonic() - begun < 2.5, "the time of grace was waited for"
    assert end(process).returncode == 0
    assert not is_alive(client)


def test_killed_server_takes_its_client_along(tmp_path):
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, *shell(
        f"{ASK}; echo $$ >{pid}; exec sleep 60"))
    client = started(process, pid)
    process.kill()
    end(process)
    until = time.monotonic() + PATIENCE
    while is_alive(client):
        assert time.monotonic() < until
        select.select([], [], [], 0.01)


# --- what a client leaves behind -----------------------------------------------

@pytest.mark.parametrize("leave", [
    "sleep 60 &", "setsid sleep 60 &", "(setsid sleep 60 & )",
    "(trap '' TERM; sleep 60) &",
], ids=["group", "session", "orphan", "stubborn"])
def test_child_in_the_background(run, tmp_path, leave):
    """It does not keep the run, and the run does not leave it."""
    pids = tmp_path / "pids"
    done = run(GOOD, *shell(
        f"{SIGN_IN}\n{leave}\n"
        "sleep 0.2; cat /proc/[0-9]*/environ 2>/dev/null | true\n"
        f"pgrep -f '^sleep 60$' >{pids}; true"))
    assert done.returncode == 0, done.stderr
    mine = [pid for pid in pids.read_text().split() if is_alive(pid) and
            os.stat(f"/proc/{pid}").st_uid == os.getuid() and
            str(tmp_path).encode() in
            pathlib.Path(f"/proc/{pid}/environ").read_bytes()]
    assert not mine


# --- what the client gets --------------------------------------------------------

def environment(run, *args, env=None):
    done = run(*args, *shell(f"{ASK}; env -0"), env=env)
    assert done.returncode == 0, done.stderr
    return dict(entry.split("=", 1)
                for entry in done.stdout.split("\0") if entry)


def test_environment(run):
    env = environment(run, GOOD, "--seed", "7")
    for name in ("HTTPS", "HTTP", "ADMIN", "PROXY"):
        assert int(env[f"LYNC_{name}_PORT"]) > 0
    proxy = f"http://127.0.0.1:{env['LYNC_PROXY_PORT']}"
    ca_file = env["LYNC_CA_FILE"]
    expected = {
        "LYNC_DOMAIN": "contoso.test", "LYNC_USER": "alice",
        "LYNC_SIP_URI": "sip:alice@contoso.test",
        "LYNC_ACCOUNT": r"CONTOSO\alice", "LYNC_PASSWORD": PASSWORD,
        "LYNC_SCENARIO": GOOD, "LYNC_SEED": "7",
        "LYNC_ADMIN_URL": f"http://127.0.0.1:{env['LYNC_ADMIN_PORT']}",
        "LYNC_DISCOVER_URL": "https://lyncdiscover.contoso.test/",
        "LYNC_DISCOVER_INTERNAL_URL":
            "https://lyncdiscoverinternal.contoso.test/",
        "LYNC_WEB_URL": "https://lyncweb.contoso.test/",
        "LYNC_WEBTICKET_URL":
            "https://lyncweb.contoso.test/WebTicket/WebTicketService.svc",
        "LYNC_MEX_URL":
            "https://lyncweb.contoso.test/WebTicket/WebTicketService.svc/mex",
        "SSL_CERT_FILE": ca_file, "CURL_CA_BUNDLE": ca_file,
        "REQUESTS_CA_BUNDLE": ca_file, "NODE_EXTRA_CA_CERTS": ca_file,
        "http_proxy": proxy, "https_proxy": proxy,
        "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy,
        "no_proxy": "localhost,127.0.0.1,::1",
        "NO_PROXY": "localhost,127.0.0.1,::1",
    }
    assert expected.items() <= env.items()
    assert not os.path.exists(ca_file)
    assert len(env["LYNC_ADMIN_TOKEN"]) > 30
    assert "SSLKEYLOGFILE" not in env and "LYNC_VARIANT" not in env


def test_environment_of_kerberos(run):
    env = environment(run, "good/pc-internal-kerberos")
    folder = os.path.dirname(env["LYNC_CA_FILE"])
    assert env["KRB5_CONFIG"] == f"{folder}/krb5.conf"
    assert env["KRB5CCNAME"] == f"FILE:{folder}/krb5cc"
    assert int(env["LYNC_KDC_PORT"]) > 0
    assert env["LYNC_WEB_URL"] == "https://lyncint.contoso.test/"


def test_no_kerberos_but_the_world_s(run):
    env = environment(run, GOOD, "--set", "offer.kerberos=no", env={
        "KRB5_CONFIG": "/etc/krb5.conf", "KRB5CCNAME": "FILE:/tmp/own"})
    assert env["KRB5_CONFIG"] == "/dev/null"
    assert env["KRB5CCNAME"].startswith("FILE:")
    assert env["KRB5CCNAME"] != "FILE:/tmp/own"
    assert "LYNC_KDC_PORT" not in env


def test_ports_file(run):
    done = run(GOOD, *shell(f"{ASK}; cat $LYNC_PORTS_FILE; "
                            "stat -c %a $LYNC_PORTS_FILE; env"))
    ports, mode, rest = done.stdout.split("\n", 2)
    env = dict(line.split("=", 1) for line in rest.splitlines() if "=" in line)
    ports = json.loads(ports)
    assert mode == "600"
    assert ports["https"] == int(env["LYNC_HTTPS_PORT"])
    assert ports["proxy"] == int(env["LYNC_PROXY_PORT"])
    assert ports["admin_token"] == env["LYNC_ADMIN_TOKEN"]


def test_ports_file_where_it_is_wanted(run, tmp_path):
    env = environment(run, GOOD, "--ports-file", "p.json", "--ca-dir", "ca",
                      env={"PWD": str(tmp_path)})
    assert env["LYNC_PORTS_FILE"] == os.path.realpath("p.json")
    assert env["LYNC_CA_FILE"] == os.path.realpath("ca/ca.pem")
    assert not os.path.exists("p.json")


@pytest.fixture(autouse=True)
def stand_elsewhere(tmp_path, monkeypatch):
    """Whatever a test writes without a folder is its own."""
    monkeypatch.chdir(tmp_path)


def test_keylog(run, tmp_path):
    env = environment(run, GOOD, "--keylog", "keys.log")
    assert env["SSLKEYLOGFILE"] == str(tmp_path / "keys.log")
    assert "CLIENT_HANDSHAKE" in (tmp_path / "keys.log").read_text()


def test_user(run):
    env = environment(run, GOOD, "--user", "bob")
    assert env["LYNC_USER"] == "bob"
    assert env["LYNC_ACCOUNT"] == r"CONTOSO\bob"


@pytest.mark.parametrize("scenario_, state", [
    ("failures/account-locked", "locked"),
    ("failures/password-expired", "expired")])
def test_user_of_a_scenario_about_its_account(run, scenario_, state):
    """Who cannot sign in is whom it is about."""
    env = environment_of_failure(run, scenario_)
    assert env["LYNC_USER"] == "alice", state


def environment_of_failure(run, name):
    done = run(name, *shell(f"{ASK}; env -0"))
    return dict(entry.split("=", 1)
                for entry in done.stdout.split("\0") if entry)


def test_nothing_of_ours_reaches_the_client(run):
    env = environment(run, GOOD, env={
        "LYNCMOCK_SEED": "99", "LYNCMOCK_LOG_LEVEL": "error",
        "LYNC_KDC_PORT": "1", "LYNC_VARIANT": "outer",
        "all_proxy": "http://outer:1", "KEPT": "as it is"})
    assert not [name for name in env if name.startswith("LYNCMOCK_")]
    assert env["LYNC_SEED"] == "99"
    assert env["KEPT"] == "as it is"
    assert "all_proxy" not in env and "LYNC_VARIANT" not in env


def test_variables_of_options(run):
    done = run(GOOD, *shell("sleep 60"),
               env={"LYNCMOCK_TIMEOUT": "200ms", "LYNCMOCK_USER": "bob"})
    assert done.returncode == 4
    done = run(GOOD, "--", "true", env={"LYNCMOCK_JOBS": "many"})
    assert done.returncode == 2
    assert "LYNCMOCK_JOBS" in done.stderr


def test_standard_streams_are_the_client_s(run):
    done = run(GOOD, *shell(f"{ASK}; cat; echo oops >&2"), stdin="words\n")
    assert done.returncode == 0
    assert done.stdout == "words\n", "nothing of ours on stdout"
    assert "oops\n" in done.stderr


def test_a_run_that_passed_is_quiet(run):
    done = run(GOOD, *shell(SIGN_IN))
    assert done.stdout == ""
    assert "warning" not in done.stderr


def test_descriptors_and_signals_are_as_they_were(run):
    script = "ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status"
    done = run(GOOD, *shell(f"{ASK}; {script}"))
    plain = subprocess.run(["sh", "-c", script], capture_output=True,
                           text=True, stdin=subprocess.DEVNULL, check=True,
                           restore_signals=True)
    assert done.stdout == plain.stdout


# --- the terminal ----------------------------------------------------------------

class Terminal:
    """lyncmock run as the foreground job of a terminal of its own."""

    def __init__(self, home, *args):
        home.mkdir(exist_ok=True)
        self.text = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(BINARY, [BINARY, "run", *map(str, args)],
                      clean_environment(home, {"TMPDIR": str(home)}))

    def read_until(self, words):
        until = time.monotonic() + PATIENCE
        while words not in self.text:
            assert select.select([self.fd], [], [],
                                 max(0, until - time.monotonic()))[0], self.text
            try:
                self.text += os.read(self.fd, 4096)
            except OSError:
                raise AssertionError(self.text) from None

    def type(self, text):
        os.write(self.fd, text)

    def wait(self):
        """What it still says is taken: a full terminal would hold it."""
        until = time.monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            if select.select([self.fd], [], [], 0.01)[0]:
                try:
                    self.text += os.read(self.fd, 4096)
                except OSError:
                    pass


def test_client_reads_from_the_terminal(tmp_path):
    terminal = Terminal(tmp_path / "home", GOOD, *shell(
        f"{ASK}; read line; echo got-$line; stty -a </dev/tty >/dev/null"))
    terminal.type(b"words\n")
    terminal.read_until(b"got-words")
    assert terminal.wait() == 0


def test_ctrl_c(tmp_path):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    for scenario_, code in ((GOOD, 0), (path, 1)):
        terminal = Terminal(tmp_path / "home", scenario_, *shell(
            f"{SIGN_IN}; echo rea''dy; exec sleep 60"))
        terminal.read_until(b"ready")
        terminal.type(b"\x03")
        assert terminal.wait() == code


def test_ctrl_z(tmp_path):
    terminal = Terminal(tmp_path / "home", GOOD, *shell(
        f"{ASK}; echo rea''dy; read line; echo got-$line"))
    terminal.read_until(b"ready")
    terminal.type(b"\x1a")
    _, status = os.waitpid(terminal.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "a shell would see its job stand still"
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.type(b"words\n")
    terminal.read_until(b"got-words")
    assert terminal.wait() == 0


# --- --until ---------------------------------------------------------------------

@pytest.mark.parametrize("workers", [1, 3])
def test_until(run, tmp_path, workers):
    """The answer at the point still goes out, and counts."""
    path = scenario(tmp_path, "{at: discover.root, answered: 200, times: 1}")
    begun = time.monotonic()
    done = run(path, "--until", "discover.root", "--workers", workers,
               *shell(f"{ASK}; exec sleep 60"))
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 20


def test_until_a_point_that_does_not_answer(run, tmp_path):
    path = tmp_path / "stalls.yaml"
    path.write_text(f"lyncmock: 1\nname: stalls\nextends: {GOOD}\nsteps:\n"
                    "  - {at: discover.root, do: {delay: 1m}}\n")
    begun = time.monotonic()
    done = run(path, "--until", "discover.root", *shell(ASK))
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 20


def test_until_is_no_excuse(run, tmp_path):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 1}")
    done = run(path, "--until", "discover.root",
               *shell(f"{ASK}; exec sleep 60"))
    assert done.returncode == 1


def test_until_what_never_comes(run):
    done = run(GOOD, "--until", "webticket.issue", *shell(f"{ASK}; exit 3"))
    assert done.returncode == 5


def test_until_no_point(run):
    done = run(GOOD, "--until", "webticket.isue", "--", "true")
    assert done.returncode == 2
    assert "--until" in done.stderr and "webticket.issue" in done.stderr


# --- several runs -----------------------------------------------------------------

def headings(done):
    return re.findall(r"^== (.*?): (\w+)\b.* \(\d+\.\d s\)$", done.stdout, re.M)


@pytest.mark.parametrize("jobs", [1, 3])
def test_several(run, tmp_path, jobs):
    path = scenario(tmp_path, "{at: ntlm.verdict, times: 2}")
    report = tmp_path / "report.json"
    done = run(GOOD, path, "good/web-app-soap", "--jobs", jobs,
               "--json", report, *shell(
                   f"echo begin $LYNC_SCENARIO; {SIGN_IN}; cat; echo end >&2"))
    assert done.returncode == 1, done.stderr
    assert sorted(headings(done)) == sorted([
        (GOOD, "passed"), ("good/web-app-soap", "passed"),
        (str(path), "failed")])
    assert "ntlm.verdict 2 times, saw 1" in " ".join(done.stderr.split())
    for name in (GOOD, path, "good/web-app-soap"):
        assert f"begin {name}\nend\n" in done.stdout.replace(
            "verdict: ", "") or f"begin {name}\nend\nlyncmock: " in done.stdout
    written = json.loads(report.read_text())
    assert written["exit_code"] == 1
    assert [(item["scenario"], item["exit_code"])
            for item in written["runs"]] == [
        (GOOD, 0), (str(path), 1), ("good/web-app-soap", 0)]
    assert written["runs"][0]["client"]["output"] == f"begin {GOOD}\nend\n"
    assert written["runs"][1]["expectations"][0]["why"] == "saw 1"


def test_pattern(run):
    done = run("good/android-*", "oauth-password*", "--jobs", 2, *shell(ASK))
    assert done.returncode == 0, done.stderr
    assert sorted(name for name, _ in headings(done)) == [
        "good/android-ntlm", "good/android-soap", "good/oauth-password"]


def test_pattern_that_fits_nothing(run):
    done = run("good/no-such-*", "--", "true")
    assert done.returncode == 2
    assert "good/no-such-*" in done.stderr


def test_matrix(run, tmp_path):
    report = tmp_path / "report.json"
    done = run(GOOD, "--matrix", "ticket.format=saml,cwt",
               "--matrix", "tls.max=1.2,1.3", "--json", report, *shell(
                   "curl -sv $LYNC_DISCOVER_URL 2>&1 >/dev/null | "
                   "grep -o 'SSL connection using TLSv1..'; "
                   "echo $LYNC_VARIANT"))
    assert done.returncode == 0, done.stdout + done.stderr
    runs = json.loads(report.read_text())["runs"]
    expected = [f"ticket.format={ticket} tls.max={tls}"
                for ticket in ("saml", "cwt") for tls in ("1.2", "1.3")]
    assert [item["variant"] for item in runs] == expected
    for item, variant in zip(runs, expected):
        assert item["client"]["output"] == (
            f"SSL connection using TLSv{variant[-3:]}\n{variant}\n")


def test_matrix_of_one(run):
    done = run(GOOD, "--matrix", "ticket.format=cwt",
               *shell(f"{ASK}; echo $LYNC_VARIANT"))
    assert done.returncode == 0
    assert done.stdout == "ticket.format=cwt\n", "one run needs no heading"


@pytest.mark.parametrize("matrix, says", [
    ("ticket.format", "NAME=VALUE"), ("ticket.format=", "NAME=VALUE"),
    ("ticket.format=saml,smal", "saml"), ("ticket.fromat=cwt", "ticket.format"),
    ("ticket.format=saml,", "empty"),
])
def test_matrix_that_is_none(run, tmp_path, matrix, says):
    done = run(GOOD, "--matrix", matrix, *shell(f"touch {tmp_path}/started"))
    assert done.returncode == 2
    assert "--matrix" in done.stderr and says in done.stderr
    assert not (tmp_path / "started").exists()


def test_one_wrong_scenario_starts_none(run, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("lyncmock: 1\nsteps: 5\n")
    done = run(GOOD, path, *shell(f"touch {tmp_path}/started"))
    assert done.returncode == 2
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("script, limit, code", [
    # 3, then 4, 1, 5, held; the server's port decides about the first.
    ('case $LYNC_SCENARIO in *soap) exit 1;; esac', "30s", 5),
    ('case $LYNC_SCENARIO in *soap) exit 1;; *ntlm) kill -STOP $$;; esac',
     "3s", 4),
])
def test_exit_codes_together(run, script, limit, code):
    done = run("good/android-ntlm", "good/android-soap", "good/web-app-guest",
               "--jobs", 3, "--timeout", limit, *shell(f"{ASK}; {script}"))
    assert done.returncode == code, done.stdout


def test_all_skipped(run):
    args = ("--krb5kdc", "none", *shell(ASK))
    done = run("good/pc-internal-kerberos", "good/pc-internal-kerberos", *args)
    assert done.returncode == 77
    done = run("good/pc-internal-kerberos", GOOD, *args)
    assert done.returncode == 0, "something was run, and held"
    assert ("good/pc-internal-kerberos", "skipped") in headings(done)


def test_files_of_each_run(run, tmp_path):
    done = run(GOOD, "good/web-app-soap", "--journal", "j.jsonl", *shell(ASK))
    assert done.returncode == 2
    assert "{}" in done.stderr
    done = run(GOOD, "good/web-app-soap", "--journal", "{}.jsonl", *shell(ASK))
    assert done.returncode == 0, done.stdout
    for name in ("good-pc-external-ntlm", "good-web-app-soap"):
        assert "discover.root" in (tmp_path / f"{name}.jsonl").read_text()


def test_one_port_for_several_at_a_time(run):
    with taken_port() as taken:
        port = taken.getsockname()[1]
    args = (GOOD, GOOD, "--https-port", port)
    assert run(*args, "--jobs", 2, *shell(ASK)).returncode == 2
    assert run(*args, *shell(ASK)).returncode == 0


def test_client_that_writes_a_lot(run):
    """More than pipes hold, and more than is kept."""
    done = run(GOOD, GOOD, *shell(
        f"{ASK}; head -c 20000000 /dev/zero | tr '\\0' x; echo; echo > "
        "/dev/stderr"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("x" * 1000000) >= 32
    assert len(re.findall(r"^\[\d+ bytes more\]$", done.stdout, re.M)) == 2


def test_signal_to_several(tmp_path):
    pid = tmp_path / "pid"
    process = start(tmp_path / "home", GOOD, GOOD, GOOD, "--jobs", 2, *shell(
        f"{ASK}; echo $$ >>{pid}; exec sleep 60"))
    until = time.monotonic() + PATIENCE
    while not pid.exists() or len(pid.read_text().split()) < 2:
        assert time.monotonic() < until and process.poll() is None
        select.select([], [], [], 0.01)
    process.send_signal(signal.SIGINT)
    done = end(process)
    assert done.returncode == 1, "one was not run"
    assert [line for _, line in headings(done)] == ["passed", "passed"]
    for client in pid.read_text().split():
        assert not is_alive(client)


# --- help -------------------------------------------------------------------------

def test_help(run):
    done = run("--help")
    assert done.returncode == 0
    for words in ("--matrix", "--jobs", "LYNC_HTTPS_PORT", "KRB5CCNAME",
                  "Exit codes"):
        assert words in done.stdout
    assert "--watch" not in done.stdout


@pytest.mark.parametrize("verb,level", [
    ("serve", "info"), ("run", "warning"), ("conformance", "warning")])
def test_help_tells_what_is_logged(tmp_path, verb, level):
    """`--log-level`, and that it begins there where it is not given."""
    help_ = run_cli(tmp_path, verb, "--help").stdout
    line, = re.findall(r"^  --log-level .*\((.*)\)$", help_, re.M)
    levels = {name: part.split(": ")[1] for part in line.split("; ")
              for name in part.split(": ")[0].split(" and ")}
    assert levels[verb] == level
    if verb == "run":
        shown = [run_cli(tmp_path, verb, GOOD, *more, *shell(ASK)).stderr
                 for more in ((), ("--log-level", "info"))]
        assert ["lyncmock: exchange" in text for text in shown] == [False, True]


def test_help_of_run_tells_codes_and_scenarios(run):
    words = " ".join(run("--help").stdout.split())
    assert words.startswith("usage: lyncmock run SCENARIO... [OPTION]... -- ")
    assert "1 an expectation or a rule of level MUST failed, the client was " \
        "not let in, or it never reached the server; 2 " in words


def test_help_of_the_client_is_the_client_s(run):
    done = run(GOOD, *shell(f"{ASK}; echo $0"), "--help")
    assert done.returncode == 0
    assert done.stdout == "--help\n"
