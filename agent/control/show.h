/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_H
#define CONTROL_SHOW_H

/*
 * The state of the agent as JSON. Reads every room, changes none. Names of
 * fields are stable; fields are only ever added.
 */

#include <stdint.h>

#include "control/view.h"

struct address;
struct bgp_attributes;
struct bgp_neighbor;
struct json_object;
struct nexthop;
struct path;
struct prefix_map;
struct reply;
struct reply_list;
struct route;

/*
 * Answers for verb.c. Each returns the reply, which the caller puts.
 * show_route() looks at "prefix" of the request, as show_find_route() does,
 * show_neighbor() at "neighbor", as bgp_speaker_find() does.
 */
struct json_object *show_status(const struct control_view *view,
				struct json_object *request);
/* All findings about the host. */
struct json_object *show_host(const struct control_view *view,
			      struct json_object *request);
struct json_object *show_route(const struct control_view *view,
			       struct json_object *request);
struct json_object *show_neighbor(const struct control_view *view,
				  struct json_object *request);

/* The same in parts. */
extern const struct reply_list show_neighbors;
/* Return the map of all routes: the keys of lists of routes. */
const struct prefix_map *show_map_of_routes(const struct control_view *view);
extern const struct reply_list show_routes;
extern const struct reply_list show_vips;
extern const struct reply_list show_routes_from; /* Adj-RIB-In */
extern const struct reply_list show_routes_to;	 /* Adj-RIB-Out */
extern const struct reply_list show_config;
extern const struct reply_list show_nexthops;
extern const struct reply_list show_groups;
extern const struct reply_list show_drains;
extern const struct reply_list show_filters;
extern const struct reply_list show_events;
struct reply *show_counters(const struct control_view *view);
/*
 * Recorded flows, those of "vip" and "nexthop" if the request has them: "limit" of
 * them from the place "from" on. *failure as for reply_list_new().
 */
struct reply *show_flows(const struct control_view *view,
			 struct json_object *request,
			 struct json_object **failure);

/* Parts of replies. */

/* Return a route with all its paths. */
struct json_object *show_whole_route(const struct control_view *view,
				     const struct route *route);
/* Return a path of a route. */
struct json_object *show_path(const struct control_view *view,
			      const struct route *route,
			      const struct path *path);
/* Return the attributes that have no field of their own, by name. */
struct json_object *show_attributes(const struct bgp_attributes *attributes);
/*
 * Add the options that are in force for a neighbor, and what each side offered
 * on its session.
 */
void show_neighbor_options(struct json_object *out,
			   const struct bgp_neighbor *neighbor);
/* Return the BFD session with a next hop; NULL: BFD does not watch it. */
struct json_object *show_bfd(const struct control_view *view,
			     const struct address *address);

/* Return the order to drain an address; NULL: there is none. */
struct json_object *show_drain(const struct control_view *view,
			       const struct address *address);
/*
 * Return why a next hop gets no new flows, since when, and how long those that it
 * has stay; NULL: it does not drain.
 */
struct json_object *show_nexthop_drain(const struct control_view *view,
				       const struct nexthop *nexthop);

/*
 * Return the route of ADDRESS/LENGTH, or the one of the longest prefix that
 * contains ADDRESS. If there is none, return NULL and the reply in *failure,
 * which the caller puts.
 */
const struct route *show_find_route(const struct control_view *view,
				    const char *text,
				    struct json_object **failure);
/* Return the next hop in a slot of the program's table, or NULL. */
const struct nexthop *show_nexthop_in(const struct control_view *view,
				      uint32_t slot);

#endif
