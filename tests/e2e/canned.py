"""A server that answers what a test tells it to: nothing of lyncmock is in it.

Its documents are typed in from docs/protocol, so that a client that signs in
here has been proven by something that we did not write in C.
"""

import base64
import datetime
import http.server
import ipaddress
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DOMAIN = "fabrikam.test"
DISCOVER = f"https://lyncdiscover.{DOMAIN}"
WEB = f"https://lyncweb.{DOMAIN}"
USER = WEB + "/Autodiscover/AutodiscoverService.svc/root/user"
TICKETS = WEB + "/WebTicket/WebTicketService.svc"

XML = "application/vnd.microsoft.rtc.autodiscover+xml; v=1"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
WSSE = ("http://docs.oasis-open.org/wss/2004/01/"
        "oasis-200401-wss-wssecurity-secext-1.0.xsd")
WSU = WSSE.replace("secext", "utility")
AF = "urn:component:Microsoft.Rtc.WebAuthentication.2010"


def write_certificate(folder, *names):
    """A self-signed certificate and its key; both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "canned")])
    now = datetime.datetime.utcnow()
    hosts = [x509.DNSName(host) for host in names]
    hosts.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256()))
    cert_file, key_file = folder / "canned.pem", folder / "canned.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return cert_file, key_file


class Request:
    def __init__(self, handler, secure):
        self.method = handler.command
        self.host = handler.headers.get("Host", "").split(":")[0]
        self.path = handler.path
        self.headers = handler.headers
        self.connection = id(handler.connection)
        size = int(handler.headers.get("Content-Length", 0))
        self.body = handler.rfile.read(size).decode()
        self.url = f"{'https' if secure else 'http'}://{self.host}{self.path}"

    def __repr__(self):
        return f"<{self.method} {self.url}>"


class Canned:
    """answer(request) -> (status, {header: value}, body); bytes or text."""

    def __init__(self, folder, answer):
        self.requests = []
        self.answer = answer
        self.ca_file, key = write_certificate(
            folder, f"*.{DOMAIN}", "*.elsewhere.test")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key)
        self.https_server = self._start(context)
        self.http_server = self._start(None)
        self.https = self.https_server.server_address[1]
        self.http = self.http_server.server_address[1]

    def _start(self, context):
        canned = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def log_message(self, *args):
                pass

            def do_GET(self):
                request = Request(self, context is not None)
                canned.requests.append(request)
                status, headers, body = canned.answer(request)
                if isinstance(body, str):
                    body = body.encode()
                self.send_response(status)
                for name, value in headers.items():
                    for one in value if isinstance(value, list) else [value]:
                        self.send_header(name, one)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass

        class Server(http.server.ThreadingHTTPServer):
            def finish_request(self, request, client_address):
                if context:
                    try:
                        request = context.wrap_socket(request,
                                                      server_side=True)
                    except OSError:
                        return
                super().finish_request(request, client_address)

            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,),
                         daemon=True).start()
        return server

    def where(self):
        """Options of the probe that lead here."""
        return ["--connect", f"127.0.0.1:{self.https}:{self.http}",
                "--ca", self.ca_file]

    def asked(self, part):
        return [request for request in self.requests if part in request.url]

    def stop(self):
        for server in (self.https_server, self.http_server):
            server.shutdown()
            server.server_close()


# --- documents, by hand ------------------------------------------------------

def xml(inside, location="External"):
    return (200, {"Content-Type": XML},
            '<?xml version="1.0" encoding="utf-8"?>\n<AutodiscoverResponse '
            f'AccessLocation="{location}">{inside}</AutodiscoverResponse>')


def link(token, href):
    return f'<Link token="{token}" href="{href}"/>'


def root(user=USER):
    return xml("<Root>" + link("Domain", WEB + "/domain")
               + link("User", user) + "</Root>")


def redirect(href):
    return xml(f"<Root>{link('Redirect', href)}</Root>")


def user():
    return xml('<User><SipClientInternalAccess fqdn="pool01.fabrikam.test" '
               'port="5061"/><SipClientExternalAccess '
               'fqdn="edge.fabrikam.test" port="443"/>'
               + link("Ucwa", WEB + "/ucwa/v1/applications")
               + link("Self", USER) + "</User>")


def challenge(tickets=TICKETS):
    return 401, {"X-MS-WebTicketURL": tickets, "Content-Type": "text/html"}, ""


def port(name, address, assertion):
    """(policy, binding, port) of one port."""
    return (
        f'<wsp:Policy wsu:Id="{name}_policy"><wsp:ExactlyOne><wsp:All>'
        f'{assertion}</wsp:All></wsp:ExactlyOne></wsp:Policy>',
        f'<wsdl:binding name="{name}" type="tns:IWebTicketService">'
        f'<wsp:PolicyReference URI="#{name}_policy"/></wsdl:binding>',
        f'<wsdl:port name="{name}" binding="tns:{name}">'
        f'<soap:address location="{address}"/></wsdl:port>')


NEGOTIATE = ('<http:NegotiateAuthentication xmlns:http='
             '"http://schemas.microsoft.com/ws/06/2004/policy/http"/>')
SP = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
USERNAME = (f'<sp:SignedSupportingTokens xmlns:sp="{SP}"><wsp:Policy>'
            "<sp:UsernameToken/></wsp:Policy></sp:SignedSupportingTokens>")


def wsdl(*ports):
    policies, bindings, services = zip(*ports)
    return (200, {"Content-Type": "text/xml; charset=utf-8"},
            '<wsdl:definitions targetNamespace="http://tempuri.org/" '
            'xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
            'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
            'xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy" '
            f'xmlns:wsu="{WSU}" xmlns:tns="http://tempuri.org/">'
            + "".join(policies) + "".join(bindings)
            + '<wsdl:service name="WebTicketService">' + "".join(services)
            + "</wsdl:service></wsdl:definitions>")


BOTH_PORTS = wsdl(port("WebTicketServiceWinNegotiate", TICKETS, NEGOTIATE),
                  port("WebTicketServiceAuth", TICKETS + "/Auth", USERNAME))


def stamp(hours):
    time = datetime.datetime.utcnow() + datetime.timedelta(hours=hours)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def rstr(context, token, hours=8):
    return (200, {"Content-Type": "text/xml; charset=utf-8"},
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            "<s:Body><RequestSecurityTokenResponseCollection "
            f'xmlns="{TRUST}"><RequestSecurityTokenResponse '
            f'Context="{context}"><RequestedSecurityToken>{token}'
            f'</RequestedSecurityToken><Lifetime><Created xmlns="{WSU}">'
            f'{stamp(0)}</Created><Expires xmlns="{WSU}">{stamp(hours)}'
            "</Expires></Lifetime></RequestSecurityTokenResponse>"
            "</RequestSecurityTokenResponseCollection></s:Body></s:Envelope>")


def user_token(text):
    return f'<UserToken xmlns="{AF}">{text}</UserToken>'


def fault(number, reason):
    return (500, {"Content-Type": "text/xml; charset=utf-8"},
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<s:Body><s:Fault><faultcode xmlns:a="{WSSE}">'
            "a:FailedAuthentication</faultcode><faultstring>"
            f"{reason}</faultstring><detail><OCSDiagnosticsFault xmlns='{AF}'>"
            f"<Ms-Diagnostics-Fault><ErrorId>{number}</ErrorId><Reason>"
            f"{reason}</Reason></Ms-Diagnostics-Fault></OCSDiagnosticsFault>"
            "</detail></s:Fault></s:Body></s:Envelope>")


def between(text, before, after):
    return text.split(before, 1)[1].split(after, 1)[0]


def decoded(text):
    return base64.b64decode(text, validate=True).decode()
