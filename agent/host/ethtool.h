/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_ETHTOOL_H
#define HOST_ETHTOOL_H

/* Questions to the driver of an interface: ioctl(2) with SIOCETHTOOL. */

#include <stdbool.h>

/* Return a socket for questions, which the caller closes, or -errno. */
int ethtool_open(void);
/*
 * Send the request in `data`, a structure of linux/ethtool.h; the answer
 * overwrites it. False: the driver does not answer it.
 */
bool ethtool_ask(int fd, const char *interface, void *data);

#endif
