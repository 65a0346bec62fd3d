/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INTERFACES_H
#define INTERFACES_H

/*
 * The configured interfaces and the XDP program on them: attached at the start
 * and when an interface appears. Where an earlier run left its program
 * forwarding, that is replaced at once if its tables are adopted, and else by
 * interfaces_take_over().
 */

#include <stdbool.h>
#include <stddef.h>

struct audit_report;
struct datapath;
struct datapath_options;
struct event_base;
struct interfaces;
struct nexthop_link;
struct tracker;

enum interfaces_sizes {
	INTERFACES_ERROR_SIZE = 128,
};

struct interfaces_hooks {
	/* Our tables forward from now on. Called from the event loop only. */
	void (*attached)(void *context);
	/* A port takes frames from other ports again, or no longer. */
	void (*redirects_changed)(void *context);
	/* The program cannot be attached: -errno; the log says why. */
	void (*failed)(int error, void *context);
	void *context;
};

/*
 * All arguments must outlive it; `hooks` is copied. NULL: out of memory. The
 * caller frees with interfaces_free(), which leaves the program attached.
 */
struct interfaces *interfaces_new(struct event_base *base,
				  const struct datapath_options *options,
				  struct datapath *datapath,
				  struct tracker *tracker,
				  const struct interfaces_hooks *hooks);
void interfaces_free(struct interfaces *interfaces);

/*
 * Attach to all interfaces, unless an earlier run's program forwards by tables
 * that are not adopted. Returns 0 or -errno; then `error` says where to look.
 */
int interfaces_start(struct interfaces *interfaces,
		     char error[INTERFACES_ERROR_SIZE]);
/* True if our tables forward. */
bool interfaces_are_attached(const struct interfaces *interfaces);
/* Take other options, with the same interfaces. They must outlive it. */
void interfaces_reconfigure(struct interfaces *interfaces,
			    const struct datapath_options *options);
/*
 * Ask which ports take no frames from others (a thread does), and report those that
 * do harm, as known so far.
 */
void interfaces_audit(struct interfaces *interfaces,
		      struct audit_report *report);
/* Follow a link that appeared, changed or vanished. */
void interfaces_link_changed(struct interfaces *interfaces,
			     const struct nexthop_link *link);
/* All links that changed have been followed: tell the program their VLANs. */
void interfaces_links_settled(struct interfaces *interfaces);
/* Replace the program of an earlier run now: our tables are complete. */
void interfaces_take_over(struct interfaces *interfaces);

#endif
