/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_SYSCTL_H
#define HOST_SYSCTL_H

/* Switches of the kernel, below /proc/sys. */

#include <stdbool.h>

/* True if the switch is on, that is not 0; `missing` if it cannot be read. */
bool sysctl_is_on(const char *path, bool missing);

#endif
