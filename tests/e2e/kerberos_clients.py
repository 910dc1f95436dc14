"""Kerberos clients of other families, for the tests of each: which of them is
here, and what they saw.

A client of a few lines in clients/ writes "name value", a line for each thing
that it saw; `seen` reads that.
"""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from harness import PATIENCE, ROOT

ADDRESS = "127.0.0.1"
# ./dev test unpacks heimdal-clients there: Debian installs no two kinits.
HEIMDAL = ROOT / "build/heimdal/usr/bin"


def program(name, package, folder=None):
    """The path of a client, or the test is skipped."""
    path = shutil.which(name, path=folder and f"{folder}:{os.environ['PATH']}")
    if not path:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return path


def heimdal(name):
    """One of Heimdal's programs."""
    return program(name, "heimdal-clients, or ./dev test", HEIMDAL)


def hosts_file(server, *hosts):
    """A file as /etc/hosts, with names of the world and what else is given."""
    path = server.folder / "hosts"
    names = [server.name(host) for host in ("lyncweb", "lyncdiscover")]
    path.write_text("".join(f"{ADDRESS} {name}\n" for name in [*names, *hosts]))
    return path


class Saw:
    """What a client of clients/ wrote, and what it said on standard error."""

    def __init__(self, done):
        self.code = done.returncode
        self.said = done.stdout + done.stderr
        self.lines = [line.split(" ", 1) for line in done.stdout.splitlines()
                      if " " in line]

    def values(self, name):
        return [value for key, value in self.lines if key == name]

    def bodies(self):
        return [json.loads(body) for body in self.values("body")]

    def __repr__(self):
        return f"<{self.code}: {self.said}>"


def seen(command, env, fails=False):
    done = subprocess.run([str(word) for word in command], env=env, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=4 * PATIENCE)
    saw = Saw(done)
    assert (saw.code != 0) == fails, saw
    return saw


def signed_in(saw, user="alice", **kerberos):
    """Both requests of a client came in, with a ticket of this user."""
    assert saw.values("status") == ["200", "200"], saw
    for body in saw.bodies():
        assert body["mechanism"] == "negotiate+krb5"
        assert body["user"] == user
        told = body["kerberos"]
        assert {name: told[name] for name in kerberos} == kerberos
    return saw.bodies()


def compiled(command, env, folder):
    """Runs a compiler in a folder; the last word of the command."""
    done = subprocess.run([str(word) for word in command], env=env, cwd=folder,
                          capture_output=True, text=True,
                          timeout=20 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return pathlib.Path(command[-1])
