/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WIRES_H
#define WIRES_H

/*
 * The inside of the agent: its rooms, and who makes each of them with which
 * callbacks. Functions return 0 or -errno and fill `error` on failure.
 */

#include <stdbool.h>

#include "agent.h"
#include "bgp/session/speaker.h"
#include "config/config.h"
#include "control/show.h"
#include "core/member.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "steering/steering.h"

struct control;
struct event;
struct kernel_routes;
struct metrics;

struct agent {
	const struct config *config;
	struct event_base *base;
	struct event *process;	/* decide what is marked in the rib */
	struct event *capture;	/* frames have been captured; or NULL */
	struct event *leave;	/* NULL unless we are leaving */
	struct event *takeover; /* attach although not everything is known */
	struct control *control;
	struct metrics *metrics; /* NULL: not served */
	struct datapath *datapath;
	struct tracker *tracker;
	struct kernel_routes *kernel_routes;
	struct steering *steering;
	struct rib *rib;
	struct bgp_speaker *speaker;
	struct member *members; /* of the set being told to steering */
	size_t member_room;
	struct control_view view;
	int failed;   /* -errno of what ended the loop */
	bool running; /* this agent is the one in charge of the host */
	bool attached;
	bool exports_waiting;
	bool tags_hidden[DATAPATH_MAX_INTERFACES]; /* and said so */
};

/* wire_steering.c */
int wire_datapath(struct agent *agent, char error[AGENT_ERROR_SIZE]);
int wire_steering(struct agent *agent);

/* wire_capture.c */
/* What a client of the control socket may have the agent do. */
struct control_hooks wire_capture(struct agent *agent);

/* wire_kernel.c */
int wire_kernel_routes(struct agent *agent, char error[AGENT_ERROR_SIZE]);
/* The kernel's route to the VIP follows its set, `members`. */
void wire_kernel_route(struct agent *agent, const struct route *route,
		       const struct member *members);

/* wire_rib.c */
int wire_tracker(struct agent *agent, char error[AGENT_ERROR_SIZE]);
int wire_rib(struct agent *agent);
/* Sends a neighbor what it is to be told, as far as there is room. */
void wire_send_exports(struct agent *agent, struct bgp_neighbor *neighbor);

/* The same for all neighbors, now. */
void wire_send_all_exports(struct agent *agent);

/*
 * Our tables are those that forward: neighbors that have everything are told
 * so by End-of-RIB (RFC 4724 4.1).
 */
void wire_tables_complete(struct agent *agent);

/* wire_bfd.c */
/* Has BFD watch the servers of configured paths. */
int wire_bfd(struct agent *agent);
/* A neighbor that is configured so has a session now, or has it no more. */
void wire_bfd_watch(struct agent *agent, struct rib_peer *peer);
void wire_bfd_unwatch(struct agent *agent, const struct rib_peer *peer);
/* Ends the BGP sessions of those with this address that BFD watches. */
void wire_bfd_down(struct agent *agent, const struct address *address);

/* wire_speaker.c */
int wire_speaker(struct agent *agent, char error[AGENT_ERROR_SIZE]);

/* interfaces.c */
int interfaces_init(struct agent *agent);
/* Attaches, or waits for the tables if an earlier run's program forwards. */
int interfaces_start(struct agent *agent, char error[AGENT_ERROR_SIZE]);
/* For the tracker's callback. */
void interfaces_link_changed(const struct nexthop_link *link, void *agent);
/* The tables have changed: the takeover waits for them to settle. */
void interfaces_tables_changed(struct agent *agent);

#endif
