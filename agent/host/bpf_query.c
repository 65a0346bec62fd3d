// SPDX-License-Identifier: BSD-2-Clause
/* Questions to bpf(2). See bpf_query.h. */

#include "host/bpf_query.h"

#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <sys/syscall.h>

static int call_bpf(enum bpf_cmd command, union bpf_attr *question)
{
	return (int)syscall(SYS_bpf, command, question, sizeof(*question));
}

static bool read_info(int object, void *info, uint32_t size)
{
	union bpf_attr question;

	memset(&question, 0, sizeof(question));
	question.info.bpf_fd = (uint32_t)object;
	question.info.info_len = size;
	question.info.info = (uint64_t)(uintptr_t)info;
	return !call_bpf(BPF_OBJ_GET_INFO_BY_FD, &question);
}

bool bpf_query_name(uint32_t program_id, char name[BPF_QUERY_NAME_SIZE])
{
	struct bpf_prog_info info = { .id = 0 };
	union bpf_attr question;
	bool read;
	int program;

	memset(&question, 0, sizeof(question));
	question.prog_id = program_id;
	program = call_bpf(BPF_PROG_GET_FD_BY_ID, &question);
	if (program < 0)
		return false;
	read = read_info(program, &info, sizeof(info));
	close(program);
	memcpy(name, info.name, BPF_QUERY_NAME_SIZE);
	name[BPF_QUERY_NAME_SIZE - 1] = '\0';
	return read;
}

static bool attaches(uint32_t link_id, uint32_t program_id, uint32_t ifindex)
{
	struct bpf_link_info info = { .type = 0 };
	union bpf_attr question;
	bool read;
	int link;

	memset(&question, 0, sizeof(question));
	question.link_id = link_id;
	link = call_bpf(BPF_LINK_GET_FD_BY_ID, &question);
	if (link < 0)
		return false;
	read = read_info(link, &info, sizeof(info));
	close(link);
	return read && info.type == BPF_LINK_TYPE_XDP &&
	       info.prog_id == program_id && info.xdp.ifindex == ifindex;
}

unsigned int bpf_query_xdp_links(uint32_t program_id, uint32_t ifindex,
				 uint32_t *id)
{
	union bpf_attr question;
	unsigned int count = 0;
	uint32_t at = 0;

	for (;;) {
		memset(&question, 0, sizeof(question));
		question.start_id = at;
		if (call_bpf(BPF_LINK_GET_NEXT_ID, &question))
			return count;
		at = question.next_id;
		if (!attaches(at, program_id, ifindex))
			continue;
		*id = at;
		count++;
	}
}
