"""What a hostile client makes of the rules: one message that breaks a rule in
thousands of places costs no more than another, and is told in a few lines."""

import base64
import json
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


SECRET = "S3cr3tPassw0rd"
BASIC = base64.b64encode(f"alice:{SECRET}".encode()).decode()
NEGLIGENT = (
    f"Authorization: Basic {SECRET}\xe9!!",
    f"Proxy-Authorization: Basic {BASIC}",
    f"Authorization: {SECRET}",
    f"Referer: http://alice:{SECRET}@lyncweb.contoso.test/",
    f"Host: alice:{SECRET}@lyncweb.contoso.test",
)
JOURNAL_MEMORY = 64 * 1024 * 1024  # JOURNAL_MEMORY_LIMIT
BODY = 512 * 1024


def fill_journal(server):
    """So much that the journal's memory has lost what came before."""
    body = BODY * b"x"
    with Peer(server) as peer:
        for _ in range(JOURNAL_MEMORY // BODY + 8):
            peer.send(b"POST /none HTTP/1.1\r\nHost: lyncweb.contoso.test\r\n"
                      b"Content-Length: %d\r\n\r\n%s" % (BODY, body))
            assert peer.reply().status == 404


@pytest.mark.parametrize("lost", [False, True])
def test_no_report_tells_a_secret(serve, tmp_path, lost):
    """What a rule quotes is a secret or not whether or not the journal still
    has the exchange that it is of."""
    reports = [tmp_path / f"report.{kind}"
               for kind in ("json", "junit", "tap", "markdown")]
    server = serve(*(word for path in reports
                     for word in (f"--{path.suffix[1:]}", path)))
    for line in NEGLIGENT:
        host = "" if line.startswith("Host") else "Host: lyncweb.contoso.test\r\n"
        with Peer(server, tls=True) as peer:
            peer.send(f"GET /auth/ntlm HTTP/1.1\r\n{host}{line}\r\n\r\n"
                      .encode("utf-8"))
            peer.reply()
    if lost:
        fill_journal(server)
    server.stop()
    told = json.loads(reports[0].read_text())["runs"][0]["findings"]
    assert {"HA-020", "HA-022", "HA-023"} <= {each["rule"] for each in told}
    for path in (*reports, server.log, server.journal):
        text = path.read_text()
        for secret in (SECRET, BASIC):
            assert secret not in text, path
