/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LISTENER_H
#define BGP_LISTENER_H

/*
 * The sockets that neighbors connect to: one for each family, with the keys of
 * all neighbors that have one.
 */

#include "bgp/session/speaker.h"

/*
 * Open the sockets that the options ask for. Return 0, or -errno and set `error` to
 * what failed and what to do. bgp_listener_close() is legal in both cases.
 */
int bgp_listener_open(struct bgp_speaker *speaker,
		      const struct bgp_options *options,
		      char error[BGP_SPEAKER_ERROR_SIZE]);
/*
 * Take the keys of `neighbor` onto the listeners; `before` has those that it had,
 * or is NULL. Returns 0, or -errno and sets `error`.
 */
int bgp_listener_set_key(struct bgp_speaker *speaker,
			 const struct bgp_neighbor_options *before,
			 const struct bgp_neighbor_options *neighbor,
			 char error[BGP_SPEAKER_ERROR_SIZE]);
/* Remove them from the listeners. */
void bgp_listener_remove_key(struct bgp_speaker *speaker,
			     const struct bgp_neighbor_options *neighbor);
/*
 * Listeners that go from one agent to another: the one that leaves removes its
 * keys, then the other one sets its own. Errors are logged.
 */
void bgp_listener_leave(struct bgp_speaker *speaker);
void bgp_listener_take_over(struct bgp_speaker *speaker);
/* Leave new connections in the kernel, or accept them again. */
void bgp_listener_hold(struct bgp_speaker *speaker, bool hold);
void bgp_listener_close(struct bgp_speaker *speaker);

#endif
