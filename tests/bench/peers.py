"""Mock servers from npm: the same answer, TLS and certificate type. Each is
told to write no log."""

import filecmp
import json
import pathlib
import shutil
import subprocess

from asks import DISCOVER
from machine import Trouble
from servers import Server, free_port, tool


LOCKED = pathlib.Path(__file__).resolve().parent / "npm"


def installed(bench):
    """What the lock names, fetched once, compared with its digests. No
    program of a package runs while it is installed."""
    folder = bench.npm
    mark = folder / "installed-lock.json"
    lock = LOCKED / "package-lock.json"
    if mark.exists() and filecmp.cmp(lock, mark, shallow=False):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in (lock, LOCKED / "package.json"):
        shutil.copy(file, folder)
    done = subprocess.run(
        [tool("npm", "npm"), "ci", "--ignore-scripts", "--no-audit",
         "--no-fund", "--no-update-notifier", "--cache", folder / "cache"],
        cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"npm: {done.stderr.strip()[-300:]}")
    shutil.copy(lock, mark)
    return folder


def program(bench, *parts):
    path = installed(bench).joinpath("node_modules", *parts)
    if not path.exists():
        raise Trouble(f"npm installed no {'/'.join(parts)}")
    return path


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


class Peer(Server):
    def __init__(self, bench, core):
        folder = bench.folder(self.TITLE)
        folder.mkdir(parents=True)
        port = free_port()
        answer = bench.answers()["root"]
        headers = [(name, value) for name, value in answer.headers
                   if name.lower() not in ("date", "connection")]
        command = self.command(bench, folder, port, headers,
                               answer.body.decode())
        super().__init__(folder, core, command, port)


class WireMock(Peer):
    TITLE = "WireMock"

    def command(self, bench, folder, port, headers, body):
        written(folder, "mappings/root.json", {
            "request": {"method": "GET", "url": "/"},
            "response": {"status": 200, "headers": dict(headers),
                         "body": body}})
        jar = next(iter(program(bench, "wiremock", "build").glob("*.jar")),
                   None)
        if not jar:
            raise Trouble("the package wiremock has no jar")
        # Its journal is bounded, as ours is.
        return [tool("java", "default-jre-headless"), "-jar", jar,
                "--disable-http", "--https-port", port,
                "--https-keystore", bench.p12, "--keystore-type", "PKCS12",
                "--keystore-password", "password",
                "--key-manager-password", "password",
                "--bind-address", "127.0.0.1", "--root-dir", folder,
                "--disable-banner", "--max-request-journal-entries", 1000]


class Mountebank(Peer):
    TITLE = "mountebank"

    def command(self, bench, folder, port, headers, body):
        # Without this header it closes each connection.
        answer = {"statusCode": 200, "body": body,
                  "headers": {**dict(headers), "Connection": "keep-alive"}}
        config = written(folder, "imposters.json", {"imposters": [{
            "port": port, "host": "127.0.0.1", "protocol": "https",
            "key": bench.key.read_text(), "cert": bench.cert.read_text(),
            "stubs": [{"predicates": [{"equals": {"method": "GET",
                                                  "path": "/"}}],
                       "responses": [{"is": answer}]}]}]})
        return [tool("node", "nodejs"), program(bench, ".bin", "mb"),
                "start", "--configfile", config, "--nologfile",
                "--loglevel", "error", "--port", free_port(), "--localOnly",
                "--pidfile", folder / "mb.pid"]


class Mockoon(Peer):
    TITLE = "Mockoon"
    ROUTE = "22222222-2222-4222-8222-222222222222"

    def command(self, bench, folder, port, headers, body):
        config = written(folder, "bench.json", {
            "uuid": "11111111-1111-4111-8111-111111111111",
            "lastMigration": 33, "name": "bench", "port": port,
            "hostname": "127.0.0.1", "latency": 0, "endpointPrefix": "",
            "folders": [], "proxyMode": False, "proxyHost": "",
            "proxyRemovePrefix": False, "cors": False, "headers": [],
            "proxyReqHeaders": [], "proxyResHeaders": [], "data": [],
            "callbacks": [], "routes": [self.route(headers, body)],
            "rootChildren": [{"type": "route", "uuid": self.ROUTE}],
            "tlsOptions": {"enabled": True, "type": "PEM", "pfxPath": "",
                           "certPath": str(bench.cert), "caPath": "",
                           "keyPath": str(bench.key), "passphrase": ""}})
        return [tool("node", "nodejs"), program(bench, ".bin", "mockoon-cli"),
                "start", "--data", config, "--port", port,
                "--hostname", "127.0.0.1", "--disable-log-to-file",
                "--disable-admin-api", "--disable-external-refs"]

    def route(self, headers, body):
        return {"uuid": self.ROUTE, "type": "http", "documentation": "",
                "method": "get", "endpoint": "", "responseMode": None,
                "streamingMode": None, "streamingInterval": 0,
                "responses": [{
                    "uuid": "33333333-3333-4333-8333-333333333333",
                    "body": body, "latency": 0, "statusCode": 200,
                    "label": DISCOVER, "bodyType": "INLINE", "filePath": "",
                    "headers": [{"key": name, "value": value}
                                for name, value in headers],
                    "databucketID": "", "sendFileAsBody": False, "rules": [],
                    "rulesOperator": "OR", "disableTemplating": True,
                    "fallbackTo404": False, "default": True, "crudKey": "id",
                    "callbacks": []}]}
