# SPDX-License-Identifier: BSD-2-Clause
"""Stock BGP daemons as peers of Headgate, behind one interface.

`peer` defines the interface; `bird`, `frr` and `gobgp` write the configuration
of a daemon and parse its output. They run in any namespace, as a server that
announces a VIP or as the router that learns it.
"""
