"""What a client took beside the least that a good scenario names: clients that
take exactly that, and others that take more and are told where."""

import base64
import http.client
import json
import re
import socket
import ssl

import pytest
from impacket import ntlm

from clients import Curl
from harness import ISSUE, PASSWORD, TICKET_PATH, USER_PATH, run_cli
from signin import BODIES, Ticket, sign_in
from soap import ANON, AUTH, MEETING, MEETING_KEY, encoded, envelope

XML = "application/vnd.microsoft.rtc.autodiscover+xml;v=1"
NAMES = ("requests", "connections", "handshakes", "unauthorized")


class Connection:
    """One connection to a host, which it keeps."""

    def __init__(self, server, host):
        name = server.name(host)
        context = ssl.create_default_context(cafile=server.ca_file)
        # The `phone` profile has what Python's strict mode would not take.
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        raw = socket.create_connection(("127.0.0.1", server.https))
        self.host = f"{name}:{server.https}"
        self.http = http.client.HTTPSConnection(name)
        self.http.sock = context.wrap_socket(raw, server_hostname=name)

    def ask(self, method, path, headers=None, body=None):
        self.http.request(method, path, body,
                          {"Host": self.host, "Accept": XML,
                           **(headers or {})})
        answer = self.http.getresponse()
        answer.body = answer.read()
        answer.text = answer.body.decode()
        return answer


def issue(connection, path, body, **headers):
    return connection.ask("POST", path, {
        "Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{ISSUE}"',
        **headers}, body.encode())


def discover(server):
    """As far as the metadata, on two connections; the second stays."""
    assert Connection(server, "lyncdiscover").ask("GET", "/").status == 200
    web = Connection(server, "lyncweb")
    assert web.ask("GET", USER_PATH).status == 401
    assert web.ask("GET", TICKET_PATH + "/mex").status == 200
    return web


def open_user(web, answer):
    ticket = Ticket(answer)
    assert web.ask("GET", USER_PATH, ticket.headers()).status == 200


def by_ntlm(server, form):
    web = discover(server)
    body = BODIES[form].read_text().replace(
        "@APPLIES_TO@", server.url("lyncweb", USER_PATH))

    def step(message):
        token = base64.b64encode(message.getData()).decode()
        return issue(web, TICKET_PATH, body, Authorization=f"NTLM {token}")

    hello = ntlm.getNTLMSSPType1("PC", "CONTOSO")
    first = step(hello)
    assert first.status == 401
    challenge = re.search(r"NTLM (\S+)", first.getheader("WWW-Authenticate"))
    proof, _ = ntlm.getNTLMSSPType3(
        hello, base64.b64decode(challenge.group(1)), "alice", PASSWORD,
        "CONTOSO")
    open_user(web, step(proof))


def by_password(server):
    web = discover(server)
    open_user(web, issue(web, AUTH, envelope(
        server, encoded("CONTOSO\\alice"), encoded(PASSWORD))))


def web_app(path, name, password):
    def client(server):
        web = Connection(server, "lyncweb")
        assert web.ask("GET", TICKET_PATH + "/mex").status == 200
        answer = issue(web, path, envelope(
            server, encoded(name), encoded(password), path=path))
        assert answer.status == 200, answer.text

    return client


def measured(server, tmp_path):
    assert server.stop() == 0
    (run,) = json.loads((tmp_path / "report.json").read_text())["runs"]
    return {item["name"]: item for item in run["measures"]}


@pytest.fixture(name="start")
def make_start(serve, tmp_path):
    return lambda name: serve(
        f"good/{name}", "--set", "offer.kerberos=no", "--json",
        tmp_path / "report.json", "--text", tmp_path / "report.text")


@pytest.mark.parametrize("name, client", [
    ("pc-external-ntlm", lambda server: by_ntlm(server, "saml")),
    ("windows-phone-ntlm", lambda server: by_ntlm(server, "cwt")),
    ("ios-ntlm", lambda server: by_ntlm(server, "cwt")),
    ("android-ntlm", lambda server: by_ntlm(server, "cwt")),
    ("android-soap", by_password),
    ("web-app-soap", web_app(AUTH, "CONTOSO\\alice", PASSWORD)),
    ("web-app-guest", web_app(ANON, MEETING, MEETING_KEY)),
])
def test_the_least_is_enough(start, tmp_path, name, client):
    server = start(name)
    client(server)
    measures = measured(server, tmp_path)
    for word in NAMES:
        assert measures[word]["taken"] == measures[word]["optimum"], word
    for word in ("repeated", "redundant-401", "restarted"):
        assert measures[word]["taken"] == 0


def test_what_was_more_is_named(start, tmp_path):
    """curl opens a connection each time that it is run."""
    server = start("pc-external-ntlm")
    for _ in range(3):
        server.curl(server.url("lyncweb", USER_PATH))
    sign_in(Curl(server, "--ntlm"), server)
    measures = measured(server, tmp_path)
    assert measures["repeated"]["taken"] == 2
    assert measures["redundant-401"]["taken"] == 2
    assert measures["connections"]["taken"] == 5
    assert "where 1 led already" in measures["connections"]["why"]
    assert "was repeated (exchange 2)" in measures["requests"]["why"]
    assert "though it was told" in measures["unauthorized"]["why"]
    text = (tmp_path / "report.text").read_text()
    assert re.search(r"^  connections +5  optimum 2$", text, re.M)
    assert "did not take up the TLS session of 1" in text
    assert measures["time"]["taken"] > 0
    assert measures["time-server"]["taken"] < measures["time"]["taken"] + 1


def test_an_optimum_that_is_none(tmp_path):
    (tmp_path / "s.yaml").write_text(
        "lyncmock: 1\nabout: {optimum: 6 requets}\n")
    done = run_cli(tmp_path, "check", tmp_path / "s.yaml")
    assert done.returncode == 2
    assert "optimum: expected a list such as 6 requests" in (
        done.stdout + done.stderr)
