/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels packed here with the libraries' own encoders, then cut and damaged. */
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "suites.h"
#include "unpack.h"

#define PLAIN_SIZE (3u << 20)
#define ROOM	   (4u << 20)

static uint8_t *plain, *out;

static int set_up(void)
{
	unsigned int i;

	plain = malloc(PLAIN_SIZE);
	out = malloc(ROOM);
	if (!plain || !out)
		return 1;
	srand(3);
	for (i = 0; i < PLAIN_SIZE; i++)
		plain[i] = (uint8_t)(i % 7 ? i >> 8 : (unsigned int)rand());
	memcpy(plain, "\177ELF", 4);
	return 0;
}

static int tear_down(void)
{
	free(plain);
	free(out);
	return 0;
}

static size_t pack_gzip(uint8_t *to, size_t room)
{
	z_stream z = {
		.next_in = plain, .avail_in = PLAIN_SIZE, .next_out = to, .avail_out = (uInt)room};

	deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

/* As kernels are packed: BCJ for x86, a 32 MiB dictionary, CRC32. */
static size_t pack_xz(uint8_t *to, size_t room)
{
	lzma_options_lzma opt;
	lzma_filter filters[] = {
		{LZMA_FILTER_X86, NULL}, {LZMA_FILTER_LZMA2, &opt}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t pos = 0;

	lzma_lzma_preset(&opt, 0);
	opt.dict_size = 32u << 20;
	if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, plain, PLAIN_SIZE, to, &pos,
				      room) != LZMA_OK)
		return 0;
	return pos;
}

/* A window of 128 MiB, the largest that Debian's kernels ask for. */
static size_t pack_zstd(uint8_t *to, size_t room)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_inBuffer in = {plain, PLAIN_SIZE, 0};
	ZSTD_outBuffer o = {to, room, 0};

	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 27);
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	/* Streamed, so that the frame does not tell its size and the window stays. */
	while (ZSTD_compressStream2(c, &o, &in, ZSTD_e_continue) && in.pos < in.size)
		;
	while (ZSTD_compressStream2(c, &o, &in, ZSTD_e_end))
		;
	ZSTD_freeCCtx(c);
	return o.pos;
}

static size_t pack_lz4(uint8_t *to, size_t room)
{
	int n = LZ4_compress_default((const char *)plain, (char *)to + 8, PLAIN_SIZE,
				     (int)room - 8);

	memcpy(to, "\x02\x21\x4c\x18", 4);
	memcpy(to + 4, &n, 4);
	return (size_t)n + 8;
}

static size_t pack_none(uint8_t *to, size_t room)
{
	(void)room;
	memcpy(to, plain, PLAIN_SIZE);
	return PLAIN_SIZE;
}

static const struct {
	const char *name;
	size_t (*pack)(uint8_t *to, size_t room);
	bool size_trails;
} packers[] = {{"gzip", pack_gzip, false},
	       {"xz", pack_xz, true},
	       {"zstd", pack_zstd, true},
	       {"lz4", pack_lz4, true},
	       {"ELF", pack_none, false}};

#define NR_PACKERS (sizeof(packers) / sizeof(packers[0]))

/* A boot-protocol header in front, the unpacked size behind where it belongs. */
static uint8_t *as_bzimage(unsigned int i, size_t *size)
{
	const uint32_t offset = 0x300, unpacked = PLAIN_SIZE;
	const size_t setup = 3 * 512;
	uint8_t *file = calloc(1, setup + offset + ROOM);
	uint32_t len;

	memcpy(file + 0x202, "HdrS", 4);
	file[0x206] = 0x0f;
	file[0x207] = 0x02;
	file[0x1f1] = 2;
	len = (uint32_t)packers[i].pack(file + setup + offset, ROOM - 4);
	if (packers[i].size_trails) {
		memcpy(file + setup + offset + len, &unpacked, 4);
		len += 4;
	}
	memcpy(file + 0x248, &offset, 4);
	memcpy(file + 0x24c, &len, 4);
	*size = setup + offset + len;
	return file;
}

static int unpack(const uint8_t *file, size_t size, size_t room, size_t *produced,
		  struct pav_error *err)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct pav_payload p;
	int rc;

	memcpy(copy, file, size);
	pav_error_clear(err);
	rc = pav_payload(copy, size, "k", &p, err);
	if (rc == 0)
		rc = pav_unpack(&p, "k", out, room, produced, err);
	free(copy);
	return rc;
}

static void unpacks_bzimages(void)
{
	struct pav_error err;
	size_t size, got;
	unsigned int i;
	uint8_t *file;

	for (i = 0; i < NR_PACKERS; i++) {
		file = as_bzimage(i, &size);
		CU_ASSERT_EQUAL(unpack(file, size, ROOM, &got, &err), 0);
		if (err.text[0])
			printf("\n%s: %s\n", packers[i].name, err.text);
		CU_ASSERT(got == PLAIN_SIZE && memcmp(out, plain, PLAIN_SIZE) == 0);
		free(file);
	}
}

/* What the file says of its unpacked size is a hint: false, it changes nothing. */
static void takes_the_size_as_a_hint(void)
{
	struct pav_payload p;
	struct pav_error err;
	size_t size, got;
	unsigned int i;
	uint8_t *file;

	for (i = 0; i < NR_PACKERS; i++) {
		file = as_bzimage(i, &size);
		pav_error_clear(&err);
		CU_ASSERT_EQUAL(pav_payload(file, size, "k", &p, &err), 0);
		CU_ASSERT_EQUAL(p.expected, strcmp(p.format, "ELF") == 0 ? 0 : PLAIN_SIZE);
		if (packers[i].size_trails) {
			memset(file + size - 4, 0xff, 4);
			CU_ASSERT_EQUAL(pav_payload(file, size, "k", &p, &err), 0);
			CU_ASSERT_EQUAL(p.expected, 0xffffffff);
			CU_ASSERT_EQUAL(pav_unpack(&p, "k", out, ROOM, &got, &err), 0);
			CU_ASSERT(got == PLAIN_SIZE && memcmp(out, plain, PLAIN_SIZE) == 0);
		}
		free(file);
	}
}

static void unpacks_plain_files(void)
{
	uint8_t *file = malloc(ROOM);
	struct pav_error err;
	size_t size, got;
	unsigned int i;

	for (i = 0; i < NR_PACKERS; i++) {
		size = packers[i].pack(file, ROOM);
		CU_ASSERT_EQUAL(unpack(file, size, ROOM, &got, &err), 0);
		CU_ASSERT(got == PLAIN_SIZE && memcmp(out, plain, PLAIN_SIZE) == 0);
	}
	free(file);
}

static void refuses_cut_files(void)
{
	struct pav_error err;
	size_t size, got;
	unsigned int i;
	uint8_t *file;

	for (i = 0; i < NR_PACKERS; i++) {
		file = as_bzimage(i, &size);
		CU_ASSERT_EQUAL(unpack(file, size - 1, ROOM, &got, &err), -1);
		EXPECT_LINE(err, "truncated");
		free(file);
	}
}

static void bounds_the_output(void)
{
	struct pav_error err;
	size_t size, got;
	unsigned int i;
	uint8_t *file;

	for (i = 0; i < NR_PACKERS; i++) {
		file = as_bzimage(i, &size);
		CU_ASSERT_EQUAL(unpack(file, size, 1u << 20, &got, &err), -1);
		EXPECT_LINE(err, "more than 1 MiB");
		free(file);
	}
}

static void refuses_other_files(void)
{
	const uint8_t text[] = "#!/bin/sh\necho this is no kernel\n";
	struct pav_error err;
	size_t got, size;
	uint8_t *file;

	CU_ASSERT_EQUAL(unpack(text, sizeof(text), ROOM, &got, &err), -1);
	EXPECT_LINE(err, "not a kernel image");
	CU_ASSERT_EQUAL(unpack(text, 0, ROOM, &got, &err), -1);
	file = as_bzimage(0, &size);
	file[3 * 512 + 0x300] = 'x';
	CU_ASSERT_EQUAL(unpack(file, size, ROOM, &got, &err), -1);
	EXPECT_LINE(err, "other than gzip");
	file[0x206] = 7;
	CU_ASSERT_EQUAL(unpack(file, size, ROOM, &got, &err), -1);
	EXPECT_LINE(err, "before 2.08");
	free(file);
}

/* Damage is found by the formats' own checks, or changes nothing that is read. */
static void survives_damage(void)
{
	struct pav_error err;
	size_t size, got;
	unsigned int i, n;
	uint8_t *file, *at, saved;

	srand(4);
	for (i = 0; i < NR_PACKERS; i++) {
		file = as_bzimage(i, &size);
		for (n = 0; n < 40; n++) {
			at = file + (n % 2 ? 0x1f0 + (size_t)rand() % 0x70 : (size_t)rand() % size);
			saved = *at;
			*at ^= (uint8_t)(1 + rand() % 255);
			if (unpack(file, size, ROOM, &got, &err))
				CU_ASSERT(err.text[0] != '\0');
			*at = saved;
		}
		free(file);
	}
}

void add_unpack_suite(void)
{
	CU_pSuite s = CU_add_suite("unpacking", set_up, tear_down);

	CU_add_test(s, "bzImages in every format", unpacks_bzimages);
	CU_add_test(s, "the size is a hint", takes_the_size_as_a_hint);
	CU_add_test(s, "plain and packed ELF files", unpacks_plain_files);
	CU_add_test(s, "refuses cut files", refuses_cut_files);
	CU_add_test(s, "bounds the output", bounds_the_output);
	CU_add_test(s, "refuses other files", refuses_other_files);
	CU_add_test(s, "survives damage", survives_damage);
}
