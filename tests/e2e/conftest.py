"""Fixtures: servers that are stopped, and judged, when the test is over."""

import pytest

from harness import SANITIZER, Server


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
    """serve(*options, env=...) starts a server and waits until it is ready."""
    servers = request.node.lyncmock_servers = []

    def start(*args, **how):
        folder = tmp_path / f"server-{len(servers) + 1}"
        server = Server(folder, *args, **how)
        servers.append(server)
        return server

    yield start
    codes = [server.stop() for server in servers]
    for server, code in zip(servers, codes):
        report = SANITIZER.search(server.messages())
        assert not report, f"{report.group(0)}; see {server.log}"
        expected = getattr(server, "expected_exit", 0)
        assert code == expected, f"exit code {code}; see {server.log}"


@pytest.fixture
def server(serve):
    """The good world."""
    return serve()
