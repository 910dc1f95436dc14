"""What a hostile client makes of the rules: one message that breaks a rule in
thousands of places costs no more than another, and is told in a few lines."""

import time

import pytest

from raw import Peer

KERBEROS = False

PORT = "/WebTicket/WebTicketService.svc/Auth"
MANY = 4500  # twice that is near what the decoder takes in nodes
A_RULE_MOST = 16  # EXCHANGE_FINDINGS_MAX
PATIENT = 2.0  # s: each of these took 4 to 10 once

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:o="http://docs.oasis-open.org/wss/2004/01/'
    'oasis-200401-wss-wssecurity-secext-1.0.xsd"'
    ' xmlns:u="http://docs.oasis-open.org/wss/2004/01/'
    'oasis-200401-wss-wssecurity-utility-1.0.xsd">'
    '<s:Header>{}</s:Header><s:Body/></s:Envelope>')


def many(template, count=MANY):
    return "".join(template.format(i) for i in range(count))


BAD = {
    "unqualified": many("<a{}/>", 2 * MANY),
    "actors": many('<o:Security s:actor="k{}"/>'),
    "times": "<o:Security><u:Timestamp>{}</u:Timestamp></o:Security>".format(
        many("<u:a>{}</u:a>")),
}


def ask(server, header):
    body = ENVELOPE.format(header).encode()
    with Peer(server, tls=True) as peer:
        peer.send(b"POST %s HTTP/1.1\r\nHost: lyncweb.contoso.test\r\n"
                  b"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"
                  % (PORT.encode(), len(body), body))
        return peer.reply().status


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_thousand_breaches_cost_what_one_costs(serve, name):
    server = serve()
    began = time.monotonic()
    assert ask(server, BAD[name]) == 500
    assert ask(server, "") == 500  # the loop is there for others
    took = time.monotonic() - began
    assert took < PATIENT, f"{name}: {took:.1f} s"
    server.stop()
    findings = server.entries()[0]["findings"]
    assert findings
    for rule in {finding["rule"] for finding in findings}:
        times = sum(finding["rule"] == rule for finding in findings)
        assert times <= A_RULE_MOST, (rule, times)


def test_headers_for_one_receiver_are_seen_as_ever(serve):
    server = serve()
    other = '<o:Security s:actor="other"/>'
    for header in (2 * other, "<o:Security/>" + other,
                   many('<o:Security s:actor="k{}"/>', 20)
                   + '<o:Security s:actor="k7"/>'):
        assert ask(server, header) == 500
    server.stop()
    said = [any("two Security headers" in finding["text"]
                for finding in entry.get("findings", ()))
            for entry in server.entries() if "request" in entry]
    assert said == [True, False, True]
