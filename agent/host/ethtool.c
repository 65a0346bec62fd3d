// SPDX-License-Identifier: BSD-2-Clause
/* Questions to drivers. See ethtool.h. */

#include "host/ethtool.h"

#include <errno.h>
#include <stdio.h>

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int ethtool_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

bool ethtool_ask(int fd, const char *interface, void *data)
{
	struct ifreq request = { .ifr_data = data };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return !ioctl(fd, SIOCETHTOOL, &request);
}
