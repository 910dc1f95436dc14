"""What Kerberos clients that are not ours print, each time that something goes
wrong: errors that a step forges, and those that the world brings about."""

import re

import pytest

from clients import Connection, Curl
from conftest import judge
from harness import PASSWORD, Server
from kerberos import Client, kdc_entries, needs_kerberos
from signin import ALICE, ask, journal

pytestmark = needs_kerberos

KDC_TEXTS = {
    1: "Client's entry in database has expired",
    2: "Server's entry in database has expired",
    3: "Requested protocol version not supported",
    6: "Client 'alice@CONTOSO.TEST' not found in Kerberos database",
    7: "Server {spn} not found in Kerberos database",
    9: "Client or server has a null key",
    12: "KDC policy rejects request",
    13: "KDC can't fulfill requested option",
    14: "KDC has no support for encryption type",
    18: "Client's credentials have been revoked",
    20: "TGT has been revoked",
    21: "Client not yet valid - try again later",
    23: "Password expired.  You must change it now.",
    24: "Preauthentication failed",
    27: "Server principal valid for user2user only",
    31: "Password incorrect",
    32: "Ticket expired",
    37: "Clock skew too great",
    41: "Message stream modified",
    44: "Key version is not available",
    52: "Response too big for UDP, retry with TCP",
    60: "Generic error (see e-text)",
    61: "Field is too long for this implementation",
    68: "Realm not local to KDC",
}
# Where a service ticket is asked for, other errors fit, and other words.
TGS_TEXTS = {code: KDC_TEXTS[code] for code in (
    7, 12, 13, 14, 18, 20, 27, 32, 37, 41, 60, 61, 68)}
AP_TEXTS = {
    31: "Decrypt integrity check failed",
    32: "Ticket expired",
    33: "Ticket not yet valid",
    34: "Request is a replay",
    35: "The ticket isn't for us",
    36: "Ticket/authenticator don't match",
    37: "Clock skew too great",
    38: "Incorrect net address",
    39: "Protocol version mismatch",
    40: "Invalid message type",
    41: "Message stream modified",
    44: "Key version is not available",
    45: "Service key not available",
    46: "Mutual authentication failed",
    50: "Inappropriate type of checksum in message",
    60: "Generic error (see e-text)",
}
# RFC 4178 section 4.2.2 and 5: header of the request, what the step does, and
# what the client says.
SPNEGO = {
    "reject": ("init", "spnego: {reject: yes}",
               "SPNEGO failed to negotiate a mechanism"),
    "ntlm": ("init", "spnego: {mech: ntlm}", "Invalid token was supplied"),
    "negoex": ("init", "spnego: {mech: negoex}",
               "Invalid token was supplied"),
    "wrong-mic": ("answer", "spnego: {mech-list-mic: wrong}",
                  "invalid Message Integrity Check (MIC)"),
    "no-mutual": ("answer", "mutual-token: omit",
                  "SPNEGO acceptor did not return a valid token"),
    "corrupt": ("answer", "mutual-token: corrupt",
                "Decrypt integrity check failed"),
    # Kerberos is the first of the list: it may be there, and need not.
    "no-mic": ("answer", "spnego: {mech-list-mic: omit}", None),
    "mic": ("answer", "spnego: {mech-list-mic: send}", None),
    "krb5": ("init", "spnego: {mech: krb5}", None),
}


def steps():
    """A world where the client chooses what goes wrong: at the KDC by the
    service that it asks for, elsewhere by a header."""
    lines = ["lyncmock: 1", "extends: good/pc-internal-kerberos", "steps:"]
    for point, codes in (("as", KDC_TEXTS), ("tgs", TGS_TEXTS)):
        for code in codes:
            lines += [f"  - at: kdc.{point}",
                      f"    when: {{service: '{point}{code}/*'}}",
                      f"    do: {{kdc-error: {{code: {code}}}}}"]
    for code in AP_TEXTS:
        lines += ["  - at: negotiate.answer",
                  f"    when: {{header: {{X-Fail: 'ap{code}'}}}}",
                  f"    do: {{ap-error: {{code: {code}}}}}"]
    for name, (point, do, _) in SPNEGO.items():
        lines += [f"  - at: negotiate.{point}",
                  f"    when: {{header: {{X-Fail: {name}}}}}",
                  f"    do: {{{do}}}"]
    return "\n".join(lines) + "\n"


class Forge:
    """One server for all of the tables, one client that holds its tickets."""

    def __init__(self, folder):
        file = folder / "forge.yaml"
        file.write_text(steps())
        self.server = Server(folder / "server", file)
        self.client = Client(self.server)
        self.client.kinit()
        self.asked = []

    def spn(self, kind, code):
        return f"{kind}{code}/x.contoso.test@CONTOSO.TEST"

    def ask(self, what, mechanism="spnego", **how):
        gss = self.client.gss(mechanism, **how)
        gss.answer = gss.ask(
            self.server.url("lyncint", "/auth/negotiate"),
            headers={"X-Fail": what})
        return gss


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    made = Forge(tmp_path_factory.mktemp("forge"))
    yield made
    assert made.server.stop() == 0
    judge(made.server)
    told = [(entry["kdc"]["service"], entry["kdc"]["error"])
            for entry in kdc_entries(made.server)
            if entry["kdc"].get("forged")]
    for spn, code in made.asked:
        assert (spn, code) in told, (spn, code, told)


# --- forged -----------------------------------------------------------------

@pytest.mark.parametrize("code", KDC_TEXTS)
def test_error_of_the_kdc(forge, code):
    """The first request is refused, before there is a password."""
    spn = forge.spn("as", code)
    said = forge.client.kinit("alice", PASSWORD, "-S", spn,
                              "-c", f"FILE:{forge.client.folder}/other",
                              fails=True)
    assert KDC_TEXTS[code].replace(" {spn}", "") in said
    assert "while getting initial credentials" in said
    forge.asked.append((spn, code))


@pytest.mark.parametrize("code", TGS_TEXTS)
def test_error_of_the_kdc_for_a_service(forge, code):
    spn = forge.spn("tgs", code)
    said = forge.client.kvno(spn, fails=True)
    text = TGS_TEXTS[code].replace(" {spn}", "")
    assert f"kvno: {text} while getting credentials for {spn}" in said
    forge.asked.append((spn, code))


@pytest.mark.parametrize("mechanism", ["spnego", "krb5"])
@pytest.mark.parametrize("code", AP_TEXTS)
def test_error_of_the_service(forge, code, mechanism):
    """In a NegTokenResp that rejects, and with nothing around it."""
    gss = forge.ask(f"ap{code}", mechanism)
    assert gss.answer.status == 401
    assert gss.said.endswith(": " + AP_TEXTS[code])
    assert not gss.complete
    # RFC 4121 section 4.1, RFC 4178 section 4.2.2: a1 .. a0 03 0a 01 02
    token, = gss.got
    assert b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03\x00\x7e" in token
    assert (b"\xa0\x03\x0a\x01\x02" in token) == (mechanism == "spnego")


def test_error_of_the_service_in_curl(forge):
    reply = forge.client.curl(
        forge.server.url("lyncint", "/auth/negotiate"), "-H", "X-Fail: ap37")
    assert reply.status == 401
    assert "gss_init_sec_context() failed" in reply.said
    assert "Clock skew too great" in reply.said


@pytest.mark.parametrize("what", SPNEGO)
def test_spnego(forge, what):
    gss = forge.ask(what)
    point, _, said = SPNEGO[what]
    if said is None:
        assert (gss.said, gss.complete, gss.answer.status) == (
            None, True, 200)
        # mechListMIC [3]: 04 04 is a MIC's token id (RFC 4121 section 4.2.6.1)
        assert (b"\xa3\x1e\x04\x1c\x04\x04" in gss.got[0]) == (what == "mic")
        return
    assert said in gss.said
    assert not gss.complete
    assert gss.answer.status == (401 if point == "init" else 200)


def test_a_mutual_token_that_curl_does_not_miss(forge):
    """protocol: kerberos 4.5"""
    reply = forge.client.curl(
        forge.server.url("lyncint", "/auth/negotiate"),
        "-H", "X-Fail: no-mutual")
    assert reply.status == 200
    assert "gss_init_sec_context() failed" not in reply.said


def test_nothing_is_wrong(forge):
    """The same client, and the same server."""
    for mechanism in ("spnego", "krb5"):
        gss = forge.ask("nothing", mechanism)
        assert (gss.answer.status, gss.said, gss.complete) == (
            200, None, True)
        assert gss.told["target"].startswith("HTTP/lyncint.contoso.test")


def one_step(folder, at, do, extra="", world=""):
    file = folder / "step.yaml"
    file.write_text("lyncmock: 1\nextends: good/pc-internal-kerberos\n"
                    f"{world}steps:\n  - at: {at}\n{extra}"
                    f"    do: {{{do}}}\n")
    return file


@pytest.mark.parametrize("word,said", [
    ("client-revoked", "Client's credentials have been revoked"),
    ("clock-skew", "Clock skew too great"),
])
def test_an_error_by_its_word(serve, tmp_path, word, said):
    server = serve(one_step(tmp_path, "kdc.as", f"kdc-error: {word}"))
    assert said in Client(server).kinit(fails=True)


def test_withdrawn(serve, tmp_path):
    """Negotiate is no longer offered once a token has come."""
    server = serve(one_step(
        tmp_path, "http.request", "offer: {windows: [NTLM]}",
        "    when: {header: {Authorization: 'Negotiate *'}}\n"))
    client = Client(server)
    client.kinit()
    gss = client.gss()
    answer = ask(gss, server, host="lyncint")
    assert answer.status == 401
    assert answer.headers("WWW-Authenticate") == ["NTLM"]
    assert not gss.complete
    with_ntlm = Connection(server, "lyncint")
    assert with_ntlm.ask("POST", "/WebTicket/WebTicketService.svc", {},
                         "").headers("WWW-Authenticate") == [
                             "Negotiate", "NTLM"]
    with_ntlm.close()


# --- by the world's doing ---------------------------------------------------

STATES = {
    "disabled": ("Client's credentials have been revoked", 18),
    "locked": ("Client's credentials have been revoked", 18),
    "expired": ("Password expired.  You must change it now.", 23),
    "mustchange": ("Password expired.  You must change it now.", 23),
    "nobody": ("Client 'nobody@CONTOSO.TEST' not found in Kerberos database",
               6),
}


@pytest.mark.parametrize("user", STATES)
def test_account(serve, user):
    server = serve("good/pc-internal-kerberos")
    said, code = STATES[user]
    done = Client(server).kinit(user, fails=True)
    assert said in done or (code == 23 and "Password has expired" in done)
    assert server.stop() == 0
    entries = kdc_entries(server, "AS-REQ")
    assert code in {entry["kdc"].get("error") for entry in entries}
    assert not [entry for entry in entries if entry["kdc"].get("forged")]


def test_wrong_password_counts_for_all_protocols(serve):
    """Three wrong ones by Kerberos, and NTLM finds the account locked."""
    server = serve("good/pc-internal-kerberos", "--set",
                   "lockout-threshold=3")
    client = Client(server)
    for _ in range(3):
        assert "kinit: Password incorrect" in client.kinit(
            "alice", "wrong", fails=True)
    assert "credentials have been revoked" in client.kinit(fails=True)
    assert "Password incorrect" in client.kinit("bob", "wrong", fails=True)
    client.kinit("bob")
    assert ask(Curl(server, "--ntlm"), server, ALICE).status == 401
    reasons = [record.remarks["auth.refused"] for record in journal(server)
               if "auth.refused" in record.remarks]
    locked = "account locked out (wrong passwords: 3 of lockout-threshold 3)"
    assert reasons == [locked]
    log = server.log.read_text()
    assert log.count("KDC_ERR_PREAUTH_FAILED: the password is wrong; alice is "
                     "locked: 3 wrong passwords in a row") == 1
    assert f"KDC_ERR_CLIENT_REVOKED: {locked}" in log


def test_unknown_spn(serve):
    server = serve("good/pc-internal-kerberos")
    client = Client(server)
    client.kinit()
    spn = "HTTP/nowhere.contoso.test@CONTOSO.TEST"
    assert (f"kvno: Server {spn} not found in Kerberos database") in \
        client.kvno(spn, fails=True)
    assert f"-1765328377/Server {spn} not found in Kerberos database" in \
        client.trace()
    assert client.kvno().code == 0


# What the user has keys of, what the KDC permits, what the client permits.
NO_COMMON = {
    "old password": ("rc4", "aes256,aes128", None),
    "KDC without RC4": ("aes256,aes128", "aes256,aes128", "rc4-hmac"),
    "client without RC4": ("rc4", "aes256,aes128,rc4", "aes256-cts"),
    "client of one kind": ("aes256", "aes256,aes128,rc4", "aes128-cts"),
}


def of_types(serve, user, kdc, client, service="aes256,aes128"):
    server = serve("good/pc-internal-kerberos", "--set",
                   f"user.alice.etypes={user}", "--set",
                   f"kdc.etypes={kdc}", "--set", f"krb5.etypes={service}")
    return Client(server, {"permitted_enctypes": client} if client else None)


@pytest.mark.parametrize("case", NO_COMMON)
def test_no_common_encryption_type(serve, case):
    client = of_types(serve, *NO_COMMON[case])
    assert ("kinit: KDC has no support for encryption type while getting "
            "initial credentials") in client.kinit(fails=True)
    assert "-1765328370/KDC has no support for encryption type" in \
        client.trace()


@pytest.mark.parametrize("user,service,client,types", [
    ("aes256,aes128", "aes256,aes128", None, ["aes256-cts", "aes256-cts"]),
    ("aes128", "aes256,aes128", "aes128-cts", ["aes128-cts", "aes256-cts"]),
    ("rc4", "rc4", "rc4-hmac aes256-cts", ["arcfour-hmac", "arcfour-hmac"]),
    ("aes256", "rc4", None, ["aes256-cts", "arcfour-hmac"]),
])
def test_encryption_types(serve, user, service, client, types):
    """Of the session key in the first case, of the ticket in the second."""
    client = of_types(serve, user, "aes256,aes128,rc4", client, service)
    client.kinit()
    gss = client.gss()
    assert ask(gss, client.server).status == 200, gss.said
    found = re.findall(r"for HTTP/.*\n.*Etype \(skey, tkt\): ([^,]*), (.*)",
                       client.klist("-e")) or re.findall(
        r"HTTP/.*\n.*Etype \(skey, tkt\): ([^,]*), (.*)", client.klist("-e"))
    assert found and types[1] in found[0][1].replace("DEPRECATED:", "")
    key, = re.findall(r"Decrypted AS reply; session key is: (\S+?)/",
                      client.trace())
    assert key


# A ticket is not yet valid before its clock is looked at.
@pytest.mark.parametrize("clock,said,why", [
    ("4m", None, None),
    ("6m", "Clock skew too great",
     r"clock is 36\d s behind the service's, and 300 s are allowed"),
    ("-4m", None, None),
    ("-6m", "Ticket not yet valid", r"the ticket begins at \S+Z, in 3[56]\d s"),
])
def test_clock(serve, clock, said, why):
    server = serve("good/pc-internal-kerberos", "--set",
                   f"krb5.clock={clock}")
    client = Client(server)
    client.kinit()
    gss = client.gss()
    answer = ask(gss, server)
    refusals = [record.remarks["auth.refused"] for record in journal(server)
                if "auth.refused" in record.remarks]
    if said is None:
        assert (answer.status, gss.complete, refusals) == (200, True, [])
        return
    assert answer.status == 401
    assert gss.said.endswith(said)
    reason, = refusals
    assert re.search(why, reason), reason


# What the KDC makes of the ticket, what the client says at last, and why the
# service has refused it; None: it never saw the ticket.
TICKETS = {
    "key: wrong": (
        "Message stream modified",
        r"closed with another aes256-cts-hmac-sha1-96 \(18\) key"),
    "kvno: 9": (
        "Key version is not available",
        "closed with key version 9, the service has version 2"),
    "starts: 1h": (
        "Ticket not yet valid", r"begins at \S+Z, in 3[56]\d\d s"),
    "starts: -2h, ends: -1h": (
        "Ticket expired", r"ended at \S+Z, 36\d\d s ago"),
    "name: HTTP/other.contoso.test": (
        "KDC reply did not match expectations", None),
    "padding: 32KiB": (None, None),
}


@pytest.mark.parametrize("change", TICKETS)
def test_ticket(serve, tmp_path, change):
    """FAST protects tickets, and what a step changed comes through all the
    same; what the client itself compares is the name alone."""
    said, why = TICKETS[change]
    server = serve(one_step(tmp_path, "kdc.tgs",
                            f"kerberos-ticket: {{{change}}}"))
    client = Client(server)
    client.kinit()
    gss = client.gss()
    answer = ask(gss, server)
    assert "Decoding FAST response" in client.trace()
    reasons = [record.remarks["auth.refused"] for record in journal(server)
               if "auth.refused" in record.remarks]
    if said is None:
        assert (answer.status, gss.complete, reasons) == (200, True, [])
        assert len(gss.sent[0]) > 32 * 1024
        return
    assert answer.status == 401
    assert gss.said.endswith(said)
    assert len(reasons) == (1 if why else 0)
    assert not why or re.search(why, reasons[0]), reasons
