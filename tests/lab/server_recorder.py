# SPDX-License-Identifier: BSD-2-Clause
"""Stand at Headgate's address and record what a server's daemon sends: its OPEN,
its UPDATEs, and how it ends. Rows of the table in docs/servers.md are made of
it."""

import raw_bgp as bgp
from raw_lab import HEADGATE, HEADGATE_ID
from raw_speaker import Listener, wait_for
from lab.system import LabError
from lab.topology import HEADGATE_AS

DIAL_SECONDS = 20
ROUTE_SECONDS = 5  # BIRD may wait for three
END_SECONDS = 5
HOLD_TIME = 90

CAPABILITIES = {
    bgp.CAP_ROUTE_REFRESH: "refresh", 5: "extended next hop",
    bgp.CAP_EXTENDED_MESSAGE: "extended message",
    bgp.CAP_GRACEFUL_RESTART: "restart", bgp.CAP_ADD_PATH: "Add-Path",
    bgp.CAP_ENHANCED_REFRESH: "enhanced refresh",
    71: "long-lived restart", 73: "host name", 128: "old refresh"}
ALL_HAVE = {bgp.CAP_MULTIPROTOCOL, bgp.CAP_AS4}
ORIGINS = ("igp", "egp", "incomplete")
END_OF_RIB = bgp.update()
END_OF_RIB6 = bgp.update(bgp.mp_unreach(afi=bgp.IPV6))
NONE = "-"


class Transcript:
    """All messages of one session from the daemon, in order."""

    def __init__(self):
        self.messages = []

    def row(self, prefix):
        """Return the cells of the table, but the speaker's name."""
        return [self.capabilities(), self.restart(), *self.route(prefix),
                self.end_of_rib(), self.end()]

    def opened(self):
        return bgp.parse_open(self.messages[0].body)

    def capabilities(self):
        """Return the names of its capabilities but those that all have."""
        codes = set(self.opened().capabilities)
        if not ALL_HAVE <= codes:
            raise LabError(f"capabilities {sorted(codes)}")
        return ", ".join(sorted((CAPABILITIES[code]
                                 for code in codes - ALL_HAVE),
                                key=str.lower)) or NONE

    def restart(self):
        """Return what graceful restart it offers: as helper only, or for
        families of its own."""
        values = self.opened().capabilities.get(bgp.CAP_GRACEFUL_RESTART)
        if not values:
            return NONE
        seconds = int.from_bytes(values[0][:2], "big") & 0xfff
        return f"{seconds} s" if len(values[0]) > 2 else "helper"

    def route(self, prefix):
        updates = [bgp.parse_update(m.body) for m in self.messages
                   if m.kind == bgp.UPDATE]
        attributes = next(u.attributes for u in updates
                          if prefix in u.announced)
        med = attributes.get(bgp.MED)
        return [ORIGINS[attributes[bgp.ORIGIN][1][0]],
                str(int.from_bytes(med[1], "big")) if med else NONE]

    def end_of_rib(self):
        updates = [m.whole for m in self.messages if m.kind == bgp.UPDATE]
        marks = [at for at, whole in enumerate(updates)
                 if whole in (END_OF_RIB, END_OF_RIB6)]
        if not marks:
            return "no"
        return "after" if len(marks) < len(updates) and marks[0] else "before"

    def end(self):
        """Return the code of the first NOTIFICATION."""
        found = [bgp.parse_notification(m.body) for m in self.messages
                 if m.kind == bgp.NOTIFICATION]
        return f"{found[0].code}/{found[0].subcode}" if found else NONE


def transcript_of(data):
    """Return the transcript of a session in which `data` was sent."""
    found = Transcript()
    while data:
        message, data = bgp.take_message(data)
        found.messages.append(message)
    return found


class Recorder(Transcript):
    """The other end of a daemon's session."""

    def __init__(self, namespace):
        super().__init__()
        self.listener = Listener(namespace, HEADGATE)
        self.speaker = None

    def accept(self):
        """Bring a session up that the daemon dials."""
        self.speaker = speaker = self.listener.accept(DIAL_SECONDS)
        usual = speaker.take_message

        def keep(message):
            self.messages.append(message)
            usual(message)
        speaker.take_message = keep
        speaker.send(bgp.open_message(
            HEADGATE_AS, HEADGATE_ID, hold_time=HOLD_TIME,
            capabilities=bgp.usual_capabilities(HEADGATE_AS, bgp.IPV4,
                                                bgp.IPV6)))
        speaker.wait_for_message(bgp.OPEN)
        speaker.send(bgp.keepalive())
        speaker.wait_for_message(bgp.KEEPALIVE)

    def wait_for_route(self, prefix):
        wait_for([self.speaker], lambda: prefix in self.speaker.table,
                 ROUTE_SECONDS, f"{prefix} from the daemon")

    def wait_for_silence(self):
        """Read on until the daemon has sent a KEEPALIVE behind its routes: an
        End-of-RIB has come by then."""
        seen = len(self.speaker.received(bgp.KEEPALIVE))
        wait_for([self.speaker], lambda: len(self.speaker.received(
            bgp.KEEPALIVE)) > seen, HOLD_TIME, "a KEEPALIVE")

    def wait_for_end(self):
        self.speaker.wait_closed(END_SECONDS)

    def close(self):
        if self.speaker:
            self.speaker.reset()
        self.listener.close()
