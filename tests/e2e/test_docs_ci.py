"""docs/ci and the README's example for CI work as they stand there.

Each line of a job is run as it is, in a folder with nothing in it but what the
file's head tells to copy. What is put in place of the world outside:

- apt-get is one that installs nothing: this machine has what it is asked for,
  which is checked;
- git clones from a repository of this tree as it is after `./dev build`: its
  build folder has nothing left to do, so that no test takes minutes. `./dev
  test` has built it;
- steps with `uses:` are GitHub's: what they get is checked to be there.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest
import yaml

from harness import BINARY, PATIENCE, ROOT, SANITIZER, clean_environment

CI = ROOT / "docs" / "ci"
BESIDE = ["lyncmock", "lyncmock-kdc-keeper", "lyncmock-probe"]

APT = """#!/bin/sh
for word; do
    case $word in
    -*|install) ;;
    update) exit 0;;
    *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$word")" = installed ] ||
        { echo "$word is not installed here" >&2; exit 1; };;
    esac
done
"""


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def built_tree(folder):
    """A repository that has all that `./dev build` leaves."""
    build = folder / "build"
    build.mkdir(parents=True)
    for name in ("dev", "configure", "Makefile.in", "config.h.in"):
        shutil.copy(ROOT / name, folder)
    (build / "configured-with").write_text("--enable-werror\n")
    (build / "Makefile").write_text("all: lyncmock lyncmock-kdc-keeper\n")
    for name in BESIDE:
        os.symlink(pathlib.Path(BINARY).with_name(name), build / name)
    for words in (["init", "-q"], ["add", "-f", "."],
                  ["-c", "user.name=x", "-c", "user.email=x@x.test",
                   "commit", "-q", "-m", "Built"]):
        subprocess.run(["git", *words], cwd=folder, check=True,
                       env=clean_environment(folder))
    return folder


@pytest.fixture
def job(tmp_path):
    """job(lines, env) runs them in one shell, in the workspace."""
    workspace = tmp_path / "workspace"
    (workspace / "ci").mkdir(parents=True)
    shutil.copy(CI / "sign-in.sh", workspace / "ci")
    program(tmp_path / "bin" / "apt-get", APT)
    repository = built_tree(tmp_path / "repository")
    basis = clean_environment(tmp_path, {
        "MOCK_REPOSITORY": f"file://{repository}", "CI": "true"})

    def run(lines, env=None, path=()):
        path = [*path, str(tmp_path / "bin"), basis["PATH"]]
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)], cwd=workspace,
            env={**basis, **(env or {}), "PATH": os.pathsep.join(path)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=4 * PATIENCE, check=False)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    run.workspace = workspace
    return run


def suites(path):
    return xml.etree.ElementTree.parse(path).getroot().findall("testsuite")


def judge_reports(workspace):
    assert len(suites(workspace / "one.xml")) == 1
    assert [suite.get("failures")
            for suite in suites(workspace / "several.xml")] == ["0"] * 4
    assert "webticket" in (workspace / "one.txt").read_text().lower()


def is_told_to_be_copied_to(text, place):
    """The head of the file says where it goes; its lines count on that."""
    head = text.split("\n\n")[0] + text.split("\n#\n")[1]
    return place in head and "ci/sign-in.sh" in head


# --- GitHub Actions -----------------------------------------------------------

class GitHub:
    """A job's steps, with what a runner passes from one to the next."""

    def __init__(self, job):
        self.text = (CI / "github-actions.yml").read_text()
        flow = yaml.safe_load(self.text)
        self.triggers = flow[True]  # YAML 1.1 takes `on` for a switch
        self.steps = flow["jobs"]["sign-in"]["steps"]
        self.job = job
        self.workspace = job.workspace
        self.env = {"GITHUB_ACTIONS": "true"}
        for name in ("PATH", "STEP_SUMMARY", "ENV", "OUTPUT"):
            path = self.workspace.parent / f"github-{name.lower()}"
            path.write_text("")
            self.env[f"GITHUB_{name}"] = str(path)

    def said(self, name):
        return pathlib.Path(self.env[f"GITHUB_{name}"]).read_text()

    def run(self, step):
        return self.job([step["run"]], self.env,
                        self.said("PATH").splitlines()[::-1])


def test_github_actions(job):
    github = GitHub(job)
    assert is_told_to_be_copied_to(github.text,
                                   ".github/workflows/sign-in.yml")
    assert github.triggers == ["push", "pull_request"]
    told = []
    for step in github.steps:
        if "run" in step:
            done = github.run(step)
            assert done.returncode == 0, step["name"] + done.stderr
            told.append(done.stdout)
    assert len(told) == 3
    judge_reports(github.workspace)
    assert all("::warning " in text for text in told[1:]), "curl's lesser ones"
    summary = github.said("STEP_SUMMARY")
    assert summary.count("### ") == 2
    assert "good/ios-ntlm (tls.max=1.3)" in summary
    uses = [step["uses"] for step in github.steps if "uses" in step]
    assert [name.split("@")[0] for name in uses] == [
        "actions/checkout", "actions/cache", "actions/upload-artifact"]
    kept = github.steps[-1]
    assert kept["if"] == "always()", "of a run that failed, too"
    for path in kept["with"]["path"].split():
        assert (github.workspace / path).stat().st_size > 0, path
    cached = github.steps[1]["with"]["path"]
    assert (github.workspace / cached / "build" / "lyncmock").exists()


def test_github_actions_where_the_client_is_wrong(job):
    """The step fails, with an annotation; the reports are there all the same.
    The folder of the cache is used again."""
    github = GitHub(job)
    built_tree(github.workspace / "lyncmock")
    program(github.workspace / "ci" / "sign-in.sh",
            "#!/bin/sh\nLYNC_ACCOUNT='contoso.local\\alice'\n"
            + (CI / "sign-in.sh").read_text())
    get, one, several = [step for step in github.steps if "run" in step]
    github.env["MOCK_REPOSITORY"] = "file:///no/such/repository"
    assert github.run(get).returncode == 0
    done = github.run(one)
    assert done.returncode == 1
    errors = re.findall("^::error .*", done.stdout, re.M)
    assert any('password matches; domain must be "CONTOSO"' in line
               for line in errors), done.stdout
    assert suites(github.workspace / "one.xml")[0].get("failures") != "0"
    assert github.run(several).returncode == 1
    assert len(suites(github.workspace / "several.xml")) == 4
    assert "❌" in github.said("STEP_SUMMARY")


# --- GitLab -------------------------------------------------------------------

def gitlab():
    text = (CI / "gitlab-ci.yml").read_text()
    return text, yaml.safe_load(text)["sign-in"]


def test_gitlab(job):
    text, what = gitlab()
    assert is_told_to_be_copied_to(text, ".gitlab-ci.yml")
    # GitLab runs them in one shell, one behind the other.
    done = job(what["before_script"] + what["script"])
    assert done.returncode == 0, done.stderr
    judge_reports(job.workspace)
    artifacts = what["artifacts"]
    assert artifacts["when"] == "always"
    for path in artifacts["reports"]["junit"] + artifacts["paths"]:
        assert (job.workspace / path).stat().st_size > 0, path
    for path in what["cache"]["paths"]:
        assert (job.workspace / path).is_dir()


def test_gitlab_where_the_client_is_wrong(job):
    _, what = gitlab()
    program(job.workspace / "ci" / "sign-in.sh", "#!/bin/sh\nexit 0\n")
    done = job(what["before_script"] + what["script"])
    assert done.returncode == 1
    assert "none reached the server" in done.stderr
    assert suites(job.workspace / "one.xml")[0].get("failures") != "0"


# --- the client ---------------------------------------------------------------

def test_the_client_signs_in_as_one_of_the_product(tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run(
        [BINARY, "run", "good/pc-external-ntlm", "--json", report, "--",
         CI / "sign-in.sh"], env=clean_environment(tmp_path),
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    run, = json.loads(report.read_text())["runs"]
    walk = [(item["operation"], item["status"])
            for item in run["exchanges"] if item["method"] != "CONNECT"]
    assert walk == [("discover.root", 200), ("discover.user", 401),
                    ("mex.get", 200), ("webticket.issue", 401),
                    ("webticket.issue", 200), ("discover.user", 200)]
    assert not [finding["rule"] for finding in run["findings"]
                if finding["level"] == "MUST" or
                not finding["rule"].startswith("NT-")], "but curl's own NTLM"


# --- the README ---------------------------------------------------------------

# What differs from one run to the next.
VARYING = re.compile(r"exchange \d+|\d+ exchanges|\d+ rules")


def told(text):
    return VARYING.sub("#", text).strip().splitlines()


def test_the_readme_s_example(tmp_path):
    section, = re.findall(r"^## In CI\n(.*?)^## ", (ROOT / "README.md")
                          .read_text(), re.M | re.S)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.M | re.S)
    (_, script), (_, good), (_, bad) = blocks
    lines = script.splitlines()
    assert len(lines) == 3, "three lines"
    (tmp_path / "build").mkdir()
    for name in BESIDE:
        os.symlink(pathlib.Path(BINARY).with_name(name),
                   tmp_path / "build" / name)
    shutil.copytree(CI, tmp_path / "docs" / "ci")
    codes, out = [], []
    for number in range(2, 4):
        done = subprocess.run(
            ["sh", "-c", "\n".join([lines[0], lines[number - 1]])],
            cwd=tmp_path, env=clean_environment(tmp_path),
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        codes.append(done.returncode)
        out.append(done)
    assert codes == [0, 1]
    assert told(out[0].stdout + out[0].stderr) == told(good)
    *_, last = told(out[1].stderr)
    assert [last] == told(bad), "one line says why"
