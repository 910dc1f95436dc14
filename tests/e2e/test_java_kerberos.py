"""Java: JAAS' Krb5LoginModule, HttpURLConnection, and JGSS with and without
SPNEGO."""

import re

import pytest

from clients import FOLDER
from harness import PASSWORD, clean_environment
from kerberos import Client, exported, kdc_entries, needs_kerberos
from kerberos_clients import (compiled, hosts_file, program, seen, signed_in)
from signin import journal

pytestmark = needs_kerberos


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    program("java", "default-jre-headless")
    folder = tmp_path_factory.mktemp("java")
    return compiled(
        [program("javac", "default-jdk-headless"), "-nowarn",
         "KerberosClient.java", "-d", folder],
        clean_environment(folder, {}), FOLDER / "java")


@pytest.fixture
def java(classes):
    """java(server, how, credential, user, secret) runs the client."""
    def run(server, how="http", credential="password", user="alice",
            secret=PASSWORD, url=None, conf=None, fails=False):
        return seen(
            ["java", "-Djava.security.krb5.conf="
             f"{conf or server.ready['krb5_conf']}",
             f"-Djdk.net.hosts.file={hosts_file(server, 'LYNCWEB.contoso.test')}",
             "-cp", classes, "KerberosClient", how, credential, user, secret,
             server.ca_file, url or server.url("lyncweb", "/auth/negotiate")],
            clean_environment(server.folder, {}), fails)

    return run


def conf_with(server, text):
    """The krb5.conf of the server, with more in front."""
    path = server.folder / "java-krb5.conf"
    path.write_text(exported(server, "krb5_conf").read_text().replace(
        "[libdefaults]", "[libdefaults]\n" + text, 1))
    return path


def test_password_and_kept_connection(server, java):
    first, second = signed_in(java(server), session_etype=(
        "aes256-cts-hmac-sha1-96"), mutual=True)
    assert first["connection"]["number"] == second["connection"]["number"]
    assert second["connection"]["already_authenticated"]
    record = journal(server, "plain.negotiate")[1]
    record.says(spnego_token="NegTokenInit", krb5_message="AP-REQ")


@pytest.mark.parametrize("user", ["ALICE", "Alice"])
def test_letter_case(server, java, user):
    told = signed_in(java(server, user=user))[0]
    assert told["sent"]["name"] == user
    signed_in(java(server, url=server.url("lyncweb", "/auth/negotiate").replace(
        "lyncweb", "LYNCWEB")))


def test_keytab_and_cache(server, java):
    client = Client(server)
    client.kinit("bob")
    ports = server.ports()
    signed_in(java(server, credential="cache", user="bob@CONTOSO.TEST",
                   secret=client.ccache), user="bob")
    signed_in(java(server, credential="keytab", user="bob@CONTOSO.TEST",
                   secret=ports["user_keytab"]), user="bob")


@pytest.mark.parametrize("mechanism,token", [("spnego", "NegTokenInit"),
                                             ("krb5", "raw Kerberos")])
def test_the_server_proves_itself(server, java, mechanism, token):
    saw = java(server, mechanism)
    assert saw.values("status") == ["200"]
    assert (saw.values("established"), saw.values("mutual"),
            saw.values("more")) == (["true"], ["true"], ["false"])
    journal(server, "plain.negotiate")[0].says(spnego_token=token)


@pytest.mark.parametrize("etypes,name", [
    ("aes128", "aes128-cts-hmac-sha1-96"), ("rc4", "rc4-hmac")])
def test_one_type_of_key_alone(serve, java, etypes, name):
    server = serve("--set", f"krb5.etypes={etypes}",
                   "--set", f"kdc.etypes={etypes}",
                   "--set", f"user.alice.etypes={etypes}")
    conf = conf_with(server, "allow_weak_crypto = true\n")
    signed_in(java(server, conf=conf), etype=name)


def test_udp_unless_the_configuration_says_tcp(server, java):
    conf = conf_with(server, "udp_preference_limit = 1465\n")
    signed_in(java(server, conf=conf))
    server.stop()
    assert {entry["kdc"]["transport"] for entry in kdc_entries(server)} == {
        "udp"}


def test_a_ticket_as_great_as_those_with_many_groups(serve, java, tmp_path):
    path = tmp_path / "great.yaml"
    path.write_text("lyncmock: 1\ntitle: great\nsteps:\n  - at: kdc.tgs\n"
                    "    do: {kerberos-ticket: {padding: 40KiB}}\n")
    server = serve(path)
    conf = conf_with(server, "udp_preference_limit = 1465\n")
    signed_in(java(server, conf=conf))


@pytest.mark.parametrize("user,secret,words", [
    ("alice", "wrong", "Pre-authentication information was invalid (24)"),
    ("nobody", PASSWORD, "Client not found in Kerberos database (6)"),
    ("locked", PASSWORD, "Clients credentials have been revoked (18)"),
    ("expired", PASSWORD, "Password has expired"),
])
def test_who_gets_no_ticket(shared_server, java, user, secret, words):
    assert words in java(shared_server, user=user, secret=secret,
                         fails=True).said


@pytest.mark.parametrize("how,words", [
    ("http", "Authentication failure"),
    ("krb5", "AP_REP token id does not match"),
    ("spnego", "GSSException"),
])
def test_its_words_for_a_wrong_clock(serve, java, how, words):
    """Java reads no KRB-ERROR: the journal alone has the reason."""
    server = serve("--set", "krb5.clock=+10m")
    assert words in java(server, how, fails=True).said
    assert re.search("60[0-9] s behind", journal(
        server, "plain.negotiate")[-1].remarks["auth.refused"])


def test_a_service_that_nobody_registered(serve, java):
    server = serve("--set", "krb5.unregistered=*")
    assert "Server not found in Kerberos database (7)" in java(
        server, "krb5", fails=True).said
    # Without a token Java asks once more, and shows the 401.
    assert java(server).values("status") == ["401", "401"]
