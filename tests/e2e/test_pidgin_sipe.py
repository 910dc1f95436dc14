"""pidgin-sipe, unmodified, finds its way from the SIP address alone.

It asks at the ports 80 and 443, by names that no DNS knows: the server and the
client run in a network of their own, with an /etc/hosts of their own.
"""

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import FOLDER
from harness import (PASSWORD, PATIENCE, ROOT_PATH, TICKET_PATH, USER_PATH,
                     clean_environment)
from kerberos import kdc_entries, needs_kerberos
from signin import Record, journal

PURPLE = FOLDER / "purple"
NAMES = ("lyncdiscover", "lyncdiscoverinternal", "lyncweb", "lyncint",
         "lyncweb2", "lyncint2", "sip", "pool01")
MEX_PATH = TICKET_PATH + "/mex"

DOMAINS = ("contoso.test", "t7.contoso.test", "t8.contoso.test")

ALICE = "alice@contoso.test,CONTOSO\\alice"
AWAY = "away@contoso.test,CONTOSO\\away"


def private(*command):
    """What to put in front of a command that shall have its own network."""
    mine = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *mine, "--net", "--mount",
            PURPLE / "private-network.py", *command]


def beside(pid, *command):
    """The same network as that of a process."""
    mine = ([] if os.geteuid() == 0
            else ["--user", "--preserve-credentials"])
    return ["nsenter", "--target", pid, *mine, "--net", "--mount", *command]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    file = tmp_path_factory.mktemp("network") / "hosts"
    file.write_text("127.0.0.1 localhost\n" + "".join(
        f"127.0.0.1 {name}.{domain}\n" for name in NAMES for domain in DOMAINS))
    done = subprocess.run([str(word) for word in private(file, "true")],
                          capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no network of our own can be had here: "
                    + done.stderr.strip())
    return file


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "purple", "glib-2.0",
         "libxml-2.0"], capture_output=True, text=True)
    if flags.returncode or not os.path.exists("/usr/lib/purple-2/libsipe.so"):
        pytest.skip("needs the packages libpurple-dev and pidgin-sipe")
    path = tmp_path_factory.mktemp("purple") / "client"
    # -rdynamic: see xmlSAXUserParseMemory there.
    done = subprocess.run(
        ["cc", "-Wall", "-Wextra", "-Werror", "-rdynamic", "-o", path,
         PURPLE / "client.c", *flags.stdout.split(), "-ldl"],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def server(serve, hosts, request, tmp_path):
    """Parameter: a scenario, or none, and options; @ is tmp_path/admin."""
    options = [tmp_path / "admin" if word == "@" else word
               for word in getattr(request, "param", [])]
    return serve(*options, "--https-port", 443, "--http-port", 80, "--listen",
                 "127.0.0.1", prefix=private(hosts))


@pytest.fixture
def sign_in(server, program):
    """sign_in(account, ...) lets pidgin-sipe try, and returns what it says."""
    def run(account, password=PASSWORD, authentication="ntlm", env=None):
        home = server.folder / account.partition(",")[0]
        certificates = home / "certificates"
        certificates.mkdir(parents=True)
        shutil.copy(server.ca_file, certificates / "lyncmock.pem")
        done = subprocess.run(
            [str(word) for word in beside(
                server.process.pid, program, home / "purple",
                certificates, account, password, authentication)],
            env=clean_environment(server.folder, env),
            stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE)
        said = done.stdout.decode(errors="replace")
        (home / "purple.log").write_text(said)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return said

    return run


def walk_of(records):
    """(host, path, status) of each HTTP request, each of them once."""
    seen = []
    for record in records:
        request = record.entry["request"]
        if record.operation:
            step = (request["host"].partition(".")[0], request["path"],
                    record.status)
            if step not in seen:
                seen.append(step)
    return seen


def pool_walk(web):
    return [(web, USER_PATH, 401), (web, MEX_PATH, 200),
            (web, TICKET_PATH, 401), (web, TICKET_PATH, 200),
            (web, USER_PATH, 200)]


def assert_first_pool(steps):
    """It asks http and https at once: the Redirect that http gives leads to
    one request more, some time before the end."""
    by_http = ("lyncweb", ROOT_PATH, 200)
    assert by_http in steps
    assert [step for step in steps if step != by_http] == [
        ("lyncdiscoverinternal", "/", 200), *pool_walk("lyncweb")]


# Where it finds no KDC, as for the realm CONTOSO, "krb5" comes down to NTLM.
@pytest.mark.parametrize("authentication", ["ntlm", "krb5"])
def test_from_the_address_to_the_sip_server(server, sign_in, authentication):
    said = sign_in(ALICE, authentication=authentication)
    records = journal(server)

    assert_first_pool(walk_of(records))
    issued = [record for record in records
              if (record.operation, record.status) == ("webticket.issue", 200)]
    assert len(issued) == 1
    assert issued[0].user == "alice"
    assert issued[0].leg == 2
    assert issued[0].must == []
    issued[0].says(ntlm_response="NTLMv2", rst_claim="sip:alice@contoso.test")
    opened = [record for record in records
              if (record.operation, record.status) == ("discover.user", 200)]
    assert {record.user for record in opened} == {"alice"}

    # It has understood the User resource: it goes where that sends it, and
    # there is nobody there that speaks SIP.
    assert "transport_connect - hostname: sip.contoso.test port: 443" in said
    assert "client: connection error: " in said


@needs_kerberos
@pytest.mark.parametrize("server,host", [
    ([], "lyncweb"), (["good/pc-internal-kerberos"], "lyncint"),
], indirect=["server"])
def test_kerberos(server, sign_in, host):
    """With a login that has the realm in it, and the password: no ticket has to
    be there."""
    said = sign_in("alice@contoso.test,alice@contoso.test",
                   authentication="krb5",
                   env={"KRB5_CONFIG": server.ready["krb5_conf"]})
    records = journal(server)
    issued = [record for record in records
              if (record.operation, record.status) == ("webticket.issue", 200)]
    assert len(issued) == 1
    assert (issued[0].user, issued[0].must) == ("alice", [])
    issued[0].says(spnego_token="raw Kerberos", krb5_mutual="no",
                   krb5_service=f"HTTP/{host}.contoso.test@CONTOSO.TEST")
    assert {record.user for record in records
            if (record.operation, record.status) == ("discover.user", 200)
            } == {"alice"}
    assert "transport_connect - hostname: sip.contoso.test port: 443" in said
    server.stop()
    assert [entry["kdc"]["answer"] for entry in kdc_entries(server)] == [
        "KRB-ERROR", "AS-REP", "TGS-REP"]


@pytest.mark.parametrize("server", [["good/pc-external-ntlm"]], indirect=True)
def test_the_scenario_of_its_kind(server, sign_in):
    said = sign_in(ALICE)
    assert_first_pool(walk_of(journal(server)))
    assert "transport_connect - hostname: sip.contoso.test port: 443" in said


@pytest.mark.parametrize("server,account", [
    ([], AWAY), (["failures/user-homed-elsewhere"], ALICE),
], indirect=["server"])
def test_a_user_of_another_pool(server, sign_in, account):
    sign_in(account)
    records = journal(server)
    steps = walk_of(records)
    second = steps.index(("lyncweb2", ROOT_PATH, 200))
    assert_first_pool(steps[:second])
    assert steps[second + 1:] == pool_walk("lyncweb2")


def test_wrong_password(server, sign_in):
    said = sign_in(ALICE, password="wrong")
    records = journal(server)
    assert ("lyncweb", USER_PATH, 200) not in walk_of(records)
    assert {record.remarks["auth.refused"] for record in records
            if "auth.refused" in record.remarks} == {"wrong password"}
    assert "got ticket" not in said


# --- sessions -----------------------------------------------------------------

T7, T8 = "t7.contoso.test", "t8.contoso.test"


@pytest.fixture
def admin(server, tmp_path):
    """admin(PATH, BODY) with curl, by the socket: the server's network is not
    ours. JSON comes as a list, one item for each line."""
    def ask(path, body=None):
        data = ["--json", json.dumps(body)] if body else []
        token = server.ports()["admin_token"]
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "--unix-socket",
             tmp_path / "admin", "-H", f"Authorization: Bearer {token}",
             *data, f"http://localhost{path}"],
            env=clean_environment(server.folder), capture_output=True,
            text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


def walk_within(admin, domain):
    entries = admin(f"/sessions/{domain}/journal")
    assert {entry["session"] for entry in entries} == {domain}
    return walk_of([Record(entry) for entry in entries
                    if "operation" in entry])


@pytest.mark.parametrize("server", [
    ["--template", "t7=good/pc-external-ntlm", "--admin-socket", "@"],
], indirect=True)
@pytest.mark.parametrize("login", ["CONTOSO\\alice", "alice@{}"])
def test_two_sessions_side_by_side(server, sign_in, admin, login):
    """A session at first contact and one of the admin port. What pidgin-sipe
    knows of them is the address that it is to sign in with."""
    admin("/sessions", {"domain": T8, "ttl": "1h",
                        "scenario": "failures/user-homed-elsewhere"})
    with ThreadPoolExecutor() as both:
        said7, said8 = both.map(sign_in, [
            f"alice@{domain},{login.format(domain)}" for domain in (T7, T8)])
    assert f"transport_connect - hostname: sip.{T7} port: 443" in said7
    assert_first_pool(walk_within(admin, T7))
    steps = walk_within(admin, T8)
    second = steps.index(("lyncweb2", ROOT_PATH, 200))
    assert_first_pool(steps[:second])
    assert steps[second + 1:] == pool_walk("lyncweb2")
    assert f"transport_connect - hostname: sip.{T8} port: 443" in said8
    assert T8 not in said7 and T7 not in said8
    assert admin("/sessions/default/journal") == []


@needs_kerberos
@pytest.mark.parametrize("server", [
    ["--template", "good/pc-internal-kerberos", "--admin-socket", "@"],
], indirect=True)
@pytest.mark.parametrize("login,auth", [
    ("alice@contoso.test", "negotiate+krb5"),
    # There is no KDC of a realm T7.CONTOSO.TEST; it comes down to NTLM.
    (f"alice@{T7}", "ntlm"),
])
def test_kerberos_in_a_session(server, sign_in, admin, login, auth):
    said = sign_in(f"alice@{T7},{login}", authentication="krb5",
                   env={"KRB5_CONFIG": server.ready["krb5_conf"]})
    assert f"transport_connect - hostname: sip.{T7} port: 443" in said
    records = [Record(entry) for entry in admin(f"/sessions/{T7}/journal")
               if entry.get("operation") == "webticket.issue"]
    assert [(record.user, record.auth) for record in records
            if record.status == 200] == [("alice", auth)]
