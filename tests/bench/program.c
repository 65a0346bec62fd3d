// SPDX-License-Identifier: BSD-2-Clause
/*
 * The size of the program. The kernel reports most of it for any loaded
 * program. Only the verifier's log has the depth of the stack, so a copy of the
 * program is loaded with that log.
 */

#include "program.h"

/* The skeleton uses its types. */
#include "headgate/abi.h"

#include "bpf/headgate.skel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum program_log {
	LOG_STATISTICS = 4, /* BPF_LOG_STATS of the kernel, not of its UAPI */
	LOG_SIZE = 65536,
};

/* Read "stack depth 96" or, with functions that are not inlined, "96+16". */
static uint32_t read_stack_depth(const char *log)
{
	static const char words[] = "stack depth ";
	const char *at = strstr(log, words);
	uint32_t sum = 0;
	char *end;

	if (!at)
		return 0;
	at += sizeof(words) - 1;
	for (;; at = end + 1) {
		sum += (uint32_t)strtoul(at, &end, 10);
		if (*end != '+')
			return sum;
	}
}

static int read_info(int program, struct program_size *size)
{
	struct bpf_prog_info info = { 0 };
	uint32_t info_size = sizeof(info);
	int err;

	err = bpf_obj_get_info_by_fd(program, &info, &info_size);
	if (err)
		return err;
	size->verified = info.verified_insns;
	size->xlated_bytes = info.xlated_prog_len;
	size->jited_bytes = info.jited_prog_len;
	return 0;
}

int program_measure(struct program_size *size)
{
	struct headgate *skeleton = headgate__open();
	struct bpf_program *program;
	char *log = calloc(1, LOG_SIZE);
	int err = -ENOMEM;

	if (!skeleton || !log)
		goto out;
	program = skeleton->progs.headgate;
	bpf_program__set_log_buf(program, log, LOG_SIZE);
	bpf_program__set_log_level(program, LOG_STATISTICS);
	err = headgate__load(skeleton);
	if (!err)
		err = read_info(bpf_program__fd(program), size);
	if (!err) {
		size->instructions = (uint32_t)bpf_program__insn_cnt(program);
		size->stack_bytes = read_stack_depth(log);
	}
out:
	headgate__destroy(skeleton);
	free(log);
	return err;
}
