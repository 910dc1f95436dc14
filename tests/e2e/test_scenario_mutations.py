"""Shipped scenarios with one word of them wrong: never silence, and the JSON
Schema allows what the program does.

Each key, value and unit is changed, one at a time. Then `check` names the
line, or the change is one that the JSON Schema allows as well. Here it is a
scenario with all kinds of values, and a sample of the shipped ones: all of
those, and that what is read differs, tests/unit/test_scenario_mutants.c looks
at.
"""

import json
import re

import jsonschema
import pytest
import yaml

from harness import ROOT, run_cli

SHIPPED = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml")
                 if path.parent.name != "conformance")
SAMPLE = SHIPPED[::12]

# What every file is mutated together with, so that each kind of value is
# there, whatever is shipped.
RICH = """\
lyncmock: 1
name: rich
title: All there is
world:
  clock: 5m
  location: both
  public-port: 4443
  ntlm: {v1: yes, flags-set: 0x00080000}
  offer:
    windows: [NTLM, Negotiate]
  ticket: {lifetime: 8h, format: saml}
  users:
    alice: {state: locked}
    mallory:
      password: secret
steps:
  - at: discover.root
    when: {host: lyncdiscover.*, method: [GET, POST], first: 2}
    do: {status: 503, headers: {Retry-After: '2', X-A: null}, delay: 3s}
  - at: discover.user
    when:
      user: mallory
      ticket: expired
      requests: [2, 5]
    do:
      reset: yes
    also: yes
  - at: ntlm.challenge
    when: {leg: 1, after: 1, every: 2}
    do: {ntlm: {timestamp: no}}
expect:
  - {at: webticket.issue, times: 2, within: 20s}
  - {at: discover.user, when: {user: alice}, answered: 200}
  - never: {cleartext-password: yes}
fail-on: [must, unexpected]
"""

# In place of a value: another text, nothing, another shape, another number.
VALUES = ["qqzz", "", "~", "[[a]]", "{qqzz: a}", "-1", "0", "99999999999999",
          "'5 min'"]


def scalars(node, key=False):
    """(node, is it a key) of each scalar below."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield name, True
            yield from scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from scalars(item)
    else:
        yield node, key


UNIT = re.compile(r"^([+-]?\d+)(ms|s|m|h|d|%|KiB|MiB)$")
UNITS = ["", "ms", "s", "m", "h", "d", "%", "KiB", "MiB", "w", "S", " s"]
FLAGS = {"yes": "no", "no": "yes", "true": "false", "false": "true"}


def other_values(old):
    """Other units of the same number, the other flag, the next number, and
    none of the quotes."""
    unit = UNIT.match(old)
    if unit:
        yield from (unit.group(1) + other for other in UNITS
                    if unit.group(1) + other != old)
    if old in FLAGS:
        yield FLAGS[old]
    if old.isdigit():
        yield str(int(old) + 1)
    if old[:1] in "'\"" and old[1:-1]:
        yield old[1:-1]


def mutants(text):
    """(line, old, new, text) of each: one scalar has another text."""
    for node, is_key in scalars(yaml.compose(text)):
        begin, end = node.start_mark, node.end_mark
        old = text[begin.index:end.index]
        new = (["qqzz", old + "x", old.upper(), old.strip("'")[:-1] or "q"]
               if is_key else VALUES + [old + "x", *other_values(old)])
        for word in new:
            if word == old:
                continue
            yield (begin.line + 1, old, word,
                   text[:begin.index] + word + text[end.index:])


def fits(schema, text):
    try:
        # The parser that the program has as well: PyYAML's own differs.
        return schema.is_valid(yaml.load(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return False


@pytest.fixture(scope="module", name="schema")
def _schema():
    return jsonschema.Draft202012Validator(json.loads(
        (ROOT / "config/scenario.schema.json").read_text()))


def judge(folder, text, schema):
    """Complaints about what the program made of the mutants. An error is at
    the line, or where the old word is used and now means nothing."""
    cases = list(mutants(text))
    assert cases
    names = []
    for number, (*_, mutant) in enumerate(cases):
        names.append(folder / f"{number}.yaml")
        names[-1].write_text(mutant)
    done = run_cli(folder, "check", "--json", *names)
    assert done.returncode in (0, 2), done.stderr
    told = json.loads(done.stdout)
    assert len(told) == len(cases)
    for (line, old, new, mutant), one in zip(cases, told):
        what = f"line {line}: {old!r} -> {new!r}"
        if one["good"]:
            if not fits(schema, mutant):
                yield f"{what}: silence"
        elif not any(abs(error["line"] - line) <= 1
                     or f'"{old}"' in error["message"]
                     for error in one["diagnostics"]):
            yield f"{what}: {one['diagnostics']}"


def test_all_kinds_of_values(tmp_path, schema):
    (tmp_path / "rich.yaml").write_text(RICH)
    assert run_cli(tmp_path, "check", tmp_path / "rich.yaml").returncode == 0
    assert fits(schema, RICH)
    assert not list(judge(tmp_path, RICH, schema))


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
def test_shipped(tmp_path, schema, path):
    for file in path.parent.iterdir():
        if file.suffix != ".yaml":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert not list(judge(tmp_path, path.read_text(), schema))
