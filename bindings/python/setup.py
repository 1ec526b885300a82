# SPDX-License-Identifier: Apache-2.0
"""Builds against the libipcq that pkg-config finds."""

import os
import platform
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = os.path.dirname(os.path.abspath(__file__))
COMMON = os.path.join(HERE, os.pardir, "common")

# As cmake/hardening.cmake, for the compiler that setuptools calls. Older compilers take level 3 for level 2.
HARDENED_COMPILE = ["-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3",
                    f"-ffile-prefix-map={os.path.dirname(HERE)}=."]
HARDENED_LINK = ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]
if platform.machine() == "x86_64":
    HARDENED_COMPILE.append("-fcf-protection")
    HARDENED_LINK.append("-Wl,-z,shstk")
elif platform.machine() == "aarch64":
    HARDENED_COMPILE.append("-mbranch-protection=standard")


for tool in ("pkg-config", "swig"):
    if not shutil.which(tool):
        sys.exit(f"{tool} is missing: install it first (Debian package {tool})")


def pkg_config(*options):
    run = subprocess.run(["pkg-config", *options, "ipcq"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit("libipcq is missing: install it, or point PKG_CONFIG_PATH to the folder that holds its ipcq.pc")
    return run.stdout.strip()


class SwigThenCompile(build_ext):
    """setuptools' own SWIG support would write the wrapper into the source tree."""

    def build_extension(self, ext):
        os.makedirs(self.build_temp, exist_ok=True)
        wrapper = os.path.join(self.build_temp, "python_wrap.c")
        # SWIG does not look into the system's include folders, and pkg-config does not name them.
        header_dir = pkg_config("--variable=includedir")
        subprocess.run(["swig", "-python", "-builtin", "-Wall", "-Werror", "-interface", "_ipcq", f"-I{header_dir}",
                        f"-I{COMMON}", "-outdir", self.build_temp, "-o", wrapper, os.path.join(HERE, "python.i")],
                       check=True)
        ext.sources = [wrapper]
        super().build_extension(ext)


library_dir = pkg_config("--variable=libdir")

setup(
    version=pkg_config("--modversion"),
    ext_modules=[Extension(
        "ipcq._ipcq",
        sources=["python.i"],
        include_dirs=[HERE, COMMON],
        extra_compile_args=[*pkg_config("--cflags").split(), "-Wall", "-Wextra", *HARDENED_COMPILE],
        extra_link_args=[*pkg_config("--libs").split(), *HARDENED_LINK],
        # The dynamic linker looks into these folders anyway, and into /usr/local/lib only after ldconfig.
        runtime_library_dirs=[] if library_dir.startswith(("/usr/lib", "/lib")) else [library_dir],
    )],
    cmdclass={"build_ext": SwigThenCompile},
)
