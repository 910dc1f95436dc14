"""The server's own KDC: what it tells of itself, what clients get of it, the
accounts as the world has them at that moment, and that nothing stays behind.
"""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from clients import Curl
from harness import (BINARY, PASSWORD, PATIENCE, ROOT, Server,
                     clean_environment, free_port, has_ipv6_loopback, run_cli,
                     taken_port)
from kerberos import Client, needs_kerberos
from raw import until
from signin import ask

pytestmark = needs_kerberos

# How long it may take until a killed server has left nothing.
SOON = 1.0
SHM = pathlib.Path("/dev/shm")


def run_dir(server):
    return pathlib.Path(server.ready["krb5_conf"]).parent


def set_(*settings):
    return [word for one in settings for word in ("--set", one)]


MANUAL = (ROOT / "docs" / "kerberos.md").read_text()


# --- processes --------------------------------------------------------------

def stat_of(pid):
    """State and parent of a process; None: it has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(") ")[2].split()
    # A zombie has ended; who should take note of it is not the server.
    return None if fields[0] in "ZX" else (fields[0], int(fields[1]))


def children(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = stat_of(entry)
            if stat and stat[1] == pid:
                found.append(int(entry))
    return found


def family(pid):
    """The keeper and krb5kdc of this server."""
    [keeper] = children(pid)
    [kdc] = children(keeper)
    assert name_of(kdc) == "krb5kdc"
    return keeper, kdc


def name_of(pid):
    return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


def folders(pid):
    """The private folders that a process, such as krb5kdc, has open or is
    told of."""
    words = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    words += pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    found = set()
    for word in words:
        at = word.find(b"/lyncmock-kdc-")
        if at >= 0:
            begin = word.rfind(b"=", 0, at) + 1
            end = word.find(b"/", at + 1)
            found.add(word[begin:end if end > 0 else None].decode())
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = os.readlink(link)
            if "/lyncmock-kdc-" in target:
                at = target.index("/lyncmock-kdc-")
                found.add(target[:target.index("/", at + 1)])
    with contextlib.suppress(OSError):
        cwd = os.readlink(f"/proc/{pid}/cwd")
        if "/lyncmock-kdc-" in cwd:
            found.add(cwd)
    assert found
    return {pathlib.Path(folder) for folder in found}


def gone_soon(pids, paths):
    began = time.monotonic()
    until("an end without remains", lambda: not (
        any(map(stat_of, pids)) or any(path.exists() for path in paths)))
    assert time.monotonic() - began < SOON


# --- what is told -----------------------------------------------------------

def test_ready_line_and_ports_file(serve):
    server = serve("--ccache", "alice", "--ccache", "bob")
    assert list(server.ready) == ["pid", "https", "http", "admin", "kdc",
                                  "domain", "ca_file", "krb5_conf", "seed"]
    ports = server.ports()
    assert list(ports) == ["pid", "https", "http", "admin", "admin_token",
                           "kdc", "domain", "ca_file", "krb5_conf",
                           "krb5_proxy_conf", "krb5_env", "keytab",
                           "user_keytab", "ccaches", "seed"]
    assert ports["kdc"] == int(server.ready["kdc"])
    assert ports["krb5_conf"] == server.ready["krb5_conf"]
    assert list(ports["ccaches"]) == ["alice", "bob"]
    modes = {name: oct(path.stat().st_mode & 0o777)
             for name, path in paths_of(ports)}
    # Who can read a key can be anybody.
    assert modes == {"krb5_conf": "0o644", "krb5_proxy_conf": "0o644",
                     "krb5_env": "0o644", "keytab": "0o600",
                     "user_keytab": "0o600", "alice": "0o600",
                     "bob": "0o600"}
    folder = run_dir(server)
    server.stop()
    assert not folder.exists()
    for member in ports:
        if member not in ("pid", "https", "http", "admin", "domain", "ca_file",
                          "seed", "admin_token"):
            assert f"| `{member}` |" in MANUAL


def test_the_script_of_the_manual(tmp_path):
    """As it stands there, with nothing but the program in PATH."""
    script = re.search(r"^```sh\n(set -eu\n.*?)^```$", MANUAL, re.M | re.S)[1]
    done = subprocess.run(
        ["sh", "-c", script], text=True, capture_output=True,
        timeout=3 * PATIENCE, cwd=tmp_path,
        env=clean_environment(tmp_path, {
            "TMPDIR": str(tmp_path),
            "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}"}))
    assert done.returncode == 0, done.stdout + done.stderr
    [folder] = tmp_path.glob("tmp.*")
    assert '"user":"alice"' in (folder / "answer.json").read_text()
    assert list(tmp_path.glob("lyncmock-*")) == []


def paths_of(ports):
    for name in ("krb5_conf", "krb5_proxy_conf", "krb5_env", "keytab",
                 "user_keytab"):
        yield name, pathlib.Path(ports[name])
    for name, path in ports["ccaches"].items():
        yield name, pathlib.Path(path)


def test_without_kerberos(serve):
    server = serve(*set_("offer.kerberos=no"))
    assert list(server.ready) == ["pid", "https", "http", "admin", "domain",
                                  "ca_file", "seed"]
    assert list(server.ports()) == ["pid", "https", "http", "admin",
                                    "admin_token", "domain", "ca_file",
                                    "seed"]
    assert children(server.process.pid) == []
    assert os.listdir(pathlib.Path(server.ca_file).parent) != []


def test_exports_beside_a_ca_that_is_kept(serve, tmp_path):
    server = serve("--ca-dir", tmp_path / "ca")
    folder = run_dir(server)
    assert server.ca_file == str(tmp_path / "ca" / "ca.pem")
    assert not (folder / "ca.pem").exists()
    Client(server).kinit()
    server.stop()
    assert not folder.exists()
    assert (tmp_path / "ca" / "ca.pem").exists()


def test_a_port_of_ones_choice(serve):
    port = free_port()
    server = serve("--kdc-port", port)
    assert int(server.ready["kdc"]) == port
    Client(server).kinit()


def test_the_port_is_taken(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with taken_port() as taken:
        port = taken.getsockname()[1]
        done = run_cli(tmp_path, "serve", "--kdc-port", port,
                       env={"TMPDIR": str(scratch)})
    assert done.returncode == 3
    assert str(port) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("other", ["--http-port", "--https-port"])
def test_one_port_twice(tmp_path, other):
    port = free_port()
    done = run_cli(tmp_path, "serve", "--kdc-port", port, other, port)
    assert done.returncode == 2
    assert f"{other} and --kdc-port are both {port}" in done.stderr


def test_a_port_that_is_free_for_udp_too(serve):
    server = serve()
    port = int(server.ready["kdc"])
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            with pytest.raises(OSError):
                probe.bind(("127.0.0.1", port))


# --- what clients get -------------------------------------------------------

def test_tickets(serve):
    server = serve()
    client = Client(server)
    client.kinit("alice")
    assert "alice@CONTOSO.TEST" in client.klist()
    for spn in ("HTTP/lyncweb.contoso.test", "http/fe01.contoso.test",
                "HTTP/localhost", "HTTP/127.0.0.1", "HTTP/::1"):
        assert "kvno = 2" in client.kvno(f"{spn}@CONTOSO.TEST")
    assert "stream 127.0.0.1" in client.trace()
    assert "dgram" not in client.trace()


def test_a_realm_that_profiles_have_a_word_for(serve):
    server = serve("--set", "realm=include")
    Client(server).kinit("alice@include")


def test_a_sign_in(serve):
    """For each name of the service that a client may ask for."""
    client = Client(serve("--ccache", "alice"))
    client.kinit()
    for host in ("lyncweb", "lyncint2", "pool01"):
        reply = client.curl(client.server.url(host, "/auth/negotiate"))
        assert reply.status == 200, reply.text
        assert "alice" in reply.text
    url = f"https://localhost:{client.server.https}/auth/negotiate"
    assert client.curl(url).status == 200
    assert "HTTP/localhost@CONTOSO.TEST" in client.tickets()


def test_through_the_proxy(serve):
    """MS-KKDCP, by MIT's client, with nothing of the KDC's port."""
    server = serve(*set_("kdc.absent=yes"))
    client = Client(server)
    assert "Cannot contact any KDC" in client.kinit(fails=True)
    client.env["KRB5_CONFIG"] = server.ports()["krb5_proxy_conf"]
    client.kinit()
    client.kvno()
    assert "HTTPS" in client.trace()
    assert "localhost" in client.trace()


@pytest.mark.parametrize("listen", [
    ("127.0.0.1",), ("::1",), ("::1", "127.0.0.1"), ("0.0.0.0",), ("::",),
], ids="+".join)
@pytest.mark.parametrize("conf", ["krb5_conf", "krb5_proxy_conf"])
def test_addresses(serve, listen, conf):
    """The files name one that clients of this machine reach."""
    if ":" in "".join(listen) and not has_ipv6_loopback():
        pytest.skip("this machine has no ::1")
    server = serve("--allow-remote", *[word for address in listen
                                       for word in ("--listen", address)])
    client = Client(server, env={"KRB5_CONFIG": server.ports()[conf]})
    client.kinit()


def test_over_udp(serve):
    server = serve()
    client = Client(server, libdefaults={"udp_preference_limit": "60000"})
    client.kinit()
    client.kvno()
    assert "dgram 127.0.0.1" in client.trace()
    assert "stream" not in client.trace()


def test_enterprise_names(serve):
    client = Client(serve())
    for name in ("alice@contoso.test", "alice@CONTOSO.TEST"):
        client.kinit(name, PASSWORD, "-E")
        assert "alice" in client.klist()
        client.kvno()


def test_keytabs(serve):
    """Of the service, as the KDC has its keys; of the users, to sign in."""
    server = serve()
    ports = server.ports()
    client = Client(server)
    client.run("kinit", "-k", "-t", ports["user_keytab"], "bob@CONTOSO.TEST")
    client.kvno(None, "-k", ports["keytab"])
    shown = client.run("klist", "-k", "-e", ports["keytab"]).out
    assert "HTTP/lyncweb.contoso.test@CONTOSO.TEST" in shown
    assert "aes256" in shown and "aes128" in shown and "arcfour" not in shown


def test_credential_caches(serve):
    """As krb5.env names them, with nothing typed."""
    server = serve("--ccache", "alice", "--ccache", "CONTOSO\\bob")
    ports = server.ports()
    script = (f". '{ports['krb5_env']}' && klist && "
              "kvno HTTP/lyncweb.contoso.test")
    done = subprocess.run(
        ["sh", "-c", script], env=clean_environment(server.folder), text=True,
        capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "Default principal: alice@CONTOSO.TEST" in done.stdout
    assert "kvno = 2" in done.stdout
    client = Client(server, env={
        "KRB5CCNAME": "FILE:" + ports["ccaches"]["bob"]})
    client.kvno()
    assert "Default principal: bob@CONTOSO.TEST" in client.klist()


def shell(server, script, **env):
    """What a shell says to it, with krb5.env read and nothing else known."""
    done = subprocess.run(
        ["sh", "-c", f". '{server.ports()['krb5_env']}' && {script}"],
        env=clean_environment(server.folder, env), text=True,
        input=PASSWORD + "\n", capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("conf", ["krb5_conf", "krb5_proxy_conf"])
def test_kinit_leaves_the_callers_cache_alone(serve, tmp_path, conf):
    server = serve()
    own = run_dir(server) / "krb5cc"
    assert not own.exists()
    callers = tmp_path / "callers"
    callers.write_text("mine")
    shell(server, "kinit alice", KRB5CCNAME=f"FILE:{callers}")
    assert callers.read_text() == "mine"
    assert own.stat().st_mode & 0o777 == 0o600
    # The configuration alone says it, too.
    done = subprocess.run(
        ["klist"], text=True, capture_output=True, timeout=PATIENCE,
        env=clean_environment(server.folder,
                              {"KRB5_CONFIG": server.ports()[conf]}))
    assert f"Ticket cache: FILE:{own}\n" in done.stdout, done.stderr
    server.stop()
    assert not own.parent.exists()


def test_kinit_leaves_the_named_caches_alone(serve):
    server = serve("--ccache", "alice", "--ccache", "bob")
    ports = server.ports()
    own = run_dir(server) / "krb5cc"
    assert own.stat().st_mode & 0o777 == 0o600
    assert own.read_bytes() == pathlib.Path(
        ports["ccaches"]["alice"]).read_bytes()
    assert "principal: alice@" in shell(server, "klist")
    shell(server, "kinit bob")
    assert "principal: bob@" in shell(server, "klist")
    client = Client(server, env={
        "KRB5CCNAME": "FILE:" + ports["ccaches"]["alice"]})
    assert "principal: alice@" in client.klist()


def test_a_cache_that_kinit_made_goes_with_a_killed_server(serve):
    server = serve()
    keeper, kdc = family(server.process.pid)
    remains = {run_dir(server), *folders(kdc)}
    shell(server, "kinit alice")
    assert (run_dir(server) / "krb5cc").exists()
    server.expected_exit = -signal.SIGKILL
    server.process.kill()
    gone_soon([keeper, kdc], remains)


@pytest.mark.parametrize("seed", [[], ["--seed", "7"]])
def test_tickets_of_an_earlier_run_are_refused(serve, tmp_path, seed):
    """Keys are fresh in each run; a seed does not change that."""
    kept = tmp_path / "kept"
    server = serve("--ccache", "alice", *seed)
    client = Client(server, env={"KRB5CCNAME": f"FILE:{kept}"})
    client.kinit()
    client.kvno()
    server.stop()
    later = serve(*seed)
    client = Client(later, env={"KRB5CCNAME": f"FILE:{kept}"})
    reply = client.curl(later.url("lyncweb", "/auth/negotiate"))
    assert reply.status == 401
    assert "another" in reply.text
    # Another service: the ticket-granting ticket is of no use, either.
    client.kvno(client.spn("lyncint"), fails=True)


@pytest.mark.parametrize("args,words", [
    (["--ccache", "alise"], "--ccache alise: there is no such user; did you "
                            "mean alice?"),
    (["--ccache", "zzzzzzz"], "--ccache zzzzzzz: there is no such user; there "
                              "are alice, bob, "),
    (["--ccache", "alice", "--ccache", "disabled"],
     "--ccache disabled: disabled cannot get a ticket: its state is disabled; "
     "leave --ccache disabled out, or give it another state "
     "(user.disabled.state)"),
    (["--ccache", "locked"], "its state is locked"),
    (["--ccache", "alice", *set_("kdc.etypes=rc4")],
     "--ccache alice: alice cannot get a ticket: it has keys of aes256,aes128 "
     "(user.alice.etypes), and the KDC permits rc4 (kdc.etypes)"),
    (["--ccache", "alice", *set_("user.alice.state=unknown")],
     "--ccache alice: there is no such user"),
    (["--ccache", "alice", *set_("offer.kerberos=no")],
     "offers no Kerberos"),
    (["--ccache", ""], "--ccache: the value is empty"),
])
def test_no_cache_for_such_a_user(tmp_path, args, words):
    done = run_cli(tmp_path, "serve", *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_hosts_without_a_service_name(serve):
    server = serve(*set_("krb5.unregistered=lyncweb.contoso.test,localhost"))
    client = Client(server)
    client.kinit()
    for spn in ("HTTP/lyncweb.contoso.test", "http/localhost"):
        assert "not found in Kerberos database" in client.kvno(
            f"{spn}@CONTOSO.TEST", fails=True)
    client.kvno("HTTP/lyncint.contoso.test@CONTOSO.TEST")


def test_no_service_names_at_all(serve):
    server = serve(*set_("krb5.unregistered=*"))
    client = Client(server)
    client.kinit()
    assert "not found in Kerberos database" in client.kvno(fails=True)


def test_key_types_of_the_service(serve):
    server = serve(*set_("krb5.etypes=rc4"))
    client = Client(server)
    client.kinit()
    client.kvno()
    assert "arcfour" in client.run(
        "klist", "-k", "-e", server.ports()["keytab"]).out


# --- accounts ---------------------------------------------------------------

@pytest.mark.parametrize("user,words", [
    ("disabled", "Client's credentials have been revoked"),
    ("locked", "Client's credentials have been revoked"),
    ("expired", "Password expired"),
    ("mustchange", "Password expired"),
    ("nobody", "not found in Kerberos database"),
])
def test_who_gets_no_ticket(shared_server, user, words):
    assert words in Client(shared_server).kinit(user, fails=True)


@pytest.mark.parametrize("user,password", [
    ("alice", PASSWORD), ("nosip", PASSWORD), ("away", PASSWORD),
    ("jörg", "Pässwörd1"),
])
def test_who_gets_one(shared_server, user, password):
    client = Client(shared_server)
    client.kinit(user, password)
    client.kvno()


def test_wrong_password(shared_server):
    assert "Password incorrect" in Client(shared_server).kinit(
        "alice", "wrong", fails=True)


def test_a_user_who_is_unknown(serve):
    server = serve(*set_("user.alice.state=unknown"))
    assert "not found in Kerberos database" in Client(server).kinit(
        "alice", fails=True)


def test_as_many_users_as_a_scenario_may_have(serve, tmp_path):
    users = "".join(f"    u{i}: {{password: 'P{i}'}}\n" for i in range(247))
    server = serve(written(tmp_path, f"""\
lyncmock: 1
world:
  users:
{users}"""))
    for name, password in (("u0", "P0"), ("u246", "P246"),
                           ("alice", PASSWORD)):
        client = Client(server)
        client.kinit(name, password)
        client.kvno()


def test_hundreds_of_users(serve):
    """More than a scenario may have: all are told in one message."""
    count = 1000
    server = serve(*set_(*(f"user.u{i}.password=P{i}" for i in range(count))))
    last = f"u{count - 1}"
    assert "Password incorrect" in Client(server).kinit(
        last, "P", fails=True)
    Client(server).kinit(last, f"P{count - 1}")


def written(tmp_path, text):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    return path


def ntlm(server, user, password):
    """The HTTP status of a sign-in by NTLM."""
    return server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm", "-u",
                       f"{user}:{password}").status


def test_locked_by_ntlm_is_locked_for_kerberos(serve):
    server = serve(*set_("lockout-threshold=2"))
    client = Client(server)
    client.kinit("alice")
    for _ in range(2):
        assert ntlm(server, "alice", "wrong") == 401
    assert "credentials have been revoked" in client.kinit(
        "alice", fails=True)
    client.kinit("bob")


def test_locked_by_kerberos_is_locked_for_ntlm(serve):
    server = serve(*set_("lockout-threshold=2"))
    client = Client(server)
    assert ntlm(server, "alice", PASSWORD) == 200
    for _ in range(2):
        assert "Password incorrect" in client.kinit(
            "alice", "wrong", fails=True)
    assert ntlm(server, "alice", PASSWORD) == 401
    assert "credentials have been revoked" in client.kinit(
        "alice", fails=True)
    assert ntlm(server, "bob", PASSWORD) == 200


def test_a_right_password_resets_the_count(serve):
    server = serve(*set_("lockout-threshold=2"))
    client = Client(server)
    for _ in range(3):
        client.kinit("alice", "wrong", fails=True)
        client.kinit("alice")
    assert ntlm(server, "alice", "wrong") == 401
    client.kinit("alice")
    assert ntlm(server, "alice", PASSWORD) == 200


def test_a_lock_ends_for_both(serve, tmp_path):
    """By the world's clock, which a step moves."""
    server = serve(written(tmp_path, """\
lyncmock: 1
world:
  lockout-threshold: 2
  lockout-duration: 1h
steps:
  - at: discover.root
    do: {clock: +61m}
"""))
    client = Client(server)
    for _ in range(2):
        client.kinit("alice", "wrong", fails=True)
    assert ntlm(server, "alice", PASSWORD) == 401
    client.kinit("alice", fails=True)
    assert server.curl(server.url("lyncdiscover")).status == 200
    client.kinit("alice")
    assert ntlm(server, "alice", PASSWORD) == 200


# --- nothing stays behind ---------------------------------------------------

def test_killed(serve, tmp_path):
    server = serve("--ccache", "alice", "--ca-dir", tmp_path / "ca")
    keeper, kdc = family(server.process.pid)
    remains = {run_dir(server), *folders(kdc)}
    assert len(remains) == 2
    Client(server).kinit()
    server.expected_exit = -signal.SIGKILL
    server.process.kill()
    gone_soon([keeper, kdc], remains)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped(serve, how):
    server = serve("--ccache", "alice")
    keeper, kdc = family(server.process.pid)
    remains = {run_dir(server), *folders(kdc)}
    assert server.stop(how) == 0
    # At once: the server has waited for it.
    assert not any(map(stat_of, (keeper, kdc)))
    assert not any(path.exists() for path in remains)
    assert "stays behind" not in server.messages()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_ended_while_clients_wait(serve, tmp_path, how):
    """Over TCP, UDP and the proxy."""
    server = serve(written(tmp_path, """\
lyncmock: 1
steps:
  - at: kdc.as
    do: {delay: 60s}
"""))
    ports = server.ports()
    keeper, kdc = family(server.process.pid)
    remains = {run_dir(server), *folders(kdc)}
    clients = [Client(server),
               Client(server, libdefaults={"udp_preference_limit": "60000"}),
               Client(server, env={"KRB5_CONFIG": ports["krb5_proxy_conf"]})]
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(subprocess.Popen(
            ["kinit", "alice@CONTOSO.TEST"], env=client.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)) for client in clients]
        until("all to wait", lambda: all(
            f"Sending {way} request" in client.trace() for way, client in
            zip(("TCP", "initial UDP", "HTTPS"), clients)))
        server.expected_exit = -how if how == signal.SIGKILL else 0
        server.process.send_signal(how)
        server.process.wait(PATIENCE)
        for client in waiting:
            client.kill()
    gone_soon([keeper, kdc], remains)


def test_a_terminal_interrupts_all(tmp_path):
    """Ctrl-C goes to the whole group; the keeper leaves it to the server."""
    server = Server(tmp_path / "server", prefix=["setsid"])
    keeper, kdc = family(server.process.pid)
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(PATIENCE) == 0
    assert not any(map(stat_of, (keeper, kdc)))
    server.stop()


def fake_kdc(tmp_path, script):
    program = tmp_path / "fake-krb5kdc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_signal_before_it_is_ready(tmp_path):
    """A KDC that does not answer, and nobody wants to wait for it."""
    marker = tmp_path / "running"
    program = fake_kdc(tmp_path, f"touch {marker}\nexec sleep 60")
    with subprocess.Popen(
            [BINARY, "serve", "--krb5kdc", program],
            env=clean_environment(tmp_path, {"TMPDIR": str(tmp_path)}),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as server:
        until("the fake", marker.exists)
        [folder] = tmp_path.glob("lyncmock-??????")
        [keeper] = children(server.pid)
        [fake] = children(keeper)
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert out == ""
    assert not folder.exists()
    assert not any(map(stat_of, (keeper, fake)))


def test_a_kdc_that_does_not_start(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = fake_kdc(tmp_path, "echo no luck today >&2\nexit 7")
    done = run_cli(tmp_path, "serve", "--krb5kdc", program,
                   env={"TMPDIR": str(scratch)})
    assert done.returncode == 3
    assert done.stdout == ""
    assert "cannot start the KDC" in done.stderr
    assert "no luck today" in done.stderr
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("victim", ["keeper", "krb5kdc"])
def test_the_kdc_dies(serve, victim):
    """Said once; all else goes on."""
    server = serve()
    keeper, kdc = family(server.process.pid)
    os.kill(keeper if victim == "keeper" else kdc, signal.SIGKILL)
    until("an error", lambda: "error: " in server.messages())
    [line] = [line for line in server.messages().splitlines()
              if "error: " in line]
    assert victim in line and "signal 9" in line
    assert "Kerberos works no longer" in line
    until("both to end", lambda: not any(map(stat_of, (keeper, kdc))))
    assert children(server.process.pid) == []
    assert ask(Curl(server, "--ntlm"), server).status == 200
    folder = run_dir(server)
    assert server.stop() == 0
    assert not folder.exists()


def test_remains_of_others_are_removed(serve, tmp_path):
    """Of a server and a keeper that were killed both; nothing else."""
    place = {"TMPDIR": str(tmp_path)}
    dead = serve(env=place)
    old = run_dir(dead)
    keeper, kdc = family(dead.process.pid)
    private = folders(kdc)
    dead.expected_exit = -signal.SIGKILL
    os.kill(keeper, signal.SIGKILL)
    dead.process.kill()
    dead.process.wait(PATIENCE)
    until("krb5kdc to end", lambda: not stat_of(kdc))
    older = tmp_path / "lyncmock-abcdef"  # has no lock, and no owner we know
    older.mkdir()
    (older / "ca.pem").write_text("x")
    empty = {}
    for name, age in (("lyncmock-111111", 7200), ("lyncmock-222222", 0)):
        empty[age] = tmp_path / name
        empty[age].mkdir()
        os.utime(empty[age], (time.time() - age,) * 2)
    os.utime(older, (time.time() - 7200,) * 2)
    odd = tmp_path / "lyncmock-333333"  # opening that must not wait
    odd.mkdir()
    os.mkfifo(odd / "lock")
    alive = serve(env=place)
    assert not old.exists()
    # A server that was killed before it had its lock; one that is about to.
    assert not empty[7200].exists()
    assert empty[0].exists()
    assert (older / "ca.pem").exists()
    assert not any(folder.exists() for folder in private)
    third = serve(env=place)
    assert run_dir(alive).exists() and run_dir(third).exists()
    Client(alive).kinit()


# --- where it runs ----------------------------------------------------------

def test_side_by_side(tmp_path):
    """Fifty, a client at each, then all are stopped."""
    count = 50
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(
            concurrent.futures.ThreadPoolExecutor(max_workers=8))
        servers = list(pool.map(
            lambda i: Server(tmp_path / str(i), "--seed", str(i),
                             *set_(f"user.alice.password=P{i}")),
            range(count)))
        try:
            ports = {server.ready["kdc"] for server in servers}
            assert len(ports) == count
            clients = [Client(server) for server in servers]
            list(pool.map(lambda i: clients[i].kinit("alice", f"P{i}"),
                          range(count)))
        finally:
            codes = list(pool.map(lambda server: server.stop(), servers))
    assert codes == [0] * count
    assert not any(run_dir(server).exists() for server in servers)


@pytest.fixture
def open_folder():
    """A folder that nobody may use: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, 65534, 65534)
        yield pathlib.Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_nobody(open_folder):
    home = open_folder
    # The tree that was built may be closed to others as well.
    built = pathlib.Path(BINARY).resolve()
    for program in (built, built.with_name("lyncmock-kdc-keeper")):
        shutil.copy(program, home)
    with subprocess.Popen(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
             "--no-new-privs", home / built.name, "serve", "--ccache",
             "alice"],
            env=clean_environment(home, {"TMPDIR": str(home)}), cwd=home,
            stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        assert " kdc=" in line, line
        conf = line.split("krb5_conf=")[1].split()[0]
        folder = pathlib.Path(conf).parent
        done = subprocess.run(
            ["kvno", "HTTP/localhost"], capture_output=True, text=True,
            timeout=PATIENCE, env=clean_environment(home, {
                "KRB5_CONFIG": conf,
                "KRB5CCNAME": f"FILE:{folder}/alice.ccache"}))
        assert "kvno = 2" in done.stdout, done.stderr
        server.terminate()
        assert server.wait(PATIENCE) == 0
    assert not folder.exists()


def can_unshare():
    return subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", "true"],
        capture_output=True, timeout=PATIENCE).returncode == 0


def test_as_the_first_process(tmp_path):
    """In a container: orphans are ours, and none stays as a zombie."""
    if not can_unshare():
        pytest.skip("this machine lets us make no PID namespace")
    with subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
             BINARY, "serve"], env=clean_environment(tmp_path),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as outer:
        line = outer.stdout.readline()
        assert " pid=1 " in line and " kdc=" in line
        [first] = children(outer.pid)
        keeper, kdc = family(first)
        os.kill(keeper, signal.SIGKILL)
        until("both to be gone", lambda: not any(
            pathlib.Path(f"/proc/{pid}").exists() for pid in (keeper, kdc)))
        os.kill(first, signal.SIGTERM)
        assert outer.wait(PATIENCE) == 0


def test_installed_tree(tmp_path):
    """As `make install` lays it out, wherever that was moved to."""
    for folder, name in (("bin", "lyncmock"),
                         ("libexec/lyncmock", "lyncmock-kdc-keeper")):
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(pathlib.Path(BINARY).parent / name, tmp_path / folder)
    done = subprocess.run(
        [tmp_path / "bin" / "lyncmock", "serve", "--timeout", "10ms"],
        env=clean_environment(tmp_path), capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 4, done.stderr
    assert " kdc=" in done.stdout


def test_the_keeper_is_missing(tmp_path):
    lonely = shutil.copy(BINARY, tmp_path / "lyncmock")
    if os.path.exists("/usr/local/libexec/lyncmock/lyncmock-kdc-keeper"):
        pytest.skip("a keeper is installed on this machine")
    done = subprocess.run(
        [lonely, "serve"], env=clean_environment(tmp_path),
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 3
    assert "cannot start the KDC's keeper" in done.stderr
    assert str(tmp_path / "lyncmock-kdc-keeper") in done.stderr
    for words in ("three programs side by side", "offer.kerberos=no"):
        assert words in done.stderr


def test_the_callers_kerberos(serve, tmp_path):
    """Nothing of it is read, nothing of it is written."""
    trace = tmp_path / "trace"
    cache = tmp_path / "cache"
    server = serve("--ccache", "alice", env={
        "KRB5_CONFIG": "/nonexistent", "KRB5_KDC_PROFILE": "/nonexistent",
        "KRB5CCNAME": f"FILE:{cache}", "KRB5_KTNAME": "/nonexistent",
        "KRB5_CLIENT_KTNAME": "/nonexistent", "KRB5RCACHEDIR": "/nonexistent",
        "KRB5RCACHENAME": "none:", "KRB5_TRACE": str(trace)})
    client = Client(server)
    client.kinit()
    client.kvno()
    assert not trace.exists()
    assert not cache.exists()


def test_krb5kdc_in_path(serve, tmp_path):
    """A link in PATH comes before what is in sbin."""
    program = fake_kdc(tmp_path, "echo the fake in PATH >&2\nexit 1")
    program.rename(tmp_path / "krb5kdc")
    done = run_cli(tmp_path, "serve", env={
        "PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert done.returncode == 3
    assert "the fake in PATH" in done.stderr
