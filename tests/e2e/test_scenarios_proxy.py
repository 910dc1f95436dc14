"""Failures of the proxy on the way out. Each happens on the wire, as curl or a
bare socket sees it through the server's own proxy; then what the probe makes of
it. None of them is seen by who goes directly."""

import pytest

from harness import PASSWORD, run_cli
from raw import get
from signin import ALICE, journal
from test_scenarios_failures import root
from through import connect, curl, proxy_peer, proxy_url, run_curl

KERBEROS = False  # see serve

DISCOVER = "https://lyncdiscover.contoso.test/"
PLAIN = "http://lyncdiscover.contoso.test/"


def started(serve, name):
    return serve(f"failures/{name}", "--proxy-port", "0")


def fired(server, name, *steps):
    """All steps of the scenario have applied: these faults at these points."""
    server.stop()
    found = {remark["text"] for entry in server.entries()
             for remark in entry["remarks"] if remark["key"] == "step"}
    assert {(text.split(": ")[0], text.split(": ")[2])
            for text in found} == set(steps)
    assert all(f" failures/{name}.yaml:" in text for text in found)


def test_proxy_asks_who_you_are(serve):
    server = started(serve, "proxy-asks-who-you-are")
    refused = run_curl(server, DISCOVER)
    assert (refused.code, refused.answers) == (56, [407])
    assert refused.header("Proxy-Authenticate").startswith("Basic realm=")
    wrong = run_curl(server, DISCOVER, "--proxy-user", "alice:wrong")
    assert wrong.answers == [407]
    good = curl(server, DISCOVER, "--proxy-user", f"alice:{PASSWORD}")
    assert good.answers == [200, 200]
    assert root(server).status == 200


def test_proxy_refuses_tunnel(serve):
    server = started(serve, "proxy-refuses-tunnel")
    refused = run_curl(server, DISCOVER)
    assert (refused.code, refused.answers) == (56, [403])
    assert curl(server, PLAIN).status == 200
    assert root(server).status == 200
    fired(server, "proxy-refuses-tunnel", ("proxy.connect", "status"))


def test_proxy_stalls(serve):
    server = started(serve, "proxy-stalls")
    silent = run_curl(server, DISCOVER, "--max-time", "1")
    assert (silent.code, silent.answers) == (28, [])
    assert root(server).status == 200
    fired(server, "proxy-stalls", ("proxy.connect", "stall"))


def test_proxy_captive_portal(serve):
    server = started(serve, "proxy-captive-portal")
    led = run_curl(server, DISCOVER, "-L")
    assert (led.code, led.answers) == (56, [302])
    assert led.header("Location") == "http://login.wifi.test/guest"
    plain = curl(server, PLAIN)
    assert plain.header("Location") == "http://login.wifi.test/guest"
    assert root(server).status == 200
    fired(server, "proxy-captive-portal", ("proxy.connect", "captive-portal"),
          ("proxy.request", "captive-portal"))


def test_proxy_cuts_tunnel(serve):
    server = started(serve, "proxy-cuts-tunnel")
    with proxy_peer(server) as peer:
        peer.send(connect("lyncweb.contoso.test:80"))
        assert peer._head().startswith("HTTP/1.1 200 ")
        for _ in range(20):
            peer.send(get(peer.host))
        assert len(peer.all()) == 3000
    for _ in range(2):
        assert curl(server, DISCOVER).answers == [200, 200]
    fired(server, "proxy-cuts-tunnel", ("proxy.tunnel", "reset"))


def test_proxy_cannot_find_internal_name(serve):
    server = started(serve, "proxy-cannot-find-internal-name")
    for scheme in ("http", "https"):
        missing = run_curl(server,
                           f"{scheme}://lyncdiscoverinternal.contoso.test/")
        assert missing.answers == [502]
    assert curl(server, DISCOVER).answers == [200, 200]
    fired(server, "proxy-cannot-find-internal-name",
          ("proxy.connect", "status"), ("proxy.request", "status"))


# --- what a client makes of it ----------------------------------------------

SIGNED_IN = "signed in over NTLM"
PROBE = [
    ("proxy-asks-who-you-are", 0, SIGNED_IN),
    ("proxy-cannot-find-internal-name", 0, SIGNED_IN),
    ("proxy-captive-portal", 1, "HTTP 302 to http://login.wifi.test/guest"),
    ("proxy-cuts-tunnel", 0, SIGNED_IN),
    ("proxy-refuses-tunnel", 1, "the proxy does not let this through"),
    ("proxy-stalls", 4, "timed out"),
]
PATIENT = {"proxy-stalls": "2400ms"}


def probe(server, proxy, patience="9s"):
    return run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--user", ALICE, "alice@contoso.test", "--timeout", patience,
                   "--proxy", proxy, env={"LYNC_PASSWORD": PASSWORD})


@pytest.mark.parametrize("name,code,words", PROBE)
def test_probe(serve, name, code, words):
    server = started(serve, name)
    proxy = proxy_url(server)
    if name == "proxy-asks-who-you-are":
        proxy = proxy.replace("//", "//alice:Passw0rd%21@")
    done = probe(server, proxy, PATIENT.get(name, "9s"))
    told = done.stdout + done.stderr
    assert done.returncode == code, told
    assert words in done.stdout.splitlines()[-1], told
    assert len(journal(server)) < 30


def test_the_probe_tells_what_the_proxy_said(serve):
    for name, said in (("captive-portal", "302: the proxy leads elsewhere"),
                       ("cannot-find-internal-name",
                        "502: the proxy does not reach the server")):
        server = started(serve, f"proxy-{name}")
        assert said in probe(server, proxy_url(server)).stdout


def test_the_probe_goes_through_a_good_proxy(serve):
    server = serve("--proxy-port", "0")
    done = probe(server, proxy_url(server))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f":{server.https}" not in done.stdout
    server.stop()
    tunnels = [entry["connection"]["proxy"] for entry in server.entries()
               if "request" in entry]
    assert tunnels and None not in tunnels
