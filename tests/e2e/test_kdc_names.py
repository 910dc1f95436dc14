"""Names and realms as Active Directory takes them: in any letter case. protocol:
kerberos 1.1.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys

import pytest

from clients import FOLDER, Connection, Curl
from harness import PASSWORD, PATIENCE
from kerberos import Client, needs_kerberos

pytestmark = needs_kerberos

UNKNOWN = "not found in Kerberos database"


def seen(answer):
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def with_realms(server, *names):
    """A client that knows the KDC by other names of the realm, too."""
    text = pathlib.Path(server.ready["krb5_conf"]).read_text()
    section = re.search(r" *CONTOSO\.TEST = \{.*?\n *\}\n", text, re.S)
    more = "[realms]\n" + "".join(
        section.group().replace("CONTOSO.TEST", name, 1) for name in names)
    return Client(server, config=more)


# --- users --------------------------------------------------------------------

@pytest.mark.parametrize("name,args,principal", [
    ("ALICE", (), "ALICE@CONTOSO.TEST"),
    ("aLiCe", ("-C",), "aLiCe@CONTOSO.TEST"),
    ("Alice@CONTOSO.Test", ("-E",), r"Alice\@CONTOSO.Test@CONTOSO.TEST"),
    ("alice@contoso", ("-E",), r"alice\@contoso@CONTOSO.TEST"),
])
def test_spellings_of_a_user(shared_server, name, args, principal):
    """The ticket has the name as it was typed, the sign-in is alice's."""
    client = Client(shared_server)
    client.kinit(name, PASSWORD, *args)
    assert f"Default principal: {principal}" in client.klist()
    assert 'salt "CONTOSO.TESTalice"' in client.trace()
    told = seen(client.curl(shared_server.url("lyncweb", "/auth/negotiate")))
    assert told["user"] == "alice"
    assert told["account"] == "CONTOSO\\alice"
    assert told["kerberos"]["client"] == principal


def test_letters_beyond_ascii(shared_server):
    client = Client(shared_server)
    client.kinit("JÖRG", "Pässwörd1")
    client.kvno()


@pytest.mark.parametrize("name,args", [
    ("ALICES", ()), ("CONTOSO\\\\alice", ()), ("alice/admin", ()),
    ("alice@fabrikam.test", ("-E",)), ("NOBODY", ("-C",)),
])
def test_no_spellings_of_a_user(shared_server, name, args):
    assert UNKNOWN in Client(shared_server).kinit(name, PASSWORD, *args,
                                                  fails=True)


def test_impacket(shared_server):
    """It gets a ticket of its own for the name, and takes that of the cache to
    the web server."""
    server = shared_server
    client = Client(server)
    client.kinit("ALICE")
    client.kvno()
    done = subprocess.run(
        [sys.executable, str(FOLDER / "impacket-krb5.py"), "ALICE", PASSWORD,
         "CONTOSO.TEST", "HTTP/lyncweb.contoso.test",
         str(server.ready["kdc"]), "one-way"],
        env=client.env, input="\n", text=True, capture_output=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    with contextlib.closing(Connection(server, "lyncweb")) as connection:
        answer = connection.ask(
            "GET", server.url("lyncweb", "/auth/negotiate"),
            {"Authorization": f"Negotiate {done.stdout.strip()}"})
    assert seen(answer)["kerberos"]["client"] == "ALICE@CONTOSO.TEST"


def test_lockout_counts_all_spellings(serve):
    server = serve("--set", "lockout-threshold=3")
    client = Client(server)
    for name in ("alice", "ALICE", "Alice"):
        client.kinit(name, "wrong", fails=True)
    for name in ("alice", "ALICE", "Alice", "aLICE"):
        assert "revoked" in client.kinit(name, fails=True)
    assert "CLIENT_REVOKED" in server.messages()


def test_changes_reach_all_spellings(serve, tmp_path):
    """Disabled by one sign-in: revoked by all names, the new ones, too."""
    path = tmp_path / "disable.yaml"
    path.write_text("lyncmock: 1\nname: disable\nsteps:\n"
                    "  - at: plain.answer\n"
                    "    do: {account: {state: disabled}}\n")
    server = serve(path)
    client = Client(server)
    client.kinit("ALICE")
    client.kvno()
    assert client.curl(server.url("lyncweb", "/auth/negotiate")).status == 200
    for name in ("ALICE", "alice", "AliCE"):
        assert "revoked" in client.kinit(name, fails=True)
    client.kinit("BOB")


def test_spellings_have_a_limit(serve):
    """The account's own name is good whatever others have tried."""
    server = serve()
    client = Client(server)
    word = "alice"
    spellings = ["".join(letter.upper() if bits >> at & 1 else letter
                         for at, letter in enumerate(word))
                 for bits in range(1, 32)]
    got = [client.run("kinit", f"{name}@CONTOSO.TEST", typed=PASSWORD + "\n")
           for name in spellings[:16]]
    assert len(got) == 16
    assert UNKNOWN in client.kinit(spellings[16], fails=True)
    client.kinit("alice")
    client.kinit(spellings[0])


# --- services -----------------------------------------------------------------

@pytest.mark.parametrize("spn", [
    "HTTP/LYNCWEB.contoso.test", "Http/LyncWeb.Contoso.Test",
    "http/FE01.contoso.test", "HTTP/LOCALHOST",
])
def test_spellings_of_a_service(shared_server, spn):
    client = Client(shared_server)
    client.kinit()
    for _ in range(2):
        assert f"{spn}@CONTOSO.TEST: kvno = 2" in client.kvno(
            f"{spn}@CONTOSO.TEST")


@pytest.mark.parametrize("spn", [
    "HTTP/other.contoso.test", "HTTP/LYNCWEB.contoso.test:443",
    "HOST/lyncweb.contoso.test", "HTTP/lyncweb",
])
def test_no_spellings_of_a_service(shared_server, spn):
    client = Client(shared_server)
    client.kinit()
    assert UNKNOWN in client.kvno(f"{spn}@CONTOSO.TEST", fails=True)


def test_unregistered_in_every_spelling(serve):
    server = serve("--set", "krb5.unregistered=lyncweb.contoso.test")
    client = Client(server)
    client.kinit()
    for spn in ("HTTP/lyncweb.contoso.test", "http/LYNCWEB.contoso.test",
                "HTTP/LyncWeb.CONTOSO.test"):
        assert UNKNOWN in client.kvno(f"{spn}@CONTOSO.TEST", fails=True)
    client.kvno("HTTP/LYNCINT.contoso.test@CONTOSO.TEST")


@pytest.mark.parametrize("check", ["no", "yes"])
def test_a_sign_in_by_another_spelling(serve, check):
    """As python3-gssapi asks, which takes the name as it is given."""
    server = serve("--set", f"krb5.check-spn={check}")
    client = Client(server)
    client.kinit("Alice")
    for service in ("http", "HttP"):
        gss = client.gss(service=service)
        told = seen(gss.ask(server.url("lyncweb", "/auth/negotiate")))
        assert gss.complete
        assert told["sent"]["spn"] == f"{service}/lyncweb.contoso.test"
    assert "HttP/lyncweb.contoso.test@CONTOSO.TEST" in client.tickets()


def test_curl_with_a_host_in_capitals(shared_server):
    client = Client(shared_server)
    client.kinit("ALICE")
    url = shared_server.url("lyncweb", "/auth/negotiate").replace(
        "lyncweb", "LYNCWEB")
    told = seen(client.curl(url))
    assert told["user"] == "alice"


# --- realms -------------------------------------------------------------------

def test_a_realm_in_lower_case(shared_server):
    """As before a domain controller: the answer names the real one, which is
    not what the client expects unless it asked for that."""
    client = with_realms(shared_server, "contoso.test")
    assert "KDC reply did not match expectations" in client.kinit(
        "alice@contoso.test", fails=True)
    assert "Password incorrect" in client.kinit("alice@contoso.test", "wrong",
                                                fails=True)
    for name, args in (("Alice@contoso.test", ("-C",)),
                       ("alice@contoso.test@contoso.test", ("-E",))):
        client.kinit(name, PASSWORD, *args)
        assert "@CONTOSO.TEST" in client.klist().splitlines()[1]
        client.kvno()


def test_a_netbios_name_for_a_realm(shared_server):
    client = with_realms(shared_server, "CONTOSO")
    assert "Realm not local to KDC" in client.kinit("alice@CONTOSO",
                                                    fails=True)
    client.kinit("alice@CONTOSO", PASSWORD, "-C")
    assert "Default principal: alice@CONTOSO.TEST" in client.klist()
    client.kvno()


def test_a_realm_that_is_not_ours(shared_server):
    client = with_realms(shared_server, "FABRIKAM.TEST")
    assert UNKNOWN in client.kinit("alice@FABRIKAM.TEST", PASSWORD, "-C",
                                   fails=True)


# --- the journal --------------------------------------------------------------

def test_the_journal_opens_the_ticket(serve):
    server = serve()
    client = Client(server)
    client.kinit()
    assert client.curl(server.url("lyncweb", "/auth/negotiate")).status == 200
    server.stop()
    [entry] = [entry for entry in server.entries()
               if entry.get("operation") == "plain.negotiate"]
    ap_req = entry["tokens"][0]["token"]["mechToken"]
    opened = ap_req["ticket"]["opened"]
    assert opened["client"] == "alice@CONTOSO.TEST"
    assert "initial" not in opened["flagNames"]
    assert opened["key"] == {"type": "aes256-cts-hmac-sha1-96", "size": 32}
    author = ap_req["authenticator"]["opened"]
    assert author["client"] == "alice@CONTOSO.TEST"
    assert "mutual" in author["checksum"]["flagNames"]
    assert "hex" not in author["subkey"]


def test_ntlm_names_are_as_ever(shared_server):
    """One list of accounts: what Kerberos takes, NTLM does."""
    curl = Curl(shared_server, "--ntlm")
    answer = curl.send("GET", shared_server.url("lyncweb", "/auth/ntlm"), {},
                       None, "CONTOSO\\ALICE", PASSWORD)
    assert seen(answer)["user"] == "alice"
