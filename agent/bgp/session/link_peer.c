// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's neighbor table, dumped for one interface. See link_peer.h. */

#include "bgp/session/link_peer.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ANSWER_SIZE = 32768, /* longest part of a dump */
};

/* Take the next message; its length is used only after it was checked. */
static const struct nlmsghdr *next_message(const char **at, size_t *left)
{
	const struct nlmsghdr *message = (const void *)*at;
	size_t size;

	if (*left < sizeof(*message) || message->nlmsg_len > *left ||
	    message->nlmsg_len < sizeof(*message))
		return NULL;
	size = NLMSG_ALIGN(message->nlmsg_len);
	if (size > *left)
		size = *left;
	*at += size;
	*left -= size;
	return message;
}

/* Get the address of an entry. False if it has none or is not usable. */
static bool entry_address(const struct nlmsghdr *message,
			  struct address *address)
{
	const struct ndmsg *entry = NLMSG_DATA(message);
	const struct rtattr *attribute =
		(const struct rtattr *)((const char *)entry +
					NLMSG_ALIGN(sizeof(*entry)));
	int left = (int)NLMSG_PAYLOAD(message, sizeof(*entry));

	if (entry->ndm_state & (NUD_FAILED | NUD_NOARP | NUD_INCOMPLETE))
		return false;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type != NDA_DST ||
		    RTA_PAYLOAD(attribute) != sizeof(address->bytes))
			continue;
		memcpy(address->bytes, RTA_DATA(attribute),
		       sizeof(address->bytes));
		return address_is_link_local(address);
	}
	return false;
}

void bgp_link_peers_scan(const void *messages, size_t size,
			 unsigned int ifindex, struct bgp_link_peers *peers)
{
	const struct nlmsghdr *message;
	const char *at = messages;

	while ((message = next_message(&at, &size))) {
		const struct ndmsg *entry = NLMSG_DATA(message);
		struct address address;

		if (message->nlmsg_type != RTM_NEWNEIGH ||
		    message->nlmsg_len < NLMSG_LENGTH(sizeof(*entry)) ||
		    (unsigned int)entry->ndm_ifindex != ifindex ||
		    !entry_address(message, &address))
			continue;
		if (entry->ndm_flags & NTF_ROUTER) {
			peers->routers++;
			peers->router = address;
		} else {
			peers->hosts++;
			peers->host = address;
		}
	}
}

bool bgp_link_peers_pick(const struct bgp_link_peers *peers,
			 struct address *peer)
{
	if (peers->routers == 1)
		*peer = peers->router;
	else if (!peers->routers && peers->hosts == 1)
		*peer = peers->host;
	else
		return false;
	return true;
}

static int request_dump(int fd)
{
	const struct {
		struct nlmsghdr header;
		struct ndmsg entry;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETNEIGH,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.entry = { .ndm_family = AF_INET6 },
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static bool is_end_of_dump(const void *messages, size_t size)
{
	const struct nlmsghdr *message;
	const char *at = messages;

	while ((message = next_message(&at, &size)))
		if (message->nlmsg_type == NLMSG_DONE ||
		    message->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

/* The kernel writes a dump while it is read, so there is no need to wait. */
static int read_link_answer(int fd, unsigned int ifindex,
			    struct bgp_link_peers *peers)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
	ssize_t size;

	do {
		size = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (size < 0)
			return -errno;
		bgp_link_peers_scan(answer, (size_t)size, ifindex, peers);
	} while (!is_end_of_dump(answer, (size_t)size));
	return 0;
}

int bgp_link_peer_find(unsigned int ifindex, struct address *peer)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct bgp_link_peers peers = { .routers = 0 };
	int code;

	if (fd < 0)
		return -errno;
	code = request_dump(fd);
	if (!code)
		code = read_link_answer(fd, ifindex, &peers);
	close(fd);
	if (!code && !bgp_link_peers_pick(&peers, peer))
		code = -ENOENT;
	return code;
}
