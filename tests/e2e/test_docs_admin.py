"""The examples of docs/admin.md work as they stand there."""

import os
import re
import subprocess
import sys

import pytest

from harness import BINARY, PATIENCE, ROOT, SANITIZER, clean_environment

PAGE = (ROOT / "docs" / "admin.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def shell(tmp_path):
    """Runs lines in a folder where build/lyncmock is the one under test."""
    (tmp_path / "build").mkdir()
    os.symlink(BINARY, tmp_path / "build" / "lyncmock")
    for beside in ("lyncmock-probe", "lyncmock-kdc-keeper"):
        os.symlink(os.path.join(os.path.dirname(BINARY), beside),
                   tmp_path / "build" / beside)

    def run(text):
        # What nobody has ended ends with its parent's group.
        done = subprocess.run(
            ["setsid", "--wait", "sh", "-c", text], cwd=tmp_path,
            env=clean_environment(tmp_path), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    return run


def parts():
    """The examples, less the last line, which ends the server; and that."""
    first, ci = blocks("sh")
    *lines, end = first.splitlines()
    assert end == "kill $server"
    return "\n".join(lines) + "\n", ci, end + "\nwait $server\n"


def test_the_first_steps(shell, tmp_path):
    first, _, end = parts()
    done = shell("set -e\n" + first + end)
    said = done.stdout.splitlines()
    assert '"name":"default"' in said[1]
    assert '"scenario":"failures/user-empty"' in said[2]
    assert '"name":"t2.contoso.test"' in said[3]
    assert said[4] == "503"
    assert said[5].startswith('{"judged":true,"held":true')
    assert '"session":"t2.contoso.test"' in said[6]
    assert done.returncode == 0, done.stderr


def test_ci_in_a_shell(shell):
    first, ci, end = parts()
    done = shell(first + ci + end)
    assert done.stdout.splitlines()[-1] == "200", done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    # A client that does not ask again fails it, and CI shows why.
    done = shell(first.replace("-o bug.yaml", "-o bug2.yaml")
                 + "trap 'kill $server' EXIT\n"
                 + ci.replace("--retry 2 ", ""))
    assert done.returncode == 1
    assert '"why":"saw 1"' in done.stdout


def test_ci_in_python(shell, tmp_path):
    first, _, end = parts()
    (python,) = blocks("python")
    (tmp_path / "ci.py").write_text(python)
    done = shell("set -e\n" + first + f"{sys.executable} ci.py\n" + end)
    assert done.returncode == 0, done.stdout + done.stderr
