// SPDX-License-Identifier: BSD-2-Clause
/* Records on their way to a file. See record_file.h. */

#include "core/record_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sizes.h"

enum {
	END_WAIT_S = 2,
	FILE_MODE = 0600,
	NO_FILE = -1,
};

struct record_buffer {
	uint8_t bytes[RECORD_FILE_ROOM];
	size_t used;
	uint64_t records;
};

struct record_file {
	char path[FILE_PATH_SIZE];
	pthread_mutex_t lock; /* of all that follows but `back` */
	pthread_cond_t wake;  /* the thread: there is something to do */
	pthread_cond_t heard; /* the caller: it runs, or it has ended */
	int fd;		      /* of the thread, while it runs */
	int next_fd;	      /* to take its place; or NO_FILE */
	bool runs, ending, ended, left;
	struct record_file_report report;
	struct record_buffer *front; /* being filled */
	struct record_buffer *back;  /* being written; of the thread alone */
	struct record_buffer buffers[2];
};

/* ------------------------------------------------------------- the thread */

/*
 * Remove the part of a record that was written, unless another process has
 * appended to the file since.
 */
static void remove_part(int fd, size_t written)
{
	off_t end = lseek(fd, 0, SEEK_CUR);
	struct stat about;

	if (end >= (off_t)written && !fstat(fd, &about) && about.st_size == end)
		(void)!ftruncate(fd, end - (off_t)written);
}

/* Write all of the buffer, or nothing. Returns 0 or -errno. */
static int write_buffer(int fd, const struct record_buffer *buffer)
{
	size_t written = 0;
	int code = 0;

	while (written < buffer->used && !code) {
		ssize_t count = write(fd, buffer->bytes + written,
				      buffer->used - written);

		if (count > 0)
			written += (size_t)count;
		else if (count < 0 && errno != EINTR)
			code = -errno;
	}
	if (code && written)
		remove_part(fd, written);
	return code;
}

static void count_written(struct record_file *file, int code)
{
	struct record_file_report *report = &file->report;

	report->failing = code;
	if (code) {
		report->why_lost = code;
		report->lost += file->back->records;
	} else {
		report->records += file->back->records;
		report->bytes += file->back->used;
	}
}

static void take_next_fd(struct record_file *file)
{
	if (file->next_fd == NO_FILE)
		return;
	close(file->fd);
	file->fd = file->next_fd;
	file->next_fd = NO_FILE;
}

/* Swap the buffers and write the full one. Called and returns with the lock. */
static void write_next(struct record_file *file)
{
	struct record_buffer *full = file->front;
	int code;

	file->front = file->back;
	file->back = full;
	pthread_mutex_unlock(&file->lock);
	code = write_buffer(file->fd, full);
	pthread_mutex_lock(&file->lock);
	count_written(file, code);
	full->used = 0;
	full->records = 0;
}

static void free_all(struct record_file *file)
{
	if (file->fd != NO_FILE)
		close(file->fd);
	if (file->next_fd != NO_FILE)
		close(file->next_fd);
	pthread_mutex_destroy(&file->lock);
	pthread_cond_destroy(&file->wake);
	pthread_cond_destroy(&file->heard);
	free(file);
}

static void *run_thread(void *argument)
{
	struct record_file *file = argument;
	bool left;

	pthread_mutex_lock(&file->lock);
	file->runs = true;
	pthread_cond_signal(&file->heard);
	while (file->front->used || !file->ending) {
		take_next_fd(file);
		if (file->front->used)
			write_next(file);
		else
			pthread_cond_wait(&file->wake, &file->lock);
	}
	file->ended = true;
	left = file->left;
	pthread_cond_signal(&file->heard);
	pthread_mutex_unlock(&file->lock);
	if (left)
		free_all(file);
	return NULL;
}

/*
 * Return when it runs: by then it has made the system calls of a thread's start,
 * which a filter need not allow. Signals are for the caller's thread, but those of
 * a filter are for the thread that has called.
 */
static int begin_thread(struct record_file *file)
{
	sigset_t all, before;
	pthread_t thread;
	int code;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&thread, NULL, run_thread, file);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code)
		return -code;
	pthread_detach(thread);
	pthread_mutex_lock(&file->lock);
	while (!file->runs)
		pthread_cond_wait(&file->heard, &file->lock);
	pthread_mutex_unlock(&file->lock);
	return 0;
}

/* ------------------------------------------------------------- the file */

static const char *why_not_opened(int code)
{
	switch (-code) {
	case ELOOP:
		return "a symbolic link; give the path of the file itself";
	case ENXIO:
		return "not a regular file; give another path";
	case ENOENT:
		return "its directory does not exist; make it";
	default:
		return strerror(-code);
	}
}

static int refuse_record_file(const char *path, const char *why, int code,
			      char error[RECORD_FILE_ERROR_SIZE])
{
	snprintf(error, RECORD_FILE_ERROR_SIZE, "%.100s: %s", path, why);
	return code;
}

/* O_NONBLOCK: the path may be a pipe, which is refused. */
static int open_file(const char *path, char error[RECORD_FILE_ERROR_SIZE])
{
	int fd = open(path, RECORD_FILE_FLAGS, FILE_MODE);
	struct stat about;

	if (fd < 0) {
		int code = -errno;

		return refuse_record_file(path, why_not_opened(code), code,
					  error);
	}
	if (!fstat(fd, &about) && S_ISREG(about.st_mode))
		return fd;
	close(fd);
	return refuse_record_file(path, "not a regular file; give another path",
				  -EINVAL, error);
}

/* ------------------------------------------------------------- the caller */

static struct record_file *make_file(const char *path)
{
	struct record_file *file = calloc(1, sizeof(*file));
	pthread_condattr_t boot;

	if (!file)
		return NULL;
	snprintf(file->path, sizeof(file->path), "%s", path);
	file->fd = NO_FILE;
	file->next_fd = NO_FILE;
	file->front = &file->buffers[0];
	file->back = &file->buffers[1];
	pthread_mutex_init(&file->lock, NULL);
	pthread_cond_init(&file->wake, NULL);
	pthread_condattr_init(&boot);
	pthread_condattr_setclock(&boot, CLOCK_MONOTONIC);
	pthread_cond_init(&file->heard, &boot);
	pthread_condattr_destroy(&boot);
	return file;
}

int record_file_new(const char *path, struct record_file **out,
		    char error[RECORD_FILE_ERROR_SIZE])
{
	struct record_file *file = make_file(path);
	int code;

	if (!file)
		return refuse_record_file(path, strerror(ENOMEM), -ENOMEM,
					  error);
	file->fd = open_file(path, error);
	if (file->fd < 0) {
		code = file->fd;
		file->fd = NO_FILE;
		free_all(file);
		return code;
	}
	code = begin_thread(file);
	if (code) {
		refuse_record_file(path, strerror(-code), code, error);
		free_all(file);
		return code;
	}
	*out = file;
	return 0;
}

void record_file_add(struct record_file *file, const void *record, size_t size)
{
	struct record_buffer *front;

	pthread_mutex_lock(&file->lock);
	front = file->front;
	if (size > sizeof(front->bytes) - front->used) {
		file->report.lost++;
		file->report.why_lost = -ENOBUFS;
	} else {
		memcpy(front->bytes + front->used, record, size);
		if (!front->used)
			pthread_cond_signal(&file->wake);
		front->used += size;
		front->records++;
	}
	pthread_mutex_unlock(&file->lock);
}

int record_file_reopen(struct record_file *file,
		       char error[RECORD_FILE_ERROR_SIZE])
{
	int fd = open_file(file->path, error);

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&file->lock);
	if (file->next_fd != NO_FILE)
		close(file->next_fd);
	file->next_fd = fd;
	pthread_cond_signal(&file->wake);
	pthread_mutex_unlock(&file->lock);
	return 0;
}

const char *record_file_path(const struct record_file *file)
{
	return file->path;
}

struct record_file_report record_file_report(struct record_file *file)
{
	struct record_file_report report;

	pthread_mutex_lock(&file->lock);
	report = file->report;
	pthread_mutex_unlock(&file->lock);
	return report;
}

void record_file_free(struct record_file *file)
{
	struct timespec until;
	bool ended;

	if (!file)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_WAIT_S;
	pthread_mutex_lock(&file->lock);
	file->ending = true;
	pthread_cond_signal(&file->wake);
	while (!file->ended && pthread_cond_timedwait(&file->heard, &file->lock,
						      &until) != ETIMEDOUT)
		;
	ended = file->ended;
	file->left = !ended;
	pthread_mutex_unlock(&file->lock);
	if (ended)
		free_all(file);
}
