"""What a keep-alive GET costs the mock servers that users would take."""

from loads import keep_alive
from machine import Trouble
from pairs import in_pairs
from peers import Mockoon, Mountebank, WireMock
from result import Goal, Missing, Result
from servers import Lyncmock

NAME = "peers"
PEERS = [
    (WireMock, Goal("<= 1/4", 1 / 4), 30000),
    (Mountebank, Goal("<= 1/8", 1 / 8), 10000),
    (Mockoon, Goal("<= 1/25", 1 / 25), 6000),
]
CONNECTIONS = 50


def run(bench):
    for peer, goal, rounds in PEERS:
        what = f"keep-alive GET against {peer.TITLE}, server CPU"
        try:
            ours, other = in_pairs(
                bench, [lambda core: Lyncmock(bench, core),
                        lambda core, peer=peer: peer(bench, core)],
                lambda server, core, rounds=rounds: cost(
                    bench, server, core, rounds), bench.peer_pairs)
        except (Trouble, OSError) as trouble:
            yield Missing(NAME, what, str(trouble))
            continue
        yield Result(NAME, what, "us/request", goal, ours, other, "it", 1)


def cost(bench, server, core, rounds):
    """Warm first: virtual machines compile what runs often."""
    keep_alive(bench, server, core, CONNECTIONS, bench.some(rounds))
    return keep_alive(bench, server, core, CONNECTIONS,
                      bench.some(rounds)).cpu_each * 1e6
