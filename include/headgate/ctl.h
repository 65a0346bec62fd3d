/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_CTL_H
#define HEADGATE_CTL_H

/*
 * The control protocol between headgatectl and the agent: a Unix stream socket,
 * one JSON object on one line as the request, one as the reply.
 *
 *	{"request":"show","what":"neighbors"}
 *	{"neighbors":[...]}	or	{"error":"what is wrong"}
 *
 * An error of a user without the right to ask has "permitted":false, too.
 *
 * {"request":"dump"} is answered by {"record":"HEX"}, one line for each record of an
 * MRT file, and at the end {"prefixes":N,"paths":N,"left_out":N}.
 *
 * Two requests are answered by many lines, until one side closes the connection:
 *
 * {"request":"capture"}: {"capture":{"interfaces":[...]}}, then {"packet":{...}}
 * for each frame, and {"lost":N} for N frames that the client was too slow for.
 *
 * {"request":"events"}: {"events":{"pid":..., "oldest":..., "next":...}}, then
 * {"event":{...}} for each kept and each new event, and {"missed":N} for N events
 * that were overwritten before the client had read that far. "after" is the id of
 * the last event that the client has.
 *
 * Replies gain fields but never lose one. A name that ends in "_s" is a number
 * of seconds; a share is a number from 0 to 1.
 */

#define HG_CTL_SOCKET "/run/headgate/ctl.sock"

enum hg_ctl_limits {
	HG_CTL_SCHEMA = 1,	    /* "schema" of each reply: docs/json.md */
	HG_CTL_MAX_REQUEST = 16384, /* bytes, including the newline */
	HG_CTL_MAX_FRAME = 8000,    /* bytes, of a frame to be explained */
	HG_CTL_TIMEOUT_S = 5,	    /* of silence from the other side */
};

#endif
