// SPDX-License-Identifier: BSD-2-Clause
/* Defaults, the rules of each value, and those that span several. */

#include <string.h>

#include <headgate/abi.h>

#include "config_helpers.h"

static void what_is_not_given_has_its_default(void **state)
{
	(void)state;
	assert_int_equal(parse_text(required), 0);
	assert_string_equal(errors, "");
	assert_int_equal(config.bgp.as, 64512);
	assert_int_equal(config.bgp.identifier, 0x0a000001);
	assert_int_equal(config.datapath.interface_count, 1);
	assert_int_equal(config.rib.import.vip_count, 1);
	assert_int_equal(config.bgp.neighbor_count, 1);
	assert_int_equal(config.bgp.listen.port, 179);
	assert_true(address_is_zero(&config.bgp.listen.address));
	assert_int_equal(config.rib.decision.maximum_paths, 256);
	assert_int_equal(config.rib.decision.maximum_paths_ibgp, 256);
	assert_int_equal(config.rib.decision.as_path,
			 MULTIPATH_AS_PATH_RELAXED);
	assert_int_equal(config.rib.min_nexthops, 1);
	assert_int_equal(config.steering.hash_fields, HG_HASH_5_TUPLE);
	assert_int_equal(config.datapath.hash_key, 0);
	assert_int_equal(config.datapath.table_size, 16384);
	assert_int_equal(config.datapath.group_count, 1024);
	assert_int_equal(config.datapath.mode, DATAPATH_AUTO);
	assert_int_equal(config.agent.log_level, LOG_LEVEL_INFO);
	assert_string_equal(config.control.socket, "/run/headgate/ctl.sock");
	assert_string_equal(config.datapath.bpffs, "/sys/fs/bpf/headgate");
}

static void config_init_gives_the_same_defaults(void **state)
{
	static struct config fresh;

	(void)state;
	config_init(&fresh);
	assert_int_equal(fresh.bgp.as, 0);
	assert_int_equal(fresh.bgp.neighbor_count, 0);
	assert_int_equal(fresh.bgp.listen.port, 179);
	assert_int_equal(fresh.rib.decision.maximum_paths_ibgp, 256);
	assert_int_equal(fresh.datapath.table_size, 16384);
}

static void every_flag_is_read_from_the_command_line(void **state)
{
	(void)state;
	assert_int_equal(
		parse_words(
			"--as 65000 --router-id=192.0.2.1 --interface eth0 "
			"--interface=eth1 --vip 198.51.100.0/24 "
			"--neighbor 10.0.0.1 --listen [::1]:1179 "
			"--maximum-paths 8 --maximum-paths-ibgp=4 "
			"--multipath-as-path exact --min-nexthops 2 "
			"--hash-fields src-dst --hash-seed-file /nowhere/seed "
			"--table-size 65536 --groups 4096 "
			"--control-socket /tmp/s "
			"--bpffs /tmp/b --log-level debug "
			"--xdp-mode generic --xdp-attach link"),
		0);
	assert_int_equal(request, CONFIG_RUN);
	assert_string_equal(config.datapath.interfaces[1], "eth1");
	assert_int_equal(config.bgp.listen.port, 1179);
	assert_false(address_is_ipv4(&config.bgp.listen.address));
	assert_int_equal(config.rib.decision.maximum_paths, 8);
	assert_int_equal(config.rib.decision.maximum_paths_ibgp, 4);
	assert_int_equal(config.rib.decision.as_path, MULTIPATH_AS_PATH_EXACT);
	assert_int_equal(config.rib.min_nexthops, 2);
	assert_int_equal(config.steering.hash_fields, HG_HASH_SRC_DST);
	assert_string_equal(config.datapath.hash_seed_file, "/nowhere/seed");
	assert_int_equal(config.datapath.table_size, 65536);
	assert_int_equal(config.datapath.group_count, 4096);
	assert_int_equal(config.steering.group_count, 4096);
	assert_string_equal(config.control.socket, "/tmp/s");
	assert_string_equal(config.datapath.bpffs, "/tmp/b");
	assert_int_equal(config.agent.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(config.datapath.mode, DATAPATH_GENERIC);
}

static void maximum_paths_ibgp_follows_maximum_paths(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("maximum-paths 8"), 0);
	assert_int_equal(config.rib.decision.maximum_paths_ibgp, 8);
}

static void port_zero_of_listen_is_legal(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("listen 0.0.0.0:0"), 0);
	assert_int_equal(config.bgp.listen.port, 0);
}

static void an_as_number_of_zero_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_words("--as 0 --router-id 1.1.1.1 --interface e "
				     "--vip 1.0.0.0/8 --neighbor 2.2.2.2"),
			 1);
	assert_string_equal(errors,
			    "headgate: --as 0: must be a number from 1 to "
			    "4294967295\n1 error; nothing changed\n");
}

static void as_trans_is_refused_as_our_own(void **state)
{
	(void)state;
	assert_int_equal(parse_text("as 23456\n"), 5);
	assert_non_null(strstr(
		errors, "file:1: --as 23456: AS_TRANS stands for AS numbers of "
			"four bytes (RFC 6793); give the real one\n"));
}

static void a_router_id_of_zero_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_text("router-id 0.0.0.0\n"), 5);
	assert_non_null(strstr(
		errors, "file:1: --router-id 0.0.0.0: must be an IPv4 address "
			"other than 0.0.0.0"));
}

static void numbers_are_digits_within_their_range(void **state)
{
	static const char *const values[] = {
		"0", "4096", "-1", "+1", "1x", "", " ", "0x8", "1.5", "64k"
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(line, sizeof(line), "maximum-paths %s", values[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_error("maximum-paths 4096",
		     "--maximum-paths 4096: must be a number from 1 to 4095");
}

static void a_seed_is_at_most_64_bits_in_decimal_or_hexadecimal(void **state)
{
	static const char *const bad[] = { "0x",
					   "0x0x1",
					   "ff",
					   "0xg",
					   "-1",
					   "0x10000000000000000",
					   "18446744073709551616" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "hash-seed %s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_int_equal(parse_lines("hash-seed 18446744073709551615"), 0);
	assert_true(config.datapath.hash_key == UINT64_MAX);
	assert_int_equal(parse_lines("hash-seed 0X1F"), 0);
	assert_true(config.datapath.hash_key == 0x1f);
}

static void a_mark_is_adjacent_bits_enough_for_a_slot(void **state)
{
	static const char *const bad[] = { "0",	     "0x",
					   "0x7ff",  "0xffe00000",
					   "0xff0f", "0x1fff00000",
					   "4095",   "0x0" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "handed-up-mark %s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_int_equal(parse_lines("handed-up-mark 0xfff"), 0);
	assert_int_equal(config.datapath.handed_up_mark, 0xfff);
	assert_int_equal(parse_lines("handed-up-mark 0XFFFFFFFF"), 0);
	assert_int_equal(config.fib.handed_up.mark, UINT32_MAX);
	assert_int_equal(parse_lines("handed-up-mark off"), 0);
	assert_int_equal(config.datapath.handed_up_mark, 0);
	assert_error("handed-up-mark 0xff0",
		     "--handed-up-mark 0xff0: must be 12 or more adjacent bits "
		     "of the 32 of a mark, such as 0xfff00000, or off");
}

static void rules_for_marks_come_before_the_main_table(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("handed-up-priority 28540"), 0);
	assert_int_equal(parse_lines("handed-up-priority 28541"), 1);
	assert_int_equal(parse_lines("handed-up-priority 0"), 1);
	assert_int_equal(parse_lines("handed-up-table 4294963199"), 0);
	assert_int_equal(parse_lines("handed-up-table 4294963200"), 1);
	assert_int_equal(parse_lines("handed-up-table 255"), 1);
}

static void a_table_size_is_a_power_of_two_within_the_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("table-size 256"), 0);
	assert_int_equal(parse_lines("table-size 128"), 1);
	assert_int_equal(parse_lines("table-size 131072"), 1);
	assert_int_equal(parse_lines("table-size 0"), 1);
	assert_error("table-size 1000",
		     "--table-size 1000: must be a power of two from 256 to "
		     "65536");
}

static void numbers_take_units(void **state)
{
	(void)state;
	assert_int_equal(
		parse_lines("hold-down 2m\nprobe-interval 1s\ntable-size 64k\n"
			    "icmp-rate 10k\nlink-speed-weight 10G\n"
			    "neighbor 10.9.0.1,hold-time=90s,max-prefix=2M,"
			    "check=tcp:80,check-interval=5s\n"
			    "vip 203.0.113.0/24,affinity=1h"),
		0);
	assert_int_equal(config.nexthop.hold_down_s, 120);
	assert_int_equal(config.nexthop.probe_interval_ms, 1000);
	assert_int_equal(config.steering.table_size, 65536);
	assert_int_equal(config.datapath.icmp_rate, 10000);
	assert_int_equal(config.rib.decision.full_link_speed, 10000);
	assert_int_equal(config.bgp.neighbors[1].hold_time, 90);
	assert_int_equal(config.bgp.neighbors[1].max_prefix, 2000000);
	assert_int_equal(config.bgp.neighbors[1].service.interval_ms, 5000);
	assert_error("hold-down 300ms",
		     "--hold-down 300ms: must be a number from 0 to 3600; "
		     "units are ms, s, m, h and d");
	assert_error("groups 1k",
		     "--groups 1k: must be a number from 1 to 4096");
}

static void groups_are_from_1_to_4096(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("groups 1"), 0);
	assert_int_equal(config.datapath.group_count, 1);
	assert_int_equal(config.steering.group_count, 1);
	assert_int_equal(parse_lines("groups 1000"), 0);
	assert_error("groups 0", "--groups 0: must be a number from 1 to 4096");
	assert_error("groups 4097",
		     "--groups 4097: must be a number from 1 to 4096");
}

static void a_mistyped_choice_names_the_right_one(void **state)
{
	(void)state;
	assert_error("xdp-mode natve",
		     "--xdp-mode natve: must be auto, native or generic; did "
		     "you mean 'native'?");
	assert_error("log-level loud",
		     "--log-level loud: must be error, warning, info or debug");
	assert_error(
		"hash-fields 4-tuple",
		"--hash-fields 4-tuple: must be 5-tuple, 3-tuple, src-dst, "
		"src, dst or packet; did you mean '5-tuple'?");
	assert_error("xdp-attach dispatcher",
		     "--xdp-attach dispatcher: must be link");
}

static void a_listen_address_needs_address_and_port(void **state)
{
	static const char *const bad[] = {
		"0.0.0.0",  ":179",	"::1:179",	 "[::1]",
		"[::1:179", "0.0.0.0:", "0.0.0.0:65536", "[0.0.0.0]:179",
		"eth0:179", "[]:1",	"[:1",		 "["
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "listen %s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_error("listen :179",
		     "--listen :179: must be ADDRESS:PORT, such as "
		     "127.0.0.1:179 or [::]:179; port 0 does not listen");
}

static void a_path_is_absolute_has_no_blanks_and_fits(void **state)
{
	char line[256] = "bpffs /";

	(void)state;
	assert_error("bpffs bpf",
		     "--bpffs bpf: must be an absolute path without blanks, of "
		     "at most 99 bytes");
	assert_int_equal(parse_lines("bpffs /a b"), 1);
	memset(line + strlen(line), 'a', FILE_PATH_SIZE - 2);
	assert_int_equal(parse_lines(line), 0);
	strcat(line, "a");
	assert_int_equal(parse_lines(line), 1);
	assert_non_null(
		strstr(errors,
		       "must be an absolute path without blanks, of at most 99 "
		       "bytes"));
}

static void an_interface_name_is_one_the_kernel_could_have(void **state)
{
	static const char *const bad[] = {
		"abcdefghijklmnop", "a/b", "a:b", ".", "..", "a b", "a#b", "a=b"
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "interface %s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_int_equal(parse_lines("interface abcdefghijklmno"), 0);
	assert_error("interface a/b",
		     "--interface a/b: must be the name of an interface, of at "
		     "most 15 characters, as `ip link` shows it");
}

static void a_further_instance_needs_room_for_its_rules(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("instance 6"), 0);
	assert_int_equal(parse_lines("instance 0"), 1);
	assert_int_equal(parse_lines("instance 7"), 1);
	assert_int_equal(parse_lines("instance 2\nhanded-up-priority 24314"),
			 0);
	assert_error("instance 2\nhanded-up-priority 24315",
		     "--instance 2: no room for its rules behind "
		     "--handed-up-priority; lower that");
	assert_int_equal(parse_lines("instance 2\nhanded-up-table 4294959103"),
			 0);
	assert_error("instance 2\nhanded-up-table 4294959104",
		     "--instance 2: no room for its tables behind "
		     "--handed-up-table; lower that");
}

static void vlans_are_numbers_and_ranges(void **state)
{
	static const char *const bad[] = { "",	    "0",   "4095",  "5-4", "1-",
					   "1+",    "+1",  "1++2",  "x",   "-1",
					   "1-2-3", "1 2", "Native" };
	const struct datapath_vlans *vlans = &config.datapath.vlans[1];
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "interface eth9,vlans=%s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_error(
		"interface eth9,vlans=4095",
		"--interface eth9,vlans=4095: vlans=4095: must be VLANs from 1 to "
		"4094, ranges of them and `native` for frames without a "
		"tag, such as native+100-199");
	assert_int_equal(parse_lines("interface eth1\n"), 0);
	assert_false(vlans->given);
	assert_int_equal(
		parse_lines("interface eth1,vlans=native+1-63+65+4094\n"), 0);
	assert_true(vlans->given && vlans->untagged);
	assert_true(vlans->ids[0] == ~1ull && vlans->ids[1] == 2);
	assert_true(vlans->ids[DATAPATH_VLAN_WORDS - 1] == 1ull << 62);
	assert_int_equal(parse_lines("interface eth1,vlans=1-4094\n"), 0);
	assert_true(vlans->ids[DATAPATH_VLAN_WORDS - 1] == ~0ull >> 1);
	assert_false(vlans->untagged);
}

static void an_interface_too_many_is_refused(void **state)
{
	char lines[1024] = "";

	(void)state;
	for (int i = 1; i <= DATAPATH_MAX_INTERFACES; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
			 "interface eth%d\n", i);
	assert_int_equal(parse_lines(lines), 1);
	assert_non_null(strstr(errors, "file:21: --interface eth16: at most 16 "
				       "are supported\n"));
}

/* Peers and upstreams count, in whatever order; backends and ranges do not. */
static void a_neighbor_too_many_to_be_told_vips_is_refused(void **state)
{
	char lines[8192] = "neighbor 10.8.0.0/24,as=65000,role=peer\n";

	(void)state;
	for (int i = 0; i <= RIB_MAX_UPSTREAMS; i++) {
		static const char *const roles[] = { "upstream", "peer" };
		size_t used = strlen(lines);

		snprintf(lines + used, sizeof(lines) - used,
			 "neighbor 10.6.0.%d,as=65000,role=%s\n"
			 "neighbor 10.7.0.%d,as=65001,role=backend\n",
			 i + 1, roles[i % 2], i + 1);
	}
	assert_int_equal(parse_lines(lines), 1);
	assert_non_null(strstr(
		errors,
		"--neighbor 10.6.0.65: VIPs can be announced to at most 64 "
		"neighbors, and this is one more; use a route reflector or "
		"another host that passes them on\n"));
}

static void a_vip_with_host_bits_names_the_right_prefix(void **state)
{
	(void)state;
	assert_int_equal(parse_words("--vip 192.0.2.10/24"), 5);
	assert_non_null(strstr(errors,
			       "headgate: --vip 192.0.2.10/24: host bits are "
			       "set; did you mean 192.0.2.0/24?\n"));
}

static void a_vip_that_is_no_prefix_is_refused(void **state)
{
	(void)state;
	assert_error("vip 192.0.2.0/33",
		     "--vip 192.0.2.0/33: the prefix length must be from 0 to "
		     "32 for IPv4, to 128 for IPv6");
	assert_error("vip example.org",
		     "--vip example.org: must be an address such as 192.0.2.1, "
		     "or a prefix such as 192.0.2.0/24");
}

static void a_vip_that_is_not_routed_is_refused(void **state)
{
	static const char *const prefixes[] = { "fe80::/64", "ff02::/16",
						"224.0.0.0/4" };
	char line[64], expected[128];

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		snprintf(line, sizeof(line), "vip %s", prefixes[i]);
		snprintf(
			expected, sizeof(expected),
			"--vip %s: the prefix is not routed; give one of global or "
			"private unicast addresses",
			prefixes[i]);
		assert_error(line, expected);
	}
}

static void vips_of_both_families_stand_side_by_side(void **state)
{
	(void)state;
	assert_int_equal(parse_words("--vip 2001:db8:f::/48 --vip ::/0"), 5);
	assert_non_null(strstr(
		errors, "--vip 2001:db8:f::/48: is inside ::/0, given on the "
			"command line"));
	assert_null(strstr(errors, "192.0.2"));
}

static void a_vip_within_another_is_refused_in_either_order(void **state)
{
	(void)state;
	assert_error("vip 192.0.2.0/24",
		     "--vip 192.0.2.0/24: is inside 192.0.2.0/24, given on "
		     "file:4; remove one");
	assert_error("vip 192.0.2.128/25",
		     "--vip 192.0.2.128/25: is inside 192.0.2.0/24, given on "
		     "file:4; remove one");
	assert_int_equal(parse_lines("vip 192.0.2.0/23"), 1);
	assert_string_equal(
		errors,
		"file:4: --vip 192.0.2.0/24: is inside 192.0.2.0/23, given "
		"on file:6; remove one\n1 error; nothing changed\n");
}

static void an_interface_given_twice_is_refused(void **state)
{
	(void)state;
	assert_error("interface eth0", "--interface eth0: given before on "
				       "file:3; keep only one");
}

static void more_nexthops_than_paths_are_refused(void **state)
{
	(void)state;
	assert_error("min-nexthops 257",
		     "--min-nexthops 257: is above --maximum-paths, which is "
		     "256: no VIP would ever be announced; lower it, or raise "
		     "--maximum-paths");
	assert_int_equal(parse_lines("min-nexthops 9\nmaximum-paths 8"), 1);
	assert_int_equal(parse_lines("min-nexthops 9\nmaximum-paths 8\n"
				     "maximum-paths-ibgp 9"),
			 0);
}

static void all_missing_flags_are_named(void **state)
{
	(void)state;
	assert_int_equal(parse_text(""), 5);
	assert_string_equal(
		errors, "headgate: --as N is missing\n"
			"headgate: --router-id A.B.C.D is missing\n"
			"headgate: --neighbor ADDRESS|PREFIX|"
			"INTERFACE[,KEY=VALUE...] is missing\n"
			"headgate: --interface NAME[,KEY=VALUE] is missing\n"
			"headgate: --vip PREFIX[,KEY=VALUE...] is missing\n"
			"5 errors; nothing changed\n");
}

static void a_flag_with_a_bad_value_is_not_missing_too(void **state)
{
	(void)state;
	assert_int_equal(parse_text("as x\nrouter-id\nvip 1\ninterface /\n"
				    "neighbor 1.2"),
			 5);
	assert_null(strstr(errors, "is missing\n"));
	assert_non_null(strstr(errors, "file:2: --router-id: the value is "
				       "missing; give A.B.C.D\n"));
}

static void interfaces_are_held_against_the_host(void **state)
{
	static const char *const host[] = { "lo", "eth0", NULL };

	(void)state;
	host_interfaces = host;
	assert_int_equal(parse_words("--as 1 --router-id 10.0.0.1 --vip "
				     "192.0.2.1 --neighbor 10.0.0.2 --bogus "
				     "--interface lo --interface eth9 "
				     "--interface wan"),
			 3);
	host_interfaces = NULL;
	assert_string_equal(errors,
			    "headgate: unknown flag '--bogus'; headgate "
			    "--help lists them\n"
			    "headgate: --interface eth9: this host has no such "
			    "interface; did you mean 'eth0'?\n"
			    "headgate: --interface wan: this host has no such "
			    "interface; `ip link` lists them\n"
			    "3 errors; nothing changed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_has_its_default),
		cmocka_unit_test(config_init_gives_the_same_defaults),
		cmocka_unit_test(every_flag_is_read_from_the_command_line),
		cmocka_unit_test(maximum_paths_ibgp_follows_maximum_paths),
		cmocka_unit_test(port_zero_of_listen_is_legal),
		cmocka_unit_test(an_as_number_of_zero_is_refused),
		cmocka_unit_test(as_trans_is_refused_as_our_own),
		cmocka_unit_test(a_router_id_of_zero_is_refused),
		cmocka_unit_test(numbers_are_digits_within_their_range),
		cmocka_unit_test(a_mark_is_adjacent_bits_enough_for_a_slot),
		cmocka_unit_test(rules_for_marks_come_before_the_main_table),
		cmocka_unit_test(
			a_seed_is_at_most_64_bits_in_decimal_or_hexadecimal),
		cmocka_unit_test(
			a_table_size_is_a_power_of_two_within_the_limits),
		cmocka_unit_test(numbers_take_units),
		cmocka_unit_test(groups_are_from_1_to_4096),
		cmocka_unit_test(a_mistyped_choice_names_the_right_one),
		cmocka_unit_test(a_listen_address_needs_address_and_port),
		cmocka_unit_test(a_path_is_absolute_has_no_blanks_and_fits),
		cmocka_unit_test(
			an_interface_name_is_one_the_kernel_could_have),
		cmocka_unit_test(a_further_instance_needs_room_for_its_rules),
		cmocka_unit_test(vlans_are_numbers_and_ranges),
		cmocka_unit_test(an_interface_too_many_is_refused),
		cmocka_unit_test(
			a_neighbor_too_many_to_be_told_vips_is_refused),
		cmocka_unit_test(a_vip_with_host_bits_names_the_right_prefix),
		cmocka_unit_test(a_vip_that_is_no_prefix_is_refused),
		cmocka_unit_test(a_vip_that_is_not_routed_is_refused),
		cmocka_unit_test(vips_of_both_families_stand_side_by_side),
		cmocka_unit_test(
			a_vip_within_another_is_refused_in_either_order),
		cmocka_unit_test(an_interface_given_twice_is_refused),
		cmocka_unit_test(more_nexthops_than_paths_are_refused),
		cmocka_unit_test(all_missing_flags_are_named),
		cmocka_unit_test(a_flag_with_a_bad_value_is_not_missing_too),
		cmocka_unit_test(interfaces_are_held_against_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
