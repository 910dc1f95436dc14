"""`lyncmock serve`: the promises to whoever starts it."""

import json
import os
import re
import signal
import socket
import stat

import pytest

from harness import (ROOT_PATH, free_port, has_ipv6_loopback, run_cli,
                     taken_port)

READY = re.compile(
    r"lyncmock: ready pid=\d+ https=\d+ http=\d+ admin=\d+( kdc=\d+)? "
    r"domain=contoso\.test ca_file=\S+( krb5_conf=\S+)? seed=\d+\n")


def refused(tmp_path, code, words, *args, env=None):
    """`serve` must end with this exit code and name these words."""
    done = run_cli(tmp_path, "serve", *args, env=env)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    for word in words:
        assert str(word) in done.stderr
    return done.stderr


# --- being ready ------------------------------------------------------------

def test_ready_line(server):
    assert READY.fullmatch(server.ready_line)
    assert int(server.ready["pid"]) == server.process.pid
    assert server.https != server.http


def test_ready_means_that_both_ports_answer(server):
    for scheme in ("http", "https"):
        reply = server.curl(server.url("lyncdiscover", scheme=scheme))
        assert reply.status == 200


def test_both_loopback_addresses_have_the_same_port(server):
    if not has_ipv6_loopback():
        pytest.skip("this machine has no ::1")
    for address in ("127.0.0.1", "::1"):
        for port in (server.http, server.https):
            socket.create_connection((address, port), 5).close()


def test_ports_file_has_the_ready_line_s_facts(server):
    ports = {key: str(value) for key, value in server.ports().items()}
    assert server.ready.items() <= ports.items()


def test_ports_file_is_all_that_its_folder_gets(serve, tmp_path):
    folder = tmp_path / "ports"
    folder.mkdir()
    serve("--ports-file", folder / "p.json")
    assert os.listdir(folder) == ["p.json"]


def test_ports_file_replaces_a_stale_one(serve, tmp_path):
    stale = tmp_path / "p.json"
    stale.write_text("{}")
    server = serve("--ports-file", stale)
    assert json.loads(stale.read_text())["pid"] == server.process.pid


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_well(serve, how):
    server = serve()
    ca_file = server.ca_file
    assert os.path.exists(ca_file)
    assert server.stop(how) == 0
    assert not server.ports_file.exists()
    assert not os.path.exists(ca_file)


def test_signal_ends_it_well_with_connections_open(serve):
    server = serve()
    idle = socket.create_connection(("127.0.0.1", server.https))
    half = socket.create_connection(("127.0.0.1", server.http))
    half.sendall(b"GET / HTTP/1.1\r\nHost: lyncdis")
    assert server.stop() == 0
    idle.close()
    half.close()


def test_ready_fd(serve):
    ours, theirs = os.pipe()
    serve("--ready-fd", theirs, pass_fds=(theirs,))
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        # The end of file shows that the server has closed its end.
        assert pipe.read().endswith("\n")


def test_ready_fd_that_is_not_open(tmp_path):
    refused(tmp_path, 3, ["99"], "--ready-fd", 99)


def test_timeout_ends_it(serve):
    server = serve("--timeout", "200ms")
    server.expected_exit = 4
    server.process.wait(20)
    assert "time" in server.messages()


# --- ports and addresses ----------------------------------------------------

@pytest.mark.parametrize("option", ["--https-port", "--http-port"])
def test_port_in_use(tmp_path, option):
    with taken_port() as taken:
        port = taken.getsockname()[1]
        refused(tmp_path, 3, [port, "another port, or 0 for any"], option, port)


def test_port_in_use_even_with_so_reuseport(tmp_path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(tmp_path, 3, [port], "--http-port", port)


def test_fixed_ports(serve):
    https, http = free_port(), free_port()
    server = serve("--https-port", https, "--http-port", http)
    assert (server.https, server.http) == (https, http)


@pytest.mark.parametrize("port", ["65536", "-1", "http", "", "80x", "0x50"])
def test_port_that_is_none(tmp_path, port):
    refused(tmp_path, 2, ["--https-port"], "--https-port", port)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_addresses_need_allow_remote(tmp_path, address):
    refused(tmp_path, 2, [address, "--allow-remote"], "--listen", address)


def test_address_that_is_none(tmp_path):
    refused(tmp_path, 2, ["here"], "--listen", "here")


def test_address_of_another_machine(tmp_path):
    refused(tmp_path, 3, ["192.0.2.1"], "--listen", "192.0.2.1",
            "--allow-remote")


def test_listen_on_one_address(serve):
    server = serve("--listen", "127.0.0.1")
    assert server.curl(server.url("lyncdiscover")).status == 200


# --- options and variables --------------------------------------------------

def test_unknown_option(tmp_path):
    refused(tmp_path, 2, ["--htps-port"], "--htps-port", "1")


def test_option_without_its_value(tmp_path):
    refused(tmp_path, 2, ["--seed"], "--seed")


def test_argument_too_many(tmp_path):
    refused(tmp_path, 2, ["surplus"], "surplus")


@pytest.mark.parametrize("option,value", [
    ("--seed", "many"),
    ("--seed", "-1"),
    ("--log-level", "loud"),
    ("--log-format", "xml"),
    ("--timeout", "soon"),
    ("--ready-fd", "stdout"),
    ("--set", "ntlm.v1"),
    ("--set", "ntlm.v1=perhaps"),
])
def test_bad_value(tmp_path, option, value):
    refused(tmp_path, 2, [option], option, value)


def test_unknown_setting_names_the_nearest(tmp_path):
    refused(tmp_path, 2, ["ntlm.v11", "ntlm.v1"], "--set", "ntlm.v11=yes")


@pytest.mark.parametrize("option,path", [
    ("--journal", "file/journal.jsonl"),
    ("--ports-file", "file/ports.json"),
    ("--ca-dir", "file/ca"),
    ("--keylog", "file/keys"),
])
def test_unwritable_path(tmp_path, option, path):
    # A file where a folder should be refuses root as well.
    (tmp_path / "file").write_text("")
    refused(tmp_path, 3, [tmp_path / path], option, tmp_path / path)


def test_variable_stands_in_for_an_option(serve):
    port = free_port()
    server = serve(env={"LYNCMOCK_HTTPS_PORT": str(port)})
    assert server.https == port


def test_option_beats_variable(serve):
    port = free_port()
    server = serve("--https-port", port,
                   env={"LYNCMOCK_HTTPS_PORT": str(free_port())})
    assert server.https == port


def test_bad_variable(tmp_path):
    refused(tmp_path, 2, ["LYNCMOCK_HTTPS_PORT"],
            env={"LYNCMOCK_HTTPS_PORT": "high"})


def test_seed(serve):
    assert serve("--seed", 7).ready["seed"] == "7"


def test_seeds_differ_where_none_is_given(serve):
    assert serve().ready["seed"] != serve().ready["seed"]


def test_set(serve):
    server = serve("--set", "location=internal")
    reply = server.curl(server.url("lyncdiscoverinternal"))
    assert '"AccessLocation":"Internal"' in reply.text


# --- the CA -----------------------------------------------------------------

def test_ca_file_has_no_key(server):
    with open(server.ca_file, encoding="ascii") as file:
        text = file.read()
    assert "BEGIN CERTIFICATE" in text
    assert "PRIVATE KEY" not in text


def test_each_run_has_its_own_ca(serve):
    first, second = serve(), serve()
    with open(first.ca_file, "rb") as one, open(second.ca_file, "rb") as two:
        assert one.read() != two.read()


def test_ca_dir_keeps_the_ca(serve, tmp_path):
    folder = tmp_path / "ca"
    first = serve("--ca-dir", folder)
    kept = (folder / "ca.pem").read_bytes()
    key = folder / "ca.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert first.ca_file == str(folder / "ca.pem")
    assert first.stop() == 0
    second = serve("--ca-dir", folder)
    assert (folder / "ca.pem").read_bytes() == kept
    assert second.curl(second.url("lyncdiscover")).status == 200


def test_ca_dir_with_a_broken_key(serve, tmp_path):
    folder = tmp_path / "ca"
    serve("--ca-dir", folder).stop()
    (folder / "ca.key").write_text("no key at all\n")
    refused(tmp_path, 3, [folder / "ca.key"], "--ca-dir", folder)


# --- what it writes ---------------------------------------------------------

def test_one_line_per_exchange(serve):
    server = serve()
    server.curl(server.url("lyncdiscover"))
    server.stop()
    lines = [line for line in server.messages().splitlines()
             if "discover.root" in line]
    assert len(lines) == 1
    assert "status=200" in lines[0]


def test_log_as_json(serve):
    server = serve("--log-format", "json")
    server.curl(server.url("lyncdiscover"))
    server.stop()
    lines = [json.loads(line) for line in server.messages().splitlines()]
    assert [line for line in lines if line.get("op") == "discover.root"
            or line.get("operation") == "discover.root"]


def test_log_level(serve):
    server = serve("--log-level", "error")
    server.curl(server.url("lyncdiscover"))
    server.stop()
    assert server.messages() == ""


def test_journal(serve):
    server = serve()
    server.curl(server.url("lyncdiscover", ROOT_PATH))
    server.stop()
    entries = server.entries()
    assert len(entries) == 1
    assert ROOT_PATH in json.dumps(entries[0])


def test_keylog(serve, tmp_path):
    keys = tmp_path / "keys"
    server = serve("--keylog", keys)
    server.curl(server.url("lyncdiscover"))
    assert "CLIENT_TRAFFIC_SECRET_0 " in keys.read_text()


def test_no_keylog_unasked(serve, tmp_path):
    keys = tmp_path / "keys"
    server = serve(env={"SSLKEYLOGFILE": str(keys)})
    server.curl(server.url("lyncdiscover"))
    assert not keys.exists()


# --- the rest of the command line -------------------------------------------

def test_version(tmp_path):
    done = run_cli(tmp_path, "--version")
    assert done.returncode == 0
    assert re.fullmatch(r"lyncmock \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("args", [["help"], ["--help"]])
def test_help(tmp_path, args):
    done = run_cli(tmp_path, *args)
    assert done.returncode == 0
    assert "serve" in done.stdout
    assert done.stderr == ""


def test_help_of_serve(tmp_path):
    done = run_cli(tmp_path, "serve", "--help")
    assert done.returncode == 0
    for option in ("--https-port", "--ports-file", "--ca-dir", "--set"):
        assert option in done.stdout


@pytest.mark.parametrize("args,word", [
    ([], "lyncmock help"),
    (["frobnicate"], "frobnicate"),
    (["--frobnicate"], "--frobnicate"),
])
def test_unknown_verb(tmp_path, args, word):
    done = run_cli(tmp_path, *args)
    assert done.returncode == 2
    assert word in done.stderr
