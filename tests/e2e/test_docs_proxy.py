"""The example of docs/proxy.md works as it stands there."""

import os
import re
import subprocess

from harness import BINARY, PATIENCE, ROOT, clean_environment, free_port

PAGE = (ROOT / "docs" / "proxy.md").read_text()

KERBEROS = False


def test_the_first_steps(tmp_path):
    text, = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)
    (tmp_path / "build").mkdir()
    os.symlink(BINARY, tmp_path / "build" / "lyncmock")
    keeper = os.path.join(os.path.dirname(BINARY), "lyncmock-kdc-keeper")
    os.symlink(keeper, tmp_path / "build" / "lyncmock-kdc-keeper")
    text = text.replace("8888", str(free_port()))
    done = subprocess.run(
        ["setsid", "--wait", "sh", "-c", text + "\nwait $server\n"],
        cwd=tmp_path, env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    ready, ntlm, root = done.stdout.splitlines()[:3]
    assert " proxy=" in ready
    assert '"mechanism":"ntlm","account":"CONTOSO\\\\alice"' in ntlm
    assert '"Root"' in root
    assert '"example.com" is no name of this world' in done.stdout
