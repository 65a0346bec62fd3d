// SPDX-License-Identifier: BSD-2-Clause
/* The value of --neighbor, and which keys fit together. See neighbor.h. */

#include "config/neighbor.h"

#include <string.h>

#include "bgp/session/neighbor_options.h"
#include "config/bfd_key.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/service_key.h"
#include "config/vip.h"
#include "core/array.h"

/* All link-local addresses: RFC 4291 2.5.6. */
static const struct prefix link_local = {
	.address = { { 0xfe, 0x80 } },
	.length = 10,
};

/* ------------------------------------------------------------- the target */

/* True for a colon, a slash or nothing but digits: it is meant as an address. */
static bool is_like_address(const char *text)
{
	return strpbrk(text, ":/") || !text[strspn(text, "0123456789.")];
}

/* Read "ADDRESS%INTERFACE"; `scope` is at the percent sign. */
static bool parse_scoped(struct parser *parser, const char *value,
			 const char *scope,
			 struct bgp_neighbor_options *neighbor)
{
	char address[ADDRESS_TEXT_SIZE] = "";

	if (scope - value < (ptrdiff_t)sizeof(address))
		memcpy(address, value, (size_t)(scope - value));
	scope++;
	if (!kind_is_interface_name(scope) || !*scope)
		return parser_reject(parser,
				     "'%s' is not the name of an interface; "
				     "`ip link` lists them",
				     scope);
	if (!kind_read_prefix(parser, address, &neighbor->prefix))
		return false;
	if (!prefix_covers(&link_local, &neighbor->prefix) ||
	    !prefix_is_host(&neighbor->prefix))
		return parser_reject(parser,
				     "only a link-local address has an "
				     "interface; remove %%%s",
				     scope);
	strcpy(neighbor->interface, scope);
	return true;
}

static bool parse_target(struct parser *parser, const struct value *value)
{
	struct bgp_neighbor_options *neighbor = value->member;
	const char *scope = strchr(value->text, '%');

	if (scope)
		return parse_scoped(parser, value->text, scope, neighbor);
	if (is_like_address(value->text) ||
	    !kind_is_interface_name(value->text))
		return kind_read_prefix(parser, value->text, &neighbor->prefix);
	strcpy(neighbor->interface, value->text);
	neighbor->prefix = link_local;
	return true;
}

static void print_target(const struct value *value, FILE *out)
{
	char text[NEIGHBOR_TARGET_SIZE];

	fputs(neighbor_target_format(value->member, text), out);
}

/* ------------------------------------------------------------- defaults */

/* With Add-Path it is a route reflector, with the paths of many. */
static uint32_t max_attributes_of(const struct bgp_neighbor_options *backend)
{
	uint64_t bytes =
		(uint64_t)backend->max_prefix * NEIGHBOR_MAX_ATTRIBUTES_BACKEND;

	if (backend->add_path & BGP_ADD_PATH_RECEIVE)
		return 0;
	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

static void fill_backend_limits(const struct entry_draft *draft)
{
	struct bgp_neighbor_options *backend = draft->object;

	if (!entry_has(draft, "max-prefix"))
		backend->max_prefix = NEIGHBOR_MAX_PREFIX_BACKEND;
	if (!entry_has(draft, "max-paths") &&
	    backend->add_path & BGP_ADD_PATH_RECEIVE)
		backend->max_paths = NEIGHBOR_MAX_PATHS_BACKEND;
	if (!entry_has(draft, "max-attributes"))
		backend->max_attributes = max_attributes_of(backend);
	if (!entry_has(draft, "max-bandwidth"))
		backend->max_bandwidth = NEIGHBOR_MAX_BANDWIDTH_BACKEND;
}

/* Fill in the defaults that depend on other keys. */
static void fill_defaults(const struct entry_draft *draft)
{
	struct bgp_neighbor_options *neighbor = draft->object;

	if (neighbor_is_dynamic(neighbor))
		neighbor->passive = true;
	if (!neighbor->passive && !entry_has(draft, "port"))
		neighbor->port = BGP_PORT;
	if (neighbor_is_dynamic(neighbor) && !entry_has(draft, "limit"))
		neighbor->limit = NEIGHBOR_DYNAMIC_LIMIT;
	if (neighbor->tcp_ao_key_file[0] && !entry_has(draft, "tcp-ao-id"))
		neighbor->tcp_ao_id = NEIGHBOR_TCP_AO_ID;
	if (neighbor->role == NEIGHBOR_ROLE_BACKEND)
		fill_backend_limits(draft);
	if (neighbor->max_prefix_action == NEIGHBOR_MAX_PREFIX_RESTART &&
	    !entry_has(draft, "max-prefix-restart"))
		neighbor->max_prefix_restart = NEIGHBOR_MAX_PREFIX_RESTART_TIME;
	if (!entry_has(draft, "hold-time"))
		neighbor->hold_time = neighbor->role == NEIGHBOR_ROLE_BACKEND ?
					      NEIGHBOR_HOLD_TIME_BACKEND :
					      NEIGHBOR_HOLD_TIME;
}

/* ------------------------------------------------------------- one neighbor */

static void check_address(struct parser *parser,
			  const struct bgp_neighbor_options *neighbor)
{
	bool host = prefix_is_host(&neighbor->prefix);

	if (host && address_is_zero(&neighbor->prefix.address))
		parser_reject(parser, "the address must not be zero; give the "
				      "neighbor's own");
	if (!neighbor->interface[0] &&
	    prefix_covers(&link_local, &neighbor->prefix))
		parser_reject(parser, "a link-local address needs its "
				      "interface; give fe80::1%%eth0, or eth0 "
				      "alone");
}

/* Refuse keys that have no effect. */
static void check_connecting(struct parser *parser,
			     const struct entry_draft *draft)
{
	static const char *const keys[] = { "port", "source" };
	const struct bgp_neighbor_options *neighbor = draft->object;
	bool dynamic = neighbor_is_dynamic(neighbor);

	for (size_t i = 0; i < COUNT_OF(keys) && neighbor->passive; i++)
		if (entry_has(draft, keys[i]))
			parser_reject(parser,
				      "%s is for connecting, but a %s never "
				      "connects; remove %s",
				      keys[i],
				      dynamic ? "prefix" : "passive neighbor",
				      keys[i]);
	if (!dynamic && entry_has(draft, "limit"))
		parser_reject(parser, "limit is for prefixes, but this is one "
				      "address; remove limit");
	if (entry_has(draft, "source") && !neighbor->passive &&
	    address_is_ipv4(&neighbor->source) !=
		    address_is_ipv4(&neighbor->prefix.address))
		parser_reject(parser, "source and neighbor are of different "
				      "families; give a source of the same "
				      "family");
}

static void check_distance(struct parser *parser,
			   const struct bgp_neighbor_options *neighbor)
{
	if (!neighbor->multihop)
		return;
	if (neighbor->ttl_security)
		parser_reject(parser, "ttl-security already says how far away "
				      "the neighbor may be; remove multihop");
	else if (neighbor->bfd)
		parser_reject(parser, "bfd is for neighbors on a link of this "
				      "host (RFC 5881); remove bfd or "
				      "multihop");
	else if (neighbor->interface[0])
		parser_reject(parser, "a link-local neighbor is on a link of "
				      "this host; remove multihop");
}

static void check_secrets(struct parser *parser,
			  const struct entry_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = draft->object;
	bool md5 = neighbor->password_file[0];
	bool ao = neighbor->tcp_ao_key_file[0];

	if (md5 && ao)
		parser_reject(parser, "password-file and tcp-ao-key-file "
				      "exclude each other (RFC 5925 1.1); "
				      "remove one");
	else if (!ao && entry_has(draft, "tcp-ao-id"))
		parser_reject(parser, "tcp-ao-id is for the key of "
				      "tcp-ao-key-file; remove it");
	/* The kernel finds keys by address, whatever the interface. */
	else if ((md5 || ao) && neighbor_is_interface(neighbor))
		parser_reject(parser,
			      "a key needs the neighbor's address; give "
			      "fe80::1%%%s instead of the interface",
			      neighbor->interface);
}

static void check_times(struct parser *parser, const struct entry_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = draft->object;

	if (neighbor->hold_time &&
	    neighbor->min_hold_time > neighbor->hold_time)
		parser_reject(parser,
			      "min-hold-time=%u is above our own hold-time=%u; "
			      "lower min-hold-time or raise hold-time",
			      neighbor->min_hold_time, neighbor->hold_time);
	else if (neighbor->hold_time_zero && !neighbor_is_dynamic(neighbor))
		parser_reject(parser,
			      "hold-time-zero is for prefixes; one address may "
			      "have no hold time anyway; remove it");
	else if (neighbor->hold_time_zero && neighbor->min_hold_time)
		parser_reject(parser, "hold-time-zero and min-hold-time "
				      "exclude each other; remove one");
	else if (entry_has(draft, "send-hold-time") &&
		 neighbor->send_hold_time <= neighbor->hold_time)
		parser_reject(parser,
			      "send-hold-time=%u must be longer than "
			      "hold-time=%u (RFC 9687)",
			      neighbor->send_hold_time, neighbor->hold_time);
}

static void check_max_prefix(struct parser *parser,
			     const struct entry_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = draft->object;

	if (entry_has(draft, "max-prefix-action") && !neighbor->max_prefix)
		parser_reject(parser, "max-prefix-action needs max-prefix; "
				      "give it, too");
	else if (entry_has(draft, "max-prefix-restart") &&
		 neighbor->max_prefix_action != NEIGHBOR_MAX_PREFIX_RESTART)
		parser_reject(parser, "max-prefix-restart is for "
				      "max-prefix-action=restart; remove it");
}

static void check_nexthop_key(struct parser *parser,
			      const struct bgp_neighbor_options *neighbor)
{
	const char *value = neighbor_nexthop_names[neighbor->nexthop];

	if (neighbor->nexthop >= NEIGHBOR_NEXTHOP_FIRST_LEARNED) {
		if (neighbor->role == NEIGHBOR_ROLE_UPSTREAM)
			parser_reject(parser,
				      "next-hop=%s is for neighbors that VIPs "
				      "are learned from, not for "
				      "role=upstream; remove it",
				      value);
	} else if (neighbor->role != NEIGHBOR_ROLE_UPSTREAM &&
		   neighbor->role != NEIGHBOR_ROLE_PEER) {
		parser_reject(parser,
			      "next-hop=%s is for neighbors that VIPs are "
			      "announced to, role=upstream or role=peer; "
			      "give peer, on-link or any, or remove it",
			      value);
	}
}

/* Refuse keys about announced attributes that have no effect. */
static void check_attributes(struct parser *parser,
			     const struct bgp_neighbor_options *neighbor)
{
	bool backend = neighbor->role == NEIGHBOR_ROLE_BACKEND;

	if (neighbor->pass_attributes && !backend)
		parser_reject(parser, "pass-attributes is for role=backend, "
				      "whose attributes are kept back; remove "
				      "it");
	if (!backend)
		return;
	if (neighbor->remove_private_as)
		parser_reject(parser, "remove-private-as is for neighbors that "
				      "VIPs are announced to; remove it");
	if (neighbor->as_override)
		parser_reject(parser, "as-override is for neighbors that VIPs "
				      "are announced to; remove it");
}

/*
 * A killed server that restarts gracefully would stay in the set for the
 * restart time, two minutes by default, and its flows would die.
 */
static void check_routes(struct parser *parser, const struct entry_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = draft->object;

	if (neighbor->graceful_restart &&
	    neighbor->role != NEIGHBOR_ROLE_UPSTREAM)
		parser_reject(parser,
			      "graceful-restart is for role=upstream: a dead "
			      "%s would keep its flows until its restart time "
			      "is over; remove graceful-restart",
			      neighbor->role == NEIGHBOR_ROLE_BACKEND ?
				      "backend" :
				      "neighbor");
	else if (neighbor->extended_nexthop &&
		 neighbor->families == BGP_IPV6_UNICAST_BIT)
		parser_reject(parser, "extended-next-hop is for IPv4 routes; "
				      "remove it, or family=ipv6");
	if (entry_has(draft, "next-hop"))
		check_nexthop_key(parser, neighbor);
}

/* Read the key file of `neighbor`, if it has one. */
static void read_key_file(struct parser *parser,
			  struct bgp_neighbor_options *neighbor)
{
	const char *path = neighbor->password_file[0] ?
				   neighbor->password_file :
				   neighbor->tcp_ao_key_file;
	char error[SECRET_ERROR_SIZE];

	if (*path && !parser->syntax_only &&
	    secret_read(path, &neighbor->secret, error))
		parser_reject(parser, "%s", error);
}

static void finish_neighbor(struct parser *parser,
			    const struct entry_draft *draft)
{
	struct bgp_neighbor_options *neighbor = draft->object;
	int errors = parser->error_count;

	fill_defaults(draft);
	check_address(parser, neighbor);
	check_connecting(parser, draft);
	check_distance(parser, neighbor);
	check_secrets(parser, draft);
	check_times(parser, draft);
	check_max_prefix(parser, draft);
	check_routes(parser, draft);
	bfd_key_finish(parser, draft, neighbor->bfd, &neighbor->bfd_key);
	service_key_finish(parser, draft, &neighbor->service);
	check_attributes(parser, neighbor);
	if (parser->error_count == errors)
		read_key_file(parser, neighbor);
}

static const struct kind kind_target = { parse_target, print_target };
static const struct option target = { .name = "neighbor",
				      .kind = &kind_target };

const struct entry neighbor_entry = {
	.head = &target,
	.keys = neighbor_keys,
	.key_count = NEIGHBOR_KEY_COUNT,
	.initial = &bgp_neighbor_options_default,
	.finish = finish_neighbor,
};

/* ------------------------------------------------------------- all of them */

/* Packets to a VIP go to any of its servers, not to the neighbor. */
static void check_in_vip(struct parser *parser,
			 const struct bgp_neighbor_options *neighbor)
{
	const struct import_options *import = &parser->config->rib.import;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < import->vip_count; i++) {
		const struct prefix *vip = &import->vips[i].prefix;

		if (!prefix_covers(vip, &neighbor->prefix))
			continue;
		parser_reject(parser,
			      "is inside --vip %s; a neighbor needs an address "
			      "outside of all VIPs",
			      prefix_format(vip, text));
		return;
	}
}

/* Nothing outside of --vip is learned. */
static void check_own_vips(struct parser *parser,
			   const struct bgp_neighbor_options *neighbor)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < neighbor->vips.count; i++)
		if (!vip_covers(parser->config, &neighbor->vips.prefixes[i]))
			parser_reject(parser,
				      "vips: %s is not inside a --vip; give "
				      "prefixes of --vip, or add it there",
				      prefix_format(&neighbor->vips.prefixes[i],
						    text));
}

/* Between ASes no route is reflected, and no server is a next hop. */
static void check_internal(struct parser *parser,
			   const struct bgp_neighbor_options *neighbor)
{
	const struct bgp_options *bgp = &parser->config->bgp;

	if (neighbor_is_internal(neighbor, bgp->as))
		return;
	if (neighbor->route_reflector_client)
		parser_reject(parser, "route-reflector-client is for neighbors "
				      "of our own AS (RFC 4456); give "
				      "as=internal, or remove it");
	if (neighbor->nexthop == NEIGHBOR_NEXTHOP_UNCHANGED &&
	    !neighbor_is_member(neighbor, &bgp->confederation))
		parser_reject(parser, "next-hop=unchanged is for neighbors of "
				      "our own AS; give as=internal, or remove "
				      "it");
}

/*
 * The kernel asks the key of a range of all addresses in it, without one of
 * their own. Link-local addresses of all interfaces are one range to it.
 */
static const char *one_key_conflict(const struct bgp_neighbor_options *keyed,
				    const struct bgp_neighbor_options *other)
{
	return prefix_covers(&keyed->prefix, &other->prefix) ?
		       "have one key, which the kernel asks of both; give the "
		       "other one a key file, too" :
		       NULL;
}

static const char *ao_conflict(const struct bgp_neighbor_options *a,
			       const struct bgp_neighbor_options *b)
{
	return a->tcp_ao_id == b->tcp_ao_id ?
		       "have TCP-AO keys of the same id; give one of them "
		       "another tcp-ao-id" :
		       NULL;
}

/* Compare two MD5 keys: of ranges the longer prefix's counts. */
static const char *md5_conflict(const struct bgp_neighbor_options *a,
				const struct bgp_neighbor_options *b)
{
	return prefix_equal(&a->prefix, &b->prefix) &&
			       !secret_equal(&a->secret, &b->secret) ?
		       "have two keys, of which the kernel keeps one for all "
		       "interfaces; give both the same password-file" :
		       NULL;
}

/* Return how the keys of two neighbors conflict in the kernel, or NULL. */
static const char *key_conflict(const struct bgp_neighbor_options *a,
				const struct bgp_neighbor_options *b)
{
	if (!a->secret.size && !b->secret.size)
		return NULL;
	if (!prefix_covers(&a->prefix, &b->prefix) &&
	    !prefix_covers(&b->prefix, &a->prefix))
		return NULL;
	if (!b->secret.size)
		return one_key_conflict(a, b);
	if (!a->secret.size)
		return one_key_conflict(b, a);
	if (a->tcp_ao_key_file[0] && b->tcp_ao_key_file[0])
		return ao_conflict(a, b);
	if (a->password_file[0] && b->password_file[0])
		return md5_conflict(a, b);
	return "have keys of both kinds; use either password-file or "
	       "tcp-ao-key-file for both";
}

/* A listener has the keys of all neighbors. */
static void check_key_conflicts(struct parser *parser, size_t index)
{
	const struct bgp_neighbor_options *all = parser->config->bgp.neighbors;
	char other[NEIGHBOR_TARGET_SIZE], place[PARSER_PLACE_SIZE];

	for (size_t i = 0; i < index; i++) {
		const char *conflict = key_conflict(&all[i], &all[index]);

		if (!conflict)
			continue;
		parser_reject(parser,
			      "overlaps with --neighbor %s, given on %s, and "
			      "they %s",
			      neighbor_target_format(&all[i], other),
			      parser_place_format(parser, parser->flag, i,
						  place),
			      conflict);
		return;
	}
}

/* True if VIPs are announced to it whatever the rules, and it is only one. */
static bool is_always_announced_to(const struct bgp_neighbor_options *neighbor)
{
	return !neighbor_is_dynamic(neighbor) &&
	       (neighbor->role == NEIGHBOR_ROLE_UPSTREAM ||
		neighbor->role == NEIGHBOR_ROLE_PEER);
}

void neighbor_check_all(struct parser *parser)
{
	const struct bgp_options *bgp = &parser->config->bgp;
	size_t upstreams = 0;

	for (size_t i = 0; i < bgp->neighbor_count; i++) {
		const struct bgp_neighbor_options *neighbor =
			&bgp->neighbors[i];

		parser_point_at(parser, "neighbor", i);
		parser_check_repeated(parser);
		check_in_vip(parser, neighbor);
		check_own_vips(parser, neighbor);
		check_internal(parser, neighbor);
		check_key_conflicts(parser, i);
		if (is_always_announced_to(neighbor) &&
		    upstreams++ == RIB_MAX_UPSTREAMS)
			parser_reject(parser,
				      "VIPs can be announced to at most %d "
				      "neighbors, and this is one more; use a "
				      "route reflector or another host that "
				      "passes them on",
				      RIB_MAX_UPSTREAMS);
		if (neighbor->interface[0])
			parser_check_interface(parser, neighbor->interface);
	}
}
