#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs test programs on other kernels than the host's, in virtual machines.

Each kernel comes from a Debian package, which is extracted and never
installed, and boots by QEMU from an initramfs that holds busybox, ip, the
veth module, the programs and the libraries they need. A program passes if it
exits with 0; what it printed is shown if it does not.

    kernels.py --folder build/vm --kernels 5.10,6.1 build/tests/xdp/test_x ...

Packages are taken from the suites below, by the host's own package sources;
they are kept in the folder.
"""

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys

SUITES = ("bookworm", "bookworm-security", "bookworm-backports", "bullseye",
          "bullseye-security", "trixie", "trixie-backports")
MODULES = ("veth.ko",)
# Busybox's own shell would take its own ip.
TOOLS = ("/usr/bin/busybox", "/usr/bin/dash", "/usr/sbin/ip",
         "/usr/sbin/bpftool", "/usr/bin/grep", "/usr/bin/nsenter")
APPLETS = ("mount", "mkdir", "insmod", "poweroff", "echo", "cat", "ls",
           "true", "sleep", "sysctl", "tr", "wc")
BOOT_TIMEOUT_S = 60
MEMORY_MIB = 1024

INIT = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t bpf bpf /sys/fs/bpf
for module in /modules/*.ko; do insmod $module; done
export PATH=/bin:/sbin:/usr/bin:/usr/sbin {environment}
echo "@kernel $(cat /proc/sys/kernel/osrelease)"
for program in /programs/*; do
	echo "@begin ${{program##*/}}"
	$program 2>&1
	echo "@end ${{program##*/}} $?"
done
poweroff -f
"""


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True,
                          **options).stdout


class Packages:
    """Debian's kernels, by a package list of our own in a folder."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        for name in ("lists/partial", "cache/archives/partial"):
            os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        self.options = [
            "-o", f"Dir::Etc::sourcelist={self.folder}/sources.list",
            "-o", "Dir::Etc::sourceparts=-",
            "-o", f"Dir::State::Lists={self.folder}/lists",
            "-o", f"Dir::Cache={self.folder}/cache",
            "-o", "APT::Sandbox::User=root",
            "-o", "Acquire::Languages=none"]

    @staticmethod
    def host_sources():
        """(URI of the archive, URI of security updates) of the host."""
        text = run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)")
        sites = {}
        for line in text.splitlines():
            site, _, release = line.partition(" ")
            sites.setdefault("security" in release, site)
        return sites.get(False), sites.get(True, sites.get(False))

    def update(self):
        if os.path.exists(f"{self.folder}/sources.list"):
            return
        archive, security = self.host_sources()
        with open(f"{self.folder}/sources.list", "w", encoding="ascii") as out:
            for suite in SUITES:
                site = security if "security" in suite else archive
                out.write(f"deb [check-valid-until=no] {site} {suite} main\n")
        run("apt-get", *self.options, "update")

    def newest(self, version):
        """The name of the newest package of a kernel such as 6.1."""
        found = run("apt-cache", *self.options, "search", "--names-only",
                    rf"^linux-image-{re.escape(version)}[.+].*-cloud-amd64$")
        names = [line.split()[0] for line in found.splitlines()]
        if not names:
            raise LookupError(f"no Debian package of kernel {version}")
        return max(names, key=lambda name: [
            int(number) for number in re.findall(r"\d+", name)])

    def extracted(self, name):
        """The folder in which the package is extracted."""
        folder = f"{self.folder}/{name}"
        if not os.path.exists(f"{folder}/boot"):
            run("apt-get", *self.options, "download", name, cwd=self.folder)
            package = next(file for file in os.listdir(self.folder)
                           if file.startswith(f"{name}_"))
            run("dpkg-deb", "-x", f"{self.folder}/{package}", folder)
            os.unlink(f"{self.folder}/{package}")
        return folder


def libraries_of(program):
    """Paths of the shared objects a program loads."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True,
                          check=False)
    return re.findall(r"(/\S+)", done.stdout.replace(f"{program}:", ""))


def find_module(kernel, name):
    for folder, _, files in os.walk(kernel):
        for file in files:
            if file in (name, f"{name}.xz"):
                return f"{folder}/{file}"
    raise LookupError(f"{kernel}: no module {name}")


def copy_module(kernel, name, target):
    source = find_module(kernel, name)
    if source.endswith(".xz"):
        with open(f"{target}/{name}", "wb") as out:
            subprocess.run(["xz", "-dc", source], check=True, stdout=out)
    else:
        shutil.copy(source, target)


def copy_with_libraries(program, root, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(program, target)
    for library in libraries_of(program):
        place = root + library
        if not os.path.exists(place):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy(library, place)


def make_initramfs(kernel, folder, programs, environment):
    """Writes FOLDER/initramfs.gz and returns its path."""
    root = f"{folder}/root"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("proc", "sys", "dev", "tmp", "run", "bin", "modules",
                 "programs"):
        os.makedirs(f"{root}/{name}")
    for tool in TOOLS:
        copy_with_libraries(tool, root, root + tool)
    for applet in APPLETS:
        os.symlink("/usr/bin/busybox", f"{root}/bin/{applet}")
    os.symlink("/usr/bin/dash", f"{root}/bin/sh")
    for name in MODULES:
        copy_module(kernel, name, f"{root}/modules")
    for program in programs:
        copy_with_libraries(program, root,
                            f"{root}/programs/{os.path.basename(program)}")
    with open(f"{root}/init", "w", encoding="ascii") as init:
        init.write(INIT.format(environment=" ".join(environment)))
    os.chmod(f"{root}/init", 0o755)
    names = run("find", ".", cwd=root)
    packed = subprocess.run(["busybox", "cpio", "-o", "-H", "newc"], cwd=root,
                            input=names.encode(), capture_output=True,
                            check=True).stdout
    path = f"{folder}/initramfs.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(packed)
    return path


def boot(kernel, initramfs, seconds):
    """What the machine printed; it ends by itself or is ended."""
    image = next(name for name in os.listdir(f"{kernel}/boot")
                 if name.startswith("vmlinuz"))
    # KVM is not for granted where this runs: always emulated.
    words = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
             "-m", str(MEMORY_MIB), "-smp", "2", "-nographic", "-no-reboot",
             "-nodefaults", "-serial", "stdio",
             "-kernel", f"{kernel}/boot/{image}", "-initrd", initramfs,
             "-append", "console=ttyS0 quiet panic=-1"]
    try:
        done = subprocess.run(words, capture_output=True, check=False,
                              timeout=BOOT_TIMEOUT_S + seconds,
                              stdin=subprocess.DEVNULL)
        return done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as expired:
        return (expired.stdout or b"").decode(errors="replace")


def judge(output, programs):
    """Prints a line for each program; the names of those that failed."""
    failed = []
    release = re.search(r"@kernel (\S+)", output)
    print(f"kernel {release.group(1) if release else '? (did not boot)'}")
    for program in programs:
        name = os.path.basename(program)
        part = re.search(rf"@begin {re.escape(name)}\r?\n(.*?)"
                         rf"@end {re.escape(name)} (\d+)", output, re.S)
        if part and part.group(2) == "0":
            passed = re.findall(r"\[\s+PASSED\s+\] (\d+)", part.group(1))
            print(f"  ok      {name} {' '.join(passed)}")
            continue
        failed.append(name)
        print(f"  FAILED  {name}")
        said = part.group(1) if part else output
        print("    | " + "\n    | ".join(said.splitlines()[-40:]))
    return failed


# What the host needs besides what the build does, by Debian package.
HOST_NEEDS = {"qemu-system-x86_64": "qemu-system-x86",
              "busybox": "busybox-static", "xz": "xz-utils"}


def check_host():
    missing = [package for program, package in HOST_NEEDS.items()
               if not shutil.which(program)]
    if missing:
        sys.exit(f"kernels.py: install {' '.join(missing)} first")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", default="build/vm")
    parser.add_argument("--kernels", default="5.10,6.1,6.12,6.18")
    parser.add_argument("--seconds", type=int, default=300,
                        help="for all programs on one kernel")
    parser.add_argument("--env", action="append", default=[],
                        metavar="NAME=VALUE")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    check_host()
    packages = Packages(options.folder)
    packages.update()
    failed = []
    for version in options.kernels.split(","):
        kernel = packages.extracted(packages.newest(version))
        initramfs = make_initramfs(kernel, options.folder, options.programs,
                                   options.env)
        failed += judge(boot(kernel, initramfs, options.seconds),
                        options.programs)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
