# SPDX-License-Identifier: Apache-2.0
"""A folder with a Debian of its own, in which commands run as if it were a machine."""

import os
import shutil
import subprocess
from pathlib import Path

import machine

# The mounts live and die with the namespace, so that removing the folder can never reach through one. dpkg writes its
# database through to the disk after each package; in memory that costs no time.
ENTER = """
set -e
mount --rbind /dev "$0/dev"
mount -t tmpfs shm "$0/dev/shm"
mount -t proc proc "$0/proc"
mount --bind "$1" "$0/var/cache/apt/archives"
mount -t tmpfs dpkg "$0/mnt"
cp -a "$0/var/lib/dpkg" "$0/mnt"
mount --bind "$0/mnt/dpkg" "$0/var/lib/dpkg"
exec chroot "$0" bash -c "$2"
"""
# Root there needs no sudo, and a bare Debian has none.
PRELUDE = 'sudo() { "$@"; }\n'


class Root:
    def __init__(self, folder, archives):
        self.folder, self._archives = folder, archives

    def clone(self, name):
        folder = self.folder.parent / name
        remove(folder)
        subprocess.run(["cp", "-a", "--reflink=auto", self.folder, folder], check=True)
        return Root(folder, self._archives)

    def run(self, commands, log, place="/root", watchdog_s=900):
        """Exit code of the commands, which end at the first that fails; 124 if the watchdog ended them."""
        script = f"cd {place}\n{PRELUDE}PS4='+ [$SECONDS s] '\nset -ex\n{commands}"
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, self.folder,
                   self._archives, script]
        with open(log, "ab") as output:
            try:
                return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                      env=machine.environment(), timeout=watchdog_s).returncode
            except subprocess.TimeoutExpired:
                output.write(f"\nthe watchdog ended this after {watchdog_s} s\n".encode())
                return 124

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def put_tree(self, tree):
        """The files of the project, as a clone would have them, in ~/libipcq."""
        made = {tree / ".git", tree / "build", tree / "bindings/python/build", tree / "bindings/python/ipcq.egg-info"}
        shutil.copytree(tree, self.folder / "root/libipcq", symlinks=True,
                        ignore=lambda folder, names: [name for name in names if Path(folder, name) in made])

    def remove(self):
        remove(self.folder)


def remove(folder):
    if folder.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)


def why_not():
    """Why this machine cannot have a fresh root; None if it can."""
    if os.geteuid() != 0:
        return "a fresh root is made by root"
    for tool in ("debootstrap", "unshare", "apt-get"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    if not machine.mirror():
        return f"apt-get knows no Debian {machine.CODENAME} here"
    trial = subprocess.run(["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "trial", "/mnt"],
                           capture_output=True, text=True)
    return f"mounting is not allowed: {trial.stderr.strip()}" if trial.returncode else None


def make_base(folder, log):
    """A bare Debian 12 with today's package lists, or the reason why there is none. Kept for later runs."""
    base, archives = folder / "base", folder / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    if not base.exists():
        part = folder / "base.part"
        remove(part)
        with open(log, "ab") as output:
            made = subprocess.run(["debootstrap", "--variant=minbase", machine.CODENAME, part, machine.mirror()],
                                  stdout=output, stderr=subprocess.STDOUT).returncode
        if made != 0:
            return None, f"debootstrap could not make a Debian {machine.CODENAME}: {last_line(log)}"
        part.rename(base)
    machine.lend_to(base)
    root = Root(base, archives)
    if root.run("apt-get update", log) != 0:
        return None, f"apt-get update failed in the fresh root: {last_line(log)}"
    return root, None


def last_line(log):
    return (Path(log).read_text(errors="replace").strip().splitlines() or ["no output"])[-1]
