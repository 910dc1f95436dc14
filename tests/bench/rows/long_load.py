"""Memory after a quarter of a long load, and after all of it."""

from loads import keep_alive, new_connections, sign_ins
from result import Goal, Result
from servers import Lyncmock

NAME = "long-load"
# Noise of the allocator; a leak of 64 bytes a request would be more.
GOAL = Goal("<= 1.05", 1.05)
QUARTERS = 4


def quarter(bench, server, core):
    keep_alive(bench, server, core, 50, bench.some(50000))
    new_connections(bench, server, core, bench.some(1000))
    sign_ins(bench, server, core, bench.some(500))
    return server.memory() / 1024


def run(bench):
    server_core, load_core = bench.cores[0]
    with Lyncmock(bench, server_core).await_answer() as server:
        memory = [quarter(bench, server, load_core) for _ in range(QUARTERS)]
    requests = QUARTERS * (bench.some(50000) + bench.some(1000)
                           + 2 * bench.some(500))
    yield Result(NAME, f"memory after {requests:,} requests", "MiB", GOAL,
                 memory[-1:], memory[:1], "after a quarter")
