"""Makes tokens with python3-gssapi. See TokenProgram in ../clients.py.

Arguments: SPNEGO or raw NTLM, account, host, and the application data of the
channel bindings in hexadecimal ("" for none). Passwords come from the file
that NTLM_USER_FILE names.
"""

import base64
import sys

import gssapi
from gssapi.raw import ChannelBindings

MECHANISMS = {
    "spnego": gssapi.OID.from_int_seq("1.3.6.1.5.5.2"),
    "ntlm": gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10"),
}


def context_for(mechanism, account, host, bindings):
    # Without credentials of its own SPNEGO takes the mechanisms that have
    # some: NTLM alone, as there is no Kerberos.
    name = gssapi.Name(account, gssapi.NameType.user)
    return gssapi.SecurityContext(
        name=gssapi.Name(f"HTTP@{host}", gssapi.NameType.hostbased_service),
        creds=gssapi.Credentials(name=name, usage="initiate",
                                 mechs=[MECHANISMS[mechanism]]),
        mech=MECHANISMS[mechanism],
        flags=gssapi.RequirementFlag.integrity,
        channel_bindings=bindings, usage="initiate")


def main():
    mechanism, account, host, data = sys.argv[1:]
    bindings = None
    if data:
        bindings = ChannelBindings(application_data=bytes.fromhex(data))
    context = context_for(mechanism, account, host, bindings)
    for line in sys.stdin:
        token = context.step(base64.b64decode(line) or None)
        if token:
            print(base64.b64encode(token).decode("ascii"), flush=True)
    if not context.complete:
        sys.exit("the context is not complete")


main()
