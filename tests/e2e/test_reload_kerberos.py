"""A reload under Kerberos: users, services and the KDC follow."""

import pytest

from harness import PASSWORD
from kerberos import Client, missing
from test_reload import Playing

pytestmark = pytest.mark.skipif(bool(missing()), reason=str(missing()))


@pytest.fixture
def play(serve, tmp_path):
    return lambda text="", *args: Playing(serve, tmp_path, text, *args)


@pytest.mark.parametrize("name,setting", [
    ("realm", "realm: OTHER.TEST"),
    ("realm", "domain: eu.contoso.test"),
    ("krb5.etypes", "krb5: {etypes: aes256}"),
    ("kdc.etypes", "kdc: {etypes: aes256}"),
    ("kdc.lifetime", "kdc: {lifetime: 1h}"),
    ("kdc.renewable", "kdc: {renewable: 0s}"),
    ("kdc.preauth", "kdc: {preauth: no}"),
    ("kdc.absent", "kdc: {absent: yes}"),
    ("offer.kerberos", "offer: {kerberos: no}"),
])
def test_settled_at_the_start(play, name, setting):
    playing = play()
    playing.stays(f"world: {{{setting}}}\n", f"{name}: is ", "restart it")
    Client(playing.server).kinit()


def test_without_a_kdc_none_comes(serve, tmp_path):
    playing = Playing(serve, tmp_path, "", "--krb5kdc", "none")
    playing.stays("world: {offer: {kerberos: yes}}\n", "restart it")
    playing.plays("world: {offer: {kerberos: auto}}\n")


def test_users_follow(play):
    playing = play()
    client = Client(playing.server)
    client.kinit("bob")
    playing.plays("world: {users: {alice: {password: Other-1}, "
                  "bob: {state: disabled}, carol: {password: Other-2}}}\n",
                  "user.alice", "user.carol")
    client.kvno()  # the ticket-granting ticket of before is good
    client.kinit("alice", PASSWORD, fails=True)
    client.kinit("alice", "Other-1")
    client.kinit("carol", "Other-2")
    assert "revoked" in client.kinit("bob", fails=True).said
    playing.plays("")
    client.kinit("alice")
    assert "not found" in client.kinit("carol", "Other-2", fails=True).said


def test_a_ticket_of_nobody_gets_no_more(play):
    playing = play("world: {users: {carol: {password: Other-2}}}\n")
    client = Client(playing.server)
    client.kinit("carol", "Other-2")
    playing.plays("", "user.carol")
    client.kvno(fails=True)


def test_services_follow(play):
    playing = play()
    client = Client(playing.server)
    client.kinit()
    client.kvno(client.spn("lyncweb3"), fails=True)
    playing.plays("world: {pool-count: 3, krb5: {unregistered: "
                  "lyncweb.contoso.test}}\n", "pool-count")
    client.kvno(client.spn("lyncweb3"))
    client.kvno(client.spn("lyncweb"), fails=True)
    url = playing.server.url("lyncweb3", "/auth/negotiate")
    answer = client.curl(url)
    assert answer.status == 200
    assert b"krb5" in answer.body
    playing.plays("")
    client.kvno(client.spn("lyncweb"))


def test_another_domain_of_the_same_realm(play):
    playing = play()
    playing.plays("world: {domain: eu.contoso.test, realm: CONTOSO.TEST}\n")
    playing.server.domain = "eu.contoso.test"
    client = Client(playing.server)
    client.realm = "CONTOSO.TEST"
    client.kinit()
    assert client.curl(playing.server.url("lyncweb", "/auth/negotiate")
                       ).status == 200
