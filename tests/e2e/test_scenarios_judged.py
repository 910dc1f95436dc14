"""What a shipped failure expects is what a good client does: the built-in one
meets each of them as the client that the scenario begins with, and the server
judges it. Where it is not that client, NOT_GOOD says why, and what the server
then holds against it.
"""

import pytest
import yaml

from clients import Curl
from harness import PASSWORD, ROOT, run_cli
from kerberos import needs_kerberos
from signin import ALICE
from soap import MEETING, MEETING_KEY

FOLDER = ROOT / "scenarios" / "failures"
SHIPPED = {path.stem: yaml.safe_load(path.read_text())
           for path in sorted(FOLDER.glob("*.yaml"))}

# name -> what the server says of the probe, and why it is so.
NOT_GOOD = {
    "kerberos-channel-binding": (
        "expected discover.user answered 200 at least once",
        "libcurl sends no channel bindings with Kerberos"),
    "kerberos-kdc-busy": (
        "expected discover.user answered 200 at least once",
        "libkrb5 asks again after six seconds: with --timeout 40s it signs in"),
    "kerberos-kdc-unreachable": (
        "expected discover.user answered 200 at least once",
        "it has Kerberos alone, and does not go on with NTLM"),
    "kerberos-mutual-missing": (
        "expected discover.user (ticket: valid) never, saw 1",
        "it warns, and takes the answer"),
    "kerberos-negotiate-withdrawn": (
        "expected discover.user answered 200 at least once",
        "it has Kerberos alone, and does not go on with NTLM"),
    "kerberos-other-mechanism": (
        "expected discover.user answered 200 at least once",
        "it has Kerberos alone, and does not go on with NTLM"),
    "kerberos-spn-missing": (
        "expected discover.user answered 200 at least once",
        "it has Kerberos alone, and does not go on with NTLM"),
    "xframe-forbidden": (
        "expected discover.xframe 1 to 4 times, saw 0",
        "it is no browser, and loads no frame"),
}

# What a scenario is about, where it is not the usual user who signs in once.
PASSWORDS = {"wrong-password-lockout": "old", "kerberos-negotiate-only": None}
TYPED_AGAIN = ["ntlm-right-password-refused"]
# Through which proxy: the HTTP port plays one, or there is one.
BY_HTTP_PORT = ["client-proxy-wants-password"]
BY_PROXY = {name for name, scenario in SHIPPED.items()
            if scenario["about"]["layer"] == "proxy"}

# Those that let the client wait: a third of this is for one request.
PATIENCE = {
    "connection-forgotten": "2400ms",
    "discovery-internal-unreachable": "3s",
    "https-port-dropped": "1500ms",
    "kerberos-kdc-busy": "2s",
    "proxy-stalls": "2400ms",
    "stalled-web-ticket": "2400ms",
    "stalls-after-headers": "2400ms",
    "tls-handshake-stalled": "1500ms",
}


def client_of(name):
    return SHIPPED[name]["extends"].removeprefix("good/")


def expected(name):
    """Each thing that is to come, those of an order among them."""
    return [item for given in SHIPPED[name]["expect"]
            for item in given.get("in-order", [given])]


def started(serve, name, *args):
    """A KDC is there where it has a part in what happens; a proxy, too."""
    without = "internal" not in client_of(name)
    server = serve(f"failures/{name}", *args,
                   *(["--set", "offer.kerberos=no"] if without else []),
                   *(["--proxy-port", "0"] if name in BY_PROXY else []))
    server.judged = True
    return server


def who(name):
    if client_of(name) == "web-app-guest":
        return ["--meeting", MEETING, "--key", MEETING_KEY]
    return ["--user", ALICE, "alice@contoso.test"]


def probe(server, name):
    password = PASSWORDS.get(name, PASSWORD)
    # Where there is no password, there is no ticket either.
    env = ({"KRB5CCNAME": f"FILE:{server.folder}/none"} if password is None
           else {"LYNC_PASSWORD": password})
    port = (server.http if name in BY_HTTP_PORT else
            server.ready["proxy"] if name in BY_PROXY else None)
    proxy = (["--proxy", f"http://alice:Passw0rd%21@127.0.0.1:{port}"]
             if port else [])
    return run_cli(server.folder, "probe", "--ports-file", server.ports_file,
                   "--as", client_of(name), *who(name), *proxy, "--timeout",
                   PATIENCE.get(name, "9s"), env=env)


def verdict(server):
    """Exit code, and what was held against the client."""
    code = server.stop()
    server.expected_exit = code
    return code, [line for line in server.messages().splitlines()
                  if ": failed: " in line]


def comes_in(item):
    return (item.get("at") == "discover.user" and item.get("times") != 0
            and (item.get("answered") == 200
                 or item.get("when", {}).get("ticket") == "valid"))


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=needs_kerberos)
    if client_of(name) == "pc-internal-kerberos" else name
    for name in SHIPPED])
def test_the_probe_is_judged(serve, name):
    server = started(serve, name)
    for _ in range(2 if name in TYPED_AGAIN else 1):
        done = probe(server, name)
    code, failed = verdict(server)
    told = done.stdout + done.stderr + "\n".join(failed)
    if name in NOT_GOOD:
        assert code == 1, told
        assert any(NOT_GOOD[name][0] in line for line in failed), told
    else:
        assert (code, failed) == (0, []), told
        # Who is not let in has not signed in, whatever the server saw.
        if any(item.get("at") == "discover.user"
               and item.get("answered") == 200
               for item in expected(name)):
            assert done.returncode == 0, told


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_expected_means_something(name):
    """A client that goes on for ever, or gives up where it should sign in, is
    found out."""
    items = expected(name)
    client = SHIPPED[name]["about"]["client"]
    assert any("answered" in item or "at-most" in item or "times" in item
               or comes_in(item) for item in items)
    if client.endswith(("and signs in.", "; signs in.")):
        assert any(comes_in(item) for item in items), client


def test_who_gives_up_is_found_out(serve):
    """The first discovery alone is not the sign-in that is expected."""
    server = started(serve, "slow-line")
    assert Curl(server).send("GET", server.url("lyncdiscover"), {}).status
    code, failed = verdict(server)
    assert code == 1
    assert "expected discover.user answered 200" in failed[0]


def test_nobody_comes_where_nothing_listens(serve):
    """No client reaches a server whose ports are all closed: that is none
    that was left out."""
    server = started(serve, "discovery-host-refuses")
    assert verdict(server) == (0, [])
