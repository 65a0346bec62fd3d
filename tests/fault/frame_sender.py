#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Send frames of many flows to a VIP at a steady rate.

    frame_sender.py VIP PORT FLOWS RATE

A line on stdin ends it; the number of frames sent goes to stdout then.
"""

import select
import socket
import sys
import time

BATCH_S = 0.01
MOST_LATE_S = 0.1  # a burst of more would fill queues, as no client does


def send(sockets, target, rate):
    """Send until a line comes; return how many frames."""
    sent, due = 0, time.monotonic()
    while not select.select([sys.stdin], [], [],
                            max(0, due - time.monotonic()))[0]:
        due = max(due, time.monotonic() - MOST_LATE_S) + BATCH_S
        for _ in range(int(rate * BATCH_S)):
            sockets[sent % len(sockets)].sendto(b"frame", target)
            sent += 1
    return sent


def main():
    vip, port, flows, rate = sys.argv[1:]
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
               for _ in range(int(flows))]
    print(send(sockets, (vip, int(port)), int(rate)), flush=True)


if __name__ == "__main__":
    main()
