"""The admin port: who may ask, what can be asked, and what it does to
sessions."""

import json
import os
import re
import socket
import stat
import subprocess

import pytest

from clients import Curl
from harness import BINARY, PATIENCE, ROOT_PATH, clean_environment, run_cli
from raw import Peer, get, until
from sessions import JSON, YAML, Admin, within
from signin import sign_in

KERBEROS = False
T1 = "t1.contoso.test"

SAY_503 = """lyncmock: 1
name: busy
steps:
  - at: discover.root
    when: {first: 2}
    do: {status: 503}
expect:
  - {at: discover.root, at-least: 3}
"""


@pytest.fixture
def admin(server):
    return Admin(server)


def root(view):
    """Asks for the discovery root, as that session's clients would."""
    return view.curl(view.url("lyncdiscover", "/"))


# --- who may ask --------------------------------------------------------------

@pytest.mark.parametrize("value", [
    None, "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi",
    "Bearer " + 64 * "0", "Bearer " + 63 * "0", "Bearer " + 4000 * "0",
])
def test_a_token_is_wanted(server, admin, value):
    sent = {} if value is None else {"Authorization": value}
    told = admin.ask("GET", "/sessions", headers={"Authorization": "", **sent})
    assert told.status == 401
    assert told.headers["WWW-Authenticate"] == "Bearer"
    assert told.json["place"] == "header Authorization"
    assert admin.token not in told.text


def test_the_token_is_in_the_ports_file_alone(server, admin):
    assert re.fullmatch("[0-9a-f]{64}", admin.token)
    assert stat.S_IMODE(server.ports_file.stat().st_mode) == 0o600
    admin.good("GET", "/sessions")
    admin.ask("GET", "/", headers={"Authorization": f"Bearer {admin.token}x"})
    server.stop()
    assert admin.token not in server.messages()
    assert admin.token not in server.journal.read_text()
    assert admin.token not in server.ready_line
    assert f" admin={admin.port} " in server.ready_line


@pytest.mark.parametrize("host", [
    "evil.test", "127.0.0.1.evil.test", "localhost.evil.test", "0.0.0.0",
    "lyncweb.contoso.test", "", "localhost:x", "localhost:80:80", "[::1",
    "localhost@evil.test", "localhost:99999999999999999999",
])
def test_other_hosts_are_refused(admin, host):
    told = admin.ask("GET", "/", headers={"Host": host})
    assert told.status in (400, 403), told.text
    if told.status == 403:
        assert told.json["place"] == "header Host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80",
                                  "[::1]:8080", "[::1]"])
def test_this_machine_is_asked(admin, host):
    assert admin.ask("GET", "/", headers={"Host": host}).status == 200


@pytest.mark.parametrize("origin,status", [
    ("http://evil.test", 403), ("null", 403), ("https://localhost", 403),
    ("file://", 403), ("http://localhost.evil.test", 403), ("", 403),
    ("http://localhost:8080", 200), ("http://127.0.0.1", 200),
])
def test_web_pages_are_refused(admin, origin, status):
    told = admin.ask("POST", "/sessions/default/reset",
                     headers={"Origin": origin})
    assert told.status == status, told.text


def test_doubled_headers_are_refused(admin):
    with socket.create_connection(("127.0.0.1", admin.port), PATIENCE) as peer:
        peer.sendall((f"GET / HTTP/1.1\r\nHost: localhost\r\n"
                      f"Authorization: Bearer {admin.token}\r\n"
                      "Origin: http://localhost\r\nOrigin: http://evil.test\r\n"
                      "Connection: close\r\n\r\n").encode())
        assert b" 400 " in peer.makefile("rb").readline()


def test_ports_of_the_product_do_not_lead_there(server, admin):
    for path in ("/sessions", "/sessions/default"):
        for scheme in ("http", "https"):
            reply = server.curl(server.url("lyncweb", path, scheme), "-H",
                                f"Authorization: Bearer {admin.token}")
            assert reply.status == 404
    assert admin.ask("GET", ROOT_PATH).status == 404


def test_it_listens_on_loopback_alone(server, admin):
    table = "".join(open(f"/proc/net/{name}").read()
                    for name in ("tcp", "tcp6"))
    found = re.findall(rf"\s(\S+):{admin.port:04X} \S+ 0A ", table)
    assert found == ["0100007F"]


# --- requests that are none ---------------------------------------------------

@pytest.mark.parametrize("path", [
    "//sessions", "/sessions/", "/sessions//journal", "/sessions/../sessions",
    "/sessions/%2e%2e/sessions", "/sessions/default/", "/sessions/default/x",
    "/sessions/default/journal/", "/sessions/%64efault", "/SESSIONS",
    "/sessions/default%00", "/sessions/nobody.test", "/" + 4000 * "a",
    "/sessions/" + 300 * "a.", "http://evil.test/sessions", "*",
    "/sessions/default/journal%3Fafter=1",
])
def test_paths_are_what_they_are(server, admin, path):
    with socket.create_connection(("127.0.0.1", admin.port), PATIENCE) as peer:
        peer.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                      f"Authorization: Bearer {admin.token}\r\n"
                      "Connection: close\r\n\r\n").encode())
        line = peer.makefile("rb").readline()
        assert b" 404 " in line or b" 400 " in line, line
    admin.good("GET", "/")


@pytest.mark.parametrize("method,path,allow", [
    ("DELETE", "/sessions", "GET, POST"),
    ("POST", "/sessions/default", "GET, DELETE"),
    ("GET", "/sessions/default/scenario", "PUT"),
    ("PATCH", "/", "GET"),
    ("OPTIONS", "/sessions", "GET, POST"),
])
def test_other_methods(admin, method, path, allow):
    told = admin.ask(method, path)
    assert told.status == 405
    assert told.headers["Allow"] == allow


@pytest.mark.parametrize("body,place,error", [
    ("", "body:1:0", "this is no JSON"),
    ("{", "body:1:1", "this is no JSON"),
    ("[]", "body", "expected an object"),
    ('"x"', "body:1:3", "this is no JSON"),
    ("{} x", "body:1:4", "this is no JSON"),
    ('{"domain": "a.contoso.test", "domain": "b.contoso.test"}',
     "body:1:37", "duplicate"),
    ('{"domian": "a.contoso.test"}', "domian", "unknown member"),
    ('{"domain": 7}', "domain", "expected a text"),
    ('{"domain": null}', "domain", "expected a text"),
    ('{"domain": "a\\u0000b"}', "body:1:21", "no JSON"),
    ("{}", "domain", "is missing"),
    ('{"domain": "contoso.test"}', "domain", "is a name of the default"),
    ('{"domain": "lyncweb.contoso.test"}', "domain", "is a name of the"),
    ('{"domain": "a b.contoso.test"}', "domain", "is no DNS domain"),
    ('{"domain": "t1"}', "domain", "is no DNS domain"),
    ('{"domain": "t1.contoso.test", "seed": -1}', "seed", "expected a number"),
    ('{"domain": "t1.contoso.test", "seed": 1.5}', "seed", "expected a text"),
    ('{"domain": "t1.contoso.test", "seed": "99999999999999999999"}', "seed",
     "below 2^64"),
    ('{"domain": "t1.contoso.test", "ttl": "0s"}', "ttl", "more than nothing"),
    ('{"domain": "t1.contoso.test", "ttl": "soon"}', "ttl", "expected more"),
    ('{"domain": "t1.fabrikam.test"}', "scenario", "the running CA"),
    ('{"domain": "t1.contoso.test", "scenario": "good/nosuch"}',
     "good/nosuch:1:1", "no shipped scenario"),
    ('{"domain": "t1.contoso.test", "scenario": "/etc/passwd"}',
     "/etc/passwd:1:1", "no shipped scenario"),
    ('{"domain": "t1.contoso.test", "scenario": "lyncmock: 2\\n"}',
     "scenario:1:11", "expected 1"),
    (200000 * "[", "body:1:2049", "maximum parsing depth"),
])
def test_bad_json(admin, body, place, error):
    told = admin.ask("POST", "/sessions", body, JSON)
    assert told.status in (400, 409, 422), told.text
    assert error in told.json["error"], told.text
    assert told.json["place"] == place, told.text
    assert told.json["remedy"]
    assert admin.names() == ["default"]


def test_a_domain_that_the_ca_is_not_good_for(admin):
    told = admin.ask("POST", "/sessions", '{"domain": "t1.fabrikam.test"}', JSON)
    assert told.status == 422
    assert told.json["remedy"].startswith(
        "a session's domain ends in .contoso.test")


@pytest.mark.parametrize("kind,body", [
    (None, "lyncmock: 1\n"), ("text/plain", "lyncmock: 1\n"),
    ("application/x-www-form-urlencoded", "domain=t1.contoso.test"),
    ("application/jsonx", "{}"),
])
def test_other_types(admin, kind, body):
    headers = {"Content-Type": kind} if kind else {}
    told = admin.ask("POST", "/sessions", body, headers=headers)
    assert told.status == 415, told.text
    assert told.json["place"] == "header Content-Type"


def test_a_scenario_that_is_wrong(admin):
    told = admin.ask("POST", "/sessions",
                     SAY_503.replace("503", "1000").replace("first", "frist"),
                     YAML, domain=T1)
    assert told.status == 422
    found = [(item["line"], item["column"], item["severity"])
             for item in told.json["diagnostics"]]
    assert (5, 12, "error") in found and (6, 18, "error") in found, told.text
    assert {item["nearest"] for item in told.json["diagnostics"]} == {
        None, "first"}
    assert told.json["place"] == "scenario:5:12"
    assert admin.names() == ["default"]


def test_a_scenario_from_outside_opens_no_files(admin, tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("lyncmock: 1\nname: s3cret\n")
    for text in (
            f"lyncmock: 1\nextends: {secret}\n",
            "lyncmock: 1\nsteps:\n  - at: mex.get\n"
            f"    do: {{body: {{file: {secret}}}}}\n",
            "lyncmock: 1\nsteps:\n  - at: mex.get\n"
            f"    do: {{raw: {{file: {secret}}}}}\n"):
        told = admin.ask("POST", "/sessions", text, YAML, domain=T1)
        assert told.status == 422, told.text
        assert "s3cret" not in told.text
    assert admin.make(T1, "lyncmock: 1\nextends: good/pc-external-ntlm\n")


@pytest.mark.parametrize("text", ["", "#", "\n\n", "---\n", "%YAML 9.9\n---\n"])
def test_a_scenario_of_nothing(admin, text):
    for method, path in (("POST", f"/sessions?domain={T1}"),
                         ("PUT", "/sessions/default/scenario")):
        told = admin.ask(method, path, text, YAML)
        assert told.status == 422, told.text
        assert told.json["place"].startswith("scenario:"), told.text
    assert admin.names() == ["default"]


def test_more_parameters_than_there_is_room_for(server, admin):
    """libmicrohttpd gives up by itself; what was begun goes as well, as
    LeakSanitizer sees."""
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", admin.port),
                                      PATIENCE) as peer:
            peer.sendall(b"GET /sessions?" + 4000 * b"a=b&" +
                         b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            peer.shutdown(socket.SHUT_WR)
            peer.recv(100)
    admin.good("GET", "/")
    assert server.stop() == 0


def test_bodies_have_a_limit(admin):
    told = admin.ask("POST", "/sessions", 2 * 1024 * 1024 * b" ", JSON)
    assert told.status == 413
    text = "lyncmock: 1\n" + (1024 * 1024 - 12) * "#"
    assert admin.ask("POST", "/sessions", text, YAML,
                     domain=T1).status in (201, 422)
    assert admin.ask("POST", "/sessions", text + "#", YAML,
                     domain="t2.contoso.test").status == 413


def test_a_body_without_an_end_is_ended(admin):
    chunk = b"100000\r\n" + 0x100000 * b"x" + b"\r\n"
    with socket.create_connection(("127.0.0.1", admin.port), PATIENCE) as peer:
        peer.sendall((f"POST /sessions HTTP/1.1\r\nHost: localhost\r\n"
                      f"Authorization: Bearer {admin.token}\r\n"
                      f"Content-Type: {JSON}\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n").encode())
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(64):
                peer.sendall(chunk)
    admin.good("GET", "/")


def test_slow_clients_hold_nothing_up(server, admin):
    slow = [socket.create_connection(("127.0.0.1", admin.port), PATIENCE)
            for _ in range(20)]
    for peer in slow:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    admin.good("GET", "/sessions")
    # Beyond the limit they wait; the product does not.
    slow += [socket.create_connection(("127.0.0.1", admin.port), PATIENCE)
             for _ in range(20)]
    assert root(server).status == 200
    for peer in slow:
        peer.close()
    admin.good("GET", "/sessions")


def test_garbage_harms_nothing(server, admin):
    for data in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                 b"\x16\x03\x01\x00\x05hello", 40000 * b"a",
                 b"GET / HTTP/1.1\r\nHost: localhost\r\n" + 9000 * b"A: b\r\n"):
        with socket.create_connection(("127.0.0.1", admin.port),
                                      PATIENCE) as peer:
            try:
                peer.sendall(data)
            except OSError:
                pass
    admin.good("GET", "/sessions")


# --- sessions -----------------------------------------------------------------

def test_what_there_is(admin):
    api = admin.good("GET", "/").json["api"]
    assert {"method": "GET", "path": "/sessions", "doc": "all sessions"} in api
    told = admin.good("GET", "/sessions/default").json
    assert (told["name"], told["domain"]) == ("default", "contoso.test")
    assert told["made_by"] == "start" and told["ttl"] == "none"


def test_a_session_is_made(server, admin):
    told = admin.good("POST", "/sessions",
                      {"domain": "T1.Contoso.test", "seed": 7, "ttl": "90s",
                       "scenario": "failures/user-empty"}, status=201)
    assert told.headers["Location"] == f"/sessions/{T1}"
    made = told.json
    assert (made["name"], made["seed"], made["ttl"]) == (T1, "7", "90s")
    assert made["scenario"] == "failures/user-empty"
    assert made["user"]["sip_uri"] == f"sip:alice@{T1}"
    assert made["user"]["account"] == "CONTOSO\\alice"
    assert f"lyncweb.{T1}" in made["hosts"]
    assert made["https"] == server.https
    assert admin.names() == ["default", T1]
    assert admin.ask("POST", "/sessions", {"domain": T1}).status == 409
    t1 = within(server, T1)
    assert root(t1).status == 200
    assert f"https://lyncweb.{T1}:{server.https}/" in root(t1).text.replace(
        "\\", "")


def test_a_session_of_the_good_world(server, admin):
    admin.make(T1)
    t1 = within(server, T1)
    sign_in(Curl(t1, "--ntlm"), t1)
    sign_in(Curl(server, "--ntlm"), server)


def test_set_holds_for_all_sessions(serve):
    server = serve("--set", "product=sfb2015")
    Admin(server).make(T1)
    assert root(within(server, T1)).header("X-MS-Correlation-Id")


def test_steps_and_counters_are_its_own(server, admin):
    admin.make(T1, SAY_503)
    t1 = within(server, T1)
    assert root(server).status == 200
    assert [root(t1).status for _ in range(3)] == [503, 503, 200]
    admin.good("POST", f"/sessions/{T1}/reset")
    assert [root(t1).status for _ in range(3)] == [503, 503, 200]
    assert root(server).status == 200


def test_another_scenario(server, admin):
    t1 = within(server, T1)
    admin.make(T1, SAY_503)
    wrong = admin.ask("PUT", f"/sessions/{T1}/scenario",
                      "lyncmock: 1\nsteps: [{at: nowhere, do: {status: 500}}]\n",
                      YAML)
    assert wrong.status == 422
    assert root(t1).status == 503
    told = admin.good("PUT", f"/sessions/{T1}/scenario",
                      SAY_503.replace("503", "404").replace("busy", "gone"),
                      YAML)
    assert told.json["scenario"] == "gone"
    assert [root(t1).status for _ in range(3)] == [404, 404, 200]
    admin.good("PUT", f"/sessions/{T1}/scenario",
               {"scenario": "good/android-soap"})
    assert root(t1).status == 200
    assert admin.ask("PUT", f"/sessions/{T1}/scenario", {}).status == 400


def test_another_scenario_for_the_default_session(server, admin):
    admin.good("PUT", "/sessions/default/scenario", SAY_503, YAML)
    assert [root(server).status for _ in range(3)] == [503, 503, 200]
    wrong = admin.ask("PUT", "/sessions/default/scenario",
                      "lyncmock: 1\nworld: {domain: fabrikam.test}\n", YAML)
    assert wrong.status == 422
    assert "CA" in wrong.json["error"]
    assert root(server).status == 200
    # What is told of it is the new world's: nobody has the old one any more.
    text = "lyncmock: 1\nworld: {domain: contoso.test}\n"
    for _ in range(3):
        told = admin.good("PUT", "/sessions/default/scenario", text, YAML)
        assert told.json["domain"] == "contoso.test"


def test_a_clock_of_its_own(server, admin):
    admin.make(T1)
    t1 = within(server, T1)

    def minutes(view):
        hour, minute, second = map(int, root(view).header(
            "Date").split()[4].split(":"))
        return hour * 60 + minute + second / 60

    before = minutes(server)
    told = admin.good("POST", f"/sessions/{T1}/clock", {"advance": "6m"})
    assert told.json["now"]
    assert 5.9 < (minutes(t1) - before) % 1440 < 7
    assert (minutes(server) - before) % 1440 < 1
    admin.good("POST", f"/sessions/{T1}/clock", {"advance": "-6m"})
    assert (minutes(t1) - before) % 1440 < 1
    bad = admin.ask("POST", f"/sessions/{T1}/clock", {"advance": "soon"})
    assert bad.status == 400 and bad.json["place"] == "advance"
    assert admin.ask("POST", f"/sessions/{T1}/clock", {}).status == 400


def test_a_seed_of_its_own(server, admin):
    """The same challenges for the same seed, whatever others do."""
    def challenge(domain):
        view = within(server, domain)
        reply = view.curl(
            view.url("lyncweb", "/auth/ntlm"), "-H",
            "Authorization: NTLM TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA=")
        return reply.header("WWW-Authenticate")[40:56]

    seeds = {"a": 7, "b": 7, "c": 8}
    for name, seed in seeds.items():
        admin.make(f"{name}.contoso.test", seed=seed)
    drawn = {name: [] for name in seeds}
    for name in "abccba":
        drawn[name].append(challenge(f"{name}.contoso.test"))
    assert drawn["a"] == drawn["b"]
    assert len(set(drawn["a"] + drawn["c"])) == 4
    admin.good("POST", "/sessions/a.contoso.test/reset")
    assert challenge("a.contoso.test") == drawn["a"][0]


def test_seeds_follow_from_the_runs(serve):
    told = []
    for seed in (7, 7, 8):
        server = serve("--seed", seed)
        admin = Admin(server)
        told.append([admin.make(f"{name}.contoso.test")["seed"]
                     for name in "ab"])
    assert told[0] == told[1]
    assert len(set(told[0] + told[2])) == 4


def test_its_journal(server, admin):
    admin.make(T1, SAY_503)
    t1 = within(server, T1)
    for _ in range(3):
        root(t1)
        root(server)
    entries = admin.journal(T1)
    assert [entry["sent"]["status"] for entry in entries] == [503, 503, 200]
    assert {entry["session"] for entry in entries} == {T1}
    assert {entry["session"] for entry in admin.journal("default")} == {
        "default"}
    first = admin.good("GET", f"/sessions/{T1}/journal", limit=1)
    assert json.loads(first.text)["id"] == entries[0]["id"]
    rest = admin.journal(T1, after=first.headers["Lyncmock-Position"])
    assert rest == entries[1:]
    last = admin.good("GET", f"/sessions/{T1}/journal")
    assert admin.journal(T1, after=last.headers["Lyncmock-Position"]) == []
    assert admin.ask("GET", f"/sessions/{T1}/journal",
                     after="x").status == 400
    told = admin.good("GET", f"/sessions/{T1}").json
    assert told["journal"]["exchanges"] == 3
    server.stop()
    whole = [entry for entry in server.entries() if entry["session"] == T1]
    assert whole == entries


def test_secrets_are_masked_there_as_well(server, admin):
    server.curl(server.url("lyncweb", "/auth/basic"), "-u",
                "CONTOSO\\alice:Passw0rd!", "--basic")
    assert admin.journal("default")
    assert "Passw0rd!" not in admin.good("GET", "/sessions/default/journal").text


def test_its_verdict(server, admin):
    admin.make(T1, SAY_503)
    verdict = admin.verdict(T1)
    assert verdict["judged"] and not verdict["held"]
    assert {line["what"]: line["held"] for line in verdict["lines"]} == {
        "a client": False, "discover.root at least 3 times": False}
    assert verdict["lines"][1]["where"] == "scenario:8"
    for _ in range(3):
        root(within(server, T1))
    assert admin.verdict(T1)["held"]
    assert not admin.verdict("default")["judged"]


def test_it_is_ended(server, admin):
    admin.make(T1, SAY_503)
    t1 = within(server, T1)
    root(t1)
    admin.good("DELETE", f"/sessions/{T1}", status=204)
    assert f"verdict: failed: session={T1} " in server.messages()
    for path in ("", "/journal", "/verdict", "/clock"):
        assert admin.ask("GET", f"/sessions/{T1}{path}").status == 404
    assert admin.ask("DELETE", f"/sessions/{T1}").status == 404
    assert admin.ask("DELETE", "/sessions/default").status == 409
    # A new one of the name begins anew.
    admin.make(T1, SAY_503)
    assert admin.journal(T1) == []
    assert root(t1).status == 503


def test_it_ends_by_itself(server, admin):
    admin.make(T1, ttl="300ms")
    admin.make("t2.contoso.test", ttl="none")
    until("its end", lambda: T1 not in admin.names())
    assert "t2.contoso.test" in admin.names()
    assert f"session {T1}: no contact" in server.messages()


# --- where it is --------------------------------------------------------------

def test_no_admin_port(serve):
    server = serve("--admin-port", "none")
    assert "admin" not in server.ready_line
    assert "admin" not in server.ports_file.read_text()


def test_an_admin_port_of_choice(serve):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert Admin(serve("--admin-port", port)).port == port


def test_a_port_that_is_taken(tmp_path, admin):
    done = run_cli(tmp_path, "serve", "--admin-port", admin.port)
    assert done.returncode == 3
    assert f"--admin-port: cannot listen on 127.0.0.1:{admin.port}" \
        in done.stderr


@pytest.mark.parametrize("value", ["x", "-1", "65536", "None"])
def test_a_port_that_is_none(tmp_path, value):
    done = run_cli(tmp_path, "serve", "--admin-port", value)
    assert done.returncode == 2
    assert "--admin-port" in done.stderr


def over_socket(path, token, *args):
    return subprocess.run(
        ["curl", "-q", "-sS", "--unix-socket", path, "-H",
         f"Authorization: Bearer {token}", "http://localhost/sessions", *args],
        capture_output=True, text=True, timeout=PATIENCE)


def test_a_unix_socket(serve, tmp_path):
    path = tmp_path / "admin.socket"
    server = serve("--admin-socket", path)
    ports = server.ports()
    assert ports["admin"] == str(path)
    assert f" admin={path} " in server.ready_line
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = over_socket(path, ports["admin_token"])
    assert json.loads(told.stdout)["sessions"][0]["name"] == "default"
    assert "token" in over_socket(path, "x").stdout
    # It is in use.
    done = run_cli(tmp_path, "serve", "--admin-socket", path)
    assert done.returncode == 3
    assert f"--admin-socket: cannot listen on {path}" in done.stderr
    server.stop()
    assert not path.exists()


def test_a_socket_that_was_left_behind(serve, tmp_path):
    path = tmp_path / "admin.socket"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    server = serve("--admin-socket", path)
    assert over_socket(path, server.ports()["admin_token"]).returncode == 0


def test_a_file_is_no_socket(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine")
    done = run_cli(tmp_path, "serve", "--admin-socket", path)
    assert done.returncode == 3
    assert path.read_text() == "mine"
    done = run_cli(tmp_path, "serve", "--admin-socket", 200 * "x")
    assert done.returncode == 3
    assert "longer than the" in done.stderr


def test_help_tells_of_it():
    done = subprocess.run([BINARY, "help", "serve"],
                          env=clean_environment(os.environ["HOME"]),
                          capture_output=True, text=True, timeout=PATIENCE)
    for option in ("--admin-port", "--admin-socket", "--template",
                   "--session-ttl"):
        assert option in done.stdout
