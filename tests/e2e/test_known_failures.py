"""--known-failures: what may fail for a while, and what becomes of that."""

import json
import subprocess
from xml.etree import ElementTree

import pytest

from harness import BINARY, PATIENCE, ROOT, clean_environment, run_cli
from raw import Peer

KERBEROS = False
SOON = "2149-12-31"
OVER = "2020-02-29"
SCENARIO = """\
lyncmock: 1
expect:
  - {id: ticket, at: webticket.issue}
fail-on: [must]
"""


@pytest.fixture
def known(serve, tmp_path):
    """known(entry...) serves SCENARIO with a file of these."""
    def start(*entries, args=()):
        (tmp_path / "play.yaml").write_text(SCENARIO)
        path = tmp_path / "known.yaml"
        path.write_text("".join(f"- {{{entry}}}\n" for entry in entries))
        server = serve(tmp_path / "play.yaml", "--known-failures", path, *args)
        server.judged = True
        return server

    return start


def malformed(server):
    """Breaks HT-001: this is no HTTP."""
    with Peer(server) as peer:
        peer.send(b"NONSENSE\r\n\r\n")
        peer.all()


def verdict(server, code):
    server.expected_exit = code
    assert server.stop() == code, server.messages()
    return server.messages()


def test_known(known, tmp_path):
    report = tmp_path / "report.json"
    server = known(f"expect: ticket, reason: not yet, until: {SOON}",
                   f"rule: HT-001, reason: old proxy, until: {SOON}, "
                   "ticket: BUG-17", args=["--json", report])
    malformed(server)
    said = verdict(server, 0)
    assert "known: expected webticket.issue at least once, saw 0; known until " \
        f"{SOON}: not yet" in said
    assert "verdict: known: HT-001" in said
    run = json.loads(report.read_text())["runs"][0]
    assert [one["severity"] for one in run["findings"]
            if one["rule"] == "HT-001"] == ["known"]
    assert run["exit_code"] == 0


def test_not_known(known):
    server = known(f"rule: HT-001, reason: old proxy, until: {SOON}")
    malformed(server)
    assert "failed: expected webticket.issue" in verdict(server, 1)


@pytest.mark.parametrize("scenario,code", [
    ("'*play.yaml'", 1), ("good/*", 1), ("'*'", 1)])
def test_of_which_scenario(known, scenario, code):
    server = known(f"expect: ticket, scenario: {scenario}, reason: no, "
                   f"until: {SOON}")
    malformed(server)
    said = verdict(server, code)
    assert ("known: expected webticket.issue" in said) \
        == (scenario != "good/*")


def test_by_the_point(known):
    server = known(f"expect: webticket.issue, reason: no, until: {SOON}",
                   f"rule: 'HT-*', reason: no, until: {SOON}")
    malformed(server)
    verdict(server, 0)


def test_its_day_is_over(known):
    """It hides nothing any more, and fails the run by itself."""
    server = known(f"expect: ticket, reason: no, until: {OVER}")
    server.curl(server.url("lyncdiscover"))
    said = verdict(server, 1)
    assert "failed: expected webticket.issue" in said
    assert f"known.yaml:1: failed: expected the known failure ticket, until: " \
        f"{OVER} is over" in said


def test_occurs_no_more(known):
    server = known(f"expect: ticket, reason: no, until: {SOON}")
    assert server.ask_ticket("CONTOSO\\alice", "--ntlm").status == 200
    said = verdict(server, 1)
    assert "known.yaml:1: failed: expected the known failure ticket, it " \
        "occurs no more; take it out of the file" in said


@pytest.mark.parametrize("entry, told", [
    ("expect: tikcet", 'play.yaml expects no such thing; the nearest is '
                       '"ticket"'),
    ("expect: zzz", "play.yaml expects no such thing"),
    ("expect: tikcet, scenario: 'good/*'", ""),
    ("expect: tikcet, scenario: '*'", ""),
    ("expect: mex.get", ""),
], ids=["near", "far", "of another", "of many", "a point"])
def test_names_no_expectation(known, entry, told):
    """A point is one that other scenarios expect, a pattern means others."""
    server = known(f"{entry}, reason: no, until: {SOON}",
                   f"expect: ticket, reason: no, until: {SOON}")
    server.curl(server.url("lyncdiscover"))
    said = verdict(server, 1 if told else 0)
    assert told in said
    assert ("known.yaml:1: failed: expected the known failure" in said) \
        == bool(told)


def test_rule_in_words(known, tmp_path):
    """It neither held nor failed, in whatever form."""
    report, junit, tap, text = (tmp_path / name for name in (
        "report.json", "junit.xml", "report.tap", "report.txt"))
    server = known(f"expect: ticket, reason: not yet, until: {SOON}",
                   f"rule: HT-001, reason: old proxy, until: {SOON}",
                   args=["--json", report, "--junit", junit, "--tap", tap,
                         "--text", text])
    malformed(server)
    verdict(server, 0)
    run = json.loads(report.read_text())["runs"][0]
    line = run["expectations"][1]
    assert line["what"] == "no breach of a rule of level MUST"
    assert (line["held"], line["severity"], line["known"]) \
        == (False, "known", "old proxy")
    assert run["line"].startswith("passed: ")
    assert run["line"].endswith(
        "0 of 2 expectations held, 0 lesser findings, 1 known"), run["line"]
    assert "known: no breach of a rule of level MUST, HT-001 at exchange" \
        in " ".join(text.read_text().split())
    assert "\u2713" not in text.read_text()
    cases = ElementTree.parse(junit).getroot().findall(".//testcase")
    assert [case[0].tag for case in cases] == ["skipped"] * len(cases)
    points = [line for line in tap.read_text().splitlines()
              if line.startswith("    ok") or line.startswith("    not ok")]
    assert points and all(" # TO" "DO " in line for line in points)


def test_what_fails_is_marked(serve, tmp_path):
    """One annotation, and another mark than lesser ones."""
    (tmp_path / "play.yaml").write_text(
        "lyncmock: 1\nrules: {HT-001: fail}\n")
    server = serve(tmp_path / "play.yaml", "--text", tmp_path / "text",
                   env={"GITHUB_ACTIONS": "true"})
    server.judged = True
    malformed(server)
    server.process.terminate()
    told = server.process.stdout.read().decode().splitlines()
    verdict(server, 1)
    errors = [line for line in told if line.startswith("::error ")]
    assert len(errors) == 1 and "play.yaml,line=2,title=" in errors[0]
    assert "\u2717 HT-001 MUST" in (tmp_path / "text").read_text()


def test_over_comes_first(known, tmp_path):
    report = tmp_path / "report.json"
    server = known(f"rule: HT-001, reason: no, until: {OVER}",
                   args=["--json", report])
    malformed(server)
    verdict(server, 1)
    line = json.loads(report.read_text())["runs"][0]["line"]
    assert "known.yaml:1: expected the known failure HT-001, until: " \
        f"{OVER} is over (and 2 more)" in line


def test_rule_that_is_kept(known):
    """BA-001 has a say only where somebody sends Basic: it is not outdated as
    long as nobody does."""
    server = known(f"rule: BA-001, reason: no, until: {SOON}",
                   f"expect: ticket, reason: no, until: {SOON}")
    server.curl(server.url("lyncdiscover"))
    verdict(server, 0)


def test_nobody_came(known):
    """Then nothing is outdated: the run fails because nobody came."""
    server = known(f"expect: ticket, reason: no, until: {OVER}")
    said = verdict(server, 1)
    assert "none reached the server" in said and "is over" not in said


def test_run(tmp_path):
    """The same with `run`, and a client that asks for discovery alone."""
    (tmp_path / "play.yaml").write_text(SCENARIO)
    (tmp_path / "known.yaml").write_text(
        f"- {{expect: ticket, reason: no, until: {SOON}}}\n")
    for args, code in [([], 1), (["--known-failures", "known.yaml"], 0)]:
        done = subprocess.run(
            [BINARY, "run", "play.yaml", "--set", "offer.kerberos=no", *args,
             "--", "curl", "-sS", "-o", "answer",
             "https://lyncdiscover.contoso.test/"],
            env=clean_environment(tmp_path), cwd=tmp_path,
            capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == code, done.stderr


ERRORS = {
    "no list": ("rule: HT-001\n", 1, 1, "a list of known failures"),
    "no mapping": ("- HT-001\n", 1, 3, "a mapping with `rule`"),
    "of nothing": (f"- {{reason: x, until: {SOON}}}\n", 1, 3, "one thing"),
    "of two things": (f"- {{rule: HT-001, expect: x, reason: x, until: {SOON}}}"
                      "\n", 1, 3, "one thing"),
    "no reason": (f"- {{rule: HT-001, until: {SOON}}}\n", 1, 3,
                  "without `reason`"),
    "no day": ("- {rule: HT-001, reason: x}\n", 1, 3, "without `until`"),
    "no such day": ("- {rule: HT-001, reason: x, until: 2027-02-29}\n", 1, 36,
                    "expected a day"),
    "a day of another form": ("- {rule: HT-001, reason: x, until: 1.3.2027}\n",
                              1, 36, "expected a day"),
    "an unknown rule": (f"- {{rule: HT-0001, reason: x, until: {SOON}}}\n", 1,
                        10, 'the nearest is "HT-001"'),
    "a pattern of no rule": (f"- {{rule: 'ZZ-*', reason: x, until: {SOON}}}\n",
                             1, 10, "no rule fits"),
    "a misspelt point": (f"- {{expect: webticket.isue, reason: x, until: "
                         f"{SOON}}}\n", 1, 12,
                         'the nearest is "webticket.issue"'),
    "an unknown key": (f"- {{rule: HT-001, reasn: x, reason: x, until: {SOON}}}"
                       "\n", 1, 18, 'the nearest is "reason"'),
    "no YAML": ("- {rule: \n", 2, 1, ""),
}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("verb", ["serve", "run"])
def test_bad_files(tmp_path, name, verb):
    text, line, column, told = ERRORS[name]
    (tmp_path / "known.yaml").write_text(text)
    done = run_cli(tmp_path, verb, "good/ios-ntlm", "--known-failures",
                   tmp_path / "known.yaml", *(["--", "true"] if verb == "run"
                                              else []))
    assert done.returncode == 2, done.stderr
    assert f"known.yaml:{line}:{column}: error: " in done.stderr
    assert told in done.stderr


def test_no_file(tmp_path):
    done = run_cli(tmp_path, "serve", "--known-failures", tmp_path / "none")
    assert done.returncode == 2
    assert "--known-failures" in done.stderr and "none" in done.stderr


def test_shipped_scenario(tmp_path):
    """By the id that `list scenarios` has."""
    assert (ROOT / "scenarios" / "good" / "ios-ntlm.yaml").exists()
    (tmp_path / "known.yaml").write_text(
        f"- {{rule: HT-001, scenario: good/ios-ntlm, reason: x, until: "
        f"{OVER}}}\n")
    done = run_cli(tmp_path, "run", "good/ios-ntlm", "--set",
                   "offer.kerberos=no", "--known-failures",
                   tmp_path / "known.yaml", "--", "curl", "-sS",
                   "https://lyncdiscover.contoso.test/")
    assert done.returncode == 1
    assert f"until: {OVER} is over" in done.stderr
