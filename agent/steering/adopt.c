// SPDX-License-Identifier: BSD-2-Clause
/* The tables of a previous run, adopted in place. See adopt.h. */

#include "steering/adopt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "steering/adopted_table.h"
#include "steering/parking.h"
#include "steering/steering_internal.h"
#include "steering/window.h"

struct adoption {
	struct steering *steering;
	const struct steering_source *source;
	struct hg_nexthop *nexthops; /* by slot */
	struct adopted_table *table; /* scratch, for one group */
	struct member *members;
	uint16_t *owners;
	uint16_t *backups;
	/* VIPs that cannot be adopted, to be removed afterwards. */
	struct prefix *refused;
	size_t refused_count;
	size_t count;
	uint32_t rehashed; /* VIPs with other --hash-fields than before */
};

/* ------------------------------------------------------------- groups */

static bool read_table(struct adoption *adoption, uint32_t index)
{
	const struct steering_source *source = adoption->source;
	struct adopted_table *table = adoption->table;

	for (uint32_t b = 0; b < table->size; b++)
		if (source->get_bucket(source->datapath, index, b,
				       &table->buckets[b].word,
				       &table->buckets[b].previous))
			return false;
	return true;
}

static void adopt_windows(struct adoption *adoption,
			  struct steering_group *group)
{
	struct group_table *groups = &adoption->steering->groups;
	uint32_t window_s = group->set->window_s;
	struct affinity *affinity = NULL;

	if (window_s)
		affinity = adopted_windows(adoption->table, groups->now_s,
					   window_s,
					   groups->options->drain_max_s);
	if (affinity)
		window_adopt(groups, group, affinity);
}

/* Adopt the group that a VIP uses. NULL: it leads nowhere, or no memory. */
static struct steering_group *adopt_group(struct adoption *adoption,
					  uint32_t index, uint32_t window_s)
{
	struct steering *steering = adoption->steering;
	struct steering_group *group;
	struct steering_set *set;
	size_t count;

	if (!read_table(adoption, index))
		return NULL;
	count = adopted_members(adoption->table, adoption->members);
	if (!count)
		return NULL;
	set = set_adopt(&steering->sets, adoption->members, count, window_s);
	if (!set)
		return NULL;
	adopted_owners(adoption->table, set->members, count, adoption->owners,
		       adoption->backups);
	group = group_adopt(&steering->groups, set, index, adoption->owners,
			    adoption->backups);
	if (group)
		adopt_windows(adoption, group);
	set_release(set);
	return group;
}

static struct steering_group *group_for(struct adoption *adoption,
					uint32_t index, uint32_t window_s)
{
	struct steering *steering = adoption->steering;
	struct steering_group *group;

	if (index >= steering->options.group_count)
		return NULL;
	group = steering->groups.groups[index];
	return group ? group : adopt_group(adoption, index, window_s);
}

/* ------------------------------------------------------------- VIPs */

/* The fields that are hashed are the VIP's own, and changed at once. */
static void correct_fields(struct adoption *adoption,
			   const struct prefix *prefix, struct hg_vip value)
{
	const struct steering_sink *sink = &adoption->steering->sink;
	uint32_t fields =
		steering_hash_fields_of(&adoption->steering->options, prefix);

	if (value.hash_fields == fields)
		return;
	value.hash_fields = fields;
	if (!sink->set_vip(sink->datapath, prefix, &value))
		adoption->rehashed++;
}

static bool adopt_vip(struct adoption *adoption, const struct prefix *prefix,
		      const struct hg_vip *value)
{
	struct steering *steering = adoption->steering;
	struct steering_group *group =
		group_for(adoption, value->group,
			  steering_window_of(&steering->options, prefix));
	struct steering_vip *vip;

	if (!group ||
	    !slot_adopt(&steering->vip_counters, prefix, value->counter))
		return false;
	vip = steering_add_vip(steering, prefix);
	if (!vip)
		return false;
	vip->adopted = true;
	vip->group = group;
	group->references++;
	TAILQ_INSERT_TAIL(&group->vips, vip, group_link);
	group->set->references++;
	vip_want(steering, vip, group->set);
	vip_set_waiting(steering, vip, false);
	correct_fields(adoption, prefix, *value);
	return true;
}

static void visit_vip(const struct prefix *prefix, const struct hg_vip *value,
		      void *context)
{
	struct adoption *adoption = context;

	if (adopt_vip(adoption, prefix, value))
		adoption->count++;
	else if (adoption->refused_count < HG_MAX_VIPS)
		adoption->refused[adoption->refused_count++] = *prefix;
}

/* Groups whose first VIP was refused, and VIPs that lead nowhere. */
static void remove_refused(struct adoption *adoption)
{
	struct steering *steering = adoption->steering;
	const struct steering_sink *sink = &steering->sink;

	for (size_t i = 0; i < adoption->refused_count; i++) {
		const struct prefix *prefix = &adoption->refused[i];

		log_event(EVENT_TABLES_NOT_ADOPTED,
			  &(struct event_objects){ .vip = prefix },
			  "its table is not adopted; it gets one when "
			  "its routes come in");
		sink->delete_vip(sink->datapath, prefix);
	}
	for (uint32_t i = 0; i < steering->options.group_count; i++)
		vip_release_group(steering, steering->groups.groups[i]);
}

/* ------------------------------------------------------------- all */

static int prepare_adoption(struct adoption *adoption)
{
	uint32_t size = adoption->steering->options.table_size;

	adoption->nexthops =
		calloc(HG_MAX_NEXTHOPS, sizeof(*adoption->nexthops));
	adoption->table =
		calloc(1, sizeof(*adoption->table) +
				  size * sizeof(struct adopted_bucket));
	adoption->members = calloc(HG_MAX_NEXTHOPS, sizeof(struct member));
	adoption->owners = calloc(size, sizeof(*adoption->owners));
	adoption->backups = calloc(size, sizeof(*adoption->backups));
	adoption->refused = calloc(HG_MAX_VIPS, sizeof(*adoption->refused));
	if (!adoption->nexthops || !adoption->table || !adoption->members ||
	    !adoption->owners || !adoption->backups || !adoption->refused)
		return -ENOMEM;
	adoption->table->size = size;
	adoption->table->nexthops = adoption->nexthops;
	return 0;
}

static void release_adoption(struct adoption *adoption)
{
	free(adoption->nexthops);
	free(adoption->table);
	free(adoption->members);
	free(adoption->owners);
	free(adoption->backups);
	free(adoption->refused);
}

static void adopt_all(struct adoption *adoption)
{
	const struct steering_source *source = adoption->source;
	struct steering *steering = adoption->steering;

	for (uint32_t slot = 0; slot < HG_MAX_NEXTHOPS; slot++)
		source->get_nexthop(source->datapath, slot,
				    &adoption->nexthops[slot]);
	nexthop_slots_adopt(&steering->nexthops, adoption->nexthops);
	source->each_vip(source->datapath, visit_vip, adoption);
	remove_refused(adoption);
	log_event(EVENT_TABLES_ADOPTED, NULL,
		  "tables of the previous run adopted: %zu VIPs in %u groups",
		  adoption->count,
		  steering->options.group_count - steering->groups.free_count);
	if (adoption->rehashed)
		log_event(EVENT_TABLES_NOT_ADOPTED, NULL,
			  "--hash-fields: %u VIPs hash other fields than "
			  "before; most of their flows move and break",
			  adoption->rehashed);
}

int steering_adopt(struct steering *steering,
		   const struct steering_source *source, uint64_t now_ms)
{
	struct adoption adoption = { .steering = steering, .source = source };
	int error = prepare_adoption(&adoption);

	steering->groups.now_s = (uint32_t)(now_ms / CLOCK_MS_PER_S);
	/* Packets are steered since long ago, so any flow may be old. */
	steering_begin_windows(steering);
	steering->groups.published_s = 1;
	steering->nexthops.track = steering->hooks.nexthop_track;
	steering->nexthops.encapsulate = steering->hooks.nexthop_encapsulate;
	if (!error)
		adopt_all(&adoption);
	release_adoption(&adoption);
	return error;
}

/* ------------------------------------------------------------- release_adoption */

static int grant_wish(struct steering *steering, struct steering_vip *vip)
{
	struct steering_set *wish = vip->wish;

	vip->adopted = false;
	vip->wish = NULL;
	if (wish)
		return steering_change_set(steering, vip, wish);
	return parking_begin(steering, vip) ?
		       0 :
		       steering_remove_vip(steering, vip);
}

void steering_release_vip(struct steering *steering,
			  const struct prefix *prefix)
{
	struct steering_vip *vip =
		(struct steering_vip *)prefix_map_find(&steering->vips, prefix);
	const struct steering_hooks *hooks = &steering->hooks;
	int error = 0;

	if (vip && vip->adopted)
		error = grant_wish(steering, vip);
	if (error)
		log_event(EVENT_TABLE_NOT_WRITTEN,
			  &(struct event_objects){ .vip = prefix },
			  "keeps its previous table: %s", strerror(-error));
	hooks->work_waiting(hooks->context);
}

void steering_session_absent(struct steering *steering,
			     const struct address *address, bool sole)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, address);

	if (slot)
		nexthop_slots_set_lost(&steering->nexthops, slot, true,
				       sole && steering_loss_kills(steering));
}

void steering_end_adoption(struct steering *steering)
{
	const struct steering_hooks *hooks = &steering->hooks;

	nexthop_slots_end_adoption(&steering->nexthops);
	hooks->work_waiting(hooks->context);
}

const struct steering_set *steering_wanted_set(const struct steering *steering,
					       const struct prefix *prefix)
{
	const struct steering_vip *vip = steering_find_vip(steering, prefix);

	if (!vip || vip->parked)
		return NULL;
	return vip->adopted ? vip->wish : vip->set;
}
