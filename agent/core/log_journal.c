// SPDX-License-Identifier: BSD-2-Clause
/* Lines for the journal. See log_journal.h. */

#include "core/log_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

enum {
	ENTRY_SIZE = 4096,
};

/* Fields while they are added. What does not fit is left out as a whole. */
struct fields {
	char text[ENTRY_SIZE];
	size_t used;
};

int log_priority(enum log_level level)
{
	static const int priorities[LOG_LEVEL_COUNT] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_WARNING] = LOG_WARNING,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	};

	return priorities[level];
}

bool log_journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uint64_t device, inode;
	struct stat about;
	char end;

	return stream &&
	       sscanf(stream, "%" SCNu64 ":%" SCNu64 "%c", &device, &inode,
		      &end) == 2 &&
	       !fstat(STDERR_FILENO, &about) && about.st_dev == device &&
	       about.st_ino == inode;
}

int log_journal_open(struct log_journal *journal)
{
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return journal->fd < 0 ? -errno : 0;
}

static void add_field(struct fields *fields, const char *name,
		      const char *value)
{
	size_t room = sizeof(fields->text) - fields->used;
	int size;

	if (!value || !*value)
		return;
	size = snprintf(fields->text + fields->used, room, "%s=%s\n", name,
			value);
	if (size > 0 && (size_t)size < room)
		fields->used += (size_t)size;
}

static void add_priority(struct fields *fields, enum log_level level)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", log_priority(level));
	add_field(fields, "PRIORITY", text);
}

static void add_objects(struct fields *fields, const struct event_about *about)
{
	char text[PREFIX_TEXT_SIZE];

	if (about->has_vip)
		add_field(fields, "VIP", prefix_format(&about->vip, text));
	if (about->has_neighbor)
		add_field(fields, "NEIGHBOR",
			  address_format(&about->neighbor, text));
	if (about->has_nexthop)
		add_field(fields, "NEXTHOP",
			  address_format(&about->nexthop, text));
	add_field(fields, "INTERFACE", about->interface);
}

bool log_journal_send(const struct log_journal *journal, const char *path,
		      const struct log_journal_entry *entry)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fields fields = { .used = 0 };

	if (journal->fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path));
	add_field(&fields, "MESSAGE", entry->message);
	add_priority(&fields, entry->level);
	add_field(&fields, "SYSLOG_IDENTIFIER", "headgate");
	add_field(&fields, "SUBSYSTEM", entry->subsystem);
	add_field(&fields, "EVENT", entry->event);
	add_objects(&fields, entry->about);
	add_field(&fields, "NAME", entry->name);
	return sendto(journal->fd, fields.text, fields.used,
		      MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
		      sizeof(address)) == (ssize_t)fields.used;
}
