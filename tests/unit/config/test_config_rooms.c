// SPDX-License-Identifier: BSD-2-Clause
/* Configurations are compared room by room: a flag changes its own rooms only. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/entry.h"
#include "config/flag.h"
#include "config_helpers.h"
#include "core/array.h"

enum room {
	AGENT = 1 << 0,
	BGP = 1 << 1,
	RIB = 1 << 2,
	NEXTHOP = 1 << 3,
	FIB = 1 << 4,
	STEERING = 1 << 5,
	DATAPATH = 1 << 6,
	CONTROL = 1 << 7,
	FILTER = 1 << 8,
};

enum {
	LINE_SIZE = 512,
};

/* A configuration to which a line is added, or whose line of the flag it is. */
static const char *const base[] = {
	"as 64512",	    "router-id 10.0.0.1",	  "interface eth0",
	"vip 192.0.2.0/24", "neighbor 10.0.0.2,as=65001", "bpffs /base",
};

/* Two lines of one flag, and the rooms in which the configurations differ. */
static const struct row {
	const char *first; /* NULL: the flag is not given */
	const char *second;
	unsigned int rooms;
} rows[] = {
	{ "as 64512", "as 64513", BGP | RIB },
	{ "router-id 10.0.0.1", "router-id 10.0.0.9", BGP | RIB },
	{ NULL, "confederation 65500", BGP | RIB },
	{ NULL, "dynamic-limit 7", BGP },
	{ "cluster-id 10.0.0.1", "cluster-id 10.0.0.9", RIB },
	{ "neighbor 10.0.0.2,as=65001", "neighbor 10.0.0.3,as=65001", BGP },
	{ "neighbor eth0", "neighbor eth1", BGP },
	{ "neighbor 10.0.0.2", "neighbor 10.0.0.2,as=65001", BGP },
	{ "neighbor 10.0.0.2,as=external", "neighbor 10.0.0.2,as=internal",
	  BGP },
	{ "neighbor 10.0.0.2,as=1-8", "neighbor 10.0.0.2,as=1-9", BGP },
	{ "neighbor 10.1.0.0/24", "neighbor 10.1.0.0/24,limit=7", BGP },
	{ "neighbor 10.1.0.0/24", "neighbor 10.1.0.0/24,hold-time-zero", BGP },
	{ "neighbor 10.1.0.0/24", "neighbor 10.1.0.0/24,keep-on-link-down",
	  BGP },
	{ "neighbor 10.0.0.2", "neighbor 10.0.0.2,bfd", BGP | NEXTHOP },
	{ NULL, "shutdown-delay 5", AGENT },
	{ NULL, "on-exit keep", AGENT },
	{ NULL, "start-max 5", AGENT },
	{ NULL, "takeover", AGENT },
	{ NULL, "wait-interfaces", AGENT },
	{ NULL, "takeover-max 5", AGENT },
	{ NULL, "filter vip 192.0.2.1 drop", FILTER },
	{ "filter vip 192.0.2.1 rate 1pps", "filter vip 192.0.2.1 rate 2pps",
	  FILTER },
	{ "vip 198.51.100.0/24,sources=10.0.0.0/8",
	  "vip 198.51.100.0/24,sources=10.0.0.0/9", FILTER },
	{ NULL, "rule deny from any", RIB },
	{ "rule deny from any", "rule deny to any", RIB },
	{ "rule deny from any", "rule allow from any", RIB },
	{ "rule deny from as 1", "rule deny from as 1-2", RIB },
	{ "rule deny from as 1", "rule deny from external", RIB },
	{ "rule deny from role peer", "rule deny from role none", RIB },
	{ "rule deny from neighbor eth0", "rule deny from neighbor eth1", RIB },
	{ "rule deny from neighbor 10.0.0.1", "rule deny from neighbor eth1",
	  RIB },
	{ "rule deny from any med 1", "rule deny from any med 2", RIB },
	{ "rule deny from any med 1", "rule deny from any localpref 1", RIB },
	{ "rule deny from any prefix 192.0.2.0/24",
	  "rule deny from any prefix 192.0.2.0/24 or-longer", RIB },
	{ "rule allow from any set med 1", "rule allow from any set med +1",
	  RIB },
	{ "rule allow from any set med 1", "rule allow from any set weight 1",
	  RIB },
	{ "rule allow from any set community remove 1:0",
	  "rule allow from any set community remove 1:*", RIB },
	{ NULL, "listen [::]:1179", BGP },
	{ "listen [::]:179", "listen 0.0.0.0:179", BGP },
	{ "maximum-paths 64\nmaximum-paths-ibgp 64",
	  "maximum-paths 65\nmaximum-paths-ibgp 64", RIB },
	{ NULL, "maximum-paths-ibgp 63", RIB },
	{ NULL, "multipath-as-path exact", RIB },
	{ NULL, "multipath-confederation same-member-as", RIB },
	{ NULL, "multipath-ebgp-ibgp", RIB },
	{ NULL, "multipath-cluster-length", RIB },
	{ NULL, "skip-igp-cost", RIB },
	{ NULL, "count-confederation-path", RIB },
	{ NULL, "ignore-origin", RIB },
	{ NULL, "always-compare-med", RIB },
	{ NULL, "always-compare-med never", RIB },
	{ NULL, "missing-med worst", RIB },
	{ NULL, "aigp", RIB },
	{ NULL, "link-bandwidth use", RIB },
	{ NULL, "bandwidth-unit 1", RIB },
	{ NULL, "default-weight 2", RIB },
	{ NULL, "add-path-weight", RIB },
	{ NULL, "link-speed-weight 1000", RIB | NEXTHOP },
	{ "link-speed-weight 1000", "link-speed-weight 2000", RIB },
	{ NULL, "draining-community 65000:1", RIB },
	{ "joining-community 65000:1", "joining-community 65000:2", RIB },
	{ NULL, "announce-as path", RIB },
	{ NULL, "announce-bandwidth", RIB },
	{ NULL, "min-nexthops 2", RIB },
	{ NULL, "announce-delay 1", RIB },
	{ "interface eth0", "interface eth1", NEXTHOP | DATAPATH },
	{ "interface eth0", "interface eth0,vlans=7", DATAPATH },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/25", RIB | FIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,min-nexthops=2", RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,return-nexthops=2", RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,min-bandwidth=2", RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,maximum-paths=2", RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,multipath-as-path=relaxed",
	  RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,link-bandwidth=use-if-all",
	  RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,link-speed-weight=1000",
	  RIB | NEXTHOP },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,link-speed-weight=0", RIB },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,hash-fields=src", STEERING },
	{ "vip 192.0.2.0/24,hash-fields=dst",
	  "vip 192.0.2.0/24,hash-fields=src", STEERING },
	{ "vip 192.0.2.0/24", "vip 192.0.2.0/24,affinity=0", STEERING },
	{ NULL, "affinity-window 9", STEERING },
	{ NULL, "affinity-window 0", STEERING | DATAPATH },
	{ NULL, "drain-max 9", STEERING },
	{ NULL, "session-loss death", STEERING },
	{ NULL, "affinity-flows 1024", STEERING | DATAPATH },
	{ "affinity-window 0", "affinity-window 0\naffinity-flows 1024",
	  STEERING },
	{ NULL, "aggregate 192.0.2.0/25", RIB },
	{ "aggregate 192.0.2.0/25", "aggregate 192.0.2.0/26", RIB },
	{ "aggregate 192.0.2.0/25", "aggregate 192.0.2.0/25,summary-only",
	  RIB },
	{ "aggregate 192.0.2.0/25", "aggregate 192.0.2.0/25,as-set", RIB },
	{ NULL, "path 192.0.2.1,via=10.0.0.9", RIB },
	{ "path 192.0.2.1,via=10.0.0.9", "path 192.0.2.2,via=10.0.0.9", RIB },
	{ "path 192.0.2.1,via=10.0.0.9", "path 192.0.2.1,via=10.0.0.8", RIB },
	{ "path 192.0.2.1,via=10.0.0.9", "path 192.0.2.1,via=10.0.0.9,weight=2",
	  RIB },
	{ "path 192.0.2.1,via=10.0.0.9",
	  "path 192.0.2.1,via=10.0.0.9,distance=2", RIB },
	{ "path 192.0.2.1,via=10.0.0.9",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:80", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=tcp:80",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:81", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=http:80/a",
	  "path 192.0.2.1,via=10.0.0.9,check=http:80/b", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=tcp:80",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:80,check-interval=3000", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=tcp:80",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:80,check-timeout=3000", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=tcp:80",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:80,check-rise=7", RIB },
	{ "path 192.0.2.1,via=10.0.0.9,check=tcp:80",
	  "path 192.0.2.1,via=10.0.0.9,check=tcp:80,check-fall=7", RIB },
	{ "path 192.0.2.1,via=10.0.0.9", "path 192.0.2.1,via=10.0.0.9,bfd",
	  RIB | NEXTHOP },
	{ NULL, "probe-interval 100", NEXTHOP },
	{ NULL, "probe-count 2", NEXTHOP },
	{ NULL, "hold-down 1", NEXTHOP },
	{ NULL, "bfd-interval 100", NEXTHOP },
	{ NULL, "bfd-multiplier 4", NEXTHOP },
	{ NULL, "xdp-mode native", DATAPATH },
	{ NULL, "xdp-attach link", 0 }, /* there is no other */
	{ NULL, "hash-fields src", STEERING },
	{ NULL, "hash-seed 1", DATAPATH },
	{ NULL, "hash-seed 0", DATAPATH },
	{ "hash-seed 1", "hash-seed 2", DATAPATH },
	{ NULL, "hash-seed-file /nowhere/seed", DATAPATH },
	{ NULL, "icmp-rate 999", DATAPATH },
	{ NULL, "accept-martians", DATAPATH },
	{ NULL, "instance 2", FIB },
	{ NULL, "handed-up-mark off", FIB | DATAPATH },
	{ NULL, "handed-up-priority 5", FIB },
	{ NULL, "handed-up-table 5000", FIB },
	{ NULL, "gue-port 1", STEERING },
	{ NULL, "encap-source 10.8.0.0/16", STEERING },
	{ "encap-source 10.8.0.0/16", "encap-source 10.9.0.0/16", STEERING },
	{ NULL, "table-size 256", STEERING | DATAPATH },
	{ NULL, "groups 64", STEERING | DATAPATH },
	{ "bpffs /base", "bpffs /other", DATAPATH },
	{ NULL, "control-socket /s", CONTROL },
	{ NULL, "metrics 127.0.0.1:1", CONTROL },
	{ NULL, "seccomp log", AGENT },
	{ "seccomp log", "seccomp off", AGENT },
	{ NULL, "audit-interval 3", AGENT },
	{ NULL, "bmp 10.0.0.5:1790", AGENT },
	{ "bmp 10.0.0.5:1790", "bmp 10.0.0.5:1791", AGENT },
	{ NULL, "mrt /var/updates.mrt", AGENT },
	{ "mrt /var/updates.mrt", "mrt /var/other.mrt", AGENT },
	{ NULL, "withdraw-on-desync no", AGENT },
	{ NULL, "user operator", AGENT },
	{ "user operator", "user daemon", AGENT },
	{ NULL, "log-level debug", AGENT },
	{ NULL, "log-format priority", AGENT },
};

/* Keys behind "neighbor 10.0.0.2" and the keys that they need. */
static const struct key_row {
	const char *needed;
	const char *key;
} key_rows[] = {
	{ "", ",role=upstream" },
	{ "", ",name=x" },
	{ "", ",passive" },
	{ "", ",port=1179" },
	{ "", ",hold-time=30" },
	{ "", ",source=10.0.0.1" },
	{ "", ",multihop" },
	{ "", ",ttl-security" },
	{ "", ",family=ipv4" },
	{ "", ",add-path=send" },
	{ "", ",extended-next-hop" },
	{ ",role=upstream", ",graceful-restart" },
	{ "", ",relation=peer" },
	{ "", ",delay-open=1" },
	{ "", ",min-hold-time=4" },
	{ "", ",send-hold-time=500" },
	{ ",as=internal,role=peer", ",route-reflector-client" },
	{ ",role=peer", ",next-hop=self" },
	{ ",role=backend", ",next-hop=any" },
	{ ",role=backend", ",encap=bgp" },
	{ "", ",max-prefix=1" },
	{ ",max-prefix=1", ",max-prefix-action=warn" },
	{ ",max-prefix=1,max-prefix-action=restart", ",max-prefix-restart=1" },
	{ "", ",vips=192.0.2.0/28+192.0.2.32/28" },
	{ "", ",max-prefix-length=32" },
	{ "", ",blackhole" },
	{ "", ",flowspec" },
	{ "", ",max-paths=3" },
	{ "", ",max-attributes=3" },
	{ "", ",max-next-hops=3" },
	{ "", ",max-bandwidth=3" },
	{ ",role=backend", ",pass-attributes" },
	{ "", ",remove-private-as" },
	{ "", ",as-override" },
	{ "", ",multipath=no" },
	{ "", ",join-delay=5" },
	{ "", ",slow-start=5" },
	{ "", ",aigp" },
	{ "", ",check=tcp:80" },
	{ ",check=tcp:80", ",check-interval=3000" },
	{ ",check=tcp:80", ",check-timeout=3000" },
	{ ",check=tcp:80", ",check-rise=7" },
	{ ",check=tcp:80", ",check-fall=7" },
};

/* Keys with a test of their own. */
static const char *const key_files[] = {
	",password-file", ",tcp-ao-key-file", ",tcp-ao-id",
	",bfd-key-file",  ",bfd-key-id",      ",bfd-auth",
};

static struct config first, second;

static size_t name_length(const char *line)
{
	return strcspn(line, " \n");
}

static bool is_of_flag(const char *line, const char *other)
{
	return other && name_length(line) == name_length(other) &&
	       !strncmp(line, other, name_length(line));
}

/* Parse the base with `line` in place of its line of the same flag. */
static void parse_with(struct config *into, const char *line, const char *other)
{
	char text[TEXT_SIZE] = "";
	FILE *in, *out = open_errors();

	for (size_t i = 0; i < COUNT_OF(base); i++)
		if (!is_of_flag(base[i], other))
			snprintf(text + strlen(text), TEXT_SIZE - strlen(text),
				 "%s\n", base[i]);
	if (line)
		snprintf(text + strlen(text), TEXT_SIZE - strlen(text), "%s\n",
			 line);
	in = fmemopen(text, strlen(text), "r");
	assert_non_null(in);
	config_release(into);
	if (config_parse_stream(into, in, "file", out)) {
		fflush(out);
		fail_msg("%s\n%s", text, errors);
	}
	fclose(in);
	fclose(out);
}

/* The rooms whose options are not equal, in either order. */
static unsigned int differing(const struct config *a, const struct config *b)
{
	return (agent_options_equal(&a->agent, &b->agent) ? 0 : AGENT) |
	       (bgp_options_equal(&a->bgp, &b->bgp) ? 0 : BGP) |
	       (rib_options_equal(&a->rib, &b->rib) ? 0 : RIB) |
	       (nexthop_options_equal(&a->nexthop, &b->nexthop) ? 0 : NEXTHOP) |
	       (fib_options_equal(&a->fib, &b->fib) ? 0 : FIB) |
	       (steering_options_equal(&a->steering, &b->steering) ? 0 :
								     STEERING) |
	       (datapath_options_equal(&a->datapath, &b->datapath) ? 0 :
								     DATAPATH) |
	       (control_options_equal(&a->control, &b->control) ? 0 : CONTROL) |
	       (filter_options_equal(&a->filter, &b->filter) ? 0 : FILTER);
}

static void assert_differs(const char *a, const char *b, unsigned int rooms)
{
	parse_with(&first, a, b);
	parse_with(&second, b, b);
	if (differing(&first, &second) != rooms ||
	    differing(&second, &first) != rooms)
		fail_msg("%s, %s: rooms %#x, not %#x", a ? a : "", b,
			 differing(&first, &second), rooms);
	parse_with(&first, b, b);
	assert_int_equal(differing(&first, &second), 0);
}

static void a_flag_changes_its_own_rooms_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_differs(rows[i].first, rows[i].second, rows[i].rooms);
}

static void a_member_changes_the_speaker_only(void **state)
{
	(void)state;
	assert_differs("confederation-member 64513\nconfederation 65500",
		       "confederation-member 64514\nconfederation 65500", BGP);
}

static void a_key_of_a_neighbor_changes_the_speaker_only(void **state)
{
	char without[LINE_SIZE], with[LINE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(key_rows); i++) {
		snprintf(without, sizeof(without), "neighbor 10.0.0.2%s",
			 key_rows[i].needed);
		snprintf(with, sizeof(with), "neighbor 10.0.0.2%s%s",
			 key_rows[i].needed, key_rows[i].key);
		assert_differs(without, with, BGP);
	}
}

static void write_secret(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void a_key_file_changes_the_speaker_only(void **state)
{
	static const char plain[] = "neighbor 10.0.0.2";
	char one[] = "/tmp/headgate-test-XXXXXX";
	char md5[LINE_SIZE], ao[LINE_SIZE], id[LINE_SIZE];

	(void)state;
	close(mkstemp(one));
	snprintf(md5, sizeof(md5), "neighbor 10.0.0.2,password-file=%s", one);
	snprintf(ao, sizeof(ao), "neighbor 10.0.0.2,tcp-ao-key-file=%s", one);
	snprintf(id, sizeof(id),
		 "neighbor 10.0.0.2,tcp-ao-key-file=%s,tcp-ao-id=2", one);
	write_secret(one, "hush\n");
	assert_differs(plain, md5, BGP);
	assert_differs(plain, ao, BGP);
	assert_differs(ao, id, BGP);
	/* The same file with another key in it. */
	parse_with(&first, md5, md5);
	write_secret(one, "rush\n");
	parse_with(&second, md5, md5);
	assert_int_equal(differing(&first, &second), BGP);
	unlink(one);
}

static bool has_row(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (is_of_flag(name, rows[i].second))
			return true;
	return !strcmp(name, "confederation-member");
}

static bool has_key_row(const struct option *flag, const char *name)
{
	char text[LINE_SIZE];

	snprintf(text, sizeof(text), ",%s", name);
	for (size_t i = 0; i < COUNT_OF(key_rows); i++)
		if (!strncmp(key_rows[i].key, text, strlen(text)))
			return true;
	for (size_t i = 0; i < COUNT_OF(key_files); i++)
		if (!strcmp(key_files[i], text))
			return true;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (is_of_flag(flag->name, rows[i].second) &&
		    strstr(rows[i].second, text))
			return true;
	return false;
}

/* The speaker has that of a --neighbor, the rib that of a --path. */
static void a_bfd_key_changes_its_flag_only(void **state)
{
	static const struct {
		const char *flag;
		unsigned int room;
	} flags[] = {
		{ "neighbor 10.0.0.2,bfd", BGP },
		{ "path 192.0.2.1,via=10.0.0.9,bfd", RIB },
	};
	char one[] = "/tmp/headgate-test-XXXXXX";
	char key[LINE_SIZE], id[LINE_SIZE], auth[LINE_SIZE];

	(void)state;
	close(mkstemp(one));
	write_secret(one, "hush\n");
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		snprintf(key, sizeof(key), "%s,bfd-key-file=%s", flags[i].flag,
			 one);
		snprintf(id, sizeof(id), "%.80s,bfd-key-id=2", key);
		snprintf(auth, sizeof(auth), "%.80s,bfd-auth=keyed-sha1", key);
		assert_differs(flags[i].flag, key, flags[i].room);
		assert_differs(key, id, flags[i].room);
		assert_differs(key, auth, flags[i].room);
	}
	unlink(one);
}

static void the_tables_above_have_every_flag_and_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < flag_count; i++) {
		const struct option *flag = &flag_table[i];
		size_t keys = flag->entry ? flag->entry->key_count : 0;

		if (flag->stage == OPTION_VALUE && !has_row(flag->name))
			fail_msg("no row for --%s", flag->name);
		for (size_t k = 0; k < keys; k++)
			if (!has_key_row(flag, flag->entry->keys[k].name))
				fail_msg("no row for %s of --%s",
					 flag->entry->keys[k].name, flag->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flag_changes_its_own_rooms_only),
		cmocka_unit_test(a_member_changes_the_speaker_only),
		cmocka_unit_test(a_key_of_a_neighbor_changes_the_speaker_only),
		cmocka_unit_test(a_key_file_changes_the_speaker_only),
		cmocka_unit_test(a_bfd_key_changes_its_flag_only),
		cmocka_unit_test(the_tables_above_have_every_flag_and_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
