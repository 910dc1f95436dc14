"""lyncmock new: what it prints is good, and says what was asked for."""

import json

import jsonschema
import pytest
import yaml

from harness import ROOT, run_cli

SCHEMA = json.loads((ROOT / "config/scenario.schema.json").read_text())
FAILURES = sorted(path.stem
                  for path in (ROOT / "scenarios/failures").glob("*.yaml"))


def new(folder, *args, code=0):
    done = run_cli(folder, "new", *args)
    assert done.returncode == code, done.stderr
    return done


def faults(*words):
    return [part for word in words for part in ("--fault", word)]


def read(folder, *args):
    """The scenario as data; check and the schema accept it."""
    text = new(folder, *args).stdout
    path = folder / "new.yaml"
    path.write_text(text)
    assert run_cli(folder, "check", path).returncode == 0
    data = yaml.safe_load(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    for line in text.splitlines():
        assert len(line) <= 80 or "#" not in line, line
    return data


def listed(folder, *args):
    return json.loads(run_cli(folder, "list", *args, "--json").stdout)


def test_a_status_at_a_layer(tmp_path):
    data = read(tmp_path, "--from", "ios-ntlm", *faults("discover.503"))
    assert data["extends"] == "good/ios-ntlm"
    assert data["steps"] == [{"at": "discover.root", "when": {"first": 2},
                              "do": {"status": 503}}]
    assert data["about"]["layer"] == "discover"
    assert set(data["about"]) == {"symptom", "layer", "client", "source"}
    assert data["expect"] == [{"at": "discover.root", "at-least": 1}]


def test_its_first_line_is_for_editors(tmp_path):
    text = new(tmp_path).stdout
    assert text.startswith("# yaml-language-server: $schema="
                           "scenario.schema.json\n")


@pytest.mark.parametrize("word,at,do", [
    ("discover.user.28033", "discover.user", {"diagnostics": 28033}),
    ("mex.get.delay", "mex.get", {"delay": "3s"}),
    ("MEX.get.delay", "mex.get", {"delay": "3s"}),
    ("kdc.as.svc-unavailable", "kdc.as", {"kdc-error": "svc-unavailable"}),
    ("tcp.reset", "tcp.accept", {"reset": True}),
    ("stall", "discover.root", {"stall": True}),
    ("target-info", "ntlm.challenge", {"target-info": {"timestamp": "omit"}}),
    ("502", "discover.root", {"status": 502}),
])
def test_what_a_fault_can_be(tmp_path, word, at, do):
    (step,) = read(tmp_path, *faults(word))["steps"]
    assert (step["at"], step["do"]) == (at, do)


def test_the_kdc_wants_kerberos(tmp_path):
    data = read(tmp_path, *faults("kdc.tgs.too-big"))
    assert data["extends"] == "good/pc-internal-kerberos"
    assert "offer.kerberos is no" in new(
        tmp_path, "--from", "ios-ntlm", *faults("kdc.tgs.too-big"),
        code=2).stderr


def test_several_faults_and_a_setting(tmp_path):
    data = read(tmp_path, *faults("discover.503", "webticket.issue.stall",
                                  "tls.expired"))
    assert [step["at"] for step in data["steps"]] == ["discover.root",
                                                      "webticket.issue"]
    assert data["world"] == {"tls": {"profile": "expired"}}


def test_a_shipped_failure(tmp_path):
    """Extended alone; beside a parent of one's own, its parts."""
    for word in ("discovery-loop", "failures/discovery-loop"):
        data = read(tmp_path, *faults(word))
        assert data["extends"] == "failures/discovery-loop"
        assert "expect" not in data and data["about"]["layer"] == "discover"
    data = read(tmp_path, "--from", "ios-ntlm", *faults("discovery-loop",
                                                        "user-homed-elsewhere"))
    assert data["extends"] == "good/ios-ntlm"
    assert list(data["steps"][0]["do"]) == ["discover-redirect"]
    assert data["world"] == {"users": {"alice": {"home": 2}}}
    assert data["about"]["layer"] == "discover"


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_can_be_gone_on_with(tmp_path, name):
    assert read(tmp_path, *faults(f"failures/{name}"))["extends"] == (
        f"failures/{name}")


def test_each_fault_and_each_point(tmp_path):
    for fault in listed(tmp_path, "faults"):
        (step,) = read(tmp_path, *faults(fault["id"]))["steps"]
        assert list(step["do"]) == [fault["id"]]
    for point in listed(tmp_path, "points"):
        word = f"{point['id']}.{point['faults'][-1]}"
        (step,) = read(tmp_path, *faults(word))["steps"]
        assert step["at"] == point["id"]


@pytest.mark.parametrize("args,words", [
    (["--from", "ios"], 'unknown scenario "ios"; the nearest is '
                        '"good/ios-ntlm"'),
    (faults("discover.sttus"), 'unknown fault "sttus"; the nearest is "status"'),
    (faults("discovery-lop"), 'the nearest is "failures/discovery-loop"'),
    (faults("dscover.503"), 'unknown point "dscover"; the nearest is '
                            '"discover"'),
    (faults("tcp.status"), "status applies at no point of tcp"),
    (faults("mex.get.target-info"), "target-info does not apply at mex.get"),
    (faults("mex.get.99"), "status 99 does not apply at mex.get"),
    (faults("mex.get.28999"), "diagnostics 28999 does not apply at mex.get"),
    (["my.yaml"], "a file with -o"),
    (["-o"], "-o wants FILE behind it"),
    (["--fault="], 'unknown fault ""'),
    (faults("discover."), 'unknown fault ""'),
    (faults(".status"), 'unknown point ""'),
    (faults("tls.expired", "tls.weak"), "does not go together"),
])
def test_what_is_refused(tmp_path, args, words):
    done = new(tmp_path, *args, code=2)
    assert words in done.stderr
    assert done.stdout == ""


def test_a_file_is_never_overwritten(tmp_path):
    path = tmp_path / "wifi.yaml"
    assert new(tmp_path, "-o", path, *faults("stall")).stdout == ""
    text = path.read_text()
    assert "name: wifi\n" in text
    assert run_cli(tmp_path, "check", path).returncode == 0
    done = new(tmp_path, "-o", path, code=2)
    assert "File exists; nothing was written" in done.stderr
    assert path.read_text() == text
    done = new(tmp_path, "-o", tmp_path / "no" / "wifi.yaml", code=3)
    assert "No such file" in done.stderr
