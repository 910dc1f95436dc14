#!/bin/sh
# Signs in with curl, as a Lync client does: a stand-in for the client that you
# test. All it knows is what `lyncmock run` puts into its environment, so it
# needs no port, no certificate and no hosts file:
#
#     lyncmock run good/pc-external-ntlm -- ./sign-in.sh
#
# Exit code 0: signed in. Needs curl with NTLM, and nothing else.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# -q: no ~/.curlrc; -f: an answer of 400 and more is a failure.
ask()
{
    curl -q -fsS --max-time 20 "$@"
}

fail()
{
    echo "sign-in: $*" >&2
    exit 1
}

# link_of TOKEN FILE: where a link of an Autodiscover answer leads.
link_of()
{
    sed -n "s|.*<Link token=\"$1\" href=\"\([^\"]*\)\".*|\1|p" "$2"
}

accept='Accept: application/vnd.microsoft.rtc.autodiscover+xml;v=1'

# 1. Root: the domain says where its User resource is.
ask -H "$accept" -o "$folder/root.xml" \
    "${LYNC_DISCOVER_URL}?sipuri=${LYNC_SIP_URI#sip:}"
user=$(link_of User "$folder/root.xml")
[ -n "$user" ] || fail "the Root answer has no User link"

# 2. User wants a web ticket: 401, and it says who issues them.
status=$(curl -q -sS --max-time 20 -H "$accept" -o "$folder/401.html" \
    -D "$folder/401.head" -w '%{http_code}' "$user")
[ "$status" = 401 ] || fail "User without a ticket: $status"
tickets=$(sed -n 's/^X-MS-WebTicketURL: *\([^ ]*\)\r$/\1/pI' \
    "$folder/401.head")
[ -n "$tickets" ] || fail "the 401 does not say where tickets are"

# 3. Metadata: the address of the port for Windows authentication.
ask -o "$folder/mex.xml" "$tickets/mex"
port=$(tr '<' '\n' <"$folder/mex.xml" |
    sed -n '/wsdl:port .*name="WebTicketServiceWinNegotiate"/,/wsdl:port>/p' |
    sed -n 's/.*address location="\([^"]*\)".*/\1/p')
[ -n "$port" ] || fail "the metadata has no port WebTicketServiceWinNegotiate"

# 4. A web ticket, over NTLM. Context and secret are new each time.
new_id=$(cat /proc/sys/kernel/random/uuid)
secret=$(head -c 32 /dev/urandom | base64)
cat >"$folder/rst.xml" <<END
<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
  <s:Body>
    <wst:RequestSecurityToken Context="$new_id"
        xmlns:wst="http://docs.oasis-open.org/ws-sx/ws-trust/200512">
      <wst:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</wst:TokenType>
      <wst:RequestType>http://schemas.xmlsoap.org/ws/2005/02/trust/Issue</wst:RequestType>
      <wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy">
        <wsa:EndpointReference
            xmlns:wsa="http://www.w3.org/2005/08/addressing">
          <wsa:Address>$user</wsa:Address>
        </wsa:EndpointReference>
      </wsp:AppliesTo>
      <wst:Entropy>
        <wst:BinarySecret>$secret</wst:BinarySecret>
      </wst:Entropy>
      <wst:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey</wst:KeyType>
    </wst:RequestSecurityToken>
  </s:Body>
</s:Envelope>
END
ask --ntlm -u "$LYNC_ACCOUNT:$LYNC_PASSWORD" \
    -H 'Content-Type: text/xml; charset=utf-8' \
    -H 'SOAPAction: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue"' \
    --data-binary "@$folder/rst.xml" -o "$folder/rstr.xml" "$port"
# It goes back byte for byte, in base64.
ticket=$(tr '\n' '\001' <"$folder/rstr.xml" |
    grep -o '<saml:Assertion.*</saml:Assertion>' | tr -d '\n' |
    tr '\001' '\n' | base64 | tr -d '\n')
[ -n "$ticket" ] || fail "the answer has no ticket"

# 5. User, with the ticket.
ask -H "$accept" -H "X-MS-WebTicket: opaque=$ticket" \
    -o "$folder/user.xml" "$user"
next=$(link_of External/Autodiscover "$folder/user.xml")
[ -n "$next" ] || fail "the User answer has no link to Autodiscover"
echo "$LYNC_SIP_URI signed in"
