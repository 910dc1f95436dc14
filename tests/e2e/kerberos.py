"""Kerberos clients that are not ours, against the server's own KDC: kinit,
kvno and klist, curl over MIT's GSS-API, and python3-gssapi.

A Client has an environment of its own: the krb5.conf that the server wrote,
a credential cache and a trace in the test's folder, and nothing of the
caller's. Nothing here may be imported where python3-kerberos is wanted, whose
module has the same name.

    client = Client(server)
    client.kinit("alice")                    # asserts that it works
    reply = client.curl(server.url("lyncweb", "/auth/negotiate"))
    said = client.kinit("alice", "wrong", fails=True)
    assert "Password incorrect" in said
    gss = client.gss(bindings="right")       # goes where clients.Curl goes
    answer = ask(gss, server)
    assert "Clock skew too great" in gss.said
"""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from clients import FOLDER, Connection, Curl, token_of, tool
from harness import PASSWORD, PATIENCE, clean_environment

# Where Debian keeps krb5kdc, which is in no user's PATH.
PROGRAMS = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def missing():
    """What this machine lacks for Kerberos; None: nothing."""
    for program, package in (("krb5kdc", "krb5-kdc"), ("kinit", "krb5-user")):
        if not shutil.which(program, path=PROGRAMS):
            return f"{program} is missing: apt-get install {package}"
    return None


# pytestmark = needs_kerberos, in a file whose tests all need it.
needs_kerberos = pytest.mark.skipif(missing() is not None,
                                    reason=missing() or "")


class Done:
    """What a program said, and how it ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.said = done.stdout + done.stderr

    def __contains__(self, words):
        return words in self.said

    def __repr__(self):
        return f"<{self.code}: {self.said}>"


class Client:
    """One user's machine: a cache of tickets, a configuration, a trace.

    libdefaults: what this machine has beyond the server's krb5.conf, such as
    {"permitted_enctypes": "aes256-cts"}; ours comes first, and counts.
    config: more of a krb5.conf, in sections.
    """

    made = 0

    def __init__(self, server, libdefaults=None, env=None, config=""):
        if missing():
            pytest.skip(missing())
        Client.made += 1
        self.server = server
        self.realm = server.domain.upper()
        self.folder = server.folder / f"client-{Client.made}"
        self.folder.mkdir()
        self.trace_file = self.folder / "trace"
        self.ccache = self.folder / "ccache"
        self.env = clean_environment(self.folder, {
            "KRB5_CONFIG": self._config(libdefaults or {}, config),
            "KRB5CCNAME": f"FILE:{self.ccache}",
            "KRB5_TRACE": str(self.trace_file),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(env or {}),
        })

    def _config(self, libdefaults, config):
        """The server's own file, untouched, unless something comes first."""
        shipped = self.server.ready["krb5_conf"]
        if not libdefaults and not config:
            return shipped
        own = self.folder / "krb5.conf"
        own.write_text("[libdefaults]\n" + "".join(
            f"{name} = {value}\n" for name, value in libdefaults.items())
            + config)
        # The first value that is found counts (krb5.conf(5)).
        return f"{own}:{shipped}"

    # --- MIT's tools --------------------------------------------------------

    def run(self, *command, fails=False, typed=None):
        """Runs a program of this machine, which must succeed, or must fail.
        typed: what somebody would type, None: end of file."""
        tool(command[0], "krb5-user")
        done = Done(subprocess.run(
            [str(word) for word in command], env=self.env, text=True,
            input=typed or "", capture_output=True, timeout=2 * PATIENCE))
        assert (done.code != 0) == bool(fails), f"{command}: {done}"
        return done

    def kinit(self, user="alice", password=PASSWORD, *args, fails=False,
              more=()):
        """Gets a ticket-granting ticket; more: what is typed behind it, such
        as a new password, twice."""
        return self.run("kinit", *args, f"{user}@{self.realm}"
                        if "@" not in user else user, fails=fails,
                        typed="\n".join([password, *more]) + "\n")

    def spn(self, host="lyncweb", service="HTTP"):
        return f"{service}/{self.server.name(host)}@{self.realm}"

    def kvno(self, name=None, *args, fails=False):
        """Gets a service ticket, by default that for lyncweb."""
        return self.run("kvno", *args, name or self.spn(), fails=fails)

    def klist(self, *args, fails=False):
        return self.run("klist", *args, fails=fails).out

    def tickets(self):
        """The services that the cache has tickets for."""
        return [line.split()[-1] for line in self.klist().splitlines()
                if "/" in line and "@" in line]

    def forget(self):
        """As kdestroy: the next one begins without a ticket."""
        self.ccache.unlink(missing_ok=True)

    def trace(self):
        """What MIT's library wrote of all that it did so far, without the
        process ids and times in front of each line."""
        if not self.trace_file.exists():
            return ""
        return "\n".join(line.partition(": ")[2]
                         for line in self.trace_file.read_text().splitlines())

    # --- HTTP ---------------------------------------------------------------

    def curl(self, url, *args):
        """curl --negotiate -u : -v; `said` of the reply has its words."""
        return self.server.curl(url, "--negotiate", "-u", ":", "-v", *args,
                                env=self.env)

    def http(self, *always):
        """The same for signin.ask and its like, with account ""."""
        return Curl(self.server, "--negotiate", always=["-v", *always],
                    env=self.env)

    def gss(self, mechanism="spnego", **how):
        return Gss(self, mechanism, **how)


# --- scenarios ----------------------------------------------------------------

def step(at, do, when=None):
    condition = f"    when: {when}\n" if when else ""
    return f"  - at: {at}\n{condition}    do: {do}\n"


def steps(*of_them):
    return "steps:\n" + "".join(of_them)


def player(serve, folder, ticket=False):
    """play(text, ...) for a fixture of that name: serves this scenario, and
    returns the server and a client of it, who has a ticket or none yet."""
    def play(text="", **how):
        path = folder / "play.yaml"
        path.write_text("lyncmock: 1\n" + text)
        client = Client(serve(path), **how)
        if ticket:
            client.kinit()
        return client.server, client

    return play


# --- python3-gssapi ---------------------------------------------------------

def end_point(connection):
    """tls-server-end-point of this connection (RFC 5929 section 4.1)."""
    digest = hashlib.sha256(connection.certificate()).digest()
    return b"tls-server-end-point:" + digest


BINDINGS = {
    "right": end_point,
    "wrong": lambda connection: end_point(connection)[:-1] + b"?",
    "absent": lambda connection: b"",
}


class Context:
    """A security context in a process of its own; a token in, a token out."""

    def __init__(self, client, mechanism, name, flags, data=b""):
        self.complete = False
        self.told = {}
        self.process = subprocess.Popen(
            [sys.executable, str(FOLDER / "krb5-tokens.py"), mechanism, name,
             flags, data.hex()],
            env=client.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def step(self, token=b""):
        """The next token, which may be empty; None: it has failed."""
        stdin = self.process.stdin
        stdin.write(base64.b64encode(token or b"").decode("ascii") + "\n")
        stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.told = json.loads(line)
        self.complete = self.told["complete"]
        return (None if "major" in self.told
                else base64.b64decode(self.told["token"]))

    @property
    def said(self):
        """What the library says of its failure: the major status, and the
        minor one behind it; None: it has not failed."""
        if "major" not in self.told:
            return None
        return ": ".join(text.rstrip("\0") for text in
                         self.told["major"] + self.told["error"])

    def close(self):
        self.process.communicate(timeout=PATIENCE)


class Gss:
    """A client over HTTP by python3-gssapi, as clients.Carrier is one.

    mechanism: "spnego", or "krb5" with nothing around it. bindings: right,
    wrong, absent. alter(token) changes what is sent, alter_answer(token) what
    comes. After send():
    said      what the library says of its failure, None: it did not fail
    complete  whether it holds the context for established
    told      all that clients/krb5-tokens.py said last
    sent, got the tokens of the last handshake
    """

    def __init__(self, client, mechanism, *, bindings="absent",
                 flags="mutual,integrity", scheme="Negotiate", service="HTTP",
                 alter=None, alter_answer=None):
        self.client = client
        self.mechanism = mechanism
        self.bindings = BINDINGS[bindings]
        self.flags = flags
        self.scheme = scheme
        self.service = service
        self.alter = alter or (lambda token: token)
        self.alter_answer = alter_answer or (lambda token: token)
        self.said = None
        self.complete = False
        self.told = {}
        self.sent = []
        self.got = []

    def context(self, host, data=b""):
        """One without HTTP, for tokens that a test carries by itself."""
        return Context(self.client, self.mechanism,
                       f"{self.service}@{self.client.server.name(host)}",
                       self.flags, data)

    def send(self, method, url, headers, body=None, account=None,
             password=None):
        server = self.client.server
        host = urlsplit(url).hostname.removesuffix("." + server.domain)
        with contextlib.closing(Connection(server, host)) as connection:
            if account is None:
                return connection.ask(method, url, headers, body)
            with contextlib.closing(self.context(
                    host, self.bindings(connection))) as context:
                answer = self._shake(context, connection,
                                     (method, url, headers, body))
            self.said = context.said
            self.complete = context.complete
            self.told = context.told
            return answer

    def _shake(self, context, connection, what):
        """Goes on until the library or the server has had enough."""
        method, url, headers, body = what
        self.sent, self.got = [], []
        answer, token = None, context.step()
        while token:
            self.sent.append(self.alter(token))
            answer = connection.ask(method, url, {
                **headers, "Authorization": f"{self.scheme} " +
                base64.b64encode(self.sent[-1]).decode("ascii")}, body)
            came = token_of(answer, self.scheme)
            if came is None:
                return answer
            self.got.append(self.alter_answer(came))
            if context.complete:
                return answer
            token = context.step(self.got[-1])
            if answer.status != 401:
                return answer
        if answer is None:
            # It never got as far: what a client without a token is told.
            answer = connection.ask(method, url, headers, body)
        return answer

    def ask(self, url, method="GET", headers=None):
        return self.send(method, url, headers or {}, None, "", "")


# --- the journal ------------------------------------------------------------

def kdc_entries(server, message=None):
    """Exchanges of the KDC in the journal of a server that has stopped."""
    return [entry for entry in server.entries()
            if entry.get("kdc")
            and message in (None, entry["kdc"].get("message"))]


def exported(server, name):
    """The path of a file that the server wrote: krb5_conf, krb5_env, keytab."""
    return pathlib.Path(server.ports()[name])
