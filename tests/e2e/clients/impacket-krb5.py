"""Signs in with python3-impacket's Kerberos, as its LDAP client does. See
../test_kerberos.py.

Arguments: account, password, realm, SPN, the KDC's port, "mutual" or "one-way",
and how many seconds its clock is ahead, if it is.
The password gets a ticket-granting ticket, to show that it can; the service
ticket is in the cache that KRB5CCNAME names, as that of kinit and kvno: MIT's
KDC wants a checksum in a TGS-REQ (RFC 4120 section 5.4.1), and impacket has none.
Prints the token in base64; a line with the server's token in base64 (or an
empty one) is answered by "mutual", if that proves the server.
"""

import base64
import datetime
import os
import socket
import sys

from impacket.krb5 import constants, kerberosv5
from impacket.krb5.asn1 import AP_REP, AP_REQ, TGS_REP, Authenticator, \
    EncAPRepPart, EncTGSRepPart, seq_set
from impacket.krb5.ccache import CCache
from impacket.krb5.kerberosv5 import getKerberosTGT
from impacket.krb5.types import KerberosTime, Principal, Ticket
from impacket.spnego import SPNEGO_NegTokenInit, SPNEGO_NegTokenResp, TypesMech
from pyasn1.codec.der import decoder, encoder
from pyasn1.type.univ import noValue

AUTHENTICATOR = 11  # key usages, RFC 4120 section 7.5.1
AP_REP_PART = 12


def lead_kdc_to(port):
    """The library knows no port but 88."""
    real = socket.getaddrinfo

    def getaddrinfo(host, asked, *args, **kwargs):
        return real(host, port if asked == 88 else asked, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def take_either_part():
    """MIT's KDC tags the encrypted part of an AS-REP as that of a TGS-REP; RFC
    4120 section 5.4.2 wants clients to take either, and this one does not."""
    kerberosv5.EncASRepPart = EncTGSRepPart


def ap_req(name, realm, tgs, cipher, key, now, mutual):
    ticket = Ticket()
    ticket.from_asn1(decoder.decode(tgs, asn1Spec=TGS_REP())[0]["ticket"])
    message = AP_REQ()
    message["pvno"] = 5
    message["msg-type"] = int(constants.ApplicationTagNumbers.AP_REQ.value)
    message["ap-options"] = constants.encodeFlags(
        [constants.APOptions.mutual_required.value] if mutual else [])
    seq_set(message, "ticket", ticket.to_asn1)
    who = Authenticator()
    who["authenticator-vno"] = 5
    who["crealm"] = realm
    seq_set(who, "cname", name.components_to_asn1)
    who["cusec"] = now.microsecond
    who["ctime"] = KerberosTime.to_asn1(now)
    message["authenticator"] = noValue
    message["authenticator"]["etype"] = cipher.enctype
    message["authenticator"]["cipher"] = cipher.encrypt(
        key, AUTHENTICATOR, encoder.encode(who), None)
    return encoder.encode(message)


def judge(answer, cipher, key, now):
    token = SPNEGO_NegTokenResp(answer)["ResponseToken"]
    message = decoder.decode(token, asn1Spec=AP_REP())[0]
    part = decoder.decode(
        cipher.decrypt(key, AP_REP_PART,
                       message["enc-part"]["cipher"].asOctets()),
        asn1Spec=EncAPRepPart())[0]
    assert int(part["cusec"]) == now.microsecond
    assert str(part["ctime"]) == KerberosTime.to_asn1(now)


def main():
    account, password, realm, spn, port, way, *ahead = sys.argv[1:]
    lead_kdc_to(int(port))
    take_either_part()
    name = Principal(account, type=constants.PrincipalNameType.NT_PRINCIPAL
                     .value)
    getKerberosTGT(name, password, realm, b"", b"", kdcHost="127.0.0.1")
    cache = CCache.loadFile(os.environ["KRB5CCNAME"].removeprefix("FILE:"))
    service = cache.getCredential(f"{spn}@{realm}", anySPN=False).toTGS()
    cipher, key = service["cipher"], service["sessionKey"]
    now = datetime.datetime.utcnow() + datetime.timedelta(
        seconds=int(ahead[0]) if ahead else 0)
    blob = SPNEGO_NegTokenInit()
    blob["MechTypes"] = [TypesMech["MS KRB5 - Microsoft Kerberos 5"]]
    blob["MechToken"] = ap_req(name, realm, service["KDC_REP"], cipher, key,
                               now, way == "mutual")
    print(base64.b64encode(blob.getData()).decode("ascii"), flush=True)
    answer = base64.b64decode(sys.stdin.readline())
    if answer:
        judge(answer, cipher, key, now)
        print("mutual")


main()
