"""Each scenario under scenarios/failures/kerberos-* happens on the wire: what
MIT's client prints, and why the server says so; then what `lyncmock probe`
makes of it.

A scenario NAME has a test test_NAME here and a row in PROBE at least, where
PREFIX is left out.
"""

import contextlib
import json
import re
import time

import pytest

from clients import Connection
from harness import PASSWORD, TICKET_PATH
from kerberos import Client, kdc_entries, needs_kerberos
from signin import ask, journal
from test_scenarios_failures import no_step, probed, step

pytestmark = needs_kerberos

PREFIX = "kerberos-"
HOST = "lyncint"
SPN = "HTTP/lyncint.contoso.test@CONTOSO.TEST"


def machine(serve, name, user="alice", **how):
    """A machine of the domain whose user has logged on, at that scenario."""
    client = Client(serve(f"failures/kerberos-{name}"), **how)
    if user:
        client.kinit(user)
    return client


def with_ntlm(server):
    """Where NTLM finds a password for SPNEGO (gss-ntlmssp)."""
    file = server.folder / "ntlm-users"
    file.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    return {"NTLM_USER_FILE": str(file)}


def attempt(client, how=None):
    """Asks for a web ticket; the answer, and the client that tells more."""
    gss = how or client.gss()
    return ask(gss, client.server, "", "", host=HOST), gss


def refusals(server):
    """Why sign-ins were refused, in the words of the journal."""
    return [record.remarks["auth.refused"] for record in journal(server)
            if "auth.refused" in record.remarks]


def kdc_steps(server, name, number=0):
    """Requests to the KDC that this step of the scenario changed."""
    server.stop()
    place = step(name, number)
    return [entry for entry in kdc_entries(server)
            if any(remark["key"] == "step" and
                   remark["text"].startswith(place)
                   for remark in entry["remarks"])]


def steps_of(server, name, number=0):
    """The same over HTTP."""
    place = step(name, number)
    return [record for record in journal(server)
            if record.remarks.get("step", "").startswith(place)]


# --- the KDC ----------------------------------------------------------------

def test_kerberos_kdc_unreachable(serve):
    client = machine(serve, "kdc-unreachable", user=None)
    assert ("kinit: Cannot contact any KDC for realm 'CONTOSO.TEST' while "
            "getting initial credentials") in client.kinit(fails=True)
    assert "Sending request" in client.trace()
    assert "Received answer" not in client.trace()
    # NTLM is there for those who have no ticket.
    client.env.update(with_ntlm(client.server))
    answer, _ = attempt(client, client.http())
    assert answer.status == 200
    assert [record.auth for record in no_step(client.server)][-1] == (
        "negotiate+ntlm")


def test_kerberos_kdc_slow(serve):
    client = machine(serve, "kdc-slow", user=None)
    began = time.monotonic()
    client.kinit()
    # With proof of the password there are two requests.
    first = time.monotonic() - began
    assert 4 <= first < 20
    client.kvno(SPN)
    assert 2 <= time.monotonic() - began - first < 10
    answer, gss = attempt(client)
    assert (answer.status, gss.complete) == (200, True)
    assert kdc_steps(client.server, "kerberos-kdc-slow")
    assert len(kdc_steps(client.server, "kerberos-kdc-slow", 1)) == 1


def test_kerberos_kdc_busy(serve):
    """Whoever knows two more domain controllers asks them next: over UDP a
    second later each, over TCP ten, which no test waits for."""
    server = serve("failures/kerberos-kdc-busy")
    client = Client(server, {"udp_preference_limit": "10000"}, config=(
        "[realms]\nCONTOSO.TEST = {\n"
        + f"kdc = localhost:{server.ready['kdc']}\n" * 2 + "}\n"))
    client.kinit()
    trace = client.trace()
    assert trace.index("UDP request to dgram") < trace.index(
        "Additional pre-authentication required") < trace.index(
        "Storing alice@CONTOSO.TEST")
    assert len(kdc_steps(server, "kerberos-kdc-busy")) == 2
    assert [entry["kdc"].get("error") for entry in kdc_entries(server)] == [
        29, 29, 25, None]


def test_kerberos_kdc_garbage(serve):
    client = machine(serve, "kdc-garbage", user=None)
    assert ("kinit: Invalid message type while getting initial credentials"
            in client.kinit(fails=True))
    found = kdc_steps(client.server, "kerberos-kdc-garbage")
    assert found and {entry["kdc"]["answer"] for entry in found} == {None}


def test_kerberos_udp_too_big(serve):
    """The trace has each of the ways there."""
    client = machine(serve, "udp-too-big",
                     libdefaults={"udp_preference_limit": "10000"})
    client.kvno(SPN)
    trace = client.trace()
    assert "Sending initial UDP request to dgram" in trace
    assert "Request or response is too big for UDP; retrying with TCP" in trace
    assert "Received answer" in trace and "from stream" in trace
    client.server.stop()
    ways = [(entry["kdc"]["transport"], entry["kdc"].get("error"))
            for entry in kdc_entries(client.server)]
    assert ("udp", 52) in ways and ("tcp", None) in ways
    assert ("udp", None) not in ways
    assert kdc_steps(client.server, "kerberos-udp-too-big", 1)


# --- accounts and keys ------------------------------------------------------

def test_kerberos_must_change(serve):
    client = machine(serve, "must-change", user=None)
    said = client.kinit(fails=True)
    assert ("Password expired.  You must change it now." in said
            or "Password has expired" in said)
    assert "-1765328361/Password has expired" in client.trace()
    client.kinit("bob")
    client.server.stop()
    assert [entry["kdc"]["error_name"] for entry in kdc_entries(client.server)
            if entry["kdc"].get("error") == 23] != []


def test_kerberos_rc4_disabled(serve):
    client = machine(serve, "rc4-disabled", user=None)
    assert ("kinit: KDC has no support for encryption type while getting "
            "initial credentials") in client.kinit(fails=True)
    assert "-1765328370/KDC has no support for encryption type" in \
        client.trace()
    # Nobody else is hit.
    client.kinit("bob")
    answer, _ = attempt(client)
    assert answer.status == 200
    client.server.stop()
    assert 14 in [entry["kdc"].get("error")
                  for entry in kdc_entries(client.server)]


def test_kerberos_account_disabled(serve):
    client = machine(serve, "account-disabled")
    # The ticket comes all the same, and serves nobody.
    client.kvno(SPN)
    answer, gss = attempt(client)
    assert answer.status == 401
    assert not gss.complete
    client.forget()
    assert "Client's credentials have been revoked" in client.kinit(
        fails=True)
    assert len(kdc_steps(client.server, "kerberos-account-disabled")) == 1
    reason, = refusals(client.server)
    assert reason.startswith("account disabled")


def test_kerberos_spn_missing(serve):
    client = machine(serve, "spn-missing")
    assert f"kvno: Server {SPN} not found in Kerberos database" in \
        client.kvno(SPN, fails=True)
    answer, gss = attempt(client)
    assert answer.status == 401
    assert f"Server {SPN} not found in Kerberos database" in gss.said
    # With NTLM at hand nobody notices.
    client.env.update(with_ntlm(client.server))
    answer, _ = attempt(client, client.http())
    assert answer.status == 200
    record = no_step(client.server)[-1]
    assert (record.status, record.auth) == (200, "negotiate+ntlm")


# --- the service ------------------------------------------------------------

def refused_with(client, text, reason):
    """MIT's client says so, curl as well, and the journal why."""
    answer, gss = attempt(client)
    assert answer.status == 401
    assert gss.said.endswith(text), gss.said
    reply, _ = attempt(client, client.http())
    assert reply.status == 401
    assert text in reply.said
    found = refusals(client.server)
    assert len(found) == 2
    for told in found:
        assert re.search(reason, told), told


def test_kerberos_clock_skew(serve):
    client = machine(serve, "clock-skew")
    refused_with(client, "Clock skew too great",
                 r"clock is 36\d s behind the service's, and 300 s are")
    assert no_step(client.server)


def test_kerberos_duplicate_spn(serve):
    client = machine(serve, "duplicate-spn")
    refused_with(client, "Message stream modified",
                 f"the ticket for {SPN[:-13]} is closed with the key that the "
                 "KDC has, and the service has another")


def test_kerberos_ticket_expired(serve):
    client = machine(serve, "ticket-expired")
    refused_with(client, "Ticket expired",
                 r"the ticket ended at \S+Z, 36\d\d s ago")
    assert kdc_steps(client.server, "kerberos-ticket-expired")


def test_kerberos_replay(serve):
    """The same bytes twice, as a proxy would send them."""
    client = machine(serve, "replay")
    gss = client.gss()
    answer, _ = attempt(client, gss)
    assert (answer.status, gss.complete) == (200, True)
    sent, = gss.sent
    again = client.gss(alter=lambda token: sent)
    answer, _ = attempt(client, again)
    assert answer.status == 401
    assert "Request is a replay" in again.said
    # A new token each time is good, also on the same connection.
    answer, _ = attempt(client)
    assert answer.status == 200
    reason, = refusals(client.server)
    assert reason.startswith("the same authenticator was accepted")


def test_kerberos_channel_binding(serve):
    client = machine(serve, "channel-binding")
    for bindings, status in (("right", 200), ("wrong", 401), ("absent", 401)):
        answer, gss = attempt(client, client.gss(bindings=bindings))
        assert (answer.status, gss.complete) == (status, status == 200)
    # curl of this age sends none.
    reply, _ = attempt(client, client.http())
    assert reply.status == 401
    wrong, absent, by_curl = refusals(client.server)
    assert wrong.startswith("the client is bound to another channel")
    assert absent.startswith("the client is bound to no channel")
    assert by_curl == absent


def test_kerberos_token_too_big(serve):
    client = machine(serve, "token-too-big")
    answer, _ = attempt(client, client.http())
    assert answer.status == 400
    assert answer.header("Server") == "Microsoft-HTTPAPI/2.0"
    assert b"Bad Request - Request Too Long" in answer.body
    # It is the size, not the user.
    with contextlib.closing(Connection(client.server, HOST)) as connection:
        assert connection.ask("POST", TICKET_PATH, {}, "").status == 401
    assert kdc_steps(client.server, "kerberos-token-too-big")


def test_kerberos_mutual_missing(serve):
    client = machine(serve, "mutual-missing")
    answer, gss = attempt(client)
    assert answer.status == 200
    assert "SPNEGO acceptor did not return a valid token" in gss.said
    assert not gss.complete
    # curl does not look.
    reply, _ = attempt(client, client.http())
    assert reply.status == 200
    assert "gss_init_sec_context() failed" not in reply.said
    assert len(steps_of(client.server, "kerberos-mutual-missing")) == 2


# --- SPNEGO -----------------------------------------------------------------

def test_kerberos_negotiate_only(serve):
    client = machine(serve, "negotiate-only", user=None)
    answer, gss = attempt(client)
    assert answer.headers("WWW-Authenticate") == ["Negotiate"]
    assert "SPNEGO cannot find mechanisms to negotiate" in gss.said
    _, gss = attempt(client, client.gss("krb5"))
    assert "No Kerberos credentials available" in gss.said
    reply, _ = attempt(client, client.http())
    assert reply.status == 401
    assert "SPNEGO cannot find mechanisms to negotiate" in reply.said
    client.kinit()
    answer, _ = attempt(client, client.http())
    assert answer.status == 200
    no_step(client.server)


def test_kerberos_negotiate_withdrawn(serve):
    client = machine(serve, "negotiate-withdrawn")
    with contextlib.closing(Connection(client.server, HOST)) as connection:
        assert connection.ask("POST", TICKET_PATH, {}, "").headers(
            "WWW-Authenticate") == ["Negotiate", "NTLM"]
    answer, gss = attempt(client)
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["NTLM"]
    assert not gss.complete and len(gss.sent) == 1
    reply, _ = attempt(client, client.http())
    assert reply.headers("WWW-Authenticate") == ["NTLM"]
    assert len(steps_of(client.server, "kerberos-negotiate-withdrawn")) >= 2


def test_kerberos_other_mechanism(serve):
    client = machine(serve, "other-mechanism")
    answer, gss = attempt(client)
    assert answer.status == 401
    assert "Invalid token was supplied" in gss.said
    # Who has NTLM as well goes on with it, within SPNEGO.
    client.env.update(with_ntlm(client.server))
    reply, _ = attempt(client, client.http())
    assert reply.answers == [401, 401, 200]
    found = steps_of(client.server, "kerberos-other-mechanism")
    assert found
    assert journal(client.server)[-1].auth == "negotiate+ntlm"



def test_kerberos_tgs_reply_late(serve):
    client = machine(serve, "tgs-reply-late")
    began = time.monotonic()
    client.kvno(client.spn("lyncint"))
    assert time.monotonic() - began > 0.8
    found = kdc_steps(client.server, "kerberos-tgs-reply-late")
    assert [entry["operation"] for entry in found] == ["kdc.tgs"]


def test_kerberos_preauth_refused(serve):
    client = machine(serve, "preauth-refused", user=None)
    assert ("kinit: KDC policy rejects request while getting initial "
            "credentials") in client.kinit(fails=True)
    found = kdc_steps(client.server, "kerberos-preauth-refused")
    assert len(found) == 1
    assert "KDC_ERR_POLICY" in json.dumps(found[0]["kdc"])


# --- what the built-in client makes of it -----------------------------------

# scenario, exit code, words of the closing sentence, how often a ticket was
# asked for with credentials.
PROBE = [
    ("account-disabled", 1, "disabled or locked out (KDC_ERR_CLIENT_REVOKED",
     1),
    ("channel-binding", 1, 'the server said "channel binding absent or wrong"',
     1),
    ("clock-skew", 1, "its clock is 360 s ahead of this one", 1),
    ("duplicate-spn", 1, "the server cannot decrypt the ticket", 1),
    ("kdc-busy", 4, "no KDC has answered in time", 0),
    ("kdc-garbage", 1, "what answers there is no KDC", 0),
    ("kdc-slow", 0, "signed in over Kerberos", 1),
    ("kdc-unreachable", 1, "no KDC of the realm can be reached", 0),
    ("must-change", 1, "the password has expired, or must be changed", 0),
    ("mutual-missing", 0, "signed in over Kerberos", 1),
    ("negotiate-only", 0, "signed in over Kerberos", 1),
    ("negotiate-withdrawn", 1, "the server no longer offers Negotiate, but NTLM",
     0),
    ("other-mechanism", 1, "the server chose NTLMSSP within Negotiate", 0),
    ("rc4-disabled", 1, "KDC_ERR_ETYPE_NOSUPP, 14", 0),
    ("preauth-refused", 1, "KDC_ERR_POLICY, 12", 0),
    ("replay", 0, "signed in over Kerberos", 1),
    ("spn-missing", 1, "no account has its SPN", 0),
    ("ticket-expired", 1, "KRB_AP_ERR_TKT_EXPIRED, 32", 1),
    ("tgs-reply-late", 0, "signed in over Kerberos", 1),
    ("token-too-big", 1, "in its head is too long for the server", 0),
    ("udp-too-big", 0, "signed in over Kerberos", 1),
]


@pytest.mark.parametrize("name,code,words,asked", PROBE)
def test_probe(serve, name, code, words, asked):
    """It gets its tickets by the password."""
    told = probed(serve(f"failures/{PREFIX}{name}"), "pc-internal-kerberos",
                  PASSWORD, code, words, asked,
                  "2s" if name == "kdc-busy" else "9s")
    assert ("no mutual token" in told) == (name == "mutual-missing")
