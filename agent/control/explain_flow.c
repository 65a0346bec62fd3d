// SPDX-License-Identifier: BSD-2-Clause
/*
 * The next hop of a flow: by the tables as the agent computed them, and by the
 * program, run on a frame. See explain.h.
 */

#include <errno.h>
#include <headgate/ctl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/explain.h"
#include "control/flow_frame.h"
#include "control/json.h"
#include "control/request.h"
#include "control/show.h"
#include "control/show_filters.h"
#include "core/array.h"
#include "core/encapsulation.h"
#include "core/hex.h"
#include "datapath/datapath.h"
#include "flow_hash.h"
#include "nexthop/tracker.h"
#include "steering/affinity.h"
#include "steering/steering.h"

enum {
	HASH_TEXT_SIZE = 19,
	ETHERNET_MINIMUM = 14,
};

/* The answer of the tables. */
struct choice {
	const struct steering_vip *vip; /* NULL: the destination is in none */
	const struct steering_group *group; /* NULL: the VIP has no table */
	uint32_t hash_fields;
	uint64_t hash;
	uint32_t bucket; /* of the group */
	const struct address *owner;
	const struct address *backup; /* NULL: none */
	const struct address *taken; /* the one of them that is alive; or NULL */
	/* While the bucket moves: where unknown flows go; or NULL. */
	const struct address *previous;
	const struct address *recorded; /* where a record says; or NULL */
};

static const struct address *group_member(const struct steering_group *group,
					  uint16_t member)
{
	return member == ASSIGN_NONE ? NULL : &group->members[member].address;
}

static bool is_address_alive(const struct control_view *view,
			     const struct address *address)
{
	const struct nexthop *nexthop =
		address ? tracker_find(view->tracker, address) : NULL;

	return nexthop && nexthop_is_alive(nexthop);
}

/* Return where the first record that counts sends a flow, or NULL. */
static const struct address *find_record(const struct control_view *view,
					 const struct flow *flow)
{
	static const enum hg_flow_map maps[] = {
		HG_FLOWS_PINNED,
		HG_FLOWS_NEW,
		HG_FLOWS_PROBATION,
	};
	uint64_t signature = flow_hash(flow, HG_HASH_5_TUPLE,
				       view->datapath_options->hash_key);
	struct hg_flow record;

	for (size_t i = 0; i < COUNT_OF(maps); i++)
		if (!datapath_find_flow(view->datapath, maps[i], signature,
					&record) &&
		    steering_flow_counts(view->steering, &record))
			return &steering_slot_at(view->steering, record.slot)
					->node.prefix.address;
	return NULL;
}

/* Add what a bucket that is tracked has besides its table. */
static void add_affinity(struct choice *choice, const struct control_view *view,
			 const struct flow *flow)
{
	const struct steering_group *group = choice->group;
	const struct slot *previous =
		steering_previous(view->steering, group, choice->bucket);

	if (!group->affinity ||
	    !group->affinity->buckets[choice->bucket].tracked)
		return;
	if (previous)
		choice->previous = &previous->node.prefix.address;
	choice->recorded = find_record(view, flow);
}

static struct choice choose_member(const struct control_view *view,
				   const struct flow *flow)
{
	const struct address destination = flow_destination(flow);
	const struct datapath_options *options = view->datapath_options;
	struct choice choice = {
		.vip = steering_match_vip(view->steering, &destination),
	};
	const struct steering_group *group;

	if (!choice.vip)
		return choice;
	group = choice.group = choice.vip->group;
	choice.hash_fields = steering_hash_fields_of(view->steering_options,
						     &choice.vip->node.prefix);
	choice.hash = flow_hash(flow, choice.hash_fields, options->hash_key);
	choice.bucket = (uint32_t)choice.hash & (options->table_size - 1);
	if (!group)
		return choice;
	choice.owner = group_member(group, group->owners[choice.bucket]);
	choice.backup = group_member(group, group->backups[choice.bucket]);
	if (is_address_alive(view, choice.owner))
		choice.taken = choice.owner;
	else if (is_address_alive(view, choice.backup))
		choice.taken = choice.backup;
	add_affinity(&choice, view, flow);
	return choice;
}

/* ------------------------------------------------------------- the tables */

static struct json_object *json_of_flow(const struct flow *flow)
{
	const struct address source = flow_source(flow);
	const struct address destination = flow_destination(flow);
	struct json_object *out = json_object_new_object();

	json_add(out, "source", json_of_address(&source));
	json_add_number(out, "source_port", be16toh(flow->source_port));
	json_add(out, "destination", json_of_address(&destination));
	json_add_number(out, "destination_port",
			be16toh(flow->destination_port));
	json_add_text(out, "protocol", flow_protocol_name(flow->protocol));
	return out;
}

static struct json_object *json_of_member(const struct address *address)
{
	return address ? json_of_address(address) : NULL;
}

static const char *choice_word(const struct choice *choice)
{
	if (!choice->vip)
		return "not a vip";
	if (!choice->group)
		return "no table";
	if (!choice->taken)
		return "no living next hop";
	return choice->taken == choice->owner ? "owner" : "backup";
}

static void add_choice(struct json_object *out, const struct choice *choice)
{
	struct json_object *table = json_object_new_object();
	char hash[HASH_TEXT_SIZE];

	json_add_text(table, "outcome", choice_word(choice));
	json_add(table, "next_hop", json_of_member(choice->taken));
	json_add(table, "backup", json_of_member(choice->backup));
	json_add(table, "previous", json_of_member(choice->previous));
	json_add(table, "recorded", json_of_member(choice->recorded));
	json_add(out, "table", table);
	if (!choice->vip)
		return;
	snprintf(hash, sizeof(hash), "0x%016" PRIx64, choice->hash);
	json_add(out, "vip", json_of_prefix(&choice->vip->node.prefix));
	json_add_text(out, "hash_fields",
		      steering_hash_fields_names[choice->hash_fields]);
	json_add_text(out, "hash", hash);
	json_add(out, "group",
		 choice->group ? json_object_new_uint64(choice->group->index) :
				 NULL);
	json_add_number(out, "bucket", choice->bucket);
}

/* ------------------------------------------------------------- the program */

static const char *action_name(uint32_t action)
{
	static const char *const names[] = {
		[XDP_ABORTED] = "XDP_ABORTED",	 [XDP_DROP] = "XDP_DROP",
		[XDP_PASS] = "XDP_PASS",	 [XDP_TX] = "XDP_TX",
		[XDP_REDIRECT] = "XDP_REDIRECT",
	};

	return action <= XDP_REDIRECT ? names[action] : "unknown";
}

/* 0 stands for none. */
static struct json_object *json_of_port(uint16_t port)
{
	return port ? json_object_new_int(port) : NULL;
}

/* Return the header that the packet goes inside of; NULL: it goes as it is. */
static struct json_object *
json_of_outer(const struct nexthop *nexthop,
	      const struct datapath_explanation *explanation)
{
	struct outer_header outer;
	struct json_object *out;

	if (!nexthop || !nexthop->encapsulation ||
	    !flow_frame_read_outer(explanation->head, explanation->head_size,
				   &outer))
		return NULL;
	out = json_object_new_object();
	json_add_text(out, "encapsulation",
		      encapsulation_names[nexthop->encapsulation]);
	json_add(out, "source", json_of_address(&outer.source));
	json_add(out, "destination", json_of_address(&outer.destination));
	json_add(out, "source_port", json_of_port(outer.source_port));
	json_add(out, "destination_port", json_of_port(outer.destination_port));
	return out;
}

static struct json_object *
json_of_explanation(const struct control_view *view,
		    const struct datapath_explanation *explanation)
{
	const struct nexthop *nexthop =
		show_nexthop_in(view, explanation->slot);
	struct json_object *out = json_object_new_object();

	json_add_text(out, "outcome", hg_outcome_name(explanation->outcome));
	json_add(out, "next_hop",
		 nexthop ? json_of_address(&nexthop->address) : NULL);
	json_add_text(out, "action", action_name(explanation->action));
	json_add(out, "filter",
		 show_filter_in(view, explanation->details.filter));
	if (explanation->action == XDP_TX ||
	    explanation->action == XDP_REDIRECT) {
		json_add_mac(out, "mac", explanation->head);
		json_add(out, "outer", json_of_outer(nexthop, explanation));
	}
	return out;
}

static struct json_object *json_of_slot(const struct control_view *view,
					uint32_t slot)
{
	const struct nexthop *nexthop = show_nexthop_in(view, slot);

	return nexthop ? json_of_address(&nexthop->address) : NULL;
}

/*
 * Return the rule by which a packet of a tracked bucket goes, and where the
 * flow goes after the window: to its record's next hop, or by the table. NULL:
 * the bucket is not tracked.
 */
static struct json_object *
affinity_json(const struct control_view *view, const struct choice *choice,
	      const struct datapath_explanation *explanation)
{
	const struct hg_explanation *details = &explanation->details;
	bool recorded = details->map < HG_FLOW_MAP_COUNT;
	struct json_object *out, *after = NULL;
	char signature[HASH_TEXT_SIZE];

	if (!details->signature)
		return NULL;
	if (recorded)
		after = json_of_slot(view, explanation->slot);
	else if (choice)
		after = json_of_member(choice->taken);
	out = json_object_new_object();
	snprintf(signature, sizeof(signature), "0x%016" PRIx64,
		 (uint64_t)details->signature);
	json_add_text(out, "signature", signature);
	json_add_text(out, "rule", hg_rule_name(details->rule));
	json_add_text(out, "record",
		      recorded ? hg_flow_map_name(details->map) : NULL);
	json_add(out, "previous", json_of_slot(view, details->previous));
	json_add(out, "after_window", after);
	return out;
}

/* Return the next hop that the program's rule leads to, by the agent's tables. */
static const struct address *expected_member(const struct choice *choice,
					     enum hg_rule rule)
{
	switch (rule) {
	case HG_RULE_FOLLOWED:
		return choice->recorded;
	case HG_RULE_PREVIOUS:
		return choice->recorded ? NULL : choice->previous;
	case HG_RULE_UNRECORDED:
		return choice->previous ? choice->previous : choice->taken;
	default:
		return choice->taken;
	}
}

/*
 * Return whether tables and program name the same next hop; NULL if the program
 * did not get as far as the tables, if it chooses by a random number, or if the
 * first fragment decides.
 */
static struct json_object *
agreement_json(const struct control_view *view, const struct choice *choice,
	       const struct datapath_explanation *explanation)
{
	const struct nexthop *nexthop =
		show_nexthop_in(view, explanation->slot);
	bool looked_up = nexthop ||
			 explanation->outcome == HG_PASSED_NO_NEXTHOP ||
			 explanation->outcome == HG_PASSED_NOT_VIP;
	enum hg_rule rule = explanation->details.rule;
	const struct address *expected = expected_member(choice, rule);

	if (!looked_up || choice->hash_fields == HG_HASH_PACKET ||
	    rule == HG_RULE_FRAGMENT)
		return NULL;
	return json_object_new_boolean(
		nexthop && expected ?
			address_equal(&nexthop->address, expected) :
			!nexthop && !expected);
}

/*
 * Return the first port in *ifindex and `mac`; the program treats all ports
 * alike. False if there is none.
 */
static bool find_ingress_port(const struct control_view *view,
			      uint32_t *ifindex, uint8_t mac[MAC_SIZE])
{
	for (size_t i = 0; i < view->datapath_options->interface_count; i++) {
		const struct nexthop_link *link = tracker_link_by_name(
			view->tracker, view->datapath_options->interfaces[i]);

		if (!link)
			continue;
		*ifindex = link->ifindex;
		memcpy(mac, link->mac, MAC_SIZE);
		return true;
	}
	return false;
}

#define MERGED "merged behind the program (GRO), or not yet cut (TSO)"

static const char too_long[] = "longer than a frame can be: " MERGED;
static const char no_port[] = "no interface of --interface exists yet";

static const char *trial_error(int error)
{
	if (error == -EINVAL)
		return "the kernel does not run the program on this frame: "
		       "it must have from 14 bytes to about a page; longer "
		       "ones in captures were " MERGED;
	if (error == -EOPNOTSUPP)
		return "this kernel cannot run the program on a frame as if it "
		       "came in by an interface: 5.15 and later can; the "
		       "program goes by the table";
	return strerror(-error);
}

/* Add the answer of the program for a frame, and whether the tables agree. */
static void add_program(struct json_object *out,
			const struct control_view *view, const uint8_t *frame,
			size_t size, uint32_t ifindex,
			const struct choice *choice)
{
	struct datapath_explanation explanation;
	int error = datapath_explain(view->datapath, frame, size, ifindex,
				     &explanation);

	if (error) {
		json_add_text(out, "program_error", trial_error(error));
		return;
	}
	json_add(out, "program", json_of_explanation(view, &explanation));
	json_add(out, "affinity", affinity_json(view, choice, &explanation));
	json_add(out, "agree",
		 choice ? agreement_json(view, choice, &explanation) : NULL);
}

/* ------------------------------------------------------------- requests */

static struct json_object *answer_flow(const struct control_view *view,
				       const struct flow *flow)
{
	struct choice choice = choose_member(view, flow);
	struct json_object *out = json_object_new_object();
	uint8_t frame[FLOW_FRAME_MAX], mac[MAC_SIZE];
	uint32_t ifindex;
	size_t size;

	json_add(out, "flow", json_of_flow(flow));
	add_choice(out, &choice);
	if (find_ingress_port(view, &ifindex, mac)) {
		size = flow_frame_write(flow, mac, frame);
		add_program(out, view, frame, size, ifindex, &choice);
	} else {
		json_add_text(out, "program_error", no_port);
	}
	return json_wrap("explain", out);
}

static bool parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long number;

	if (!text || *text < '0' || *text > '9')
		return false;
	number = strtoul(text, &end, 10);
	if (*end || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* Return NULL and the flow, or the reply {"error": ...}. */
static struct json_object *parse_flow(struct json_object *json,
				      struct flow *flow)
{
	const char *from = json_get_text(json, "source");
	const char *to = json_get_text(json, "destination");
	const char *name = json_get_text(json, "protocol");
	struct address source, destination;
	uint16_t ports[2];
	uint8_t protocol;

	if (!from || !address_parse(from, &source))
		return request_failure("source '%s': not an address",
				       from ? from : "");
	if (!to || !address_parse(to, &destination))
		return request_failure("destination '%s': not an address",
				       to ? to : "");
	if (!parse_port(json_get_text(json, "source_port"), &ports[0]) ||
	    !parse_port(json_get_text(json, "destination_port"), &ports[1]))
		return request_failure("port: must be a number from 0 to %d",
				       UINT16_MAX);
	protocol = name ? flow_protocol_parse(name, &source) : 0;
	if (!protocol)
		return request_failure(
			"protocol '%s': unknown; allowed: tcp, udp, icmp",
			name ? name : "");
	if (flow_make(&source, ports[0], &destination, ports[1], protocol,
		      flow))
		return request_failure("%s and %s: not of one address family",
				       from, to);
	return NULL;
}

struct json_object *explain_flow(const struct control_view *view,
				 struct json_object *request)
{
	struct json_object *json = NULL, *failure;
	struct flow flow;

	json_object_object_get_ex(request, "flow", &json);
	failure = parse_flow(json, &flow);
	return failure ? failure : answer_flow(view, &flow);
}

struct json_object *explain_frame(const struct control_view *view,
				  struct json_object *request)
{
	const char *hex = json_get_text(request, "frame");
	static uint8_t frame[HG_CTL_MAX_FRAME];
	long size = hex ? hex_read(hex, frame, sizeof(frame)) : -1;
	struct json_object *out, *wire_size = NULL;
	struct choice choice;
	const char *odd;
	uint32_t ifindex;
	struct flow flow;

	if (size < ETHERNET_MINIMUM)
		return request_failure("frame: must be from %d to %d bytes, "
				       "each as two hexadecimal digits",
				       ETHERNET_MINIMUM, HG_CTL_MAX_FRAME);
	out = json_object_new_object();
	odd = flow_frame_read(frame, (size_t)size, &flow);
	json_add_text(out, "not_a_plain_flow", odd);
	if (!odd) {
		json_add(out, "flow", json_of_flow(&flow));
		choice = choose_member(view, &flow);
		add_choice(out, &choice);
	}
	json_object_object_get_ex(request, "wire_size", &wire_size);
	/* A capture may be from another host: write our MAC as destination. */
	if (json_object_get_int64(wire_size) > size)
		json_add_text(out, "program_error", too_long);
	else if (find_ingress_port(view, &ifindex, frame))
		add_program(out, view, frame, (size_t)size, ifindex,
			    odd ? NULL : &choice);
	else
		json_add_text(out, "program_error", no_port);
	return json_wrap("explain", out);
}
