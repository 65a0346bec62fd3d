// SPDX-License-Identifier: BSD-2-Clause
/* Checks by VIP and by next hop. See service_table.h. */

#include "nexthop/service_table.h"

#include <stdlib.h>

/* ------------------------------------------------------------- profiles */

static struct service_profile *
take_profile(struct service_table *table, const struct service_options *options)
{
	struct service_profile *profile;

	LIST_FOREACH(profile, &table->profiles, link)
		if (service_options_equal(&profile->options, options))
			break;
	if (!profile) {
		profile = calloc(1, sizeof(*profile));
		if (!profile)
			return NULL;
		profile->options = *options;
		LIST_INSERT_HEAD(&table->profiles, profile, link);
	}
	profile->references++;
	return profile;
}

static void give_profile(struct service_profile *profile)
{
	if (!profile || --profile->references)
		return;
	LIST_REMOVE(profile, link);
	free(profile);
}

/* ------------------------------------------------------------- both ends */

struct service_vip *service_table_find_vip(const struct service_table *table,
					   const struct prefix *vip)
{
	return (struct service_vip *)prefix_map_find(&table->vips, vip);
}

struct service_server *
service_table_find_server(const struct service_table *table,
			  const struct address *nexthop)
{
	return (struct service_server *)address_tree_find(&table->servers,
							  nexthop);
}

static struct service_vip *get_vip(struct service_table *table,
				   const struct prefix *prefix)
{
	struct service_vip *vip = service_table_find_vip(table, prefix);

	if (vip)
		return vip;
	vip = calloc(1, sizeof(*vip));
	if (!vip)
		return NULL;
	vip->node.prefix = *prefix;
	TAILQ_INIT(&vip->checks);
	if (!prefix_map_insert(&table->vips, &vip->node))
		return vip;
	free(vip);
	return NULL;
}

static struct service_server *get_server(struct service_table *table,
					 const struct address *nexthop)
{
	struct service_server *server =
		service_table_find_server(table, nexthop);

	if (server)
		return server;
	server = calloc(1, sizeof(*server));
	if (!server)
		return NULL;
	server->node.address = *nexthop;
	TAILQ_INIT(&server->checks);
	address_tree_insert(&table->servers, &server->node);
	return server;
}

static void free_if_unused(struct service_table *table, struct service_vip *vip,
			   struct service_server *server)
{
	if (vip && TAILQ_EMPTY(&vip->checks)) {
		prefix_map_remove(&table->vips, &vip->node);
		free(vip);
	}
	if (server && TAILQ_EMPTY(&server->checks)) {
		address_tree_remove(&table->servers, &server->node);
		free(server);
	}
}

/* ------------------------------------------------------------- checks */

static bool is_check_at(const struct service_check *check,
			const struct address *nexthop)
{
	return check && address_equal(&check->server->node.address, nexthop);
}

struct service_check *service_table_find(const struct service_table *table,
					 const struct prefix *prefix,
					 const struct address *nexthop)
{
	struct service_vip *vip = service_table_find_vip(table, prefix);
	struct service_check *check;

	if (!vip)
		return NULL;
	check = vip->next;
	if (!is_check_at(check, nexthop))
		TAILQ_FOREACH(check, &vip->checks, vip_link)
			if (is_check_at(check, nexthop))
				break;
	if (check)
		vip->next = TAILQ_NEXT(check, vip_link);
	return check;
}

static void count_check(struct service_table *table,
			const struct service_check *check, uint32_t difference)
{
	table->counts[check->state.verdict] += difference;
	check->server->counts[check->state.verdict] += difference;
}

struct service_check *service_table_add(struct service_table *table,
					const struct prefix *vip,
					const struct address *nexthop,
					const struct service_options *options,
					const struct service_state *state)
{
	struct service_check *check = calloc(1, sizeof(*check));

	if (!check)
		return NULL;
	check->vip = get_vip(table, vip);
	check->server = get_server(table, nexthop);
	check->profile = take_profile(table, options);
	if (!check->vip || !check->server || !check->profile) {
		give_profile(check->profile);
		free_if_unused(table, check->vip, check->server);
		free(check);
		return NULL;
	}
	check->timer.owner = check;
	check->state = *state;
	TAILQ_INSERT_TAIL(&check->vip->checks, check, vip_link);
	TAILQ_INSERT_TAIL(&check->server->checks, check, server_link);
	table->count++;
	count_check(table, check, 1);
	return check;
}

void service_table_remove(struct service_table *table,
			  struct service_check *check)
{
	count_check(table, check, -1u);
	table->count--;
	if (check->vip->next == check)
		check->vip->next = NULL;
	TAILQ_REMOVE(&check->vip->checks, check, vip_link);
	TAILQ_REMOVE(&check->server->checks, check, server_link);
	give_profile(check->profile);
	free_if_unused(table, check->vip, check->server);
	free(check);
}

void service_table_set_options(struct service_table *table,
			       struct service_check *check,
			       const struct service_options *options)
{
	struct service_profile *profile = take_profile(table, options);

	if (!profile)
		return;
	give_profile(check->profile);
	check->profile = profile;
}

void service_table_set_state(struct service_table *table,
			     struct service_check *check,
			     const struct service_state *state)
{
	count_check(table, check, -1u);
	check->state = *state;
	count_check(table, check, 1);
}

void service_table_free(struct service_table *table)
{
	struct address_node *node;

	/* A server goes with its last check. */
	while ((node = address_tree_first(&table->servers))) {
		struct service_server *server = (struct service_server *)node;

		service_table_remove(table, TAILQ_FIRST(&server->checks));
	}
	prefix_map_free(&table->vips);
}
