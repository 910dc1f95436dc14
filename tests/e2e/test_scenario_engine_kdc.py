"""Counters, states and expectations at the points of the KDC, by kinit."""

import pytest

from kerberos import Client, needs_kerberos

pytestmark = needs_kerberos


@pytest.fixture
def play(serve, tmp_path):
    def start(text):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\nworld: {offer: {kerberos: yes}}\n" + text)
        return serve(path)

    return start


def test_per_user(play):
    server = play("steps:\n"
                  "  - {at: kdc.as, when: {per: user, first: 1}, "
                  "do: {kdc-error: policy}}\n")
    for user in ("alice", "bob"):
        client = Client(server)
        assert "policy" in client.kinit(user, fails=True)
        client.kinit(user)


def test_a_state_is_set_as_the_answer_is_sent(play):
    """What is dropped sets nothing; the next one does."""
    server = play(
        "steps:\n"
        "  - {at: kdc.as, when: {user: alice}, also: yes, "
        "set: {known: alice}}\n"
        "  - {at: kdc.as, when: {is: {known: alice}, user: bob}, "
        "do: {kdc-error: policy}}\n"
        "expect:\n"
        "  - {at: kdc.as, when: {user: alice}, at-least: 2}\n"
        "  - {at: kdc.tgs, times: 0}\n")
    Client(server).kinit("bob")
    Client(server).kinit("alice")
    assert "policy" in Client(server).kinit("bob", fails=True)
    server.judged = True
    assert server.stop() == 0
    assert "verdict: passed: session=default" in server.messages()
