/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_ROUTES_H
#define TEST_ROUTES_H

/*
 * UPDATEs for the tests of the rib, built by hand so that they do not depend on
 * the decoder: one AS_SEQUENCE, one IPv4 prefix.
 */

#include <arpa/inet.h>
#include <string.h>

#include "bgp/codec/update.h"

struct test_route {
	const char *prefix;
	const char *nexthop;
	uint32_t as[4]; /* AS_PATH, ended by 0 */
	uint32_t local_pref;
	uint32_t med;
	uint8_t origin;
	uint32_t path_id; /* 0: a session without path identifiers */
};

/* Memory behind the views of one UPDATE. */
struct test_update {
	struct bgp_update update;
	uint8_t as_path[2 + 4 * 4];
	uint8_t nlri[9];
};

/* Encode one prefix, with the path identifier in front unless it is 0. */
static inline struct bgp_nlri test_nlri(struct test_update *t, const char *text,
					uint32_t path_id)
{
	struct writer w = writer_of(t->nlri, sizeof(t->nlri));
	struct prefix prefix;
	uint32_t ipv4;

	prefix_parse(text, &prefix);
	ipv4 = address_ipv4(&prefix.address);
	if (path_id)
		writer_u32(&w, path_id);
	writer_u8(&w, prefix.length);
	writer_bytes(&w, &ipv4, (prefix.length + 7u) / 8);
	return (struct bgp_nlri){
		.bytes = reader_of(t->nlri, w.used),
		.family = BGP_IPV4_UNICAST,
		.add_path = path_id,
	};
}

static inline struct reader test_as_path(struct test_update *t,
					 const uint32_t *as)
{
	struct writer w = writer_of(t->as_path, sizeof(t->as_path));
	uint8_t count = 0;

	while (count < 4 && as[count])
		count++;
	if (!count)
		return reader_of(t->as_path, 0);
	writer_u8(&w, BGP_SEGMENT_SEQUENCE);
	writer_u8(&w, count);
	for (uint8_t i = 0; i < count; i++)
		writer_u32(&w, as[i]);
	return reader_of(t->as_path, w.used);
}

static inline const struct bgp_update *
test_announce(struct test_update *t, const struct test_route *route)
{
	struct bgp_announced *part = &t->update.announced[BGP_PART_FIELD];
	struct bgp_attributes *a = &t->update.attributes;

	memset(t, 0, sizeof(*t));
	part->nlri = test_nlri(t, route->prefix, route->path_id);
	address_parse(route->nexthop, &part->nexthop);
	a->present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP;
	a->origin = route->origin;
	a->as_path = test_as_path(t, route->as);
	a->nexthop = part->nexthop;
	if (route->local_pref) {
		a->present |= BGP_HAS_LOCAL_PREF;
		a->local_pref = route->local_pref;
	}
	if (route->med) {
		a->present |= BGP_HAS_MED;
		a->med = route->med;
	}
	return &t->update;
}

static inline const struct bgp_update *
test_withdraw(struct test_update *t, const char *prefix, uint32_t path_id)
{
	memset(t, 0, sizeof(*t));
	t->update.withdrawn[BGP_PART_FIELD] = test_nlri(t, prefix, path_id);
	return &t->update;
}

#endif
