// SPDX-License-Identifier: BSD-2-Clause
/* The value of --vip. See vip.h. */

#include "config/vip.h"

#include <string.h>
#include <sys/types.h>

#include "config/filter.h"
#include "config/flag.h"
#include "config/kind.h"
#include "config/parser.h"
#include "core/array.h"

static const struct config_vip without_keys = {
	.rib = { .as_path = MULTIPATH_AS_PATH_COUNT,
		 .bandwidth_use = BANDWIDTH_COUNT,
		 .full_link_speed = VIP_LINK_SPEED_OF_ALL },
	.hash_fields = HG_HASH_FIELDS_COUNT,
	.window_s = STEERING_NO_WINDOW,
};

static const struct option head = {
	.name = "prefix",
	.kind = &kind_prefix,
	OPTION_MEMBER(config_vip, rib.prefix),
};

#define VALUE(changed, member, of_kind)                                \
	.effect = EFFECT_##changed, OPTION_MEMBER(config_vip, member), \
	.kind = &kind_##of_kind
#define NEXTHOPS(changed, member)                         \
	VALUE(changed, rib.member, number), .minimum = 1, \
					    .maximum = VIP_MAX_NEXTHOPS

static const struct option keys[] = {
	{ "min-nexthops", "N",
	  "Instead of --min-nexthops: withdraw the VIP below this number.",
	  NEXTHOPS(DECIDE, min_nexthops) },
	{ "return-nexthops", "N",
	  "Announce it again from this number on. Default: as min-nexthops.",
	  NEXTHOPS(DECIDE, return_nexthops) },
	{ "min-bandwidth", "N",
	  "Withdraw the VIP while the bandwidth of its living next hops is "
	  "below this number of --bandwidth-unit; one without a bandwidth "
	  "counts by its weight.",
	  VALUE(DECIDE, rib.min_bandwidth, count), .minimum = 1,
	  .maximum = UINT32_MAX },
	{ "maximum-paths", "N",
	  "Instead of --maximum-paths and --maximum-paths-ibgp.",
	  NEXTHOPS(DECIDE, maximum_paths) },
	{ "multipath-as-path", NULL, "Instead of --multipath-as-path.",
	  .traits = OPTION_DERIVED, VALUE(DECIDE, rib.as_path, choice),
	  OPTION_NAMES(multipath_as_path_names) },
	{ "link-bandwidth", NULL, "Instead of --link-bandwidth.",
	  .traits = OPTION_DERIVED, VALUE(DECIDE, rib.bandwidth_use, choice),
	  OPTION_NAMES(bandwidth_use_names) },
	{ "link-speed-weight", "MBIT",
	  "Instead of --link-speed-weight. 0: links count alike.",
	  .traits = OPTION_DERIVED,
	  VALUE(DECIDE, rib.full_link_speed, megabits),
	  .maximum = RIB_MAX_LINK_SPEED },
	{ "hash-fields", NULL, "Instead of --hash-fields.",
	  .traits = OPTION_DERIVED, VALUE(LIVE, hash_fields, choice),
	  OPTION_NAMES(steering_hash_fields_names) },
	{ "affinity", "SECONDS",
	  "Instead of --affinity-window. 0: flows move at once, as for DNS.",
	  .traits = OPTION_DERIVED, VALUE(LIVE, window_s, seconds),
	  .maximum = STEERING_MAX_WINDOW_S },
	{ "sources", "PREFIX[+PREFIX...]|FILE",
	  "Take packets from these sources only, of the VIP's family; the "
	  "others are dropped. FILE, an absolute path, has one prefix a line. "
	  "Default: any source.",
	  VALUE(LIVE, sources, sources) },
};

/* A prefix of the other family would be of no use. */
static void check_sources(struct parser *parser, const struct config_vip *vip)
{
	bool ipv4 = address_is_ipv4(&vip->rib.prefix.address);

	for (uint32_t i = 0; i < vip->sources.count; i++) {
		const struct prefix *source = &vip->sources.prefixes[i];
		char text[PREFIX_TEXT_SIZE];

		if (address_is_ipv4(&source->address) == ipv4)
			continue;
		parser_reject(parser, "sources: %s is not of the VIP's family",
			      prefix_format(source, text));
		return;
	}
}

static void finish_vip(struct parser *parser, const struct entry_draft *draft)
{
	const struct config_vip *vip = draft->object;
	const struct address *address = &vip->rib.prefix.address;

	if (address_is_multicast(address) || address_is_link_local(address))
		parser_reject(parser, "the prefix is not routed; give one of "
				      "global or private unicast addresses");
	check_sources(parser, vip);
}

const struct entry vip_entry = {
	.head = &head,
	.keys = keys,
	.key_count = COUNT_OF(keys),
	.initial = &without_keys,
	.finish = finish_vip,
};

/* ------------------------------------------------------------- all of them */

bool vip_covers(const struct config *config, const struct prefix *prefix)
{
	const struct import_options *import = &config->rib.import;

	for (size_t i = 0; i < import->vip_count; i++)
		if (prefix_covers(&import->vips[i].prefix, prefix))
			return true;
	return false;
}

static bool has_keys(const struct config_vip *vip)
{
	return vip->rib.min_nexthops || vip->rib.return_nexthops ||
	       vip->rib.min_bandwidth || vip_options_decide(&vip->rib) ||
	       vip->hash_fields != HG_HASH_FIELDS_COUNT ||
	       vip->window_s != STEERING_NO_WINDOW || vip->sources.given;
}

/*
 * Return the first other VIP prefix that makes entries[index] useless, or -1. A
 * VIP with keys has an effect: the longest prefix counts.
 */
static ssize_t covering_vip(const struct config_lists *lists, size_t index)
{
	const struct config_vip *vip = &lists->vip_entries[index];

	for (size_t i = 0; i < lists->vip_count; i++) {
		const struct prefix *other = &lists->vip_entries[i].rib.prefix;

		if (i == index || !prefix_covers(other, &vip->rib.prefix))
			continue;
		if (prefix_equal(other, &vip->rib.prefix) ? i < index :
							    !has_keys(vip))
			return (ssize_t)i;
	}
	return -1;
}

static void check_covered(struct parser *parser, size_t index)
{
	const struct config_lists *lists = &parser->config->lists;
	ssize_t other = covering_vip(lists, index);
	char text[PREFIX_TEXT_SIZE], place[PARSER_PLACE_SIZE];

	if (other < 0)
		return;
	parser_reject(parser, "is inside %s, given on %s; remove one",
		      prefix_format(&lists->vip_entries[other].rib.prefix,
				    text),
		      parser_place_format(parser, parser->flag, (size_t)other,
					  place));
}

/* The most paths that a VIP's set may have, and the word that says so. */
struct most_paths {
	const char *word;
	uint32_t number;
};

static void check_reachable(struct parser *parser, const char *key,
			    uint32_t nexthops, const struct most_paths *most)
{
	if (nexthops > most->number)
		parser_reject(parser,
			      "%s=%u is above %s, which is %u: the VIP would "
			      "never be announced; lower it, or raise %s",
			      key, nexthops, most->word, most->number,
			      most->word);
}

static void check_numbers(struct parser *parser, const struct vip_options *vip,
			  uint32_t most_of_all)
{
	const struct most_paths most = {
		vip->maximum_paths ? "maximum-paths" : "--maximum-paths",
		vip->maximum_paths ? vip->maximum_paths : most_of_all,
	};
	uint32_t least = vip->min_nexthops ? vip->min_nexthops :
					     parser->config->rib.min_nexthops;

	check_reachable(parser, "min-nexthops", vip->min_nexthops, &most);
	check_reachable(parser, "return-nexthops", vip->return_nexthops, &most);
	if (vip->maximum_paths && !vip->min_nexthops && least > most.number)
		parser_reject(parser,
			      "maximum-paths=%u is below --min-nexthops, which "
			      "is %u: the VIP would never be announced; raise "
			      "it, or give min-nexthops=",
			      vip->maximum_paths, least);
	if (vip->return_nexthops && vip->return_nexthops < least)
		parser_reject(parser,
			      "return-nexthops=%u is below min-nexthops, which "
			      "is %u; raise it",
			      vip->return_nexthops, least);
}

/* A VIP that can never have enough next hops would never be announced. */
static void check_min_nexthops(struct parser *parser, uint32_t most)
{
	if (parser->config->rib.min_nexthops <= most)
		return;
	parser_point_at(parser, "min-nexthops", 0);
	parser_reject(parser,
		      "is above --maximum-paths, which is %u: no VIP would "
		      "ever be announced; lower it, or raise --maximum-paths",
		      most);
}

void vip_check_all(struct parser *parser)
{
	const struct config_lists *lists = &parser->config->lists;
	const struct decision_options *decision = &parser->config->rib.decision;
	uint32_t most = decision->maximum_paths > decision->maximum_paths_ibgp ?
				decision->maximum_paths :
				decision->maximum_paths_ibgp;

	for (size_t i = 0; i < lists->vip_count; i++) {
		parser_point_at(parser, "vip", i);
		check_covered(parser, i);
		check_numbers(parser, &lists->vip_entries[i].rib, most);
	}
	check_min_nexthops(parser, most);
}
