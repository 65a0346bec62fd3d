// SPDX-License-Identifier: BSD-2-Clause
/* Metrics of VIPs. See metric.h. */

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>

#include "bgp/session/neighbor.h"
#include "control/metrics/metric_tables.h"
#include "control/metrics/vip_memory.h"
#include "control/view.h"
#include "core/array.h"
#include "core/clock.h"
#include "rib/export.h"
#include "rib/rib.h"

_Static_assert((int)VIP_MEMORY_NAME_SIZE >= (int)BGP_NEIGHBOR_NAME_SIZE,
	       "the name of a neighbor fits");

enum {
	CHAINS_IN_PART = 256,
	PATHS_IN_PART = 2048,
};

/* Why a path is in its set, or is not, in few words. */
enum path_state {
	PATH_USED,
	PATH_DEAD,     /* its next hop does not answer, or is none of its */
	PATH_FAILING,  /* its service has not passed its check */
	PATH_DRAINING, /* not used while there are others */
	PATH_OTHER,    /* refused, or others are preferred */
	PATH_STATE_COUNT,
};

static const char *const path_state_names[PATH_STATE_COUNT] = {
	[PATH_USED] = "used",	    [PATH_DEAD] = "dead",
	[PATH_FAILING] = "failing", [PATH_DRAINING] = "draining",
	[PATH_OTHER] = "other",
};

struct vip_row {
	struct prefix prefix;
	const struct vip_memory *memory;
	uint64_t nexthops, minimum, forwarding;
	uint64_t paths[PATH_STATE_COUNT];
	uint64_t announced; /* bits of vip_memory.h: now, and ever */
	uint64_t known;
};

static enum path_state path_state(const struct path *path)
{
	switch (path->reason) {
	case REASON_NONE:
		return PATH_USED;
	case REASON_NEXTHOP_UNRESOLVED:
	case REASON_NEXTHOP_NOT_PEER:
	case REASON_NEXTHOP_NOT_ON_LINK:
	case REASON_NEXTHOP_LOOP:
	case REASON_NEXTHOP_DEAD:
		return PATH_DEAD;
	case REASON_CHECK_PENDING:
	case REASON_CHECK_FAILED:
		return PATH_FAILING;
	case REASON_STALE:
	case REASON_DRAINING:
	case REASON_HELD:
	case REASON_JOINING:
		return PATH_DRAINING;
	default:
		return PATH_OTHER;
	}
}

/* The bits of one word in those of another: of the rib's peers in the memory's. */
struct bit_map {
	uint64_t from[RIB_MAX_UPSTREAMS], to[RIB_MAX_UPSTREAMS];
	size_t count;
};

static struct bit_map map_peers(const struct metric_source *source)
{
	const struct rib_peer *peer = NULL;
	struct bit_map map = { .count = 0 };
	char name[BGP_NEIGHBOR_NAME_SIZE];

	while ((peer = rib_peer_next(source->view->rib, peer))) {
		if (!peer->bit || !peer->owner ||
		    map.count == RIB_MAX_UPSTREAMS)
			continue;
		map.from[map.count] = peer->bit;
		map.to[map.count++] = vip_memory_bit(
			source->vips, bgp_neighbor_name(peer->owner, name));
	}
	return map;
}

static uint64_t map_bits(const struct bit_map *map, uint64_t bits)
{
	uint64_t mapped = 0;

	for (size_t i = 0; i < map->count; i++)
		if (bits & map->from[i])
			mapped |= map->to[i];
	return mapped;
}

static struct vip_row *add_vip_row(const struct metric_source *source,
				   struct metric_rows *rows,
				   const struct prefix *prefix,
				   uint64_t announced)
{
	struct vip_row *row = metric_rows_add(rows);

	if (!row)
		return NULL;
	row->prefix = *prefix;
	row->memory = source->vips;
	row->announced = announced;
	row->known = vip_memory_note(source->vips, prefix, announced,
				     clock_now_ms());
	row->minimum = export_min_nexthops(source->view->rib, prefix);
	return row;
}

/* Add the route if it is a VIP. Returns how many paths it has, or -ENOMEM. */
static int add_route(const struct metric_source *source,
		     struct metric_rows *rows, const struct route *route,
		     const struct bit_map *peers)
{
	struct vip_row *row;
	int count = 0;

	if (!route_is_served(route))
		return 0;
	row = add_vip_row(source, rows, &route->node.prefix,
			  map_bits(peers, route_announced(route)));
	if (!row)
		return -ENOMEM;
	row->nexthops = route->selected;
	row->forwarding = route->forwarding;
	for (const struct path *path = route->paths; path; path = path->next) {
		row->paths[path_state(path)]++;
		count++;
	}
	return count;
}

/* Copy some of the routes. Returns 1 if more are left, 0, or -ENOMEM. */
static int collect_routes(const struct metric_source *source,
			  struct metric_rows *rows)
{
	const struct prefix_map *routes = rib_routes(source->view->rib);
	const struct bit_map peers = map_peers(source);
	int paths = 0;

	for (int i = 0; i < CHAINS_IN_PART && paths < PATHS_IN_PART &&
			rows->place < routes->size;
	     i++) {
		const struct prefix_node *node =
			prefix_map_chain(routes, rows->place++);

		for (; node; node = node->next) {
			int count = add_route(source, rows,
					      (const struct route *)node,
					      &peers);

			if (count < 0)
				return count;
			paths += count;
		}
	}
	return rows->place < routes->size;
}

/* Add some of the VIPs that have gone. Returns as collect_routes(). */
static int collect_gone(const struct metric_source *source,
			struct metric_rows *rows)
{
	const struct prefix_map *vips = &source->vips->vips;
	const struct prefix_node *node, *next;

	for (int i = 0; i < CHAINS_IN_PART && rows->place < vips->size; i++) {
		for (node = prefix_map_chain(vips, rows->place++); node;
		     node = next) {
			const struct prefix prefix = node->prefix;
			const struct route *route =
				rib_find(source->view->rib, &prefix);

			next = node->next; /* the node may be forgotten now */
			if (!(route && route_is_served(route)) &&
			    !add_vip_row(source, rows, &prefix, 0))
				return -ENOMEM;
		}
	}
	return rows->place < vips->size;
}

static int compare_rows(const void *a, const void *b)
{
	const struct vip_row *left = a, *right = b;

	return prefix_compare(&left->prefix, &right->prefix);
}

/* Sort the rows. A map that grew meanwhile may have shown one twice. */
static void sort_rows(struct metric_rows *rows)
{
	struct vip_row *list = (void *)rows->rows;
	size_t kept = 0;

	if (!rows->count)
		return;
	qsort(list, rows->count, sizeof(*list), compare_rows);
	for (size_t i = 1; i < rows->count; i++)
		if (compare_rows(&list[kept], &list[i]))
			list[++kept] = list[i];
	rows->count = kept + 1;
}

static int collect_vips(const struct metric_source *source,
			struct metric_rows *rows)
{
	int left = rows->phase ? collect_gone(source, rows) :
				 collect_routes(source, rows);

	if (left)
		return left;
	if (!rows->phase++) {
		rows->place = 0;
		return 1;
	}
	sort_rows(rows);
	return 0;
}

static const char *vip_label(const void *row, char text[METRIC_LABEL_SIZE])
{
	const struct vip_row *vip = row;

	return prefix_format(&vip->prefix, text);
}

static void write_announced(const struct metric_out *out,
			    const struct metric *metric, const void *row)
{
	const struct vip_row *vip = row;
	char text[PREFIX_TEXT_SIZE];

	prefix_format(&vip->prefix, text);
	for (unsigned int i = 0; i < vip->memory->name_count; i++) {
		if (!(vip->known & UINT64_C(1) << i))
			continue;
		evbuffer_add_printf(out->buffer, "%s{prefix=\"%s\",neighbor=\"",
				    metric->name, text);
		metric_write_label(out->buffer, vip->memory->names[i]);
		evbuffer_add_printf(out->buffer, "\"} %u\n",
				    (unsigned int)(vip->announced >> i & 1));
	}
}

static const char *path_state_word(unsigned int state)
{
	return path_state_names[state];
}

#define NUMBER(member) METRIC_GAUGE, .offset = offsetof(struct vip_row, member)

static const struct metric metrics[] = {
	{ "headgate_vip_nexthops", NUMBER(nexthops),
	  .help = "Living next hops that the VIP is shared by" },
	{ "headgate_vip_nexthops_minimum", NUMBER(minimum),
	  .help = "Of them, as many as it needs to stay announced" },
	{ "headgate_vip_paths", NUMBER(paths), .count = PATH_STATE_COUNT,
	  .key = "state", .word = path_state_word,
	  .help = "Paths of the VIP: used, with a dead next hop, with a "
		  "failing check, draining (or held, joining, stale), other" },
	{ "headgate_vip_forwarding", NUMBER(forwarding),
	  .help = "Packets for the VIP are forwarded" },
	{ "headgate_vip_announced", METRIC_GAUGE, .write = write_announced,
	  .help = "The VIP is announced to the neighbor; 0 when it is not any "
		  "more" },
};

const struct metric_table metric_vips = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct vip_row),
	.key = "prefix",
	.label = vip_label,
	.collect = collect_vips,
};
