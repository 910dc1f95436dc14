"""libwww-perl with LWP::Authen::Negotiate and Perl's GSSAPI."""

import pytest

from clients import FOLDER
from kerberos import Client, needs_kerberos
from kerberos_clients import ADDRESS, program, seen, signed_in
from signin import journal

pytestmark = needs_kerberos


@pytest.fixture
def lwp():
    """lwp(client of kerberos.py) runs it with that one's tickets."""
    def run(client, path="/auth/negotiate"):
        server = client.server
        return seen([program("perl", "liblwp-authen-negotiate-perl"),
                     FOLDER / "lwp-negotiate.pl", server.url("lyncweb", path),
                     ADDRESS, server.ca_file], client.env)

    return run


def test_a_ticket_and_a_kept_connection(server, lwp):
    client = Client(server)
    client.kinit()
    first, second = signed_in(lwp(client), mutual=False)
    assert first["connection"]["number"] == second["connection"]["number"]
    assert second["connection"]["already_authenticated"]
    # Kerberos with nothing around it, and it reads no answer.
    journal(server, "plain.negotiate")[1].says(spnego_token="raw Kerberos",
                                               krb5_message="AP-REQ")


def test_a_wrong_clock(serve, lwp):
    client = Client(serve("--set", "krb5.clock=+10m"))
    client.kinit()
    assert lwp(client).values("status") == ["401", "401"]


def test_without_a_ticket(server, lwp):
    assert lwp(Client(server)).values("status") == ["401", "401"]
