"""Waiting for a point: on the admin port, and with `lyncmock wait`."""

import json
import signal
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from harness import BINARY, PATIENCE, clean_environment, run_cli
from raw import Peer

KERBEROS = False
LIMIT = 16  # requests that may wait at a time
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(server, query, session="default"):
    """Status and object of the answer."""
    ports = server.ports()
    request = urllib.request.Request(
        f"http://127.0.0.1:{ports['admin']}/sessions/{session}/wait?{query}",
        headers={"Authorization": f"Bearer {ports['admin_token']}"})
    try:
        with DIRECT.open(request, timeout=PATIENCE) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


class Asking(threading.Thread):
    """A question that is answered later."""

    def __init__(self, *args, **how):
        super().__init__()
        self.question = args, how
        self.status = self.answer = None
        self.start()

    def run(self):
        """Again where await_waiters has taken the place for a moment."""
        args, how = self.question
        self.status, self.answer = ask(*args, **how)
        while "wait already" in self.answer.get("error", ""):
            self.status, self.answer = ask(*args, **how)

    def ended(self):
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.status, self.answer


def await_waiters(server):
    """Until LIMIT wait: one more is refused at once."""
    while ask(server, "point=kdc.as&timeout=10ms")[0] != 503:
        pass


def root(server):
    server.curl(server.url("lyncdiscover"))


def test_what_was_reached_is_answered_at_once(server):
    root(server)
    assert ask(server, "point=discover.root&timeout=0ms") \
        == (200, {"point": "discover.root", "reached": True, "times": 1})


@pytest.mark.parametrize("point", ["tcp.accept", "tls.handshake",
                                   "http.response"])
def test_points_that_no_step_stands_at(server, point):
    root(server)
    status, answer = ask(server, f"point={point}&timeout=0ms")
    assert (status, answer["times"]) == (200, 1)


def test_it_waits(server):
    asking = Asking(server, "point=discover.root&times=2")
    root(server)
    root(server)
    status, answer = asking.ended()
    assert (status, answer["times"]) == (200, 2)


def test_the_loop_goes_on_meanwhile(server):
    askings = [Asking(server, "point=mex.get") for _ in range(LIMIT)]
    await_waiters(server)
    for _ in range(3):
        root(server)
    server.curl(server.url("lyncweb", "/WebTicket/WebTicketService.svc/mex"))
    assert {asking.ended()[0] for asking in askings} == {200}
    # And there is room again.
    assert ask(server, "point=kdc.as&timeout=1ms")[0] == 504


def test_time_is_over(server):
    status, answer = ask(server, "point=mex.get&times=3&timeout=50ms")
    assert status == 504
    assert answer["reached"] is False and answer["times"] == 0
    assert answer["error"] == "mex.get was reached 0 of 3 times within 50ms"
    assert answer["place"] and answer["remedy"]


@pytest.mark.parametrize("query,error", [
    ("", "missing"), ("point=mex.gt", "no point mex.gt"),
    ("point=mex.get&times=0", "expected a number"),
    ("point=mex.get&times=x", "expected a number"),
    ("point=mex.get&timeout=1", "expected a time"),
    ("point=mex.get&timeout=11m", "expected a time"),
    ("point=mex.get&timeout=-1s", "expected a time"),
])
def test_bad_questions(server, query, error):
    status, answer = ask(server, query)
    assert status == 400 and error in answer["error"]


def test_no_such_session(server):
    assert ask(server, "point=mex.get", session="t1.contoso.test")[0] == 404


def test_server_ends_meanwhile(server):
    asking = Asking(server, "point=mex.get")
    for _ in range(LIMIT - 1):
        Asking(server, "point=mex.get")
    await_waiters(server)
    assert server.stop() == 0
    assert asking.ended()[0] == 503


def test_session_ends_meanwhile(serve):
    server = serve("--template", "good/ios-ntlm", "--session-ttl", "1ms")
    server.curl(f"https://lyncdiscover.t1.contoso.test:{server.https}/")
    asking = Asking(server, "point=mex.get&timeout=20s",
                    session="t1.contoso.test")
    while ask(server, "point=mex.get&timeout=0ms",
              session="t1.contoso.test")[0] != 404:
        pass
    assert asking.ended()[0] in (404, 410)


def test_clients_that_go_away(server):
    """They hold their places until their time is over, and break nothing."""
    ports = server.ports()
    for _ in range(LIMIT):
        with Peer(server, port=ports["admin"]) as peer:
            peer.send(f"GET /sessions/default/wait?point=mex.get&timeout=300ms"
                      f" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                      f"{ports['admin_token']}\r\n\r\n".encode())
    while ask(server, "point=kdc.as&timeout=10ms")[0] != 504:
        pass
    root(server)


def test_several_workers(serve):
    server = serve("--workers", "3")
    askings = [Asking(server, f"point=discover.root&times={n}")
               for n in range(1, 9)]
    for _ in range(8):
        root(server)
    assert [asking.ended()[0] for asking in askings] == [200] * 8


# --- the verb ----------------------------------------------------------------

def wait(tmp_path, *args, env=None):
    return run_cli(tmp_path, "wait", *args, env=env)


def test_verb(server, tmp_path):
    root(server)
    done = wait(tmp_path, "discover.root", "--ports-file", server.ports_file)
    assert (done.returncode, done.stdout) \
        == (0, "discover.root was reached 1 time\n")
    done = wait(tmp_path, "discover.root", "--json",
                env={"LYNC_PORTS_FILE": str(server.ports_file)})
    assert json.loads(done.stdout) \
        == {"point": "discover.root", "reached": True, "times": 1}


def test_verb_waits(server, tmp_path):
    with subprocess.Popen(
            [BINARY, "wait", "discover.root", "--times", "2", "--ports-file",
             server.ports_file], env=clean_environment(tmp_path)) as waiting:
        root(server)
        root(server)
        assert waiting.wait(PATIENCE) == 0


def test_verb_waits_for_its_server(tmp_path, serve):
    """The ports file comes later."""
    path = tmp_path / "server-1" / "ports.json"
    with subprocess.Popen(
            [BINARY, "wait", "discover.root", "--ports-file", path],
            env=clean_environment(tmp_path)) as waiting:
        root(serve())
        assert waiting.wait(PATIENCE) == 0


def test_verb_in_time(server, tmp_path):
    done = wait(tmp_path, "mex.get", "--timeout", "50ms", "--ports-file",
                server.ports_file)
    assert done.returncode == 4
    assert "mex.get was reached 0 of 1 times within" in done.stderr


@pytest.mark.parametrize("args,told", [
    (["mex.gt"], 'the nearest is "mex.get"'),
    ([], "wants one point"), (["mex.get", "tcp.accept"], "wants one point"),
    (["mex.get", "--times", "0"], "--times 0"),
    (["mex.get", "--timeout", "1h"], "--timeout 1h"),
    (["mex.get", "--session", "t1"], "there is no session t1"),
])
def test_verb_is_wrong(server, tmp_path, args, told):
    done = wait(tmp_path, *args, "--ports-file", server.ports_file)
    assert done.returncode == 2 and told in done.stderr, done.stderr


def test_verb_without_file(tmp_path):
    done = wait(tmp_path, "mex.get")
    assert done.returncode == 2 and "--ports-file is missing" in done.stderr
    done = wait(tmp_path, "mex.get", "--ports-file", tmp_path / "none",
                "--timeout", "50ms")
    assert done.returncode == 3 and "there is no server" in done.stderr


def test_verb_behind_a_server_that_was_killed(server, tmp_path):
    copy = tmp_path / "copy.json"
    copy.write_bytes(server.ports_file.read_bytes())
    server.expected_exit = -signal.SIGKILL
    server.stop(signal.SIGKILL)
    done = wait(tmp_path, "mex.get", "--ports-file", copy, "--timeout", "50ms")
    assert done.returncode == 3 and "is gone" in done.stderr


def test_verb_on_a_socket(serve, tmp_path):
    server = serve("--admin-socket", tmp_path / "admin.socket")
    root(server)
    done = wait(tmp_path, "discover.root", "--ports-file", server.ports_file)
    assert done.returncode == 0, done.stderr
