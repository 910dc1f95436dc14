"""httpntlm from npm, over Node's https."""

import pytest

from clients import FOLDER, Program, tool
from harness import PASSWORD, ROOT
from signin import ALICE, ask, issued, refused, sign_in_with_both

MODULES = ROOT / "build" / "npm" / "node_modules"


def httpntlm(server):
    assert (MODULES / "httpntlm").is_dir(), (
        f"{MODULES}/httpntlm is missing: ./dev test, or in {MODULES.parent}: "
        f"cp {FOLDER}/npm/package*.json . && npm ci")
    return Program(server, tool("node", "nodejs"), FOLDER / "npm/httpntlm.js",
                   env={"NODE_PATH": str(MODULES),
                        "NODE_EXTRA_CA_CERTS": server.ca_file})


def test_ntlmv2(server):
    sign_in_with_both(httpntlm(server), server)
    for record in issued(server, 2):
        assert record.leg == 2
        record.says(ntlm_response="NTLMv2", ntlm_domain="CONTOSO",
                    ntlm_user="alice", ntlm_target_info="echoed")


def test_without_a_domain(server):
    assert ask(httpntlm(server), server, "alice").status == 200
    issued(server)[0].says(ntlm_domain="")


@pytest.mark.parametrize("account,password,reason", [
    (ALICE, "wrong", "wrong password"),
    ("CONTOSO\\nobody", PASSWORD, "unknown user"),
])
def test_who_gets_no_ticket(server, account, password, reason):
    answer = ask(httpntlm(server), server, account, password)
    assert answer.status == 401
    refused(server, reason)
