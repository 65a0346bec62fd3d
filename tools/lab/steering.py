# SPDX-License-Identifier: BSD-2-Clause
"""Compute the server of a flow from the pinned tables, independently of the
program: this module has its own flow hash.

The tests compare two tables to learn which flows a change may break.
"""

import socket
import struct

from .bpf import element_count, read_array

# Layouts of include/headgate/abi.h.
VIP_PLACES = 65536
VIP4_ENTRY = "4sI"               # address, VIP
VIP_GROUP = 0xfff                # a bit field of the VIP's word
VIP_USED = 1 << 31
GROUPS = 1024                    # the agent's default
BUCKET = "I"                     # a word of bit fields: current, backup, flags
BUCKETS_PER_ELEMENT = 2          # of the map
SLOT_BITS = 14
SLOT_MASK = (1 << SLOT_BITS) - 1
NEXTHOP = "6s6sIHBB8sII16s12s"   # see NEXTHOP_ALIVE, NEXTHOP_ADDRESS
NEXTHOP_ALIVE = 4
NEXTHOP_ADDRESS = 9
NEXTHOP_SLOTS = 4096

PROTOCOL_TCP = 6
MASK64 = (1 << 64) - 1


def mix(word):
    """Do one step of SplitMix64, as in bpf/flow_hash.h."""
    word = (word + 0x9e3779b97f4a7c15) & MASK64
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9 & MASK64
    word = (word ^ word >> 27) * 0x94d049bb133111eb & MASK64
    return word ^ word >> 31


def flow_hash(source, source_port, destination, destination_port,
              protocol=PROTOCOL_TCP, key=0):
    """Return the 5-tuple hash of bpf/flow_hash.h, which reads the bytes of each
    field in the packet as a little-endian number."""
    addresses = int.from_bytes(
        socket.inet_aton(source) + socket.inet_aton(destination), "little")
    transport = int.from_bytes(
        struct.pack("!HH", source_port, destination_port), "little")
    return mix(mix(key ^ addresses) ^ (transport | protocol << 32))


class Table:
    """The buckets of a group at one moment, as addresses of next hops."""

    def __init__(self, owners):
        self.owners = owners

    def bucket_of(self, source, source_port, vip, port=80):
        """Return the bucket of a TCP flow, with the default hash seed."""
        value = flow_hash(source, source_port, vip, port)
        return value & (len(self.owners) - 1)

    def owner_of(self, *flow):
        return self.owners[self.bucket_of(*flow)]

    def moved(self, after, lost):
        """Return the buckets whose owner differs in `after`, without those of
        `lost`."""
        return {bucket for bucket, owner in enumerate(self.owners)
                if owner not in (lost, after.owners[bucket])}


def read_table(pins, vip):
    """Return the table that packets for the VIP meet now: a bucket whose next
    hop is not alive belongs to its backup."""
    nexthops = read_nexthops(pins)
    return Table([owner(nexthops, bucket)
                  for bucket in read_buckets(pins, vip)])


def read_buckets(pins, vip):
    """Return the buckets of the map as tuples of current, backup and flags. Next
    hops are slots, which each node numbers in order of arrival."""
    return read_group_buckets(pins, group_of(pins, vip))


def read_group_buckets(pins, group, size=None):
    """`size`: of a table; by default of an agent with the default --groups."""
    if not size:
        elements = element_count(f"{pins}/buckets")
        size = elements * BUCKETS_PER_ELEMENT // GROUPS
    return [(word & SLOT_MASK, word >> SLOT_BITS & SLOT_MASK,
             word >> 2 * SLOT_BITS)
            for word, in read_array(f"{pins}/buckets", group * size, size,
                                    BUCKET)]


def read_nexthops(pins):
    return read_array(f"{pins}/nexthops", 0, NEXTHOP_SLOTS, NEXTHOP)


def resolve_buckets(pins, vip):
    """Return current and backup of each bucket, as addresses: identical on nodes
    that steer alike. The flags are not: each node has windows of its own."""
    names = [address_of(nexthop) for nexthop in read_nexthops(pins)]
    return [tuple(names[slot] for slot in slots)
            for *slots, _ in read_buckets(pins, vip)]


def group_of(pins, vip):
    """Search all entries, so that the order of the hash table does not matter."""
    groups = read_groups(pins)
    if vip not in groups:
        raise LookupError(f"{vip} is not in {pins}/vip4")
    return groups[vip]


def read_groups(pins):
    """Return VIP -> number of its group, of all IPv4 addresses."""
    return {socket.inet_ntoa(address): word & VIP_GROUP
            for address, word in read_array(f"{pins}/vip4", 0, VIP_PLACES,
                                            VIP4_ENTRY)
            if word & VIP_USED}


def owner(nexthops, bucket):
    current, backup = bucket[:2]
    slot = current if nexthops[current][NEXTHOP_ALIVE] else backup
    if not nexthops[slot][NEXTHOP_ALIVE]:
        return None
    return address_of(nexthops[slot])


def address_of(nexthop):
    return socket.inet_ntoa(nexthop[NEXTHOP_ADDRESS][12:])
