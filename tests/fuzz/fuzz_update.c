// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the body of an UPDATE, decoded on each kind of session. The
 * canonical form of the attributes must be a fixed point, a peer must accept
 * what is sent on, and all of it can be shown.
 */

#include "bgp/codec/as_path.h"
#include "bgp/codec/extended_community.h"
#include "bgp/codec/update.h"
#include "bgp/codec/update_describe.h"

#include <assert.h>
#include <string.h>

enum {
	TEXT_SIZE = 64,
	TYPES = 256,
	/* Bits of a kind of session. */
	AS4 = 1 << 0,
	EBGP = 1 << 1,
	ADD_PATH = 1 << 2,
	EXTENDED_NEXTHOP = 1 << 3,
	TOLERANT = 1 << 4,
	IPV4_ONLY = 1 << 5,
	SESSION_KINDS = 1 << 6,
};

static struct bgp_scratch scratch;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bgp_negotiated session_of(unsigned int kind)
{
	bool add_path = kind & ADD_PATH;

	return (struct bgp_negotiated){
		.peer_as = 65001,
		.as4 = kind & AS4,
		.ebgp = kind & EBGP,
		.extended_nexthop = kind & EXTENDED_NEXTHOP,
		.families = kind & IPV4_ONLY ? BGP_IPV4_UNICAST_BIT :
					       BGP_ALL_FAMILIES,
		.flowspec = kind & IPV4_ONLY ? 0 : BGP_FLOWSPEC_BOTH,
		.add_path_receive = { add_path, add_path },
		.add_path_send = { add_path, add_path },
		.max_message = BGP_MAX_EXTENDED_MESSAGE,
	};
}

static void walk(struct bgp_nlri nlri)
{
	struct bgp_path_key key;

	while (bgp_nlri_next(&nlri, &key))
		assert(bgp_nlri_family(&key.prefix) == nlri.family);
	assert(!nlri.bytes.failed);
}

static void use_path(struct reader path)
{
	static uint8_t longer[2 * UINT16_MAX];
	struct writer w = writer_of(longer, sizeof(longer));

	as_path_prepend(&w, path, 65001, 3);
	assert(!w.failed);
	assert(as_path_length(reader_of(longer, w.used)) ==
	       as_path_length(path) + 3);
	assert(as_path_last(path) == 0 ||
	       as_path_contains(path, as_path_last(path)));
}

static void show(const struct bgp_attributes *attributes)
{
	char text[TEXT_SIZE];
	double bandwidth;

	for (unsigned int type = 0; type < TYPES; type++)
		bgp_attributes_show(attributes, type, text, sizeof(text));
	if (extended_community_bandwidth(attributes, &bandwidth))
		assert(bandwidth >= 0);
}

static void check_canonical(const struct bgp_attributes *attributes)
{
	static uint8_t one[BGP_CANONICAL_MAX], two[BGP_CANONICAL_MAX];
	struct writer first = writer_of(one, sizeof(one));
	struct writer second = writer_of(two, sizeof(two));
	struct bgp_attributes view;

	bgp_attributes_encode(&first, attributes, BGP_AS4_SIZE);
	assert(!first.failed);
	bgp_attributes_view(one, first.used, &view);
	bgp_attributes_encode(&second, &view, BGP_AS4_SIZE);
	assert(first.used == second.used && !memcmp(one, two, first.used));
}

/*
 * Send accepted attributes on to a peer of either AS number size, which must
 * accept them.
 */
static void check_forwarding(const struct bgp_decode_context *context,
			     const struct bgp_attributes *attributes,
			     const struct bgp_path_key *key, bool as4)
{
	static uint8_t message[BGP_MAX_EXTENDED_MESSAGE];
	struct writer w = writer_of(message, sizeof(message));
	struct bgp_negotiated negotiated = *context->negotiated;
	struct bgp_decode_context peer = *context;
	struct bgp_update update;
	struct reader body;

	negotiated.as4 = as4;
	peer.negotiated = &negotiated;
	peer.accept_any_first_as = true;
	peer.accept_as_sets = true;
	if (!bgp_update_announce(&w, &negotiated, attributes, key, 1))
		return;
	body = reader_of(message + BGP_HEADER_SIZE, w.used - BGP_HEADER_SIZE);
	assert(bgp_update_decode(&peer, body, &scratch, &update) ==
	       BGP_VERDICT_OK);
}

/*
 * Copy the attributes first, as a rib does: decoding again needs the scratch
 * area.
 */
static void forward(const struct bgp_decode_context *context,
		    const struct bgp_attributes *attributes,
		    struct bgp_nlri nlri)
{
	static uint8_t kept[BGP_CANONICAL_MAX];
	struct writer w = writer_of(kept, sizeof(kept));
	struct bgp_attributes view;
	struct bgp_path_key key;

	if (!bgp_nlri_next(&nlri, &key))
		return;
	bgp_attributes_encode(&w, attributes, BGP_AS4_SIZE);
	bgp_attributes_view(kept, w.used, &view);
	check_forwarding(context, &view, &key, true);
	check_forwarding(context, &view, &key, false);
}

static void use(const struct bgp_decode_context *context,
		const struct bgp_update *update, struct reader body)
{
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_attributes attributes =
			bgp_update_attributes(update, part);

		walk(update->withdrawn[part]);
		walk(update->announced[part].nlri);
		show(&attributes);
		use_path(attributes.as_path);
		check_canonical(&attributes);
	}
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_attributes attributes;
		struct bgp_update again;

		/* Forwarding has overwritten the scratch area. */
		if (bgp_update_decode(context, body, &scratch, &again) >
		    BGP_VERDICT_DISCARD)
			return;
		attributes = bgp_update_attributes(&again, part);
		forward(context, &attributes, again.announced[part].nlri);
	}
}

static void decode(unsigned int kind, struct reader body)
{
	const struct bgp_negotiated negotiated = session_of(kind);
	const struct bgp_decode_context context = {
		.negotiated = &negotiated,
		.accept_any_first_as = kind & TOLERANT,
		.accept_as_sets = kind & TOLERANT,
		.accept_aigp = kind & TOLERANT,
		.survive_unknown_well_known = kind & TOLERANT,
	};
	struct bgp_update update;
	enum bgp_verdict verdict =
		bgp_update_decode(&context, body, &scratch, &update);
	char text[BGP_UPDATE_ERROR_TEXT_SIZE];

	assert(!update.error.reason == !verdict);
	bgp_update_describe(&update, text);
	assert(strlen(text) < sizeof(text) && !*text == !verdict);
	use(&context, &update, body);
}

/* The first byte is the kind of session, so that a run tries one kind only. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || size > BGP_MAX_EXTENDED_MESSAGE - BGP_HEADER_SIZE)
		return 0;
	decode(data[0] % SESSION_KINDS, reader_of(data + 1, size - 1));
	return 0;
}
