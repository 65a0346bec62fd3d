// SPDX-License-Identifier: BSD-2-Clause
/*
 * Settings for the packets that the program leaves to the kernel. See
 * check.h.
 */

#include "host/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	STRICT = 1, /* of rp_filter, RFC 3704 2.2 */
	SWITCH_SIZE = 64,
};

static const char dropped[] =
	"packets that the program passes to the kernel (TTL expired, too big) "
	"are dropped, so traceroute and path MTU discovery end here";

static void check_forwarding(const struct check_scene *scene,
			     const char *family, const char *file,
			     const char *command)
{
	long value = check_read_number(scene->question, "%s", file);

	if (value < 0)
		return;
	check_found(scene, "this host %s %s",
		    value ? "forwards" : "does not forward", family);
	if (value)
		return;
	check_complain(scene, CHECK_WARNING, dropped);
	check_mend(scene, "%s", command);
}

void check_ip_forward(const struct check_scene *scene)
{
	if (scene->question->ipv4)
		check_forwarding(scene, "IPv4", "/proc/sys/net/ipv4/ip_forward",
				 "sysctl -w net.ipv4.ip_forward=1");
}

void check_ipv6_forwarding(const struct check_scene *scene)
{
	if (scene->question->ipv6)
		check_forwarding(scene, "IPv6",
				 "/proc/sys/net/ipv6/conf/all/forwarding",
				 "sysctl -w net.ipv6.conf.all.forwarding=1");
}

/*
 * The kernel resolves the same next hops for the packets that it forwards. Above
 * gc_thresh2 entries it removes some after 5 s, above gc_thresh3 at once.
 */
void check_gc_thresh(const struct check_scene *scene)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	uint32_t count = scene->question->nexthops;

	for (size_t i = 0; i < 2; i++) {
		long limit = check_read_number(
			scene->question,
			"/proc/sys/net/%s/neigh/default/gc_thresh2",
			families[i]);

		if (limit < 0)
			continue;
		check_found(scene,
			    "net.%s.neigh.default.gc_thresh2 is %ld with "
			    "%" PRIu32 " next hops",
			    families[i], limit, count);
		if ((uint64_t)limit >= count)
			continue;
		check_complain(scene, CHECK_WARNING,
			       "the kernel forgets MACs of next hops again and "
			       "again, and drops packets for them meanwhile");
		check_mend(scene,
			   "sysctl -w net.%s.neigh.default.gc_thresh1=%" PRIu32
			   " net.%s.neigh.default.gc_thresh2=%" PRIu32
			   " net.%s.neigh.default.gc_thresh3=%" PRIu32,
			   families[i], count, families[i], 2 * count,
			   families[i], 4 * count);
		return;
	}
}

/*
 * Write the name of a switch of an interface, for sysctl(8): with slashes if the
 * name of the interface has dots.
 */
static const char *switch_of(const char *interface, const char *name,
			     char text[SWITCH_SIZE])
{
	char mark = strchr(interface, '.') ? '/' : '.';

	snprintf(text, SWITCH_SIZE, "net%cipv4%cconf%c%s%c%s", mark, mark, mark,
		 interface, mark, name);
	return text;
}

static long interface_switch(const struct check_scene *scene,
			     const char *interface, const char *name)
{
	return check_read_number(scene->question,
				 "/proc/sys/net/ipv4/conf/%s/%s", interface,
				 name);
}

/* The greater one of the two switches is in force. */
void check_rp_filter(const struct check_scene *scene)
{
	const char *name = scene->port->name;
	long all = interface_switch(scene, "all", "rp_filter");
	long own = interface_switch(scene, name, "rp_filter");
	long value = all > own ? all : own;
	char text[SWITCH_SIZE];

	if (own < 0)
		return;
	check_found(scene, "rp_filter is %ld", value);
	if (value != STRICT)
		return;
	check_complain(
		scene, CHECK_WARNING,
		"packets left to the kernel are dropped if the way back to "
		"their client is another interface, so it never learns the "
		"path's MTU");
	check_mend(scene, "sysctl -w %s=2", switch_of(name, "rp_filter", text));
}

/*
 * Packets that the program hands to the kernel may leave where they came in.
 * Then the kernel tells their sender to go there directly (RFC 1812 5.2.7.2), and
 * a client that obeys stays with one server, past the program. One of the two
 * switches is enough for that.
 */
void check_send_redirects(const struct check_scene *scene)
{
	const char *name = scene->port->name;
	long all = interface_switch(scene, "all", "send_redirects");
	long own = interface_switch(scene, name, "send_redirects");
	char text[SWITCH_SIZE];

	if (own < 0)
		return;
	if (all <= 0 && !own) {
		check_found(scene, "send_redirects is 0");
		return;
	}
	if (check_read_number(scene->question,
			      "/proc/sys/net/ipv4/ip_forward") <= 0) {
		check_found(scene, "the kernel forwards nothing, so it sends "
				   "no redirects");
		return;
	}
	check_found(scene, "the kernel sends ICMP redirects");
	check_complain(scene, CHECK_WARNING,
		       "hosts on this link learn to send past Headgate");
	check_mend(scene, "sysctl -w net.ipv4.conf.all.send_redirects=0 %s=0",
		   switch_of(name, "send_redirects", text));
}
