# SPDX-License-Identifier: BSD-2-Clause
"""Run the lab and keep it, to look inside; `make lab` runs this.

Prints the drawing and how to reach the hosts, the agent and its maps, and
removes the lab when standard input ends or at Ctrl-C. Options choose variants:

    --ipv6           all hosts speak IPv6 as well
    --no-forwarding  the kernel of the headgate host does not forward
"""

import argparse
import sys

from .agent import BUILD
from .system import LabError
from .topology import CLIENT_ADDRESS, DRAWING, VIP, Lab

GUIDE = """\
The lab runs. In another terminal, as root:

  export HG_LAB={folder} HG_NS={prefix}
  ctl() {{ {build}/headgatectl -s $HG_LAB/headgate.sock "$@"; }}
  ctl show nexthops
  ctl explain flow {client} 41512 {vip} 80 tcp
  ip netns exec ${{HG_NS}}client /usr/bin/python3 tools/lab/client.py short {vip} 20000 8 9
  bpftool map show pinned $HG_LAB/bpf/headgate/nexthops
  birdc -s $HG_LAB/server1/bird.ctl show protocols
  gdb -p {pid}

Hosts: {hosts}, as namespaces ${{HG_NS}}NAME.
Logs: $HG_LAB/headgate.log (debug), $HG_LAB/NAME/bird.log.

Enter ends the lab."""


def print_guide(lab):
    names = ["client", "router", "headgate", "lan", *(s.name for s in lab.servers)]
    print(GUIDE.format(folder=lab.folder, prefix=lab.prefix, build=BUILD,
                       client=CLIENT_ADDRESS, vip=VIP, hosts=", ".join(names),
                       pid=lab.headgate.process.pid), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ipv6", action="store_true")
    parser.add_argument("--no-forwarding", action="store_true")
    options = parser.parse_args()
    print(DRAWING, flush=True)
    try:
        with Lab(ipv6=options.ipv6, forwarding=not options.no_forwarding) as lab:
            lab.start()
            print_guide(lab)
            sys.stdin.readline()
    except KeyboardInterrupt:
        return 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
