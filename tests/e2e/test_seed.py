"""The same seed and the same requests: the same answers."""

import base64
import re

import pytest

from clients import Curl
from harness import PASSWORD, TICKET_PATH, USER_PATH
from raw import Journal, Peer, request, until
from signin import ALICE, ask, ticket_for

TYPE1 = base64.b64encode(
    b"NTLMSSP\0\x01\0\0\0\x01\x82\x88\0" + b"\0" * 16).decode()


def challenge_of(token):
    """The eight bytes of MS-NLMP 2.2.1.2."""
    message = base64.b64decode(token)
    assert message.startswith(b"NTLMSSP\0\x02\0\0\0")
    return message[24:32].hex()


def challenges(server, count=3):
    found = []
    for _ in range(count):
        with Peer(server, tls=True) as peer:
            reply = peer.ask(request(
                "POST", peer.host, TICKET_PATH, f"Authorization: NTLM {TYPE1}",
                body=b""))
            scheme, _, token = reply.header("WWW-Authenticate").partition(" ")
            assert scheme == "NTLM"
            found.append(challenge_of(token))
    return found


def ids(server):
    """The identifiers of two tickets, one of each form."""
    client = Curl(server, "--ntlm")
    seen = Journal(server)
    saml = ticket_for(client, server).text.decode()
    assert ask(client, server, form="cwt").status == 200

    def told():
        return [remark["text"] for entry in seen.entries()
                for remark in entry["remarks"] if remark["key"] == "ticket.id"]

    found = until("two tickets", lambda: told()[1:] and told())
    assert re.findall(r'AssertionID="([^"]+)"', saml) == found[:1]
    return found


def walk(server):
    return challenges(server), ids(server)


def test_same_seed(serve):
    first, second = serve("--seed", 4711), serve("--seed", 4711)
    one = walk(first)
    assert one == walk(second)
    assert len(set(one[0])) == 3
    assert one[1][0].startswith("SamlSecurityToken-")


def test_other_seed(serve):
    first, second = serve("--seed", 1), serve("--seed", 2)
    one, other = walk(first), walk(second)
    assert not set(one[0]) & set(other[0])
    assert one[1][0] != other[1][0]


def test_seed_that_was_picked_can_be_used_again(serve):
    first = serve()
    one = walk(first)
    assert walk(serve("--seed", first.ready["seed"])) == one


def test_keys_do_not_come_from_the_seed(serve):
    """Who knows the seed must not know what the tickets are signed with."""
    first, second = serve("--seed", 5), serve("--seed", 5)
    with open(first.ca_file, "rb") as one, open(second.ca_file, "rb") as two:
        assert one.read() != two.read()
    client = Curl(first, "--ntlm")
    ticket = ticket_for(client, first)
    answer = Curl(second).send(
        "GET", second.url("lyncweb", USER_PATH), ticket.headers())
    assert answer.status == 401


@pytest.mark.parametrize("seed", [0, 2 ** 64 - 1])
def test_seeds_at_the_ends(serve, seed):
    server = serve("--seed", seed)
    assert int(server.ready["seed"]) == seed
    assert ask(Curl(server, "--ntlm"), server, ALICE, PASSWORD).status == 200
