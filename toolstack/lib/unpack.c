/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bzImage header is described in Linux's x86 boot protocol: the payload
 * begins payload_offset bytes behind the real-mode part and its last four bytes
 * repeat the unpacked size, which is not part of the compressed stream (except
 * with gzip, whose own trailer that is).
 */
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "unpack.h"

#define BZ_SETUP_SECTS	  0x1f1
#define BZ_MAGIC	  0x202
#define BZ_VERSION	  0x206
#define BZ_PAYLOAD_OFFSET 0x248
#define BZ_PAYLOAD_LENGTH 0x24c
#define BZ_HEADER_END	  0x250

/* The decompressor's own memory: XZ's dictionary of the Debian kernel is 32 MiB. */
#define XZ_MEMORY_MAX (160u << 20)

#define LZ4_LEGACY_BLOCK (8u << 20)

struct format {
	const char *name;
	unsigned char magic[6];
	unsigned int magic_len;
	bool size_trails; /* in a bzImage, four bytes that are not part of the stream */
	int (*unpack)(const uint8_t *in, size_t in_len, uint8_t *out, size_t room,
		      size_t *produced);
};

/* Reasons a decompressor stops, from the unpack functions. */
enum { UNPACK_OK, UNPACK_CORRUPT, UNPACK_TOO_BIG, UNPACK_MEMORY };

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int unpack_gzip(const uint8_t *in, size_t in_len, uint8_t *out, size_t room,
		       size_t *produced)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in,
		      .avail_in = (uInt)in_len,
		      .next_out = out,
		      .avail_out = (uInt)room};
	int r;

	/* 16 asks for the gzip wrapper and its CRC. */
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return UNPACK_MEMORY;
	r = inflate(&z, Z_FINISH);
	*produced = z.total_out;
	inflateEnd(&z);
	if (r == Z_STREAM_END)
		return UNPACK_OK;
	if (r == Z_MEM_ERROR)
		return UNPACK_MEMORY;
	return *produced == room ? UNPACK_TOO_BIG : UNPACK_CORRUPT;
}

static int unpack_xz(const uint8_t *in, size_t in_len, uint8_t *out, size_t room, size_t *produced)
{
	uint64_t limit = XZ_MEMORY_MAX;
	size_t in_pos = 0;
	lzma_ret r;

	*produced = 0;
	r = lzma_stream_buffer_decode(&limit, 0, NULL, in, &in_pos, in_len, out, produced, room);
	switch (r) {
	case LZMA_OK:
		return UNPACK_OK;
	case LZMA_BUF_ERROR:
		return UNPACK_TOO_BIG;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return UNPACK_MEMORY;
	default:
		return UNPACK_CORRUPT;
	}
}

static int unpack_zstd(const uint8_t *in, size_t in_len, uint8_t *out, size_t room,
		       size_t *produced)
{
	/*
	 * One pass into a flat buffer needs no window of its own, so the 128 MiB
	 * window that kernels are packed with needs no raised limit here.
	 */
	size_t n = ZSTD_decompress(out, room, in, in_len);

	*produced = 0;
	if (!ZSTD_isError(n)) {
		*produced = n;
		return UNPACK_OK;
	}
	switch (ZSTD_getErrorCode(n)) {
	case ZSTD_error_dstSize_tooSmall:
		return UNPACK_TOO_BIG;
	case ZSTD_error_memory_allocation:
		return UNPACK_MEMORY;
	default:
		return UNPACK_CORRUPT;
	}
}

/* The legacy framing that kernels use: magic, then {size, block} pairs. */
static int unpack_lz4(const uint8_t *in, size_t in_len, uint8_t *out, size_t room, size_t *produced)
{
	size_t pos = 4, block, chunk;
	int n;

	*produced = 0;
	while (in_len - pos >= 4) {
		block = le32(in + pos);
		pos += 4;
		if (block == 0 || block > in_len - pos)
			return UNPACK_CORRUPT;
		chunk = room - *produced < LZ4_LEGACY_BLOCK ? room - *produced : LZ4_LEGACY_BLOCK;
		n = LZ4_decompress_safe((const char *)in + pos, (char *)out + *produced, (int)block,
					(int)chunk);
		if (n < 0)
			return chunk < LZ4_LEGACY_BLOCK ? UNPACK_TOO_BIG : UNPACK_CORRUPT;
		*produced += (size_t)n;
		pos += block;
	}
	return pos == in_len ? UNPACK_OK : UNPACK_CORRUPT;
}

static int unpack_copy(const uint8_t *in, size_t in_len, uint8_t *out, size_t room,
		       size_t *produced)
{
	*produced = 0;
	if (in_len > room)
		return UNPACK_TOO_BIG;
	memcpy(out, in, in_len);
	*produced = in_len;
	return UNPACK_OK;
}

static const struct format formats[] = {
	{"ELF", {0x7f, 'E', 'L', 'F'}, 4, false, unpack_copy},
	{"gzip", {0x1f, 0x8b}, 2, false, unpack_gzip},
	{"xz", {0xfd, '7', 'z', 'X', 'Z', 0}, 6, true, unpack_xz},
	{"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, true, unpack_zstd},
	{"lz4", {0x02, 0x21, 0x4c, 0x18}, 4, true, unpack_lz4},
};

static const struct format *find_format(const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size >= formats[i].magic_len &&
		    memcmp(data, formats[i].magic, formats[i].magic_len) == 0)
			return &formats[i];
	return NULL;
}

static int bzimage_payload(const uint8_t *file, size_t size, const char *name,
			   struct pav_payload *p, struct pav_error *err)
{
	uint64_t setup, off, len;

	if ((file[BZ_VERSION] | file[BZ_VERSION + 1] << 8) < 0x208)
		return pav_fail(err,
				"kernel %s: bzImage of a boot protocol before 2.08 holds no "
				"ELF kernel",
				name);
	/* A setup_sects of 0 means 4, by the protocol. */
	setup = ((file[BZ_SETUP_SECTS] ? file[BZ_SETUP_SECTS] : 4) + 1u) * 512u;
	off = setup + le32(file + BZ_PAYLOAD_OFFSET);
	len = le32(file + BZ_PAYLOAD_LENGTH);
	if (off > size || len > size - off || len < 8)
		return pav_fail(err,
				"kernel %s: truncated: the bzImage's payload ends at byte %llu "
				"of a file of %zu",
				name, (unsigned long long)(off + len), size);
	p->data = file + off;
	p->size = len;
	return 0;
}

int pav_payload(const void *file, size_t size, const char *name, struct pav_payload *payload,
		struct pav_error *err)
{
	const uint8_t *data = file;
	const struct format *fmt;
	bool bz = size >= BZ_HEADER_END && memcmp(data + BZ_MAGIC, "HdrS", 4) == 0;

	payload->data = data;
	payload->size = size;
	if (bz && bzimage_payload(data, size, name, payload, err))
		return -1;
	fmt = find_format(payload->data, payload->size);
	if (!fmt && bz)
		return pav_fail(err,
				"kernel %s: packed in a format other than gzip, xz, zstd or lz4",
				name);
	if (!fmt)
		return pav_fail(err,
				"kernel %s: not a kernel image: neither a bzImage nor an ELF "
				"file (plain or packed with gzip, xz, zstd or lz4)",
				name);
	payload->format = fmt->name;
	payload->expected = 0;
	if (payload->size >= 4 && ((bz && fmt->size_trails) || strcmp(fmt->name, "gzip") == 0))
		payload->expected = le32(payload->data + payload->size - 4);
	if (bz && fmt->size_trails)
		payload->size -= 4;
	return 0;
}

int pav_unpack(const struct pav_payload *payload, const char *name, void *out, size_t room,
	       size_t *produced, struct pav_error *err)
{
	const struct format *fmt = find_format(payload->data, payload->size);

	if (!fmt)
		return pav_fail(err, "kernel %s: unknown packing", name);
	switch (fmt->unpack(payload->data, payload->size, out, room, produced)) {
	case UNPACK_OK:
		return 0;
	case UNPACK_TOO_BIG:
		return pav_fail(err, "kernel %s: unpacks to more than %zu MiB", name, room >> 20);
	case UNPACK_MEMORY:
		return pav_fail(err, "kernel %s: not enough memory to unpack its %s data", name,
				fmt->name);
	default:
		return pav_fail(err, "kernel %s: its %s data is damaged or truncated", name,
				fmt->name);
	}
}
