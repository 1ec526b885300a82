# SPDX-License-Identifier: Apache-2.0
"""What a fresh root takes over from this machine: where packages come from, and how the network is reached."""

import os
import shutil
import subprocess
from pathlib import Path

CODENAME = "bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CERTIFICATES_THERE = "/etc/certificates-of-the-machine.pem"
NETWORK = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PIP_INDEX_URL",
           "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "GOPROXY", "GOSUMDB", "GONOSUMDB")


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sources():
    """(URI, suite, component) of Debian 12 as this machine's apt-get knows it; of other releases and makers nothing."""
    if not shutil.which("apt-get"):
        return []
    lines = said("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME)",
                 "Created-By: Packages", "Origin: Debian").splitlines()
    found = [line.split() for line in lines]
    return [tuple(fields[:3]) for fields in found if len(fields) == 4 and fields[3].startswith(CODENAME)]


def mirror():
    return next((uri for uri, suite, _ in sources() if suite == CODENAME), None)


def apt_settings():
    """Proxies, and no question."""
    proxies = [line for line in said("apt-config", "dump", "Acquire").splitlines() if "::Proxy" in line]
    return "\n".join([*proxies, f'Acquire::https::CAInfo "{CERTIFICATES_THERE}";', "Acquire::Retries 3;",
                      'APT::Get::Assume-Yes "true";', ""])


def lend_to(root):
    """Writes the settings into the root."""
    etc = root / "etc"
    (etc / "apt/sources.list").write_text("".join(f"deb {' '.join(source)}\n" for source in sources()))
    (etc / "apt/apt.conf.d/90machine").write_text(apt_settings())
    (etc / "dpkg/dpkg.cfg.d/90fast").write_text("force-unsafe-io\n")  # the root is thrown away
    for name in ("resolv.conf", "hosts"):
        if Path("/etc", name).exists():
            shutil.copyfile(f"/etc/{name}", etc / name)
    if CERTIFICATES.exists():
        shutil.copyfile(CERTIFICATES, root / CERTIFICATES_THERE[1:])


def environment():
    """Of commands in the root."""
    lent = {name: os.environ[name] for name in NETWORK if name in os.environ}
    if CERTIFICATES.exists():
        lent |= dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), CERTIFICATES_THERE)
    return lent | {"HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                   "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
