// SPDX-License-Identifier: GPL-2.0
/* Files that are replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/**
 * file_arg() - a command's only argument, which may be a file
 * @args:	at it
 *
 * Return: its name; NULL: stdin or stdout, for none and for "-".
 */
const char *file_arg(struct args *args)
{
	const char *value, *name = NULL;

	while (args_next(args, NULL, &value) == ARGS_WORD) {
		if (name)
			misuse("%s: '%.64s' is one argument too many",
			       args->cmd->name, value);
		name = value;
	}
	if (name && !*name)
		misuse("%s: '' is no file", args->cmd->name);
	return name && strcmp(name, "-") ? name : NULL;
}

/* The file behind a link is replaced, and nothing but a plain file. */
static mode_t look_at(char real[PATH_MAX], const char *name)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	if (!realpath(name, real)) {
		if (errno != ENOENT || strlen(name) >= PATH_MAX - 8)
			refuse("cannot write %s: %s", name, strerror(errno));
		strcpy(real, name);
		return 0644 & ~mask;
	}
	if (stat(real, &st))
		refuse("cannot write %s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		refuse("cannot write %s: it is no plain file ('-' is stdout)",
		       name);
	return st.st_mode & 07777;
}

/* What is renamed must be there after a power failure, too. */
static void sync_dir(char *path)
{
	int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/**
 * file_replace() - write a file as a whole or not at all
 * @name:	the file; through a link, the one behind it; its mode stays
 * @print:	prints what is to be in it
 * @data:	for @print
 *
 * The program ends when that cannot be done.
 */
void file_replace(const char *name, void (*print)(FILE *out, void *data),
		  void *data)
{
	char real[PATH_MAX], temp[PATH_MAX + 8];
	mode_t mode = look_at(real, name);
	FILE *out = NULL;
	int fd, saved;

	snprintf(temp, sizeof(temp), "%s.XXXXXX", real);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		refuse("cannot write %s: %s", name, strerror(errno));
	if (!fchmod(fd, mode))
		out = fdopen(fd, "w");
	if (!out)
		goto failed;
	print(out, data);
	if (fflush(out) || ferror(out) || fsync(fd) || rename(temp, real))
		goto failed;
	fclose(out);
	sync_dir(real);
	return;
failed:
	saved = errno;
	unlink(temp);
	refuse("cannot write %s: %s", name, strerror(saved));
}
