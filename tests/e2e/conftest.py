"""Fixtures: servers that are stopped, and judged, when the test is over."""

import signal
import sys

import pytest

from clients import Curl
from harness import ROOT, SANITIZER, Server
from signin import sign_in

# What docs/ci offers to everybody: see test_fixture.py.
sys.path.insert(0, str(ROOT / "docs" / "ci"))
# pylint: disable-next=wrong-import-position,unused-import
from lyncmock_fixture import (  # noqa: E402,F401
    lyncmock, pytest_configure, start_lyncmock)

# What a script puts into the background ignores these (POSIX, Shell Command
# Language, 2.11), and so would each client here: a program that is started
# inherits that, and a shell cannot even trap them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Says where the log and the journal of a failed test are."""
    report = (yield).get_result()
    servers = getattr(item, "lyncmock_servers", [])
    if report.when == "call":
        item.failed_in_call = report.failed
    if report.failed:
        for server in servers:
            tail = "\n".join(server.messages().splitlines()[-40:])
            report.sections.append((
                f"lyncmock: {server.log} and {server.journal}", tail))


@pytest.fixture
def serve(tmp_path, request):
    """serve(*options, env=...) starts a server and waits until it is ready.

    A file that has nothing to do with Kerberos, and starts many servers, says
    KERBEROS = False: a KDC is more than a quarter of the processor's time."""
    servers = request.node.lyncmock_servers = []
    kerberos = getattr(request.module, "KERBEROS", True)

    def start(*args, **how):
        folder = tmp_path / f"server-{len(servers) + 1}"
        if not kerberos:
            args = ("--set", "offer.kerberos=no", *args)
        server = Server(folder, *args, **how)
        servers.append(server)
        return server

    yield start
    codes = [server.stop() for server in servers]
    for server, code in zip(servers, codes):
        judge(server)
        expected = getattr(server, "expected_exit", 0)
        assert code == expected, f"exit code {code}; see {server.log}"


def judge(server):
    """Has a sanitizer or an assertion complained?"""
    report = SANITIZER.search(server.messages())
    assert not report, f"{report.group(0)}; see {server.log}"


@pytest.fixture
def play(serve, tmp_path):
    """play(step...) serves a scenario with these steps."""
    def start(*steps, world="", args=()):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\n" + world + "steps:\n" +
                        "".join(f"  - {step}\n" for step in steps))
        return serve(path, *args)

    return start


@pytest.fixture
def server(serve):
    """The good world."""
    return serve()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("shared"))
    yield server
    assert server.stop() == 0
    judge(server)


@pytest.fixture
def sturdy(shared_server, request):
    """A server that the tests of a file share, since none may harm it: after
    each of them a good client signs in."""
    request.node.lyncmock_servers = [shared_server]
    yield shared_server
    assert shared_server.process.poll() is None
    judge(shared_server)
    sign_in(Curl(shared_server, "--ntlm"), shared_server)
