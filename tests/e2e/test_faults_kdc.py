"""Points where the KDC has answered, or knows more of what it is asked: what
MIT's kinit, kvno and curl say. And those of Negotiate between the legs."""

import time

import pytest

from harness import PASSWORD, run_cli
from kerberos import kdc_entries, needs_kerberos, player, step, steps
from signin import journal
from test_faults_ntlm import Shaker, challenge_of
from test_kdc_relay import use_proxy

pytestmark = needs_kerberos


@pytest.fixture
def play(serve, tmp_path):
    return player(serve, tmp_path)


def test_without_proof_of_the_password(play):
    """The first request of two; the second one is good."""
    _, client = play(steps(step("kdc.preauth", "{kdc-error: policy}",
                                "{user: alice}")))
    assert "KDC policy rejects request" in client.kinit("alice", fails=True)
    client.kinit("bob")


def test_an_error_has_no_ticket_to_change(play):
    server, client = play(steps(step("kdc.preauth",
                                     "{kerberos-ticket: {kvno: 7}}")))
    client.kinit()
    server.stop()
    assert [remark["text"] for entry in kdc_entries(server)
            for remark in entry["remarks"]
            if remark["key"] == "kdc.ticket"] == [
                "no ticket is changed: the answer is an error"]


def test_the_good_answer_is_another(play):
    """The KDC has judged the password, and the client hears something else."""
    _, client = play(steps(
        step("kdc.as-reply", "{kdc-error: client-revoked}", "{user: alice}"),
        step("kdc.tgs-reply", "{garbage: yes}", "{service: HTTP/lyncint.*}"),
        step("kdc.tgs-reply", "{kerberos-ticket: {kvno: 7}}")))
    assert "have been revoked" in client.kinit("alice", fails=True)
    assert "Password incorrect" in client.kinit("alice", "wrong", fails=True)
    client.kinit("bob")
    client.kvno(client.spn("lyncint"), fails=True)
    assert "kvno = 7" in client.kvno()


def test_an_overruled_refusal_counts_nothing(play):
    """A wrong password that the client was not told of."""
    _, client = play("world: {lockout-threshold: 1}\n" + steps(
        step("kdc.error", "{kdc-error: policy}",
             "{user: alice, after: 1, first: 1}")))
    client.kinit("alice", "wrong", fails=True)
    client.kinit("alice")


def test_an_error_of_the_kdc_is_late(play):
    _, client = play(steps(step("kdc.error", "{delay: 500ms}",
                                "{service: HTTP/nowhere.*}")))
    client.kinit()
    began = time.monotonic()
    assert "not found in Kerberos database" in client.kvno(
        "HTTP/nowhere.contoso.test", fails=True)
    assert time.monotonic() - began > 0.5


def test_a_renewal_is_refused(play):
    _, client = play("world: {kdc: {renewable: 1d}}\n"
                     + steps(step("kdc.renew", "{kdc-error: policy}")))
    client.run("kinit", "-r", "1h", f"alice@{client.realm}",
               typed=PASSWORD + "\n")
    client.kvno()
    assert "KDC policy rejects request" in client.run("kinit", "-R", fails=True)


def test_the_proxy_answers_otherwise(play):
    """Behind the KDC's answer, which the second request gets."""
    server, client = play(steps(step("kdc.proxy-answer", "{status: 502}",
                                     "{first: 1}")))
    use_proxy(client)
    assert "Cannot contact any KDC" in client.kinit(fails=True)
    client.kinit()
    server.stop()
    proxied = [entry for entry in server.entries()
               if entry.get("operation") == "kdc.proxy"]
    assert [entry["sent"]["status"] for entry in proxied][:2] == [502, 200]


@pytest.mark.parametrize("point,times", [
    ("negotiate.ticket", 1), ("negotiate.init", 1), ("negotiate.answer", 1),
    ("negotiate.verdict", 1), ("negotiate.raw", 0)])
def test_each_point_of_a_sign_in_is_reached(play, point, times):
    server, client = play(steps(step(point, "{headers: {X-Seen: yes}}")))
    client.kinit()
    answer = server.curl(server.url("lyncweb", "/auth/negotiate"),
                         "--negotiate", "-u", ":", env=client.env)
    assert answer.status == 200
    assert len(answer.headers("X-Seen")) == times


def test_how_a_ticket_is_judged_is_said_as_it_is_there(play):
    server, client = play(steps(
        step("negotiate.ticket", "{krb5: {clock: +10m}}", "{first: 1}")))
    client.kinit()
    url = server.url("lyncweb", "/auth/negotiate")
    statuses = [server.curl(url, "--negotiate", "-u", ":",
                            env=client.env).status for _ in range(2)]
    assert statuses == [401, 200]


def test_a_good_ticket_is_refused(play):
    server, client = play(steps(
        step("negotiate.verdict", "{verdict: {is: refused, reason: locked}}",
             "{user: alice, first: 1}")))
    client.kinit()
    url = server.url("lyncweb", "/auth/negotiate")
    first, second = (server.curl(url, "--negotiate", "-u", ":", env=client.env)
                     for _ in range(2))
    assert (first.status, first.headers("WWW-Authenticate")) == (
        401, ["Negotiate"])
    assert second.status == 200
    records = [record for record in journal(server)
               if "verdict.forced" in record.remarks]
    assert [record.remarks["verdict.forced"] for record in records] == [
        "refused, locked; without the step: accepted"]


def test_raw_ntlm_in_negotiate_is_a_point(play):
    server, _ = play(steps(step("negotiate.raw", "{status: 503}",
                                "{requests: [2]}")))
    shaker = Shaker(server, "Negotiate", "/auth/negotiate")
    message = challenge_of(shaker.negotiate())
    assert shaker.answer(message).status == 503


def test_no_ticket_comes_of_an_error(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text("lyncmock: 1\n" + steps(
        step("kdc.error", "{kerberos-ticket: {kvno: 7}}")))
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 2
    assert "no ticket comes of kdc.error" in done.stderr
