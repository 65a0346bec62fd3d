# SPDX-License-Identifier: BSD-2-Clause
"""Invalid and unusual messages other than UPDATE: message headers, OPEN with its
capabilities, messages in the wrong state, NOTIFICATIONs.

Each row of the table has a sentence, the state of the connection when the bytes
are sent, the bytes, and the expected result. test_malformed.py runs it.
"""

import collections

from raw_bgp import (
    AS_TRANS, CAP_ADD_PATH, CAP_AS4, CAP_ENHANCED_REFRESH,
    CAP_EXTENDED_MESSAGE, CAP_GRACEFUL_RESTART, CAP_MULTIPROTOCOL, CAP_ROLE,
    CAP_ROUTE_REFRESH, CAP_SOFTWARE_VERSION, IPV4, IPV6, KEEPALIVE, MARKER,
    NOTIFICATION, OPEN, PARAMETER_CAPABILITIES, ROUTE_REFRESH, UPDATE,
    as4_capability, as_path, capability, keepalive, message, multiprotocol,
    next_hop, notification, open_body, open_message, origin, parameter, prefix,
    route_refresh, u8, u16, update, usual_capabilities, wide_parameter,
    wide_parameters)
from raw_lab import BACKEND_AS, HEADGATE_ID, NEXT_HOP

# The speakers: address, AS number. The last two are separate neighbors.
BACKEND = (NEXT_HOP, BACKEND_AS)
INTERNAL = ("10.1.0.101", 64512)
WIDE = ("10.1.0.102", 4200000001)

OPEN_SENT, OPEN_CONFIRM, ESTABLISHED = "OpenSent", "OpenConfirm", "Established"

# data None: no RFC specifies it.
Refused = collections.namedtuple("Refused", "code subcode data",
                                 defaults=(None,))
SILENCE = "closed without a NOTIFICATION"
UP = "stays up"
NO_CRASH = "stays up, or is refused as a bad OPEN"

Case = collections.namedtuple("Case", "name state bytes expected who",
                              defaults=(BACKEND,))

IDENTIFIER = "10.1.0.11"
CAPABILITIES = usual_capabilities(BACKEND_AS)


def opening(who=BACKEND, **options):
    options = {"hold_time": 90, **options}
    return open_message(who[1], who[0], **options)


def with_capabilities(*capabilities):
    return opening(capabilities=b"".join(capabilities))


def with_options(options):
    return opening(options=options)


def counted(parameters, error=0):
    """Return parameters behind their length, which `error` makes wrong."""
    return u8(len(parameters) + error) + parameters


def with_short_as(short_as, who=BACKEND, as4=True):
    """Return an OPEN with this My-AS and, with `as4`, the capability of
    `who`."""
    body = open_body(who[1], who[0], 90,
                     capabilities=None if as4 else multiprotocol(IPV4))
    return message(OPEN, body[:1] + u16(short_as) + body[3:])


def shutdown(data, subcode=2):
    return notification(6, subcode, data)


ANNOUNCEMENT = update(origin(), as_path(BACKEND_AS), next_hop(NEXT_HOP),
                      nlri=prefix("192.0.2.1/32"))

HEADERS = [
    Case("the first byte of the marker is not ones", OPEN_SENT,
         message(KEEPALIVE, marker=b"\0" + MARKER[1:]), Refused(1, 1)),
    Case("the last byte of the marker is not ones", ESTABLISHED,
         message(KEEPALIVE, marker=MARKER[1:] + b"\xfe"), Refused(1, 1)),
    Case("a web browser calls, with less than a header", OPEN_SENT,
         b"GET / HTTP/1.0\r\n\r\n", Refused(1, 1)),
    Case("a TLS client calls", OPEN_SENT,
         bytes.fromhex("1603010200010001fc0303"), Refused(1, 1)),
    Case("the length is 0", ESTABLISHED,
         message(KEEPALIVE, length=0), Refused(1, 2, u16(0))),
    Case("the length is 18", ESTABLISHED,
         message(KEEPALIVE, length=18), Refused(1, 2, u16(18))),
    Case("the length is 4097 and longer messages were not agreed", ESTABLISHED,
         message(UPDATE, length=4097), Refused(1, 2, u16(4097))),
    Case("the length is 65535", ESTABLISHED,
         message(UPDATE, length=65535), Refused(1, 2, u16(65535))),
    Case("an OPEN is longer than any OPEN may be", OPEN_SENT,
         message(OPEN, bytes(4078)), Refused(1, 2, u16(4097))),
    Case("a KEEPALIVE has a body", ESTABLISHED,
         message(KEEPALIVE, u8(0)), Refused(1, 2, u16(20))),
    Case("an OPEN ends in its fixed part", OPEN_SENT,
         message(OPEN, bytes(9)), Refused(1, 2, u16(28))),
    Case("an UPDATE has not even its two lengths", ESTABLISHED,
         message(UPDATE, bytes(3)), Refused(1, 2, u16(22))),
    Case("a ROUTE-REFRESH is too short", ESTABLISHED,
         message(ROUTE_REFRESH, bytes(3)), Refused(1, 2, u16(22))),
    Case("type 0", ESTABLISHED, message(0), Refused(1, 3, u8(0))),
    Case("type 6", ESTABLISHED, message(6), Refused(1, 3, u8(6))),
    Case("type 9 before the OPEN", OPEN_SENT, message(9),
         Refused(1, 3, u8(9))),
    Case("type 255", ESTABLISHED, message(255), Refused(1, 3, u8(255))),
    Case("a NOTIFICATION without a code is not answered", ESTABLISHED,
         message(NOTIFICATION), SILENCE),
    Case("a NOTIFICATION without a subcode is not answered", ESTABLISHED,
         message(NOTIFICATION, u8(6)), SILENCE),
]

FIXED_PART = [
    Case("version 3", OPEN_SENT, opening(version=3), Refused(2, 1, u16(4))),
    Case("version 5", OPEN_SENT, opening(version=5), Refused(2, 1, u16(4))),
    Case("an AS number that is not configured", OPEN_SENT,
         opening((NEXT_HOP, 65200)), Refused(2, 2)),
    Case("AS number 0 in My-AS", OPEN_SENT, with_short_as(0), Refused(2, 2)),
    Case("AS number 0 without the capability", OPEN_SENT,
         with_short_as(0, as4=False), Refused(2, 2)),
    Case("AS number 0 in the capability", OPEN_SENT,
         with_capabilities(multiprotocol(IPV4), as4_capability(0)),
         Refused(2, 2)),
    Case("AS_TRANS alone", OPEN_SENT, with_short_as(AS_TRANS, as4=False),
         Refused(2, 2)),
    Case("the capability's AS number wins over My-AS", OPEN_SENT,
         with_short_as(AS_TRANS), UP),
    Case("an AS number of four bytes", OPEN_SENT, opening(WIDE), UP, WIDE),
    Case("an AS number of four bytes without AS_TRANS", OPEN_SENT,
         with_short_as(BACKEND_AS, WIDE), Refused(2, 2), WIDE),
    Case("identifier 0", OPEN_SENT,
         open_message(BACKEND_AS, "0.0.0.0"), Refused(2, 3)),
    Case("our own identifier from another AS", OPEN_SENT,
         open_message(BACKEND_AS, HEADGATE_ID), UP),
    Case("our own identifier from our AS", OPEN_SENT,
         open_message(INTERNAL[1], HEADGATE_ID), Refused(2, 3), INTERNAL),
    Case("an identifier that is no host address", OPEN_SENT,
         open_message(BACKEND_AS, "224.0.0.5"), UP),
    Case("the highest identifier", OPEN_SENT,
         open_message(BACKEND_AS, "255.255.255.255"), UP),
    Case("hold time 0", OPEN_SENT, opening(hold_time=0), UP),
    Case("hold time 1", OPEN_SENT, opening(hold_time=1), Refused(2, 6)),
    Case("hold time 2", OPEN_SENT, opening(hold_time=2), Refused(2, 6)),
    Case("hold time 3", OPEN_SENT, opening(hold_time=3), UP),
    Case("hold time 65535", OPEN_SENT, opening(hold_time=65535), UP),
]

PARAMETERS = [
    Case("no parameters at all", OPEN_SENT, with_options(u8(0)), UP),
    Case("the deprecated authentication parameter", OPEN_SENT,
         with_options(counted(parameter(b"", kind=1))), Refused(2, 4)),
    Case("an unknown parameter", OPEN_SENT,
         with_options(counted(parameter(b"", kind=3))), Refused(2, 4)),
    Case("an unknown parameter behind a good one", OPEN_SENT,
         with_options(counted(parameter(CAPABILITIES)
                              + parameter(b"\0", kind=77))), Refused(2, 4)),
    Case("a parameter longer than the parameters", OPEN_SENT,
         with_options(counted(parameter(CAPABILITIES, length=200))),
         Refused(2, 0)),
    Case("a parameter of one byte", OPEN_SENT,
         with_options(counted(u8(PARAMETER_CAPABILITIES))), Refused(2, 0)),
    Case("the parameters are said to be longer than the message", OPEN_SENT,
         with_options(counted(parameter(CAPABILITIES), 1)), Refused(2, 0)),
    Case("the parameters are said to be shorter than they are", OPEN_SENT,
         with_options(counted(parameter(CAPABILITIES), -1)), Refused(2, 0)),
    Case("no parameters are said to be there, but some are", OPEN_SENT,
         with_options(u8(0) + parameter(CAPABILITIES)), Refused(2, 0)),
    Case("a parameter without capabilities", OPEN_SENT,
         with_options(counted(parameter(b"") + parameter(CAPABILITIES))), UP),
    Case("a parameter for each capability", OPEN_SENT,
         with_options(counted(parameter(multiprotocol(IPV4))
                              + parameter(capability(CAP_ROUTE_REFRESH))
                              + parameter(as4_capability(BACKEND_AS)))), UP),
    Case("the extended form for a few bytes", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(CAPABILITIES))), UP),
    Case("the extended form with another short length", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(CAPABILITIES),
                                      short_length=7)), UP),
    Case("the extended form without anything in it", OPEN_SENT,
         with_options(wide_parameters(b"")), UP),
    Case("the extended form of 600 bytes", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(
             CAPABILITIES + capability(240, bytes(200)) * 3))), UP),
    Case("the extended form with a length beyond the message", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(CAPABILITIES),
                                      length=4000)), Refused(2, 0)),
    Case("the extended form ends in its length", OPEN_SENT,
         with_options(u8(255, 255, 0)), Refused(2, 0)),
    Case("the extended form ends in the header of a parameter", OPEN_SENT,
         with_options(wide_parameters(u8(PARAMETER_CAPABILITIES, 0))),
         Refused(2, 0)),
    Case("an extended parameter beyond the parameters", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(CAPABILITIES,
                                                     length=300))),
         Refused(2, 0)),
    Case("an unknown extended parameter", OPEN_SENT,
         with_options(wide_parameters(wide_parameter(b"", kind=9))),
         Refused(2, 4)),
]

CAPABILITY_LIST = [
    Case("an unknown capability", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(240, b"abc")), UP),
    Case("an unknown capability without a value", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(0), capability(255)), UP),
    Case("the same capability twice", OPEN_SENT,
         with_capabilities(CAPABILITIES, CAPABILITIES), UP),
    Case("a capability longer than its parameter", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(240, b"abc", length=4)),
         Refused(2, 0)),
    Case("a capability reaches into the next parameter", OPEN_SENT,
         with_options(counted(parameter(u8(CAP_AS4, 4) + u16(0))
                              + parameter(CAPABILITIES))), Refused(2, 0)),
    Case("a capability of one byte", OPEN_SENT,
         with_capabilities(CAPABILITIES, u8(CAP_ROUTE_REFRESH)),
         Refused(2, 0)),
    Case("a 4-byte AS number of two bytes", OPEN_SENT,
         with_capabilities(multiprotocol(IPV4),
                           capability(CAP_AS4, u16(BACKEND_AS))),
         Refused(2, 0)),
    Case("a family that is too short", OPEN_SENT,
         with_capabilities(capability(CAP_MULTIPROTOCOL, u16(IPV4)),
                           as4_capability(BACKEND_AS)), Refused(2, 0)),
    Case("an unknown family beside IPv4", OPEN_SENT,
         with_capabilities(multiprotocol(16397, 77), CAPABILITIES), UP),
    Case("only an unknown family", OPEN_SENT,
         with_capabilities(multiprotocol(16397, 77),
                           as4_capability(BACKEND_AS)),
         Refused(2, 7, multiprotocol(IPV4) + multiprotocol(IPV6))),
    Case("Add-Path in modes that do not exist", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(
             CAP_ADD_PATH, u16(IPV4) + u8(1, 0) + u16(IPV6) + u8(1, 4))), UP),
    Case("graceful restart for no family", OPEN_SENT,
         with_capabilities(CAPABILITIES,
                           capability(CAP_GRACEFUL_RESTART, u16(120))), UP),
    Case("longer messages", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(CAP_EXTENDED_MESSAGE)),
         UP),
    Case("a software version without text", OPEN_SENT,
         with_capabilities(CAPABILITIES,
                           capability(CAP_SOFTWARE_VERSION, u8(0))), UP),
    Case("a software version with control characters", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(
             CAP_SOFTWARE_VERSION, u8(6) + b"\"\n\0\xff\x1b["))
         , UP),
    Case("two roles that differ", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(CAP_ROLE, u8(0)),
                           capability(CAP_ROLE, u8(4))), Refused(2, 11)),
]

# Every capability in use, with every length that is too short for it.
CAPABILITY_LENGTHS = [
    Case(f"capability {code} with {size} bytes", OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(code, bytes(size))),
         NO_CRASH)
    for code in (1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 65, 66, 67, 68, 69, 70, 71, 72,
                 73, 74, 75, 76, 128, 131)
    for size in range(6)
]

# The data is the type of the message: RFC 6608 4.
STATES = [
    Case("a KEEPALIVE instead of an OPEN", OPEN_SENT, keepalive(),
         Refused(5, 1, b"\x04")),
    Case("an UPDATE instead of an OPEN", OPEN_SENT, ANNOUNCEMENT,
         Refused(5, 1, b"\x02")),
    Case("a ROUTE-REFRESH instead of an OPEN", OPEN_SENT, route_refresh(),
         Refused(5, 1, b"\x05")),
    Case("an UPDATE before the KEEPALIVE", OPEN_CONFIRM, ANNOUNCEMENT,
         Refused(5, 2, b"\x02")),
    Case("a second OPEN before the KEEPALIVE", OPEN_CONFIRM, opening(),
         Refused(5, 2, b"\x01")),
    Case("a ROUTE-REFRESH before the KEEPALIVE", OPEN_CONFIRM,
         route_refresh(), Refused(5, 2, b"\x05")),
    Case("an OPEN in a session", ESTABLISHED, opening(), Refused(5, 3, b"\x01")),
    Case("a NOTIFICATION instead of an OPEN is not answered", OPEN_SENT,
         notification(2, 2), SILENCE),
    Case("a NOTIFICATION before the KEEPALIVE is not answered", OPEN_CONFIRM,
         notification(6, 5), SILENCE),
]

REFRESHES = [
    Case("a refresh for an unknown family", ESTABLISHED,
         route_refresh(16397, safi=77), UP),
    Case("a refresh for a family that was not agreed", ESTABLISHED,
         route_refresh(IPV6, safi=4), UP),
    Case("a refresh of an unknown subtype", ESTABLISHED,
         route_refresh(subtype=9), UP),
    Case("an End-of-Route-Refresh that nothing began", ESTABLISHED,
         route_refresh(subtype=2), UP),
    Case("a demarcation of the wrong length where these were agreed",
         OPEN_SENT,
         with_capabilities(CAPABILITIES, capability(CAP_ENHANCED_REFRESH))
         + keepalive() + message(ROUTE_REFRESH, u16(IPV4) + u8(1, 1, 0)),
         Refused(7, 1, message(ROUTE_REFRESH, u16(IPV4) + u8(1, 1, 0)))),
]

# The last text must appear in `last_error`.
SHUTDOWNS = [
    ("a shutdown with a reason", shutdown(u8(7) + b"upgrade"), "upgrade"),
    ("a shutdown without data", shutdown(b""), "6/2"),
    ("a shutdown with an empty reason", shutdown(u8(0)), "6/2"),
    ("a reason of 255 bytes", shutdown(u8(255) + b"x" * 255), "xxx"),
    ("a reason longer than the message", shutdown(u8(129) + b"short"), "6/2"),
    ("a reason that does not say how long it is", shutdown(u8(255)), "6/2"),
    ("bytes behind the reason", shutdown(u8(2) + b"ok" + bytes(100)), "6/2"),
    ("a reason that is not UTF-8", shutdown(u8(4) + b"a\xc3\x28b"), "6/2"),
    ("a reason with NUL, newline and escape",
     shutdown(u8(9) + b"a\0b\nc\x1b[2J"), "6/2"),
    ("a reset with a reason", shutdown(u8(3) + b"now", subcode=4), "now"),
    ("an unknown code", notification(99, 99, b"data"), "99/99"),
    ("a NOTIFICATION as long as a message", notification(6, 6, bytes(4075)),
     "6/6"),
    ("a hard reset around a hold timer", notification(6, 9, u8(4, 0)), "6/9"),
]
