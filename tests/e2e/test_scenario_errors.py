"""Whatever is wrong with a scenario is told with its place and a remedy.

In the texts below a "§" marks the place that the error must name.
"""

import json
import os
import re

import pytest

from harness import run_cli

HEAD = "lyncmock: 1\n"
STEP = HEAD + "steps:\n  - at: discover.root\n    do: {status: 503}\n"


def at_root(when):
    return (HEAD + "steps:\n  - at: discover.root\n"
            f"    when: {when}\n    do: {{status: 503}}\n")


def doing(what, at="discover.root"):
    return HEAD + f"steps:\n  - at: {at}\n    do: {what}\n"


ERRORS = {
    # YAML itself.
    "a bracket left open": (HEAD + "world: {clock: 5m\nsteps§: []\n",
                            "did not find expected ',' or '}'"),
    "a quote left open": (HEAD + "title: §'no end\n",
                          "begins here and does not end"),
    "a quote that another one ends": (
        HEAD + "title: §'no end\nname: 'x'\n", "ends in line 3"),
    "the same in a mapping": (
        HEAD + "steps:\n  - at: discover.root\n"
        "    do: {headers: {X-A: §'1}}\nexpect:\n"
        "  - {at: discover.root, when: {path: '/*'}}\n",
        "is the quote that ends it missing?"),
    "a tab that indents": (HEAD + "world:\n§\tclock: 5m\n",
                           "indents with spaces alone"),
    "an at sign": (HEAD + "name: §@x\n", "put the text in quotes"),
    "wrong indentation": (HEAD + "world:\n  clock: 5m\n §domain: a.test\n",
                          "did not find expected key"),
    "a hint: a key too far to the left": (
        HEAD + "world:\n  clock: 5m\n §domain: a.test\n",
        'indent "domain" as far as the line before'),
    "a hint: an item's key": (
        HEAD + "steps:\n  - at: mex.get\n   §do: {status: 503}\n",
        'indent "do" as far as the line before'),
    "a hint: umlauts": (
        HEAD + "title: Jörg\nworld:\n  clock: 5m\n §jörg: a.test\n",
        'indent "jörg" as far as the line before'),
    "a hint: flow mappings": (HEAD + "world: {clock: 5m a§: b}\n",
                              "(a comma or } is missing)"),
    "a hint: flow lists": (HEAD + "fail-on: [must, should\n§",
                           "(a comma or ] is missing)"),
    "a hint: a colon in a text": (HEAD + "title: a§: b\n",
                                  "quote a text that holds ': '"),
    "a hint: no blank behind a colon": (
        HEAD + "world:\n  clock:5m\n  domain§: a.test\n",
        "a blank stands behind its colon"),
    "a hint: no colon": (HEAD + "name\n§", "followed by a colon and a blank"),
    "a hint: an escape": (HEAD + 'title: "a§\\qb"\n', "use single quotes"),
    "a hint: an open quote": (HEAD + 'title: §"no end\n',
                              "the quote that ends it is missing"),
    "a hint: a quote within": (HEAD + "title: 'it'§s'\n",
                               "put all of it in quotes"),
    "a hint: a tab later on": (HEAD + "world:\n  clock: 5m\n §\tdomain: x\n",
                               "YAML indents with spaces alone"),
    "a hint: a list behind its key": (HEAD + "steps: §- at: mex.get\n",
                                      "a line of its own"),
    "a hint: a star": (HEAD + "name: *§*iPhone*\n",
                       "quote a text that begins with *"),
    "a hint: a bar": (HEAD + "title: |§x\n",
                      "quote a text that begins with |"),
    "a second document": (HEAD + "§---\nlyncmock: 1\n",
                          "one file is one scenario"),
    "an anchor": (HEAD + "world: §&w {clock: 5m}\n", "no anchors and tags"),
    "an alias": (HEAD + "title: §*w\n", "no aliases"),
    "a tag": (HEAD + "title: §!!str x\n", "no anchors and tags"),
    "an empty file": ("§", "the file is empty"),
    "comments alone": ("# nothing\n§", "the file is empty"),
    "a list": ("§- lyncmock: 1\n", "expected a mapping that begins"),
    "a text": ("§lyncmock\n", "expected a mapping that begins"),
    "a key twice": (HEAD + "name: a\n§name: b\n", "first in line 2"),
    "a key twice, deep": (HEAD + "world: {clock: 5m, §clock: 6m}\n",
                          "leave one of them out"),
    "do twice": (doing("{status: 503}") + "    §do: {status: 404}\n"
                          "    when: {first: 1}\n", "first in line 4"),
    "a key that is a list": (HEAD + "world: {§[a]: b}\n",
                             "expected a key, not a list"),
    "a key that is empty": (HEAD + "world:\n  ? §''\n  : b\n",
                            "unknown setting of the world \"\""),
    "a key that is nothing": (HEAD + "world:\n  ?§\n  : b\n",
                              "expected a key, not nothing"),
    "too many patterns": (at_root("{§client: [" + "a, " * 256 + "a]}"),
                          "client: 257 of them; 256 are the limit"),
    "33 levels": (HEAD + "world: " + 31 * "[" + "§[" + 40 * "]" + "\n",
                  "32 levels are the limit"),
    # The top.
    "no version": ("§name: x\n", "\"lyncmock: 1\" is missing"),
    "another version": ("lyncmock: §2\n", "expected 1, the version"),
    "a version that is none": ("lyncmock: §[1]\n", "expected 1, the version"),
    "an unknown key": (HEAD + "§stesp: []\n", "the nearest is \"steps\""),
    "a key like none": (HEAD + "§zzzzzzzzz: []\n",
                        "expected lyncmock, name, title, about, extends"),
    "about is no mapping": (HEAD + "about: §slow\n",
                            "about: expected a mapping of symptom, layer"),
    "an empty about": (HEAD + "about: §{}\n", "about: expected a mapping"),
    "an unknown key of about": (
        HEAD + "about:\n  §symptoms: slow\n",
        'unknown key of about "symptoms"; the nearest is "symptom"'),
    "a key of about that is a list": (HEAD + "about:\n  client: §[a, b]\n",
                                      "client: expected a text, not a list"),
    "a symptom of two lines": (HEAD + 'about:\n  symptom: §"a\\nb"\n',
                               "symptom: expected one line of text"),
    "an unknown layer": (HEAD + "about:\n  layer: §htp\n",
                         'unknown layer "htp"; the nearest is "http"'),
    "a title of two lines": (HEAD + 'title: §"a\\nb"\n', "one line of text"),
    "a name that is a list": (HEAD + "name: §[a]\n", "expected a text"),
    "no title": (HEAD + "title:§\n", "expected a text, not nothing"),
    "steps that are no list": (HEAD + "steps: §{at: mex.get}\n",
                               "expected a list of steps, not a mapping"),
    # extends.
    "a parent that is missing": (HEAD + "extends: §good/pc-external-ntml\n",
                                 "nearest is \"good/pc-external-ntlm\""),
    "a parent like none": (HEAD + "extends: §qqqqqqqqqqqq\n",
                           "lyncmock list scenarios"),
    "itself": (HEAD + "extends: §bad.yaml\n",
               "a circle: bad.yaml extends bad.yaml"),
    "a folder": (HEAD + "extends: §.\n", "no plain file"),
    "a device": (HEAD + "extends: §/dev/zero\n", "no plain file"),
    # The world.
    "an unknown setting": (HEAD + "world: {§domian: a.test}\n",
                           "the nearest is \"domain\""),
    "an unknown setting below": (HEAD + "world: {ticket: {§lifetme: 5m}}\n",
                                 "unknown key of ticket"),
    "a setting with dots": (HEAD + "world: {§ntlm.v1: yes}\n",
                            "nested keys: ntlm: {v1: ...}"),
    "a user's setting with dots": (
        HEAD + "world: {§user.alice.state: locked}\n",
        'write "user.alice.state" as nested keys: users: {alice: {state: ...}}'),
    "the plural with dots": (
        HEAD + "world: {§users.a.b.state: locked}\n",
        "nested keys: users: {a.b: {state: ...}}"),
    "a pool's setting with dots": (
        HEAD + "world: {§pool.1.fqdn: a.contoso.test}\n",
        "nested keys: pools: {1: {fqdn: ...}}"),
    "a user's attribute with dots": (
        HEAD + "world: {users: {§alice.state: locked}}\n",
        'write "alice.state" as nested keys: alice: {state: ...}'),
    "a TLS version below": (
        HEAD + "world: {tls: {min: §'1.2', max: '1.1'}}\n",
        "tls.min: expected no more than tls.max, 1.1, and not 1.2"),
    "a group that is a text": (HEAD + "world: {ntlm: §yes}\n",
                               "ntlm: expected a mapping with v1, v1-ess"),
    "a setting that is a mapping": (HEAD + "world: {domain: §{v1: yes}}\n",
                                    "domain: expected name"),
    "a setting without value": (HEAD + "world: {clock: §}\n",
                                "expected duration|time, not nothing"),
    "a list for a text": (HEAD + "world: {domain: §[a.test]}\n",
                          "domain: expected name, not a list"),
    "a world without settings": (HEAD + "world: §{}\n",
                                 "expected a mapping with domain"),
    "a world that is a list": (HEAD + "world: §[]\n",
                               "expected a mapping of settings"),
    "an unknown unit": (HEAD + "world: {clock: §5 minutes}\n",
                        "a duration such as +6m"),
    "no unit": (HEAD + "world: {ticket: {lifetime: §300}}\n",
                "one of ms, s, m, h, d"),
    "a word that is none": (HEAD + "world: {location: §extern}\n",
                            "the nearest is \"external\""),
    "an NTLM name that no challenge can hold": (
        HEAD + "world: {ntlm: {target-name: §" + 4097 * "a" + "}}\n",
        "ntlm.target-name: expected a text of at most 4096 bytes, not 4097"),
    "the same in a step": (
        doing("{ntlm: {§dns-tree: " + 4097 * "a" + "}}", "ntlm.challenge"),
        "ntlm.dns-tree: expected a text of at most 4096 bytes"),
    "the same as an AV pair": (
        doing("{target-info: {dns-tree: §" + 4097 * "a" + "}}",
              "ntlm.challenge"),
        "target-info.dns-tree: expected a text of at most 4096 bytes"),
    "a flag that is none": (HEAD + "world: {ntlm: {v1: §perhaps}}\n",
                            "expected yes|no"),
    "a port that is none": (HEAD + "world: {public-port: §65536}\n",
                            "public-port: "),
    "a list in a list": (HEAD + "world: {offer: {windows: [§[NTLM]]}}\n",
                         "expected a text in the list"),
    "an empty list": (HEAD + "world: {offer: {windows: §[]}}\n",
                      "an empty list"),
    "a user's unknown key": (HEAD + "world: {users: {a: {§pasword: x}}}\n",
                             "the nearest is \"password\""),
    "a user's wrong value": (HEAD + "world: {users: {a: {state: §lokced}}}\n",
                             "the nearest is \"locked\""),
    "a user without anything": (HEAD + "world: {users: {a: §}}\n",
                                "user.a: expected a mapping with password"),
    "users that are a list": (HEAD + "world: {users: §[alice]}\n",
                              "expected a mapping of names"),
    "user for users": (HEAD + "world: {§user: {alice: {state: good}}}\n",
                       "the nearest is \"users\""),
    "settings that do not fit": (
        HEAD + "name: x\nworld: {ticket: {sha1: §yes}}\n",
        "expected ticket.key to be rsa2048"),
    "a user who does not fit": (
        HEAD + "world:\n  users:\n    alice: {sip: §a@fabrikam.test}\n",
        "expected an address in contoso.test"),
    "a pool that does not fit": (
        HEAD + "world:\n  pools:\n    §4: {fqdn: x.contoso.test}\n",
        "there is no pool.3 before it"),
    # Kerberos.
    "Kerberos or not": (HEAD + "world: {offer: {kerberos: §atuo}}\n",
                        "the nearest is \"auto\""),
    "an encryption type that is none": (
        HEAD + "world: {krb5: {etypes: §[aes256, des]}}\n",
        "krb5.etypes: expected aes256, aes128 or rc4, not \"des\""),
    "an encryption type twice": (
        HEAD + "world: {users: {bob: {etypes: §[rc4, rc4]}}}\n",
        "user.bob.etypes: rc4 stands there twice"),
    "a realm that is none": (
        HEAD + "world:\n  realm: §CONTOSO/TEST\n",
        "realm: expected letters, digits, \"-\", \"_\" and dots, as in "
        "CONTOSO.TEST, not \"CONTOSO/TEST\"; or set offer.kerberos to no"),
    "a host without SPN that is none": (
        HEAD + "world:\n  krb5: {unregistered: §[lyncwbe.contoso.test]}\n",
        "lyncwbe.contoso.test is no name of the world; the nearest is "
        "lyncweb.contoso.test"),
    "a head without end": (HEAD + "world: {http: {header-limit: §16MiB}}\n",
                           "expected bytes from 8192 to 4194304"),
    "a step that Kerberos alone leads to": (
        HEAD + "world: {offer: {kerberos: no}}\n"
        "steps:\n  - at: §kdc.as\n    do: {stall: yes}\n",
        "nothing leads to kdc.as, so the step would never apply: "
        "offer.kerberos is no; set it to yes or auto, or leave the step out"),
    "the same at the web server": (
        HEAD + "extends: good/pc-external-ntlm\n"
        "steps:\n  - at: §negotiate.verdict\n    do: {status: 500}\n",
        "nothing leads to negotiate.verdict"),
    "a service with its realm": (
        doing("{stall: yes}", "kdc.tgs") +
        "    when: {service: §'HTTP/lyncweb.contoso.test@CONTOSO.TEST'}\n",
        "write \"HTTP/lyncweb.contoso.test\""),
    "a transport that is none": (
        doing("{stall: yes}", "kdc.as") + "    when: {transport: §pigeon}\n",
        "no transport fits \"pigeon\", so the step would never apply; there "
        "are: udp, tcp, proxy"),
    "a fact that the KDC does not know": (
        doing("{stall: yes}", "kdc.as") + "    when: {§host: lyncweb.*}\n",
        "host is not known at kdc.as; known there: user, service, transport"),
    "a reason that Kerberos has not": (
        doing("{status: 500}", "negotiate.verdict") +
        "    when: {reason: §clock-skwe}\n", "the nearest is \"clock-skew\""),
    "an HTTP fault at the KDC": (
        doing("{§status: 503}", "kdc.as"), "status has no effect at kdc.as"),
    "a KDC's fault at the web server": (
        doing("{§kdc-error: 7}", "negotiate.answer"),
        "kdc-error has no effect at negotiate.answer; it has at: kdc.as, "),
    "an error that Kerberos has not": (
        doing("{§kdc-error: clock-skwe}", "kdc.as"),
        "no error of Kerberos is called \"clock-skwe\"; the nearest is "
        "\"clock-skew\""),
    "an error of the web server that is none": (
        doing("{ap-error: {code: §0}}", "negotiate.answer"),
        "ap-error: no error of Kerberos is called \"0\""),
    "two answers of the KDC": (
        doing("{garbage: yes, §kdc-error: 7}", "kdc.as"),
        "kdc-error and garbage both take the place of the reply"),
    "no ticket to change": (
        doing("{kdc-error: 7, §kerberos-ticket: {kvno: 2}}", "kdc.tgs"),
        "kerberos-ticket and kdc-error both take the place"),
    "a ticket changed in nothing": (
        doing("{§kerberos-ticket: {padding: 0}}", "kdc.tgs"),
        "expected at least one of padding, key"),
    "a ticket that is too large": (
        doing("{kerberos-ticket: {padding: §2MiB}}", "kdc.tgs"),
        "expected bytes from 0 to 1048576"),
    "garbage of nothing": (doing("{garbage: {§size: 0}}", "kdc.as"),
                           "garbage.size: expected 1 to 65536 bytes, not 0"),
    "a mechanism too late": (
        doing("{spnego: {§mech: ntlm}}", "negotiate.answer"),
        "spnego.mech has no effect any more at negotiate.answer; say it at "
        "negotiate.init"),
    "a MIC too early": (
        doing("{spnego: {§mech-list-mic: omit}}", "negotiate.init"),
        "say it at negotiate.answer"),
    "a mechanism that is none": (
        doing("{spnego: {mech: §kerberos}}", "negotiate.init"),
        "expected krb5|ntlm|negoex"),
    "a mutual token that is none": (
        doing("{mutual-token: §wrong}", "negotiate.answer"), "omit|corrupt"),
    "how tickets are judged, too late": (
        doing("{krb5: {§clock: +6m}}", "negotiate.answer"),
        "krb5.clock has no effect any more at negotiate.answer; say it at "
        "http.request"),
    "an account nobody is known of": (
        doing("{§account: locked}"), "account has no effect at discover.root"),
    "an account's state that is none": (
        doing("{account: §lokced}", "kdc.as"), "the nearest is \"locked\""),
    # Steps.
    "a step that is a text": (HEAD + "steps: [§discover.root]\n",
                              "expected a step, a mapping"),
    "a step's unknown key": (STEP + "    §wehn: {first: 1}\n",
                             "the nearest is \"when\""),
    "a step without at": (HEAD + "steps:\n  - §do: {status: 503}\n",
                          "a step without `at`"),
    "a step without do": (HEAD + "steps:\n  - §at: discover.root\n",
                          "a step without `do`"),
    "an unknown point": (doing("{status: 503}", "§discover.rot"),
                         "the nearest is \"discover.root\""),
    "a point that is a list": (doing("{status: 503}", "§[mex.get]"),
                               "write a step for each"),
    "an empty do": (doing("§{}"), "expected one or more faults"),
    "a do that is a text": (doing("§status"), "expected a mapping of faults"),
    "an unknown fault": (doing("{§statsu: 503}"),
                         "the nearest is \"status\""),
    "a layer as a point": (
        doing("{status: 503}", "§webticket"),
        '"webticket" is a layer; its points are: webticket.windows, '),
    "another tool's word": (
        doing("{§drop: yes}"),
        'unknown fault "drop"; perhaps one of these is meant: stall, reset'),
    "a parameter of several as a fault": (
        doing("{§broken: yes}"),
        '"broken" is no fault, but a parameter of chunks, compress; write it'),
    "a parameter as a fault": (
        doing("{§min: yes}"), "parameter of tls; write tls: {min: ...}"),
    "a setting of an overlay as a fault": (
        doing("{§lifetime: 0s}"), "write ticket: {lifetime: ...}"),
    "a number as a fault": (doing("{§503: yes}"), "write status: 503"),
    "a fact as a fault": (doing("{§leg: 2}"), "but a fact; it stands in `when`"),
    "a fact's word as a fault's value": (
        doing("{ticket: §expired}", "discover.user"),
        "`when` can ask for; to make a ticket so"),
    "a profile of the fault tls": (
        doing("{tls: {§profile: expired}}", "tls.handshake"),
        "certificate: expired, at tls.certificate"),
    "a fault like none": (doing("{§zzzzzzzzz: 503}"),
                          "lyncmock list faults"),
    "a fault that fits no such point": (
        doing("{§status: 503}", "tcp.accept"),
        "status has no effect at tcp.accept; it has at: proxy.connect, "),
    "a status below": (doing("{status: §99}"), "from 100 to 599"),
    "a status above": (doing("{status: §600}"), "from 100 to 599"),
    "a status that is a mapping": (doing("{status: §{code: 503}}"),
                                   "status: expected 100-599"),
    "a delay without unit": (doing("{delay: §3}"), "one of ms, s, m, h, d"),
    "a delay of nothing": (doing("{delay: §0s}"), "delay: "),
    "also that is no flag": (STEP + "    also: §maybe\n", "yes|no"),
    # when.
    "an empty when": (at_root("§{}"), "leave it out"),
    "a when that is a list": (at_root("§[first]"), "a mapping of facts"),
    "an unknown word": (at_root("{§hots: a}"), "the nearest is \"host\""),
    "a fact that is not known there": (
        at_root("{§user: alice}"),
        "user is not known at discover.root; known there: host, method"),
    "a host that is none": (at_root("{host: §lyncdicsover.*}"),
                            "nearest is \"lyncdiscover.contoso.test\""),
    "a host of a list": (at_root("{host: [lyncweb.*, §lyncwbe.*]}"),
                         "fits \"lyncwbe.*\""),
    "a method that is none": (at_root("{method: §PUT}"),
                              "no method that is served fits \"PUT\""),
    "a path that is none": (at_root("{path: §/Autodiscovery/*}"),
                            "no path that is served fits"),
    "a user that is nobody": (
        at_root("{user: §alcie}").replace("discover.root", "discover.user"),
        "the nearest is \"alice\""),
    "an auth that is none": (
        at_root("{auth: §kerberoz}").replace("discover.root", "auth.offer"),
        "no way to authenticate fits \"kerberoz\""),
    "a ticket that is none": (
        at_root("{ticket: §expird}").replace("discover.root", "discover.user"),
        "the nearest is \"expired\""),
    "a verdict that is none": (
        at_root("{verdict: §refsued}").replace("discover.root",
                                               "usertoken.verdict"),
        "no verdict fits \"refsued\", so the step would never apply; the "
        "nearest is \"refused\""),
    "a reason that is none": (
        at_root("{reason: [locked, §wrong-pasword]}").replace(
            "discover.root", "oauth.verdict"),
        "no reason of a refusal fits \"wrong-pasword\", so the step would "
        "never apply; the nearest is \"wrong-password\""),
    "a reason like none": (
        at_root("{reason: §zzzzzzzz}").replace("discover.root", "ntlm.verdict"),
        "there are: bad-token, out-of-turn, unknown-user"),
    "a verdict where there is none": (
        at_root("{§verdict: refused}"), "verdict is not known at discover.root"),
    "a status that is none": (
        at_root("{status: §5xx}").replace("discover.root", "http.response"),
        "no status fits \"5xx\", so the step would never apply; expected one "
        "from 100 to 599, or a pattern such as \"5*\""),
    "a status before there is one": (
        at_root("{§status: 200}").replace("discover.root", "usertoken.verdict"),
        "status is not known at usertoken.verdict"),
    "an empty pattern": (at_root("{client: §''}"), "would never fit"),
    "no patterns": (at_root("{client: §[]}"), "would never fit"),
    "a pattern that is a mapping": (at_root("{client: §{a: b}}"),
                                    "expected a text, or a list of texts"),
    "a header that is none": (at_root("{header: {§'a b': c}}"),
                              "no name of a header"),
    "headers that are a list": (at_root("{header: §[a]}"),
                                "a mapping of header names"),
    "no headers": (at_root("{header: §{}}"), "a mapping of header names"),
    "first: 0": (at_root("{first: §0}"), "a whole number from 1, not \"0\""),
    "after: -1": (at_root("{after: §-1}"), "a whole number from 1"),
    "every: often": (at_root("{every: §often}"), "a whole number from 1"),
    "leg: 0": (at_root("{leg: §0}").replace("discover.root", "auth.offer"),
               "a whole number from 1"),
    "no requests": (at_root("{requests: §[]}"), "would never apply"),
    "requests that fall": (at_root("{requests: [5, §2]}"),
                           "2 stands behind 5; expected numbers that rise"),
    "the same request twice": (at_root("{requests: [2, §2]}"),
                               "numbers that rise"),
    "request 0": (at_root("{requests: [§0, 2]}"), "a whole number from 1"),
    "requests that are a number": (at_root("{requests: §2}"),
                                   "a list of whole numbers"),
    "first and every": (at_root("§{first: 2, every: 3}"),
                        "leave no request over"),
    "requests that after leaves out": (at_root("§{requests: [1, 2], after: 2}"),
                                       "none of the requests"),
    # expect and fail-on.
    "expect that is a mapping": (HEAD + "expect: §{at: mex.get}\n",
                                 "expected a list of expectations"),
    "an expectation that is a text": (HEAD + "expect: [§mex.get]\n",
                                      "an expectation, a mapping"),
    "an expectation's unknown key": (
        HEAD + "expect:\n  - {at: mex.get, §tiems: 2}\n",
        "the nearest is \"times\""),
    "an expectation without at": (HEAD + "expect:\n  - §{times: 2}\n",
                                  "an expectation without `at`"),
    "an expectation's unknown point": (HEAD + "expect: [{at: §mex.gte}]\n",
                                       "the nearest is \"mex.get\""),
    "times that are no number": (HEAD + "expect: [{at: mex.get, times: §x}]\n",
                                 "times: expected a whole number"),
    "within without unit": (HEAD + "expect: [{at: mex.get, within: §20}]\n",
                            "within: expected a whole number and one of"),
    "answered that is no status": (
        HEAD + "expect: [{at: mex.get, answered: §42}]\n",
        "answered: expected a status"),
    "an expectation that counts": (
        HEAD + "expect: [{at: mex.get, when: §{first: 2}}]\n",
        "counts with times"),
    "an expectation's unknown user": (
        HEAD + "expect: [{at: webticket.issue, when: {user: §alcie}}]\n",
        "the nearest is \"alice\""),
    "never beside at": (
        HEAD + "expect: [§{at: mex.get, never: {cleartext-password: yes}}]\n",
        "never stands alone"),
    "never, of what": (HEAD + "expect: [{never: {§cleartext: yes}}]\n",
                       "unknown key of never"),
    "never nothing": (HEAD + "expect: [{never: §{}}]\n", "never: expected"),
    "times beside at-least": (
        HEAD + "expect: [{at: mex.get, §times: 2, at-least: 1}]\n",
        "leave at-least and at-most out"),
    "at-least above at-most": (
        HEAD + "expect: [{at: mex.get, at-least: 3, at-most: §2}]\n",
        "at-most: 2 is less than at-least, 3"),
    "an answer that is no status": (
        HEAD + "expect: [{at: mex.get, answered: §6xx}]\n", "200 or 2xx"),
    "a list of answers with one that is none": (
        HEAD + "expect: [{at: mex.get, answered: [200, §ok]}]\n",
        "200 or 2xx"),
    "no answers": (HEAD + "expect: [{at: mex.get, answered: §[]}]\n",
                   "an empty list would never hold"),
    "answered where nothing is": (
        HEAD + "expect: [{at: tcp.accept, answered: §200}]\n",
        "no HTTP answer is sent"),
    "an expectation of nothing": (HEAD + "expect: [§{severity: warn}]\n",
                                  "without `at`"),
    "how bad it is": (HEAD + "expect: [{at: mex.get, severity: §wran}]\n",
                      'the nearest is "warn"'),
    "two items of one id": (
        HEAD + "expect: [{id: a, at: mex.get}, {id: §a, at: discover.root}]\n",
        "that of another expectation"),
    "an empty id": (HEAD + "expect: [{id: §'', at: mex.get}]\n",
                    "is no name"),
    "after what is not there": (
        HEAD + "expect: [{id: ticket, at: webticket.issue}, "
        "{at: mex.get, after: §tiket}]\n", 'the nearest is "ticket"'),
    "after what has no id": (HEAD + "expect: [{at: mex.get, after: §x}]\n",
                             "give the item that is meant an `id`"),
    "after itself": (HEAD + "expect: [{id: a, at: mex.get, after: §a}]\n",
                     "this item itself"),
    "before what never comes": (
        HEAD + "expect: [{id: a, at: mex.get, times: 0}, "
        "{at: discover.root, before: §a}]\n", "must never come"),
    "a circle of expectations": (
        HEAD + "expect: [{id: a, at: mex.get, after: §b}, "
        "{id: b, at: discover.root, after: a}]\n", "a circle"),
    "an order of one": (HEAD + "expect: [{in-order: §[{at: mex.get}]}]\n",
                        "expected two or more"),
    "an order that is no list": (
        HEAD + "expect: [{in-order: §{at: mex.get}}]\n", "a list of"),
    "an order that counts": (
        HEAD + "expect: [{in-order: [{at: mex.get}, {at: discover.root, "
        "§times: 2}]}]\n", "has no place in in-order"),
    "an order's item without a point": (
        HEAD + "expect: [{in-order: [{at: mex.get}, §{answered: 200}]}]\n",
        "without `at`"),
    "an order beside a point": (
        HEAD + "expect: [§{at: mex.get, in-order: [{at: mex.get}, "
        "{at: discover.root}]}]\n", "in-order stands alone"),
    "a limit of nothing": (HEAD + "expect: [{requests: §'< 0'}]\n",
                           "expected a limit"),
    "a limit that always holds": (HEAD + "expect: [{requests: §'>= 0'}]\n",
                                  "expected a limit"),
    "a limit that is no number": (HEAD + "expect: [{requests: §few}]\n",
                                  "expected a limit"),
    "a limit of time without unit": (HEAD + "expect: [{time: §'<= 3'}]\n",
                                     "'<= 3s'"),
    "a limit beside a point": (
        HEAD + "expect: [§{at: mex.get, requests: '<= 9'}]\n",
        "a limit stands alone"),
    "an unknown limit": (HEAD + "expect: [{§request: '<= 9'}]\n",
                         'the nearest is "requests"'),
    "never a point and a flag": (
        HEAD + "expect: [{never: {at: mex.get, §cleartext-password: yes}}]\n",
        "make two items of it"),
    "never, with facts of no point": (
        HEAD + "expect: [{never: {cleartext-password: yes, "
        "§when: {user: alice}}}]\n", "says more of a point"),
    "never, a fact that is not known there": (
        HEAD + "expect: [{never: {at: mex.get, when: {§grant: x}}}]\n",
        "is not known at mex.get"),
    "an unknown word of unexpected": (HEAD + "unexpected: §wran\n",
                                      'the nearest is "warn"'),
    "unexpected, said twice": (
        HEAD + "fail-on: [unexpected]\nunexpected: §warn\n",
        "leave one of them out"),
    "an unknown rule": (HEAD + "rules: {§HT-0001: warn}\n",
                        'the nearest is "HT-001"'),
    "a pattern of no rule": (HEAD + "rules: {§'ZZ-*': warn}\n",
                             "no rule fits"),
    "an unknown severity of a rule": (HEAD + "rules: {HT-001: §wran}\n",
                                      'the nearest is "warn"'),
    "rules of nothing": (HEAD + "rules: §{}\n", "rules: expected"),
    "fail-on that is a text": (HEAD + "fail-on: §must\n",
                               "expected a list of must"),
    "an unknown word of fail-on": (HEAD + "fail-on: [must, §shuold]\n",
                                   "the nearest is \"should\""),
}

PLACED = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): "
                    r"(?P<severity>error|warning): (?P<text>.*)$")


def place_of_mark(text):
    before, mark, after = text.partition("§")
    assert mark, "the text marks no place"
    line = before.count("\n") + 1
    return before + after, line, len(before) - (before.rfind("\n") + 1) + 1


def check(folder, text, name="bad.yaml", args=()):
    """Writes a file and checks it, by a relative path."""
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(raw)
    here = os.getcwd()
    os.chdir(folder)
    try:
        return run_cli(folder, "check", *args, name)
    finally:
        os.chdir(here)


def found(done):
    lines = [PLACED.match(line) for line in done.stderr.splitlines()]
    assert all(lines), done.stderr
    return [(match["file"], int(match["line"]), int(match["column"]),
             match["severity"], match["text"]) for match in lines]


@pytest.mark.parametrize("name", ERRORS)
def test_place_and_remedy(tmp_path, name):
    text, remedy = ERRORS[name]
    text, line, column = place_of_mark(text)
    done = check(tmp_path, text)
    assert done.returncode == 2
    assert done.stdout == ""
    told = found(done)
    assert ("bad.yaml", line, column, "error") in [one[:4] for one in told]
    assert [one for one in told
            if one[1:3] == (line, column) and remedy in one[4]], told
    assert len(told) == 1, told


BYTES = {
    "Latin-1": (b"lyncmock: 1\ntitle: J\xf6rg\n", 2, 9, "save the file as UTF-8"),
    "an overlong form": (b"lyncmock: 1\n# \xc0\xaf\n", 2, 3, "no UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbflyncmock: 1\n", 1, 1,
                          "save the file as UTF-8 without one"),
    "UTF-16": ("lyncmock: 1\n".encode("utf-16-le"), 1, 2, "is this UTF-16"),
    "UTF-16 with a mark": ("lyncmock: 1\n".encode("utf-16"), 1, 1, "no UTF-8"),
    "a NUL": (b"lyncmock: 1\nname: a\x00b\n", 2, 8, "a NUL byte"),
    "an escaped NUL": (b'lyncmock: 1\nname: "a\\0b"\n', 2, 7,
                       "a NUL character"),
    "a bell": (b"lyncmock: 1\nname: a\x07b\n", 2, 8, "a control character"),
    "a column behind letters": ("lyncmock: 1\nworld: {netbios: Ä, x: 1}\n"
                                .encode(), 2, 21, "unknown setting"),
    "carriage returns": (b"lyncmock: 1\r\nnaem: x\r\n", 2, 1,
                         "the nearest is \"name\""),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes(tmp_path, name):
    raw, line, column, remedy = BYTES[name]
    done = check(tmp_path, raw)
    assert done.returncode == 2
    assert [one[1:4] for one in found(done)] == [(line, column, "error")]
    assert remedy in found(done)[0][4]


SLIPS = {
    "a letter": ("{§alise: {state: locked}}", "alice"),
    "letters in turn": ("{alice: {state: locked}, §jörgg: {home: 2}}", "jörg"),
    "letter case alone": ("{ALICE: {state: locked}}", None),
    "a password of its own": ("{alise: {state: locked, password: x}}", None),
    "another name": ("{dora: {state: locked}}", None),
    "a number": ("{alice2: {state: locked}}", None),
    "a name within": ("{bobby: {state: locked}}", None),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_new_user_may_be_a_slip(tmp_path, name):
    users, meant = SLIPS[name]
    text = HEAD + f"world: {{users: {users}}}\n"
    if not meant:
        assert check(tmp_path, text).stderr == ""
        return
    text, line, column = place_of_mark(text)
    done = check(tmp_path, text)
    assert done.returncode == 0
    ((_, *place, severity, words),) = found(done)
    assert (place, severity) == ([line, column], "warning")
    assert f"is a new user; did you mean {meant}?" in words


@pytest.mark.parametrize("status,warned", [
    ("§'431'", True), ("['5*', §'431']", True), ("'4*'", False),
    ("['400', '413']", False)])
def test_no_step_sees_the_refusal_of_a_long_head(tmp_path, status, warned):
    text = (HEAD + "steps:\n  - at: http.response\n"
            f"    when: {{status: {status}}}\n    do: {{delay: 1s}}\n")
    if not warned:
        assert check(tmp_path, text).stderr == ""
        return
    text, line, column = place_of_mark(text)
    done = check(tmp_path, text)
    assert done.returncode == 0
    ((_, *place, severity, words),) = found(done)
    assert (place, severity) == ([line, column], "warning")
    assert "not answered here but at http.too-long" in words


def test_a_user_of_the_parent_is_not_new(tmp_path):
    (tmp_path / "base.yaml").write_text(
        HEAD + "world: {users: {alise: {password: x}}}\n")
    done = check(tmp_path, HEAD + "extends: base.yaml\n"
                 "world: {users: {alise: {state: locked}}}\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_all_errors_of_a_file_in_order(tmp_path):
    text = (HEAD + "nmae: x\nworld: {clock: 5}\nsteps:\n"
            "  - {at: mex.gte, do: {}}\n  - {do: {delay: 1}}\nfail-on: [all]\n")
    done = check(tmp_path, text)
    assert done.returncode == 2
    assert [one[1:3] for one in found(done)] == [
        (2, 1), (3, 16), (5, 10), (5, 23), (6, 5), (6, 18), (7, 11)]


def test_twenty_errors_are_enough(tmp_path):
    text = HEAD + "".join(f"wrong{number}: x\n" for number in range(50))
    done = check(tmp_path, text)
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert len(lines) == 21
    assert lines[-1] == ("lyncmock: error: there are more errors; the first "
                         "20 are shown")


def test_a_fault_in_the_parent_is_told_there(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "base.yaml").write_text(HEAD + "world: {cloc: 5m}\n")
    done = check(tmp_path, HEAD + "extends: sub/base.yaml\n")
    assert done.returncode == 2
    assert [one[:3] for one in found(done)] == [("sub/base.yaml", 2, 9)]


def test_a_circle_is_named(tmp_path):
    (tmp_path / "b.yaml").write_text(HEAD + "extends: c.yaml\n")
    (tmp_path / "c.yaml").write_text(HEAD + "name: c\nextends: a.yaml\n")
    done = check(tmp_path, HEAD + "extends: b.yaml\n", "a.yaml")
    assert done.returncode == 2
    assert found(done) == [
        ("c.yaml", 3, 10, "error", "extends: a circle: a.yaml extends b.yaml "
                                   "extends c.yaml extends a.yaml")]


def test_a_chain_has_an_end(tmp_path):
    for number in range(12):
        (tmp_path / f"{number}.yaml").write_text(
            HEAD + f"extends: {number + 1}.yaml\n")
    done = check(tmp_path, HEAD + "extends: 1.yaml\n", "0.yaml")
    assert done.returncode == 2
    (one,) = found(done)
    assert one[:3] == ("7.yaml", 2, 10)
    assert "more than 8 scenarios" in one[4]


def test_steps_are_judged_by_the_whole_world(tmp_path):
    (tmp_path / "base.yaml").write_text(
        HEAD + "world: {users: {carol: {state: good}}}\n"
        "steps:\n  - at: discover.user\n"
        "    when: {host: '*.contoso.test'}\n    do: {status: 503}\n")
    child = (HEAD + "extends: base.yaml\nsteps:\n  - at: discover.user\n"
             "    when: {user: carol}\n    do: {status: 404}\n")
    done = check(tmp_path, child)
    assert done.returncode == 0, done.stderr
    assert "2 steps" in done.stdout
    done = check(tmp_path, child + "world: {domain: fabrikam.test}\n")
    assert [one[:3] for one in found(done)] == [("base.yaml", 5, 18)]


def test_a_missing_file(tmp_path):
    done = run_cli(tmp_path, "check", "nowhere/such.yaml")
    assert done.returncode == 2
    assert found(done)[0][:4] == ("nowhere/such.yaml", 1, 1, "error")
    assert "there is no file" in found(done)[0][4]


def test_an_unreadable_file(tmp_path):
    done = run_cli(tmp_path, "check", str(tmp_path))
    assert done.returncode == 2
    assert found(done)[0][1:4] == (1, 1, "error")
    assert "no plain file" in found(done)[0][4]


def test_a_file_that_is_too_large(tmp_path):
    done = check(tmp_path, HEAD + "#" * (1 << 20))
    assert done.returncode == 2
    assert "larger than 1 MiB" in found(done)[0][4]


HIDDEN = {
    "the same again": ("", "", True),
    "a fact more": ("", "{host: lyncweb.*}", True),
    "a narrower pattern": ("{host: lync*}", "{host: lyncweb.*}", True),
    "another fact": ("{client: a}", "{host: lyncweb.*}", False),
    "a wider pattern": ("{host: lyncweb.*}", "{host: lync*}", False),
    "the first counts": ("{first: 2}", "", False),
    "one of a list": ("{method: [GET, POST]}", "{method: GET}", True),
    "a header more": ("{header: {A: b}}", "{header: {A: b, C: null}}", True),
    "another header": ("{header: {A: b}}", "{header: {A: null}}", False),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_step_is_a_warning(tmp_path, name):
    first, second, hidden = HIDDEN[name]
    text = HEAD + "steps:\n"
    for when in (first, second):
        text += "  - at: discover.root\n    do: {status: 503}\n"
        text += f"    when: {when}\n" if when else ""
    done = check(tmp_path, text)
    assert done.returncode == 0
    assert len(found(done)) == hidden
    for one in found(done):
        assert one[1:4] == (text[:text.rindex("- at")].count("\n") + 1, 5,
                            "warning")
        assert "never gets its turn: the one at bad.yaml:3" in one[4]


def test_also_and_a_child_hide_nothing(tmp_path):
    done = check(tmp_path, STEP + "    also: yes\n" + STEP[len(HEAD) + 7:],
                 "base.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    done = check(tmp_path, STEP + "extends: base.yaml\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_started(tmp_path):
    journal = tmp_path / "journal.jsonl"
    journal.write_text("kept\n")
    bad = tmp_path / "bad.yaml"
    bad.write_text(HEAD + "steps: [{at: x, do: {}}]\n")
    done = run_cli(tmp_path, "serve", bad, "--journal", journal, "--ca-dir",
                   tmp_path / "ca", "--ports-file", tmp_path / "ports")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{bad}:2:14: error: unknown point")
    assert journal.read_text() == "kept\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bad.yaml", "journal.jsonl"]


def test_errors_in_a_log_of_json(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(HEAD + "nmae: x\n")
    done = run_cli(tmp_path, "serve", bad, "--log-format", "json")
    assert done.returncode == 2
    line = json.loads(done.stderr)
    assert line["level"] == "error"
    assert line["message"].startswith(f"{bad}:2:1: error: unknown key")


@pytest.mark.parametrize("kind", ["keys", "steps", "users", "errors", "deep",
                                  "flow", "twice", "names"])
def test_large_files_are_read_in_no_time(tmp_path, kind):
    """1 MiB of anything ends soon: the limit of run_cli is far away."""
    size = 1 << 20
    text = {
        "keys": HEAD + "world:\n" + "".join(
            f"  k{number}: 1\n" for number in range(size // 16)),
        "steps": HEAD + "steps:\n" + (
            "- {at: mex.get, do: {status: 503}}\n" * (size // 40)),
        "users": HEAD + "world:\n users:\n" + "".join(
            f"  u{number}: {{state: good}}\n" for number in range(size // 26)),
        "errors": "- " * 20 + "x" * 1000,
        "deep": "[" * (size // 2),
        "flow": HEAD + "world: {" + "a: " * (size // 4),
        "twice": HEAD + "x: 1\n" * 24000,
        "names": "a: " * 1000 + "? " * (size // 4),
    }[kind]
    done = check(tmp_path, text)
    assert done.returncode == 2
    assert found_any(done)


def found_any(done):
    return [line for line in done.stderr.splitlines() if PLACED.match(line)]


def test_a_site_that_the_world_does_not_have(tmp_path):
    path = tmp_path / "site.yaml"
    step = ("steps: [{at: discover.user, when: {site: internal}, "
            "do: {status: 503}}]\n")
    path.write_text("lyncmock: 1\nworld: {location: external}\n" + step)
    done = run_cli(tmp_path, "check", path)
    assert done.returncode == 2
    assert ("no site of this world is internal, so the step would never "
            "apply; location: both gives one") in done.stderr
    for location in "both", "internal":
        path.write_text(f"lyncmock: 1\nworld: {{location: {location}}}\n" +
                        step)
        assert run_cli(tmp_path, "check", path).returncode == 0
