// SPDX-License-Identifier: BSD-2-Clause
/* Run the program on single frames, by BPF_PROG_TEST_RUN. See datapath.h. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpf/bpf.h>

#include <linux/if_ether.h>

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

enum {
	/* longer than what any kernel takes without fragments, and added tags */
	MAX_FRAME = 16384,
};

/*
 * Run the program on a frame. Without a context the ingress interface is the
 * loopback; kernels before 5.15 take no other.
 */
static int run_program(int program, const void *frame, size_t size,
		       uint32_t ifindex, void *out, size_t *out_size,
		       uint32_t *answer)
{
	bool said = ifindex != DATAPATH_LOOPBACK;
	struct xdp_md context = {
		.data_end = size,
		.ingress_ifindex = ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = size, .data_out = out,
		    .data_size_out = *out_size,
		    .ctx_in = said ? &context : NULL,
		    .ctx_size_in = said ? sizeof(context) : 0, .repeat = 1);
	int err = bpf_prog_test_run_opts(program, &run);

	if (err)
		return err;
	*out_size = run.data_size_out;
	*answer = run.retval;
	return 0;
}

/*
 * Tell the two reasons for -EINVAL apart. If the kernel takes the frame without
 * a context, it cannot take the ingress interface: -EOPNOTSUPP.
 */
static int refine_error(const struct datapath *dp, int err, const void *frame,
			size_t size)
{
	uint8_t out[MAX_FRAME];
	size_t out_size = sizeof(out);
	uint32_t answer;

	if (err == -EINVAL &&
	    !run_program(dp->explain, frame, size, DATAPATH_LOOPBACK, out,
			 &out_size, &answer))
		return -EOPNOTSUPP;
	return err;
}

int datapath_test_run(const struct datapath *dp, const void *frame, size_t size,
		      uint32_t ifindex, void *out, size_t *out_size,
		      uint32_t *action)
{
	int err = run_program(dp->program, frame, size, ifindex, out, out_size,
			      action);

	return refine_error(dp, err, frame, size);
}

static uint32_t action_of(enum hg_outcome outcome)
{
	if (outcome == HG_FORWARDED_TX)
		return XDP_TX;
	if (outcome == HG_FORWARDED_REDIRECT)
		return XDP_REDIRECT;
	return outcome < HG_DROPPED_BAD_HEADER ||
			       outcome == HG_PASSED_OTHER_VLAN ?
		       XDP_PASS :
		       XDP_DROP;
}

int datapath_explain(const struct datapath *dp, const void *frame, size_t size,
		     uint32_t ifindex, struct datapath_explanation *explanation)
{
	uint8_t out[MAX_FRAME];
	size_t out_size = sizeof(out);
	uint32_t answer;
	int err;

	err = run_program(dp->explain, frame, size, ifindex, out, &out_size,
			  &answer);
	if (err)
		return refine_error(dp, err, frame, size);
	explanation->outcome = answer & HG_EXPLAIN_OUTCOME_MASK;
	explanation->slot = answer >> HG_EXPLAIN_SLOT_SHIFT;
	explanation->action = action_of(explanation->outcome);
	explanation->details = *dp->explanation;
	explanation->head_size =
		out_size < DATAPATH_HEAD_SIZE ? out_size : DATAPATH_HEAD_SIZE;
	memcpy(explanation->head, out, explanation->head_size);
	return 0;
}
