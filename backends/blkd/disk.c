/* SPDX-License-Identifier: BSD-2-Clause */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_STEP_MS 20

/* A file system may take the flag and refuse the alignment: only a read of one
 * sector tells whether every request will do. */
static bool reads_direct(int fd)
{
	void *buf;
	bool works;

	if (posix_memalign(&buf, 4096, 4096))
		return false;
	works = pread(fd, buf, SECTOR_SIZE, SECTOR_SIZE) >= 0;
	free(buf);
	return works;
}

static int open_image(struct disk *disk, const char *path)
{
	int flags = (disk->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY;

	disk->fd = open(path, flags | O_DIRECT);
	disk->direct = disk->fd >= 0 && reads_direct(disk->fd);
	if (disk->direct)
		return 0;
	if (disk->fd >= 0)
		close(disk->fd);
	disk->fd = open(path, flags);
	return disk->fd < 0 ? -errno : 0;
}

static int measure(struct disk *disk)
{
	struct stat st;
	uint64_t bytes;
	int size;

	if (fstat(disk->fd, &st) < 0)
		return -errno;
	disk->regular = S_ISREG(st.st_mode);
	disk->sector_size = SECTOR_SIZE;
	if (disk->regular) {
		bytes = (uint64_t)st.st_size;
	} else if (S_ISBLK(st.st_mode)) {
		if (ioctl(disk->fd, BLKGETSIZE64, &bytes) < 0 ||
		    ioctl(disk->fd, BLKSSZGET, &size) < 0)
			return -errno;
		disk->sector_size = (unsigned int)size;
	} else {
		return -ENOTBLK;
	}
	disk->sectors = bytes / SECTOR_SIZE;
	return disk->sectors ? 0 : -ENODATA;
}

static int lock(const struct disk *disk, unsigned int wait_ms)
{
	const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000};
	int how = (disk->readonly ? LOCK_SH : LOCK_EX) | LOCK_NB;

	for (;;) {
		if (!flock(disk->fd, how))
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		if (wait_ms < LOCK_STEP_MS)
			return -EBUSY;
		wait_ms -= LOCK_STEP_MS;
		nanosleep(&step, NULL);
	}
}

int disk_open(struct disk *disk, const char *path, bool readonly, unsigned int wait_ms)
{
	int rc;

	disk->readonly = readonly;
	rc = open_image(disk, path);
	if (rc)
		return rc;
	rc = measure(disk);
	if (!rc)
		rc = lock(disk, wait_ms);
	if (rc)
		disk_close(disk);
	return rc;
}

void disk_close(struct disk *disk)
{
	if (disk->fd >= 0)
		close(disk->fd);
	disk->fd = -1;
}
