"""Heimdal's clients against the KDC, and a web server that takes their tickets.

The programs are of the package heimdal-clients, unpacked in build/heimdal by
`./dev test`: Debian installs it or krb5-user, not both.
"""

import pytest

from harness import PASSWORD
from kerberos import Client, kdc_entries, needs_kerberos
from kerberos_clients import heimdal
from test_kerberos import seen

pytestmark = needs_kerberos


class Heimdal(Client):
    """One whose tickets are Heimdal's; curl and klist are MIT's."""

    def kinit(self, user="alice", password=PASSWORD, *args, fails=False,
              more=()):
        typed = self.folder / "password"
        typed.write_text(password + "\n")
        return self.run(heimdal("kinit.heimdal"), f"--password-file={typed}",
                        *args, user, fails=fails)

    def kgetcred(self, *args, fails=False):
        return self.run(heimdal("kgetcred"), *args, fails=fails)


@pytest.fixture
def play(serve):
    def start(*options, config="", **libdefaults):
        server = serve(*options)
        return server, Heimdal(server, libdefaults, config=config)

    return start


def sign_in(server, client):
    """A ticket that Heimdal got, and curl carries."""
    client.kgetcred(f"HTTP/{server.name('lyncweb')}")
    told = seen(client.curl(server.url("lyncweb", "/auth/negotiate")))
    assert told["mechanism"] == "negotiate+krb5"
    return told


def test_password(play):
    server, client = play()
    client.kinit()
    told = sign_in(server, client)
    assert told["user"] == "alice"
    assert told["kerberos"]["etype"] == "aes256-cts-hmac-sha1-96"
    server.stop()
    # It goes by UDP first, whatever udp_preference_limit says.
    assert [entry["kdc"]["transport"] for entry in kdc_entries(server)] == [
        "udp"] * 3
    assert [entry["kdc"]["answer"] for entry in kdc_entries(server)] == [
        "KRB-ERROR", "AS-REP", "TGS-REP"]


@pytest.mark.parametrize("user,options,principal", [
    ("alice", ["--canonicalize"], "alice@CONTOSO.TEST"),
    ("ALICE", [], "ALICE@CONTOSO.TEST"),
    ("alice@contoso.test", ["--enterprise"],
     "alice\\@contoso.test@CONTOSO.TEST"),
    ("Alice@Contoso.Test", ["--enterprise", "--canonicalize"],
     "Alice\\@Contoso.Test@CONTOSO.TEST"),
    ("alice", ["--windows"], "alice@CONTOSO.TEST"),
    ("alice", ["--request-pac"], "alice@CONTOSO.TEST"),
])
def test_ways_to_write_a_user(play, user, options, principal):
    server, client = play()
    client.kinit(user, PASSWORD, *options)
    assert f"Default principal: {principal}" in client.klist()
    assert sign_in(server, client)["user"] == "alice"


@pytest.mark.parametrize("service", [
    ["HTTP/LYNCWEB.contoso.test"], ["--hostbased", "HTTP",
                                    "lyncweb.contoso.test"],
    ["--canonicalize", "HTTP/lyncweb.contoso.test"],
])
def test_ways_to_write_a_service(play, service):
    server, client = play()
    client.kinit()
    client.kgetcred(*service)
    assert any(name.lower().startswith("http/lyncweb")
               for name in client.tickets())


@pytest.mark.parametrize("etypes,name", [
    ("aes128", "aes128-cts-hmac-sha1-96"), ("rc4", "rc4-hmac")])
def test_one_type_of_key_alone(play, etypes, name):
    server, client = play(
        "--set", f"krb5.etypes={etypes}", "--set", f"kdc.etypes={etypes}",
        "--set", f"user.alice.etypes={etypes}", allow_weak_crypto="true")
    client.kinit()
    assert sign_in(server, client)["kerberos"]["etype"] == name


def test_no_type_of_key_in_common(play):
    _server, client = play()
    assert "no support for encryption type" in client.kinit(
        "alice", PASSWORD, "-e", "arcfour-hmac-md5", fails=True)


@pytest.mark.parametrize("do,transports", [
    ("{kerberos-ticket: {padding: 40KiB}}", ["udp"]),
    ("{too-big: yes}", ["udp", "tcp"]),
])
def test_a_ticket_too_great_for_udp(serve, tmp_path, do, transports):
    path = tmp_path / "great.yaml"
    path.write_text("lyncmock: 1\ntitle: great\nsteps:\n  - at: kdc.tgs\n"
                    f"    do: {do}\n")
    server = serve(path)
    client = Heimdal(server)
    client.kinit()
    sign_in(server, client)
    server.stop()
    assert [entry["kdc"]["transport"] for entry in kdc_entries(
        server, "TGS-REQ")] == transports


def test_it_renews(play):
    _server, client = play()
    client.kinit("alice", PASSWORD, "--renewable", "-l", "1h")
    client.run(heimdal("kinit.heimdal"), "--renew")


@pytest.mark.parametrize("user,password,words", [
    ("alice", "wrong", "Password incorrect"),
    ("nobody", PASSWORD, "CLIENT_NOT_FOUND"),
    ("locked", PASSWORD, "CLIENT LOCKED OUT"),
    ("disabled", PASSWORD, "CLIENT LOCKED OUT"),
])
def test_who_gets_no_ticket(shared_server, user, password, words):
    assert words in Heimdal(shared_server).kinit(user, password, fails=True)


def test_a_service_that_nobody_registered(play):
    server, client = play("--set", "krb5.unregistered=*")
    client.kinit()
    assert "LOOKING_UP_SERVER" in client.kgetcred(
        f"HTTP/{server.name('lyncweb')}", fails=True)


def test_a_wrong_clock(serve, tmp_path):
    path = tmp_path / "skew.yaml"
    path.write_text("lyncmock: 1\ntitle: skew\nsteps:\n  - at: kdc.as\n"
                    "    do: {kdc-error: clock-skew}\n")
    said = Heimdal(serve(path)).kinit(fails=True)
    assert "Clock skew too great" in said or "SKEW" in said
