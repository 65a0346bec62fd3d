// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of the program: lock, pins, attaching, taking over from an earlier
 * run, and the errors.
 */

#include "core/log.h"
#include "datapath/datapath.h"
#include "sandbox.h"
#include "trial.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	TABLE_SIZE = 256,
	GROUPS = 4,
	JUMBO_MTU = 9000,
	OUTPUT_SIZE = 65536,
	FRAME_SIZE = 60,
	FOREVER = 1000,
};

static const uint8_t mac[DATAPATH_MAC_SIZE] = { 2, 0, 0, 0, 1, 1 };
static const uint8_t other_mac[DATAPATH_MAC_SIZE] = { 2, 0, 0, 0, 1, 2 };

static const struct datapath_options good_options = {
	.bpffs = SANDBOX_PINS,
	.hash_key = 1,
	.table_size = TABLE_SIZE,
	.group_count = GROUPS,
};

static struct datapath *must_open(enum datapath_mode mode)
{
	struct datapath_options options = good_options;
	struct datapath_error error;
	struct datapath *dp;

	options.mode = mode;
	if (datapath_open(&options, &dp, &error))
		fail_msg("%s", error.text);
	return dp;
}

static void must_attach(struct datapath *dp, const char *name)
{
	struct datapath_error error;

	if (datapath_attach(dp, if_nametoindex(name), name, mac, &error))
		fail_msg("%s", error.text);
}

static void must_pin(struct datapath *dp)
{
	struct datapath_error error;

	if (datapath_pin_maps(dp, &error))
		fail_msg("%s", error.text);
}

static void assert_error_says(const struct datapath_error *error,
			      const char *words)
{
	if (!strstr(error->text, words))
		fail_msg("\"%s\" does not contain \"%s\"", error->text, words);
}

static void assert_open_fails(const struct datapath_options *options, int code,
			      const char *words)
{
	struct datapath_error error;
	struct datapath *dp = NULL;

	assert_int_equal(datapath_open(options, &dp, &error), code);
	assert_error_says(&error, words);
	assert_null(dp);
}

static void assert_attach_fails(struct datapath *dp, const char *name, int code,
				const char *words)
{
	struct datapath_error error;

	assert_int_equal(datapath_attach(dp, if_nametoindex(name), name, mac,
					 &error),
			 code);
	assert_error_says(&error, words);
}

/* Return the id of the program on an interface, 0 if there is none. */
static uint32_t attached_id(const char *name)
{
	uint32_t id = 0;

	assert_int_equal(bpf_xdp_query_id(if_nametoindex(name), 0, &id), 0);
	return id;
}

static uint32_t pinned_link_id(const char *pin)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	char path[PATH_MAX];
	int link;

	snprintf(path, sizeof(path), SANDBOX_PINS "/links/%s", pin);
	link = bpf_obj_get(path);
	assert_true(link >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(link, &info, &size), 0);
	close(link);
	return info.id;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* Return the number of names in the pin directory. */
static unsigned int count_pins(void)
{
	DIR *directory = opendir(SANDBOX_PINS);
	unsigned int count = 0;
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void assert_nothing_left(const char *name)
{
	assert_int_equal(count_pins(), 0);
	assert_int_equal(attached_id(name), 0);
}

static void leaves_nothing_behind(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);

	(void)state;
	must_attach(dp, "veth0");
	must_attach(dp, "veth1");
	must_pin(dp);
	assert_int_equal(attached_id("veth0"), datapath_program_id(dp));
	assert_int_equal(attached_id("veth1"), datapath_program_id(dp));
	datapath_close(dp, false);
	assert_nothing_left("veth0");
	assert_nothing_left("veth1");
	datapath_close(NULL, false);
}

static void refuses_a_second_agent_in_one_directory(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);

	(void)state;
	assert_open_fails(&good_options, -EBUSY,
			  "pin directory " SANDBOX_PINS
			  ": another headgate uses it");
	datapath_close(dp, false);
	datapath_close(must_open(DATAPATH_AUTO), false);
}

static void refuses_a_directory_outside_bpffs(void **state)
{
	struct datapath_options options = good_options;

	(void)state;
	strcpy(options.bpffs, "/tmp/headgate-is-never-made-here");
	assert_open_fails(&options, -EINVAL, "mount -t bpf");
	assert_false(exists(options.bpffs));
	strcpy(options.bpffs, "/tmp");
	assert_open_fails(&options, -EINVAL, "mount -t bpf");
}

static void refuses_a_directory_it_cannot_make(void **state)
{
	struct datapath_options options = good_options;

	(void)state;
	strcpy(options.bpffs, SANDBOX_BPFFS "/with.a.dot");
	assert_open_fails(&options, -EPERM, options.bpffs);
	strcpy(options.bpffs, SANDBOX_BPFFS "/not-there/headgate");
	assert_open_fails(&options, -ENOENT, options.bpffs);
}

static void refuses_impossible_sizes(void **state)
{
	static const struct {
		uint32_t table_size;
		uint32_t group_count;
		const char *words;
	} cases[] = {
		{ 1000, 1, "1000" },
		{ HG_MIN_TABLE_SIZE / 2, 1, "128" },
		{ HG_MAX_TABLE_SIZE * 2, 1, "131072" },
		{ 0, 1, "table size 0" },
		{ TABLE_SIZE, 0, "group count 0" },
		{ TABLE_SIZE, HG_MAX_GROUPS + 1, "group count 4097" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct datapath_options options = good_options;

		options.table_size = cases[i].table_size;
		options.group_count = cases[i].group_count;
		assert_open_fails(&options, -EINVAL, cases[i].words);
	}
	assert_false(exists(SANDBOX_PINS "/links"));
}

static void drop_all_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

	if (syscall(SYS_capset, &header, none))
		_exit(EXIT_FAILURE);
}

/* Run in a child process, which cannot report through cmocka. */
static void try_open_without_capabilities(void)
{
	struct datapath_error error = {};
	struct datapath *dp;

	drop_all_capabilities();
	if (datapath_open(&good_options, &dp, &error) == -EPERM &&
	    strstr(error.text, "CAP_BPF"))
		_exit(EXIT_SUCCESS);
	fprintf(stderr, "error: %s\n", error.text);
	_exit(EXIT_FAILURE);
}

static void names_the_capabilities_it_lacks(void **state)
{
	pid_t child;
	int status;

	(void)state;
	datapath_close(must_open(DATAPATH_AUTO), false);
	child = fork();
	if (!child)
		try_open_without_capabilities();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(count_pins(), 0);
}

static void keeps_forwarding_until_it_is_taken_over(void **state)
{
	uint32_t program, link;
	struct datapath *dp;

	(void)state;
	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "veth0");
	must_pin(dp);
	program = datapath_program_id(dp);
	datapath_close(dp, true);
	assert_int_equal(attached_id("veth0"), program);
	link = pinned_link_id("veth0");

	dp = must_open(DATAPATH_AUTO);
	assert_int_equal(attached_id("veth0"), program);
	must_attach(dp, "veth0");
	must_pin(dp);
	assert_int_equal(attached_id("veth0"), datapath_program_id(dp));
	assert_int_not_equal(datapath_program_id(dp), program);
	assert_int_equal(pinned_link_id("veth0"), link);
	datapath_close(dp, false);
	assert_nothing_left("veth0");
}

static void run_until_killed(int ready)
{
	struct datapath *dp;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "veth0");
	must_pin(dp);
	if (write(ready, "", 1) != 1)
		_exit(EXIT_FAILURE);
	sleep(FOREVER);
}

/* Leave behind the state of a killed agent. */
static void crash_an_agent(void)
{
	int pipe_ends[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(pipe_ends), 0);
	child = fork();
	if (!child)
		run_until_killed(pipe_ends[1]);
	assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void takes_over_from_a_crashed_agent(void **state)
{
	struct datapath *dp;
	uint32_t link;

	(void)state;
	crash_an_agent();
	assert_int_not_equal(attached_id("veth0"), 0);
	link = pinned_link_id("veth0");
	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "veth0");
	assert_int_equal(pinned_link_id("veth0"), link);
	assert_int_equal(attached_id("veth0"), datapath_program_id(dp));
	must_pin(dp);
	datapath_close(dp, false);
	assert_nothing_left("veth0");
}

static void leaves_an_earlier_run_alone_when_it_fails(void **state)
{
	struct datapath_options options = good_options;
	uint32_t program;

	(void)state;
	crash_an_agent();
	program = attached_id("veth0");
	options.table_size = 1;
	assert_open_fails(&options, -EINVAL, "table size");
	datapath_close(must_open(DATAPATH_AUTO), false);
	assert_int_equal(attached_id("veth0"), program);
	assert_true(exists(SANDBOX_PINS "/buckets"));

	takes_over_from_a_crashed_agent(state);
}

static void detaches_interfaces_that_are_not_ports_any_more(void **state)
{
	struct datapath *dp;

	(void)state;
	crash_an_agent();
	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "veth1");
	datapath_detach_stale(dp);
	assert_int_equal(attached_id("veth0"), 0);
	assert_int_equal(attached_id("veth1"), datapath_program_id(dp));
	assert_false(exists(SANDBOX_PINS "/links/veth0"));
	must_pin(dp);
	datapath_close(dp, false);
	assert_nothing_left("veth1");
}

static void attaches_anew_to_a_new_interface_of_an_old_name(void **state)
{
	struct datapath *dp;

	(void)state;
	sandbox_add_veth("reborn");
	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "reborn");
	datapath_close(dp, true);
	assert_int_equal(sandbox_run("ip link del reborn"), 0);
	sandbox_add_veth("reborn");

	dp = must_open(DATAPATH_AUTO);
	must_attach(dp, "reborn");
	assert_int_equal(attached_id("reborn"), datapath_program_id(dp));
	assert_int_equal(sandbox_run("ip link del reborn"), 0);
	datapath_close(dp, false);
	assert_int_equal(count_pins(), 0);
}

static void changes_the_mode_of_an_earlier_run(void **state)
{
	uint32_t ifindex = if_nametoindex("veth0");
	struct datapath *dp;

	(void)state;
	dp = must_open(DATAPATH_GENERIC);
	must_attach(dp, "veth0");
	assert_int_equal(datapath_mode(dp, ifindex), DATAPATH_GENERIC);
	datapath_close(dp, true);
	dp = must_open(DATAPATH_NATIVE);
	must_attach(dp, "veth0");
	assert_int_equal(datapath_mode(dp, ifindex), DATAPATH_NATIVE);
	datapath_close(dp, false);
	assert_nothing_left("veth0");
}

static void falls_back_to_generic_only_if_it_may(void **state)
{
	uint32_t ifindex = if_nametoindex("lo");
	struct datapath *dp;

	(void)state;
	dp = must_open(DATAPATH_NATIVE);
	assert_attach_fails(dp, "lo", -EOPNOTSUPP, "native mode");
	datapath_close(dp, false);
	dp = must_open(DATAPATH_AUTO);
	assert_int_equal(datapath_mode(dp, ifindex), DATAPATH_AUTO);
	must_attach(dp, "lo");
	assert_int_equal(datapath_mode(dp, ifindex), DATAPATH_GENERIC);
	datapath_close(dp, false);
	assert_nothing_left("lo");
}

static void passes_on_the_message_of_the_driver(void **state)
{
	struct datapath *dp = must_open(DATAPATH_NATIVE);

	(void)state;
	sandbox_add_veth("jumbo");
	assert_int_equal(sandbox_run("ip link set jumbo mtu %d && "
				     "ip link set jumbo-peer mtu %d",
				     JUMBO_MTU, JUMBO_MTU),
			 0);
	assert_attach_fails(dp, "jumbo", -ERANGE, "MTU is too large");
	datapath_close(dp, false);
	assert_nothing_left("jumbo");
	assert_int_equal(sandbox_run("ip link del jumbo"), 0);
}

/* Attach a foreign program through netlink, as `ip` does. */
static int attach_foreign_program(uint32_t ifindex, uint32_t flags)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program, err;

	program = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass,
				sizeof(pass) / sizeof(*pass), NULL);
	assert_true(program >= 0);
	err = bpf_xdp_attach(ifindex, program, flags, NULL);
	close(program);
	return err;
}

static void leaves_a_foreign_program_in_place(void **state)
{
	static const uint32_t modes[] = { XDP_FLAGS_DRV_MODE,
					  XDP_FLAGS_SKB_MODE };
	uint32_t ifindex = if_nametoindex("veth0"), foreign;
	struct datapath *dp;

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(attach_foreign_program(ifindex, modes[i]), 0);
		foreign = attached_id("veth0");
		dp = must_open(DATAPATH_AUTO);
		must_attach(dp, "veth1");
		assert_attach_fails(dp, "veth0", -EBUSY, "another XDP program");
		assert_int_equal(datapath_mode(dp, ifindex), DATAPATH_AUTO);
		datapath_close(dp, false);
		assert_int_equal(attached_id("veth0"), foreign);
		assert_nothing_left("veth1");
		assert_int_equal(bpf_xdp_detach(ifindex, modes[i], NULL), 0);
	}
}

static void attaches_to_a_name_with_a_dot(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);

	(void)state;
	sandbox_add_veth("veth.7");
	must_attach(dp, "veth.7");
	datapath_detach_stale(dp);
	assert_int_equal(attached_id("veth.7"), datapath_program_id(dp));
	assert_true(exists(SANDBOX_PINS "/links/veth_7"));
	datapath_close(dp, false);
	assert_nothing_left("veth.7");
	assert_int_equal(sandbox_run("ip link del veth.7"), 0);
}

/* True if the program accepts a frame for `to` that comes in by `name`. */
static bool is_ours(struct datapath *dp, const char *name, const uint8_t *to)
{
	uint8_t frame[FRAME_SIZE] = { [12] = 8 /* IPv4 */ }, out[FRAME_SIZE];
	struct hg_counter before, after;
	size_t out_size = sizeof(out);
	uint32_t action;

	memcpy(frame, to, DATAPATH_MAC_SIZE);
	datapath_read_outcome_counter(dp, HG_PASSED_NOT_OUR_MAC, &before);
	assert_int_equal(trial_run(dp, frame, sizeof(frame),
				   if_nametoindex(name), out, &out_size,
				   &action),
			 0);
	datapath_read_outcome_counter(dp, HG_PASSED_NOT_OUR_MAC, &after);
	return after.packets == before.packets;
}

static void follows_a_change_of_a_mac(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);
	uint32_t ifindex = if_nametoindex("veth0");

	(void)state;
	assert_int_equal(datapath_update_port_mac(dp, ifindex, mac), -ENOENT);
	must_attach(dp, "veth0");
	assert_true(is_ours(dp, "veth0", mac));
	assert_false(is_ours(dp, "veth0", other_mac));
	assert_int_equal(datapath_update_port_mac(dp, ifindex, other_mac), 0);
	assert_true(is_ours(dp, "veth0", other_mac));
	assert_false(is_ours(dp, "veth0", mac));
	datapath_close(dp, false);
}

static void must_add(struct datapath *dp, const char *name)
{
	struct datapath_error error;

	if (datapath_add_port(dp, if_nametoindex(name), name, mac, &error))
		fail_msg("%s", error.text);
}

static void knows_a_port_before_it_is_attached(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);
	struct datapath_error error;

	(void)state;
	must_add(dp, "veth0");
	must_add(dp, "veth1");
	assert_int_equal(datapath_add_port(dp, if_nametoindex("veth1"), "veth1",
					   mac, &error),
			 -EEXIST);
	assert_true(is_ours(dp, "veth1", mac));
	assert_int_equal(attached_id("veth1"), 0);
	must_attach(dp, "veth1");
	assert_int_equal(attached_id("veth1"), datapath_program_id(dp));
	assert_int_equal(datapath_detach(dp, if_nametoindex("veth0")), 0);
	assert_false(is_ours(dp, "veth0", mac));
	must_add(dp, "veth0");
	datapath_close(dp, false);
	assert_nothing_left("veth1");
}

static void detaches_one_port_of_several(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);
	uint32_t first = if_nametoindex("veth0");

	(void)state;
	must_attach(dp, "veth0");
	must_attach(dp, "veth1");
	assert_attach_fails(dp, "veth0", -EEXIST, "already");
	assert_int_equal(datapath_detach(dp, first), 0);
	assert_int_equal(datapath_detach(dp, first), -ENOENT);
	assert_int_equal(attached_id("veth0"), 0);
	assert_false(is_ours(dp, "veth0", mac));
	assert_true(is_ours(dp, "veth1", mac));
	must_attach(dp, "veth0");
	assert_true(is_ours(dp, "veth0", mac));
	datapath_close(dp, false);
	assert_nothing_left("veth1");
}

static void attaches_to_as_many_ports_as_there_is_room_for(void **state)
{
	struct datapath *dp = must_open(DATAPATH_AUTO);
	char name[IF_NAMESIZE];

	(void)state;
	for (unsigned int i = 0; i <= HG_MAX_PORTS; i++) {
		snprintf(name, sizeof(name), "many%u", i);
		sandbox_add_veth(name);
		if (i == HG_MAX_PORTS)
			break;
		must_attach(dp, name);
		assert_true(is_ours(dp, name, mac));
	}
	assert_attach_fails(dp, name, -ENOSPC, "16 interfaces");
	datapath_close(dp, false);
	assert_nothing_left("many0");
}

/* Dump a pinned map by bpftool, as JSON. */
static void dump_map(const char *map, char output[OUTPUT_SIZE])
{
	char command[SANDBOX_COMMAND_SIZE];
	size_t size;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin bpftool map dump pinned %s/%s",
		 SANDBOX_PINS, map);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	size = fread(output, 1, OUTPUT_SIZE - 1, pipe);
	output[size] = '\0';
	/*
	 * bpftool may print more than was read: its exit status does not
	 * matter.
	 */
	pclose(pipe);
}

static void pins_maps_that_bpftool_prints_by_field(void **state)
{
	static const char *const fields[][2] = {
		{ "vip4", "\"hash_fields\":" },
		{ "buckets", "\"backup\":" },
		{ "nexthops", "\"destination_mac\":" },
		{ "counters", "\"outcomes\":" },
	};
	struct datapath *dp = must_open(DATAPATH_AUTO);
	const struct prefix host = { address_from_ipv4(htonl(0xc0000201)),
				     ADDRESS_BITS_IPV4 };
	struct hg_vip vip = {};
	char output[OUTPUT_SIZE];

	(void)state;
	must_attach(dp, "veth0");
	must_pin(dp);
	assert_int_equal(datapath_set_vip(dp, &host, &vip), 0);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		dump_map(fields[i][0], output);
		if (!strstr(output, fields[i][1]))
			fail_msg("%s: no %s in %.200s", fields[i][0],
				 fields[i][1], output);
	}
	assert_true(exists(SANDBOX_PINS "/tx_ports"));
	datapath_close(dp, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_nothing_behind),
		cmocka_unit_test(refuses_impossible_sizes),
		cmocka_unit_test(refuses_a_second_agent_in_one_directory),
		cmocka_unit_test(refuses_a_directory_outside_bpffs),
		cmocka_unit_test(refuses_a_directory_it_cannot_make),
		cmocka_unit_test(names_the_capabilities_it_lacks),
		cmocka_unit_test(keeps_forwarding_until_it_is_taken_over),
		cmocka_unit_test(takes_over_from_a_crashed_agent),
		cmocka_unit_test(leaves_an_earlier_run_alone_when_it_fails),
		cmocka_unit_test(
			detaches_interfaces_that_are_not_ports_any_more),
		cmocka_unit_test(
			attaches_anew_to_a_new_interface_of_an_old_name),
		cmocka_unit_test(changes_the_mode_of_an_earlier_run),
		cmocka_unit_test(falls_back_to_generic_only_if_it_may),
		cmocka_unit_test(passes_on_the_message_of_the_driver),
		cmocka_unit_test(leaves_a_foreign_program_in_place),
		cmocka_unit_test(attaches_to_a_name_with_a_dot),
		cmocka_unit_test(follows_a_change_of_a_mac),
		cmocka_unit_test(knows_a_port_before_it_is_attached),
		cmocka_unit_test(detaches_one_port_of_several),
		cmocka_unit_test(
			attaches_to_as_many_ports_as_there_is_room_for),
		cmocka_unit_test(pins_maps_that_bpftool_prints_by_field),
	};

	log_set_level(LOG_LEVEL_ERROR);
	sandbox_enter();
	sandbox_add_veth("veth0");
	sandbox_add_veth("veth1");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
