"""Steps and settings where a Kerberos ticket is judged and answered: what
curl and python3-gssapi over MIT's library say of them."""

import base64
import contextlib
import json

import pytest

from clients import Connection, token_of
from harness import PASSWORD, TICKET_PATH
from kerberos import Client, needs_kerberos, player, step, steps
from signin import ask

pytestmark = needs_kerberos


@pytest.fixture
def play(serve, tmp_path):
    """play(text) serves this scenario: (server, a client with a ticket)."""
    return player(serve, tmp_path, ticket=True)


def offers(answer):
    """WWW-Authenticate, "..." in place of tokens."""
    return [" ".join([value.split()[0]] + ["..."] * (" " in value))
            for value in answer.headers("WWW-Authenticate")]


def at_auth(server):
    return server.url("lyncweb", "/auth/negotiate")


def remarks(server):
    """Of the last exchange over HTTP."""
    server.stop()
    last = [entry for entry in server.entries() if entry.get("request")][-1]
    return {one["key"]: one["text"] for one in last["remarks"]}


# --- refused -------------------------------------------------------------------

# How the library reads what came: its words, and the reason in the journal.
ERRORS = {
    "clock-skew": ("Clock skew too great",
                   "KRB_AP_ERR_SKEW: forged by a step"),
    "KRB_AP_ERR_MODIFIED": ("Message stream modified",
                            "KRB_AP_ERR_MODIFIED: forged by a step"),
    "32": ("Ticket expired", "KRB_AP_ERR_TKT_EXPIRED: forged by a step"),
    "{code: 35, text: not us}": (
        "The ticket isn't for us",
        'KRB_AP_ERR_NOT_US: forged by a step; e-text "not us"'),
}


@pytest.mark.parametrize("error", ERRORS)
def test_the_web_server_errs(play, error):
    server, client = play(steps(
        step("negotiate.answer", f"{{ap-error: {error}}}",
             "{user: alice, verdict: accepted, auth: negotiate+krb5}")))
    gss = client.gss()
    answer = ask(gss, server)
    said, why = ERRORS[error]
    assert answer.status == 401
    assert said in gss.said
    # Windows' way: the error goes with the scheme, others stand beside it.
    assert offers(answer) == ["Negotiate ...", "NTLM"]
    assert remarks(server)["auth.refused"] == why


@pytest.mark.parametrize("mechanism", ["spnego", "krb5"])
def test_a_clock_is_really_off(play, mechanism):
    server, client = play("world: {krb5: {clock: +6m}}\n")
    gss = client.gss(mechanism)
    answer = ask(gss, server)
    assert (answer.status, offers(answer)) == (401, ["Negotiate ...", "NTLM"])
    assert "Clock skew too great" in gss.said
    told = json.loads(client.curl(at_auth(server)).text)
    assert told["authenticated"] is False
    assert "clock" in told["why"]


def test_an_account_changes_where_a_ticket_is_judged(play):
    server, client = play(steps(
        step("negotiate.answer", "{account: disabled}",
             "{user: alice, first: 1}")))
    assert ask(client.gss(), server).status == 200
    gss = client.gss()
    assert ask(gss, server).status == 401
    assert remarks(server)["auth.refused"].startswith("account disabled")


def test_a_clock_is_off_for_one_exchange(play):
    server, client = play(steps(
        step("http.request", "{krb5: {clock: +6m}}",
             "{header: {Authorization: 'Negotiate *'}, first: 1}")))
    gss = client.gss()
    assert ask(gss, server).status == 401
    assert "Clock skew too great" in gss.said
    assert ask(client.gss(), server).status == 200


def test_the_service_has_another_key_for_one_exchange(play):
    server, client = play(steps(
        step("negotiate.init", "{krb5: {wrong-key: yes}}", "{first: 1}")))
    assert ask(client.gss(), server).status == 401
    assert ask(client.gss(), server).status == 200


def test_verdicts_have_a_point_of_their_own(play):
    server, client = play(
        "world: {krb5: {clock: +6m}}\n" + steps(
            step("ntlm.verdict", "{status: 599}"),
            step("negotiate.verdict", "{status: 503}",
                 "{verdict: refused, reason: clock-skew, leg: 1}")))
    assert ask(client.gss(), server).status == 503


def test_good_verdicts_do_too(play):
    server, client = play(steps(
        step("negotiate.verdict", "{status: 503}",
             "{verdict: accepted, user: alice, auth: negotiate+krb5}")))
    assert ask(client.gss(), server).status == 503
    # Nobody was let in: the next one brings its own.
    assert ask(client.gss(), server).status == 503


def test_ntlm_within_negotiate_stays_ntlm(play):
    server, _ = play(steps(step("negotiate.verdict", "{status: 599}"),
                           step("ntlm.verdict", "{status: 503}")))
    users = server.folder / "ntlm-users"
    users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    bare = Client(server, env={"NTLM_USER_FILE": str(users)})
    assert bare.curl(at_auth(server)).status == 503


def test_negotiate_is_withdrawn_with_its_token(play):
    server, client = play(
        "world: {krb5: {clock: +6m}}\n" + steps(
            step("auth.offer", "{offer: {windows: [NTLM]}}",
                 "{header: {Authorization: 'Negotiate *'}}")))
    answer = ask(client.gss(), server)
    assert (answer.status, offers(answer)) == (401, ["NTLM"])


def test_a_token_stands_in_one_line_with_the_rest(play):
    server, client = play(
        "world: {krb5: {clock: +6m}, offer: {one-line: yes}}\n")
    answer = client.curl(server.url("lyncweb", TICKET_PATH), "--data", "x")
    (line,) = answer.headers("WWW-Authenticate")
    first, second = line.split(", ")
    assert first.startswith("Negotiate oY") and second == "NTLM"


# --- answered otherwise ----------------------------------------------------------

def test_the_mutual_token_is_missing(play):
    server, client = play(steps(
        step("negotiate.answer", "{mutual-token: omit}")))
    gss = client.gss()
    assert ask(gss, server).status == 200
    assert "did not return a valid token" in gss.said
    # curl asks for no proof of who the server is.
    assert client.curl(at_auth(server)).status == 200


def test_the_mutual_token_is_corrupt(play):
    server, client = play(steps(
        step("negotiate.answer", "{mutual-token: corrupt}")))
    gss = client.gss()
    assert ask(gss, server).status == 200
    assert gss.said and not gss.complete


def test_spnego_rejects(play):
    server, client = play(steps(step("negotiate.init", "{spnego: {reject: yes}}")))
    gss = client.gss()
    answer = ask(gss, server)
    assert (answer.status, offers(answer)) == (401, ["Negotiate ...", "NTLM"])
    # RFC 4178 4.2.2: negState alone.
    assert token_of(answer, "Negotiate").hex() == "a1073005a0030a0102"
    assert gss.said and not gss.complete
    assert remarks(server)["auth.refused"] == "refused because a step says so"


def test_spnego_signs_wrongly(play):
    server, client = play(steps(
        step("negotiate.answer", "{spnego: {mech-list-mic: wrong}}")))
    gss = client.gss()
    assert ask(gss, server).status == 200
    assert gss.said and not gss.complete


@pytest.mark.parametrize("do", ["{spnego: {mech: ntlm}}",
                                "{offer: {kerberos: no}}"])
def test_spnego_falls_back_to_ntlm(play, do):
    server, _ = play(steps(step("negotiate.init", do)))
    users = server.folder / "ntlm-users"
    users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    both = Client(server, env={"NTLM_USER_FILE": str(users)})
    both.kinit()
    reply = both.curl(at_auth(server))
    assert reply.answers == [401, 401, 200] or reply.answers == [401, 200]
    assert json.loads(reply.text)["mechanism"] == "negotiate+ntlm"


def test_the_journal_keeps_no_tokens(play):
    server, client = play()
    gss = client.gss()
    assert ask(gss, server).status == 200
    server.stop()
    kept = server.journal.read_text()
    for token in gss.sent + gss.got:
        text = base64.b64encode(token).decode()
        assert len(text) > 100 and text[:60] not in kept
        # Nor what the ticket is made of, in the record of the KDC.
        assert text[-60:] not in kept


# --- the connection --------------------------------------------------------------

def persistence(server, client):
    """Persistent-Auth, and the status of a second request without a ticket."""
    with contextlib.closing(Connection(server, "lyncweb")) as connection:
        with contextlib.closing(client.gss().context("lyncweb")) as context:
            token = base64.b64encode(context.step()).decode()
            first = connection.ask("GET", at_auth(server), {
                "Authorization": f"Negotiate {token}"})
        second = connection.ask("GET", at_auth(server), {})
    assert first.status == 200, first.text
    return first.headers("Persistent-Auth"), second.status


def test_a_ticket_authenticates_the_connection(play):
    server, client = play()
    assert persistence(server, client) == (["true"], 200)


def test_each_request_brings_its_ticket(play):
    server, client = play("world: {krb5: {per-request: yes}}\n")
    assert persistence(server, client) == (["false"], 401)
    # NTLM stays as it is.
    reply = server.curl(server.url("lyncweb", "/auth/ntlm"), "--ntlm", "-u",
                        f"CONTOSO\\alice:{PASSWORD}")
    assert reply.headers("Persistent-Auth") == ["true"]


def test_per_request_for_one_exchange(play):
    server, client = play(steps(
        step("negotiate.init", "{krb5: {per-request: yes}}", "{first: 1}")))
    assert persistence(server, client) == (["false"], 401)
    assert persistence(server, client) == (["true"], 200)


def test_a_leg_that_is_withdrawn_leaves_nothing_behind(play):
    """The scheme is gone for the second leg; the third is a new first."""
    server, _ = play(steps(
        step("http.request", "{offer: {windows: [NTLM]}}",
             "{header: {Authorization: 'Negotiate *'}, requests: [2]}")))
    users = server.folder / "ntlm-users"
    users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    bare = Client(server, env={"NTLM_USER_FILE": str(users)})
    url = server.url("lyncweb", TICKET_PATH)
    with contextlib.closing(Connection(server, "lyncweb")) as connection:
        with contextlib.closing(bare.gss().context("lyncweb")) as context:
            def send(token):
                return connection.ask("POST", url, {
                    "Authorization":
                        "Negotiate " + base64.b64encode(token).decode()})

            last = context.step(token_of(send(context.step()), "Negotiate"))
            assert offers(send(last)) == ["NTLM"]
            answer = send(last)
    assert (answer.status, offers(answer)) == (401, ["Negotiate", "NTLM"])
    server.stop()
    assert server.entries()[-1]["reason"] == "out-of-turn"
