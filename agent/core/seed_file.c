// SPDX-License-Identifier: BSD-2-Clause
/* The file with the seed of the flow hash. See seed_file.h. */

#include "core/seed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/keyed_hash.h"
#include "core/secret.h"

enum {
	DIGITS = 16,
	TEXT_LENGTH = 2 + DIGITS + 1, /* 0x, digits, line end */
	BUFFER_SIZE = TEXT_LENGTH + 2,
	DIRECTORY_MODE = 0700,
	DIGEST_WORD_ROUNDS = 2,
	DIGEST_FINAL_ROUNDS = 4,
};

/* ------------------------------------------------------------- reading */

static int complain(const char *path, int code, const char *why,
		    char error[SEED_FILE_ERROR_SIZE])
{
	snprintf(error, SEED_FILE_ERROR_SIZE, "%s: %s", path, why);
	return code;
}

/* Check the open file. Returns 0 or -errno and the reason in *why. */
static int check_seed_file(int fd, const char **why)
{
	struct stat about;

	if (fstat(fd, &about)) {
		*why = strerror(errno);
		return -errno;
	}
	if (!S_ISREG(about.st_mode)) {
		*why = "not a regular file; give another path";
		return -EINVAL;
	}
	if (about.st_uid != geteuid() && about.st_uid) {
		*why = "owned by another user; run chown on it";
		return -EPERM;
	}
	if (about.st_mode & (S_IRWXG | S_IRWXO)) {
		*why = "accessible to other users; run chmod 600 on it";
		return -EPERM;
	}
	return 0;
}

/* Read 0x and 16 digits; only a line end may follow. */
static bool parse_seed_text(const char *text, size_t size, uint64_t *seed)
{
	size_t digits;

	if (size && text[size - 1] == '\n')
		size--;
	if (size != TEXT_LENGTH - 1 || memcmp(text, "0x", 2))
		return false;
	digits = strspn(text + 2, "0123456789abcdefABCDEF");
	if (digits != DIGITS)
		return false;
	*seed = strtoull(text, NULL, DIGITS);
	return true;
}

static int read_open_seed(int fd, uint64_t *seed, const char **why)
{
	char text[BUFFER_SIZE] = "";
	int code = check_seed_file(fd, why);
	ssize_t size;

	if (code)
		return code;
	size = read(fd, text, sizeof(text) - 1);
	if (size < 0) {
		*why = strerror(errno);
		code = -errno;
	} else if (!parse_seed_text(text, (size_t)size, seed)) {
		*why = "must be one line, 0x and 16 hexadecimal digits; copy "
		       "the file of another node, or remove it to get a new "
		       "seed";
		code = -EINVAL;
	}
	explicit_bzero(text, sizeof(text));
	return code;
}

int seed_file_read(const char *path, uint64_t *seed,
		   char error[SEED_FILE_ERROR_SIZE])
{
	/* O_NONBLOCK: the path may be a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	const char *why = "cannot be read";
	int code;

	if (fd < 0) {
		code = -errno;
		why = code == -ELOOP ? "a symbolic link; give the path of the "
				       "file itself" :
				       strerror(errno);
		return complain(path, code, why, error);
	}
	code = read_open_seed(fd, seed, &why);
	close(fd);
	return code ? complain(path, code, why, error) : 0;
}

/* ------------------------------------------------------------- making */

static int draw_seed(uint64_t *seed)
{
	ssize_t size;

	/* Only a wait for entropy, early in a boot, can be interrupted. */
	do
		size = getrandom(seed, sizeof(*seed), 0);
	while (size < 0 && errno == EINTR);
	return size < 0 ? -errno : 0;
}

static int write_seed(int fd, const uint64_t *seed)
{
	char text[BUFFER_SIZE];
	int code = 0;

	snprintf(text, sizeof(text), "0x%016" PRIx64 "\n", *seed);
	errno = 0;
	if (write(fd, text, TEXT_LENGTH) != TEXT_LENGTH)
		code = errno ? -errno : -ENOSPC;
	else if (fsync(fd))
		code = -errno;
	explicit_bzero(text, sizeof(text));
	return code;
}

/* The name is durable with its directory. */
static int sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	int code = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		code = -errno;
	close(fd);
	return code;
}

/* Return 0, -EEXIST if the path has a file by now, or another -errno. */
static int make_seed_file(const char *path, const char *directory,
			  const uint64_t *seed)
{
	char temporary[PATH_MAX];
	int code, fd;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return -errno;
	code = write_seed(fd, seed);
	close(fd);
	if (!code && link(temporary, path))
		code = -errno;
	unlink(temporary);
	return code ? code : sync_directory(directory);
}

/* Write the directory of the path, and make it. Returns 0 or -errno. */
static int make_directory_of(const char *path, char directory[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!length || length >= PATH_MAX) {
		snprintf(directory, PATH_MAX, "%s", slash ? "/" : ".");
		return 0;
	}
	memcpy(directory, path, length);
	directory[length] = '\0';
	return mkdir(directory, DIRECTORY_MODE) && errno != EEXIST ? -errno : 0;
}

static int make_seed(const char *path, uint64_t *seed,
		     char error[SEED_FILE_ERROR_SIZE])
{
	char directory[PATH_MAX];
	int code = make_directory_of(path, directory);

	if (!code)
		code = draw_seed(seed);
	if (!code)
		code = make_seed_file(path, directory, seed);
	if (code && code != -EEXIST)
		snprintf(error, SEED_FILE_ERROR_SIZE,
			 "%s: the seed of the flow hash is not kept: %s; give "
			 "a path that can be written by --hash-seed-file",
			 path, strerror(-code));
	return code;
}

int seed_file_load(const char *path, uint64_t *seed, bool *made,
		   char error[SEED_FILE_ERROR_SIZE])
{
	int code = seed_file_read(path, seed, error);
	bool mine = false;

	if (code == -ENOENT) {
		code = make_seed(path, seed, error);
		mine = !code;
		if (code == -EEXIST)
			code = seed_file_read(path, seed, error);
	}
	secret_wipe_stack();
	if (!code)
		*made = mine;
	return code;
}

/* ------------------------------------------------------------- digest */

/*
 * SipHash-2-4 keyed by the seed, of a constant: a pseudorandom function, so
 * that the digest says no more than which seeds are equal.
 */
const char *seed_digest(uint64_t seed, char text[SEED_DIGEST_SIZE])
{
	static const char subject[] = "headgate flow hash";
	struct keyed_hash_secret key = { { seed, 0 } };
	uint64_t hash = keyed_hash_of_rounds(&key, subject, sizeof(subject),
					     DIGEST_WORD_ROUNDS,
					     DIGEST_FINAL_ROUNDS);

	explicit_bzero(&key, sizeof(key));
	secret_wipe_stack();
	snprintf(text, SEED_DIGEST_SIZE, "%08" PRIx32, (uint32_t)hash);
	return text;
}
