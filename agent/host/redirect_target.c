// SPDX-License-Identifier: BSD-2-Clause
/* Questions about XDP features of drivers. See redirect_target.h. */

#include "host/redirect_target.h"

#include <stdbool.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

/* linux/netdev.h, which is younger than the headers that we build with */
enum netdev_protocol {
	NETDEV_VERSION = 1,
	NETDEV_GET = 1,
	NETDEV_IFINDEX = 1,
	NETDEV_XDP_FEATURES = 3,
	NETDEV_TAKES_REDIRECTS = 1 << 2, /* NETDEV_XDP_ACT_NDO_XMIT */
};

enum {
	BUFFER_SIZE = 8192,
};

struct answer {
	uint16_t wanted; /* attribute */
	bool found;
	uint64_t value;
};

static int read_netdev_answer(const struct nlmsghdr *message, void *context)
{
	struct answer *answer = context;
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) != answer->wanted)
			continue;
		if (!mnl_attr_validate(attr, MNL_TYPE_U16)) {
			answer->value = mnl_attr_get_u16(attr);
			answer->found = true;
		} else if (!mnl_attr_validate(attr, MNL_TYPE_U64)) {
			answer->value = mnl_attr_get_u64(attr);
			answer->found = true;
		}
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *start_request(char buffer[BUFFER_SIZE], uint16_t family,
				      uint8_t command, uint8_t version)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	request->nlmsg_type = family;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return request;
}

/* Send a request; true if its answer has the wanted attribute. */
static bool exchange(struct mnl_socket *socket, const struct nlmsghdr *request,
		     char buffer[BUFFER_SIZE], struct answer *answer)
{
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return false;
	while (more > MNL_CB_STOP) {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, BUFFER_SIZE);

		if (size < 0)
			return false;
		more = mnl_cb_run(buffer, (size_t)size, 0, 0,
				  read_netdev_answer, answer);
	}
	return more == MNL_CB_STOP && answer->found;
}

static bool ask_features(struct mnl_socket *socket, uint32_t ifindex,
			 uint64_t *features)
{
	struct answer family = { .wanted = CTRL_ATTR_FAMILY_ID };
	struct answer answer = { .wanted = NETDEV_XDP_FEATURES };
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request;

	request = start_request(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
				NETDEV_VERSION);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, "netdev");
	if (!exchange(socket, request, buffer, &family))
		return false;
	request = start_request(buffer, (uint16_t)family.value, NETDEV_GET,
				NETDEV_VERSION);
	mnl_attr_put_u32(request, NETDEV_IFINDEX, ifindex);
	if (!exchange(socket, request, buffer, &answer))
		return false;
	*features = answer.value;
	return true;
}

enum redirect_target redirect_target_of(uint32_t ifindex)
{
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	enum redirect_target target = REDIRECT_TARGET_UNKNOWN;
	uint64_t features;

	if (!socket)
		return target;
	if (!mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) &&
	    ask_features(socket, ifindex, &features))
		target = features & NETDEV_TAKES_REDIRECTS ?
				 REDIRECT_TARGET_YES :
				 REDIRECT_TARGET_NO;
	mnl_socket_close(socket);
	return target;
}
