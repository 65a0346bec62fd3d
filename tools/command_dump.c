// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl dump: all routes as they were received, in an MRT file
 * (RFC 6396). The file appears under its name when it is complete.
 */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"
#include "core/hex.h"
#include "value.h"

enum {
	DUMP_MODE = 0644,
	DUMP_TIMEOUT_S = 60, /* of silence */
};

struct dump {
	struct client client;
	const char *path; /* "-" is stdout */
	char *partial;	  /* the name before that; NULL: stdout */
	bool is_unnamed;  /* it gets that name when it is complete */
	FILE *file;
};

static enum exit_code file_error(const struct dump *dump)
{
	fprintf(stderr, "headgatectl: %s: %s\n", dump->path, strerror(errno));
	return EXIT_FAILED;
}

/* Write the bytes of one record. False: errno says why. */
static bool write_record(struct dump *dump, const char *hex)
{
	size_t size = strlen(hex) / 2;
	uint8_t *bytes = malloc(size + 1);
	bool written = false;

	if (bytes && hex_read(hex, bytes, size) == (long)size)
		written = fwrite(bytes, 1, size, dump->file) == size;
	else if (bytes)
		errno = EBADMSG;
	free(bytes);
	return written;
}

/* Take the next line of the agent. False: that was the end of the dump. */
static bool receive_line(struct dump *dump, struct json_object **end,
			 enum exit_code *code)
{
	struct json_object *reply, *record;
	char *line;
	int error = client_receive(&dump->client, &line);

	if (error) {
		fprintf(stderr, "headgatectl: agent: %s\n", strerror(-error));
		*code = EXIT_UNREACHABLE;
		return false;
	}
	reply = json_tokener_parse(line);
	record = value_at(reply, "record");
	if (record) {
		bool written =
			write_record(dump, json_object_get_string(record));

		json_object_put(reply);
		if (!written)
			*code = file_error(dump);
		return written;
	}
	*end = reply;
	return false;
}

static enum exit_code receive_dump(struct dump *dump)
{
	struct json_object *end = NULL;
	enum exit_code code = EXIT_OK;

	while (receive_line(dump, &end, &code))
		;
	if (code == EXIT_OK && !value_at(end, "paths")) {
		struct json_object *error = value_at(end, "error");

		fprintf(stderr, "headgatectl: %s\n",
			error ? json_object_get_string(error) :
				"the agent's answer is not understood");
		code = ask_error_code(end);
	} else if (code == EXIT_OK) {
		fprintf(stderr,
			"%" PRIu64 " prefixes, %" PRIu64 " paths; %" PRIu64
			" paths left out\n",
			json_object_get_uint64(value_at(end, "prefixes")),
			json_object_get_uint64(value_at(end, "paths")),
			json_object_get_uint64(value_at(end, "left_out")));
	}
	json_object_put(end);
	return code;
}

static enum exit_code request_dump(struct dump *dump,
				   const struct ask_options *options)
{
	struct json_object *request = ask_request("dump");
	char *line = ask_line(request);
	int error = line ? client_open(&dump->client, options->socket,
				       DUMP_TIMEOUT_S) :
			   -ENOMEM;

	json_object_put(request);
	if (!error)
		error = client_send(&dump->client, line);
	free(line);
	return error ? ask_unreachable(options->socket, error) :
		       receive_dump(dump);
}

/* A dump takes the place of a file, and not of a device, a link or a folder. */
static bool may_replace(const char *path)
{
	struct stat about;

	if (lstat(path, &about))
		return errno == ENOENT;
	if (S_ISREG(about.st_mode))
		return true;
	errno = S_ISDIR(about.st_mode) ? EISDIR : EEXIST;
	return false;
}

/*
 * Return a file without a name, so that nothing is left of a dump that is
 * interrupted. Some file systems have none.
 */
static int open_unnamed(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_WRONLY | O_TMPFILE | O_CLOEXEC,
			     DUMP_MODE) :
			-1;

	free(copy);
	return fd;
}

/* A link in place of the partial file is not followed. */
static int open_partial(struct dump *dump)
{
	int fd = open_unnamed(dump->path);

	dump->is_unnamed = fd >= 0;
	return dump->is_unnamed ?
		       fd :
		       open(dump->partial,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, DUMP_MODE);
}

static bool name_partial(struct dump *dump)
{
	char path[sizeof("/proc/self/fd/2147483647")];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(dump->file));
	return !dump->is_unnamed || !linkat(AT_FDCWD, path, AT_FDCWD,
					    dump->partial, AT_SYMLINK_FOLLOW);
}

static bool open_dump(struct dump *dump)
{
	int fd;

	if (!strcmp(dump->path, "-")) {
		dump->file = stdout;
		return true;
	}
	if (!may_replace(dump->path))
		return false;
	if (asprintf(&dump->partial, "%s.%ld", dump->path, (long)getpid()) <
	    0) {
		dump->partial = NULL;
		return false;
	}
	fd = open_partial(dump);
	dump->file = fd < 0 ? NULL : fdopen(fd, "wb");
	if (fd >= 0 && !dump->file)
		close(fd);
	return dump->file;
}

/* Let a complete file have its name, and remove any other. */
static enum exit_code close_dump(struct dump *dump, enum exit_code code)
{
	bool written = !fflush(dump->file) && !ferror(dump->file);
	bool named = false;

	if (dump->partial) {
		named = !dump->is_unnamed ||
			(code == EXIT_OK && written && name_partial(dump));
		written &= named;
		written &= !fclose(dump->file);
		if (code == EXIT_OK && written &&
		    !rename(dump->partial, dump->path))
			return EXIT_OK;
	}
	if (code == EXIT_OK && (dump->partial || !written))
		code = file_error(dump);
	if (named)
		unlink(dump->partial);
	return code;
}

enum exit_code command_dump(const struct ask_options *options, int count,
			    char **words)
{
	struct dump dump = { .client = { .fd = -1 } };
	enum exit_code code;

	if (count != 1) {
		fputs("headgatectl: dump: must be FILE; - is stdout\n", stderr);
		return EXIT_USAGE;
	}
	dump.path = words[0];
	if (open_dump(&dump)) {
		code = close_dump(&dump, request_dump(&dump, options));
		client_close(&dump.client);
	} else {
		code = file_error(&dump);
	}
	free(dump.partial);
	return code;
}
