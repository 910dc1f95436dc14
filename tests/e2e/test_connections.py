"""Who has signed in belongs to the connection, and to no other."""

import queue
import re
import threading

from clients import Connection, token_of
from harness import ISSUE, PASSWORD, RST, TICKET_PATH, USER_PATH
from impacket_client import Impacket, impacket
from signin import Ticket, journal

THREADS = 16
USERS = 400


class Client(Connection):
    """A connection with its impacket, one message at a time."""

    def __init__(self, server, account="CONTOSO\\alice", password=PASSWORD):
        super().__init__(server, "lyncweb")
        self.url = server.url("lyncweb", TICKET_PATH)
        self.user_url = server.url("lyncweb", USER_PATH)
        self.maker = Impacket(account, password, "NTLMv2", False)
        self.carrier = impacket(server)

    def post(self, token=None):
        """The request for a ticket, with this token; without one: as is."""
        headers = {"Content-Type": "text/xml; charset=utf-8",
                   "SOAPAction": f'"{ISSUE}"'}
        if token is not None:
            headers.update(self.carrier.credentials(token))
        body = RST.read_text().replace("@APPLIES_TO@", self.user_url)
        return self.ask("POST", self.url, headers, body)

    def challenge(self):
        """Sends type 1; what came back."""
        answer = self.post(self.maker.step(None))
        assert answer.status == 401
        return token_of(answer, "NTLM")

    def type3(self):
        return self.maker.step(self.challenge())

    def sign_in(self):
        answer = self.post(self.type3())
        assert answer.status == 200, answer.text
        return Ticket(answer)


def named(text):
    """The user whom a ticket or an RSTR is about."""
    return re.findall(r"<saml:NameIdentifier [^>]*>sip:([^<@]*)@", text)


def password_of(user):
    return f"Secret of {user}"


def take_turns(server, users, wrong):
    """Signs in users until there are no more; what went wrong goes there."""
    while True:
        try:
            user = users.get_nowait()
        except queue.Empty:
            return
        try:
            two_requests(server, user)
        except Exception as error:  # so that the test hears of it
            wrong.append((user, error))


def two_requests(server, user):
    client = Client(server, f"CONTOSO\\{user}", password_of(user))
    try:
        first = client.sign_in()
        assert named(first.text.decode()) == [user]
        # The connection stays this user's: no credentials now.
        second = client.post()
        assert second.status == 200
        assert named(second.text) == [user]
        opened = client.ask("GET", client.user_url, first.headers())
        assert opened.status == 200
    finally:
        client.close()


def test_400_users_in_16_threads(serve):
    names = [f"u{number:03}" for number in range(USERS)]
    server = serve(env={"LYNCMOCK_SET": "\n".join(
        f"user.{name}.password={password_of(name)}" for name in names)})
    users, wrong = queue.Queue(), []
    for name in names:
        users.put(name)
    threads = [threading.Thread(target=take_turns,
                                args=(server, users, wrong))
               for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    check_crowd(journal(server), names)


def check_crowd(records, names):
    """Four requests on each connection: type 1, and three as one user."""
    seen = {}
    for record in records:
        seen.setdefault(record.connection, []).append(record)
    assert len(seen) == len(names)
    for of_one in seen.values():
        assert [record.status for record in of_one] == [401, 200, 200, 200]
        assert [record.auth for record in of_one] \
            == ["ntlm", "ntlm", "ntlm", "webticket"]
        assert len({record.user for record in of_one[1:]}) == 1
    assert sorted(of_one[1].user for of_one in seen.values()) == names


def test_type_3_on_a_fresh_connection(server):
    first, other = Client(server), Client(server)
    answer = other.post(first.type3())
    assert answer.status == 401
    assert token_of(answer, "NTLM") is None
    other.close()
    first.close()
    record = journal(server)[-1]
    assert "HA-027" in record.rules
    record.says(auth_refused="final leg without a challenge before it")
    assert record.user is None


def test_type_3_for_the_challenge_of_another_connection(server):
    first, other = Client(server), Client(server)
    mine, yours = first.type3(), other.type3()
    assert other.post(mine).status == 401
    # The failure ended that handshake: even the right answer is too late.
    assert other.post(yours).status == 401
    # The first connection's handshake goes on as if nothing had been.
    assert first.post(mine).status == 200
    other.close()
    first.close()
    crossed, late, good = journal(server)[2:]
    crossed.says(auth_refused="wrong password")
    assert "HA-027" in late.rules
    assert (good.status, good.user) == (200, "alice")


def test_type_3_twice(server):
    """The second time there is no challenge before it."""
    client = Client(server)
    type3 = client.type3()
    assert client.post(type3).status == 200
    assert client.post(type3).status == 401
    # And whoever was signed in is so no more.
    assert client.post().status == 401
    client.close()
    assert "HA-027" in journal(server)[2].rules


def test_another_user_takes_over_the_connection(server):
    client = Client(server)
    client.sign_in()
    client.maker = Impacket("CONTOSO\\bob", PASSWORD, "NTLMv2", False)
    assert named(client.sign_in().text.decode()) == ["bob"]
    assert named(client.post().text) == ["bob"]
    client.close()
    assert [record.user for record in journal(server)] \
        == [None, "alice", None, "bob", "bob"]


def test_wrong_password_ends_who_was_signed_in(server):
    client = Client(server)
    client.sign_in()
    client.maker = Impacket("CONTOSO\\bob", "wrong", "NTLMv2", False)
    assert client.post(client.type3()).status == 401
    assert client.post().status == 401
    client.close()


def test_a_new_connection_is_nobody_s(server):
    client = Client(server)
    client.sign_in()
    client.close()
    assert Client(server).post().status == 401
