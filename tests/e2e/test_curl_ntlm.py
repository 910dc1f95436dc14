"""The whole way of an unmodified client: curl, with its own NTLM.

From the lyncdiscover name to the opened User resource, following only what
the server's answers say.
"""

import base64
import re
import xml.etree.ElementTree as ET

import pytest

from harness import PASSWORD, ROOT_PATH, TICKET_PATH, USER_PATH

XML = "application/vnd.microsoft.rtc.autodiscover+xml;v=1"
ALICE = "CONTOSO\\alice"
WST = "{http://docs.oasis-open.org/ws-sx/ws-trust/200512}"
SAML = "{urn:oasis:names:tc:SAML:1.0:assertion}"


def links(reply, resource):
    """token -> href of an XML answer (MS-OCDISCWS 2.2.5)."""
    top = ET.fromstring(reply.body)
    assert top.tag == "AutodiscoverResponse"
    assert [child.tag for child in top] == [resource]
    return {link.get("token"): link.get("href") for link in top.iter("Link")}


def assertion_of(reply):
    """The assertion's text, byte for byte, as clients cut it out."""
    return re.search(rb"<saml:Assertion.*</saml:Assertion>", reply.body,
                     re.S).group(0)


def opaque(assertion):
    return ("X-MS-WebTicket: opaque="
            + base64.b64encode(assertion).decode("ascii"))


def test_from_discovery_to_the_user_resource(server):
    accept = ("-H", f"Accept: {XML}")

    # http leads to https, and to nothing else (MS-OCDISCWS 3.1.5.2).
    reply = server.curl(server.url("lyncdiscover", scheme="http"), *accept)
    assert reply.status == 200
    assert reply.header("Content-Type").startswith(XML.split(";")[0])
    found = links(reply, "Root")
    assert list(found) == ["Redirect"]
    assert found["Redirect"].startswith("https://")

    # The ports of http and https differ here, and a URL keeps the port it was
    # asked on: a client behind fixed ports 80 and 443 does not see this.
    reply = server.curl(server.url("lyncdiscover"), *accept)
    assert reply.status == 200
    found = links(reply, "Root")
    assert set(found) == {"User", "Domain", "OAuth"}
    user_url = found["User"]
    assert user_url == server.url("lyncweb", USER_PATH)

    # Without a ticket: where to get one, and no HTTP authentication.
    reply = server.curl(user_url, *accept)
    assert reply.status == 401
    assert reply.headers("WWW-Authenticate") == []
    ticket_url = reply.header("X-MS-WebTicketURL")
    assert ticket_url == server.url("lyncweb", TICKET_PATH)

    # The metadata names the Windows port, at that address.
    reply = server.curl(ticket_url + "/mex")
    assert reply.status == 200
    ET.fromstring(reply.body)
    assert "WebTicketServiceWinNegotiate" in reply.text
    assert ticket_url in reply.text

    # The ticket, over real NTLM: type 1, challenge, type 3.
    reply = server.ask_ticket(ALICE, "--ntlm")
    assert reply.status == 200
    assert 401 in reply.answers
    assertion = assertion_of(reply)
    ET.fromstring(assertion)

    # The ticket opens the User resource.
    reply = server.curl(user_url, *accept, "-H", opaque(assertion))
    assert reply.status == 200
    found = links(reply, "User")
    assert found["External/Autodiscover"] == server.url("lyncweb", ROOT_PATH)
    assert found["Internal/Autodiscover"] == server.url("lyncint", ROOT_PATH)


def test_ticket_is_about_the_user_who_asked(server):
    reply = server.ask_ticket("CONTOSO\\bob", "--ntlm")
    names = {element.text for element
             in ET.fromstring(reply.body).iter(f"{SAML}NameIdentifier")}
    assert names == {"sip:bob@contoso.test"}


def test_context_is_echoed(server):
    reply = server.ask_ticket(ALICE, "--ntlm")
    rstr = ET.fromstring(reply.body).find(
        f".//{WST}RequestSecurityTokenResponse")
    assert rstr.get("Context") == "1e2f3a4b-0000-4000-8000-0123456789ab"


@pytest.mark.parametrize("account", [
    "CONTOSO\\alice", "contoso.test\\alice", "alice", "alice@contoso.test",
    "contoso\\ALICE",
])
def test_ways_to_write_the_account(server, account):
    assert server.ask_ticket(account, "--ntlm").status == 200


@pytest.mark.parametrize("account,password", [
    (ALICE, "wrong"),
    (ALICE, ""),
    (ALICE, PASSWORD.lower()),
    ("CONTOSO\\nobody", PASSWORD),
    ("FABRIKAM\\alice", PASSWORD),
    ("CONTOSO\\disabled", PASSWORD),
    ("CONTOSO\\locked", PASSWORD),
    ("CONTOSO\\expired", PASSWORD),
    ("CONTOSO\\mustchange", PASSWORD),
])
def test_who_gets_no_ticket(server, account, password):
    reply = server.ask_ticket(account, "--ntlm", password=password)
    assert reply.status == 401
    assert b"Assertion" not in reply.body
    assert "NTLM" in reply.headers("WWW-Authenticate")


def test_no_ticket_without_authentication(server):
    reply = server.ask_ticket(ALICE, "--basic")
    assert reply.status == 401
    assert reply.headers("WWW-Authenticate") == ["Negotiate", "NTLM"]
    assert reply.answers == [401]


def test_tampered_ticket(server):
    assertion = assertion_of(server.ask_ticket(ALICE, "--ntlm"))
    other = assertion.replace(b"sip:alice@", b"sip:bobby@")
    assert other != assertion
    reply = server.curl(server.url("lyncweb", USER_PATH), "-H", opaque(other))
    assert reply.status == 401
    assert "28032" in reply.header("X-Ms-diagnostics")


def test_ticket_of_another_run(serve):
    first, second = serve(), serve()
    assertion = assertion_of(first.ask_ticket(ALICE, "--ntlm"))
    reply = second.curl(second.url("lyncweb", USER_PATH),
                        "-H", opaque(assertion))
    assert reply.status == 401
    assert "28032" in reply.header("X-Ms-diagnostics")


@pytest.mark.parametrize("check,status", [("yes", 401), ("no", 200)])
def test_ticket_for_another_pool(serve, check, status):
    server = serve("--set", f"ticket.check-audience={check}")
    other = server.url("lyncweb2", USER_PATH)
    assertion = assertion_of(
        server.ask_ticket(ALICE, "--ntlm", applies_to=other))
    reply = server.curl(server.url("lyncweb", USER_PATH),
                        "-H", opaque(assertion))
    assert reply.status == status
    if status == 401:
        assert "28077" in reply.header("X-Ms-diagnostics")


def test_expired_ticket(serve):
    server = serve("--set", "ticket.lifetime=1ms")
    assertion = assertion_of(server.ask_ticket(ALICE, "--ntlm"))
    reply = server.curl(server.url("lyncweb", USER_PATH),
                        "-H", opaque(assertion))
    assert reply.status == 401
    assert "28033" in reply.header("X-Ms-diagnostics")
