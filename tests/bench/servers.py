"""lyncmock, and nginx with the answers that lyncmock gave."""

import json
import os
import re
import select
import shutil
import socket
import subprocess

import asks
from machine import PATIENCE, Process, Trouble, until

# nginx makes these by itself.
OWN_HEADERS = {"content-length", "content-type", "date", "server",
               "connection"}
# A token of its configuration file is at most so long.
CONF_TOKEN = 3000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(name, package):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not path:
        raise Trouble(f"{name} is missing (Debian package {package})")
    return path


class Server(Process):
    """What has a port and speaks TLS."""

    def __init__(self, folder, core, command, port, stdout=None):
        self.port = port
        super().__init__(folder, core, command, stdout)

    def answers(self):
        if not self.alive():
            raise Trouble(f"it ended: {self.words()}")
        try:
            return asks.get(self.port).status == 200
        except (OSError, ValueError, IndexError, StopIteration):
            return False

    def await_answer(self):
        try:
            until("a first answer", self.answers)
        except BaseException:
            self.stop()
            raise
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def lyncmock_command(binary, port, *options):
    """As the goals say: no text log, the journal in memory."""
    return [binary, "serve", "--https-port", port, "--listen", "127.0.0.1",
            "--log-level", "error", *options]


class Lyncmock(Server):
    def __init__(self, bench, core, *options):
        """options: a scenario, too."""
        folder = bench.folder("lyncmock")
        self.ports_file = folder / "ports.json"
        super().__init__(folder, core, lyncmock_command(
            bench.binary, 0, "--ports-file", self.ports_file,
            *options), 0,
                         subprocess.PIPE)
        if not select.select([self.popen.stdout], [], [], PATIENCE)[0]:
            self.stop()
            raise Trouble("lyncmock does not become ready")
        line = self.popen.stdout.readline().decode()
        found = re.search(r" https=(\d+)", line)
        if not found:
            self.stop()
            raise Trouble(f"lyncmock does not start: {self.words()}")
        self.port = int(found[1])

    def ports(self):
        """What the ports file says of Kerberos, too."""
        ports = json.loads(self.ports_file.read_text())
        if "krb5_conf" not in ports:
            raise Trouble("the server offers no Kerberos: krb5kdc is missing "
                          "(Debian package krb5-kdc)")
        return ports


# --- nginx ------------------------------------------------------------------

NGINX = """
{user}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
worker_rlimit_nofile {descriptors};
events {{ worker_connections 8192; }}
http {{
    access_log off;
    # Its answers shall be no longer than ours.
    server_tokens off;
    etag off;
    max_ranges 0;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=16;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    scgi_temp_path scgi;
    uwsgi_temp_path uwsgi;
    # "$" cannot be escaped otherwise.
    geo $dollar {{ default "$"; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {cert};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        root html;
        location = / {{
            default_type "{type}";
{headers}
            add_header Last-Modified "";
            try_files /root =404;
        }}
{more}
    }}
}}
"""

TICKETS = """
        location = {path} {{
            default_type "{type}";
{headers}
            if ($http_authorization ~ "^NTLM TlRMTVNTUAAB") {{
{challenge_headers}
            {challenge}
            }}
            {ticket}
        }}
"""


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace(
        "$", "${dollar}") + '"'


def header_lines(answer):
    return "\n".join(f"            add_header {name} {quoted(value)} always;"
                     for name, value in answer.headers
                     if name.lower() not in OWN_HEADERS)


def replies(name, answer):
    """`return` with a body of any length."""
    text = answer.body.decode()
    parts = [text[at:at + CONF_TOKEN]
             for at in range(0, len(text), CONF_TOKEN)] or [""]
    sets = [f"set ${name}{number} {quoted(part)};"
            for number, part in enumerate(parts)]
    whole = "".join(f"${name}{number}" for number in range(len(parts)))
    return "\n            ".join(
        [*sets, f'return {answer.status} "{whole}";'])


def header_of(answer, name):
    return next((value for field, value in answer.headers
                 if field.lower() == name), "text/html")


class Nginx(Server):
    """Serves a discovery root from a file, and NTLM legs from memory."""

    def __init__(self, bench, core, answers):
        folder = bench.folder("nginx")
        (folder / "html").mkdir(parents=True, exist_ok=True)
        (folder / "html" / "root").write_bytes(answers["root"].body)
        port = free_port()
        more = ""
        if "ticket" in answers:
            more = TICKETS.format(
                path=asks.TICKET_PATH,
                type=header_of(answers["ticket"], "content-type"),
                headers=header_lines(answers["ticket"]),
                challenge_headers=header_lines(answers["challenge"]),
                challenge=replies("challenge", answers["challenge"]),
                ticket=replies("ticket", answers["ticket"]))
        (folder / "nginx.conf").write_text(NGINX.format(
            # The worker of a master that is root reads our folder too.
            user="user root;" if os.geteuid() == 0 else "",
            port=port, cert=bench.cert, key=bench.key, descriptors=20000,
            type=header_of(answers["root"], "content-type"),
            headers=header_lines(answers["root"]), more=more))
        super().__init__(folder, core, nginx_command(folder), port)


def nginx_command(folder):
    return [tool("nginx", "nginx-light"), "-p", folder, "-c", folder / "nginx.conf",
            "-e", "stderr"]
