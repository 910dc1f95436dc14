"""One row for each rule: a client that breaks it, and one that keeps it.

Each rules_PREFIX.py has a list CASES of these; test_rules.py makes the tests,
and tests/lint/rules counts. A client is a function of the server (harness.py):
what it sends stands there, so that a reader sees what the rule is about. Raw
sockets and clients that are not ours are fine; the probe is not.
"""

import dataclasses
from typing import Callable


# What tests/lint/rules wants: so many rules; ...
AT_LEAST = 250
# ... these still have no row: this set is empty in the end; ...
WITHOUT_CASE = set()
# ... and these are reported with no row in the catalogue: empty in the end.
NOT_IN_CATALOGUE = set()


@dataclasses.dataclass(frozen=True)
class Case:
    rule: str
    # The first must be found to break the rule, the second to keep it: the rule
    # has a say on it and finds nothing. A lambda or a function of the server.
    breaks: Callable
    keeps: Callable
    # A piece of what the finding says, or quotes: that it is about this.
    says: str = ""
    # Options of lyncmock serve.
    args: tuple = ()
    # The text of a scenario to be served, without its first line.
    scenario: str = ""
    kerberos: bool = False
