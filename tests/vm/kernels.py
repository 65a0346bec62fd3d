#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run tests on other kernels than the host's, in virtual machines.

Each kernel comes from a Debian package, which is extracted but not installed;
QEMU emulates the machine. The machine mounts the host's files by 9p, read-only,
below a file system in memory for writes, and runs tests/run.py. So a test finds
the files of the host.

    kernels.py --folder build/vm --kernels 5.10,6.1 \\
        --xdp build/tests/xdp/test_x ... --lab tests/lab/test_vlan.py ...

Packages come from the suites below, by the host's package sources, and stay in
the folder.
"""

import argparse
import dataclasses
import gzip
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading

SUITES = ("bookworm", "bookworm-security", "bookworm-backports", "bullseye",
          "bullseye-security", "trixie", "trixie-backports")
# Modules to mount the host's files; the kernel loads others by itself.
BOOT_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
BOOT_APPLETS = ("sh", "mount", "mkdir", "ln", "insmod", "ip", "chroot",
                "poweroff", "echo", "cat")
MEMORY_MIB = 2048
# Factor for time limits: an emulated CPU is slow.
TIME_SCALE = 5
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

# Lines on the console before and after the tests' output.
BEGUN, ENDED = "@begun", "@ended"
INIT = """#!/bin/sh
mount -t proc proc /proc
for module in /modules/*; do insmod $module; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=524288 \\
	host /host
mount -t tmpfs tmpfs /memory
mkdir /memory/files /memory/work
mount -t overlay -o \\
	lowerdir=/host,upperdir=/memory/files,workdir=/memory/work files /root
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t devtmpfs dev /root/dev
mount -t tmpfs tmpfs /root/run
mkdir /root/run/lock
mount -t bpf bpf /root/sys/fs/bpf
ln -s /root{modules} /lib/modules/{release}
ip link set lo up
echo "{begun}"
chroot /root /bin/sh -c {command} 2>&1
echo "{ended}"
poweroff -f
"""

# A line of tests/run.py for each program.
RESULT = re.compile(r"  \w+ +(\w+) +(\d+) passed(?:, (\d+) FAILED)?"
                    r"(?:, (\d+) skipped)?  +[\d.]+ s$")


class Refused(Exception):
    """A missing precondition; the text says what to do."""


def run(*words, **options):
    done = subprocess.run(words, check=False, capture_output=True, text=True,
                          **options)
    if done.returncode:
        raise Refused(f"{shlex.join(words)}: {done.stderr.strip()}")
    return done.stdout


def touch(path):
    with open(path, "w", encoding="ascii"):
        pass


class Packages:
    """Debian's kernels, from package lists in a separate folder."""

    def __init__(self, folder):
        self.folder = folder
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
        """Return (URI of the archive, URI of security updates) of the host."""
        text = run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)")
        sites = {}
        for line in text.splitlines():
            site, _, release = line.partition(" ")
            sites.setdefault("security" in release, site)
        return sites.get(False), sites.get(True, sites.get(False))

    def update(self):
        if os.path.exists(f"{self.folder}/updated"):
            return
        archive, security = self.host_sources()
        with open(f"{self.folder}/sources.list", "w", encoding="ascii") as out:
            for suite in SUITES:
                site = security if "security" in suite else archive
                out.write(f"deb [check-valid-until=no] {site} {suite} main\n")
        run("apt-get", *self.options, "update")
        touch(f"{self.folder}/updated")

    def newest(self, version):
        """Return the name of the newest package of a kernel such as 6.1, without
        cloud kernels, which lack 9p."""
        found = run("apt-cache", *self.options, "search", "--names-only",
                    rf"^linux-image-{re.escape(version)}[.+].*[0-9]-amd64$")
        names = [line.split()[0] for line in found.splitlines()]
        if not names:
            raise Refused(f"no Debian package of kernel {version}; to read the "
                          f"package lists anew remove {self.folder}")
        return max(names, key=lambda name: [
            int(number) for number in re.findall(r"\d+", name)])

    def kernel(self, version):
        name = self.newest(version)
        folder = f"{self.folder}/{name}"
        if not os.path.exists(f"{folder}/ready"):
            shutil.rmtree(folder, ignore_errors=True)
            self.extract(name, folder)
        return Kernel(folder, name.removeprefix("linux-image-"))

    def extract(self, name, folder):
        run("apt-get", *self.options, "download", name, cwd=self.folder)
        package = next(file for file in os.listdir(self.folder)
                       if file.startswith(f"{name}_"))
        run("dpkg-deb", "-x", f"{self.folder}/{package}", folder)
        os.unlink(f"{self.folder}/{package}")
        if not os.path.exists(f"{folder}/lib"):
            os.symlink("usr/lib", f"{folder}/lib")
        run("busybox", "depmod", "-b", folder,
            name.removeprefix("linux-image-"))
        touch(f"{folder}/ready")


@dataclasses.dataclass
class Kernel:
    """An extracted package."""
    folder: str
    release: str

    @property
    def image(self):
        return f"{self.folder}/boot/vmlinuz-{self.release}"

    @property
    def modules(self):
        return f"{self.folder}/lib/modules/{self.release}"

    def files_of(self, names):
        """Return the modules' files, dependencies first. Built-in modules have
        no file."""
        needs = {}
        with open(f"{self.modules}/modules.dep", encoding="ascii") as lines:
            for line in lines:
                path, _, others = line.partition(":")
                name = os.path.basename(path).partition(".")[0]
                needs[name] = [*reversed(others.split()), path]
        files = [path for name in names for path in needs.get(name, [])]
        return list(dict.fromkeys(files))


def write_module(source, target):
    if source.endswith(".xz"):
        with open(target, "wb") as out:
            subprocess.run(["busybox", "unxz", "-c", source], check=True,
                           stdout=out)
    else:
        shutil.copy(source, target)


def make_initramfs(kernel, folder, command):
    """Write FOLDER/initramfs.gz and return its path."""
    root = f"{folder}/root"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("proc", "host", "memory", "root", "bin", "sbin", "modules",
                 "lib/modules"):
        os.makedirs(f"{root}/{name}")
    shutil.copy(shutil.which("busybox"), f"{root}/bin/busybox")
    for applet in BOOT_APPLETS:
        os.symlink("busybox", f"{root}/bin/{applet}")
    # The kernel runs modprobe from this root, not from that of the tests.
    os.symlink("../bin/busybox", f"{root}/sbin/modprobe")
    for number, path in enumerate(kernel.files_of(BOOT_MODULES)):
        write_module(f"{kernel.modules}/{path}",
                     f"{root}/modules/{number:02}.ko")
    with open(f"{root}/init", "w", encoding="ascii") as init:
        init.write(INIT.format(
            modules=kernel.modules, release=kernel.release, begun=BEGUN,
            ended=ENDED, command=shlex.quote(command)))
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
    """Boot and yield the lines of the console until the machine ends by itself,
    or after `seconds`."""
    # KVM may be missing where this runs: always emulate.
    machine = subprocess.Popen(
        ["nice", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max",
         "-m", str(MEMORY_MIB), "-smp", "2", "-nographic", "-no-reboot",
         "-nodefaults", "-serial", "stdio",
         "-virtfs", "local,path=/,mount_tag=host,security_model=none,"
         "readonly=on,multidevs=remap",
         "-kernel", kernel.image, "-initrd", initramfs,
         "-append", "console=ttyS0 quiet loglevel=3 panic=-1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace")
    limit = threading.Timer(seconds, machine.kill)
    limit.start()
    try:
        for line in machine.stdout:
            yield line.rstrip()
        machine.wait()
    finally:
        limit.cancel()
        machine.kill()
        machine.wait()


def test_command(options):
    """Return the shell command that runs the tests in the machine."""
    words = ["/usr/bin/python3", "tests/run.py"]
    for flag, values in (("--xdp", options.xdp), ("--lab", options.lab)):
        if values:
            words += [flag, *(os.path.abspath(path) for path in values)]
    settings = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp",
                f"B={os.path.abspath(os.environ.get('B', 'build'))}",
                f"TIME_SCALE={TIME_SCALE}", *options.env]
    return shlex.join(["cd", REPOSITORY]) + " && exec " + shlex.join(
        ["env", "-i", *settings, *words])


def judge(lines, programs):
    """Print the tests' output; return program -> (passed, failed, skipped). A
    program without a result has failed."""
    counts = {}
    seen = []
    for line in lines:
        seen.append(line)
        if BEGUN in line:
            seen = [BEGUN]
        elif line == ENDED:
            break
        elif seen[0] == BEGUN:
            print(f"  {line}", flush=True)
        if result := RESULT.match(line):
            counts[result[1]] = tuple(int(n or 0) for n in result.groups()[1:])
    else:
        print("  the machine ended before the tests; its last lines:")
        print("\n".join(f"    | {line}" for line in seen[-20:]))
    return {name: counts.get(name, (0, 1, 0)) for name in programs}


def print_summary(results, programs):
    """Print a table of results and return the number of failures."""
    width = 1 + max(len(name) for name in (*programs, *results))
    print("\nsummary: passed/failed/skipped\n")
    print(" " * width + "".join(f"{name:>{width}}" for name in results))
    for program in programs:
        cells = ["/".join(map(str, counts[program]))
                 for counts in results.values()]
        print(f"{program:<{width}}"
              + "".join(f"{cell:>{width}}" for cell in cells))
    return sum(counts[program][1] for counts in results.values()
               for program in programs)


# Program -> Debian package that the host needs besides those of the tests.
HOST_NEEDS = {"qemu-system-x86_64": "qemu-system-x86",
              "busybox": "busybox-static"}


def check(paths):
    missing = [package for program, package in HOST_NEEDS.items()
               if not shutil.which(program)]
    if missing:
        raise Refused("virtual machines need packages that are not installed: "
                      f"apt-get install {' '.join(missing)}")
    unknown = [path for path in paths if not os.path.isfile(path)]
    if unknown:
        raise Refused(f"no such test: {' '.join(unknown)}")


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def run_on_all(options):
    """Run the tests on all kernels; return the number of failures."""
    paths = [*options.xdp, *options.lab]
    check(paths)
    packages = Packages(os.path.abspath(options.folder))
    packages.update()
    programs = [name_of(path) for path in paths]
    results = {}
    for version in options.kernels.split(","):
        kernel = packages.kernel(version)
        print(f"kernel {kernel.release}", flush=True)
        initramfs = make_initramfs(kernel, packages.folder,
                                   test_command(options))
        results[kernel.release] = judge(
            boot(kernel, initramfs, options.seconds), programs)
    return print_summary(results, programs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", default="build/vm")
    parser.add_argument("--kernels", default="5.10,6.1,6.12,6.18")
    parser.add_argument("--seconds", type=int, default=1800,
                        help="for all tests on one kernel")
    parser.add_argument("--env", action="append", default=[],
                        metavar="NAME=VALUE")
    parser.add_argument("--xdp", nargs="*", default=[], metavar="BINARY")
    parser.add_argument("--lab", nargs="*", default=[], metavar="FILE")
    options = parser.parse_args()
    # The machine ends with this process.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return 1 if run_on_all(options) else 0
    except Refused as refused:
        sys.exit(f"kernels.py: {refused}")


if __name__ == "__main__":
    sys.exit(main())
