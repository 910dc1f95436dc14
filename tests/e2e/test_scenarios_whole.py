"""No shipped failure is left out: each has a test that shows it on the wire
and one that shows what the built-in client makes of it, in one of the
test_scenarios_*.py. Those have a test function test_NAME, and a table PROBE
whose rows begin with NAME; where all names of a file begin alike, PREFIX is
that beginning, and the rows leave it out."""

import importlib

import pytest

from harness import ROOT

HERE = ROOT / "tests" / "e2e"
SHIPPED = sorted(path.stem
                 for path in (ROOT / "scenarios/failures").glob("*.yaml"))
MODULES = [importlib.import_module(path.stem)
           for path in sorted(HERE.glob("test_scenarios_*.py"))
           if path.stem not in (__name__, "test_scenarios_good")]


def on_the_wire():
    return {name[5:] for module in MODULES for name in vars(module)
            if name.startswith("test_")}


def probed():
    return {getattr(module, "PREFIX", "") + row[0] for module in MODULES
            for row in getattr(module, "PROBE", ())}


@pytest.mark.parametrize("name", SHIPPED)
def test_it_has_both_tests(name):
    assert name.replace("-", "_") in on_the_wire()
    assert name in probed()


def test_no_test_of_what_is_not_shipped():
    assert probed() == set(SHIPPED)
