"""The walk that every client takes, and what it must leave in the journal.

Clients are those of clients.py: send(method, url, headers, body, account,
password) signs in by the client's own means where an account is given, and
returns a harness.Answer.
"""

import base64
import json
import re

from harness import ISSUE, PASSWORD, RST, TICKET_PATH, USER_PATH, fresh

XML = "application/vnd.microsoft.rtc.autodiscover+xml;v=1"
JSON = "application/vnd.microsoft.rtc.autodiscover+json;v=1"
ALICE = "CONTOSO\\alice"

BODIES = {"saml": RST, "cwt": RST.with_name("rst-cwt.xml")}


class Ticket:
    """What a client cuts out of the answer by a text search."""

    def __init__(self, answer):
        saml = re.search(rb"<saml:Assertion.*</saml:Assertion>", answer.body,
                         re.S)
        cwt = re.search(rb"(cwt=[^<]+)</UserToken>", answer.body)
        assert bool(saml) != bool(cwt), answer.text
        self.form = "saml" if saml else "cwt"
        self.text = saml.group(0) if saml else cwt.group(1)

    def value(self):
        """What X-MS-WebTicket carries."""
        if self.form == "cwt":
            return self.text.decode("ascii")
        return "opaque=" + base64.b64encode(self.text).decode("ascii")

    def headers(self):
        return {"X-MS-WebTicket": self.value()}

    def bearer(self):
        return {"Authorization": "Bearer " + self.value()}


def ask(client, server, account=ALICE, password=PASSWORD, *, form="saml",
        host="lyncweb", applies_to=None):
    """Asks for a web ticket as this account, and returns the answer."""
    url = applies_to or server.url(host, USER_PATH)
    body = fresh(BODIES[form].read_text()).replace("@APPLIES_TO@", url)
    headers = {"Content-Type": "text/xml; charset=utf-8",
               "SOAPAction": f'"{ISSUE}"'}
    return client.send("POST", server.url(host, TICKET_PATH), headers, body,
                       account, password)


def asked_with(server):
    """Context and entropy of the last request that curl sent."""
    text = (server.folder / "curl.request").read_text()
    secret = re.search(r"BinarySecret>([^<]+)", text)
    return (re.search(r'Context="([^"]*)"', text).group(1),
            secret and base64.b64decode(secret.group(1)))


def ticket_for(client, server, *args, **how):
    answer = ask(client, server, *args, **how)
    assert answer.status == 200, answer.text
    return Ticket(answer)


def open_user(client, server, headers, host="lyncweb"):
    """GETs the User resource with these headers."""
    return client.send("GET", server.url(host, USER_PATH),
                       {"Accept": JSON, **headers})


def sign_in(client, server, *args, **how):
    """The whole walk; the ticket must open the User resource."""
    ticket = ticket_for(client, server, *args, **how)
    answer = open_user(client, server, ticket.headers())
    assert answer.status == 200, answer.text
    assert links(answer)["Self"] == server.url("lyncweb", USER_PATH)
    return ticket


def sign_in_with_both(client, server, *args, **how):
    """SAML in X-MS-WebTicket; a CWT there, and as a Bearer token."""
    sign_in(client, server, *args, **how)
    ticket = sign_in(client, server, *args, form="cwt", **how)
    answer = open_user(client, server, ticket.bearer())
    assert answer.status == 200, answer.text


def links(answer, resource="User"):
    """token -> href of a JSON answer (MS-OCDISCWS 2.2.5)."""
    found = {}
    for link in json.loads(answer.body)[resource]["Links"]:
        assert link["token"] not in found
        found[link["token"]] = link["href"]
    return found


# --- the journal ------------------------------------------------------------

class Record:
    """One line of the journal."""

    def __init__(self, entry):
        self.entry = entry
        self.operation = entry["operation"]
        self.status = entry["sent"]["status"]
        self.user = entry["user"]
        self.auth = entry["auth"]
        self.leg = entry.get("leg")
        self.connection = entry["connection"]["id"]
        self.rules = [finding["rule"] for finding in entry["findings"]]
        self.must = [finding["rule"] for finding in entry["findings"]
                     if finding["level"] == "must"]
        self.remarks = {}
        for remark in entry["remarks"]:
            self.remarks.setdefault(remark["key"], remark["text"])

    def __repr__(self):
        return (f"<{self.operation} {self.status} user={self.user} "
                f"auth={self.auth} leg={self.leg} {self.rules} "
                f"{self.remarks}>")

    def header(self, name):
        """The first header of this name in the request."""
        for field in self.entry["request"]["headers"]:
            if field["name"].lower() == name.lower():
                return field["value"]
        return None

    def says(self, **expected):
        """Each remark is as expected; ntlm_mic stands for ntlm.mic."""
        for key, text in expected.items():
            first, _, rest = key.partition("_")
            name = f"{first}.{rest.replace('_', '-')}"
            assert self.remarks.get(name) == text, (name, self)
        return self


def journal(server, operation=None):
    """All that the server saw over HTTP. Ends the server: then the journal is
    whole."""
    assert server.stop() == 0
    records = [Record(entry) for entry in server.entries()
               if "kind" not in entry]
    return [record for record in records
            if operation in (None, record.operation)]


def issued(server, count=1, user="alice", auth="ntlm", must=()):
    """The exchanges that issued a ticket; that many, and to this user.

    What opened the User resource must have been these tickets, whole. must: the
    rules of that level which each of them breaks.
    """
    records = journal(server)
    found = [record for record in records
             if (record.operation, record.status) == ("webticket.issue", 200)]
    assert len(found) == count, records
    for record in found:
        assert (record.user, record.auth) == (user, auth), record
        assert record.must == list(must), record
    tickets = {record.remarks["ticket.id"] for record in found}
    for record in records:
        if (record.operation, record.status) == ("discover.user", 200):
            assert (record.user, record.auth) == (user, "webticket"), record
            assert record.remarks["ticket.id"] in tickets
    return found


def refused(server, reason):
    """The one sign-in that was refused, which must be for this reason."""
    records = journal(server, "webticket.issue")
    assert all(record.status == 401 for record in records), records
    found = [record for record in records if "auth.refused" in record.remarks]
    assert [record.remarks["auth.refused"] for record in found] == [reason]
    return found[0]
