"""A B A B: two servers in turn, on one core in turn."""


def in_pairs(bench, makers, measure, count=None):
    """measure(server, load_core) for each maker, pair by pair; a maker makes
    a server on a core. A list of values for each maker."""
    values = [[] for _ in makers]
    for number in range(count or bench.pairs):
        server_core, load_core = bench.cores[number % len(bench.cores)]
        for made, make in zip(values, makers):
            with make(server_core).await_answer() as server:
                made.append(measure(server, load_core))
    return values
