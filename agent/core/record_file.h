/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RECORD_FILE_H
#define CORE_RECORD_FILE_H

/*
 * A file to which records are appended. A disk may take any time for a write, so
 * a thread of its own writes: the caller fills one of two buffers while the thread
 * writes the other. Records that find a full buffer are lost and counted. So are
 * those that the disk does not take; the file then ends with the last whole record.
 *
 * The file is a regular one of mode 0600 if it is made here. Writers in other
 * processes may append to it, too: each write is whole.
 */

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_file_sizes {
	RECORD_FILE_ROOM = 4 << 20, /* bytes of each buffer */
	RECORD_FILE_ERROR_SIZE = 256,
	/* How it is opened, for a filter of system calls. */
	RECORD_FILE_FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
			    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
};

struct record_file;

struct record_file_report {
	uint64_t records; /* written */
	uint64_t bytes;
	uint64_t lost; /* records */
	int why_lost;  /* -errno of the last loss; -ENOBUFS: a full buffer */
	bool failing;  /* the last write has failed */
};

/*
 * Open the file and begin its thread. Returns 0, or -errno and sets `error` to what
 * failed and what to do. The caller frees with record_file_free().
 */
int record_file_new(const char *path, struct record_file **file,
		    char error[RECORD_FILE_ERROR_SIZE]);
/* Add one record, or lose it. */
void record_file_add(struct record_file *file, const void *record, size_t size);
/*
 * Open the path again: it may have been moved away. On failure the old file stays
 * in use. Records that were added before go to the old or the new one.
 */
int record_file_reopen(struct record_file *file,
		       char error[RECORD_FILE_ERROR_SIZE]);
const char *record_file_path(const struct record_file *file);
struct record_file_report record_file_report(struct record_file *file);
/*
 * Write what waits and free it all. A disk that takes no write for two seconds
 * is left: then the file is the thread's, which frees it if it ever goes on.
 */
void record_file_free(struct record_file *file);

#endif
