"""A machine without krb5kdc: all but Kerberos works, and who cannot do
without is told so."""

import pytest

from clients import Curl
from harness import run_cli
from signin import ask

NO_KDC = ["--krb5kdc", "none"]


def test_no_kdc_on_the_machine(serve):
    server = serve(*NO_KDC)
    assert "kdc" not in server.ready and "krb5_conf" not in server.ready
    [line] = [line for line in server.messages().splitlines()
              if "warning" in line]
    for words in ("no krb5kdc on this machine", "apt-get install krb5-kdc",
                  "Kerberos is not offered"):
        assert words in line
    assert ask(Curl(server, "--ntlm"), server).status == 200


def test_no_kdc_and_nobody_wants_one(serve):
    server = serve(*NO_KDC, "--set", "offer.kerberos=no")
    server.stop()
    assert "krb5kdc" not in server.messages()


@pytest.mark.parametrize("args", [
    ["--set", "offer.kerberos=yes"], ["--ccache", "alice"],
])
def test_no_kdc_but_it_is_wanted(tmp_path, args):
    done = run_cli(tmp_path, "serve", *NO_KDC, *args)
    assert done.returncode == 77
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "error: " in line and "apt-get install krb5-kdc" in line


@pytest.mark.parametrize("at,needs", [
    ("kdc.as", True), ("kdc.tgs", True), ("negotiate.init", False),
    ("ntlm.challenge", False),
])
def test_no_kdc_and_a_scenario(tmp_path, at, needs):
    scenario = tmp_path / "s.yaml"
    scenario.write_text(
        f"lyncmock: 1\nsteps:\n  - at: {at}\n    do: {{delay: 1s}}\n")
    done = run_cli(tmp_path, "serve", scenario, *NO_KDC, "--timeout", "200ms")
    assert done.returncode == (77 if needs else 4), done.stderr
    if needs:
        assert f"{scenario}:3: the step at {at} needs Kerberos" in done.stderr


def test_no_kdc_and_something_is_expected_of_it(tmp_path):
    scenario = tmp_path / "s.yaml"
    scenario.write_text("lyncmock: 1\nexpect:\n  - {at: kdc.as, times: 1}\n")
    done = run_cli(tmp_path, "serve", scenario, *NO_KDC, "--timeout", "200ms")
    assert done.returncode == 77, done.stderr
    assert (f"{scenario}:3: what is expected at kdc.as needs Kerberos"
            in done.stderr)


@pytest.mark.parametrize("make,words", [
    (lambda path: None, "No such file or directory"),
    (lambda path: path.write_text("#!/bin/sh\n"), "Permission denied"),
])
def test_a_program_that_is_none(tmp_path, make, words):
    """Whoever names one means it, though Kerberos need not be offered."""
    program = tmp_path / "krb5kdc"
    make(program)
    done = run_cli(tmp_path, "serve", "--krb5kdc", program)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"--krb5kdc {program}: {words}" in done.stderr
