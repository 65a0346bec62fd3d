// SPDX-License-Identifier: BSD-2-Clause
/* Levels of users. See permission.h. */

#include "control/permission.h"

#include <endian.h>
#include <errno.h>
#include <grp.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
	NO_GROUP = -1,
};

static bool look_up_group(const char *name, gid_t *group)
{
	const struct group *found = getgrnam(name);

	if (found)
		*group = found->gr_gid;
	return found;
}

void permission_init(struct permission *permission)
{
	*permission = (struct permission){ .own_user = geteuid() };
	permission->has_read = look_up_group("headgate", &permission->read);
	permission->has_change =
		look_up_group("headgate-admin", &permission->change);
}

static bool is_in_group(const struct permission_peer *peer, gid_t group)
{
	for (size_t i = 0; i < peer->group_count; i++)
		if (peer->groups[i] == group)
			return true;
	return false;
}

enum control_level permission_level(const struct permission *permission,
				    const struct permission_peer *peer)
{
	if (!peer->user || peer->user == permission->own_user)
		return CONTROL_CHANGE;
	if (permission->has_change && is_in_group(peer, permission->change))
		return CONTROL_CHANGE;
	if (permission->has_read && is_in_group(peer, permission->read))
		return CONTROL_READ;
	return is_in_group(peer, permission->socket) ? CONTROL_READ :
						       CONTROL_NOTHING;
}

/* Add the supplementary groups. Without them the primary one counts. */
static void read_groups(int fd, struct permission_peer *peer, gid_t primary)
{
	socklen_t size = 0;
	gid_t *groups;

	/* The kernel answers with the size that it needs: socket(7). */
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) ||
	    errno != ERANGE)
		size = 0;
	groups = malloc(size + sizeof(*groups));
	if (!groups)
		return;
	groups[0] = primary;
	peer->groups = groups;
	peer->group_count = 1;
	if (size &&
	    !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups + 1, &size))
		peer->group_count += size / sizeof(*groups);
}

enum control_level permission_of_socket(const struct permission *permission,
					int fd)
{
	struct permission_peer peer = { 0 };
	enum control_level level;
	struct ucred user;
	socklen_t size = sizeof(user);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &user, &size))
		return CONTROL_NOTHING;
	peer.user = user.uid;
	read_groups(fd, &peer, user.gid);
	level = permission_level(permission, &peer);
	free(peer.groups);
	return level;
}

static struct posix_acl_xattr_entry acl_entry(unsigned int tag, uint32_t group,
					      unsigned int rights)
{
	return (struct posix_acl_xattr_entry){
		.e_tag = htole16((uint16_t)tag),
		.e_perm = htole16((uint16_t)rights),
		.e_id = htole32(group),
	};
}

/* Let one more group connect, as setfacl(1) does. */
static int add_group_to_acl(const char *path, gid_t group)
{
	const unsigned int both = ACL_READ | ACL_WRITE;
	const struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[5];
	} acl = {
		.header = { .a_version = htole32(POSIX_ACL_XATTR_VERSION) },
		.entries = {
			acl_entry(ACL_USER_OBJ, ACL_UNDEFINED_ID, both),
			acl_entry(ACL_GROUP_OBJ, ACL_UNDEFINED_ID, both),
			acl_entry(ACL_GROUP, group, both),
			acl_entry(ACL_MASK, ACL_UNDEFINED_ID, both),
			acl_entry(ACL_OTHER, ACL_UNDEFINED_ID, 0),
		},
	};

	return lsetxattr(path, "system.posix_acl_access", &acl, sizeof(acl),
			 0) ?
		       -errno :
		       0;
}

int permission_share(struct permission *permission, const char *path)
{
	struct stat about;

	if (permission->has_read &&
	    lchown(path, (uid_t)NO_GROUP, permission->read))
		return -errno;
	if (lstat(path, &about))
		return -errno;
	permission->socket = about.st_gid;
	if (!permission->has_change)
		return 0;
	return add_group_to_acl(path, permission->change);
}
