"""Clients that are not ours, started by `lyncmock run`, which know nothing but
their environment."""

import os
import sys

import pytest

from clients import tool
from test_fixture import REQUESTS_NTLM
from test_requests_ntlm import LEGACY
from test_run import PASSWORD, end, start

# No finding of level MUST, so 0 is the verdict on all of what they do.
NTLM = ["good/pc-external-ntlm", "good/ios-ntlm", "good/windows-phone-ntlm"]


def run(home, *args, env=None):
    return end(start(home, *args, env=env))


@pytest.fixture(name="legacy")
def make_legacy(tmp_path):
    """The environment in which Python has MD4."""
    config = tmp_path / "openssl.cnf"
    config.write_text(LEGACY)
    return {"OPENSSL_CONF": str(config), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("name", NTLM)
def test_requests_ntlm(tmp_path, legacy, name):
    done = run(tmp_path / "home", name, "--set",
               "ntlm.channel-binding=require", "--set",
               "ntlm.require-mic=yes", "--", sys.executable, "-c",
               REQUESTS_NTLM, env=legacy)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "200 alice\n" * 2


def test_requests_ntlm_with_a_wrong_domain(tmp_path, legacy):
    done = run(tmp_path / "home", NTLM[0], "--", "env",
               r"LYNC_ACCOUNT=contoso.local\alice", sys.executable, "-c",
               REQUESTS_NTLM, env=legacy)
    assert done.returncode == 1
    assert 'password matches; domain must be "CONTOSO"' in \
        done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", NTLM)
def test_curl(tmp_path, name):
    done = run(tmp_path / "home", name, "--", "curl", "-sf", "--ntlm", "-u",
               rf"CONTOSO\alice:{PASSWORD}", "-o", os.devnull,
               "https://lyncweb.contoso.test/auth/ntlm")
    assert done.returncode == 0, done.stderr


def test_gss_ntlmssp(tmp_path):
    """NTLM within SPNEGO, by a GSS-API mechanism; it asks for no ticket."""
    users = tmp_path / "users"
    users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    done = run(tmp_path / "home", NTLM[0], "--set", "offer.kerberos=no", "--",
               "curl", "-sf", "--negotiate", "-u", ":",
               "https://lyncweb.contoso.test/auth/negotiate",
               env={"NTLM_USER_FILE": str(users)})
    assert done.returncode == 0, done.stderr
    assert '"mechanism":"negotiate+ntlm"' in done.stdout


def test_wget(tmp_path):
    """It finds the proxy by itself, the CA when it is told."""
    wget = tool("wget", "wget")
    done = run(tmp_path / "home", NTLM[0], "--", "sh", "-c",
               f"{wget} -q -O - --ca-certificate=$LYNC_CA_FILE "
               "$LYNC_DISCOVER_URL")
    assert done.returncode == 0, done.stderr
    assert '"Root"' in done.stdout


def test_openssl_s_client_by_way_of_the_proxy(tmp_path):
    done = run(tmp_path / "home", NTLM[0], "--", "sh", "-c",
               "printf 'GET / HTTP/1.1\\r\\nHost: lyncdiscover.contoso.test"
               "\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -quiet "
               "-verify_return_error -CAfile $LYNC_CA_FILE -proxy "
               "127.0.0.1:$LYNC_PROXY_PORT -connect "
               "lyncdiscover.contoso.test:443 2>/dev/null")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 200")
