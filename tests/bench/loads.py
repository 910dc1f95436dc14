"""Runs the load generator, and gives each of its runs a price."""

import contextlib
import json
import subprocess

import asks
from machine import PATIENCE, Trouble, environment, pinned


class Run:
    """What a run did and cost the server."""

    def __init__(self, told, cpu):
        self.rounds = told["rounds"]
        self.rate = told["rounds"] / told["seconds"]
        self.cpu_each = cpu / told["rounds"]
        self.received = told["received"] / told["rounds"]
        self.p50_us = told["p50_us"]


def command(bench, server, name, files, *options):
    return [bench.build / "tests/bench/load", "--port", server.port,
            "--name", name, *options, *files]


def load(bench, server, core, name, files, *options):
    """Runs it to its end; Trouble if one answer was not as it should be."""
    before = server.cpu()
    process = pinned(core, command(bench, server, name, files, *options),
                     env=environment(bench.root), stdin=subprocess.DEVNULL,
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=4 * PATIENCE)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        raise Trouble(f"{err.decode().strip()}; {out.decode().strip()}")
    return Run(json.loads(out), server.cpu() - before)


def file_of(bench, name, text):
    path = bench.root / name
    path.write_text(text, newline="")
    return path


def keep_alive(bench, server, core, connections, rounds):
    """GETs of the discovery root on kept connections."""
    root = file_of(bench, "discover", asks.discover(server.port))
    return load(bench, server, core, asks.DISCOVER, [f"{root}=200"],
                "--connections", connections, "--rounds", rounds)


def new_connections(bench, server, core, rounds):
    """A full TLS handshake and one GET each."""
    root = file_of(bench, "discover", asks.discover(server.port))
    return load(bench, server, core, asks.DISCOVER, [f"{root}=200"],
                "--connections", 10, "--rounds", rounds, "--reconnect")


def sign_ins(bench, server, core, rounds, *options):
    """A connection, two legs of NTLM, a web ticket each."""
    first = file_of(bench, "leg1", asks.ticket(server.port, ""))
    second = file_of(bench, "leg2", asks.ticket(server.port, asks.rst(server.port)))
    return load(bench, server, core, asks.WEB,
                [f"{first}=401", f"{second}=200"],
                "--connections", min(rounds, 10), "--rounds", rounds,
                "--reconnect", "--user", asks.USER,
                "--password", asks.PASSWORD, *options)


def part_of(bench, path, first, count):
    """Some of the tokens in a file."""
    lines = path.read_text().splitlines()[first:first + count]
    return file_of(bench, "tokens-now", "\n".join(lines) + "\n")


def by_tokens(bench, server, core, files, path, warm, count, *options):
    """A round for each token: first those that warm the server."""
    for first, some in ((0, warm), (warm, count)):
        run = load(bench, server, core, asks.WEB, files,
                   "--connections", min(some, 10), "--rounds", some,
                   "--tokens", part_of(bench, path, first, some), *options)
    return run


def kerberos_requests(bench, server, core, path, warm, count):
    """A GET with a token each on 10 kept connections."""
    ask = file_of(bench, "negotiate", asks.negotiate(server.port))
    return by_tokens(bench, server, core, [f"{ask}=200"], path, warm, count)


def kerberos_sign_ins(bench, server, core, path, warm, count):
    """A connection, a POST that is told to negotiate, a web ticket each."""
    body = asks.rst(server.port)
    first = file_of(bench, "leg1", asks.ticket(server.port, body, None))
    second = file_of(bench, "leg2", asks.ticket(server.port, body,
                                                "Negotiate @TOKEN@"))
    return by_tokens(bench, server, core, [f"{first}=401", f"{second}=200"],
                     path, warm, count, "--reconnect")


def legs(bench, server):
    """The answers to the two legs of a sign-in."""
    sign_ins(bench, server, bench.cores[0][1], 1, "--save", bench.root)
    for number in (1, 2):
        with open(bench.root / str(number), "rb") as file:
            yield asks.answer(file)


@contextlib.contextmanager
def idle(bench, server, core, connections):
    """So many connections that have had one answer, and say no more."""
    root = file_of(bench, "discover", asks.discover(server.port))
    process = pinned(
        core, command(bench, server, asks.DISCOVER, [f"{root}=200"],
                      "--connections", connections, "--hold"),
        env=environment(bench.root), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        line = process.stdout.readline()
        if not line or json.loads(line)["failed"]:
            process.kill()
            raise Trouble(process.communicate()[1].decode().strip())
        yield
    finally:
        process.stdin.close()
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()
