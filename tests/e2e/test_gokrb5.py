"""gokrb5, Go's own Kerberos, over net/http."""

import re

import pytest

from clients import FOLDER
from harness import PASSWORD, clean_environment
from kerberos import Client, exported, kdc_entries, needs_kerberos
from kerberos_clients import ADDRESS, compiled, program, seen, signed_in
from signin import journal

pytestmark = needs_kerberos


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The client, compiled from Debian's Go packages and nothing else."""
    folder = tmp_path_factory.mktemp("gokrb5")
    return compiled(
        [program("go", "golang-go"), "build", "-o", folder / "gokrb5"],
        clean_environment(folder, {
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
            "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}),
        FOLDER / "gokrb5")


@pytest.fixture
def go(client):
    """go(server, credential, user, secret) runs it."""
    def run(server, credential="password", user="alice", secret=PASSWORD,
            url=None, conf=None, fails=False):
        return seen(
            [client, conf or server.ready["krb5_conf"], server.ca_file,
             url or server.url("lyncweb", "/auth/negotiate"), ADDRESS,
             credential, user, secret],
            clean_environment(server.folder, {}), fails)

    return run


def test_password_and_kept_connection(server, go):
    first, second = signed_in(go(server), mutual=False,
                              session_etype="aes256-cts-hmac-sha1-96")
    assert first["connection"]["number"] == second["connection"]["number"]
    journal(server, "plain.negotiate")[1].says(
        spnego_token="NegTokenInit", krb5_message="AP-REQ",
        spnego_state="accept-completed")


@pytest.mark.parametrize("user,host", [("ALICE", "lyncweb"),
                                       ("aLice", "LYNCWEB")])
def test_letter_case(server, go, user, host):
    """It asks for the host as the URL has it, where others write it small."""
    told = signed_in(go(server, user=user, url=server.url(
        host, "/auth/negotiate")))[0]["sent"]
    assert told["name"] == user
    assert told["spn"] == f"HTTP/{host}.contoso.test"


def test_keytab_and_cache(server, go):
    mit = Client(server)
    mit.kinit("alice")
    signed_in(go(server, "ccache", "", mit.ccache))
    signed_in(go(server, "keytab", "bob", server.ports()["user_keytab"]),
              user="bob")


@pytest.mark.parametrize("etypes,name", [
    ("aes128", "aes128-cts-hmac-sha1-96"), ("rc4", "rc4-hmac")])
def test_one_type_of_key_alone(serve, go, etypes, name):
    server = serve("--set", f"krb5.etypes={etypes}",
                   "--set", f"kdc.etypes={etypes}",
                   "--set", f"user.alice.etypes={etypes}")
    conf = server.folder / "go-krb5.conf"
    conf.write_text(exported(server, "krb5_conf").read_text().replace(
        "[libdefaults]", "[libdefaults]\n allow_weak_crypto = true\n", 1))
    signed_in(go(server, conf=conf), etype=name)


def test_udp_unless_the_configuration_says_tcp(server, go):
    conf = server.folder / "go-krb5.conf"
    conf.write_text(exported(server, "krb5_conf").read_text().replace(
        "udp_preference_limit = 1", "udp_preference_limit = 1465"))
    signed_in(go(server, conf=conf))
    server.stop()
    assert {entry["kdc"]["transport"] for entry in kdc_entries(server)} == {
        "udp"}


def test_a_ticket_as_great_as_those_with_many_groups(serve, go, tmp_path):
    path = tmp_path / "great.yaml"
    path.write_text("lyncmock: 1\ntitle: great\nsteps:\n  - at: kdc.tgs\n"
                    "    do: {kerberos-ticket: {padding: 40KiB}}\n")
    signed_in(go(serve(path)))


@pytest.mark.parametrize("user,secret,words", [
    ("alice", "wrong", "KDC_ERR_PREAUTH_FAILED"),
    ("nobody", PASSWORD, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
    ("locked", PASSWORD, "KDC_ERR_CLIENT_REVOKED"),
    ("expired", PASSWORD, "KDC_ERR_KEY_EXPIRED"),
])
def test_who_gets_no_ticket(shared_server, go, user, secret, words):
    assert words in go(shared_server, user=user, secret=secret,
                       fails=True).said


def test_a_service_that_nobody_registered(serve, go):
    server = serve("--set", "krb5.unregistered=*")
    assert "KDC_ERR_S_PRINCIPAL_UNKNOWN" in go(server, fails=True).said


def test_a_wrong_clock(serve, go):
    """It shows the 401, and reads no KRB-ERROR."""
    server = serve("--set", "krb5.clock=+10m")
    saw = go(server)
    assert saw.values("status") == ["401", "401"]
    assert re.search("60[0-9] s behind", saw.bodies()[0]["why"])
