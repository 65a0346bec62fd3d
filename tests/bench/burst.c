// SPDX-License-Identifier: BSD-2-Clause
/*
 * Send bursts. The kernel's clock times the batches of frames. It stands still
 * while the burst is set up, and while this thread waits for its CPU (unless
 * the kernel preempts in the middle of a batch).
 */

#include "burst.h"

#include "tests/bench/generator.skel.h"

#include <bpf/bpf.h>
#include <errno.h>

enum {
	BATCH = 64, /* frames: one poll of NAPI */
};

static const double ns_per_second = 1e9;

int burst_send(struct generator *generator, const struct burst_target *target,
	       uint32_t frames, struct burst *burst)
{
	struct xdp_md context = {
		.data_end = (uint32_t)target->size,
		.ingress_ifindex = target->ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = target->traffic->frame,
		    .data_size_in = (uint32_t)target->size, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = (int)frames,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	uint32_t sent = generator->bss->sequence;
	uint64_t received = generator->bss->received;
	int err;

	generator->bss->traffic = *target->traffic;
	err = bpf_prog_test_run_opts(bpf_program__fd(generator->progs.generate),
				     &run);
	if (err)
		return err == -EINVAL ? -EOPNOTSUPP : err;
	burst->sent = generator->bss->sequence - sent;
	burst->received = generator->bss->received - received;
	burst->seconds = (double)run.duration * frames / ns_per_second;
	return 0;
}

int burst_start_statistics(void)
{
	return bpf_enable_stats(BPF_STATS_RUN_TIME);
}

int burst_read_runs(int program, struct runs *runs)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int err;

	err = bpf_obj_get_info_by_fd(program, &info, &size);
	if (err)
		return err;
	*runs = (struct runs){ .count = info.run_cnt, .ns = info.run_time_ns };
	return 0;
}
