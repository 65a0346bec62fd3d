/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PATHS_H
#define TEST_PATHS_H

/*
 * Paths as rows of tables: all values that the decision process compares, and
 * the expected result. A member that is 0 is an attribute that is missing.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "bgp/codec/extended_community.h"
#include "rib/decision.h"
#include "rib/path.h"
#include "rib/weight.h"
#include "routes.h"

enum {
	ROW_AS = 4,
	MAX_ROWS = 20,
	/* Bytes per second that a float holds exactly. */
	GIGABIT = 125000000,
	SHUTDOWN = (int)BGP_COMMUNITY_GRACEFUL_SHUTDOWN,
	LLGR_STALE = (int)BGP_COMMUNITY_LLGR_STALE,
	JOINING = (int)0xfde80001u, /* 65000:1 */
	LEAVING = (int)0xfde80002u, /* 65000:2 */
};

/* --joining-community and --draining-community */
static const struct signal_options row_signals = {
	.joining = { { .bytes = { 0xfd, 0xe8, 0, 1 } } },
	.joining_count = 1,
	.draining = { { .bytes = { 0xfd, 0xe8, 0, 2 } } },
	.draining_count = 1,
};

struct row {
	unsigned int hop;	 /* next hop 10.0.0.HOP */
	uint32_t as[ROW_AS];	 /* AS_SEQUENCE */
	uint32_t member[ROW_AS]; /* AS_CONFED_SEQUENCE in front */
	enum peer_type type;
	uint32_t identifier; /* of the peer; 0: the number of the row, from 1 */
	uint32_t originator;
	uint32_t clusters; /* number of clusters */
	uint32_t local_pref;
	uint32_t med;
	uint8_t origin;
	uint32_t igp_cost; /* of the next hop */
	uint8_t machine;   /* of the next hop, on a link of ours; 0: unknown */
	bool held;	   /* the next hop */
	uint32_t link_speed; /* to the next hop; 0: unknown */
	uint64_t aigp;
	double bandwidth;
	bool no_bandwidth_left; /* a bandwidth of 0 */
	uint32_t community;
	uint32_t weight; /* by policy */
	uint32_t path_id;
	bool backend;
	bool multipath_off;
	enum path_reason reason; /* expected */
};

/* Memory behind the attributes of one row. */
struct row_bytes {
	uint8_t as_path[4 + 8 * ROW_AS];
	uint8_t clusters[4 * ROW_AS];
	uint8_t community[4];
	uint8_t bandwidth[8];
};

static inline void write_segment(struct writer *w, uint8_t type,
				 const uint32_t *as)
{
	uint8_t count = 0;

	while (count < ROW_AS && as[count])
		count++;
	if (!count)
		return;
	writer_u8(w, type);
	writer_u8(w, count);
	for (uint8_t i = 0; i < count; i++)
		writer_u32(w, as[i]);
}

static inline struct reader row_as_path(const struct row *row,
					struct row_bytes *bytes)
{
	struct writer w = writer_of(bytes->as_path, sizeof(bytes->as_path));

	write_segment(&w, BGP_SEGMENT_CONFED_SEQUENCE, row->member);
	write_segment(&w, BGP_SEGMENT_SEQUENCE, row->as);
	return reader_of(bytes->as_path, w.used);
}

static inline struct bgp_attributes row_attributes(const struct row *row,
						   struct row_bytes *bytes)
{
	struct writer community = writer_of(bytes->community, 4);
	struct writer bandwidth = writer_of(bytes->bandwidth, 8);
	struct bgp_attributes a = {
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		.origin = row->origin,
		.as_path = row_as_path(row, bytes),
		.nexthop = address_from_ipv4(htonl(0x0a000000 + row->hop)),
		.local_pref = row->local_pref,
		.med = row->med,
		.aigp = row->aigp,
		.originator_id = row->originator,
	};

	a.present |= (row->local_pref ? BGP_HAS_LOCAL_PREF : 0u) |
		     (row->med ? BGP_HAS_MED : 0u) |
		     (row->aigp ? BGP_HAS_AIGP : 0u) |
		     (row->originator ? BGP_HAS_ORIGINATOR_ID : 0u);
	if (row->clusters) {
		memset(bytes->clusters, 1, sizeof(bytes->clusters));
		a.present |= BGP_HAS_CLUSTER_LIST;
		a.cluster_list = reader_of(bytes->clusters, 4 * row->clusters);
	}
	if (row->community) {
		writer_u32(&community, row->community);
		a.present |= BGP_HAS_COMMUNITIES;
		a.communities = reader_of(bytes->community, community.used);
	}
	if (row->bandwidth > 0 || row->no_bandwidth_left) {
		extended_community_write_bandwidth(&bandwidth, 1,
						   row->bandwidth, false);
		a.present |= BGP_HAS_EXTENDED_COMMUNITIES;
		a.extended_communities =
			reader_of(bytes->bandwidth, bandwidth.used);
	}
	return a;
}

/* A route made of rows, sorted as a route is. */
struct path_table {
	struct attribute_table attributes;
	struct path_source sources[MAX_ROWS];
	struct path paths[MAX_ROWS]; /* row by row */
	size_t count;
	struct path *list;
	struct decision decision;
};

static inline void path_table_add(struct path_table *table,
				  const struct row *row)
{
	struct path_source *source = &table->sources[table->count];
	struct path *path = &table->paths[table->count++];
	struct row_bytes bytes;
	struct bgp_attributes attributes = row_attributes(row, &bytes);

	table->attributes.signals = &row_signals;
	*source = (struct path_source){
		.address = address_from_ipv4(
			htonl(0x0a010000 + (uint32_t)table->count)),
		.identifier = row->identifier ? row->identifier :
						(uint32_t)table->count,
		.as = row->as[0],
		.type = row->type,
		.backend = row->backend,
		.multipath_off = row->multipath_off,
	};
	*path = (struct path){
		.source = source,
		.path_id = row->path_id,
		.next = table->list,
		.attributes = attribute_set_intern(&table->attributes,
						   &attributes, row->weight),
	};
	assert_non_null(path->attributes);
	path->attributes->nexthop->igp_cost = row->igp_cost;
	if (row->machine)
		path->attributes->nexthop->place = (struct rib_nexthop_place){
			.ifindex = 1,
			.mac = { [MAC_SIZE - 1] = row->machine },
			.on_link = true,
		};
	path->attributes->nexthop->place.held = row->held;
	path->attributes->nexthop->place.link_speed = row->link_speed;
	table->list = path;
}

/* Decide among up to `count` rows; the first row without a hop ends them. */
static inline void path_table_decide(struct path_table *table,
				     const struct decision_options *options,
				     const struct row *rows, size_t count)
{
	*table = (struct path_table){ 0 };
	for (size_t i = 0; i < count && rows[i].hop; i++)
		path_table_add(table, &rows[i]);
	path_list_sort(&table->list, path_order);
	table->decision = decision_make(options, &table->list);
}

static inline void path_table_free(struct path_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		attribute_set_release(&table->attributes,
				      table->paths[i].attributes);
	attribute_table_free(&table->attributes);
}

#endif
