"""What the log and the journal say of a Kerberos sign-in that fails: which
ingredient it is, and what to do. One who reads them has no documents open."""

import re
import socket
import struct
import subprocess

import pytest

from kerberos import Client, kdc_entries, needs_kerberos
from signin import journal
from test_kdc_relay import frame

pytestmark = needs_kerberos


def whys(server, message):
    return [remark["text"] for entry in kdc_entries(server, message)
            for remark in entry["remarks"] if remark["key"] == "kdc.error"]


def refused(server):
    return [record.remarks["auth.refused"] for record in journal(server)
            if "auth.refused" in record.remarks]


def moved(client, server):
    """The same machine, tickets and all, before another run."""
    other = Client(server)
    other.ccache.write_bytes(client.ccache.read_bytes())
    return other


def test_a_granting_ticket_of_an_earlier_run(serve):
    client = Client(serve())
    client.kinit()
    server = serve()
    said = moved(client, server).kvno(fails=True)
    assert "Decrypt integrity check failed" in said.said or (
        "Password incorrect" in said.said)
    why, = set(whys(server, "TGS-REQ"))
    assert why == ("KRB_AP_ERR_BAD_INTEGRITY: the ticket-granting ticket is "
                   "closed with another key: it is of an earlier run of "
                   "lyncmock, or another KDC's; get a new one (kinit); e-text "
                   "\"PROCESS_TGS\"")


def test_a_service_ticket_of_an_earlier_run(serve):
    first = serve()
    client = Client(first)
    client.kinit()
    client.kvno()
    server = serve()
    moved(client, server).curl(server.url("lyncweb", "/auth/negotiate"))
    said = refused(server)[-1]
    assert "key than the service has: it is of an earlier run" in said
    assert "two accounts have this SPN" in said
    assert "keytab is old" in said


def test_a_step_that_changes_tickets(serve, tmp_path):
    path = tmp_path / "key.yaml"
    path.write_text("lyncmock: 1\nsteps:\n  - at: kdc.tgs\n"
                    "    do: {kerberos-ticket: {key: wrong}}\n")
    server = serve(path)
    client = Client(server)
    client.kinit()
    client.curl(server.url("lyncweb", "/auth/negotiate"))
    assert "key than the service has: two accounts may" in refused(server)[-1]


def test_no_type_in_common(serve):
    server = serve("--set", "krb5.etypes=rc4", "--set",
                   "kdc.etypes=aes256,aes128")
    client = Client(server)
    client.kinit()
    assert "no support for encryption type" in client.kvno(fails=True)
    why, = set(whys(server, "TGS-REQ"))
    assert re.fullmatch(
        r"KDC_ERR_ETYPE_NOSUPP: no encryption type suits all: the client asked "
        r"for [a-z0-9 -]+; the service HTTP/lyncweb\.contoso\.test has rc4 "
        r"\(krb5\.etypes\); the KDC permits aes256,aes128 \(kdc\.etypes\)", why)
    entry = kdc_entries(server, "TGS-REQ")[-1]["kdc"]
    assert (entry["error"], entry["etext"]) == (14, None)


def test_etext(serve, tmp_path):
    path = tmp_path / "text.yaml"
    path.write_text("lyncmock: 1\nsteps:\n  - at: kdc.tgs\n    do: "
                    '{kdc-error: {code: 60, text: "a\\x1b[1m\\tb"}}\n')
    server = serve(path)
    client = Client(server)
    client.kinit()
    client.kvno(fails=True)
    entry = kdc_entries(server, "TGS-REQ")[-1]
    assert entry["kdc"]["etext"] == "a?[1m?b"
    assert set(whys(server, "TGS-REQ")) == {
        'KRB_ERR_GENERIC: forged by a step; e-text "a?[1m?b"'}
    assert any("text.yaml:3" in remark["text"] for remark in entry["remarks"])
    first = kdc_entries(server, "AS-REQ")[0]["kdc"]
    assert first["etext"] == "NEEDED_PREAUTH"


def test_a_forged_answer_of_the_service(serve, tmp_path):
    path = tmp_path / "ap.yaml"
    path.write_text("lyncmock: 1\nsteps:\n  - at: negotiate.answer\n"
                    "    do: {ap-error: clock-skew}\n")
    server = serve(path)
    client = Client(server)
    client.kinit()
    client.curl(server.url("lyncweb", "/auth/negotiate"))
    assert refused(server)[-1] == "KRB_AP_ERR_SKEW: forged by a step"


@pytest.mark.parametrize("clock,words", [
    ("-10m", r"the service's clock is (59\d|60\d) s behind the client's "
             r"\(krb5\.clock\); the ticket begins at \S+Z, in (59\d|60\d) s by "
             r"the service's clock"),
    ("+10m", r"the client's clock is (59\d|60\d) s behind the service's, and "
             r"300 s are allowed"),
    ("+2d", r"the service's clock is 17\d{4} s ahead of the client's "
            r"\(krb5\.clock\); the ticket ended at \S+Z, \d+ s ago by the "
            r"service's clock"),
])
def test_clocks(serve, clock, words):
    server = serve("--set", f"krb5.clock={clock}")
    client = Client(server)
    client.kinit()
    client.curl(server.url("lyncweb", "/auth/negotiate"))
    assert re.fullmatch(words, refused(server)[-1])


def test_the_wrong_key_of_a_world(serve):
    server = serve("--set", "krb5.wrong-key=yes")
    client = Client(server)
    client.kinit()
    client.curl(server.url("lyncweb", "/auth/negotiate"))
    said = refused(server)[-1]
    for words in ("krb5.wrong-key of this world", "two accounts have this SPN",
                  "the keytab is old"):
        assert words in said


@pytest.mark.parametrize("state,words", [
    ("disabled", "account disabled"), ("locked", "account locked out"),
])
def test_accounts(serve, state, words):
    server = serve("--set", f"user.alice.state={state}")
    assert "have been revoked" in Client(server).kinit(fails=True)
    server.stop()
    assert whys(server, "AS-REQ")[-1].startswith(
        f"KDC_ERR_CLIENT_REVOKED: {words}")


def test_a_client_that_leaves_before_its_answer(serve, tmp_path):
    """As the journal's page says: broken, over TCP."""
    path = tmp_path / "late.yaml"
    path.write_text("lyncmock: 1\nsteps:\n  - at: kdc.as\n"
                    "    do: {delay: 200ms}\n")
    server = serve(path)
    client = Client(server, libdefaults={"udp_preference_limit": "1"})
    port = int(server.ready["kdc"])
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(frame(as_req(server)))
    client.kinit()
    entries = {entry["id"]: entry for entry in kdc_entries(server, "AS-REQ")}
    assert entries[1]["outcome"] == "broken"
    assert entries[2]["outcome"] == "whole"


def as_req(server):
    """An AS-REQ as kinit wrote it, from a relay that throws it away."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        config = server.folder / "trap.conf"
        realm = server.domain.upper()
        config.write_text(
            f"[libdefaults]\ndefault_realm = {realm}\nudp_preference_limit = 1\n"
            f"dns_lookup_kdc = false\n[realms]\n{realm} = {{\n"
            f"kdc = 127.0.0.1:{trap.getsockname()[1]}\n}}\n")
        kinit = subprocess.Popen(
            ["kinit", f"alice@{realm}"], stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env={"KRB5_CONFIG": str(config), "PATH": "/usr/bin:/bin",
                 "KRB5CCNAME": f"FILE:{server.folder}/trap-cc"})
        try:
            peer = trap.accept()[0]
            with peer:
                taken = b""
                while len(taken) < 4 or len(taken) < 4 + struct.unpack(
                        ">I", taken[:4])[0]:
                    taken += peer.recv(65536)
        finally:
            kinit.kill()
            kinit.communicate()
    return taken[4:]
