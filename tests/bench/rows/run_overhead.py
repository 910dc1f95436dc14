"""What `run` adds to the client: here a client that does nothing at all, so
that all of its time is that of the server and the verdict."""

import subprocess
import time

from machine import Trouble, environment
from result import Goal, Result

NAME = "run"
EXPECTATIONS_FAIL = 1
# Two cores: as it is used, and as RSA keys are made.
WORLDS = [
    ("no Kerberos", "good/pc-external-ntlm", Goal("<= 100 ms", 100, ours=True)),
    ("with the KDC", "good/pc-internal-kerberos",
     Goal("<= 200 ms", 200, ours=True)),
    ("an RSA chain for phones", "good/ios-ntlm",
     Goal("<= 200 ms", 200, ours=True)),
]


def took(bench, command, expected):
    """Milliseconds."""
    began = time.perf_counter()
    done = subprocess.run([str(word) for word in command], check=False,
                          env=environment(bench.root),
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != expected:
        raise Trouble(f"exit code {done.returncode}: "
                      f"{done.stderr.decode().strip()}")
    return (time.perf_counter() - began) * 1000


def overhead(bench, scenario):
    """The client alone is a process, too, and no part of it."""
    client = ["/bin/true"]
    return (took(bench, [bench.binary, "run", scenario, "--", *client],
                 EXPECTATIONS_FAIL) - took(bench, client, 0))


def run(bench):
    for name, scenario, goal in WORLDS:
        yield Result(NAME, f"run on top of its client, {name}", "ms", goal,
                     [overhead(bench, scenario)
                      for _ in range(bench.spawns)])
