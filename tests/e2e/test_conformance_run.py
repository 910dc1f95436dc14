"""`lyncmock conformance`: a client is put to a plan, and told how it did."""

import json
import pathlib
import re
import shlex
import xml.etree.ElementTree as ET

import jsonschema
import lxml.etree
import pytest
import yaml

from harness import BINARY, ROOT, run_cli
from kerberos import needs_kerberos

KERBEROS = False
PLANS = ROOT / "scenarios" / "conformance"
GOOD = "good/pc-external-ntlm"
# By curl, which is not ours; a wrong DOMAIN is one of the usual mistakes.
SIGN_IN = ("curl -sf --ntlm -u \"${DOMAIN:-CONTOSO}\\\\$LYNC_USER:"
           "$LYNC_PASSWORD\" ${LYNC_WEB_URL}auth/ntlm >/dev/null")
PROBE = (f"exec {shlex.quote(str(BINARY))} probe --timeout 9s --ports-file "
         "\"$LYNC_PORTS_FILE\"")
SIGNED_IN = "{at: ntlm.verdict, when: {verdict: accepted}, times: 1}"


@pytest.fixture
def conformance(tmp_path):
    def start(*args, client=SIGN_IN, env=None):
        return run_cli(tmp_path, "conformance", *args, "--", "sh", "-c",
                       client, env=env)
    return start


def scenario(folder, name, expect=SIGNED_IN, more=""):
    (folder / f"{name}.yaml").write_text(
        f"lyncmock: 1\nname: {name}\ntitle: <{name}> & more\nextends: {GOOD}\n"
        f"{more}expect:\n  - {expect}\n")
    return f"{name}.yaml"


def plan(folder, *groups, head="title: Mine\nclient: curl\n"):
    """groups: title and scenarios."""
    path = folder / "plan.yaml"
    path.write_text("lyncmock-plan: 1\n" + head + yaml.safe_dump(
        {"groups": [{"title": title, "why": f"why {title}",
                     "scenarios": scenarios}
                    for title, scenarios in groups]}))
    return path


def two(folder):
    return plan(folder, ("First", [GOOD, scenario(folder, "one")]),
                ("Second", [scenario(folder, "two")]))


# --- runs and exit codes ----------------------------------------------------

def test_a_client_that_keeps_to_all(conformance, tmp_path):
    done = conformance(two(tmp_path))
    assert done.returncode == 0, done.stderr
    assert re.search(r"First +2 passed\n", done.stderr)
    assert re.search(r"Second +1 passed\n", done.stderr)
    assert re.search(r"passed: 3 passed of 3 runs; \d+ of \d+ rules had a say",
                     done.stderr)
    assert done.stdout.count("\n== ") + 1 == 3


def test_a_client_that_fails_is_told_why(conformance, tmp_path):
    done = conformance(two(tmp_path), env={"DOMAIN": "WRONG"})
    assert done.returncode == 1
    words = " ".join(done.stderr.split())
    assert "First 0 passed, 2 failed" in words
    assert "Second 0 passed, 1 failed" in words
    assert f"{tmp_path}/one.yaml:6: expected ntlm.verdict" in words
    assert "failed: 0 passed, 3 failed of 3 runs" in words
    # What is behind it: the why-solver's line, for that is what to mend.
    assert 'domain must be "CONTOSO"' in words


def test_what_the_client_prints_is_kept(conformance, tmp_path):
    out = tmp_path / "report.json"
    conformance(plan(tmp_path, ("A", [GOOD])), "--json", out,
                client=f"echo said so; {SIGN_IN}")
    (run,) = json.loads(out.read_text())["runs"]
    assert run["client"]["output"] == "said so\n"
    assert run["group"] == "A"


def test_who_cannot_sign_in_may_fail(conformance, tmp_path):
    """But not by a signal, and not where all is well."""
    refused = scenario(tmp_path, "refused",
                       "{at: ntlm.verdict, when: {verdict: refused}}",
                       "world:\n  users: {alice: {state: disabled}}\n")
    own = plan(tmp_path, ("Refused", [refused]))
    assert conformance(own).returncode == 0
    died = conformance(own, client=f"{SIGN_IN}; kill -9 $$")
    assert died.returncode == 5 and "signal" in died.stderr
    good = conformance(plan(tmp_path, ("Good", [GOOD])),
                       client=f"{SIGN_IN}; exit 3")
    assert good.returncode == 5 and "the client ended with 3" in good.stderr


def test_nobody_reaches_closed_ports(conformance, tmp_path):
    own = plan(tmp_path, ("Closed", ["failures/discovery-host-refuses"]))
    done = conformance(own, client="! curl -s --noproxy '*' --connect-to "
                                   "::127.0.0.1:$LYNC_HTTPS_PORT "
                                   "$LYNC_DISCOVER_URL")
    assert done.returncode == 0, done.stderr


def test_jobs_and_a_time_limit(conformance, tmp_path):
    """Each run has its own; the others are not lost."""
    slow = f"{SIGN_IN}; case $LYNC_SCENARIO in *two*) sleep 60;; esac"
    done = conformance(two(tmp_path), "--jobs", "3", "--timeout", "5s",
                       client=slow)
    assert done.returncode == 4
    words = " ".join(done.stderr.split())
    assert "failed: 2 passed, 1 failed of 3 runs" in words
    assert "timed out" in words


def test_matrix(conformance, tmp_path):
    done = conformance(plan(tmp_path, ("A", [GOOD])), "--matrix",
                       "ticket.format=cwt,saml")
    assert done.returncode == 0
    assert re.search(r"A +2 passed\n", done.stderr)


@needs_kerberos
def test_skipped_without_a_kdc(conformance, tmp_path):
    done = conformance(plan(tmp_path, ("K", ["good/pc-internal-kerberos"])),
                       "--krb5kdc", "none")
    assert done.returncode == 77
    assert re.search(r"K +0 passed, 1 skipped", done.stderr)


def test_a_whole_client_and_a_shipped_plan(conformance, tmp_path):
    """The built-in one, in all of the first group and some others of a phone;
    a report in every form."""
    groups = yaml.safe_load((PLANS / "mobile.yaml").read_text())["groups"]
    some = plan(tmp_path, *[
        (group["title"], [item for item in group["scenarios"]
                          if "*" not in item][:2])
        for group in groups if group["title"] in
        ("The sign-in", "Accounts", "Homes", "Discovery")])
    done = conformance(some, "--jobs", "3", "--junit", tmp_path / "junit.xml",
                       "--tap", tmp_path / "tap", "--markdown",
                       tmp_path / "md", "--json", tmp_path / "json",
                       client=f"{PROBE} --as ios-ntlm")
    assert done.returncode == 0, done.stderr
    assert re.search(r"The sign-in +2 passed", done.stderr)
    suites = ET.parse(tmp_path / "junit.xml").getroot()
    assert len(suites) == 8
    assert (tmp_path / "tap").read_text().startswith("TAP version 14")
    assert "Mine" in (tmp_path / "md").read_text()
    report = json.loads((tmp_path / "json").read_text())
    assert report["title"] == "Mine"
    assert report["scorecard"]["runs"] == {"passed": 8, "failed": 0,
                                           "skipped": 0}
    schema = json.loads(run_cli(tmp_path, "schema", "--report").stdout)
    jsonschema.Draft202012Validator(schema).validate(report)


# --- the scorecard ----------------------------------------------------------

def test_rules_are_counted(conformance, tmp_path):
    conformance(two(tmp_path), "--json", tmp_path / "json")
    report = json.loads((tmp_path / "json").read_text())
    card = report["scorecard"]
    catalogue = json.loads(run_cli(tmp_path, "list", "rules",
                                   "--json").stdout)
    met = {rule["id"] for run in report["runs"] for rule in run["rules"]
           if rule["met"]}
    broken = {finding["rule"] for run in report["runs"]
              for finding in run["findings"]}
    assert sum(row["total"] for row in card["levels"]) == len(catalogue)
    for rows, key in ((card["levels"], "level"), (card["families"], "family")):
        for row in rows:
            ids = {rule["id"] for rule in catalogue if rule[key] == row["name"]}
            assert row["total"] == len(ids)
            assert row["met"] == len(ids & met)
            assert row["broken"] == len(ids & broken)
    assert {item["rule"] for item in card["breaches"]} == broken
    for item in card["breaches"]:
        assert item["runs"] == sum(
            item["rule"] in {finding["rule"] for finding in run["findings"]}
            for run in report["runs"])


def test_html_is_one_safe_page(conformance, tmp_path):
    evil = "<script>alert(1)</script> & \"more\""
    own = plan(tmp_path, (evil, [scenario(tmp_path, "one")]),
               head=f"title: '{evil}'\nclient: '{evil}'\n")
    conformance(own, "--html", tmp_path / "card.html",
                env={"DOMAIN": "WRONG"})
    text = (tmp_path / "card.html").read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert "<script" not in text
    # It is well-formed, so no text has become markup ...
    root = ET.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert root.find("body/h1").text == evil
    # ... and a reader of HTML, which is more lenient, sees the same.
    page = lxml.etree.fromstring(text, lxml.etree.HTMLParser())
    assert page.findtext("body/h1") == evil
    assert not page.xpath("//script | //link | //img | //iframe")
    for value in page.xpath("//@*"):
        assert "://" not in value
    assert not re.search(r"url\(|@import", text)
    assert page.xpath("//meta[@name='viewport']")
    (group,) = page.xpath("//details[summary/b]")[:1]
    assert group.get("open") and group.findtext("summary/b") == evil
    assert "expected ntlm.verdict" in "".join(group.itertext())


# --- coverage ---------------------------------------------------------------

def test_coverage_names_what_would_bring_it(conformance, tmp_path):
    done = conformance(plan(tmp_path, ("A", [GOOD])), "--coverage", "--json",
                       tmp_path / "json")
    words = " ".join(done.stderr.split())
    assert re.search(r"28033 .*?: failures/ticket-expired", words)
    rows = {row["kind"]: row for row in json.loads(
        (tmp_path / "json").read_text())["scorecard"]["coverage"]}
    assert set(rows) == {"rules", "points", "diagnostics", "reasons",
                         "kerberos", "statuses"}
    for row in rows.values():
        assert row["met"] + len(row["left"]) == row["total"]
    assert "ntlm.verdict" not in [item["id"] for item in rows["points"]["left"]]
    reasons = {item["id"]: item for item in rows["reasons"]["left"]}
    assert reasons["locked"]["scenario"] == "failures/account-locked"
    assert [item["id"] for item in rows["statuses"]["left"]].count("401") == 0


def test_coverage_keeps_its_word(conformance, tmp_path):
    """What is told to bring it does."""
    own = plan(tmp_path, ("A", ["failures/ticket-expired-as-issued",
                                "failures/account-locked"]))
    conformance(own, "--json", tmp_path / "json", client=PROBE)
    report = json.loads((tmp_path / "json").read_text())
    codes = {code for run in report["runs"] for code in run["codes"]}
    assert {"diagnostics 28033", "reasons locked"} <= codes
    left = {item["id"] for row in report["scorecard"]["coverage"]
            for item in row["left"]}
    assert not left & {"28033", "locked"}


# --- compared with an earlier one -------------------------------------------

def test_compare(conformance, tmp_path):
    old = tmp_path / "old.json"
    one = scenario(tmp_path, "one")
    same = scenario(tmp_path, "same")
    # Fails now, and passes later; passes now, and fails later.
    only = ("case $LYNC_SCENARIO in *$FAILS*) DOMAIN=WRONG;; esac; " + SIGN_IN)
    conformance(plan(tmp_path, ("A", [one, same, GOOD])), "--json", old,
                client=only, env={"FAILS": "one"})
    own = plan(tmp_path, ("A", [one, same, scenario(tmp_path, "two")]))
    new = tmp_path / "new.json"
    done = conformance(own, "--compare", old, "--json", new, client=only,
                       env={"FAILS": "same"})
    assert done.returncode == 1
    card = json.loads(new.read_text())["scorecard"]
    assert {(change["move"], pathlib.Path(change["run"]).name)
            for change in card["changes"]} == {
        ("better", "one"), ("worse", "same"), ("new", "two"),
        ("gone", "pc-external-ntlm")}
    words = " ".join(done.stderr.split())
    assert "worse same: failed, was passed; " in words
    assert "better one: passed, was failed" in words


def test_fail_on_worse(conformance, tmp_path):
    """What failed before may fail; what did not may not."""
    old = tmp_path / "old.json"
    bad = {"DOMAIN": "WRONG"}
    own = plan(tmp_path, ("A", [scenario(tmp_path, "one")]))
    conformance(own, "--json", old, env=bad)
    args = (own, "--compare", old, "--fail-on", "worse")
    assert conformance(own, "--compare", old, env=bad).returncode == 1
    again = conformance(*args, env=bad)
    assert again.returncode == 0
    assert "all as it was" in again.stderr
    # It fails by more than it did.
    more = conformance(*args, client=f"{SIGN_IN} ; kill -9 $$", env=bad)
    assert more.returncode == 1 and "now also by: " in more.stderr
    conformance(own, "--json", old)
    assert conformance(*args, env=bad).returncode == 1


def test_compare_wants_a_report(conformance, tmp_path):
    own = plan(tmp_path, ("A", [GOOD]))
    (tmp_path / "old.json").write_text("{}")
    done = conformance(own, "--compare", tmp_path / "old.json")
    assert done.returncode == 2 and "no report of lyncmock" in done.stderr
    assert conformance(own, "--compare", "/none").returncode == 2
    done = conformance(own, "--fail-on", "worse")
    assert done.returncode == 2 and "--compare" in done.stderr
    done = conformance(own, "--fail-on", "all")
    assert done.returncode == 2 and "any or worse" in done.stderr


# --- plans ------------------------------------------------------------------

GROUP = "groups:\n  - title: A\n    scenarios: [%s]\n"

# text behind the first two lines, and what is said of it
WRONG = {
    "unknown scenario": (
        GROUP % "failures/captive-portl",
        '5:17: error: unknown scenario "failures/captive-portl"; the nearest '
        'is "failures/captive-portal"'),
    "nothing fits": (GROUP % "failures/x-*",
                     '5:17: error: no shipped scenario fits "failures/x-*"'),
    "no file": (GROUP % "none.yaml", "5:17: error: there is no file "),
    "twice": (GROUP % f"{GOOD}, {GOOD}", "5:40: error: \"" + GOOD +
              '" is in this plan already, by line 5; leave one'),
    "empty group": (GROUP % "", "5:16: error: a group without scenarios; "),
    "no scenarios": ("groups:\n  - title: A\n",
                     "4:5: error: a group without scenarios; "),
    "no title": (f"groups:\n  - scenarios: [{GOOD}]\n",
                 "4:5: error: a group without `title`"),
    "no groups": ("groups: []\n", "3:9: error: a plan without groups"),
    "nothing": ("", "1:1: error: a plan without `groups`"),
    "unknown key": (GROUP % GOOD + "    wy: x\n",
                    '6:5: error: unknown key of a group "wy"; the nearest is '
                    '"why"'),
    "unknown key above": (GROUP % GOOD + "titel: x\n",
                          '6:1: error: unknown key of a plan "titel"'),
    "a list": ("groups: 5\n", "3:9: error: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_plan(conformance, tmp_path, name):
    text, expected = WRONG[name]
    path = tmp_path / "plan.yaml"
    path.write_text(f"lyncmock-plan: 1\ntitle: Mine\n{text}")
    done = conformance(path)
    assert done.returncode == 2
    assert f"{path}:{expected}" in done.stderr
    assert done.stdout == ""


def test_no_plan(conformance, tmp_path):
    done = conformance(GOOD)
    assert done.returncode == 2 and "no shipped plan" in done.stderr
    done = conformance("mobil")
    assert done.returncode == 2 and "the nearest is mobile" in done.stderr
    done = conformance()
    assert done.returncode == 2
    for name in ("desktop", "mobile", "robustness", "web-app"):
        assert f"\n  {name} " in done.stderr
    done = conformance("mobile", "desktop")
    assert done.returncode == 2 and "one plan at a time" in done.stderr
    path = scenario(tmp_path, "one")
    done = conformance(tmp_path / path)
    assert done.returncode == 2 and "this is a scenario" in done.stderr


def test_plans_are_listed(tmp_path):
    done = run_cli(tmp_path, "list", "plans", "--json")
    plans = {item["id"]: item for item in json.loads(done.stdout)}
    assert set(plans) == {path.stem for path in PLANS.glob("*.yaml")}
    sign_in = plans["mobile"]["groups"][0]
    assert sign_in["scenarios"][0] == "good/ios-ntlm"
    # No plan is taken for a scenario.
    names = run_cli(tmp_path, "list", "scenarios").stdout
    assert "conformance/" not in names


def test_plans_fit_their_schema(tmp_path):
    schema = json.loads(run_cli(tmp_path, "schema", "--plan").stdout)
    judge = jsonschema.Draft202012Validator(schema)
    judge.check_schema(schema)
    for path in PLANS.glob("*.yaml"):
        judge.validate(yaml.safe_load(path.read_text()))
    for name in ("unknown key", "empty group", "no title", "no groups",
                 "nothing"):
        wrong = yaml.safe_load(f"lyncmock-plan: 1\ntitle: x\n{WRONG[name][0]}")
        assert not judge.is_valid(wrong), name


def test_the_plan_of_the_manual(conformance, tmp_path):
    """docs/conformance.md prints one; and a client that never comes fails."""
    page = (ROOT / "docs" / "conformance.md").read_text()
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    (tmp_path / "plan.yaml").write_text(text)
    scenario(tmp_path, "our-proxy")
    done = conformance(tmp_path / "plan.yaml", "--jobs", "4", client="true")
    assert done.returncode == 1
    words = " ".join(done.stderr.split())
    assert "The sign-in 0 passed, 1 failed" in words
    assert "failures/certificate-expired" in words
    assert "none reached the server" in words


def test_a_plan_of_the_manual_is_shipped(tmp_path):
    page = (ROOT / "docs" / "conformance.md").read_text()
    named = re.findall(r"^\| `([\w-]+)` \|", page, re.M)
    assert sorted(named) == sorted(path.stem for path in PLANS.glob("*.yaml"))


def test_a_failure_names_its_scenario_once(conformance, tmp_path):
    """By name and line: "failures/x: failures/x.yaml:16:" says it twice."""
    own = plan(tmp_path, ("A", ["failures/ticket-always-refused"]))
    done = conformance(own, client="curl -s $LYNC_DISCOVER_URL")
    words = " ".join(done.stderr.split())
    assert re.search(r"failures/ticket-always-refused: line \d+: expected",
                     words), words
    assert "failures/ticket-always-refused.yaml" not in words
    assert re.search(r"rules .*?\d+ of \d+ had a say, \d+ broken", words)
    assert " met" not in words
