/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_GENERATOR_H
#define TESTS_XDP_GENERATOR_H

/*
 * Frames of all kinds at random: whole ones with every field that can vary, in
 * generator_shapes.c; and damage to them, in generator_damage.c. Fragments are
 * often followed by others of the same packet.
 */

#include "../random.h"
#include "frame.h"
#include "world.h"

struct generator {
	struct random_source random;
	struct shape quote;    /* what the last shape quotes */
	struct shape fragment; /* the last one, for others of its packet */
};

/* Valid until the next call. */
struct shape generator_shape(struct generator *generator);
/* Leaves it alone more often than not. */
void generator_damage(struct generator *generator, struct frame *frame);

#endif
