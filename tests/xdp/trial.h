/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_TRIAL_H
#define TESTS_XDP_TRIAL_H

/*
 * Runs the program on a frame, also on a kernel (before 5.15) that cannot be
 * told by which interface it came in and takes it to be the loopback.
 */

#include <stddef.h>
#include <stdint.h>

struct datapath;

/*
 * As datapath_test_run(). On such a kernel the program's tables call the
 * interface the loopback for as long as the frame is under way, so that all of
 * them mean the same.
 */
int trial_run(struct datapath *dp, const void *frame, size_t size,
	      uint32_t ifindex, void *out, size_t *out_size, uint32_t *action);

/* What the program takes `ifindex` to be. */
uint32_t trial_ifindex(uint32_t ifindex);

#endif
