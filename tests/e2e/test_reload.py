"""SIGHUP and --watch: the scenario is read again, whole or not at all."""

import itertools
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from clients import Connection, token_of
from harness import BINARY, PASSWORD, PATIENCE, clean_environment, run_cli
from impacket_client import impacket
from raw import Peer
from signin import ALICE

KERBEROS = False
WATCH_SETTLED = 0.4  # twice the time in which a change would have been seen
READ_AGAIN = "is read again"
STAYS = "the old scenario stays"


class Playing:
    """A server, and the file that it plays."""

    def __init__(self, serve, folder, text="", *args):
        self.path = folder / "play.yaml"
        self.write(text)
        self.server = serve(self.path, *args)
        self.told = 0

    def write(self, text):
        self.path.write_text("lyncmock: 1\n" + text)

    def says(self, *words):
        """Waits for one more line about a reload, which has the words."""
        line = self.next_line()
        for word in words:
            assert word in line, line
        return line

    def lines(self):
        return [line for line in self.server.messages().splitlines()
                if READ_AGAIN in line or STAYS in line]

    def next_line(self):
        end = time.monotonic() + PATIENCE
        while len(self.lines()) <= self.told:
            assert time.monotonic() < end, self.server.messages()
            time.sleep(0.005)
        self.told += 1
        return self.lines()[self.told - 1]

    def hang_up(self, text=None):
        if text is not None:
            self.write(text)
        self.server.process.send_signal(signal.SIGHUP)

    def plays(self, text, *words):
        self.hang_up(text)
        return self.says(READ_AGAIN, *words)

    def stays(self, text, *words):
        self.hang_up(text)
        return self.says(STAYS, *words)

    def status(self, host="lyncdiscover", **how):
        return self.server.curl(self.server.url(host, **how)).status


@pytest.fixture
def play(serve, tmp_path):
    return lambda text="", *args: Playing(serve, tmp_path, text, *args)


def step(status):
    return f"steps: [{{at: discover.root, do: {{status: {status}}}}}]\n"


# --- what is read -------------------------------------------------------------

def test_steps_and_settings(play):
    playing = play("title: Old\n" + step(503))
    assert playing.status() == 503
    playing.plays(step(418) + "world: {product: sfb2015}\n",
                  "steps=1 (before: 1)", "product", "SIGHUP")
    assert playing.status() == 418
    playing.plays("", "steps=0 (before: 1)")
    assert playing.status() == 200
    playing.plays(step("500"), "steps that differ: 1, settings that differ: "
                  "none;")


@pytest.mark.parametrize("before,after,count", [
    ("{at: discover.root, do: {status: 503}}",
     "{at: discover.root, do: {status: 502}}", 1),
    ("{at: discover.root, id: one, do: {status: 503}}",
     "{at: discover.root, id: one, do: {status: 502}}", 1),
    ("{at: discover.root, do: {status: 503}}",
     "{at: discover.root, do: {status: 503}}", 0),
    ("{at: discover.root, do: {status: 503}}",
     "{at: discover.user, do: {status: 503}}, "
     "{at: discover.root, do: {status: 503}}", 1),
])
def test_steps_that_differ_are_counted(play, before, after, count):
    playing = play(f"steps: [{before}]\n")
    playing.plays(f"steps: [{after}]\n", f"steps that differ: {count}, ")


def test_counters_begin_afresh(play):
    text = ("steps: [{at: discover.root, when: {first: 1}, "
            "do: {status: 503}}]\n")
    playing = play(text)
    assert [playing.status(), playing.status()] == [503, 200]
    playing.plays(text)
    assert [playing.status(), playing.status()] == [503, 200]


def test_what_it_extends_and_names(play, tmp_path):
    parent = tmp_path / "parent.yaml"
    body = tmp_path / "body.txt"
    parent.write_text("lyncmock: 1\nsteps: [{at: discover.root, "
                      "do: {body: {file: body.txt}}}]\n")
    body.write_text("one")
    playing = play("extends: parent.yaml\n")
    url = playing.server.url("lyncdiscover")
    assert playing.server.curl(url).body == b"one"
    body.write_text("two")
    playing.hang_up()
    playing.says(READ_AGAIN)
    assert playing.server.curl(url).body == b"two"
    parent.write_text("lyncmock: 1\n")
    playing.hang_up()
    playing.says(READ_AGAIN)
    assert b"two" not in playing.server.curl(url).body


def test_set_holds_again(play):
    playing = play("world: {ntlm: {v1: no}}\n", "--set", "product=sfb2015")
    headers = playing.server.curl(
        playing.server.url("lyncweb", "/")).header("Server")
    playing.plays("world: {product: lync2013}\n", "settings that differ: none")
    assert playing.server.curl(
        playing.server.url("lyncweb", "/")).header("Server") == headers


@pytest.mark.parametrize("scenario,words", [
    (["good/ios-ntlm"], "good/ios-ntlm is compiled in: nothing has changed"),
    ([], "no scenario file is named on the command line: nothing has changed"),
])
def test_nothing_to_read(serve, scenario, words):
    server = serve(*scenario)
    server.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while "SIGHUP: " + words not in server.messages():
        assert time.monotonic() < end, server.messages()
        time.sleep(0.005)


def test_a_pipe_is_not_read_again(tmp_path, serve):
    read, write = os.pipe()
    os.write(write, b"lyncmock: 1\n" + step(503).encode())
    os.close(write)
    server = serve(f"/dev/fd/{read}", pass_fds=(read,))
    os.close(read)
    server.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while "is no plain file, and cannot be read again" not in \
            server.messages():
        assert time.monotonic() < end, server.messages()
        time.sleep(0.005)
    assert server.curl(server.url("lyncdiscover")).status == 503


# --- what is wrong ------------------------------------------------------------

def test_errors_are_those_of_check(play, tmp_path):
    playing = play(step(503))
    playing.stays(step(418) + "x: 1\nworld: {clok: 1h}\n",
                  "the scenario is wrong")
    found = run_cli(tmp_path, "check", playing.path).stderr.splitlines()
    assert len(found) == 2
    for line in found:
        assert line in playing.server.messages()
    assert playing.status() == 503
    playing.path.unlink()
    playing.hang_up()
    playing.says(STAYS, "cannot read", str(playing.path))
    assert playing.status() == 503
    playing.plays(step(418))
    assert playing.status() == 418


@pytest.mark.parametrize("name,setting", [
    ("http.header-limit", "http: {header-limit: 128KiB}"),
    ("ticket.key", "ticket: {key: rsa2048}"),
    ("tls.key", "tls: {key: rsa2048}"),
    ("tcp.https", "tcp: {https: refused}"),
    ("tcp.connections", "tcp: {connections: 5}"),
])
def test_settled_at_the_start(play, name, setting):
    playing = play(step(503))
    playing.stays(f"world: {{{setting}}}\n" + step(418), name + ": is ",
                  "cannot become", "restart it")
    assert playing.status() == 503


def test_a_setting_that_another_one_decides_says_which(play):
    playing = play("world: {tls: {profile: phone}}\n")
    playing.stays("title: No phone\n",
                  "tls.key: is rsa2048 since the server started (from "
                  "tls.profile: phone), and cannot become p256",
                  "--set tls.key=rsa2048")


def test_a_domain_that_the_ca_does_not_cover(play):
    playing = play(step(503))
    playing.stays("world: {domain: fabrikam.test}\n", "the running CA",
                  "do not permit lyncdiscover.fabrikam.test")
    assert playing.status() == 503


def test_ca_dir_does_not_cover_it_either(play, tmp_path):
    playing = play("", "--ca-dir", tmp_path / "ca")
    playing.stays("world: {domain: fabrikam.test}\n", "the running CA")
    playing.plays("world: {domain: eu.contoso.test}\n", "domain")
    playing.server.domain = "eu.contoso.test"
    assert playing.status() == 200


def test_a_hosted_domain_needs_its_names(play):
    playing = play("world: {hosted: {domain: fabrikam.test, "
                   "url: 'https://lyncdiscover.fabrikam.test/'}}\n")
    playing.plays("world: {hosted: {domain: fabrikam.test, "
                  "url: 'https://other.fabrikam.test/'}}\n", "hosted.url")
    playing.stays("world: {hosted: {domain: other.test, "
                  "url: 'https://lyncdiscover.other.test/'}}\n",
                  "lyncdiscover.other.test")


# --- what follows -------------------------------------------------------------

def test_new_names_get_certificates(play):
    """curl verifies the name, and the chain to the CA of the start."""
    playing = play()
    playing.plays("world: {domain: eu.contoso.test, pool-count: 3}\n",
                  "domain", "pool-count")
    playing.server.domain = "eu.contoso.test"
    for host in ("lyncdiscover", "lyncweb3"):
        assert playing.status(host) in (200, 403, 404)
    playing.server.domain = "contoso.test"
    assert playing.server.curl(
        playing.server.url("lyncdiscover"), "-k").status == 200


def curl_code(server, *args):
    port = server.https
    return subprocess.run(
        ["curl", "-sS", "--cacert", server.ca_file, "--resolve",
         f"*:{port}:127.0.0.1", *args, server.url("lyncdiscover")],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=PATIENCE)


def test_tls_follows(play):
    playing = play()
    assert curl_code(playing.server, "--tlsv1.3").returncode == 0
    playing.plays("world: {tls: {max: 1.2}}\n", "tls.max")
    assert curl_code(playing.server, "--tlsv1.3").returncode == 35
    playing.plays("world: {tls: {profile: expired}}\n", "tls.profile")
    assert "expired" in curl_code(playing.server, "--tlsv1.3").stderr
    playing.plays("world: {tls: {clock: -3650d}}\n", "tls.clock")
    assert "expired" in curl_code(playing.server).stderr
    playing.plays("")
    assert curl_code(playing.server, "--tlsv1.3").returncode == 0


def test_accounts_begin_afresh(play):
    playing = play("world: {lockout-threshold: 1}\n")
    wrong = ("--ntlm", "-u", "CONTOSO\\alice:wrong")
    right = ("--ntlm", "-u", "CONTOSO\\alice:" + PASSWORD)
    url = playing.server.url("lyncweb", "/auth/ntlm")
    assert playing.server.curl(url, *wrong).status == 401
    assert playing.server.curl(url, *right).status == 401
    playing.plays("world: {lockout-threshold: 1}\n",
                  "accounts, counters and clock begin afresh")
    assert playing.server.curl(url, *right).status == 200


# --- connections and requests under way ---------------------------------------

def signed_in(server):
    """A connection that NTLM has authenticated as alice."""
    connection = Connection(server, "lyncweb")
    carrier = impacket(server)
    maker = carrier.begin(ALICE, PASSWORD, connection)
    answer = carrier.shake_hands(connection, maker, "GET", "/auth/ntlm", {},
                                 None)
    assert answer.status == 200
    return connection


def test_a_connection_keeps_who_it_is(play):
    playing = play()
    connection = signed_in(playing.server)
    playing.plays("world: {users: {alice: {home: 2}}}\n", "user.alice")
    answer = connection.ask("GET", "/auth/ntlm", {})
    assert answer.status == 200 and b"alice" in answer.body
    playing.plays("world: {users: {alice: {state: unknown}}}\n", "user.alice")
    assert connection.ask("GET", "/auth/ntlm", {}).status == 401


def test_a_handshake_across_a_reload(play):
    """The challenge is the old world's, who may come in the new one's say."""
    playing = play("world: {users: {alice: {password: Other-1}}}\n")
    connection = Connection(playing.server, "lyncweb")
    carrier = impacket(playing.server)
    maker = carrier.begin(ALICE, PASSWORD, connection)
    first = connection.ask("GET", "/auth/ntlm",
                           carrier.credentials(maker.step(None)))
    assert first.status == 401
    playing.plays("")
    last = carrier.credentials(maker.step(token_of(first, "NTLM")))
    assert connection.ask("GET", "/auth/ntlm", last).status == 200


def test_a_request_under_way_keeps_its_world(play):
    playing = play("world: {pools: {1: {server: old.contoso.test}}}\n"
                   "steps: [{at: discover.root, do: {delay: 1s}}]\n")
    connection = Connection(playing.server, "lyncdiscover")
    connection.request("GET", "/")
    time.sleep(0.3)
    playing.plays("world: {pools: {1: {server: new.contoso.test}}}\n")
    url = playing.server.url("lyncdiscover")
    assert playing.server.curl(url).header("X-MS-Server-Fqdn") == \
        "new.contoso.test"
    assert connection.getresponse().getheader("X-MS-Server-Fqdn") == \
        "old.contoso.test"


def world_of(letter):
    """Two places that must agree: a header, and a link in the body."""
    return (f"world: {{pools: {{1: {{server: fe-{letter}.contoso.test, "
            f"web-external: web-{letter}.contoso.test}}}}}}\n")


AGREES = re.compile(rb"fe-(.)\.contoso\.test.*web-(.)\.contoso\.test", re.S)


def ask_on(peer, stop, seen, wrong):
    request = (b"GET /?domain HTTP/1.1\r\nHost: lyncdiscover.contoso.test\r\n"
               b"Accept: application/json\r\n\r\n")
    while not stop.is_set():
        peer.socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += peer.socket.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        size = int(re.search(rb"Content-Length: (\d+)", head).group(1))
        while len(body) < size:
            body += peer.socket.recv(65536)
        found = AGREES.search(head + body)
        if not found or found.group(1) != found.group(2):
            wrong.append(head + body)
            return
        seen.append(found.group(1))


def enough(seen):
    return len(seen) > 200 and {b"a", b"b"} <= set(seen)


def test_no_exchange_sees_half_a_world(play):
    """While requests run as fast as they can, 100 SIGHUP or more: as many as it
    takes until enough requests were answered from both worlds."""
    playing = play(world_of("a"))
    stop, seen, wrong = threading.Event(), [], []
    askers = [threading.Thread(target=ask_on, args=(
        Peer(playing.server, tls=True, host="lyncdiscover"), stop, seen,
        wrong)) for _ in range(4)]
    for asker in askers:
        asker.start()
    end = time.monotonic() + PATIENCE
    for i in itertools.count():
        if i >= 100 and (enough(seen) or time.monotonic() > end):
            break
        temporary = playing.path.with_suffix(".new")
        temporary.write_text("lyncmock: 1\n" + world_of("ab"[i % 2]))
        temporary.rename(playing.path)
        playing.hang_up()
        time.sleep(0.005)
    stop.set()
    for asker in askers:
        asker.join(PATIENCE)
    assert not wrong, wrong[0]
    assert enough(seen)


def rss(server):
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])


def test_memory_is_flat(play):
    playing = play(world_of("a") + step(503))
    sanitized = b"__asan" in open(BINARY, "rb").read()
    count = 50 if sanitized else 500
    for half in range(2):
        for i in range(count):
            playing.plays(world_of("ab"[i % 2]) + step(503))
        before, after = (after if half else 0), rss(playing.server)
    assert sanitized or after - before < 512, (before, after)


def test_sighup_while_it_starts(tmp_path):
    """From the moment that it blocks signals, none is lost, none kills."""
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\n")
    process = subprocess.Popen(
        [BINARY, "serve", str(path)], env=clean_environment(tmp_path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    status = f"/proc/{process.pid}/status"
    while not int(re.search(r"SigBlk:\s+(\w+)", open(status).read()).group(1),
                  16) & 1:
        pass
    process.send_signal(signal.SIGHUP)
    assert "ready" in process.stdout.readline()
    end = time.monotonic() + PATIENCE
    line = ""
    while READ_AGAIN not in line and time.monotonic() < end:
        line = process.stderr.readline()
    assert "SIGHUP" in line
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    process.stderr.close()


# --- --watch --------------------------------------------------------------------

@pytest.fixture
def watch(play):
    return lambda text="": play(text, "--watch")


def test_watch_a_file_that_is_written(watch):
    playing = watch(step(503))
    playing.write(step(418))
    playing.says("--watch", READ_AGAIN)
    assert playing.status() == 418
    playing.write(step("no"))
    playing.says("--watch", STAYS)
    assert playing.status() == 418


def test_watch_a_file_that_is_renamed(watch):
    """vim, emacs and sed -i write another file, and rename it."""
    playing = watch(step(503))
    for status in (418, 502):
        other = playing.path.with_name(".play.swp")
        other.write_text("lyncmock: 1\n" + step(status))
        other.rename(playing.path)
        playing.says(READ_AGAIN)
        assert playing.status() == status


def test_a_burst_is_one_reload(watch):
    playing = watch(step(503))
    for status in range(400, 418):
        playing.write(step(status))
        time.sleep(0.005)
    playing.says(READ_AGAIN)
    time.sleep(WATCH_SETTLED)
    assert playing.status() == 417
    assert len(playing.lines()) == 1


def test_a_file_that_is_gone_is_waited_for(watch):
    playing = watch(step(503))
    playing.path.unlink()
    time.sleep(WATCH_SETTLED)
    assert playing.lines() == []
    playing.write(step(418))
    playing.says(READ_AGAIN)
    assert playing.status() == 418


def test_watch_what_it_extends_and_names(watch, tmp_path):
    folder = tmp_path / "below"
    folder.mkdir()
    parent = folder / "parent.yaml"
    body = folder / "body.txt"
    parent.write_text("lyncmock: 1\nsteps: [{at: discover.root, "
                      "do: {body: {file: body.txt}}}]\n")
    body.write_text("one")
    playing = watch("extends: below/parent.yaml\n")
    body.write_text("two")
    playing.says(READ_AGAIN)
    assert playing.server.curl(
        playing.server.url("lyncdiscover")).body == b"two"
    parent.write_text("lyncmock: 1\n" + step(418))
    playing.says(READ_AGAIN)
    assert playing.status() == 418
    body.write_text("three")  # no longer one of its files
    (tmp_path / "beside.txt").write_text("neither")
    time.sleep(WATCH_SETTLED)
    assert len(playing.lines()) == 2


def test_a_file_that_was_missing_is_waited_for(watch, tmp_path):
    playing = watch(step(503))
    playing.write("extends: later.yaml\n")
    playing.says(STAYS)
    (tmp_path / "later.yaml").write_text("lyncmock: 1\n" + step(418))
    playing.says(READ_AGAIN)
    assert playing.status() == 418


def test_a_link_that_leads_elsewhere(serve, tmp_path):
    """As Kubernetes swaps the files of a ConfigMap."""
    for name, status in (("one", 503), ("two", 418)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "play.yaml").write_text(
            "lyncmock: 1\n" + step(status))
    (tmp_path / "data").symlink_to("one")
    (tmp_path / "play.yaml").symlink_to("data/play.yaml")
    playing = Playing.__new__(Playing)
    playing.path, playing.told = tmp_path / "play.yaml", 0
    playing.server = serve(playing.path, "--watch")
    assert playing.status() == 503
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(tmp_path / "data")
    playing.says(READ_AGAIN)
    assert playing.status() == 418


@pytest.mark.parametrize("scenario,words", [
    (["good/ios-ntlm"], "--watch: good/ios-ntlm is compiled in, so there is no file to watch"),
    ([], "--watch: no scenario file is named on the command line"),
])
def test_nothing_to_watch(tmp_path, scenario, words):
    done = run_cli(tmp_path, "serve", *scenario, "--watch")
    assert done.returncode == 2
    assert words in done.stderr
