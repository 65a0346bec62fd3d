// SPDX-License-Identifier: BSD-2-Clause
/* VLAN tags removed by hardware. See vlan_offload.h. */

#include "nexthop/vlan_offload.h"

#include <stdio.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Send the ethtool request in `data`; the answer overwrites it. */
static bool query_driver(int fd, const char *interface, void *data)
{
	struct ifreq request = { .ifr_data = data };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return !ioctl(fd, SIOCETHTOOL, &request);
}

/* True for a device on a bus: all others are software. */
static bool is_hardware(int fd, const char *interface)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };

	return query_driver(fd, interface, &driver) && driver.bus_info[0];
}

static bool is_offloaded(int fd, const char *interface)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	return query_driver(fd, interface, &flags) &&
	       flags.data & ETH_FLAG_RXVLAN;
}

bool vlan_offload_strips(const char *interface)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool strips;

	if (fd < 0)
		return false;
	strips = is_hardware(fd, interface) && is_offloaded(fd, interface);
	close(fd);
	return strips;
}
