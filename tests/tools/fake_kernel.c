/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "fake_kernel.h"

void fake_note(struct fake_kernel *k, uint32_t type, const void *desc, uint32_t len)
{
	const Elf64_Nhdr nh = {4, len, type};
	uint8_t *at = k->notes + k->notes_len;

	memcpy(at, &nh, sizeof(nh));
	memcpy(at + sizeof(nh), "Xen", 4);
	memcpy(at + sizeof(nh) + 4, desc, len);
	k->notes_len += sizeof(nh) + 4 + ((len + 3) & ~3u);
	k->note.p_filesz = k->note.p_memsz = k->notes_len;
}

void fake_number(struct fake_kernel *k, uint32_t type, uint64_t value)
{
	fake_note(k, type, &value, sizeof(value));
}

void fake_make_bare(struct fake_kernel *k)
{
	memset(k, 0, sizeof(*k));
	memcpy(k->eh.e_ident, ELFMAG, SELFMAG);
	k->eh.e_ident[EI_CLASS] = ELFCLASS64;
	k->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	k->eh.e_type = ET_EXEC;
	k->eh.e_machine = EM_X86_64;
	k->eh.e_phoff = offsetof(struct fake_kernel, load);
	k->eh.e_phentsize = sizeof(Elf64_Phdr);
	k->eh.e_phnum = 2;
	k->load.p_type = PT_LOAD;
	k->load.p_offset = offsetof(struct fake_kernel, body);
	k->load.p_paddr = FAKE_START;
	k->load.p_filesz = sizeof(k->body);
	k->load.p_memsz = FAKE_SIZE;
	k->note.p_type = PT_NOTE;
	k->note.p_offset = offsetof(struct fake_kernel, notes);
}

void fake_make(struct fake_kernel *k)
{
	fake_make_bare(k);
	fake_number(k, 1, FAKE_BASE + FAKE_START + 0x40);
	fake_number(k, 3, FAKE_BASE);
	fake_number(k, 4, 0);
	fake_note(k, 5, "xen-3.0", 8);
	fake_note(k, 6, "linux", 6);
	fake_note(k, 10, "!writable_page_tables|pae_pgdir_above_4gb", 42);
	fake_number(k, 15, FAKE_P2M);
	fake_number(k, 16, 1);
}
