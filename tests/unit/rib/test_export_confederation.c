// SPDX-License-Identifier: BSD-2-Clause
/* Announcements to members of our confederation and to others: RFC 5065. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "export_world.h"

enum {
	CONFEDERATION = 65500,
	PATH_TEXT = 128,
};

static const struct neighbor_kind member = { .role = NEIGHBOR_ROLE_PEER,
					     .type = PEER_CONFEDERATION };
static const struct neighbor_kind inside = { .role = NEIGHBOR_ROLE_PEER,
					     .type = PEER_INTERNAL };

static int begin(void **state)
{
	static struct world world;

	world_init_with(&world, &(struct world_setup){ .confederation =
							       CONFEDERATION });
	*state = &world;
	return 0;
}

static void assert_path(const struct bgp_attributes *a, const char *expected)
{
	char text[PATH_TEXT];

	assert_string_equal(as_path_format(a->as_path, text, sizeof(text)),
			    expected);
}

/* Let `from` announce the VIP with this AS_PATH of 4-byte numbers. */
static void announce_path(struct world *world, struct rib_peer *from,
			  const uint8_t *path, size_t size)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .local_pref = 150,
					  .med = 3 };
	struct test_update t;

	test_announce(&t, &route);
	t.update.attributes.as_path = reader_of(path, size);
	adj_rib_in_update(world->rib, from, &t.update);
	rib_process(world->rib);
}

static void a_member_gets_our_as_among_members_and_our_preference(void **state)
{
	static const uint8_t path[] = {
		BGP_SEGMENT_SEQUENCE, 1, 0, 0, 0xfd, 0xe9
	};
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 0, &member);
	struct bgp_attributes a;

	announce_path(world, world->backends[0], path, sizeof(path));
	a = next_announcement(world, to);
	assert_path(&a, "(64512) 65001");
	assert_int_equal(a.local_pref, 150);
	assert_int_equal(a.med, 3);
}

static void others_see_one_as_in_place_of_all_members(void **state)
{
	static const uint8_t path[] = {
		BGP_SEGMENT_CONFED_SEQUENCE, 2, 0, 0, 0xfc, 0x58, 0, 0, 0, 7,
		BGP_SEGMENT_SEQUENCE,	     1, 0, 0, 0xfd, 0xe9
	};
	struct world *world = *state;
	struct bgp_attributes a;

	announce_path(world, further_up(world, 0, &member), path, sizeof(path));
	a = next_announcement(world, world->upstream);
	assert_path(&a, "65500 65001");
	assert_false(a.present & (BGP_HAS_LOCAL_PREF | BGP_HAS_MED));
}

static void between_members_and_our_own_all_is_passed_on(void **state)
{
	static const uint8_t path[] = {
		BGP_SEGMENT_CONFED_SEQUENCE, 1, 0, 0, 0xfc, 0x58
	};
	struct world *world = *state;
	struct rib_peer *from = further_up(world, 0, &member);
	struct rib_peer *own = further_up(world, 1, &inside);
	struct rib_peer *other = further_up(world, 2, &member);
	struct bgp_attributes a;

	announce_path(world, from, path, sizeof(path));
	a = next_announcement(world, own);
	assert_path(&a, "(64600)");
	assert_int_equal(a.local_pref, 150);
	a = next_announcement(world, other);
	assert_path(&a, "(64512 64600)");
	assert_has_route(world, from, VIP, false);
}

/* RFC 1997: NO_EXPORT ends at the confederation, SUBCONFED at our member. */
static void communities_know_where_the_confederation_ends(void **state)
{
	static const struct {
		uint32_t community;
		bool to_member;
	} rows[] = { { BGP_COMMUNITY_NO_EXPORT, true },
		     { BGP_COMMUNITY_NO_EXPORT_SUBCONFED, false } };
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct rib_peer *to = further_up(world, 0, &member);
	struct rib_peer *own = further_up(world, 1, &inside);

	for (size_t i = 0; i < 2; i++) {
		uint8_t bytes[4];
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct test_update t;

		writer_u32(&w, rows[i].community);
		test_announce(&t, &route);
		t.update.attributes.present |= BGP_HAS_COMMUNITIES;
		t.update.attributes.communities = reader_of(bytes, 4);
		adj_rib_in_update(world->rib, world->backends[0], &t.update);
		rib_process(world->rib);
		assert_has_route(world, to, VIP, rows[i].to_member);
		assert_has_route(world, own, VIP, true);
		assert_announced(world, VIP, false);
		assert_export_reason(world, VIP, EXPORT_NO_EXPORT);
	}
}

static void our_own_marks_in_a_path_are_loops(void **state)
{
	static const uint8_t through_member[] = { BGP_SEGMENT_CONFED_SEQUENCE,
						  2,
						  0,
						  0,
						  0xfc,
						  0x58,
						  0,
						  0,
						  0xfc,
						  0x00 };
	static const uint8_t through_all[] = {
		BGP_SEGMENT_SEQUENCE, 1, 0, 0, 0xff, 0xdc
	};
	/* 64512 outside of the confederation is another AS than our member. */
	static const uint8_t namesake[] = {
		BGP_SEGMENT_SEQUENCE, 1, 0, 0, 0xfc, 0x00
	};
	struct world *world = *state;

	announce_path(world, world->backends[0], through_member,
		      sizeof(through_member));
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
	announce_path(world, world->backends[0], through_all,
		      sizeof(through_all));
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
	announce_path(world, world->backends[0], namesake, sizeof(namesake));
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_member_gets_our_as_among_members_and_our_preference),
		TEST(others_see_one_as_in_place_of_all_members),
		TEST(between_members_and_our_own_all_is_passed_on),
		TEST(communities_know_where_the_confederation_ends),
		TEST(our_own_marks_in_a_path_are_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
