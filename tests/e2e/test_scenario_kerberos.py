"""Steps of Kerberos, from YAML to the client: what MIT's kinit, kvno and curl
say of them, and what becomes of an account for all protocols at once."""

import json
import os
import re
import time
from datetime import datetime

import pytest

from harness import PASSWORD
from kerberos import Client, needs_kerberos, player, step, steps

pytestmark = needs_kerberos


@pytest.fixture
def play(serve, tmp_path):
    """play(text) serves this scenario: (server, a client of it)."""
    return player(serve, tmp_path)


def ntlm(server, user, password=PASSWORD):
    """The status of /auth/ntlm, and why."""
    reply = server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm",
                        "-u", f"CONTOSO\\{user}:{password}")
    return reply.status, json.loads(reply.text).get("why")


# What MIT's library says of each.
ERRORS = {
    "clock-skew": "Clock skew too great",
    "KRB_AP_ERR_SKEW": "Clock skew too great",
    "37": "Clock skew too great",
    "{code: 18, text: not today}": "credentials have been revoked",
    "KDC_ERR_ETYPE_NOSUPP": "KDC has no support for encryption type",
    "68": "Realm not local to KDC",
}


@pytest.mark.parametrize("error", ERRORS)
def test_the_kdc_errs(play, error):
    server, client = play(steps(
        step("kdc.as", f"{{kdc-error: {error}}}", "{user: alice}")))
    assert ERRORS[error] in client.kinit("alice", fails=True)
    client.kinit("bob")
    server.stop()
    first = server.entries()[0]
    assert first["user"] == "alice"
    assert {"key": "step", "text": f"kdc.as: {server.folder.parent}/"
            "play.yaml:3: kdc-error"} in first["remarks"]


def test_a_service_is_unknown(play):
    _, client = play(steps(
        step("kdc.tgs", "{kdc-error: 7}", "{service: HTTP/lyncweb.*}")))
    client.kinit()
    assert "not found in Kerberos database" in client.kvno(fails=True)
    client.kvno(client.spn("lyncint"))


def test_the_kdc_is_slow(play):
    _, client = play(steps(
        step("kdc.tgs", "{delay: 600ms}"), step("kdc.as", "{delay: 1ms}")))
    client.kinit()
    began = time.monotonic()
    client.kvno()
    assert time.monotonic() - began >= 0.6


def test_the_kdc_talks_nonsense(play):
    _, client = play(steps(step("kdc.as", "{garbage: {size: 100}}")))
    assert "type" in client.kinit(fails=True)


def test_a_ticket_names_another_key(play):
    _, client = play(steps(
        step("kdc.tgs", "{kerberos-ticket: {kvno: 7, padding: 20KiB}}")))
    client.kinit()
    assert "kvno = 7" in client.kvno()
    assert os.path.getsize(client.ccache) > 20 * 1024


# --- accounts -----------------------------------------------------------------

def test_an_account_is_disabled_between_two_requests(play):
    server, client = play(steps(
        step("ntlm.verdict", "{account: disabled}",
             "{user: alice, first: 1}")))
    client.kinit()
    assert ntlm(server, "alice") == (200, None)
    assert ntlm(server, "alice") == (401, "account disabled")
    assert "have been revoked" in client.kinit(fails=True)
    assert ntlm(server, "bob") == (200, None)
    client.kinit("bob")


def test_the_kdc_disables_for_all_protocols(play):
    # kinit asks twice: first without proof of the password.
    server, client = play(steps(
        step("kdc.as", "{account: locked}", "{user: alice, requests: [2]}")))
    client.kinit()
    assert "have been revoked" in client.kinit(fails=True)
    assert ntlm(server, "alice") == (401, "account locked out")


def test_a_password_changes_on_another_device(play):
    server, client = play(steps(
        step("plain.answer", "{account: {password: Neu!}}",
             "{user: alice}")))
    client.kinit()
    assert ntlm(server, "alice") == (200, None)
    assert "Password incorrect" in client.kinit(fails=True)
    status, why = ntlm(server, "alice")
    assert status == 401
    assert why.startswith("the password is that of bob, not that of alice")
    client.kinit("alice", "Neu!")
    assert ntlm(server, "alice", "Neu!") == (200, None)


def test_an_answer_that_never_came_changes_no_account(play):
    server, client = play(steps(
        step("ntlm.verdict", "{account: disabled, status: 500}",
             "{user: alice}") + "    also: yes\n",
        step("http.response", "{reset: yes}", "{verdict: accepted}")))
    with pytest.raises(AssertionError, match="curl: 56"):
        ntlm(server, "alice")
    client.kinit()


# --- settings -----------------------------------------------------------------

def test_an_spn_that_nobody_has_registered(play):
    _, client = play("world:\n  krb5: {unregistered: lyncweb.contoso.test}\n")
    client.kinit()
    assert "not found in Kerberos database" in client.kvno(fails=True)
    client.kvno(client.spn("lyncint"))


def test_no_spn_is_registered(play):
    _, client = play("world: {krb5: {unregistered: '*'}}\n")
    client.kinit()
    assert "not found in Kerberos database" in client.kvno(
        client.spn("lyncint"), fails=True)


def test_tickets_have_the_lifetime_that_is_set(play):
    _, client = play("world: {kdc: {lifetime: 5m}}\n")
    client.kinit()
    began, ends = re.search(
        r"^(\S+ \S+)  (\S+ \S+)  krbtgt", client.klist(), re.M).groups()
    life = (datetime.strptime(ends, "%m/%d/%y %H:%M:%S") -
            datetime.strptime(began, "%m/%d/%y %H:%M:%S"))
    assert life.total_seconds() == pytest.approx(300, abs=2)


def test_tickets_are_renewable_as_it_is_set(play):
    _, client = play("world: {kdc: {renewable: 0s}}\n")
    client.kinit("alice", PASSWORD, "-r", "7d")
    assert "renew until" not in client.klist()
    _, client = play("world: {kdc: {renewable: 2d}}\n")
    client.kinit("alice", PASSWORD, "-r", "7d")
    assert "renew until" in client.klist()


def test_a_kdc_that_is_absent(play):
    _, client = play("world: {kdc: {absent: yes}}\n")
    assert "Cannot contact any KDC" in client.kinit(fails=True)


def test_a_user_without_aes(play):
    server, client = play("world: {users: {alice: {etypes: [rc4]}}, "
                          "kdc: {preauth: no}}\n")
    assert "arcfour-hmac" in client.kinit()
    modern = Client(server, {"permitted_enctypes": "aes256-cts aes128-cts"})
    assert "no support for encryption type" in modern.kinit(fails=True)
    modern.kinit("bob")


def test_a_kdc_without_rc4(play):
    _, client = play("world: {users: {alice: {etypes: [rc4]}}, "
                     "kdc: {etypes: [aes256, aes128], preauth: no}}\n")
    assert "no support for encryption type" in client.kinit(fails=True)


def test_realms_have_names_of_their_own(play):
    _, client = play("world: {realm: EXAMPLE.TEST}\n")
    client.realm = "EXAMPLE.TEST"
    client.kinit()
    assert "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST" in client.klist()
