// SPDX-License-Identifier: BSD-2-Clause
/* The announcements that a neighbor has, as they were sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "rib/export_sent.h"
#include "rib/rib_internal.h"
#include "world.h"

static void send_all(struct world *world)
{
	static struct export_batch batch;

	rib_process(world->rib);
	while (export_batch_next(world->rib, world->upstream, &batch))
		;
}

static void has_the_attributes_as_they_were_sent(void **state)
{
	struct world *world = *state;
	struct export_sent sent = { 0 };
	char text[64];

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	/* Decided, but not sent yet. */
	assert_false(export_sent_next(world->rib, route_of(world, VIP),
				      world->upstream, &sent));
	send_all(world);
	sent = (struct export_sent){ 0 };
	assert_true(export_sent_next(world->rib, route_of(world, VIP),
				     world->upstream, &sent));
	assert_false(sent.pending);
	assert_string_equal(as_path_format(sent.attributes.as_path, text,
					   sizeof(text)),
			    "64512 65001");
	assert_string_equal(address_format(&sent.attributes.nexthop, text),
			    "10.0.255.2");
	assert_false(sent.attributes.present & BGP_HAS_LOCAL_PREF);
	assert_false(export_sent_next(world->rib, route_of(world, VIP),
				      world->upstream, &sent));
	sent = (struct export_sent){ 0 };
	assert_false(export_sent_next(world->rib, route_of(world, VIP),
				      world->backends[0], &sent));
}

static void a_withdrawal_is_pending_until_it_is_sent(void **state)
{
	struct world *world = *state;
	struct export_sent sent = { 0 };

	announce_vip(world, 0, VIP);
	send_all(world);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_sent_next(world->rib, route_of(world, VIP),
				     world->upstream, &sent));
	assert_true(sent.pending);
	assert_int_equal(sent.attributes.present, 0);
	send_all(world);
	assert_null(route_of(world, VIP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			has_the_attributes_as_they_were_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_withdrawal_is_pending_until_it_is_sent, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
