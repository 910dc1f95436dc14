"""What steps cost that do not match: the discovery root with a scenario of 100
of them, at the points that each such request passes, and with none."""

from loads import keep_alive
from pairs import in_pairs
from result import Goal, Result
from servers import Lyncmock

NAME = "steps"
GOAL = Goal(">= 0.9 x without steps", 0.9, least=True)
CONNECTIONS = 50
STEPS = 100
POINTS = ["http.head", "http.request", "discover.root", "http.response"]
# Each asks something else, and none of it is so.
CONDITIONS = [
    "{{host: 'lync{n}.*'}}",
    "{{path: '*/nowhere{n}/*'}}",
    "{{client: '*phone{n}*', first: 2}}",
    "{{method: POST, chance: 10%, max-in-a-row: 2}}",
    "{{header: {{Accept: '*html{n}*'}}}}",
]


def scenario():
    lines = ["lyncmock: 1", "steps:"]
    for n in range(STEPS):
        point = POINTS[n % len(POINTS)]
        when = CONDITIONS[n % len(CONDITIONS)].format(n=n)
        if point == "discover.root":
            # A name that the world has not, or a path, would be a mistake.
            when = when.replace(f"lync{n}.*", "lyncint2.*").replace(
                f"{{path: '*/nowhere{n}/*'}}", "{path: /auth/ntlm}").replace(
                "method: POST", "method: HEAD")
        when = when.replace(f"lync{n}.*", "lyncint2.*")
        lines.append(f"  - {{at: {point}, when: {when}, "
                     "do: {status: 503}}")
    return "\n".join(lines) + "\n"


def run(bench):
    path = bench.folder("steps")
    path.mkdir(parents=True)
    path /= "steps.yaml"
    path.write_text(scenario())

    def measure(server, core):
        keep_alive(bench, server, core, CONNECTIONS, bench.some(5000))
        return keep_alive(bench, server, core, CONNECTIONS,
                          bench.some(100000))

    with_steps, without = in_pairs(
        bench, [lambda core: Lyncmock(bench, core, path),
                lambda core: Lyncmock(bench, core)], measure)
    yield Result(NAME, f"keep-alive GET, {STEPS} steps that do not match",
                 "requests/s", GOAL, [run.rate for run in with_steps],
                 [run.rate for run in without], "without steps", 0)
    yield Result(NAME, "the same, server CPU", "us/request", None,
                 [run.cpu_each * 1e6 for run in with_steps],
                 [run.cpu_each * 1e6 for run in without], "without steps", 2)
