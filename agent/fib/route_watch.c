// SPDX-License-Identifier: BSD-2-Clause
/* Removals of our routes by others. See route_watch.h. */

#include "fib/route_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "core/array.h"
#include "core/clock.h"
#include "core/work_queue.h"
#include "fib/nexthop_message.h"
#include "fib/route_message.h"
#include "fib/rule_message.h"

enum route_watch_limits {
	MESSAGE_SIZE = 32768,
	PAUSE_S = 1,	 /* between two rounds */
	KERNEL_PORT = 0, /* of changes that no process asked for */
};

struct route_watch {
	struct mnl_socket *netlink;
	struct event *readable;
	struct event *pause;
	struct work_queue *queue;
	struct work round;
	struct route_watch_callbacks callbacks;
	uint32_t own_port;
	struct route_owner owner;
	char message[MESSAGE_SIZE];
};

static int read_message(const struct nlmsghdr *message, void *context)
{
	const struct route_watch *watch = context;
	const struct route_watch_callbacks *callbacks = &watch->callbacks;
	struct prefix prefix;
	bool is_group;
	struct mark_rule rule;
	uint32_t id, table;

	if (message->nlmsg_type == RTM_DELRULE &&
	    rule_message_is_ours(message, &watch->owner, &rule))
		callbacks->slot_lost(callbacks->context);
	if (message->nlmsg_type == RTM_DELROUTE &&
	    route_message_is_in_table(message, &watch->owner, &prefix, &table))
		callbacks->slot_lost(callbacks->context);
	if (message->nlmsg_type == RTM_DELROUTE &&
	    route_message_is_ours(message, &watch->owner, &prefix))
		callbacks->lost(&prefix, callbacks->context);
	if (message->nlmsg_type == RTM_DELNEXTHOP &&
	    nexthop_message_is_ours(message, &watch->owner, &id, &is_group))
		callbacks->doubt(callbacks->context);
	return MNL_CB_OK;
}

/* Read one datagram. False if there is none. */
static bool read_one(struct route_watch *watch)
{
	ssize_t size = mnl_socket_recvfrom(watch->netlink, watch->message,
					   sizeof(watch->message));

	if (size < 0 && errno != ENOBUFS && errno != EINTR)
		return false;
	if (size >= 0) {
		mnl_cb_run(watch->message, (size_t)size, 0, 0, read_message,
			   watch);
	} else {
		watch->callbacks.doubt(watch->callbacks.context);
		watch->callbacks.slot_lost(watch->callbacks.context);
	}
	return true;
}

static void read_changes(void *context)
{
	struct route_watch *watch = context;
	uint64_t end = clock_now_us() + WORK_PIECE_US;
	bool more = true;

	while (more && clock_now_us() < end)
		more = read_one(watch);
	if (more) {
		work_queue_add(watch->queue, &watch->round);
		return;
	}
	watch->callbacks.done(watch->callbacks.context);
	event_add(watch->readable, NULL);
}

static void on_round_due(evutil_socket_t fd, short what, void *context)
{
	struct route_watch *watch = context;

	(void)fd;
	(void)what;
	work_queue_add(watch->queue, &watch->round);
}

static void on_route_change(evutil_socket_t fd, short what, void *context)
{
	const struct timeval pause = { .tv_sec = PAUSE_S };
	struct route_watch *watch = context;

	(void)fd;
	(void)what;
	evtimer_add(watch->pause, &pause);
}

/*
 * Let only changes of what has our protocol wake us, and those by other
 * processes. A host with the routes of the Internet has thousands of changes a
 * second, and our own would fill the buffer when many routes are written again.
 */
static int filter_changes(const struct route_watch *watch)
{
	enum {
		TYPE = offsetof(struct nlmsghdr, nlmsg_type),
		PORT = offsetof(struct nlmsghdr, nlmsg_pid),
		ROUTE_PROTOCOL = sizeof(struct nlmsghdr) +
				 offsetof(struct rtmsg, rtm_protocol),
		OBJECT_PROTOCOL = sizeof(struct nlmsghdr) +
				  offsetof(struct nhmsg, nh_protocol),
		ALL = 0xffff,
	};
	struct sock_filter code[] = {
		/* The filter reads words in network order. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PORT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KERNEL_PORT, 8, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(watch->own_port), 7,
			 0),
		/* The protocol of a rule has no fixed place. */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 4, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ROUTE_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, watch->owner.protocol, 2,
			 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OBJECT_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, watch->owner.protocol, 0,
			 1),
		BPF_STMT(BPF_RET | BPF_K, ALL),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { .len = COUNT_OF(code),
					    .filter = code };

	return setsockopt(mnl_socket_get_fd(watch->netlink), SOL_SOCKET,
			  SO_ATTACH_FILTER, &program, sizeof(program)) ?
		       -errno :
		       0;
}

static int join_route_groups(const struct route_watch *watch)
{
	static const int groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
				      RTNLGRP_NEXTHOP };

	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		int group = groups[i];
		int error = mnl_socket_setsockopt(watch->netlink,
						  NETLINK_ADD_MEMBERSHIP,
						  &group, sizeof(group));

		/* Linux before 5.3 has no objects. */
		if (error && group != RTNLGRP_NEXTHOP)
			return -errno;
	}
	return 0;
}

static int open_netlink(struct route_watch *watch)
{
	int error;

	watch->netlink =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!watch->netlink)
		return -errno;
	error = filter_changes(watch);
	if (error)
		return error;
	if (mnl_socket_bind(watch->netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return join_route_groups(watch);
}

int route_watch_new(struct event_base *base, struct work_queue *queue,
		    uint32_t own_port, const struct route_owner *owner,
		    const struct route_watch_callbacks *callbacks,
		    struct route_watch **out)
{
	struct route_watch *watch = calloc(1, sizeof(*watch));
	int error;

	if (!watch)
		return -ENOMEM;
	watch->callbacks = *callbacks;
	watch->own_port = own_port;
	watch->queue = queue;
	watch->round = (struct work){ .run = read_changes,
				      .context = watch,
				      .name = "changes of kernel routes" };
	watch->owner = *owner;
	error = open_netlink(watch);
	if (!error) {
		watch->readable = event_new(base,
					    mnl_socket_get_fd(watch->netlink),
					    EV_READ, on_route_change, watch);
		watch->pause = evtimer_new(base, on_round_due, watch);
		if (!watch->readable || !watch->pause ||
		    event_add(watch->readable, NULL))
			error = -ENOMEM;
	}
	if (error) {
		route_watch_free(watch);
		return error;
	}
	*out = watch;
	return 0;
}

void route_watch_free(struct route_watch *watch)
{
	if (!watch)
		return;
	if (watch->readable)
		event_free(watch->readable);
	if (watch->pause)
		event_free(watch->pause);
	work_queue_remove(watch->queue, &watch->round);
	if (watch->netlink)
		mnl_socket_close(watch->netlink);
	free(watch);
}
