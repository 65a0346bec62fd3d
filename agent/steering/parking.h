/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_PARKING_H
#define STEERING_PARKING_H

/*
 * VIPs without a server whose flows stay where they are.
 *
 * When the last server withdraws a VIP, or all sessions end at once, while the
 * servers still answer, the VIP is not announced any more, but its table stays for
 * the time of a drain, or of a window if the sessions ended. A server that is back
 * in that time finds its flows as they were.
 */

#include <stdbool.h>
#include <stdint.h>

struct steering;
struct steering_vip;

/* Park a VIP whose set became empty. False: no flow can stay. */
bool parking_begin(struct steering *steering, struct steering_vip *vip);
/* The VIP has a set again, or is freed. */
void parking_end(struct steering *steering, struct steering_vip *vip);
/* Remove the VIPs whose time is over, or whose servers are all dead. */
void parking_update(struct steering *steering);
/* Remove those that have a group for themselves, so that it is free. */
bool parking_give_up(struct steering *steering);

#endif
