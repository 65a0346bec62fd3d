/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_PINS_H
#define DATAPATH_PINS_H

/*
 * The pin directory on the BPF file system. Pins keep the program attached
 * while no agent runs, and make the maps visible to bpftool. The directory is
 * locked while it is open, so that two agents never write one set of tables.
 */

#include "datapath/failure.h"

#include <limits.h>

struct pins {
	char directory[PATH_MAX];
	int lock; /* descriptor of the directory, which carries the lock */
};

/* The kinds of pins, each in its own folder of the pin directory */
enum pin_kind {
	PIN_MAP,  /* the pin directory itself */
	PIN_LINK, /* links/ */
	PIN_MARK, /* marks/: links of `mark` */
	PIN_KIND_COUNT,
};

/*
 * Create and lock the directory. -EBUSY: another agent uses it. `lock` is a
 * descriptor by which that agent lets us have its lock, or -1; it stays the
 * caller's. The caller closes with pins_close().
 */
int pins_open(struct pins *pins, const char *directory, int lock,
	      struct datapath_error *error);
/* Unlock the directory; remove links/ if no link is pinned any more. */
void pins_close(struct pins *pins);

/*
 * Check what is pinned by this name: nothing, or the same kind of object as
 * `object`, for a map with the same name and type. Else -EEXIST and an error
 * that says what to do. What is not ours is never removed.
 */
int pins_check(const struct pins *pins, enum pin_kind kind, const char *name,
	       int object, struct datapath_error *error);
/* Pin an object, in place of one of ours that is pinned by the same name. */
int pins_add(const struct pins *pins, enum pin_kind kind, const char *name,
	     int object, struct datapath_error *error);
/* True if the pin is of this very object. */
bool pins_holds(const struct pins *pins, enum pin_kind kind, const char *name,
		int object);
/* Return a descriptor of the object pinned by this name, or -errno. */
int pins_get(const struct pins *pins, enum pin_kind kind, const char *name);
/* Remove a pin, if pins_check() accepts it. */
void pins_remove(const struct pins *pins, enum pin_kind kind, const char *name,
		 int object);

/* Call `visit` with the name of each pin of a kind; it may remove that pin. */
void pins_visit(const struct pins *pins, enum pin_kind kind,
		void (*visit)(const char *name, void *context), void *context);
/* True if `pin` is the pin of `name`: they differ in dots only. */
bool pins_match(const char *pin, const char *name);

#endif
