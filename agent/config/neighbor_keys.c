// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --neighbor, in the order of --help. See neighbor.h. */

#include "config/neighbor.h"

#include <string.h>

#include "bgp/codec/role.h"
#include "bgp/session/neighbor_options.h"
#include "bgp/session/socket.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/service_key.h"
#include "core/array.h"
#include "core/encapsulation.h"
#include "nexthop/bfd_auth.h"

enum {
	AS_TEXT_SIZE = 24,
};

/* ------------------------------------------------------------- AS */

static bool parse_as_range(struct parser *parser, const char *text,
			   struct bgp_as_range *as)
{
	uint32_t first, last;

	if (!kind_read_range(text, 1, UINT32_MAX, &first, &last))
		return parser_reject(parser,
				     "must be an AS number from 1 to %u, a "
				     "range N-M, external or internal",
				     UINT32_MAX);
	if (first > last)
		return parser_reject(parser,
				     "the range is reversed; did you mean "
				     "%u-%u?",
				     last, first);
	if (first == last && first == BGP_AS_TRANS)
		return kind_reject_as_trans(parser);
	as->first = first;
	as->last = last;
	return true;
}

static bool parse_as(struct parser *parser, const struct value *value)
{
	struct bgp_as_range *as = value->member;

	if (!strcmp(value->text, "external"))
		as->kind = BGP_PEER_EXTERNAL;
	else if (!strcmp(value->text, "internal"))
		as->kind = BGP_PEER_INTERNAL;
	else
		return parse_as_range(parser, value->text, as);
	return true;
}

static void print_as(const struct value *value, FILE *out)
{
	char text[AS_TEXT_SIZE];

	fputs(bgp_as_range_format(value->member, text, sizeof(text)), out);
}

static const struct kind kind_as_range = { parse_as, print_as };

/* ------------------------------------------------------------- VIPs */

/* Read the next prefix up to a plus sign, and move behind that. */
static bool parse_vip(struct parser *parser, const char **text,
		      struct neighbor_vips *vips)
{
	size_t length = strcspn(*text, "+");
	char one[PREFIX_TEXT_SIZE] = "";

	if (vips->count == NEIGHBOR_MAX_VIPS)
		return parser_reject(parser,
				     "must be at most %d prefixes; give "
				     "shorter ones",
				     NEIGHBOR_MAX_VIPS);
	if (length < sizeof(one))
		memcpy(one, *text, length);
	if (!kind_read_prefix(parser, one, &vips->prefixes[vips->count]))
		return false;
	vips->count++;
	*text += length + ((*text)[length] == '+');
	return true;
}

static bool parse_vips(struct parser *parser, const struct value *value)
{
	struct neighbor_vips *vips = value->member;
	const char *text = value->text;

	do
		if (!parse_vip(parser, &text, vips))
			return false;
	while (*text);
	return true;
}

static void print_vips(const struct value *value, FILE *out)
{
	const struct neighbor_vips *vips = value->member;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < vips->count; i++)
		fprintf(out, "%s%s", i ? "+" : "",
			prefix_format(&vips->prefixes[i], text));
}

static const struct kind kind_vips = { parse_vips, print_vips };

/* ------------------------------------------------------------- the table */

/* Indexed by multipath_off. */
static const char *const multipath_names[] = { "yes", "no" };

/* The effect of a change, and where a value goes. */
#define VALUE(changed, member, of_kind) \
	.effect = EFFECT_##changed,     \
	OPTION_MEMBER(bgp_neighbor_options, member), .kind = &kind_##of_kind
#define NUMBER(changed, member, low, high) \
	VALUE(changed, member, number), .minimum = (low), .maximum = (high)
/* Numbers with units: core/quantity.h. */
#define SECONDS(changed, member, low, high) \
	VALUE(changed, member, seconds), .minimum = (low), .maximum = (high)
#define AMOUNT(changed, member, low, high) \
	VALUE(changed, member, count), .minimum = (low), .maximum = (high)
#define CHOICE(changed, member, table) \
	VALUE(changed, member, choice), OPTION_NAMES(table)
#define SWITCH(changed, member) VALUE(changed, member, switch)

const struct option neighbor_keys[] = {
	{ "as", "N|N-M|external|internal",
	  "The neighbor's AS number. Default: any.",
	  VALUE(LIVE, as, as_range) },
	{ "role", NULL,
	  "Which routes are exchanged: VIPs are learned from a backend, "
	  "announced to an upstream, and both with a peer.",
	  .traits = OPTION_ALWAYS, CHOICE(RESET, role, neighbor_role_names) },
	{ "name", "TEXT",
	  "A name for people, such as rack1/web1, shown beside the address.",
	  VALUE(LIVE, name, text) },
	{ "passive", NULL,
	  "Wait for the neighbor to connect; a prefix always does.",
	  SWITCH(CONNECT, passive) },
	{ "port", "N", "Connect to this port.",
	  NUMBER(CONNECT, port, 1, UINT16_MAX), .usual = BGP_PORT },
	{ "hold-time", "SECONDS",
	  "End the session after this long without a message; 0: never. "
	  "Default: 9 for backends, else 90.",
	  .traits = OPTION_ALWAYS | OPTION_OR_ZERO | OPTION_DERIVED,
	  SECONDS(RESET, hold_time, BGP_MIN_HOLD_TIME, UINT16_MAX) },
	{ "limit", "N", "Most sessions of a prefix at one time.",
	  NUMBER(LIVE, limit, 1, UINT16_MAX), .usual = NEIGHBOR_DYNAMIC_LIMIT },
	{ "source", "ADDRESS", "Connect from this address of this host.",
	  VALUE(RESET, source, address) },
	{ "multihop", "TTL",
	  "The neighbor is of another AS and not on a link of this host: send "
	  "with this TTL instead of 1.",
	  NUMBER(RESET, multihop, BGP_TTL_DIRECT + 1, BGP_TTL_MAX),
	  .implied = NEIGHBOR_MULTIHOP_TTL },
	{ "ttl-security", "HOPS",
	  "Drop packets from more hops away than this (RFC 5082); the neighbor "
	  "must do the same.",
	  NUMBER(RESET, ttl_security, 1, BGP_TTL_MAX - 1),
	  .implied = NEIGHBOR_TTL_SECURITY_HOPS },
	{ "password-file", "PATH",
	  "Sign segments with the key in this file (TCP-MD5, RFC 2385).",
	  .traits = OPTION_REKEYED, VALUE(RESET, password_file, path),
	  .content = offsetof(struct bgp_neighbor_options, secret) },
	{ "tcp-ao-key-file", "PATH",
	  "The same with TCP-AO (RFC 5925, HMAC-SHA-1-96).",
	  VALUE(RESET, tcp_ao_key_file, path),
	  .content = offsetof(struct bgp_neighbor_options, secret) },
	{ "tcp-ao-id", "N", "The number of the key, at both ends.",
	  NUMBER(RESET, tcp_ao_id, 1, UINT8_MAX), .usual = NEIGHBOR_TCP_AO_ID },
	{ "family", NULL, "Exchange routes of these families.",
	  CHOICE(RESET, families, bgp_families_names) },
	{ "add-path", NULL, "Exchange several paths for a prefix (RFC 7911).",
	  CHOICE(RESET, add_path, bgp_add_path_names) },
	{ "extended-next-hop", NULL,
	  "Allow IPv6 next hops for IPv4 routes (RFC 8950). Always allowed on "
	  "sessions over IPv6.",
	  SWITCH(RESET, extended_nexthop) },
	{ "graceful-restart", NULL,
	  "Keep routes over a restart (RFC 4724); for upstreams only.",
	  SWITCH(RESET, graceful_restart) },
	{ "relation", NULL, "The neighbor's role towards us (RFC 9234).",
	  CHOICE(RESET, relation, bgp_role_names) },
	{ "delay-open", "SECONDS",
	  "Let the neighbor send its OPEN first for this long.",
	  SECONDS(CONNECT, delay_open, 1, UINT8_MAX) },
	{ "min-hold-time", "SECONDS",
	  "Refuse a neighbor that offers a shorter hold time, or 0: none.",
	  SECONDS(CONNECT, min_hold_time, BGP_MIN_HOLD_TIME, UINT16_MAX) },
	{ "hold-time-zero", NULL,
	  "Accept peers of a prefix that offer no hold time (0). Silence never "
	  "ends their sessions.",
	  SWITCH(CONNECT, hold_time_zero) },
	{ "keep-on-link-down", NULL,
	  "Keep the session when its link goes down; without this it ends at "
	  "once, unless the neighbor is multihop.",
	  SWITCH(LIVE, keep_on_link_down) },
	{ "send-hold-time", "SECONDS",
	  "End the session if the neighbor does not read for this long (RFC "
	  "9687). Default: twice the hold time, at least 480.",
	  SECONDS(LIVE, send_hold_time, 1, UINT16_MAX) },
	{ "route-reflector-client", NULL,
	  "Reflect VIPs to and from the neighbor (RFC 4456); inside our AS.",
	  SWITCH(RESET, route_reflector_client) },
	{ "next-hop", NULL,
	  "Next hop of announced VIPs: self, this host; unchanged, the "
	  "server; auto: unchanged where we reflect, else self. Or next hops "
	  "that learned VIPs may have: peer, the neighbor itself; on-link; "
	  "any. Default: peer for backends, any for others and for a single "
	  "address inside our AS, such as a route reflector's.",
	  CHOICE(RESET, nexthop, neighbor_nexthop_names) },
	{ "encap", NULL,
	  "Packets go to the neighbor's next hops inside others: IP in IP, "
	  "GUE over UDP or GRE. So servers may be behind routers. bgp: as the "
	  "Tunnel Encapsulation attribute or community of each path says (RFC "
	  "9012), if it does.",
	  CHOICE(RESET, encapsulation, neighbor_encap_names) },
	{ "vips", "PREFIX[+PREFIX...]",
	  "The neighbor may announce these prefixes, and prefixes inside them, "
	  "only. Default: all of --vip.",
	  VALUE(JUDGE, vips, vips) },
	{ "max-prefix-length", "N",
	  "Refuse prefixes of the neighbor that are longer than this.",
	  NUMBER(JUDGE, max_prefix_length, 1, ADDRESS_BITS_IPV6) },
	{ "blackhole", NULL,
	  "Drop all packets to prefixes that the neighbor announces with the "
	  "community BLACKHOLE (RFC 7999), instead of using its paths to them.",
	  SWITCH(JUDGE, blackhole) },
	{ "flowspec", NULL,
	  "Filter packets as Flow Specifications of the neighbor say (RFC "
	  "8955), whose destination is inside --vip and its vips=; those of a "
	  "backend for what it announces only. See `show filters`.",
	  SWITCH(RESET, flowspec) },
	{ "max-prefix", "N",
	  "Most prefixes that the neighbor may announce, in each family. "
	  "Default: 1000 for backends, any number for others.",
	  AMOUNT(LIVE, max_prefix, 1, UINT32_MAX) },
	{ "max-prefix-action", NULL,
	  "Reaction to more: refuse them, end the session for a while, or only "
	  "log it.",
	  CHOICE(LIVE, max_prefix_action, neighbor_max_prefix_action_names) },
	{ "max-prefix-restart", "SECONDS", "How long the session stays down.",
	  SECONDS(LIVE, max_prefix_restart, 1, UINT16_MAX),
	  .usual = NEIGHBOR_MAX_PREFIX_RESTART_TIME },
	{ "max-paths", "N",
	  "Most paths of one prefix that the neighbor may announce (RFC 7911). "
	  "Default: 1024 for backends, any number for others.",
	  AMOUNT(LIVE, max_paths, 1, UINT16_MAX) },
	{ "max-attributes", "BYTES",
	  "Most bytes of path attributes that its paths may have together. "
	  "Default: 4096 for each of max-prefix for backends without Add-Path, "
	  "any number for others.",
	  AMOUNT(LIVE, max_attributes, 1, UINT32_MAX) },
	{ "max-next-hops", "N",
	  "Most next hops that its paths may have. Default: 64 for backends "
	  "unless next-hop is any, any number for others.",
	  NUMBER(RESET, max_nexthops, 1, NEIGHBOR_MAX_NEXTHOPS) },
	{ "max-bandwidth", "N",
	  "Most that a link bandwidth of the neighbor counts, in "
	  "--bandwidth-unit; a higher one counts as this. Default: 800000 for "
	  "backends, any for others.",
	  AMOUNT(DECIDE, max_bandwidth, 1, UINT32_MAX) },
	{ "pass-attributes", NULL,
	  "Pass communities, except well-known ones, and other transitive "
	  "attributes of VIPs that this backend announces on to upstreams.",
	  SWITCH(DECIDE, pass_attributes) },
	{ "remove-private-as", NULL,
	  "Remove AS numbers of private use from paths that are announced to "
	  "this external neighbor.",
	  SWITCH(DECIDE, remove_private_as) },
	{ "as-override", NULL,
	  "Announce paths with our AS in place of the neighbor's own, which "
	  "would make it refuse them.",
	  SWITCH(DECIDE, as_override) },
	{ "multipath", NULL,
	  "Its paths share sets with others; no: one of them is used alone or "
	  "not at all.",
	  CHOICE(DECIDE, multipath_off, multipath_names) },
	{ "join-delay", "SECONDS",
	  "Keep its paths out of sets that have others for this long after the "
	  "session came up: the service may start after the daemon.",
	  SECONDS(CONNECT, join_delay, 1, NEIGHBOR_MAX_WARM_UP) },
	{ "slow-start", "SECONDS",
	  "Let the weights of its paths rise in eight steps within this time, "
	  "after join-delay.",
	  SECONDS(CONNECT, slow_start, 1, NEIGHBOR_MAX_WARM_UP) },
	{ "aigp", NULL,
	  "Accept the accumulated IGP metric of this external neighbor (RFC "
	  "7311); internal ones need no key.",
	  SWITCH(RESET, aigp) },
	{ "bfd", NULL,
	  "End the session, and remove its paths at once, when its BFD session "
	  "(RFC 5881) fails.",
	  SWITCH(LIVE, bfd) },
	{ "bfd-key-file", "PATH",
	  "Sign BFD packets with the key in this file, of at most 20 bytes, "
	  "and drop others (RFC 5880 6.7).",
	  VALUE(RESET, bfd_key.path, path),
	  .content = offsetof(struct bgp_neighbor_options, bfd_key.secret) },
	{ "bfd-key-id", "N", "The number of the key, at both ends.",
	  NUMBER(RESET, bfd_key.id, 0, UINT8_MAX), .usual = BFD_KEY_ID },
	{ "bfd-auth", NULL,
	  "How the number of each packet counts: it rises with each one, or "
	  "may repeat. Default: meticulous-sha1.",
	  .traits = OPTION_DERIVED,
	  CHOICE(RESET, bfd_key.algorithm, bfd_auth_names) },
	SERVICE_KEYS(bgp_neighbor_options),
};

_Static_assert(COUNT_OF(neighbor_keys) == NEIGHBOR_KEY_COUNT,
	       "all keys are counted");
_Static_assert(COUNT_OF(neighbor_keys) <= ENTRY_MAX_KEYS,
	       "struct entry_draft has room for all keys");
