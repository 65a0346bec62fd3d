// SPDX-License-Identifier: BSD-2-Clause
/* VLAN tags removed by hardware. See vlan_offload.h. */

#include "host/vlan_offload.h"

#include <unistd.h>

#include <linux/ethtool.h>

#include "host/ethtool.h"

/* True for a device on a bus: all others are software. */
static bool is_hardware(int fd, const char *interface)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };

	return ethtool_ask(fd, interface, &driver) && driver.bus_info[0];
}

static bool is_offloaded(int fd, const char *interface)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	return ethtool_ask(fd, interface, &flags) &&
	       flags.data & ETH_FLAG_RXVLAN;
}

bool vlan_offload_strips(const char *interface)
{
	int fd = ethtool_open();
	bool strips;

	if (fd < 0)
		return false;
	strips = is_hardware(fd, interface) && is_offloaded(fd, interface);
	close(fd);
	return strips;
}
