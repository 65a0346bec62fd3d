# SPDX-License-Identifier: BSD-2-Clause
"""Call bpf() for the lab.

Reads the pinned maps of the XDP program as mapped memory, as the agent writes
them: bpftool takes a minute to dump the buckets of all groups. Also loads a
program that passes every frame, for the interfaces at the other end of
Headgate's cables.
"""

import ctypes
import mmap
import os
import platform
import struct

SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
BPF_PROG_LOAD = 5
BPF_OBJ_PIN = 6
BPF_OBJ_GET = 7
BPF_LINK_CREATE, BPF_XDP = 28, 37
BPF_PROG_TYPE_XDP = 6

# r0 = XDP_PASS; exit
MOVE_IMMEDIATE, EXIT, XDP_PASS = 0xb7, 0x95, 2
PASS_PROGRAM = (struct.pack("BBhi", MOVE_IMMEDIATE, 0, 0, XDP_PASS)
                + struct.pack("BBhi", EXIT, 0, 0, 0))

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes, what):
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    result = libc.syscall(SYS_BPF, command, buffer, len(attributes))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), what)
    return result


def open_map(path):
    """Return a file descriptor of a pinned map."""
    name = ctypes.create_string_buffer(path.encode())
    return bpf(BPF_OBJ_GET, struct.pack("QII", ctypes.addressof(name), 0, 0),
               path)


def pin_pass_program(path):
    """Load the XDP program that passes every frame, and pin it at `path`."""
    code = ctypes.create_string_buffer(PASS_PROGRAM)
    license = ctypes.create_string_buffer(b"Dual BSD/GPL")
    name = ctypes.create_string_buffer(path.encode())
    fd = bpf(BPF_PROG_LOAD,
             struct.pack("IIQQ", BPF_PROG_TYPE_XDP, len(PASS_PROGRAM) // 8,
                         ctypes.addressof(code), ctypes.addressof(license)),
             "XDP program that passes every frame")
    try:
        bpf(BPF_OBJ_PIN, struct.pack("QII", ctypes.addressof(name), fd, 0),
            path)
    finally:
        os.close(fd)


def link_program(path, ifindex):
    """Attach a pinned XDP program to an interface of this network namespace by a
    bpf_link, which ends with the file descriptor that this returns."""
    fd = open_map(path)
    try:
        return bpf(BPF_LINK_CREATE, struct.pack("IIII", fd, ifindex, BPF_XDP, 0),
                   "bpf_link of an XDP program")
    finally:
        os.close(fd)


def map_number(fd, field):
    """Return a number that the kernel shows of a map."""
    with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as lines:
        return int(dict(line.split(":", 1) for line in lines)[field])


def element_count(path):
    """Return the capacity of a pinned map, in elements."""
    fd = open_map(path)
    try:
        return map_number(fd, "max_entries")
    finally:
        os.close(fd)


def read_bytes(path):
    """Return all bytes of a pinned array of structures of whole words."""
    fd = open_map(path)
    try:
        size = map_number(fd, "max_entries") * map_number(fd, "value_size")
        with mmap.mmap(fd, size, mmap.MAP_SHARED, mmap.PROT_READ) as memory:
            return memory[:]
    finally:
        os.close(fd)


def read_array(path, first, count, layout):
    """Return `count` elements from `first` on, unpacked by struct `layout`."""
    size = struct.calcsize(layout)
    fd = open_map(path)
    try:
        with mmap.mmap(fd, (first + count) * size, mmap.MAP_SHARED,
                       mmap.PROT_READ) as memory:
            return list(struct.iter_unpack(layout, memory[first * size:]))
    finally:
        os.close(fd)


def write_array(path, offset, data):
    """Write bytes into a pinned array that can be mapped."""
    fd = open_map(path)
    try:
        with mmap.mmap(fd, offset + len(data), mmap.MAP_SHARED,
                       mmap.PROT_READ | mmap.PROT_WRITE) as memory:
            memory[offset:] = data
    finally:
        os.close(fd)
