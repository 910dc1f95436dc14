"""Unmodified clients, each behind the same method.

    send(method, url, headers, body=None, account=None, password=None)

answers with a harness.Answer. With an account the client signs in by its own
means; without one it just asks. What is ours here only leads the world's
names to the server under test and trusts its CA.
"""

import base64
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
from urllib.parse import urlsplit

from harness import PATIENCE, Answer, clean_environment

FOLDER = pathlib.Path(__file__).resolve().parent / "clients"
ADDRESS = "127.0.0.1"


def tool(name, package):
    """The path of a program that a test cannot do without."""
    path = shutil.which(name)
    assert path, f"{name} is missing: apt-get install {package}, or ./dev test"
    return path


class Curl:
    """curl; args say how it authenticates, `always` what else it is."""

    def __init__(self, server, *args, always=(), env=None):
        self.server = server
        self.args = args
        self.always = list(always)
        self.env = env

    def send(self, method, url, headers, body=None, account=None,
             password=None):
        args = list(self.always)
        if body is None and method != "GET":
            args += ["-X", method]
        for name, value in headers.items():
            args += ["-H", f"{name}: {value}"]
        if body is not None:
            file = self.server.folder / "curl.request"
            file.write_text(body)
            args += ["--data-binary", f"@{file}"]
        if account is not None:
            args += [*self.args, "-u", f"{account}:{password}"]
        return self.server.curl(url, *args, env=self.env)


class Program:
    """A client that is a program of its own: clients/ has a few lines that
    read what to do from standard input, as JSON, and write what came."""

    def __init__(self, server, *command, env=None):
        self.server = server
        self.command = [str(word) for word in command]
        self.env = env

    def send(self, method, url, headers, body=None, account=None,
             password=None):
        job = {"method": method, "url": url, "headers": headers,
               "body": body or "", "account": account, "password": password,
               "address": ADDRESS, "ca_file": self.server.ca_file}
        done = subprocess.run(
            self.command, env=clean_environment(self.server.folder, self.env),
            input=json.dumps(job).encode(), capture_output=True,
            cwd=self.server.folder, timeout=PATIENCE)
        assert done.returncode == 0, (
            f"{self.command}: {done.returncode}\n"
            + done.stderr.decode(errors="replace"))
        result = json.loads(done.stdout)
        return Answer(result["status"],
                      [tuple(field) for field in result["headers"]],
                      base64.b64decode(result["body"]))


class Connection(http.client.HTTPSConnection):
    """A kept connection to a name of the world."""

    def __init__(self, server, host):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(server.ca_file)
        super().__init__(server.name(host), server.https, timeout=PATIENCE,
                         context=context)
        self.context = context

    def connect(self):
        plain = socket.create_connection((ADDRESS, self.port), PATIENCE)
        self.sock = self.context.wrap_socket(plain, server_hostname=self.host)

    def certificate(self):
        if self.sock is None:
            self.connect()
        return self.sock.getpeercert(binary_form=True)

    def ask(self, method, url, headers, body=None):
        parts = urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        self.request(method, target,
                     headers={"User-Agent": "http.client", **headers},
                     body=body and body.encode())
        answer = self.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())


def token_of(answer, scheme):
    """The token that an answer carries for this scheme; None: none."""
    for value in answer.headers("WWW-Authenticate"):
        name, _, token = value.partition(" ")
        if name.lower() == scheme.lower() and token:
            return base64.b64decode(token, validate=True)
    return None


class Carrier:
    """Carries the tokens of a library that knows no HTTP.

    begin(account, password, connection) returns what makes the tokens:
    step(None) the first, then step(token) the answer to the server's token.
    end(accepted, token) hears how it went, and gets the token that came with
    success, if there was one.
    """

    def __init__(self, server, scheme, begin):
        self.server = server
        self.scheme = scheme
        self.begin = begin

    def send(self, method, url, headers, body=None, account=None,
             password=None):
        host = urlsplit(url).hostname.partition(".")[0]
        connection = Connection(self.server, host)
        try:
            if account is None:
                return connection.ask(method, url, headers, body)
            maker = self.begin(account, password, connection)
            return self.shake_hands(connection, maker, method, url, headers,
                                    body)
        finally:
            connection.close()

    def shake_hands(self, connection, maker, method, url, headers, body):
        token = None
        while True:
            answer = connection.ask(
                method, url,
                {**headers, **self.credentials(maker.step(token))}, body)
            token = token_of(answer, self.scheme)
            if answer.status != 401 or token is None:
                maker.end(answer.status == 200, token)
                return answer

    def credentials(self, token):
        text = base64.b64encode(token).decode("ascii")
        return {"Authorization": f"{self.scheme} {text}"}


class TokenProgram:
    """Tokens out of a program: base64 lines in, base64 lines out. An empty
    line asks for the first token; at the end of input the program ends, with
    0 if it holds the handshake for complete."""

    def __init__(self, server, *command, env=None):
        self.process = subprocess.Popen(
            [str(word) for word in command],
            env=clean_environment(server.folder, env), cwd=server.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def step(self, token):
        stdin = self.process.stdin
        stdin.write(base64.b64encode(token or b"").decode("ascii") + "\n")
        stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(PATIENCE)
            raise AssertionError(self.process.stderr.read())
        return base64.b64decode(line)

    def end(self, accepted, token):
        last = base64.b64encode(token).decode("ascii") + "\n" if token else ""
        out, err = self.process.communicate(last, PATIENCE)
        assert out == ""
        assert not accepted or self.process.returncode == 0, err
