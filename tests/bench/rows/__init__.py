"""The rows of the table, in its order. Each module measures one: NAME is
what the command line calls it, run(bench) yields results."""

from rows import (connect, idle, kdc_spawn, keep_alive, kerberos, long_load,
                  peers, run_overhead, sign_in, spawn, steps)

ROWS = [spawn, kdc_spawn, run_overhead, keep_alive, steps, connect, sign_in,
        kerberos, peers, idle, long_load]
