"""Complete NTLM sign-ins: a connection, two legs, a signed web ticket; nginx
serves answers of the same sizes to the same requests, and checks nothing."""

from loads import sign_ins
from pairs import in_pairs
from result import Goal, Result
from servers import Lyncmock, Nginx

NAME = "sign-in"
GOAL = Goal(">= 0.6 x nginx", 0.6, least=True)


def run(bench):
    def measure(server, core):
        sign_ins(bench, server, core, bench.some(200))
        return sign_ins(bench, server, core, bench.some(3000))

    ours, other = in_pairs(
        bench, [lambda core: Lyncmock(bench, core),
                lambda core: Nginx(bench, core, bench.answers())], measure)
    # The load generator does more work than nginx: a rate by the clock would
    # be its own. A second of one core is a second of processor time.
    yield Result(NAME, "NTLM sign-ins (401, 200 with a ticket), one core",
                 "sign-ins/s", GOAL, [1 / run.cpu_each for run in ours],
                 [1 / run.cpu_each for run in other], "nginx", 0)
    yield Result(NAME, "the same, server CPU", "us/sign-in", None,
                 [run.cpu_each * 1e6 for run in ours],
                 [run.cpu_each * 1e6 for run in other], "nginx", 0)
    yield Result(NAME, "the same, size of the answers", "bytes", None,
                 [run.received for run in ours],
                 [run.received for run in other], "nginx", 0)
