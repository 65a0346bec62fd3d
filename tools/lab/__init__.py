# SPDX-License-Identifier: BSD-2-Clause
"""The namespace lab: real peers and real traffic around one Headgate host.

`topology` draws and builds it, `agent` runs Headgate in it, `traffic` sends
connections through it, `janitor` removes it. The demo and the tests in
tests/lab are built on it. Python 3.11, standard library only.
"""
