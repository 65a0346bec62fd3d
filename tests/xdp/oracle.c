// SPDX-License-Identifier: BSD-2-Clause
/*
 * The sections of docs/packet-path.md in order; Ethernet, the VIP and the next
 * hop are in this file.
 */

#include "oracle.h"

#include "flow_hash.h"
#include "oracle_packet.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	MAX_TAGS = 2,
	PRIORITY_SHIFT = 12,
	ID_MASK = 0xfff,
	MAPPED_AT = 12,
};

/* A frame on its way through the oracle */
struct passage {
	struct oracle *oracle;
	const struct frame *frame;
	uint32_t ifindex;
	const uint8_t *mac; /* destination MAC */
	struct oracle_tags tags;
	uint16_t ethertype;
	struct reader ip; /* from the IP header to the end of the frame */
	struct oracle_packet packet;
	struct prediction *prediction;
};

static bool is_tag(uint16_t ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD;
}

static bool is_for_port(const struct world *world, uint32_t ifindex,
			const uint8_t *mac)
{
	for (int i = 0; i < PORT_COUNT; i++)
		if (world->ports[i].ifindex == ifindex)
			return !memcmp(world->ports[i].mac, mac, ETH_ALEN);
	return false;
}

/* Section 1, 3: tags of ID 0 do not count. */
static bool is_of_a_vlan_taken(const struct passage *p)
{
	uint16_t ids[MAX_TAGS] = { 0 };
	const struct world_port_info *port = p->oracle->world->ports;
	int count = 0;

	while (port->ifindex != p->ifindex)
		port++;
	for (int i = 0; i < p->tags.count; i++)
		if (p->tags.ids[i])
			ids[count++] = p->tags.ids[i];
	if (!count)
		return port->untagged;
	return port->vlans.ids[ids[0]] & HG_VLAN_OUTER &&
	       (count < 2 || port->vlans.ids[ids[1]] & HG_VLAN_INNER);
}

/* Section 1 */
static enum hg_outcome read_ethernet(struct passage *p)
{
	struct reader r = reader_of(p->frame->bytes, p->frame->size);

	p->mac = reader_take(&r, ETH_ALEN);
	reader_take(&r, ETH_ALEN);
	p->ethertype = reader_u16(&r);
	while (is_tag(p->ethertype) && p->tags.count < MAX_TAGS) {
		uint16_t control = reader_u16(&r);

		p->tags.priorities[p->tags.count] = control >> PRIORITY_SHIFT;
		p->tags.ids[p->tags.count++] = control & ID_MASK;
		p->ethertype = reader_u16(&r);
	}
	p->ip = r;
	if (r.failed)
		return HG_PASSED_TRUNCATED;
	if (!is_for_port(p->oracle->world, p->ifindex, p->mac))
		return HG_PASSED_NOT_OUR_MAC;
	if (!is_of_a_vlan_taken(p))
		return HG_PASSED_OTHER_VLAN;
	if (p->ethertype != ETH_P_IP && p->ethertype != ETH_P_IPV6)
		return HG_PASSED_NOT_IP;
	return ORACLE_GO_ON;
}

/* Section 2. A host route is a prefix of full length. */
static const struct world_route *find_route(const struct world *world,
					    bool ipv6,
					    const struct hg_address *address)
{
	const struct world_route *best = NULL;

	for (uint32_t i = 0; i < world->route_count; i++) {
		const struct world_route *route = &world->routes[i];

		if (route->ipv6 == ipv6 &&
		    (!best || route->length > best->length) &&
		    world_matches(&route->address, address, ipv6,
				  route->length))
			best = route;
	}
	return best;
}

static enum hg_outcome find_vip(struct passage *p)
{
	bool ipv6 = p->ethertype == ETH_P_IPV6;

	if (p->ip.left < (ipv6 ? FRAME_IPV6_HEADER : FRAME_IPV4_HEADER))
		return HG_PASSED_TRUNCATED;
	if (ipv6)
		oracle_read_ipv6_addresses(p->ip, &p->packet);
	else
		oracle_read_ipv4_addresses(p->ip, &p->packet);
	p->prediction->route =
		find_route(p->oracle->world, ipv6, &p->packet.destination);
	if (!p->prediction->route)
		return HG_PASSED_NOT_VIP;
	if (oracle_is_martian(&p->packet) && !p->oracle->world->accept_martians)
		return HG_DROPPED_MARTIAN;
	return ORACLE_GO_ON;
}

static void note_event(struct passage *p, enum hg_event event)
{
	p->prediction->events |= 1 << event;
}

/* Section 6, 4 */
static enum hg_outcome spend_icmp_budget(struct passage *p)
{
	uint32_t rate = p->oracle->world->icmp_rate;
	uint32_t route = p->prediction->route->vip.counter;
	uint64_t *used = p->packet.too_big ? &p->oracle->too_big_used[route] :
					     &p->oracle->icmp_used[route];

	if (!p->packet.icmp_error)
		return ORACLE_GO_ON;
	if (rate && *used >= rate)
		return HG_DROPPED_ICMP_RATE;
	++*used;
	note_event(p, HG_EVENT_ICMP_ERROR);
	return ORACLE_GO_ON;
}

/* Sections 3 to 6 */
static enum hg_outcome read_packet(struct passage *p)
{
	enum hg_outcome outcome = p->packet.ipv6 ?
					  oracle_read_ipv6(p->ip, &p->packet) :
					  oracle_read_ipv4(p->ip, &p->packet);

	if (outcome == ORACLE_GO_ON)
		outcome = oracle_read_transport(&p->packet);
	if (outcome == ORACLE_GO_ON)
		outcome = spend_icmp_budget(p);
	return outcome;
}

static void put_address(const struct hg_address *address, bool ipv6,
			__u32 words[4])
{
	if (ipv6)
		memcpy(words, address->bytes, sizeof(address->bytes));
	else
		memcpy(words, address->bytes + MAPPED_AT, sizeof(*words));
}

/*
 * Return the protocol that the hash uses. All fragments of a packet must agree
 * on it.
 */
static uint8_t protocol_of(const struct oracle_packet *packet, uint32_t fields)
{
	if (packet->ipv6 && packet->part == PART_FIRST && !packet->icmp_error &&
	    fields == HG_HASH_3_TUPLE)
		return packet->fragment_protocol;
	return packet->protocol;
}

static uint64_t hash_of(const struct oracle_packet *packet, uint32_t fields)
{
	struct flow flow = {
		.source_port = htons(packet->source_port),
		.destination_port = htons(packet->destination_port),
		.protocol = protocol_of(packet, fields),
		.ipv6 = packet->ipv6,
	};

	put_address(&packet->source, packet->ipv6, flow.source);
	put_address(&packet->destination, packet->ipv6, flow.destination);
	return flow_hash(&flow, fields, world_key);
}

static const struct hg_bucket *bucket_at(const struct passage *p,
					 struct oracle_place place)
{
	return &p->oracle->world->buckets[place.group][place.index];
}

static struct oracle_place find_place(const struct passage *p, uint32_t fields)
{
	const struct hg_vip *vip = &p->prediction->route->vip;

	return (struct oracle_place){
		.group = vip->group,
		.index = hash_of(&p->packet, fields) % WORLD_TABLE_SIZE,
		.counter = vip->counter,
	};
}

/* Section 8. Packets of the mode "packet" have no flow. */
static bool is_tracked(const struct passage *p, struct oracle_place place)
{
	const struct hg_bucket *bucket = bucket_at(p, place);

	return (bucket->moving || bucket->tracked) &&
	       p->prediction->route->vip.hash_fields != HG_HASH_PACKET;
}

/*
 * Section 7. In packet mode the world has equal buckets, because the hash is a
 * random number.
 */
static uint32_t choose_from_bucket(struct passage *p, uint32_t fields)
{
	const struct world *world = p->oracle->world;
	struct oracle_place place = find_place(p, fields);
	const struct hg_bucket *bucket = bucket_at(p, place);
	uint32_t slot = bucket->current;

	p->prediction->bucket = place.group * WORLD_TABLE_SIZE + place.index;
	if (is_tracked(p, place))
		slot = oracle_affinity_choose(&p->oracle->affinity, world,
					      &p->packet, place,
					      &p->prediction->events);
	if (world->nexthops[slot].alive)
		return slot;
	if (!world->nexthops[bucket->backup].alive)
		return SLOT_NONE;
	note_event(p, HG_EVENT_BACKUP);
	return bucket->backup;
}

static struct oracle_packet_name name_of(const struct oracle_packet *packet)
{
	return (struct oracle_packet_name){
		.source = packet->source,
		.destination = packet->destination,
		.id = packet->id,
		.protocol = packet->ipv6 ? 0 : packet->protocol,
	};
}

/* Section 5, where the fragment lacks ports that it needs */
static uint32_t follow_first_fragment(struct passage *p, uint32_t fields)
{
	const struct oracle_packet_name name = name_of(&p->packet);
	const struct hg_nexthop *nexthops = p->oracle->world->nexthops;
	const struct hg_fragment *first = NULL;

	if (!p->packet.icmp_error)
		first = oracle_memory_get(&p->oracle->fragments, &name);
	if (first && nexthops[first->slot].alive &&
	    nexthops[first->slot].incarnation == first->incarnation) {
		note_event(p, HG_EVENT_FRAGMENT_FOLLOWED);
		return first->slot;
	}
	note_event(p, HG_EVENT_FRAGMENT_MISSED);
	return choose_from_bucket(p, fields);
}

static void remember_first_fragment(struct passage *p, uint32_t slot)
{
	const struct oracle_packet_name name = name_of(&p->packet);
	uint32_t incarnation = p->oracle->world->nexthops[slot].incarnation;

	oracle_memory_put(&p->oracle->fragments, &name,
			  (struct hg_fragment){ .slot = slot,
						.incarnation = incarnation });
	note_event(p, HG_EVENT_FRAGMENT_FIRST);
}

/* True if a fragment of the packet needs ports: for its hash, or its record */
static bool needs_ports(struct passage *p, uint32_t fields)
{
	struct oracle_place place;

	if (p->packet.part == PART_WHOLE || fields == HG_HASH_5_TUPLE)
		return true;
	place = find_place(p, fields);
	p->prediction->bucket = place.group * WORLD_TABLE_SIZE + place.index;
	return !p->packet.icmp_error && is_tracked(p, place);
}

/* Section 9: the fields of the hash that spreads packets inside a tunnel */
static uint32_t fields_of(const struct passage *p)
{
	uint32_t fields = p->prediction->route->vip.hash_fields;

	return fields == HG_HASH_5_TUPLE && p->packet.part == PART_LATER ?
		       HG_HASH_SRC_DST :
		       fields;
}

static uint32_t choose_nexthop(struct passage *p)
{
	uint32_t fields = p->prediction->route->vip.hash_fields;
	bool ports = needs_ports(p, fields);
	uint32_t slot;

	if (ports && p->packet.part == PART_LATER)
		return follow_first_fragment(p, fields == HG_HASH_5_TUPLE ?
							HG_HASH_SRC_DST :
							fields);
	slot = choose_from_bucket(p, fields);
	if (ports && p->packet.part == PART_FIRST && !p->packet.icmp_error &&
	    slot != SLOT_NONE)
		remember_first_fragment(p, slot);
	return slot;
}

static enum hg_outcome leave_for_nexthop(const struct passage *p)
{
	const struct world *world = p->oracle->world;
	const struct hg_nexthop *nexthop =
		&world->nexthops[p->prediction->slot];

	if (p->prediction->slot == SLOT_NONE)
		return HG_PASSED_NO_NEXTHOP;
	if (p->packet.size > nexthop->mtu)
		return HG_PASSED_TOO_BIG;
	if (nexthop->ifindex == p->ifindex)
		return HG_FORWARDED_TX;
	for (int i = 0; i < PORT_COUNT; i++)
		if (world->ports[i].ifindex == nexthop->ifindex)
			return HG_FORWARDED_REDIRECT;
	return HG_PASSED_NO_NEXTHOP;
}

bool oracle_is_forwarded(const struct prediction *prediction)
{
	return prediction->outcome == HG_FORWARDED_TX ||
	       prediction->outcome == HG_FORWARDED_REDIRECT;
}

/* Section 10. The slot stands in front of the frame. */
static void hand_up(struct passage *p)
{
	const struct hg_handed_up told = {
		.magic = HG_HANDED_UP_MAGIC,
		.slot = p->prediction->slot,
	};
	struct writer w = writer_of(p->prediction->out.bytes,
				    sizeof(p->prediction->out.bytes));

	writer_bytes(&w, &told, sizeof(told));
	writer_bytes(&w, p->frame->bytes, p->frame->size);
	p->prediction->out.size = w.used;
	note_event(p, HG_EVENT_HANDED_UP);
}

/* True if the kernel forwards the packet, too, and not to a known next hop. */
static bool is_kernels_choice(enum hg_outcome outcome)
{
	return outcome == HG_PASSED_SOURCE_ROUTED ||
	       outcome == HG_PASSED_JUMBOGRAM ||
	       outcome == HG_PASSED_EXTENSION_HEADERS ||
	       outcome == HG_PASSED_OTHER_ICMP;
}

static void write_out(struct passage *p)
{
	const struct prediction *prediction = p->prediction;

	if (oracle_is_forwarded(prediction)) {
		const struct oracle_exit exit = {
			.nexthop =
				p->oracle->world->nexthops + prediction->slot,
			.tunnel = p->oracle->world->tunnels + prediction->slot,
			.hash = hash_of(&p->packet, fields_of(p)),
		};

		oracle_write_out(p->frame, &p->tags, &p->packet, &exit,
				 &p->prediction->out);
		return;
	}
	p->prediction->out = *p->frame;
	if (prediction->slot != SLOT_NONE)
		hand_up(p);
	else if (is_kernels_choice(prediction->outcome))
		note_event(p, HG_EVENT_HANDED_UP_UNMARKED);
}

static enum hg_outcome judge_frame(struct passage *p)
{
	enum hg_outcome outcome = read_ethernet(p);

	if (outcome == ORACLE_GO_ON)
		outcome = find_vip(p);
	if (outcome == ORACLE_GO_ON)
		outcome = read_packet(p);
	if (outcome != ORACLE_GO_ON)
		return outcome;
	p->prediction->slot = choose_nexthop(p);
	return leave_for_nexthop(p);
}

void oracle_judge(struct oracle *oracle, const struct frame *frame,
		  uint32_t ifindex, struct prediction *prediction)
{
	struct passage passage = {
		.oracle = oracle,
		.frame = frame,
		.ifindex = ifindex,
		.prediction = prediction,
	};

	prediction->route = NULL;
	prediction->events = 0;
	prediction->slot = SLOT_NONE;
	prediction->bucket = ORACLE_NO_BUCKET;
	prediction->outcome = judge_frame(&passage);
	write_out(&passage);
}
