// SPDX-License-Identifier: BSD-2-Clause
/* Questions about one interface, by netlink. See device.h. */

#include "host/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

enum {
	BUFFER_SIZE = 32768, /* of messages with all statistics */
};

/* ------------------------------------------------------------- reading */

static void read_kind(const struct nlattr *info, struct device *device)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(
		attr, info) if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
				!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		snprintf(device->kind, sizeof(device->kind), "%s",
			 mnl_attr_get_str(attr));
}

static void read_xdp(const struct nlattr *xdp, struct device *device)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, xdp)
	{
		if (mnl_attr_get_type(attr) == IFLA_XDP_PROG_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			device->program_id = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) != IFLA_XDP_ATTACHED ||
		    mnl_attr_validate(attr, MNL_TYPE_U8) ||
		    mnl_attr_get_u8(attr) == XDP_ATTACHED_NONE)
			continue;
		device->xdp = mnl_attr_get_u8(attr) == XDP_ATTACHED_SKB ?
				      DEVICE_XDP_GENERIC :
				      DEVICE_XDP_NATIVE;
	}
}

static bool is_mac(const struct nlattr *attr)
{
	static const uint8_t none[ETH_ALEN];

	return mnl_attr_get_payload_len(attr) == sizeof(none) &&
	       memcmp(mnl_attr_get_payload(attr), none, sizeof(none));
}

static void read_device_attribute(const struct nlattr *attr,
				  struct device *device)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_MTU:
		if (!mnl_attr_validate(attr, MNL_TYPE_U32))
			device->mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_ADDRESS:
		device->has_mac = is_mac(attr);
		break;
	case IFLA_LINK:
		if (!mnl_attr_validate(attr, MNL_TYPE_U32))
			device->lower = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK_NETNSID:
		device->lower_is_here = false;
		break;
	case IFLA_LINKINFO:
		read_kind(attr, device);
		break;
	case IFLA_XDP:
		read_xdp(attr, device);
		break;
	default:
		break;
	}
}

static int read_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct device *device = context;
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*link))
		return MNL_CB_OK;
	*device = (struct device){
		.ifindex = (uint32_t)link->ifi_index,
		.up = link->ifi_flags & IFF_UP && link->ifi_flags & IFF_RUNNING,
		.lower_is_here = true,
	};
	mnl_attr_for_each(attr, message, sizeof(*link))
		read_device_attribute(attr, device);
	return MNL_CB_OK;
}

/* ------------------------------------------------------------- asking */

struct vlan_search {
	uint32_t ifindex;
	bool found;
};

static int find_vlan(const struct nlmsghdr *message, void *context)
{
	struct vlan_search *search = context;
	struct device device = { .ifindex = 0 };

	read_link(message, &device);
	search->found |= device.lower == search->ifindex &&
			 device.lower_is_here && !strcmp(device.kind, "vlan");
	return MNL_CB_OK;
}

/* Send a request for links, and pass each message of the answer to `read`. */
static int ask_links(const char *name, mnl_cb_t read, void *context)
{
	char buffer[BUFFER_SIZE];
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	ssize_t size;
	int more = MNL_CB_OK, error = 0;

	if (!socket)
		return -errno;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | (name ? NLM_F_ACK : NLM_F_DUMP);
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	if (name)
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		error = -errno;
	while (!error && more > MNL_CB_STOP) {
		size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		more = size < 0 ? MNL_CB_ERROR :
				  mnl_cb_run(buffer, (size_t)size, 0, 0, read,
					     context);
		if (more == MNL_CB_ERROR)
			error = -errno;
	}
	mnl_socket_close(socket);
	return error;
}

int device_read(const char *name, struct device *device)
{
	struct device read = { .ifindex = 0 };
	int error = ask_links(name, read_link, &read);

	*device = read;
	return error;
}

bool device_has_vlans(uint32_t ifindex)
{
	struct vlan_search search = { .ifindex = ifindex };

	return !ask_links(NULL, find_vlan, &search) && search.found;
}
