"""What the probe says where Kerberos cannot work, before and while it signs
in: which file, which run, which clock."""

import re
import shutil

import pytest

from harness import run_cli
from kerberos import needs_kerberos

pytestmark = needs_kerberos


def probe(server, *args, folder=None):
    return run_cli(folder or server.folder, "probe", "--ports-file",
                   server.ports_file, "--as", "pc-internal-kerberos", "--user",
                   "CONTOSO\\alice", *args)


def test_no_kerberos_there(serve):
    done = probe(serve("--set", "offer.kerberos=no"), "--password", "Passw0rd!")
    assert done.returncode == 1
    assert "this lyncmock offers no Kerberos" in done.stderr
    assert "krb5-kdc" in done.stderr and "offer.kerberos" in done.stderr
    assert done.stdout == ""


def test_no_krb5_conf(serve, tmp_path):
    done = probe(serve(), "--krb5-conf", tmp_path / "none")
    assert done.returncode == 2
    assert f"--krb5-conf {tmp_path / 'none'}: No such file" in done.stderr


@pytest.mark.parametrize("make,words", [
    (lambda path: None, "there is no ticket"),
    (lambda path: path.write_bytes(b""), "it is empty, or no cache"),
])
def test_a_cache_without_tickets(serve, tmp_path, make, words):
    cache = tmp_path / "cache"
    make(cache)
    done = probe(serve(), "--ccache", f"FILE:{cache}")
    assert done.returncode == 1
    assert (f"no ticket in the credential cache FILE:{cache}: {words}"
            in done.stdout)
    assert "try kinit" in done.stdout


def test_a_cache_of_another_run(serve, tmp_path):
    first = serve("--ccache", "alice")
    cache = tmp_path / "cache"
    shutil.copy(first.ports()["ccaches"]["alice"].removeprefix("FILE:"), cache)
    done = probe(serve(), "--ccache", f"FILE:{cache}")
    assert done.returncode == 1
    assert ("the credential cache holds a ticket of another run of lyncmock"
            in done.stdout)
    assert "wrong password" not in done.stdout


def test_the_clock_of_the_service(serve):
    done = probe(serve("--set", "krb5.clock=-10m"), "--password", "Passw0rd!")
    assert done.returncode == 1
    assert re.search(r"not valid yet: the server's clock is behind the KDC's "
                     r"\(KRB_AP_ERR_TKT_NYV, 33\); its clock is (599|600|601) s "
                     r"behind this one", done.stdout)
