"""Kerberos for the rows: MIT's client and acceptor (kerberos.c)."""

import json
import subprocess

import asks
from machine import PATIENCE, Trouble, environment, pinned


def program(bench):
    return bench.build / "tests/bench/kerberos"


def run(bench, core, *words, stdin=subprocess.DEVNULL, **env):
    """What it prints; Trouble if it fails."""
    process = pinned(core, [program(bench), *words], stdin=stdin,
                     env={**environment(bench.root), **env},
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=4 * PATIENCE)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        raise Trouble(err.decode().strip() or "tests/bench/kerberos fails")
    return out.decode()


def spawn(bench, server_core, client_core, user, password, command):
    """Milliseconds from exec to a ticket. The server is on the one core with
    its KDC; the client is its parent, and moves to the other."""
    out = run(bench, server_core, "spawn", client_core, user, password,
              *command)
    return json.loads(out)["ticket_ms"]


def tokens(bench, server, core, count):
    """A file of fresh ones for the web host: each is good once, for 5 min."""
    path = bench.root / "tokens"
    path.write_text(run(
        bench, core, "tokens", asks.USER, asks.PASSWORD, asks.WEB, count,
        KRB5_CONFIG=server.ports()["krb5_conf"], KRB5CCNAME="MEMORY:"))
    return path


def accepts(bench, server, core, path, skip):
    """What each of the tokens behind the first `skip` costs GSS-API, in
    seconds of processor time."""
    keytab = server.ports()["keytab"]
    with open(path, "rb") as file:
        told = json.loads(run(bench, core, "accept", keytab, skip, stdin=file))
    return told["cpu_s"] / told["accepted"]
