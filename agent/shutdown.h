/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHUTDOWN_H
#define SHUTDOWN_H

/*
 * The end of an agent that announces VIPs, with --shutdown-delay: they are
 * announced with GRACEFUL_SHUTDOWN (RFC 8326) for that time, then withdrawn. The
 * program goes on until the traffic has fallen, for the same time at most.
 */

#include <stdbool.h>

struct agent;

/* Begin; the loop ends later. False: there is nothing to wait for. */
bool shutdown_begin(struct agent *agent);
void shutdown_release(struct agent *agent);

#endif
