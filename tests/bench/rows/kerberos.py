"""Kerberos tickets on kept connections, beside GSS-API's acceptor that does
nothing else; and complete sign-ins, beside those by NTLM."""

from loads import (keep_alive, kerberos_requests, kerberos_sign_ins,
                   sign_ins)
from pairs import in_pairs
from result import Goal, Result
from servers import Lyncmock
import tickets

NAME = "kerberos"
GOAL = Goal(">= 0.7 x GSS-API", 0.7, least=True)


def accepting(bench):
    """Seconds for each ticket: ours with TLS and HTTP, and GSS-API's for the
    same tokens on the same core. Both begin warm."""
    ours, other = [], []
    warm, count = bench.some(500), bench.some(5000)
    for number in range(bench.pairs):
        server_core, load_core = bench.cores[number % len(bench.cores)]
        with Lyncmock(bench, server_core).await_answer() as server:
            # Memory that the journal takes once is no part of the price; so
            # many that a fifth of them fills it, too.
            keep_alive(bench, server, load_core, 10, bench.some(100000))
            path = tickets.tokens(bench, server, load_core, warm + count)
            ours.append(kerberos_requests(bench, server, load_core, path, warm,
                                          count))
            other.append(tickets.accepts(bench, server, server_core, path,
                                         warm))
    return ours, other


def signing_in(bench):
    def by_kerberos(server, core):
        warm, count = bench.some(200), bench.some(2000)
        path = tickets.tokens(bench, server, core, warm + count)
        return kerberos_sign_ins(bench, server, core, path, warm, count)

    def by_ntlm(server, core):
        sign_ins(bench, server, core, bench.some(200))
        return sign_ins(bench, server, core, bench.some(2000))

    turns = iter((by_kerberos, by_ntlm) * bench.pairs)
    return in_pairs(bench, [lambda core: Lyncmock(bench, core)] * 2,
                    lambda server, core: next(turns)(server, core))


def run(bench):
    ours, other = accepting(bench)
    yield Result(NAME, "Kerberos tickets on kept connections, one core",
                 "tickets/s", GOAL, [1 / run.cpu_each for run in ours],
                 [1 / each for each in other], "GSS-API", 0)
    yield Result(NAME, "the same, server CPU", "us/ticket", None,
                 [run.cpu_each * 1e6 for run in ours],
                 [each * 1e6 for each in other], "GSS-API", 1)
    ours, other = signing_in(bench)
    yield Result(NAME, "Kerberos sign-ins (401, 200 with a ticket), one core",
                 "sign-ins/s", None, [1 / run.cpu_each for run in ours],
                 [1 / run.cpu_each for run in other], "NTLM", 0)
    yield Result(NAME, "the same, server CPU", "us/sign-in", None,
                 [run.cpu_each * 1e6 for run in ours],
                 [run.cpu_each * 1e6 for run in other], "NTLM", 0)
