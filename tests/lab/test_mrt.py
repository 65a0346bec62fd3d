# SPDX-License-Identifier: BSD-2-Clause
"""Check --mrt: Debian's bgpdump and mrtparse read what neighbors have sent, and a
disk that is full, or a file that is moved, loses no more than it must."""

import os
import pwd
import stat
import struct
import subprocess
import unittest

import raw_bgp as bgp
from lab_case import LabCase  # noqa: F401 (makes `lab` known)
from lab.system import run, wait_until
from lab.topology import HEADGATE_AS
from mrt_lab import MrtCase, add_path, read_opens, read_records
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, OBSERVER, UPSTREAM,
                     announcement)

SEVERAL, SEVERAL_AS = "10.1.0.12", 65002
OLD, OLD_AS = "10.1.0.13", 65003
VIP, VIP6 = "192.0.2.1/32", "2001:db8:f::1/128"
NEXT_HOP6 = "2001:db8:1::11"
BACKEND6 = "2001:db8:1::/64,as=65001-65099,role=backend"
EXIT_KERNEL = 5
BUFFER = 4 << 20  # bytes; the agent has two
LARGE, UNKNOWN = 3900, 250


class Mrt(MrtCase):

    options = {
        "addresses": (SEVERAL, OLD),
        "vips": ("192.0.2.0/24", "2001:db8:f::/64"),
        "neighbors": (f"{BACKENDS},add-path=receive,next-hop=any", UPSTREAM)}

    def connect(self, source, as_number, capabilities):
        return self.keep(self.lab.establish(source, as_number,
                                            capabilities=capabilities))

    def test_what_a_neighbor_sends_is_in_the_file(self):
        speaker = self.connect(
            NEXT_HOP, BACKEND_AS, bgp.usual_capabilities(BACKEND_AS)
            + bgp.multiprotocol(bgp.IPV6))
        speaker.send(
            announcement(VIP, BACKEND_AS, tags=[(65001, 5)]),
            bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS), bgp.mp_reach(
                bgp.ipv6(NEXT_HOP6), bgp.prefix(VIP6), bgp.IPV6)),
            bgp.update(withdrawn=bgp.prefix(VIP)))
        rows = self.wait_rows(lambda rows: ("W", VIP) in {
            (row.kind, row.prefix) for row in rows if row.peer == NEXT_HOP})
        mine = [row for row in rows if row.peer == NEXT_HOP]
        self.assertEqual([(row.kind, row.prefix) for row in mine
                          if row.kind in "AW"],
                         [("A", VIP), ("A", VIP6), ("W", VIP)])
        # RFC 6396 4.4.1: Active to OpenSent, and so on, to Established.
        states = [row.prefix for row in mine if row.kind == "STATE"]
        self.assertEqual(states[-3:], ["3/4", "4/5", "5/6"])
        self.assertEqual({row.peer_as for row in mine
                          if row.kind in "AW"}, {str(BACKEND_AS)})
        about = os.stat(self.lab.mrt)
        self.assertEqual(stat.S_IMODE(about.st_mode), 0o600)
        speaker.send(bgp.notification(6, 2))
        speaker.close()
        self.wait_rows(lambda rows: "6/1" in {
            row.prefix for row in rows
            if row.peer == NEXT_HOP and row.kind == "STATE"})

    def test_mrtparse_reads_the_messages(self):
        speaker = self.connect(SEVERAL, SEVERAL_AS,
                               bgp.usual_capabilities(SEVERAL_AS)
                               + add_path())
        speaker.send(bgp.update(
            bgp.origin(), bgp.as_path(SEVERAL_AS), bgp.next_hop(SEVERAL),
            nlri=b"".join(bgp.u32(i) + bgp.prefix(VIP) for i in (4, 7))))
        wait_until(lambda: (SEVERAL, (4, 7)) in self.updates(), 10,
                   "an UPDATE with path identifiers")
        self.assertIn(SEVERAL, read_opens(self.lab.mrt))

    def test_two_byte_as_numbers(self):
        speaker = self.connect(OLD, OLD_AS, bgp.multiprotocol(bgp.IPV4))
        speaker.send(announcement("192.0.2.7/32", OLD_AS, next_hop=OLD,
                                  pack=bgp.u16))
        rows = self.wait_rows(lambda rows: "192.0.2.7/32" in {
            row.prefix for row in rows})
        self.assertEqual([row.as_path for row in rows
                          if row.prefix == "192.0.2.7/32"], [str(OLD_AS)])
        self.assertEqual(self.local_as_of(OLD), {HEADGATE_AS})


class File(MrtCase):
    """The file on a disk of its own."""

    disk = "small"
    def fill(self, name="ballast"):
        """Leave no room on the disk."""
        with open(f"{self.lab.disk}/{name}", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def change(self):
        """Have the bystander send one more UPDATE."""
        self.measure_update()

    def test_1_a_full_disk_is_told_and_over_when_there_is_room(self):
        self.fill()
        before = self.status()["lost"]

        def lost():
            self.change()
            return self.status()["lost"] > before
        wait_until(lost, 20, "a record is lost")
        self.assertTrue(self.status()["failing"])
        wait_until(lambda: self.events("records_lost"), 10, "records_lost")
        self.assertIn("No space left", self.events("records_lost")[-1]["text"])
        os.unlink(f"{self.lab.disk}/ballast")
        written = self.status()["records"]

        def goes_on():
            self.change()
            return self.status()["records"] > written
        wait_until(goes_on, 20, "records are written again")
        wait_until(lambda: self.events("records_written"), 10,
                   "records_written")
        self.assertFalse(self.status()["failing"])
        self.updates()  # none of them is cut

    def test_2_a_reload_opens_the_file_again(self):
        os.rename(self.lab.mrt, f"{self.lab.mrt}.1")
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.change()
        self.change()
        self.wait_rows(lambda rows: self.MEASURED_VIP in {
            row.prefix for row in rows})
        # It can be read without the file before.
        self.assertEqual(set(read_opens(self.lab.mrt)),
                         {self.BYSTANDER_ADDRESS, OBSERVER})

    def test_3_a_file_that_cannot_be_opened_again_is_told(self):
        before = self.status()["records"]
        os.rename(self.lab.mrt, f"{self.lab.mrt}.2")
        os.symlink("/dev/null", self.lab.mrt)
        self.assertEqual(self.lab.headgate.ctl("reload").returncode, 0)
        self.assertIn("symbolic link",
                      self.events("records_not_reopened")[-1]["text"])
        self.change()
        wait_until(lambda: self.status()["records"] > before, 10,
                   "records in the old file")
        os.unlink(self.lab.mrt)
        self.assertEqual(self.lab.headgate.ctl("reload").returncode, 0)


class Refused(MrtCase):
    """A path that cannot be a file of records is refused at the start."""

    @classmethod
    def setUpClass(cls):
        cls.make_lab()

    def try_path(self, path):
        headgate = self.lab.headgate
        at = headgate.arguments.index("--mrt") + 1
        return headgate.try_flags(*headgate.arguments[:at], path,
                                  *headgate.arguments[at + 1:])

    def refuse(self, path, why):
        done = self.try_path(path)
        self.assertEqual(done.returncode, EXIT_KERNEL, done.stderr)
        self.assertIn(why, done.stderr)

    def test_a_link_a_folder_and_no_folder(self):
        folder = self.lab.folder
        os.symlink("/dev/null", f"{folder}/link")
        for path, why in ((f"{folder}/link", "symbolic link"),
                          (folder, "Is a directory"),
                          (f"{folder}/none/x", "does not exist"),
                          ("/dev/null", "not a regular file")):
            self.refuse(path, why)
        self.assertTrue(os.path.islink(f"{folder}/link"))

    def test_a_relative_path_is_a_mistake(self):
        done = self.try_path("updates.mrt")
        self.assertEqual(done.returncode, 2, done.stderr)


@unittest.skipUnless(os.path.exists("/dev/loop-control"), "no loop devices")
class Frozen(MrtCase):
    """A disk that takes no write holds the thread that writes, and nothing else."""

    disk = "ext4"

    def thaw(self):
        subprocess.run(["fsfreeze", "-u", self.lab.disk], check=False,
                       stderr=subprocess.DEVNULL)

    def test_sessions_go_on(self):
        run("fsfreeze", "-f", self.lab.disk)
        self.addCleanup(self.thaw)
        large = bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS + 98),
                           bgp.next_hop(self.BYSTANDER_ADDRESS),
                           bgp.attribute(UNKNOWN, bytes(LARGE)),
                           nlri=bgp.prefix("203.0.113.1/32"))  # no VIP
        count = 3 * BUFFER // LARGE
        for _ in range(8):
            self.bystander.send(*[large] * (count // 8))
            self.measure_update()
        wait_until(lambda: self.status()["lost"], 20, "records lost")
        wait_until(lambda: self.events("records_lost"), 10, "records_lost")
        self.assertIn("too slow", self.events("records_lost")[-1]["text"])
        self.check_bystanders()
        before = self.status()["records"]
        self.thaw()
        wait_until(lambda: self.status()["records"] > before, 20,
                   "records of a disk that goes on")
        self.measure_update()
        wait_until(self.is_whole, 20, "whole records alone")

    def is_whole(self):
        """Return True if no record is cut: one that is being written ends soon."""
        try:
            return bool(read_records(self.lab.mrt))
        except (AssertionError, struct.error):
            return False


class Handover(MrtCase):

    def test_the_successor_goes_on_with_the_file(self):
        self.measure_update()
        self.lab.headgate.hand_over(seconds=90)
        opens = read_opens(self.lab.mrt)
        for peer in (OBSERVER, self.BYSTANDER_ADDRESS):
            self.assertEqual(opens.count(peer), 2)
        written = len(read_records(self.lab.mrt))
        self.measure_update()
        wait_until(lambda: len(read_records(self.lab.mrt)) > written, 10,
                   "a record of the successor")


class OtherUser(MrtCase):
    """With --user, the file belongs to that user, and is opened again by it."""

    user = "nobody"

    def test_the_file_is_the_users(self):
        uid = pwd.getpwnam(self.user).pw_uid
        self.assertEqual(os.stat(self.lab.mrt).st_uid, uid)
        os.rename(self.lab.mrt, f"{self.lab.mrt}.1")
        self.assertEqual(self.lab.headgate.ctl("reload").returncode, 0)
        self.measure_update()
        self.wait_rows(lambda rows: self.MEASURED_VIP in {
            row.prefix for row in rows})
        self.assertEqual(os.stat(self.lab.mrt).st_uid, uid)


if __name__ == "__main__":
    unittest.main()
