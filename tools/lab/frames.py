# SPDX-License-Identifier: BSD-2-Clause
"""Count the frames for the VIP that reach a server.

A packet socket in the server's namespace has a filter for the VIP as
destination. The kernel counts the frames that pass the filter, read or not, so
the count is exact and costs nothing.
"""

import ctypes
import socket
import struct
import threading

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86dd
SO_ATTACH_FILTER = 26
SOL_PACKET = 263
PACKET_STATISTICS = 6

# Offsets in the frame, and classic BPF: load half word or word at an absolute
# offset, jump if equal, return.
ETHERTYPE_OFFSET = 12
DESTINATION_OFFSET = {ETH_P_IP: 30, ETH_P_IPV6: 38}
LOAD_HALF, LOAD_WORD, JUMP_EQUAL, RETURN = 0x28, 0x20, 0x15, 0x06

libc = ctypes.CDLL(None, use_errno=True)


def packet_socket_in(namespace):
    """Open a packet socket in another namespace. setns() moves only the calling
    thread, so a thread is made for it."""
    made = []

    def work():
        with open(f"/run/netns/{namespace.name}", "rb") as file:
            if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
                made.append(OSError(ctypes.get_errno(), "setns"))
                return
        # Protocol 0: receives nothing until the filter is attached and the
        # socket bound.
        made.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def parse_address(address):
    """Return the EtherType of the family, and the address as bytes."""
    if ":" in address:
        return ETH_P_IPV6, socket.inet_pton(socket.AF_INET6, address)
    return ETH_P_IP, socket.inet_aton(address)


def destination_filter(address):
    """Return a filter that compares the destination word by word; the first
    difference jumps to the last step, which rejects the frame."""
    ethertype, destination = parse_address(address)
    wanted = [(LOAD_HALF, ETHERTYPE_OFFSET, ethertype)]
    offset = DESTINATION_OFFSET[ethertype]
    for word, in struct.iter_unpack("!I", destination):
        wanted.append((LOAD_WORD, offset, word))
        offset += 4
    program = []
    for left, (load, at, value) in zip(range(len(wanted), 0, -1), wanted):
        program += [(load, 0, 0, at), (JUMP_EQUAL, 0, 2 * left - 1, value)]
    program += [(RETURN, 0, 0, 1), (RETURN, 0, 0, 0)]
    return (b"".join(struct.pack("HBBI", *step) for step in program),
            len(program))


def attach_filter(sock, address):
    steps, count = destination_filter(address)
    buffer = ctypes.create_string_buffer(steps)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                    struct.pack("HL", count, ctypes.addressof(buffer)))


class FrameCount:
    """A count of frames since its creation."""

    def __init__(self, namespace, interface, address):
        self.sock = packet_socket_in(namespace)
        attach_filter(self.sock, address)
        self.sock.bind((interface, ETH_P_ALL))
        self.total = 0

    def read(self):
        """Return the frames so far. Reading resets the kernel's count, which
        includes frames that did not fit into the socket's buffer."""
        statistics = self.sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self.total += struct.unpack("II", statistics)[0]
        return self.total

    def close(self):
        self.sock.close()
