// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl capture: a sample of frames for VIPs in a pcapng file, each with
 * its outcome as a comment.
 */

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <headgate/abi.h>
#include <headgate/ctl.h>

#include "client.h"
#include "core/hex.h"
#include "pcapng.h"
#include "value.h"

enum {
	MAX_INTERFACES = HG_MAX_PORTS,
	COMMENT_SIZE = 256,
	CAPTURE_MODE = 0600,
};

struct capture {
	struct client client;
	FILE *file;
	uint32_t ifindexes[MAX_INTERFACES]; /* in the order of the file */
	size_t interface_count;
	uint64_t packets;
	uint64_t lost;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* Without SA_RESTART, so that a signal interrupts the wait for a packet. */
static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void write_interfaces(struct capture *capture, struct json_object *list)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count && i < MAX_INTERFACES; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		const char *name =
			json_object_get_string(value_at(row, "name"));

		pcapng_write_interface(capture->file, name ? name : "?",
				       HG_CAPTURE_SNAPLEN);
		capture->ifindexes[capture->interface_count++] =
			(uint32_t)json_object_get_int64(
				value_at(row, "ifindex"));
	}
}

static uint32_t interface_of(const struct capture *capture, int64_t ifindex)
{
	for (size_t i = 0; i < capture->interface_count; i++)
		if (capture->ifindexes[i] == ifindex)
			return (uint32_t)i;
	return 0;
}

static void write_packet(struct capture *capture, struct json_object *packet)
{
	const char *hex = json_object_get_string(value_at(packet, "frame"));
	uint8_t frame[HG_CAPTURE_SNAPLEN];
	long size = hex ? hex_read(hex, frame, sizeof(frame)) : -1;
	char comment[COMMENT_SIZE] = "";
	FILE *text = fmemopen(comment, sizeof(comment), "w");

	if (size < 0 || !text)
		goto out;
	value_expand(packet, "{outcome}, next hop {next_hop}, bucket {bucket}",
		     text);
	fflush(text);
	pcapng_write_packet(
		capture->file,
		&(struct pcapng_packet){
			.interface = interface_of(
				capture, json_object_get_int64(
						 value_at(packet, "ifindex"))),
			.time_ns = json_object_get_uint64(
				value_at(packet, "time_ns")),
			.frame = frame,
			.captured_size = (size_t)size,
			.frame_size = json_object_get_uint64(
				value_at(packet, "size")),
			.comment = comment,
		});
	capture->packets++;
out:
	if (text)
		fclose(text);
}

/* Write one line of the agent to the file. Return false to end. */
static bool write_reply(struct capture *capture, const char *line,
			enum exit_code *code)
{
	struct json_object *reply = json_tokener_parse(line);
	struct json_object *error = value_at(reply, "error");
	struct json_object *packet = value_at(reply, "packet");
	struct json_object *interfaces = value_at(reply, "capture.interfaces");

	if (error) {
		fprintf(stderr, "headgatectl: %s\n",
			json_object_get_string(error));
		*code = ask_error_code(reply);
	} else if (packet) {
		write_packet(capture, packet);
	} else if (json_object_is_type(interfaces, json_type_array)) {
		write_interfaces(capture, interfaces);
		fflush(capture->file); /* shows a reader that it has begun */
	} else if (value_at(reply, "lost")) {
		capture->lost = json_object_get_uint64(value_at(reply, "lost"));
	}
	json_object_put(reply);
	return !error;
}

static enum exit_code receive_all(struct capture *capture,
				  const struct ask_options *options)
{
	enum exit_code code = EXIT_OK;
	bool more = true;
	char *line;
	int error;

	while (more && !interrupted &&
	       (!options->count || capture->packets < options->count)) {
		error = client_receive(&capture->client, &line);
		if (!error) {
			more = write_reply(capture, line, &code);
		} else if (error != -EINTR) {
			fprintf(stderr, "headgatectl: agent: %s\n",
				strerror(-error));
			return EXIT_UNREACHABLE;
		}
	}
	return code;
}

static int send_request(struct capture *capture,
			const struct ask_options *options)
{
	struct json_object *request = ask_request("capture");
	int error = -ENOMEM;
	char *line;

	if (options->vip)
		ask_add(request, "vip", options->vip);
	if (options->rate)
		json_object_object_add(request, "rate",
				       json_object_new_int64(options->rate));
	line = ask_line(request);
	if (line)
		error = client_send(&capture->client, line);
	free(line);
	json_object_put(request);
	return error;
}

static enum exit_code capture_to(struct capture *capture,
				 const struct ask_options *options,
				 const char *path)
{
	enum exit_code code;
	int error = client_open(&capture->client, options->socket, 0);

	if (!error)
		error = send_request(capture, options);
	if (error)
		return ask_unreachable(options->socket, error);
	pcapng_write_header(capture->file, "headgatectl " HEADGATE_VERSION);
	code = receive_all(capture, options);
	if (fflush(capture->file) || ferror(capture->file)) {
		fprintf(stderr, "headgatectl: %s: %s\n", path, strerror(errno));
		code = EXIT_FAILED;
	}
	fprintf(stderr, "%" PRIu64 " packets captured, %" PRIu64 " lost\n",
		capture->packets, capture->lost);
	return code;
}

/*
 * Open a file that only its owner may read: it has packets of others. A link is
 * not followed: another user may have made it.
 */
static FILE *open_capture(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		      CAPTURE_MODE);
	struct stat about;
	FILE *file;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &about) && S_ISREG(about.st_mode) &&
	    (fchmod(fd, CAPTURE_MODE) || ftruncate(fd, 0))) {
		close(fd);
		return NULL;
	}
	file = fdopen(fd, "wb");
	if (!file)
		close(fd);
	return file;
}

enum exit_code command_capture(const struct ask_options *options, int count,
			       char **words)
{
	struct capture capture = { .client = { .fd = -1 } };
	enum exit_code code;

	if (count != 1) {
		fputs("headgatectl: capture: must be [--vip ADDRESS] [--rate N] "
		      "FILE\n",
		      stderr);
		return EXIT_USAGE;
	}
	capture.file = strcmp(words[0], "-") ? open_capture(words[0]) : stdout;
	if (!capture.file) {
		fprintf(stderr, "headgatectl: %s: %s\n", words[0],
			strerror(errno));
		return EXIT_FAILED;
	}
	catch_signals();
	code = capture_to(&capture, options, words[0]);
	client_close(&capture.client);
	fclose(capture.file);
	return code;
}
