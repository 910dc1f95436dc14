"""Starts the server under test, and asks it things with curl.

Nothing here reads the caller's environment but LYNCMOCK_BINARY (the program
to test, build/lyncmock by default) and PATH.
"""

import base64
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LYNCMOCK_BINARY", str(ROOT / "build" / "lyncmock"))
RST = ROOT / "tests" / "e2e" / "rst.xml"

# What a healthy server never needs; a wait that reaches it is a failure.
PATIENCE = 30

ISSUE = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue"
ROOT_PATH = "/Autodiscover/AutodiscoverService.svc/root"
USER_PATH = ROOT_PATH + "/user"
TICKET_PATH = "/WebTicket/WebTicketService.svc"
PASSWORD = "Passw0rd!"

SANITIZER = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Assertion .* failed")


def clean_environment(home, extra=None):
    """No proxy, no CA bundle, no LYNCMOCK_ variable but those of `extra`."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": f"suppressions={ROOT}/tests/tsan.supp "
                        "second_deadlock_stack=1",
    }
    env.update(extra or {})
    return env


def run_cli(home, *args, env=None, stdin=subprocess.DEVNULL):
    """Runs lyncmock to its end; for what does not stay and serve."""
    done = subprocess.run(
        [BINARY, *map(str, args)], env=clean_environment(home, env),
        stdin=stdin, capture_output=True, text=True, timeout=PATIENCE)
    assert not SANITIZER.search(done.stderr), done.stderr
    return done


def taken_port():
    """A listening socket, and so a port number that is in use."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


def free_port():
    with taken_port() as probe:
        return probe.getsockname()[1]


def has_ipv6_loopback():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Server:
    """One `lyncmock serve` on ephemeral ports, in a folder of its own."""

    # Most tests do some of what a scenario expects of a client: its verdict
    # is none on them. Those that ask for it say so.
    judged = False

    def __init__(self, folder, *args, env=None, pass_fds=(), prefix=()):
        """prefix: a command that becomes the server, as prlimit does."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "server.log"
        self.journal = folder / "journal.jsonl"
        self.ports_file = folder / "ports.json"
        command = [*prefix, BINARY, "serve", "--ports-file", self.ports_file,
                   "--journal", self.journal, *args]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                env=clean_environment(folder, env), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, pass_fds=pass_fds)
        self.ready_line = self._await_ready()
        self.ready = dict(word.split("=", 1)
                          for word in self.ready_line.split()[2:])
        self.https = int(self.ready.get("https", 0))
        self.http = int(self.ready.get("http", 0))
        self.domain = self.ready["domain"]
        self.ca_file = self.ready["ca_file"]

    def _await_ready(self):
        out = self.process.stdout
        if not select.select([out], [], [], PATIENCE)[0]:
            self.process.kill()
            raise AssertionError(f"not ready in {PATIENCE} s; see {self.log}")
        line = out.readline().decode()
        if not line:
            code = self.process.wait(PATIENCE)
            raise AssertionError(
                f"the server ended with {code}:\n{self.log.read_text()}")
        return line

    def ports(self):
        return json.loads(self.ports_file.read_text())

    def messages(self):
        return self.log.read_text(errors="replace")

    def entries(self):
        """The journal so far; complete only after stop()."""
        return [json.loads(line)
                for line in self.journal.read_text().splitlines()]

    def stop(self, how=signal.SIGTERM):
        """Ends the server if it still runs; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                f"still running {PATIENCE} s after the signal") from None
        self.process.stdout.close()
        failed = code == 1 and "verdict: failed" in self.messages()
        return 0 if failed and not self.judged else code

    def name(self, host):
        """lyncweb -> lyncweb.contoso.test"""
        return f"{host}.{self.domain}"

    def url(self, host, path="/", scheme="https"):
        port = self.https if scheme == "https" else self.http
        return f"{scheme}://{self.name(host)}:{port}{path}"

    def curl(self, url, *args, env=None):
        """Asks with curl; the names of the world lead to the server."""
        return curl(self, url, *args, env=env)

    def ask_ticket(self, user, *args, password=PASSWORD, applies_to=None):
        """POSTs a request for a web ticket; args say how to authenticate."""
        body = self.folder / "rst.xml"
        body.write_text(fresh(RST.read_text()).replace(
            "@APPLIES_TO@", applies_to or self.url("lyncweb", USER_PATH)))
        return self.curl(
            self.url("lyncweb", TICKET_PATH), *args,
            "-u", f"{user}:{password}",
            "-H", "Content-Type: text/xml; charset=utf-8",
            "-H", f'SOAPAction: "{ISSUE}"', "--data-binary", f"@{body}")


def fresh(message):
    """A request for a ticket with a Context and entropy of its own."""
    message = re.sub(r'Context="[^"]*"', f'Context="{uuid.uuid4()}"', message)
    secret = base64.b64encode(os.urandom(32)).decode()
    return re.sub(r"(BinarySecret>)[^<]+", rf"\g<1>{secret}", message)


class Answer:
    """What a client saw of one HTTP response."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body
        self.text = body.decode("utf-8", "replace")

    def headers(self, name):
        return [value for field, value in self.fields
                if field.lower() == name.lower()]

    def header(self, name):
        """The one value of a header; None where there is none."""
        values = self.headers(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None


class Reply(Answer):
    """What curl saw: the last answer, and how many answers came before."""

    def __init__(self, head, body, said=""):
        self.said = said  # of curl's, on standard error; more with -v
        blocks = [block for block in re.split(r"\r?\n\r?\n", head)
                  if block.startswith("HTTP/")]
        lines = blocks[-1].splitlines() if blocks else []
        self.answers = [int(block.split()[1]) for block in blocks]
        super().__init__(
            self.answers[-1] if blocks else 0,
            [tuple(part.strip() for part in line.split(":", 1))
             for line in lines[1:] if ":" in line],
            body)


def curl(server, url, *args, env=None):
    head = server.folder / "curl.head"
    body = server.folder / "curl.body"
    for stale in (head, body):
        stale.unlink(missing_ok=True)
    port = re.match(r"https?://[^/:]+:(\d+)", url).group(1)
    host = re.match(r"https?://([^/:]+)", url).group(1)
    done = subprocess.run(
        ["curl", "-q", "-sS", "--max-time", str(PATIENCE),
         "--cacert", server.ca_file,
         "--resolve", f"{host}:{port}:127.0.0.1",
         "-D", str(head), "-o", str(body), *args, url],
        env=clean_environment(server.folder, env), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, f"curl: {done.returncode} {done.stderr}"
    return Reply(head.read_text(errors="replace"),
                 body.read_bytes() if body.exists() else b"", done.stderr)
