// SPDX-License-Identifier: BSD-2-Clause
/* Groups of neighbors with one profile. See update_group.h. */

#include "rib/update_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rib/rib_internal.h"

/* Set this host's addresses as next hops: our end of the session if it can be. */
static void set_own_nexthops(struct update_profile *profile,
			     const struct rib_peer_options *options)
{
	const struct address *local = &options->local_address;

	for (unsigned int family = 0; family < BGP_FAMILY_COUNT; family++) {
		bool same_family = address_is_ipv4(local) ==
				   (family == BGP_IPV4_UNICAST);
		bool extended = family == BGP_IPV4_UNICAST &&
				profile->session.extended_nexthop;

		profile->nexthops[family] = same_family || extended ?
						    *local :
						    options->other_address;
	}
}

/* Zero the padding first: profiles are compared byte by byte. */
void update_profile_init(struct update_profile *profile, const struct rib *rib,
			 const struct rib_peer_options *options)
{
	const struct policy_peer view = {
		.role = options->role,
		.source = &options->source,
	};

	memset(profile, 0, sizeof(*profile));
	bgp_negotiated_for_updates(options->session, &profile->session);
	policy_about(&rib->policy, RULE_TO, &view, &profile->rules);
	set_own_nexthops(profile, options);
	profile->type = options->source.type;
	profile->role = options->role;
	profile->relation = options->relation;
	if (options->nexthop < NEIGHBOR_NEXTHOP_FIRST_LEARNED)
		profile->nexthop = options->nexthop;
	profile->client = options->client;
	profile->remove_private_as = options->remove_private_as;
	if (options->as_override)
		profile->override_as = options->source.as;
}

/* Return the group with this number, or NULL. */
static struct update_group *group_by_number(struct rib *rib,
					    unsigned int number)
{
	struct update_group *group;

	TAILQ_FOREACH(group, &rib->groups, link)
		if (group->number == number)
			return group;
	return NULL;
}

static struct update_group *find_group(struct rib *rib,
				       const struct update_profile *profile)
{
	struct update_group *group;

	TAILQ_FOREACH(group, &rib->groups, link)
		if (!memcmp(&group->profile, profile, sizeof(*profile)))
			return group;
	return NULL;
}

static struct update_group *create_group(struct rib *rib,
					 const struct update_profile *profile)
{
	struct update_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	memcpy(&group->profile, profile, sizeof(*profile));
	do
		group->number++;
	while (group_by_number(rib, group->number));
	TAILQ_INSERT_TAIL(&rib->groups, group, link);
	return group;
}

int update_group_join(struct rib *rib, struct rib_peer *peer,
		      const struct rib_peer_options *options)
{
	struct update_profile profile;

	update_profile_init(&profile, rib, options);
	peer->group = find_group(rib, &profile);
	if (!peer->group)
		peer->group = create_group(rib, &profile);
	if (!peer->group)
		return -ENOMEM;
	peer->group->members |= peer->bit;
	return 0;
}

void update_group_remove(struct rib *rib, struct update_group *group,
			 uint64_t bit)
{
	group->members &= ~bit;
	if (group->members)
		return;
	TAILQ_REMOVE(&rib->groups, group, link);
	free(group);
}

void update_group_leave(struct rib *rib, struct rib_peer *peer)
{
	struct update_group *group = peer->group;

	peer->group = NULL;
	update_group_remove(rib, group, peer->bit);
}
