/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_TABLE_H
#define NEXTHOP_SERVICE_TABLE_H

/*
 * The checks of all services, by VIP and by next hop. Pure.
 *
 * The numbers of both may be large, a VIP with hundreds of next hops or a next
 * hop with thousands of VIPs. A check is found in the list of its VIP, behind
 * the one that was found last: routes ask in the order of their paths.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/address_tree.h"
#include "core/prefix_map.h"
#include "core/service_options.h"
#include "nexthop/probe_queue.h"
#include "nexthop/service_state.h"
#include "nexthop/service_tcp.h"

struct service_check;

TAILQ_HEAD(service_check_list, service_check);

/* Options that checks share. */
struct service_profile {
	struct service_options options;
	size_t references;
	LIST_ENTRY(service_profile) link;
};

struct service_server {
	struct address_node node; /* first: found by address */
	struct service_check_list checks;
	uint32_t counts[SERVICE_VERDICT_COUNT];
	bool lost; /* it died: what its checks said is void */
};

struct service_vip {
	struct prefix_node node; /* first: found by prefix */
	struct service_check_list checks;
	struct service_check *next; /* where to look first */
};

struct service_check {
	TAILQ_ENTRY(service_check) vip_link;
	TAILQ_ENTRY(service_check) server_link;
	struct service_vip *vip;
	struct service_server *server;
	struct service_profile *profile;
	struct probe_timer timer;
	struct service_state state;
	struct service_tcp tcp;
	uint64_t began_ms; /* the one that runs, or ran last */
	uint32_t took_ms;  /* the last one that ended with an answer */
	bool kept;	   /* for the user of the table */
};

LIST_HEAD(service_profile_list, service_profile);

/* A zeroed table is empty and valid. */
struct service_table {
	struct prefix_map vips;
	struct address_tree servers;
	struct service_profile_list profiles;
	size_t count;
	uint32_t counts[SERVICE_VERDICT_COUNT];
};

/* Free all checks. */
void service_table_free(struct service_table *table);
struct service_vip *service_table_find_vip(const struct service_table *table,
					   const struct prefix *vip);
struct service_server *
service_table_find_server(const struct service_table *table,
			  const struct address *nexthop);
struct service_check *service_table_find(const struct service_table *table,
					 const struct prefix *vip,
					 const struct address *nexthop);
/* Add one that is not there. Returns NULL if out of memory. */
struct service_check *service_table_add(struct service_table *table,
					const struct prefix *vip,
					const struct address *nexthop,
					const struct service_options *options,
					const struct service_state *state);
void service_table_remove(struct service_table *table,
			  struct service_check *check);
/* Replace the options of a check. Without memory they stay. */
void service_table_set_options(struct service_table *table,
			       struct service_check *check,
			       const struct service_options *options);
/* Replace the state of a check. */
void service_table_set_state(struct service_table *table,
			     struct service_check *check,
			     const struct service_state *state);

#endif
