"""Processes on one core each, and what they cost."""

import os
import pathlib
import re
import signal
import subprocess
import time

PATIENCE = 60


class Trouble(Exception):
    """A measurement that cannot be made, and why."""


def cores():
    """(server's, load generator's), then the other way round."""
    allowed = sorted(os.sched_getaffinity(0))
    first, second = allowed[0], allowed[-1]
    return [(first, second), (second, first)]


def description():
    """The machine in a line: what the numbers depend on."""
    cpu = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo"))
    memory = int(re.search(r"MemTotal:\s*(\d+)", read("/proc/meminfo"))[1])
    return (f"{os.cpu_count()} cores of {cpu[1] if cpu else os.uname().machine}"
            f", {memory / 1024 ** 2:.0f} GiB, Linux {kernel()}")


def kernel():
    return ".".join(os.uname().release.split(".")[:2])


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def environment(home):
    """Nothing of the caller's but PATH."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home), "LC_ALL": "C.UTF-8"}


def pinned(core, command, **how):
    """Starts a command on one core. The affinity of a child is ours when it
    is made: a wrapper would be measured too."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return subprocess.Popen([str(word) for word in command], **how)
    finally:
        os.sched_setaffinity(0, before)


def cpu_clock(pid):
    """What clock_getcpuclockid(3) yields: nanoseconds, where /proc tells
    ticks of 10 ms."""
    return (~pid << 3) | 2


class Process:
    """A server on one core, with the children that it has."""

    def __init__(self, folder, core, command, stdout=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "output"
        with open(self.log, "ab") as log:
            self.popen = pinned(core, command, env=environment(folder),
                                cwd=folder, stdin=subprocess.DEVNULL,
                                stdout=stdout or log, stderr=log)

    def pids(self):
        found = [self.popen.pid]
        for pid in found:
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, read(task).split())
        return found

    def cpu(self):
        """Seconds of processor time, of all threads, also of ended ones."""
        return sum(time.clock_gettime(cpu_clock(pid)) for pid in self.pids())

    def memory(self):
        """KiB, shared pages counted in part (PSS)."""
        return sum(int(re.search(r"^Pss:\s*(\d+)", read(
            f"/proc/{pid}/smaps_rollup"), re.M)[1]) for pid in self.pids())

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids())

    def alive(self):
        return self.popen.poll() is None

    def stop(self):
        """Ends it, and whatever it has started."""
        children = self.pids()[1:] if self.alive() else []
        if self.alive():
            self.popen.terminate()
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.popen.stdout:
            self.popen.stdout.close()

    def words(self):
        """The end of what it said."""
        return read(self.log)[-400:].strip()


def until(what, true):
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise Trouble(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.02)
