// SPDX-License-Identifier: BSD-2-Clause
/* Reading of secrets. See secret.h. */

#include "core/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* Longer than any secret with the line ends of an editor. */
	READ_SIZE = 2 * SECRET_MAX,
	STACK_SIZE = 16384, /* more than printf(3) uses */
};

/* Check the open file. Returns 0 or -errno and the reason in *why. */
static int check_file(int fd, const char **why)
{
	struct stat about;

	if (fstat(fd, &about)) {
		*why = strerror(errno);
		return -errno;
	}
	if (!S_ISREG(about.st_mode)) {
		*why = "not a regular file";
		return -EINVAL;
	}
	if (about.st_uid && about.st_uid != geteuid()) {
		*why = "owned by another user; run chown root on it";
		return -EACCES;
	}
	if (about.st_mode & S_IRWXO) {
		*why = "accessible to all users; run chmod o= on it";
		return -EACCES;
	}
	if (about.st_mode & S_IWGRP) {
		*why = "its group may change it; run chmod g-w on it";
		return -EACCES;
	}
	return 0;
}

void secret_protect(const void *memory, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)memory & ~(page - 1);
	size_t whole = (uintptr_t)memory + size - start;

	mlock((void *)start, whole);
	madvise((void *)start, whole, MADV_DONTDUMP);
}

__attribute__((noinline)) void secret_wipe_stack(void)
{
	uint8_t below[STACK_SIZE];

	explicit_bzero(below, sizeof(below));
}

/* Return a page for a secret, or NULL. */
static uint8_t *new_secret_page(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	secret_protect(page, size);
	madvise(page, size, MADV_WIPEONFORK);
	return page;
}

void secret_free(struct secret *secret)
{
	uint8_t *page = (uint8_t *)(uintptr_t)secret->bytes;

	if (!secret->size)
		return;
	explicit_bzero(page, secret->size);
	munmap(page, (size_t)sysconf(_SC_PAGESIZE));
	*secret = (struct secret){ .size = 0 };
}

static int store_secret(const uint8_t *bytes, ssize_t size,
			struct secret *secret, const char **why)
{
	uint8_t *page;

	while (size > 0 && isspace(bytes[size - 1]))
		size--;
	if (!size) {
		*why = "empty; write the key into it";
		return -EINVAL;
	}
	if (size > SECRET_MAX) {
		*why = "longer than 80 bytes, the longest key";
		return -E2BIG;
	}
	page = new_secret_page();
	if (!page) {
		*why = "out of memory";
		return -ENOMEM;
	}
	memcpy(page, bytes, (size_t)size);
	secret->bytes = page;
	secret->size = (uint8_t)size;
	return 0;
}

static int read_open(int fd, struct secret *secret, const char **why)
{
	uint8_t bytes[READ_SIZE];
	int code = check_file(fd, why);
	ssize_t size;

	if (code)
		return code;
	size = read(fd, bytes, sizeof(bytes));
	if (size < 0) {
		*why = strerror(errno);
		return -errno;
	}
	code = store_secret(bytes, size, secret, why);
	explicit_bzero(bytes, sizeof(bytes));
	return code;
}

int secret_read(const char *path, struct secret *secret,
		char error[SECRET_ERROR_SIZE])
{
	/* O_NONBLOCK: the path may be a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = "cannot be read";
	int code;

	if (fd >= 0) {
		code = read_open(fd, secret, &why);
		close(fd);
	} else {
		code = -errno;
		why = strerror(errno);
	}
	if (code)
		snprintf(error, SECRET_ERROR_SIZE, "%s: %s", path, why);
	return code;
}
