// SPDX-License-Identifier: BSD-2-Clause
/* The socket of our routes. See route_socket.h. */

#include "fib/route_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/netlink.h>

enum {
	REPLY_SIZE = 32768,
};

struct route_socket {
	struct mnl_socket *netlink;
	uint64_t sent;
	unsigned int sequence; /* of the last message */
	char reply[REPLY_SIZE];
};

int route_socket_open(struct route_socket **out)
{
	struct route_socket *socket = calloc(1, sizeof(*socket));
	int yes = 1, error;

	if (!socket)
		return -ENOMEM;
	socket->netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket->netlink ||
	    mnl_socket_bind(socket->netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		error = -errno;
		route_socket_close(socket);
		return error;
	}
	/* Best effort: without it the kernel lists the whole table. */
	mnl_socket_setsockopt(socket->netlink, NETLINK_GET_STRICT_CHK, &yes,
			      sizeof(yes));
	/* Best effort: errors need not quote the message. */
	mnl_socket_setsockopt(socket->netlink, NETLINK_CAP_ACK, &yes,
			      sizeof(yes));
	*out = socket;
	return 0;
}

void route_socket_close(struct route_socket *socket)
{
	if (!socket)
		return;
	if (socket->netlink)
		mnl_socket_close(socket->netlink);
	free(socket);
}

/* Read one answer. Returns what mnl_cb_run() says, or -errno. */
static int read_route_answer(struct route_socket *socket, mnl_cb_t read,
			     void *context)
{
	unsigned int port = mnl_socket_get_portid(socket->netlink);
	ssize_t size = TEMP_FAILURE_RETRY(mnl_socket_recvfrom(
		socket->netlink, socket->reply, sizeof(socket->reply)));
	int result;

	if (size < 0)
		return -errno;
	result = mnl_cb_run(socket->reply, (size_t)size, socket->sequence, port,
			    read, context);
	return result < 0 ? -errno : result;
}

static int send_request(struct route_socket *socket, struct nlmsghdr *message)
{
	message->nlmsg_seq = ++socket->sequence;
	return mnl_socket_sendto(socket->netlink, message, message->nlmsg_len) <
			       0 ?
		       -errno :
		       0;
}

int route_socket_list(struct route_socket *socket, struct nlmsghdr *request,
		      mnl_cb_t read, void *context)
{
	int result = send_request(socket, request);

	if (result)
		return result;
	do
		result = read_route_answer(socket, read, context);
	while (result > MNL_CB_STOP);
	return result;
}

int route_socket_stop_blocking(const struct route_socket *socket)
{
	int fd = mnl_socket_get_fd(socket->netlink);
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ? -errno : 0;
}

int route_socket_send(struct route_socket *socket, struct nlmsghdr *message)
{
	int result = send_request(socket, message);

	if (result)
		return result;
	socket->sent++;
	result = read_route_answer(socket, NULL, NULL);
	return result < 0 ? result : 0;
}

uint64_t route_socket_sent(const struct route_socket *socket)
{
	return socket->sent;
}

uint32_t route_socket_port(const struct route_socket *socket)
{
	return mnl_socket_get_portid(socket->netlink);
}
