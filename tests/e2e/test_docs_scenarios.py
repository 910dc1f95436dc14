"""The scenarios that the documents print are right: each block of YAML that
begins a scenario passes `lyncmock check`, without a warning."""

import re
import shutil

import pytest

from harness import ROOT, run_cli

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)
# And how many at least.
PAGES = {"docs/language.md": 28, "docs/proxy.md": 1, "README.md": 1}
FILES = {"customer-mex.xml": ROOT / "scenarios" / "failures"}


def blocks(page):
    """(id, text) of each; the id has the line, for the one who mends it."""
    text = (ROOT / page).read_text()
    return [(f"{page}:{text.count(chr(10), 0, found.start()) + 2}",
             found.group(1))
            for found in BLOCK.finditer(text)
            if re.search(r"^lyncmock: 1$", found.group(1), re.M)]


SCENARIOS = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("page", PAGES)
def test_they_are_found(page):
    found = blocks(page)
    assert len(found) >= PAGES[page]
    # Nothing escapes: no other fence, no indentation.
    assert len(found) == (ROOT / page).read_text().count("lyncmock: 1\n")


@pytest.mark.parametrize("text", [text for _, text in SCENARIOS],
                         ids=[where for where, _ in SCENARIOS])
def test_they_are_good(tmp_path, text):
    for name in re.findall(r"\bfile: ([\w.-]+)", text):
        shutil.copy(FILES[name] / name, tmp_path)
    file = tmp_path / "my.yaml"
    file.write_text(text)
    done = run_cli(tmp_path, "check", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
