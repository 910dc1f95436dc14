"""Clients that know nothing of sessions sign in to two of them at a time.

T7 comes at first contact, of a template; T8 is made at the admin port, and its
alice is homed on the other pool.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import FOLDER, Program
from harness import PASSWORD
from kerberos import Client, needs_kerberos
from kerberos_clients import ADDRESS, program, seen, signed_in
from sessions import Admin, within
from test_go_ntlmssp import program as go_ntlmssp
from test_heimdal import Heimdal
from test_heimdal import sign_in as by_heimdal
from test_kerberos import seen as told_curl
from test_scenarios_good import CREDENTIALS, NTLM_CLIENTS, by_windows

# A fixture, which nothing here calls by its name.
__all__ = ["go_ntlmssp"]

T7, T8 = "t7.contoso.test", "t8.contoso.test"


@pytest.fixture
def two(serve):
    """The server, and what clients of either session see of it."""
    def start(*options):
        server = serve("--template", "good/pc-external-ntlm", *options)
        Admin(server).make(T8, "failures/user-homed-elsewhere")
        return server, within(server, T7), within(server, T8)

    return start


def kept_apart(server, auth):
    """Each journal has what went to the names of its session, and no more."""
    admin = Admin(server)
    for name in (T7, T8):
        entries = [entry for entry in admin.journal(name)
                   if "operation" in entry]
        assert {entry["session"] for entry in entries} == {name}
        assert {entry["request"]["host"].partition(".")[2].partition(":")[0]
                for entry in entries} == {name}
        assert [finding for entry in entries for finding in entry["findings"]
                if finding["level"] == "must"] == []
        assert [(entry["user"], entry["auth"]) for entry in entries
                if entry["operation"] == "webticket.issue"
                and entry["sent"]["status"] == 200] == [("alice", auth)]
    assert admin.journal("default") == []


def signs_in_to_both(server, t7, t8, make, credentials, auth):
    with ThreadPoolExecutor() as both:
        good, elsewhere = both.map(
            lambda view: by_windows(make(view), view, credentials, "saml"),
            (t7, t8))
    # The walk went by the links of the answers.
    assert f"sip.{T7}" in good.text and T8 not in good.text
    assert f"lyncweb2.{T8}" in elsewhere.text and T7 not in elsewhere.text
    kept_apart(server, auth)


@pytest.mark.parametrize("client", NTLM_CLIENTS)
def test_ntlm(two, client):
    signs_in_to_both(*two("--set", "offer.kerberos=no"), *NTLM_CLIENTS[client])


def test_go_ntlmssp(two, go_ntlmssp):
    signs_in_to_both(*two("--set", "offer.kerberos=no"),
                     lambda view: Program(view, go_ntlmssp), CREDENTIALS,
                     "ntlm")


# --- Kerberos: one realm, the names of a session ------------------------------

TELLS = "/auth/negotiate"


class OfTheRealm:
    """A client of a session; the realm is the server's."""

    def __init__(self, view):
        super().__init__(view)
        self.realm = view.ready["domain"].upper()


class Mit(OfTheRealm, Client):
    def told(self):
        return told_curl(self.curl(self.server.url("lyncweb", TELLS)))

    def login(self, domain):
        self.kinit(f"alice@{domain}", PASSWORD, "-E")


class Heimdals(OfTheRealm, Heimdal):
    def told(self):
        return by_heimdal(self.server, self)

    def login(self, domain):
        self.kinit(f"alice@{domain}", PASSWORD, "--enterprise")


class Lwp(Mit):
    def told(self):
        saw = seen([program("perl", "liblwp-authen-negotiate-perl"),
                    FOLDER / "lwp-negotiate.pl",
                    self.server.url("lyncweb", TELLS), ADDRESS,
                    self.server.ca_file], self.env)
        return signed_in(saw)[1]


class RequestsKerberos(Mit):
    def told(self):
        answer = Program(self.server, sys.executable,
                         FOLDER / "requests-kerberos.py",
                         env=self.env).send(
            "GET", self.server.url("lyncweb", TELLS), {}, None, "", "required")
        return told_curl(answer)


class Gss(Mit):
    def told(self):
        return told_curl(self.gss(bindings="right").ask(
            self.server.url("lyncweb", TELLS)))


@needs_kerberos
@pytest.mark.parametrize("kind", [Mit, Heimdals, Lwp, RequestsKerberos, Gss])
def test_kerberos(serve, kind):
    """Both come to the one KDC, and are two users with two tickets."""
    server = serve("--template", "good/pc-internal-kerberos")
    Admin(server).make(T8, "lyncmock: 1\nworld: {users: {alice: {home: 2}}}\n")
    for domain in (T7, T8):
        client = kind(within(server, domain))
        client.login(domain)
        told = client.told()
        assert told["mechanism"] == "negotiate+krb5"
        assert told["sip"] == f"sip:alice@{domain}"
    admin = Admin(server)
    for domain in (T7, T8):
        asked = [entry["kdc"]["service"] for entry in admin.journal(domain)
                 if entry.get("kdc")]
        assert f"HTTP/lyncweb.{domain}@CONTOSO.TEST" in asked
