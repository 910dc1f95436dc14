"""OA: the OAuth token endpoint and bearer tokens (RFC 6749, RFC 6750)."""

from urllib.parse import quote

from harness import PASSWORD, ROOT_PATH
from rule_case import Case
from ruleclient import get, peer, post, say, talk, talker
from test_oauth import (ANONYMOUS, CONFERENCE, FORM, KEY, OAUTH_USER_PATH,
                        TOKEN_PATH, WINDOWS)

GOOD = f"grant_type=password&username=alice&password={quote(PASSWORD)}"
WRONG = "grant_type=password&username=alice&password=wrong"
GUEST = (f"grant_type={ANONYMOUS}&password={KEY}"
         f"&ms_rtc_conferenceuri={quote(CONFERENCE)}")
BEARER = "Authorization: Bearer cwt=AAEB"
NOWHERE = "/auth/nothing"
UCWA = "/ucwa/oauth/v1/applications"


def form(body, kind=FORM, path=TOKEN_PATH, **how):
    return post(path, body, kind=kind, **how)


def challenged(*requests, host="lyncweb"):
    """Asks the OAuth twin of User first, whose 401 says where, and for what."""
    def client(server):
        talk(server, get(OAUTH_USER_PATH))
        talk(server, *requests, host=host)
    return client


def guest_again(renew):
    def client(server):
        with peer(server) as one:
            say(one, form(GUEST))
            say(one, form(GUEST + ("&ms_rtc_renew=cwt%3dAAEB" if renew
                                   else "")))
    return client


GOOD_FORM = talker(form(GOOD))

CASES = [
    Case("OA-001", talker(form("{}", kind="application/json")), GOOD_FORM,
         says="application/json"),
    Case("OA-002", talker(form("grant_type=password&username=a%zz")),
         GOOD_FORM, says="at offset"),
    Case("OA-003", talker(form("grant_type=password&grant_type=password")),
         GOOD_FORM, says="grant_type"),
    Case("OA-004", talker(form("grant_type=password&username=alice")),
         GOOD_FORM, says="password is missing"),
    Case("OA-005", talker(form(f"grant_type={WINDOWS}&password=x")),
         talker(form(f"grant_type={WINDOWS}"))),
    Case("OA-006", talker(form(GOOD.replace("&", "&amp;"))), GOOD_FORM),
    Case("OA-007", talker(get(TOKEN_PATH + "?grant_type=password")),
         GOOD_FORM),
    Case("OA-008", talker(form(GOOD, path=TOKEN_PATH + "?password=x")),
         GOOD_FORM, says="password"),
    Case("OA-009",
         challenged(form("grant_type=client_credentials")),
         challenged(form(GOOD)), says="client_credentials"),
    Case("OA-010", challenged(form(GOOD), host="lyncdiscover"),
         challenged(form(GOOD)), says="lyncweb.contoso.test"),
    Case("OA-011", talker(*[form(WRONG)] * 4), talker(*[form(WRONG)] * 2),
         says="3 times"),
    Case("OA-012", guest_again(False), guest_again(True)),
    Case("OA-013", talker(get(NOWHERE, BEARER), tls=False),
         talker(get(NOWHERE, BEARER))),
    Case("OA-014", talker(get(NOWHERE + "?access_token=a")),
         talker(get(NOWHERE, BEARER))),
    Case("OA-015", talker(get(NOWHERE + "?access_token=a", BEARER)),
         talker(get(NOWHERE, BEARER))),
    Case("OA-016", talker(get(NOWHERE, BEARER, host="cdn.fabrikam.test")),
         talker(get(ROOT_PATH + "/oauth/user", BEARER)),
         says="cdn.fabrikam.test"),
    Case("OA-017", talker(get(UCWA)), talker(get(UCWA, BEARER))),
]
