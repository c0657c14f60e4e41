/* SPDX-License-Identifier: BSD-2-Clause */
/* A small ELF file with PV notes, for tests to bend. */
#ifndef TESTS_TOOLS_FAKE_KERNEL_H
#define TESTS_TOOLS_FAKE_KERNEL_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_BASE  0xffffffff80000000ull
#define FAKE_P2M   0x8000000000ull
#define FAKE_START 0x1000000ull
#define FAKE_SIZE  0x3000ull

struct fake_kernel {
	Elf64_Ehdr eh;
	Elf64_Phdr load, note;
	uint8_t notes[512];
	uint8_t body[0x2000];
	size_t notes_len;
};

/* The bytes that count as the file: all but notes_len. */
#define FAKE_FILE_SIZE offsetof(struct fake_kernel, notes_len)

void fake_note(struct fake_kernel *k, uint32_t type, const void *desc, uint32_t len);
void fake_number(struct fake_kernel *k, uint32_t type, uint64_t value);

/* Like Debian's: entry, base, version, P2M and MOD_START_PFN. */
void fake_make(struct fake_kernel *k);

/* The same without any note. */
void fake_make_bare(struct fake_kernel *k);

#endif
