/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_PERMISSION_H
#define CONTROL_PERMISSION_H

/*
 * The rights of users of the control socket. The kernel names the user and the
 * groups at the other end (SO_PEERCRED, SO_PEERGROUPS), as they were when it
 * connected.
 *
 * Root, the agent's own user and the group headgate-admin may ask everything.
 * The group headgate, and the group of the socket's file, may read. The file's
 * mode keeps others out already; a request of one that got in is refused.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum control_level {
	CONTROL_NOTHING,
	CONTROL_READ,
	CONTROL_CHANGE, /* and captures, which show packets of others */
};

/* The groups that have rights. */
struct permission {
	uid_t own_user;
	bool has_read, has_change; /* the groups exist on this host */
	gid_t read, change;
	gid_t socket; /* of the socket's file */
};

/* The user at the other end. */
struct permission_peer {
	uid_t user;
	gid_t *groups; /* with the primary one */
	size_t group_count;
};

/* Look the groups up, once: a directory service may be slow. */
void permission_init(struct permission *permission);
/* Decide. Touches nothing but its arguments. */
enum control_level permission_level(const struct permission *permission,
				    const struct permission_peer *peer);
/*
 * Return the level of the other end of a connected Unix socket; none if the
 * kernel does not name it.
 */
enum control_level permission_of_socket(const struct permission *permission,
					int fd);
/*
 * Let the groups connect to the socket at `path`: it gets the first one as its
 * group and an access control list for the other one. Returns 0 or -errno.
 */
int permission_share(struct permission *permission, const char *path);

#endif
