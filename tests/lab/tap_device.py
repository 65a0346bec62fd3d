# SPDX-License-Identifier: BSD-2-Clause
"""Make a tap device: an interface whose other end is a file descriptor. Unlike a
veth, it has a speed that can be set, and the kernel tells its end in two steps."""

import fcntl
import os
import struct

from raw_speaker import inside

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000


def open_tap(namespace, name):
    """Make the device in the namespace; it lives until the descriptor that is
    returned is closed."""
    with inside(namespace):
        tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(tap, TUNSETIFF,
                    struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap
