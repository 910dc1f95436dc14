"""The benchmark's harness works: tiny counts, the numbers mean nothing."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from harness import BINARY, PATIENCE, ROOT, clean_environment

RUN = ROOT / "tests" / "bench" / "run"
# Rows that need no package from npm.
ROWS = ["spawn", "kdc-spawn", "keep-alive", "connect", "sign-in", "kerberos",
        "idle", "long-load"]


@pytest.fixture(scope="module")
def programs():
    """The folder of the load generator and of Kerberos' client."""
    build = pathlib.Path(BINARY).resolve().parent
    if not (build / "Makefile").exists():
        build = ROOT / "build"
    subprocess.run(["make", "-s", "-C", build, "tests/bench/load",
                    "tests/bench/kerberos"],
                   check=True, timeout=10 * PATIENCE)
    return build / "tests" / "bench"


@pytest.fixture
def bench(tmp_path, programs):
    """bench(ROW...) runs it in a build folder of its own."""
    (tmp_path / "tests" / "bench").mkdir(parents=True)
    for name in ("load", "kerberos"):
        (tmp_path / "tests" / "bench" / name).symlink_to(programs / name)

    def run(*rows):
        env = clean_environment(tmp_path, {"LYNCMOCK_BINARY": BINARY,
                                           "TMPDIR": str(tmp_path)})
        return subprocess.run(
            [RUN, "--selftest", "--build", tmp_path, *rows], env=env,
            capture_output=True, text=True, timeout=4 * PATIENCE)

    return run


def results_of(tmp_path):
    return json.loads((tmp_path / "bench.json").read_text())["results"]


def test_rows(bench, tmp_path):
    assert shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), (
        "nginx is missing: apt-get install nginx-light, or ./dev test")
    done = bench(*ROWS)
    assert done.returncode == 0, done.stdout + done.stderr
    results = results_of(tmp_path)
    assert {result["row"] for result in results} == set(ROWS)
    for result in results:
        assert "not_here" not in result, result
        assert result["what"] in done.stdout
        if result["row"] in ("kdc-spawn", "kerberos"):
            assert result["lyncmock_median"] > 0
        elif "with the KDC" in result["what"]:
            assert result["lyncmock_median"] > 0
            assert result["other_name"] is None
        elif result["row"] in ("keep-alive", "connect", "sign-in", "spawn"):
            assert result["lyncmock_median"] > 0
            assert result["other_name"] == "nginx"
            assert result["ratio_min"] <= result["ratio_max"]
    assert left_behind(tmp_path) == []


def left_behind(tmp_path):
    """Processes that still run in a folder of the benchmark."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(tmp_path):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_answers_have_the_same_size(bench, tmp_path):
    bench("keep-alive", "sign-in")
    sizes = [result["ratio_median"] for result in results_of(tmp_path)
             if "size" in result["what"]]
    assert len(sizes) == 2
    assert all(0.95 < size < 1.05 for size in sizes), sizes


def test_a_server_that_does_not_start(bench, tmp_path):
    done = subprocess.run(
        [RUN, "--selftest", "--build", tmp_path, "idle"],
        env=clean_environment(tmp_path, {"LYNCMOCK_BINARY": "/bin/false"}),
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "not here: lyncmock does not start" in done.stdout
    assert results_of(tmp_path)[0]["holds"] is None


def test_an_unknown_row(bench):
    done = bench("spwan")
    assert done.returncode == 2
    assert "no row spwan; there are: spawn, kdc-spawn" in done.stderr
