"""From the start of the program to the first ticket of its KDC."""

from result import Goal, Result
from servers import lyncmock_command
import asks
import tickets

NAME = "kdc-spawn"
GOAL = Goal("<= 120 ms", 120, ours=True)
GOAL_MANY = Goal("<= 600 ms", 600, ours=True)
MANY = 200


def spawns(bench, user, password, *options):
    command = lyncmock_command(bench.binary, 0, *options)
    return [tickets.spawn(bench, *bench.cores[number % len(bench.cores)],
                          user, password, command)
            for number in range(bench.spawns)]


def run(bench):
    yield Result(NAME, "spawn to first Kerberos ticket", "ms", GOAL,
                 spawns(bench, asks.USER, asks.PASSWORD))
    # Passwords of their own: the keys of one are those of nobody else.
    users = [option for number in range(MANY) for option in
             ("--set", f"user.user{number}.password=Passw0rd!{number}")]
    last = MANY - 1
    yield Result(NAME, f"the same with {MANY} users more", "ms", GOAL_MANY,
                 spawns(bench, f"user{last}", f"Passw0rd!{last}", *users))
