"""--chaos: profiles that go wrong by chance and in bounds; a patient client
signs in, with whatever seed, and the same seed goes wrong alike."""

import subprocess

import pytest

from clients import Curl
from harness import (BINARY, PASSWORD, PATIENCE, ROOT_PATH, clean_environment,
                     run_cli)
from raw import Peer, get

PROFILES = ["bad-wifi", "overloaded-pool", "flaky-kdc"]
KERBEROS = True  # flaky-kdc is about it alone


def probe(server, *args):
    env = clean_environment(server.folder, {"LYNC_PASSWORD": PASSWORD})
    return subprocess.run(
        [BINARY, "probe", "--ports-file", server.ports_file, "--user",
         "CONTOSO\\alice", *args], env=env, cwd=server.folder,
        capture_output=True, text=True, timeout=PATIENCE)


def statuses(server, count):
    seen = []
    for _ in range(count):
        try:
            with Peer(server, tls=True, host="lyncdiscover") as peer:
                reply = peer.ask(get(peer.host, ROOT_PATH))
                seen.append(reply.status if reply else "closed")
        except (OSError, AssertionError) as error:
            seen.append(type(error).__name__)
    return seen


@pytest.mark.parametrize("profile, seed, args", [
    ("bad-wifi", 1, []),
    ("bad-wifi", 2, []),
    ("overloaded-pool", 1, []),
    ("flaky-kdc", 1, ["--as", "pc-internal-kerberos"]),
])
def test_a_patient_probe_signs_in(serve, profile, args, seed):
    """It is asked again as a person would; some fifteen times will do."""
    server = serve("--chaos", profile, "--seed", seed, "--set",
                   "location=both")
    assert f"chaos={profile}" in server.messages()
    codes = []
    for _ in range(15):
        codes.append(probe(server, *args).returncode)
        if codes[-1] == 0:
            break
    assert codes[-1] == 0, codes


@pytest.mark.parametrize("profile", PROFILES)
def test_curl_with_retries_gets_its_answer(serve, profile):
    server = serve("--chaos", profile, "--seed", 3)
    client = Curl(server, always=["--retry", "10", "--retry-all-errors",
                                  "--retry-delay", "0", "--retry-max-time",
                                  "20"])
    for _ in range(4):
        answer = client.send("GET", server.url("lyncdiscover", ROOT_PATH), {})
        assert answer.status == 200


def test_something_does_go_wrong(serve):
    seen = statuses(serve("--chaos", "bad-wifi", "--seed", 6), 30)
    assert 10 < seen.count(200) < 30, seen
    seen = statuses(serve("--chaos", "overloaded-pool", "--seed", 5), 15)
    assert set(seen) == {200, 503}


def test_the_same_seed_goes_wrong_alike(serve):
    once = statuses(serve("--chaos", "bad-wifi", "--seed", 9), 20)
    assert statuses(serve("--chaos", "bad-wifi", "--seed", 9), 20) == once
    assert statuses(serve("--chaos", "bad-wifi", "--seed", 10), 20) != once


def test_the_scenario_goes_first(serve, tmp_path):
    """What it says of a point holds; chaos has the rest."""
    path = tmp_path / "play.yaml"
    path.write_text("lyncmock: 1\nsteps:\n"
                    "  - {at: http.request, do: {headers: {X-Own: 'yes'}}}\n")
    server = serve(path, "--chaos", "overloaded-pool", "--seed", 1)
    assert set(statuses(server, 10)) == {200}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_a_scenario_too(tmp_path, profile):
    done = run_cli(tmp_path, "check", f"chaos/{profile}")
    assert done.returncode == 0 and "good" in done.stdout
    shown = run_cli(tmp_path, "explain", f"chaos/{profile}")
    assert shown.returncode == 0 and "max-in-a-row" in shown.stdout


def test_they_are_listed(tmp_path):
    done = run_cli(tmp_path, "list", "chaos")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == sorted(
        PROFILES)


def test_an_unknown_profile(tmp_path):
    done = run_cli(tmp_path, "serve", "--chaos", "bad-wify")
    assert done.returncode == 2
    assert 'the nearest is "bad-wifi"' in done.stderr
