"""What the server sends in Negotiate is DER of the documents' ASN.1, to the
byte: pyasn1 and impacket, which are not ours, read it by RFC 4178 section 4.2,
RFC 4121 section 4.1 and RFC 4120, and write the same bytes again."""

import pytest
from impacket.krb5.asn1 import AP_REP, KRB_ERROR
from pyasn1.codec.der import decoder, encoder
from pyasn1.type import namedtype, namedval, tag, univ

from kerberos import Client, needs_kerberos
from signin import ask

pytestmark = needs_kerberos

KRB5 = univ.ObjectIdentifier("1.2.840.113554.1.2.2")
AP_REP_TOKEN, ERROR_TOKEN = b"\x02\x00", b"\x03\x00"


def explicit(number, kind):
    return kind.subtype(explicitTag=tag.Tag(
        tag.tagClassContext, tag.tagFormatConstructed, number))


class NegTokenResp(univ.Sequence):
    """RFC 4178 section 4.2.2"""
    componentType = namedtype.NamedTypes(
        namedtype.OptionalNamedType("negState", explicit(0, univ.Enumerated(
            namedValues=namedval.NamedValues(
                ("accept-completed", 0), ("accept-incomplete", 1),
                ("reject", 2), ("request-mic", 3))))),
        namedtype.OptionalNamedType("supportedMech",
                                    explicit(1, univ.ObjectIdentifier())),
        namedtype.OptionalNamedType("responseToken",
                                    explicit(2, univ.OctetString())),
        namedtype.OptionalNamedType("mechListMIC",
                                    explicit(3, univ.OctetString())))


class KerbErrorData(univ.Sequence):
    """[MS-KILE] 2.2.2; impacket has no OPTIONAL there."""
    componentType = namedtype.NamedTypes(
        namedtype.NamedType("data-type", explicit(1, univ.Integer())),
        namedtype.OptionalNamedType("data-value",
                                    explicit(2, univ.OctetString())))


RESPONSE = explicit(1, NegTokenResp())


def strict(spec, data):
    """What it says; the same bytes come of it, and none is left over."""
    value, rest = decoder.decode(data, asn1Spec=spec)
    assert rest == b""
    assert encoder.encode(value) == data
    return value


def unframed(token, token_id):
    """RFC 4121 section 4.1: [APPLICATION 0] { OID, TOK_ID, message }"""
    oid = encoder.encode(KRB5)
    assert token[0] == 0x60
    size = len(oid) + 2
    long_form = token[1] & 0x7f if token[1] & 0x80 else 0
    length = (int.from_bytes(token[2:2 + long_form], "big") if long_form
              else token[1])
    inner = token[2 + long_form:]
    assert len(inner) == length
    # The shortest form that there is (X.690 section 10.1).
    assert long_form == (0 if length < 128 else (length.bit_length() + 7) // 8)
    assert inner[:size] == oid + token_id
    return inner[size:]


@pytest.fixture
def play(serve, tmp_path):
    def start(text=""):
        path = tmp_path / "play.yaml"
        path.write_text("lyncmock: 1\nname: play\n" + text)
        client = Client(serve(path))
        client.kinit()
        return client.server, client

    return start


def response(token):
    return strict(RESPONSE, token)


@pytest.mark.parametrize("etypes", ["aes256", "aes128", "rc4"])
def test_an_ap_rep(play, etypes):
    server, client = play(f"world: {{krb5: {{etypes: {etypes}}}}}\n")
    gss = client.gss()
    assert ask(gss, server).status == 200
    said = response(gss.got[0])
    assert said["negState"] == 0
    assert said["supportedMech"] == KRB5
    reply = strict(AP_REP(), unframed(bytes(said["responseToken"]),
                                      AP_REP_TOKEN))
    assert (int(reply["pvno"]), int(reply["msg-type"])) == (5, 15)


def test_an_ap_rep_with_nothing_around(play):
    server, client = play()
    gss = client.gss("krb5")
    assert ask(gss, server).status == 200
    strict(AP_REP(), unframed(gss.got[0], AP_REP_TOKEN))


@pytest.mark.parametrize("world,code", [
    ("clock: +6m", 37), ("clock: -6m", 33), ("wrong-key: yes", 41),
    ("channel-binding: require", 60)])
def test_an_error(play, world, code):
    server, client = play(f"world: {{krb5: {{{world}}}}}\n")
    gss = client.gss()
    assert ask(gss, server).status == 401
    said = response(gss.got[0])
    error = strict(KRB_ERROR(), unframed(bytes(said["responseToken"]),
                                         ERROR_TOKEN))
    assert (int(error["msg-type"]), int(error["error-code"])) == (30, code)
    assert str(error["realm"]) == "CONTOSO.TEST"
    assert [str(part) for part in error["sname"]["name-string"]] == [
        "HTTP", server.name("lyncweb")]
    if code == 37:
        # KERB_AP_ERR_TYPE_SKEW_RECOVERY
        data = strict(KerbErrorData(), bytes(error["e-data"]))
        assert int(data["data-type"]) == 2


def test_each_leg_with_signatures(play):
    server, client = play(
        "steps:\n  - {at: negotiate.init, do: {spnego: {mech: krb5}}}\n")
    users = server.folder / "ntlm-users"
    users.write_text("CONTOSO:alice:Passw0rd!\n")
    client.env["NTLM_USER_FILE"] = str(users)
    gss = client.gss("spnego:ntlm,krb5")
    assert ask(gss, server).status == 200
    first, second, last = [response(token) for token in gss.got]
    assert (first["negState"], first["supportedMech"]) == (3, KRB5)
    assert not first["responseToken"].isValue
    assert second["negState"] == 1
    assert last["negState"] == 0
    assert last["mechListMIC"].isValue or second["mechListMIC"].isValue
