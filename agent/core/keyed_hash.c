// SPDX-License-Identifier: BSD-2-Clause
/* Secrets of hash tables. See keyed_hash.h. */

#include "core/keyed_hash.h"

#include <errno.h>
#include <sys/random.h>

int keyed_hash_draw(struct keyed_hash_secret *secret)
{
	struct keyed_hash_secret drawn;
	ssize_t size;

	/* Only a wait for entropy, early in a boot, can be interrupted. */
	do
		size = getrandom(&drawn, sizeof(drawn), 0);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return -errno;
	/* random(7): up to 256 bytes come whole. */
	*secret = drawn;
	return 0;
}
