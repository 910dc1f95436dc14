"""Bodies that are no SOAP, or no request for a ticket: each is refused at
once, with a reason, whoever has signed in to send it."""

import socket

import pytest

from clients import Curl
from harness import ISSUE, RST, TICKET_PATH, USER_PATH
from raw import Journal, Peer, remark_of, request, rules_of, until
from signin import ALICE, PASSWORD

SIZE_LIMIT = 256 * 1024
MEX_PATH = TICKET_PATH + "/mex"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
GOOD = RST.read_text().replace(
    "@APPLIES_TO@", "https://lyncweb.contoso.test" + USER_PATH)
CONTEXT = "1e2f3a4b-0000-4000-8000-0123456789ab"


def with_dtd(dtd, context=CONTEXT):
    return (GOOD.replace("?>", f"?>{dtd}", 1)
            .replace(CONTEXT, context).encode())


def in_body(text):
    return (f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{text}</s:Body>'
            "</s:Envelope>").encode()


def laughs():
    """A billion of them, if somebody expands the entity."""
    entities = "".join(
        f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return f'<!DOCTYPE l [<!ENTITY l0 "lol">{entities}]>'


def quadratic():
    """One entity of 50 KB, a thousand times."""
    return f'<!DOCTYPE l [<!ENTITY x "{"x" * 50000}">]>'


def up_to_the_limit(begin, filler, end=""):
    """As large as XML may be here, so that it is the parser that refuses."""
    room = SIZE_LIMIT - len(begin) - len(end)
    return (begin + filler * (room // len(filler)) + end).encode()


def numbered(begin, pattern, count, end):
    return (begin + "".join(pattern % n for n in range(count)) + end).encode()


NO_XML = "soap.xml"
NO_ENVELOPE = "soap.envelope"
NO_REQUEST = "soap.fault"

# What it is, its bytes, and what the journal says of it: 400 for what is no
# envelope, 500 and a SOAP fault for an envelope with the wrong thing in it.
REFUSED = [
    ("nothing", b"", NO_XML, "no document"),
    ("white space", b" \r\n\t", NO_XML, "line"),
    ("text", b"hello", NO_XML, "line 1"),
    ("JSON", b'{"a": 1}', NO_XML, "line 1"),
    ("billion laughs", with_dtd(laughs(), "&l9;"), NO_XML, "document type"),
    ("quadratic blow-up", with_dtd(quadratic(), "&x;" * 1000), NO_XML,
     "document type"),
    ("DTD", with_dtd("<!DOCTYPE l>"), NO_XML, "document type"),
    ("entity that is not declared", with_dtd("", "&l;"), NO_XML, "line"),
    ("processing instruction", with_dtd("<?php evil ?>"), NO_XML,
     "processing instruction"),
    ("100,000 levels", b"<a>" * 40000 + b"</a>" * 40000, NO_XML, "larger"),
    ("levels up to the limit", up_to_the_limit("", "<a>"), NO_XML, "deeper"),
    ("65 levels", b"<a>" * 65 + b"</a>" * 65, NO_XML, "deeper"),
    ("20,000 attributes", numbered("<a ", 'a%d="" ', 20000, "/>"), NO_XML,
     "more elements and attributes"),
    ("10,000 namespaces", numbered("<a ", 'xmlns:a%d="u" ', 10001, "/>"),
     NO_XML, "more elements and attributes"),
    ("20,000 elements", up_to_the_limit("<a>", "<b/>", "</a>"), NO_XML,
     "more elements and attributes"),
    ("20,000 comments", up_to_the_limit("<a>", "<!---->", "</a>"), NO_XML,
     "more elements and attributes"),
    ("one long name", up_to_the_limit("<", "a", "/>"), NO_XML, ""),
    ("one long value", up_to_the_limit('<a b="', "c", '"/>'), NO_ENVELOPE,
     "no SOAP"),
    ("one long text", in_body(" " * 200000), NO_REQUEST, "InvalidRequest"),
    ("1 MiB of noise", bytes(n * 7919 % 251 for n in range(1 << 20)), NO_XML,
     "larger"),
    ("noise up to the limit", bytes(n * 7919 % 251
                                    for n in range(SIZE_LIMIT)), NO_XML, ""),
    ("NULs", b"\0" * 1000, NO_XML, ""),
    ("opening brackets", up_to_the_limit("", "<"), NO_XML, "line 1"),
    ("ampersands", up_to_the_limit("<a>", "&"), NO_XML, "line 1"),
    ("NUL in it", GOOD.replace(CONTEXT, "\0").encode(), NO_XML, "line"),
    ("control character", GOOD.replace(CONTEXT, "&#1;").encode(), NO_XML,
     "line"),
    ("character beyond Unicode", GOOD.replace(CONTEXT, "&#99999999;").encode(),
     NO_XML, "line"),
    ("ISO-8859-1 that is not declared", GOOD.replace(
        CONTEXT, "j\xf6rg").encode("latin-1"), NO_XML, "UTF-8"),
    ("half a character", GOOD.encode().replace(b"Issue<", b"\xc3<"), NO_XML,
     "UTF-8"),
    ("encoding that nobody knows", GOOD.replace("utf-8", "x-klingon").encode(),
     NO_XML, "encoding"),
    ("EBCDIC", GOOD.replace("utf-8", "ebcdic-cp-us").encode("cp500"), NO_XML,
     ""),
    ("attribute twice", GOOD.replace(
        "Context=", 'Context="" Context=').encode(), NO_XML, "Context"),
    ("prefix that is not declared", in_body("<q:x/>"), NO_XML, "q"),
    ("two documents", in_body("") * 2, NO_XML, "line"),
    ("text behind it", GOOD.encode() + b"text", NO_XML, "line"),
    ("wrong namespace", GOOD.replace(SOAP, "urn:soap").encode(), NO_ENVELOPE,
     "no SOAP"),
    ("no namespace", b"<Envelope><Body/></Envelope>", NO_ENVELOPE, "no SOAP"),
    ("HTML", b"<html><body/></html>", NO_ENVELOPE, "no SOAP"),
    ("no Body", f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(), NO_ENVELOPE,
     "no Body"),
    ("two Bodies", GOOD.replace("</s:Envelope>",
                                "<s:Body/></s:Envelope>").encode(),
     NO_ENVELOPE, "two"),
    ("two Headers", GOOD.replace(
        "<s:Body>", "<s:Header/><s:Header/><s:Body>").encode(), NO_ENVELOPE,
     "two"),
    ("stray element", GOOD.replace("<s:Body>", "<s:Tail/><s:Body>").encode(),
     NO_ENVELOPE, "neither"),
    ("empty Body", in_body(""), NO_REQUEST, "InvalidRequest"),
    ("another Body", in_body("<x/>"), NO_REQUEST, "InvalidRequest"),
    ("XInclude", in_body('<x:include xmlns:x="http://www.w3.org/2001/XInclude"'
                         ' parse="text" href="file:///etc/passwd"/>'),
     NO_REQUEST, "InvalidRequest"),
    ("entropy that is no base64", GOOD.replace("AAEC", "%%%%").encode(),
     NO_REQUEST, "BinarySecret"),
    ("entropy of 90 KB", GOOD.replace("AAEC", "AAEC" * 30000).encode(),
     NO_REQUEST, "BinarySecret"),
    ("key of 10^11 bits", GOOD.replace(
        "<wst:KeyType>", "<wst:KeySize>100000000000</wst:KeySize>"
        "<wst:KeyType>").encode(), NO_REQUEST, "KeySize"),
    ("key of -8 bits", GOOD.replace(
        "<wst:KeyType>", "<wst:KeySize>-8</wst:KeySize><wst:KeyType>"
    ).encode(), NO_REQUEST, "KeySize"),
]

# Unusual, but right.
TAKEN = [
    ("as it is", GOOD.encode()),
    ("byte order mark", b"\xef\xbb\xbf" + GOOD.encode()),
    ("CDATA", GOOD.replace("https://lyncweb.contoso.test" + USER_PATH,
                           "<![CDATA[https://lyncweb.contoso.test]]>"
                           + USER_PATH).encode()),
    ("UTF-16", GOOD.replace("utf-8", "utf-16").encode("utf-16")),
    ("ISO-8859-1", GOOD.replace("utf-8", "iso-8859-1")
     .replace(CONTEXT, "j\xf6rg").encode("latin-1")),
    ("no declaration", GOOD.partition("?>")[2].strip().encode()),
    ("context of 200 KB", GOOD.replace(CONTEXT, "x" * 200000).encode()),
    ("header that nobody knows", GOOD.replace(
        "<s:Body>", '<s:Header><x xmlns="urn:x"/></s:Header><s:Body>'
    ).encode()),
]


# SOAP forbids both by name.
RULE_OF = {"document type": "WT-002", "processing instruction": "WT-003"}
# How curl asks and signs in is another matter.
OF_MESSAGES = ("WT-", "SO-", "WS-", "RS-", "TK-")
# All the bodies are one request, on one server.
REPEATED = {"TK-013", "WT-032", "WT-038"}


def post(server, body):
    """POSTs it as alice, who may; what she got, and the journal's entry."""
    file = server.folder / "body.xml"
    file.write_bytes(body)
    journal = Journal(server)
    reply = Curl(server, "--ntlm", "--data-binary", f"@{file}").send(
        "POST", server.url("lyncweb", TICKET_PATH),
        {"Content-Type": "text/xml", "SOAPAction": f'"{ISSUE}"',
         "Expect": ""}, None, ALICE, PASSWORD)
    entry, = until("alice's request", lambda: [
        entry for entry in journal.entries()
        if (entry["operation"], entry["user"]) == ("webticket.issue", "alice")
    ])
    assert entry["request"]["raw_size"] > len(body)
    return reply, entry


@pytest.mark.parametrize("body,key,words", [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])
def test_refused(sturdy, body, key, words):
    reply, entry = post(sturdy, body)
    assert reply.status == (500 if key == NO_REQUEST else 400)
    assert b"Assertion" not in reply.body
    assert b"root:" not in reply.body
    assert words in remark_of(entry, key)
    if key == NO_REQUEST:
        assert "Fault>" in reply.text
    else:
        assert rules_of(entry, *OF_MESSAGES) == [RULE_OF.get(words, "WT-001")]
        assert words in entry["findings"][0]["text"]


@pytest.mark.parametrize("body", [row[1] for row in TAKEN],
                         ids=[row[0] for row in TAKEN])
def test_taken(sturdy, body):
    reply, entry = post(sturdy, body)
    assert reply.status == 200
    assert b"<saml:Assertion" in reply.body
    assert set(rules_of(entry, *OF_MESSAGES)) <= REPEATED


# --- nothing is fetched -----------------------------------------------------

@pytest.mark.parametrize("dtd", [
    '<!DOCTYPE l [<!ENTITY x SYSTEM "{url}">]>',
    '<!DOCTYPE l [<!ENTITY % p SYSTEM "{url}"> %p;]>',
    '<!DOCTYPE l SYSTEM "{url}">',
    '<!DOCTYPE l PUBLIC "-//x//y" "{url}">',
], ids=["entity", "parameter entity", "system", "public"])
@pytest.mark.parametrize("where", ["file", "network"])
def test_external_entity(sturdy, tmp_path, dtd, where):
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY x "a well kept secret">')
    with socket.create_server(("127.0.0.1", 0)) as lure:
        lure.setblocking(False)
        urls = {"file": secret.as_uri(), "network":
                f"http://127.0.0.1:{lure.getsockname()[1]}/secret.dtd"}
        reply, entry = post(sturdy, with_dtd(
            dtd.replace("{url}", urls[where]), "&x;"))
        with pytest.raises(BlockingIOError):
            lure.accept()
    assert reply.status == 400
    assert "well kept" not in reply.text
    assert "well kept" not in str(entry)
    assert "document type" in remark_of(entry, NO_XML)


# --- cut anywhere -----------------------------------------------------------

def test_cut_anywhere(sturdy):
    """On one connection; the metadata service reads the same envelopes and
    asks nobody to sign in."""
    whole = (f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Header>'
             '<a:Action xmlns:a="http://www.w3.org/2005/08/addressing">'
             "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>"
             "</s:Header><s:Body/></s:Envelope>").encode()
    journal = Journal(sturdy)
    with Peer(sturdy, tls=True) as peer:
        for size in range(len(whole)):
            reply = peer.ask(request("POST", peer.host, MEX_PATH,
                                     "Content-Type: text/xml",
                                     body=whole[:size]))
            assert reply.status == 400, whole[:size]
        reply = peer.ask(request("POST", peer.host, MEX_PATH,
                                 "Content-Type: text/xml", body=whole))
        assert reply.status == 200
        entries = journal.of(peer, len(whole) + 1)
    assert {tuple(rules_of(entry, *OF_MESSAGES))
            for entry in entries[:-1]} == {("WT-001",)}
    assert rules_of(entries[-1], *OF_MESSAGES) == []


@pytest.mark.parametrize("content_type", [
    "text/xml; charset=\xff", "application/octet-stream", "", "a" * 60000,
    'application/soap+xml; action="' + "x" * 1000,
    ";" * 1000, '"' * 1001,
])
def test_content_type(sturdy, content_type):
    with Peer(sturdy, tls=True) as peer:
        reply = peer.ask(request(
            "POST", peer.host, MEX_PATH, f"Content-Type: {content_type}",
            body=in_body("")))
        assert reply.status == 500
        assert "ActionNotSupported" in reply.text
