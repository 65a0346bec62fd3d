# SPDX-License-Identifier: BSD-2-Clause
"""Stock BGP daemons as peers of Headgate, all driven in one way.

`peer` says what that way is; `bird`, `frr` and `gobgp` each hold one daemon's
configuration and how to read what it shows. They run in any namespace, as a
server that announces a VIP or as the router that learns it.
"""
