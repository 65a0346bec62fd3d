/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_PROGRAM_H
#define TESTS_BENCH_PROGRAM_H

/*
 * The size of the XDP program: as compiled, verified, and compiled by the JIT.
 */

#include <stdint.h>

struct program_size {
	uint32_t instructions; /* as compiled */
	uint32_t verified;     /* instructions the verifier went through */
	uint32_t xlated_bytes; /* as the verifier left it */
	uint32_t jited_bytes;  /* 0: the JIT is off */
	uint32_t stack_bytes;  /* of all functions together */
};

/* Load a copy of the program. Returns 0 or -errno. */
int program_measure(struct program_size *size);

#endif
