/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk behind a device: a raw image file or a block device.
 *
 * The lock that is held on it does two things. Two guests cannot write to the
 * same image; and since requests in flight keep the open file alive in the
 * kernel, a worker that is started again waits here until the last I/O of the
 * one that was killed has ended, so that no old write can overtake a new one.
 */
#ifndef BLKD_DISK_H
#define BLKD_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define SECTOR_SIZE 512

struct disk {
	int fd;
	uint64_t sectors;	  /* whole ones, of 512 bytes */
	unsigned int sector_size; /* that the device itself has; 512 for files */
	bool readonly;
	bool regular; /* a file: holes can be punched */
	bool direct;  /* bypasses the page cache */
};

/* Opens and locks, waiting at most `wait_ms` for the lock. 0, or a negative
 * errno: -EBUSY when somebody else holds the lock. */
int disk_open(struct disk *disk, const char *path, bool readonly, unsigned int wait_ms);
void disk_close(struct disk *disk);

#endif
