# SPDX-License-Identifier: BSD-2-Clause
"""A RawLab whose agent writes a file of records (--mrt), and its readers: bgpdump,
which reads all but path identifiers, and mrtparse, which is a package of the system's
Python."""

import collections
import json
import os
import socket
import struct
import tempfile

import raw_bgp as bgp
from lab_case import close_lab
from lab.system import run, wait_until
from raw_lab import RawCase, RawLab

SEND = 2  # RFC 7911 4
DISK_KB = 64
IMAGE_SIZE = 32 << 20
HEADER, MICROSECONDS = 12, 4
BGP4MP, BGP4MP_ET, MESSAGE_AS4 = 16, 17, 4
SYSTEM_PYTHON = "/usr/bin/python3"

# Prints a list for each UPDATE: the peer, the path identifiers of its IPv4 routes, the
# local AS.
READ_UPDATES = """
import json, sys, mrtparse
for reader in mrtparse.Reader(sys.argv[1]):
    assert not reader.mrt.err, reader.mrt.err_msg
    record = reader.mrt.bgp
    print(json.dumps([record.peer_ip,
                      [route.path_id for route in record.msg.nlri or []],
                      record.local_as]))
"""

Row = collections.namedtuple("Row", "kind peer peer_as prefix as_path")


def add_path():
    """Return the capability of a speaker that sends several IPv4 paths."""
    return bgp.capability(bgp.CAP_ADD_PATH,
                          bgp.u16(bgp.IPV4) + bgp.u8(bgp.UNICAST, SEND))


def read_rows(path):
    """Return the rows of `bgpdump -m`. Of a state change, `prefix` is the pair of
    states."""
    rows = []
    for line in run("bgpdump", "-m", path).splitlines():
        fields = line.split("|")
        if fields[2] == "STATE":
            rows.append(Row("STATE", *fields[3:5], "/".join(fields[5:7]), ""))
        elif fields[2] in "AW":
            rows.append(Row(fields[2], *fields[3:6],
                            fields[6] if fields[2] == "A" else ""))
    return rows


def read_records(path):
    """Return the records as (subtype, body without microseconds)."""
    with open(path, "rb") as file:
        data = file.read()
    records = []
    at = 0
    while at < len(data):
        _, kind, subtype, size = struct.unpack_from("!IHHI", data, at)
        body, at = at + HEADER + MICROSECONDS, at + HEADER + size
        assert kind == BGP4MP_ET and at <= len(data)
        records.append((subtype, data[body:at]))
    return records


def read_opens(path):
    """Return the IPv4 addresses of the peers whose OPEN is in the file."""
    at = len(bgp.u32(0, 0) + bgp.u16(0, bgp.IPV4))
    return [socket.inet_ntoa(body[at:at + 4])
            for subtype, body in read_records(path)
            if subtype == MESSAGE_AS4
            and body[at + 8:][bgp.HEADER_SIZE - 1] == bgp.OPEN]


def read_updates(path):
    """Return [peer, path identifiers, local AS] of each UPDATE. This mrtparse
    fails on microseconds, and on an OPEN with several capabilities."""
    with tempfile.NamedTemporaryFile() as plain:
        for subtype, body in read_records(path):
            at = body.find(bgp.MARKER)
            if at >= 0 and body[at + bgp.HEADER_SIZE - 1] == bgp.UPDATE:
                plain.write(struct.pack("!IHHI", 0, BGP4MP, subtype,
                                        len(body)) + body)
        plain.flush()
        return [json.loads(line) for line in
                run(SYSTEM_PYTHON, "-c", READ_UPDATES,
                    plain.name).splitlines()]


class MrtCase(RawCase):
    """A test class whose agent has --mrt. With `disk`, its file is on a disk of its
    own: "small", or "ext4", which can be frozen."""

    disk = None
    user = None

    @classmethod
    def make_lab(cls):
        cls.lab = lab = RawLab(**{**cls.options, "flags": (
            *cls.options.get("flags", ()), "--announce-as", cls.announce_as)})
        cls.addClassCleanup(close_lab, lab, cls.refused_calls)
        lab.disk = f"{lab.folder}/disk"
        os.mkdir(lab.disk)
        if cls.disk == "small":
            cls.mount("-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs")
        elif cls.disk == "ext4":
            image = f"{lab.folder}/image"
            with open(image, "wb") as file:
                file.truncate(IMAGE_SIZE)
            run("mkfs.ext4", "-q", image)
            cls.mount("-o", "loop", image)
        lab.mrt = f"{lab.disk}/updates.mrt"
        lab.headgate.arguments += ["--mrt", lab.mrt]

    @classmethod
    def setUpClass(cls):
        cls.make_lab()
        if cls.user:
            cls.run_as_user()
        cls.speakers = []
        cls.addClassCleanup(cls.close_speakers)
        try:
            cls.lab.start()
            cls.start_bystanders()
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def mount(cls, *options):
        run("mount", *options, cls.lab.disk)
        cls.addClassCleanup(run, "umount", "-l", cls.lab.disk)

    @classmethod
    def run_as_user(cls):
        """Have the agent change its user, who may write where its files are."""
        headgate = cls.lab.headgate
        os.chmod(cls.lab.folder, 0o755)
        os.chmod(cls.lab.disk, 0o777)
        headgate.socket = f"{cls.lab.folder}/run/headgate.sock"
        place = headgate.arguments.index("--control-socket") + 1
        headgate.arguments[place] = headgate.socket
        headgate.arguments += ["--user", cls.user]

    def events(self, kind):
        return [event for event in self.lab.headgate.show("events")
                if event["event"] == kind]

    def status(self):
        return self.lab.headgate.show("status")["mrt"]

    def wait_rows(self, condition):
        """Return the rows once they fulfil a condition."""
        wait_until(lambda: condition(read_rows(self.lab.mrt)), 10,
                   "records of messages")
        return read_rows(self.lab.mrt)

    def updates(self):
        """Return (peer, path identifiers) of each UPDATE."""
        return [(peer, tuple(ids)) for peer, ids, _ in
                read_updates(self.lab.mrt)]

    def local_as_of(self, peer):
        return {int(row[2]) for row in read_updates(self.lab.mrt)
                if row[0] == peer}
