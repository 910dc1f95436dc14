"""check, list, explain, schema, and what serve makes of a scenario."""

import json
import pathlib
import re

import jsonschema
import pytest
import yaml

from harness import ROOT, ROOT_PATH, run_cli
from signin import sign_in
from clients import Curl

HEAD = "lyncmock: 1\n"
SHIPPED = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml")
                 if path.parent.name != "conformance")
IDS = [str(path.relative_to(ROOT / "scenarios").with_suffix(""))
       for path in SHIPPED]


def ask(folder, *args, code=0):
    done = run_cli(folder, *args)
    assert done.returncode == code, done.stderr
    return done


def as_json(folder, *args, code=0):
    return json.loads(ask(folder, *args, "--json", code=code).stdout)


def rows(folder, what):
    lines = ask(folder, "list", what).stdout.splitlines()
    return dict(line.split("\t") for line in lines)


@pytest.fixture(name="write")
def _write(tmp_path):
    def write(text, name="scenario.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text)
        return path
    return write


# ---- Shipped scenarios ----

def test_there_are_shipped_scenarios(tmp_path):
    listed = rows(tmp_path, "scenarios")
    assert "good/pc-external-ntlm" in listed
    assert sorted(listed) == sorted(IDS)
    assert all(listed.values()), "a scenario has no title"


@pytest.mark.parametrize("path", SHIPPED, ids=IDS)
def test_each_shipped_scenario_is_good(tmp_path, path):
    first, text = path.read_text().split("\n", 1)
    depth = len(path.relative_to(ROOT).parts) - 1
    assert first == ("# yaml-language-server: $schema=" + "../" * depth
                     + "config/scenario.schema.json")
    done = ask(tmp_path, "check", str(path))
    assert done.stderr == ""
    read = yaml.safe_load(text)
    assert read["name"] == str(path.relative_to(ROOT / "scenarios")
                               .with_suffix(""))
    if path.parent.name == "good":
        assert "expect" not in read


def test_an_id_works_in_an_empty_folder(tmp_path, serve):
    server = serve("good/pc-external-ntlm")
    sign_in(Curl(server, "--ntlm"), server)
    (tmp_path / "elsewhere").mkdir()
    assert ask(tmp_path / "elsewhere", "check",
               "good/pc-external-ntlm").stderr == ""


def test_the_folder_of_an_id_may_be_left_out(tmp_path, serve):
    line = ask(tmp_path, "check", "Android-SOAP").stdout
    assert "good/android-soap" in line
    server = serve("android-soap")
    assert "scenario good/android-soap" in server.log.read_text()
    write = tmp_path / "child.yaml"
    write.write_text(HEAD + "extends: android-soap\n")
    done = ask(tmp_path, "check", write, code=2)
    assert 'the nearest is "good/android-soap"' in done.stderr


def test_a_file_beats_the_last_part_of_an_id(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("title: Mine\n", "ios-ntlm")
    assert '"Mine"' in ask(tmp_path, "check", "ios-ntlm").stdout


def test_a_path_that_exists_wins(tmp_path, write, monkeypatch):
    write("title: mine\n", "good/pc-external-ntlm")
    monkeypatch.chdir(tmp_path)
    (one,) = as_json(tmp_path, "check", "good/pc-external-ntlm")
    assert one["title"] == "mine"


# ---- serve ----

def test_world_and_one_step(serve, write):
    path = write(
        "name: wifi\n"
        "world: {users: {carol: {password: secret}}, public-port: 4443}\n"
        "steps:\n"
        "  - at: discover.root\n"
        "    when: {host: lyncdiscover.*, first: 1}\n"
        "    do: {status: 503}\n")
    server = serve(path)
    url = server.url("lyncdiscover", ROOT_PATH)
    assert [server.curl(url).status for _ in range(2)] == [503, 200]
    assert ":4443" in server.curl(url).text
    assert server.ask_ticket("carol", "--ntlm", password="secret").status == 200
    server.stop()
    assert "lyncmock: scenario wifi settings=2 steps=1\n" in server.messages()
    assert f"step={path}:5\n" in server.messages()


def test_the_scenario_is_logged_with_or_without_steps(serve, write):
    for scenario, line in (
            ("good/web-app-soap", 'scenario good/web-app-soap "'),
            (write("title: 'An iPhone'\n"
                   "extends: failures/wrong-password-lockout\n"),
             f'"An iPhone" settings=')):
        server = serve(scenario)
        server.stop()
        [told] = [text for text in server.messages().splitlines()
                  if text.startswith("lyncmock: scenario ")]
        assert line in told
        assert told.endswith(" steps=0")
    server = serve()
    server.stop()
    assert "lyncmock: scenario" not in server.messages()


def test_options_beat_variables_beat_the_file(serve, write):
    path = write("world: {domain: fabrikam.test, public-port: 1}\n")
    assert serve(path).domain == "fabrikam.test"
    server = serve(path, "--set", "domain=option.test",
                   env={"LYNCMOCK_SET": "domain=variable.test"})
    assert server.domain == "option.test"
    server = serve(path, env={"LYNCMOCK_SET": "domain=variable.test"})
    assert server.domain == "variable.test"
    server = serve(path, "--set=public-port=4444")
    assert ":4444" in server.curl(
        server.url("lyncdiscover", ROOT_PATH)).text


def test_steps_see_the_users_of_options(serve, write):
    path = write("steps:\n  - at: discover.user\n    when: {user: dora}\n"
                 "    do: {status: 503}\n")
    done = run_cli(path.parent, "check", path)
    assert done.returncode == 2
    serve(path, "--set", "user.dora.state=good")


def test_a_wrong_option_is_no_error_of_the_file(write):
    path = write("title: x\n")
    done = run_cli(path.parent, "serve", path, "--set", "domian=a.test")
    assert done.returncode == 2
    assert done.stderr == ("lyncmock: error: --set domian=a.test: there is no "
                           'setting "domian"; the nearest is "domain"\n')


def test_options_that_do_not_fit_the_file(write):
    path = write("world: {ticket: {key: rsa2048, sha1: yes}}\n")
    assert run_cli(path.parent, "check", path).returncode == 0
    done = run_cli(path.parent, "serve", path, "--set", "ticket.key=p256")
    assert done.returncode == 2
    assert done.stderr.startswith("lyncmock: error: ticket.sha1: expected")


def test_two_scenarios_are_one_too_many(tmp_path):
    done = run_cli(tmp_path, "serve", "a.yaml", "b.yaml")
    assert done.returncode == 2
    assert '"b.yaml": the scenario is a.yaml already' in done.stderr


# ---- extends ----

def test_a_child_beats_its_parent(serve, write):
    write("world: {domain: parent.test, public-port: 7}\n"
          "steps:\n  - {at: discover.root, do: {status: 503}}\n"
          "  - {at: mex.get, do: {status: 502}}\n", "up/parent.yaml")
    server = serve(write("extends: up/parent.yaml\n"
                         "world: {domain: child.test}\n"
                         "steps:\n  - {at: discover.root, do: {status: 404}}\n"))
    assert server.domain == "child.test"
    assert server.curl(server.url("lyncdiscover", ROOT_PATH)).status == 404
    assert server.curl(server.url(
        "lyncweb", "/WebTicket/WebTicketService.svc/mex")).status == 502


def test_files_lie_beside_the_scenario_that_names_them(serve, write):
    (write("", "up/x").parent / "page.html").write_text("from the parent's side")
    write("steps:\n  - {at: discover.root, do: {body: {file: page.html}}}\n",
          "up/parent.yaml")
    server = serve(write("extends: up/parent.yaml\n"))
    answer = server.curl(server.url("lyncdiscover", ROOT_PATH))
    assert answer.text == "from the parent's side"


# ---- check ----

def test_check_says_what_is_good(write):
    path = write("name: n\ntitle: t\nworld: {domain: a.test, ntlm: {v1: yes}}\n"
                 "steps: [{at: mex.get, do: {delay: 1s}}]\n")
    assert ask(path.parent, "check", path).stdout == (
        f'{path}: good: n, "t", 2 settings, 1 step\n')
    assert as_json(path.parent, "check", path) == [
        {"file": str(path), "good": True, "name": "n", "title": "t",
         "settings": 2, "steps": 1, "expectations": 0, "errors": 0,
         "warnings": 0, "diagnostics": []}]
    path = write("extends: scenario.yaml\nexpect: [{at: mex.get}]\n", "b.yaml")
    assert ask(path.parent, "check", path).stdout == (
        f"{path}: good: 2 settings, 1 step, 1 expectation\n")


@pytest.mark.parametrize("text,code,out,err", [
    (HEAD + "title: t\n", 0, '<stdin>: good: "t", 0 settings, 0 steps\n', ""),
    (HEAD + "x: 1\n", 2, "", '<stdin>:2:1: error: unknown key "x"'),
    ("", 2, "", "<stdin>:1:1: error: the file is empty"),
    ("#" * 1100000, 2, "", "<stdin>:1:1: error: the file is larger than 1 MiB"),
    ("#" * 5000000, 2, "", "<stdin>:1:1: error: the file is larger than 1 MiB"),
])
def test_check_reads_standard_input(tmp_path, text, code, out, err):
    (tmp_path / "text").write_text(text)
    with open(tmp_path / "text", encoding="utf-8") as stdin:
        done = run_cli(tmp_path, "check", "-", stdin=stdin)
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr.startswith(err)


def test_check_json_of_a_bad_one_among_good(write):
    bad, good = write("nmae: x\n", "bad.yaml"), write("", "good.yaml")
    told = as_json(bad.parent, "check", bad, good, code=2)
    assert [one["good"] for one in told] == [False, True]
    assert told[0]["diagnostics"] == [
        {"file": str(bad), "line": 2, "column": 1, "severity": "error",
         "message": 'unknown key "nmae"; the nearest is "name"',
         "nearest": "name", "expected": None}]
    assert "name" not in told[0]
    assert told[1]["name"] == str(good)


@pytest.mark.parametrize("text,nearest,expected", [
    ("world: {domian: a.test}\n", "domain", None),
    ("world: {clock: 5 minutes}\n", None, "a duration such as +6m, or a time "
                                          "such as 2013-06-01T12:00:00Z"),
    ("qqqqqq: 1\n", None, "lyncmock, name, title, about, extends, world, "
                          "steps, expect, fail-on, unexpected, rules"),
    ("steps: {}\n", None, "a list of steps"),
    ("steps: [{at: tcp.accept, do: {status: 503}}]\n", None, None),
])
def test_check_json_says_what_would_be_right(write, text, nearest, expected):
    path = write(text)
    (one,) = as_json(path.parent, "check", path, code=2)
    (wrong,) = one["diagnostics"]
    assert list(wrong) == ["file", "line", "column", "severity", "message",
                           "nearest", "expected"]
    assert (wrong["nearest"], wrong["expected"]) == (nearest, expected)


def test_a_file_that_is_not_there(write):
    path = write("")
    none, good = as_json(path.parent, "check", "no.yaml", path, code=2)
    assert (none["good"], good["good"]) == (False, True)
    (wrong,) = none["diagnostics"]
    assert (wrong["file"], wrong["line"], wrong["column"]) == ("no.yaml", 1, 1)


HIDDEN = """\
steps:
  - at: mex.get
    do: {delay: 1s}
  - at: mex.get
    do: {status: 503}
"""


def test_strict_takes_warnings_for_errors(write):
    path = write(HIDDEN)
    done = ask(path.parent, "check", path)
    assert ":5:5: warning: the step never gets its turn" in done.stderr
    ask(path.parent, "check", path, "--strict", code=2)
    (one,) = as_json(path.parent, "check", "--strict", path, code=2)
    assert (one["good"], one["errors"], one["warnings"]) == (True, 0, 1)
    assert one["diagnostics"][0]["severity"] == "warning"
    ask(path.parent, "check", "--strict", write("", "good.yaml"))


def test_check_wants_a_scenario(tmp_path):
    assert "wants the names of scenarios" in ask(tmp_path, "check",
                                                 code=2).stderr


# ---- list and explain ----

LISTS = ["auth", "faults", "layers", "points", "scenarios", "services", "settings"]


@pytest.mark.parametrize("what", LISTS)
def test_lines_and_json_say_the_same(tmp_path, what):
    lines = rows(tmp_path, what)
    facts = as_json(tmp_path, "list", what)
    assert lines and list(lines) == [one["id"] for one in facts]
    for one in facts:
        assert lines[one["id"]].startswith(one["title"])
        assert len(one) > 2 or what == "layers"


def test_facts_about_points_and_faults_agree(tmp_path):
    points = {one["id"]: one for one in as_json(tmp_path, "list", "points")}
    faults = {one["id"]: one for one in as_json(tmp_path, "list", "faults")}
    assert points["discover.user"]["facts"][:2] == ["host", "method"]
    for name, point in points.items():
        assert point["faults"] == [
            word for word, fault in faults.items() if name in fault["points"]]
    for fault in faults.values():
        assert fault["points"] and fault["parameters"] and fault["example"]


def test_the_example_of_each_fault_is_good(tmp_path, write):
    for fault in as_json(tmp_path, "list", "faults"):
        good = []
        for point in fault["points"]:
            path = write(f"steps:\n  - at: {point}\n"
                         f"    do: {{{fault['id']}: {fault['example']}}}\n")
            done = run_cli(tmp_path, "check", path)
            good.append(done.returncode == 0 or "file" in fault["example"])
        assert any(good), f"{fault['id']}: {done.stderr}"


def test_a_list_that_is_none(tmp_path):
    done = ask(tmp_path, "list", "fault", code=2)
    assert "did you mean faults?" in done.stderr
    assert "wants one of" in ask(tmp_path, "list", code=2).stderr


def test_every_word_is_explained(tmp_path):
    schema = json.loads(ask(tmp_path, "schema").stdout)
    words = {word for what in LISTS for word in rows(tmp_path, what)}
    words |= set(schema["properties"])
    for definition in ("step", "when", "do", "expectation", "never"):
        words |= set(schema["$defs"][definition]["properties"])
    for word in sorted(words):
        text = ask(tmp_path, "explain", word).stdout
        assert text.startswith(f"{word}: "), word
        assert len(text.splitlines()) > 1, word


def test_a_word_with_several_meanings(tmp_path):
    text = ask(tmp_path, "explain", "ticket").stdout
    assert "ticket: a fact, for `when`" in text
    assert "ticket: settings of the world" in text


def test_explaining_says_how_a_setting_is_written(tmp_path):
    text = ask(tmp_path, "explain", "user.NAME.state").stdout
    assert "world: {users: {NAME: {state: ...}}}" in text
    assert "--set user.NAME.state=VALUE" in text


def test_the_good_world_is_told(tmp_path):
    lines = rows(tmp_path, "settings")
    assert lines["ticket.lifetime"].endswith(" (duration) [8h]")
    assert lines["hosted.url"].endswith(" (URL)")
    facts = {one["id"]: one["default"]
             for one in as_json(tmp_path, "list", "settings")}
    assert facts["ticket.lifetime"] == "8h"
    assert facts["hosted.url"] is None
    assert len([value for value in facts.values() if value]) > 60
    text = ask(tmp_path, "explain", "ticket.lifetime").stdout
    assert "  default   8h\n" in text


def test_an_unknown_word(tmp_path):
    assert 'the nearest is "status"' in ask(tmp_path, "explain", "statsu",
                                            code=2).stderr
    assert "lists what there is" in ask(tmp_path, "explain",
                                        "qqqqqqqqqqqqqqq", code=2).stderr
    assert "wants one word" in ask(tmp_path, "explain", "a", "b",
                                   code=2).stderr


@pytest.mark.parametrize("word,near", [
    ("lockout", "lockout-duration"),
    ("failures/lockout", "failures/wrong-password-lockout"),
    ("usres", "users"),
    ("${hots}", "${host}"),
    ("durration", "duration"),
])
def test_a_word_that_is_near(tmp_path, word, near):
    assert f'the nearest is "{near}"' in ask(tmp_path, "explain", word,
                                             code=2).stderr


def test_502_is_near_to_nothing(tmp_path):
    assert "nearest" not in ask(tmp_path, "explain", "502", code=2).stderr


EXPLAINED = {
    "users": ["world: {users: {NAME: {...}}}", "--set user.NAME.WORD=VALUE",
              "user.NAME.state ", "user.NAME.home "],
    "pools": ["world: {pools: {N: {...}}}", "pool.N.fqdn "],
    "meetings": ["world: {meetings: {ID: {...}}}", "meeting.ID.key "],
    "user.alice": ["world: {users: {NAME: {...}}}"],
    "user.alice.state": ["world: {users: {alice: {state: ...}}}", "locked",
                         "--set user.alice.state=VALUE", "default   good"],
    "user.locked.state": ["default   locked"],
    "user.a.b.state": ["world: {users: {a.b: {state: ...}}}"],
    "pool.2.fqdn": ["default   pool02.contoso.test"],
    "ticket.lifetime": ["world: {ticket: {lifetime: ...}}"],
    "world": ["domain ", "users ", "lyncmock explain ntlm"],
    "steps": ["at ", "when ", "do ", "also "],
    "at": ["discover.root ", "tcp.accept "],
    "do": ["status ", "stall "],
    "tls.profile": ["unknown-ca ", "signed by another CA", "weak "],
    "weak": ["a value of tls.profile", "RSA-1024"],
    "expired": ["a value of tls.profile", "its last day was yesterday",
                "a value of user.NAME.state", "a word of the fact ticket",
                "when: {ticket: expired}"],
    "negotiate+ntlm": ["a word of the fact auth"],
    "negotiate+krb5": ["a word of the fact auth"],
    "udp": ["a word of the fact transport", "when: {transport: udp}"],
    "clock-skew": ["a word of the fact reason",
                   "an error of Kerberos: 37 KRB_AP_ERR_SKEW",
                   "do: {kdc-error: clock-skew}"],
    "kerberos-errors": ["clock-skew ", "37 KRB_AP_ERR_SKEW"],
    "offer.kerberos": ["no|yes|auto", "default   auto"],
    "krb5": ["krb5.clock ", "a fault", "do: {krb5: {clock: +6m}}"],
    "kdc.as": ["kdc-error", "too-big", "user, service, transport"],
    "kerberos": ["krb5kdc", "krb5_env", "docs/kerberos.md", "kdc.as"],
    "Kerberos": ["krb5kdc"],
    "etypes": ["the setting krb5.etypes", "the setting kdc.etypes",
               "the setting user.NAME.etypes", "KDC_ERR_ETYPE_NOSUPP"],
    "RC4": ["KDC_ERR_ETYPE_NOSUPP"],
    "aes256": ["the strongest type"],
    "unregistered": ["the setting krb5.unregistered",
                     "world: {krb5: {unregistered: ...}}"],
    "padding": ["a parameter of the fault kerberos-ticket",
                "do: {kerberos-ticket: {padding: ...}}"],
    "ccache": ["serve --ccache", "KRB5CCNAME"],
    "kinit": ["serve --ccache"],
    "SPN": ["a word of the fact reason", "HTTP/HOST", "no short names"],
    "wrong-key": ["the setting krb5.wrong-key",
                  "a word of the fact reason"],
    "header-limit": ["the setting http.header-limit", "8KiB to 4MiB"],
    "kdc": ["settings of the world", "/KdcProxy answers all the same"],
    "KRB5.Wrong-Key": ["a setting of the world"],
    "Users": ["world: {users: {NAME: {...}}}"],
    "Discover.Root": ["a point"],
    "cwt": ["a value of ticket.format"],
    "28020": ["No valid security token.", "500", "wsse:FailedAuthentication",
              "do: {diagnostics: 28020}"],
    "28033": ["401", "the header X-Ms-diagnostics\n"],
    "diagnostics": ["a fault", "28000 ", "28081 "],
    "${host}": ["the host of the request"],
    "${now+8h}": ["the world's time"],
    "values": ["${now} ", "${user.sip} ", "${uuid} "],
    "duration": ["ms, s, m, h, d"],
    "patterns": ["letter case does not matter"],
    "counters": ["first: 2", "requests: [2, 5]", "per: user"],
    "sessions": ["a SIP domain with a scenario of its own", "--template"],
    "session": ["docs/admin.md"],
    "states": ["set: {phase: signed-in}", "is: {phase: signed-in}"],
    "site": ["a fact", "setting `location`"],
}


# Words that lead to a topic of another name.
ALIASES = {"session": ["sessions: "], "RC4": ["etypes: "], "aes256": ["etypes: "], "kinit": ["ccache: "]}
# What is meant most comes first.
ORDERED = ["wrong-key", "etypes"]


@pytest.mark.parametrize("word", EXPLAINED)
def test_what_is_explained(tmp_path, word):
    text = ask(tmp_path, "explain", word).stdout
    assert text.casefold().startswith(
        (f"{word.casefold()}: ", *ALIASES.get(word, [])))
    flat = " ".join(text.split())
    at = [flat.index(" ".join(part.split())) for part in EXPLAINED[word]]
    if word in ORDERED:
        assert at == sorted(at)


def test_explain_alone_lists_what_can_be_asked(tmp_path):
    text = ask(tmp_path, "explain").stdout
    words = re.findall(r"^  ([^ ,]+)", text, re.M)
    assert {"counters", "diagnostics", "duration", "patterns",
            "values"} < set(words)
    for word in words:
        ask(tmp_path, "explain", word.strip("'"))


@pytest.mark.parametrize("verb", ["check", "decode", "explain", "list", "new",
                                  "probe", "schema", "serve"])
def test_help_is_had_in_any_way(tmp_path, verb):
    text = ask(tmp_path, verb, "--help").stdout
    assert ask(tmp_path, "help", verb).stdout == text
    assert ask(tmp_path, verb, "--help", "foo").stdout == text
    assert ask(tmp_path, verb, "foo", "bar", "-h").stdout == text


def test_help_of_what_is_no_verb(tmp_path):
    assert "the nearest is serve" in ask(tmp_path, "help", "sreve",
                                         code=2).stderr
    assert "help lists the verbs" in ask(tmp_path, "help", "qqqqq",
                                         code=2).stderr
    assert ask(tmp_path, "help", "help").stdout == ask(tmp_path, "help").stdout
    assert ask(tmp_path, "help", "version").stdout == (
        ask(tmp_path, "version", "--help").stdout)


@pytest.mark.parametrize("verb", ["check", "decode", "explain", "list", "new",
                                  "schema", "serve"])
def test_each_verb_has_help(tmp_path, verb):
    text = ask(tmp_path, verb, "--help").stdout
    assert text.startswith(f"usage: lyncmock {verb} ")
    assert re.search(f"^  lyncmock {verb}\\b", ask(tmp_path, "help").stdout, re.M)
    done = ask(tmp_path, verb, "--no-such-option", code=2)
    assert "unknown option --no-such-option" in done.stderr


# ---- The schema ----

@pytest.fixture(scope="module", name="schema")
def _schema():
    read = json.loads((ROOT / "config/scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(read)
    return jsonschema.Draft202012Validator(read)


def test_the_schema_is_the_one_in_the_tree(tmp_path):
    kept = (ROOT / "config/scenario.schema.json").read_text()
    assert ask(tmp_path, "schema").stdout == kept


@pytest.mark.parametrize("path", SHIPPED, ids=IDS)
def test_each_shipped_scenario_fits_the_schema(schema, path):
    read = yaml.safe_load(path.read_text())
    schema.validate(read)
    # As editors see it that know draft 7 alone.
    old = dict(schema.schema, **{
        "$schema": "http://json-schema.org/draft-07/schema#"})
    jsonschema.Draft7Validator(old).validate(read)


# What the language server of VS Code's YAML extension knows; of releases before
# 2026 it is draft 7. unevaluatedProperties, prefixItems and $dynamicRef are
# not among them.
KEYWORDS = {
    "$schema", "$ref", "$defs", "title", "description", "markdownDescription",
    "markdownEnumDescriptions", "defaultSnippets", "type", "enum", "minimum",
    "maximum", "exclusiveMinimum", "pattern", "minLength", "items", "minItems",
    "properties", "additionalProperties", "propertyNames", "minProperties",
    "maxProperties", "required", "allOf", "anyOf", "oneOf", "not", "if", "then",
}


def keywords(node):
    """Those of a schema and all below; names of properties are none."""
    if isinstance(node, list):
        for item in node:
            yield from keywords(item)
    elif isinstance(node, dict):
        yield from node
        for key, value in node.items():
            if key in ("properties", "$defs"):
                for below in value.values():
                    yield from keywords(below)
            elif key not in ("enum", "required", "defaultSnippets"):
                yield from keywords(value)


def test_editors_know_its_keywords(schema):
    assert set(keywords(schema.schema)) <= KEYWORDS


def test_editors_have_something_to_show(schema):
    """Words beside each word, and a beginning."""
    read = schema.schema
    for where in (read, *(read["$defs"][name] for name in (
            "about", "step", "when", "do", "expectation", "never"))):
        for name, word in where["properties"].items():
            assert word["description"], name
            assert f"```yaml\n{name}: " in word["markdownDescription"], name
    at = read["$defs"]["step"]["properties"]["at"]
    assert len(at["enum"]) == len(at["markdownEnumDescriptions"])
    for name in ("step", "expectation"):
        (snippet,) = read["$defs"][name]["defaultSnippets"]
        assert set(snippet["body"]) <= set(read["$defs"][name]["properties"])
    assert read["defaultSnippets"][0]["body"]["lyncmock"] == 1


GOOD = {
    "everything of a step": "steps: [{at: mex.get, when: {host: lyncweb.*, "
        "header: {A: null, B: [x, y]}, method: [GET, POST], first: 2, "
        "requests: [1, 2]}, do: {status: 503, delay: 3s}, also: yes}]",
    "quoted numbers": "steps: [{at: mex.get, when: {first: '2'}, "
                      "do: {status: '503'}}]",
    "truth in YAML 1.1": "world: {ntlm: {v1: on, require-mic: false}}",
    "words that look like numbers": "world: {tls: {min: 1.0, max: '1.2'}, "
                                    "mex: {policy: 200702}}",
    "lists": "world: {offer: {windows: [NTLM, Negotiate]}}",
    "clocks": "world: {clock: '2013-06-01T12:00:00Z', "
              "ntlm: {timestamp: omit}, lockout-duration: 0s}",
    "pools": "world: {pools: {1: {fqdn: first.contoso.test}}}",
    "users": "world: {users: {carol: {password: 12345, state: locked}}}",
    "expectations": "expect: [{at: webticket.issue, times: 2, within: 20s}, "
                    "{at: discover.user, answered: 200}, "
                    "{never: {cleartext-password: true}}]\n"
                    "fail-on: [must, unexpected]",
}

WRONG = {
    "an unknown key": "stesp: []",
    "an unknown setting": "world: {domian: a.test}",
    "an unknown setting below": "world: {ntlm: {v7: yes}}",
    "a group that is a text": "world: {ntlm: yes}",
    "a wrong word": "world: {location: extern}",
    "a wrong flag": "world: {ntlm: {v1: perhaps}}",
    "a wrong unit": "world: {clock: 5 minutes}",
    "a number for a duration": "world: {ticket: {lifetime: 300}}",
    "a wrong port": "world: {public-port: 65536}",
    "a user's wrong state": "world: {users: {alice: {state: lokced}}}",
    "steps that are a mapping": "steps: {at: mex.get}",
    "a step without do": "steps: [{at: mex.get}]",
    "a step without at": "steps: [{do: {delay: 1s}}]",
    "an empty do": "steps: [{at: mex.get, do: {}}]",
    "an unknown point": "steps: [{at: mex.gte, do: {delay: 1s}}]",
    "an unknown fault": "steps: [{at: mex.get, do: {dealy: 1s}}]",
    "a fault at a point without its subject":
        "steps: [{at: tcp.accept, do: {status: 503}}]",
    "a fact that a point does not know":
        "steps: [{at: tcp.accept, when: {user: alice}, do: {reset: yes}}]",
    "a status": "steps: [{at: mex.get, do: {status: 600}}]",
    "first: 0": "steps: [{at: mex.get, when: {first: 0}, do: {delay: 1s}}]",
    "an empty when": "steps: [{at: mex.get, when: {}, do: {delay: 1s}}]",
    "no requests": "steps: [{at: mex.get, when: {requests: []}, "
                   "do: {delay: 1s}}]",
    "an unknown expectation": "expect: [{at: mex.get, tiems: 1}]",
    "never beside at": "expect: [{at: mex.get, "
                       "never: {cleartext-password: true}}]",
    "an unknown word of fail-on": "fail-on: [shuold]",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_fits_is_good(schema, write, name):
    path = write(GOOD[name] + "\n")
    assert ask(path.parent, "check", path).stderr == ""
    schema.validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_wrong(schema, write, name):
    path = write(WRONG[name] + "\n")
    assert ask(path.parent, "check", path, code=2).stderr
    assert not schema.is_valid(yaml.safe_load(path.read_text()))


def test_the_version_is_wanted(schema):
    assert not schema.is_valid({"name": "x"})
    assert not schema.is_valid({"lyncmock": 2})
    assert schema.is_valid({"lyncmock": 1})
