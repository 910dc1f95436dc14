"""What comes near: to a route, where nothing serves a request, and to an
expectation that is not met."""

import pytest

from harness import PASSWORD, ROOT_PATH, TICKET_PATH
from raw import Peer
from signin import Record

KERBEROS = False
MEX = TICKET_PATH + "/mex"


def ask(server, path, host="lyncweb", method="GET", tls=False):
    with Peer(server, tls=tls) as peer:
        host = host if "." in host else server.name(host)
        peer.send(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
                  "Content-Length: 0\r\n\r\n".encode())
        return peer.reply()


def record(server):
    assert server.stop() == 0
    entries = [Record(entry) for entry in server.entries()]
    return entries[-1]


def why(entry):
    """The reason that the line on the log has, too."""
    return next(text for key, text in entry.remarks.items()
                if key in ("unexpected", "wrong-method", "plain-http"))


PATHS = {
    # name: (path, nearest route, hint)
    "trailing slash": (MEX + "/", MEX, "a trailing slash"),
    "doubled slash": (MEX.replace("/mex", "//mex"), MEX, "a doubled slash"),
    "both": ("/" + MEX + "//", MEX, "a trailing slash"),
    "typo": (MEX.replace("Service.", "Servce."), MEX, "some letters"),
    "swapped letters": (ROOT_PATH.replace("Auto", "Atuo"), ROOT_PATH,
                        "some letters"),
    "encoded twice": (TICKET_PATH.replace(".", "%252E"), TICKET_PATH,
                      "percent-encoded twice"),
    "question mark encoded": (
        ROOT_PATH + "%3Fsipuri=sip:alice@contoso.test", ROOT_PATH,
        'the "?" before the query was percent-encoded'),
    "blank behind it": (MEX + "%20", MEX, "a blank"),
    "below it": (MEX + "/wsdl", MEX, "nothing is served below this path"),
}


@pytest.mark.parametrize("name", PATHS)
def test_path(server, name):
    path, route, hint = PATHS[name]
    assert ask(server, path, tls=True).status == 404
    entry = record(server)
    assert hint in why(entry), why(entry)
    assert f"https://lyncweb.contoso.test{route}: " in why(entry)
    lines = entry.remarks["nearest"].splitlines()
    assert "host: lyncweb.contoso.test, as expected" in lines
    assert any(line.startswith(f"path: expected {route}, was ")
               for line in lines), lines
    assert lines[-1].startswith("hint: ") and hint in lines[-1]


def test_far_from_everything(server):
    assert ask(server, "/favicon.ico", tls=True).status == 404
    entry = record(server)
    assert why(entry) == "no endpoint of this world serves this path"
    assert "nearest" not in entry.remarks


@pytest.mark.parametrize("host,expected,hint", [
    ("lyncdiscver.contoso.test", "lyncdiscover.contoso.test",
     "the world has no such host"),
    ("lyncweb.contoso.test", "lyncdiscover.contoso.test",
     "another host serves this path"),
])
def test_host(server, host, expected, hint):
    assert ask(server, "/", host=host, tls=True).status == 404
    entry = record(server)
    assert hint in why(entry)
    assert f"host: expected {expected}, was {host}" in entry.remarks["nearest"]


def test_port(server):
    with Peer(server, tls=True) as peer:
        peer.send(f"GET {MEX}/ HTTP/1.1\r\nHost: lyncweb.contoso.test:8444\r\n"
                  "\r\n".encode())
        peer.reply()
    entry = record(server)
    assert f"port: expected {server.https}, was 8444" \
        in entry.remarks["nearest"]


def test_method(server):
    assert ask(server, MEX, method="post", tls=True).status == 405
    assert "methods are written in capitals: POST" in why(record(server))


def test_plain_http(server):
    assert ask(server, MEX).status == 403
    assert "wants https, and was asked by http" in why(record(server))


@pytest.mark.parametrize("path", [
    "/" + "a" * 8000, "/%", "/%00", "//////", "/%3F", "/?", "/" + "%25" * 300,
    "/\x7f", "/%1b[31m" + MEX, MEX + "%0d%0aX:%20y/",
])
def test_strange_paths(server, path):
    """Nothing breaks, and no control character gets into log or journal."""
    with Peer(server, tls=True) as peer:
        peer.send(f"GET {path} HTTP/1.1\r\nHost: lyncweb.contoso.test\r\n\r\n"
                  .encode("latin-1"))
        peer.reply()
    entry = record(server)
    assert not any(ord(c) < 32 and c != "\n"
                   for c in entry.remarks.get("nearest", ""))
    assert "\x1b" not in server.messages()


def test_unexpected_in_the_verdict(serve, tmp_path):
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\nfail-on: [unexpected]\n")
    server = serve(path)
    server.judged, server.expected_exit = True, 1
    ask(server, MEX + "/", tls=True)
    assert server.stop() == 1
    said = server.messages()
    assert f"nearest: path: expected {MEX}, was {MEX}/" in said
    assert "nearest: hint: a trailing slash" in said


# --- expectations ------------------------------------------------------------

@pytest.fixture
def expect(serve, tmp_path):
    """expect(item) serves; the result stops it, and has what was said."""
    def start(item, steps=""):
        path = tmp_path / "play.yaml"
        path.write_text(f"lyncmock: 1\n{steps}expect:\n  - {item}\n")
        server = serve(path)
        server.judged, server.expected_exit = True, 1
        return server

    return start


def nearest(server):
    assert server.stop() == 1, server.messages()
    return [line.partition("nearest: ")[2]
            for line in server.messages().splitlines() if "nearest: " in line]


def test_other_user(expect):
    server = expect("{at: webticket.issue, when: {user: alice, auth: ntlm, "
                    "host: lyncweb.*}}")
    assert server.ask_ticket("CONTOSO\\bob", "--ntlm").status == 200
    said = nearest(server)
    assert said[0].startswith("webticket.issue at exchange ")
    assert said[1:] == ["host: lyncweb.contoso.test, as expected",
                        "auth: ntlm, as expected",
                        "user: expected alice, was bob"]


def test_the_best_of_several(expect):
    server = expect("{at: webticket.issue, when: {user: alice, "
                    "client: Phone*}}")
    server.ask_ticket("CONTOSO\\bob", "--ntlm")
    server.ask_ticket("CONTOSO\\alice", "--ntlm")
    server.ask_ticket("CONTOSO\\bob", "--ntlm")
    said = nearest(server)
    assert "user: alice, as expected" in said
    assert any(line.startswith("client: expected Phone*, was curl/")
               for line in said)


def test_answered_otherwise(expect):
    server = expect(
        "{at: webticket.issue, answered: 200}",
        "steps: [{at: webticket.issue, do: {status: 503}}]\n")
    server.ask_ticket("CONTOSO\\alice", "--ntlm")
    assert "answered: expected 200, was 503" in nearest(server)


def test_never_reached(expect):
    server = expect("{at: webticket.issue}")
    server.ask_ticket("CONTOSO\\alice", "--ntlm", password="wrong")
    said = nearest(server)
    assert len(said) == 1
    assert said[0].startswith("webticket.issue was never reached; the client "
                              "came as far as auth.offer at exchange ")
    assert said[0].endswith(f"POST lyncweb.contoso.test{TICKET_PATH}, "
                            "answered 401")


def test_secrets_stay_secret(expect):
    server = expect("{at: http.request, when: {header: {Authorization: 'Basic "
                    "x', X-Other: null}, path: /auth/basic}}")
    server.curl(server.url("lyncweb", "/auth/basic"), "-u",
                f"alice:{PASSWORD}", "-H", "X-Other: a")
    said = "\n".join(nearest(server))
    assert "header Authorization: expected Basic x, was Basic ***" in said
    assert "header X-Other: expected none, was a" in said
    assert PASSWORD not in said and "YWxpY2U" not in said


def test_parameters_and_states(expect):
    server = expect(
        "{at: discover.root, when: {query: {sipuri: '*bob*'}, "
        "is: {phase: two}}}",
        "steps: [{at: discover.root, when: {client: x}, set: {phase: two}}]\n")
    server.curl(server.url("lyncdiscover", ROOT_PATH + "?sipuri=alice"))
    said = nearest(server)
    assert "query sipuri: expected *bob*, was sipuri=alice" in said
    assert "state phase: expected two, was not set" in said


def test_too_many_have_nothing_near(expect):
    server = expect("{at: discover.root, times: 0}")
    server.curl(server.url("lyncdiscover"))
    assert not nearest(server)
    assert "saw 1, the first at exchange" in server.messages()
