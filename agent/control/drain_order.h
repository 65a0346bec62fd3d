/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_DRAIN_ORDER_H
#define CONTROL_DRAIN_ORDER_H

/* Orders to drain, as requests and as JSON. */

#include <stdbool.h>
#include <stdint.h>

#include "control/sizes.h"
#include "control/view.h"
#include "core/address.h"

struct drain;
struct json_object;

struct drain_order {
	const char *target; /* a next hop, or a neighbor by address or name */
	bool drain;	    /* false: the opposite */
	uint32_t for_s;	    /* 0: until the opposite */
	const char *reason; /* "": none */
	/* Set by the agent that carries it out: the target's address. */
	struct address address;
};

/*
 * Read "target", "for_s" and "reason" of a request. Return NULL, or the reply
 * to send instead, which the caller puts. The texts belong to the request.
 */
struct json_object *drain_order_parse(struct json_object *request, bool drain,
				      struct drain_order *order);
/* Return the reply to an order that was carried out. */
struct json_object *drain_order_reply(const struct control_view *view,
				      const struct drain_order *order);

#endif
