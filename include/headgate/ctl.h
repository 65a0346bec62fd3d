/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_CTL_H
#define HEADGATE_CTL_H

/*
 * The control protocol, as the agent and headgatectl both see it: a Unix
 * stream socket, one JSON object on one line as the request, one as the reply.
 *
 *	{"request":"show","what":"neighbors"}
 *	{"neighbors":[...]}	or	{"error":"what is wrong"}
 *
 * {"request":"capture"} alone is answered by line after line, until one side
 * hangs up: {"capture":{"interfaces":[...]}}, then {"packet":{...}} for each,
 * and {"lost":N} when there were more than the client took.
 *
 * Fields of a reply are only ever added. A name that ends in "_s" is a number
 * of seconds; a share is a number from 0 to 1.
 */

#define HG_CTL_SOCKET "/run/headgate/ctl.sock"

enum hg_ctl_limits {
	HG_CTL_MAX_REQUEST = 16384, /* bytes, with the newline */
	HG_CTL_TIMEOUT_S = 5,	    /* without a byte from the other side */
};

#endif
