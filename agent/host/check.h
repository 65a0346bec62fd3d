/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

/*
 * Settings of the host that spoil what Headgate does: each check says what it
 * found, what that harms, and the command that mends it. The agent runs those
 * that can change under it; `headgatectl doctor` runs all of them if there is no
 * agent to ask.
 *
 * check.c has the list and the report. The checks are in check_kernel.c (the
 * kernel and this process), check_routing.c (what the kernel does with packets
 * handed up), check_device.c (interfaces and their drivers), check_tables.c
 * (programs and pins of others) and check_irq.c.
 *
 * Files are read below `root`, so that tests can give others. A setting that
 * cannot be read is no complaint: the kernel shows some of them in its first
 * network namespace only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sizes.h"
#include "host/device.h"

enum check_sizes {
	CHECK_MAX_PORTS = 16,
	CHECK_FOUND_SIZE = 160,
	CHECK_COMMAND_SIZE = 256,
	CHECK_LINE_SIZE = 768,
	/* Each check once, and once more for each port where it has any. */
	CHECK_MAX_FINDINGS = 192,
};

enum check_level {
	CHECK_OK,
	CHECK_WARNING, /* some packets suffer, or will */
	CHECK_FAILURE, /* traffic is lost, or the agent cannot start */
	CHECK_LEVEL_COUNT,
};

/* "ok", "warning", "failure" */
extern const char *const check_level_names[CHECK_LEVEL_COUNT];

struct check_port {
	char name[INTERFACE_SIZE];
	bool has_vlans;	   /* VLAN devices are on it */
	bool has_nexthops; /* next hops are behind it */
};

/* The subject of the checks */
struct check_question {
	const char *root;  /* before /proc and /sys: "" but in tests */
	const char *bpffs; /* the pin directory */
	bool running;	   /* the agent asks: skip what it has seen to */
	bool generic;	   /* --xdp-mode generic */
	bool ipv4;	   /* some VIP is one of IPv4 */
	bool ipv6;	   /* some VIP is one of IPv6 */
	uint32_t nexthops; /* how many there are */
	size_t port_count;
	struct check_port ports[CHECK_MAX_PORTS];
};

struct check_finding {
	const char *check;		/* its name, a constant */
	char interface[INTERFACE_SIZE]; /* empty: the host as a whole */
	enum check_level level;
	char found[CHECK_FOUND_SIZE];
	const char *harm;		  /* a constant; NULL: it is ok */
	char command[CHECK_COMMAND_SIZE]; /* empty: no command mends it */
};

struct check_report {
	size_t count;
	struct check_finding findings[CHECK_MAX_FINDINGS];
};

/* Empty the report and run all steps. */
void check_all(const struct check_question *question,
	       struct check_report *report);
size_t check_report_count(const struct check_report *report,
			  enum check_level level);
/* Return the finding of the same check and interface as another, or NULL. */
const struct check_finding *check_report_find(const struct check_report *report,
					      const struct check_finding *like);
/* Write "found: harm; run `command`". Returns `line`. */
const char *check_finding_format(const struct check_finding *finding,
				 char line[CHECK_LINE_SIZE]);

/* ------------------------------------------------------- for the checks */

/* Arguments of a check; it fills in the finding, which says ok so far. */
struct check_scene {
	const struct check_question *question;
	const struct check_port *port; /* NULL: the host */
	const struct device *device;   /* of the port */
	struct check_finding *finding;
};

typedef void check_fn(const struct check_scene *scene);

void check_found(const struct check_scene *scene, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void check_complain(const struct check_scene *scene, enum check_level level,
		    const char *harm);
void check_mend(const struct check_scene *scene, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Return the number in a file, -1 if it cannot be read. */
long check_read_number(const struct check_question *question,
		       const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Read the first line of a file. False: it cannot be read. */
bool check_read_line(const struct check_question *question, const char *path,
		     char *line, size_t size);

check_fn check_kernel, check_jit, check_btf, check_own_capabilities,
	check_bpffs;
check_fn check_ip_forward, check_ipv6_forwarding, check_gc_thresh,
	check_rp_filter, check_send_redirects;
check_fn check_interface, check_mtu, check_gro, check_lro, check_rxvlan,
	check_veth_tx, check_redirect, check_queues, check_irq_affinity;
check_fn check_second_agent, check_left_pins, check_foreign_xdp;

#endif
