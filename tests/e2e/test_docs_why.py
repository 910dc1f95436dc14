"""docs/why.md says what the program says: each line that it shows is made of
texts that the sources have."""

import pathlib
import re

TREE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ["auth", "ticket", "services"]
# What differs from one sign-in to the next.
VALUES = re.compile(
    r'"[^"]*"|\b(?:alice|bob|x)\b(?:\'s)?|CONTOSO\\\w+|https?://\S+|'
    r"pool\d\d\.contoso\.test|(?<![-\w])\d[\d:TZ-]*|NotOnOrAfter|saml:\w+|"
    r"\bin\b(?= attribute)")
SHORTEST = 5


def literals():
    """All texts of the sources, those that stand side by side as one."""
    found = []
    for folder in FOLDERS:
        for path in (TREE / "server" / folder).glob("*.c"):
            text = re.sub(r"/\*.*?\*/|'\\?.'", "", path.read_text(),
                          flags=re.S)
            for whole in re.findall(r'(?:"(?:\\.|[^"\\])*"\s*)+', text):
                parts = re.findall(r'"((?:\\.|[^"\\])*)"', whole)
                found.append("".join(parts).replace('\\"', '"')
                             .replace("\\\\", "\\"))
    return found


def lines_of_the_page():
    page = (TREE / "docs/why.md").read_text()
    for row in re.findall(r"^\| (?!the client|---)(.*) \|$", page, re.M):
        yield from re.findall(r"`([^`]+)`", row.split(" | ", 1)[1])


def is_said(line, texts):
    """Whether pieces of the sources, put one behind the other, make it."""
    line = line.strip(" ;:,.")
    reached = {0}
    for begin in range(len(line)):
        end = begin + SHORTEST
        while begin in reached and line[begin:end] in texts \
                and end <= len(line):
            reached.add(end)
            end += 1
    return len(line) < SHORTEST or len(line) in reached


def test_each_line_is_one_that_the_program_can_say():
    texts = "\0".join(literals())
    shown = list(lines_of_the_page())
    assert len(shown) > 40
    assert [(line, part) for line in shown for part in VALUES.split(line)
            if not is_said(part, texts)] == []
