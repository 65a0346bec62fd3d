/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_TRIAL_H
#define TESTS_XDP_TRIAL_H

/*
 * Run the program on a frame, also on a kernel before 5.15, which accepts no
 * ingress interface but the loopback.
 */

#include <stddef.h>
#include <stdint.h>

struct datapath;

/*
 * Run the program like datapath_test_run(). On such a kernel the tables name
 * the interface as the loopback while the frame is processed, so that they
 * agree.
 */
int trial_run(struct datapath *dp, const void *frame, size_t size,
	      uint32_t ifindex, void *out, size_t *out_size, uint32_t *action);

/* Return the ifindex that the program sees for `ifindex`. */
uint32_t trial_ifindex(uint32_t ifindex);

#endif
