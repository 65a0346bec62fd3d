# SPDX-License-Identifier: BSD-2-Clause
"""The bpf system call, as far as the lab needs it.

Reads the pinned maps of the XDP program the way the agent writes them, as mapped
memory; bpftool takes a minute to dump a map with room for all groups. And loads
a program that passes every frame, for the ports at the other end of Headgate's
cables.
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
    """The file descriptor of a pinned map."""
    name = ctypes.create_string_buffer(path.encode())
    return bpf(BPF_OBJ_GET, struct.pack("QII", ctypes.addressof(name), 0, 0),
               path)


def pin_pass_program(path):
    """Loads the XDP program that passes every frame, and pins it at `path`."""
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


def element_count(path):
    """How many elements a pinned map has room for."""
    fd = open_map(path)
    try:
        with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as lines:
            fields = dict(line.split(":", 1) for line in lines)
        return int(fields["max_entries"])
    finally:
        os.close(fd)


def read_array(path, first, count, layout):
    """COUNT elements from FIRST on, each unpacked by the struct `layout`."""
    size = struct.calcsize(layout)
    fd = open_map(path)
    try:
        with mmap.mmap(fd, (first + count) * size, mmap.MAP_SHARED,
                       mmap.PROT_READ) as memory:
            return list(struct.iter_unpack(layout, memory[first * size:]))
    finally:
        os.close(fd)
