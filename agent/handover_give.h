/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_GIVE_H
#define HANDOVER_GIVE_H

/*
 * The agent that hands over. From the request on it is frozen: routes, tables and
 * announcements stay as they are, and input of sessions waits in the kernel.
 * KEEPALIVEs, probes and BFD go on, and a death still is one store. When the other
 * agent says that it is ready, this one leaves without a word to the neighbors;
 * if that does not come, it goes on.
 */

#include <stdbool.h>

#include "control/control.h"

struct agent;

/* The hook handover() of the control socket, with the agent as context. */
int handover_give(int fd, void *context, char error[CONTROL_ERROR_SIZE]);
/* True while the agent is frozen. */
bool handover_is_giving(const struct agent *agent);
/* End a handover that is under way: this agent goes on, for `reason`. */
void handover_give_up(struct agent *agent, const char *reason);

#endif
