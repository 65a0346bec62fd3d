// SPDX-License-Identifier: BSD-2-Clause
/* Switches of the kernel. See sysctl.h. */

#include "host/sysctl.h"

#include <stdio.h>

bool sysctl_is_on(const char *path, bool missing)
{
	FILE *file = fopen(path, "re");
	int value;

	if (!file)
		return missing;
	value = fgetc(file);
	fclose(file);
	return value == EOF ? missing : value != '0';
}
