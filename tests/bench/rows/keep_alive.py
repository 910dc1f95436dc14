"""GETs of the discovery root on 50 kept connections."""

from loads import keep_alive
from pairs import in_pairs
from result import Goal, Result
from servers import Lyncmock, Nginx

NAME = "keep-alive"
GOAL = Goal(">= 0.8 x nginx", 0.8, least=True)
CONNECTIONS = 50


def run(bench):
    def measure(server, core):
        keep_alive(bench, server, core, CONNECTIONS, bench.some(5000))
        return keep_alive(bench, server, core, CONNECTIONS,
                          bench.some(100000))

    ours, other = in_pairs(
        bench, [lambda core: Lyncmock(bench, core),
                lambda core: Nginx(bench, core, bench.answers())], measure)
    yield Result(NAME, "keep-alive GET, 50 connections, one core",
                 "requests/s", GOAL, [run.rate for run in ours],
                 [run.rate for run in other], "nginx", 0)
    yield Result(NAME, "the same, server CPU", "us/request", None,
                 [run.cpu_each * 1e6 for run in ours],
                 [run.cpu_each * 1e6 for run in other], "nginx", 2)
    yield Result(NAME, "the same, size of an answer", "bytes", None,
                 [run.received for run in ours],
                 [run.received for run in other], "nginx", 0)
