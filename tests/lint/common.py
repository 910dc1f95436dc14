"""What the checks share: the tree to look at, C without comments, a report.

Each check is a program of its own: `check [ROOT]`. It prints FILE:LINE: and
what is wrong for each finding, and exits with 1 when there was one.
"""

import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent

# Folders that hold no text of ours.
SKIPPED = {".git", "build", "build-aux", "autom4te.cache", "__pycache__",
           ".pytest_cache", "corpus", "vectors"}


def tree():
    """The folder to check: the argument, or the one this file is in."""
    return pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                        else HERE.parents[1]).resolve()


def files(root, *suffixes, under=""):
    """Sorted paths of all our files with one of these suffixes."""
    found = []
    for folder, folders, names in os.walk(root / under):
        folders[:] = [name for name in folders if name not in SKIPPED]
        found += [pathlib.Path(folder, name) for name in names
                  if name.endswith(suffixes)]
    return sorted(found)


TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_of(text):
    """C with comments and literals blanked out, every line in its place."""
    def blank(match):
        token = match.group(0)
        lines = "\n" * token.count("\n")
        return lines + '""' if token[0] == '"' else lines + " "
    return TOKEN.sub(blank, text)


class Report:
    """Collects findings; end() prints them and leaves."""

    def __init__(self, root):
        self.root = root
        self.findings = []

    def bad(self, path, line, text):
        path = pathlib.Path(path)
        if path.is_absolute():
            path = path.relative_to(self.root)
        self.findings.append((str(path), line, text))

    def end(self):
        for path, line, text in sorted(self.findings):
            print(f"{path}:{line}: {text}")
        sys.exit(1 if self.findings else 0)
