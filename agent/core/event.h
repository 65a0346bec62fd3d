/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

/*
 * Events: the messages that an operator waits for. Each kind is a row of the
 * catalogue in event.c, with the level and subsystem of its lines, and
 * docs/messages.md is made of it (tools/messages.py). The text of a message is
 * where it is logged: log_event() in log.h makes the line and the event of one
 * call. Other messages are events of the kind EVENT_OTHER.
 */

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/log_level.h"

enum event_kind {
	EVENT_OTHER, /* a message without a row of its own */
	EVENT_MEMORY_SHORT,
	EVENT_AGENT_STARTED,
	EVENT_AGENT_ENDING,
	EVENT_TRAFFIC_REMAINS,
	EVENT_START_FAILED,
	EVENT_AGENT_STALLED,
	EVENT_START_WAIT_OVER,
	EVENT_START_COMPLETE,
	EVENT_SEED_MADE,
	EVENT_SYSTEM_CALL_REFUSED,
	EVENT_MANAGER_UNREACHED,
	EVENT_TAKEN_OVER,
	EVENT_TABLES_ADOPTED,
	EVENT_TABLES_NOT_ADOPTED,
	EVENT_TABLES_GROW,
	EVENT_RELOAD_CHANGED,
	EVENT_RELOAD_UNCHANGED,
	EVENT_RELOAD_REFUSED,
	EVENT_RELOAD_BEGUN,
	EVENT_RELOAD_PENDING,
	EVENT_RELOAD_CONFIRMED,
	EVENT_RELOAD_UNDONE,
	EVENT_RELOAD_INCOMPLETE,
	EVENT_AUDIT_REPAIRED,
	EVENT_AUDIT_FOUND,
	EVENT_VIPS_DETACHED,
	EVENT_VIPS_ATTACHED,
	EVENT_NEIGHBOR_UP,
	EVENT_NEIGHBOR_DOWN,
	EVENT_NEIGHBOR_ERROR,
	EVENT_NEIGHBOR_SILENT,
	EVENT_NEIGHBOR_ORDER,
	EVENT_NEIGHBOR_REMOVED,
	EVENT_ADDRESS_MISSING,
	EVENT_ROUTES_NOT_KEPT,
	EVENT_KEY_NOT_SET,
	EVENT_NOT_LISTENING,
	EVENT_ADVERTS_NOT_SENT,
	EVENT_ATTEMPTS_UNWATCHED,
	EVENT_CONNECTION_REFUSED,
	EVENT_CONNECTION_CLOSED,
	EVENT_UPDATE_MALFORMED,
	EVENT_FAMILY_IGNORED,
	EVENT_MAX_PREFIX_NEAR,
	EVENT_MAX_PREFIX_REACHED,
	EVENT_MAX_PATHS_REACHED,
	EVENT_MAX_ATTRIBUTES_REACHED,
	EVENT_PATH_REFUSED,
	EVENT_FILTER_IN_FORCE,
	EVENT_FILTER_REFUSED,
	EVENT_FILTER_ENDED,
	EVENT_ORIGIN_NEW,
	EVENT_ORIGIN_LOST,
	EVENT_ORIGINS_UNFOLLOWED,
	EVENT_VIP_SERVERS,
	EVENT_VIP_ANNOUNCED,
	EVENT_VIP_WITHDRAWN,
	EVENT_VIPS_CHANGED,
	EVENT_SET_CUT,
	EVENT_NEXTHOP_ALIVE,
	EVENT_NEXTHOP_DEAD,
	EVENT_NEXTHOP_MOVED,
	EVENT_NEXTHOP_CONFLICT,
	EVENT_NEXTHOP_MAC_REFUSED,
	EVENT_NEXTHOP_UNREACHABLE,
	EVENT_NEXTHOP_HELD,
	EVENT_NEXTHOP_RELEASED,
	EVENT_PROBING_FAILED,
	EVENT_HOST_UNREAD,
	EVENT_HOST_CHANGES_LOST,
	EVENT_BFD_UP,
	EVENT_BFD_DOWN,
	EVENT_BFD_DROPPED,
	EVENT_BFD_NOT_STARTED,
	EVENT_BFD_KEY_DIFFERS,
	EVENT_BFD_ANEW,
	EVENT_BFD_ENDED,
	EVENT_SERVICE_FAILED,
	EVENT_SERVICE_PASSED,
	EVENT_SERVICE_UNCHECKED,
	EVENT_CHECKS_SLOW,
	EVENT_DRAIN_BEGUN,
	EVENT_DRAIN_ENDED,
	EVENT_LINK_UP,
	EVENT_LINK_DOWN,
	EVENT_LINK_SPEED,
	EVENT_INTERFACE_MISSING,
	EVENT_INTERFACE_LOST,
	EVENT_INTERFACE_RENAMED,
	EVENT_INTERFACE_ATTACHED,
	EVENT_INTERFACE_DETACHED,
	EVENT_INTERFACE_GENERIC,
	EVENT_INTERFACE_FAILED,
	EVENT_INTERFACE_UNMARKED,
	EVENT_HOST_COMPLAINT,
	EVENT_HOST_MENDED,
	EVENT_HOST_SUSPENDED,
	EVENT_CLOCK_SET,
	EVENT_ROUTES_REMOVED,
	EVENT_ROUTES_NOT_WRITTEN,
	EVENT_VIP_WAITS,
	EVENT_FLOWS_SHORT,
	EVENT_FLOWS_UNREAD,
	EVENT_FLOWS_SPRAYED,
	EVENT_SHARES_UNEVEN,
	EVENT_TABLE_NOT_WRITTEN,
	EVENT_BLACKHOLE_REFUSED,
	EVENT_FILTERS_FAILED,
	EVENT_HANDOVER_BEGUN,
	EVENT_HANDOVER_DONE,
	EVENT_HANDOVER_FAILED,
	EVENT_HANDOVER_ABSENT,
	EVENT_HANDOVER_UNFINISHED,
	EVENT_SESSION_NOT_KEPT,
	EVENT_ACCEPT_PAUSED,
	EVENT_ACCEPT_RESUMED,
	EVENT_CLIENTS_REFUSED,
	EVENT_REQUEST_REFUSED,
	EVENT_SOCKET_NOT_SHARED,
	EVENT_SOCKET_MISSING,
	EVENT_BMP_UP,
	EVENT_BMP_DOWN,
	EVENT_RECORDS_LOST,
	EVENT_RECORDS_WRITTEN,
	EVENT_RECORDS_NOT_REOPENED,
	EVENT_KIND_COUNT,
};

struct event_type {
	const char *name;
	const char *subsystem;
	enum log_level level;
	const char *meaning; /* a sentence */
	const char *action;  /* what the operator may do; "": nothing */
};

extern const struct event_type event_types[EVENT_KIND_COUNT];

/*
 * The objects of an event, as its call gives them; NULL: none. The first one
 * opens the line.
 */
struct event_objects {
	const struct prefix *vip;
	const struct address *neighbor;
	const struct address *nexthop;
	const char *interface; /* or that of an unnumbered neighbor; "": none */
};

/* The same, held; what is absent is zero. */
struct event_about {
	struct prefix vip;
	bool has_vip;
	bool has_neighbor;
	bool has_nexthop;
	char interface[IF_NAMESIZE];
	struct address neighbor;
	struct address nexthop;
};

enum event_sizes {
	/* An address or prefix, '%', an interface, a blank and a name. */
	EVENT_OBJECT_SIZE = 192,
};

/* Return the name of the server at an address, or NULL. */
typedef const char *event_namer(const struct address *address, void *context);

/* Copy the objects, so that equal ones have equal bytes. NULL: none. */
void event_about_set(struct event_about *about,
		     const struct event_objects *objects);
/*
 * Write the object that opens the line, such as "10.1.0.12 rack1"; "" without
 * any. `namer` may be NULL. Returns `text`.
 */
const char *event_object_format(const struct event_about *about,
				event_namer *namer, void *context,
				char text[EVENT_OBJECT_SIZE]);

#endif
