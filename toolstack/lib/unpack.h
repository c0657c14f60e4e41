/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a kernel file as distributions ship it (bzImage, or an ELF file that
 * may be compressed) to the ELF file inside.
 */
#ifndef PAV_UNPACK_H
#define PAV_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* No kernel unpacks to more than this many bytes: the bound on what a bad file can make us use. */
#define PAV_UNPACKED_MAX (256u << 20)

/* The packed bytes of a kernel file, as found by pav_payload(). */
struct pav_payload {
	const uint8_t *data;
	size_t size;
	const char *format; /* "ELF", "gzip", "xz", "zstd" or "lz4" */
	size_t expected;    /* unpacked size by the file's own word, 0 if it has none: a hint */
};

/* Find the packed kernel inside a file. Pure. Returns 0, or -1 with the reason. */
int pav_payload(const void *file, size_t size, const char *name, struct pav_payload *payload,
		struct pav_error *err);

/*
 * Unpack into out (room bytes). Pure but for the decompressor's own allocations.
 * Returns 0 with *produced set, or -1 with the reason.
 */
int pav_unpack(const struct pav_payload *payload, const char *name, void *out, size_t room,
	       size_t *produced, struct pav_error *err);

/*
 * The same in a child process that keeps no descriptor and may make no system
 * call but those an allocator needs; a decompressor that is tricked by a crafted
 * file gains nothing. The result is a private mapping: munmap(*image, *size).
 */
int pav_unpack_confined(const struct pav_payload *payload, const char *name, void **image,
			size_t *size, struct pav_error *err);

#endif
