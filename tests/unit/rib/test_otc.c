// SPDX-License-Identifier: BSD-2-Clause
/* Only to Customer: RFC 9234 5, row by row, and in the rib. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export_world.h"
#include "rib/otc.h"

enum {
	NEIGHBOR_AS = 65001,
	OTHER_AS = 65099,
	NOT_MARKED = 0,
};

static struct bgp_attributes marked(uint32_t as)
{
	return (struct bgp_attributes){
		.present = as ? BGP_HAS_OTC : 0,
		.otc = as,
	};
}

/* In order: no mark, the neighbor's, another's. */
static const uint32_t marks[] = { NOT_MARKED, NEIGHBOR_AS, OTHER_AS };

static const struct {
	enum bgp_role relation;
	bool leak[3];
	uint32_t received[3]; /* the mark afterwards */
	bool kept[3];
	uint32_t sent; /* the mark of a route without one */
} rows[] = {
	{ BGP_ROLE_NONE,
	  { false, false, false },
	  { NOT_MARKED, NEIGHBOR_AS, OTHER_AS },
	  { false, false, false },
	  NOT_MARKED },
	{ BGP_ROLE_PROVIDER,
	  { false, false, false },
	  { NEIGHBOR_AS, NEIGHBOR_AS, OTHER_AS },
	  { false, true, true },
	  NOT_MARKED },
	{ BGP_ROLE_RS,
	  { false, false, false },
	  { NEIGHBOR_AS, NEIGHBOR_AS, OTHER_AS },
	  { false, true, true },
	  NOT_MARKED },
	{ BGP_ROLE_PEER,
	  { false, false, true },
	  { NEIGHBOR_AS, NEIGHBOR_AS, OTHER_AS },
	  { false, true, true },
	  LOCAL_AS },
	{ BGP_ROLE_CUSTOMER,
	  { false, true, true },
	  { NOT_MARKED, NEIGHBOR_AS, OTHER_AS },
	  { false, false, false },
	  LOCAL_AS },
	{ BGP_ROLE_RS_CLIENT,
	  { false, true, true },
	  { NOT_MARKED, NEIGHBOR_AS, OTHER_AS },
	  { false, false, false },
	  LOCAL_AS },
};

static void every_relation_follows_its_row(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		enum bgp_role relation = rows[r].relation;
		struct bgp_attributes a = marked(NOT_MARKED);

		otc_mark_sent(relation, LOCAL_AS, &a);
		assert_int_equal(a.otc, rows[r].sent);
		assert_int_equal(!!(a.present & BGP_HAS_OTC), !!rows[r].sent);
		for (size_t m = 0; m < 3; m++) {
			a = marked(marks[m]);
			assert_int_equal(otc_is_leak(relation, NEIGHBOR_AS, &a),
					 rows[r].leak[m]);
			assert_int_equal(otc_keeps_from(relation, &a),
					 rows[r].kept[m]);
			otc_mark_received(relation, NEIGHBOR_AS, &a);
			assert_int_equal(a.otc, rows[r].received[m]);
			a = marked(marks[m]);
			if (marks[m])
				otc_mark_sent(relation, LOCAL_AS, &a);
			assert_int_equal(a.otc, marks[m]); /* never replaced */
		}
	}
}

static void receive(struct world *world, unsigned int from, uint32_t otc)
{
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct test_update t;

	test_announce(&t, &route);
	if (otc) {
		t.update.attributes.present |= BGP_HAS_OTC;
		t.update.attributes.otc = otc;
	}
	adj_rib_in_update(world->rib, world->backends[from], &t.update);
	rib_process(world->rib);
}

static void a_leak_from_a_customer_is_not_used(void **state)
{
	struct world *world = *state;

	world->backends[0]->relation = BGP_ROLE_CUSTOMER;
	receive(world, 0, NOT_MARKED);
	assert_int_equal(reason_of(world, VIP, 0), REASON_NONE);
	receive(world, 0, OTHER_AS);
	assert_int_equal(reason_of(world, VIP, 0), REASON_FILTERED);
	assert_announced(world, VIP, false);
}

static void what_a_provider_sends_goes_to_customers_only(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	world->backends[0]->relation = BGP_ROLE_PROVIDER;
	upstream_again_as(world, BGP_ROLE_PROVIDER);
	receive(world, 0, NOT_MARKED);
	assert_export_reason(world, VIP, EXPORT_OTC);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	upstream_again_as(world, BGP_ROLE_CUSTOMER);
	assert_int_equal(next_announcement(world, world->upstream).otc, 65001);
}

static void a_route_to_a_customer_bears_our_mark(void **state)
{
	struct world *world = *state;

	upstream_again_as(world, BGP_ROLE_CUSTOMER);
	receive(world, 0, NOT_MARKED);
	assert_int_equal(next_announcement(world, world->upstream).otc,
			 LOCAL_AS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_relation_follows_its_row),
		cmocka_unit_test_setup_teardown(
			a_leak_from_a_customer_is_not_used, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_a_provider_sends_goes_to_customers_only, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_route_to_a_customer_bears_our_mark, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
