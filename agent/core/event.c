// SPDX-License-Identifier: BSD-2-Clause
/* The catalogue of events, and their objects. See event.h. */

#include "core/event.h"

#include <stdio.h>
#include <string.h>

const char *const log_level_names[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

const struct event_type event_types[EVENT_KIND_COUNT] = {
	[EVENT_OTHER] = { "other", "agent", LOG_LEVEL_INFO,
			  "A message without a row here.", "Read its text." },
	[EVENT_AGENT_STARTED] = { "agent_started", "agent", LOG_LEVEL_INFO,
				  "The agent runs, with this version and configuration.",
				  "" },
	[EVENT_AGENT_ENDING] = { "agent_ending", "agent", LOG_LEVEL_INFO,
				 "The agent ends, by a signal.", "" },
	[EVENT_AGENT_STALLED] = { "agent_stalled", "loop", LOG_LEVEL_WARNING,
				  "One turn of the event loop took 100 ms or longer.",
				  "If it comes often, give the agent more CPU time." },
	[EVENT_START_WAIT_OVER] = { "start_wait_over", "agent",
				    LOG_LEVEL_WARNING,
				    "Some backends did not announce their VIPs within "
				    "--start-max.",
				    "See their lines in `headgatectl show neighbors`." },
	[EVENT_TAKEN_OVER] = { "taken_over", "agent", LOG_LEVEL_INFO,
			       "The tables of the previous run are replaced by ours.",
			       "" },
	[EVENT_RELOAD_CHANGED] = { "reload_changed", "reload", LOG_LEVEL_INFO,
				   "A reload changed this option.", "" },
	[EVENT_RELOAD_UNCHANGED] = { "reload_unchanged", "reload",
				     LOG_LEVEL_INFO,
				     "A reload found nothing to change.", "" },
	[EVENT_RELOAD_REFUSED] = { "reload_refused", "reload", LOG_LEVEL_ERROR,
				   "A reload was refused, and nothing changed.",
				   "Correct the configuration and reload again." },
	[EVENT_AUDIT_REPAIRED] = { "audit_repaired", "audit", LOG_LEVEL_WARNING,
				   "The kernel differed from what is wanted; it is as wanted "
				   "again.",
				   "Find out which process changes it." },
	[EVENT_AUDIT_FOUND] = { "audit_found", "audit", LOG_LEVEL_ERROR,
				"The kernel differs from what is wanted, and could not be "
				"repaired.",
				"See `headgatectl show status`." },
	[EVENT_VIPS_DETACHED] = { "vips_detached", "agent", LOG_LEVEL_ERROR,
				  "All VIPs are withdrawn, as the program or its tables are not "
				  "as wanted.",
				  "See the audit_found event before it." },
	[EVENT_VIPS_ATTACHED] = { "vips_attached", "agent", LOG_LEVEL_INFO,
				  "The program and its tables are as wanted again.",
				  "" },
	[EVENT_NEIGHBOR_UP] = { "neighbor_up", "bgp", LOG_LEVEL_INFO,
				"A BGP session is established.", "" },
	[EVENT_NEIGHBOR_DOWN] = { "neighbor_down", "bgp", LOG_LEVEL_WARNING,
				  "A BGP session has ended.",
				  "See the cause, and the log of the other end." },
	[EVENT_NEIGHBOR_ERROR] = { "neighbor_error", "bgp", LOG_LEVEL_INFO,
				   "An attempt to establish a session has failed, or a session "
				   "ends by this error.",
				   "See the cause, and the log of the other end." },
	[EVENT_NEIGHBOR_SILENT] = { "neighbor_silent", "bgp", LOG_LEVEL_WARNING,
				    "A neighbor has not had a session since the start, or does not "
				    "connect.",
				    "See the likely cause in the line." },
	[EVENT_NEIGHBOR_ORDER] = { "neighbor_order", "bgp", LOG_LEVEL_WARNING,
				   "An administrator gave an order about a neighbor.",
				   "" },
	[EVENT_NEIGHBOR_REMOVED] = { "neighbor_removed", "bgp", LOG_LEVEL_INFO,
				     "A reload removed a neighbor.", "" },
	[EVENT_CONNECTION_REFUSED] = { "connection_refused", "bgp",
				       LOG_LEVEL_WARNING,
				       "A connection to the BGP port was refused.",
				       "Add the host by --neighbor, or find out why it connects." },
	[EVENT_CONNECTION_CLOSED] = { "connection_closed", "bgp",
				      LOG_LEVEL_INFO,
				      "Both ends connected; one connection is closed (RFC 4271 6.8).",
				      "" },
	[EVENT_UPDATE_MALFORMED] = { "update_malformed", "bgp",
				     LOG_LEVEL_WARNING,
				     "A neighbor sent an UPDATE with an error (RFC 7606).",
				     "Report it to the maker of the other end." },
	[EVENT_FAMILY_IGNORED] = { "family_ignored", "bgp", LOG_LEVEL_WARNING,
				   "A neighbor announces routes of a family that was not agreed "
				   "on.",
				   "Set the same families at both ends." },
	[EVENT_MAX_PREFIX_NEAR] = { "max_prefix_near", "rib", LOG_LEVEL_WARNING,
				    "A neighbor has three quarters of its max-prefix or more.",
				    "Raise max-prefix= if they are meant." },
	[EVENT_MAX_PREFIX_REACHED] = { "max_prefix_reached", "rib",
				       LOG_LEVEL_WARNING,
				       "A neighbor announces more prefixes than max-prefix=.",
				       "Raise it if they are meant." },
	[EVENT_MAX_PATHS_REACHED] = { "max_paths_reached", "rib",
				      LOG_LEVEL_WARNING,
				      "A neighbor announces more paths of a prefix than max-paths=.",
				      "Raise it if they are meant." },
	[EVENT_PATH_REFUSED] = { "path_refused", "rib", LOG_LEVEL_WARNING,
				 "Paths of a neighbor are not used; logged once a session.",
				 "See `headgatectl show routes from NEIGHBOR`." },
	[EVENT_ORIGIN_NEW] = { "origin_new", "rib", LOG_LEVEL_INFO,
			       "Another AS than before originates a VIP.",
			       "vips= of --neighbor says who may announce it." },
	[EVENT_ORIGIN_LOST] = { "origin_lost", "rib", LOG_LEVEL_WARNING,
				"Its ORIGIN alone keeps a backend out of a set.",
				"Give all servers the same one, or use --ignore-origin." },
	[EVENT_VIP_SERVERS] = { "vip_servers", "vip", LOG_LEVEL_INFO,
				"The number of servers that a VIP is steered to has changed.",
				"`headgatectl explain VIP` has each path." },
	[EVENT_VIP_ANNOUNCED] = { "vip_announced", "vip", LOG_LEVEL_INFO,
				  "A VIP is announced to a neighbor.", "" },
	[EVENT_VIP_WITHDRAWN] = { "vip_withdrawn", "vip", LOG_LEVEL_WARNING,
				  "A VIP is announced to a neighbor no longer.",
				  "`headgatectl explain VIP` has each path." },
	[EVENT_VIPS_CHANGED] = { "vips_changed", "vip", LOG_LEVEL_WARNING,
				 "More VIPs have changed than are logged one by one.",
				 "`headgatectl show routes` has their state." },
	[EVENT_SET_CUT] = { "set_cut", "rib", LOG_LEVEL_WARNING,
			    "A VIP has more equal paths than may be used; logged once.",
			    "Raise the maximum that the line names." },
	[EVENT_NEXTHOP_ALIVE] = { "nexthop_alive", "nexthop", LOG_LEVEL_INFO,
				  "A next hop answers.", "" },
	[EVENT_NEXTHOP_DEAD] = { "nexthop_dead", "nexthop", LOG_LEVEL_WARNING,
				 "A next hop is dead: its flows go to other servers.",
				 "Look at the server and its link." },
	[EVENT_NEXTHOP_MOVED] = { "nexthop_moved", "nexthop", LOG_LEVEL_INFO,
				  "A next hop answers from another MAC or interface, and the "
				  "former is silent.",
				  "" },
	[EVENT_NEXTHOP_CONFLICT] = { "nexthop_conflict", "nexthop",
				     LOG_LEVEL_WARNING,
				     "Two hosts answer for the address of a next hop.",
				     "Look for a duplicate address or a forger." },
	[EVENT_NEXTHOP_UNREACHABLE] = { "nexthop_unreachable", "nexthop",
					LOG_LEVEL_WARNING,
					"A next hop cannot be used: this host has no way to it.",
					"See the cause, and `ip route get ADDRESS`." },
	[EVENT_NEXTHOP_HELD] = { "nexthop_held", "nexthop", LOG_LEVEL_INFO,
				 "A next hop is back, and held down for some time.",
				 "" },
	[EVENT_NEXTHOP_RELEASED] = { "nexthop_released", "nexthop",
				     LOG_LEVEL_INFO,
				     "The hold-down of a next hop is over.",
				     "" },
	[EVENT_BFD_UP] = { "bfd_up", "nexthop", LOG_LEVEL_INFO,
			   "A BFD session is up.", "" },
	[EVENT_BFD_DOWN] = { "bfd_down", "nexthop", LOG_LEVEL_WARNING,
			     "A BFD session has failed, or its other end took it down.",
			     "Look at the server and its link." },
	[EVENT_BFD_DROPPED] = { "bfd_dropped", "nexthop", LOG_LEVEL_WARNING,
				"BFD packets are dropped.",
				"See the cause in the line." },
	[EVENT_SERVICE_FAILED] = { "service_failed", "service",
				   LOG_LEVEL_WARNING,
				   "A check of a VIP's service at a server fails: it gets no new "
				   "flows.",
				   "Look at the service on the server." },
	[EVENT_SERVICE_PASSED] = { "service_passed", "service", LOG_LEVEL_INFO,
				   "A check that failed before passes again.",
				   "" },
	[EVENT_DRAIN_BEGUN] = { "drain_begun", "drain", LOG_LEVEL_INFO,
				"A server is drained by order.", "" },
	[EVENT_DRAIN_ENDED] = { "drain_ended", "drain", LOG_LEVEL_INFO,
				"A server is drained no longer.", "" },
	[EVENT_LINK_UP] = { "link_up", "nexthop", LOG_LEVEL_INFO,
			    "An interface of ours is up again.", "" },
	[EVENT_LINK_DOWN] = { "link_down", "nexthop", LOG_LEVEL_WARNING,
			      "An interface of ours is down: its next hops are dead.",
			      "Look at the cable, the switch or `ip link`." },
	[EVENT_LINK_SPEED] = { "link_speed", "nexthop", LOG_LEVEL_INFO,
			       "The speed of an interface has changed.", "" },
	[EVENT_INTERFACE_MISSING] = { "interface_missing", "nexthop",
				      LOG_LEVEL_WARNING,
				      "A configured interface is not there.",
				      "It is used when it appears." },
	[EVENT_INTERFACE_LOST] = { "interface_lost", "datapath",
				   LOG_LEVEL_WARNING,
				   "A configured interface has gone.",
				   "It is used again when it is back." },
	[EVENT_INTERFACE_RENAMED] = { "interface_renamed", "datapath",
				      LOG_LEVEL_WARNING,
				      "A configured interface was renamed, and is used on.",
				      "Change --interface before the next start." },
	[EVENT_INTERFACE_ATTACHED] = { "interface_attached", "datapath",
				       LOG_LEVEL_INFO,
				       "The program is attached to an interface.",
				       "" },
	[EVENT_INTERFACE_GENERIC] = { "interface_generic", "datapath",
				      LOG_LEVEL_WARNING,
				      "The program runs in generic mode, which is slower.",
				      "Use a driver with native XDP." },
	[EVENT_INTERFACE_FAILED] = { "interface_failed", "datapath",
				     LOG_LEVEL_ERROR,
				     "The program could not be attached to an interface.",
				     "See the cause in the line." },
	[EVENT_HOST_COMPLAINT] = { "host_complaint", "host", LOG_LEVEL_WARNING,
				   "A setting of the host spoils what Headgate does.",
				   "Run the command in the line; see `headgatectl doctor`." },
	[EVENT_HOST_MENDED] = { "host_mended", "host", LOG_LEVEL_INFO,
				"A complaint about the host is over.", "" },
	[EVENT_ROUTES_REMOVED] = { "routes_removed", "fib", LOG_LEVEL_WARNING,
				   "Another process removed kernel routes of ours; they are "
				   "written again.",
				   "Find out which process removes them." },
	[EVENT_VIP_WAITS] = { "vip_waits", "steering", LOG_LEVEL_WARNING,
			      "A VIP has no table of its own, as all groups are in use.",
			      "Raise --groups." },
	[EVENT_FLOWS_SHORT] = { "flows_short", "steering", LOG_LEVEL_WARNING,
				"The maps of recorded flows are full; flows may break when their "
				"server leaves.",
				"Raise --affinity-flows." },
	[EVENT_HANDOVER_BEGUN] = { "handover_begun", "handover", LOG_LEVEL_INFO,
				   "An agent takes over from another one.",
				   "" },
	[EVENT_HANDOVER_DONE] = { "handover_done", "handover", LOG_LEVEL_INFO,
				  "An agent has taken over, or has all that the other one had.",
				  "" },
	[EVENT_HANDOVER_FAILED] = { "handover_failed", "handover",
				    LOG_LEVEL_WARNING,
				    "A handover has failed; the agent from before goes on.",
				    "See the cause, and the log of the other agent." },
	[EVENT_ACCEPT_PAUSED] = { "accept_paused", "accept", LOG_LEVEL_WARNING,
				  "New connections wait, as descriptors or memory are short.",
				  "Close connections, or raise the limit of open files." },
	[EVENT_ACCEPT_RESUMED] = { "accept_resumed", "accept", LOG_LEVEL_INFO,
				   "New connections are accepted again.", "" },
	[EVENT_CLIENTS_REFUSED] = { "clients_refused", "control",
				    LOG_LEVEL_WARNING,
				    "Connections to the control socket or the metrics are closed.",
				    "Find out which process opens that many." },
	[EVENT_REQUEST_REFUSED] = { "request_refused", "control",
				    LOG_LEVEL_WARNING,
				    "A user asked for what it may not.",
				    "Add the user to the group that the reply names." },
	[EVENT_BMP_UP] = { "bmp_up", "bmp", LOG_LEVEL_INFO,
			   "A collector of --bmp is connected, and gets all tables.",
			   "" },
	[EVENT_BMP_DOWN] = { "bmp_down", "bmp", LOG_LEVEL_WARNING,
			     "A collector of --bmp is not connected, or no longer.",
			     "See the cause, and the log of the collector." },
	[EVENT_RECORDS_LOST] = { "records_lost", "mrt", LOG_LEVEL_WARNING,
				 "Records of --mrt are lost.",
				 "Make room on the disk, or give it a faster one." },
	[EVENT_RECORDS_WRITTEN] = { "records_written", "mrt", LOG_LEVEL_INFO,
				    "Records of --mrt are written again.", "" },
	[EVENT_RECORDS_NOT_REOPENED] = { "records_not_reopened", "mrt",
					 LOG_LEVEL_ERROR,
					 "The file of --mrt could not be opened again.",
					 "Remove the cause in the line and reload." },
};

void event_about_set(struct event_about *about,
		     const struct event_objects *objects)
{
	memset(about, 0, sizeof(*about));
	if (!objects)
		return;
	about->has_vip = objects->vip;
	if (objects->vip)
		about->vip = *objects->vip;
	about->has_neighbor = objects->neighbor &&
			      !address_is_zero(objects->neighbor);
	if (about->has_neighbor)
		about->neighbor = *objects->neighbor;
	about->has_nexthop = objects->nexthop;
	if (objects->nexthop)
		about->nexthop = *objects->nexthop;
	if (objects->interface)
		strncpy(about->interface, objects->interface,
			sizeof(about->interface) - 1);
}

/* Write "fe80::1%eth0 rack1": an address that is unique without the link has none. */
static void format_server(const struct address *address, const char *interface,
			  event_namer *namer, void *context,
			  char text[EVENT_OBJECT_SIZE])
{
	const char *name = namer ? namer(address, context) : NULL;
	char host[ADDRESS_TEXT_SIZE];
	bool named = name && *name;

	address_format(address, host);
	snprintf(text, EVENT_OBJECT_SIZE, "%s%s%s%s%s", host,
		 *interface && !strchr(host, '%') ? "%" : "",
		 strchr(host, '%') ? "" : interface, named ? " " : "",
		 named ? name : "");
}

const char *event_object_format(const struct event_about *about,
				event_namer *namer, void *context,
				char text[EVENT_OBJECT_SIZE])
{
	if (about->has_vip)
		prefix_format(&about->vip, text);
	else if (about->has_neighbor)
		format_server(&about->neighbor, about->interface, namer,
			      context, text);
	else if (about->has_nexthop)
		format_server(&about->nexthop, "", namer, context, text);
	else
		snprintf(text, EVENT_OBJECT_SIZE, "%s", about->interface);
	return text;
}
