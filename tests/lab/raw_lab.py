# SPDX-License-Identifier: BSD-2-Clause
"""Connect Headgate to one namespace full of speakers (raw_speaker.py):

    headgate                      peers
    AS 64512, 10.1.0.1 --- lan --- 10.1.0.11 ..

There is no traffic. The speakers' namespace answers ARP, so next hops are alive.
"""

import time

import raw_bgp as bgp
from lab_case import LabCase, close_lab
from lab.agent import BUILD, Headgate
from lab.system import Namespace, connect
from lab.topology import HEADGATE_AS, Lab
from raw_speaker import Listener, Speaker, dial, read_all, wait_for

HEADGATE = "10.1.0.1"
HEADGATE_ID = "10.0.0.1"
UPSTREAM_AS = 64500
BACKEND_AS = 65001  # and following
NEXT_HOP = "10.1.0.11"
OBSERVER = "10.1.0.100"
BYSTANDER = "10.1.0.60"
QUARANTINE_KB = 256 << 10

# Common to all tests: dynamic backends and one upstream.
# The limit is for tests that measure with many prefixes, and communities are
# passed on for those that mark an update by one.
BACKENDS = ("10.1.0.0/26,as=65001-65099,role=backend,max-prefix=1000000,"
            "pass-attributes,hold-time-zero")
UPSTREAM = f"{OBSERVER},as={UPSTREAM_AS},role=upstream,passive"


class RawLab(Lab):
    """The lab of the drawing above. It shares Lab's folder, pins and janitor."""

    def __init__(self, neighbors=(BACKENDS, UPSTREAM), addresses=(),
                 vips=("192.0.2.0/24",), flags=()):
        self.neighbors = neighbors
        self.flags = flags
        self.addresses = [NEXT_HOP, OBSERVER, BYSTANDER, *addresses]
        self.vips = vips
        super().__init__(servers=0)

    def build(self, _servers):
        self.make_folder()
        self.host = Namespace(self.prefix, "headgate")
        self.peers = Namespace(self.prefix, "peers")
        connect(self.host, "lan", self.peers, "lan")
        self.accept_xdp_frames(self.peers, "lan")
        self.host.ip(f"address add {HEADGATE}/24 dev lan")
        self.peers.ip(*(f"address add {address}/24 dev lan"
                        for address in self.addresses))
        self.headgate = Headgate(self.host, self.folder, self.agent_flags())

    def agent_flags(self):
        flags = ["--as", str(HEADGATE_AS), "--router-id", HEADGATE_ID,
                 "--interface", "lan"]
        for vip in self.vips:
            flags += ["--vip", vip]
        for neighbor in self.neighbors:
            flags += ["--neighbor", neighbor]
        return [*flags, *self.flags]

    def start(self):
        self.headgate.start()

    # ----------------------------------------------------- speakers

    def dial(self, source, **options):
        return Speaker(dial(self.peers, source, HEADGATE, **options))

    def listen(self, address):
        return Listener(self.peers, address)

    def establish(self, source, as_number, **options):
        """Establish a session from `source`, which is also the identifier. If
        the previous session has just been closed, the agent may not know it yet
        and prefer it: then try again."""
        speaker = None

        def up():
            nonlocal speaker
            speaker = self.dial(source)
            speaker.wait(lambda: speaker.closed
                         or speaker.received(bgp.OPEN), 5, "OPEN")
            return not speaker.closed
        wait_for([], up, 5, f"connection from {source}")
        return speaker.establish(as_number, source, **options)

    def observe(self):
        """Establish the session of the upstream, which receives announcements."""
        return self.establish(OBSERVER, UPSTREAM_AS)

    # ----------------------------------------------------- the agent's state

    def route(self, prefix):
        """Return the route from `show routes`, or None."""
        found = [r for r in self.headgate.show("routes")
                 if r["prefix"] == prefix]
        return found[0] if found else None

    def path(self, prefix, neighbor):
        """Return the neighbor's path in that route, or None."""
        route = self.route(prefix)
        paths = route["paths"] if route else []
        found = [p for p in paths if p["neighbor"] == neighbor]
        return found[0] if found else None

    def state(self, address):
        """Return the neighbor's state from `show neighbors`, or None."""
        neighbor = self.headgate.neighbor(address)
        return neighbor["state"] if neighbor else None

    def memory(self):
        """Return the agent's resident memory in kilobytes."""
        with open(f"/proc/{self.headgate.process.pid}/status",
                  encoding="ascii") as status:
            line = next(l for l in status if l.startswith("VmRSS"))
        return int(line.split()[1])


def memory_bound(kilobytes):
    """Return the bound of a growth of memory(), with what AddressSanitizer keeps of
    freed memory (its quarantine) in a build that has it."""
    return kilobytes + (QUARANTINE_KB if BUILD.endswith("/san") else 0)


def tell(text):
    """Print a measurement as a comment in TAP."""
    print(f"# {text}", flush=True)


class RawCase(LabCase):
    """A test class with a RawLab, an observer and the bystander: a backend that
    behaves, and whose session must stay. The observer gets the paths of backends
    with their attributes, by which tests recognize them; a class with another
    --announce-as sets `announce_as`."""

    announce_as = "path"

    BYSTANDER_ADDRESS = BYSTANDER
    BYSTANDER_VIP = "192.0.2.200/32"
    MEASURED_VIP = "192.0.2.201/32"

    @classmethod
    def setUpClass(cls):
        cls.lab = RawLab(**{**cls.options, "flags": (
            *cls.options.get("flags", ()), "--announce-as", cls.announce_as)})
        cls.addClassCleanup(close_lab, cls.lab, cls.refused_calls)
        cls.speakers = []
        cls.addClassCleanup(cls.close_speakers)
        try:
            cls.before_start()
            cls.lab.start()
            cls.start_bystanders()
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def before_start(cls):
        """Start listeners here that the agent dials."""

    @classmethod
    def start_bystanders(cls):
        cls.observer = cls.keep(cls.lab.observe())
        cls.bystander = cls.keep(cls.lab.establish(BYSTANDER, BACKEND_AS + 98))
        cls.bystander.send(announcement(cls.BYSTANDER_VIP, BACKEND_AS + 98,
                                        next_hop=BYSTANDER))
        wait_for([cls.observer, cls.bystander],
                 lambda: cls.BYSTANDER_VIP in cls.observer.table, 5,
                 "the bystander's VIP announced")

    @classmethod
    def keep(cls, speaker):
        """Return the speaker; the end of the class closes it."""
        cls.speakers.append(speaker)
        return speaker

    @classmethod
    def close_speakers(cls):
        for speaker in cls.speakers:
            speaker.close()

    @classmethod
    def measure_update(cls, others=()):
        """Return the seconds until the upstream knows of a change that the
        bystander makes: another VIP comes and goes, because what servers say
        about a VIP is not passed on."""
        start = time.monotonic()
        comes = cls.MEASURED_VIP not in cls.observer.table
        cls.bystander.send(announcement(
            cls.MEASURED_VIP, BACKEND_AS + 98, next_hop=BYSTANDER)
            if comes else withdrawal(cls.MEASURED_VIP))
        wait_for([cls.observer, cls.bystander, *others],
                 lambda: (cls.MEASURED_VIP in cls.observer.table) == comes,
                 10, "the bystander's update at the upstream", pause=0.01)
        return time.monotonic() - start

    @classmethod
    def watch_updates(cls, seconds, meanwhile=lambda: None, others=()):
        """Measure updates for `seconds`, calling `meanwhile`; return the
        longest."""
        deadline = time.monotonic() + seconds
        longest = 0
        while time.monotonic() < deadline:
            meanwhile()
            longest = max(longest, cls.measure_update(others))
            read_all([cls.observer, cls.bystander, *others], 0.01)
        return longest

    def check_bystanders(self):
        """Check that the agent and both sessions are up and the bystander's VIP
        is still announced."""
        for speaker in (self.observer, self.bystander):
            while speaker.take_input():
                pass
            self.assertFalse(speaker.closed, speaker.notification)
        self.assertIn(self.BYSTANDER_VIP, self.observer.table)
        self.assertTrue(self.lab.headgate.process.alive())


def announcement(prefixes, as_number, next_hop=NEXT_HOP, tags=(), path=None,
                 pack=bgp.u32):
    """Return a good UPDATE with `tags` as its communities."""
    if isinstance(prefixes, str):
        prefixes = [prefixes]
    path = [as_number] if path is None else path
    return bgp.update(
        bgp.origin(), bgp.as_path(*path, pack=pack), bgp.next_hop(next_hop),
        *([bgp.communities(*tags)] if tags else []),
        nlri=b"".join(bgp.prefix(p) for p in prefixes))


def withdrawal(*prefixes):
    return bgp.update(withdrawn=b"".join(bgp.prefix(p) for p in prefixes))


