"""Memory: of a server that does nothing, and of connections that do."""

from loads import idle, keep_alive
from machine import until
from result import Goal, Result
from servers import Lyncmock, Nginx

NAME = "idle"
GOAL = Goal("<= 20 MiB", 20, ours=True)
GOAL_EACH = Goal("<= 24 KiB", 24, ours=True)


def each(bench, server, core):
    """KiB for a connection that had one answer and rests."""
    count = bench.idle_connections
    # What is kept for any reason (the journal) is full before we look.
    keep_alive(bench, server, core, 50, bench.some(20000))
    before, descriptors = settled(server)
    with idle(bench, server, core, count):
        until("connections to rest",
              lambda: server.descriptors() <= descriptors + count)
        return (server.memory() - before) / count


def settled(server):
    """Memory and descriptors when the last connections have gone."""
    last = [-1]

    def steady():
        last.append(server.descriptors())
        return len(last) > 10 and len(set(last[-10:])) == 1

    until("connections to go", steady)
    return server.memory(), last[-1]


def run(bench):
    small, ours, other = [], [], []
    for server_core, load_core in bench.cores:
        with Lyncmock(bench, server_core).await_answer() as server:
            small.append(server.memory() / 1024)
            ours.append(each(bench, server, load_core))
        with Nginx(bench, server_core, bench.answers()) as server:
            server.await_answer()
            other.append(each(bench, server, load_core))
    yield Result(NAME, "memory after the first answer (PSS)", "MiB", GOAL,
                 small)
    yield Result(NAME, f"memory for each of {bench.idle_connections:,} idle "
                       "TLS connections", "KiB", GOAL_EACH, ours, other, "nginx")
