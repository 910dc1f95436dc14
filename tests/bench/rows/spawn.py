"""From the start of the program to the first answer over HTTPS."""

import time

import asks
from machine import Process, Trouble, PATIENCE
from result import Goal, Result
from servers import Nginx, free_port, lyncmock_command, nginx_command

NAME = "spawn"
GOAL = Goal("<= 25 ms", 25, ours=True)
KDC_GOAL = Goal("<= 120 ms", 120, ours=True)


def first_answer(port, process):
    """Asks until there is one; a refused connection costs next to nothing."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if asks.get(port).status == 200:
                return
        except (OSError, ValueError, IndexError, StopIteration):
            if not process.alive():
                break
        time.sleep(0.0002)
    raise Trouble(f"no answer: {process.words()}")


def spawn(folder, core, command, port):
    """Milliseconds."""
    began = time.perf_counter()
    process = Process(folder, core, command)
    try:
        first_answer(port, process)
        return (time.perf_counter() - began) * 1000
    finally:
        process.stop()


def lyncmock(bench, core, kerberos):
    port = free_port()
    command = lyncmock_command(bench.binary, port, "--set",
                               f"offer.kerberos={kerberos}")
    return spawn(bench.folder("lyncmock"), core, command, port)


def nginx_folder(bench):
    """The configuration, made beforehand."""
    with Nginx(bench, bench.cores[0][0], bench.answers()) as server:
        server.await_answer()
        return server.log.parent, server.port


def run(bench):
    ours, with_kdc, other = [], [], []
    folder, port = nginx_folder(bench)
    for number in range(bench.spawns):
        core = bench.cores[number % len(bench.cores)][0]
        ours.append(lyncmock(bench, core, "no"))
        with_kdc.append(lyncmock(bench, core, "yes"))
        other.append(spawn(folder, core, nginx_command(folder), port))
    yield Result(NAME, "spawn to first HTTPS answer, no Kerberos", "ms", GOAL,
                 ours, other, "nginx")
    yield Result(NAME, "spawn to first HTTPS answer, with the KDC", "ms",
                 KDC_GOAL, with_kdc)
