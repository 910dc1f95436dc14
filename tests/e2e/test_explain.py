"""lyncmock explain: each example that it prints is a scenario that check
accepts, and there is one wherever one makes sense."""

import json
import re

import pytest

from harness import ROOT, run_cli

BLOCK = re.compile(r"^  example\n((?:    .*\n)+)", re.M)
# What has none: a parameter that names a file, a list of numbers, and a
# mechanism that has another one's name.
BARE = {"body.file: a parameter of the fault body",
        "file: a parameter of the fault body",
        "raw.file: a parameter of the fault raw",
        "file: a parameter of the fault raw",
        "diagnostics: the product's numbered errors",
        "krb5: a way to authenticate"}
# Words that no list and no table of the schema has.
OTHERS = ["good", "cwt", "expired", "udp", "negotiate+ntlm", "refused",
          "wrong-password", "clock-skew", "28020",
          "${host}", "${now+8h}", "users", "user.alice", "user.alice.state",
          "pool.2.fqdn", "pools", "file", "padding", "type"]


def ask(folder, *args, code=0):
    done = run_cli(folder, *args)
    assert done.returncode == code, done.stderr
    return done.stdout


def listed(folder):
    for what in ("auth", "faults", "layers", "points", "services", "settings"):
        for line in ask(folder, "list", what).splitlines():
            yield line.split("\t")[0]


def parameters(folder):
    for fault in json.loads(ask(folder, "list", "faults", "--json")):
        for parameter in fault["parameters"]:
            yield parameter["name"]
            yield parameter["name"].split(".")[-1]


def keys(folder):
    schema = json.loads(ask(folder, "schema"))
    yield from schema["properties"]
    for name in ("about", "step", "when", "do", "expectation", "never"):
        yield from schema["$defs"][name]["properties"]


def dedented(block):
    return "".join(line[4:] + "\n" for line in block.splitlines())


def test_each_example_is_accepted(tmp_path):
    """All of them in one call."""
    words = {*listed(tmp_path), *parameters(tmp_path), *keys(tmp_path),
             *OTHERS}
    files = []
    for word in sorted(words):
        for section in re.split(r"\n\n(?=\S)", ask(tmp_path, "explain", word)):
            blocks = BLOCK.findall(section + "\n")
            head = section.splitlines()[0]
            if head.endswith(": a shipped scenario"):
                break  # and the file, which has tests of its own
            assert len(blocks) == 1 or head in BARE, section
            for block in blocks:
                path = tmp_path / f"{len(files)}.yaml"
                path.write_text(dedented(block))
                assert path.read_text().startswith("lyncmock: 1\n")
                files.append(path)
    done = run_cli(tmp_path, "check", *files)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert len(files) > 300


def test_a_point_prints_a_ready_step(tmp_path):
    (block,) = BLOCK.findall(ask(tmp_path, "explain", "discover.root"))
    assert dedented(block) == (
        "lyncmock: 1\n"
        "steps:\n"
        "  - at: discover.root\n"
        "    when: {client: '*iPhone*', first: 2}\n"
        "    do: {status: 503}\n")


def test_an_example_is_at_a_point_that_fits(tmp_path):
    """The fault, the fact and the setting asked for stand in it."""
    for word, line in (("too-big", "  - at: kdc.tgs"),
                       ("service", "    when: {service: HTTP/lyncweb.*}"),
                       ("target-info", "    do: {target-info: {timestamp: "
                                       "omit}}"),
                       ("cwt", "world: {ticket: {format: cwt}}"),
                       ("pool.2.fqdn", "world: {pools: {2: {fqdn: "
                                       "web9.contoso.test}}}"),
                       ("user.alice.state", "world: {users: {alice: {state: "
                                            "disabled}}}")):
        blocks = BLOCK.findall(ask(tmp_path, "explain", word))
        assert any(line in dedented(block).splitlines() for block in blocks)


@pytest.mark.parametrize("word,where", [
    ("AccessLocation", "remove"),
    ("401", "auth.offer"),
    ("Wi-Fi", "captive-portal"),
])
def test_what_speaks_of_a_word_that_is_none(tmp_path, word, where):
    done = run_cli(tmp_path, "explain", word)
    assert done.returncode == 2
    told = done.stderr.split("it is spoken of in: ")[1].strip()
    assert where in told.split(", ")
    assert len(told.split(", ")) <= 8


def test_a_fault_of_a_whole_layer(tmp_path):
    text = ask(tmp_path, "explain", "status")
    assert re.search(r"where .*discover\.\*", text)
    assert "discover.root," not in text


def test_a_layer_lists_its_points(tmp_path):
    text = ask(tmp_path, "explain", "kdc")
    assert "kdc: a layer of the points: " in text
    for point in ("kdc.as", "kdc.tgs", "kdc.proxy"):
        assert f"\n  {point} " in text
    assert "lyncmock list points kdc --long" in text


@pytest.mark.parametrize("word,path,way", [
    ("ios-ntlm", "good/ios-ntlm", "lyncmock serve good/ios-ntlm"),
    ("bad-wifi", "chaos/bad-wifi", "lyncmock serve SCENARIO --chaos bad-wifi"),
])
def test_the_folder_of_a_scenario_may_be_left_out(tmp_path, word, path, way):
    text = ask(tmp_path, "explain", word)
    assert text.startswith(f"{path}: a shipped scenario\n")
    assert way in text
    assert text.endswith((ROOT / f"scenarios/{path}.yaml").read_text())


def test_a_shipped_scenario_is_printed_whole(tmp_path):
    text = ask(tmp_path, "explain", "failures/user-empty")
    head, file = text.split("\n\n", 1)
    assert head.startswith("failures/user-empty: a shipped scenario\n")
    assert "lyncmock serve failures/user-empty" in head
    path = tmp_path / "copy.yaml"
    path.write_text(file)
    assert run_cli(tmp_path, "check", path).returncode == 0


@pytest.mark.parametrize("word", ["discover.root", "user", "ticket", "offer"])
def test_lines_are_short(tmp_path, word):
    for line in ask(tmp_path, "explain", word).splitlines():
        assert len(line) <= 80, line


def test_a_rule(tmp_path):
    """In any letter case, with all that the list has of it."""
    (rule,) = json.loads(ask(tmp_path, "list", "rules", "HT-002", "--json"))
    text = ask(tmp_path, "explain", "ht-002")
    assert text.startswith(f"HT-002: a rule: {rule['title']}\n")
    told = " ".join(text.split())
    for fact in ("doc", "good", "bad", "section"):
        assert " ".join(rule[fact].split()) in told
    assert "level must: the specification's text says so" in told


def test_a_family_of_rules(tmp_path):
    text = ask(tmp_path, "explain", "ht")
    assert text.startswith("HT: a family of rules: HTTP messages\n")
    for line in ask(tmp_path, "list", "rules", "HT").splitlines():
        assert f"\n  {line.split()[0]} " in text


def test_the_nearest_rule(tmp_path):
    done = run_cli(tmp_path, "explain", "HT-02")
    assert done.returncode == 2
    assert 'the nearest is "HT-002"' in done.stderr
