/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names for addresses, from a table that the build makes of the linked image
 * (tools/mksymbols): text offsets in ascending order, and the names one after
 * the other. And the exception table, which is sorted by nobody and searched
 * seldom.
 */
#include "lib.h"
#include "extable.h"
#include "layout.h"
#include "trap.h"

extern const u32 symbol_count;
extern const struct {
	u32 offset; /* from image_start */
	u32 name;   /* in symbol_names */
} symbol_table[];
extern const char symbol_names[];

/* Nearest symbol at or below an address; "?" when there is none. */
static const char *symbol_lookup(u64 address, u64 *offset)
{
	u32 low = 0, high = symbol_count;
	u64 where = address - IMAGE_VIRT;

	*offset = 0;
	if (address < IMAGE_VIRT || address >= (u64)image_text_end)
		return "?";
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (symbol_table[mid].offset <= where)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return "?";
	*offset = where - symbol_table[low - 1].offset;
	return symbol_names + symbol_table[low - 1].name;
}

u64 exception_fixup(u64 rip)
{
	for (const struct extable_entry *e = extable_start; e < extable_end; e++)
		if (e->from == rip)
			return e->to;
	return 0;
}

static void print_frame(u64 rip)
{
	u64 offset;
	const char *name = symbol_lookup(rip, &offset);

	log_error("  %016lx %s+0x%lx", rip, name, offset);
}

/* Follows frame pointers as long as they go up inside the stack area that \p rsp is in. */
void backtrace_print(u64 rip, u64 rbp, u64 rsp)
{
	u64 end = (rsp | (CPU_STACK_SIZE - 1)) - sizeof(struct cpu);

	print_frame(rip);
	for (int depth = 0; depth < 32; depth++) {
		const u64 *frame = (const u64 *)rbp;

		if (rbp % 8 || rbp < rsp || rbp + 16 > end || rbp + 16 < rbp)
			break;
		print_frame(frame[1]);
		rsp = rbp + 16;
		rbp = frame[0];
	}
}
