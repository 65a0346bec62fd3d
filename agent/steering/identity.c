// SPDX-License-Identifier: BSD-2-Clause
/* Members as all nodes know them. See identity.h. */

#include "steering/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A link-local member and its index among all. */
struct scoped {
	struct address bare;
	uint32_t scope;
	size_t index;
};

static int by_address_and_scope(const void *a, const void *b)
{
	const struct scoped *x = a, *y = b;
	int order = address_compare(&x->bare, &y->bare);

	if (order)
		return order;
	return (x->scope > y->scope) - (x->scope < y->scope);
}

static size_t collect_scoped(const struct member *members, size_t count,
			     struct scoped *list)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct address *address = &members[i].address;

		if (address_scope(address))
			list[used++] = (struct scoped){
				.bare = address_unscoped(address),
				.scope = address_scope(address),
				.index = i,
			};
	}
	return used;
}

int identity_of_members(const struct member *members, size_t count,
			struct member *identities)
{
	struct scoped *list = calloc(count, sizeof(*list));
	uint32_t rank = 0;
	size_t used;

	if (!list)
		return -ENOMEM;
	memcpy(identities, members, count * sizeof(*members));
	used = collect_scoped(members, count, list);
	qsort(list, used, sizeof(*list), by_address_and_scope);
	for (size_t i = 0; i < used; i++) {
		bool again = i &&
			     address_equal(&list[i].bare, &list[i - 1].bare);

		rank = again ? rank + 1 : 0;
		identities[list[i].index].address =
			address_scoped(&list[i].bare, rank);
	}
	free(list);
	return 0;
}
