"""MX: metadata exchange, and where tickets are asked for."""

from clients import Curl
from harness import ISSUE, RST, TICKET_PATH, USER_PATH
from rule_case import Case
from ruleclient import (FOLDER, MEX, discover, get, post, sign_in, talk,
                        talker, text, ticket)

GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
SOAP12 = "application/soap+xml; charset=utf-8"


def transfer(action):
    return post(MEX, f"""<s:Envelope
 xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
 <a:Action s:mustUnderstand="1">{action}</a:Action>
 <a:MessageID>urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301</a:MessageID>
 <a:To>https://lyncweb.contoso.test{MEX}</a:To>
 </s:Header><s:Body/></s:Envelope>""", kind=SOAP12)


def after_401(host):
    def client(server):
        discover(server)
        talk(server, get(MEX, host=f"{server.name(host)}:{server.https}"),
             host=host)
    return client


def rst_at_once(server):
    server.ask_ticket("CONTOSO\\alice", "--ntlm")


def good(server):
    sign_in(server)


def by_habit(server):
    """Reads the metadata, and posts where no port is."""
    client, user, service = discover(server)
    client.send("GET", service + "/mex", {})
    client.send("POST", service.replace("lyncweb", "lyncweb2"),
                {"SOAPAction": f'"{ISSUE}"'}, RST.read_text())
    assert user


def unread(host):
    """Posts without metadata, to a host of its own choice."""
    def client(server):
        one, user, _ = discover(server)
        one.send("POST", server.url(host, TICKET_PATH),
                 {"Content-Type": "text/xml", "SOAPAction": f'"{ISSUE}"'},
                 RST.read_text().replace("@APPLIES_TO@", user))
    return client


def reads_and_stops(server):
    client, _, service = discover(server)
    client.send("GET", service + "/mex", {})


FAILING = (FOLDER / "rules-metadata-fails.yaml",)

CASES = [
    Case("MX-001", talker(get(MEX, "Authorization: NTLM TlRM")),
         talker(get(MEX)), says="NTLM"),
    Case("MX-002", after_401("lyncweb2"), after_401("lyncweb"),
         says="X-MS-WebTicketURL"),
    Case("MX-003", rst_at_once, good),
    Case("MX-004", by_habit, good, says="lyncweb2.contoso.test"),
    Case("MX-005", unread("lyncweb2"), unread("lyncweb"),
         says="lyncweb2.contoso.test"),
    Case("MX-006", talker(transfer("http://tempuri.org/Get")),
         talker(transfer(GET)), says="http://tempuri.org/Get"),
    Case("MX-007", talker(*[get(MEX)] * 4), talker(*[get(MEX)] * 2),
         says="3 times", args=FAILING),
    Case("MX-008", talker(get(MEX), tls=False), talker(get(MEX))),
    Case("MX-009", reads_and_stops, good, says="none was used",
         args=("failures/metadata-other-prefix",)),
]
