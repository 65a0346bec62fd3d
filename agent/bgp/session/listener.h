/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LISTENER_H
#define BGP_LISTENER_H

/*
 * The sockets that neighbors connect to: one for each family, with the keys of
 * all neighbors that have one.
 */

#include "bgp/session/speaker.h"

/*
 * Open the sockets of speaker->options. Return 0, or -errno and set `error` to
 * what failed and what to do. bgp_listener_close() is legal in both cases.
 */
int bgp_listener_open(struct bgp_speaker *speaker,
		      char error[BGP_SPEAKER_ERROR_SIZE]);
void bgp_listener_close(struct bgp_speaker *speaker);

#endif
