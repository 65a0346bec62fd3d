/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_GENERATOR_H
#define TESTS_XDP_GENERATOR_H

/*
 * Random frames of all kinds: whole ones, with every field that can vary
 * (generator_shapes.c), and damage to them (generator_damage.c). Fragments are
 * often followed by others of the same packet, packets by others of the same
 * flow.
 */

#include "../random.h"
#include "frame.h"
#include "world.h"

struct generator {
	struct random_source random;
	struct shape quote;    /* the packet that the last shape quotes */
	struct shape fragment; /* the last fragment, for others of its packet */
	struct shape last;     /* the last packet, for others of its flow */
};

/* Return a random shape, valid until the next call. */
struct shape generator_shape(struct generator *generator);
/* Damage the frame, or more often leave it unchanged. */
void generator_damage(struct generator *generator, struct frame *frame);

#endif
