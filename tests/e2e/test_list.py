"""lyncmock list: what it finds, and that what it claims is so."""

import json
import re

import pytest

from harness import ROOT, run_cli

SHIPPED = sorted((ROOT / "scenarios/failures").glob("*.yaml"))


def ask(folder, *args, code=0):
    done = run_cli(folder, "list", *args)
    assert done.returncode == code, done.stderr
    return done


def ids(folder, *args):
    return [line.split("\t")[0]
            for line in ask(folder, *args).stdout.splitlines()]


def facts(folder, *args):
    return json.loads(ask(folder, *args, "--json").stdout)


def layer(point):
    return point.split(".")[0]


def test_points_are_in_the_order_of_layers(tmp_path):
    layers = ids(tmp_path, "layers")
    points = ids(tmp_path, "points")
    order = [layers.index(layer(point)) for point in points]
    assert order == sorted(order)
    for point in facts(tmp_path, "points"):
        assert point["layer"] == layer(point["id"])
        assert point["spec"]


def test_help_tells_of_each_list(tmp_path):
    """The usage, in one line with that of other verbs, and the long text."""
    usage = run_cli(tmp_path, "help").stdout
    usage = usage[usage.index("lyncmock list "):].split("[")[0]
    named = "".join(usage.split()[2:]).split("|")
    told = re.findall(r"^  ([a-z]+)  ", ask(tmp_path, "--help").stdout, re.M)
    assert named == told
    for name in named:
        assert ids(tmp_path, name), name
    refused = ask(tmp_path, "no-such-list", code=2).stderr
    assert f"one of: {', '.join(named)}\n" in refused


def test_words_search(tmp_path):
    found = ids(tmp_path, "points", "NTLM")
    assert "ntlm.challenge" in found and "mex.get" not in found
    assert ids(tmp_path, "points", "ntlm", "verdict") == ["ntlm.verdict"]
    assert ids(tmp_path, "auth", "basic") == ["basic"]
    assert ids(tmp_path, "settings", "lockout") == [
        "lockout-threshold", "lockout-duration"]
    # By the customer's words, the layer, the source, and what its steps do.
    for words, name in ((["monday"], "discovery-503-retry-after"),
                        (["kdc-error"], "kerberos-kdc-busy"),
                        (["F-38"], "captive-portal"),
                        (["usertoken.verdict", "500"], None)):
        found = run_cli(tmp_path, "list", "scenarios", *words).stdout
        assert (f"failures/{name}\t" in found) == (name is not None)


@pytest.mark.parametrize("word,there,not_there", [
    ("wifi", "failures/captive-portal", "failures/discovery-404"),
    ("WI-FI", "failures/captive-portal", "failures/discovery-404"),
    # A word begins so; "change" and "filter" do not.
    ("hang", "failures/connection-forgotten", "failures/kerberos-must-change"),
    ("filter", "failures/discovery-204", "failures/discovery-404"),
    # Values of steps, names in the middle of a path, and comments.
    ("AccessLocation", "failures/access-location-missing",
     "failures/captive-portal"),
    ("www-authenticate", "failures/windows-auth-disabled",
     "failures/captive-portal"),
    ("toxiproxy", "chaos/bad-wifi", "failures/captive-portal"),
    ("chaos", "chaos/flaky-kdc", "good/ios-ntlm"),
])
def test_scenarios_by_beginnings_of_words(tmp_path, word, there, not_there):
    found = ids(tmp_path, "scenarios", word)
    assert there in found and not_there not in found


def test_no_scenario_by_the_end_of_a_word(tmp_path):
    """No filter is meant, and none is found."""
    ask(tmp_path, "scenarios", "LTE", code=2)
    ask(tmp_path, "scenarios", "schema.json", code=2)


def test_bug_reports_come_first(tmp_path):
    """Then what stands in the files; a good client's doings only where all
    else has nothing."""
    about = {item["id"]: f"{item['id']} {item['title']} "
                         f"{item['about'].get('symptom', '')}".casefold()
             for item in facts(tmp_path, "scenarios")}
    found = ids(tmp_path, "scenarios", "503")
    reported = [bool(re.search(r"\b503", about[name])) for name in found]
    assert True in reported and False in reported
    assert reported == sorted(reported, reverse=True)
    client = next(item["about"]["client"]
                  for item in facts(tmp_path, "scenarios")
                  if item["id"] == "failures/windows-auth-disabled")
    assert "failures/windows-auth-disabled" in ids(
        tmp_path, "scenarios", *re.findall(r"\w+", client))


def test_nothing_is_found(tmp_path):
    done = ask(tmp_path, "scenarios", "qqqq", "rrrr", code=2)
    assert done.stdout == ""
    assert 'nothing of `lyncmock list scenarios` has "qqqq rrrr" in it' in (
        done.stderr)
    assert json.loads(ask(tmp_path, "points", "qqqq", "--json",
                          code=2).stdout) == []


def test_faults_at_a_point_and_points_of_a_fault(tmp_path):
    """Each is the other's mirror."""
    for point in facts(tmp_path, "points"):
        assert ids(tmp_path, "faults", "--at", point["id"]) == point["faults"]
    assert ids(tmp_path, "points", "--fault=target-info") == ["ntlm.challenge"]
    assert "mex.get" not in ids(tmp_path, "points", "--fault", "krb5")


@pytest.mark.parametrize("args,words", [
    (["faults", "--at", "mex.gte"], 'the nearest is "mex.get"'),
    (["faults", "--at", "qqqqqq"], "list points prints them"),
    (["points", "--fault", "statsu"], 'the nearest is "status"'),
    (["points", "--at", "mex.get"], "--at goes with lyncmock list faults"),
    (["auth", "--fault", "status"], "--fault goes with lyncmock list points"),
    (["faults", "--at"], "--at wants POINT behind it"),
    (["points", "--long=yes"], "--long takes no value"),
    (["points"] + ["--long"] * 65, "more than 64 options"),
])
def test_what_is_refused(tmp_path, args, words):
    assert words in ask(tmp_path, *args, code=2).stderr


def test_rules_by_family_level_and_word(tmp_path):
    rules = facts(tmp_path, "rules")
    assert [rule["id"] for rule in rules] == ids(tmp_path, "rules")
    for rule in rules:
        assert rule["id"].startswith(rule["family"] + "-")
        assert rule["level"] in ("must", "should", "practice", "robustness")
        for fact in ("title", "section", "doc", "good", "bad"):
            assert rule[fact], rule["id"]
    must = [rule["id"] for rule in rules if rule["level"] == "must"]
    assert set(must) <= set(ids(tmp_path, "rules", "must"))
    family = [rule["id"] for rule in rules if rule["family"] == "HT"]
    assert family and ids(tmp_path, "rules", "HT-") == family
    assert ids(tmp_path, "rules", "ht", "exactly", "one", "host") == ["HT-002"]
    text = ask(tmp_path, "rules", "ht-002", "--long").stdout
    assert text.startswith("HT: HTTP messages\n\n  HT-002\n")
    assert "    section     RFC 9112 section 3.2\n" in text


def test_what_it_claims_of_points_is_accepted(tmp_path):
    """A step of each fault at each point that is said to take it; of the
    examples of the fault one fits."""
    examples = {fault["id"]: [fault["example"], *fault["examples"]]
                for fault in facts(tmp_path, "faults")}
    good = set()
    for number in range(max(map(len, examples.values()))):
        pairs = [(point["id"], fault) for point in facts(tmp_path, "points")
                 for fault in point["faults"]
                 if number < len(examples[fault])]
        files = []
        for point, fault in pairs:
            path = tmp_path / f"{point}-{fault}-{number}.yaml"
            path.write_text(
                f"lyncmock: 1\nsteps:\n  - at: {point}\n"
                f"    do: {{{fault}: {examples[fault][number]}}}\n")
            files.append(path)
        done = run_cli(tmp_path, "check", "--json", *files)
        good |= {pair for pair, told in zip(pairs, json.loads(done.stdout))
                 if told["good"]}
    claimed = {(point["id"], fault) for point in facts(tmp_path, "points")
               for fault in point["faults"]}
    assert claimed == good


def test_the_long_form(tmp_path):
    text = ask(tmp_path, "points", "mex", "--long").stdout
    assert text.startswith("mex: metadata exchange\n\n  mex.get\n")
    assert "    facts       " in text and "    faults      " in text
    assert "    source      [MS-OCAUTHWS] 1.3.1.1\n" in text
    for what in ("auth", "faults", "layers", "rules", "scenarios",
                 "services", "settings", "points"):
        for line in ask(tmp_path, what, "--long").stdout.splitlines():
            assert len(line) <= 78 or " " not in line.strip()[20:], line


def test_scenarios_are_in_groups(tmp_path):
    text = ask(tmp_path, "scenarios", "--long").stdout
    layers = ids(tmp_path, "layers")
    heads = [line.split(":")[0] for line in text.splitlines()
             if line and not line.startswith(" ")]
    assert heads[:2] == ["Sign-ins that succeed", "For --chaos"]
    at = [layers.index(head) for head in heads[2:]]
    assert at == sorted(at) and len(at) > 5
    for path in SHIPPED:
        assert f"  failures/{path.stem}\n" in text
    for one in facts(tmp_path, "scenarios"):
        if one["id"].startswith("failures/"):
            assert sorted(one["about"]) == ["client", "layer", "source",
                                            "symptom"]
