/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack-kernel: the hypervisor has no decompressor, so that the service
 * domain's own kernel is unpacked once, on the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "verb.h"

static int write_file(const char *path, const char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd < 0)
		return complain("%s: open: %s", path, strerror(errno));
	for (; size; data += n, size -= (size_t)n) {
		n = write(fd, data, size);
		if (n <= 0)
			break;
	}
	/* A file system may find only at the end that it is full. */
	if (close(fd) < 0 || size) {
		complain("%s: write: %s", path, strerror(errno));
		unlink(path);
		return 1;
	}
	return 0;
}

int verb_unpack_kernel(struct pav *pav, int argc, char **argv)
{
	size_t size;
	void *elf;
	int rc;

	if (argc != 3)
		return misuse("expected a kernel file and where to put the ELF file in it");
	if (pav_unpack_kernel(pav, argv[1], &elf, &size))
		return report(pav);
	rc = write_file(argv[2], elf, size);
	munmap(elf, size);
	return rc;
}
