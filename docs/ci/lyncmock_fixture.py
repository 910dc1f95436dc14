"""A Lync server for each test that asks for one, and a verdict on the test.

Copy this file beside your tests, and into conftest.py write

    from lyncmock_fixture import lyncmock, pytest_configure, start_lyncmock

A test that takes `lyncmock` is then a client of a server of its own, and fails
where that saw a mistake, with what it saw and why it is one:

    def test_sign_in(lyncmock):
        session = requests.Session()
        session.auth = HttpNtlmAuth(lyncmock.account, lyncmock.password)
        assert session.get(lyncmock.web_url + "auth/ntlm").status_code == 200

    @pytest.mark.lyncmock("failures/password-expired")
    def test_says_that_the_password_has_expired(lyncmock): ...

While it runs, os.environ is what `lyncmock run` gives to a client: CA bundles,
a proxy that knows the names of the world, krb5.conf and a ticket, LYNC_*, and
nothing that leads elsewhere. So requests, httpx, urllib, and programs that the
test starts get there by themselves. The mark takes options of `lyncmock run` behind the scenario.

`lyncmock` must be in PATH, or LYNCMOCK_BINARY say where it is.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

SCENARIO = "good/pc-external-ntlm"
# A healthy server starts in a tenth of a second, and ends in less.
PATIENCE = 30

# The client that lyncmock starts: it hands on its environment, and ends when
# its standard input does. The test is the client in the meantime.
STAND_IN = """
import json, os, sys
print(json.dumps(dict(os.environ)), flush=True)
sys.stdin.read()
"""


class Lyncmock:
    """One `lyncmock run`. `environment` is the whole one of its client."""

    def __init__(self, folder, outer, *args):
        self.folder = pathlib.Path(folder)
        self.code = None
        self.said = ""  # the report for people: why it failed
        stand_in = self.folder / "stand_in.py"
        stand_in.write_text(STAND_IN, "utf-8")
        self._log = open(self.folder / "lyncmock.log", "w+", encoding="utf-8")
        self._process = self._start(
            outer, [*map(str, args), "--json", str(self.folder / "report.json"),
                    "--", sys.executable, str(stand_in)])
        first = self._process.stdout.readline()
        if not first.startswith("{"):
            self.stop()
            pytest.fail(f"lyncmock ended with {self.code}:\n{self.said}",
                        pytrace=False)
        self.environment = json.loads(first)

    def _start(self, outer, args):
        binary = outer.get("LYNCMOCK_BINARY", "lyncmock")
        try:
            return subprocess.Popen(
                [binary, "run", *args], env=outer, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self._log, encoding="utf-8")
        except OSError as error:
            self._log.close()
            pytest.fail(
                f"{binary} does not start: {error.strerror}. Put the folder "
                "with lyncmock in PATH, or its path in LYNCMOCK_BINARY",
                pytrace=False)

    def __getattr__(self, name):
        """lyncmock.account is LYNC_ACCOUNT, lyncmock.web_url LYNC_WEB_URL."""
        try:
            return self.__dict__["environment"]["LYNC_" + name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    def stop(self):
        """Ends and judges it; the exit code of `lyncmock run`, 0 where all
        held. A test that expects another calls this itself."""
        if self.code is None:
            try:
                rest, _ = self._process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                rest, _ = self._process.communicate()
            sys.stdout.write(rest)  # annotations, where there are any
            self.code = self._process.returncode
            self._log.seek(0)
            self.said = self._log.read()
            self._log.close()
        return self.code

    def report(self):
        """What --json has written; see docs/reports.md. Once it is stopped."""
        return json.loads((self.folder / "report.json").read_text("utf-8"))


def pytest_configure(config):
    """Makes the mark known. A conftest.py with a hook of this name calls it."""
    config.addinivalue_line(
        "markers", "lyncmock(scenario, *options): what `lyncmock` serves")


@pytest.fixture
def start_lyncmock(tmp_path, monkeypatch):
    """start_lyncmock(scenario, *options): for tests that need several. The
    environment is that of the last one. Nobody judges but who calls stop()."""
    running = []
    hidden = {}  # from the client, but not from the next lyncmock

    def start(*args):
        folder = tmp_path / f"lyncmock-{len(running) + 1}"
        folder.mkdir()
        running.append(Lyncmock(folder, {**hidden, **os.environ}, *args))
        theirs = running[-1].environment
        for name in set(os.environ) - set(theirs):
            hidden[name] = os.environ[name]
            monkeypatch.delenv(name)
        for name, value in theirs.items():
            if os.environ.get(name) != value:
                monkeypatch.setenv(name, value)
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def lyncmock(request, start_lyncmock):
    """The server of this test; the mark `lyncmock` says which one."""
    mark = request.node.get_closest_marker("lyncmock")
    server = start_lyncmock(*(mark.args if mark else (SCENARIO,)))
    yield server
    judged_by_test = server.code is not None
    if server.stop() != 0 and not judged_by_test:
        pytest.fail(f"lyncmock ended with {server.code}:\n{server.said}",
                    pytrace=False)
