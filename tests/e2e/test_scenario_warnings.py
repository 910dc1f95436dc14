"""What check warns of: right as it stands, and probably not meant."""

import pytest

from harness import run_cli

HEAD = "lyncmock: 1\n"


def step(when="", rest="do: {status: 503}", at="discover.root"):
    when = f"    when: {{{when}}}\n" if when else ""
    return f"  - at: {at}\n{when}    {rest}\n"


def steps(*items):
    return HEAD + "steps:\n" + "".join(items)


def world(text):
    return HEAD + f"world:\n  {text}\n"


def users(password):
    return world(f"users: {{carol: {{password: {password}}}}}")


# The text, the place of the warning, and its words.
WARNED = {
    "chance without bound": (steps(step("chance: 10%")), (4, 12),
                             "say max-in-a-row or eventually"),
    "a state that nobody asks for": (
        steps(step(rest="set: {phase: two}")), (4, 11),
        "no `is` asks for the state phase"),
    "a step that is hidden": (steps(step(), step("first: 1")), (5, 5),
                              "the step never gets its turn"),
    "a step hidden by chance of 100 %": (
        steps(step("chance: 100%"), step("first: 1")), (6, 5),
        "the step never gets its turn"),
    "a password that looks real": (users("'Xk9#mPq2vL'"), (3, 29),
                                   "looks like somebody's own"),
    "a fault's password": (
        steps(step("user: alice", "do: {account: {password: 'Xk9#mPq2vL'}}",
                   "ntlm.verdict")), (5, 30), "looks like somebody's own"),
    "a domain that may be real": (world("domain: acme-corp.de"), (3, 11),
                                  "take a name that ends in .test"),
    "a private key": (
        steps(step(rest='do: {body: "-----BEGIN RSA PRIVATE KEY-----"}')),
        (4, 16), "looks like a private key"),
    "an NTLM response": (
        steps(step("header: {Authorization: 'NTLM TlRMTVNTUAADAAAAGA*'}")),
        (4, 36), "a password can be found"),
    "a token": (steps(step(rest="do: {headers: {X: 'Bearer eyJhbGci'}}")),
                (4, 23), "looks like a token"),
}

GOOD = {
    "chance with a bound": steps(step("chance: 10%, max-in-a-row: 2")),
    "chance that ends": steps(step("chance: 10%, eventually: 3")),
    "chance of a few": steps(step("chance: 50%, first: 4")),
    "chance that is none": steps(step("chance: 0%"), step("chance: 100%")),
    "a state that is asked for": steps(
        step(rest="set: {phase: two}"), step("is: {phase: two}",
                                             at="mex.get")),
    "a state that is asked for in other letters": steps(
        step(rest="set: {Phase: two}"), step("is: {phase: two}",
                                             at="mex.get")),
    "the password of the good world": users("'Passw0rd!'"),
    "a password for tests": users("'T3st-4-You!'"),
    "a short password": users("'Ab1!'"),
    "a word": users("correcthorse"),
    "domains of nobody": world("domain: corp.contoso.com"),
}


@pytest.mark.parametrize("name", WARNED)
def test_it_is_warned_of(tmp_path, name):
    text, (line, column), words = WARNED[name]
    path = tmp_path / "a.yaml"
    path.write_text(text)
    done = run_cli(tmp_path, "check", path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"{path}:{line}:{column}: warning: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert run_cli(tmp_path, "check", "--strict", path).returncode == 2
    # The secret itself is not told.
    assert "Xk9" not in done.stderr


@pytest.mark.parametrize("name", GOOD)
def test_it_is_not(tmp_path, name):
    path = tmp_path / "a.yaml"
    path.write_text(GOOD[name])
    done = run_cli(tmp_path, "check", "--strict", path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_parent_that_asks_for_a_state_counts(tmp_path):
    (tmp_path / "parent.yaml").write_text(steps(
        step("is: {phase: two}"), step(rest="set: {phase: two}",
                                       at="mex.get")))
    child = tmp_path / "child.yaml"
    child.write_text("lyncmock: 1\nextends: parent.yaml\nsteps:\n"
                     + step(rest="set: {phase: two}", at="webticket.issue"))
    assert run_cli(tmp_path, "check", child).stderr == ""
