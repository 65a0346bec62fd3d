// SPDX-License-Identifier: BSD-2-Clause
/* The value of --neighbor, and what its keys mean together. See the header. */

#include "config/config_neighbor.h"

#include <stdlib.h>
#include <string.h>

#include "bgp/codec/protocol.h"
#include "config/config.h"
#include "config/config_keys.h"
#include "config/config_neighbor_keys.h"
#include "config/config_parser.h"
#include "config/config_values.h"
#include "core/suggest.h"

/* A neighbor while its keys are read. */
struct neighbor_draft {
	struct bgp_neighbor_options neighbor;
	bool given[NEIGHBOR_KEY_COUNT];
};

/* All link-local addresses: RFC 4291 2.5.6. */
static const struct prefix link_local = {
	.address = { { 0xfe, 0x80 } },
	.length = 10,
};

/* ------------------------------------------------------------- the target */

/* What was meant as an address has a colon, a slash or nothing but digits. */
static bool is_like_address(const char *text)
{
	return strpbrk(text, ":/") || !text[strspn(text, "0123456789.")];
}

/* Reads "ADDRESS%INTERFACE"; cuts `text` at the percent sign. */
static bool parse_scoped(struct config_parser *parser, char *text, char *scope,
			 struct bgp_neighbor_options *neighbor)
{
	*scope++ = '\0';
	if (!config_is_interface_name(scope) || !*scope)
		return config_reject(parser,
				     "'%s' is no interface's name; `ip link` "
				     "lists them",
				     scope);
	if (!config_read_prefix(parser, text, &neighbor->prefix))
		return false;
	if (!prefix_covers(&link_local, &neighbor->prefix) ||
	    !prefix_is_host(&neighbor->prefix))
		return config_reject(parser,
				     "an interface goes with a link-local "
				     "address only; remove %%%s",
				     scope);
	strcpy(neighbor->interface, scope);
	return true;
}

static bool parse_target(struct config_parser *parser, char *text,
			 struct bgp_neighbor_options *neighbor)
{
	char *scope = strchr(text, '%');

	if (scope)
		return parse_scoped(parser, text, scope, neighbor);
	if (is_like_address(text) || !config_is_interface_name(text))
		return config_read_prefix(parser, text, &neighbor->prefix);
	strcpy(neighbor->interface, text);
	neighbor->prefix = link_local;
	return true;
}

/* ------------------------------------------------------------- the keys */

static bool reject_key(struct config_parser *parser, const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < NEIGHBOR_KEY_COUNT; i++)
		suggestion_offer(&suggestion, neighbor_keys[i].name);
	return config_key_unknown(parser, name, &suggestion);
}

/* Reads "KEY" or "KEY=VALUE"; cuts `item` at the equals sign. */
static bool parse_key(struct config_parser *parser, char *item,
		      struct neighbor_draft *draft)
{
	char *end = strchr(item, '=');
	const struct neighbor_key *key;
	const char *value;
	size_t id;

	if (end)
		*end++ = '\0';
	id = neighbor_key_find(item);
	if (id == NEIGHBOR_KEY_COUNT)
		return reject_key(parser, item);
	key = &neighbor_keys[id];
	value = end ? end : key->implied;
	return config_key_check(parser, item, key->metavar, value,
				&draft->given[id]) &&
	       key->parse(parser, key, value, &draft->neighbor);
}

/* Fills in what was not given, as it follows from the rest. */
static void fill_defaults(struct neighbor_draft *draft)
{
	struct bgp_neighbor_options *neighbor = &draft->neighbor;

	if (neighbor_is_dynamic(neighbor))
		neighbor->passive = true;
	if (!neighbor->passive && !draft->given[NEIGHBOR_KEY_PORT])
		neighbor->port = BGP_PORT;
	if (neighbor_is_dynamic(neighbor) && !draft->given[NEIGHBOR_KEY_LIMIT])
		neighbor->limit = NEIGHBOR_DYNAMIC_LIMIT;
	if (neighbor->tcp_ao_key_file[0] &&
	    !draft->given[NEIGHBOR_KEY_TCP_AO_ID])
		neighbor->tcp_ao_id = NEIGHBOR_TCP_AO_ID;
	if (neighbor->max_prefix_action == NEIGHBOR_MAX_PREFIX_RESTART &&
	    !draft->given[NEIGHBOR_KEY_MAX_PREFIX_RESTART])
		neighbor->max_prefix_restart = NEIGHBOR_MAX_PREFIX_RESTART_TIME;
	if (!draft->given[NEIGHBOR_KEY_HOLD_TIME])
		neighbor->hold_time = neighbor->role == NEIGHBOR_ROLE_BACKEND ?
					      NEIGHBOR_HOLD_TIME_BACKEND :
					      NEIGHBOR_HOLD_TIME;
}

/* ------------------------------------------------------------- the rules */

static bool check_target(struct config_parser *parser,
			 const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;
	bool host = prefix_is_host(&neighbor->prefix);

	if (host && address_is_zero(&neighbor->prefix.address))
		return config_reject(parser, "nobody has the address zero; "
					     "give the neighbor's own");
	if (!neighbor->interface[0] &&
	    prefix_covers(&link_local, &neighbor->prefix))
		return config_reject(parser, "a link-local address needs its "
					     "interface; give fe80::1%%eth0, "
					     "or eth0 alone");
	return true;
}

/* Refuses keys that would say something but do nothing. */
static bool check_dialling(struct config_parser *parser,
			   const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;
	bool dynamic = neighbor_is_dynamic(neighbor);
	const char *who = dynamic ? "a prefix" : "a passive neighbor";
	bool ok = true;

	if (neighbor->passive && draft->given[NEIGHBOR_KEY_PORT])
		ok = config_reject(parser,
				   "port is for connecting, and %s waits to be "
				   "connected to; remove port",
				   who);
	if (neighbor->passive && draft->given[NEIGHBOR_KEY_SOURCE])
		ok = config_reject(parser,
				   "source is for connecting, and %s waits to "
				   "be connected to; remove source",
				   who);
	if (!dynamic && draft->given[NEIGHBOR_KEY_LIMIT])
		ok = config_reject(parser, "limit is for prefixes, and this is "
					   "one address; remove limit");
	if (draft->given[NEIGHBOR_KEY_SOURCE] && !neighbor->passive &&
	    address_is_ipv4(&neighbor->source) !=
		    address_is_ipv4(&neighbor->prefix.address))
		ok = config_reject(parser,
				   "source is of the other family than "
				   "the neighbor; give one of the same");
	return ok;
}

static bool check_distance(struct config_parser *parser,
			   const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;

	if (!neighbor->multihop)
		return true;
	if (neighbor->ttl_security)
		return config_reject(parser,
				     "ttl-security says how far away the "
				     "neighbor may be; remove multihop");
	if (neighbor->bfd)
		return config_reject(parser,
				     "bfd is for neighbors on a link of ours "
				     "(RFC 5881); remove bfd or multihop");
	if (neighbor->interface[0])
		return config_reject(parser, "a link-local neighbor is on a "
					     "link of ours; remove multihop");
	return true;
}

static bool check_keys(struct config_parser *parser,
		       const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;
	bool md5 = neighbor->password_file[0];
	bool ao = neighbor->tcp_ao_key_file[0];

	if (md5 && ao)
		return config_reject(parser, "password-file and "
					     "tcp-ao-key-file exclude each "
					     "other (RFC 5925 1.1); keep one");
	if (!ao && draft->given[NEIGHBOR_KEY_TCP_AO_ID])
		return config_reject(parser, "tcp-ao-id is for a key of "
					     "tcp-ao-key-file; remove it");
	/* The kernel finds keys by address, whatever the interface. */
	if ((md5 || ao) && neighbor_is_interface(neighbor))
		return config_reject(parser,
				     "a key needs the neighbor's address; give "
				     "it as fe80::1%%%s",
				     neighbor->interface);
	return true;
}

static bool check_times(struct config_parser *parser,
			const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;

	if (neighbor->hold_time &&
	    neighbor->min_hold_time > neighbor->hold_time)
		return config_reject(parser,
				     "min-hold-time=%u is above our own "
				     "hold-time=%u; lower one or raise the "
				     "other",
				     neighbor->min_hold_time,
				     neighbor->hold_time);
	if (draft->given[NEIGHBOR_KEY_SEND_HOLD_TIME] &&
	    neighbor->send_hold_time <= neighbor->hold_time)
		return config_reject(parser,
				     "send-hold-time=%u is to be longer than "
				     "hold-time=%u (RFC 9687)",
				     neighbor->send_hold_time,
				     neighbor->hold_time);
	return true;
}

/*
 * A killed server that restarts gracefully would stay in the set for the
 * restart time, two minutes by default, and its flows would die.
 */
static bool check_routes(struct config_parser *parser,
			 const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;

	if (neighbor->graceful_restart &&
	    neighbor->role != NEIGHBOR_ROLE_UPSTREAM)
		return config_reject(
			parser,
			"graceful-restart is for role=upstream: a dead %s "
			"would keep its flows until its restart time is over; "
			"remove graceful-restart",
			neighbor->role == NEIGHBOR_ROLE_BACKEND ? "backend" :
								  "neighbor");
	if (draft->given[NEIGHBOR_KEY_NEXTHOP] &&
	    neighbor->role != NEIGHBOR_ROLE_UPSTREAM &&
	    neighbor->role != NEIGHBOR_ROLE_PEER)
		return config_reject(parser, "next-hop is for neighbors that "
					     "are told VIPs, role=upstream or "
					     "role=peer; remove next-hop");
	if (neighbor->extended_nexthop &&
	    neighbor->families == BGP_IPV6_UNICAST_BIT)
		return config_reject(parser, "extended-next-hop is for IPv4 "
					     "routes; remove it, or "
					     "family=ipv6");
	return true;
}

static bool check_max_prefix(struct config_parser *parser,
			     const struct neighbor_draft *draft)
{
	const struct bgp_neighbor_options *neighbor = &draft->neighbor;

	if (draft->given[NEIGHBOR_KEY_MAX_PREFIX_ACTION] &&
	    !neighbor->max_prefix)
		return config_reject(parser, "max-prefix-action is for "
					     "max-prefix; give it, too");
	if (draft->given[NEIGHBOR_KEY_MAX_PREFIX_RESTART] &&
	    neighbor->max_prefix_action != NEIGHBOR_MAX_PREFIX_RESTART)
		return config_reject(parser,
				     "max-prefix-restart is for "
				     "max-prefix-action=restart; remove it");
	return true;
}

/* Runs all, so that every broken rule is named. */
static bool check_draft(struct config_parser *parser,
			const struct neighbor_draft *draft)
{
	bool ok = check_target(parser, draft);

	ok = check_dialling(parser, draft) && ok;
	ok = check_distance(parser, draft) && ok;
	ok = check_keys(parser, draft) && ok;
	ok = check_times(parser, draft) && ok;
	ok = check_max_prefix(parser, draft) && ok;
	return check_routes(parser, draft) && ok;
}

/* ------------------------------------------------------------- the value */

/* Reads the key of `neighbor`, if it has one. */
static bool read_secret(struct config_parser *parser,
			struct bgp_neighbor_options *neighbor)
{
	const char *path = neighbor->password_file[0] ?
				   neighbor->password_file :
				   neighbor->tcp_ao_key_file;
	char error[SECRET_ERROR_SIZE];

	if (*path && secret_read(path, &neighbor->secret, error))
		return config_reject(parser, "%s", error);
	return true;
}

static bool append(struct config_parser *parser,
		   const struct bgp_neighbor_options *neighbor)
{
	struct config *config = parser->config;

	if (config->bgp.neighbor_count == BGP_MAX_NEIGHBORS)
		return config_reject(parser,
				     "at most %d are supported; give a prefix "
				     "for many alike",
				     BGP_MAX_NEIGHBORS);
	parser->neighbors[config->bgp.neighbor_count] = parser->place;
	config->lists.neighbors[config->bgp.neighbor_count++] = *neighbor;
	return true;
}

bool config_neighbor_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value)
{
	struct neighbor_draft draft = {
		.neighbor = { .families = BGP_ALL_FAMILIES,
			      .relation = BGP_ROLE_NONE },
	};
	char *copy = strdup(value);
	char *rest = copy, *item;
	bool ok;

	(void)flag;
	if (!copy)
		return config_reject(parser, "out of memory");
	ok = parse_target(parser, strsep(&rest, ","), &draft.neighbor);
	while ((item = strsep(&rest, ",")))
		ok = parse_key(parser, item, &draft) && ok;
	free(copy);
	if (!ok)
		return false;

	fill_defaults(&draft);
	return check_draft(parser, &draft) &&
	       read_secret(parser, &draft.neighbor) &&
	       append(parser, &draft.neighbor);
}

void config_neighbor_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out)
{
	const struct bgp_neighbor_options *neighbor =
		&config->lists.neighbors[index];
	char text[NEIGHBOR_TARGET_SIZE];

	(void)flag;
	fputs(neighbor_target_format(neighbor, text), out);
	for (size_t i = 0; i < NEIGHBOR_KEY_COUNT; i++)
		neighbor_keys[i].print(&neighbor_keys[i], neighbor, out);
}
