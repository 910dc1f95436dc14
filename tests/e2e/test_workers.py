"""--workers N: several loops on the same ports, and one truth for all."""

import base64
import collections
import pathlib
import re
import signal
import threading
import time

import pytest

from clients import Connection
from harness import PASSWORD, PATIENCE, run_cli
from impacket_client import impacket
from kerberos import Client, missing
from raw import Peer
from sessions import Admin
from signin import ALICE, sign_in
from test_reload import Playing, ask_on, world_of

WORKERS = ["2", "4"]


@pytest.fixture(params=WORKERS)
def workers(request):
    return ("--workers", request.param)


@pytest.fixture
def play(serve, tmp_path, workers):
    def start(text="", *args):
        return Playing(serve, tmp_path, text, *workers, *args)

    return start


def at_once(count, work):
    """Runs work(i) on so many threads; raises what one of them raised."""
    results, wrong = [None] * count, []

    def run(i):
        try:
            results[i] = work(i)
        except BaseException as error:  # noqa: B902: told below
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
        assert not thread.is_alive()
    if wrong:
        raise wrong[0]
    return results


def read_status(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.socket.recv(65536)
        if not more:
            raise ConnectionError("the server has gone")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(re.search(rb"Content-Length: (\d+)", head).group(1))
    while len(body) < size:
        body += peer.socket.recv(65536)
    return int(head.split()[1])


def ask_host(server, host, count, path="/", headers=""):
    """Statuses of `count` requests for this host, on one connection."""
    found = []
    with Peer(server) as peer:
        for _ in range(count):
            peer.socket.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"
                .encode())
            found.append(read_status(peer))
    return found


def statuses(server, count, path="/", headers=""):
    return ask_host(server, server.name("lyncdiscover"), count, path, headers)


def ids_are_complete(server):
    entries = server.entries()
    assert sorted(entry["id"] for entry in entries) == \
        list(range(1, len(entries) + 1))
    return entries


# --- counters -------------------------------------------------------------------

def test_counters_are_exact(play):
    playing = play("steps: [{at: discover.root, when: {first: 100}, "
                   "do: {status: 503}}]\n")
    found = at_once(16, lambda _: statuses(playing.server, 25))
    counted = collections.Counter(sum(found, []))
    assert counted == {503: 100, 200: 300}
    assert playing.server.stop() == 0
    entries = ids_are_complete(playing.server)
    assert len(entries) == 400
    assert len({entry["connection"]["id"] for entry in entries}) == 16


def basic(password):
    token = base64.b64encode(f"{ALICE}:{password}".encode()).decode()
    return f"Authorization: Basic {token}\r\n"


@pytest.mark.parametrize("wrong,then", [(39, 200), (40, 401)])
def test_the_threshold_is_exact(play, wrong, then):
    playing = play("world: {lockout-threshold: 40}\n")

    def guess(_):
        return statuses(playing.server, 1, "/auth/basic", basic("wrong"))

    assert at_once(wrong, guess) == [[401]] * wrong
    assert statuses(playing.server, 1, "/auth/basic",
                    basic(PASSWORD)) == [then]


# --- sign-ins -------------------------------------------------------------------

def test_sign_ins(play):
    playing = play()
    at_once(8, lambda _: sign_in(impacket(playing.server), playing.server))
    assert playing.server.stop() == 0
    ids_are_complete(playing.server)


kerberos = pytest.mark.skipif(bool(missing()), reason=str(missing()))


@kerberos
def test_a_replay_is_seen_by_all(play):
    playing = play()
    client = Client(playing.server)
    client.kinit()
    context = client.gss().context("lyncweb")
    token = base64.b64encode(context.step(b"")).decode()

    def ask(_):
        connection = Connection(playing.server, "lyncweb")
        return connection.ask("GET", "/auth/negotiate",
                              {"Authorization": f"Negotiate {token}"}).status

    found = at_once(8, ask)
    assert sorted(found) == [200] + [401] * 7


@kerberos
def test_the_proxy_of_the_kdc(play):
    """Its endpoint is in all of them, the KDC in one."""
    playing = play()
    config = playing.server.ports()["krb5_proxy_conf"]

    clients = [Client(playing.server, env={"KRB5_CONFIG": config})
               for _ in range(6)]
    at_once(6, lambda i: clients[i].kinit())
    at_once(6, lambda i: clients[i].kvno())
    assert playing.server.stop() == 0
    entries = ids_are_complete(playing.server)
    assert sum(entry.get("operation") == "kdc.as" for entry in entries) >= 6


# --- reload, the end --------------------------------------------------------------

def test_reload_under_load(play):
    playing = play(world_of("a"))
    stop, seen, wrong = threading.Event(), [], []
    askers = [threading.Thread(target=ask_on, args=(
        Peer(playing.server, tls=True, host="lyncdiscover"), stop, seen,
        wrong)) for _ in range(8)]
    for asker in askers:
        asker.start()
    for i in range(30):
        temporary = playing.path.with_suffix(".new")
        temporary.write_text("lyncmock: 1\n" + world_of("ab"[i % 2]))
        temporary.rename(playing.path)
        playing.hang_up()
        time.sleep(0.01)
        # New connections, whose certificates are of this moment.
        Peer(playing.server, tls=True, host="lyncdiscover").close()
    stop.set()
    for asker in askers:
        asker.join(PATIENCE)
    assert not wrong, wrong[0]
    assert {b"a", b"b"} <= set(seen)


def test_a_reload_while_sessions_come(play):
    """The list of sessions changes as a reload looks a name up in it."""
    playing = play(world_of("a"), "--set", "offer.kerberos=no", "--template",
                   "good/ios-ntlm", "--session-ttl", "100ms")
    server = playing.server
    stop = threading.Event()

    def ask(i):
        k = 0
        while not stop.is_set():
            k += 1
            ask_host(server, f"lyncdiscover.t{i}-{k % 50}.contoso.test", 1)

    def reload(_):
        try:
            for k in range(40):
                playing.plays(world_of("ab"[k % 2]))
        finally:
            stop.set()

    at_once(4, lambda i: reload(i) if i == 3 else ask(i))
    assert server.stop() == 0


def test_admin_and_a_session_that_expires_meanwhile(serve, workers):
    """A scenario takes long to read; another worker finds its session's time
    to live over."""
    server = serve(*workers, "--set", "offer.kerberos=no")
    admin = Admin(server)
    steps = "".join("  - {at: http.response, do: {headers: {X-%d: '1'}}}\n" % i
                    for i in range(1000))
    stop = threading.Event()

    def ask(_):
        while not stop.is_set():
            ask_host(server, "lyncdiscover.t1.contoso.test", 1)
            time.sleep(0.03)

    def manage(_):
        try:
            for _ in range(5):
                admin.make("t1.contoso.test", ttl="25ms")
                told = admin.ask("PUT", "/sessions/t1.contoso.test/scenario",
                                 "lyncmock: 1\nsteps:\n" + steps,
                                 "application/yaml")
                assert told.status in (200, 404), told.text
                admin.ask("DELETE", "/sessions/t1.contoso.test")
        finally:
            stop.set()

    at_once(5, lambda i: manage(i) if i == 4 else ask(i))
    assert server.stop() == 0


def test_it_ends_under_load(play):
    playing = play()
    gone = threading.Event()

    def load(_):
        while not gone.is_set():
            try:
                statuses(playing.server, 5)
            except OSError:
                return

    askers = [threading.Thread(target=load, args=(i,), daemon=True)
              for i in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.3)
    assert playing.server.stop() == 0
    gone.set()
    entries = ids_are_complete(playing.server)
    assert len(entries) > 10


@kerberos
def test_killed(play):
    """The keeper sees to what is left, as with one worker."""
    playing = play()
    folder = playing.server.ready["krb5_conf"].rpartition("/")[0]
    playing.server.expected_exit = -signal.SIGKILL
    assert playing.server.stop(signal.SIGKILL) == -signal.SIGKILL
    end = time.monotonic() + PATIENCE
    while pathlib.Path(folder).exists():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("value", ["0", "65", "two"])
def test_a_bad_number(tmp_path, value):
    done = run_cli(tmp_path, "serve", "--workers", value)
    assert done.returncode == 2
    assert f'--workers: "{value}": expected 1 to 64' in done.stderr


# --- sessions ---------------------------------------------------------------------

def test_two_hundred_sessions(serve, tmp_path, workers):
    """Twenty scenarios, each by its own status, for ten sessions each, which
    two clients contact first at once; their counters are their own."""
    templates = []
    for i in range(20):
        path = tmp_path / f"t{i}.yaml"
        path.write_text("lyncmock: 1\nsteps: [{at: discover.root, "
                        f"when: {{first: 3}}, do: {{status: {500 + i}}}}}]\n")
        templates += ["--template", f"s{i}-*={path}"]
    server = serve(*workers, "--set", "offer.kerberos=no", *templates)
    admin = Admin(server)

    def work(i):
        found = {}
        for k in range(200):
            number = k * 7 % 200
            if number % 4 != i // 2:
                continue  # the business of two others
            host = f"lyncdiscover.s{number % 20}-{number}.contoso.test"
            found[number] = ask_host(server, host, 3)
        return found

    both = collections.defaultdict(list)
    for found in at_once(8, work):
        for number, statuses_of in found.items():
            both[number] += statuses_of
    assert len(both) == 200
    for number, statuses_of in both.items():
        assert collections.Counter(statuses_of) == {500 + number % 20: 3,
                                                    200: 3}
    for number in (0, 77, 199):
        records = admin.journal(f"s{number % 20}-{number}.contoso.test")
        assert len(records) == 6
        assert {record["session"] for record in records} == \
            {f"s{number % 20}-{number}.contoso.test"}
    assert server.stop() == 0
    assert len(ids_are_complete(server)) == 1200


def test_the_admin_port_beside_all_that(serve, workers):
    """Sessions are made, played again and removed while others ask for them."""
    server = serve(*workers, "--set", "offer.kerberos=no")
    admin = Admin(server)
    stop = threading.Event()

    def ask(i):
        while not stop.is_set():
            assert ask_host(server, f"lyncdiscover.t{i % 3}.contoso.test",
                            2)[0] in (200, 503, 418)

    def manage(_):
        try:
            for k in range(15):
                name = f"t{k % 3}.contoso.test"
                admin.make(name, "lyncmock: 1\nsteps: [{at: discover.root, "
                                 "do: {status: 503}}]\n")
                admin.good("PUT", f"/sessions/{name}/scenario",
                           "lyncmock: 1\nsteps: [{at: discover.root, "
                           "do: {status: 418}}]\n", "application/yaml")
                admin.journal(name)
                admin.good("DELETE", f"/sessions/{name}", status=204)
        finally:
            stop.set()

    at_once(5, lambda i: manage(i) if i == 4 else ask(i))
    assert server.stop() == 0
    ids_are_complete(server)
