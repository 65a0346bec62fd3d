// SPDX-License-Identifier: BSD-2-Clause
/* The life of the XDP program: load, pin, close. See datapath.h. */

#include "datapath/datapath.h"

#include "bpf/headgate.skel.h"
#include "core/array.h"
#include "core/log.h"
#include "datapath/datapath_internal.h"
#include "datapath/failure.h"
#include "datapath/grow.h"
#include "datapath/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

enum {
	MIB = 1 << 20,
	WHY_SIZE = 128,
};

static int check_options(const struct datapath_options *options,
			 struct datapath_error *error)
{
	uint32_t size = options->table_size;

	if (size < HG_MIN_TABLE_SIZE || size > HG_MAX_TABLE_SIZE ||
	    size & (size - 1))
		return failure(
			error, -EINVAL,
			"table size %u: must be a power of two from %d to %d",
			size, HG_MIN_TABLE_SIZE, HG_MAX_TABLE_SIZE);
	if (!options->group_count || options->group_count > HG_MAX_GROUPS)
		return failure(error, -EINVAL,
			       "group count %u: must be from 1 to %d",
			       options->group_count, HG_MAX_GROUPS);
	if (options->flow_records > HG_MAX_FLOW_RECORDS)
		return failure(error, -EINVAL,
			       "flow records %u: must be at most %d",
			       options->flow_records, HG_MAX_FLOW_RECORDS);
	return 0;
}

static uint32_t at_least_one(uint32_t number)
{
	return number ? number : 1;
}

/*
 * The rate leaves a record in `flows_new` for half a second at least, until the
 * second packet of the flow has come. CPUs that are online share it: a virtual
 * machine can have many more possible ones.
 */
static void configure_flows(struct headgate *skeleton,
			    const struct datapath_options *options)
{
	uint32_t rooms[HG_FLOW_MAP_COUNT];
	uint32_t quads = options->group_count * options->table_size /
			 HG_PREVIOUS_PER_QUAD;

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		rooms[map] = datapath_options_flow_room(options, map);
	skeleton->rodata_config->config.flows_new_rate =
		at_least_one(rooms[HG_FLOWS_NEW] * 2 / get_nprocs());
	skeleton->rodata_config->config.virtual_clock = options->virtual_clock;
	bpf_map__set_max_entries(skeleton->maps.previous,
				 options->flow_records ? quads : 1);
	bpf_map__set_max_entries(skeleton->maps.flows_new, rooms[HG_FLOWS_NEW]);
	bpf_map__set_max_entries(skeleton->maps.flows_probation,
				 rooms[HG_FLOWS_PROBATION]);
	bpf_map__set_max_entries(skeleton->maps.flows_pinned,
				 rooms[HG_FLOWS_PINNED]);
}

static void configure_program(struct headgate *skeleton,
			      const struct datapath_options *options,
			      const struct hg_vip_secret *secret, uint32_t cpus)
{
	skeleton->rodata_config->config.hash_key = options->hash_key;
	skeleton->rodata_config->config.vip_secret = *secret;
	skeleton->rodata_config->config.icmp_rate = options->icmp_rate;
	skeleton->rodata_config->config.table_size = options->table_size;
	skeleton->rodata_config->config.layout = HG_LAYOUT;
	skeleton->rodata_config->config.handed_up_mark =
		options->handed_up_mark;
	bpf_program__set_autoload(skeleton->progs.mark,
				  options->handed_up_mark != 0);
	bpf_map__set_max_entries(skeleton->maps.buckets,
				 options->group_count * options->table_size /
					 HG_BUCKETS_PER_PAIR);
	bpf_map__set_max_entries(skeleton->maps.counters, cpus);
	bpf_map__set_max_entries(skeleton->maps.filter_use,
				 cpus * HG_FILTER_SLOTS);
	configure_flows(skeleton, options);
}

static int refuse_load(int code, const struct datapath_options *options,
		       struct datapath_error *error)
{
	if (code == -ENOMEM)
		return failure(
			error, code,
			"XDP program: no memory for it and its tables (buckets: %.4g MiB, flows: %.4g MiB); lower --groups or --table-size",
			(double)datapath_options_memory(options) / MIB,
			(double)datapath_options_flow_memory(options) / MIB);
	if (code == -EPERM)
		return failure(
			error, code,
			"XDP program: refused by the kernel: needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON (%s)",
			failure_reason());
	return failure(error, code,
		       "XDP program: refused by the kernel: %s (%s)",
		       strerror(-code), failure_reason());
}

/* Return the layout of the tables that the options ask for. */
static struct layout layout_of(const struct datapath_options *options,
			       uint32_t cpus)
{
	return (struct layout){
		.number = HG_LAYOUT,
		.table_size = options->table_size,
		.group_count = options->group_count,
		.flow_room =
			datapath_options_flow_room(options, HG_FLOWS_PINNED),
		.cpus = cpus,
		.hash_key = options->hash_key,
	};
}

/*
 * Let the maps of a previous run whose program forwards be ours, if they fit.
 * Else the log says why not. Returns 0 or -errno.
 */
static int adopt_tables(struct datapath *dp,
			const struct datapath_options *options, uint32_t cpus)
{
	struct inherited *inherited = &dp->inherited;
	const struct layout layout = layout_of(options, cpus);
	char why[WHY_SIZE];
	int err;

	if (!datapath_has_previous(dp))
		return 0;
	if (inherited_open(inherited, &dp->pins, dp->skeleton->obj, why,
			   sizeof(why))) {
		enum layout_misfit misfit =
			layout_compare(&inherited->layout, &layout);

		dp->grown = misfit == LAYOUT_GROWS;
		dp->adopted = misfit == LAYOUT_FITS || dp->grown;
		layout_explain(misfit, &inherited->layout, &layout, why,
			       sizeof(why));
	}
	if (!dp->adopted) {
		log_event(EVENT_TABLES_NOT_ADOPTED, NULL,
			  "tables of the previous run are not adopted: %s; "
			  "new ones are filled while its program forwards, "
			  "and then flows move",
			  why);
		return 0;
	}
	if (dp->grown)
		log_event(EVENT_TABLES_GROW, NULL,
			  "tables of the previous run grow: %s; flows of "
			  "buckets that move go through an affinity window",
			  why);
	err = inherited_use(inherited, !dp->grown, dp->skeleton->obj);
	dp->vips.secret = inherited->vip_secret;
	dp->skeleton->rodata_config->config.vip_secret = dp->vips.secret;
	return err;
}

static int load_program(struct datapath *dp,
			const struct datapath_options *options,
			struct datapath_error *error)
{
	int cpus, err;

	failure_collect();
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		return failure(error, cpus, "CPUs: cannot be counted: %s",
			       strerror(-cpus));
	dp->skeleton = headgate__open();
	if (!dp->skeleton)
		return refuse_load(-errno, options, error);
	configure_program(dp->skeleton, options, &dp->vips.secret, cpus);
	err = adopt_tables(dp, options, cpus);
	if (err)
		return failure(error, err,
			       "tables of the previous run: not usable: %s",
			       strerror(-err));
	err = headgate__load(dp->skeleton);
	return err ? refuse_load(err, options, error) : 0;
}

static void take_descriptors(struct datapath *dp)
{
	const struct headgate *skeleton = dp->skeleton;

	dp->object = skeleton->obj;
	dp->program = bpf_program__fd(skeleton->progs.headgate);
	dp->explain = bpf_program__fd(skeleton->progs.explain);
	dp->marker = skeleton->rodata_config->config.handed_up_mark ?
			     bpf_program__fd(skeleton->progs.mark) :
			     -1;
	dp->tunnel = dp->marker >= 0 ? bpf_program__fd(skeleton->progs.tunnel) :
				       -1;
	dp->vips.vip4_lpm = bpf_map__fd(skeleton->maps.vip4_lpm);
	dp->vips.vip6_lpm = bpf_map__fd(skeleton->maps.vip6_lpm);
	dp->filters.lists = bpf_map__fd(skeleton->maps.filter_lists);
	dp->filters.sources = bpf_map__fd(skeleton->maps.filter_sources);
	dp->filters.rates = bpf_map__fd(skeleton->maps.filter_rates);
	dp->tx_ports = bpf_map__fd(skeleton->maps.tx_ports);
	dp->captures = bpf_map__fd(skeleton->maps.captures);
	dp->flows[HG_FLOWS_NEW] = bpf_map__fd(skeleton->maps.flows_new);
	dp->flows[HG_FLOWS_PROBATION] =
		bpf_map__fd(skeleton->maps.flows_probation);
	dp->flows[HG_FLOWS_PINNED] = bpf_map__fd(skeleton->maps.flows_pinned);
	dp->program_ports = skeleton->bss->ports;
	dp->program_vlans = skeleton->bss->port_vlans;
	dp->control = &skeleton->bss->control;
	dp->explanation = &skeleton->bss->explanation;
}

static int map_memory(struct datapath *dp, struct datapath_error *error)
{
	const struct headgate *skeleton = dp->skeleton;
	int err;

	err = table_open(&dp->buckets, bpf_map__fd(skeleton->maps.buckets));
	if (!err)
		err = table_open(&dp->previous,
				 bpf_map__fd(skeleton->maps.previous));
	if (!err)
		err = table_open(&dp->nexthops,
				 bpf_map__fd(skeleton->maps.nexthops));
	if (!err)
		err = table_open(&dp->tunnels,
				 bpf_map__fd(skeleton->maps.tunnels));
	if (!err)
		err = vips_open(&dp->vips, bpf_map__fd(skeleton->maps.vip4),
				bpf_map__fd(skeleton->maps.vip6));
	if (!err)
		err = table_open(&dp->counters,
				 bpf_map__fd(skeleton->maps.counters));
	if (!err)
		err = filters_open(&dp->filters,
				   bpf_map__fd(skeleton->maps.filter_head),
				   bpf_map__fd(skeleton->maps.filter_order),
				   bpf_map__fd(skeleton->maps.filters),
				   bpf_map__fd(skeleton->maps.filter_use));
	if (!err && dp->adopted)
		err = filters_adopt(&dp->filters);
	if (!err && dp->grown)
		err = grow_tables(dp);
	if (err)
		return failure(error, err, "tables: cannot be mapped: %s",
			       strerror(-err));
	return 0;
}

static int load_and_map(struct datapath *dp,
			const struct datapath_options *options,
			struct datapath_error *error)
{
	int err;

	dp->mode = options->mode;
	dp->group_count = options->group_count;
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		dp->flow_rooms[map] = datapath_options_flow_room(options, map);
	dp->vips.secret = options->vip_secret;
	if (!dp->vips.secret.factor) {
		err = vips_draw_secret(&dp->vips.secret);
		if (err)
			return failure(
				error, err,
				"secret of the VIP tables: cannot be drawn: %s",
				strerror(-err));
	}
	err = load_program(dp, options, error);
	if (err)
		return err;
	take_descriptors(dp);
	err = flows_prepare(dp);
	if (err)
		return failure(error, err,
			       "flow records: cannot be written: %s",
			       strerror(-err));
	datapath_accept_martians(dp, options->accept_martians);
	err = map_memory(dp, error);
	if (!err && dp->adopted)
		vips_adopt(&dp->vips, dp->control);
	return err;
}

void datapath_accept_martians(struct datapath *dp, bool accept)
{
	dp->accept_martians = accept;
	__atomic_store_n(&dp->control->accept_martians, accept,
			 __ATOMIC_RELEASE);
}

/* Refuse foreign pins before the program is attached. */
static int check_pins(const struct datapath *dp, struct datapath_error *error)
{
	struct bpf_map *map;
	int err;

	bpf_object__for_each_map(map, dp->skeleton->obj)
	{
		err = pins_check(&dp->pins, PIN_MAP, bpf_map__name(map),
				 bpf_map__fd(map), error);
		if (err)
			return err;
	}
	return 0;
}

int datapath_open(const struct datapath_options *options, struct datapath **out,
		  struct datapath_error *error)
{
	return datapath_open_with(options, -1, out, error);
}

int datapath_lock(const struct datapath *dp)
{
	return dp->pins.lock;
}

int datapath_open_with(const struct datapath_options *options, int lock,
		       struct datapath **out, struct datapath_error *error)
{
	struct datapath *dp;
	int err;

	err = check_options(options, error);
	if (err)
		return err;
	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return failure(error, -ENOMEM, "out of memory");
	err = pins_open(&dp->pins, options->bpffs, lock, error);
	if (err) {
		free(dp);
		return err;
	}
	err = load_and_map(dp, options, error);
	if (!err)
		err = check_pins(dp, error);
	if (err) {
		datapath_close(dp, false);
		return err;
	}
	*out = dp;
	return 0;
}

static int pin_map(const struct datapath *dp, const struct bpf_map *map,
		   struct datapath_error *error)
{
	return pins_add(&dp->pins, PIN_MAP, bpf_map__name(map),
			bpf_map__fd(map), error);
}

/*
 * The configuration says that the tables are complete: while others are pinned
 * it has no pin, so that the next agent never adopts some of ours and some of a
 * previous run.
 */
int datapath_pin_maps(struct datapath *dp, struct datapath_error *error)
{
	const struct bpf_map *config = dp->skeleton->maps.rodata_config;
	struct bpf_map *map;
	int err;

	dp->maps_pinned = true;
	if (!dp->adopted || dp->grown)
		pins_remove(&dp->pins, PIN_MAP, bpf_map__name(config),
			    bpf_map__fd(config));
	bpf_object__for_each_map(map, dp->skeleton->obj)
	{
		err = map == config ? 0 : pin_map(dp, map, error);
		if (err)
			return err;
	}
	return pin_map(dp, config, error);
}

static void unpin_maps(struct datapath *dp)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, dp->skeleton->obj) pins_remove(
		&dp->pins, PIN_MAP, bpf_map__name(map), bpf_map__fd(map));
}

void datapath_remove_previous(struct datapath *dp)
{
	datapath_detach_stale(dp);
	if (!dp->maps_pinned)
		unpin_maps(dp);
}

void datapath_close(struct datapath *dp, bool keep)
{
	if (!dp)
		return;
	datapath_capture_stop(dp);
	attach_release(dp, keep);
	/*
	 * Only pins of this run: after an early failure those of an earlier run
	 * stay.
	 */
	if (!keep && dp->maps_pinned)
		unpin_maps(dp);
	inherited_close(&dp->inherited);
	filters_close(&dp->filters);
	table_close(&dp->counters);
	vips_close(&dp->vips);
	table_close(&dp->tunnels);
	table_close(&dp->nexthops);
	table_close(&dp->previous);
	table_close(&dp->buckets);
	headgate__destroy(dp->skeleton);
	pins_close(&dp->pins);
	free(dp);
}

uint32_t datapath_program_id(const struct datapath *dp)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(dp->program, &info, &size))
		return 0;
	return info.id;
}

/* ------------------------------------------------------------- inheritance */

int datapath_tunnel_program(const struct datapath *dp)
{
	return dp->tunnel;
}

bool datapath_is_adopted(const struct datapath *dp)
{
	return dp && dp->adopted;
}

bool datapath_inherits(const struct datapath *dp)
{
	return dp->inherited.readable;
}

uint32_t datapath_inherited_table_size(const struct datapath *dp)
{
	return dp->inherited.layout.table_size;
}

bool datapath_inherited_is_rehashed(const struct datapath *dp)
{
	return dp->inherited.layout.hash_key !=
	       dp->skeleton->rodata_config->config.hash_key;
}

void datapath_inherited_vips(const struct datapath *dp,
			     datapath_vip_visit_fn *visit, void *context)
{
	if (dp->inherited.readable)
		inherited_each_vip(&dp->inherited, visit, context);
}

int datapath_inherited_bucket(const struct datapath *dp, uint32_t group,
			      uint32_t bucket, struct hg_bucket *word,
			      uint16_t *previous)
{
	/* Hashes choose by their low bits: so flows of our bucket were in this one. */
	if (dp->grown)
		bucket &= dp->inherited.layout.table_size - 1;
	return inherited_bucket(&dp->inherited, group, bucket, word, previous);
}

int datapath_inherited_nexthop(const struct datapath *dp, uint32_t slot,
			       struct hg_nexthop *nexthop)
{
	return inherited_nexthop(&dp->inherited, slot, nexthop);
}

void datapath_end_inheritance(struct datapath *dp)
{
	inherited_close(&dp->inherited);
}
