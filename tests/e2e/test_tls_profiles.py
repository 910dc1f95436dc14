"""Each certificate profile, in the words of curl and openssl."""

import re
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from clients import ADDRESS, Curl, tool
from harness import PATIENCE, ROOT, clean_environment, run_cli
from signin import journal, sign_in

# profile: openssl's verify error and its text (verify(1)), curl's exit code.
REFUSED = {
    "expired": (10, "certificate has expired", 60),
    "not-yet-valid": (9, "certificate is not yet valid", 60),
    "wrong-name": (62, "hostname mismatch", 60),
    "self-signed": (18, "self-signed certificate", 60),
    "unknown-ca": (20, "unable to get local issuer certificate", 60),
    "weak": (66, "EE certificate key too weak", 60),
    "sha1": (68, "CA signature digest algorithm too weak", 60),
    "missing-intermediate":
        (20, "unable to get local issuer certificate", 60),
    "other-domain": (62, "hostname mismatch", 60),
    "wrong-usage": (26, "unsuitable certificate purpose", 60),
}
# By OpenSSL: it still looks at a subject that has no alternatives.
ACCEPTED = ["good", "phone", "intermediate", "wildcard", "wildcard-cn",
            "no-san"]
CURL_SAYS = {
    "wrong-name": "no alternative certificate subject name matches",
    "other-domain": "no alternative certificate subject name matches",
}

# What a device of 2013 can do, as far as curl still can.
DEVICE = ["--tlsv1.0", "--tls-max", "1.0",
          "--ciphers", "kRSA+AES+SHA:@SECLEVEL=0"]


def s_client(server, *args, name="lyncweb"):
    """What openssl s_client printed; -brief goes to stderr."""
    host = server.name(name)
    done = subprocess.run(
        [tool("openssl", "openssl"), "s_client", "-CAfile", server.ca_file,
         "-connect", f"{ADDRESS}:{server.https}", "-servername", host,
         "-verify_hostname", host, *args],
        input="", capture_output=True, env=clean_environment(server.folder),
        text=True, timeout=PATIENCE)
    return done.stdout + done.stderr


def curl(server, *args):
    return subprocess.run(
        ["curl", "-q", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
         "--cacert", server.ca_file, "--max-time", str(PATIENCE),
         "--resolve", f"*:{server.https}:{ADDRESS}", *args,
         server.url("lyncdiscover")],
        env=clean_environment(server.folder), capture_output=True,
        text=True, timeout=2 * PATIENCE)


def certificate(text):
    pem = re.search("-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----",
                    text, re.S)
    return x509.load_pem_x509_certificate(pem.group(0).encode())


@pytest.mark.parametrize("profile", REFUSED)
def test_refused(serve, profile):
    code, text, curl_code = REFUSED[profile]
    server = serve("--set", f"tls.profile={profile}")
    said = s_client(server)
    assert f"verify error:num={code}:{text}" in said
    assert "Verify return code: 0" not in said
    done = curl(server)
    assert done.returncode == curl_code, done.stderr
    assert CURL_SAYS.get(profile, text) in done.stderr
    # Nothing but the certificate is wrong.
    assert curl(server, "-k", "--ciphers", "DEFAULT@SECLEVEL=0").stdout == "200"


@pytest.mark.parametrize("profile", REFUSED)
def test_refused_at_the_address(serve, profile):
    """The default certificate is of the same profile."""
    server = serve("--set", f"tls.profile={profile}")
    done = subprocess.run(
        ["curl", "-q", "-sS", "--cacert", server.ca_file, "--max-time",
         str(PATIENCE), f"https://{ADDRESS}:{server.https}/"],
        env=clean_environment(server.folder), capture_output=True, text=True,
        timeout=2 * PATIENCE)
    assert done.returncode == 60, done.stderr


@pytest.mark.parametrize("profile", ACCEPTED)
def test_accepted(serve, profile):
    server = serve("--set", f"tls.profile={profile}")
    assert "Verify return code: 0 (ok)" in s_client(server)
    assert curl(server).stdout == "200"


def test_phone(serve):
    """RSA from the CA down, and a TLS 1.0 that knows no elliptic curves."""
    server = serve("--set", "tls.profile=phone")
    leaf = certificate(s_client(server))
    with open(server.ca_file, "rb") as file:
        ca = x509.load_pem_x509_certificate(file.read())
    for each in (leaf, ca):
        assert isinstance(each.public_key(), rsa.RSAPublicKey)
        assert each.public_key().key_size == 2048
        assert each.signature_hash_algorithm.name == "sha256"
    assert not ca.extensions.get_extension_for_class(
        x509.NameConstraints).critical
    done = curl(server, *DEVICE)
    assert (done.returncode, done.stdout) == (0, "200"), done.stderr
    tls = journal(server)[-1].entry["connection"]["tls"]
    assert tls["version"] == "TLSv1"
    assert re.fullmatch("AES(128|256)-SHA", tls["cipher"])


def test_good_one_shuts_such_devices_out(server):
    assert curl(server, *DEVICE).returncode == 35


def test_phone_signs_in(serve):
    server = serve("--set", "tls.profile=phone")
    sign_in(Curl(server, "--ntlm"), server)


def test_phone_wants_an_rsa_ca(serve, tmp_path):
    folder = tmp_path / "ca"
    serve("--ca-dir", folder).stop()
    done = run_cli(tmp_path, "serve", "--ca-dir", folder,
                   "--set", "tls.profile=phone")
    assert done.returncode == 3
    assert f"{folder}: the key is not RSA" in done.stderr
    assert "name an empty directory" in done.stderr


def test_weak_is_weak(serve):
    server = serve("--set", "tls.profile=weak", "--set", "tls.key=rsa2048")
    leaf = certificate(s_client(server))
    assert leaf.public_key().key_size == 1024
    assert leaf.signature_hash_algorithm.name == "sha1"


def test_unknown_ca_is_not_the_published_one(serve):
    server = serve("--set", "tls.profile=unknown-ca")
    with open(server.ca_file, "rb") as file:
        ca = x509.load_pem_x509_certificate(file.read())
    leaf = certificate(s_client(server))
    assert leaf.issuer != ca.subject
    # One other CA for all names.
    assert certificate(s_client(server, name="lyncdiscover")
                       ).issuer == leaf.issuer


@pytest.mark.parametrize("clock,says", [
    ("-400d", "certificate has expired"),
    ("+3d", "certificate is not yet valid"),
])
def test_clock_of_certificates(serve, clock, says):
    server = serve("--set", f"tls.clock={clock}")
    done = curl(server)
    assert done.returncode == 60
    assert says in done.stderr


def test_clock_of_the_world_leaves_certificates_alone(serve):
    server = serve("--set", "clock=2013-06-01T12:00:00Z")
    assert curl(server).stdout == "200"
    reply = server.curl(server.url("lyncdiscover"))
    assert reply.header("Date").startswith("Sat, 01 Jun 2013 12:0")


def test_every_profile_is_described():
    """certs/README.md, the table and the words of the setting."""
    said = re.findall(r"^\| `([a-z0-9-]+)` \|",
                      (ROOT / "certs" / "README.md").read_text(), re.M)
    listed = run_cli("/", "list", "settings").stdout
    words = re.search(r"^tls\.profile\t.*\((.*)\) \[good\]$", listed,
                      re.M).group(1)
    assert said == words.split("|")
    assert set(said) == {*ACCEPTED, *REFUSED}
