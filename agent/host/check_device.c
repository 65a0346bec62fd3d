// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces, and what their drivers do before and after the program. See check.h. */

#include "host/check.h"

#include <inttypes.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include <linux/ethtool.h>

#include "host/ethtool.h"
#include "host/redirect_target.h"
#include "host/vlan_offload.h"

enum {
	/*
	 * A page of 4 KiB less 256 bytes of headroom, struct skb_shared_info,
	 * an Ethernet header and two VLAN tags.
	 */
	NATIVE_MTU = 3498,
};

void check_interface(const struct check_scene *scene)
{
	const struct device *device = scene->device;
	const char *name = scene->port->name;

	if (!device->ifindex) {
		check_found(scene, "there is no such interface");
		check_complain(scene, CHECK_FAILURE,
			       "the agent does not start without it, but for "
			       "--wait-interfaces");
	} else if (!device->has_mac) {
		check_found(scene, "has no MAC");
		check_complain(
			scene, CHECK_FAILURE,
			"its packets have no Ethernet header to rewrite");
	} else if (!device->up) {
		check_found(scene, "down, or without a carrier");
		check_complain(scene, CHECK_FAILURE, "no frame comes or goes");
		check_mend(scene, "ip link set dev %s up", name);
	} else {
		check_found(scene, "up%s%s", device->kind[0] ? ", a " : "",
			    device->kind);
	}
}

/* ------------------------------------------------------------- the driver */

/* Ask for one value. False: the driver does not answer. */
static bool ask_value(const char *interface, uint32_t command, uint32_t *value)
{
	struct ethtool_value answer = { .cmd = command };
	int fd = ethtool_open();
	bool answered;

	if (fd < 0)
		return false;
	answered = ethtool_ask(fd, interface, &answer);
	close(fd);
	*value = answer.data;
	return answered;
}

/* The mode that the program has there, or is going to have. */
static bool is_generic(const struct check_scene *scene)
{
	return scene->device->xdp == DEVICE_XDP_GENERIC ||
	       scene->question->generic;
}

void check_mtu(const struct check_scene *scene)
{
	uint32_t mtu = scene->device->mtu;

	if (!scene->device->ifindex)
		return;
	check_found(scene, "MTU %" PRIu32, mtu);
	if (mtu <= NATIVE_MTU || scene->device->xdp == DEVICE_XDP_NATIVE ||
	    scene->question->generic)
		return;
	check_complain(scene, CHECK_WARNING,
		       "most drivers refuse native XDP with frames larger than "
		       "a page, and generic mode is slower");
	check_mend(scene, "ip link set dev %s mtu %d", scene->port->name,
		   NATIVE_MTU);
}

void check_gro(const struct check_scene *scene)
{
	uint32_t on;

	if (!is_generic(scene) ||
	    !ask_value(scene->port->name, ETHTOOL_GGRO, &on))
		return;
	check_found(scene, "GRO is %s below generic mode", on ? "on" : "off");
	if (!on)
		return;
	check_complain(scene, CHECK_WARNING,
		       "merges the packets of an upload above the MTU before "
		       "the program sees them, so the kernel has to forward "
		       "them");
	check_mend(scene, "ethtool -K %s gro off", scene->port->name);
}

void check_lro(const struct check_scene *scene)
{
	uint32_t flags;

	if (!ask_value(scene->port->name, ETHTOOL_GFLAGS, &flags))
		return;
	check_found(scene, "LRO is %s", flags & ETH_FLAG_LRO ? "on" : "off");
	if (!(flags & ETH_FLAG_LRO))
		return;
	check_complain(scene, CHECK_FAILURE,
		       "the driver merges packets, which nothing can forward");
	check_mend(scene, "ethtool -K %s lro off", scene->port->name);
}

/*
 * In generic mode the tag stays beside the frame when it leaves.
 */
void check_rxvlan(const struct check_scene *scene)
{
	bool generic = is_generic(scene);

	if (!scene->device->ifindex || !scene->port->has_vlans)
		return;
	if (!vlan_offload_strips(scene->port->name)) {
		check_found(scene, "the program sees VLAN tags");
		return;
	}
	check_found(scene,
		    "the driver strips VLAN tags before the program sees "
		    "them");
	check_complain(scene, generic ? CHECK_FAILURE : CHECK_WARNING,
		       generic ? "forwarded frames keep the tag they came with "
				 "and end in the wrong VLAN" :
				 "priorities are lost");
	check_mend(scene, "ethtool -K %s rxvlan off", scene->port->name);
}

/*
 * With `tx on`, a veth sends frames whose checksums are to be completed by a
 * driver that does not exist; a redirect by native XDP forgets to do so.
 */
void check_veth_tx(const struct check_scene *scene)
{
	char peer[IF_NAMESIZE];
	uint32_t on;

	if (strcmp(scene->device->kind, "veth") ||
	    !scene->device->lower_is_here || is_generic(scene) ||
	    !if_indextoname(scene->device->lower, peer) ||
	    !ask_value(peer, ETHTOOL_GTXCSUM, &on))
		return;
	check_found(scene, "tx is %s at its peer %s", on ? "on" : "off", peer);
	if (!on)
		return;
	check_complain(scene, CHECK_FAILURE,
		       "its packets are forwarded with wrong checksums");
	check_mend(scene, "ethtool -K %s tx off", peer);
}

static const char *mend_redirect(const struct check_scene *scene)
{
	char peer[IF_NAMESIZE];

	if (strcmp(scene->device->kind, "veth"))
		return "the kernel forwards them, slower, if this host "
		       "forwards; --xdp-mode generic takes them";
	if (scene->device->lower_is_here &&
	    if_indextoname(scene->device->lower, peer))
		check_mend(scene, "ethtool -K %s gro on", peer);
	return "the kernel forwards them, slower, if this host forwards; give "
	       "the peer of this veth an XDP program, or GRO";
}

/* The driver takes frames while our program is there, or never. */
void check_redirect(const struct check_scene *scene)
{
	if (scene->question->port_count < 2 ||
	    scene->device->xdp != DEVICE_XDP_NATIVE ||
	    !scene->port->has_nexthops)
		return;
	switch (redirect_target_of(scene->device->ifindex)) {
	case REDIRECT_TARGET_UNKNOWN:
		return;
	case REDIRECT_TARGET_YES:
		check_found(scene, "takes frames from other interfaces");
		return;
	case REDIRECT_TARGET_NO:
		check_found(scene, "takes no frames from native XDP of other "
				   "interfaces");
		check_complain(scene, CHECK_WARNING, mend_redirect(scene));
		return;
	}
}

/* ------------------------------------------------------------- queues */

void check_queues(const struct check_scene *scene)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t used, wanted;
	int fd = ethtool_open();
	bool answered;

	if (fd < 0)
		return;
	answered = ethtool_ask(fd, scene->port->name, &channels);
	close(fd);
	if (!answered || cpus < 1)
		return;
	used = channels.rx_count + channels.combined_count;
	wanted = channels.max_rx + channels.max_combined;
	if (wanted > (uint32_t)cpus)
		wanted = (uint32_t)cpus;
	check_found(scene, "receive queues: %" PRIu32 ", on %ld CPUs", used,
		    cpus);
	if (used >= wanted)
		return;
	check_complain(scene, CHECK_WARNING,
		       "the CPUs without a queue take no packets");
	check_mend(scene, "ethtool -L %s %s %" PRIu32, scene->port->name,
		   channels.max_combined ? "combined" : "rx", wanted);
}
