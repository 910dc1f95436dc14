"""Sessions of a running server: the admin port, and the server as one session's
clients see it.

    admin = Admin(server)
    made = admin.make("t1.contoso.test", "failures/user-empty", seed=7)
    t1 = within(server, "t1.contoso.test")      # a harness.Server for clients
    sign_in(Curl(t1, "--ntlm"), t1)
    admin.journal("t1.contoso.test")
"""

import copy
import http.client
import json
from urllib.parse import urlencode

from harness import PATIENCE

YAML = "application/yaml"
JSON = "application/json"


class Told:
    """An answer of the admin port."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.text = answer.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


class Admin:
    def __init__(self, server):
        ports = server.ports()
        self.port = ports["admin"]
        self.token = ports["admin_token"]

    def ask(self, method, path, body=None, kind=None, headers=None, **query):
        """body: a text, or what becomes JSON. The status may be any."""
        fields = {"Authorization": f"Bearer {self.token}"}
        if body is not None and not isinstance(body, (str, bytes)):
            body, kind = json.dumps(body), kind or JSON
        if kind:
            fields["Content-Type"] = kind
        fields.update(headers or {})
        if query:
            path += "?" + urlencode(query)
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=PATIENCE)
        try:
            connection.request(method, path, body, fields)
            return Told(connection.getresponse())
        finally:
            connection.close()

    def good(self, method, path, *args, status=200, **how):
        told = self.ask(method, path, *args, **how)
        assert told.status == status, told.text
        return told

    def make(self, domain, scenario=None, **more):
        """scenario: an id, or YAML."""
        if scenario and "\n" in scenario:
            return self.good("POST", "/sessions", scenario, YAML, status=201,
                             domain=domain, **more).json
        wish = {"domain": domain, **more}
        if scenario:
            wish["scenario"] = scenario
        return self.good("POST", "/sessions", wish, status=201).json

    def journal(self, name, **query):
        text = self.good("GET", f"/sessions/{name}/journal", **query).text
        return [json.loads(line) for line in text.splitlines()]

    def verdict(self, name):
        return self.good("GET", f"/sessions/{name}/verdict").json

    def names(self):
        told = self.good("GET", "/sessions").json
        return [session["name"] for session in told["sessions"]]


def within(server, domain):
    """The same server, for clients whose names are in this domain."""
    view = copy.copy(server)
    view.domain = domain
    view.folder = server.folder / domain
    view.folder.mkdir(exist_ok=True)
    return view
