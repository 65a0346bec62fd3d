/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_PINS_H
#define DATAPATH_PINS_H

/*
 * The pin directory on the BPF file system: what keeps the program attached
 * while no agent runs, and how bpftool finds the maps. It is locked as long as
 * it is open, so that two agents never write one set of tables.
 */

#include "datapath/failure.h"

#include <limits.h>

struct pins {
	char directory[PATH_MAX];
	int lock; /* the directory's descriptor, which carries the lock */
};

/* The folder inside the pin directory that a pin stands in. */
enum pin_kind {
	PIN_MAP,  /* the pin directory itself */
	PIN_LINK, /* links/ */
	PIN_KIND_COUNT,
};

/* -EBUSY: another agent has it. Closed with pins_close(). */
int pins_open(struct pins *pins, const char *directory,
	      struct datapath_error *error);
/* Unlocks; removes links/ if no link is pinned any more. */
void pins_close(struct pins *pins);

/* Pins an object, in place of what is pinned by that name. */
int pins_add(const struct pins *pins, enum pin_kind kind, const char *name,
	     int object, struct datapath_error *error);
/* A descriptor of what is pinned by that name, or -errno. */
int pins_get(const struct pins *pins, enum pin_kind kind, const char *name);
void pins_remove(const struct pins *pins, enum pin_kind kind, const char *name);

/* Calls `visit` with the name of each pin of a kind; it may remove that pin. */
void pins_visit(const struct pins *pins, enum pin_kind kind,
		void (*visit)(const char *name, void *context), void *context);
/* True if `name` is pinned under `pin`, which differs where it has dots. */
bool pins_match(const char *pin, const char *name);

#endif
