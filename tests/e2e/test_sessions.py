"""Sessions by host name: made at first contact by a template, or at the admin
port, and kept apart for clients that know nothing of it."""

import base64
import json
import subprocess

import pytest

from clients import Curl
from harness import PASSWORD, PATIENCE, run_cli
from kerberos import Client, needs_kerberos
from raw import Peer, get, until
from sessions import Admin, within
from signin import ask, open_user, sign_in, ticket_for

T1, T2 = "t1.contoso.test", "t2.contoso.test"


@pytest.fixture
def plain(serve):
    """A server without Kerberos, which most tests here are not about."""
    def start(*args):
        return serve("--set", "offer.kerberos=no", *args)

    return start


def root(view, host="lyncdiscover"):
    return view.curl(view.url(host, "/"))


# --- templates ----------------------------------------------------------------

def test_the_first_contact_makes_one(plain):
    server = plain("--template", "good/pc-external-ntlm")
    admin = Admin(server)
    t1 = within(server, T1)
    sign_in(Curl(t1, "--ntlm"), t1)
    assert admin.names() == ["default", T1]
    told = admin.good("GET", f"/sessions/{T1}").json
    assert told["made_by"] == "template" and told["ttl"] == "10m"
    assert told["scenario"] == "good/pc-external-ntlm"
    assert f"session {T1}: first contact" in server.messages()
    sign_in(Curl(server, "--ntlm"), server)


def test_patterns_choose(plain, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("lyncmock: 1\nsteps:\n"
                    "  - {at: discover.root, do: {status: 418}}\n")
    server = plain("--template", "bad*=failures/user-empty",
                   "--template", f"me?={mine}", "--session-ttl", "5m")
    admin = Admin(server)
    rows = {"bad1": (200, "failures/user-empty"), "bad": (200, None),
            "me7": (418, None), "BAD2": (200, "failures/user-empty")}
    for label, (status, scenario) in rows.items():
        view = within(server, f"{label}.contoso.test")
        assert root(view).status == status
        told = admin.good("GET", f"/sessions/{label}.contoso.test").json
        assert scenario in (None, told["scenario"])
        assert told["ttl"] == "5m"
    # What fits none is the default session's, whose certificate it gets.
    reply = server.curl(f"https://lyncdiscover.other.contoso.test:"
                        f"{server.https}/", "-k")
    assert reply.status == 200
    assert "other.contoso.test" not in admin.names()
    # Nor does that hold up one that does fit.
    assert root(within(server, "me8.contoso.test")).status == 418


@pytest.mark.parametrize("options,said", [
    (["--template", "good/nosuch"], "--template good/nosuch: good/nosuch:1:1: error"),
    (["--template", "t*=good/nosuch"], "no shipped scenario of this name"),
    (["--template", "t*="], "--template"),
    (["--template", ""], "--template"),
    (["--session-ttl", "0s"], "--session-ttl"),
])
def test_templates_that_are_none(tmp_path, options, said):
    done = run_cli(tmp_path, "serve", *options)
    assert done.returncode == 2
    assert said in done.stderr


def test_slips_in_names_make_none(plain):
    server = plain("--template", "good/pc-external-ntlm")
    for host in ("lyncdiscver.contoso.test", "t9.contoso.test",
                 "x.lyncweb.contoso.test", "t9.fabrikam.test"):
        server.curl(f"https://{host}:{server.https}/", "-k")
    assert Admin(server).names() == ["default"]


def test_plain_http_makes_one_by_host(plain):
    server = plain("--template", "good/pc-external-ntlm")
    with Peer(server) as peer:
        reply = peer.ask(get(f"lyncdiscover.{T1}", "/"))
        assert f"lyncweb.{T1}" in reply.text.replace("\\", "")
    with Peer(server) as peer:
        # RFC 9112 3.2.2: the absolute form beats Host.
        reply = peer.ask(get(f"lyncdiscover.{T1}",
                             f"http://lyncdiscover.{T2}/"))
        assert f"lyncweb.{T2}" in reply.text.replace("\\", "")
    assert Admin(server).names() == ["default", T1, T2]


def test_it_comes_and_goes(plain):
    server = plain("--template", "failures/discovery-503-retry-after",
                   "--session-ttl", "300ms")
    admin = Admin(server)
    t1 = within(server, T1)
    assert root(t1).status == 503
    until("its end", lambda: T1 not in admin.names())
    # The counters of the new one begin anew.
    assert root(t1).status == 503


# --- whose is it --------------------------------------------------------------

@pytest.mark.parametrize("account", [
    "CONTOSO\\alice", "alice@contoso.test", f"alice@{T1}",
    f"{T1}\\alice",
])
def test_accounts_by_all_their_names(plain, account):
    server = plain()
    Admin(server).make(T1)
    t1 = within(server, T1)
    reply = t1.curl(t1.url("lyncweb", "/auth/ntlm"), "--ntlm", "-u",
                    f"{account}:{PASSWORD}")
    assert reply.status == 200
    assert json.loads(reply.text)["sip"] == f"sip:alice@{T1}"


def test_accounts_of_others_are_unknown(plain):
    server = plain()
    admin = Admin(server)
    admin.make(T1, "lyncmock: 1\nworld:\n  users:\n"
                   "    zoe: {password: 'secret of t1'}\n")
    admin.make(T2)
    for domain, status in ((T1, 200), (T2, 401), ("contoso.test", 401)):
        view = within(server, domain)
        for account in ("CONTOSO\\zoe", f"zoe@{domain}"):
            reply = view.curl(view.url("lyncweb", "/auth/ntlm"), "--ntlm",
                              "-u", f"{account}:secret of t1")
            assert reply.status == status, domain


def test_lockouts_are_its_own(plain):
    server = plain()
    admin = Admin(server)
    for domain in (T1, T2):
        admin.make(domain, "lyncmock: 1\nworld: {lockout-threshold: 1}\n")
    t1, t2 = within(server, T1), within(server, T2)
    assert ask(Curl(t1, "--ntlm"), t1, password="wrong").status == 401
    assert ask(Curl(t1, "--ntlm"), t1).status == 401
    sign_in(Curl(t2, "--ntlm"), t2)
    admin.good("POST", f"/sessions/{T1}/reset")
    sign_in(Curl(t1, "--ntlm"), t1)


@pytest.mark.parametrize("form", ["saml", "cwt"])
def test_a_ticket_is_its_own(plain, form):
    server = plain()
    admin = Admin(server)
    admin.make(T1)
    admin.make(T2)
    t1, t2 = within(server, T1), within(server, T2)
    ticket = ticket_for(Curl(t1, "--ntlm"), t1, form=form)
    assert open_user(Curl(t1), t1, ticket.headers()).status == 200
    for view in (t2, server):
        refused = open_user(Curl(view), view, ticket.headers())
        assert refused.status in (401, 403)
        assert refused.header("X-Ms-diagnostics").startswith("28032;")
    # Nor is it one of the session that comes after it.
    admin.good("DELETE", f"/sessions/{T1}", status=204)
    admin.make(T1)
    assert open_user(Curl(t1), t1, ticket.headers()).status in (401, 403)


def test_a_ticket_outlives_another_scenario(plain):
    server = plain()
    admin = Admin(server)
    admin.make(T1)
    t1 = within(server, T1)
    ticket = ticket_for(Curl(t1, "--ntlm"), t1)
    admin.good("PUT", f"/sessions/{T1}/scenario",
               {"scenario": "good/pc-external-ntlm"})
    assert open_user(Curl(t1), t1, ticket.headers()).status == 200


def test_one_connection_two_sessions(plain):
    """NTLM's identity is the connection's, and the session's."""
    server = plain()
    Admin(server).make(T1)
    with Peer(server) as peer:
        sent = ntlm_handshake(peer, f"lyncweb.{T1}")
        assert sent.status == 200
        again = peer.ask(get(f"lyncweb.{T1}", "/auth/any"))
        assert again.status == 200, "the connection is authenticated"
        assert peer.ask(get("lyncweb.contoso.test", "/auth/any")).status == 401
        assert peer.ask(get(f"lyncweb.{T1}", "/auth/any")).status == 401


def ntlm_handshake(peer, host):
    """Signs the connection in as alice, with impacket's NTLM."""
    from impacket import ntlm

    first = ntlm.getNTLMSSPType1("", "")
    token = base64.b64encode(first.getData()).decode()
    challenge = peer.ask(get(host, "/auth/any",
                             f"Authorization: NTLM {token}"))
    data = base64.b64decode(
        challenge.header("WWW-Authenticate").split(" ", 1)[1])
    last, _ = ntlm.getNTLMSSPType3(first, data, "alice", PASSWORD, "CONTOSO")
    token = base64.b64encode(last.getData()).decode()
    return peer.ask(get(host, "/auth/any", f"Authorization: NTLM {token}"))


def test_names_that_were_given_follow(plain):
    server = plain()
    made = Admin(server).make(T1, """lyncmock: 1
world:
  domain: fabrikam.test
  pools: {1: {web-external: webext.fabrikam.test}}
  users: {bob: {sip: robert@fabrikam.test}}
""")
    assert f"webext.{T1}" in made["hosts"]
    t1 = within(server, T1)
    assert f"https://webext.{T1}:" in root(t1).text.replace("\\", "")
    reply = t1.curl(t1.url("webext", "/auth/ntlm"), "--ntlm", "-u",
                    f"CONTOSO\\bob:{PASSWORD}")
    assert json.loads(reply.text)["sip"] == f"sip:robert@{T1}"


# --- certificates -------------------------------------------------------------

def test_hosts_of_steps_follow(plain):
    """A chain that the scenario leads over two hosts stays in the session."""
    server = plain()
    admin = Admin(server)
    admin.make(T1, "failures/discovery-redirects-in-circles")
    reply = root(within(server, T1))
    assert reply.status == 302
    assert reply.header("Location") == (
        f"https://lyncweb.{T1}:{server.https}/?lyncmock-hop=1")
    assert admin.journal("default") == []


def test_each_shipped_scenario_can_be_one(serve, tmp_path):
    """Also where the good world's names are in what it says."""
    listed = run_cli(tmp_path, "list", "scenarios").stdout.splitlines()
    admin = Admin(serve())
    for count, line in enumerate(listed):
        told = admin.make(f"t{count}.contoso.test", line.split("\t")[0])
        assert f"lyncdiscover.t{count}.contoso.test" in told["hosts"]
    assert count > 150


def test_certificates_of_its_own(plain):
    server = plain()
    admin = Admin(server)
    admin.make(T1, "lyncmock: 1\nworld: {tls: {profile: expired}}\n")
    admin.make(T2, "lyncmock: 1\nworld: {tls: {max: '1.2', key: rsa2048}}\n")
    for domain, words in ((T1, "certificate has expired"),
                          (T2, "TLSv1.2 / ECDHE-RSA")):
        view = within(server, domain)
        done = subprocess.run(
            ["curl", "-q", "-sSv", "--cacert", server.ca_file, "--resolve",
             f"lyncdiscover.{domain}:{server.https}:127.0.0.1",
             view.url("lyncdiscover", "/")],
            capture_output=True, text=True, timeout=PATIENCE)
        assert words in done.stderr, done.stderr
    assert root(server).status == 200


def test_names_nobody_has_get_the_sessions_default_leaf(plain):
    server = plain()
    Admin(server).make(T1)
    reply = server.curl(f"https://{T1}:{server.https}/", "-v")
    assert f"CN={T1}" in reply.said
    reply = server.curl(f"https://nosuch.{T1}:{server.https}/", "-vk")
    assert f"CN={T1}" in reply.said


# --- Kerberos -----------------------------------------------------------------

ZOE = "lyncmock: 1\nworld: {users: {alice: {password: 'of t1'}}}\n"


@needs_kerberos
def test_kerberos_by_upn_and_by_host(serve):
    server = serve()
    admin = Admin(server)
    admin.make(T1, ZOE)
    admin.make(T2)
    t1, t2 = within(server, T1), within(server, T2)
    client = Client(server)
    client.kinit(f"alice@{T1}", "of t1", "-E")
    reply = client.curl(t1.url("lyncweb", "/auth/negotiate"))
    told = json.loads(reply.text)
    assert told["mechanism"] == "negotiate+krb5"
    assert told["sip"] == f"sip:alice@{T1}"
    assert told["sent"]["spn"] == f"HTTP/lyncweb.{T1}"
    # alice@t1 is nobody at t2, nor at the default session.
    for view in (t2, server):
        assert client.curl(view.url("lyncweb", "/auth/negotiate")).status == 401
    server.stop()
    asked = {(entry["session"], entry["kdc"]["message"],
              entry["kdc"]["service"].split("@")[0])
             for entry in server.entries() if entry.get("kdc")}
    krbtgt = "krbtgt/CONTOSO.TEST"
    assert (T1, "AS-REQ", krbtgt) in asked
    assert (T1, "TGS-REQ", f"HTTP/lyncweb.{T1}") in asked
    assert (T2, "TGS-REQ", f"HTTP/lyncweb.{T2}") in asked
    assert ("default", "TGS-REQ", "HTTP/lyncweb.contoso.test") in asked


@needs_kerberos
def test_one_realm_for_all(serve):
    server = serve()
    admin = Admin(server)
    admin.make(T1)
    client = Client(server)
    client.kinit("alice")
    for view in (within(server, T1), server):
        reply = client.curl(view.url("lyncweb", "/auth/negotiate"))
        told = json.loads(reply.text)
        assert told["sip"] == f"sip:alice@{view.domain}"
    wrong = admin.ask("POST", "/sessions",
                      "lyncmock: 1\nworld: {realm: OTHER.TEST}\n",
                      "application/yaml", domain=T2)
    assert wrong.status == 422
    assert "expected CONTOSO.TEST" in wrong.json["error"]


@needs_kerberos
def test_the_account_of_the_upn_is_judged(serve):
    server = serve()
    admin = Admin(server)
    admin.make(T1, "lyncmock: 1\nworld: {users: {alice: {state: disabled}}}\n")
    admin.make(T2, "lyncmock: 1\nsteps:\n  - at: kdc.as\n"
                   "    do: {kdc-error: KDC_ERR_ETYPE_NOSUPP}\n")
    client = Client(server)
    assert "revoked" in client.kinit(f"alice@{T1}", PASSWORD, "-E", fails=True)
    assert "encryption type" in client.kinit(f"alice@{T2}", PASSWORD, "-E", fails=True)
    assert "not found" in client.kinit("alice@t3.contoso.test", PASSWORD,
                                       "-E", fails=True)
    client.kinit("alice")
