// SPDX-License-Identifier: BSD-2-Clause
/* The program on single frames, by BPF_PROG_TEST_RUN. See datapath.h. */

#include <string.h>

#include <bpf/bpf.h>

#include <linux/if_ether.h>

#include "datapath/datapath.h"
#include "datapath/instance.h"

enum {
	/* As long as a frame the kernel takes, and the tags it may gain. */
	MAX_FRAME = 4096,
};

static int run(int program, const void *frame, size_t size, uint32_t ifindex,
	       void *out, size_t *out_size, uint32_t *answer)
{
	struct xdp_md context = {
		.data_end = size,
		.ingress_ifindex = ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = size, .data_out = out,
		    .data_size_out = *out_size, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);
	int err = bpf_prog_test_run_opts(program, &run);

	if (err)
		return err;
	*out_size = run.data_size_out;
	*answer = run.retval;
	return 0;
}

int datapath_test_run(const struct datapath *dp, const void *frame, size_t size,
		      uint32_t ifindex, void *out, size_t *out_size,
		      uint32_t *action)
{
	return run(dp->program, frame, size, ifindex, out, out_size, action);
}

int datapath_explain(const struct datapath *dp, const void *frame, size_t size,
		     uint32_t ifindex, struct datapath_verdict *verdict)
{
	uint8_t out[MAX_FRAME];
	size_t out_size = sizeof(out);
	uint32_t answer;
	int err;

	err = run(dp->explain, frame, size, ifindex, out, &out_size, &answer);
	if (err)
		return err;
	verdict->outcome = answer & HG_EXPLAIN_OUTCOME_MASK;
	verdict->slot = answer >> HG_EXPLAIN_SLOT_SHIFT;
	out_size = sizeof(out);
	err = run(dp->program, frame, size, ifindex, out, &out_size,
		  &verdict->action);
	if (!err)
		memcpy(verdict->destination_mac, out, ETH_ALEN);
	return err;
}
