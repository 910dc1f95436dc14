"""A new TLS 1.3 connection with a P-256 certificate, and one GET on it."""

from loads import new_connections
from pairs import in_pairs
from result import Goal, Result
from servers import Lyncmock, Nginx

NAME = "connect"
GOAL = Goal("<= 1.1 x nginx", 1.1)


def run(bench):
    def measure(server, core):
        new_connections(bench, server, core, bench.some(200))
        return new_connections(bench, server, core, bench.some(4000))

    ours, other = in_pairs(
        bench, [lambda core: Lyncmock(bench, core),
                lambda core: Nginx(bench, core, bench.answers())], measure)
    yield Result(NAME, "new TLS 1.3 connection and GET, server CPU",
                 "us/connection", GOAL, [run.cpu_each * 1e6 for run in ours],
                 [run.cpu_each * 1e6 for run in other], "nginx", 0)
