// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --neighbor that are about transport and session. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_helpers.h"

enum {
	LINE_SIZE = 800,
};

static const struct bgp_neighbor_options *neighbor_of(const char *value)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "neighbor %s", value);
	assert_int_equal(parse_lines(line), 0);
	return &config.bgp.neighbors[1];
}

/* One error about `value`, that says `message`. */
static void assert_refused(const char *value, const char *message)
{
	char line[LINE_SIZE], expected[LINE_SIZE];

	assert_true(snprintf(line, sizeof(line), "neighbor %s", value) <
		    LINE_SIZE);
	assert_true(snprintf(expected, sizeof(expected), "--neighbor %s: %s",
			     value, message) < LINE_SIZE);
	assert_error(line, expected);
}

/* The canonical form of the neighbor is `text`. */
static void assert_prints(const char *value, const char *text)
{
	char *printed = NULL, expected[LINE_SIZE];
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);

	neighbor_of(value);
	config_print(&config, out);
	fclose(out);
	snprintf(expected, sizeof(expected), "\nneighbor %s\n", text);
	if (!strstr(printed, expected))
		fail_msg("no '%s' in %s", expected, printed);
	free(printed);
}

static void a_neighbor_is_near_and_speaks_both_families(void **state)
{
	const struct bgp_neighbor_options *neighbor = neighbor_of("10.0.0.3");

	(void)state;
	assert_true(address_is_zero(&neighbor->source));
	assert_int_equal(neighbor->multihop, 0);
	assert_int_equal(neighbor->ttl_security, 0);
	assert_int_equal(neighbor->delay_open, 0);
	assert_int_equal(neighbor->min_hold_time, 0);
	assert_int_equal(neighbor->send_hold_time, 0);
	assert_int_equal(neighbor->families, BGP_ALL_FAMILIES);
	assert_int_equal(neighbor->add_path, 0);
	assert_int_equal(neighbor->relation, BGP_ROLE_NONE);
	assert_false(neighbor->extended_nexthop);
	assert_false(neighbor->graceful_restart);
	assert_int_equal(neighbor->secret.size, 0);
}

static void a_neighbor_has_a_name_for_people(void **state)
{
	(void)state;
	assert_string_equal(neighbor_of("10.0.0.3")->name, "");
	assert_string_equal(neighbor_of("10.0.0.3,name=rack1/web-1")->name,
			    "rack1/web-1");
	assert_prints("10.0.0.3,name=rack1/web-1,role=backend",
		      "10.0.0.3,role=backend,name=rack1/web-1,port=179,"
		      "hold-time=9,max-prefix=1000,max-attributes=4096000,"
		      "max-bandwidth=800000");
	neighbor_of("10.0.0.3,name=0123456789012345678901234567890");
	assert_refused(
		"10.0.0.3,name=01234567890123456789012345678901",
		"name=01234567890123456789012345678901: must be at most 31 "
		"ASCII characters without blanks");
	assert_refused(
		"10.0.0.3,name=Z\xc3\xbcrich",
		"name=Z\xc3\xbcrich: must be at most 31 ASCII characters "
		"without blanks");
	assert_refused(
		"10.0.0.3,name=",
		"name=: must be at most 31 ASCII characters without blanks");
}

static void every_key_prints_as_it_is_read(void **state)
{
	(void)state;
	assert_prints("10.0.0.3,source=10.0.0.9,multihop=5,family=ipv4,"
		      "add-path=both,extended-next-hop,graceful-restart,"
		      "role=upstream,relation=rs-client,delay-open=7,"
		      "min-hold-time=20,send-hold-time=100",
		      "10.0.0.3,role=upstream,port=179,hold-time=90,"
		      "source=10.0.0.9,multihop=5,family=ipv4,add-path=both,"
		      "extended-next-hop,graceful-restart,relation=rs-client,"
		      "delay-open=7,min-hold-time=20,send-hold-time=100");
	assert_prints("10.0.0.3,family=both,add-path=none,relation=none",
		      "10.0.0.3,role=none,port=179,hold-time=90");
}

static void distances_may_be_left_to_their_usual_value(void **state)
{
	(void)state;
	assert_int_equal(neighbor_of("10.0.0.3,multihop")->multihop, 64);
	assert_int_equal(neighbor_of("10.0.0.3,ttl-security")->ttl_security, 1);
	assert_prints("10.0.0.3,ttl-security=3",
		      "10.0.0.3,role=none,port=179,hold-time=90,"
		      "ttl-security=3");
}

static void values_out_of_range_are_refused(void **state)
{
	static const struct {
		const char *key, *allowed;
	} bad[] = {
		{ "multihop=1", "must be a number from 2 to 255" },
		{ "multihop=256", "must be a number from 2 to 255" },
		{ "ttl-security=0", "must be a number from 1 to 254" },
		{ "ttl-security=255", "must be a number from 1 to 254" },
		{ "delay-open=0", "must be a number from 1 to 255" },
		{ "min-hold-time=2", "must be a number from 3 to 65535" },
		{ "send-hold-time=x", "must be a number from 1 to 65535" },
		{ "source=eth0",
		  "must be the address of a host, such as 10.0.0.11" },
		{ "source=0.0.0.0",
		  "must be the address of a host, such as 10.0.0.11" },
		{ "password-file=key",
		  "must be an absolute path without blanks, of at most 99 "
		  "bytes" },
		{ "tcp-ao-id=256", "must be a number from 1 to 255" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char value[64], message[128];

		snprintf(value, sizeof(value), "10.0.0.3,%s", bad[i].key);
		snprintf(message, sizeof(message), "%s: %s", bad[i].key,
			 bad[i].allowed);
		assert_refused(value, message);
	}
}

static void a_mistyped_choice_names_the_nearest(void **state)
{
	(void)state;
	assert_refused("10.0.0.3,family=ipv5",
		       "family=ipv5: must be ipv4, ipv6 or both; did you mean "
		       "'ipv4'?");
	assert_refused("10.0.0.3,relation=custmer",
		       "relation=custmer: must be provider, rs, rs-client, "
		       "customer, peer or none; did you mean 'customer'?");
	assert_refused("10.0.0.3,ad-path=send",
		       "unknown key 'ad-path'; did you mean 'add-path'?");
}

static void graceful_restart_is_for_upstreams(void **state)
{
	(void)state;
	assert_refused("10.0.0.3,role=backend,graceful-restart",
		       "graceful-restart is for role=upstream: a dead backend "
		       "would keep its flows until its restart time is over; "
		       "remove graceful-restart");
	assert_refused("10.0.0.3,graceful-restart",
		       "graceful-restart is for role=upstream: a dead neighbor "
		       "would keep its flows until its restart time is over; "
		       "remove graceful-restart");
}

static void keys_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	assert_refused(
		"10.0.0.3,multihop,ttl-security",
		"ttl-security already says how far away the neighbor may "
		"be; remove multihop");
	assert_refused(
		"10.0.0.3,bfd,multihop",
		"bfd is for neighbors on a link of this host (RFC 5881); "
		"remove bfd or multihop");
	assert_refused("10.0.0.3,source=fd00::1",
		       "source and neighbor are of different families; give a "
		       "source of the same family");
	assert_refused("10.0.0.0/24,source=10.0.0.1",
		       "source is for connecting, but a prefix never connects; "
		       "remove source");
	assert_refused("10.0.0.3,extended-next-hop,family=ipv6",
		       "extended-next-hop is for IPv4 routes; remove it, or "
		       "family=ipv6");
	assert_refused(
		"10.0.0.3,password-file=/a,tcp-ao-key-file=/b",
		"password-file and tcp-ao-key-file exclude each other (RFC "
		"5925 1.1); remove one");
	assert_refused(
		"10.0.0.3,tcp-ao-id=4",
		"tcp-ao-id is for the key of tcp-ao-key-file; remove it");
}

static void times_must_fit_each_other(void **state)
{
	(void)state;
	assert_refused("10.0.0.3,role=backend,min-hold-time=10",
		       "min-hold-time=10 is above our own hold-time=9; lower "
		       "min-hold-time or raise hold-time");
	assert_refused(
		"10.0.0.3,hold-time=30,send-hold-time=30",
		"send-hold-time=30 must be longer than hold-time=30 (RFC "
		"9687)");
	neighbor_of("10.0.0.3,hold-time=0,min-hold-time=10,send-hold-time=1");
}

static void every_broken_rule_is_named(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,multihop,ttl-security,"
				     "graceful-restart,tcp-ao-id=1"),
			 3);
}

/* ------------------------------------------------------------- interfaces */

static void an_interface_is_one_neighbor_of_unknown_address(void **state)
{
	const struct bgp_neighbor_options *neighbor =
		neighbor_of("eth0.100,as=external,role=upstream");

	(void)state;
	assert_string_equal(neighbor->interface, "eth0.100");
	assert_true(neighbor_is_interface(neighbor));
	assert_false(neighbor_is_dynamic(neighbor));
	assert_false(neighbor->passive);
	assert_int_equal(neighbor->limit, 0);
	assert_prints("eth0,as=external", "eth0,as=external,role=none,port=179,"
					  "hold-time=90");
}

static void a_link_local_address_has_its_interface(void **state)
{
	const struct bgp_neighbor_options *neighbor =
		neighbor_of("fe80::1%eth1");

	(void)state;
	assert_string_equal(neighbor->interface, "eth1");
	assert_false(neighbor_is_interface(neighbor));
	assert_false(neighbor_is_dynamic(neighbor));
	assert_prints("fe80::1%eth1", "fe80::1%eth1,role=none,port=179,"
				      "hold-time=90");
	assert_refused("fe80::1", "a link-local address needs its interface; "
				  "give fe80::1%eth0, or eth0 alone");
	assert_refused(
		"10.0.0.1%eth0",
		"only a link-local address has an interface; remove %eth0");
	assert_refused(
		"fe80::1%",
		"'' is not the name of an interface; `ip link` lists them");
}

static void an_interface_neighbor_is_near_and_has_no_key(void **state)
{
	(void)state;
	assert_refused(
		"eth0,multihop",
		"a link-local neighbor is on a link of this host; remove "
		"multihop");
	assert_refused("eth0,password-file=/key",
		       "a key needs the neighbor's address; give fe80::1%eth0 "
		       "instead of the interface");
}

static void two_interfaces_are_two_neighbors(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor eth0\nneighbor eth1\n"
				     "neighbor fe80::1%eth0\n"
				     "neighbor fe80::1%eth1"),
			 0);
	assert_int_equal(parse_lines("neighbor eth0\nneighbor eth0"), 1);
	assert_non_null(strstr(errors, "file:7: --neighbor eth0: given before "
				       "on file:6; keep only one\n"));
}

static void what_looks_like_an_address_is_no_interface(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0"), 1);
	assert_non_null(strstr(errors, "10.0.0: must be an address"));
	assert_int_equal(parse_lines("neighbor fd00::g"), 1);
	assert_non_null(strstr(errors, "fd00::g: must be an address"));
	assert_int_equal(parse_lines("neighbor a-name-that-is-too-long"), 1);
}

static void interfaces_of_neighbors_are_held_against_the_host(void **state)
{
	static const char *const host[] = { "eth0", NULL };

	(void)state;
	host_interfaces = host;
	assert_int_equal(parse_words("--as 1 --router-id 10.0.0.1 --vip "
				     "192.0.2.1 --interface eth0 "
				     "--neighbor eht0 --neighbor eth0"),
			 1);
	host_interfaces = NULL;
	assert_non_null(strstr(errors, "--neighbor eht0: this host has no such "
				       "interface; did you mean 'eth0'?\n"));
}

/* ------------------------------------------------------------- secrets */

static void a_key_is_read_at_once_and_never_printed(void **state)
{
	char path[] = "/tmp/headgate-test-XXXXXX", value[128];
	int fd = mkstemp(path);
	const struct bgp_neighbor_options *neighbor;

	(void)state;
	assert_int_equal(write(fd, "hush hush\n", 10), 10);
	snprintf(value, sizeof(value), "10.0.0.3,password-file=%s", path);
	neighbor = neighbor_of(value);
	assert_int_equal(neighbor->secret.size, 9);
	assert_memory_equal(neighbor->secret.bytes, "hush hush", 9);
	snprintf(value, sizeof(value),
		 "10.0.0.3,role=none,port=179,hold-time=90,password-file=%s",
		 path);
	assert_prints(value, value);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(parse_lines("neighbor 10.0.0.3,password-file=/none"),
			 1);
	assert_non_null(strstr(errors, "/none: No such file or directory\n"));
	assert_null(strstr(errors, "hush"));
	close(fd);
	unlink(path);
}

#define ONE_KEY                                                        \
	"have one key, which the kernel asks of both; give the other " \
	"one a key file, too"

/* The kernel would refuse the key, and with it the listener. */
static void keys_of_overlapping_ranges_must_be_told_apart(void **state)
{
	static const struct {
		const char *first, *second, *why;
	} table[] = {
		{ "10.1.0.0/24,tcp-ao-key-file=", "10.1.0.7,tcp-ao-key-file=",
		  "have TCP-AO keys of the same id; give one of them another "
		  "tcp-ao-id" },
		{ "10.1.0.7,tcp-ao-key-file=", "10.1.0.0/24,tcp-ao-key-file=",
		  "have TCP-AO keys of the same id; give one of them another "
		  "tcp-ao-id" },
		{ "10.1.0.0/16,tcp-ao-key-file=", "10.1.2.0/24,password-file=",
		  "have keys of both kinds; use either password-file or "
		  "tcp-ao-key-file for both" },
		{ "10.1.2.3,password-file=", "10.1.2.0/24,tcp-ao-key-file=",
		  "have keys of both kinds; use either password-file or "
		  "tcp-ao-key-file for both" },
		/* The key of a range is asked of all in it. */
		{ "10.1.0.0/16,password-file=", "10.1.2.3,name=", ONE_KEY },
		{ "10.1.2.0/24,name=", "10.1.0.0/16,tcp-ao-key-file=", ONE_KEY },
		{ "fe80::2%eth0,password-file=", "fe80::2%eth1,name=", ONE_KEY },
		/* Allowed: the longest prefix counts; other ids; apart. */
		{ "10.1.0.0/16,name=", "10.1.2.3,password-file=", NULL },
		{ "10.1.0.0/24,password-file=", "10.1.1.3,name=", NULL },
		{ "fe80::2%eth0,password-file=", "fe80::2%eth1,password-file=",
		  NULL },
		{ "10.1.0.0/16,password-file=", "10.1.2.0/24,password-file=",
		  NULL },
		{ "10.1.0.0/16,tcp-ao-id=2,tcp-ao-key-file=",
		  "10.1.2.3,tcp-ao-key-file=", NULL },
		{ "10.1.0.0/24,tcp-ao-key-file=", "10.1.1.0/24,password-file=",
		  NULL },
	};
	char path[] = "/tmp/headgate-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "hush\n", 5), 5);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *second = table[i].second;
		char lines[LINE_SIZE], expected[LINE_SIZE];

		snprintf(lines, sizeof(lines), "neighbor %s%s\nneighbor %s%s",
			 table[i].first, path, second, path);
		assert_int_equal(parse_lines(lines), table[i].why ? 1 : 0);
		if (!table[i].why)
			continue;
		snprintf(expected, sizeof(expected),
			 "file:7: --neighbor %.*s: overlaps with --neighbor "
			 "%.*s, given on file:6, and they %s\n",
			 (int)strcspn(second, ","), second,
			 (int)strcspn(table[i].first, ","), table[i].first,
			 table[i].why);
		assert_non_null(strstr(errors, expected));
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_neighbor_is_near_and_speaks_both_families),
		cmocka_unit_test(a_neighbor_has_a_name_for_people),
		cmocka_unit_test(every_key_prints_as_it_is_read),
		cmocka_unit_test(distances_may_be_left_to_their_usual_value),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(a_mistyped_choice_names_the_nearest),
		cmocka_unit_test(graceful_restart_is_for_upstreams),
		cmocka_unit_test(keys_that_contradict_each_other_are_refused),
		cmocka_unit_test(times_must_fit_each_other),
		cmocka_unit_test(every_broken_rule_is_named),
		cmocka_unit_test(
			an_interface_is_one_neighbor_of_unknown_address),
		cmocka_unit_test(a_link_local_address_has_its_interface),
		cmocka_unit_test(an_interface_neighbor_is_near_and_has_no_key),
		cmocka_unit_test(two_interfaces_are_two_neighbors),
		cmocka_unit_test(what_looks_like_an_address_is_no_interface),
		cmocka_unit_test(
			interfaces_of_neighbors_are_held_against_the_host),
		cmocka_unit_test(a_key_is_read_at_once_and_never_printed),
		cmocka_unit_test(keys_of_overlapping_ranges_must_be_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
