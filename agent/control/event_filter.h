/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_EVENT_FILTER_H
#define CONTROL_EVENT_FILTER_H

/* Which events a client asks for. */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/view.h"
#include "core/address.h"
#include "core/event.h"

struct event;
struct json_object;

struct event_filter {
	bool has_vip, has_server, has_kind;
	struct prefix vip;     /* it, or VIPs inside it */
	struct address server; /* as a neighbor or a next hop */
	char interface[IF_NAMESIZE];
	enum event_kind kind;
	enum log_level least; /* this severity or a worse one */
	uint64_t after;	      /* only those with a higher number */
};

/*
 * Read "vip", "neighbor", "nexthop", "interface" and "after" of a request.
 * Return NULL, or the reply that refuses it.
 */
struct json_object *event_filter_parse(const struct control_view *view,
				       struct json_object *request,
				       struct event_filter *filter);
bool event_filter_takes(const struct event_filter *filter,
			const struct event *event);

#endif
