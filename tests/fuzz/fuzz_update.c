// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the body of an UPDATE, as each kind of session reads it. The
 * canonical form of the attributes must be a fixed point, and what is sent on
 * must be accepted by a peer.
 */

#include "bgp/as_path.h"
#include "bgp/update.h"

#include <assert.h>

enum {
	TEXT_SIZE = 128,
	SESSION_KINDS = 16,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bgp_decode_context session(unsigned int kind)
{
	return (struct bgp_decode_context){
		.peer_as = 65001,
		.as4 = kind & 1,
		.ebgp = kind & 2,
		.accept_any_first_as = kind & 4,
		.accept_as_sets = kind & 8,
	};
}

static void walk(struct reader nlri)
{
	struct prefix prefix;

	while (bgp_nlri_next(&nlri, &prefix))
		assert(prefix.length <= ADDRESS_BITS_IPV4);
	assert(!nlri.failed);
}

static void use_path(struct reader path)
{
	uint8_t longer[4 * BGP_MAX_MESSAGE];
	struct writer w = writer_of(longer, sizeof(longer));
	char text[TEXT_SIZE];

	as_path_format(path, text, sizeof(text));
	as_path_prepend(&w, path, 65001, 3);
	assert(!w.failed);
	assert(as_path_length(reader_of(longer, w.used)) ==
	       as_path_length(path) + 3);
	assert(as_path_last(path) == 0 ||
	       as_path_contains(path, as_path_last(path)));
}

static void check_canonical(const struct bgp_attributes *attributes)
{
	/* A 2-byte path may double. */
	uint8_t one[3 * BGP_MAX_MESSAGE], two[3 * BGP_MAX_MESSAGE];
	struct writer first = writer_of(one, sizeof(one));
	struct writer second = writer_of(two, sizeof(two));
	struct bgp_attributes view;

	bgp_attributes_encode(&first, attributes, BGP_AS4_SIZE);
	assert(!first.failed);
	bgp_attributes_view(one, first.used, &view);
	bgp_attributes_encode(&second, &view, BGP_AS4_SIZE);
	assert(first.used == second.used && !memcmp(one, two, first.used));
}

static void check_forwarding(const struct bgp_decode_context *context,
			     const struct bgp_attributes *attributes,
			     size_t as_size)
{
	static const struct prefix host = {
		.address.bytes = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
		.length = ADDRESS_BITS_IPV4
	};
	struct bgp_decode_context peer = *context;
	uint8_t message[BGP_MAX_MESSAGE];
	struct writer w = writer_of(message, sizeof(message));
	struct bgp_scratch scratch;
	struct bgp_update update;
	struct reader body;

	if (!bgp_update_announce(&w, attributes, as_size, &host, 1))
		return;
	peer.as4 = as_size == BGP_AS4_SIZE;
	peer.accept_any_first_as = true;
	body = reader_of(message + BGP_HEADER_SIZE, w.used - BGP_HEADER_SIZE);
	assert(bgp_update_decode(&peer, body, &scratch, &update) ==
	       BGP_VERDICT_OK);
}

static void decode(unsigned int kind, struct reader body)
{
	const struct bgp_decode_context context = session(kind);
	struct bgp_scratch scratch;
	struct bgp_update update;
	enum bgp_verdict verdict =
		bgp_update_decode(&context, body, &scratch, &update);

	assert(!update.fault.reason == !verdict);
	walk(update.withdrawn);
	walk(update.announced);
	use_path(update.attributes.as_path);
	check_canonical(&update.attributes);
	if (verdict > BGP_VERDICT_DISCARD || !update.announced.left)
		return;
	check_forwarding(&context, &update.attributes, BGP_AS4_SIZE);
	check_forwarding(&context, &update.attributes, BGP_AS2_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > BGP_MAX_MESSAGE - BGP_HEADER_SIZE)
		return 0;
	for (unsigned int kind = 0; kind < SESSION_KINDS; kind++)
		decode(kind, reader_of(data, size));
	return 0;
}
