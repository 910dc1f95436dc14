"""The pytest fixture of docs/ci: our clients' tests, as yours would be."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from clients import ADDRESS, FOLDER, tool
from harness import BINARY, PATIENCE, ROOT, clean_environment
from test_requests_ntlm import LEGACY

CI = ROOT / "docs" / "ci"
MODULES = ROOT / "build" / "npm" / "node_modules"
SIGN_IN = str(CI / "sign-in.sh")


@pytest.fixture(autouse=True)
def binary_under_test(monkeypatch):
    monkeypatch.setenv("LYNCMOCK_BINARY", BINARY)


def program(*command, **how):
    return subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=PATIENCE, check=False,
                          **how)


# --- clients that are not ours ------------------------------------------------

REQUESTS_NTLM = """
import os, requests, requests_ntlm
session = requests.Session()
session.auth = requests_ntlm.HttpNtlmAuth(
    os.environ["LYNC_ACCOUNT"], os.environ["LYNC_PASSWORD"])
for _ in range(2):
    answer = session.get(os.environ["LYNC_WEB_URL"] + "auth/ntlm")
    print(answer.status_code, answer.json()["user"])
"""


def sign_in_with_requests_ntlm(tmp_path, monkeypatch):
    config = tmp_path / "openssl.cnf"
    config.write_text(LEGACY)
    monkeypatch.setenv("OPENSSL_CONF", str(config))
    done = program(sys.executable, "-c", REQUESTS_NTLM)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "200 alice\n" * 2


def test_requests_ntlm(lyncmock, tmp_path, monkeypatch):
    sign_in_with_requests_ntlm(tmp_path, monkeypatch)
    assert lyncmock.stop() == 0, lyncmock.said
    run, = lyncmock.report()["runs"]
    assert run["scenario"] == "good/pc-external-ntlm"
    assert "ntlm.verdict" in run["points"]


@pytest.mark.lyncmock("good/android-ntlm", "--set", "ntlm.require-mic=yes",
                      "--set", "ntlm.channel-binding=require")
def test_requests_ntlm_with_all_that_can_be_demanded(lyncmock, tmp_path,
                                                     monkeypatch):
    sign_in_with_requests_ntlm(tmp_path, monkeypatch)


@pytest.mark.lyncmock("good/pc-external-ntlm", "--proxy-port", "none")
def test_httpntlm(lyncmock):
    job = {"method": "GET", "url": lyncmock.web_url + "auth/ntlm",
           "headers": {}, "body": "", "account": lyncmock.account,
           "password": lyncmock.password, "address": ADDRESS}
    assert (MODULES / "httpntlm").is_dir(), f"{MODULES}: ./dev test"
    done = program(tool("node", "nodejs"), FOLDER / "npm/httpntlm.js",
                   input=json.dumps(job),
                   env={**os.environ, "NODE_PATH": str(MODULES)})
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == 200
    assert json.loads(base64.b64decode(answer["body"]))["user"] == "alice"


@pytest.mark.lyncmock("good/pc-internal-kerberos")
def test_curl_with_a_kerberos_ticket(lyncmock):
    done = program("curl", "-sf", "--negotiate", "-u", ":",
                   lyncmock.web_url + "auth/negotiate")
    assert json.loads(done.stdout)["mechanism"] == "negotiate+krb5"


def test_the_example_client(lyncmock):
    done = program(SIGN_IN)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sip:alice@contoso.test signed in\n"


# --- the fixture itself -------------------------------------------------------

@pytest.mark.lyncmock("failures/password-expired")
def test_the_verdict_is_the_test_s_where_it_asks(lyncmock):
    assert program(SIGN_IN).returncode == 22
    assert lyncmock.stop() in (0, 1)
    assert lyncmock.stop() == lyncmock.code, "a second time"


def test_several(start_lyncmock):
    first = start_lyncmock("good/ios-ntlm")
    second = start_lyncmock("good/android-ntlm", "--user", "bob")
    assert (first.user, second.user) == ("alice", "bob")
    assert first.https_port != second.https_port
    assert program(SIGN_IN).stdout == "sip:bob@contoso.test signed in\n"
    assert "LYNCMOCK_BINARY" not in os.environ, "and yet found again"
    assert second.stop() == 0
    assert first.stop() == 1, "nobody came to it"
    assert "none reached the server" in first.said
    with pytest.raises(AttributeError, match="no_such"):
        print(first.no_such)


# What a shell may have: what is equal to what the client gets, or leads away.
ALIEN = {"LYNC_PASSWORD": "Passw0rd!", "LYNC_DOMAIN": "contoso.test",
         "SSL_CERT_DIR": "/etc/ssl/certs", "all_proxy": "socks5://192.0.2.1:1",
         "LYNCMOCK_SEED": "7"}

IN_AN_ALIEN_SHELL = """
import os

def test_environment(lyncmock):
    assert lyncmock.password == os.environ["LYNC_PASSWORD"] == "Passw0rd!"
    assert lyncmock.domain == os.environ["LYNC_DOMAIN"] == "contoso.test"
    assert lyncmock.seed == "7"
    assert not {"SSL_CERT_DIR", "all_proxy", "LYNCMOCK_SEED"} & set(os.environ)
    lyncmock.stop()

def test_the_next_one(lyncmock):
    assert lyncmock.seed == "7"
    lyncmock.stop()
    assert lyncmock.report()["runs"][0]["client"]["command"].endswith(
        "/stand_in.py")

def test_after_them():
    for name in ("SSL_CERT_DIR", "all_proxy", "LYNCMOCK_SEED"):
        assert name in os.environ
"""


def elsewhere(folder, test, env):
    """The lines of the manual, in a folder of somebody's, and pytest there."""
    (folder / "lyncmock/docs").mkdir(parents=True)
    os.symlink(CI, folder / "lyncmock/docs/ci")
    lines, = re.findall(r"^```sh\n(.*lyncmock_fixture.*?)^```$",
                        (CI / "README.md").read_text(), re.M | re.S)
    environment = clean_environment(folder, {
        "PYTHONDONTWRITEBYTECODE": "1", **env})
    done = program("sh", "-ec", lines, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    (folder / "tests/test_mine.py").write_text(test)
    return program(sys.executable, "-m", "pytest", "-q", "-p",
                   "no:cacheprovider", "tests", cwd=folder, env=environment)


def test_where_the_shell_has_variables_of_ours(tmp_path):
    done = elsewhere(tmp_path, IN_AN_ALIEN_SHELL,
                     {"LYNCMOCK_BINARY": BINARY, **ALIEN})
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_without_lyncmock(tmp_path):
    done = elsewhere(tmp_path, "def test_it(lyncmock):\n    pass\n",
                     {"PATH": "/usr/bin:/bin"})
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert ("lyncmock does not start: No such file or directory. Put the "
            "folder with lyncmock in PATH, or its path in LYNCMOCK_BINARY"
            ) in words
    assert "Traceback" not in words and "FileNotFoundError" not in words


OUTSIDE = """
import os, subprocess
import pytest

def ask(lyncmock, account):
    subprocess.run(["curl", "-s", "--ntlm", "-u",
                    account + ":" + lyncmock.password,
                    lyncmock.web_url + "auth/ntlm"], check=True)

def test_right(lyncmock):
    ask(lyncmock, lyncmock.account)

def test_wrong(lyncmock):
    ask(lyncmock, "contoso.local\\\\alice")

def test_idle(lyncmock):
    pass

@pytest.mark.lyncmock("good/no-such")
def test_no_scenario(lyncmock):
    pass

def test_after_them():
    assert "LYNC_USER" not in os.environ
"""


def test_copied_as_it_is(tmp_path):
    """A folder of somebody's with a copy, and `lyncmock` in PATH."""
    shutil.copy(CI / "lyncmock_fixture.py", tmp_path)
    (tmp_path / "test_mine.py").write_text(OUTSIDE)
    line, = re.findall(r"^    (from lyncmock_fixture .*)$",
                       (CI / "lyncmock_fixture.py").read_text(), re.M)
    (tmp_path / "conftest.py").write_text(line + "\n")
    path = os.path.dirname(BINARY) + os.pathsep + os.environ["PATH"]
    done = program(
        sys.executable, "-m", "pytest", "-q", "-rA", "--strict-markers",
        "-p", "no:cacheprovider", "test_mine.py", cwd=tmp_path,
        env=clean_environment(tmp_path, {
            "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}))
    assert done.returncode == 1, done.stdout
    for line in ("PASSED test_mine.py::test_right",
                 "PASSED test_mine.py::test_after_them",
                 "ERROR test_mine.py::test_wrong",
                 "ERROR test_mine.py::test_idle",
                 "ERROR test_mine.py::test_no_scenario"):
        assert line in done.stdout, done.stdout
    words = " ".join(done.stdout.split())
    assert 'password matches; domain must be "CONTOSO"' in words
    assert "none reached the server" in words
    assert "lyncmock ended with 2: " in words
