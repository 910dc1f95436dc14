"""curl with its own NTLM: from the lyncdiscover name to the User resource."""

import json
import xml.etree.ElementTree as ET

import pytest

from clients import Curl
from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH
from signin import (ALICE, XML, Ticket, ask, asked_with, issued, journal, links,
                    open_user, refused, sign_in, sign_in_with_both, ticket_for)

KERBEROS = False  # see serve

WST = "{http://docs.oasis-open.org/ws-sx/ws-trust/200512}"
SAML = "{urn:oasis:names:tc:SAML:1.0:assertion}"
JOERG = "Pässwörd1"


def curl(server):
    return Curl(server, "--ntlm")


def links_of_xml(reply, resource):
    """token -> href of an XML answer (MS-OCDISCWS 2.2.5)."""
    top = ET.fromstring(reply.body)
    assert top.tag == "AutodiscoverResponse"
    assert [child.tag for child in top] == [resource]
    return {link.get("token"): link.get("href") for link in top.iter("Link")}


def test_from_discovery_to_the_user_resource(server):
    """Follows only what the server's answers say."""
    accept = ("-H", f"Accept: {XML}")

    # http leads to https, and to nothing else (MS-OCDISCWS 3.1.5.2).
    reply = server.curl(server.url("lyncdiscover", scheme="http"), *accept)
    assert reply.status == 200
    assert reply.header("Content-Type").startswith(XML.split(";")[0])
    found = links_of_xml(reply, "Root")
    assert list(found) == ["Redirect"]
    assert found["Redirect"].startswith("https://")

    # The ports of http and https differ here, and a URL keeps the port it was
    # asked on: a client behind fixed ports 80 and 443 does not see this.
    reply = server.curl(server.url("lyncdiscover"), *accept)
    assert reply.status == 200
    found = links_of_xml(reply, "Root")
    assert set(found) == {"User", "Domain", "OAuth"}
    user_url = found["User"]
    assert user_url == server.url("lyncweb", USER_PATH)

    # Without a ticket: where to get one, and no HTTP authentication.
    reply = server.curl(user_url, *accept)
    assert reply.status == 401
    assert reply.headers("WWW-Authenticate") == []
    assert reply.header("X-Ms-diagnostics") is None
    ticket_url = reply.header("X-MS-WebTicketURL")
    assert ticket_url == server.url("lyncweb", TICKET_PATH)

    # The metadata names the Windows port, at that address.
    reply = server.curl(ticket_url + "/mex")
    assert reply.status == 200
    ET.fromstring(reply.body)
    assert "WebTicketServiceWinNegotiate" in reply.text
    assert ticket_url in reply.text

    # The ticket, over real NTLM: type 1, challenge, type 3.
    reply = ask(curl(server), server)
    assert reply.status == 200
    assert reply.answers == [401, 200]
    ticket = Ticket(reply)
    ET.fromstring(ticket.text)

    # The ticket opens the User resource.
    reply = server.curl(user_url, *accept,
                        "-H", f"X-MS-WebTicket: {ticket.value()}")
    assert reply.status == 200
    found = links_of_xml(reply, "User")
    assert found["External/Autodiscover"] == server.url("lyncweb", ROOT_PATH)
    assert found["Internal/Autodiscover"] == server.url("lyncint", ROOT_PATH)


def test_both_kinds_of_ticket_over_ntlmv2(server):
    sign_in_with_both(curl(server), server)
    for record in issued(server, 2):
        assert record.leg == 2
        record.says(ntlm_response="NTLMv2", ntlm_domain="CONTOSO",
                    ntlm_user="alice", ntlm_target_info="echoed",
                    ntlm_mic="absent", ntlm_channel_binding="absent")


def test_three_legs(serve):
    """--anyauth asks without credentials first, and finds NTLM alone."""
    server = serve("--set", "offer.windows=NTLM")
    client = Curl(server, "--anyauth")
    assert ask(client, server).answers == [401, 401, 200]
    record, = issued(server)
    record.says(ntlm_response="NTLMv2")
    assert record.connection == 1


def test_three_legs_for_nothing(serve):
    server = serve("--set", "offer.windows=NTLM")
    client = Curl(server, "--anyauth")
    assert ask(client, server, ALICE, "wrong").answers == [401, 401, 401]
    refused(server, "wrong password")


def test_ticket_is_about_the_user_who_asked(server):
    ticket = sign_in(curl(server), server, "CONTOSO\\bob")
    names = {element.text for element
             in ET.fromstring(ticket.text).iter(f"{SAML}NameIdentifier")}
    assert names == {"sip:bob@contoso.test"}
    issued(server, user="bob")


def test_context_is_echoed(server):
    reply = ask(curl(server), server)
    rstr = ET.fromstring(reply.body).find(
        f".//{WST}RequestSecurityTokenResponse")
    assert rstr.get("Context") == asked_with(server)[0]


@pytest.mark.parametrize("account,domain,user", [
    ("CONTOSO\\alice", "CONTOSO", "alice"),
    ("contoso.test\\alice", "contoso.test", "alice"),
    ("alice", "", "alice"),
    ("alice@contoso.test", "", "alice@contoso.test"),
    ("contoso\\ALICE", "contoso", "ALICE"),
])
def test_ways_to_write_the_account(server, account, domain, user):
    sign_in(curl(server), server, account)
    issued(server)[0].says(ntlm_domain=domain, ntlm_user=user)


@pytest.mark.parametrize("account", [
    "CONTOSO\\jörg", "jörg", "jörg@contoso.test",
])
def test_name_and_password_outside_ascii(server, account):
    """curl hashes the bytes of its arguments, each as one character."""
    sign_in_with_both(curl(server), server, account, JOERG)
    for record in issued(server, 2, user="jörg"):
        record.says(ntlm_response="NTLMv2",
                    ntlm_hash_form="bytes as characters")


@pytest.mark.parametrize("account,password,reason", [
    (ALICE, "wrong", "wrong password"),
    (ALICE, "", "wrong password"),
    (ALICE, PASSWORD.lower(), "wrong password"),
    ("CONTOSO\\jörg", "Passwoerd1", "wrong password"),
    ("CONTOSO\\nobody", PASSWORD, "unknown user"),
    ("FABRIKAM\\alice", PASSWORD, "unknown user"),
    ("CONTOSO\\disabled", PASSWORD, "account disabled"),
    ("CONTOSO\\disabled", "wrong", "wrong password"),
    ("CONTOSO\\locked", PASSWORD, "account locked out"),
    ("CONTOSO\\expired", PASSWORD, "password expired"),
    ("CONTOSO\\mustchange", PASSWORD, "password must be changed"),
])
def test_who_gets_no_ticket(server, account, password, reason):
    reply = ask(curl(server), server, account, password)
    assert reply.answers == [401, 401]
    assert b"Assertion" not in reply.body
    assert reply.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    assert refused(server, reason).leg == 2


def test_wrong_passwords_lock_the_account(serve):
    server = serve("--set", "lockout-threshold=2")
    for password in ("wrong", "wrong", PASSWORD):
        assert ask(curl(server), server, ALICE, password).status == 401
    reasons = [record.remarks.get("auth.refused")
               for record in journal(server) if record.leg == 2]
    assert reasons == ["wrong password", "wrong password",
                       "account locked out (wrong passwords: 2 of "
                       "lockout-threshold 2)"]
    assert [record.remarks["account.locked"] for record in journal(server)
            if "account.locked" in record.remarks] == [
                "alice is locked: 2 wrong passwords in a row"]


def test_no_ticket_without_authentication(server):
    reply = server.ask_ticket(ALICE, "--basic")
    assert reply.status == 401
    assert reply.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    assert reply.answers == [401]


def test_user_without_sip(server):
    """Known to the domain but not to Lync (MS-OCAUTHWS: error 28000)."""
    reply = ask(curl(server), server, "CONTOSO\\nosip")
    assert reply.answers == [401, 403]
    assert reply.header("X-Ms-diagnostics").startswith("28000;")
    assert reply.headers("WWW-Authenticate") == []
    assert b"Assertion" not in reply.body
    records = journal(server)
    assert [record.user for record in records] == [None, "nosip"]
    records[-1].says(ntlm_response="NTLMv2")


def test_user_of_the_second_pool(server):
    """The first pool sends its user on; the second one serves him."""
    away = "CONTOSO\\away"
    client = curl(server)
    ticket = ticket_for(client, server, away)

    # One link, a Redirect to the Root resource of the user's own pool.
    answer = open_user(client, server, ticket.headers())
    assert answer.status == 200
    link = json.loads(answer.body)["User"]["Links"]
    assert link == {"token": "Redirect",
                    "href": server.url("lyncweb2", ROOT_PATH)}

    # There the sign-in begins anew, with that pool's own ticket service.
    root = server.curl(link["href"], "-H", f"Accept: {XML}")
    user_url = links_of_xml(root, "Root")["User"]
    assert user_url == server.url("lyncweb2", USER_PATH)
    answer = server.curl(user_url)
    assert answer.status == 401
    assert answer.header("X-MS-WebTicketURL") \
        == server.url("lyncweb2", TICKET_PATH)

    ticket = ticket_for(client, server, away, host="lyncweb2")
    answer = open_user(client, server, ticket.headers(), host="lyncweb2")
    assert answer.status == 200
    assert links(answer)["Self"] == user_url
    issued(server, 2, user="away")
