// SPDX-License-Identifier: BSD-2-Clause
/* The checks of the host, on files that stand for those of the kernel. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/array.h"
#include "host/check.h"

enum {
	PATH_ROOM = 256,
	COMMAND_ROOM = 512,
};

/* A host of files, with the interface "eth0" as its only port. */
struct fake {
	char root[32];
	struct check_question question;
	struct check_report report;
};

static void run(const char *format, const char *root)
{
	char command[COMMAND_ROOM];

	snprintf(command, sizeof(command), format, root);
	assert_int_equal(system(command), 0);
}

static void make_fake(struct fake *fake)
{
	*fake = (struct fake){ .root = "/tmp/test_check.XXXXXX" };
	assert_non_null(mkdtemp(fake->root));
	fake->question = (struct check_question){
		.root = fake->root,
		.bpffs = "/sys/fs/bpf/headgate",
		.running = true,
		.ipv4 = true,
		.port_count = 1,
		.ports = { { .name = "eth0.5" } },
	};
}

static void remove_fake(const struct fake *fake)
{
	run("rm -r %s", fake->root);
}

static void set(const struct fake *fake, const char *path, const char *value)
{
	char whole[PATH_ROOM], folder[PATH_ROOM];
	FILE *out;

	snprintf(whole, sizeof(whole), "%s%s", fake->root, path);
	snprintf(folder, sizeof(folder), "%s", whole);
	*strrchr(folder, '/') = '\0';
	run("mkdir -p %s", folder);
	out = fopen(whole, "w");
	assert_non_null(out);
	fprintf(out, "%s\n", value);
	fclose(out);
}

/* Return the finding of a check, or NULL. */
static const struct check_finding *find(struct fake *fake, const char *check)
{
	check_all(&fake->question, &fake->report);
	for (size_t i = 0; i < fake->report.count; i++)
		if (!strcmp(fake->report.findings[i].check, check))
			return &fake->report.findings[i];
	return NULL;
}

static void expect(struct fake *fake, const char *check, enum check_level level,
		   const char *command)
{
	const struct check_finding *finding = find(fake, check);

	assert_non_null(finding);
	assert_int_equal(finding->level, level);
	assert_int_equal(finding->harm != NULL, level != CHECK_OK);
	assert_string_equal(finding->command, command);
}

static const struct row {
	const char *check;
	const char *path;
	const char *bad;
	enum check_level level;
	const char *command;
	const char *good;
} rows[] = {
	{ "ip_forward", "/proc/sys/net/ipv4/ip_forward", "0", CHECK_WARNING,
	  "sysctl -w net.ipv4.ip_forward=1", "1" },
	{ "ipv6_forwarding", "/proc/sys/net/ipv6/conf/all/forwarding", "0",
	  CHECK_WARNING, "sysctl -w net.ipv6.conf.all.forwarding=1", "1" },
	{ "jit", "/proc/sys/net/core/bpf_jit_enable", "0", CHECK_WARNING,
	  "sysctl -w net.core.bpf_jit_enable=1", "1" },
	{ "kernel", "/proc/sys/kernel/osrelease", "5.9.16", CHECK_FAILURE, "",
	  "6.1.0-47-amd64" },
	{ "kernel", "/proc/sys/kernel/osrelease", "5.14.0", CHECK_WARNING, "",
	  "5.15.0" },
	{ "kernel", "/proc/sys/kernel/osrelease", "4.19.0", CHECK_FAILURE, "",
	  "5.15.0" },
	{ "gc_thresh", "/proc/sys/net/ipv4/neigh/default/gc_thresh2", "512",
	  CHECK_WARNING,
	  "sysctl -w net.ipv4.neigh.default.gc_thresh1=513 "
	  "net.ipv4.neigh.default.gc_thresh2=1026 "
	  "net.ipv4.neigh.default.gc_thresh3=2052",
	  "513" },
	{ "gc_thresh", "/proc/sys/net/ipv6/neigh/default/gc_thresh2", "512",
	  CHECK_WARNING,
	  "sysctl -w net.ipv6.neigh.default.gc_thresh1=513 "
	  "net.ipv6.neigh.default.gc_thresh2=1026 "
	  "net.ipv6.neigh.default.gc_thresh3=2052",
	  "513" },
	{ "rp_filter", "/proc/sys/net/ipv4/conf/eth0.5/rp_filter", "1",
	  CHECK_WARNING, "sysctl -w net/ipv4/conf/eth0.5/rp_filter=2", "2" },
};

static void each_setting_is_a_complaint_until_it_is_mended(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct fake fake;

		make_fake(&fake);
		fake.question.ipv6 = true;
		fake.question.nexthops = 513;
		assert_null(find(&fake, row->check));
		set(&fake, row->path, row->bad);
		expect(&fake, row->check, row->level, row->command);
		set(&fake, row->path, row->good);
		expect(&fake, row->check, CHECK_OK, "");
		remove_fake(&fake);
	}
}

static void forwarding_matters_with_vips_of_the_family_only(void **state)
{
	struct fake fake;

	(void)state;
	make_fake(&fake);
	set(&fake, "/proc/sys/net/ipv6/conf/all/forwarding", "0");
	assert_null(find(&fake, "ipv6_forwarding"));
	fake.question.ipv4 = false;
	set(&fake, "/proc/sys/net/ipv4/ip_forward", "0");
	assert_null(find(&fake, "ip_forward"));
	remove_fake(&fake);
}

/* The greater one of the two switches is in force. */
static void strict_reverse_path_of_all_interfaces_is_in_force(void **state)
{
	struct fake fake;

	(void)state;
	make_fake(&fake);
	set(&fake, "/proc/sys/net/ipv4/conf/eth0.5/rp_filter", "0");
	set(&fake, "/proc/sys/net/ipv4/conf/all/rp_filter", "1");
	expect(&fake, "rp_filter", CHECK_WARNING,
	       "sysctl -w net/ipv4/conf/eth0.5/rp_filter=2");
	remove_fake(&fake);
}

static void redirects_need_forwarding_and_one_of_two_switches(void **state)
{
	static const char command[] =
		"sysctl -w net.ipv4.conf.all.send_redirects=0 "
		"net/ipv4/conf/eth0.5/send_redirects=0";
	struct fake fake;

	(void)state;
	make_fake(&fake);
	set(&fake, "/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	set(&fake, "/proc/sys/net/ipv4/conf/eth0.5/send_redirects", "1");
	set(&fake, "/proc/sys/net/ipv4/ip_forward", "0");
	expect(&fake, "send_redirects", CHECK_OK, "");
	set(&fake, "/proc/sys/net/ipv4/ip_forward", "1");
	expect(&fake, "send_redirects", CHECK_WARNING, command);
	set(&fake, "/proc/sys/net/ipv4/conf/eth0.5/send_redirects", "0");
	expect(&fake, "send_redirects", CHECK_OK, "");
	set(&fake, "/proc/sys/net/ipv4/conf/all/send_redirects", "1");
	expect(&fake, "send_redirects", CHECK_WARNING, command);
	remove_fake(&fake);
}

static void a_kernel_without_btf_is_told(void **state)
{
	struct fake fake;

	(void)state;
	make_fake(&fake);
	expect(&fake, "btf", CHECK_WARNING, "");
	set(&fake, "/sys/kernel/btf/vmlinux", "");
	expect(&fake, "btf", CHECK_OK, "");
	remove_fake(&fake);
}

static void each_missing_capability_is_named(void **state)
{
	struct fake fake;

	(void)state;
	make_fake(&fake);
	fake.question.running = false;
	set(&fake, "/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff");
	expect(&fake, "capabilities", CHECK_OK, "");
	/* Without CAP_BPF (39) and CAP_NET_RAW (13) */
	set(&fake, "/proc/self/status", "Name:\tx\nCapEff:\t0000017fffffdfff");
	expect(&fake, "capabilities", CHECK_FAILURE, "");
	assert_string_equal(find(&fake, "capabilities")->found,
			    "missing: CAP_NET_RAW CAP_BPF");
	remove_fake(&fake);
}

static void interrupts_on_one_cpu_are_told_if_there_are_more(void **state)
{
	static const char affinity[] = "/proc/irq/%d/effective_affinity_list";
	const struct check_finding *finding;
	char path[PATH_ROOM];
	struct fake fake;

	(void)state;
	make_fake(&fake);
	for (int irq = 24; irq < 27; irq++) {
		snprintf(path, sizeof(path),
			 "/sys/class/net/eth0.5/device/msi_irqs/%d", irq);
		set(&fake, path, "msix");
		snprintf(path, sizeof(path), affinity, irq);
		set(&fake, path, "1");
	}
	finding = find(&fake, "irq_affinity");
	assert_non_null(finding);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		assert_int_equal(finding->level, CHECK_WARNING);
	set(&fake, "/proc/irq/25/effective_affinity_list", "0");
	expect(&fake, "irq_affinity", CHECK_OK, "");
	remove_fake(&fake);
}

static void a_line_has_what_was_found_its_harm_and_the_command(void **state)
{
	struct check_finding finding = { .found = "LRO is on",
					 .harm = "merges",
					 .command = "ethtool" };
	char line[CHECK_LINE_SIZE];

	(void)state;
	assert_string_equal(check_finding_format(&finding, line),
			    "LRO is on: merges; run `ethtool`");
	finding.command[0] = '\0';
	assert_string_equal(check_finding_format(&finding, line),
			    "LRO is on: merges");
	finding.harm = NULL;
	assert_string_equal(check_finding_format(&finding, line), "LRO is on");
}

/* Sixteen ports with all checks are below the limit of a report. */
static void a_report_has_room_for_all_ports(void **state)
{
	struct fake fake;

	(void)state;
	make_fake(&fake);
	fake.question.port_count = CHECK_MAX_PORTS;
	for (size_t i = 0; i < CHECK_MAX_PORTS; i++)
		snprintf(fake.question.ports[i].name, INTERFACE_SIZE, "lo");
	fake.question.running = false;
	check_all(&fake.question, &fake.report);
	assert_true(fake.report.count > CHECK_MAX_PORTS);
	assert_true(fake.report.count < CHECK_MAX_FINDINGS);
	remove_fake(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_setting_is_a_complaint_until_it_is_mended),
		cmocka_unit_test(
			forwarding_matters_with_vips_of_the_family_only),
		cmocka_unit_test(
			strict_reverse_path_of_all_interfaces_is_in_force),
		cmocka_unit_test(
			redirects_need_forwarding_and_one_of_two_switches),
		cmocka_unit_test(a_kernel_without_btf_is_told),
		cmocka_unit_test(each_missing_capability_is_named),
		cmocka_unit_test(
			interrupts_on_one_cpu_are_told_if_there_are_more),
		cmocka_unit_test(
			a_line_has_what_was_found_its_harm_and_the_command),
		cmocka_unit_test(a_report_has_room_for_all_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
