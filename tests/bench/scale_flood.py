# SPDX-License-Identifier: BSD-2-Clause
"""The scenes log_flood, control_burst and scraper_flood of scale.py: 64 next hops and
1,000 VIPs at rest, while one other does all it can for five seconds:

    log_flood      a backend sends malformed UPDATEs, each of which is worth a line
    control_burst  local clients send requests for all counters as fast as they are
                   taken; half of them never read an answer
    scraper_flood  clients fetch /metrics, as many at once as there may be

The first phase is the same time without the flood. A flow to one VIP goes on:
`flow_lost` is the number of its packets that did not come back, `units` is the number
of UPDATEs, requests or pages of the flood.
"""

import contextlib
import socket
import time

import raw_bgp as bgp
from bystander_traffic import Traffic
from raw_speaker import inside
from scale_lab import FIRST_AS, next_hop_address, vip_prefix

FLOOD_SCENES = ("log_flood", "control_burst", "scraper_flood")
FLOOD_S, STEP_S = 5, 0.002
FLOODER = 100  # a speaker without VIPs
MALFORMED = bgp.update(bgp.origin(7), bgp.as_path(FIRST_AS + FLOODER),
                       bgp.next_hop(next_hop_address(0)),
                       nlri=bgp.prefix(vip_prefix(0)))
BATCH = 500
REQUEST = b'{"request":"show","what":"counters"}\n'
CLIENTS, SCRAPERS = 8, 16
METRICS_PORT = 9472
GET = b"GET /metrics HTTP/1.1\r\nHost: bench\r\n\r\n"
READ_SIZE = 1 << 18


def flood_arguments(scene):
    """Return what the agent needs on its command line beyond other scenes."""
    return (["--metrics", f"127.0.0.1:{METRICS_PORT}"]
            if scene == "scraper_flood" else [])


class LogFlood:
    def __init__(self, run):
        self.units = 0
        self.backend = run.farm.connect_backend(FLOODER)
        run.farm.backends.append(self.backend)

    def step(self):
        if not self.backend.output:
            self.backend.output = memoryview(MALFORMED * BATCH)
            self.units += BATCH

    def end(self):
        self.backend.output = memoryview(b"")


class ControlBurst:
    def __init__(self, run):
        self.units = 0
        self.clients = []
        for _ in range(CLIENTS):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(run.daemon.daemon.socket)
            sock.setblocking(False)
            self.clients.append(sock)

    def step(self):
        for sock in self.clients:
            with contextlib.suppress(BlockingIOError):
                sock.send(REQUEST * (16000 // len(REQUEST)))
        for sock in self.clients[::2]:
            with contextlib.suppress(BlockingIOError):
                self.units += sock.recv(READ_SIZE).count(b"\n")

    def end(self):
        for sock in self.clients:
            sock.close()


class ScraperFlood:
    def __init__(self, run):
        self.units = 0
        self.host = run.lab.host
        self.clients = [self.connect() for _ in range(SCRAPERS)]

    def connect(self):
        with inside(self.host):
            sock = socket.create_connection(("127.0.0.1", METRICS_PORT))
        sock.sendall(GET)
        sock.setblocking(False)
        return sock

    def step(self):
        for number, sock in enumerate(self.clients):
            try:
                gone = not sock.recv(READ_SIZE)
            except BlockingIOError:
                continue
            except OSError:
                gone = True
            if gone:
                sock.close()
                self.units += 1
                self.clients[number] = self.connect()

    def end(self):
        for sock in self.clients:
            sock.close()


FLOODS = dict(zip(FLOOD_SCENES, (LogFlood, ControlBurst, ScraperFlood)))


def measure(run, flood=None):
    """Let the flow go on for FLOOD_S; return what it lost."""
    deadline = time.monotonic() + FLOOD_S
    with Traffic(run.lab, vip_prefix(0).partition("/")[0], "eth0") as flow:
        while time.monotonic() < deadline:
            if flood:
                flood.step()
            run.farm.pump(STEP_S)
    return {"flow_sent": flow.sent, "flow_lost": flow.lost,
            "units": flood.units if flood else 0}


def run_flood(run, scene):
    """Do the phases of a scene after `run` has loaded its VIPs."""
    run.lab.accept_xdp_frames(run.lab.peers, "eth0")
    run.phase("calm", lambda: measure(run))
    flood = FLOODS[scene](run)
    try:
        run.phase("flood", lambda: measure(run, flood))
    finally:
        flood.end()
        run.lab.peers.ip("link set dev eth0 xdpdrv off")
