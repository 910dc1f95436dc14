"""Starting: every variable, what is wrong with a CA that is kept, a disk that
is full, and the exit code that each has."""

import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess

import pytest

from clients import Curl
from harness import (BINARY, PATIENCE, clean_environment, free_port, run_cli,
                     taken_port)
from raw import until
from signin import ask, sign_in


def refused(tmp_path, code, words, *args, env=None):
    done = run_cli(tmp_path, "serve", *args, env=env)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    for word in words:
        assert str(word) in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "error: " in done.stderr
    return done.stderr


# --- variables --------------------------------------------------------------

def test_every_option_is_a_variable(tmp_path):
    """The help lists them; a bad value shows that each is read."""
    help_text = run_cli(tmp_path, "serve", "--help").stdout
    options = re.findall(r"^  --([a-z0-9-]+)", help_text, re.M)
    assert len(options) > 10
    # Any text is a path; an empty one is none.
    paths = {"admin-socket", "ca-dir", "golden", "journal", "json", "junit",
             "keylog", "known-failures", "krb5kdc", "markdown", "ports-file",
             "tap", "text"}
    for option in options:
        variable = "LYNCMOCK_" + option.upper().replace("-", "_")
        refused(tmp_path, 2, [variable],
                env={variable: "" if option in paths else "what"})


def test_variables_have_the_options_effect(serve, tmp_path):
    ours, theirs = os.pipe()
    port = free_port()
    server = serve(
        pass_fds=(theirs,), env={
            "LYNCMOCK_LISTEN": "127.0.0.1",
            "LYNCMOCK_HTTP_PORT": str(port),
            "LYNCMOCK_CA_DIR": str(tmp_path / "ca"),
            "LYNCMOCK_KEYLOG": str(tmp_path / "keys"),
            "LYNCMOCK_SEED": "12",
            "LYNCMOCK_READY_FD": str(theirs),
            "LYNCMOCK_LOG_FORMAT": "json",
            "LYNCMOCK_LOG_SECRETS": "yes",
            "LYNCMOCK_SET": "location=internal\nticket.lifetime=90s",
        })
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        assert pipe.read() == server.ready_line
    assert server.http == port
    assert server.ready["seed"] == "12"
    assert server.ca_file == str(tmp_path / "ca" / "ca.pem")
    reply = server.curl(server.url("lyncdiscover"))
    assert '"AccessLocation":"Internal"' in reply.text
    assert "CLIENT_TRAFFIC_SECRET_0" in (tmp_path / "keys").read_text()
    assert ask(Curl(server, "--ntlm"), server).status == 200
    server.stop()
    for line in server.messages().splitlines():
        json.loads(line)
    assert "TlRMTVNTUAAD" in server.journal.read_text()


@pytest.mark.parametrize("variable,words", [
    ("LYNCMOCK_HTTPS_PRT", "; the nearest is LYNCMOCK_HTTPS_PORT\n"),
    ("LYNCMOCK_HTTPS-PORT", "; the nearest is LYNCMOCK_HTTPS_PORT\n"),
    ("LYNCMOCK_Q", "; lyncmock serve --help lists what is read\n"),
])
def test_a_variable_that_nobody_reads(serve, variable, words):
    server = serve(env={variable: "1"})
    server.stop()
    assert f"nothing reads the variable {variable}; " in server.messages()
    assert words in server.messages()


@pytest.mark.parametrize("verb,what", [
    ("run", "good/pc-external-ntlm"), ("conformance", "no-such-plan")])
def test_a_variable_that_nobody_reads_where_a_client_is_started(
        tmp_path, verb, what):
    done = run_cli(tmp_path, verb, what, "--", "true",
                   env={"LYNCMOCK_TIMOUT": "3s"})
    assert ("nothing reads the variable LYNCMOCK_TIMOUT; the nearest is "
            "LYNCMOCK_TIMEOUT\n") in done.stderr


def test_variables_that_are_read_are_no_news(serve):
    server = serve(env={"LYNCMOCK_SEED": "1", "LYNCMOCKERY": "1"})
    server.stop()
    assert "variable" not in server.messages()


def test_a_user_with_a_slip(serve):
    warning = "alise is a new user; did you mean alice?"
    server = serve("--set", "user.alise.state=locked")
    server.stop()
    assert warning in server.messages()
    for settings in (["user.alise.state=locked", "user.alise.password=x"],
                     ["user.alice.state=locked"], ["user.alice2.state=good"],
                     ["user.dora.state=good"]):
        server = serve(*[word for one in settings for word in ("--set", one)])
        server.stop()
        assert "did you mean" not in server.messages()


def test_timeout_by_variable(serve):
    server = serve(env={"LYNCMOCK_TIMEOUT": "100ms"})
    server.expected_exit = 4
    assert server.process.wait(20) == 4
    assert not server.ports_file.exists()
    assert not os.path.exists(server.ca_file)


def test_a_signal_comes_before_the_time_limit(serve):
    assert serve("--timeout", "1h").stop(signal.SIGINT) == 0


def test_usage_comes_before_what_the_machine_lacks(tmp_path):
    """Several things wrong: exit code 2, and nothing was touched."""
    with taken_port() as taken:
        refused(tmp_path, 2, ["--seed"], "--https-port",
                taken.getsockname()[1], "--ca-dir", tmp_path / "ca",
                "--seed", "x")
    assert not (tmp_path / "ca").exists()


def test_nothing_stays_behind_where_a_port_is_taken(tmp_path):
    ports = tmp_path / "ports.json"
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    with taken_port() as taken:
        refused(tmp_path, 3, [taken.getsockname()[1]], "--http-port",
                taken.getsockname()[1], "--ports-file", ports,
                env={"TMPDIR": str(scratch)})
    assert not ports.exists()
    assert os.listdir(scratch) == []


def test_no_place_for_the_ca_of_the_run(tmp_path):
    refused(tmp_path, 3, [tmp_path / "none", "TMPDIR", "No such file"],
            env={"TMPDIR": str(tmp_path / "none")})


def test_the_same_port_for_both(tmp_path):
    port = free_port()
    refused(tmp_path, 2, [port, "--http-port", "--https-port"],
            "--http-port", port, "--https-port", port)


@pytest.mark.parametrize("args", [
    ("--timeout", "0s"), ("--timeout", "-1s"), ("--timeout", "1"),
    ("--timeout", "99999999999999999999s"), ("--seed", "1" * 30),
    ("--seed", "0x"), ("--https-port", " 1"), ("--https-port", "1\n"),
    ("--listen", ""), ("--listen", "localhost"), ("--listen", "127.1"),
    ("--journal", ""), ("--set", ""), ("--set", "=1"),
    ("--set", "ticket.lifetime=forever"), ("--set", "domain="),
    ("--set", "domain=a b"), ("--set", "user.alice.state=good=bad"),
    ("--set", "ntlm.server-challenge=12"), ("--set", "tls.min=1.4"),
    ("--set", "user..password=x"), ("--log-secrets", "perhaps"),
    ("--https-port=http",), ("--", "x"), ("-x",), ("",),
])
def test_wrong_arguments(tmp_path, args):
    refused(tmp_path, 2, [], *args)


@pytest.mark.parametrize("settings", [
    ("tls.min=1.3", "tls.max=1.2"),
    ("ticket.sha1=yes", "ticket.key=p256"),
])
def test_settings_that_contradict(tmp_path, settings):
    args = [word for setting in settings for word in ("--set", setting)]
    refused(tmp_path, 2, [], *args)


# --- a CA that is kept ------------------------------------------------------

@pytest.fixture
def kept(serve, tmp_path):
    """A folder with a good CA in it."""
    folder = tmp_path / "ca"
    assert serve("--ca-dir", folder).stop() == 0
    return folder


def other_pair(serve, tmp_path):
    folder = tmp_path / "other"
    serve("--ca-dir", folder).stop()
    return folder


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
@pytest.mark.parametrize("content", [
    "", "no PEM at all\n", "\0" * 1000,
    "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
    "x" * 100000,
], ids=["empty", "text", "NULs", "noise", "large"])
def test_broken_file(kept, tmp_path, name, content):
    mode = stat.S_IMODE((kept / name).stat().st_mode)
    (kept / name).write_text(content)
    (kept / name).chmod(mode)
    refused(tmp_path, 3, [kept / name], "--ca-dir", kept)


@pytest.mark.parametrize("gone,left", [
    ("ca.pem", "ca.key"), ("ca.key", "ca.pem"),
])
def test_half_a_pair(kept, tmp_path, gone, left):
    (kept / gone).unlink()
    refused(tmp_path, 3, [kept, gone, left, "put the other one back",
                          "to have a new CA made"], "--ca-dir", kept)
    # It was not made good behind our back.
    assert os.listdir(kept) == [left]


def test_key_of_another_ca(serve, kept, tmp_path):
    other = other_pair(serve, tmp_path)
    (kept / "ca.key").write_bytes((other / "ca.key").read_bytes())
    refused(tmp_path, 3, [kept / "ca.pem", "remove ca.pem and ca.key"],
            "--ca-dir", kept)


def test_ca_of_another_domain(kept, tmp_path):
    refused(tmp_path, 3, [kept / "ca.pem", "remove ca.pem and ca.key"],
            "--ca-dir", kept, "--set", "domain=fabrikam.test")


def test_key_that_others_may_read(kept, tmp_path):
    (kept / "ca.key").chmod(0o644)
    refused(tmp_path, 3, [kept / "ca.key", "chmod 600"], "--ca-dir", kept)


def test_folder_in_place_of_a_file(kept, tmp_path):
    (kept / "ca.key").unlink()
    (kept / "ca.key").mkdir()
    refused(tmp_path, 3, [kept / "ca.key"], "--ca-dir", kept)


def test_two_servers_make_one_ca(serve, tmp_path):
    first = serve("--ca-dir", tmp_path / "ca")
    second = serve("--ca-dir", tmp_path / "ca")
    assert first.ca_file == second.ca_file
    for server in (first, second):
        sign_in(Curl(server, "--ntlm"), server)


# --- places that take nothing -----------------------------------------------

def test_journal_on_a_full_disk(serve, tmp_path):
    full = tmp_path / "journal"
    full.symlink_to("/dev/full")
    server = serve("--journal", full)
    for _ in range(2):
        sign_in(Curl(server, "--ntlm"), server)
    warnings = until("a warning", lambda: [
        line for line in server.messages().splitlines() if "warning" in line])
    assert len(warnings) == 1
    assert str(full) in warnings[0]
    assert "No space left" in warnings[0]


def test_messages_to_a_full_disk(tmp_path, serve):
    server = serve(prefix=["sh", "-c", 'exec "$@" 2>/dev/full', "sh"])
    sign_in(Curl(server, "--ntlm"), server)


def test_no_standard_descriptors_but_stdout(serve):
    """What takes their numbers must not get the messages."""
    server = serve("--log-level", "debug",
                   prefix=["sh", "-c", 'exec "$@" <&- 2>&-', "sh"])
    sign_in(Curl(server, "--ntlm"), server)
    for number in (0, 2):
        link = f"/proc/{server.process.pid}/fd/{number}"
        assert os.readlink(link) == "/dev/null"
    assert server.stop() == 0
    assert server.entries()


@pytest.mark.parametrize("redirect,args", [
    (">/dev/full", ()), ("9>/dev/full", ("--ready-fd", 9)),
])
def test_ready_line_to_a_full_disk(tmp_path, redirect, args):
    """Nobody could find such a server."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirect}', "sh", BINARY, "serve",
         *map(str, args)], env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 3
    assert "No space left" in done.stderr


def test_ports_file_on_a_full_disk(tmp_path):
    refused(tmp_path, 3, ["/dev/full/ports.json"], "--ports-file",
            "/dev/full/ports.json")


def test_journal_into_a_pipe_whose_reader_goes(serve, tmp_path):
    fifo = tmp_path / "journal"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    server = serve("--journal", fifo)
    server.curl(server.url("lyncdiscover"))
    until("a line", lambda: has_data(reader))
    os.close(reader)
    for _ in range(2):
        sign_in(Curl(server, "--ntlm"), server)
    until("a warning", lambda: "warning" in server.messages())


def has_data(descriptor):
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"),
                    reason="setpriv is missing")
def test_a_port_that_only_root_may_have():
    """Where the system lets anybody have it (ip_unprivileged_port_start),
    there is nothing to refuse."""
    start = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if int(start.read_text()) <= 81:
        pytest.skip("anybody may have it here")
    drop = (["setpriv", "--reuid", "65534", "--regid", "65534",
             "--clear-groups"] if os.geteuid() == 0 else [])
    done = subprocess.run(
        [*drop, BINARY, "serve", "--http-port", "81", "--set",
         "offer.kerberos=no"], env={"TMPDIR": "/tmp"}, capture_output=True,
        text=True, timeout=PATIENCE)
    if done.returncode in (126, 127):
        pytest.skip("the program is not for others here")
    assert done.returncode == 3
    assert ("port 81 for HTTP: Permission denied; only root may below 1024: "
            "take a port from there on") in done.stderr
