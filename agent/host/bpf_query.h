/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_BPF_QUERY_H
#define HOST_BPF_QUERY_H

/* Questions to bpf(2) about programs of others, without a library. */

#include <stdbool.h>
#include <stdint.h>

enum bpf_query_sizes {
	BPF_QUERY_NAME_SIZE = 16, /* BPF_OBJ_NAME_LEN */
};

/* Read the name of a program by its id. False: it cannot be read. */
bool bpf_query_name(uint32_t program_id, char name[BPF_QUERY_NAME_SIZE]);
/*
 * Return how many links attach a program to an interface, and the id of the last
 * one. Several may: network namespaces have the same indexes, and links do not
 * tell theirs.
 */
unsigned int bpf_query_xdp_links(uint32_t program_id, uint32_t ifindex,
				 uint32_t *id);

#endif
