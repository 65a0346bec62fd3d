// SPDX-License-Identifier: BSD-2-Clause
/*
 * Other options for a rib that runs. Paths were kept as they were received, so
 * all of them are judged again, in turns (sweep.c), and no neighbor is asked. A
 * path that is judged the same stays where it is, and so does a set that is
 * decided the same. See rib.h.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rib/adj_rib_in.h"
#include "rib/aggregate.h"
#include "rib/export.h"
#include "rib/rib_internal.h"

/* The memory that other options need, taken before anything is changed. */
struct replacement {
	struct aggregate *aggregates;
	struct decision_options *vip_decisions; /* NULL: none needed */
	bool same_aggregates;
	bool same_statics;
};

static int prepare_replacement(struct replacement *now,
			       const struct rib_options *before,
			       const struct rib_options *options)
{
	*now = (struct replacement){
		.same_aggregates =
			rib_aggregates_equal(&before->import, &options->import),
		.same_statics = rib_static_paths_equal(before, options),
	};
	if (rib_make_vip_decisions(options, &now->vip_decisions))
		return -ENOMEM;
	now->aggregates = rib_make_aggregates(options);
	if (now->aggregates)
		return 0;
	free(now->vip_decisions);
	return -ENOMEM;
}

static struct rib_peer *static_source(struct rib *rib)
{
	struct rib_peer *peer;

	TAILQ_FOREACH(peer, &rib->peers, link)
		if (peer->source.statics)
			return peer;
	return NULL;
}

/* The new paths come before the others go: next hops stay wanted. */
static int replace_statics(struct rib *rib, const struct rib_options *options,
			   const struct replacement *now)
{
	struct rib_peer *before = static_source(rib);
	int error;

	if (before && now->same_statics) {
		before->source.statics = options->static_paths;
		return 0;
	}
	error = adj_rib_in_add_static_paths(rib, options->static_paths,
					    options->static_path_count);
	if (error || !before)
		return error;
	TAILQ_REMOVE(&rib->peers, before, link);
	sweep_now(rib, before);
	return 0;
}

static void replace_aggregates(struct rib *rib, size_t count_before,
			       struct replacement *now)
{
	const struct import_options *import = &rib->options.import;

	if (!now->same_aggregates) {
		aggregate_replace_all(rib, now->aggregates, count_before);
		return;
	}
	for (size_t i = 0; i < import->aggregate_count; i++)
		rib->aggregates[i].config = &import->aggregates[i];
	free(now->aggregates);
}

/* True if both have the same rules about announcements, in the same order. */
static bool same_export_rules(const struct rib_options *a,
			      const struct rib_options *b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a->rule_count && a->rules[i].direction != RULE_TO)
			i++;
		while (j < b->rule_count && b->rules[j].direction != RULE_TO)
			j++;
		if (i == a->rule_count || j == b->rule_count)
			return i == a->rule_count && j == b->rule_count;
		if (!policy_rule_equal(&a->rules[i++], &b->rules[j++]))
			return false;
	}
}

int rib_reconfigure(struct rib *rib, const struct rib_options *options)
{
	const struct rib_options before = rib->options;
	bool same = rib_options_equal(&before, options);
	struct replacement now;
	int error = prepare_replacement(&now, &before, options);

	if (error)
		return error;
	error = replace_statics(rib, options, &now);
	if (error) {
		free(now.aggregates);
		free(now.vip_decisions);
		return error;
	}
	free(rib->vip_decisions);
	rib->vip_decisions = now.vip_decisions;
	rib->options = *options;
	rib->policy = policy_of(options->rules, options->rule_count);
	rib->announce_again |= !same_export_rules(&before, options);
	replace_aggregates(rib, before.import.aggregate_count, &now);
	if (!same)
		rib_judge(rib);
	return 0;
}

/* ------------------------------------------------------------- peers */

/* Give a peer the group of its new profile. Returns 0 or -ENOMEM. */
static int regroup(struct rib *rib, struct rib_peer *peer,
		   const struct rib_peer_options *options)
{
	struct update_group *before = peer->group;
	struct update_profile profile;
	int error;

	update_profile_init(&profile, rib, options);
	if (!rib->announce_again &&
	    !memcmp(&before->profile, &profile, sizeof(profile)))
		return 0;
	error = update_group_join(rib, peer, options);
	if (error) {
		peer->group = before;
		return error;
	}
	if (peer->group != before)
		update_group_remove(rib, before, peer->bit);
	export_refresh(rib, peer);
	rib->hooks.export_waiting(rib->hooks.context);
	return 0;
}

int rib_peer_reconfigure(struct rib *rib, struct rib_peer *peer,
			 const struct rib_peer_options *options)
{
	struct path_source *source = &peer->source;

	if (source->multipath_off != options->source.multipath_off ||
	    source->max_bandwidth != options->source.max_bandwidth ||
	    source->pass_attributes != options->source.pass_attributes ||
	    !service_options_equal(&source->service,
				   &options->source.service)) {
		source->multipath_off = options->source.multipath_off;
		source->max_bandwidth = options->source.max_bandwidth;
		source->pass_attributes = options->source.pass_attributes;
		source->service = options->source.service;
		sweep_reconsider(rib, peer);
	}
	if (peer->bit)
		return regroup(rib, peer, options);
	return rib_is_announced_to(rib, peer) ?
		       export_add_peer(rib, peer, options) :
		       0;
}

void rib_peers_reconfigured(struct rib *rib)
{
	rib->announce_again = false;
}

void rib_peer_judge(struct rib *rib, struct rib_peer *peer)
{
	sweep_judge(rib, peer);
}

void rib_judge(struct rib *rib)
{
	struct rib_peer *peer;

	TAILQ_FOREACH(peer, &rib->peers, link)
		sweep_judge(rib, peer);
}
