"""Makes tokens with python3-gssapi over MIT's Kerberos. See ../kerberos.py.

Arguments: spnego, krb5 with nothing around it, or spnego:ntlm,krb5 for SPNEGO
with these mechanisms in this order; the name (HTTP@host), flags with commas
between, and the application data of the channel bindings in hexadecimal (""
for none). A line with the server's token in base64 (an empty one at first)
is answered by a line of JSON: the token that the context makes of it, whether
it is complete, what it has become, and, where it fails, what the library says.
"""

import base64
import json
import sys

import gssapi
from gssapi.raw import ChannelBindings, set_neg_mechs

MECHANISMS = {
    "spnego": gssapi.OID.from_int_seq("1.3.6.1.5.5.2"),
    "krb5": gssapi.OID.from_int_seq("1.2.840.113554.1.2.2"),
    "ntlm": gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10"),
}
FLAGS = {
    "mutual": gssapi.RequirementFlag.mutual_authentication,
    "integrity": gssapi.RequirementFlag.integrity,
    "delegate": gssapi.RequirementFlag.delegate_to_peer,
    "sequence": gssapi.RequirementFlag.out_of_sequence_detection,
}


def failure(error):
    """Texts and numbers of both statuses."""
    return {
        "error": error.get_all_statuses(error.min_code, False)
        if error.min_code else [],
        "major": error.get_all_statuses(error.maj_code, True),
        "minor_code": error.min_code,
    }


def credentials(listed):
    """Those of the user's, for these mechanisms alone; None: as they come."""
    if not listed:
        return None
    held = gssapi.Credentials(usage="initiate", mechs=[MECHANISMS["spnego"]])
    set_neg_mechs(held, [MECHANISMS[name] for name in listed.split(",")])
    return held


def main():
    mechanism, name, flags, data = sys.argv[1:]
    bindings = None
    if data:
        bindings = ChannelBindings(application_data=bytes.fromhex(data))
    mechanism, _, listed = mechanism.partition(":")
    context = None
    for line in sys.stdin:
        told = {"token": "", "complete": False}
        try:
            if context is None:
                context = gssapi.SecurityContext(
                    name=gssapi.Name(name,
                                     gssapi.NameType.hostbased_service),
                    mech=MECHANISMS[mechanism], creds=credentials(listed),
                    flags=[FLAGS[flag] for flag in flags.split(",") if flag],
                    channel_bindings=bindings, usage="initiate")
            token = context.step(base64.b64decode(line) or None)
            told["token"] = base64.b64encode(token or b"").decode("ascii")
            told["complete"] = context.complete
            if context.complete:
                told["flags"] = int(context.actual_flags)
                told["initiator"] = str(context.initiator_name)
                told["target"] = str(context.target_name)
                told["mechanism"] = context.mech.dotted_form
        except gssapi.exceptions.GSSError as error:
            told.update(failure(error))
        print(json.dumps(told), flush=True)


main()
