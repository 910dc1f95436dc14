"""Signs in with requests and requests-kerberos, with the ticket that the
environment names. See Program in ../clients.py. The "password" says whether
the server must prove itself: "required" or "optional".
"""

import base64
import json
import socket
import sys

import requests
from requests_kerberos import OPTIONAL, REQUIRED, HTTPKerberosAuth


MUTUAL = {"required": REQUIRED, "optional": OPTIONAL}


def lead_all_names_to(address):
    real = socket.getaddrinfo

    def getaddrinfo(_host, port, *args, **kwargs):
        return real(address, port, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def main():
    job = json.load(sys.stdin)
    lead_all_names_to(job["address"])
    auth = None
    if job["account"] is not None:
        auth = HTTPKerberosAuth(mutual_authentication=MUTUAL[job["password"]])
    answer = requests.Session().request(
        job["method"], job["url"], headers=job["headers"],
        data=job["body"].encode(), auth=auth, verify=job["ca_file"])
    json.dump({
        "status": answer.status_code,
        "headers": list(answer.raw.headers.items()),
        "body": base64.b64encode(answer.content).decode("ascii"),
    }, sys.stdout)


main()
